/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/archive_line.h"

#include "base/timestamp.h"

enum {
	DEPTH_MAX = 16,
	TEXT_MAX = 255, /* function, thread_id, process_id, a key, a tag */
	MESSAGE_MAX = 1024 * 1024,
	TAGS_MAX = 64,
	PAIRS_MAX = 2048,
	THREAD_MAX = 64,
	DIGITS_MAX = 15,
};

/* What a byte means inside a string: 0 for most. The newline that ends the
 * line is a control character, so no scan runs past it. */
enum {
	STRING_QUOTE = 1,
	STRING_ESCAPE,
	STRING_CONTROL,
};

static const unsigned char string_class[256] = {
	[0 ... 0x1f] = STRING_CONTROL,
	['"'] = STRING_QUOTE,
	['\\'] = STRING_ESCAPE,
	[0x7f] = STRING_CONTROL,
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

/* All passes below: `p` behind what was passed, or NULL. */

static const char *pass(const char *p, const char *literal, size_t len)
{
	/* Byte for byte: nothing behind the line's newline is looked at. */
	for (size_t i = 0; i < len; i++)
		if (p[i] != literal[i])
			return NULL;
	return p + len;
}

/* Behind a backslash: only what is written for what can't stand raw. */
static const char *pass_escape(const char *p)
{
	switch (*p) {
	case '"':
	case '\\':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
		return p + 1;
	case 'u':
		if (p[1] == '0' && p[2] == '0' && is_hex(p[3]) && is_hex(p[4]))
			return p + 5;
		if (p[1] == '2' && p[2] == '0' && p[3] == '2' &&
		    (p[4] == '8' || p[4] == '9'))
			return p + 5;
		return NULL;
	default:
		return NULL;
	}
}

/* Behind the opening quote; `*escaped` becomes true if there is an escape. */
static const char *pass_string(const char *p, bool *escaped)
{
	for (;;) {
		while (string_class[(unsigned char)*p] == 0)
			p++;
		if (*p == '"')
			return p + 1;
		if (*p != '\\')
			return NULL;
		*escaped = true;
		p = pass_escape(p + 1);
		if (!p)
			return NULL;
	}
}

static const char *pass_digits(const char *p)
{
	const char *from = p;

	while (is_digit(*p))
		p++;
	return p == from ? NULL : p;
}

/* Few digits and no exponent: others are decoded. */
static const char *pass_number(const char *p)
{
	const char *from = p;

	if (*p == '-')
		p++;
	if (*p == '0' && is_digit(p[1]))
		return NULL;
	p = pass_digits(p);
	if (p && *p == '.')
		p = pass_digits(p + 1);
	if (!p || *p == 'e' || *p == 'E' || p - from > DIGITS_MAX)
		return NULL;
	return p;
}

static const char *pass_value(const char *p, unsigned depth);

static const char *pass_array(const char *p, unsigned depth)
{
	if (*p == ']')
		return p + 1;
	for (;;) {
		p = pass_value(p, depth);
		if (!p || (*p != ',' && *p != ']'))
			return NULL;
		if (*p++ == ']')
			return p;
	}
}

static const char *pass_object(const char *p, unsigned depth)
{
	bool escaped;

	if (*p == '}')
		return p + 1;
	for (;;) {
		if (*p != '"')
			return NULL;
		p = pass_string(p + 1, &escaped);
		if (!p || *p != ':')
			return NULL;
		p = pass_value(p + 1, depth);
		if (!p || (*p != ',' && *p != '}'))
			return NULL;
		if (*p++ == '}')
			return p;
	}
}

static const char *pass_value(const char *p, unsigned depth)
{
	bool escaped;

	if (depth > DEPTH_MAX)
		return NULL;
	switch (*p) {
	case '"':
		return pass_string(p + 1, &escaped);
	case '{':
		return pass_object(p + 1, depth + 1);
	case '[':
		return pass_array(p + 1, depth + 1);
	case 't':
		return pass(p, LITERAL("true"));
	case 'f':
		return pass(p, LITERAL("false"));
	case 'n':
		return pass(p, LITERAL("null"));
	default:
		return pass_number(p);
	}
}

/* A context key with its quote: snake_case. */
static const char *pass_key(const char *p)
{
	const char *from = p;

	if (*p != '_' && (*p < 'a' || *p > 'z'))
		return NULL;
	while (*p == '_' || (*p >= 'a' && *p <= 'z') || is_digit(*p))
		p++;
	return *p == '"' && p - from <= TEXT_MAX ? p + 1 : NULL;
}

static const char *pass_context(const char *p)
{
	for (unsigned n = 0; n < PAIRS_MAX; n++) {
		if (*p != '"')
			return NULL;
		p = pass_key(p + 1);
		if (!p || *p != ':')
			return NULL;
		p = pass_value(p + 1, 0);
		if (!p || (*p != ',' && *p != '}'))
			return NULL;
		if (*p++ == '}')
			return p;
	}
	return NULL;
}

/* A string of at most `max` bytes behind its opening quote. */
static const char *pass_text(const char *p, long max)
{
	const char *from = p;
	bool escaped = false;

	p = pass_string(p, &escaped);
	return p && p - from > 1 && p - from <= max ? p : NULL;
}

/* ---- fields in their order; each is there or left out ---- */

static const char *pass_level(const char *p, struct mxlog_archive_line *line)
{
	static const char *const names[] = { "DEBUG\"", "INFO\"", "WARNING\"",
		"ERROR\"", "CRITICAL\"" };

	for (unsigned i = 0; i < ARRAY_LEN(names); i++) {
		const char *end = pass(p, names[i], strlen(names[i]));

		if (end) {
			line->level = i;
			return end;
		}
	}
	return NULL;
}

static bool is_module_char(char c)
{
	return c == '.' || c == '_' || is_digit(c) ||
	    ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static const char *pass_module(const char *p, struct mxlog_archive_line *line)
{
	line->module = p;
	while (is_module_char(*p))
		p++;
	line->module_len = (size_t)(p - line->module);
	return *p == '"' && line->module_len <= TEXT_MAX ? p + 1 : NULL;
}

static const char *pass_origin(const char *p)
{
	const char *from;

	if (p[0] == ',' && p[1] == '"' && p[2] == 'f') {
		p = pass(p, LITERAL(",\"function\":\""));
		p = p ? pass_text(p, TEXT_MAX) : NULL;
	}
	if (!p || p[0] != ',' || p[1] != '"' || p[2] != 'l')
		return p;
	p = pass(p, LITERAL(",\"line_number\":"));
	if (!p || (*p == '0' && is_digit(p[1])))
		return NULL;
	from = p;
	p = pass_digits(p);
	return p && p - from <= 9 ? p : NULL;
}

static const char *pass_message(const char *p, struct mxlog_archive_line *line)
{
	p = pass(p, LITERAL(",\"message\":\""));
	if (!p)
		return NULL;
	line->message = p;
	line->message_escaped = false;
	p = pass_string(p, &line->message_escaped);
	if (!p)
		return NULL;
	line->message_len = (size_t)(p - 1 - line->message);
	return line->message_len > 0 && line->message_len <= MESSAGE_MAX ? p
									 : NULL;
}

static const char *pass_duration(const char *p)
{
	p = pass(p, LITERAL(",\"duration_ms\":"));
	return p && *p != '-' ? pass_number(p) : NULL;
}

static const char *pass_tags(const char *p, struct mxlog_archive_line *line)
{
	p = pass(p, LITERAL(",\"tags\":["));
	if (!p)
		return NULL;
	line->tags = p;
	for (unsigned n = 0; n < TAGS_MAX; n++) {
		const char *from = p;
		bool escaped = false;

		if (*p != '"')
			return NULL;
		p = pass_string(p + 1, &escaped);
		if (!p || escaped || p - from > TEXT_MAX ||
		    (*p != ',' && *p != ']'))
			return NULL;
		if (*p++ == ']') {
			line->tags_len = (size_t)(p - 1 - line->tags);
			return p;
		}
	}
	return NULL;
}

/* Behind the message: what a line ends with. */
static const char *pass_rest(const char *p, struct mxlog_archive_line *line)
{
	line->tags_len = 0;
	if (p[0] == ',' && p[1] == '"' && p[2] == 'c') {
		p = pass(p, LITERAL(",\"context\":{"));
		p = p ? pass_context(p) : NULL;
	}
	if (p && p[0] == ',' && p[1] == '"' && p[2] == 'd')
		p = pass_duration(p);
	if (p && p[0] == ',' && p[1] == '"' && p[2] == 't' && p[3] == 'a')
		p = pass_tags(p, line);
	if (p && p[0] == ',' && p[1] == '"' && p[2] == 't') {
		p = pass(p, LITERAL(",\"thread_id\":\""));
		p = p ? pass_text(p, THREAD_MAX) : NULL;
	}
	if (p && p[0] == ',' && p[1] == '"' && p[2] == 'p') {
		p = pass(p, LITERAL(",\"process_id\":\""));
		p = p ? pass_text(p, THREAD_MAX) : NULL;
	}
	return p && p[0] == '}' ? p + 1 : NULL;
}

/* {"trace_id":"<26>","timestamp":"<27>","level":" stand at fixed offsets. */
enum {
	TRACE_AT = 13,
	TIME_AT = TRACE_AT + MXLOG_ULID_LEN + 15,
	LEVEL_AT = TIME_AT + MXLOG_TIMESTAMP_LEN + 11,
	LINE_MIN = LEVEL_AT + 40, /* shorter ones are no whole line */
};

static bool scan_head(const char *line, struct mxlog_archive_line *ret)
{
	const char *time = line + TIME_AT;

	if (memcmp(line, LITERAL("{\"trace_id\":\"")) != 0 ||
	    memcmp(line + TRACE_AT + MXLOG_ULID_LEN,
		LITERAL("\",\"timestamp\":\"")) != 0 ||
	    memcmp(time + MXLOG_TIMESTAMP_LEN, LITERAL("\",\"level\":\"")) != 0)
		return false;
	if (time[10] != 'T' || time[19] != '.' || time[26] != 'Z' ||
	    time[17] == '6')
		return false;
	return mxlog_ulid_is_canonical(line + TRACE_AT, MXLOG_ULID_LEN) &&
	    mxlog_ulid_parse(line + TRACE_AT, MXLOG_ULID_LEN, &ret->trace) ==
	    0 &&
	    mxlog_timestamp_parse(time, MXLOG_TIMESTAMP_LEN, MXLOG_NO_ZONE,
		&ret->time_usec) == 0;
}

bool mxlog_archive_line_scan(const char *line, size_t len,
    struct mxlog_archive_line *ret)
{
	struct mxlog_archive_line out = { 0 };
	const char *p;

	assert(line[len] == '\n');
	if (len < LINE_MIN || !scan_head(line, &out))
		return false;
	p = pass_level(line + LEVEL_AT, &out);
	p = p ? pass(p, LITERAL(",\"module\":\"")) : NULL;
	p = p ? pass_module(p, &out) : NULL;
	p = p ? pass_origin(p) : NULL;
	p = p ? pass_message(p, &out) : NULL;
	p = p ? pass_rest(p, &out) : NULL;
	if (!p || p != line + len)
		return false;
	*ret = out;
	return true;
}
