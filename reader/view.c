/* SPDX-License-Identifier: Apache-2.0 */
#include "view.h"

#include "lanes.h"
#include "name.h"
#include "number.h"
#include "timestamp.h"

enum {
	CONTEXT_MAX = 2048, /* members; more are left to the slow path */
	TAGS_MAX = 64,
	SHORT_TEXT = 64,
	NUMBER_TEXT = 20,
	MESSAGE_MAX = 1024 * 1024,
	DEPTH = 60, /* of containers in context */
};

/* The bytes at p are this literal; pass over them. */
#define EAT(p, literal) eat(p, LITERAL(literal))

static inline bool eat(const char **p, const char *literal, size_t len)
{
	if (memcmp(*p, literal, len) != 0)
		return false;
	*p += len;
	return true;
}

bool mxlog_view_has_prefix(const char *line)
{
	return memcmp(line, LITERAL("{\"trace_id\":\"")) == 0 &&
	    memcmp(line + 39, LITERAL("\",\"timestamp\":\"")) == 0 &&
	    memcmp(line + 81, LITERAL("\",\"level\":\"")) == 0;
}

enum mxlog_level mxlog_view_level(const char *at)
{
	switch (*at) {
	case 'D':
		return memcmp(at, LITERAL("DEBUG\"")) == 0 ? MXLOG_DEBUG : 0;
	case 'I':
		return memcmp(at, LITERAL("INFO\"")) == 0 ? MXLOG_INFO : 0;
	case 'W':
		return memcmp(at, LITERAL("WARNING\"")) == 0 ? MXLOG_WARNING
							     : 0;
	case 'E':
		return memcmp(at, LITERAL("ERROR\"")) == 0 ? MXLOG_ERROR : 0;
	case 'C':
		return memcmp(at, LITERAL("CRITICAL\"")) == 0 ? MXLOG_CRITICAL
							      : 0;
	default:
		return 0;
	}
}

/* ---- trace_id and timestamp ---- */

static uint32_t ulid_mask(const char *text)
{
	mxlog_lanes v = mxlog_lanes_load(text);
	mxlog_lanes good = mxlog_lanes_within(v, '0', '9') |
	    (mxlog_lanes_within(v, 'A', 'Z') & (mxlog_lanes)(v != 'I') &
		(mxlog_lanes)(v != 'L') & (mxlog_lanes)(v != 'O') &
		(mxlog_lanes)(v != 'U'));

	return mxlog_lanes_mask(good);
}

static bool ulid_is_canonical(const char *id)
{
	return id[0] <= '7' && (ulid_mask(id) & ulid_mask(id + 10)) == 0xffff;
}

static unsigned two(const char *p)
{
	return (unsigned)(p[0] - '0') * 10 + (unsigned)(p[1] - '0');
}

/* Every character is of its kind; the ranges are left to be seen. */
static bool time_has_form(const char *t)
{
	static const char form[] = "0000-00-00T00:00:00.000000Z";
	uint32_t good = 0xffff;

	for (size_t at = 0; at <= 11; at += 11) {
		mxlog_lanes v = mxlog_lanes_load(t + at);
		mxlog_lanes f = mxlog_lanes_load(form + at);
		mxlog_lanes digit =
		    mxlog_lanes_within(v, '0', '9') & (mxlog_lanes)(f == '0');

		good &= mxlog_lanes_mask(
		    digit | ((mxlog_lanes)(v == f) & (mxlog_lanes)(f != '0')));
	}
	return good == 0xffff;
}

static bool parse_time(struct mxlog_view_cache *cache, const char *t,
    int64_t *ret)
{
	unsigned hour = two(t + 11), minute = two(t + 14), second = two(t + 17);
	unsigned fraction;

	if (!time_has_form(t) || hour > 23 || minute > 59 || second > 59)
		return false;
	if (memcmp(cache->date, t, sizeof(cache->date)) != 0) {
		int32_t day;

		if (mxlog_timestamp_parse_date(t, MXLOG_DATE_LEN, &day) < 0)
			return false;
		memcpy(cache->date, t, sizeof(cache->date));
		cache->date_usec = day * USEC_PER_DAY;
	}
	fraction = two(t + 20) * 10000 + two(t + 22) * 100 + two(t + 24);
	*ret = cache->date_usec +
	    ((int64_t)(hour * 60 + minute) * 60 + second) * USEC_PER_SEC +
	    fraction;
	return true;
}

/* ---- JSON without its grammar's freedom ---- */

/* The first byte from p on that ends a run of plain string bytes: a quote, a
 * backslash or a control character. The newline behind the line is one. */
static inline const char *plain(const char *p)
{
	for (;;) {
		mxlog_lanes v = mxlog_lanes_load(p);
		uint32_t stop = mxlog_lanes_mask((mxlog_lanes)(v == '"') |
		    (mxlog_lanes)(v == '\\') | (mxlog_lanes)(v < 0x20));

		if (stop)
			return p + __builtin_ctz(stop);
		p += MXLOG_LANES;
	}
}

static bool is_hex(char c)
{
	return mxlog_number_hex_digit(c) >= 0;
}

/* p is at a backslash: what follows it, or NULL if that is no escape. */
static const char *escape(const char *p)
{
	switch (p[1]) {
	case '"':
	case '\\':
	case '/':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
		return p + 2;
	case 'u':
		if (is_hex(p[2]) && is_hex(p[3]) && is_hex(p[4]) &&
		    is_hex(p[5]))
			return p + 6;
		return NULL;
	default:
		return NULL;
	}
}

/* *p is behind the opening quote and goes behind the closing one. */
static inline bool eat_string(const char **p, struct mxlog_piece *ret)
{
	const char *at = plain(*p);

	ret->text = *p;
	ret->escaped = false;
	while (*at == '\\') {
		ret->escaped = true;
		at = escape(at);
		if (!at)
			return false;
		at = plain(at);
	}
	if (*at != '"')
		return false;
	ret->len = (uint32_t)(at - ret->text);
	*p = at + 1;
	return true;
}

static const char *digits(const char *p)
{
	while (*p >= '0' && *p <= '9')
		p++;
	return p;
}

static bool eat_number(const char **p)
{
	const char *at = *p + (**p == '-'), *start = at;

	at = digits(at);
	if (at == start || (*start == '0' && at > start + 1))
		return false;
	if (*at == '.') {
		start = ++at;
		at = digits(at);
		if (at == start)
			return false;
	}
	if (*at == 'e' || *at == 'E') {
		at++;
		at += *at == '+' || *at == '-';
		start = at;
		at = digits(at);
		if (at == start)
			return false;
	}
	*p = at;
	return true;
}

/* A string, number or word. */
static bool eat_scalar(const char **p)
{
	struct mxlog_piece piece;

	switch (**p) {
	case '"':
		++*p;
		return eat_string(p, &piece);
	case 't':
		return EAT(p, "true");
	case 'f':
		return EAT(p, "false");
	case 'n':
		return EAT(p, "null");
	default:
		return eat_number(p);
	}
}

static bool eat_key(const char **p)
{
	struct mxlog_piece piece;

	return EAT(p, "\"") && eat_string(p, &piece) && EAT(p, ":");
}

/* Any value below context, without spaces; containers are kept as bits. */
static bool eat_value(const char **p)
{
	uint64_t objects = 0; /* one bit a level: is it an object? */
	unsigned depth = 0;

	for (;;) {
		bool object = **p == '{';

		if (object || **p == '[') {
			char end = object ? '}' : ']';

			++*p;
			if (**p != end) {
				if (++depth > DEPTH)
					return false;
				objects = objects << 1 | object;
				if (object && !eat_key(p))
					return false;
				continue;
			}
			++*p;
		} else if (!eat_scalar(p)) {
			return false;
		}
		while (depth > 0 && **p == (objects & 1 ? '}' : ']')) {
			++*p;
			depth--;
			objects >>= 1;
		}
		if (depth == 0)
			return true;
		if (*(*p)++ != ',' || (objects & 1 && !eat_key(p)))
			return false;
	}
}

/* ---- the fields, in their order ---- */

static bool eat_module(const char **p, struct mxlog_view_cache *cache,
    struct mxlog_piece *ret)
{
	size_t len = cache->module_len;

	/* Mostly the module of the line before. */
	if (len > 0 && memcmp(*p, cache->module, len) == 0 &&
	    (*p)[len] == '"') {
		*ret = (struct mxlog_piece){ .text = *p, .len = (uint32_t)len };
		*p += len + 1;
		return true;
	}
	if (!eat_string(p, ret) || ret->escaped ||
	    !mxlog_module_is_valid(ret->text, ret->len))
		return false;
	cache->module_len = (uint8_t)ret->len;
	memcpy(cache->module, ret->text, ret->len);
	return true;
}

static bool eat_short(const char **p, size_t max, struct mxlog_piece *ret)
{
	return eat_string(p, ret) && ret->len <= max;
}

static bool eat_line_number(const char **p, int32_t *ret)
{
	const char *start = *p, *end = digits(start);
	int32_t value = 0;

	if (end == start || end - start > 9 ||
	    (*start == '0' && end > start + 1))
		return false;
	for (const char *at = start; at < end; at++)
		value = value * 10 + (*at - '0');
	*ret = value;
	*p = end;
	return true;
}

/* No sign, no exponent, few digits: it is in range. */
static bool eat_duration(const char **p, struct mxlog_piece *ret)
{
	const char *start = *p;

	if (*start == '-' || !eat_number(p) || *p - start > NUMBER_TEXT)
		return false;
	for (const char *at = start; at < *p; at++)
		if (*at == 'e' || *at == 'E')
			return false;
	*ret = (struct mxlog_piece){ .text = start,
		.len = (uint32_t)(*p - start) };
	return true;
}

static bool eat_tags(const char **p, struct mxlog_piece *ret)
{
	const char *start = *p;
	unsigned n = 0;

	if (!EAT(p, "["))
		return false;
	do {
		struct mxlog_piece tag;

		if (!EAT(p, "\"") || !eat_short(p, SHORT_TEXT, &tag) ||
		    tag.len == 0 || ++n > TAGS_MAX)
			return false;
	} while (EAT(p, ","));
	if (!EAT(p, "]"))
		return false;
	*ret = (struct mxlog_piece){ .text = start,
		.len = (uint32_t)(*p - start) };
	return true;
}

/* mxlog_key_is_valid(), knowing that bytes behind the key are readable. */
static inline bool key_is_valid(const char *key, size_t len)
{
	if (len == 0 || len > MXLOG_NAME_BYTES ||
	    (key[0] >= '0' && key[0] <= '9'))
		return false;
	for (size_t n = 0; n < len; n += MXLOG_LANES) {
		mxlog_lanes v = mxlog_lanes_load(key + n);
		uint32_t bad = ~mxlog_lanes_mask(
		    mxlog_lanes_within(v, '0', '9') |
		    mxlog_lanes_within(v, 'a', 'z') | (mxlog_lanes)(v == '_'));

		if (len - n < MXLOG_LANES)
			bad &= mxlog_lanes_first(len - n);
		if (bad & 0xffff)
			return false;
	}
	return true;
}

/* An object with valid keys. */
static bool eat_context(const char **p, struct mxlog_piece *ret)
{
	const char *start = *p;
	unsigned n = 0;

	if (!EAT(p, "{"))
		return false;
	do {
		struct mxlog_piece key;

		if (!EAT(p, "\"") || !eat_string(p, &key) || key.escaped ||
		    !key_is_valid(key.text, key.len))
			return false;
		if (!EAT(p, ":") || !eat_value(p) || ++n > CONTEXT_MAX)
			return false;
	} while (EAT(p, ","));
	if (!EAT(p, "}"))
		return false;
	*ret = (struct mxlog_piece){ .text = start,
		.len = (uint32_t)(*p - start) };
	return true;
}

static bool eat_head(const char **p, struct mxlog_view *view,
    struct mxlog_view_cache *cache, const char *line)
{
	if (!mxlog_view_has_prefix(line))
		return false;
	view->trace_id = line + MXLOG_VIEW_TRACE_ID;
	view->level = mxlog_view_level(line + MXLOG_VIEW_LEVEL);
	if (view->level == 0 || !ulid_is_canonical(view->trace_id) ||
	    !parse_time(cache, line + MXLOG_VIEW_TIME, &view->time_usec))
		return false;
	*p = line + MXLOG_VIEW_LEVEL + strlen(mxlog_level_name(view->level));
	return EAT(p, "\",\"module\":\"") &&
	    eat_module(p, cache, &view->module);
}

static bool eat_optional(const char **p, struct mxlog_view *view)
{
	if (EAT(p, ",\"context\":") && !eat_context(p, &view->context))
		return false;
	if (EAT(p, ",\"duration_ms\":") && !eat_duration(p, &view->duration))
		return false;
	if (EAT(p, ",\"tags\":") && !eat_tags(p, &view->tags))
		return false;
	if (EAT(p, ",\"thread_id\":\"") &&
	    !eat_short(p, SHORT_TEXT, &view->thread_id))
		return false;
	return !EAT(p, ",\"process_id\":\"") ||
	    eat_short(p, SHORT_TEXT, &view->process_id);
}

bool mxlog_view_parse(struct mxlog_view *view, struct mxlog_view_cache *cache,
    const char *line, size_t len)
{
	const char *p;

	if (len < MXLOG_VIEW_MIN)
		return false;
	*view = (struct mxlog_view){ .line_number = -1 };
	if (!eat_head(&p, view, cache, line))
		return false;
	if (EAT(&p, ",\"function\":\"") &&
	    !eat_short(&p, MXLOG_NAME_BYTES, &view->function))
		return false;
	if (EAT(&p, ",\"line_number\":") &&
	    !eat_line_number(&p, &view->line_number))
		return false;
	if (!EAT(&p, ",\"message\":\"") ||
	    !eat_short(&p, MESSAGE_MAX, &view->message))
		return false;
	return eat_optional(&p, view) && EAT(&p, "}") && p == line + len;
}
