/* SPDX-License-Identifier: Apache-2.0 */
/* Structure: which values of JSON are secrets, by the names above and beside
 * them. */
#pragma once

#include "base/json.h"
#include "redact/redact_value.h"

enum mxlog_json_verdict {
	MXLOG_JSON_SEARCH, /* its text may hold secrets, as any text */
	MXLOG_JSON_SECRET,
};

/* A key, string or number, from first to last. A negative value ends it. */
typedef int mxlog_json_judge_fn(void *data,
    const struct mxlog_json_token *token, enum mxlog_json_verdict verdict);

/* Walk the value at the beginning of the text, which stands under `name`. 0 and
 * in *ret_len the length of the value; -EBADMSG, -E2BIG for what is no JSON;
 * what `judge` said. Linear in the length, apart from what is nested deeply. */
int mxlog_json_judge(const char *text, size_t len, struct mxlog_name name,
    mxlog_json_judge_fn *judge, void *data, size_t *ret_len);

/* Do keys of this name hold the name of a secret, or its value, beside each
 * other? */
bool mxlog_json_holds_name(const char *key, size_t len);
bool mxlog_json_holds_value(const char *key, size_t len);
