/* SPDX-License-Identifier: Apache-2.0 */
#include "command/mxlog_read_table.h"

#include "base/json.h"
#include "base/utf8.h"
#include "command/mxlog_read_short.h"
#include "command/screen.h"

enum {
	LAST_WIDTH_MIN = 20,
};

/* The values of one field, collected. */
struct collection {
	struct mxlog_buf text;
	size_t n;
	bool json; /* as JSON, else as text that commas separate */
};

static int collect(void *arg, const struct mxlog_field_value *value)
{
	struct collection *c = arg;
	int r = 0;

	if (c->n++ > 0)
		r = mxlog_buf_add_char(&c->text, ',');
	if (r < 0)
		return r;
	if (c->json && !value->json)
		return mxlog_json_quote(&c->text, value->text, value->len);
	return mxlog_buf_add(&c->text, value->text, value->len);
}

static int look_up(const struct mxlog_read_row *row, const char *field,
    struct collection *c)
{
	if (row->entry)
		return mxlog_field_path_find(row->entry, field, collect, c);
	return mxlog_field_path_metric(row->metric, field, collect, c);
}

/* ---- a table ---- */

/* Columns that a field gets; the last one takes what is left. */
static size_t width_of(const char *field)
{
	static const struct {
		const char *field;
		size_t width;
	} known[] = {
		{ "timestamp", 23 },
		{ "level", 8 },
		{ "module", 24 },
		{ "trace_id", 26 },
		{ "metric_name", 32 },
		{ "metric_type", 9 },
		{ "value", 14 },
		{ "duration_ms", 11 },
		{ "line_number", 11 },
		{ "process_id", 10 },
		{ "thread_id", 10 },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strcmp(known[i].field, field) == 0)
			return known[i].width;
	return MAX(strlen(field), (size_t)20);
}

/* Of text made for a screen: the longest prefix of that many columns. */
static size_t fit(const char *text, size_t len, size_t columns)
{
	size_t n = 0;

	while (n < len) {
		size_t next;

		(void)mxlog_utf8_decode(text + n, &next);
		if (mxlog_screen_width(text, n + next) > columns)
			break;
		n += next;
	}
	return n;
}

/* `columns` 0: as long as it is. */
static int add_cell(struct mxlog_buf *out, const char *text, size_t len,
    size_t columns)
{
	size_t width = mxlog_screen_width(text, len);
	int r;

	if (columns == 0)
		return mxlog_buf_add(out, text, len);
	if (width <= columns) {
		r = mxlog_buf_add(out, text, len);
		return r < 0
		    ? r
		    : mxlog_buf_printf(out, "%*s", (int)(columns - width), "");
	}
	len = fit(text, len, columns - 1);
	r = mxlog_buf_add(out, text, len);
	if (r >= 0)
		r = mxlog_buf_add(out, LITERAL("…"));
	width = mxlog_screen_width(text, len) + 1;
	return r < 0 ? r
		     : mxlog_buf_printf(out, "%*s", (int)(columns - width), "");
}

static size_t columns_of(const struct mxlog_read_row *row, size_t field)
{
	size_t before = 0;

	if (field + 1 < row->n_fields)
		return width_of(row->fields[field]);
	if (row->width == 0)
		return 0;
	for (size_t i = 0; i < field; i++)
		before += width_of(row->fields[i]) + 1;
	return MAX(row->width > before ? row->width - before : 0,
	    (size_t)LAST_WIDTH_MIN);
}

int mxlog_read_table_head(const struct mxlog_read_row *row,
    struct mxlog_buf *out)
{
	int r = mxlog_buf_printf(out, "%s", row->colour ? "\033[1m" : "");

	for (size_t i = 0; r >= 0 && i < row->n_fields; i++) {
		if (i > 0)
			r = mxlog_buf_add_char(out, ' ');
		if (r >= 0)
			r = add_cell(out, row->fields[i],
			    strlen(row->fields[i]),
			    i + 1 < row->n_fields ? columns_of(row, i) : 0);
	}
	return r < 0
	    ? r
	    : mxlog_buf_printf(out, "%s\n", row->colour ? "\033[0m" : "");
}

static int add_value(const struct mxlog_read_row *row, const char *field,
    struct mxlog_buf *cell)
{
	struct collection c = { 0 };
	int r;

	if (strcmp(field, "timestamp") == 0)
		return mxlog_read_local_time(cell,
		    row->entry ? row->entry->time_usec
			       : row->metric->time_usec);
	r = look_up(row, field, &c);
	if (r >= 0)
		r = mxlog_screen_text(cell, c.text.data, c.text.len, -1);
	mxlog_buf_done(&c.text);
	return r;
}

int mxlog_read_table(const struct mxlog_read_row *row, struct mxlog_buf *out)
{
	struct mxlog_buf cell = { 0 };
	int r = 0;

	for (size_t i = 0; r >= 0 && i < row->n_fields; i++) {
		const char *field = row->fields[i];
		bool coloured =
		    row->colour && row->entry && strcmp(field, "level") == 0;

		cell.len = 0;
		r = add_value(row, field, &cell);
		if (r >= 0 && i > 0)
			r = mxlog_buf_add_char(out, ' ');
		if (r >= 0 && coloured)
			r = mxlog_buf_printf(out, "%s",
			    mxlog_read_colour(row->entry->level));
		if (r >= 0)
			r = add_cell(out, cell.data ? cell.data : "", cell.len,
			    columns_of(row, i));
		if (r >= 0 && coloured)
			r = mxlog_buf_add(out, LITERAL("\033[0m"));
	}
	while (r >= 0 && out->len > 0 && out->data[out->len - 1] == ' ')
		out->len--;
	mxlog_buf_done(&cell);
	return r < 0 ? r : mxlog_buf_add_char(out, '\n');
}

/* ---- CSV ---- */

int mxlog_read_csv_add(struct mxlog_buf *out, const char *text, size_t len)
{
	bool quote = false;
	int r;

	for (size_t i = 0; i < len; i++)
		quote |= strchr(",\"\r\n", text[i]) != NULL;
	if (!quote)
		return mxlog_buf_add(out, text, len);
	r = mxlog_buf_add_char(out, '"');
	for (size_t i = 0; r >= 0 && i < len; i++) {
		if (text[i] == '"')
			r = mxlog_buf_add_char(out, '"');
		if (r >= 0)
			r = mxlog_buf_add_char(out, text[i]);
	}
	return r < 0 ? r : mxlog_buf_add_char(out, '"');
}

int mxlog_read_csv_head(const struct mxlog_read_row *row, struct mxlog_buf *out)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < row->n_fields; i++) {
		if (i > 0)
			r = mxlog_buf_add_char(out, ',');
		if (r >= 0)
			r = mxlog_read_csv_add(out, row->fields[i],
			    strlen(row->fields[i]));
	}
	return r < 0 ? r : mxlog_buf_add(out, LITERAL("\r\n"));
}

int mxlog_read_csv(const struct mxlog_read_row *row, struct mxlog_buf *out)
{
	struct collection c = { 0 };
	int r = 0;

	for (size_t i = 0; r >= 0 && i < row->n_fields; i++) {
		c.n = 0;
		c.text.len = 0;
		r = look_up(row, row->fields[i], &c);
		if (r >= 0 && i > 0)
			r = mxlog_buf_add_char(out, ',');
		if (r >= 0)
			r = mxlog_read_csv_add(out,
			    c.text.data ? c.text.data : "", c.text.len);
	}
	mxlog_buf_done(&c.text);
	return r < 0 ? r : mxlog_buf_add(out, LITERAL("\r\n"));
}

/* ---- JSON ---- */

int mxlog_read_row_json(const struct mxlog_read_row *row, struct mxlog_buf *out)
{
	struct collection c = { .json = true };
	bool first = true;
	int r = mxlog_buf_add_char(out, '{');

	for (size_t i = 0; r >= 0 && i < row->n_fields; i++) {
		const char *field = row->fields[i];

		c.n = 0;
		c.text.len = 0;
		r = look_up(row, field, &c);
		if (r < 0 || c.n == 0)
			continue;
		r = mxlog_buf_printf(out, "%s", first ? "" : ",");
		if (r >= 0)
			r = mxlog_json_quote(out, field, strlen(field));
		if (r >= 0)
			r = mxlog_buf_printf(out, ":%s", c.n > 1 ? "[" : "");
		if (r >= 0)
			r = mxlog_buf_add(out, c.text.data, c.text.len);
		if (r >= 0 && c.n > 1)
			r = mxlog_buf_add_char(out, ']');
		first = false;
	}
	mxlog_buf_done(&c.text);
	return r < 0 ? r : mxlog_buf_add_char(out, '}');
}
