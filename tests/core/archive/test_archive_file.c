/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/archive_file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/archive_frame.h"
#include "archive/archive_writer.h"
#include "base/fs.h"
#include "lines.h"
#include "scratch.h"
#include "suite.h"

/* A log directory with one archive, and its record. */
struct fixture {
	char *path;
	int dir_fd;
	struct mxlog_buf content;
	struct mxlog_archive_record record;
	struct mxlog_buf file; /* the archive's bytes */
};

#define ARCHIVE "archive/2026-01-28.log.gz"

static const struct mxlog_segment_name segment = { .day = 20481 };

static void write_archive(struct fixture *f)
{
	struct mxlog_archive_source source = {
		.segment = segment,
		.size = f->content.len,
		.archive_id = { 7, 9 },
		.archived_usec = 1000,
		.arrived_usec = 500,
	};
	int fd;

	source.fd = open(scratch_path(f->path, "in"),
	    O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ck_assert_int_eq(mxlog_fs_write_all(source.fd, f->content.data,
			     f->content.len),
	    0);
	fd = open(scratch_path(f->path, ARCHIVE),
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ck_assert_int_eq(mxlog_archive_write(&source, fd, NULL, NULL,
			     &f->record),
	    0);
	(void)close(fd);
	(void)close(source.fd);
}

static void setup_text(struct fixture *f, const char *text, size_t len)
{
	/* Files are written and read some ten thousand times. */
	if (access("/dev/shm", W_OK) == 0)
		(void)setenv("TMPDIR", "/dev/shm", 0);
	*f = (struct fixture){ .path = scratch_new() };
	f->dir_fd = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_eq(mkdir(scratch_path(f->path, "archive"), 0700), 0);
	ck_assert_int_eq(mxlog_buf_add(&f->content, text, len), 0);
	write_archive(f);
	ck_assert(scratch_read(f->path, ARCHIVE, &f->file));
}

static void setup(struct fixture *f, size_t len)
{
	struct lines lines = { .time_usec = INT64_C(1769558400000000) };
	struct mxlog_buf text = { 0 };

	lines_fill(&lines, len, &text);
	setup_text(f, text.data, text.len);
	mxlog_buf_done(&text);
}

static void teardown(struct fixture *f)
{
	(void)close(f->dir_fd);
	mxlog_buf_done(&f->content);
	mxlog_buf_done(&f->file);
	scratch_done(f->path);
}

static void put_file(const struct fixture *f, size_t len)
{
	int fd = open(scratch_path(f->path, ARCHIVE),
	    O_WRONLY | O_TRUNC | O_CLOEXEC);

	ck_assert_int_eq(mxlog_fs_write_all(fd, f->file.data, len), 0);
	(void)close(fd);
}

static int open_it(const struct fixture *f, struct mxlog_archive_file **ret)
{
	return mxlog_archive_file_open(f->dir_fd, &f->record, ret, NULL);
}

/* All members' lines, or what kept them from being read. */
static int read_all(const struct fixture *f, struct mxlog_buf *out)
{
	const struct mxlog_archive_directory *dir;
	struct mxlog_archive_scratch scratch = { 0 };
	struct mxlog_archive_file *file;
	int r = open_it(f, &file);

	if (r < 0)
		return r;
	dir = mxlog_archive_file_directory(file);
	r = mxlog_archive_file_load_ngram_filters(file, NULL);
	for (size_t i = 0; r == 0 && i < dir->n_members; i++)
		r = mxlog_archive_file_read(file, i, &scratch, out, NULL);
	mxlog_archive_scratch_done(&scratch);
	mxlog_archive_file_close(file);
	return r;
}

START_TEST(all_lines_are_read_back)
{
	struct mxlog_archive_file *file;
	struct mxlog_buf out = { 0 };
	struct fixture f;

	setup(&f, 1500000);
	ck_assert_int_eq(read_all(&f, &out), 0);
	ck_assert_uint_eq(out.len, f.content.len);
	ck_assert_mem_eq(out.data, f.content.data, out.len);
	ck_assert_int_eq(open_it(&f, &file), 0);
	ck_assert_int_eq(mxlog_archive_file_verify(file, NULL), 0);
	ck_assert_uint_eq(mxlog_archive_file_size(file), f.file.len);
	ck_assert_uint_eq(f.record.compressed_size, f.file.len);
	mxlog_archive_file_close(file);
	mxlog_buf_done(&out);
	teardown(&f);
}
END_TEST

START_TEST(members_end_at_line_ends_and_say_what_they_hold)
{
	const struct mxlog_archive_directory *dir;
	struct mxlog_archive_scratch scratch = { 0 };
	struct mxlog_archive_file *file;
	struct mxlog_buf out = { 0 };
	uint64_t entries = 0, offset = 0;
	struct fixture f;

	setup(&f, 1500000);
	ck_assert_int_eq(open_it(&f, &file), 0);
	dir = mxlog_archive_file_directory(file);
	ck_assert_uint_eq(dir->n_members, 6);
	ck_assert_uint_eq(dir->n_modules, 10);
	ck_assert_uint_eq(dir->n_tags, 21);
	for (size_t i = 0; i < dir->n_members; i++) {
		const struct mxlog_archive_member *m = &dir->members[i];

		out.len = 0;
		ck_assert_int_eq(mxlog_archive_file_read(file, i, &scratch,
				     &out, NULL),
		    0);
		ck_assert_uint_le(out.len, MXLOG_ARCHIVE_MEMBER_TARGET);
		ck_assert_int_eq(out.data[out.len - 1], '\n');
		ck_assert_uint_eq(m->offset, offset);
		ck_assert_uint_eq(m->damaged, 0);
		ck_assert_uint_eq(m->flags, 0);
		ck_assert_uint_eq(m->n_modules, 10);
		if (i > 0)
			ck_assert_int_gt(m->min_usec, m[-1].max_usec);
		offset += m->size;
		entries += m->lines;
	}
	ck_assert_uint_eq(entries, f.record.entry_count);
	ck_assert_int_eq(dir->min_usec, f.record.min_usec);
	ck_assert_int_eq(dir->max_usec, f.record.max_usec);
	ck_assert_int_eq(dir->arrived_usec, 500);
	mxlog_archive_scratch_done(&scratch);
	mxlog_archive_file_close(file);
	mxlog_buf_done(&out);
	teardown(&f);
}
END_TEST

/* ---- damage ---- */

/* A reading that goes well gives the right bytes; anything else is corrupt. */
static void expect_caught(const struct fixture *f, const char *what, size_t n)
{
	struct mxlog_buf out = { 0 };
	int r = read_all(f, &out);

	ck_assert_msg(r == -EBADMSG, "%s %zu: %d", what, n, r);
	mxlog_buf_done(&out);
}

START_TEST(an_archive_cut_anywhere_is_corrupt)
{
	struct fixture f;

	setup(&f, 2000);
	for (size_t len = 0; len < f.file.len; len++) {
		put_file(&f, len);
		expect_caught(&f, "cut at", len);
	}
	teardown(&f);
}
END_TEST

START_TEST(every_bit_of_a_small_archive_is_checked)
{
	struct fixture f;

	setup(&f, 400);
	for (size_t bit = 0; bit < f.file.len * 8; bit++) {
		f.file.data[bit / 8] ^= (char)(1 << bit % 8);
		put_file(&f, f.file.len);
		expect_caught(&f, "bit", bit);
		f.file.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	teardown(&f);
}
END_TEST

/* Fewer where each costs ten times as much. */
#ifdef __SANITIZE_ADDRESS__
#define FLIPS 500
#else
#define FLIPS 10000
#endif

START_TEST(random_flipped_bits_are_caught_before_any_line_is_given)
{
	const char *text = getenv("MXLOG_FLIPS");
	unsigned long n = text ? strtoul(text, NULL, 10) : FLIPS;
	struct lines random = { .seed = 4711 };
	struct fixture f;
	int fd;

	setup(&f, 1000000);
	fd = open(scratch_path(f.path, ARCHIVE), O_RDWR | O_CLOEXEC);
	for (unsigned long i = 0; i < n; i++) {
		size_t bit = lines_random(&random) % (f.file.len * 8);
		char byte = (char)(f.file.data[bit / 8] ^ 1 << bit % 8);

		ck_assert_int_eq(pwrite(fd, &byte, 1, (off_t)(bit / 8)), 1);
		expect_caught(&f, "bit", bit);
		ck_assert_int_eq(pwrite(fd, f.file.data + bit / 8, 1,
				     (off_t)(bit / 8)),
		    1);
	}
	(void)close(fd);
	teardown(&f);
}
END_TEST

START_TEST(a_damaged_member_costs_itself_alone)
{
	const struct mxlog_archive_directory *dir;
	struct mxlog_archive_scratch scratch = { 0 };
	struct mxlog_archive_file *file;
	struct mxlog_buf out = { 0 };
	struct mxlog_error error = { 0 };
	struct fixture f;

	setup(&f, 1000000);
	f.file.data[100000] ^= 1;
	put_file(&f, f.file.len);
	ck_assert_int_eq(open_it(&f, &file), 0);
	dir = mxlog_archive_file_directory(file);
	for (size_t i = 0; i < dir->n_members; i++) {
		const struct mxlog_archive_member *m = &dir->members[i];
		bool hit = m->offset <= 100000 && 100000 < m->offset + m->size;

		ck_assert_int_eq(mxlog_archive_file_read(file, i, &scratch,
				     &out, &error),
		    hit ? -EBADMSG : 0);
	}
	ck_assert_ptr_nonnull(
	    strstr(error.text, "2026-01-28.log.gz is corrupt"));
	ck_assert_int_eq(mxlog_archive_file_verify(file, &error), -EBADMSG);
	mxlog_archive_scratch_done(&scratch);
	mxlog_archive_file_close(file);
	mxlog_buf_done(&out);
	teardown(&f);
}
END_TEST

START_TEST(an_archive_that_is_gone_or_a_link_is_told_apart)
{
	struct mxlog_archive_file *file;
	struct fixture f;

	setup(&f, 1000);
	ck_assert_int_eq(rename(scratch_path(f.path, ARCHIVE),
			     scratch_path(f.path, "archive/moved")),
	    0);
	ck_assert_int_eq(open_it(&f, &file), -ENOENT);
	ck_assert_int_eq(symlink("moved", scratch_path(f.path, ARCHIVE)), 0);
	ck_assert_int_eq(open_it(&f, &file), -ELOOP);
	teardown(&f);
}
END_TEST

START_TEST(a_record_of_another_archive_is_refused)
{
	struct mxlog_archive_file *file;
	struct fixture f, other;

	setup(&f, 1000);
	other = f;
	other.record.archive_id.lo++;
	ck_assert_int_eq(open_it(&other, &file), -EBADMSG);
	other = f;
	other.record.entry_count++;
	ck_assert_int_eq(open_it(&other, &file), -EBADMSG);
	other = f;
	other.record.directory[0] ^= 1;
	ck_assert_int_eq(open_it(&other, &file), -EBADMSG);
	other = f;
	other.record.checksum[0] ^= 1;
	ck_assert_int_eq(open_it(&other, &file), 0);
	ck_assert_int_eq(mxlog_archive_file_verify(file, NULL), -EBADMSG);
	mxlog_archive_file_close(file);
	teardown(&f);
}
END_TEST

START_TEST(a_record_can_be_made_from_the_archive)
{
	struct mxlog_archive_record record = { 0 };
	struct fixture f;

	setup(&f, 300000);
	ck_assert_int_eq(mxlog_archive_file_describe(f.dir_fd, &f.record.name,
			     &record, NULL),
	    0);
	ck_assert_mem_eq(record.checksum, f.record.checksum, MXLOG_DIGEST_LEN);
	ck_assert_mem_eq(record.directory, f.record.directory,
	    MXLOG_DIGEST_LEN);
	ck_assert_uint_eq(record.entry_count, f.record.entry_count);
	ck_assert_int_eq(record.arrived_usec, 500);
	/* One that was renamed is not the day's that its name says. */
	record.name.day++;
	ck_assert_int_eq(rename(scratch_path(f.path, ARCHIVE),
			     scratch_path(f.path, "archive/2026-01-29.log.gz")),
	    0);
	ck_assert_int_eq(mxlog_archive_file_describe(f.dir_fd, &record.name,
			     &record, NULL),
	    -EBADMSG);
	teardown(&f);
}
END_TEST

/* ---- lines that are not as they should be ---- */

START_TEST(other_forms_of_json_have_bounds_too)
{
	static const char text[] =
	    "{ \"message\" : \"Caf\\u00e9 \\u212aELVIN\", \"module\":\"b.c\", "
	    "\"level\":\"ERROR\",\"timestamp\":\"2026-01-28T15:30:45.5Z\","
	    "\"trace_id\":\"01HQ8Z9X0ABCDEFGHJKMNPQRST\",\"tags\":[\"x\"] }\n"
	    "not json at all\n"
	    "\n"
	    "{\"trace_id\":\"01KG0YCQ0FKB8E829XZ11JN2Z5\",\"timestamp\":"
	    "\"2026-01-28T00:00:00.000001Z\",\"level\":\"INFO\",\"module\":"
	    "\"a\",\"message\":\"m\"}\n";
	const struct mxlog_archive_member *m;
	struct mxlog_ngram_set needle = { 0 };
	struct mxlog_archive_file *file;
	struct fixture f;

	setup_text(&f, LITERAL(text));
	ck_assert_int_eq(open_it(&f, &file), 0);
	m = &mxlog_archive_file_directory(file)->members[0];
	ck_assert_uint_eq(m->lines, 4);
	ck_assert_uint_eq(m->damaged, 2);
	ck_assert_uint_eq(m->flags, MXLOG_MEMBER_FOREIGN);
	ck_assert_uint_eq(m->levels[1], 1);
	ck_assert_uint_eq(m->levels[3], 1);
	ck_assert_uint_eq(m->n_modules, 2);
	ck_assert_uint_eq(m->n_tags, 1);
	ck_assert_int_eq(m->max_usec - m->min_usec, INT64_C(55845499999));
	ck_assert_int_eq(mxlog_ngram_set_add(&needle, LITERAL("kelvin")), 0);
	ck_assert_int_eq(mxlog_archive_file_load_ngram_filters(file, NULL), 0);
	ck_assert(mxlog_archive_file_may_contain(file, 0, &needle));
	mxlog_ngram_set_done(&needle);
	mxlog_archive_file_close(file);
	teardown(&f);
}
END_TEST

START_TEST(what_is_no_line_is_cut_and_kept)
{
	const struct mxlog_archive_directory *dir;
	struct mxlog_archive_file *file;
	struct mxlog_buf text = { 0 }, out = { 0 };
	struct fixture f;

	ck_assert_int_eq(mxlog_buf_reserve(&text, 20000000), 0);
	memset(text.data, 'x', 20000000);
	text.len = 20000000;
	text.data[text.len - 1] = '\n';
	setup_text(&f, text.data, text.len);
	ck_assert_int_eq(open_it(&f, &file), 0);
	dir = mxlog_archive_file_directory(file);
	ck_assert_uint_eq(dir->n_members, 3);
	ck_assert_uint_eq(dir->entry_count, 0);
	ck_assert(!(dir->members[0].flags & MXLOG_MEMBER_CONTINUES));
	ck_assert(dir->members[1].flags & MXLOG_MEMBER_CONTINUES);
	ck_assert(dir->members[2].flags & MXLOG_MEMBER_CONTINUES);
	ck_assert_int_gt(dir->members[0].min_usec, dir->members[0].max_usec);
	mxlog_archive_file_close(file);
	ck_assert_int_eq(read_all(&f, &out), 0);
	ck_assert_uint_eq(out.len, text.len);
	ck_assert_mem_eq(out.data, text.data, out.len);
	mxlog_buf_done(&text);
	mxlog_buf_done(&out);
	teardown(&f);
}
END_TEST

START_TEST(more_names_than_are_listed_mean_any)
{
	const struct mxlog_archive_directory *dir;
	struct mxlog_archive_file *file;
	struct mxlog_buf text = { 0 };
	struct fixture f;

	for (int i = 0; i < 6000; i++)
		ck_assert_int_eq(mxlog_buf_printf(&text,
				     "{\"trace_id\":"
				     "\"01KG0YCQ0FKB8E829XZ11JN2Z5\","
				     "\"timestamp\":"
				     "\"2026-01-28T00:00:00.000001Z\","
				     "\"level\":\"INFO\",\"module\":\"a.m%d\","
				     "\"message\":\"m\",\"tags\":[\"t%d\"]}\n",
				     i, i % 300),
		    0);
	setup_text(&f, text.data, text.len);
	ck_assert_int_eq(open_it(&f, &file), 0);
	dir = mxlog_archive_file_directory(file);
	ck_assert_uint_eq(dir->n_modules, MXLOG_ARCHIVE_NAMES_MAX);
	ck_assert_uint_eq(dir->members[0].n_modules, MXLOG_ARCHIVE_ANY);
	ck_assert_uint_eq(dir->members[0].n_tags, MXLOG_ARCHIVE_ANY);
	ck_assert_uint_eq(dir->entry_count, 6000);
	mxlog_archive_file_close(file);
	mxlog_buf_done(&text);
	teardown(&f);
}
END_TEST

/* ---- files that others made ---- */

static void make_foreign(struct fixture *f, const void *data, size_t len,
    uint64_t content)
{
	setup(f, 1000);
	f->file.len = 0;
	ck_assert_int_eq(mxlog_buf_add(&f->file, data, len), 0);
	put_file(f, len);
	f->record.own = false;
	f->record.original_size = content;
	ck_assert_int_eq(mxlog_digest_sha256(data, len, f->record.checksum), 0);
}

static int read_foreign(const struct fixture *f, struct mxlog_buf *out,
    struct mxlog_error *error)
{
	struct mxlog_archive_file *file;
	const char *piece;
	size_t len;
	int r = mxlog_archive_file_open(f->dir_fd, &f->record, &file, error);

	if (r < 0)
		return r;
	ck_assert_ptr_null(mxlog_archive_file_directory(file));
	while ((r = mxlog_archive_file_next(file, &piece, &len, error)) > 0)
		ck_assert_int_eq(mxlog_buf_add(out, piece, len), 0);
	mxlog_archive_file_close(file);
	return r;
}

START_TEST(a_foreign_archive_is_read_when_its_checksum_holds)
{
	static const char text[] = "one\ntwo\nthree";
	struct mxlog_gzip_writer *writer;
	struct mxlog_buf gz = { 0 }, out = { 0 };
	struct fixture f;

	ck_assert_int_eq(mxlog_gzip_writer_new(6, &writer), 0);
	ck_assert_int_eq(mxlog_gzip_write_member(writer, LITERAL(text), "", 0,
			     &gz),
	    0);
	mxlog_gzip_writer_free(writer);
	make_foreign(&f, gz.data, gz.len, strlen(text));
	ck_assert_int_eq(read_foreign(&f, &out, NULL), 0);
	ck_assert_uint_eq(out.len, strlen(text));
	ck_assert_mem_eq(out.data, text, out.len);
	/* More than the record says is not given. */
	f.record.original_size--;
	ck_assert_int_eq(read_foreign(&f, &out, NULL), -EBADMSG);
	for (size_t bit = 0; bit < gz.len * 8; bit++) {
		f.file.data[bit / 8] ^= (char)(1 << bit % 8);
		put_file(&f, f.file.len);
		out.len = 0;
		ck_assert_int_eq(read_foreign(&f, &out, NULL), -EBADMSG);
		ck_assert_uint_eq(out.len, 0);
		f.file.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	mxlog_buf_done(&gz);
	mxlog_buf_done(&out);
	teardown(&f);
}
END_TEST

START_TEST(a_foreign_archive_changed_while_it_is_read_is_noticed)
{
	struct mxlog_archive_file *file;
	struct mxlog_buf noise = { 0 };
	struct mxlog_gzip_writer *writer;
	struct mxlog_buf gz = { 0 };
	struct lines random = { .seed = 5 };
	const char *piece;
	size_t len;
	struct fixture f;
	int r;

	for (int i = 0; i < 500000; i++) {
		uint64_t x = lines_random(&random);

		ck_assert_int_eq(mxlog_buf_add(&noise, &x, sizeof(x)), 0);
	}
	ck_assert_int_eq(mxlog_gzip_writer_new(1, &writer), 0);
	ck_assert_int_eq(mxlog_gzip_write_member(writer, noise.data, noise.len,
			     "", 0, &gz),
	    0);
	mxlog_gzip_writer_free(writer);
	make_foreign(&f, gz.data, gz.len, noise.len);
	ck_assert_int_eq(mxlog_archive_file_open(f.dir_fd, &f.record, &file,
			     NULL),
	    0);
	ck_assert_int_eq(mxlog_archive_file_next(file, &piece, &len, NULL), 1);
	f.file.data[gz.len - 5] ^= 1;
	put_file(&f, gz.len);
	while ((r = mxlog_archive_file_next(file, &piece, &len, NULL)) > 0)
		continue;
	ck_assert_int_eq(r, -EBADMSG);
	mxlog_archive_file_close(file);
	mxlog_buf_done(&noise);
	mxlog_buf_done(&gz);
	teardown(&f);
}
END_TEST

/* ---- directories of all sizes ---- */

START_TEST(a_part_of_any_size_stands_in_small_members)
{
	const size_t sizes[] = { 1, 1024, 16379, 16380, 16381, 100000,
		1024 * 1024 };

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct mxlog_buf data = { 0 }, raw = { 0 }, out = { 0 };

		ck_assert_int_eq(mxlog_buf_reserve(&data, sizes[i]), 0);
		memset(data.data, (int)i + 1, sizes[i]);
		ck_assert_int_eq(mxlog_frame_write_part(MXLOG_FRAME_SKETCHES,
				     data.data, sizes[i], &raw),
		    0);
		ck_assert_int_eq(mxlog_frame_read_part(MXLOG_FRAME_SKETCHES,
				     raw.data, raw.len, &out),
		    0);
		ck_assert_uint_eq(out.len, sizes[i]);
		ck_assert_mem_eq(out.data, data.data, sizes[i]);
		ck_assert_int_eq(mxlog_frame_read_part(MXLOG_FRAME_BOUNDS,
				     raw.data, raw.len, &out),
		    -EBADMSG);
		ck_assert_int_eq(mxlog_frame_read_part(MXLOG_FRAME_SKETCHES,
				     raw.data, raw.len - 1, &out),
		    -EBADMSG);
		mxlog_buf_done(&data);
		mxlog_buf_done(&raw);
		mxlog_buf_done(&out);
	}
}
END_TEST

SUITE("archive_file", all_lines_are_read_back,
    members_end_at_line_ends_and_say_what_they_hold,
    an_archive_cut_anywhere_is_corrupt, every_bit_of_a_small_archive_is_checked,
    random_flipped_bits_are_caught_before_any_line_is_given,
    a_damaged_member_costs_itself_alone,
    an_archive_that_is_gone_or_a_link_is_told_apart,
    a_record_of_another_archive_is_refused,
    a_record_can_be_made_from_the_archive, other_forms_of_json_have_bounds_too,
    what_is_no_line_is_cut_and_kept, more_names_than_are_listed_mean_any,
    a_foreign_archive_is_read_when_its_checksum_holds,
    a_foreign_archive_changed_while_it_is_read_is_noticed,
    a_part_of_any_size_stands_in_small_members)
