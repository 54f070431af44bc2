/* SPDX-License-Identifier: Apache-2.0 */
/* Answer many LogQueries in one process: for each line of standard input, the
 * number of results and the SHA-256 of their lines.
 *
 * usage: read_many DIR... < queries */
#include <stdio.h>
#include <stdlib.h>

#include <mxlog/reader.h>

#include "digest.h"

static void fail(const char *what, const char *query, const char *why)
{
	(void)fprintf(stderr, "%s: %s: %s\n", what, query, why);
	exit(EXIT_FAILURE);
}

static uint64_t answer(struct mxlog_reader *reader, struct mxlog_digest *digest)
{
	struct mxlog_line line;
	uint64_t n = 0;
	int r;

	while ((r = mxlog_reader_next(reader, &line)) > 0) {
		if (mxlog_digest_update(digest, line.text, line.len) < 0 ||
		    mxlog_digest_update(digest, "\n", 1) < 0)
			fail("digest", "", "failed");
		n++;
	}
	if (r < 0)
		fail("next", "", strerror(-r));
	return n;
}

static void ask(char **dirs, size_t n_dirs, const char *json,
    struct mxlog_digest *digest)
{
	const char *const *list = (const char *const *)dirs;
	unsigned char hash[MXLOG_DIGEST_LEN];
	char hex[MXLOG_DIGEST_HEX_LEN];
	struct mxlog_query *query;
	struct mxlog_reader *reader;
	struct mxlog_error error = { 0 };
	uint64_t n;

	if (mxlog_query_parse(json, strlen(json), &query, &error) < 0)
		fail("parse", json, error.text);
	if (mxlog_reader_open(list, n_dirs, &query, &reader, &error) < 0)
		fail("open", json, error.text);
	n = answer(reader, digest);
	mxlog_reader_close(reader);
	if (mxlog_digest_finish(digest, hash) < 0)
		fail("digest", json, "failed");
	mxlog_digest_format(hex, hash);
	(void)printf("%llu %.*s\n", (unsigned long long)n, (int)sizeof(hex),
	    hex);
}

int main(int argc, char **argv)
{
	struct mxlog_digest *digest;
	char *line = NULL;
	size_t capacity = 0;
	ssize_t len;

	if (argc < 2 || mxlog_digest_new(NULL, 0, &digest) < 0)
		return EXIT_FAILURE;
	while ((len = getline(&line, &capacity, stdin)) > 0) {
		line[strcspn(line, "\n")] = '\0';
		ask(argv + 1, (size_t)argc - 1, line, digest);
	}
	free(line);
	mxlog_digest_free(digest);
	return EXIT_SUCCESS;
}
