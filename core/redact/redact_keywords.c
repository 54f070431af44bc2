/* SPDX-License-Identifier: Apache-2.0 */
/* Every keyword has an anchor, three bytes of it, and is found by their hash.
 * With AVX2, 32 places are looked at together, and few of them hashed: anchors
 * are put into eight buckets, a bit each; tables say, for each half of a byte
 * and each place in an anchor, which buckets have it there. Where the six masks
 * of a place have no bit in common there is no anchor. Which three bytes are
 * the anchor, and in which bucket, is chosen so that little of ordinary logs
 * passes. */
#include "redact/redact_keywords.h"

#include <stdlib.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum {
	ANCHOR = 3,
	BUCKETS = 8,
	BLOCK = 32,
	BLOCKS = 64, /* sifted at a time */
	KEYWORDS_MAX = 4096,
	ROUNDS = 3,
	HEADS_LOG = 10,
	HEADS = 1 << HEADS_LOG,
};

struct keyword {
	/* Of each byte: (text | fold) == value. */
	char value[MXLOG_KEYWORD_MAX];
	char fold[MXLOG_KEYWORD_MAX];
	uint64_t word, word_fold, word_care; /* the bytes from the anchor on */
	unsigned len, anchor, id, bucket;
	unsigned short next; /* of the same hash, + 1; 0: none */
};

struct mxlog_keywords {
	/* By half a byte: the buckets that have it at this place. */
	unsigned char low[ANCHOR][16], high[ANCHOR][16];
	unsigned short heads[HEADS]; /* by the anchor's hash; 0: none */
	struct keyword *list;
	size_t n, capacity;
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

/* Is there a place for an anchor? */
static bool is_anchor(const char *text)
{
	return text[0] > 0 && text[1] > 0 && text[2] > 0;
}

static bool has_anchor(const char *text, size_t len)
{
	for (size_t i = 0; i + ANCHOR <= len; i++)
		if (is_anchor(text + i))
			return true;
	return false;
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
	struct keyword *keyword;

	if (len > MXLOG_KEYWORD_MAX || !has_anchor(text, len) ||
	    keywords->n == KEYWORDS_MAX)
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
	*keyword = (struct keyword){ .len = (unsigned)len, .id = id };
	for (size_t i = 0; i < len; i++) {
		char lower = (char)(text[i] | 0x20);
		bool fold = caseless && lower >= 'a' && lower <= 'z';

		keyword->fold[i] = fold ? 0x20 : 0;
		keyword->value[i] = fold ? lower : text[i];
	}
	return 0;
}

/* How often a byte from ' ' on is seen in logs, of 10,000. */
static const unsigned short commonness[6][16] = {
	{ 861, 1, 297, 1, 5, 2, 1, 3, 37, 37, 7, 8, 80, 94, 219, 124 },
	{ 508, 385, 297, 151, 150, 170, 106, 98, 118, 104, 300, 7, 28, 53, 28,
	    1 },
	{ 3, 30, 12, 9, 45, 23, 43, 5, 4, 32, 16, 4, 18, 22, 34, 27 },
	{ 13, 1, 19, 42, 23, 3, 11, 3, 5, 1, 15, 61, 14, 61, 1, 82 },
	{ 1, 342, 86, 214, 212, 497, 104, 100, 110, 287, 19, 72, 202, 155, 285,
	    403 },
	{ 137, 12, 336, 405, 398, 174, 67, 46, 68, 84, 10, 23, 6, 23, 1, 1 },
};

/* Which halves of bytes pass for a bucket, a bit each. */
struct masks {
	unsigned low[ANCHOR], high[ANCHOR];
};

static void add_masks(struct masks *masks, const struct keyword *keyword,
    unsigned anchor)
{
	for (unsigned i = 0; i < ANCHOR; i++) {
		unsigned byte = (unsigned char)keyword->value[anchor + i];

		masks->low[i] |= 1U << (byte & 15);
		masks->high[i] |= 1U << (byte >> 4);
		if (keyword->fold[anchor + i])
			masks->high[i] |= 1U << ((byte & ~0x20U) >> 4);
	}
}

/* How many of 10,000 bytes pass at a place of the anchor. */
static double count_passing(unsigned low, unsigned high)
{
	unsigned rows = high >> 2 & ((1U << ARRAY_LEN(commonness)) - 1);
	unsigned sum = 1;

	for (; rows != 0; rows &= rows - 1)
		for (unsigned rest = low; rest != 0; rest &= rest - 1)
			sum += commonness[__builtin_ctz(rows)]
					 [__builtin_ctz(rest)];
	return sum;
}

static double false_alarms(const struct masks *masks)
{
	double product = 1;

	for (unsigned i = 0; i < ANCHOR; i++)
		product *= count_passing(masks->low[i], masks->high[i]);
	return product;
}

/* The masks of a bucket without one of its keywords. */
static struct masks get_masks(const struct mxlog_keywords *keywords,
    unsigned bucket, const struct keyword *without)
{
	struct masks masks = { 0 };

	for (size_t i = 0; i < keywords->n; i++) {
		const struct keyword *keyword = &keywords->list[i];

		if (keyword->bucket == bucket && keyword != without)
			add_masks(&masks, keyword, keyword->anchor);
	}
	return masks;
}

/* Choose the anchor that adds the fewest false alarms to a bucket; how many. */
static double choose_anchor(const struct masks *bucket,
    const struct keyword *keyword, unsigned *ret)
{
	double alarms = bucket->low[0] ? false_alarms(bucket) : 0, best = -1;

	for (unsigned at = 0; at + ANCHOR <= keyword->len; at++) {
		struct masks masks = *bucket;
		double added;

		if (!is_anchor(keyword->value + at))
			continue;
		add_masks(&masks, keyword, at);
		added = false_alarms(&masks) - alarms;
		if (best >= 0 && added >= best)
			continue;
		best = added;
		*ret = at;
	}
	return best;
}

/* Put a keyword, which has an anchor, into the best of the buckets. */
static void place(struct masks *buckets, struct keyword *keyword)
{
	double best = -1;

	for (unsigned i = 0; i < BUCKETS; i++) {
		unsigned anchor = 0;
		double added = choose_anchor(&buckets[i], keyword, &anchor);

		if (best >= 0 && added >= best)
			continue;
		best = added;
		keyword->anchor = anchor;
		keyword->bucket = i;
	}
	add_masks(&buckets[keyword->bucket], keyword, keyword->anchor);
}

static int compare_lengths(const void *a, const void *b)
{
	const struct keyword *one = a, *other = b;

	return (one->len > other->len) - (one->len < other->len);
}

static void mark(struct mxlog_keywords *keywords, unsigned at, char c,
    unsigned char bit)
{
	unsigned char byte = (unsigned char)c;

	keywords->low[at][byte & 15] |= bit;
	keywords->high[at][byte >> 4] |= bit;
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

/* Short ones have the least choice and come first; then each once more. */
static void place_all(struct mxlog_keywords *keywords)
{
	struct masks buckets[BUCKETS] = { 0 };

	if (keywords->n == 0)
		return;
	qsort(keywords->list, keywords->n, sizeof(*keywords->list),
	    compare_lengths);
	for (size_t i = 0; i < keywords->n; i++)
		keywords->list[i].bucket = BUCKETS;
	for (unsigned round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < keywords->n; i++) {
			struct keyword *keyword = &keywords->list[i];

			if (keyword->bucket < BUCKETS)
				buckets[keyword->bucket] = get_masks(keywords,
				    keyword->bucket, keyword);
			place(buckets, keyword);
		}
}

/* Of three bytes, letters in lower case (and some others mixed up). */
static inline unsigned hash(uint32_t bytes)
{
	return ((bytes | 0x202020) * 2654435769U) >> (32 - HEADS_LOG);
}

static inline uint32_t load_anchor(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
}

void mxlog_keywords_build(struct mxlog_keywords *keywords)
{
	place_all(keywords);
	for (size_t i = 0; i < keywords->n; i++) {
		struct keyword *keyword = &keywords->list[i];
		unsigned short *head = &keywords->heads[hash(
		    load_anchor(keyword->value + keyword->anchor))];

		set_word(keyword);
		add_to_tables(keywords, keyword);
		keyword->next = *head;
		*head = (unsigned short)(i + 1);
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

static bool check_keywords(const struct search *search, unsigned next,
    size_t at)
{
	uint64_t word = load_word(search, at);

	while (next > 0) {
		const struct keyword *keyword =
		    &search->keywords->list[next - 1];

		next = keyword->next;
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

static void find_portable(const struct search *search)
{
	const unsigned char *p = (const unsigned char *)search->text;
	uint32_t bytes;

	if (search->len < ANCHOR)
		return;
	bytes = load_anchor(search->text) << 8;
	for (size_t at = 0; at + ANCHOR <= search->len; at++) {
		unsigned head;

		bytes = bytes >> 8 | (uint32_t)p[at + 2] << 16;
		head = search->keywords->heads[hash(bytes)];
		if (UNLIKELY(head > 0) && !check_keywords(search, head, at))
			return;
	}
}

#if defined(__x86_64__)
#define WIDE __attribute__((target("avx2")))

WIDE static inline __m256i load_row(const unsigned char *row)
{
	return _mm256_broadcastsi128_si256(
	    _mm_loadu_si128((const __m128i *)(const void *)row));
}

/* Which buckets may have each of 32 bytes at this place of their anchors. */
WIDE static inline __m256i look_up(__m256i low, __m256i high, const char *text)
{
	__m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)text);
	__m256i upper =
	    _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));

	/* A byte of 0x80 or more gives no bucket by its lower half. */
	return _mm256_and_si256(_mm256_shuffle_epi8(low, bytes),
	    _mm256_shuffle_epi8(high, upper));
}

static bool check_places(const struct search *search, size_t at,
    unsigned places)
{
	for (; places; places &= places - 1) {
		size_t place = at + (unsigned)__builtin_ctz(places);
		unsigned head;

		if (place + ANCHOR > search->len)
			break;
		head = search->keywords
			   ->heads[hash(load_anchor(search->text + place))];
		if (head > 0 && !check_keywords(search, head, place))
			return false;
	}
	return true;
}

/* A bit for every of 32 places that needs a closer look. */
WIDE static inline unsigned candidates(__m256i first, __m256i second,
    __m256i third)
{
	__m256i mask = _mm256_and_si256(first, _mm256_and_si256(second, third));

	return ~(unsigned)_mm256_movemask_epi8(
	    _mm256_cmpeq_epi8(mask, _mm256_setzero_si256()));
}

/* A word of candidates for each of n blocks. The code that looks closer at
 * them stays out of this loop, which lives in registers. */
WIDE static void sift(const struct mxlog_keywords *keywords, const char *text,
    size_t n, unsigned *ret)
{
	__m256i low0 = load_row(keywords->low[0]);
	__m256i low1 = load_row(keywords->low[1]);
	__m256i low2 = load_row(keywords->low[2]);
	__m256i high0 = load_row(keywords->high[0]);
	__m256i high1 = load_row(keywords->high[1]);
	__m256i high2 = load_row(keywords->high[2]);

	for (size_t i = 0; i < n; i++, text += BLOCK)
		ret[i] = candidates(look_up(low0, high0, text),
		    look_up(low1, high1, text + 1),
		    look_up(low2, high2, text + 2));
}

static void find_wide(const struct search *search)
{
	char last[BLOCK + ANCHOR - 1] = { 0 };
	unsigned places[BLOCKS];
	size_t at = 0;

	while (search->len - at >= sizeof(last)) {
		size_t n = (search->len - at - (ANCHOR - 1)) / BLOCK;

		n = MIN(n, (size_t)BLOCKS);
		sift(search->keywords, search->text + at, n, places);
		for (size_t i = 0; i < n; i++, at += BLOCK)
			if (places[i] && !check_places(search, at, places[i]))
				return;
	}
	memcpy(last, search->text + at, search->len - at);
	sift(search->keywords, last, 1, places);
	(void)check_places(search, at, places[0]);
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
