/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include "base/number.h"
#include "base/utf8.h"
#include "base/vec16.h"

enum expect {
	EXPECT_VALUE,
	EXPECT_VALUE_OR_END, /* behind [ */
	EXPECT_KEY,
	EXPECT_KEY_OR_END, /* behind { */
	EXPECT_COMMA_OR_END,
};

enum {
	SHORT_KEY = 4 + MXLOG_LANES + 3, /* bytes of , "key": and a space */
};

/* ---- reading ---- */

void mxlog_json_init(struct mxlog_json *json, const char *text, size_t len)
{
	json->start = json->at = text;
	json->end = text + len;
	json->depth = 0;
	json->expect = EXPECT_VALUE;
}

static int bad_at(struct mxlog_json *json, const char *at)
{
	json->at = at;
	return -EBADMSG;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static inline const char *pass_space(const char *p, const char *end)
{
	while (p < end && UNLIKELY((unsigned char)*p <= ' ') && is_space(*p))
		p++;
	return p;
}

static void skip_space(struct mxlog_json *json)
{
	json->at = pass_space(json->at, json->end);
}

static bool in_object(const struct mxlog_json *json)
{
	unsigned level = json->depth - 1;

	return json->is_object[level / 64] >> (level % 64) & 1;
}

/* Quotes, backslashes and control characters. */
static inline uint32_t string_stops(const char *p)
{
	mxlog_vec16 v = mxlog_vec16_load(p);

	return mxlog_vec16_mask((mxlog_vec16)(v < 0x20) |
	    (mxlog_vec16)(v == '"') | (mxlog_vec16)(v == '\\'));
}

/* The first of them, or `end`. */
static const char *string_stop(const char *p, const char *end)
{
	for (; end - p >= MXLOG_LANES; p += MXLOG_LANES) {
		uint32_t mask = string_stops(p);

		if (mask)
			return p + __builtin_ctz(mask);
	}
	while (p < end && (unsigned char)*p >= 0x20 && *p != '"' && *p != '\\')
		p++;
	return p;
}

/* Length of the escape sequence at a backslash, 0 if it is none. */
static size_t escape_len(const char *p, const char *end)
{
	if (end - p < 2)
		return 0;
	switch (p[1]) {
	case '"':
	case '\\':
	case '/':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
		return 2;
	case 'u':
		break;
	default:
		return 0;
	}
	if (end - p < 6)
		return 0;
	for (int i = 2; i < 6; i++)
		if (mxlog_number_hex_digit(p[i]) < 0)
			return 0;
	return 6;
}

/* On from `p`, inside of the string. */
static __attribute__((noinline)) int read_long_string(struct mxlog_json *json,
    const char *p, struct mxlog_json_token *ret)
{
	for (;;) {
		size_t n;

		p = string_stop(p, json->end);
		if (p == json->end)
			return bad_at(json, p);
		if (*p == '"')
			break;
		n = *p == '\\' ? escape_len(p, json->end) : 0;
		if (n == 0)
			return bad_at(json, p);
		ret->escaped = true;
		p += n;
	}
	ret->len = (size_t)(p - ret->text);
	json->at = p + 1;
	return 1;
}

/* Most are short and hold nothing but their characters. */
static inline int read_string(struct mxlog_json *json,
    struct mxlog_json_token *ret)
{
	const char *p = json->at + 1;
	uint32_t mask;
	size_t n;

	ret->text = p;
	if (UNLIKELY(json->end - p < MXLOG_LANES))
		return read_long_string(json, p, ret);
	mask = string_stops(p);
	if (mask == 0)
		return read_long_string(json, p + MXLOG_LANES, ret);
	n = (size_t)__builtin_ctz(mask);
	if (p[n] != '"')
		return read_long_string(json, p + n, ret);
	ret->len = n;
	json->at = p + n + 1;
	return 1;
}

static int read_literal(struct mxlog_json *json, enum mxlog_json_type type,
    const char *literal, size_t len, struct mxlog_json_token *ret)
{
	if ((size_t)(json->end - json->at) < len ||
	    memcmp(json->at, literal, len) != 0)
		return bad_at(json, json->at);
	ret->type = type;
	ret->len = len;
	json->at += len;
	return 1;
}

static int read_number(struct mxlog_json *json, struct mxlog_json_token *ret)
{
	ret->type = MXLOG_JSON_NUMBER;
	ret->len = mxlog_number_span(json->at, (size_t)(json->end - json->at));
	if (ret->len == 0)
		return bad_at(json, json->at);
	json->at += ret->len;
	return 1;
}

static int read_begin(struct mxlog_json *json, enum mxlog_json_type type,
    struct mxlog_json_token *ret)
{
	uint64_t bit = UINT64_C(1) << (json->depth % 64);
	uint64_t *word;

	if (json->depth == MXLOG_JSON_DEPTH)
		return -E2BIG;
	word = &json->is_object[json->depth / 64];
	*word = type == MXLOG_JSON_OBJECT ? *word | bit : *word & ~bit;
	json->expect =
	    type == MXLOG_JSON_OBJECT ? EXPECT_KEY_OR_END : EXPECT_VALUE_OR_END;
	json->depth++;
	json->at++;
	ret->type = type;
	ret->len = 1;
	return 1;
}

static int read_end(struct mxlog_json *json, struct mxlog_json_token *ret)
{
	bool object = in_object(json);

	if (*json->at != (object ? '}' : ']'))
		return bad_at(json, json->at);
	ret->type = object ? MXLOG_JSON_OBJECT_END : MXLOG_JSON_ARRAY_END;
	ret->text = json->at++;
	ret->len = 1;
	ret->depth = --json->depth;
	json->expect = EXPECT_COMMA_OR_END;
	return 1;
}

static inline __attribute__((always_inline)) int read_key(struct mxlog_json
							      *json,
    struct mxlog_json_token *ret)
{
	int r;

	if (*json->at != '"')
		return bad_at(json, json->at);
	ret->type = MXLOG_JSON_KEY;
	r = read_string(json, ret);
	if (r < 0)
		return r;
	skip_space(json);
	if (json->at == json->end || *json->at != ':')
		return bad_at(json, json->at);
	json->at++;
	json->expect = EXPECT_VALUE;
	return 1;
}

static inline __attribute__((always_inline)) int read_value(struct mxlog_json
								*json,
    struct mxlog_json_token *ret)
{
	json->expect = EXPECT_COMMA_OR_END;
	switch (*json->at) {
	case '"':
		ret->type = MXLOG_JSON_STRING;
		return read_string(json, ret);
	case '{':
		return read_begin(json, MXLOG_JSON_OBJECT, ret);
	case '[':
		return read_begin(json, MXLOG_JSON_ARRAY, ret);
	case 't':
		return read_literal(json, MXLOG_JSON_TRUE, LITERAL("true"),
		    ret);
	case 'f':
		return read_literal(json, MXLOG_JSON_FALSE, LITERAL("false"),
		    ret);
	case 'n':
		return read_literal(json, MXLOG_JSON_NULL, LITERAL("null"),
		    ret);
	default:
		return read_number(json, ret);
	}
}

/* Behind a value: its comma is passed, or its container ends here, or the text
 * (0). 1: what `expect` says comes next. */
static inline int pass_comma(struct mxlog_json *json)
{
	if (UNLIKELY(json->depth == 0))
		return json->at == json->end ? 0 : -EBADMSG;
	if (json->at == json->end)
		return -EBADMSG;
	if (*json->at != ',')
		return 1;
	json->expect = in_object(json) ? EXPECT_KEY : EXPECT_VALUE;
	json->at = pass_space(json->at + 1, json->end);
	return 1;
}

int mxlog_json_next(struct mxlog_json *json, struct mxlog_json_token *ret)
{
	int r;

	json->at = pass_space(json->at, json->end);
	if (json->expect == EXPECT_COMMA_OR_END) {
		r = pass_comma(json);
		if (r <= 0)
			return r;
	}
	if (UNLIKELY(json->at == json->end))
		return -EBADMSG;

	ret->text = json->at;
	ret->depth = json->depth;
	ret->escaped = false;
	switch ((enum expect)json->expect) {
	case EXPECT_COMMA_OR_END:
		return read_end(json, ret);
	case EXPECT_KEY_OR_END:
		if (*json->at == '}')
			return read_end(json, ret);
		return read_key(json, ret);
	case EXPECT_KEY:
		return read_key(json, ret);
	case EXPECT_VALUE_OR_END:
		if (*json->at == ']')
			return read_end(json, ret);
		return read_value(json, ret);
	case EXPECT_VALUE:
		break;
	}
	return read_value(json, ret);
}

/* To the next member's name, and over it: 1; 0 behind the object's end. */
static inline int next_key(struct mxlog_json *json,
    struct mxlog_json_token *ret)
{
	bool comma = false;

	json->at = pass_space(json->at, json->end);
	if (json->expect == EXPECT_COMMA_OR_END && json->at < json->end &&
	    *json->at == ',') {
		json->at = pass_space(json->at + 1, json->end);
		comma = true;
	}
	if (UNLIKELY(json->at == json->end))
		return -EBADMSG;
	ret->text = json->at;
	ret->depth = json->depth;
	ret->escaped = false;
	if (!comma && (json->expect != EXPECT_KEY_OR_END || *json->at == '}')) {
		int r = read_end(json, ret);

		return MIN(r, 0);
	}
	return read_key(json, ret);
}

/* The same of a name behind a comma that is short, as are nearly all, and has
 * one space at most before it and its value. False: nothing is done. */
static inline bool next_short_key(struct mxlog_json *json,
    struct mxlog_json_token *ret)
{
	const char *p = json->at;
	uint32_t mask;
	size_t n;

	if (json->end - p < SHORT_KEY || json->expect != EXPECT_COMMA_OR_END ||
	    *p != ',')
		return false;
	p += 1 + (p[1] == ' ');
	if (*p++ != '"')
		return false;
	mask = string_stops(p);
	if (mask == 0)
		return false;
	n = (size_t)__builtin_ctz(mask);
	if (p[n] != '"' || p[n + 1] != ':')
		return false;
	ret->type = MXLOG_JSON_KEY;
	ret->text = p;
	ret->len = n;
	ret->depth = json->depth;
	ret->escaped = false;
	json->at = p + n + 2 + (p[n + 2] == ' ');
	return true;
}

int mxlog_json_next_member(struct mxlog_json *json,
    struct mxlog_json_token *ret_key, struct mxlog_json_token *ret_value)
{
	int r;

	assert(json->depth > 0 && in_object(json));

	if (!next_short_key(json, ret_key)) {
		r = next_key(json, ret_key);
		if (r <= 0)
			return r;
	}
	json->at = pass_space(json->at, json->end);
	if (UNLIKELY(json->at == json->end))
		return -EBADMSG;
	ret_value->text = json->at;
	ret_value->depth = json->depth;
	ret_value->escaped = false;
	return read_value(json, ret_value);
}

int mxlog_json_skip(struct mxlog_json *json, struct mxlog_json_token *token)
{
	struct mxlog_json_token inner;

	if (token->type != MXLOG_JSON_OBJECT && token->type != MXLOG_JSON_ARRAY)
		return 0;
	do {
		int r = mxlog_json_next(json, &inner);

		if (r < 0)
			return r;
	} while (inner.depth > token->depth);
	token->len = (size_t)(json->at - token->text);
	return 0;
}

/* ---- decoding strings ---- */

static uint32_t hex4(const char *p)
{
	uint32_t value = 0;

	for (int i = 0; i < 4; i++)
		value = value << 4 | (uint32_t)mxlog_number_hex_digit(p[i]);
	return value;
}

/* The character of a valid escape sequence and how long that is: both halves
 * of a surrogate pair are one. */
static size_t decode_escape(const char *p, const char *end, uint32_t *ret)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	uint32_t low;

	if (p[1] != 'u') {
		const char *found = memchr(from, p[1], sizeof(from) - 1);

		*ret = (unsigned char)(found ? to[found - from] : p[1]);
		return 2;
	}
	*ret = hex4(p + 2);
	if (*ret >> 10 == 0x36 && end - p >= 12 && p[6] == '\\' &&
	    p[7] == 'u') {
		low = hex4(p + 8);
		if (low >> 10 == 0x37) {
			*ret = 0x10000 + ((*ret & 0x3ff) << 10 | (low & 0x3ff));
			return 12;
		}
	}
	if (*ret >= 0xd800 && *ret < 0xe000)
		*ret = 0xfffd;
	return 6;
}

int mxlog_json_decode(struct mxlog_buf *buf,
    const struct mxlog_json_token *token)
{
	const char *p = token->text, *end = p + token->len;
	size_t before = buf->len;
	int r;

	if (!token->escaped)
		return mxlog_utf8_append_lossy(buf, p, token->len);

	r = mxlog_buf_reserve(buf, token->len);
	while (r == 0 && p < end) {
		const char *stop = memchr(p, '\\', (size_t)(end - p));
		uint32_t c;

		if (!stop)
			stop = end;
		r = mxlog_utf8_append_lossy(buf, p, (size_t)(stop - p));
		p = stop;
		if (r < 0 || p == end)
			break;
		p += decode_escape(p, end, &c);
		r = mxlog_utf8_append(buf, c);
	}
	if (r < 0)
		buf->len = before;
	return r;
}

size_t mxlog_json_next_character(const char *p, const char *end, uint32_t *ret)
{
	size_t len = MIN((size_t)(end - p), (size_t)4), n = 1, valid;

	if (*p == '\\')
		return decode_escape(p, end, ret);
	valid = mxlog_utf8_valid(p, len);
	if (valid == 0) {
		*ret = 0xfffd;
		return mxlog_utf8_invalid(p, len);
	}
	*ret = mxlog_utf8_decode(p, &n);
	return n;
}

static bool equals_slowly(const struct mxlog_json_token *token,
    const char *text, size_t len)
{
	const char *p = token->text, *end = p + token->len;

	while (p < end) {
		char utf8[4];
		uint32_t c;
		size_t n;

		p += mxlog_json_next_character(p, end, &c);
		n = mxlog_utf8_encode(utf8, c);
		if (n > len || memcmp(utf8, text, n) != 0)
			return false;
		text += n;
		len -= n;
	}
	return len == 0;
}

bool mxlog_json_equals(const struct mxlog_json_token *token, const char *text,
    size_t len)
{
	if (!token->escaped && token->len == len &&
	    (len == 0 || memcmp(token->text, text, len) == 0))
		return true;
	if (!token->escaped &&
	    mxlog_utf8_valid(token->text, token->len) == token->len)
		return false;
	return equals_slowly(token, text, len);
}
