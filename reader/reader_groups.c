/* SPDX-License-Identifier: Apache-2.0 */
#include "reader_private.h"

int mxlog_reader_groups(struct mxlog_reader *reader, const char *fields,
    struct mxlog_groups **ret, struct mxlog_error *reterr)
{
	if (!reader || !fields)
		return -EINVAL;

	struct mxlog_groups *groups;
	int r;

	assert(!reader->started);
	r = mxlog_groups_new(fields, reader->query->metrics, &groups, reterr);
	if (r < 0)
		return r;
	reader->groups_fields = fields;
	reader->levels = mxlog_groups_takes_levels(groups) ? groups : NULL;
	r = mxlog_reader_count_stored(reader);
	for (unsigned i = 0; r >= 0 && i < reader->n_workers; i++)
		r = mxlog_groups_merge(groups, reader->workers[i].groups);
	reader->groups_fields = NULL;
	reader->levels = NULL;
	if (r >= 0)
		r = mxlog_groups_finish(groups);
	if (r < 0)
		mxlog_groups_free(groups);
	else
		*ret = groups;
	return r < 0 ? r : 0;
}
