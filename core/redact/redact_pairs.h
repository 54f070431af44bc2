/* SPDX-License-Identifier: Apache-2.0 */
/* Pairs: a name and its secret inside a text, in the forms that logs have:
 * name=value, name: value, "name":"value", \"name\":\"value\", name => 'value',
 * --name value, <name>value</name>, password 'value', "name": "password",
 * "value": "value". */
#pragma once

#include "redact/redact_value.h"

/* Look at the name of which a byte is at `at`: true, and where its secret is;
 * else false. In any case *ret_end is the name's end. Linear in the length of
 * name and value. */
bool mxlog_pair_find(const char *text, size_t len, size_t at, size_t *ret_end,
    struct mxlog_range *ret);
