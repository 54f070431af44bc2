/* SPDX-License-Identifier: Apache-2.0 */
/* JSON build: appends a JSON text piece by piece, without spaces. The first
 * failure stays: what follows it does nothing. */
#pragma once

#include "base/buf.h"

/* Set `out`, zero the rest; look at `r` (0 or -ENOMEM) when done. */
struct mxlog_json_build {
	struct mxlog_buf *out;
	int r;
};

/* Commas come by themselves, before keys and elements. */
void mxlog_json_open(struct mxlog_json_build *build, char bracket);
void mxlog_json_close(struct mxlog_json_build *build, char bracket);
void mxlog_json_add_key(struct mxlog_json_build *build, const char *key);

/* Valid UTF-8; NULL is null. */
void mxlog_json_add_text(struct mxlog_json_build *build, const char *text);
void mxlog_json_add_text_len(struct mxlog_json_build *build, const char *text,
    size_t len);
void mxlog_json_add_bool(struct mxlog_json_build *build, bool value);
void mxlog_json_add_u64(struct mxlog_json_build *build, uint64_t value);
void mxlog_json_add_double(struct mxlog_json_build *build, double value);

/* A value that is JSON already. */
void mxlog_json_add_raw(struct mxlog_json_build *build, const char *json,
    size_t len);

/* Hand what was built over as a string that the caller frees, or free it and
 * return the failure. */
int mxlog_json_finish(struct mxlog_json_build *build, char **ret);
