/* SPDX-License-Identifier: Apache-2.0 */
/* Refetch: reads lines again that were found before, mostly in an order near
 * to the stored one, through a few windows. */
#pragma once

#include "scan/catalog.h"

struct mxlog_refetch;

/* `backwards`: lines are asked for from the end. The catalog is borrowed. */
int mxlog_refetch_new(struct mxlog_catalog *catalog, bool backwards,
    struct mxlog_refetch **ret);
void mxlog_refetch_free(struct mxlog_refetch *refetch);

/* 0 and the line, valid until the next call. -ESTALE if it is no longer there:
 * its writer took it back, or its archive was pruned. */
int mxlog_refetch_line(struct mxlog_refetch *refetch, uint32_t segment,
    uint64_t offset, uint32_t len, const char **ret);
