/* SPDX-License-Identifier: Apache-2.0 */
#include "entry/ndjson_decoder.h"

#include "base/reterr.h"
#include "base/timestamp.h"
#include "base/ulid.h"

int mxlog_decoder_refuse(struct mxlog_decoder *d, const char *rule)
{
	if (d->reterr)
		d->reterr->offset = (size_t)(d->token.text - d->json.start);
	return mxlog_error_set(d->reterr, -EBADMSG, "%s %s", d->key, rule);
}

int mxlog_decoder_no_json(struct mxlog_decoder *d, int code)
{
	if (d->reterr)
		d->reterr->offset = (size_t)(d->json.at - d->json.start);
	return mxlog_error_set(d->reterr, -EBADMSG,
	    code == -E2BIG ? "nested deeper than %d" : "no JSON object",
	    MXLOG_JSON_DEPTH);
}

int mxlog_decoder_begin(struct mxlog_decoder *d, const char *line, size_t len,
    struct mxlog_error *reterr)
{
	d->reterr = reterr;
	d->key = "the line";
	mxlog_json_init(&d->json, line, len);
	return mxlog_decoder_next(d);
}

int mxlog_decoder_take_string(struct mxlog_decoder *d, struct mxlog_buf *bytes,
    struct mxlog_text_span *ret)
{
	size_t before = bytes->len;
	bool truncated = false;
	int r;

	if (d->token.type != MXLOG_JSON_STRING &&
	    d->token.type != MXLOG_JSON_KEY)
		return mxlog_decoder_refuse(d, "is no string");
	if (!d->token.escaped)
		return mxlog_text_span_store(bytes, d->token.text, d->token.len,
		    MXLOG_SPAN_BYTES, ret, &truncated);

	r = mxlog_json_decode(bytes, &d->token);
	if (r == 0)
		r = mxlog_buf_reserve(bytes, MXLOG_SPAN_SLACK);
	if (r < 0)
		return r;
	*ret = (struct mxlog_text_span){ (uint32_t)before,
		(uint32_t)(bytes->len - before) };
	return 0;
}

int mxlog_decoder_take_json(struct mxlog_decoder *d, struct mxlog_buf *bytes,
    struct mxlog_text_span *ret)
{
	size_t before = bytes->len;
	bool truncated = false;
	int r;

	/* Numbers and literals stay as they stand. */
	if (d->token.type >= MXLOG_JSON_NUMBER)
		return mxlog_text_span_store(bytes, d->token.text, d->token.len,
		    MXLOG_SPAN_BYTES, ret, &truncated);
	r = mxlog_json_skip(&d->json, &d->token);
	if (r < 0)
		return mxlog_decoder_no_json(d, r);
	r = mxlog_json_compact(bytes, d->token.text, d->token.len);
	if (r == 0)
		r = mxlog_buf_reserve(bytes, MXLOG_SPAN_SLACK);
	if (r < 0)
		return r;
	*ret = (struct mxlog_text_span){ (uint32_t)before,
		(uint32_t)(bytes->len - before) };
	return 0;
}

int mxlog_decoder_skip(struct mxlog_decoder *d)
{
	int r = mxlog_json_skip(&d->json, &d->token);

	return r < 0 ? mxlog_decoder_no_json(d, r) : 0;
}

int mxlog_decoder_take_time(struct mxlog_decoder *d, int64_t *ret)
{
	if (d->token.type != MXLOG_JSON_STRING || d->token.escaped ||
	    mxlog_timestamp_parse(d->token.text, d->token.len, MXLOG_NO_ZONE,
		ret) < 0)
		return mxlog_decoder_refuse(d,
		    "is no ISO 8601 time with a zone");
	return 0;
}

int mxlog_decoder_take_trace_id(struct mxlog_decoder *d,
    struct mxlog_buf *bytes, struct mxlog_text_span *ret)
{
	struct mxlog_ulid id;
	int r;

	r = mxlog_decoder_take_string(d, bytes, ret);
	if (r < 0 || mxlog_ulid_is_canonical(bytes->data + ret->off, ret->len))
		return r;
	if (mxlog_ulid_parse(bytes->data + ret->off, ret->len, &id) < 0)
		return mxlog_decoder_refuse(d,
		    "is no ULID: 26 characters of Crockford's base32");
	mxlog_ulid_format(bytes->data + ret->off, &id);
	return 0;
}

int mxlog_decoder_check_len(const char *line, size_t len,
    struct mxlog_error *reterr)
{
	size_t max = MXLOG_LINE_MAX - (len == 0 || line[len - 1] != '\n');

	if (len <= max)
		return 0;
	return mxlog_error_set(reterr, -EBADMSG,
	    "the line is longer than %d bytes", MXLOG_LINE_MAX);
}

int mxlog_decoder_not_valid(struct mxlog_error *reterr)
{
	if (reterr)
		reterr->code = -EBADMSG;
	return -EBADMSG;
}

int mxlog_decoder_end(struct mxlog_decoder *d)
{
	int r = mxlog_json_next(&d->json, &d->token);

	return r < 0 ? mxlog_decoder_no_json(d, r) : 0;
}
