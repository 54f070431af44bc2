/* SPDX-License-Identifier: Apache-2.0 */
/* What an exception is made of. */
#pragma once

#include <mxlog/exception.h>

#include "buf.h"

/* A piece of somebody's byte buffer. */
struct mxlog_span {
	uint32_t off; /* MXLOG_ABSENT: there is none */
	uint32_t len;
};
#define MXLOG_ABSENT       UINT32_MAX
#define MXLOG_NO_SPAN      ((struct mxlog_span){ .off = MXLOG_ABSENT, .len = 0 })
#define MXLOG_IS_SET(span) ((span).off != MXLOG_ABSENT)

struct mxlog_frame {
	struct mxlog_span file;
	struct mxlog_span function;
	struct mxlog_span code; /* may be absent */
	uint32_t line;
};

struct mxlog_exception {
	struct mxlog_buf bytes;
	struct mxlog_span type;
	struct mxlog_span message;
	struct mxlog_frame *frames;
	size_t n_frames, frames_capacity;
	struct mxlog_exception *cause; /* owned, or NULL */
};

int mxlog_exception_store(struct mxlog_exception *exception, const char *text,
    size_t len, struct mxlog_span *ret);
