/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_batch.h"

#include <stdlib.h>

enum {
	GROUPS_KEEP = 16, /* between batches, with so much memory */
	FIRST_KEEP_BYTES = 4 * 1024 * 1024,
	OTHERS_KEEP_BYTES = 64 * 1024,
};

void mxlog_store_batch_reset(struct mxlog_store_batch *batch)
{
	for (size_t i = 0; i < batch->n_groups; i++) {
		struct mxlog_buf *lines = &batch->groups[i].lines;

		lines->len = 0;
		if (i >= GROUPS_KEEP ||
		    lines->capacity >
			(i == 0 ? FIRST_KEEP_BYTES : OTHERS_KEEP_BYTES))
			mxlog_buf_done(lines);
	}
	batch->n_groups = MIN(batch->n_groups, (size_t)GROUPS_KEEP);
	batch->last = 0;
	batch->pending = 0;
}

void mxlog_store_batch_done(struct mxlog_store_batch *batch)
{
	for (size_t i = 0; i < batch->n_groups; i++)
		mxlog_buf_done(&batch->groups[i].lines);
	free(batch->groups);
}

static int begin_group(struct mxlog_store_batch *batch, enum mxlog_kind kind,
    int32_t day, size_t *ret)
{
	size_t n = batch->n_groups, at = n;
	struct mxlog_store_group *groups;

	for (size_t i = 0; i < n && at == n; i++)
		if (batch->groups[i].lines.len == 0)
			at = i;
	if (at == n) {
		groups = reallocarray(batch->groups, n + 1, sizeof(groups[0]));
		if (!groups)
			return -ENOMEM;
		groups[n] = (struct mxlog_store_group){ 0 };
		batch->groups = groups;
		batch->n_groups++;
	}
	batch->groups[at].kind = kind;
	batch->groups[at].day = day;
	*ret = at;
	return 0;
}

static bool is_group(const struct mxlog_store_group *group,
    enum mxlog_kind kind, int32_t day)
{
	return group->lines.len > 0 && group->kind == kind && group->day == day;
}

static int find_group(struct mxlog_store_batch *batch, enum mxlog_kind kind,
    int32_t day, size_t *ret)
{
	for (size_t i = 0; i < batch->n_groups; i++) {
		if (is_group(&batch->groups[i], kind, day)) {
			*ret = i;
			return 0;
		}
	}
	return begin_group(batch, kind, day, ret);
}

int mxlog_store_batch_lines(struct mxlog_store_batch *batch,
    enum mxlog_kind kind, int32_t day, struct mxlog_buf **ret)
{
	size_t at = batch->last;
	int r = 0;

	if (at >= batch->n_groups || !is_group(&batch->groups[at], kind, day))
		r = find_group(batch, kind, day, &at);
	if (r < 0)
		return r;
	batch->last = at;
	*ret = &batch->groups[at].lines;
	return 0;
}
