/* SPDX-License-Identifier: Apache-2.0 */
#include "command/mxlog_read_corrupt.h"

#include <mxlog/config.h>
#include <mxlog/reader.h>
#include <mxlog/writer.h>

#define PREFIX "Corrupt archive: "

enum {
	NAME_LEN = 64,
};

void mxlog_read_corrupt_note(void *arg, const char *dir, const char *text)
{
	struct mxlog_read_corrupt *corrupt = arg;
	struct mxlog_buf *texts = &corrupt->texts;
	size_t before = texts->len;

	if (mxlog_buf_add(texts, dir, strlen(dir) + 1) < 0 ||
	    mxlog_buf_add(texts, text, strlen(text) + 1) < 0)
		texts->len = before;
}

/* What begins every entry about that archive: its name is the first word. */
static int make_search(struct mxlog_buf *out, const char *text)
{
	int len = (int)MIN(strcspn(text, " "), (size_t)NAME_LEN);
	int r = mxlog_buf_printf(out, PREFIX "%.*s", len, text);

	return r < 0 ? r : mxlog_buf_add_char(out, '\0');
}

/* 1 if an entry tells of it already, 0 or an error. */
static int is_told(const char *dir, const char *text)
{
	struct mxlog_buf search = { 0 };
	struct mxlog_query *query;
	struct mxlog_reader *reader = NULL;
	struct mxlog_line line;
	int r;

	r = mxlog_query_new(&query);
	if (r < 0)
		return r;
	r = make_search(&search, text);
	if (r >= 0)
		r = mxlog_query_set_search(query, search.data,
		    MXLOG_SEARCH_CASE, NULL);
	if (r >= 0)
		r = mxlog_query_add_level(query, MXLOG_ERROR);
	if (r >= 0)
		r = mxlog_reader_open(&dir, 1, &query, &reader, NULL);
	if (r >= 0)
		r = mxlog_reader_next(reader, &line);
	mxlog_reader_close(reader);
	mxlog_query_free(query);
	mxlog_buf_done(&search);
	return r;
}

static int store(const char *dir, const char *text)
{
	const struct mxlog_writer_options options = { .size = sizeof(options),
		.actor = "mxlog_read",
		.sync = MXLOG_SYNC_BATCH };
	struct mxlog_writer *writer = NULL;
	struct mxlog_config *config;
	struct mxlog_buf message = { 0 };
	int r;

	r = mxlog_config_new(&config);
	if (r < 0)
		return r;
	r = mxlog_config_set(config, "log_dir", dir, NULL);
	if (r >= 0)
		r = mxlog_buf_printf(&message, PREFIX "%s", text);
	if (r >= 0)
		r = mxlog_buf_add_char(&message, '\0');
	if (r >= 0)
		r = mxlog_writer_open(config, &options, &writer, NULL);
	if (r >= 0)
		r = mxlog_writer_add_audit(writer, MXLOG_ERROR,
		    "archive_corrupt", "failure", message.data);
	if (r >= 0)
		r = mxlog_writer_commit(writer);
	(void)mxlog_writer_close(writer);
	mxlog_config_free(config);
	mxlog_buf_done(&message);
	return r;
}

void mxlog_read_corrupt_store(struct mxlog_read_corrupt *corrupt)
{
	const char *at = corrupt->texts.data;
	const char *end = at + corrupt->texts.len;

	while (at < end) {
		const char *text = at + strlen(at) + 1;

		if (is_told(at, text) == 0)
			(void)store(at, text); /* where the account may */
		at = text + strlen(text) + 1;
	}
	mxlog_buf_done(&corrupt->texts);
}
