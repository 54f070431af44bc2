/* SPDX-License-Identifier: Apache-2.0 */
/* check_lines FILE...: every line must be an entry (or, of *.metrics.log, a
 * metric) that passes validation and is written in canonical form. Tells the
 * first damaged ones and prints how many lines were good. */
#include <stdio.h>
#include <stdlib.h>

#include "entry/ndjson.h"

struct checker {
	struct mxlog_entry *entry;
	struct mxlog_metric *metric;
	struct mxlog_buf canonical;
	unsigned long good, bad;
};

static int decode(struct checker *c, bool metrics, const char *line, size_t len,
    struct mxlog_error *error)
{
	int r;

	mxlog_buf_clear(&c->canonical);
	if (metrics) {
		r = mxlog_ndjson_decode_metric(line, len, c->metric, error);
		return r < 0
		    ? r
		    : mxlog_ndjson_encode_metric(c->metric, &c->canonical);
	}
	r = mxlog_ndjson_decode(line, len, c->entry, error);
	return r < 0 ? r : mxlog_ndjson_encode(c->entry, &c->canonical);
}

static void check_line(struct checker *c, const char *file, bool metrics,
    const char *line, size_t len)
{
	struct mxlog_error error = { .text = "not in canonical form" };

	if (len > 0 && line[len - 1] == '\n' &&
	    decode(c, metrics, line, len - 1, &error) == 0 &&
	    c->canonical.len == len &&
	    memcmp(c->canonical.data, line, len) == 0) {
		c->good++;
		return;
	}
	if (c->bad++ < 5)
		fprintf(stderr, "%s: %s: %.*s\n", file, error.text,
		    (int)MIN(len, 300), line);
}

static int check_file(struct checker *c, const char *name)
{
	FILE *file = fopen(name, "re");
	bool metrics = strstr(name, ".metrics.log");
	char *line = NULL;
	size_t capacity = 0;
	ssize_t len;

	if (!file) {
		perror(name);
		return 1;
	}
	while ((len = getline(&line, &capacity, file)) >= 0)
		check_line(c, name, metrics, line, (size_t)len);
	free(line);
	fclose(file);
	return 0;
}

int main(int argc, char **argv)
{
	struct checker c = { 0 };
	int status = 0;
	int i;

	if (mxlog_entry_new(&c.entry) < 0 || mxlog_metric_new(&c.metric) < 0)
		return 2;
	for (i = 1; i < argc; i++)
		status |= check_file(&c, argv[i]);
	printf("%lu good lines, %lu bad\n", c.good, c.bad);
	mxlog_entry_free(c.entry);
	mxlog_metric_free(c.metric);
	mxlog_buf_done(&c.canonical);
	return status || c.bad > 0;
}
