/* SPDX-License-Identifier: Apache-2.0 */
#include "reader_private.h"

int mxlog_reader_patterns(struct mxlog_reader *reader,
    struct mxlog_patterns **ret, struct mxlog_error *reterr)
{
	struct mxlog_patterns *patterns;
	int r;

	if (!reader || !ret || reader->started)
		return mxlog_error_set(reterr, -EINVAL,
		    "expected a reader that was not read from");
	if (reader->query->metrics)
		return mxlog_error_set(reterr, -EINVAL,
		    "expected a query of entries: metrics have no message");
	r = mxlog_patterns_new(&patterns);
	if (r < 0)
		return r;
	reader->wants_patterns = true;
	r = mxlog_reader_count_stored(reader);
	for (unsigned i = 0; r >= 0 && i < reader->n_workers; i++)
		r = mxlog_patterns_merge(patterns, reader->workers[i].patterns);
	reader->wants_patterns = false;
	if (r >= 0)
		r = mxlog_patterns_finish(patterns);
	if (r < 0) {
		mxlog_patterns_free(patterns);
		return r;
	}
	*ret = patterns;
	return 0;
}
