/* SPDX-License-Identifier: Apache-2.0 */
#include "upkeep/ledger.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "inject.h"
#include "scratch.h"
#include "starve.h"
#include "suite.h"

#define BIT MXLOG_LEDGER_BIT
#define NOW INT64_C(1769614245000000)

static const struct mxlog_ledger_key key = { "a key of sixteen", 16 };

/* A state directory with its ledger. */
struct fixture {
	char *path;
	int fd;
	struct mxlog_ledger ledger;
	struct mxlog_error error;
};

static void setup(struct fixture *f)
{
	*f = (struct fixture){ .path = scratch_new_fast() };
	f->fd = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int open_ledger(struct fixture *f, const struct mxlog_ledger_key *with,
    enum mxlog_ledger_mode mode)
{
	int r;

	f->error = (struct mxlog_error){ 0 };
	r = mxlog_ledger_open(&f->ledger, f->fd, with, mode, &f->error);
	f->ledger.now_usec = NOW;
	return r;
}

static void teardown(struct fixture *f)
{
	(void)close(f->fd);
	scratch_done(f->path);
}

/* The segment of day `n`. */
static struct mxlog_segment_name name_of(int32_t n)
{
	return (struct mxlog_segment_name){ .day = 20000 + n };
}

static struct mxlog_ledger_event seal(int32_t n)
{
	struct mxlog_ledger_event event = {
		.kind = MXLOG_LEDGER_SEALED,
		.has = BIT(segment) | BIT(size) | BIT(sha256) | BIT(entries) |
		    BIT(witnessed_usec),
		.segment = name_of(n),
		.size = (uint64_t)n,
		.entries = 1,
		.witnessed_usec = (uint64_t)n,
	};

	memset(event.sha256, n, sizeof(event.sha256));
	return event;
}

/* One batch: n segments from `first` on are sealed. */
static int add_batch(struct mxlog_ledger *ledger, int32_t first, int32_t n)
{
	struct mxlog_ledger_event tick = { .has = BIT(boot), .boot = "a boot" };
	int r = 0;

	if (ledger->missing)
		r = mxlog_ledger_begin(ledger, NULL);
	for (int32_t i = first; r == 0 && i < first + n; i++) {
		struct mxlog_ledger_event event = seal(i);

		r = mxlog_ledger_add(ledger, &event);
	}
	return r < 0 ? r : mxlog_ledger_flush(ledger, &tick);
}

/* A ledger of three batches. */
static void fill(struct fixture *f, const struct mxlog_ledger_key *with)
{
	for (int32_t i = 0; i < 3; i++) {
		ck_assert_int_eq(open_ledger(f, with, MXLOG_LEDGER_APPEND), 0);
		ck_assert(f->ledger.missing == (i == 0));
		ck_assert_int_eq(add_batch(&f->ledger, i * 2, 2), 0);
		mxlog_ledger_close(&f->ledger);
	}
}

/* How many of the first `n` segments it knows as sealed. */
static int32_t count(const struct mxlog_ledger *ledger, int32_t n)
{
	int32_t known = 0;

	for (int32_t i = 0; i < n; i++) {
		struct mxlog_segment_name name = name_of(i);
		const struct mxlog_ledger_segment *segment =
		    mxlog_ledger_state_find(&ledger->state, &name);

		if (!segment)
			continue;
		known++;
		ck_assert_uint_eq(segment->flags, MXLOG_LEDGER_IS_SEALED);
		ck_assert_uint_eq(segment->size, (uint64_t)i);
		ck_assert_int_eq(segment->sha256[31], i);
		ck_assert_uint_eq(segment->witnessed_usec, (uint64_t)i);
	}
	ck_assert_uint_eq(ledger->state.n, (size_t)known);
	return known;
}

START_TEST(what_was_flushed_is_known_again)
{
	struct fixture f;

	setup(&f);
	fill(&f, NULL);
	ck_assert_int_eq(open_ledger(&f, NULL, MXLOG_LEDGER_READ), 0);
	ck_assert_int_eq(count(&f.ledger, 6), 6);
	ck_assert_uint_eq(f.ledger.seq, 10);
	ck_assert_str_eq(f.ledger.tick.boot, "a boot");
	ck_assert(!f.ledger.damaged && !f.ledger.torn && !f.ledger.missing);
	mxlog_ledger_close(&f.ledger);
	ck_assert_int_eq(mxlog_ledger_walk(f.fd, NULL, NULL, &f.error), 0);
	teardown(&f);
}
END_TEST

START_TEST(others_can_check_the_chain_with_sha256sum)
{
	char command[1024];
	struct fixture f;

	setup(&f);
	fill(&f, NULL);
	(void)snprintf(command, sizeof(command),
	    "cd '%s' && prev=$(printf '%%064d' 0) && while read -r line; do "
	    "case $line in *\"\\\"prev\\\":\\\"$prev\\\"\"*) ;; "
	    "*) exit 1 ;; esac; "
	    "prev=$(printf '%%s\\n' \"$line\" | sha256sum | cut -c1-64); "
	    "done <ledger",
	    f.path);
	ck_assert_int_eq(system(command), 0);
	teardown(&f);
}
END_TEST

START_TEST(every_cut_leaves_whole_batches)
{
	struct mxlog_buf text = { 0 };
	size_t whole = 0;
	struct fixture f;

	setup(&f);
	fill(&f, NULL);
	ck_assert(scratch_read(f.path, "ledger", &text));
	for (size_t len = text.len; len > 0; len--) {
		int32_t known;

		ck_assert_int_eq(truncate(scratch_path(f.path, "ledger"),
				     (off_t)len),
		    0);
		ck_assert_int_eq(open_ledger(&f, NULL, MXLOG_LEDGER_READ), 0);
		known = count(&f.ledger, 6);
		ck_assert_int_eq(known % 2, 0);
		ck_assert(f.ledger.damaged == (known == 0));
		whole += len == f.ledger.size;
		mxlog_ledger_close(&f.ledger);
	}
	ck_assert_uint_eq(whole, 3);
	mxlog_buf_done(&text);
	teardown(&f);
}
END_TEST

START_TEST(a_torn_tail_is_cut_and_written_over)
{
	struct mxlog_buf text = { 0 };
	struct fixture f;

	setup(&f);
	fill(&f, NULL);
	ck_assert(scratch_read(f.path, "ledger", &text));
	ck_assert_int_eq(mxlog_buf_add(&text, LITERAL("{\"seq\":11,\"pre\n\n")),
	    0);
	ck_assert_int_eq(mxlog_buf_add_char(&text, '\0'), 0);
	scratch_write(f.path, "ledger", text.data);
	ck_assert_int_eq(open_ledger(&f, NULL, MXLOG_LEDGER_APPEND), 0);
	ck_assert(f.ledger.torn && !f.ledger.damaged);
	ck_assert_int_eq(add_batch(&f.ledger, 6, 2), 0);
	mxlog_ledger_close(&f.ledger);
	ck_assert_int_eq(open_ledger(&f, NULL, MXLOG_LEDGER_READ), 0);
	ck_assert_int_eq(count(&f.ledger, 8), 8);
	ck_assert(!f.ledger.torn);
	mxlog_ledger_close(&f.ledger);
	mxlog_buf_done(&text);
	teardown(&f);
}
END_TEST

static void flip(struct fixture *f, const char *name, size_t at, int bit)
{
	int fd = open(scratch_path(f->path, name), O_RDWR | O_CLOEXEC);
	char c;

	ck_assert_int_eq(pread(fd, &c, 1, (off_t)at), 1);
	c = (char)(c ^ 1 << bit);
	ck_assert_int_eq(pwrite(fd, &c, 1, (off_t)at), 1);
	(void)close(fd);
}

START_TEST(no_flipped_bit_goes_unseen)
{
	struct mxlog_buf text = { 0 };
	struct fixture f;

	setup(&f);
	fill(&f, NULL);
	ck_assert(scratch_read(f.path, "ledger", &text));
	for (size_t i = 0; i < text.len; i++) {
		flip(&f, "ledger", i, (int)(i % 8));
		ck_assert_int_eq(open_ledger(&f, NULL, MXLOG_LEDGER_READ), 0);
		/* In the last batch's tick it is as if that were torn. */
		ck_assert_msg(f.ledger.damaged || f.ledger.size < text.len,
		    "byte %zu", i);
		if (f.ledger.damaged)
			ck_assert_ptr_nonnull(
			    strstr(f.error.text, ".mxlog/ledger"));
		mxlog_ledger_close(&f.ledger);
		flip(&f, "ledger", i, (int)(i % 8));
	}
	mxlog_buf_done(&text);
	teardown(&f);
}
END_TEST

START_TEST(damage_in_the_middle_is_kept_and_can_be_left_behind)
{
	struct mxlog_buf before = { 0 }, after = { 0 };
	struct mxlog_ledger_event tick = { 0 };
	struct fixture f;

	setup(&f);
	fill(&f, NULL);
	ck_assert(scratch_read(f.path, "ledger", &before));
	flip(&f, "ledger", before.len / 2, 0);
	ck_assert_int_eq(open_ledger(&f, NULL, MXLOG_LEDGER_APPEND), 0);
	ck_assert(f.ledger.damaged);
	ck_assert_int_eq(mxlog_ledger_walk(f.fd, NULL, NULL, &f.error),
	    -EBADMSG);
	ck_assert_int_eq(mxlog_ledger_begin(&f.ledger, "damaged"), 0);
	ck_assert_int_eq(mxlog_ledger_flush(&f.ledger, &tick), 0);
	mxlog_ledger_close(&f.ledger);
	/* The damaged part stays as it is, and is vouched for as such. */
	ck_assert(scratch_read(f.path, "ledger", &after));
	ck_assert_uint_eq(after.len, before.len);
	ck_assert_int_eq(mxlog_ledger_walk(f.fd, NULL, NULL, &f.error), 0);
	ck_assert_int_eq(open_ledger(&f, NULL, MXLOG_LEDGER_READ), 0);
	ck_assert_uint_eq(f.ledger.part, 1);
	ck_assert_int_ge(count(&f.ledger, 6), 2);
	mxlog_ledger_close(&f.ledger);
	flip(&f, "ledger", 5, 0);
	ck_assert_int_eq(mxlog_ledger_walk(f.fd, NULL, NULL, &f.error),
	    -EBADMSG);
	mxlog_buf_done(&before);
	mxlog_buf_done(&after);
	teardown(&f);
}
END_TEST

static void rotate(struct fixture *f)
{
	struct mxlog_ledger_event tick = { 0 };

	/* A part is full in relation to what it must say again. */
	f->ledger.part_max = 1;
	while (f->ledger.size < f->ledger.state.n * MXLOG_LEDGER_LINE_MAX)
		ck_assert_int_eq(mxlog_ledger_flush(&f->ledger, &tick), 0);
	ck_assert_int_eq(mxlog_ledger_rotate(&f->ledger), 0);
}

START_TEST(parts_say_again_what_is_known_but_what_is_gone)
{
	struct mxlog_ledger_event event = { .kind = MXLOG_LEDGER_DELETED,
		.has = BIT(segment),
		.segment = name_of(0) };
	struct mxlog_ledger_event tick = { 0 };
	struct fixture f;

	setup(&f);
	fill(&f, &key);
	ck_assert_int_eq(open_ledger(&f, &key, MXLOG_LEDGER_APPEND), 0);
	rotate(&f);
	ck_assert_int_eq(count(&f.ledger, 6), 6);
	ck_assert_int_eq(mxlog_ledger_add(&f.ledger, &event), 0);
	ck_assert_int_eq(mxlog_ledger_flush(&f.ledger, &tick), 0);
	mxlog_ledger_state_find(&f.ledger.state, &event.segment)->gone = true;
	rotate(&f);
	ck_assert(!mxlog_ledger_state_find(&f.ledger.state, &event.segment));
	mxlog_ledger_close(&f.ledger);
	ck_assert_int_eq(open_ledger(&f, &key, MXLOG_LEDGER_READ), 0);
	ck_assert_uint_eq(f.ledger.part, 2);
	ck_assert_int_eq(count(&f.ledger, 6), 5);
	ck_assert(!f.ledger.damaged && !f.ledger.unkeyed);
	mxlog_ledger_close(&f.ledger);
	ck_assert_int_eq(mxlog_ledger_walk(f.fd, NULL, NULL, &f.error), 0);
	/* Each part vouches for the one before, and none may be missing. */
	flip(&f, "ledger", 5, 0);
	ck_assert_int_eq(mxlog_ledger_walk(f.fd, NULL, NULL, &f.error),
	    -EBADMSG);
	ck_assert_int_eq(unlink(scratch_path(f.path, "ledger")), 0);
	ck_assert_int_eq(mxlog_ledger_walk(f.fd, NULL, NULL, &f.error),
	    -EBADMSG);
	teardown(&f);
}
END_TEST

START_TEST(a_key_tells_who_closed_it)
{
	static const struct mxlog_ledger_key other = { "another of sixte", 16 };
	struct fixture f;

	setup(&f);
	fill(&f, &key);
	ck_assert_int_eq(open_ledger(&f, &key, MXLOG_LEDGER_READ), 0);
	ck_assert(!f.ledger.damaged && !f.ledger.unkeyed);
	mxlog_ledger_close(&f.ledger);
	ck_assert_int_eq(open_ledger(&f, &other, MXLOG_LEDGER_READ), 0);
	ck_assert(f.ledger.damaged);
	mxlog_ledger_close(&f.ledger);
	/* Continued by one who has none. */
	ck_assert_int_eq(open_ledger(&f, NULL, MXLOG_LEDGER_APPEND), 0);
	ck_assert_int_eq(add_batch(&f.ledger, 6, 1), 0);
	mxlog_ledger_close(&f.ledger);
	ck_assert_int_eq(open_ledger(&f, &key, MXLOG_LEDGER_READ), 0);
	ck_assert(f.ledger.unkeyed && !f.ledger.damaged);
	mxlog_ledger_close(&f.ledger);
	teardown(&f);
}
END_TEST

START_TEST(an_event_that_lacks_something_is_not_added)
{
	struct mxlog_ledger_event event = seal(1);
	struct fixture f;

	setup(&f);
	fill(&f, NULL);
	ck_assert_int_eq(open_ledger(&f, NULL, MXLOG_LEDGER_APPEND), 0);
	event.has &= ~BIT(sha256);
	ck_assert_int_eq(mxlog_ledger_add(&f.ledger, &event), -EBADMSG);
	/* And nothing else: who adds must know what is there. */
	ck_assert_int_eq(add_batch(&f.ledger, 6, 1), -EBADMSG);
	mxlog_ledger_close(&f.ledger);
	ck_assert_int_eq(open_ledger(&f, NULL, MXLOG_LEDGER_READ), 0);
	ck_assert_int_eq(count(&f.ledger, 6), 6);
	mxlog_ledger_close(&f.ledger);
	teardown(&f);
}
END_TEST

/* One more batch, whatever fails in it. True: it is there. */
static bool try_batch(struct fixture *f)
{
	int r = open_ledger(f, &key, MXLOG_LEDGER_APPEND);

	if (r == 0)
		r = add_batch(&f->ledger, 6, 2);
	mxlog_ledger_close(&f->ledger);
	return r == 0;
}

static void check_whole(struct fixture *f, bool done)
{
	int32_t known;

	ck_assert_int_eq(open_ledger(f, &key, MXLOG_LEDGER_READ), 0);
	ck_assert_msg(!f->ledger.damaged, "%s", inject_name());
	known = count(&f->ledger, 8);
	ck_assert_msg(known == 8 || (known == 6 && !done), "%s: %d",
	    inject_name(), known);
	mxlog_ledger_close(&f->ledger);
	if (known == 6)
		ck_assert(try_batch(f));
	ck_assert_int_eq(mxlog_ledger_walk(f->fd, NULL, NULL, &f->error), 0);
}

START_TEST(whatever_fails_a_batch_is_whole_or_not_there)
{
	static const enum inject_mode modes[] = { INJECT_FAIL, INJECT_BREAK,
		INJECT_TEAR };

	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		bool came = true;

		for (unsigned long n = 1; came; n++) {
			struct fixture f;
			bool done;

			setup(&f);
			fill(&f, &key);
			inject(modes[i], INJECT_ALL, n, ENOSPC);
			done = try_batch(&f);
			came = inject_done();
			check_whole(&f, done);
			teardown(&f);
		}
	}
}
END_TEST

START_TEST(without_memory_nothing_is_half_done)
{
	bool came = true;

	for (unsigned long n = 1; came; n++) {
		struct fixture f;
		bool done;

		setup(&f);
		fill(&f, &key);
		starve(n);
		done = try_batch(&f);
		came = starve_done();
		check_whole(&f, done);
		teardown(&f);
	}
}
END_TEST

START_TEST(killed_anywhere_it_goes_on)
{
	bool killed = true;

	for (unsigned long n = 1; killed; n++) {
		struct fixture f;
		int status;
		pid_t pid;

		setup(&f);
		if (n % 2 == 0)
			fill(&f, &key);
		pid = fork();
		if (pid == 0) {
			inject(INJECT_KILL, INJECT_ALL, (n + 1) / 2, 0);
			if (open_ledger(&f, &key, MXLOG_LEDGER_APPEND) == 0)
				(void)add_batch(&f.ledger, 6, 2);
			_exit(0);
		}
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		killed = WIFSIGNALED(status) || n % 2 == 1;
		ck_assert_int_eq(open_ledger(&f, &key, MXLOG_LEDGER_APPEND), 0);
		ck_assert(!f.ledger.damaged);
		ck_assert_int_eq(add_batch(&f.ledger, 6, 2), 0);
		mxlog_ledger_close(&f.ledger);
		ck_assert_int_eq(mxlog_ledger_walk(f.fd, NULL, NULL, NULL), 0);
		teardown(&f);
	}
}
END_TEST

SUITE("ledger", what_was_flushed_is_known_again,
    others_can_check_the_chain_with_sha256sum, every_cut_leaves_whole_batches,
    a_torn_tail_is_cut_and_written_over, no_flipped_bit_goes_unseen,
    damage_in_the_middle_is_kept_and_can_be_left_behind,
    parts_say_again_what_is_known_but_what_is_gone, a_key_tells_who_closed_it,
    an_event_that_lacks_something_is_not_added,
    whatever_fails_a_batch_is_whole_or_not_there,
    without_memory_nothing_is_half_done, killed_anywhere_it_goes_on)
