/* SPDX-License-Identifier: Apache-2.0 */
/* ExceptionInfo and StackFrame. */
#pragma once

#include <mxlog/text.h>

MXLOG_BEGIN_DECLS

struct mxlog_exception;

enum {
	MXLOG_EXCEPTION_FRAMES = 1000, /* more frames are refused, -E2BIG */
	MXLOG_EXCEPTION_DEPTH = 32,    /* an exception and its causes */
};

/* A new exception without frames or cause. Invalid UTF-8 becomes U+FFFD. */
MXLOG_EXPORT int mxlog_exception_new(const char *type, size_t type_len,
    const char *message, size_t message_len, struct mxlog_exception **ret);
MXLOG_EXPORT void mxlog_exception_free(struct mxlog_exception *exception);

/* Append a frame, outermost call first as Python prints them; an unknown line
 * is 0, `code` may be NULL. -E2BIG past MXLOG_EXCEPTION_FRAMES. */
MXLOG_EXPORT int mxlog_exception_add_frame(struct mxlog_exception *exception,
    const char *file, size_t file_len, uint32_t line, const char *function,
    size_t function_len, const char *code, size_t code_len);

/* Set what caused it. On success the exception owns the cause and *cause is
 * NULL; on failure the caller still owns it. -E2BIG past
 * MXLOG_EXCEPTION_DEPTH, -EEXIST if it has one. */
MXLOG_EXPORT int mxlog_exception_take_cause(struct mxlog_exception *exception,
    struct mxlog_exception **cause);

/* A new exception with the calling thread's stack as its frames, function,
 * file and line where debug data is there; `skip` innermost frames are left
 * out. */
MXLOG_EXPORT int mxlog_exception_capture(const char *type, unsigned skip,
    struct mxlog_exception **ret, const char *format, ...) MXLOG_PRINTF(4, 5);

/* What it consists of; all is the exception's and valid until its next change.
 * -EINVAL for NULL. */
MXLOG_EXPORT int mxlog_exception_get_type(const struct mxlog_exception
					      *exception,
    struct mxlog_text *ret);
MXLOG_EXPORT int mxlog_exception_get_message(const struct mxlog_exception
						 *exception,
    struct mxlog_text *ret);

struct mxlog_stack_frame {
	size_t size; /* sizeof(struct mxlog_stack_frame), set by the caller */
	struct mxlog_text file, function;
	struct mxlog_text code; /* text is NULL where there is none */
	uint32_t line;          /* 0: unknown */
};

/* The frame at `index`, outermost call first: 1, or 0 past the last. */
MXLOG_EXPORT int mxlog_exception_get_frame(const struct mxlog_exception
					       *exception,
    size_t index, struct mxlog_stack_frame *ret);

/* NULL where there is none. */
MXLOG_EXPORT const struct mxlog_exception *mxlog_exception_get_cause(
    const struct mxlog_exception *exception);

MXLOG_END_DECLS
