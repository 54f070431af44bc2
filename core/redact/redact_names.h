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
	MXLOG_NAME_CODE,   /* four to eight digits, or what is opaque */
	MXLOG_NAME_OPAQUE, /* what is opaque: no word, no number */
	MXLOG_NAME_QUERY,  /* the same, in the query of a URL: code, state */
	MXLOG_NAME_KEY,    /* x_key: the same, and no path */
};

struct mxlog_name {
	enum mxlog_name_kind kind;
	bool several; /* of more than one word */
	bool loose;   /* words that we don't know follow: token_foo */
	bool class;   /* it may be that of a class: TokenFilter, tokenFilter */
	bool passwd;  /* that alone: x says that it is kept elsewhere */
	bool key; /* the last word is key: what has the form of a path is one */
};

/* password, api_key, apiKey, X-Api-Key, db.password, client-secret … but not
 * token_count or password_changed_at: see tbl/secret_names.def. */
struct mxlog_name mxlog_name_classify(const char *name, size_t len);

/* user_name, type, id: the last word says that this is about something. */
bool mxlog_name_is_about(const char *name, size_t len);
