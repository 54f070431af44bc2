/* SPDX-License-Identifier: Apache-2.0 */
/* A cursor file that is read names segments and offsets, or is refused. */
#include <stdlib.h>

#include "scan/arrival.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mxlog_catalog none = { 0 };
	struct mxlog_error error = { 0 };
	struct mxlog_arrival arrival;
	struct mxlog_buf out = { 0 };

	if (mxlog_arrival_parse(&arrival, (const char *)data, size, &error) <
	    0) {
		if (error.code == 0)
			abort();
		return 0;
	}
	for (size_t i = 0; i < arrival.n_entries; i++)
		if (arrival.entries[i].dir >= arrival.n_dirs ||
		    arrival.entries[i].name.archived)
			abort();
	mxlog_arrival_apply(&arrival, &none);
	if (mxlog_arrival_format(&arrival, &none, &out) < 0)
		abort();
	mxlog_buf_done(&out);
	mxlog_arrival_done(&arrival);
	return 0;
}
