/* SPDX-License-Identifier: Apache-2.0 */
#include "entry/canonical_line.h"

#include "base/number.h"
#include "base/timestamp.h"
#include "base/vec16.h"
#include "entry/name.h"

enum {
	CONTEXT_MAX = 2048, /* members; more are left to the slow path */
	TAGS_MAX = 64,
	SHORT_TEXT = 64,
	NUMBER_TEXT = 20,
	MESSAGE_MAX = 1024 * 1024,
	DEPTH = 60, /* of containers in context */
};

/* The functions below pass over what they are named for: they answer what
 * stands behind it, or NULL if it is not there. The newline behind the line
 * ends each of them. */

/* Behind it, or NULL. */
#define PASS(p, literal) \
	(MXLOG_AT(p, literal) ? (p) + sizeof(literal) - 1 : NULL)

/* ---- trace_id and timestamp ---- */

static uint32_t ulid_mask(const char *text)
{
	mxlog_vec16 v = mxlog_vec16_load(text);
	mxlog_vec16 good = mxlog_vec16_within(v, '0', '9') |
	    (mxlog_vec16_within(v, 'A', 'Z') & (mxlog_vec16)(v != 'I') &
		(mxlog_vec16)(v != 'L') & (mxlog_vec16)(v != 'O') &
		(mxlog_vec16)(v != 'U'));

	return mxlog_vec16_mask(good);
}

/* Mostly it is the one of the line before. */
static inline bool check_ulid(struct mxlog_canonical_line_cache *cache,
    const char *id)
{
	if (cache->trace_id[0] &&
	    memcmp(cache->trace_id, id, sizeof(cache->trace_id)) == 0)
		return true;
	if (id[0] > '7' || (ulid_mask(id) & ulid_mask(id + 10)) != 0xffff)
		return false;
	memcpy(cache->trace_id, id, sizeof(cache->trace_id));
	return true;
}

static inline unsigned two(const char *p)
{
	return (unsigned)(p[0] - '0') * 10 + (unsigned)(p[1] - '0');
}

/* Every character is of its kind; the ranges are left to be seen. */
static inline bool has_form(const char *text, const char *form)
{
	mxlog_vec16 v = mxlog_vec16_load(text), f = mxlog_vec16_load(form);
	mxlog_vec16 digit =
	    mxlog_vec16_within(v, '0', '9') & (mxlog_vec16)(f == '0');

	return mxlog_vec16_mask(digit |
		   ((mxlog_vec16)(v == f) & (mxlog_vec16)(f != '0'))) == 0xffff;
}

/* The minute is another one than that of the line before. */
static bool parse_minute(struct mxlog_canonical_line_cache *cache,
    const char *t)
{
	unsigned hour = two(t + 11), minute = two(t + 14);
	int32_t day;

	if (!has_form(t, "0000-00-00T00:00") || hour > 23 || minute > 59 ||
	    mxlog_timestamp_parse_date(t, MXLOG_DATE_LEN, &day) < 0)
		return false;
	memcpy(cache->minute, t, sizeof(cache->minute));
	cache->minute_usec = day * USEC_PER_DAY +
	    (int64_t)(hour * 60 + minute) * 60 * USEC_PER_SEC;
	return true;
}

static inline bool parse_time(struct mxlog_canonical_line_cache *cache,
    const char *t, int64_t *ret)
{
	unsigned fraction;

	if (!has_form(t + 11, "00:00:00.000000Z") || t[17] > '5')
		return false;
	if (memcmp(cache->minute, t, sizeof(cache->minute)) != 0 &&
	    !parse_minute(cache, t))
		return false;
	fraction = two(t + 20) * 10000 + two(t + 22) * 100 + two(t + 24);
	*ret = cache->minute_usec + two(t + 17) * USEC_PER_SEC + fraction;
	return true;
}

/* ---- JSON without its grammar's freedom ---- */

/* Bits of the bytes that end a run of plain string bytes: a quote, a backslash
 * or a control character. */
static inline uint32_t stops(const char *p)
{
	mxlog_vec16 v = mxlog_vec16_load(p);

	return mxlog_vec16_mask((mxlog_vec16)(v == '"') |
	    (mxlog_vec16)(v == '\\') | (mxlog_vec16)(v < 0x20));
}

static inline const char *plain(const char *p)
{
	for (;;) {
		uint32_t stop = stops(p);

		if (stop)
			return p + __builtin_ctz(stop);
		p += MXLOG_LANES;
	}
}

static bool is_hex(char c)
{
	return mxlog_number_hex_digit(c) >= 0;
}

/* p is at the backslash. */
static const char *pass_escape(const char *p)
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

/* The quote that ends the string whose plain bytes go on to p. */
static const char *find_quote(const char *p, bool *escaped)
{
	p = plain(p);
	while (*p == '\\') {
		*escaped = true;
		p = pass_escape(p);
		if (!p)
			return NULL;
		p = plain(p);
	}
	return *p == '"' ? p : NULL;
}

/* p is behind the opening quote. */
static inline const char *pass_string(const char *p, struct mxlog_piece *ret)
{
	uint32_t stop = stops(p);
	const char *end = p + __builtin_ctz(stop | 1U << MXLOG_LANES);

	ret->text = p;
	ret->escaped = false;
	if (UNLIKELY(*end != '"' || !stop)) {
		end = find_quote(p, &ret->escaped);
		if (!end)
			return NULL;
	}
	ret->len = (uint32_t)(end - p);
	return end + 1;
}

static inline const char *pass_short(const char *p, size_t max,
    struct mxlog_piece *ret)
{
	p = pass_string(p, ret);
	return p && ret->len <= max ? p : NULL;
}

static inline const char *digits(const char *p)
{
	while ((unsigned char)(*p - '0') <= 9)
		p++;
	return p;
}

static const char *pass_exponent(const char *p)
{
	const char *start = p + (*p == '+' || *p == '-');

	p = digits(start);
	return p == start ? NULL : p;
}

/* Digits and a fraction. */
static inline const char *pass_decimal(const char *p)
{
	const char *start = p;

	p = digits(start);
	if (p == start || (*start == '0' && p > start + 1))
		return NULL;
	if (*p != '.')
		return p;
	start = p + 1;
	p = digits(start);
	return p == start ? NULL : p;
}

static inline const char *pass_number(const char *p)
{
	p = pass_decimal(p + (*p == '-'));
	return p && (*p == 'e' || *p == 'E') ? pass_exponent(p + 1) : p;
}

static const char *pass_word(const char *p)
{
	switch (*p) {
	case 't':
		return PASS(p, "true");
	case 'f':
		return PASS(p, "false");
	case 'n':
		return PASS(p, "null");
	default:
		return NULL;
	}
}

/* A string, number or word. */
static inline const char *pass_scalar(const char *p)
{
	struct mxlog_piece piece;

	if (*p == '"')
		return pass_string(p + 1, &piece);
	return (unsigned char)*p < 'a' ? pass_number(p) : pass_word(p);
}

/* A key with its quotes, and its colon. */
static const char *pass_any_key(const char *p)
{
	struct mxlog_piece piece;

	if (*p != '"')
		return NULL;
	p = pass_string(p + 1, &piece);
	return p && *p == ':' ? p + 1 : NULL;
}

/* Any value below context, without spaces; containers are kept as bits. */
static const char *pass_deep(const char *p)
{
	uint64_t objects = 0; /* one bit a level: is it an object? */
	unsigned depth = 0;

	for (;;) {
		bool object = *p == '{';

		if (object || *p == '[') {
			char end = object ? '}' : ']';

			if (*++p != end) {
				if (++depth > DEPTH)
					return NULL;
				objects = objects << 1 | object;
				p = object ? pass_any_key(p) : p;
				if (!p)
					return NULL;
				continue;
			}
			p++;
		} else {
			p = pass_scalar(p);
			if (!p)
				return NULL;
		}
		while (depth > 0 && *p == (objects & 1 ? '}' : ']')) {
			p++;
			depth--;
			objects >>= 1;
		}
		if (depth == 0)
			return p;
		if (*p++ != ',')
			return NULL;
		p = objects & 1 ? pass_any_key(p) : p;
		if (!p)
			return NULL;
	}
}

static inline const char *pass_value(const char *p)
{
	struct mxlog_piece piece;

	if (*p == '"')
		return pass_string(p + 1, &piece);
	return *p == '{' || *p == '[' ? pass_deep(p) : pass_scalar(p);
}

/* ---- the module ---- */

/* Keep it, with a number that no other one has. */
static void keep_module(struct mxlog_canonical_line_cache *cache, size_t slot,
    const char text[MXLOG_MODULE_SLOT_BYTES])
{
	memcpy(cache->modules[slot].text, text, MXLOG_MODULE_SLOT_BYTES);
	cache->modules[slot].id = ++cache->modules_kept;
}

static const char *pass_long_module(const char *p, struct mxlog_piece *ret)
{
	p = pass_string(p, ret);
	return p && !ret->escaped && mxlog_module_is_valid(ret->text, ret->len)
	    ? p
	    : NULL;
}

static inline const char *pass_module(const char *p,
    struct mxlog_canonical_line_cache *cache, struct mxlog_canonical_line *view)
{
	char text[MXLOG_MODULE_SLOT_BYTES];
	size_t len = mxlog_module_slot_text(p, text), slot;

	if (len == MXLOG_MODULE_SLOT_BYTES)
		return pass_long_module(p, &view->module);
	slot = mxlog_module_slot(text);
	if (memcmp(cache->modules[slot].text, text, sizeof(text)) != 0) {
		if (!mxlog_module_is_valid(p, len))
			return NULL;
		keep_module(cache, slot, text);
	}
	view->module = (struct mxlog_piece){ .text = p, .len = (uint32_t)len };
	view->module_slot = (uint32_t)slot;
	view->module_id = cache->modules[slot].id;
	return len > 0 && p[len] == '"' ? p + len + 1 : NULL;
}

/* ---- the other fields, in their order ---- */

static inline const char *pass_line_number(const char *p, int32_t *ret)
{
	const char *start = p;
	int32_t value = 0;

	for (; (unsigned char)(*p - '0') <= 9 && p - start < 9; p++)
		value = value * 10 + (*p - '0');
	if (p == start || (*start == '0' && p > start + 1))
		return NULL;
	*ret = value;
	return p;
}

/* No sign, no exponent, few digits: it is in range. */
static const char *pass_duration(const char *p, struct mxlog_piece *ret)
{
	const char *start = p;

	p = pass_decimal(p);
	if (!p || p - start > NUMBER_TEXT)
		return NULL;
	*ret =
	    (struct mxlog_piece){ .text = start, .len = (uint32_t)(p - start) };
	return p;
}

static const char *pass_tags(const char *p, struct mxlog_piece *ret)
{
	const char *start = p - 1;

	for (unsigned n = 0; n < TAGS_MAX; n++) {
		struct mxlog_piece tag;

		p = *p == '"' ? pass_short(p + 1, SHORT_TEXT, &tag) : NULL;
		if (!p || tag.len == 0)
			return NULL;
		if (*p++ == ',')
			continue;
		*ret = (struct mxlog_piece){ .text = start,
			.len = (uint32_t)(p - start) };
		return p[-1] == ']' ? p : NULL;
	}
	return NULL;
}

/* The rest of mxlog_key_is_valid(), knowing that bytes behind are readable. */
static bool key_is_valid(const char *key, size_t len)
{
	for (size_t n = 0; n < len; n += MXLOG_LANES) {
		mxlog_vec16 v = mxlog_vec16_load(key + n);
		uint32_t bad = ~mxlog_vec16_mask(
		    mxlog_vec16_within(v, '0', '9') |
		    mxlog_vec16_within(v, 'a', 'z') | (mxlog_vec16)(v == '_'));

		if (len - n < MXLOG_LANES)
			bad &= mxlog_vec16_first(len - n);
		if (bad & 0xffff)
			return false;
	}
	return true;
}

static const char *pass_long_key(const char *p)
{
	struct mxlog_piece key;

	p = pass_string(p, &key);
	return p && !key.escaped && key.len <= MXLOG_NAME_BYTES &&
		key_is_valid(key.text, key.len) && *p == ':'
	    ? p + 1
	    : NULL;
}

/* A valid key, its quotes and colon. */
static inline const char *pass_key(const char *p)
{
	mxlog_vec16 v = mxlog_vec16_load(p + 1);
	uint32_t good = mxlog_vec16_mask(mxlog_vec16_within(v, '0', '9') |
	    mxlog_vec16_within(v, 'a', 'z') | (mxlog_vec16)(v == '_'));
	const char *end = p + 1 + __builtin_ctz(~good);

	if (p[0] != '"' || (unsigned char)(p[1] - '0') <= 9)
		return NULL;
	if (UNLIKELY(good == 0xffff))
		return pass_long_key(p + 1);
	return MXLOG_AT(end, "\":") && end > p + 1 ? end + 2 : NULL;
}

/* An object with valid keys; p is behind its brace. */
static inline const char *pass_context(const char *p, struct mxlog_piece *ret)
{
	const char *start = p - 1;

	for (unsigned n = 0; n < CONTEXT_MAX; n++) {
		p = pass_key(p);
		p = p ? pass_value(p) : NULL;
		if (!p)
			return NULL;
		if (*p++ == ',')
			continue;
		*ret = (struct mxlog_piece){ .text = start,
			.len = (uint32_t)(p - start) };
		return p[-1] == '}' ? p : NULL;
	}
	return NULL;
}

static inline const char *pass_head(struct mxlog_canonical_line *view,
    struct mxlog_canonical_line_cache *cache, const char *line)
{
	const char *p = line + MXLOG_CANONICAL_LEVEL;
	size_t len;

	if (!mxlog_canonical_line_has_prefix(line))
		return NULL;
	view->trace_id = line + MXLOG_CANONICAL_TRACE_ID;
	view->level = mxlog_canonical_line_level(p, &len);
	if (view->level == 0 || !check_ulid(cache, view->trace_id) ||
	    !parse_time(cache, line + MXLOG_CANONICAL_TIME, &view->time_usec))
		return NULL;
	p = PASS(p + len, "\",\"module\":\"");
	return p ? pass_module(p, cache, view) : NULL;
}

static inline const char *pass_message(const char *p,
    struct mxlog_canonical_line *view)
{
	if (MXLOG_AT(p, ",\"function\":\""))
		p = pass_short(p + 13, MXLOG_NAME_BYTES, &view->function);
	if (p && MXLOG_AT(p, ",\"line_number\":"))
		p = pass_line_number(p + 15, &view->line_number);
	p = p ? PASS(p, ",\"message\":\"") : NULL;
	return p ? pass_short(p, MESSAGE_MAX, &view->message) : NULL;
}

static inline const char *pass_rest(const char *p,
    struct mxlog_canonical_line *view)
{
	/* The first byte tells most of them apart. */
	if (p[2] == 'c' && MXLOG_AT(p, ",\"context\":{"))
		p = pass_context(p + 12, &view->context);
	if (p && p[2] == 'd' && MXLOG_AT(p, ",\"duration_ms\":"))
		p = pass_duration(p + 15, &view->duration);
	if (p && p[2] == 't' && MXLOG_AT(p, ",\"tags\":["))
		p = pass_tags(p + 9, &view->tags);
	if (p && p[2] == 't' && MXLOG_AT(p, ",\"thread_id\":\""))
		p = pass_short(p + 14, SHORT_TEXT, &view->thread_id);
	if (p && p[2] == 'p' && MXLOG_AT(p, ",\"process_id\":\""))
		p = pass_short(p + 15, SHORT_TEXT, &view->process_id);
	return p ? PASS(p, "}\n") : NULL;
}

bool mxlog_canonical_line_parse_head(struct mxlog_canonical_line *view,
    struct mxlog_canonical_line_cache *cache, const char *line, const char *end)
{
	const char *p;

	if (end - line < MXLOG_CANONICAL_MIN)
		return false;
	*view = (struct mxlog_canonical_line){ .line_number = -1 };
	p = pass_head(view, cache, line);
	view->end = p ? memchr(p, '\n', (size_t)(end - p)) : NULL;
	return view->end;
}

bool mxlog_canonical_line_parse(struct mxlog_canonical_line *view,
    struct mxlog_canonical_line_cache *cache, const char *line, const char *end)
{
	const char *p;

	if (end - line < MXLOG_CANONICAL_MIN)
		return false;
	*view = (struct mxlog_canonical_line){ .line_number = -1 };
	p = pass_head(view, cache, line);
	p = p ? pass_message(p, view) : NULL;
	p = p ? pass_rest(p, view) : NULL;
	view->end = p ? p - 1 : NULL;
	return p;
}
