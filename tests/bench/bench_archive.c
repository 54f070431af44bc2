/* SPDX-License-Identifier: Apache-2.0 */
/* Compresses a file of lines as the archive cycle does, and says how long it
 * took. bench_archive.sh runs it beside gzip and pigz.
 *
 * usage: bench_archive FILE [OUT] · bench_archive --generate MIB FILE */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "archive/archive_writer.h"
#include "base/fs.h"
#include "base/timestamp.h"
#include "lines.h"

static double cpu_seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int generate(const char *path, unsigned long mib)
{
	struct lines lines = { .time_usec = INT64_C(1769558400000000) };
	struct mxlog_buf buf = { 0 };
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int r = fd < 0 ? -errno : 0;

	for (unsigned long i = 0; r == 0 && i < mib; i++) {
		buf.len = 0;
		lines_fill(&lines, 1024 * 1024, &buf);
		r = mxlog_fs_write_all(fd, buf.data, buf.len);
	}
	mxlog_buf_done(&buf);
	if (fd >= 0)
		(void)close(fd);
	return r;
}

static int compress(const char *path, const char *out)
{
	struct mxlog_archive_source source = {
		.segment = { .day = 20481 },
		.archived_usec = mxlog_timestamp_now(),
	};
	struct mxlog_archive_record record;
	struct stat st;
	double seconds;
	int fd, r;

	source.fd = open(path, O_RDONLY | O_CLOEXEC);
	fd = open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (source.fd < 0 || fd < 0 || fstat(source.fd, &st) < 0)
		return -errno;
	source.size = (uint64_t)st.st_size;
	seconds = cpu_seconds();
	r = mxlog_archive_write(&source, fd, NULL, NULL, &record);
	seconds = cpu_seconds() - seconds;
	(void)close(source.fd);
	(void)close(fd);
	if (r < 0)
		return r;
	printf(
	    "mxlog %.2f s, %.0f MB/s, %llu bytes, ratio %.2f, %llu entries\n",
	    seconds, (double)st.st_size / 1e6 / seconds,
	    (unsigned long long)record.compressed_size,
	    (double)st.st_size / (double)record.compressed_size,
	    (unsigned long long)record.entry_count);
	return 0;
}

int main(int argc, char **argv)
{
	int r = -EINVAL;

	if (argc == 4 && strcmp(argv[1], "--generate") == 0)
		r = generate(argv[3], strtoul(argv[2], NULL, 10));
	else if (argc == 2 || argc == 3)
		r = compress(argv[1], argc == 3 ? argv[2] : "/dev/null");
	if (r < 0)
		(void)fprintf(stderr, "bench_archive: %s\n", strerror(-r));
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
