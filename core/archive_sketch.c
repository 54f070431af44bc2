/* SPDX-License-Identifier: Apache-2.0 */
#include "archive_sketch.h"

#include <stdlib.h>

#include "digest.h"
#include "le.h"
#include "utf8.h"

enum {
	SET_FIRST = 64,
	SET_GRAMS_MAX = 60000, /* a member with more is not sketched */
	BUDGET_PERCENT = 5,
	COMMON_PERCENT = 60,
	SAMPLES = 16,     /* members of a group that are counted */
	COMMON_SHARE = 4, /* the list takes at most a quarter of the budget */
	HASHES_MAX = 4,
	GROUP_HEADER = 5, /* u32 length of the list, u8 hashes */
	FILTER_MAX = 16 * 1024 * 1024,
};

#define FILTER_ANY UINT32_MAX /* in place of a filter's length */

/* ---- grams of a text ---- */

/* lowbias32 of Chris Wellons' hash prospector: part of the format. */
static uint32_t mix(uint32_t x)
{
	x ^= x >> 16;
	x *= 0x7feb352d;
	x ^= x >> 15;
	x *= 0x846ca68b;
	x ^= x >> 16;
	return x;
}

/* Where a gram looks for itself in a set: no part of the format. */
static size_t slot_of(const struct mxlog_sketch_set *set, uint32_t gram)
{
	return (gram * 0x9e3779b1u >> 8) & (set->capacity - 1);
}

static int grow_set(struct mxlog_sketch_set *set)
{
	struct mxlog_sketch_set bigger = {
		.capacity = MAX(set->capacity * 4, (size_t)SET_FIRST),
	};

	bigger.slots = calloc(bigger.capacity, sizeof(*bigger.slots));
	if (!bigger.slots)
		return -ENOMEM;
	for (size_t i = 0; i < set->capacity; i++) {
		size_t at;

		if (set->slots[i] == 0)
			continue;
		at = slot_of(&bigger, set->slots[i]);
		while (bigger.slots[at] != 0)
			at = (at + 1) & (bigger.capacity - 1);
		bigger.slots[at] = set->slots[i];
	}
	free(set->slots);
	set->slots = bigger.slots;
	set->capacity = bigger.capacity;
	return 0;
}

static inline void add_gram(struct mxlog_sketch_set *set, uint32_t gram)
{
	size_t at = slot_of(set, gram);

	while (set->slots[at] != gram) {
		if (set->slots[at] == 0) {
			set->slots[at] = gram;
			set->n++;
			return;
		}
		at = (at + 1) & (set->capacity - 1);
	}
	set->has_zero |= gram == 0;
}

static bool has_gram(const struct mxlog_sketch_set *set, uint32_t gram)
{
	size_t at;

	if (gram == 0)
		return set->has_zero;
	if (set->n == 0)
		return false;
	at = slot_of(set, gram);
	while (set->slots[at] != gram) {
		if (set->slots[at] == 0)
			return false;
		at = (at + 1) & (set->capacity - 1);
	}
	return true;
}

/* Make room for `more` grams, so that adding them can't fail. */
static int reserve_grams(struct mxlog_sketch_set *set, size_t more)
{
	while ((set->n + more) * 2 > set->capacity) {
		int r = grow_set(set);

		if (r < 0)
			return r;
	}
	return 0;
}

/* What of a text came last: the gram so far and how many bytes of it there
 * are since the last gap. */
struct window {
	uint32_t gram;
	unsigned n;
};

static inline void feed_byte(struct mxlog_sketch_set *set, struct window *w,
    unsigned char c)
{
	w->gram = w->gram << 8 | c;
	if (++w->n >= MXLOG_SKETCH_GRAM)
		add_gram(set, w->gram);
}

static inline unsigned char fold_ascii(unsigned char c)
{
	return (unsigned)c - 'A' < 26u ? c | 0x20 : c;
}

/* Scripts (and pictures) in which no character has another case; which ones
 * is part of the format. */
static bool is_uncased(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x0590, 0x109f },   /* Hebrew to Myanmar */
		{ 0x2e80, 0xa4cf },   /* CJK, Kana, Yi */
		{ 0xac00, 0xd7a3 },   /* Hangul */
		{ 0xf900, 0xfaff },   /* CJK compatibility */
		{ 0x1f300, 0x1faff }, /* pictographs */
		{ 0x20000, 0x3134f }, /* CJK extensions */
	};

	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

static void feed_character(struct mxlog_sketch_set *set, struct window *w,
    const char *text, size_t len)
{
	size_t n;
	uint32_t c = mxlog_utf8_decode(text, &n);

	assert(n == len);
	if (c == 0x212a) { /* KELVIN SIGN */
		feed_byte(set, w, 'k');
	} else if (c == 0x17f) { /* LATIN SMALL LETTER LONG S */
		feed_byte(set, w, 's');
	} else if (is_uncased(c)) {
		for (size_t i = 0; i < len; i++)
			feed_byte(set, w, (unsigned char)text[i]);
	} else {
		w->n = 0;
	}
}

/* How many bytes the character takes that begins here; 0 if it is invalid. */
static size_t character_len(const char *text, size_t len)
{
	unsigned char c = (unsigned char)text[0];
	size_t n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;

	n = MIN(n, len);
	return mxlog_utf8_valid(text, n) == n ? n : 0;
}

static void add_grams(struct mxlog_sketch_set *set, const char *text,
    size_t len)
{
	struct window w = { 0 };
	size_t i = 0;

	while (i < len) {
		unsigned char c = (unsigned char)text[i];
		size_t n;

		if (LIKELY(c < 0x80)) {
			feed_byte(set, &w, fold_ascii(c));
			i++;
			continue;
		}
		n = character_len(text + i, len - i);
		if (n > 0)
			feed_character(set, &w, text + i, n);
		else
			w.n = 0;
		i += MAX(n, (size_t)1);
	}
}

int mxlog_sketch_set_add(struct mxlog_sketch_set *set, const char *text,
    size_t len)
{
	enum {
		STEP = 64 * 1024,
	};
	int r;

	if (len < MXLOG_SKETCH_GRAM)
		return 0;
	/* In steps that overlap, so that room is made for one step at a time;
	 * what a step cuts through (a character or the bytes before it) is
	 * whole in one of two. */
	for (size_t from = 0; !set->full;) {
		size_t n = MIN(len - from, (size_t)STEP);

		r = reserve_grams(set, n);
		if (r < 0)
			return r;
		add_grams(set, text + from, n);
		if (set->n > SET_GRAMS_MAX)
			set->full = true;
		if (from + n == len)
			break;
		from += n - 4 * MXLOG_SKETCH_GRAM;
	}
	return 0;
}

void mxlog_sketch_set_clear(struct mxlog_sketch_set *set)
{
	if (set->slots)
		memset(set->slots, 0, set->capacity * sizeof(*set->slots));
	set->n = 0;
	set->has_zero = false;
	set->full = false;
}

void mxlog_sketch_set_done(struct mxlog_sketch_set *set)
{
	free(set->slots);
	*set = (struct mxlog_sketch_set){ 0 };
}

/* ---- writing ---- */

struct member {
	uint32_t *grams; /* sorted not at all, each once */
	size_t n;
	size_t rare; /* of them, not in the group's list */
	uint32_t compressed;
	bool any;
};

struct mxlog_sketch_writer {
	struct member members[MXLOG_SKETCH_GROUP];
	size_t n;
	struct mxlog_buf done; /* the groups before this one */
};

int mxlog_sketch_writer_new(struct mxlog_sketch_writer **ret)
{
	struct mxlog_sketch_writer *writer = calloc(1, sizeof(*writer));

	if (!writer)
		return -ENOMEM;
	*ret = writer;
	return 0;
}

static void clear_group(struct mxlog_sketch_writer *writer)
{
	for (size_t i = 0; i < writer->n; i++)
		free(writer->members[i].grams);
	memset(writer->members, 0, sizeof(writer->members));
	writer->n = 0;
}

void mxlog_sketch_writer_free(struct mxlog_sketch_writer *writer)
{
	if (!writer)
		return;
	clear_group(writer);
	mxlog_buf_done(&writer->done);
	free(writer);
}

/* ---- which grams are common ---- */

struct counted {
	uint32_t gram;
	uint32_t count; /* of sampled members */
};

static int compare_grams(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int compare_counts(const void *a, const void *b)
{
	const struct counted *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return compare_grams(&x->gram, &y->gram);
}

/* Every gram of the samples, one after the other, sorted. */
static int collect_samples(const struct mxlog_sketch_writer *writer,
    uint32_t **ret, size_t *ret_n, size_t *ret_samples)
{
	size_t step = MAX(writer->n / SAMPLES, (size_t)1);
	size_t total = 0, samples = 0;
	uint32_t *grams;

	for (size_t i = 0; i < writer->n; i += step)
		total += writer->members[i].n;
	grams = malloc((total + 1) * sizeof(*grams));
	if (!grams)
		return -ENOMEM;
	total = 0;
	for (size_t i = 0; i < writer->n; i += step) {
		const struct member *m = &writer->members[i];

		if (m->any)
			continue;
		if (m->n > 0)
			memcpy(grams + total, m->grams, m->n * sizeof(*grams));
		total += m->n;
		samples++;
	}
	qsort(grams, total, sizeof(*grams), compare_grams);
	*ret = grams;
	*ret_n = total;
	*ret_samples = samples;
	return 0;
}

/* Of sorted grams those that come `least` times or more. */
static int count_runs(const uint32_t *grams, size_t n, size_t least,
    struct counted **ret, size_t *ret_n)
{
	struct counted *runs = malloc((n / least + 1) * sizeof(*runs));
	size_t n_runs = 0;

	if (!runs)
		return -ENOMEM;
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && grams[end] == grams[i];)
			end++;
		if (end - i >= least)
			runs[n_runs++] =
			    (struct counted){ grams[i], (uint32_t)(end - i) };
	}
	*ret = runs;
	*ret_n = n_runs;
	return 0;
}

/* The group's list, sorted, at most `max` long: grams of over 60 % of its
 * members as far as some of them tell. A gram in the list says nothing, so a
 * wrong guess costs a little sharpness and no answer. */
static int find_common(const struct mxlog_sketch_writer *writer, size_t max,
    uint32_t **ret, size_t *ret_n)
{
	uint32_t *grams = NULL;
	struct counted *runs = NULL;
	size_t n, samples, least;
	int r;

	r = collect_samples(writer, &grams, &n, &samples);
	if (r < 0)
		return r;
	/* Of so few members the list would be all that there is to say. */
	if (samples < SAMPLES / 4)
		n = 0;
	least = samples * COMMON_PERCENT / 100 + 1;
	r = count_runs(grams, n, least, &runs, &n);
	if (r < 0)
		goto out;
	if (n > max) {
		qsort(runs, n, sizeof(*runs), compare_counts);
		n = max;
	}
	for (size_t i = 0; i < n; i++)
		grams[i] = runs[i].gram;
	qsort(grams, n, sizeof(*grams), compare_grams);
	*ret = grams;
	*ret_n = n;
	grams = NULL;
out:
	free(grams);
	free(runs);
	return r;
}

/* ---- filters ---- */

/* Bit of the i-th hash of a gram in a filter of `bits`: part of the format. */
static size_t bit_of(uint32_t gram, unsigned i, size_t bits)
{
	uint32_t h = mix(gram);

	if (i > 0)
		h += i * (mix(gram ^ 0x9e3779b9) | 1);
	return (size_t)(((uint64_t)h * bits) >> 32);
}

static void fill_filter(const struct member *member,
    const struct mxlog_sketch_set *common, unsigned hashes,
    unsigned char *filter, size_t len)
{
	for (size_t i = 0; i < member->n; i++) {
		uint32_t gram = member->grams[i];

		if (has_gram(common, gram))
			continue;
		for (unsigned k = 0; k < hashes; k++) {
			size_t bit = bit_of(gram, k, len * 8);

			filter[bit / 8] |= (unsigned char)(1 << bit % 8);
		}
	}
}

/* How many of each member's grams are in its filter; the sum of all. */
static size_t count_rare(struct mxlog_sketch_writer *writer,
    const struct mxlog_sketch_set *common)
{
	size_t sum = 0;

	for (size_t i = 0; i < writer->n; i++) {
		struct member *m = &writer->members[i];

		m->rare = 0;
		for (size_t j = 0; j < m->n; j++)
			m->rare += !has_gram(common, m->grams[j]);
		sum += m->rare;
	}
	return sum;
}

/* A filter is the fuller the more hashes it has, and the more of them must
 * hit: ln 2 * bits / grams is the best number. */
static unsigned best_hashes(size_t bytes, size_t grams)
{
	size_t best =
	    (bytes * 8 * 69 / 100 + grams / 2) / MAX(grams, (size_t)1);

	return (unsigned)MIN(MAX(best, (size_t)1), (size_t)HASHES_MAX);
}

static size_t filter_len(const struct member *member, size_t budget, size_t sum)
{
	if (member->any || member->rare == 0)
		return 0;
	return MIN(MAX((size_t)((uint64_t)budget * member->rare / sum),
		       (size_t)1),
	    (size_t)FILTER_MAX);
}

static int write_filters(struct mxlog_sketch_writer *writer,
    const struct mxlog_sketch_set *common, unsigned hashes, size_t budget,
    size_t sum)
{
	struct mxlog_buf *out = &writer->done;
	int r;

	for (size_t i = 0; i < writer->n; i++) {
		const struct member *m = &writer->members[i];
		size_t len = filter_len(m, budget, sum);

		r = mxlog_le_add(out, 4, m->any ? FILTER_ANY : len);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < writer->n; i++) {
		const struct member *m = &writer->members[i];
		size_t len = filter_len(m, budget, sum);

		r = mxlog_buf_reserve(out, len);
		if (r < 0)
			return r;
		memset(out->data + out->len, 0, len);
		if (len > 0)
			fill_filter(m, common, hashes,
			    (unsigned char *)out->data + out->len, len);
		out->len += len;
	}
	return 0;
}

/* The set of a list, to look grams up in. */
static int make_set(const uint32_t *grams, size_t n,
    struct mxlog_sketch_set *ret)
{
	int r = reserve_grams(ret, n + 1);

	for (size_t i = 0; r == 0 && i < n; i++)
		add_gram(ret, grams[i]);
	return r;
}

static int write_list(struct mxlog_buf *out, const uint32_t *grams, size_t n,
    unsigned hashes)
{
	int r = mxlog_le_add(out, 4, n);

	if (r == 0)
		r = mxlog_le_add(out, 1, hashes);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = mxlog_le_add(out, 4, grams[i]);
	return r;
}

static size_t group_budget(const struct mxlog_sketch_writer *writer)
{
	uint64_t compressed = 0;
	size_t budget;

	for (size_t i = 0; i < writer->n; i++)
		compressed += writer->members[i].compressed;
	budget = (size_t)(compressed * BUDGET_PERCENT / 100);
	return budget - MIN(budget, GROUP_HEADER + 4 * writer->n);
}

static int write_group(struct mxlog_sketch_writer *writer)
{
	struct mxlog_sketch_set common = { 0 };
	size_t budget = group_budget(writer);
	uint32_t *list = NULL;
	size_t n_list, sum;
	unsigned hashes;
	int r;

	r = find_common(writer, budget / COMMON_SHARE / 4, &list, &n_list);
	if (r == 0)
		r = make_set(list, n_list, &common);
	if (r < 0)
		goto out;
	budget -= n_list * 4;
	sum = count_rare(writer, &common);
	hashes = best_hashes(budget, sum);

	r = write_list(&writer->done, list, n_list, hashes);
	if (r == 0)
		r = write_filters(writer, &common, hashes, budget, sum);
	clear_group(writer);
out:
	mxlog_sketch_set_done(&common);
	free(list);
	return r;
}

static int copy_grams(struct member *member, const struct mxlog_sketch_set *set)
{
	size_t n = 0;

	member->grams = malloc((set->n + 1) * sizeof(*member->grams));
	if (!member->grams)
		return -ENOMEM;
	for (size_t i = 0; i < set->capacity; i++)
		if (set->slots[i] != 0)
			member->grams[n++] = set->slots[i];
	if (set->has_zero)
		member->grams[n++] = 0;
	member->n = n;
	return 0;
}

int mxlog_sketch_writer_add(struct mxlog_sketch_writer *writer,
    const struct mxlog_sketch_set *set, uint32_t compressed)
{
	struct member *member;
	int r;

	if (writer->n == MXLOG_SKETCH_GROUP) {
		r = write_group(writer);
		if (r < 0)
			return r;
	}
	member = &writer->members[writer->n];
	member->compressed = compressed;
	member->any = !set || set->full;
	if (!member->any) {
		r = copy_grams(member, set);
		if (r < 0)
			return r;
	}
	writer->n++;
	return 0;
}

int mxlog_sketch_writer_finish(struct mxlog_sketch_writer *writer,
    struct mxlog_buf *out)
{
	int r = 0;

	if (writer->n > 0)
		r = write_group(writer);
	if (r == 0)
		r = mxlog_buf_add(out, writer->done.data, writer->done.len);
	writer->done.len = 0;
	return r;
}

/* ---- reading ---- */

struct group {
	const unsigned char *list; /* sorted u32 each */
	size_t n_list;
	unsigned hashes;
};

struct filter {
	const unsigned char *bits;
	size_t len;
	bool any;
};

struct mxlog_sketches {
	struct group *groups;
	struct filter *filters; /* one a member */
	size_t n_members;
	unsigned char *data;
};

void mxlog_sketches_free(struct mxlog_sketches *sketches)
{
	if (!sketches)
		return;
	free(sketches->groups);
	free(sketches->filters);
	free(sketches->data);
	free(sketches);
}

static int decode_list(struct mxlog_le_reader *in, struct group *group)
{
	uint32_t last = 0;

	group->n_list = (size_t)mxlog_le_take_number(in, 4);
	group->hashes = (unsigned)mxlog_le_take_number(in, 1);
	if (group->n_list > (size_t)(in->end - in->at) / 4)
		return -EBADMSG;
	group->list = mxlog_le_take(in, group->n_list * 4);
	if (in->bad || group->hashes < 1 || group->hashes > HASHES_MAX)
		return -EBADMSG;
	for (size_t i = 0; i < group->n_list; i++) {
		uint32_t gram = (uint32_t)mxlog_le_get(group->list + 4 * i, 4);

		if (i > 0 && gram <= last)
			return -EBADMSG;
		last = gram;
	}
	return 0;
}

static int decode_filters(struct mxlog_le_reader *in, struct filter *filters,
    size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t len = (uint32_t)mxlog_le_take_number(in, 4);

		filters[i].any = len == FILTER_ANY;
		filters[i].len = filters[i].any ? 0 : len;
		if (filters[i].len > FILTER_MAX)
			return -EBADMSG;
	}
	for (size_t i = 0; i < n; i++)
		filters[i].bits = mxlog_le_take(in, filters[i].len);
	return in->bad ? -EBADMSG : 0;
}

static int decode_groups(struct mxlog_sketches *sketches,
    struct mxlog_le_reader *in)
{
	int r;

	for (size_t i = 0; i < sketches->n_members; i += MXLOG_SKETCH_GROUP) {
		size_t n =
		    MIN(sketches->n_members - i, (size_t)MXLOG_SKETCH_GROUP);

		r = decode_list(in, &sketches->groups[i / MXLOG_SKETCH_GROUP]);
		if (r == 0)
			r = decode_filters(in, &sketches->filters[i], n);
		if (r < 0)
			return r;
	}
	return in->at == in->end ? 0 : -EBADMSG;
}

int mxlog_sketches_decode(const void *data, size_t len, size_t n_members,
    struct mxlog_sketches **ret)
{
	struct mxlog_sketches *sketches = calloc(1, sizeof(*sketches));
	struct mxlog_le_reader in;
	int r = -ENOMEM;

	if (!sketches)
		return -ENOMEM;
	sketches->n_members = n_members;
	sketches->groups = calloc(n_members / MXLOG_SKETCH_GROUP + 1,
	    sizeof(*sketches->groups));
	sketches->filters = calloc(n_members + 1, sizeof(*sketches->filters));
	sketches->data = malloc(len + 1);
	if (!sketches->groups || !sketches->filters || !sketches->data)
		goto out;
	memcpy(sketches->data, data, len);
	in = (struct mxlog_le_reader){ .at = sketches->data,
		.end = sketches->data + len };
	r = decode_groups(sketches, &in);
	if (r < 0)
		goto out;
	*ret = sketches;
	sketches = NULL;
out:
	mxlog_sketches_free(sketches);
	return r;
}

static bool is_listed(const struct group *group, uint32_t gram)
{
	size_t low = 0, high = group->n_list;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		uint64_t at = mxlog_le_get(group->list + 4 * middle, 4);

		if (at == gram)
			return true;
		if (at < gram)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static bool may_hold(const struct group *group, const struct filter *filter,
    uint32_t gram)
{
	for (unsigned k = 0; k < group->hashes && filter->len > 0; k++) {
		size_t bit = bit_of(gram, k, filter->len * 8);

		if (!(filter->bits[bit / 8] & 1 << bit % 8))
			return is_listed(group, gram);
	}
	return filter->len > 0 || is_listed(group, gram);
}

bool mxlog_sketches_may_contain(const struct mxlog_sketches *sketches,
    size_t member, const struct mxlog_sketch_set *needle)
{
	const struct filter *filter;
	const struct group *group;

	assert(member < sketches->n_members);
	filter = &sketches->filters[member];
	group = &sketches->groups[member / MXLOG_SKETCH_GROUP];
	if (filter->any || needle->full)
		return true;
	if (needle->has_zero && !may_hold(group, filter, 0))
		return false;
	for (size_t i = 0; i < needle->capacity; i++)
		if (needle->slots[i] != 0 &&
		    !may_hold(group, filter, needle->slots[i]))
			return false;
	return true;
}
