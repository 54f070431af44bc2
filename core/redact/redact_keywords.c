/* SPDX-License-Identifier: Apache-2.0 */
/* Every keyword has an anchor, three bytes of it, and is found by their hash.
 * With AVX2, 64 places are looked at together, and few of them hashed: anchors
 * are put into eight buckets, a bit each; tables say, for each half of a byte
 * and each place in an anchor, which buckets have it there. Where the masks of a
 * place have no bit in common there is no anchor; of the others, most are not
 * followed by a byte that follows an anchor of that hash. Which three bytes are
 * the anchor, and in which bucket, is chosen so that little of ordinary logs
 * passes. */
#include "redact/redact_keywords.h"

#include <stdlib.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum {
	ANCHOR = 3,
	SETS = 2, /* of eight buckets; the first of keywords that begin words */
	BUCKETS = 8 * SETS,
	HALF = 32,
	BLOCK = 2 * HALF,
	VIEW = BLOCK + ANCHOR, /* a block and what is looked at behind it */
	BLOCKS = 32,           /* sifted at a time */
	KEYWORDS_MAX = 4096,
	ROUNDS = 2,
	HEADS_LOG = 12,
	HEADS = 1 << HEADS_LOG,
	NEXT_LOG = 11,
};

struct keyword {
	uint64_t word, word_fold, word_care; /* the bytes from the anchor on */
	unsigned len, anchor, id, bucket;
	bool begins;         /* no letter or digit stands before it */
	unsigned short next; /* of the same hash, + 1; 0: none */
	/* Of each byte: (text | fold) == value. */
	char value[MXLOG_KEYWORD_MAX];
	char fold[MXLOG_KEYWORD_MAX];
};

struct mxlog_keywords {
	/* By half a byte: the buckets that have it at this place. */
	unsigned char low[SETS][ANCHOR][16], high[SETS][ANCHOR][16];
	unsigned short heads[HEADS]; /* by the anchor's hash; 0: none */
	/* By the anchor's hash: the five lower bits of bytes behind it. */
	uint32_t next[1 << NEXT_LOG];
	struct mxlog_keyword_starts starts;
	struct keyword *list;
	size_t n, capacity;
	bool wide; /* this machine has AVX2 and BMI */
};

struct search {
	const struct mxlog_keywords *keywords;
	const char *text;
	size_t len;
	mxlog_keyword_fn *found;
	void *data;
	size_t run; /* letters and digits right before the block at hand */
};

int mxlog_keywords_new(struct mxlog_keywords **ret)
{
	struct mxlog_keywords *keywords = calloc(1, sizeof(*keywords));

	if (!keywords)
		return -ENOMEM;
#if defined(__x86_64__)
	keywords->wide =
	    __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi");
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

/* Is there a place for an anchor? That of a keyword in another script is its
 * beginning: every such byte is looked at. */
static bool is_anchor(const char *text)
{
	return text[0] > 0 && text[1] > 0 && text[2] > 0;
}

static bool has_anchor(const char *text, size_t len)
{
	if (len >= ANCHOR && text[0] < 0)
		return true;
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
    size_t len, unsigned flags, unsigned id)
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
	*keyword = (struct keyword){ .len = (unsigned)len,
		.id = id,
		.begins = (flags & MXLOG_KEYWORD_WORD) && is_anchor(text) };
	for (size_t i = 0; i < len; i++) {
		char lower = (char)(text[i] | 0x20);
		bool fold = (flags & MXLOG_KEYWORD_CASELESS) && lower >= 'a' &&
		    lower <= 'z';

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

/* By row and eight lower halves, a bit each: the sum of their commonness. */
struct sums {
	unsigned of[ARRAY_LEN(commonness)][2][256];
};

static void fill_sums(struct sums *sums)
{
	for (size_t row = 0; row < ARRAY_LEN(commonness); row++)
		for (size_t i = 0; i < 2 * (size_t)256; i++) {
			unsigned sum = 0;

			for (size_t bit = 0; bit < 8; bit++)
				if (i % 256 >> bit & 1)
					sum +=
					    commonness[row][i / 256 * 8 + bit];
			sums->of[row][i / 256][i % 256] = sum;
		}
}

/* How many of 10,000 bytes pass at a place of the anchor. */
static double count_passing(const struct sums *sums, unsigned low,
    unsigned high)
{
	unsigned rows = high >> 2 & ((1U << ARRAY_LEN(commonness)) - 1);
	unsigned sum = 1;

	for (; rows != 0; rows &= rows - 1) {
		unsigned row = (unsigned)__builtin_ctz(rows);

		sum += sums->of[row][0][low & 255] +
		    sums->of[row][1][low >> 8 & 255];
	}
	return sum;
}

static double false_alarms(const struct sums *sums, const struct masks *masks)
{
	double product = 1;

	for (unsigned i = 0; i < ANCHOR; i++)
		product *= count_passing(sums, masks->low[i], masks->high[i]);
	return product;
}

/* The masks of a bucket without one of its keywords. */
static struct masks get_masks(const struct mxlog_keywords *keywords,
    unsigned bucket, const struct keyword *without)
{
	struct masks masks = { 0 };

	for (size_t i = 0; i < keywords->n; i++) {
		const struct keyword *keyword = &keywords->list[i];

		if (keyword->bucket == bucket && keyword != without &&
		    keyword->value[0] > 0)
			add_masks(&masks, keyword, keyword->anchor);
	}
	return masks;
}

/* Choose the anchor that adds the fewest false alarms to a bucket; how many. */
static double choose_anchor(const struct sums *sums, const struct masks *bucket,
    const struct keyword *keyword, unsigned *ret)
{
	double alarms = bucket->low[0] ? false_alarms(sums, bucket) : 0;
	double best = -1;

	for (unsigned at = 0; at + ANCHOR <= keyword->len; at++) {
		struct masks masks = *bucket;
		double added;

		if (!is_anchor(keyword->value + at))
			continue;
		if (keyword->begins && at > 0)
			break;
		add_masks(&masks, keyword, at);
		added = false_alarms(sums, &masks) - alarms;
		if (best >= 0 && added >= best)
			continue;
		best = added;
		*ret = at;
	}
	return best;
}

/* Put a keyword, which has an anchor, into the best of the buckets. */
static void place(const struct sums *sums, struct masks *buckets,
    struct keyword *keyword)
{
	unsigned first = keyword->begins ? 0 : 8;
	unsigned last = keyword->begins ? 8 : BUCKETS;
	double best = -1;

	keyword->bucket = 0;
	if (keyword->value[0] < 0)
		return;
	for (unsigned i = first; i < last; i++) {
		unsigned anchor = 0;
		double added =
		    choose_anchor(sums, &buckets[i], keyword, &anchor);

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

static void mark(struct mxlog_keywords *keywords, unsigned bucket, unsigned at,
    char c)
{
	unsigned char byte = (unsigned char)c;
	unsigned char bit = (unsigned char)(1 << bucket % 8);

	keywords->low[bucket / 8][at][byte & 15] |= bit;
	keywords->high[bucket / 8][at][byte >> 4] |= bit;
}

static void add_to_tables(struct mxlog_keywords *keywords,
    const struct keyword *keyword)
{
	if (keyword->value[0] < 0)
		return;
	for (unsigned i = 0; i < ANCHOR; i++) {
		char c = keyword->value[keyword->anchor + i];

		mark(keywords, keyword->bucket, i, c);
		if (keyword->fold[keyword->anchor + i])
			mark(keywords, keyword->bucket, i, (char)(c & ~0x20));
	}
}

/* Short ones have the least choice and come first; then each once more. */
static void place_all(struct mxlog_keywords *keywords)
{
	struct masks buckets[BUCKETS] = { 0 };
	struct sums sums;

	if (keywords->n == 0)
		return;
	fill_sums(&sums);
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
			place(&sums, buckets, keyword);
		}
}

static inline uint32_t load_anchor(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
}

static inline unsigned hash(uint32_t bytes)
{
	return mxlog_keyword_hash(bytes) >> (32 - HEADS_LOG);
}

static void add_start(struct mxlog_keyword_starts *starts, const char *text)
{
	unsigned bit = mxlog_keyword_start_bit(text);

	starts->bits[bit / 64] |= UINT64_C(1) << bit % 64;
}

static void add_next(struct mxlog_keywords *keywords,
    const struct keyword *keyword)
{
	const char *anchor = keyword->value + keyword->anchor;
	uint32_t *next =
	    &keywords->next[mxlog_keyword_hash(load_anchor(anchor)) >>
		(32 - NEXT_LOG)];

	*next |= keyword->len - keyword->anchor > ANCHOR
	    ? 1U << ((unsigned char)anchor[ANCHOR] & 31)
	    : UINT32_MAX;
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
		add_next(keywords, keyword);
		if (keyword->begins)
			add_start(&keywords->starts, keyword->value);
		keyword->next = *head;
		*head = (unsigned short)(i + 1);
	}
}

static bool is_alnum(char c)
{
	char lower = (char)(c | 0x20);

	return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9');
}

/* The anchor stands at `at`: does all of the keyword? */
static bool is_there(const struct search *search, const struct keyword *keyword,
    size_t at)
{
	const char *p;

	if (at < keyword->anchor ||
	    keyword->len - keyword->anchor > search->len - at)
		return false;
	if (keyword->begins && at > 0 && is_alnum(search->text[at - 1]))
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

static __attribute__((noinline)) bool tell_if_there(const struct search *search,
    const struct keyword *keyword, size_t at)
{
	return !is_there(search, keyword, at) ||
	    search->found(search->data, at - keyword->anchor, keyword->len,
		keyword->id);
}

static inline bool check_keywords(const struct search *search, unsigned next,
    size_t at)
{
	uint64_t word = load_word(search, at);

	while (next > 0) {
		const struct keyword *keyword =
		    &search->keywords->list[next - 1];

		next = keyword->next;
		if (UNLIKELY(((word | keyword->word_fold) &
				 keyword->word_care) == keyword->word) &&
		    !tell_if_there(search, keyword, at))
			return false;
	}
	return true;
}

/* A run of letters and digits ends before `end`. */
static bool tell_run(const struct search *search, size_t end, size_t len)
{
	return len < MXLOG_KEYWORD_RUN_MIN ||
	    search->found(search->data, end - len, len, MXLOG_KEYWORD_RUN);
}

static bool find_runs(const struct search *search)
{
	size_t run = 0;

	for (size_t at = 0; at < search->len; at++) {
		if (is_alnum(search->text[at])) {
			run++;
			continue;
		}
		if (!tell_run(search, at, run))
			return false;
		run = 0;
	}
	return tell_run(search, search->len, run);
}

static void find_portable(struct search *search)
{
	const unsigned char *p = (const unsigned char *)search->text;
	uint32_t bytes;

	if (search->len < ANCHOR || !find_runs(search))
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
#define WIDE __attribute__((target("avx2,bmi")))

WIDE static inline __m256i load_row(const unsigned char *row)
{
	return _mm256_broadcastsi128_si256(
	    _mm_loadu_si128((const __m128i *)(const void *)row));
}

/* Bytes, and their halves, of 32 places. */
struct halves {
	__m256i low, high;
};

WIDE static inline struct halves load_halves(const char *text)
{
	__m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)text);
	__m256i half = _mm256_set1_epi8(15);

	return (struct halves){
		.low = _mm256_and_si256(bytes, half),
		.high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half),
	};
}

/* Bits that each of them has by both of its halves. */
WIDE static inline __m256i look_up(__m256i low, __m256i high,
    struct halves halves)
{
	return _mm256_and_si256(_mm256_shuffle_epi8(low, halves.low),
	    _mm256_shuffle_epi8(high, halves.high));
}

/* The block, of VIEW bytes, stands at `at` of the text. */
WIDE static inline bool check_places(const struct search *search,
    const char *block, size_t at, uint64_t places)
{
	const struct mxlog_keywords *keywords = search->keywords;

	for (; places; places &= places - 1) {
		unsigned place = (unsigned)__builtin_ctzll(places);
		uint32_t bytes;

		memcpy(&bytes, block + place, sizeof(bytes));
		if (LIKELY(!(keywords->next[mxlog_keyword_hash(bytes) >>
				 (32 - NEXT_LOG)] >>
			    (bytes >> 24 & 31) &
			1)))
			continue;
		if (!check_keywords(search, keywords->heads[hash(bytes)],
			at + place))
			return false;
	}
	return true;
}

/* A bit for each of 32 bytes that is not 0. */
WIDE static inline unsigned set_bits(__m256i bytes)
{
	return ~(unsigned)_mm256_movemask_epi8(
	    _mm256_cmpeq_epi8(bytes, _mm256_setzero_si256()));
}

/* What is found in a block, a bit for each place. */
struct sifted {
	uint64_t places; /* that need a closer look … */
	uint64_t words;  /* … and those that do where a word begins */
	uint64_t alnum;  /* with a letter or digit */
};

/* Which halves of a byte letters and digits have, in three groups: digits, the
 * letters up to O, the others. */
static const unsigned char alnum_low[16] = { 5, 7, 7, 7, 7, 7, 7, 7, 7, 7, 6, 2,
	2, 2, 2, 2 };
static const unsigned char alnum_high[16] = { 0, 0, 0, 1, 2, 4, 2, 4 };

/* Of a set and a place of its anchors. */
struct rows {
	__m256i low, high;
};

WIDE static inline struct rows load_rows(const struct mxlog_keywords *keywords,
    unsigned set, unsigned place)
{
	return (struct rows){
		.low = load_row(keywords->low[set][place]),
		.high = load_row(keywords->high[set][place]),
	};
}

/* Of buckets, those that have the bytes at one more place of the anchors. */
WIDE static inline __m256i narrow(__m256i buckets, struct rows rows,
    struct halves halves)
{
	return _mm256_and_si256(buckets, look_up(rows.low, rows.high, halves));
}

WIDE static inline uint64_t alnum_bits(const char *text)
{
	return set_bits(look_up(load_row(alnum_low), load_row(alnum_high),
	    load_halves(text)));
}

/* Of bytes that are not ASCII. */
WIDE static inline unsigned beyond_bits(const char *text)
{
	return (unsigned)_mm256_movemask_epi8(
	    _mm256_loadu_si256((const __m256i *)(const void *)text));
}

/* Of n blocks. The code that looks closer stays out of this loop. */
WIDE static void sift(const struct mxlog_keywords *keywords, const char *text,
    size_t n, struct sifted *ret)
{
	const __m256i all = _mm256_set1_epi8(-1);

	for (size_t i = 0; i < n; i++, text += BLOCK) {
		__m256i words[2] = { all, all }, places[2] = { all, all };

		/* Unrolled, the compiler would have all masks wait in memory
		 * for the end. */
#pragma GCC unroll 1
		for (unsigned place = 0; place < ANCHOR; place++) {
			struct halves left = load_halves(text + place);
			struct halves right = load_halves(text + HALF + place);
			struct rows rows = load_rows(keywords, 0, place);

			words[0] = narrow(words[0], rows, left);
			words[1] = narrow(words[1], rows, right);
			rows = load_rows(keywords, 1, place);
			places[0] = narrow(places[0], rows, left);
			places[1] = narrow(places[1], rows, right);
		}
		ret[i].words =
		    set_bits(words[0]) | (uint64_t)set_bits(words[1]) << HALF;
		ret[i].places = set_bits(places[0]) | beyond_bits(text) |
		    (set_bits(places[1]) | (uint64_t)beyond_bits(text + HALF))
			<< HALF;
		ret[i].alnum =
		    alnum_bits(text) | alnum_bits(text + HALF) << HALF;
	}
}

/* The runs that end in this block, which has a bit for each letter and digit;
 * long ones that begin in it come first. */
WIDE static inline bool check_runs(struct search *search, size_t at,
    uint64_t alnum)
{
	uint64_t run = alnum & alnum >> 1;
	size_t head, tail;

	if (UNLIKELY(alnum == UINT64_MAX)) {
		search->run += BLOCK;
		return true;
	}
	head = (size_t)__builtin_ctzll(~alnum);
	tail = (size_t)__builtin_clzll(~alnum);
	if (UNLIKELY(search->run + head >= MXLOG_KEYWORD_RUN_MIN) &&
	    !tell_run(search, at + head, search->run + head))
		return false;
	search->run = tail;
	run &= run >> 2;
	run &= run >> 4;
	run &= run >> 8;
	run &= run >> 8; /* 24 in a row */
	if (LIKELY(run == 0))
		return true;
	/* One that begins with the block or goes on after it is told of when
	 * its end is seen. */
	for (; run; run &= UINT64_MAX << tail) {
		head = (size_t)__builtin_ctzll(run); /* where it begins … */
		tail = head + (size_t)__builtin_ctzll(~(alnum >> head));
		if (tail >= BLOCK)
			return true;
		if (head > 0 && !tell_run(search, at + tail, tail - head))
			return false;
	}
	return true;
}

WIDE static inline bool check_block(struct search *search, const char *block,
    size_t at, const struct sifted *sifted)
{
	uint64_t inside = sifted->alnum << 1 | (search->run > 0);
	uint64_t places = sifted->places | (sifted->words & ~inside);

	if (places && !check_places(search, block, at, places))
		return false;
	return check_runs(search, at, sifted->alnum);
}

/* The last bytes, at most a block and three. */
WIDE static void find_last(struct search *search, size_t at)
{
	size_t n;

	do {
		char last[VIEW] = { 0 };
		struct sifted sifted;

		n = search->len - at;

		memcpy(last, search->text + at, n);
		sift(search->keywords, last, 1, &sifted);
		/* No anchor goes on behind the text. */
		if (n < BLOCK + ANCHOR - 1) {
			uint64_t inner = n < ANCHOR
			    ? 0
			    : UINT64_MAX >> (BLOCK + ANCHOR - 1 - n);

			sifted.places &= inner;
			sifted.words &= inner;
		}
		if (!check_block(search, last, at, &sifted))
			return;
		at += BLOCK;
	} while (n >= BLOCK); /* a run may go on to the end */
}

WIDE static void find_wide(struct search *search)
{
	struct sifted sifted[BLOCKS];
	size_t at = 0;

	while (search->len - at >= VIEW) {
		size_t n = (search->len - at - ANCHOR) / BLOCK;

		n = MIN(n, (size_t)BLOCKS);
		sift(search->keywords, search->text + at, n, sifted);
		for (size_t i = 0; i < n; i++, at += BLOCK)
			if (!check_block(search, search->text + at, at,
				&sifted[i]))
				return;
	}
	find_last(search, at);
}
#endif

const struct mxlog_keyword_starts *mxlog_keywords_starts(
    const struct mxlog_keywords *keywords)
{
	return &keywords->starts;
}

void mxlog_keywords_find_first(const struct mxlog_keywords *keywords,
    const char *text, size_t len, mxlog_keyword_fn *found, void *data)
{
	struct search search = { .text = text, .len = len };
	unsigned next;

	if (len < ANCHOR)
		return;
	next = keywords->heads[hash(load_anchor(text))];
	while (UNLIKELY(next > 0)) {
		const struct keyword *keyword = &keywords->list[next - 1];

		next = keyword->next;
		if (keyword->begins && keyword->value[0] == *text &&
		    is_there(&search, keyword, 0) &&
		    !found(data, 0, keyword->len, keyword->id))
			return;
	}
}

void mxlog_keywords_find_portable(const struct mxlog_keywords *keywords,
    const char *text, size_t len, mxlog_keyword_fn *found, void *data)
{
	struct search search = { .keywords = keywords,
		.text = text,
		.len = len,
		.found = found,
		.data = data };

	find_portable(&search);
}

void mxlog_keywords_find(const struct mxlog_keywords *keywords,
    const char *text, size_t len, mxlog_keyword_fn *found, void *data)
{
	struct search search = { .keywords = keywords,
		.text = text,
		.len = len,
		.found = found,
		.data = data };

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
