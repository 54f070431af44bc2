/* SPDX-License-Identifier: Apache-2.0 */
/* Decoder: a line being read, token by token, into somebody's byte buffer; what
 * entries, metrics and exceptions have in common. */
#pragma once

#include "base/json.h"
#include "entry/ndjson.h"

struct mxlog_decoder {
	struct mxlog_json json;
	struct mxlog_json_token token; /* the one that was read last */
	struct mxlog_error *reterr;
	const char *key; /* of the member that is being read, for messages */
};

/* Begin with the first token. -EBADMSG as all of these, with reterr filled,
 * or -ENOMEM. */
int mxlog_decoder_begin(struct mxlog_decoder *d, const char *line, size_t len,
    struct mxlog_error *reterr);

/* Nothing but white space may follow. */
int mxlog_decoder_end(struct mxlog_decoder *d);

/* Say why the line is refused: "<key> <rule>". Returns -EBADMSG. */
int mxlog_decoder_refuse(struct mxlog_decoder *d, const char *rule);

/* The same where the scanner returned `code`. */
int mxlog_decoder_no_json(struct mxlog_decoder *d, int code);

/* What breaks a rule is no entry: the line is damaged. Returns -EBADMSG. */
int mxlog_decoder_not_valid(struct mxlog_error *reterr);

/* -EBADMSG for a line that is longer than MXLOG_LINE_MAX, newline included. */
int mxlog_decoder_check_len(const char *line, size_t len,
    struct mxlog_error *reterr);

/* The next token; the text must go on. */
static inline int mxlog_decoder_next(struct mxlog_decoder *d)
{
	int r = mxlog_json_next(&d->json, &d->token);

	return LIKELY(r > 0) ? 0 : mxlog_decoder_no_json(d, r);
}

/* Step to the next member's key: 1, or 0 at the object's end. */
static inline int mxlog_decoder_next_key(struct mxlog_decoder *d)
{
	int r = mxlog_decoder_next(d);

	return r < 0 ? r : d->token.type == MXLOG_JSON_KEY;
}

/* Read a line's members to its end: `fn` is called at each key, and reads its
 * value. The first error ends it. */
typedef int mxlog_decoder_member(struct mxlog_decoder *d, void *data);

static inline int mxlog_decoder_members(struct mxlog_decoder *d,
    mxlog_decoder_member *fn, void *data)
{
	int r;

	if (d->token.type != MXLOG_JSON_OBJECT)
		return mxlog_decoder_refuse(d, "is no JSON object");
	while ((r = mxlog_decoder_next_key(d)) > 0) {
		r = fn(d, data);
		if (r < 0)
			return r;
	}
	return r < 0 ? r : mxlog_decoder_end(d);
}

static inline bool mxlog_decoder_is_null(const struct mxlog_decoder *d)
{
	return d->token.type == MXLOG_JSON_NULL;
}

/* Compare the key that was read. */
static inline bool mxlog_decoder_is_key(const struct mxlog_decoder *d,
    const char *key, size_t len)
{
	return mxlog_json_equals(&d->token, key, len);
}

/* Pass over the rest of the value that the token begins. */
int mxlog_decoder_skip(struct mxlog_decoder *d);

/* Store the string or key that is the token, decoded. */
int mxlog_decoder_take_string(struct mxlog_decoder *d, struct mxlog_buf *bytes,
    struct mxlog_text_span *ret);

/* Store the token, or the whole container that it begins, as canonical JSON. */
int mxlog_decoder_take_json(struct mxlog_decoder *d, struct mxlog_buf *bytes,
    struct mxlog_text_span *ret);

/* The token as a time, of whatever zone it names. */
int mxlog_decoder_take_time(struct mxlog_decoder *d, int64_t *ret);

/* Store the token as a trace_id in the form that we write. */
int mxlog_decoder_take_trace_id(struct mxlog_decoder *d,
    struct mxlog_buf *bytes, struct mxlog_text_span *ret);

/* The exception that begins at the token, `depth` causes deep in another. */
int mxlog_decoder_take_exception(struct mxlog_decoder *d, size_t depth,
    struct mxlog_exception **ret);
