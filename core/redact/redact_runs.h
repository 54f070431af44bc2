/* SPDX-License-Identifier: Apache-2.0 */
/* Runs: tokens without a fixed prefix that are long runs of letters and digits
 * with something telling around them. */
#pragma once

#include "redact/redact_value.h"

/* Look at the run of letters and digits around `at`: its end in *ret_end; true,
 * the rule and the token if it is one. Linear in its length. */
bool mxlog_run_find(const char *text, size_t len, size_t at, size_t *ret_end,
    unsigned *ret_rule, struct mxlog_range *ret);
