/* SPDX-License-Identifier: Apache-2.0 */
/* Replays samples through a fuzz target, then a bounded number of random
 * mutations of each: what a fuzzer found stays found without the fuzzer.
 *
 * usage: fuzz_<noun> [file or directory]... ; MXLOG_FUZZ_ROUNDS=<n> */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t seed = 0x9e3779b97f4a7c15;

static uint64_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* Run on an exact-size copy, so that a sanitizer sees one byte too far. */
static void run(const char *data, size_t len)
{
	char *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	if (len > 0)
		memcpy(copy, data, len);
	(void)LLVMFuzzerTestOneInput((const uint8_t *)copy, len);
	free(copy);
}

static void mutate(struct mxlog_buf *buf)
{
	size_t n = 1 + next_random() % 4;

	while (n-- > 0 && buf->len > 0) {
		size_t at = next_random() % buf->len;

		switch (next_random() % 4) {
		case 0:
			buf->data[at] ^= (char)(1 << next_random() % 8);
			break;
		case 1:
			buf->data[at] = (char)next_random();
			break;
		case 2:
			buf->len = at;
			break;
		default:
			memmove(buf->data + at, buf->data + at / 2,
			    buf->len - at);
			break;
		}
	}
}

static void run_sample(const char *data, size_t len, unsigned long rounds)
{
	struct mxlog_buf buf = { 0 };

	run(data, len);
	for (unsigned long i = 0; i < rounds; i++) {
		buf.len = 0;
		if (mxlog_buf_add(&buf, data, len) < 0)
			abort();
		mutate(&buf);
		run(buf.data, buf.len);
	}
	mxlog_buf_done(&buf);
}

static int run_file(const char *path, unsigned long rounds)
{
	struct mxlog_buf buf = { 0 };
	char piece[4096];
	size_t n;
	FILE *file = fopen(path, "rb");

	if (!file) {
		perror(path);
		return 0;
	}
	while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
		if (mxlog_buf_add(&buf, piece, n) < 0)
			abort();
	(void)fclose(file);
	run_sample(buf.data ? buf.data : "", buf.len, rounds);
	mxlog_buf_done(&buf);
	return 1;
}

static int run_path(const char *path, unsigned long rounds)
{
	struct stat st;
	struct dirent *item;
	int n = 0;
	DIR *dir;

	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return run_file(path, rounds);
	dir = opendir(path);
	while (dir && (item = readdir(dir))) {
		char name[4096];

		if (item->d_name[0] == '.')
			continue;
		(void)snprintf(name, sizeof(name), "%s/%s", path, item->d_name);
		n += run_file(name, rounds);
	}
	if (dir)
		(void)closedir(dir);
	return n;
}

int main(int argc, char **argv)
{
	const char *text = getenv("MXLOG_FUZZ_ROUNDS");
	unsigned long rounds = text ? strtoul(text, NULL, 10) : 2000;
	int n = 0;

	for (int i = 1; i < argc; i++)
		n += run_path(argv[i], rounds);
	printf("%d samples, %lu mutations each\n", n, rounds);
	return n > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
