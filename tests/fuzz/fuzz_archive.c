/* SPDX-License-Identifier: Apache-2.0 */
/* Reading archives. The first byte says what the rest is: a whole file (0);
 * bounds (1) or n-gram filters (2) behind which digests and frame are made right, so
 * that what checks them is reached; a foreign gzip file (3); an index (4). */
#include "archive/archive_file.h"
#include "archive/archive_index.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/archive_frame.h"
#include "base/fs.h"
#include "scratch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	LINES_MAX = 16 * 1024 * 1024, /* of a foreign file */
	MEMBERS = 3,                  /* of n-gram filters */
};

static const struct mxlog_segment_name name = { .day = 20481,
	.archived = true };

static void check(bool ok)
{
	if (!ok)
		abort();
}

static char *path;

static void remove_dir(void)
{
	scratch_done(path);
}

/* A directory for all inputs of this process. */
static int log_dir(void)
{
	static int fd = -1;

	if (fd < 0) {
		if (access("/dev/shm", W_OK) == 0)
			(void)setenv("TMPDIR", "/dev/shm", 0);
		path = scratch_new();
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		check(fd >= 0 && mkdirat(fd, "archive", 0700) == 0);
		check(atexit(remove_dir) == 0);
	}
	return fd;
}

static void put_file(const void *data, size_t size)
{
	int fd = openat(log_dir(), "archive/2026-01-28.log.gz",
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	check(fd >= 0 && mxlog_fs_write_all(fd, data, size) == 0);
	(void)close(fd);
}

static void read_own(const struct mxlog_archive_record *record)
{
	const struct mxlog_archive_directory *dir;
	struct mxlog_archive_scratch scratch = { 0 };
	struct mxlog_ngram_set needle = { 0 };
	struct mxlog_archive_file *file;
	struct mxlog_buf out = { 0 };

	if (mxlog_archive_file_open(log_dir(), record, &file, NULL) < 0)
		return;
	check(mxlog_ngram_set_add(&needle, LITERAL("password for")) == 0);
	(void)mxlog_archive_file_load_ngram_filters(file, NULL);
	dir = mxlog_archive_file_directory(file);
	for (size_t i = 0; i < dir->n_members; i++) {
		(void)mxlog_archive_file_may_contain(file, i, &needle);
		out.len = 0;
		if (mxlog_archive_file_read(file, i, &scratch, &out, NULL) == 0)
			check(out.len == dir->members[i].content);
	}
	(void)mxlog_archive_file_verify(file, NULL);
	mxlog_ngram_set_done(&needle);
	mxlog_archive_scratch_done(&scratch);
	mxlog_archive_file_close(file);
	mxlog_buf_done(&out);
}

static void try_file(const uint8_t *data, size_t size)
{
	struct mxlog_archive_record record = { 0 };

	put_file(data, size);
	if (mxlog_archive_file_describe(log_dir(), &name, &record, NULL) == 0)
		read_own(&record);
}

static void try_bounds(const uint8_t *data, size_t size)
{
	struct mxlog_archive_directory dir;
	struct mxlog_frame_end end = { 0 };
	struct mxlog_archive_record record = { .name = name, .own = true };
	struct mxlog_buf file = { 0 };

	if (mxlog_archive_directory_decode(data, size, &dir) < 0)
		return;
	record.archive_id = dir.archive_id;
	record.original_size = dir.original_size;
	record.entry_count = dir.entry_count;
	record.min_usec = dir.min_usec;
	record.max_usec = dir.max_usec;
	/* As much as the members would take. */
	if (dir.n_members > 0)
		end.bounds_at = dir.members[dir.n_members - 1].offset +
		    dir.members[dir.n_members - 1].size;
	mxlog_archive_directory_done(&dir);
	if (end.bounds_at > 1024 * 1024)
		return;
	check(mxlog_buf_reserve(&file, (size_t)end.bounds_at + 1) == 0);
	memset(file.data, 0, (size_t)end.bounds_at);
	file.len = (size_t)end.bounds_at;
	check(
	    mxlog_frame_write_part(MXLOG_FRAME_BOUNDS, data, size, &file) == 0);
	end.bounds_len = file.len - end.bounds_at;
	check(mxlog_digest_sha256(file.data + end.bounds_at,
		  (size_t)end.bounds_len, end.bounds_sha256) == 0);
	memcpy(record.directory, end.bounds_sha256, MXLOG_DIGEST_LEN);
	check(mxlog_frame_write_end(&end, &file) == 0);
	record.compressed_size = file.len;
	put_file(file.data, file.len);
	read_own(&record);
	mxlog_buf_done(&file);
}

static void try_ngram_filters(const uint8_t *data, size_t size)
{
	struct mxlog_ngram_set needle = { 0 };
	struct mxlog_ngram_filters *ngram_filters;

	if (mxlog_ngram_filters_decode(data, size, MEMBERS, &ngram_filters) < 0)
		return;
	check(mxlog_ngram_set_add(&needle, LITERAL("password for")) == 0);
	for (size_t i = 0; i < MEMBERS; i++)
		(void)mxlog_ngram_filters_may_contain(ngram_filters, i,
		    &needle);
	mxlog_ngram_set_done(&needle);
	mxlog_ngram_filters_free(ngram_filters);
}

static void try_foreign(const uint8_t *data, size_t size)
{
	struct mxlog_archive_record record = {
		.name = name,
		.original_size = LINES_MAX,
	};
	struct mxlog_archive_file *file;
	const char *piece;
	size_t len;

	put_file(data, size);
	check(mxlog_digest_sha256(data, size, record.checksum) == 0);
	if (mxlog_archive_file_open(log_dir(), &record, &file, NULL) < 0)
		return;
	while (mxlog_archive_file_next(file, &piece, &len, NULL) > 0)
		check(len > 0);
	mxlog_archive_file_close(file);
}

/* A record that is believed is written as it was read. */
static void try_index(const uint8_t *data, size_t size)
{
	const struct mxlog_archive_chain chain = { "key key key key!", 16,
		NULL };
	struct mxlog_archive_index index, again;
	struct mxlog_buf text = { 0 };

	if (mxlog_archive_index_parse((const char *)data, size, &index, NULL) <
	    0)
		return;
	check(mxlog_archive_index_format(&index, &chain, &text) == 0);
	check(
	    mxlog_archive_index_parse(text.data, text.len, &again, NULL) == 0);
	check(again.n == index.n && again.damaged == 0);
	check(mxlog_archive_index_check(&again, &chain, NULL) == 0);
	mxlog_archive_index_done(&again);
	mxlog_archive_index_done(&index);
	mxlog_buf_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const tries[])(const uint8_t *, size_t) = { try_file,
		try_bounds, try_ngram_filters, try_foreign, try_index };

	if (size > 0)
		tries[data[0] % ARRAY_LEN(tries)](data + 1, size - 1);
	return 0;
}
