/* SPDX-License-Identifier: Apache-2.0 */
/* Names: is what stands under this key a secret? */
#pragma once

#include "base/base.h"

enum mxlog_name_kind {
	MXLOG_NAME_OTHER,         /* no secret */
	MXLOG_NAME_SECRET,        /* any value is one */
	MXLOG_NAME_PASSWORD,      /* the same; also password "x" */
	MXLOG_NAME_PASS,          /* pass: passwords, but also counts */
	MXLOG_NAME_TOKENS,        /* tokens: what is no number */
	MXLOG_NAME_PWD,           /* pwd: what is no path */
	MXLOG_NAME_AUTHORIZATION, /* a scheme, then credentials */
	MXLOG_NAME_COOKIE,
};

struct mxlog_name {
	enum mxlog_name_kind kind;
	bool several; /* of more than one word */
	bool loose;   /* words that we don't know follow: token_foo */
};

/* password, api_key, apiKey, X-Api-Key, db.password, client-secret … but not
 * token_count or password_changed_at: see tbl/secret_names.def. */
struct mxlog_name mxlog_name_classify(const char *name, size_t len);
