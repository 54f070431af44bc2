/* SPDX-License-Identifier: Apache-2.0 */
/* A crash simulation of the exactly-once rules: a made-up journal of several
 * days is forwarded by a made-up writer with the real checkpoint, identities
 * and scan, through kill -9 (a torn batch), power loss (what was not synced is
 * cut, or has holes, or is gone with its file), rotation and archiving. At the
 * end each entry must stand in exactly one whole line. To show that it can
 * fail, it is also run without each of the two rules that look dispensable.
 *
 * usage: MXLOG_SIMULATIONS=<n> for more than the usual runs */
#include <mxlog/checkpoint.h>

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/timestamp.h"
#include "capture/checkpoint_coverage.h"
#include "journal_identity.h"
#include "suite.h"

enum {
	ENTRIES = 300,
	PER_DAY = 70,
	SEGMENTS = 2000,
	HOLE = 64, /* bytes; a real page would hold all of so small a file */
	FIRST_DAY = 20000,
};

#define STREAM "00c0ffee00112233445566778899aabb"

enum rules {
	ALL_RULES = 0,
	SAVE_BEFORE_PASSED = 1 << 0,
	ARCHIVE_UNCOVERED = 1 << 1,
};

struct file {
	struct mxlog_segment_name name;
	char text_name[MXLOG_SEGMENT_NAME_MAX];
	uint64_t size, durable;
	bool archived, gone;
};

struct simulation {
	uint64_t seed;
	enum rules broken;
	char dir[128];
	int dir_fd;
	struct file files[SEGMENTS];
	size_t n_files;
	int journal_len; /* entries there are by now */
	/* the process, forgotten at a crash */
	struct mxlog_checkpoint *checkpoint;
	struct mxlog_journal_identity_set known;
	int position;  /* entries accepted */
	int start_end; /* the journal's end at start */
	struct mxlog_buf batch[ENTRIES / PER_DAY + 1]; /* by day */
	int current[ENTRIES / PER_DAY + 1]; /* the day's file, or -1 */
	uint64_t claimed_end[SEGMENTS];     /* of our last line; 0: none */
	bool dirty;
	/* what archives hold */
	unsigned seen[ENTRIES];
};

static uint64_t next_random(struct simulation *sim)
{
	sim->seed ^= sim->seed << 13;
	sim->seed ^= sim->seed >> 7;
	sim->seed ^= sim->seed << 17;
	return sim->seed;
}

static bool chance(struct simulation *sim, unsigned percent)
{
	return next_random(sim) % 100 < percent;
}

static int day_of(int entry)
{
	return entry / PER_DAY;
}

static int64_t time_of(int entry)
{
	return (int64_t)(FIRST_DAY + day_of(entry)) * USEC_PER_DAY +
	    entry % PER_DAY * 1000;
}

static struct mxlog_journal_identity identity_of(int entry)
{
	return (struct mxlog_journal_identity){
		.id = 0x00c0ffee,
		.seqnum = (uint64_t)entry * 3 + 1, /* holes are normal */
		.realtime_usec = time_of(entry),
	};
}

/* ---- the writer ---- */

static int open_file(const struct simulation *sim, size_t index, int flags)
{
	int fd = openat(sim->dir_fd, sim->files[index].text_name,
	    flags | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	return fd;
}

static int new_file(struct simulation *sim, int day)
{
	struct file *file = &sim->files[sim->n_files];
	uint32_t number = 0;

	ck_assert_uint_lt(sim->n_files, SEGMENTS);
	for (size_t i = 0; i < sim->n_files; i++)
		number += sim->files[i].name.day == FIRST_DAY + day;
	*file = (struct file){
		.name = { .day = FIRST_DAY + day, .number = number },
	};
	mxlog_segment_format(file->text_name, &file->name);
	close(open_file(sim, sim->n_files, O_WRONLY | O_CREAT | O_EXCL));
	return (int)sim->n_files++;
}

/* Cut a torn tail, as the store does for whoever claims a segment. */
static void cut_tail(struct simulation *sim, size_t index)
{
	struct file *file = &sim->files[index];
	char text[65536];
	const char *last;
	size_t n;
	int fd = open_file(sim, index, O_RDWR);

	ck_assert_uint_lt(file->size, sizeof(text));
	ck_assert_int_eq(mxlog_fs_pread_full(fd, text, file->size, 0, &n), 0);
	last = memrchr(text, '\n', n);
	file->size = last ? (uint64_t)(last + 1 - text) : 0;
	ck_assert_int_eq(ftruncate(fd, (off_t)file->size), 0);
	file->durable = MIN(file->durable, file->size);
	close(fd);
}

static int claim(struct simulation *sim, int day)
{
	int *current = &sim->current[day];

	if (*current >= 0 && chance(sim, 5))
		*current = new_file(sim, day); /* rotated */
	if (*current >= 0)
		return *current;
	for (size_t i = 0; i < sim->n_files && chance(sim, 70); i++) {
		if (sim->files[i].name.day != FIRST_DAY + day ||
		    sim->files[i].archived || sim->files[i].gone)
			continue;
		cut_tail(sim, i);
		*current = (int)i;
		return *current;
	}
	*current = new_file(sim, day);
	return *current;
}

static void append(struct simulation *sim, size_t index, const char *text,
    size_t len)
{
	int fd = open_file(sim, index, O_WRONLY | O_APPEND);

	ck_assert_int_eq(mxlog_fs_write_all(fd, text, len), 0);
	close(fd);
	sim->files[index].size += len;
}

static void add_line(struct simulation *sim, int entry)
{
	struct mxlog_journal_identity identity = identity_of(entry);
	char id[MXLOG_JOURNAL_IDENTITY_MAX];
	char stamp[MXLOG_TIMESTAMP_LEN];
	size_t len = mxlog_journal_identity_format(id, &identity,
	    identity.realtime_usec);

	mxlog_timestamp_format(stamp, identity.realtime_usec);
	ck_assert_int_eq(
	    mxlog_buf_printf(&sim->batch[day_of(entry)],
		"{\"timestamp\":\"%.27s\",\"message\":\"%*d\",\"context\":"
		"{\"journal_id\":\"%.*s\"}}\n",
		stamp, (int)(next_random(sim) % 60), entry, (int)len, id),
	    0);
}

static void commit(struct simulation *sim)
{
	for (int day = 0; day <= day_of(ENTRIES - 1); day++) {
		struct mxlog_buf *batch = &sim->batch[day];
		size_t index;

		if (batch->len == 0)
			continue;
		index = (size_t)claim(sim, day);
		append(sim, index, batch->data, batch->len);
		sim->claimed_end[index] = sim->files[index].size;
		batch->len = 0;
	}
}

/* ---- the process ---- */

static int remember(void *arg, const struct mxlog_identity *found)
{
	struct mxlog_journal_identity_list list = {
		.text = found->text,
		.len = found->len,
		.line_time_usec = found->time_usec,
	};
	struct mxlog_journal_identity identity;
	struct simulation *sim = arg;

	while (mxlog_journal_identity_next(&list, &identity) > 0)
		if (mxlog_journal_identity_set_add(&sim->known, &identity) < 0)
			return -ENOMEM;
	return 0;
}

static void start(struct simulation *sim)
{
	const char *cursor;

	ck_assert_int_eq(mxlog_checkpoint_open(sim->dir, "sim", "journal_id",
			     &sim->checkpoint, NULL),
	    0);
	ck_assert_int_eq(mxlog_checkpoint_scan(sim->checkpoint, false, remember,
			     sim),
	    0);
	/* The scan makes what it found durable. */
	for (size_t i = 0; i < sim->n_files; i++)
		sim->files[i].durable = sim->files[i].size;
	cursor = mxlog_checkpoint_get_cursor(sim->checkpoint, STREAM);
	sim->position = cursor ? atoi(cursor) : 0;
	sim->start_end = sim->journal_len;
	for (size_t day = 0; day < ARRAY_LEN(sim->current); day++)
		sim->current[day] = -1;
	memset(sim->claimed_end, 0, sizeof(sim->claimed_end));
	sim->dirty = false;
}

static void stop(struct simulation *sim)
{
	mxlog_checkpoint_close(sim->checkpoint);
	mxlog_journal_identity_set_done(&sim->known);
	for (size_t day = 0; day < ARRAY_LEN(sim->batch); day++)
		sim->batch[day].len = 0;
}

static void read_some(struct simulation *sim)
{
	int n = (int)(next_random(sim) % 20);

	for (int i = 0; i < n && sim->position < sim->journal_len; i++) {
		struct mxlog_journal_identity identity =
		    identity_of(sim->position);

		if (!mxlog_journal_identity_set_take(&sim->known, &identity))
			add_line(sim, sim->position);
		sim->position++;
	}
	commit(sim);
	sim->dirty = true;
}

static bool may_save(const struct simulation *sim)
{
	return sim->broken & SAVE_BEFORE_PASSED || sim->known.n == 0 ||
	    sim->position >= sim->start_end;
}

static void save(struct simulation *sim)
{
	char cursor[16];

	if (!sim->dirty || !may_save(sim))
		return;
	mxlog_journal_identity_set_done(&sim->known);
	for (size_t i = 0; i < sim->n_files; i++) {
		if (sim->claimed_end[i] == 0)
			continue;
		sim->files[i].durable = sim->files[i].size;
		ck_assert_int_eq(mxlog_checkpoint_set_size(sim->checkpoint,
				     sim->files[i].text_name,
				     sim->claimed_end[i]),
		    0);
	}
	(void)snprintf(cursor, sizeof(cursor), "%d", sim->position);
	ck_assert_int_eq(mxlog_checkpoint_set_cursor(sim->checkpoint, STREAM,
			     cursor),
	    0);
	ck_assert_int_eq(mxlog_checkpoint_save(sim->checkpoint), 0);
	sim->dirty = false;
}

/* ---- archiving and counting ---- */

static int count_line(void *arg, const struct mxlog_identity *found)
{
	struct mxlog_journal_identity_list list = {
		.text = found->text,
		.len = found->len,
		.line_time_usec = found->time_usec,
	};
	struct mxlog_journal_identity identity;
	struct simulation *sim = arg;

	ck_assert_int_eq(mxlog_journal_identity_next(&list, &identity), 1);
	ck_assert_uint_eq(identity.seqnum % 3, 1);
	sim->seen[identity.seqnum / 3]++;
	return 0;
}

static void count_file(struct simulation *sim, size_t index)
{
	struct mxlog_checkpoint *reader;
	char text[65536], *at, *end;
	size_t n;
	int fd = open_file(sim, index, O_RDONLY);

	ck_assert_int_eq(mxlog_fs_pread_full(fd, text, sizeof(text), 0, &n), 0);
	close(fd);
	ck_assert_int_eq(mxlog_checkpoint_open(sim->dir, "count", "journal_id",
			     &reader, NULL),
	    0);
	for (at = text; (end = memchr(at, '\n', n - (size_t)(at - text)));
	     at = end + 1) {
		struct mxlog_identity found;

		if (mxlog_checkpoint_read_line(reader, at, (size_t)(end - at),
			&found) > 0)
			(void)count_line(sim, &found);
	}
	mxlog_checkpoint_close(reader);
}

static void archive_some(struct simulation *sim)
{
	for (size_t i = 0; i < sim->n_files; i++) {
		struct file *file = &sim->files[i];
		bool covered;
		int day = file->name.day - FIRST_DAY, fd;

		if (file->archived || file->gone || chance(sim, 50) ||
		    day >= day_of(sim->position) || sim->current[day] >= 0)
			continue;
		fd = open_file(sim, i, O_RDONLY);
		ck_assert_int_eq(mxlog_checkpoint_covers(sim->dir_fd,
				     &file->name, fd, &covered),
		    0);
		close(fd);
		if (!covered && !(sim->broken & ARCHIVE_UNCOVERED))
			continue;
		count_file(sim, i);
		file->archived = true;
		ck_assert_int_eq(unlinkat(sim->dir_fd, file->text_name, 0), 0);
	}
}

/* ---- crashes ---- */

/* The process was writing: a batch is there in part. */
static void tear(struct simulation *sim)
{
	for (int i = 0; i < 10 && sim->position < sim->journal_len; i++) {
		struct mxlog_journal_identity identity =
		    identity_of(sim->position);

		if (!mxlog_journal_identity_set_take(&sim->known, &identity))
			add_line(sim, sim->position);
		sim->position++;
	}
	for (int day = 0; day <= day_of(ENTRIES - 1); day++) {
		struct mxlog_buf *batch = &sim->batch[day];

		if (batch->len > 0)
			append(sim, (size_t)claim(sim, day), batch->data,
			    next_random(sim) % (batch->len + 1));
	}
}

/* What was not synced may be there, or not, or in part. */
static void lose_power(struct simulation *sim)
{
	for (size_t i = 0; i < sim->n_files; i++) {
		struct file *file = &sim->files[i];
		static const char zeros[HOLE];
		uint64_t kept;
		int fd;

		if (file->archived || file->gone || file->durable >= file->size)
			continue;
		if (file->durable == 0 && chance(sim, 30)) {
			file->gone = true;
			ck_assert_int_eq(unlinkat(sim->dir_fd, file->text_name,
					     0),
			    0);
			continue;
		}
		kept = file->durable +
		    next_random(sim) % (file->size - file->durable + 1);
		fd = open_file(sim, i, O_RDWR);
		for (uint64_t at = file->durable; at < kept; at += HOLE)
			if (chance(sim, 30))
				ck_assert_int_eq(mxlog_fs_pwrite_all(fd, zeros,
						     MIN(HOLE, kept - at),
						     (off_t)at),
				    0);
		ck_assert_int_eq(ftruncate(fd, (off_t)kept), 0);
		close(fd);
		file->size = file->durable = kept;
	}
}

static void crash(struct simulation *sim)
{
	if (chance(sim, 70))
		tear(sim);
	stop(sim);
	if (chance(sim, 50))
		lose_power(sim);
	start(sim);
}

/* ---- a run ---- */

static void live(struct simulation *sim)
{
	start(sim);
	while (sim->journal_len < ENTRIES || sim->position < ENTRIES) {
		sim->journal_len += (int)(next_random(sim) % 15);
		sim->journal_len = MIN(ENTRIES, sim->journal_len);
		read_some(sim);
		if (chance(sim, 25))
			save(sim);
		if (chance(sim, 15))
			archive_some(sim);
		if (chance(sim, 20))
			crash(sim);
	}
	stop(sim);
	for (size_t i = 0; i < sim->n_files; i++)
		if (!sim->files[i].archived && !sim->files[i].gone)
			count_file(sim, i);
}

/* Entries that are not there exactly once. */
static unsigned simulate(uint64_t seed, enum rules broken)
{
	struct simulation *sim = calloc(1, sizeof(*sim));
	char command[256];
	unsigned wrong = 0;

	ck_assert_ptr_nonnull(sim);
	sim->seed = seed * 0x9e3779b97f4a7c15 + 1;
	sim->broken = broken;
	(void)snprintf(sim->dir, sizeof(sim->dir), "%s/mxlog-rules-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(sim->dir));
	ck_assert_int_eq(mxlog_fs_open_dir(sim->dir, false, &sim->dir_fd), 0);
	live(sim);
	for (int i = 0; i < ENTRIES; i++)
		wrong += sim->seen[i] != 1;
	for (size_t day = 0; day < ARRAY_LEN(sim->batch); day++)
		mxlog_buf_done(&sim->batch[day]);
	close(sim->dir_fd);
	(void)snprintf(command, sizeof(command), "rm -r '%s'", sim->dir);
	ck_assert_int_eq(system(command), 0);
	free(sim);
	return wrong;
}

static unsigned long runs(void)
{
	const char *text = getenv("MXLOG_SIMULATIONS");

	return text ? strtoul(text, NULL, 10) : 25;
}

static unsigned long failures(enum rules broken)
{
	unsigned long failed = 0;

	for (unsigned long i = 1; i <= runs(); i++) {
		unsigned wrong = simulate(i, broken);

		if (wrong > 0 && broken == ALL_RULES)
			printf("run %lu: %u entries not there once\n", i,
			    wrong);
		failed += wrong > 0;
	}
	return failed;
}

START_TEST(under_all_rules_each_entry_is_stored_exactly_once)
{
	ck_assert_uint_eq(failures(ALL_RULES), 0);
}
END_TEST

START_TEST(saving_before_re_reading_has_passed_the_old_end_repeats_entries)
{
	ck_assert_uint_gt(failures(SAVE_BEFORE_PASSED), 0);
}
END_TEST

START_TEST(archiving_what_no_checkpoint_covers_repeats_entries)
{
	ck_assert_uint_gt(failures(ARCHIVE_UNCOVERED), 0);
}
END_TEST

SUITE("journal_rules", under_all_rules_each_entry_is_stored_exactly_once,
    saving_before_re_reading_has_passed_the_old_end_repeats_entries,
    archiving_what_no_checkpoint_covers_repeats_entries)
