/* SPDX-License-Identifier: Apache-2.0 */
#include "command/mxlog_read_boot.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/number.h"
#include "base/reterr.h"
#include "entry/field_path.h"
#include "entry/ndjson.h"

enum {
	BOOTS_MAX = 1000, /* that can be stepped over */
};

/* The running boot's id. */
static int current_boot(char out[MXLOG_READ_BOOT_ID],
    struct mxlog_error *reterr)
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
	size_t n = 0;
	int c;

	while (file && n < 32 && (c = fgetc(file)) != EOF && c != '\n')
		if (c != '-')
			out[n++] = (char)c;
	out[n] = '\0';
	if (file)
		(void)fclose(file);
	if (n == 32)
		return 0;
	return mxlog_error_set(reterr, -EINVAL,
	    "--boot: the running boot's id is not known; give one");
}

/* The id that a text begins with, in lower case and without dashes: how much of
 * the text it takes, or 0. */
static size_t take_id(const char *text, char out[MXLOG_READ_BOOT_ID])
{
	size_t n = 0, at = 0;

	for (; n < 32; at++) {
		char c = text[at];

		if (c == '-' && n > 0)
			continue;
		if (mxlog_number_hex_digit(c) < 0)
			return 0;
		out[n++] = c >= 'A' && c <= 'F' ? (char)(c + 32) : c;
	}
	out[n] = '\0';
	return at;
}

static int copy_id(void *arg, const struct mxlog_field_value *value)
{
	char *out = arg;

	if (value->len != 32 || value->json)
		return 0;
	memcpy(out, value->text, 32);
	out[32] = '\0';
	return 1;
}

static int read_id(const struct mxlog_line *line, char out[MXLOG_READ_BOOT_ID])
{
	struct mxlog_entry *entry;
	int r = mxlog_entry_new(&entry);

	if (r < 0)
		return r;
	r = mxlog_ndjson_decode(line->text, line->len, entry, NULL);
	if (r >= 0)
		r = mxlog_field_path_find(entry, "context.boot_id", copy_id,
		    out);
	mxlog_entry_free(entry);
	return r;
}

/* The first or last entry for which the expression holds: 1, its boot, and its
 * time; 0 if there is none. */
static int find_entry(const char *const *dirs, size_t n_dirs, const char *where,
    bool last, char out[MXLOG_READ_BOOT_ID], struct mxlog_error *reterr)
{
	struct mxlog_reader *reader = NULL;
	struct mxlog_query *query;
	struct mxlog_line line;
	int r = mxlog_query_new(&query);

	if (r < 0)
		return r;
	r = mxlog_query_add_where(query, where, strlen(where), false, reterr);
	if (r >= 0)
		r = mxlog_query_set_order(query, MXLOG_ORDER_TIMESTAMP, last);
	if (r >= 0)
		r = mxlog_query_set_window(query, 1, 0);
	if (r >= 0)
		r = mxlog_reader_open(dirs, n_dirs, &query, &reader, reterr);
	if (r >= 0)
		r = mxlog_reader_next(reader, &line);
	if (r > 0)
		r = read_id(&line, out);
	mxlog_reader_close(reader);
	mxlog_query_free(query);
	return r;
}

/* Step over boots, the newest or the oldest first: the n-th one. 1, or 0. */
static int step_boots(const char *const *dirs, size_t n_dirs, uint64_t n,
    bool newest, char out[MXLOG_READ_BOOT_ID], struct mxlog_error *reterr)
{
	struct mxlog_buf where = { 0 };
	int r = mxlog_buf_printf(&where, "context.boot_id ~ '^[0-9a-f]{32}$'");

	for (uint64_t i = 0; r >= 0 && i <= n; i++) {
		r = mxlog_buf_add_char(&where, '\0');
		if (r >= 0)
			r = find_entry(dirs, n_dirs, where.data, newest, out,
			    reterr);
		if (r <= 0)
			break;
		where.len--;
		r = mxlog_buf_printf(&where, " and context.boot_id != \"%s\"",
		    out);
		r = r < 0 ? r : 1;
	}
	mxlog_buf_done(&where);
	return r;
}

/* The place of a boot among those that there are, from the oldest on. */
static int step_from(const char *const *dirs, size_t n_dirs, const char *id,
    int64_t offset, char out[MXLOG_READ_BOOT_ID], struct mxlog_error *reterr)
{
	int r = 1;

	for (int64_t i = 0; r > 0 && i < BOOTS_MAX; i++) {
		r = step_boots(dirs, n_dirs, (uint64_t)i, false, out, reterr);
		if (r <= 0 || strcmp(out, id) != 0)
			continue;
		if (i + offset < 0)
			return 0;
		return step_boots(dirs, n_dirs, (uint64_t)(i + offset), false,
		    out, reterr);
	}
	return r < 0 ? r : 0;
}

/* A whole number with a sign, all of the text. */
static bool parse_offset(const char *text, int64_t *ret)
{
	text += *text == '+';
	return mxlog_number_parse_i64(text, strlen(text), ret) == 0 &&
	    *ret<BOOTS_MAX && * ret> - BOOTS_MAX;
}

int mxlog_read_boot_find(const char *const *dirs, size_t n_dirs,
    const char *text, char out[MXLOG_READ_BOOT_ID], struct mxlog_error *reterr)
{
	char id[MXLOG_READ_BOOT_ID];
	size_t len = take_id(text, id);
	int64_t offset = 0;
	int r;

	out[0] = '\0';
	if (strcmp(text, "all") == 0)
		return 0;
	if (len > 0 && text[len] == '\0') {
		memcpy(out, id, sizeof(id));
		return 0;
	}
	if (!*text || strcmp(text, "0") == 0 || strcmp(text, "-0") == 0)
		return current_boot(out, reterr);
	if (!parse_offset(text + len, &offset) || (len > 0 && offset == 0))
		return mxlog_error_set(reterr, -EINVAL,
		    "--boot: expected the 32 digits of a boot's id, -1 for the "
		    "boot before, 1 for the first one, or all, not '%.60s'",
		    text);
	if (len > 0)
		r = step_from(dirs, n_dirs, id, offset, out, reterr);
	else
		r = step_boots(dirs, n_dirs,
		    (uint64_t)(offset < 0 ? -offset : offset - 1), offset < 0,
		    out, reterr);
	if (r == 0)
		return mxlog_error_set(reterr, -EINVAL,
		    "--boot: there are no entries of a boot '%.60s'; "
		    "--list-boots names those that there are",
		    text);
	return r < 0 ? r : 0;
}
