/* SPDX-License-Identifier: Apache-2.0 */
/* Writes gzip files framed as archives are, with directories of all sizes, for
 * other programs to read: lines.<bytes>.log.gz beside lines.log.
 *
 * usage: archive_sizes DIR BYTES... ; archive_sizes --lines MIB FILE */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/archive_frame.h"
#include "base/fs.h"
#include "base/little_endian.h"
#include "lines.h"
#include "scratch.h"

enum {
	CONTENT = 600 * 1024,
	MEMBER = 256 * 1024,
};

static void check(int r, const char *what)
{
	if (r >= 0)
		return;
	(void)fprintf(stderr, "archive_sizes: %s: %s\n", what, strerror(-r));
	exit(EXIT_FAILURE);
}

static void put(const char *path, const struct mxlog_buf *buf)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	check(fd < 0 ? -errno : 0, path);
	check(mxlog_fs_write_all(fd, buf->data, buf->len), path);
	(void)close(fd);
}

static void write_members(const struct mxlog_buf *content,
    struct mxlog_buf *out)
{
	struct mxlog_gzip_writer *writer;

	check(mxlog_gzip_writer_new(6, &writer), "writer");
	for (size_t at = 0; at < content->len; at += MEMBER)
		check(mxlog_frame_write_data(writer, content->data + at,
			  MIN(content->len - at, (size_t)MEMBER), out),
		    "member");
	mxlog_gzip_writer_free(writer);
}

static void write_sized(const char *dir, const struct mxlog_buf *content,
    const char *size, struct lines *random)
{
	struct mxlog_buf out = { 0 }, part = { 0 };
	struct mxlog_frame_end end = { 0 };
	size_t len = strtoul(size, NULL, 10);
	char name[64];

	write_members(content, &out);
	while (part.len < len)
		check(mxlog_le_add(&part, 8, lines_random(random)), "part");
	end.bounds_at = out.len;
	check(mxlog_frame_write_part(MXLOG_FRAME_BOUNDS, part.data, len, &out),
	    "part");
	end.bounds_len = out.len - end.bounds_at;
	check(mxlog_frame_write_end(&end, &out), "end");
	(void)snprintf(name, sizeof(name), "lines.%zu.log.gz", len);
	put(scratch_path(dir, name), &out);
	mxlog_buf_done(&out);
	mxlog_buf_done(&part);
}

int main(int argc, char **argv)
{
	struct lines lines = { .time_usec = INT64_C(1769558400000000) };
	struct mxlog_buf content = { 0 };

	if (argc == 4 && strcmp(argv[1], "--lines") == 0) {
		lines_fill(&lines, strtoul(argv[2], NULL, 10) << 20, &content);
		put(argv[3], &content);
		mxlog_buf_done(&content);
		return EXIT_SUCCESS;
	}
	if (argc < 3)
		check(-EINVAL, "usage: archive_sizes DIR BYTES...");
	lines_fill(&lines, CONTENT, &content);
	put(scratch_path(argv[1], "lines.log"), &content);
	for (int i = 2; i < argc; i++)
		write_sized(argv[1], &content, argv[i], &lines);
	mxlog_buf_done(&content);
	return EXIT_SUCCESS;
}
