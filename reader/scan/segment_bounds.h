/* SPDX-License-Identifier: Apache-2.0 */
/* Segment span: which times the entries of a segment may have. */
#pragma once

#include "store/segment.h"

/* A segment holds the entries of its UTC day; files that others made may be
 * named after a local day, so that 14 hours more, the largest zone offset,
 * count on either side. Where the first or the last line of a live segment
 * (`fd`, -1: there is none to look at) says something else, the name says
 * nothing: all times are possible. Both ends are inclusive. */
void mxlog_segment_bounds(const struct mxlog_segment_name *name, int fd,
    uint64_t size, int64_t *ret_since_usec, int64_t *ret_until_usec);
