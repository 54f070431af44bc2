/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/needle.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/utf8.h"
#include "base/vec16.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

/* ---- making one ---- */

/* True if the character stands in every JSON text of it in one way, but for
 * \u and \/. Of DEL, C1 and the separators our lines hold escapes and others'
 * need not; U+FFFD also stands for invalid bytes; beyond ASCII case has too
 * many ways. */
static bool is_searchable(uint32_t c, bool caseless)
{
	if (c < 0x7f)
		return true;
	return !caseless && c > 0x9f && c != 0x2028 && c != 0x2029 &&
	    c != 0xfffd;
}

/* The longest run of searchable characters. */
static size_t longest(const char *text, size_t len, bool caseless,
    const char **ret)
{
	size_t best = 0, start = 0, at = 0, n;

	while (at < len) {
		uint32_t c = mxlog_utf8_decode(text + at, &n);

		at += n;
		if (!is_searchable(c, caseless)) {
			start = at;
		} else if (at - start > best) {
			best = at - start;
			*ret = text + start;
		}
	}
	return best;
}

/* How common a byte is in lines: the rarest two are looked for. */
static unsigned commonness(char c)
{
	static const char common[] =
	    "zqjxvkwybpgfmucdhlrnsiaote0123456789_-.:/,{}\" ";
	const char *at;

	if (c == '\0')
		return 0;
	at = strchr(common, lower(c));
	return at ? (unsigned)(at - common) + 1 : 0;
}

static void choose(struct mxlog_needle *needle)
{
	size_t n = MIN(needle->len, (size_t)MXLOG_NEEDLE_SPAN);

	needle->first = 0;
	needle->last = n - 1;
	for (size_t i = 0; i < n; i++)
		if (commonness(needle->text[i]) <
		    commonness(needle->text[needle->first]))
			needle->first = i;
	if (needle->last == needle->first && n > 1)
		needle->last = 0;
	for (size_t i = 0; i < n; i++)
		if (i != needle->first &&
		    commonness(needle->text[i]) <
			commonness(needle->text[needle->last]))
			needle->last = i;
}

static int fill(struct mxlog_needle *needle, const char *text, size_t len,
    bool quoted)
{
	struct mxlog_buf buf = { 0 };
	int r = 0;

	if (quoted)
		r = mxlog_buf_add_char(&buf, '"');
	if (r >= 0)
		r = mxlog_json_escape(&buf, text, len);
	if (r >= 0 && quoted)
		r = mxlog_buf_add_char(&buf, '"');
	if (r < 0) {
		mxlog_buf_done(&buf);
		return r;
	}
	needle->text = buf.data;
	needle->len = buf.len;
	return 0;
}

int mxlog_needle_init(struct mxlog_needle *needle, const char *text, size_t len,
    bool caseless, bool quoted)
{
	const char *part = text;
	size_t n;
	int r;

	*needle = (struct mxlog_needle){ .caseless = caseless };
	if (mxlog_utf8_valid(text, len) < len)
		return 0;
	n = longest(text, len, caseless, &part);
	if (n == 0)
		return 0;
	r = fill(needle, part, n, quoted && n == len);
	if (r < 0)
		return r;
	for (size_t i = 0; caseless && i < needle->len; i++) {
		char c = needle->text[i] = lower(needle->text[i]);

		needle->partners |= c == 'k' || c == 's';
	}
	choose(needle);
	return 0;
}

void mxlog_needle_done(struct mxlog_needle *needle)
{
	free(needle->text);
	*needle = (struct mxlog_needle){ 0 };
}

/* ---- finding it ---- */

static bool equals(const struct mxlog_needle *needle, const char *at)
{
	if (!needle->caseless)
		return memcmp(at, needle->text, needle->len) == 0;
	for (size_t i = 0; i < needle->len; i++)
		if (lower(at[i]) != needle->text[i])
			return false;
	return true;
}

/* Is what a lane saw really one of the things looked for? */
static bool confirm(const struct mxlog_needle *needle, const char *at,
    const char *end)
{
	if (*at == '\\' && (at[1] == 'u' || at[1] == '/'))
		return true;
	if (needle->partners &&
	    (memcmp(at, LITERAL("\xe2\x84\xaa")) == 0 ||
		memcmp(at, LITERAL("\xc5\xbf")) == 0))
		return true;
	return (size_t)(end - at) >= needle->len && equals(needle, at);
}

/* Of 32 (or 16) places the first that is one, or NULL. */
static const char *confirm_mask(const struct mxlog_needle *needle,
    const char *at, const char *end, uint32_t mask)
{
	for (; mask; mask &= mask - 1) {
		const char *place = at + __builtin_ctz(mask);

		if (place >= end)
			return NULL;
		if (confirm(needle, place, end))
			return place;
	}
	return NULL;
}

/* A letter's two cases differ in one bit, which is set before comparing; of
 * other bytes all bits count. */
static unsigned char case_bit(const struct mxlog_needle *needle, size_t i)
{
	return needle->caseless && is_letter(needle->text[i]) ? 0x20 : 0;
}

static const char *find_vec(const struct mxlog_needle *needle, const char *at,
    const char *end)
{
	unsigned char a = (unsigned char)needle->text[needle->first];
	unsigned char b = (unsigned char)needle->text[needle->last];
	unsigned char a_bit = case_bit(needle, needle->first);
	unsigned char b_bit = case_bit(needle, needle->last);

	for (; at < end; at += MXLOG_LANES) {
		mxlog_vec16 here = mxlog_vec16_load(at);
		mxlog_vec16 first = mxlog_vec16_load(at + needle->first);
		mxlog_vec16 last = mxlog_vec16_load(at + needle->last);
		mxlog_vec16 found = (mxlog_vec16)((first | a_bit) == a);
		const char *place;

		found &= (mxlog_vec16)((last | b_bit) == b);
		found |= (mxlog_vec16)(here == '\\');
		if (needle->partners)
			found |= (mxlog_vec16)(here == 0xe2) |
			    (mxlog_vec16)(here == 0xc5);
		place = confirm_mask(needle, at, end, mxlog_vec16_mask(found));
		if (place)
			return place;
	}
	return NULL;
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static const char *
find_avx2(const struct mxlog_needle *needle, const char *at, const char *end)
{
	const __m256i a = _mm256_set1_epi8(needle->text[needle->first]);
	const __m256i b = _mm256_set1_epi8(needle->text[needle->last]);
	const __m256i a_bit =
	    _mm256_set1_epi8((char)case_bit(needle, needle->first));
	const __m256i b_bit =
	    _mm256_set1_epi8((char)case_bit(needle, needle->last));
	const __m256i backslash = _mm256_set1_epi8('\\');
	/* Without partners look for the backslash twice more. */
	const __m256i kelvin =
	    _mm256_set1_epi8(needle->partners ? (char)0xe2 : '\\');
	const __m256i long_s =
	    _mm256_set1_epi8(needle->partners ? (char)0xc5 : '\\');

	for (; at < end; at += 32) {
		__m256i here = _mm256_loadu_si256((const __m256i_u *)at);
		__m256i first =
		    _mm256_loadu_si256((const __m256i_u *)(at + needle->first));
		__m256i last =
		    _mm256_loadu_si256((const __m256i_u *)(at + needle->last));
		__m256i found =
		    _mm256_and_si256(_mm256_cmpeq_epi8(_mm256_or_si256(first,
							   a_bit),
					 a),
			_mm256_cmpeq_epi8(_mm256_or_si256(last, b_bit), b));
		const char *place;

		found = _mm256_or_si256(found,
		    _mm256_or_si256(_mm256_cmpeq_epi8(here, backslash),
			_mm256_or_si256(_mm256_cmpeq_epi8(here, kelvin),
			    _mm256_cmpeq_epi8(here, long_s))));
		if (LIKELY(_mm256_testz_si256(found, found)))
			continue;
		place = confirm_mask(needle, at, end,
		    (uint32_t)_mm256_movemask_epi8(found));
		if (place)
			return place;
	}
	return NULL;
}
#endif

const char *mxlog_needle_find(const struct mxlog_needle *needle, const char *at,
    const char *end)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2"))
		return find_avx2(needle, at, end);
#endif
	return find_vec(needle, at, end);
}
