/* SPDX-License-Identifier: Apache-2.0 */
/* What every public header of mxlog relies on.
 *
 * In every header: functions that can fail return 0 or a negative errno;
 * `ret*` is written only on success, `reterr` only on failure; `*_free()`
 * accepts NULL; a handle belongs to one thread at a time. Times are
 * microseconds since 1970-01-01T00:00:00Z. Strings are UTF-8 with a length;
 * no NUL is needed after them and none is promised, unless said. NULL where an
 * object or a result is asked for, and a number out of its range, are -EINVAL.
 *
 * A struct that begins with `size` may grow at its end: its user sets that
 * member to what sizeof says, and the library writes and reads no more. All
 * others keep their layout. */
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

/* Fill `reterr`, unless it is NULL, and return `code`, a negative errno: for
 * modules and handlers that refuse something themselves. What would break the
 * line (control characters) is replaced by '?'. */
MXLOG_EXPORT int mxlog_error_set(struct mxlog_error *reterr, int code,
    const char *format, ...) MXLOG_PRINTF(3, 4);

/* Of `n` names the one nearest to `text` by edit distance, if it is near enough
 * to be meant (a third of its length); else the first that begins with it; else
 * NULL: for "did you mean …?". */
MXLOG_EXPORT const char *mxlog_error_nearest(const char *text, size_t len,
    const char *const *names, size_t n);

MXLOG_END_DECLS
