/* SPDX-License-Identifier: Apache-2.0 */
/* What an exception is made of. */
#pragma once

#include <mxlog/exception.h>

#include "base/text_span.h"

enum {
	MXLOG_EXCEPTION_TEXT = 1024 * 1024, /* bytes of each of its texts */
};

struct mxlog_frame {
	struct mxlog_text_span file;
	struct mxlog_text_span function;
	struct mxlog_text_span code; /* may be absent */
	uint32_t line;
};

struct mxlog_exception {
	struct mxlog_buf bytes;
	struct mxlog_text_span type;
	struct mxlog_text_span message;
	struct mxlog_frame *frames;
	size_t n_frames, frames_capacity;
	struct mxlog_exception *cause; /* owned, or NULL */
	bool truncated;                /* something was cut */
};

static inline const char *mxlog_exception_text(const struct mxlog_exception
						   *exception,
    struct mxlog_text_span span)
{
	return exception->bytes.data + span.off;
}

int mxlog_exception_store(struct mxlog_exception *exception, const char *text,
    size_t len, struct mxlog_text_span *ret);

/* The exception and its causes, counted. */
size_t mxlog_exception_depth(const struct mxlog_exception *exception);
