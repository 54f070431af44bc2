/* SPDX-License-Identifier: Apache-2.0 */
/* Context: the lines that stand around each match in time. */
#pragma once

#include "command/mxlog_read_terminal.h"

/* Show all matches that the reader finds, each with its neighbours, once. */
int mxlog_read_context_show(const struct mxlog_read_options *options,
    struct mxlog_reader *matches, struct mxlog_read_printer *printer,
    struct mxlog_read_terminal *terminal, struct mxlog_error *reterr);
