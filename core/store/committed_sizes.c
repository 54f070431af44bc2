/* SPDX-License-Identifier: Apache-2.0 */
#include "store/committed_sizes.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum {
	ENDS_MAX = 256, /* then those that are gone are looked for */
};

void mxlog_committed_sizes_note(struct mxlog_committed_sizes *ends,
    const struct mxlog_segment_name *name, uint64_t size)
{
	struct mxlog_store_end *list;

	for (size_t i = 0; i < ends->n; i++) {
		if (mxlog_segment_compare(&ends->list[i].name, name) == 0) {
			ends->list[i].size = size;
			return;
		}
	}
	list = reallocarray(ends->list, ends->n + 1, sizeof(*list));
	if (!list)
		return; /* a restart then reads some more */
	ends->list = list;
	list[ends->n++] =
	    (struct mxlog_store_end){ .name = *name, .size = size };
}

void mxlog_committed_sizes_trim(struct mxlog_committed_sizes *ends,
    int log_dir_fd)
{
	size_t kept = 0;

	if (ends->n < MAX(ends->limit, (size_t)ENDS_MAX))
		return;
	for (size_t i = 0; i < ends->n; i++) {
		const struct mxlog_segment_name *name = &ends->list[i].name;
		char text[MXLOG_SEGMENT_NAME_MAX];
		char path[MXLOG_SEGMENT_NAME_MAX + 16];
		struct stat st;

		mxlog_segment_format(text, name);
		(void)snprintf(path, sizeof(path), "./%s/%s",
		    mxlog_segment_dir(name->kind, false), text);
		if (fstatat(log_dir_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 ||
		    errno != ENOENT)
			ends->list[kept++] = ends->list[i];
	}
	ends->n = kept;
	ends->limit = 2 * kept; /* not at every commit */
}
