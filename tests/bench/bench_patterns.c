/* SPDX-License-Identifier: Apache-2.0 */
/* How fast messages are grouped, and how right: of the lines of standard input,
 * or with -g the pattern's number of each line, for pattern_accuracy.py. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "report/patterns.h"

enum {
	ROUNDS = 10,
};

static double now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static size_t add_all(struct mxlog_patterns *patterns,
    const struct mxlog_buf *text)
{
	const char *p = text->data, *end = p + text->len;
	size_t n = 0;

	for (; p < end; n++) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		size_t len =
		    newline ? (size_t)(newline - p) : (size_t)(end - p);

		if (mxlog_patterns_add(patterns, p, len, (int64_t)n,
			MXLOG_INFO) < 0)
			exit(EXIT_FAILURE);
		p += len + 1;
	}
	return n;
}

static void print_groups(const struct mxlog_patterns *patterns,
    const struct mxlog_buf *text)
{
	const char *p = text->data, *end = p + text->len;

	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		size_t len =
		    newline ? (size_t)(newline - p) : (size_t)(end - p);

		printf("%s\n", mxlog_patterns_find(patterns, p, len)->id);
		p += len + 1;
	}
}

static void print_patterns(const struct mxlog_patterns *patterns)
{
	for (size_t i = 0; i < mxlog_patterns_get_size(patterns); i++) {
		const struct mxlog_message_pattern *pattern =
		    mxlog_patterns_get(patterns, i);

		printf("%9ju  %s  %s\n", (uintmax_t)pattern->count, pattern->id,
		    pattern->text);
	}
}

int main(int argc, char **argv)
{
	bool groups = argc > 1 && strcmp(argv[1], "-g") == 0;
	struct mxlog_patterns *patterns;
	struct mxlog_buf text = { 0 };
	char piece[65536];
	double start, added, finished;
	size_t n = 0, got;

	while ((got = fread(piece, 1, sizeof(piece), stdin)) > 0)
		if (mxlog_buf_add(&text, piece, got) < 0)
			return EXIT_FAILURE;
	if (text.len == 0 || mxlog_patterns_new(&patterns) < 0)
		return EXIT_FAILURE;
	start = now();
	for (int i = 0; i < (groups ? 1 : ROUNDS); i++)
		n += add_all(patterns, &text);
	added = now();
	if (mxlog_patterns_finish(patterns) < 0)
		return EXIT_FAILURE;
	finished = now();
	if (groups) {
		print_groups(patterns, &text);
	} else {
		print_patterns(patterns);
		fprintf(stderr, "%zu lines, %.0f ns each; grouped in %.1f ms\n",
		    n, (added - start) * 1e9 / (double)n,
		    (finished - added) * 1e3);
	}
	mxlog_patterns_free(patterns);
	mxlog_buf_done(&text);
	return EXIT_SUCCESS;
}
