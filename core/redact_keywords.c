/* SPDX-License-Identifier: Apache-2.0 */
/* Every keyword has an anchor: three bytes of it that are rare in logs.
 * Keywords are put into eight buckets, a bit each; for each byte of an anchor
 * a table says which buckets have it there. Where the three masks of a place
 * have a bit in common, the keywords of that bucket are compared. With AVX2,
 * 32 places are looked at together: a mask is then looked up by the halves of
 * a byte, which may be wrong, but never misses. */
#include "redact_keywords.h"

#include <stdlib.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum {
	ANCHOR = 3,
	BUCKETS = 8,
	BLOCK = 32,
	KEYWORDS_MAX = 4096,
};

struct keyword {
	/* Of each byte: (text | fold) == value. */
	char value[MXLOG_KEYWORD_MAX];
	char fold[MXLOG_KEYWORD_MAX];
	uint64_t word, word_fold, word_care; /* the bytes from the anchor on */
	unsigned len, anchor, id, bucket;
	bool caseless;
};

struct mxlog_keywords {
	/* Rows of 16 by half a byte, and by the whole one. */
	unsigned char low[ANCHOR][16], high[ANCHOR][16];
	unsigned char exact[ANCHOR][256];
	struct keyword *list; /* sorted by bucket when built */
	size_t n, capacity;
	size_t first[BUCKETS + 1];
	bool wide; /* this machine has AVX2 */
};

struct search {
	const struct mxlog_keywords *keywords;
	const char *text;
	size_t len;
	mxlog_keyword_fn *found;
	void *data;
};

int mxlog_keywords_new(struct mxlog_keywords **ret)
{
	struct mxlog_keywords *keywords = calloc(1, sizeof(*keywords));

	if (!keywords)
		return -ENOMEM;
#if defined(__x86_64__)
	keywords->wide = __builtin_cpu_supports("avx2");
#endif
	*ret = keywords;
	return 0;
}

void mxlog_keywords_free(struct mxlog_keywords *keywords)
{
	if (!keywords)
		return;
	free(keywords->list);
	free(keywords);
}

/* How often a byte is seen in logs: 0 seldom, 9 everywhere. */
static unsigned commonness(char c)
{
	static const char letters[] = "83559444713547741778433231";
	bool upper = c >= 'A' && c <= 'Z';

	if (c >= 'a' && c <= 'z')
		return (unsigned)(letters[c - 'a'] - '0') + 1;
	if (upper)
		return 2;
	if (c == ' ')
		return 9;
	return c >= '0' && c <= '9' ? 5 : 4;
}

/* Where the three rarest neighbours are; -1 if there are no ASCII ones. */
static int choose_anchor(const char *text, size_t len, bool caseless)
{
	unsigned best = UINT32_MAX;
	int anchor = -1;

	for (size_t i = 0; i + ANCHOR <= len; i++) {
		unsigned sum = 0;
		bool usable = true;

		for (size_t j = i; j < i + ANCHOR; j++) {
			char c = text[j];

			usable = usable && c > 0;
			if (caseless && c >= 'A' && c <= 'Z')
				c = (char)(c | 0x20);
			sum += commonness(c);
		}
		if (usable && sum < best) {
			best = sum;
			anchor = (int)i;
		}
	}
	return anchor;
}

static void set_word(struct keyword *keyword)
{
	size_t n =
	    MIN((size_t)keyword->len - keyword->anchor, sizeof(keyword->word));

	memcpy(&keyword->word, keyword->value + keyword->anchor, n);
	memcpy(&keyword->word_fold, keyword->fold + keyword->anchor, n);
	memset(&keyword->word_care, 0xff, n);
}

int mxlog_keywords_add(struct mxlog_keywords *keywords, const char *text,
    size_t len, bool caseless, unsigned id)
{
	int anchor = choose_anchor(text, len, caseless);
	struct keyword *keyword;

	if (anchor < 0 || len > MXLOG_KEYWORD_MAX)
		return -EINVAL;
	if (keywords->n == keywords->capacity) {
		size_t capacity = 2 * keywords->capacity + 64;
		struct keyword *list = keywords->n >= KEYWORDS_MAX
		    ? NULL
		    : realloc(keywords->list, capacity * sizeof(*list));

		if (!list)
			return -ENOMEM;
		keywords->list = list;
		keywords->capacity = capacity;
	}
	keyword = &keywords->list[keywords->n++];
	*keyword = (struct keyword){ .len = (unsigned)len,
		.anchor = (unsigned)anchor,
		.id = id,
		.caseless = caseless };
	for (size_t i = 0; i < len; i++) {
		char lower = (char)(text[i] | 0x20);
		bool fold = caseless && lower >= 'a' && lower <= 'z';

		keyword->fold[i] = fold ? 0x20 : 0;
		keyword->value[i] = fold ? lower : text[i];
	}
	set_word(keyword);
	return 0;
}

static int compare_anchors(const void *a, const void *b)
{
	const struct keyword *one = a, *other = b;

	return memcmp(one->value + one->anchor, other->value + other->anchor,
	    ANCHOR);
}

static void mark(struct mxlog_keywords *keywords, unsigned at, char c,
    unsigned char bit)
{
	unsigned char byte = (unsigned char)c;

	keywords->low[at][byte & 15] |= bit;
	keywords->high[at][byte >> 4] |= bit;
	keywords->exact[at][byte] |= bit;
}

static void add_to_tables(struct mxlog_keywords *keywords,
    const struct keyword *keyword)
{
	unsigned char bit = (unsigned char)(1 << keyword->bucket);

	for (unsigned i = 0; i < ANCHOR; i++) {
		char c = keyword->value[keyword->anchor + i];

		mark(keywords, i, c, bit);
		if (keyword->fold[keyword->anchor + i])
			mark(keywords, i, (char)(c & ~0x20), bit);
	}
}

/* Keywords with similar anchors share a bucket: the fewer different bytes it
 * has, the fewer places pass for it. */
void mxlog_keywords_build(struct mxlog_keywords *keywords)
{
	size_t n = keywords->n;

	if (n > 0)
		qsort(keywords->list, n, sizeof(*keywords->list),
		    compare_anchors);
	for (size_t i = 0; i < n; i++) {
		keywords->list[i].bucket = (unsigned)(i * BUCKETS / n);
		add_to_tables(keywords, &keywords->list[i]);
	}
	for (size_t bucket = 0, i = 0; bucket <= BUCKETS; bucket++) {
		while (i < n && keywords->list[i].bucket < bucket)
			i++;
		keywords->first[bucket] = i;
	}
}

/* The anchor stands at `at`: does all of the keyword? */
static bool is_there(const struct search *search, const struct keyword *keyword,
    size_t at)
{
	const char *p;

	if (at < keyword->anchor ||
	    keyword->len - keyword->anchor > search->len - at)
		return false;
	p = search->text + at - keyword->anchor;
	for (unsigned i = 0; i < keyword->len; i++)
		if ((char)(p[i] | keyword->fold[i]) != keyword->value[i])
			return false;
	return true;
}

static uint64_t load_word(const struct search *search, size_t at)
{
	uint64_t word = 0;

	if (LIKELY(search->len - at >= sizeof(word)))
		memcpy(&word, search->text + at, sizeof(word));
	else
		memcpy(&word, search->text + at, search->len - at);
	return word;
}

static bool check_bucket(const struct search *search, unsigned bucket,
    size_t at)
{
	const struct mxlog_keywords *keywords = search->keywords;
	uint64_t word = load_word(search, at);

	for (size_t i = keywords->first[bucket];
	     i < keywords->first[bucket + 1]; i++) {
		const struct keyword *keyword = &keywords->list[i];

		if (((word | keyword->word_fold) & keyword->word_care) !=
		    keyword->word)
			continue;
		if (is_there(search, keyword, at) &&
		    !search->found(search->data, at - keyword->anchor,
			keyword->len, keyword->id))
			return false;
	}
	return true;
}

/* False: the search is over. There are three bytes at `at`. */
static inline bool check_place(const struct search *search, size_t at)
{
	const struct mxlog_keywords *keywords = search->keywords;
	const unsigned char *p = (const unsigned char *)search->text + at;
	unsigned mask = keywords->exact[0][p[0]] & keywords->exact[1][p[1]] &
	    keywords->exact[2][p[2]];

	for (; mask; mask &= mask - 1)
		if (!check_bucket(search, (unsigned)__builtin_ctz(mask), at))
			return false;
	return true;
}

static void find_portable(const struct search *search)
{
	for (size_t at = 0; at + ANCHOR <= search->len; at++)
		if (!check_place(search, at))
			return;
}

#if defined(__x86_64__)
struct tables {
	__m256i low[ANCHOR], high[ANCHOR];
};

__attribute__((target("avx2"))) static inline __m256i load_row(
    const unsigned char *row)
{
	return _mm256_broadcastsi128_si256(
	    _mm_loadu_si128((const __m128i *)(const void *)row));
}

/* Which buckets may have the byte at this place of their anchors. */
__attribute__((target("avx2"))) static inline __m256i
look_up(const struct tables *tables, unsigned place, const char *text)
{
	__m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)text);
	__m256i high =
	    _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));

	/* A byte of 0x80 or more gives no bucket by its lower half. */
	return _mm256_and_si256(_mm256_shuffle_epi8(tables->low[place], bytes),
	    _mm256_shuffle_epi8(tables->high[place], high));
}

/* A bit for every of the 32 places from `text` on that needs a closer look;
 * reads two bytes more. */
__attribute__((target("avx2"))) static inline unsigned
candidates(const struct tables *tables, const char *text)
{
	__m256i mask = _mm256_and_si256(look_up(tables, 0, text),
	    _mm256_and_si256(look_up(tables, 1, text + 1),
		look_up(tables, 2, text + 2)));
	__m256i none = _mm256_cmpeq_epi8(mask, _mm256_setzero_si256());

	return ~(unsigned)_mm256_movemask_epi8(none);
}

static bool check_places(const struct search *search, size_t at,
    unsigned places)
{
	for (; places; places &= places - 1) {
		size_t place = at + (unsigned)__builtin_ctz(places);

		if (place + ANCHOR <= search->len &&
		    !check_place(search, place))
			return false;
	}
	return true;
}

__attribute__((target("avx2"))) static void find_wide(
    const struct search *search)
{
	char last[BLOCK + ANCHOR - 1] = { 0 };
	struct tables tables;
	size_t at = 0;

	for (unsigned i = 0; i < ANCHOR; i++) {
		tables.low[i] = load_row(search->keywords->low[i]);
		tables.high[i] = load_row(search->keywords->high[i]);
	}
	for (; search->len - at >= BLOCK + ANCHOR - 1; at += BLOCK) {
		unsigned places = candidates(&tables, search->text + at);

		if (UNLIKELY(places) && !check_places(search, at, places))
			return;
	}
	memcpy(last, search->text + at, search->len - at);
	(void)check_places(search, at, candidates(&tables, last));
}
#endif

void mxlog_keywords_find_portable(const struct mxlog_keywords *keywords,
    const char *text, size_t len, mxlog_keyword_fn *found, void *data)
{
	struct search search = { keywords, text, len, found, data };

	find_portable(&search);
}

void mxlog_keywords_find(const struct mxlog_keywords *keywords,
    const char *text, size_t len, mxlog_keyword_fn *found, void *data)
{
	struct search search = { keywords, text, len, found, data };

	if (len < MXLOG_KEYWORD_MIN)
		return;
#if defined(__x86_64__)
	if (keywords->wide) {
		find_wide(&search);
		return;
	}
#endif
	find_portable(&search);
}
