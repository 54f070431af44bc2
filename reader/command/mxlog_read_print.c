/* SPDX-License-Identifier: Apache-2.0 */
#include "command/mxlog_read_print.h"

#include <stdlib.h>

#include "base/fs.h"
#include "base/json.h"
#include "command/mxlog_read_short.h"
#include "command/mxlog_read_table.h"
#include "command/screen.h"
#include "entry/ndjson.h"

enum {
	FLUSH_BYTES = 128 * 1024,
	INDENT = 2,
};

struct mxlog_read_printer {
	struct mxlog_read_screen screen;
	bool metrics;
	enum mxlog_read_output output;
	char **fields; /* borrowed from the options */
	size_t n_fields;
	bool headed; /* a table's or CSV's first line was printed */
	struct mxlog_buf out;
	struct mxlog_buf json; /* a line made of the fields asked for */
	struct mxlog_entry *entry;
	struct mxlog_metric *metric;
};

int mxlog_read_printer_new(const struct mxlog_read_options *options,
    const struct mxlog_read_screen *screen, struct mxlog_read_printer **ret)
{
	struct mxlog_read_printer *printer = calloc(1, sizeof(*printer));
	int r;

	if (!printer)
		return -ENOMEM;
	printer->screen = *screen;
	printer->metrics = options->query->metrics;
	printer->output = options->output;
	printer->fields = options->fields;
	printer->n_fields = options->n_fields;
	r = mxlog_entry_new(&printer->entry);
	if (r >= 0)
		r = mxlog_metric_new(&printer->metric);
	if (r < 0)
		mxlog_read_printer_free(printer);
	else
		*ret = printer;
	return r;
}

void mxlog_read_printer_free(struct mxlog_read_printer *printer)
{
	if (!printer)
		return;
	mxlog_entry_free(printer->entry);
	mxlog_metric_free(printer->metric);
	mxlog_buf_done(&printer->out);
	mxlog_buf_done(&printer->json);
	free(printer);
}

int mxlog_read_flush(struct mxlog_read_printer *printer)
{
	int r = mxlog_fs_write_all(printer->screen.fd, printer->out.data,
	    printer->out.len);

	mxlog_buf_clear(&printer->out);
	return r;
}

/* Of what stands in the file as it is when it was found. */
static int decode(struct mxlog_read_printer *printer,
    const struct mxlog_line *line)
{
	return printer->metrics
	    ? mxlog_ndjson_decode_metric(line->text, line->len, printer->metric,
		  NULL)
	    : mxlog_ndjson_decode(line->text, line->len, printer->entry, NULL);
}

/* What the field printers need. */
static struct mxlog_read_row row_of(const struct mxlog_read_printer *printer)
{
	static const char *const entry_fields[] = { "timestamp", "level",
		"module", "message" };
	static const char *const metric_fields[] = { "timestamp", "metric_name",
		"value", "unit" };
	struct mxlog_read_row row = {
		.entry = printer->metrics ? NULL : printer->entry,
		.metric = printer->metrics ? printer->metric : NULL,
		.fields = (const char *const *)printer->fields,
		.n_fields = printer->n_fields,
		.width = printer->screen.width,
		.colour = printer->screen.colour,
	};

	if (row.n_fields > 0)
		return row;
	row.fields = printer->metrics ? metric_fields : entry_fields;
	row.n_fields = ARRAY_LEN(entry_fields);
	return row;
}

static int print_rows(struct mxlog_read_printer *printer, bool csv)
{
	struct mxlog_read_row row = row_of(printer);
	int r = 0;

	if (!printer->headed)
		r = csv ? mxlog_read_csv_head(&row, &printer->out)
			: mxlog_read_table_head(&row, &printer->out);
	printer->headed = true;
	if (r < 0)
		return r;
	return csv ? mxlog_read_csv(&row, &printer->out)
		   : mxlog_read_table(&row, &printer->out);
}

/* ---- json and pretty ---- */

static int add_json(struct mxlog_read_printer *printer, const char *text,
    size_t len)
{
	if (printer->screen.terminal)
		return mxlog_screen_json(&printer->out, text, len);
	return mxlog_buf_add(&printer->out, text, len);
}

static int add_newline(struct mxlog_buf *out, unsigned depth)
{
	return mxlog_buf_printf(out, "\n%*s", (int)(depth * INDENT), "");
}

static const char *colour_of(enum mxlog_json_type type)
{
	switch (type) {
	case MXLOG_JSON_KEY:
		return "\033[34m";
	case MXLOG_JSON_STRING:
		return "\033[32m";
	case MXLOG_JSON_NUMBER:
	case MXLOG_JSON_TRUE:
	case MXLOG_JSON_FALSE:
	case MXLOG_JSON_NULL:
		return "\033[33m";
	default:
		return "";
	}
}

/* A scalar or a key, as it stands in the text. */
static int add_token(struct mxlog_read_printer *printer,
    const struct mxlog_json_token *token)
{
	bool quoted =
	    token->type == MXLOG_JSON_KEY || token->type == MXLOG_JSON_STRING;
	struct mxlog_buf *out = &printer->out;
	const char *quote = quoted ? "\"" : "";
	int r;

	r = mxlog_buf_printf(out, "%s%s",
	    printer->screen.colour ? colour_of(token->type) : "", quote);
	if (r >= 0)
		r = add_json(printer, token->text, token->len);
	if (r >= 0)
		r = mxlog_buf_printf(out, "%s%s", quote,
		    printer->screen.colour ? "\033[0m" : "");
	if (r >= 0 && token->type == MXLOG_JSON_KEY)
		r = mxlog_buf_add(out, LITERAL(": "));
	return r;
}

static bool is_end(enum mxlog_json_type type)
{
	return type == MXLOG_JSON_OBJECT_END || type == MXLOG_JSON_ARRAY_END;
}

static char bracket(enum mxlog_json_type type)
{
	switch (type) {
	case MXLOG_JSON_OBJECT:
		return '{';
	case MXLOG_JSON_OBJECT_END:
		return '}';
	case MXLOG_JSON_ARRAY:
		return '[';
	case MXLOG_JSON_ARRAY_END:
		return ']';
	default:
		return '\0';
	}
}

static int add_pretty(struct mxlog_read_printer *printer, const char *text,
    size_t len)
{
	enum mxlog_json_type before = MXLOG_JSON_KEY;
	struct mxlog_json_token token;
	struct mxlog_json json;
	int r;

	mxlog_json_init(&json, text, len);
	while ((r = mxlog_json_next(&json, &token)) > 0) {
		bool first = bracket(before) && !is_end(before);
		char c = bracket(token.type);

		r = 0;
		if (before != MXLOG_JSON_KEY && !first && !is_end(token.type))
			r = mxlog_buf_add_char(&printer->out, ',');
		if (r >= 0 && before != MXLOG_JSON_KEY &&
		    !(first && is_end(token.type)))
			r = add_newline(&printer->out, token.depth);
		if (r >= 0)
			r = c ? mxlog_buf_add_char(&printer->out, c)
			      : add_token(printer, &token);
		if (r < 0)
			return r;
		before = token.type;
	}
	return r;
}

/* The fields asked for as one JSON line. */
static int make_json(struct mxlog_read_printer *printer)
{
	struct mxlog_read_row row = row_of(printer);

	printer->json.len = 0;
	return mxlog_read_row_json(&row, &printer->json);
}

static int print_json(struct mxlog_read_printer *printer,
    const struct mxlog_line *line)
{
	const char *text = line->text;
	size_t len = line->len;
	int r = 0;

	if (printer->n_fields > 0) {
		r = decode(printer, line);
		if (r >= 0)
			r = make_json(printer);
		text = printer->json.data;
		len = printer->json.len;
	}
	if (r >= 0)
		r = printer->output == MXLOG_READ_PRETTY
		    ? add_pretty(printer, text, len)
		    : add_json(printer, text, len);
	return r < 0 ? r : mxlog_buf_add_char(&printer->out, '\n');
}

static int print_cat(struct mxlog_read_printer *printer)
{
	struct mxlog_text_span span = printer->metrics
	    ? printer->metric->name
	    : printer->entry->text[MXLOG_FIELD_MESSAGE];
	const char *base = printer->metrics ? printer->metric->bytes.data
					    : printer->entry->bytes.data;
	int r;

	if (printer->screen.terminal)
		r = mxlog_screen_text(&printer->out, base + span.off, span.len,
		    0);
	else
		r = mxlog_buf_add(&printer->out, base + span.off, span.len);
	return r < 0 ? r : mxlog_buf_add_char(&printer->out, '\n');
}

/* ---- all of them ---- */

static int print(struct mxlog_read_printer *printer,
    const struct mxlog_line *line)
{
	struct mxlog_read_row row;
	int r;

	if (printer->output == MXLOG_READ_JSON ||
	    printer->output == MXLOG_READ_PRETTY)
		return print_json(printer, line);
	r = decode(printer, line);
	if (r < 0)
		return r;
	switch (printer->output) {
	case MXLOG_READ_TABLE:
		return print_rows(printer, false);
	case MXLOG_READ_CSV:
		return print_rows(printer, true);
	case MXLOG_READ_CAT:
		return print_cat(printer);
	default:
		row = row_of(printer);
		return mxlog_read_short(&row, &printer->out);
	}
}

int mxlog_read_print(struct mxlog_read_printer *printer,
    const struct mxlog_line *line)
{
	int r = print(printer, line);

	if (r == -EBADMSG)
		r = 0; /* its writer took it back since it was found */
	if (r >= 0 && printer->out.len >= FLUSH_BYTES)
		r = mxlog_read_flush(printer);
	return r;
}

int mxlog_read_print_note(struct mxlog_read_printer *printer, const char *text)
{
	return mxlog_buf_printf(&printer->out, "%s\n", text);
}
