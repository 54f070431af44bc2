/* SPDX-License-Identifier: Apache-2.0 */
/* JSON, a member a line, coloured where there are colours. */
#include "base/json.h"
#include "command/mxlog_read_format.h"

enum {
	INDENT = 2,
};

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
		r = mxlog_read_add_json(printer, token->text, token->len);
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

static int print_pretty(struct mxlog_read_printer *printer, const char *text,
    size_t len)
{
	int r = add_pretty(printer, text, len);

	return r < 0 ? r : mxlog_buf_add_char(&printer->out, '\n');
}

static int print_line(struct mxlog_read_printer *printer,
    const struct mxlog_line *line)
{
	int r;

	if (printer->n_fields == 0)
		return print_pretty(printer, line->text, line->len);
	r = mxlog_read_decode(printer, line);
	if (r >= 0)
		r = mxlog_read_fields_json(printer);
	return r < 0
	    ? r
	    : print_pretty(printer, printer->json.data, printer->json.len);
}

static int print_cells(struct mxlog_read_printer *printer,
    const struct mxlog_read_cell *cells, size_t n)
{
	int r = mxlog_read_cells_json(printer, cells, n);

	return r < 0
	    ? r
	    : print_pretty(printer, printer->json.data, printer->json.len);
}

const struct mxlog_read_format mxlog_read_format_pretty = {
	.name = "pretty",
	.takes_fields = true,
	.line = print_line,
	.cells = print_cells,
};
