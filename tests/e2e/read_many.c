/* SPDX-License-Identifier: Apache-2.0 */
/* Answer many questions in one process: for each line of standard input, the
 * number of results and the SHA-256 of them.
 *
 * A line is a LogQuery and, each behind a 0x1e, what that can't say (0x1d stands
 * for a newline): M for metrics, L for the
 * last ones, xMODULE left out, fCONDITION, sFLAGS TEXT (c:
 * case matters, r: a pattern); instead of lines cFIELDS counts, aAGGREGATE
 * SECONDS is a series, and tID a trace.
 *
 * usage: read_many DIR... < questions */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <mxlog/reader.h>

#include "base/buf.h"
#include "extern/digest.h"

static void fail(const char *what, const char *query, const char *why)
{
	(void)fprintf(stderr, "%s: %s: %s\n", what, query, why);
	exit(EXIT_FAILURE);
}

struct question {
	const char *const *dirs;
	size_t n_dirs;
	const char *text; /* for complaints */
	struct mxlog_query *query;
	const char *count, *aggregates, *trace; /* or NULL */
	struct mxlog_digest *digest;
	struct mxlog_error error;
};

static void add(struct question *question, const char *text, size_t len)
{
	if (mxlog_digest_update(question->digest, text, len) < 0)
		fail("digest", "", "failed");
}

static void add_buf(struct question *question, struct mxlog_buf *buf)
{
	add(question, buf->data, buf->len);
	buf->len = 0;
}

/* ---- what was asked ---- */

static int take_search(struct question *question, const char *text)
{
	unsigned flags = 0;

	for (; *text != ' '; text++)
		flags |= *text == 'c' ? MXLOG_SEARCH_CASE : MXLOG_SEARCH_REGEX;
	return mxlog_query_set_search(question->query, text + 1, flags,
	    &question->error);
}

static int take_part(struct question *question, const char *part)
{
	struct mxlog_query *query = question->query;

	switch (*part++) {
	case 'M':
		return mxlog_query_set_metrics(query, true);
	case 'L':
		return mxlog_query_set_last(query, true);
	case 'x':
		return mxlog_query_exclude_module(query, part,
		    &question->error);
	case 'f':
		return mxlog_query_add_predicate(query, part, &question->error);
	case 's':
		return take_search(question, part);
	case 'c':
		question->count = part;
		return 0;
	case 'a':
		question->aggregates = part;
		return 0;
	case 't':
		question->trace = part;
		return 0;
	default:
		return -EINVAL;
	}
}

static void parse(struct question *question, char *line)
{
	char *json = strsep(&line, "\x1e");
	int r = mxlog_query_parse(json, strlen(json), &question->query,
	    &question->error);

	while (r >= 0 && line) {
		char *part = strsep(&line, "\x1e");

		for (char *c = part; (c = strchr(c, '\x1d')); c++)
			*c = '\n';
		r = take_part(question, part);
	}
	if (r < 0)
		fail("parse", json, question->error.text);
}

/* ---- what is answered ---- */

static uint64_t answer_lines(struct question *question,
    struct mxlog_reader *reader)
{
	struct mxlog_line line;
	uint64_t n = 0;
	int r;

	while ((r = mxlog_reader_next(reader, &line)) > 0) {
		add(question, line.text, line.len);
		add(question, "\n", 1);
		n++;
	}
	if (r < 0)
		fail("next", question->text, strerror(-r));
	return n;
}

static uint64_t answer_count(struct question *question,
    struct mxlog_reader *reader)
{
	struct mxlog_buf buf = { 0 };
	struct mxlog_groups *groups;
	size_t n;

	if (mxlog_reader_groups(reader, question->count, &groups,
		&question->error) < 0)
		fail("tally", question->text, question->error.text);
	n = mxlog_groups_get_size(groups);
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < mxlog_groups_get_fields(groups); j++) {
			const char *text;
			size_t len;

			mxlog_groups_get_value(groups, i, j, &text, &len);
			if (j > 0)
				(void)mxlog_buf_add_char(&buf, '\x1f');
			(void)mxlog_buf_add(&buf, text, len);
		}
		(void)mxlog_buf_printf(&buf, "\t%" PRIu64 "\n",
		    mxlog_groups_get_count(groups, i));
		add_buf(question, &buf);
	}
	mxlog_groups_free(groups);
	mxlog_buf_done(&buf);
	return n;
}

static uint64_t answer_aggregates(struct question *question,
    struct mxlog_reader *reader)
{
	struct mxlog_buf buf = { 0 };
	struct mxlog_aggregates *aggregates;
	char aggregate[16] = "";
	int64_t seconds = 0;
	size_t n;

	if (sscanf(question->aggregates, "%15s %" SCNd64, aggregate,
		&seconds) != 2 ||
	    mxlog_reader_aggregates(reader, aggregate, seconds * USEC_PER_SEC,
		&aggregates, &question->error) < 0)
		fail("series", question->text, question->error.text);
	n = mxlog_aggregates_get_size(aggregates);
	for (size_t i = 0; i < n; i++) {
		const struct mxlog_point *point =
		    mxlog_aggregates_get_point(aggregates, i);
		uint64_t bits;

		memcpy(&bits, &point->value, sizeof(bits));
		(void)mxlog_buf_printf(&buf,
		    "%" PRId64 " %" PRId64 " %" PRIu64 " %016" PRIx64 "\n",
		    seconds ? point->start_usec : 0, point->first_usec,
		    point->count, bits);
		add_buf(question, &buf);
	}
	mxlog_aggregates_free(aggregates);
	mxlog_buf_done(&buf);
	return n;
}

static uint64_t answer_trace(struct question *question)
{
	struct mxlog_trace_summary summary;
	struct mxlog_buf buf = { 0 };
	struct mxlog_trace *trace;

	if (mxlog_trace_read(question->dirs, question->n_dirs, question->trace,
		&trace, &question->error) < 0)
		fail("trace", question->text, question->error.text);
	mxlog_trace_get_summary(trace, &summary);
	for (size_t i = 0; i < summary.items; i++) {
		const struct mxlog_trace_item *item =
		    mxlog_trace_get_item(trace, i);

		(void)mxlog_buf_printf(&buf, "%u %zu %d ", item->depth,
		    item->operation, item->metric);
		(void)mxlog_buf_add(&buf, item->line.text, item->line.len);
		(void)mxlog_buf_add_char(&buf, '\n');
		add_buf(question, &buf);
	}
	mxlog_trace_free(trace);
	mxlog_buf_done(&buf);
	return summary.items;
}

static uint64_t answer(struct question *question)
{
	struct mxlog_reader *reader;
	uint64_t n;

	if (question->trace) {
		mxlog_query_free(question->query);
		return answer_trace(question);
	}
	if (mxlog_reader_open(question->dirs, question->n_dirs,
		&question->query, &reader, &question->error) < 0)
		fail("open", question->text, question->error.text);
	n = question->count        ? answer_count(question, reader)
	    : question->aggregates ? answer_aggregates(question, reader)
				   : answer_lines(question, reader);
	mxlog_reader_close(reader);
	return n;
}

static void ask(char **dirs, size_t n_dirs, char *line,
    struct mxlog_digest *digest)
{
	struct question question = { .dirs = (const char *const *)dirs,
		.n_dirs = n_dirs,
		.text = line,
		.digest = digest };
	unsigned char hash[MXLOG_DIGEST_LEN];
	char hex[MXLOG_DIGEST_HEX_LEN];
	uint64_t n;

	parse(&question, line);
	n = answer(&question);
	if (mxlog_digest_finish(digest, hash) < 0)
		fail("digest", line, "failed");
	mxlog_digest_format(hex, hash);
	(void)printf("%" PRIu64 " %.*s\n", n, (int)sizeof(hex), hex);
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
