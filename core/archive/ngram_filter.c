/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/ngram_filter.h"

#include <stdlib.h>

#include "base/little_endian.h"
#include "base/utf8.h"
#include "extern/digest.h"

enum {
	WORDS = MXLOG_NGRAM_SLOTS / 64,
	BUDGET_PERMILLE = 18, /* of the compressed size; measured */
	COMMON_PERCENT = 60,
	COMMON_SHARE = 4,   /* the list takes at most a quarter of the budget */
	COMMON_MEMBERS = 4, /* fewer are no group to have a list */
};

#define FILTER_ANY UINT32_MAX /* in place of a filter's length */

/* ---- the grams of a text ---- */

/* The top 18 bits of a product: part of the format. */
static inline uint32_t slot_of(uint32_t gram)
{
	return gram * UINT32_C(0x9e3779b1) >> 14;
}

static inline bool has_bit(const uint64_t *bits, uint32_t slot)
{
	return bits[slot / 64] >> slot % 64 & 1;
}

static void add_slot(struct mxlog_ngram_set *set, uint32_t slot)
{
	set->bits[slot / 64] |= UINT64_C(1) << slot % 64;
	if (set->n < MXLOG_NGRAM_FEW)
		set->few[set->n] = slot;
	set->n++;
}

/* What of a text came last: the bytes before the next one, and whether there
 * are three of them since the last gap. */
struct window {
	uint32_t gram;
	unsigned n;
};

static inline void feed_byte(struct mxlog_ngram_set *set, struct window *w,
    unsigned char c)
{
	uint32_t slot;

	w->gram = w->gram << 8 | c;
	if (w->n < MXLOG_NGRAM_GRAM - 1) {
		w->n++;
		return;
	}
	slot = slot_of(w->gram);
	if (!has_bit(set->bits, slot))
		add_slot(set, slot);
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

static void feed_character(struct mxlog_ngram_set *set, struct window *w,
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

/* The ASCII that the text begins with; how long it is. Most of all messages
 * goes through here: what changes stays in registers. */
static size_t feed_ascii(struct mxlog_ngram_set *set, struct window *w,
    const char *text, size_t len)
{
	const uint64_t *bits = set->bits;
	uint32_t gram;
	size_t i = 0;

	while (
	    i < len && (signed char)text[i] >= 0 && w->n < MXLOG_NGRAM_GRAM - 1)
		feed_byte(set, w, fold_ascii((unsigned char)text[i++]));
	gram = w->gram;
	for (; i < len && (signed char)text[i] >= 0; i++) {
		uint32_t slot;

		gram = gram << 8 | fold_ascii((unsigned char)text[i]);
		slot = slot_of(gram);
		if (UNLIKELY(!has_bit(bits, slot)))
			add_slot(set, slot);
	}
	w->gram = gram;
	return i;
}

static void add_grams(struct mxlog_ngram_set *set, const char *text, size_t len)
{
	struct window w = { 0 };
	size_t i = 0;

	while (i < len) {
		size_t n = feed_ascii(set, &w, text + i, len - i);

		i += n;
		if (n > 0)
			continue;
		n = character_len(text + i, len - i);
		if (n > 0)
			feed_character(set, &w, text + i, n);
		else
			w.n = 0;
		i += MAX(n, (size_t)1);
	}
}

int mxlog_ngram_set_add(struct mxlog_ngram_set *set, const char *text,
    size_t len)
{
	if (len < MXLOG_NGRAM_GRAM)
		return 0;
	if (!set->bits) {
		set->bits = calloc(WORDS, sizeof(*set->bits));
		if (!set->bits)
			return -ENOMEM;
	}
	add_grams(set, text, len);
	return 0;
}

void mxlog_ngram_set_clear(struct mxlog_ngram_set *set)
{
	if (set->bits)
		memset(set->bits, 0, WORDS * sizeof(*set->bits));
	set->n = 0;
}

void mxlog_ngram_set_done(struct mxlog_ngram_set *set)
{
	free(set->bits);
	*set = (struct mxlog_ngram_set){ 0 };
}

/* ---- writing ---- */

struct member {
	uint64_t *bits; /* NULL: no gram at all */
	size_t rare;    /* slots taken that the filter tells of */
	uint32_t compressed;
	bool any;
};

struct mxlog_ngram_filter_writer {
	struct member members[MXLOG_NGRAM_GROUP];
	size_t n;
	struct mxlog_buf done; /* the groups before this one */
	/* Of the group that is being written: */
	uint64_t listed[WORDS];
	unsigned char counts[MXLOG_NGRAM_SLOTS]; /* members that have it */
	uint32_t slots[MXLOG_NGRAM_SLOTS];       /* scratch */
	uint32_t range; /* filters tell of slots below */
	size_t budget;  /* bytes, of all filters */
	size_t rare;    /* slots, of all members */
};

int mxlog_ngram_filter_writer_new(struct mxlog_ngram_filter_writer **ret)
{
	struct mxlog_ngram_filter_writer *writer = calloc(1, sizeof(*writer));

	if (!writer)
		return -ENOMEM;
	*ret = writer;
	return 0;
}

static void clear_group(struct mxlog_ngram_filter_writer *writer)
{
	for (size_t i = 0; i < writer->n; i++)
		free(writer->members[i].bits);
	memset(writer->members, 0, sizeof(writer->members));
	writer->n = 0;
}

void mxlog_ngram_filter_writer_free(struct mxlog_ngram_filter_writer *writer)
{
	if (!writer)
		return;
	clear_group(writer);
	mxlog_buf_done(&writer->done);
	free(writer);
}

/* ---- which slots are common ---- */

static size_t list_slots(const uint64_t *bits, uint32_t *out)
{
	size_t n = 0;

	for (uint32_t word = 0; word < WORDS; word++)
		for (uint64_t left = bits[word]; left != 0; left &= left - 1)
			out[n++] = word * 64 + (uint32_t)__builtin_ctzll(left);
	return n;
}

/* How many members there are to count, and in how many each slot is. */
static size_t count_members(struct mxlog_ngram_filter_writer *writer)
{
	size_t known = 0;

	memset(writer->counts, 0, sizeof(writer->counts));
	for (size_t i = 0; i < writer->n; i++) {
		const struct member *m = &writer->members[i];
		size_t n = m->bits ? list_slots(m->bits, writer->slots) : 0;

		known += !m->any;
		for (size_t k = 0; k < n; k++)
			writer->counts[writer->slots[k]]++;
	}
	return known;
}

/* List the slots of over 60 % of the members, and of more if the list grows
 * longer than `max`: the commonest tell least. */
static void choose_common(struct mxlog_ngram_filter_writer *writer, size_t max)
{
	size_t histogram[MXLOG_NGRAM_GROUP + 1] = { 0 };
	size_t known = count_members(writer);
	size_t least = known * COMMON_PERCENT / 100 + 1;
	size_t listed = 0, from = MXLOG_NGRAM_GROUP + 1;

	memset(writer->listed, 0, sizeof(writer->listed));
	if (known < COMMON_MEMBERS)
		return;
	for (size_t i = 0; i < MXLOG_NGRAM_SLOTS; i++)
		histogram[writer->counts[i]]++;
	while (from > least && listed + histogram[from - 1] <= max)
		listed += histogram[--from];
	for (size_t i = 0; i < MXLOG_NGRAM_SLOTS; i++)
		if (writer->counts[i] >= from)
			writer->listed[i / 64] |= UINT64_C(1) << i % 64;
}

/* Distances between the listed slots, 7 bits a byte, the low ones first. */
static int write_list(struct mxlog_ngram_filter_writer *writer)
{
	size_t n = list_slots(writer->listed, writer->slots);
	uint32_t last = 0;
	int r = mxlog_le_add(&writer->done, 4, n);

	for (size_t i = 0; r == 0 && i < n; i++) {
		uint32_t gap = writer->slots[i] - last;

		last = writer->slots[i];
		for (; r == 0 && gap >= 128; gap >>= 7)
			r = mxlog_le_add(&writer->done, 1, gap | 128);
		if (r == 0)
			r = mxlog_le_add(&writer->done, 1, gap);
	}
	return r;
}

/* ---- filters ---- */

/* Bit of a slot in a filter: part of the format. */
static inline size_t bit_of(uint32_t slot, uint64_t factor)
{
	return (size_t)(slot * factor >> 32);
}

static uint64_t factor_of(size_t len, uint32_t range)
{
	return ((uint64_t)len * 8 << 32) / range;
}

static void count_rare(struct mxlog_ngram_filter_writer *writer)
{
	writer->rare = 0;
	for (size_t i = 0; i < writer->n; i++) {
		struct member *m = &writer->members[i];

		m->rare = 0;
		for (size_t k = 0; m->bits && k < WORDS; k++) {
			m->bits[k] &= ~writer->listed[k];
			m->rare += (size_t)__builtin_popcountll(m->bits[k]);
		}
		writer->rare += m->rare;
	}
}

/* A filter tells most when half of its bits are set: with fewer bits than
 * that takes, it tells of a part of the slots only; more bits than one and a
 * half a slot are not worth their bytes. */
static void choose_range(struct mxlog_ngram_filter_writer *writer)
{
	uint64_t rare = MAX(writer->rare, (size_t)1);
	uint64_t bits = MIN((uint64_t)writer->budget * 8, rare * 3 / 2);
	uint64_t range = MXLOG_NGRAM_SLOTS * bits * 69 / (rare * 100);

	writer->budget = (size_t)(bits / 8);
	writer->range = (uint32_t)MIN(MAX(range, (uint64_t)64),
	    (uint64_t)MXLOG_NGRAM_SLOTS);
}

static size_t filter_len(const struct mxlog_ngram_filter_writer *writer,
    const struct member *member)
{
	uint64_t len;

	if (member->any || member->rare == 0)
		return 0;
	len = (uint64_t)writer->budget * member->rare / writer->rare;
	/* No more bits than slots. */
	return (size_t)MIN(MAX(len, (uint64_t)1), writer->range / 8);
}

static int write_filter(struct mxlog_ngram_filter_writer *writer,
    const struct member *member)
{
	size_t len = filter_len(writer, member), n;
	struct mxlog_buf *out = &writer->done;
	uint64_t factor = factor_of(len, writer->range);
	unsigned char *filter;
	int r = mxlog_buf_reserve(out, len);

	if (r < 0 || len == 0)
		return r;
	filter = (unsigned char *)out->data + out->len;
	memset(filter, 0, len);
	n = list_slots(member->bits, writer->slots);
	for (size_t i = 0; i < n && writer->slots[i] < writer->range; i++) {
		size_t bit = bit_of(writer->slots[i], factor);

		filter[bit / 8] |= (unsigned char)(1 << bit % 8);
	}
	out->len += len;
	return 0;
}

static int write_filters(struct mxlog_ngram_filter_writer *writer)
{
	int r = mxlog_le_add(&writer->done, 4, writer->range);

	for (size_t i = 0; r == 0 && i < writer->n; i++) {
		const struct member *m = &writer->members[i];

		r = mxlog_le_add(&writer->done, 4,
		    m->any ? FILTER_ANY : filter_len(writer, m));
	}
	for (size_t i = 0; r == 0 && i < writer->n; i++)
		r = write_filter(writer, &writer->members[i]);
	return r;
}

static int write_group(struct mxlog_ngram_filter_writer *writer)
{
	size_t from = writer->done.len, taken;
	uint64_t compressed = 0;
	int r;

	for (size_t i = 0; i < writer->n; i++)
		compressed += writer->members[i].compressed;
	writer->budget = (size_t)(compressed * BUDGET_PERMILLE / 1000);
	choose_common(writer, writer->budget / COMMON_SHARE);
	r = write_list(writer);
	if (r < 0)
		return r;
	taken = writer->done.len - from + 4 * writer->n;
	writer->budget -= MIN(writer->budget, taken);
	count_rare(writer);
	choose_range(writer);
	r = write_filters(writer);
	clear_group(writer);
	return r;
}

int mxlog_ngram_filter_writer_add(struct mxlog_ngram_filter_writer *writer,
    const struct mxlog_ngram_set *set, uint32_t compressed)
{
	struct member *member;
	int r;

	if (writer->n == MXLOG_NGRAM_GROUP) {
		r = write_group(writer);
		if (r < 0)
			return r;
	}
	member = &writer->members[writer->n];
	member->compressed = compressed;
	member->any = !set;
	if (set && set->n > 0) {
		member->bits = malloc(WORDS * sizeof(*member->bits));
		if (!member->bits)
			return -ENOMEM;
		memcpy(member->bits, set->bits, WORDS * sizeof(*member->bits));
	}
	writer->n++;
	return 0;
}

int mxlog_ngram_filter_writer_finish(struct mxlog_ngram_filter_writer *writer,
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
	uint64_t listed[WORDS];
	uint32_t range;
};

struct filter {
	const unsigned char *bits;
	size_t len;
	bool any;
};

struct mxlog_ngram_filters {
	struct group *groups;
	struct filter *filters; /* one a member */
	size_t n_members;
	unsigned char *data;
};

void mxlog_ngram_filters_free(struct mxlog_ngram_filters *ngram_filters)
{
	if (!ngram_filters)
		return;
	free(ngram_filters->groups);
	free(ngram_filters->filters);
	free(ngram_filters->data);
	free(ngram_filters);
}

static int take_gap(struct mxlog_le_reader *in, uint32_t *ret)
{
	uint32_t gap = 0;

	for (unsigned shift = 0; shift < 21; shift += 7) {
		uint32_t byte = (uint32_t)mxlog_le_take_number(in, 1);

		gap |= (byte & 127) << shift;
		if (byte < 128) {
			*ret = gap;
			return in->bad ? -EBADMSG : 0;
		}
	}
	return -EBADMSG;
}

static int decode_list(struct mxlog_le_reader *in, struct group *group)
{
	uint64_t n = mxlog_le_take_number(in, 4);
	uint32_t slot = 0, gap;
	int r;

	for (uint64_t i = 0; i < n; i++) {
		r = take_gap(in, &gap);
		if (r < 0)
			return r;
		slot += gap;
		if ((i > 0 && gap == 0) || slot >= MXLOG_NGRAM_SLOTS)
			return -EBADMSG;
		group->listed[slot / 64] |= UINT64_C(1) << slot % 64;
	}
	group->range = (uint32_t)mxlog_le_take_number(in, 4);
	if (in->bad || group->range == 0 || group->range > MXLOG_NGRAM_SLOTS)
		return -EBADMSG;
	return 0;
}

static int decode_filters(struct mxlog_le_reader *in, struct filter *filters,
    size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t len = (uint32_t)mxlog_le_take_number(in, 4);

		filters[i].any = len == FILTER_ANY;
		filters[i].len = filters[i].any ? 0 : len;
		if (filters[i].len > MXLOG_NGRAM_SLOTS / 8)
			return -EBADMSG;
	}
	for (size_t i = 0; i < n; i++)
		filters[i].bits = mxlog_le_take(in, filters[i].len);
	return in->bad ? -EBADMSG : 0;
}

static int decode_groups(struct mxlog_ngram_filters *ngram_filters,
    struct mxlog_le_reader *in)
{
	int r;

	for (size_t i = 0; i < ngram_filters->n_members;
	     i += MXLOG_NGRAM_GROUP) {
		size_t n = MIN(ngram_filters->n_members - i,
		    (size_t)MXLOG_NGRAM_GROUP);

		r = decode_list(in,
		    &ngram_filters->groups[i / MXLOG_NGRAM_GROUP]);
		if (r == 0)
			r = decode_filters(in, &ngram_filters->filters[i], n);
		if (r < 0)
			return r;
	}
	return in->at == in->end ? 0 : -EBADMSG;
}

int mxlog_ngram_filters_decode(const void *data, size_t len, size_t n_members,
    struct mxlog_ngram_filters **ret)
{
	struct mxlog_ngram_filters *ngram_filters =
	    calloc(1, sizeof(*ngram_filters));
	struct mxlog_le_reader in;
	int r = -ENOMEM;

	if (!ngram_filters)
		return -ENOMEM;
	/* Each member has at least its length. */
	if (n_members > len / 4) {
		r = -EBADMSG;
		goto out;
	}
	ngram_filters->n_members = n_members;
	ngram_filters->groups = calloc(n_members / MXLOG_NGRAM_GROUP + 1,
	    sizeof(*ngram_filters->groups));
	ngram_filters->filters =
	    calloc(n_members + 1, sizeof(*ngram_filters->filters));
	ngram_filters->data = malloc(len + 1);
	if (!ngram_filters->groups || !ngram_filters->filters ||
	    !ngram_filters->data)
		goto out;
	memcpy(ngram_filters->data, data, len);
	in = (struct mxlog_le_reader){ .at = ngram_filters->data,
		.end = ngram_filters->data + len };
	r = decode_groups(ngram_filters, &in);
	if (r < 0)
		goto out;
	*ret = ngram_filters;
	ngram_filters = NULL;
out:
	mxlog_ngram_filters_free(ngram_filters);
	return r;
}

/* True also where nothing is said of that slot. */
static bool may_hold(const struct group *group, const struct filter *filter,
    uint32_t slot)
{
	size_t bit;

	if (slot >= group->range || has_bit(group->listed, slot))
		return true;
	if (filter->len == 0)
		return false;
	bit = bit_of(slot, factor_of(filter->len, group->range));
	return filter->bits[bit / 8] >> bit % 8 & 1;
}

bool mxlog_ngram_filters_may_contain(const struct mxlog_ngram_filters
					 *ngram_filters,
    size_t member, const struct mxlog_ngram_set *needle)
{
	const struct filter *filter;
	const struct group *group;

	assert(member < ngram_filters->n_members);
	filter = &ngram_filters->filters[member];
	group = &ngram_filters->groups[member / MXLOG_NGRAM_GROUP];
	if (filter->any)
		return true;
	for (size_t i = 0; i < MIN(needle->n, (size_t)MXLOG_NGRAM_FEW); i++)
		if (!may_hold(group, filter, needle->few[i]))
			return false;
	return true;
}

bool mxlog_ngram_filters_hold_all(const struct mxlog_ngram_filters
				      *ngram_filters,
    size_t member, const struct mxlog_ngram_set *set)
{
	const struct filter *filter = &ngram_filters->filters[member];
	const struct group *group =
	    &ngram_filters->groups[member / MXLOG_NGRAM_GROUP];

	if (filter->any || set->n == 0)
		return true;
	for (uint32_t slot = 0; slot < MXLOG_NGRAM_SLOTS; slot++)
		if (has_bit(set->bits, slot) && !may_hold(group, filter, slot))
			return false;
	return true;
}
