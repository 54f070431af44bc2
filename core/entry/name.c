/* SPDX-License-Identifier: Apache-2.0 */
#include "entry/name.h"

#include "base/utf8.h"
#include "base/vec16.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_word(char c)
{
	return is_lower(c) || is_upper(c) || is_digit(c);
}

static mxlog_vec16 load(const char *text, size_t left)
{
	return left >= MXLOG_LANES ? mxlog_vec16_load(text)
				   : mxlog_vec16_load_first(text, left);
}

/* The bits of the bytes that there are. */
static uint32_t bits(size_t left)
{
	return left >= MXLOG_LANES ? 0xffff : mxlog_vec16_first(left);
}

bool mxlog_module_is_valid(const char *name, size_t len)
{
	uint32_t after_dot = 1; /* may neither be a dot nor a digit */

	if (len == 0 || len > MXLOG_NAME_BYTES || name[len - 1] == '.')
		return false;
	for (size_t n = 0; n < len; n += MXLOG_LANES) {
		mxlog_vec16 v = load(name + n, len - n);
		uint32_t dots = mxlog_vec16_mask((mxlog_vec16)(v == '.'));
		mxlog_vec16 digit = mxlog_vec16_within(v, '0', '9');
		mxlog_vec16 word = digit | (mxlog_vec16)(v == '_') |
		    mxlog_vec16_within(v | 0x20, 'a', 'z');

		after_dot |= dots << 1;
		if (after_dot & (dots | mxlog_vec16_mask(digit)))
			return false;
		if (~(mxlog_vec16_mask(word) | dots) & bits(len - n))
			return false;
		after_dot >>= MXLOG_LANES;
	}
	return true;
}

bool mxlog_key_is_valid(const char *key, size_t len)
{
	if (len == 0 || len > MXLOG_NAME_BYTES || is_digit(key[0]))
		return false;
	for (size_t n = 0; n < len; n += MXLOG_LANES) {
		mxlog_vec16 v = load(key + n, len - n);
		mxlog_vec16 good = mxlog_vec16_within(v, '0', '9') |
		    mxlog_vec16_within(v, 'a', 'z') | (mxlog_vec16)(v == '_');

		if (~mxlog_vec16_mask(good) & bits(len - n))
			return false;
	}
	return true;
}

/* A name being written: `part` is where its current part began. */
struct namer {
	struct mxlog_buf *buf;
	size_t start, part;
	bool gap; /* something was left out since the last character */
};

/* Reserved once: a part's digit and a gap cost one byte each. */
static int namer_init(struct namer *namer, struct mxlog_buf *buf, size_t len)
{
	*namer = (struct namer){ buf, buf->len, buf->len, false };
	return mxlog_buf_reserve(buf, 8 * len + 8);
}

static void put(struct namer *namer, char c)
{
	namer->buf->data[namer->buf->len++] = c;
}

static bool at_part(const struct namer *namer)
{
	return namer->buf->len == namer->part;
}

static void put_word(struct namer *namer, char c)
{
	if ((namer->gap && !at_part(namer)) || (at_part(namer) && is_digit(c)))
		put(namer, '_');
	namer->gap = false;
	put(namer, c);
}

static void end_part(struct namer *namer)
{
	namer->gap = false;
	if (at_part(namer))
		return;
	put(namer, '.');
	namer->part = namer->buf->len;
}

/* Cut, drop a dot at the end, and see whether anything is left. */
static void finish(struct namer *namer, const char *empty, size_t empty_len)
{
	struct mxlog_buf *buf = namer->buf;

	buf->len = MIN(buf->len, namer->start + MXLOG_NAME_BYTES);
	if (buf->len > namer->start && buf->data[buf->len - 1] == '.')
		buf->len--;
	if (buf->len > namer->start)
		return;
	memcpy(buf->data + buf->len, empty, empty_len);
	buf->len += empty_len;
}

int mxlog_module_normalise(struct mxlog_buf *buf, const char *name, size_t len,
    bool *ret_changed)
{
	struct namer namer;
	int r;

	*ret_changed = !mxlog_module_is_valid(name, len);
	if (!*ret_changed)
		return mxlog_buf_add(buf, name, len);
	r = namer_init(&namer, buf, len);
	if (r < 0)
		return r;
	for (size_t i = 0; i < len; i++) {
		bool colons =
		    name[i] == ':' && i + 1 < len && name[i + 1] == ':';

		if (is_word(name[i]) || name[i] == '_')
			put_word(&namer, name[i]);
		else if (name[i] == '.' || name[i] == '/' || colons)
			end_part(&namer);
		else
			namer.gap = true;
		i += colons;
	}
	finish(&namer, LITERAL("unknown"));
	return 0;
}

/* A word begins at a capital behind a small letter or digit, and at the last
 * of several capitals before a small letter. */
static bool word_begins(const char *key, size_t len, size_t at)
{
	if (at == 0 || !is_upper(key[at]))
		return false;
	if (is_lower(key[at - 1]) || is_digit(key[at - 1]))
		return true;
	return is_upper(key[at - 1]) && at + 1 < len && is_lower(key[at + 1]);
}

static size_t put_number(struct namer *namer, const char *text)
{
	static const char hex[] = "0123456789abcdef";
	uint32_t c;
	size_t n;

	c = mxlog_utf8_decode(text, &n);
	namer->gap = true;
	put_word(namer, 'u');
	for (int shift = c > 0xffff ? 20 : 12; shift >= 0; shift -= 4)
		put(namer, hex[c >> shift & 15]);
	namer->gap = true;
	return n;
}

static size_t put_key_character(struct namer *namer, const char *key,
    size_t len, size_t at)
{
	char c = key[at];

	if ((unsigned char)c >= 0x80)
		return put_number(namer, key + at);
	if (c == '_') {
		namer->gap = false;
		put(namer, c);
	} else if (is_word(c)) {
		if (word_begins(key, len, at))
			namer->gap = true;
		put_word(namer, is_upper(c) ? (char)(c | 0x20) : c);
	} else {
		namer->gap = true;
	}
	return 1;
}

int mxlog_key_normalise(struct mxlog_buf *buf, const char *key, size_t len,
    bool *ret_changed)
{
	struct namer namer;
	int r;

	*ret_changed = !mxlog_key_is_valid(key, len);
	if (!*ret_changed)
		return mxlog_buf_add(buf, key, len);
	r = namer_init(&namer, buf, len);
	if (r < 0)
		return r;
	for (size_t at = 0; at < len;)
		at += put_key_character(&namer, key, len, at);
	finish(&namer, LITERAL("_"));
	return 0;
}

static size_t count_hex(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len &&
	    (is_digit(text[n]) || (text[n] >= 'a' && text[n] <= 'f')))
		n++;
	return n;
}

bool mxlog_key_word_is_kept(const char *word, size_t len)
{
	size_t digits = 0;

	while (digits < len && is_digit(word[digits]))
		digits++;
	if (digits == len)
		return false;
	return word[0] != 'u' || (len != 5 && len != 7) ||
	    count_hex(word + 1, len - 1) < len - 1;
}
