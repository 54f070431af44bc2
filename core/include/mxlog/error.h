/* SPDX-License-Identifier: Apache-2.0 */
/* What every public header of mxlog relies on.
 *
 * In every header: functions that can fail return 0 or a negative errno;
 * `ret*` is written only on success, `reterr` only on failure; `*_free()`
 * accepts NULL; a handle belongs to one thread at a time. Times are
 * microseconds since 1970-01-01T00:00:00Z. Strings are UTF-8 with a length;
 * no NUL is needed behind them and none is promised, unless said. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define MXLOG_BEGIN_DECLS extern "C" {
#define MXLOG_END_DECLS   }
#else
#define MXLOG_BEGIN_DECLS
#define MXLOG_END_DECLS
#endif

#define MXLOG_EXPORT       __attribute__((visibility("default")))
#define MXLOG_PRINTF(f, a) __attribute__((format(printf, f, a)))

MXLOG_BEGIN_DECLS

/* Why a configuration, query or line was refused. Filled without malloc. */
struct mxlog_error {
	int code;        /* the negative errno that was returned, too */
	size_t offset;   /* byte of the input where it was noticed */
	unsigned line;   /* 1-based, 0 where the input has no lines */
	unsigned column; /* 1-based, in characters */
	char text[240];  /* one line for a person, no newline */
};

MXLOG_END_DECLS
