/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/member_filter.h"

#include <stdlib.h>

static int add_literals(struct mxlog_ngram_set *needle,
    const struct mxlog_pattern_literals *literals)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < literals->n; i++)
		r = mxlog_ngram_set_add(needle, literals->list[i].text,
		    literals->list[i].len);
	return r;
}

/* What any message has in it for which the leaf holds. */
static int set_leaf_needle(struct mxlog_ngram_set *needle,
    const struct mxlog_where_node *leaf)
{
	struct mxlog_predicate_parts parts;

	if (!leaf->predicate)
		return 0;
	parts = mxlog_predicate_parts(leaf->predicate);
	if (strcmp(parts.path, "message") != 0)
		return 0;
	if (parts.comparison == MXLOG_MATCHES)
		return add_literals(needle,
		    mxlog_pattern_literals(
			mxlog_predicate_pattern(leaf->predicate)));
	if (parts.comparison != MXLOG_HAS && parts.comparison != MXLOG_EQUAL)
		return 0;
	return mxlog_ngram_set_add(needle, parts.value, parts.len);
}

static int set_leaf_needles(struct mxlog_member_filter *filter)
{
	const struct mxlog_where *where = filter->query->where;
	int r = 0;

	if (!where || filter->query->metrics)
		return 0;
	filter->needles = calloc(where->n, sizeof(*filter->needles));
	if (!filter->needles)
		return -ENOMEM;
	for (size_t i = 0; r >= 0 && i < where->n; i++) {
		r = set_leaf_needle(&filter->needles[i], &where->nodes[i]);
		filter->has_needles |= filter->needles[i].n > 0;
	}
	return r;
}

static int set_needle(struct mxlog_member_filter *filter)
{
	const struct mxlog_query *query = filter->query;

	if (!query->search || query->metrics)
		return 0;
	if (query->search_flags & MXLOG_SEARCH_REGEX)
		return add_literals(&filter->needle,
		    mxlog_pattern_literals(query->search));
	return query->search_len > 0
	    ? mxlog_ngram_set_add(&filter->needle, query->search_text,
		  query->search_len)
	    : 0;
}

int mxlog_member_filter_init(struct mxlog_member_filter *filter,
    const struct mxlog_query *query)
{
	int r;

	*filter = (struct mxlog_member_filter){ .query = query };
	if (query->has_trace_id)
		(void)mxlog_ulid_parse(query->trace_id, sizeof(query->trace_id),
		    &filter->trace_id);
	r = set_needle(filter);
	return r < 0 ? r : set_leaf_needles(filter);
}

void mxlog_member_filter_done(struct mxlog_member_filter *filter)
{
	mxlog_ngram_set_done(&filter->needle);
	for (size_t i = 0; filter->needles && i < filter->query->where->n; i++)
		mxlog_ngram_set_done(&filter->needles[i]);
	free(filter->needles);
	free(filter->modules);
	free(filter->tags);
	*filter = (struct mxlog_member_filter){ 0 };
}

static bool by_module(const struct mxlog_query *query)
{
	return query->n_modules + query->n_excluded > 0 && !query->metrics;
}

static int judge_modules(struct mxlog_member_filter *filter)
{
	const struct mxlog_archive_directory *dir = filter->dir;

	if (!by_module(filter->query))
		return 0;
	free(filter->modules);
	filter->modules = calloc(dir->n_modules + 1, 1);
	if (!filter->modules)
		return -ENOMEM;
	for (size_t i = 0; i < dir->n_modules; i++)
		filter->modules[i] = mxlog_query_wants_module(filter->query,
		    dir->modules[i].text, dir->modules[i].len);
	return 0;
}

static uint16_t find_tag(const struct mxlog_archive_directory *dir,
    const char *tag)
{
	size_t len = strlen(tag);

	for (size_t i = 0; i < dir->n_tags; i++)
		if (dir->tags[i].len == len &&
		    memcmp(dir->tags[i].text, tag, len) == 0)
			return (uint16_t)i;
	return MXLOG_ARCHIVE_ANY;
}

static int find_tags(struct mxlog_member_filter *filter)
{
	const struct mxlog_query *query = filter->query;

	free(filter->tags);
	filter->tags = calloc(query->n_tags + 1, sizeof(*filter->tags));
	if (!filter->tags)
		return -ENOMEM;
	for (size_t i = 0; i < query->n_tags; i++)
		filter->tags[i] = find_tag(filter->dir, query->tags[i]);
	return 0;
}

int mxlog_member_filter_begin(struct mxlog_member_filter *filter,
    struct mxlog_archive_file *file, struct mxlog_error *reterr)
{
	int r;

	filter->file = file;
	filter->dir = mxlog_archive_file_directory(file);
	r = judge_modules(filter);
	if (r >= 0)
		r = find_tags(filter);
	if (r >= 0 && (filter->needle.n > 0 || filter->has_needles))
		r = mxlog_archive_file_load_ngram_filters(file, reterr);
	return r;
}

static bool has_level(const struct mxlog_query *query,
    const struct mxlog_archive_member *member)
{
	for (unsigned i = 0; i < MXLOG_ARCHIVE_LEVELS; i++)
		if (member->levels[i] > 0 &&
		    mxlog_query_wants_level(query,
			(enum mxlog_level)(MXLOG_DEBUG + 10 * i)))
			return true;
	return query->levels == 0 || query->metrics;
}

static bool has_module(const struct mxlog_member_filter *filter,
    const struct mxlog_archive_member *member)
{
	if (!by_module(filter->query) || member->n_modules == MXLOG_ARCHIVE_ANY)
		return true;
	for (size_t i = 0; i < member->n_modules; i++)
		if (filter->modules[member->modules[i]])
			return true;
	return false;
}

static bool lists(const struct mxlog_archive_member *member, uint16_t tag)
{
	for (size_t i = 0; i < member->n_tags; i++)
		if (member->tags[i] == tag)
			return true;
	return false;
}

static bool has_tags(const struct mxlog_member_filter *filter,
    const struct mxlog_archive_member *member)
{
	if (member->n_tags == MXLOG_ARCHIVE_ANY)
		return true;
	for (size_t i = 0; i < filter->query->n_tags; i++)
		if (!lists(member, filter->tags[i]))
			return false;
	return true;
}

static bool may_have_trace_id(const struct mxlog_member_filter *filter,
    const struct mxlog_archive_member *member)
{
	if (!filter->query->has_trace_id)
		return true;
	return mxlog_ulid_compare(&filter->trace_id, &member->min_trace) >= 0 &&
	    mxlog_ulid_compare(&filter->trace_id, &member->max_trace) <= 0;
}

/* ---- the expression ---- */

struct guess {
	const struct mxlog_member_filter *filter;
	const struct mxlog_archive_member *member;
	size_t index;
};

/* What one value that some entry has makes of the leaf. */
static unsigned guess_value(struct mxlog_predicate *predicate, const char *text,
    size_t len)
{
	struct mxlog_field_value value = { .text = text, .len = len };
	int r;

	if (!mxlog_predicate_judge(predicate, &value, &r) || r < 0)
		return MXLOG_CAN_BOTH;
	return r > 0 ? MXLOG_CAN_HOLD : MXLOG_CAN_FAIL;
}

static unsigned guess_levels(const struct mxlog_archive_member *member,
    struct mxlog_predicate *predicate)
{
	unsigned can = 0;

	for (unsigned i = 0; i < MXLOG_ARCHIVE_LEVELS; i++) {
		const char *name =
		    mxlog_level_name((enum mxlog_level)(MXLOG_DEBUG + 10 * i));

		if (member->levels[i] > 0)
			can |= guess_value(predicate, name, strlen(name));
	}
	return can;
}

static unsigned guess_modules(const struct guess *guess,
    struct mxlog_predicate *predicate)
{
	const struct mxlog_archive_member *member = guess->member;
	const struct mxlog_archive_directory *dir = guess->filter->dir;
	unsigned can = 0;

	if (member->n_modules == MXLOG_ARCHIVE_ANY)
		return MXLOG_CAN_BOTH;
	for (size_t i = 0; i < member->n_modules; i++)
		can |= guess_value(predicate,
		    dir->modules[member->modules[i]].text,
		    dir->modules[member->modules[i]].len);
	return can;
}

/* Any entry may be without tags; holding takes one that does. */
static unsigned guess_tags(const struct guess *guess,
    struct mxlog_predicate *predicate)
{
	const struct mxlog_archive_member *member = guess->member;
	const struct mxlog_archive_directory *dir = guess->filter->dir;
	unsigned can = MXLOG_CAN_FAIL;

	if (member->n_tags == MXLOG_ARCHIVE_ANY)
		return MXLOG_CAN_BOTH;
	for (size_t i = 0; i < member->n_tags; i++) {
		struct mxlog_field_value value = {
			.text = dir->tags[member->tags[i]].text,
			.len = dir->tags[member->tags[i]].len,
			.element = true,
		};
		int r;

		if (!mxlog_predicate_judge(predicate, &value, &r) || r != 0)
			can |= MXLOG_CAN_HOLD;
	}
	return can;
}

static unsigned guess_trace_id(const struct guess *guess,
    struct mxlog_predicate *predicate)
{
	struct mxlog_predicate_parts parts = mxlog_predicate_parts(predicate);
	const struct mxlog_archive_member *member = guess->member;
	struct mxlog_ulid id;

	if (parts.comparison != MXLOG_EQUAL ||
	    mxlog_ulid_parse(parts.value, parts.len, &id) < 0)
		return MXLOG_CAN_BOTH;
	return mxlog_ulid_compare(&id, &member->min_trace) >= 0 &&
		mxlog_ulid_compare(&id, &member->max_trace) <= 0
	    ? MXLOG_CAN_BOTH
	    : MXLOG_CAN_FAIL;
}

static unsigned guess_leaf(void *arg, size_t index,
    const struct mxlog_where_node *leaf)
{
	const struct guess *guess = arg;
	const struct mxlog_member_filter *filter = guess->filter;
	const struct mxlog_archive_member *member = guess->member;
	const char *path;

	if (leaf->kind == MXLOG_WHERE_TIME)
		return mxlog_where_guess_time(leaf, member->min_usec,
		    member->max_usec);
	if (filter->query->metrics)
		return MXLOG_CAN_BOTH;
	path = mxlog_predicate_path(leaf->predicate);
	if (strcmp(path, "level") == 0)
		return guess_levels(member, leaf->predicate);
	if (strcmp(path, "module") == 0)
		return guess_modules(guess, leaf->predicate);
	if (strcmp(path, "tags") == 0)
		return guess_tags(guess, leaf->predicate);
	if (strcmp(path, "trace_id") == 0)
		return guess_trace_id(guess, leaf->predicate);
	if (filter->needles[index].n > 0 &&
	    !mxlog_archive_file_may_contain(filter->file, guess->index,
		&filter->needles[index]))
		return MXLOG_CAN_FAIL;
	return MXLOG_CAN_BOTH;
}

static bool may_hold(const struct mxlog_member_filter *filter, size_t index)
{
	struct guess guess = { .filter = filter,
		.member = &filter->dir->members[index],
		.index = index };

	return !filter->query->where ||
	    mxlog_where_may_hold(filter->query->where, guess_leaf, &guess);
}

enum mxlog_skip mxlog_member_filter_judge(const struct mxlog_member_filter
					      *filter,
    size_t index)
{
	const struct mxlog_query *query = filter->query;
	const struct mxlog_archive_member *member =
	    &filter->dir->members[index];
	bool all =
	    query->since_usec == INT64_MIN && query->until_usec == INT64_MAX;

	if (!all &&
	    (member->max_usec < query->since_usec ||
		member->min_usec > query->until_usec))
		return MXLOG_SKIP_TIME;
	if (!may_have_trace_id(filter, member))
		return MXLOG_SKIP_TRACE_ID;
	if (!has_level(query, member))
		return MXLOG_SKIP_LEVEL;
	if (!has_module(filter, member))
		return MXLOG_SKIP_MODULE;
	if (!has_tags(filter, member))
		return MXLOG_SKIP_TAG;
	if (filter->needle.n > 0 &&
	    !mxlog_archive_file_may_contain(filter->file, index,
		&filter->needle))
		return MXLOG_SKIP_TEXT;
	return may_hold(filter, index) ? MXLOG_SKIP_NOT : MXLOG_SKIP_WHERE;
}

static bool has_other_filters(const struct mxlog_query *query)
{
	return query->metrics || query->n_modules > 0 ||
	    query->n_excluded > 0 || query->has_trace_id || query->search ||
	    query->n_tags > 0 || query->n_predicates > 0 || query->where;
}

bool mxlog_member_filter_is_whole(const struct mxlog_member_filter *filter,
    size_t index)
{
	const struct mxlog_query *query = filter->query;
	const struct mxlog_archive_member *member =
	    &filter->dir->members[index];

	return !has_other_filters(query) && member->damaged == 0 &&
	    !(member->flags & MXLOG_MEMBER_CONTINUES) &&
	    member->min_usec >= query->since_usec &&
	    member->max_usec <= query->until_usec;
}
