/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding exceptions. */
#include "base/number.h"
#include "entry/ndjson_decoder.h"

static int take_frame_member(struct mxlog_decoder *d,
    struct mxlog_exception *exception, struct mxlog_frame *frame)
{
	struct mxlog_text_span *span = NULL;
	bool line = mxlog_decoder_is_key(d, LITERAL("line"));
	uint64_t number;
	int r;

	if (mxlog_decoder_is_key(d, LITERAL("file")))
		span = &frame->file;
	else if (mxlog_decoder_is_key(d, LITERAL("function")))
		span = &frame->function;
	else if (mxlog_decoder_is_key(d, LITERAL("code")))
		span = &frame->code;
	r = mxlog_decoder_next(d);
	if (r < 0)
		return r;
	if (mxlog_decoder_is_null(d))
		return 0;
	if (span)
		return mxlog_decoder_take_string(d, &exception->bytes, span);
	if (!line)
		return mxlog_decoder_skip(d);
	if (d->token.type != MXLOG_JSON_NUMBER ||
	    mxlog_number_parse_u64(d->token.text, d->token.len, &number) < 0 ||
	    number > UINT32_MAX)
		return mxlog_decoder_refuse(d,
		    "has a frame whose line is no line number");
	frame->line = (uint32_t)number;
	return 0;
}

static int decode_frame(struct mxlog_decoder *d,
    struct mxlog_exception *exception)
{
	struct mxlog_frame frame = { MXLOG_NO_SPAN, MXLOG_NO_SPAN,
		MXLOG_NO_SPAN, 0 };
	struct mxlog_frame *frames;
	int r;

	if (d->token.type != MXLOG_JSON_OBJECT)
		return mxlog_decoder_refuse(d, "has a frame that is no object");
	while ((r = mxlog_decoder_next_key(d)) > 0) {
		r = take_frame_member(d, exception, &frame);
		if (r < 0)
			return r;
	}
	if (r < 0)
		return r;
	if (!MXLOG_IS_SET(frame.file) || !MXLOG_IS_SET(frame.function))
		return mxlog_decoder_refuse(d,
		    "has a frame without file or function");
	if (exception->n_frames == MXLOG_EXCEPTION_FRAMES)
		return mxlog_decoder_refuse(d, "has too many frames");
	frames = mxlog_array_grow(exception->frames, exception->n_frames,
	    &exception->frames_capacity, sizeof(*frames));
	if (!frames)
		return -ENOMEM;
	exception->frames = frames;
	frames[exception->n_frames++] = frame;
	return 0;
}

static int decode_frames(struct mxlog_decoder *d,
    struct mxlog_exception *exception)
{
	int r;

	if (d->token.type != MXLOG_JSON_ARRAY)
		return mxlog_decoder_refuse(d,
		    "has a stack_trace that is no array");
	exception->n_frames = 0;
	for (;;) {
		r = mxlog_decoder_next(d);
		if (r < 0 || d->token.type == MXLOG_JSON_ARRAY_END)
			return r;
		r = decode_frame(d, exception);
		if (r < 0)
			return r;
	}
}

enum {
	SEEN_TYPE = 1,
	SEEN_MESSAGE = 2,
	SEEN_STACK_TRACE = 4,
	SEEN_ALL = 7,
};

static int take_exception_member(struct mxlog_decoder *d, size_t depth,
    struct mxlog_exception *exception, unsigned *seen)
{
	bool type = mxlog_decoder_is_key(d, LITERAL("type"));
	bool message = mxlog_decoder_is_key(d, LITERAL("message"));
	bool frames = mxlog_decoder_is_key(d, LITERAL("stack_trace"));
	bool cause = mxlog_decoder_is_key(d, LITERAL("cause"));
	int r;

	r = mxlog_decoder_next(d);
	if (r < 0)
		return r;
	if (mxlog_decoder_is_null(d))
		return 0;
	*seen |= (type ? SEEN_TYPE : 0U) | (message ? SEEN_MESSAGE : 0U) |
	    (frames ? SEEN_STACK_TRACE : 0U);
	if (type)
		return mxlog_decoder_take_string(d, &exception->bytes,
		    &exception->type);
	if (message)
		return mxlog_decoder_take_string(d, &exception->bytes,
		    &exception->message);
	if (frames)
		return decode_frames(d, exception);
	if (!cause)
		return mxlog_decoder_skip(d);
	mxlog_exception_free(exception->cause);
	exception->cause = NULL;
	return mxlog_decoder_take_exception(d, depth + 1, &exception->cause);
}

int mxlog_decoder_take_exception(struct mxlog_decoder *d, size_t depth,
    struct mxlog_exception **ret)
{
	struct mxlog_exception *exception;
	unsigned seen = 0;
	int r;

	if (d->token.type != MXLOG_JSON_OBJECT)
		return mxlog_decoder_refuse(d, "is no object");
	if (depth == MXLOG_EXCEPTION_DEPTH)
		return mxlog_decoder_refuse(d, "has too many causes");
	r = mxlog_exception_new("", 0, "", 0, &exception);
	if (r < 0)
		return r;
	while ((r = mxlog_decoder_next_key(d)) > 0) {
		r = take_exception_member(d, depth, exception, &seen);
		if (r < 0)
			goto out;
	}
	if (r == 0 && (seen != SEEN_ALL || exception->type.len == 0))
		r = mxlog_decoder_refuse(d,
		    "lacks type, message or stack_trace");
out:
	if (r < 0)
		mxlog_exception_free(exception);
	else
		*ret = exception;
	return r;
}

int mxlog_ndjson_decode_exception(const char *json, size_t len,
    struct mxlog_exception **ret, struct mxlog_error *reterr)
{
	struct mxlog_exception *exception = NULL;
	struct mxlog_decoder d;
	int r;

	r = mxlog_decoder_begin(&d, json, len, reterr);
	if (r < 0)
		return r;
	d.key = "exception";
	r = mxlog_decoder_take_exception(&d, 0, &exception);
	if (r < 0)
		return r;
	r = mxlog_decoder_end(&d);
	if (r < 0) {
		mxlog_exception_free(exception);
		return r;
	}
	*ret = exception;
	return 0;
}
