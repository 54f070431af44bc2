/* SPDX-License-Identifier: Apache-2.0 */
/* Reports: what mxlog-read makes of the matches instead of showing each. */
#pragma once

#include "command/mxlog_read_terminal.h"

/* Make and print the report that the options ask for; the query is spent. */
int mxlog_read_report(struct mxlog_read_options *options,
    struct mxlog_read_terminal *terminal, struct mxlog_reader_stats *stats,
    struct mxlog_error *reterr);
