/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include "base/vec16.h"

static const char replacement[3] = { '\xef', '\xbf', '\xbd' };

/* What may follow a lead byte (Unicode 15, table 3-7): how many bytes, and the
 * bounds of the first of them; all others are 80..BF. */
struct lead {
	unsigned char more;
	unsigned char low, high;
};

static struct lead lead_of(unsigned char c)
{
	if (c < 0xc2)
		return (struct lead){ 0, 0, 0 };
	if (c < 0xe0)
		return (struct lead){ 1, 0x80, 0xbf };
	if (c < 0xf0)
		return (struct lead){ 2, c == 0xe0 ? 0xa0 : 0x80,
			c == 0xed ? 0x9f : 0xbf };
	if (c < 0xf5)
		return (struct lead){ 3, c == 0xf0 ? 0x90 : 0x80,
			c == 0xf4 ? 0x8f : 0xbf };
	return (struct lead){ 0, 0, 0 };
}

/* Length of the character that begins here, or 0 and in *ret_bad the length
 * of the maximal invalid subpart. `p` is no ASCII. */
static size_t character_at(const unsigned char *p, size_t left, size_t *ret_bad)
{
	struct lead lead = lead_of(p[0]);
	size_t n = 1;

	*ret_bad = 1;
	if (lead.more == 0)
		return 0;
	while (n <= lead.more) {
		if (n == left || p[n] < lead.low || p[n] > lead.high) {
			*ret_bad = n;
			return 0;
		}
		lead.low = 0x80;
		lead.high = 0xbf;
		n++;
	}
	return n;
}

/* Length of the ASCII at the beginning. */
static size_t ascii(const char *text, size_t len)
{
	size_t n = 0;
	uint32_t mask;

	for (; len - n >= MXLOG_LANES; n += MXLOG_LANES) {
		mask = mxlog_vec16_mask(mxlog_vec16_load(text + n));
		if (mask)
			return n + (size_t)__builtin_ctz(mask);
	}
	for (; len - n >= sizeof(uint64_t); n += sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, text + n, sizeof(word));
		if (word & 0x8080808080808080)
			break;
	}
	while (n < len && (unsigned char)text[n] < 0x80)
		n++;
	return n;
}

size_t mxlog_utf8_valid(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n = 0, bad;

	if (len == 0)
		return 0;
	for (;;) {
		size_t more;

		n += ascii(text + n, len - n);
		/* Scripts that aren't Latin come in runs. */
		while (n < len && p[n] >= 0x80) {
			more = character_at(p + n, len - n, &bad);
			if (more == 0)
				return n;
			n += more;
		}
		if (n == len)
			return n;
	}
}

size_t mxlog_utf8_invalid(const char *text, size_t len)
{
	size_t bad;

	(void)character_at((const unsigned char *)text, len, &bad);
	return bad;
}

int mxlog_utf8_append_lossy(struct mxlog_buf *buf, const char *text, size_t len)
{
	size_t before = buf->len;
	int r = 0;

	while (len > 0) {
		size_t good = mxlog_utf8_valid(text, len);
		size_t bad;

		r = mxlog_buf_add(buf, text, good);
		if (r < 0)
			break;
		text += good;
		len -= good;
		if (len == 0)
			break;

		bad = mxlog_utf8_invalid(text, len);
		r = mxlog_buf_add(buf, replacement, sizeof(replacement));
		if (r < 0)
			break;
		text += bad;
		len -= bad;
	}
	if (r < 0)
		buf->len = before;
	return r;
}

size_t mxlog_utf8_cut(const char *text, size_t len, size_t max)
{
	if (len <= max)
		return len;
	while (max > 0 && ((unsigned char)text[max] & 0xc0) == 0x80)
		max--;
	return max;
}

uint32_t mxlog_utf8_decode(const char *text, size_t *ret_len)
{
	const unsigned char *p = (const unsigned char *)text;
	uint32_t c;
	size_t n;

	if (p[0] < 0x80) {
		*ret_len = 1;
		return p[0];
	}
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	c = p[0] & (0x7fU >> n);
	for (size_t i = 1; i < n; i++)
		c = c << 6 | (p[i] & 0x3fU);
	*ret_len = n;
	return c;
}

size_t mxlog_utf8_encode(char out[4], uint32_t c)
{
	size_t n;

	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		c = 0xfffd;
	n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (c & 0x3f));
		c >>= 6;
	}
	out[0] = (char)((0xf00 >> n & 0xff) | c);
	return n;
}

int mxlog_utf8_append(struct mxlog_buf *buf, uint32_t character)
{
	char out[4];
	size_t n = mxlog_utf8_encode(out, character);

	return mxlog_buf_add(buf, out, n);
}
