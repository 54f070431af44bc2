/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: which options of mxlog-read go together. What would be ignored is
 * refused, with what to do instead. */
#pragma once

#include "command/mxlog_read_arguments.h"

/* -EINVAL and one line for the first rule that is broken. */
int mxlog_read_rules_check(const struct mxlog_read_arguments *arguments,
    struct mxlog_error *reterr);
