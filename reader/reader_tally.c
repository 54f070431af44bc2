/* SPDX-License-Identifier: Apache-2.0 */
#include "reader_private.h"

int mxlog_reader_tally(struct mxlog_reader *reader, const char *fields,
    struct mxlog_tally **ret, struct mxlog_error *reterr)
{
	struct mxlog_tally *tally;
	int r;

	assert(!reader->started);
	r = mxlog_tally_new(fields, reader->query->metrics, &tally, reterr);
	if (r < 0)
		return r;
	reader->tally_fields = fields;
	reader->levels = mxlog_tally_takes_levels(tally) ? tally : NULL;
	r = mxlog_reader_count_stored(reader);
	for (unsigned i = 0; r >= 0 && i < reader->n_hands; i++)
		r = mxlog_tally_merge(tally, reader->hands[i].tally);
	reader->tally_fields = NULL;
	reader->levels = NULL;
	if (r < 0) {
		mxlog_tally_free(tally);
		return r == -E2BIG
		    ? mxlog_error_set(reterr, r,
			  "%.100s has too many different values to be counted",
			  fields)
		    : r;
	}
	mxlog_tally_sort(tally);
	*ret = tally;
	return 0;
}
