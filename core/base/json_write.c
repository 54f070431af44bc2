/* SPDX-License-Identifier: Apache-2.0 */
/* Writing JSON: escapes, and the canonical form of a value. */
#include "base/json.h"
#include "base/utf8.h"
#include "base/vec16.h"

/* Bytes at which a raw copy of valid UTF-8 must stop: what is escaped, and the
 * lead bytes of C1 (C2) and U+2028/9 (E2). Bit 0x20 is what tells those two
 * apart. */
static inline uint32_t stops(mxlog_vec16 v)
{
	return mxlog_vec16_mask((mxlog_vec16)(v < 0x20) |
	    (mxlog_vec16)(v == '"') | (mxlog_vec16)(v == '\\') |
	    (mxlog_vec16)(v == 0x7f) | (mxlog_vec16)((v | 0x20) == 0xe2));
}

/* The same of ASCII, and all that is none: taken for signed it is below 0x20,
 * as control characters are. Three comparisons less where it matters. */
static inline uint32_t stops_or_more(mxlog_vec16 v)
{
	typedef signed char vec_signed
	    __attribute__((vector_size(MXLOG_LANES)));
	mxlog_vec16 stop = (mxlog_vec16)(v == '"') | (mxlog_vec16)(v == '\\') |
	    (mxlog_vec16)(v == 0x7f);

	return 0xffff ^
	    mxlog_vec16_mask((mxlog_vec16)((vec_signed)v > 0x1f) & ~stop);
}

/* The block at `text`, of which `left` bytes are text. */
static inline mxlog_vec16 load(const char *text, size_t left, bool slack)
{
	if (LIKELY(slack || left >= MXLOG_LANES))
		return mxlog_vec16_load(text);
	return mxlog_vec16_load_first(text, left);
}

/* The bits of bytes that are text. */
static inline uint32_t bits(size_t left)
{
	return left >= MXLOG_LANES ? 0xffff : mxlog_vec16_first(left);
}

static bool is_stop(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\' || c == 0x7f || c == 0xc2 ||
	    c == 0xe2;
}

/* How the character at a stop is written. */
struct written {
	unsigned char from; /* bytes of text that it takes */
	unsigned char len;  /* bytes that it is written in */
	char text[6];
};

static struct written write_unicode(unsigned char from, uint32_t c)
{
	static const char hex[16] = "0123456789abcdef";

	return (struct written){ from, 6,
		{ '\\', 'u', hex[c >> 12 & 15], hex[c >> 8 & 15],
		    hex[c >> 4 & 15], hex[c & 15] } };
}

static struct written write_short(char c)
{
	return (struct written){ 1, 2, { '\\', c } };
}

/* Never looks past `left`, whatever the text is. */
static struct written write_stop(const char *text, size_t left)
{
	const unsigned char *p = (const unsigned char *)text;

	switch (p[0]) {
	case '"':
	case '\\':
		return write_short(text[0]);
	case '\b':
		return write_short('b');
	case '\f':
		return write_short('f');
	case '\n':
		return write_short('n');
	case '\r':
		return write_short('r');
	case '\t':
		return write_short('t');
	case 0xc2:
		if (left >= 2 && p[1] < 0xa0)
			return write_unicode(2, p[1]);
		break;
	case 0xe2:
		if (left >= 3 && p[1] == 0x80 && (p[2] & 0xfe) == 0xa8)
			return write_unicode(3, 0x2000U | (p[2] & 0x3f));
		break;
	default:
		return write_unicode(1, p[0]);
	}
	return (struct written){ 1, 1, { text[0] } };
}

/* Length of what can be copied as it stands. */
static size_t plain(const char *text, size_t len)
{
	size_t n = 0;

	for (; len - n >= MXLOG_LANES; n += MXLOG_LANES) {
		uint32_t mask = stops(mxlog_vec16_load(text + n));

		if (mask)
			return n + (size_t)__builtin_ctz(mask);
	}
	while (n < len && !is_stop((unsigned char)text[n]))
		n++;
	return n;
}

size_t mxlog_json_escaped_len(const char *text, size_t len)
{
	size_t total = 0;

	for (;;) {
		size_t n = plain(text, len);
		struct written w;

		total += n;
		text += n;
		len -= n;
		if (len == 0)
			return total;
		w = write_stop(text, len);
		total += w.len;
		text += w.from;
		len -= w.from;
	}
}

size_t mxlog_json_escaped_cut(const char *text, size_t len, size_t max)
{
	size_t at = 0;

	while (at < len) {
		size_t n = plain(text + at, len - at);
		struct written w;

		if (n > max)
			return at + mxlog_utf8_cut(text + at, len - at, max);
		at += n;
		max -= n;
		if (at == len)
			break;
		w = write_stop(text + at, len - at);
		/* Of a longer character that stands raw this is the lead. */
		if (w.len == 1)
			(void)mxlog_utf8_decode(text + at, &n);
		if (max < (w.len == 1 ? n : w.len))
			break;
		at += w.from;
		max -= w.len;
	}
	return at;
}

/* Escape from a block on that holds a stop or is no ASCII. */
static __attribute__((noinline)) char *put_slowly(char *out, const char *text,
    size_t len, bool slack)
{
	while (len > 0) {
		mxlog_vec16 v = load(text, len, slack);
		uint32_t mask = stops(v) & bits(len);
		size_t n = mask ? (size_t)__builtin_ctz(mask)
				: MIN(len, (size_t)MXLOG_LANES);
		struct written w;

		mxlog_vec16_store(out, v);
		out += n;
		text += n;
		len -= n;
		if (mask == 0)
			continue;
		w = write_stop(text, len);
		memcpy(out, w.text, sizeof(w.text));
		out += w.len;
		text += w.from;
		len -= w.from;
	}
	return out;
}

char *mxlog_json_put_escaped(char *out, const char *text, size_t len,
    bool slack)
{
	mxlog_vec16 v;

	for (; len >= MXLOG_LANES; len -= MXLOG_LANES) {
		v = mxlog_vec16_load(text);
		if (UNLIKELY(stops_or_more(v)))
			return put_slowly(out, text, len, slack);
		mxlog_vec16_store(out, v);
		out += MXLOG_LANES;
		text += MXLOG_LANES;
	}
	v = load(text, len, slack);
	if (UNLIKELY(stops_or_more(v) & mxlog_vec16_first(len)))
		return put_slowly(out, text, len, slack);
	mxlog_vec16_store(out, v);
	return out + len;
}

/* Room for the worst case where that is little, else for what it is. */
static int reserve_escaped(struct mxlog_buf *buf, const char *text, size_t len)
{
	if (len <= 4096)
		return mxlog_buf_reserve(buf, MXLOG_JSON_ESCAPED_MAX(len));
	return mxlog_buf_reserve(buf,
	    mxlog_json_escaped_len(text, len) + MXLOG_JSON_SLACK);
}

int mxlog_json_escape(struct mxlog_buf *buf, const char *text, size_t len)
{
	char *end;
	int r;

	if (len == 0)
		return 0;
	r = reserve_escaped(buf, text, len);
	if (r < 0)
		return r;
	end = mxlog_json_put_escaped(buf->data + buf->len, text, len, false);
	buf->len = (size_t)(end - buf->data);
	return 0;
}

int mxlog_json_quote(struct mxlog_buf *buf, const char *text, size_t len)
{
	size_t before = buf->len;
	int r;

	r = mxlog_buf_add_char(buf, '"');
	if (r == 0)
		r = mxlog_json_escape(buf, text, len);
	if (r == 0)
		r = mxlog_buf_add_char(buf, '"');
	if (r < 0)
		buf->len = before;
	return r;
}

/* ---- canonical form ---- */

/* A string that holds escapes or bytes that are no UTF-8: one character after
 * the other. */
static int compact_slowly(struct mxlog_buf *buf,
    const struct mxlog_json_token *token)
{
	const char *p = token->text, *end = p + token->len;
	int r = 0;

	while (r == 0 && p < end) {
		size_t good = 0;
		char utf8[4];
		uint32_t c;

		while (p + good < end && p[good] != '\\' &&
		    (unsigned char)p[good] < 0x80)
			good++;
		if (good == 0) {
			p += mxlog_json_next_character(p, end, &c);
			r = mxlog_json_escape(buf, utf8,
			    mxlog_utf8_encode(utf8, c));
			continue;
		}
		r = mxlog_json_escape(buf, p, good);
		p += good;
	}
	return r;
}

static int compact_string(struct mxlog_buf *buf,
    const struct mxlog_json_token *token)
{
	int r;

	r = mxlog_buf_add_char(buf, '"');
	if (r < 0)
		return r;
	if (token->escaped ||
	    mxlog_utf8_valid(token->text, token->len) < token->len)
		r = compact_slowly(buf, token);
	else
		r = mxlog_json_escape(buf, token->text, token->len);
	if (r < 0)
		return r;
	return mxlog_buf_add_char(buf, '"');
}

/* A comma is due before what begins, unless it is the first of its kind: the
 * last byte written tells. */
static int compact_comma(struct mxlog_buf *buf, size_t start,
    enum mxlog_json_type type)
{
	char last;

	if (buf->len == start || type == MXLOG_JSON_OBJECT_END ||
	    type == MXLOG_JSON_ARRAY_END)
		return 0;
	last = buf->data[buf->len - 1];
	if (last == '{' || last == '[' || last == ':')
		return 0;
	return mxlog_buf_add_char(buf, ',');
}

static int compact_token(struct mxlog_buf *buf,
    const struct mxlog_json_token *token)
{
	int r;

	switch (token->type) {
	case MXLOG_JSON_STRING:
		return compact_string(buf, token);
	case MXLOG_JSON_KEY:
		r = compact_string(buf, token);
		return r < 0 ? r : mxlog_buf_add_char(buf, ':');
	default:
		return mxlog_buf_add(buf, token->text, token->len);
	}
}

int mxlog_json_compact(struct mxlog_buf *buf, const char *text, size_t len)
{
	struct mxlog_json_token token;
	struct mxlog_json json;
	size_t start = buf->len;
	int r;

	mxlog_json_init(&json, text, len);
	while ((r = mxlog_json_next(&json, &token)) > 0) {
		r = compact_comma(buf, start, token.type);
		if (r == 0)
			r = compact_token(buf, &token);
		if (r < 0)
			break;
	}
	if (r < 0)
		buf->len = start;
	return r;
}
