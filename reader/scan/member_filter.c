/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/member_filter.h"

#include <stdlib.h>

static int add_literals(struct mxlog_member_filter *filter,
    const struct mxlog_pattern_literals *literals)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < literals->n; i++)
		r = mxlog_ngram_set_add(&filter->needle, literals->list[i].text,
		    literals->list[i].len);
	return r;
}

static int set_needle(struct mxlog_member_filter *filter)
{
	const struct mxlog_query *query = filter->query;

	if (!query->search || query->metrics)
		return 0;
	if (query->search_flags & MXLOG_SEARCH_REGEX)
		return add_literals(filter,
		    mxlog_pattern_literals(query->search));
	return query->search_len > 0
	    ? mxlog_ngram_set_add(&filter->needle, query->search_text,
		  query->search_len)
	    : 0;
}

int mxlog_member_filter_init(struct mxlog_member_filter *filter,
    const struct mxlog_query *query)
{
	*filter = (struct mxlog_member_filter){ .query = query };
	if (query->has_trace_id)
		(void)mxlog_ulid_parse(query->trace_id, sizeof(query->trace_id),
		    &filter->trace_id);
	return set_needle(filter);
}

void mxlog_member_filter_done(struct mxlog_member_filter *filter)
{
	mxlog_ngram_set_done(&filter->needle);
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
	if (r >= 0 && filter->needle.n > 0)
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
	return MXLOG_SKIP_NOT;
}

static bool has_other_filters(const struct mxlog_query *query)
{
	return query->metrics || query->n_modules > 0 ||
	    query->n_excluded > 0 || query->has_trace_id || query->search ||
	    query->n_tags > 0 || query->n_predicates > 0;
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
