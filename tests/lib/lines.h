/* SPDX-License-Identifier: Apache-2.0 */
/* Lines: canonical lines as a machine's day has them, the same ones for the
 * same seed. */
#pragma once

#include "base/buf.h"

struct lines {
	uint64_t seed;
	int64_t time_usec; /* of the next line; rises */
	uint64_t n;        /* lines so far */
};

/* Append one line of an entry, or of a metric. */
void lines_add(struct lines *lines, struct mxlog_buf *out);
void lines_add_metric(struct lines *lines, struct mxlog_buf *out);

/* Append lines until `out` holds `len` bytes or a little more. */
void lines_fill(struct lines *lines, size_t len, struct mxlog_buf *out);

/* xorshift64. */
uint64_t lines_random(struct lines *lines);
