/* SPDX-License-Identifier: Apache-2.0 */
#include "report/groups.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/reterr.h"
#include "base/timestamp.h"
#include "base/ulid.h"
#include "base/utf8.h"
#include "entry/field_path.h"
#include "report/duration_text.h"
#include "report/group_runs.h"
#include "report/shape.h"
#include "report/time_bucket.h"
#include "report/top_groups.h"

enum {
	FIELDS_MAX = 8,
	GROUPS_MAX = 256 * 1024,
	KEYS_MAX = 24 * 1024 * 1024,  /* bytes of all keys */
	KEYS_SPILL = 8 * 1024 * 1024, /* where a run on disk takes them */
	VALUE_MAX = 1024,             /* of one value */
	SLOTS_FIRST = 1024,
};

enum kind {
	KIND_PATH,
	KIND_LEVEL,
	KIND_MODULE,
	KIND_TRACE_ID,
	KIND_TIME,
	KIND_SHAPE, /* the message, what varies as <*> */
};

struct field {
	enum kind kind;
	char *name;    /* as it was given, without the bucket */
	char span[24]; /* a time's, as it was given */
	int64_t bucket_usec;
	struct mxlog_time_bucket bucket; /* whose text stands in `time` */
	char time[MXLOG_TIMESTAMP_LEN];
};

/* A key is its values, each with its length and type (4 bytes) in front. */
struct group {
	uint64_t hash;
	uint64_t count;
	uint32_t key, key_len;
};

/* The group that lines of a module and a level were counted in last. */
struct cache {
	uint64_t module_id; /* of views; 0: empty */
	/* The group's time begins here and is that long. */
	int64_t time_usec;
	uint64_t span_usec;
	uint32_t group;
};

enum {
	LEVELS = 5,
	TYPE_SHIFT = 30, /* of a value's type, above its length */
	LENGTH = (1 << TYPE_SHIFT) - 1,
};

struct mxlog_groups {
	bool metrics, by_time, by_view;
	bool by_cache; /* level, module and time tell the group */
	struct cache caches[MXLOG_MODULE_SLOTS][LEVELS];
	struct field fields[FIELDS_MAX];
	size_t n_fields;
	struct group *items;
	size_t n_groups, capacity;
	uint32_t *slots; /* group + 1; 0: free */
	size_t n_slots;
	struct mxlog_buf keys;
	struct mxlog_buf key; /* being made */
	uint64_t total;
	uint32_t last; /* group that one was counted in */
	bool keeps;    /* groups stay where they are: none goes to disk */
	struct mxlog_group_runs *runs; /* what did not fit; or NULL */
	uint64_t n_left_out, left_out; /* by mxlog_groups_finish() */
};

/* ---- the fields ---- */

static int parse_bucket(const char *text, int64_t *ret,
    struct mxlog_error *reterr)
{
	if (mxlog_duration_parse(text, ret) == 0 && *ret > 0)
		return 0;
	return mxlog_error_set(reterr, -EINVAL,
	    "time:%.40s: expected a span of time such as 30s, 5m, 1h or 1d",
	    text);
}

static enum kind kind_of(const char *name, bool metrics)
{
	static const struct {
		const char *name;
		enum kind kind;
	} kinds[] = {
		{ "level", KIND_LEVEL },
		{ "module", KIND_MODULE },
		{ "trace_id", KIND_TRACE_ID },
		{ "shape", KIND_SHAPE },
	};

	for (size_t i = 0; !metrics && i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return kinds[i].kind;
	return KIND_PATH;
}

static int add_field(struct mxlog_groups *groups, char *part,
    struct mxlog_error *reterr)
{
	struct field *field = &groups->fields[groups->n_fields];
	int r = 0;

	if (groups->n_fields == FIELDS_MAX)
		return mxlog_error_set(reterr, -EINVAL,
		    "at most %d fields can be counted by", FIELDS_MAX);
	field->kind = kind_of(part, groups->metrics);
	if (strncmp(part, "time:", 5) == 0) {
		field->kind = KIND_TIME;
		r = parse_bucket(part + 5, &field->bucket_usec, reterr);
		(void)snprintf(field->span, sizeof(field->span), "%s",
		    part + 5);
		part[4] = '\0';
		groups->by_cache &= !groups->by_time; /* of one span alone */
		groups->by_time = true;
	} else if (field->kind == KIND_TRACE_ID) {
		groups->by_cache = false;
	} else if (field->kind == KIND_PATH) {
		r = mxlog_field_path_check(part, groups->metrics, reterr);
		groups->by_view = false;
	} else if (field->kind == KIND_SHAPE) {
		groups->by_view = false;
	}
	if (r < 0)
		return r;
	field->name = strdup(part);
	if (!field->name)
		return -ENOMEM;
	groups->n_fields++;
	return 0;
}

/* Two spans of time have two names. */
static int name_times(struct mxlog_groups *groups)
{
	size_t n = 0;

	for (size_t i = 0; i < groups->n_fields; i++)
		n += groups->fields[i].kind == KIND_TIME;
	for (size_t i = 0; n > 1 && i < groups->n_fields; i++) {
		struct field *field = &groups->fields[i];
		char *name;

		if (field->kind != KIND_TIME)
			continue;
		if (asprintf(&name, "time:%s", field->span) < 0)
			return -ENOMEM;
		free(field->name);
		field->name = name;
	}
	return 0;
}

int mxlog_groups_new(const char *spec, bool metrics, struct mxlog_groups **ret,
    struct mxlog_error *reterr)
{
	struct mxlog_groups *groups = calloc(1, sizeof(*groups));
	char *copy = strdup(spec), *rest = copy;
	int r = groups && copy ? 0 : -ENOMEM;

	if (r >= 0) {
		groups->metrics = metrics;
		groups->by_view = !metrics;
		groups->by_cache = true;
	}
	while (r >= 0 && rest)
		r = add_field(groups, strsep(&rest, ","), reterr);
	if (r >= 0)
		r = name_times(groups);
	free(copy);
	if (r < 0)
		mxlog_groups_free(groups);
	else
		*ret = groups;
	return r;
}

void mxlog_groups_free(struct mxlog_groups *groups)
{
	if (!groups)
		return;
	for (size_t i = 0; i < groups->n_fields; i++)
		free(groups->fields[i].name);
	free(groups->items);
	free(groups->slots);
	mxlog_buf_done(&groups->keys);
	mxlog_buf_done(&groups->key);
	mxlog_group_runs_free(groups->runs);
	free(groups);
}

/* ---- counting ---- */

static uint64_t hash_of(const char *key, size_t len)
{
	uint64_t hash = len * UINT64_C(0x9e3779b97f4a7c15), word;

	for (; len >= sizeof(word); key += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, key, sizeof(word));
		hash = (hash ^ word) * UINT64_C(0x9fb21c651e98df25);
		hash ^= hash >> 32;
	}
	word = 0;
	memcpy(&word, key, len);
	hash = (hash ^ word) * UINT64_C(0x9fb21c651e98df25);
	return hash ^ hash >> 32;
}

static int grow_slots(struct mxlog_groups *groups)
{
	size_t n = MAX(groups->n_slots * 2, (size_t)SLOTS_FIRST);
	uint32_t *slots = calloc(n, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < groups->n_groups; i++) {
		size_t at = groups->items[i].hash & (n - 1);

		while (slots[at])
			at = (at + 1) & (n - 1);
		slots[at] = (uint32_t)i + 1;
	}
	free(groups->slots);
	groups->slots = slots;
	groups->n_slots = n;
	return 0;
}

static int grow_groups(struct mxlog_groups *groups)
{
	size_t capacity = MAX(groups->capacity * 2, (size_t)256);
	struct group *items =
	    reallocarray(groups->items, capacity, sizeof(*items));

	if (!items)
		return -ENOMEM;
	groups->items = items;
	groups->capacity = capacity;
	return 0;
}

static bool is_full(const struct mxlog_groups *groups, size_t len)
{
	return groups->n_groups == GROUPS_MAX ||
	    groups->keys.len + len >
	    (size_t)(groups->keeps ? KEYS_MAX : KEYS_SPILL);
}

static int compare_bytes(const void *a, const void *b, void *arg)
{
	const struct mxlog_groups *groups = arg;
	const struct group *x = a, *y = b;

	return mxlog_group_runs_compare(groups->keys.data + x->key, x->key_len,
	    groups->keys.data + y->key, y->key_len);
}

static void clear(struct mxlog_groups *groups)
{
	groups->n_groups = 0;
	groups->keys.len = 0;
	if (groups->slots)
		memset(groups->slots, 0,
		    groups->n_slots * sizeof(*groups->slots));
	memset(groups->caches, 0, sizeof(groups->caches));
}

/* Put all groups on disk, as one run. */
static int spill(struct mxlog_groups *groups)
{
	int r = 0;

	if (groups->n_groups == 0)
		return 0;
	if (!groups->runs)
		r = mxlog_group_runs_new(&groups->runs);
	if (r >= 0)
		r = mxlog_group_runs_begin(groups->runs);
	qsort_r(groups->items, groups->n_groups, sizeof(struct group),
	    compare_bytes, groups);
	for (size_t i = 0; r >= 0 && i < groups->n_groups; i++) {
		const struct group *group = &groups->items[i];

		r = mxlog_group_runs_add(groups->runs,
		    groups->keys.data + group->key, group->key_len,
		    group->count);
	}
	clear(groups);
	return r;
}

static int add_group(struct mxlog_groups *groups, uint64_t hash,
    const char *key, size_t len)
{
	int r = 0;

	if (is_full(groups, len))
		return -E2BIG;
	if (groups->n_groups == groups->capacity)
		r = grow_groups(groups);
	if (r < 0)
		return r;
	groups->items[groups->n_groups++] = (struct group){ .hash = hash,
		.key = (uint32_t)groups->keys.len,
		.key_len = (uint32_t)len };
	return mxlog_buf_add(&groups->keys, key, len);
}

static int find_group(struct mxlog_groups *groups, const char *key, size_t len,
    uint32_t *ret)
{
	uint64_t hash = hash_of(key, len);
	size_t at;
	int r;

	if (2 * (groups->n_groups + 1) > groups->n_slots) {
		r = grow_slots(groups);
		if (r < 0)
			return r;
	}
	for (at = hash & (groups->n_slots - 1); groups->slots[at];
	     at = (at + 1) & (groups->n_slots - 1)) {
		const struct group *group =
		    &groups->items[groups->slots[at] - 1];

		*ret = groups->slots[at] - 1;
		if (group->hash == hash && group->key_len == len &&
		    memcmp(groups->keys.data + group->key, key, len) == 0)
			return 0;
	}
	if (!groups->keeps && is_full(groups, len)) {
		r = spill(groups);
		if (r < 0)
			return r;
		at = hash & (groups->n_slots - 1);
	}
	r = add_group(groups, hash, key, len);
	if (r < 0)
		return r;
	groups->slots[at] = (uint32_t)groups->n_groups;
	*ret = groups->slots[at] - 1;
	return 0;
}

static int count_key(struct mxlog_groups *groups, const char *key, size_t len,
    uint64_t count)
{
	uint32_t group;
	int r = find_group(groups, key, len, &group);

	if (r < 0)
		return r;
	groups->total += count;
	groups->items[group].count += count;
	groups->last = group;
	return 0;
}

size_t mxlog_groups_get_last(const struct mxlog_groups *groups)
{
	return groups->last;
}

/* ---- making a key ---- */

static int add_typed(struct mxlog_groups *groups, const char *text, size_t len,
    enum mxlog_group_type type)
{
	size_t n = mxlog_utf8_cut(text, len, VALUE_MAX);
	uint32_t head;
	int r;

	/* What is cut is no longer JSON. */
	if (n < len)
		type = MXLOG_GROUP_TEXT;
	head = (uint32_t)n | (uint32_t)type << TYPE_SHIFT;
	r = mxlog_buf_add(&groups->key, &head, sizeof(head));
	return r < 0 ? r : mxlog_buf_add(&groups->key, text, n);
}

static int add_value(struct mxlog_groups *groups, const char *text, size_t len)
{
	return add_typed(groups, text, len, MXLOG_GROUP_TEXT);
}

static int add_missing(struct mxlog_groups *groups)
{
	return add_typed(groups, "", 0, MXLOG_GROUP_MISSING);
}

static int add_time(struct mxlog_groups *groups, struct field *field,
    int64_t time_usec)
{
	struct mxlog_time_bucket *bucket = &field->bucket;

	if (time_usec < bucket->start_usec || time_usec >= bucket->end_usec) {
		mxlog_time_bucket_find(time_usec, field->bucket_usec, bucket);
		mxlog_timestamp_format(field->time, bucket->start_usec);
	}
	return add_value(groups, field->time, sizeof(field->time));
}

/* The first line, what varies as <*>: what messages have in common. */
static int add_shape(struct mxlog_groups *groups, const char *text, size_t len)
{
	char shape[MXLOG_SHAPE_MAX], shown[3 * MXLOG_SHAPE_MAX];
	size_t n = mxlog_shape(text, len, shape);

	n = MIN(mxlog_shape_format(shape, n, shown), (size_t)VALUE_MAX);
	/* It may have ended in the middle of a character. */
	return add_value(groups, shown, mxlog_utf8_valid(shown, n));
}

/* The first value alone, and that there is one. */
struct first {
	struct mxlog_groups *groups;
	int r;
};

static int take_first(void *arg, const struct mxlog_field_value *value)
{
	struct first *first = arg;

	if (value->json && value->len == 4 &&
	    memcmp(value->text, "null", 4) == 0)
		first->r = add_missing(first->groups);
	else
		first->r = add_typed(first->groups, value->text, value->len,
		    value->json ? MXLOG_GROUP_JSON : MXLOG_GROUP_TEXT);
	return 1;
}

static int finish_path(struct mxlog_groups *groups, const struct first *first,
    int r)
{
	if (r == 0)
		r = add_missing(groups);
	return r < 0 ? r : first->r;
}

static int add_path(struct mxlog_groups *groups, const struct field *field,
    const struct mxlog_entry *entry)
{
	struct first first = { .groups = groups };
	int r = mxlog_field_path_find(entry, field->name, take_first, &first);

	return finish_path(groups, &first, r);
}

static int add_metric_path(struct mxlog_groups *groups,
    const struct field *field, const struct mxlog_metric *metric)
{
	struct first first = { .groups = groups };
	int r =
	    mxlog_field_path_metric(metric, field->name, take_first, &first);

	return finish_path(groups, &first, r);
}

static int add_span(struct mxlog_groups *groups, const char *base,
    struct mxlog_text_span span, bool shape)
{
	if (!MXLOG_IS_SET(span))
		return add_missing(groups);
	return shape ? add_shape(groups, base + span.off, span.len)
		     : add_value(groups, base + span.off, span.len);
}

static int add_entry_field(struct mxlog_groups *groups, struct field *field,
    const struct mxlog_entry *entry)
{
	const char *base = entry->bytes.data;
	const char *level;

	switch (field->kind) {
	case KIND_LEVEL:
		level = mxlog_level_name(entry->level);
		return add_value(groups, level, strlen(level));
	case KIND_MODULE:
		return add_span(groups, base, entry->text[MXLOG_FIELD_MODULE],
		    false);
	case KIND_TRACE_ID:
		return add_span(groups, base, entry->text[MXLOG_FIELD_TRACE_ID],
		    false);
	case KIND_SHAPE:
		return add_span(groups, base, entry->text[MXLOG_FIELD_MESSAGE],
		    true);
	case KIND_TIME:
		return add_time(groups, field, entry->time_usec);
	case KIND_PATH:
		break;
	}
	return add_path(groups, field, entry);
}

int mxlog_groups_add(struct mxlog_groups *groups,
    const struct mxlog_entry *entry)
{
	int r = 0;

	groups->key.len = 0;
	for (size_t i = 0; r >= 0 && i < groups->n_fields; i++)
		r = add_entry_field(groups, &groups->fields[i], entry);
	return r < 0 ? r
		     : count_key(groups, groups->key.data, groups->key.len, 1);
}

int mxlog_groups_add_metric(struct mxlog_groups *groups,
    const struct mxlog_metric *metric)
{
	int r = 0;

	groups->key.len = 0;
	for (size_t i = 0; r >= 0 && i < groups->n_fields; i++) {
		struct field *field = &groups->fields[i];

		r = field->kind == KIND_TIME
		    ? add_time(groups, field, metric->time_usec)
		    : add_metric_path(groups, field, metric);
	}
	return r < 0 ? r
		     : count_key(groups, groups->key.data, groups->key.len, 1);
}

bool mxlog_groups_takes_view(const struct mxlog_groups *groups)
{
	return groups->by_view;
}

static int add_view_field(struct mxlog_groups *groups, struct field *field,
    const struct mxlog_canonical_line *view)
{
	const char *level;

	switch (field->kind) {
	case KIND_LEVEL:
		level = mxlog_level_name(view->level);
		return add_value(groups, level, strlen(level));
	case KIND_MODULE:
		return add_value(groups, view->module.text, view->module.len);
	case KIND_TRACE_ID:
		return add_value(groups, view->trace_id, MXLOG_ULID_LEN);
	default:
		return add_time(groups, field, view->time_usec);
	}
}

/* The time that the group stands for. */
static void set_span(const struct mxlog_groups *groups, struct cache *cache)
{
	cache->time_usec = INT64_MIN;
	cache->span_usec = UINT64_MAX;
	for (size_t i = 0; i < groups->n_fields; i++) {
		const struct field *field = &groups->fields[i];

		if (field->kind != KIND_TIME)
			continue;
		cache->time_usec = field->bucket.start_usec;
		cache->span_usec = (uint64_t)(field->bucket.end_usec -
		    field->bucket.start_usec);
	}
}

static int find_view_group(struct mxlog_groups *groups,
    const struct mxlog_canonical_line *view, uint32_t *ret)
{
	int r = 0;

	groups->key.len = 0;
	for (size_t i = 0; r >= 0 && i < groups->n_fields; i++)
		r = add_view_field(groups, &groups->fields[i], view);
	if (r < 0)
		return r;
	return find_group(groups, groups->key.data, groups->key.len, ret);
}

int mxlog_groups_add_view(struct mxlog_groups *groups,
    const struct mxlog_canonical_line *view)
{
	struct cache *cache =
	    &groups->caches[view->module_slot][view->level / 10 - 1];
	int r;

	if (view->module_id == 0 || cache->module_id != view->module_id ||
	    (uint64_t)view->time_usec - (uint64_t)cache->time_usec >=
		cache->span_usec) {
		r = find_view_group(groups, view, &cache->group);
		if (r < 0)
			return r;
		cache->module_id = groups->by_cache ? view->module_id : 0;
		set_span(groups, cache);
	}
	groups->total++;
	groups->items[cache->group].count++;
	return 0;
}

bool mxlog_groups_takes_levels(const struct mxlog_groups *groups)
{
	return groups->n_fields == 1 && groups->fields[0].kind == KIND_LEVEL;
}

int mxlog_groups_add_level(struct mxlog_groups *groups, enum mxlog_level level,
    uint64_t count)
{
	const char *name = mxlog_level_name(level);
	int r;

	groups->key.len = 0;
	r = add_value(groups, name, strlen(name));
	return r < 0
	    ? r
	    : count_key(groups, groups->key.data, groups->key.len, count);
}

int mxlog_groups_merge(struct mxlog_groups *groups, struct mxlog_groups *other)
{
	const char *key;
	uint64_t count;
	size_t len;
	int r = other->runs ? spill(other) : 0;

	for (size_t i = 0; r >= 0 && i < other->n_groups; i++) {
		const struct group *group = &other->items[i];

		r = count_key(groups, other->keys.data + group->key,
		    group->key_len, group->count);
	}
	while (r >= 0 && other->runs &&
	    (r = mxlog_group_runs_next(other->runs, &key, &len, &count)) > 0)
		r = count_key(groups, key, len, count);
	return r;
}

/* Of more groups than fit the largest. */
static int take_largest(struct mxlog_groups *groups)
{
	struct mxlog_top_groups top = { 0 };
	uint64_t total = groups->total, count;
	const char *key;
	size_t len;
	int r = spill(groups);

	while (r >= 0 &&
	    (r = mxlog_group_runs_next(groups->runs, &key, &len, &count)) > 0)
		r = mxlog_top_groups_add(&top, key, len, count);
	groups->keeps = true;
	for (size_t i = 0; r >= 0 && i < top.n; i++)
		r = count_key(groups, top.items[i].key, top.items[i].len,
		    top.items[i].count);
	groups->total = total;
	groups->n_left_out = top.n_left_out;
	groups->left_out = top.left_out;
	mxlog_top_groups_done(&top);
	return r;
}

int mxlog_groups_finish(struct mxlog_groups *groups)
{
	int r = groups->runs ? take_largest(groups) : 0;

	if (r >= 0)
		mxlog_groups_sort(groups);
	return r;
}

void mxlog_groups_get_left_out(const struct mxlog_groups *groups,
    uint64_t *ret_groups, uint64_t *ret_matches)
{
	if (ret_groups)
		*ret_groups = groups ? groups->n_left_out : 0;
	if (ret_matches)
		*ret_matches = groups ? groups->left_out : 0;
}

void mxlog_groups_keep(struct mxlog_groups *groups)
{
	groups->keeps = true;
}

/* ---- what was counted ---- */

static int compare_keys(const struct mxlog_groups *groups,
    const struct group *a, const struct group *b)
{
	const char *p = groups->keys.data + a->key;
	const char *q = groups->keys.data + b->key;

	for (size_t i = 0; i < groups->n_fields; i++) {
		uint32_t p_head, q_head, p_len, q_len;
		int c;

		memcpy(&p_head, p, sizeof(p_head));
		memcpy(&q_head, q, sizeof(q_head));
		p += sizeof(p_head);
		q += sizeof(q_head);
		p_len = p_head & LENGTH;
		q_len = q_head & LENGTH;
		c = memcmp(p, q, MIN(p_len, q_len));
		if (c != 0)
			return c;
		if (p_len != q_len)
			return p_len < q_len ? -1 : 1;
		if (p_head != q_head)
			return p_head < q_head ? -1 : 1;
		p += p_len;
		q += q_len;
	}
	return 0;
}

static int compare(const void *a, const void *b, void *arg)
{
	const struct mxlog_groups *groups = arg;
	const struct group *x = a, *y = b;

	if (!groups->by_time && x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return compare_keys(groups, x, y);
}

/* The slots are of no use any more. */
void mxlog_groups_sort(struct mxlog_groups *groups)
{
	if (groups->n_groups > 0)
		qsort_r(groups->items, groups->n_groups, sizeof(struct group),
		    compare, groups);
	free(groups->slots);
	groups->slots = NULL;
	groups->n_slots = 0;
}

size_t mxlog_groups_get_size(const struct mxlog_groups *groups)
{
	if (!groups)
		return 0;

	return groups->n_groups;
}

uint64_t mxlog_groups_get_total(const struct mxlog_groups *groups)
{
	if (!groups)
		return 0;

	return groups->total;
}

uint64_t mxlog_groups_get_count(const struct mxlog_groups *groups, size_t group)
{
	if (!groups || group >= groups->n_groups)
		return 0;

	return groups->items[group].count;
}

size_t mxlog_groups_get_fields(const struct mxlog_groups *groups)
{
	if (!groups)
		return 0;

	return groups->n_fields;
}

const char *mxlog_groups_get_field(const struct mxlog_groups *groups,
    size_t field)
{
	if (!groups || field >= groups->n_fields)
		return NULL;

	return groups->fields[field].name;
}

/* Behind its head. */
static const char *find_value(const struct mxlog_groups *groups, size_t group,
    size_t field, uint32_t *ret_head)
{
	const char *at = groups->keys.data + groups->items[group].key;

	for (;;) {
		memcpy(ret_head, at, sizeof(*ret_head));
		at += sizeof(*ret_head);
		if (field-- == 0)
			return at;
		at += *ret_head & LENGTH;
	}
}

void mxlog_groups_get_value(const struct mxlog_groups *groups, size_t group,
    size_t field, const char **ret, size_t *ret_len)
{
	if (!groups || !ret || !ret_len || group >= groups->n_groups ||
	    field >= groups->n_fields)
		return;

	uint32_t head;

	*ret = find_value(groups, group, field, &head);
	*ret_len = head & LENGTH;
}

enum mxlog_group_type mxlog_groups_get_type(const struct mxlog_groups *groups,
    size_t group, size_t field)
{
	uint32_t head;

	if (!groups || group >= groups->n_groups || field >= groups->n_fields)
		return MXLOG_GROUP_MISSING;
	(void)find_value(groups, group, field, &head);
	return (enum mxlog_group_type)(head >> TYPE_SHIFT);
}
