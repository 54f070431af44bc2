/* SPDX-License-Identifier: Apache-2.0 */
/* Base: what every file of core relies on. */
#pragma once

#include <assert.h>
#include <errno.h>
#include <string.h>

#include <mxlog/error.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)    ((a) < (b) ? (a) : (b))
#define MAX(a, b)    ((a) > (b) ? (a) : (b))

#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/* A thread's variable that is found without a call, also in a library: a few
 * words are always to be had. */
#define MXLOG_FAST_TLS __attribute__((tls_model("initial-exec")))

#define USEC_PER_SEC ((int64_t)1000000)
#define USEC_PER_DAY (86400 * USEC_PER_SEC)

/* A literal and its length, as two arguments. */
#define LITERAL(s) (s), (sizeof(s) - 1)

enum {
	/* No line is longer, its newline included; what would be is cut and
	 * marked when written, and damaged when read. */
	MXLOG_LINE_MAX = 4 * 1024 * 1024,
};
