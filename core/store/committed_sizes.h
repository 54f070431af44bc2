/* SPDX-License-Identifier: Apache-2.0 */
/* Committed sizes: how far each segment was committed to. A zeroed struct has none. */
#pragma once

#include "store/segment.h"

struct mxlog_store_end {
	struct mxlog_segment_name name;
	uint64_t size;
};

/* The list is for free(). */
struct mxlog_committed_sizes {
	struct mxlog_store_end *list;
	size_t n;
	size_t limit; /* private: trimmed where there are so many */
};

void mxlog_committed_sizes_note(struct mxlog_committed_sizes *ends,
    const struct mxlog_segment_name *name, uint64_t size);

/* Ends of segments that are archived by now tell nobody anything. */
void mxlog_committed_sizes_trim(struct mxlog_committed_sizes *ends,
    int log_dir_fd);
