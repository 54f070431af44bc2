/* SPDX-License-Identifier: Apache-2.0 */
#include "config/formatter.h"

#include <stdlib.h>

#include "base/number.h"
#include "base/timestamp.h"
#include "base/utf8.h"
#include "entry/ndjson.h"

enum piece_kind {
	PIECE_TEXT,
	PIECE_FIELD,
	PIECE_LEVEL_NUMBER,
};

struct piece {
	enum piece_kind kind;
	enum mxlog_field field;
	const char *text; /* into the formatter's copy of the format */
	size_t len;
	size_t width; /* pad to that many bytes */
	bool left;    /* pad on the right */
};

enum formatter_kind {
	FORMATTER_JSON,
	FORMATTER_CONSOLE,
	FORMATTER_PIECES,
};

struct mxlog_formatter {
	enum formatter_kind kind;
	bool colour;
	char *format;
	struct piece *pieces;
	size_t n_pieces;
	bool names_exception; /* by %(exception)s: not below its line, too */
};

/* Field names: LogEntry's own, then Python's for the same thing. */
static const struct {
	const char *name;
	enum mxlog_field field;
} field_names[] = {
#define FIELD(id, key, limit, help) { key, MXLOG_FIELD_##id },
#include "tbl/fields.def"
#undef FIELD
	{ "asctime", MXLOG_FIELD_TIMESTAMP },
	{ "created", MXLOG_FIELD_TIMESTAMP },
	{ "levelname", MXLOG_FIELD_LEVEL },
	{ "name", MXLOG_FIELD_MODULE },
	{ "funcName", MXLOG_FIELD_FUNCTION },
	{ "lineno", MXLOG_FIELD_LINE_NUMBER },
	{ "process", MXLOG_FIELD_PROCESS_ID },
	{ "thread", MXLOG_FIELD_THREAD_ID },
	{ "threadName", MXLOG_FIELD_THREAD_ID },
};

/* ---- reading a format string ---- */

static struct piece *add_piece(struct mxlog_formatter *formatter)
{
	struct piece *pieces = reallocarray(formatter->pieces,
	    formatter->n_pieces + 1, sizeof(*pieces));

	if (!pieces)
		return NULL;
	formatter->pieces = pieces;
	pieces += formatter->n_pieces++;
	*pieces = (struct piece){ 0 };
	return pieces;
}

static int add_text(struct mxlog_formatter *formatter, const char *text,
    size_t len)
{
	struct piece *piece;

	if (len == 0)
		return 0;
	piece = add_piece(formatter);
	if (!piece)
		return -ENOMEM;
	piece->text = text;
	piece->len = len;
	return 0;
}

static bool find_field(const char *name, size_t len, struct piece *piece)
{
	if (len == strlen("levelno") && memcmp(name, "levelno", len) == 0) {
		piece->kind = PIECE_LEVEL_NUMBER;
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(field_names); i++) {
		if (strlen(field_names[i].name) == len &&
		    memcmp(field_names[i].name, name, len) == 0) {
			piece->kind = PIECE_FIELD;
			piece->field = field_names[i].field;
			return true;
		}
	}
	return false;
}

/* One "%(name)-8s" at *at, which is moved behind it. */
static int add_field(struct mxlog_formatter *formatter, const char **at,
    struct mxlog_error *reterr)
{
	const char *name = *at + 2;
	const char *end = strchr(name, ')');
	struct piece *piece = add_piece(formatter);
	const char *p;

	if (!piece)
		return -ENOMEM;
	if (!end)
		return mxlog_error_set(reterr, -EINVAL,
		    "\"%%(\" without \")\" in a format");
	if (!find_field(name, (size_t)(end - name), piece))
		return mxlog_error_set(reterr, -EINVAL,
		    "unknown name %%(%.*s) in a format; a field of LogEntry "
		    "was expected, such as %%(message)s",
		    (int)MIN(end - name, 60), name);
	if (piece->kind == PIECE_FIELD && piece->field == MXLOG_FIELD_EXCEPTION)
		formatter->names_exception = true;
	p = end + 1;
	piece->left = *p == '-';
	while (*p == '-' || *p == '+' || *p == '0' || *p == ' ')
		p++;
	for (; *p >= '0' && *p <= '9' && piece->width < 1000; p++)
		piece->width = piece->width * 10 + (size_t)(*p - '0');
	if (*p == '.') /* a precision says nothing about text */
		for (p++; *p >= '0' && *p <= '9';)
			p++;
	if (*p != 's' && *p != 'd' && *p != 'f')
		return mxlog_error_set(reterr, -EINVAL,
		    "\"s\" was expected behind %%(%.*s) in a format",
		    (int)MIN(end - name, 60), name);
	*at = p + 1;
	return 0;
}

static int parse(struct mxlog_formatter *formatter, struct mxlog_error *reterr)
{
	const char *start = formatter->format;
	const char *at = start;
	int r;

	while ((at = strchr(at, '%'))) {
		r = add_text(formatter, start, (size_t)(at - start));
		if (r == 0 && at[1] == '(') {
			r = add_field(formatter, &at, reterr);
			start = at;
		} else if (r == 0 && at[1] == '%') {
			start = at + 1;
			at += 2;
		} else if (r == 0) {
			r = mxlog_error_set(reterr, -EINVAL,
			    "a lone \"%%\" in a format; write %%%% for one");
		}
		if (r < 0)
			return r;
	}
	return add_text(formatter, start, strlen(start));
}

int mxlog_formatter_new(const char *format, bool colour,
    struct mxlog_formatter **ret, struct mxlog_error *reterr)
{
	struct mxlog_formatter *formatter = calloc(1, sizeof(*formatter));
	int r = 0;

	if (!formatter)
		return -ENOMEM;
	formatter->colour = colour;
	if (strcmp(format, "json") == 0) {
		formatter->kind = FORMATTER_JSON;
	} else if (strcmp(format, "console") == 0 ||
	    strcmp(format, "hybrid") == 0) {
		formatter->kind = FORMATTER_CONSOLE;
	} else {
		formatter->kind = FORMATTER_PIECES;
		formatter->format = strdup(format);
		r = formatter->format ? parse(formatter, reterr) : -ENOMEM;
	}
	if (r < 0) {
		mxlog_formatter_free(formatter);
		return r;
	}
	*ret = formatter;
	return 0;
}

void mxlog_formatter_free(struct mxlog_formatter *formatter)
{
	if (!formatter)
		return;
	free(formatter->pieces);
	free(formatter->format);
	free(formatter);
}

/* ---- making text ---- */

/* Characters that could steer a terminal or reorder what is read: controls,
 * bidi marks, embeddings and isolates, line and paragraph separators. */
static bool is_hidden(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c ||
	    (c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

int mxlog_formatter_append_visible(struct mxlog_buf *out, const char *text,
    size_t len, bool multiline)
{
	size_t plain = 0;
	int r = 0;

	for (size_t i = 0, n; i < len && r == 0; i += n) {
		uint32_t c = mxlog_utf8_decode(text + i, &n);

		if (!is_hidden(c) || c == '\t' || (c == '\n' && multiline))
			continue;
		r = mxlog_buf_add(out, text + plain, i - plain);
		if (r == 0)
			r = mxlog_buf_printf(out,
			    c < 0x100 ? "\\x%02x" : "\\u{%04x}", c);
		plain = i + n;
	}
	return r < 0 ? r : mxlog_buf_add(out, text + plain, len - plain);
}

static int append_span(struct mxlog_buf *out, const struct mxlog_entry *entry,
    struct mxlog_text_span span)
{
	if (!MXLOG_IS_SET(span))
		return 0;
	return mxlog_formatter_append_visible(out,
	    mxlog_entry_text(entry, span), span.len, false);
}

static int append_number(struct mxlog_buf *out, double value)
{
	char text[MXLOG_NUMBER_MAX];

	return mxlog_buf_add(out, text,
	    mxlog_number_format_double(text, value));
}

static int append_integer(struct mxlog_buf *out, int64_t value)
{
	char text[MXLOG_NUMBER_MAX];

	return mxlog_buf_add(out, text, mxlog_number_format_i64(text, value));
}

static int append_timestamp(struct mxlog_buf *out,
    const struct mxlog_entry *entry)
{
	char text[MXLOG_TIMESTAMP_LEN];

	mxlog_timestamp_format(text, entry->time_usec);
	return mxlog_buf_add(out, text, sizeof(text));
}

static int append_level(struct mxlog_buf *out, const struct mxlog_entry *entry)
{
	const char *name = mxlog_level_name(entry->level);

	return mxlog_buf_add(out, name, strlen(name));
}

static int append_pair(struct mxlog_buf *out, const struct mxlog_entry *entry,
    const struct mxlog_pair *pair)
{
	int r = append_span(out, entry, pair->key);

	if (r == 0)
		r = mxlog_buf_add_char(out, '=');
	return r < 0 ? r : append_span(out, entry, pair->value);
}

static int append_context(struct mxlog_buf *out,
    const struct mxlog_entry *entry)
{
	int r = 0;

	for (size_t i = 0; i < entry->n_context && r == 0; i++) {
		if (i > 0)
			r = mxlog_buf_add_char(out, ' ');
		if (r == 0)
			r = append_pair(out, entry, &entry->context[i]);
	}
	return r;
}

static int append_tags(struct mxlog_buf *out, const struct mxlog_entry *entry)
{
	int r = 0;

	for (size_t i = 0; i < entry->n_tags && r == 0; i++) {
		if (i > 0)
			r = mxlog_buf_add_char(out, ',');
		if (r == 0)
			r = append_span(out, entry, entry->tags[i]);
	}
	return r;
}

static int append_frames(struct mxlog_buf *out,
    const struct mxlog_exception *exception)
{
	const char *bytes = exception->bytes.data;
	int r = 0;

	for (size_t i = 0; i < exception->n_frames && r == 0; i++) {
		const struct mxlog_frame *frame = &exception->frames[i];

		r = mxlog_buf_printf(out, "    at ");
		if (r == 0)
			r = mxlog_formatter_append_visible(out,
			    bytes + frame->function.off, frame->function.len,
			    false);
		if (r == 0)
			r = mxlog_buf_printf(out, " (");
		if (r == 0)
			r = mxlog_formatter_append_visible(out,
			    bytes + frame->file.off, frame->file.len, false);
		if (r == 0)
			r = mxlog_buf_printf(out, ":%u)\n", frame->line);
	}
	return r;
}

/* An exception folded below its entry, causes after it. */
static int append_exception(struct mxlog_buf *out,
    const struct mxlog_exception *exception)
{
	const char *lead = "  ";
	int r = 0;

	for (; exception && r == 0; exception = exception->cause) {
		const char *bytes = exception->bytes.data;

		r = mxlog_buf_printf(out, "%s", lead);
		if (r == 0)
			r = mxlog_formatter_append_visible(out,
			    bytes + exception->type.off, exception->type.len,
			    false);
		if (r == 0)
			r = mxlog_buf_printf(out, ": ");
		if (r == 0)
			r = mxlog_formatter_append_visible(out,
			    bytes + exception->message.off,
			    exception->message.len, false);
		if (r == 0)
			r = mxlog_buf_add_char(out, '\n');
		if (r == 0)
			r = append_frames(out, exception);
		lead = "  caused by ";
	}
	return r;
}

/* The line that it stands in brings its own end. */
static int append_exception_inline(struct mxlog_buf *out,
    const struct mxlog_exception *exception)
{
	int r = append_exception(out, exception);

	if (r == 0 && exception)
		out->len--;
	return r;
}

static int append_field(struct mxlog_buf *out, const struct mxlog_entry *entry,
    enum mxlog_field field)
{
	switch (field) {
	case MXLOG_FIELD_TIMESTAMP:
		return append_timestamp(out, entry);
	case MXLOG_FIELD_LEVEL:
		return append_level(out, entry);
	case MXLOG_FIELD_LINE_NUMBER:
		return entry->has_line_number
		    ? append_integer(out, entry->line_number)
		    : 0;
	case MXLOG_FIELD_DURATION_MS:
		return entry->has_duration
		    ? append_number(out, entry->duration_ms)
		    : 0;
	case MXLOG_FIELD_CONTEXT:
		return append_context(out, entry);
	case MXLOG_FIELD_TAGS:
		return append_tags(out, entry);
	case MXLOG_FIELD_EXCEPTION:
		return append_exception_inline(out, entry->exception);
	default:
		return append_span(out, entry, entry->text[field]);
	}
}

static int append_piece(struct mxlog_buf *out, const struct mxlog_entry *entry,
    const struct piece *piece)
{
	size_t start = out->len, len, pad;
	int r;

	if (piece->kind == PIECE_TEXT)
		return mxlog_buf_add(out, piece->text, piece->len);
	if (piece->kind == PIECE_LEVEL_NUMBER)
		r = append_integer(out, entry->level);
	else
		r = append_field(out, entry, piece->field);
	len = out->len - start;
	if (r < 0 || len >= piece->width)
		return r;

	pad = piece->width - len;
	r = mxlog_buf_reserve(out, pad);
	if (r < 0)
		return r;
	if (piece->left) {
		memset(out->data + out->len, ' ', pad);
	} else {
		memmove(out->data + start + pad, out->data + start, len);
		memset(out->data + start, ' ', pad);
	}
	out->len += pad;
	return 0;
}

static int append_pieces(const struct mxlog_formatter *formatter,
    const struct mxlog_entry *entry, struct mxlog_buf *out)
{
	int r = 0;

	for (size_t i = 0; i < formatter->n_pieces && r == 0; i++)
		r = append_piece(out, entry, &formatter->pieces[i]);
	if (r == 0)
		r = mxlog_buf_add_char(out, '\n');
	if (r == 0 && entry->exception && !formatter->names_exception)
		r = append_exception(out, entry->exception);
	return r;
}

static const char *colour_of(enum mxlog_level level)
{
	switch (level) {
	case MXLOG_DEBUG:
		return "\033[2m";
	case MXLOG_WARNING:
		return "\033[33m";
	case MXLOG_ERROR:
		return "\033[31m";
	case MXLOG_CRITICAL:
		return "\033[1;31m";
	default:
		return "";
	}
}

/* 2026-01-28T15:30:45.123456Z WARNING  src.queue: message  key=value */
static int append_console(const struct mxlog_formatter *formatter,
    const struct mxlog_entry *entry, struct mxlog_buf *out)
{
	const char *on = formatter->colour ? colour_of(entry->level) : "";
	const char *off = *on ? "\033[0m" : "";
	int r = append_timestamp(out, entry);

	if (r == 0)
		r = mxlog_buf_printf(out, " %s%-8s", on,
		    mxlog_level_name(entry->level));
	if (r == 0)
		r = mxlog_buf_printf(out, "%s ", off);
	if (r == 0)
		r = append_span(out, entry, entry->text[MXLOG_FIELD_MODULE]);
	if (r == 0)
		r = mxlog_buf_printf(out, ": %s", on);
	if (r == 0)
		r = append_span(out, entry, entry->text[MXLOG_FIELD_MESSAGE]);
	if (r == 0)
		r = mxlog_buf_printf(out, "%s", off);
	if (r == 0 && entry->n_context > 0)
		r = mxlog_buf_printf(out, "  ");
	if (r == 0)
		r = append_context(out, entry);
	if (r == 0 && entry->has_duration)
		r = mxlog_buf_printf(out, " (");
	if (r == 0 && entry->has_duration)
		r = append_number(out, entry->duration_ms);
	if (r == 0 && entry->has_duration)
		r = mxlog_buf_printf(out, " ms)");
	if (r == 0)
		r = mxlog_buf_add_char(out, '\n');
	return r < 0 ? r : append_exception(out, entry->exception);
}

int mxlog_formatter_append(const struct mxlog_formatter *formatter,
    const struct mxlog_entry *entry, struct mxlog_buf *out)
{
	switch (formatter->kind) {
	case FORMATTER_JSON:
		return mxlog_ndjson_encode(entry, out);
	case FORMATTER_CONSOLE:
		return append_console(formatter, entry, out);
	case FORMATTER_PIECES:
		break;
	}
	return append_pieces(formatter, entry, out);
}
