/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/archive_recheck.h"

#include <stdlib.h>

/* Names of the scan (found) and of the directory (said). */
struct names {
	const struct mxlog_archive_name *found, *said;
	const uint16_t *found_list, *said_list;
	uint16_t n_found, n_said;
};

static bool is_said(const struct names *names,
    const struct mxlog_archive_name *name)
{
	for (uint16_t i = 0; i < names->n_said; i++) {
		const struct mxlog_archive_name *said =
		    &names->said[names->said_list[i]];

		if (said->len == name->len &&
		    memcmp(said->text, name->text, name->len) == 0)
			return true;
	}
	return false;
}

static bool are_said(const struct names *names)
{
	if (names->n_said == MXLOG_ARCHIVE_ANY)
		return true;
	if (names->n_found == MXLOG_ARCHIVE_ANY)
		return false;
	for (uint16_t i = 0; i < names->n_found; i++)
		if (!is_said(names, &names->found[names->found_list[i]]))
			return false;
	return true;
}

static int check_names(const struct mxlog_archive_scan *scan,
    const struct mxlog_archive_directory *dir,
    const struct mxlog_archive_member *said,
    const struct mxlog_archive_member *found, const char **ret)
{
	struct mxlog_archive_directory all = { 0 };
	int r = mxlog_archive_scan_names(scan, &all);
	struct names modules = { all.modules, dir->modules, found->modules,
		said->modules, found->n_modules, said->n_modules };
	struct names tags = { all.tags, dir->tags, found->tags, said->tags,
		found->n_tags, said->n_tags };

	if (r < 0)
		return r;
	if (!are_said(&modules))
		*ret = "its directory hides modules";
	else if (!are_said(&tags))
		*ret = "its directory hides tags";
	free(all.modules);
	free(all.tags);
	return *ret ? -EBADMSG : 0;
}

/* Where no line is damaged, readers answer from these numbers. */
static bool are_levels_right(const struct mxlog_archive_member *said,
    const struct mxlog_archive_member *found)
{
	bool exact = said->damaged == 0 && found->damaged == 0;

	for (size_t i = 0; i < MXLOG_ARCHIVE_LEVELS; i++)
		if (said->levels[i] < found->levels[i] ||
		    (exact && said->levels[i] != found->levels[i]))
			return false;
	return true;
}

static const char *find_hidden(const struct mxlog_archive_member *said,
    const struct mxlog_archive_member *found)
{
	bool empty = found->min_usec > found->max_usec;

	if (said->lines != found->lines)
		return "its directory counts other lines";
	if (!are_levels_right(said, found))
		return "its directory counts other levels";
	if (!empty &&
	    (said->min_usec > found->min_usec ||
		said->max_usec < found->max_usec))
		return "its directory hides times";
	if (!empty &&
	    (said->min_trace.hi > found->min_trace.hi ||
		said->max_trace.hi < found->max_trace.hi))
		return "its directory hides trace ids";
	/* Fields are then taken from their places in the line. */
	if (said->flags == 0 && said->damaged == 0 &&
	    (found->flags != 0 || found->damaged != 0))
		return "its directory calls lines canonical that are not";
	return NULL;
}

int mxlog_archive_recheck_member(struct mxlog_archive_scan *scan,
    const struct mxlog_archive_directory *dir, size_t member,
    const struct mxlog_ngram_filters *filters, const struct mxlog_buf *content,
    const char **ret)
{
	const struct mxlog_archive_member *said = &dir->members[member];
	struct mxlog_archive_member found;
	const char *hidden = NULL;
	int r = mxlog_archive_scan_member(scan, content->data, content->len,
	    said->flags & MXLOG_MEMBER_CONTINUES, &found);

	if (r < 0)
		return r;
	hidden = find_hidden(said, &found);
	r = hidden ? -EBADMSG : check_names(scan, dir, said, &found, &hidden);
	if (r == 0 && filters &&
	    !mxlog_ngram_filters_hold_all(filters, member,
		mxlog_archive_scan_grams(scan))) {
		hidden = "its directory hides text";
		r = -EBADMSG;
	}
	*ret = hidden;
	return r;
}
