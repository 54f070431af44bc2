/* SPDX-License-Identifier: Apache-2.0 */
/* Judge: what a text is by itself, where a secret might stand. */
#pragma once

#include "base/base.h"

/* It stands for a value, or for none: empty, null, yes, ***, <redacted>,
 * ${DB_PASSWORD}, $PASS, {{ vault.x }}, %(password)s. */
bool mxlog_judge_is_placeholder(const char *text, size_t len);

/* A number of at most three digits, with a sign, a fraction or a unit: 8, 3/10,
 * 12.5%, 30s. */
bool mxlog_judge_is_small_number(const char *text, size_t len);

/* A number, whatever its length. */
bool mxlog_judge_is_number(const char *text, size_t len);

/* /etc/x.key, ~/x, ./x, C:\x: a file and no secret. */
bool mxlog_judge_is_path(const char *text, size_t len);

/* expired, required, bcrypt, ok: the state or kind of a secret. */
bool mxlog_judge_is_state(const char *text, size_t len);

/* One word of letters: alone it tells too little to be looked for elsewhere. */
bool mxlog_judge_is_word(const char *text, size_t len);

/* No word of a language: from eight bytes on, of letters and digits in turn, or
 * of letters in changing case. */
bool mxlog_judge_is_opaque(const char *text, size_t len);

/* A sentence begins here: "must be at least 8 characters", "No such file or
 * directory", "401 Unauthorized", "context deadline exceeded". */
bool mxlog_judge_is_sentence(const char *text, size_t len);

/* Four words of plain letters, one of which opens sentences. */
bool mxlog_judge_is_prose(const char *text, size_t len);

/* The sentence before the name of a secret says that something went wrong:
 * "failed to refresh" token. `text` ends before the name. */
bool mxlog_judge_is_failing(const char *text, size_t len);
