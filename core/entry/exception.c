/* SPDX-License-Identifier: Apache-2.0 */
#include "entry/exception_private.h"

#include <stdlib.h>

#include "base/sized.h"

int mxlog_exception_store(struct mxlog_exception *exception, const char *text,
    size_t len, struct mxlog_text_span *ret)
{
	return mxlog_text_span_store(&exception->bytes, text, len,
	    MXLOG_EXCEPTION_TEXT, ret, &exception->truncated);
}

int mxlog_exception_new(const char *type, size_t type_len, const char *message,
    size_t message_len, struct mxlog_exception **ret)
{
	if ((!type && type_len > 0) || (!message && message_len > 0) || !ret)
		return -EINVAL;

	struct mxlog_exception *exception = calloc(1, sizeof(*exception));
	int r;

	if (!exception)
		return -ENOMEM;
	r = mxlog_exception_store(exception, type, type_len, &exception->type);
	if (r == 0)
		r = mxlog_exception_store(exception, message, message_len,
		    &exception->message);
	if (r < 0) {
		mxlog_exception_free(exception);
		return r;
	}
	*ret = exception;
	return 0;
}

void mxlog_exception_free(struct mxlog_exception *exception)
{
	while (exception) {
		struct mxlog_exception *cause = exception->cause;

		mxlog_buf_done(&exception->bytes);
		free(exception->frames);
		free(exception);
		exception = cause;
	}
}

int mxlog_exception_add_frame(struct mxlog_exception *exception,
    const char *file, size_t file_len, uint32_t line, const char *function,
    size_t function_len, const char *code, size_t code_len)
{
	if (!exception || (!file && file_len > 0) ||
	    (!function && function_len > 0))
		return -EINVAL;

	struct mxlog_frame *frames, frame = { .code = MXLOG_NO_SPAN };
	int r;

	if (exception->n_frames == MXLOG_EXCEPTION_FRAMES) {
		exception->truncated = true;
		return -E2BIG;
	}
	frames = mxlog_array_grow(exception->frames, exception->n_frames,
	    &exception->frames_capacity, sizeof(*frames));
	if (!frames)
		return -ENOMEM;
	exception->frames = frames;

	frame.line = line;
	r = mxlog_exception_store(exception, file, file_len, &frame.file);
	if (r == 0)
		r = mxlog_exception_store(exception, function, function_len,
		    &frame.function);
	if (r == 0 && code)
		r = mxlog_exception_store(exception, code, code_len,
		    &frame.code);
	if (r < 0)
		return r;
	frames[exception->n_frames++] = frame;
	return 0;
}

size_t mxlog_exception_depth(const struct mxlog_exception *exception)
{
	size_t depth = 0;

	for (; exception; exception = exception->cause)
		depth++;
	return depth;
}

int mxlog_exception_take_cause(struct mxlog_exception *exception,
    struct mxlog_exception **cause)
{
	if (!exception || !cause)
		return -EINVAL;

	if (exception->cause)
		return -EEXIST;
	if (mxlog_exception_depth(*cause) >= MXLOG_EXCEPTION_DEPTH) {
		exception->truncated = true;
		return -E2BIG;
	}
	exception->cause = *cause;
	*cause = NULL;
	return 0;
}

/* ---- reading ---- */

static struct mxlog_text text_at(const struct mxlog_exception *exception,
    struct mxlog_text_span span)
{
	return (struct mxlog_text){ mxlog_exception_text(exception, span),
		span.len };
}

int mxlog_exception_get_type(const struct mxlog_exception *exception,
    struct mxlog_text *ret)
{
	if (!exception || !ret)
		return -EINVAL;
	*ret = text_at(exception, exception->type);
	return 1;
}

int mxlog_exception_get_message(const struct mxlog_exception *exception,
    struct mxlog_text *ret)
{
	if (!exception || !ret)
		return -EINVAL;
	*ret = text_at(exception, exception->message);
	return 1;
}

int mxlog_exception_get_frame(const struct mxlog_exception *exception,
    size_t index, struct mxlog_stack_frame *ret)
{
	struct mxlog_stack_frame known = { 0 };
	const struct mxlog_frame *frame;

	if (!exception || !ret)
		return -EINVAL;
	if (index >= exception->n_frames)
		return 0;
	frame = &exception->frames[index];
	known.file = text_at(exception, frame->file);
	known.function = text_at(exception, frame->function);
	known.line = frame->line;
	if (MXLOG_IS_SET(frame->code))
		known.code = text_at(exception, frame->code);
	return mxlog_sized_give(ret, &known, sizeof(known)) < 0 ? -EINVAL : 1;
}

const struct mxlog_exception *mxlog_exception_get_cause(
    const struct mxlog_exception *exception)
{
	return exception ? exception->cause : NULL;
}
