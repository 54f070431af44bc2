/* SPDX-License-Identifier: Apache-2.0 */
/* Pairs: a name and its secret inside a text, in the forms that logs have:
 * name=value, name: value, "name":"value", \"name\":\"value\", name => 'value',
 * --name value, <name>value</name>, password 'value', "name": "password",
 * "value": "value". */
#pragma once

#include "redact/redact_value.h"

struct mxlog_pair_found {
	size_t name_end;
	struct mxlog_range range; /* of the secret */
	struct mxlog_name name;
	/* The range is {..} or [..], which may be JSON with secrets in it. */
	bool container;
};

/* Look at the name of which a byte is at `at`: true, and where its secret is;
 * else false. In any case ret->name_end is set. Linear in the length of name
 * and value. */
bool mxlog_pair_find(const char *text, size_t len, size_t at,
    struct mxlog_pair_found *ret);
