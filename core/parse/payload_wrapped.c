/* SPDX-License-Identifier: Apache-2.0 */
/* What others put around a line of an application: a container runtime its
 * file's form, rsyslogd its count of equal messages. */
#include "base/number.h"
#include "base/timestamp.h"
#include "parse/payload_private.h"

enum {
	TIME_MAX = 64,
};

struct text {
	const char *at, *end;
};

static bool take(struct text *text, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(text->end - text->at) < len ||
	    memcmp(text->at, word, len) != 0)
		return false;
	text->at += len;
	return true;
}

/* The runtime's time is as a payload's: it counts if it is near the
 * transport's, else it stays in context. */
static int keep_time(struct mxlog_lift *lift, const char *time, size_t len)
{
	struct mxlog_json_token token = { .type = MXLOG_JSON_STRING,
		.text = time,
		.len = len };
	int64_t time_usec;

	if (mxlog_lift_time(lift, &token, &time_usec)) {
		mxlog_entry_set_time(lift->entry, time_usec);
		return 0;
	}
	return mxlog_entry_add_context(lift->entry, LITERAL("time"), time, len);
}

static int keep_stream(struct mxlog_lift *lift, const char *stream, size_t len)
{
	return mxlog_entry_add_context(lift->entry, LITERAL("stream"), stream,
	    len);
}

/* ---- CRI ---- */

/* 2026-11-20T10:00:00.123456789Z stdout F the line */
static int unwrap_cri(struct mxlog_lift *lift, struct text *text)
{
	const char *space = memchr(text->at, ' ',
	    MIN((size_t)(text->end - text->at), TIME_MAX));
	struct text rest = { space ? space + 1 : text->end, text->end };
	const char *time = text->at;
	int64_t ignored;
	bool partial, err;
	int r;

	if (!space || space - time < 20 || time[10] != 'T')
		return 0;
	err = take(&rest, "stderr ");
	if (!err && !take(&rest, "stdout "))
		return 0;
	partial = take(&rest, "P ");
	if (!partial && !take(&rest, "F ") && !take(&rest, "F"))
		return 0;
	if ((rest.at[-1] != ' ' && rest.at < rest.end) ||
	    mxlog_timestamp_parse(time, (size_t)(space - time), MXLOG_NO_ZONE,
		&ignored) < 0)
		return 0;
	r = keep_time(lift, time, (size_t)(space - time));
	if (r == 0)
		r = err ? keep_stream(lift, LITERAL("stderr"))
			: keep_stream(lift, LITERAL("stdout"));
	if (r == 0 && partial)
		r = mxlog_entry_add_context_json(lift->entry,
		    LITERAL("partial"), LITERAL("true"));
	*text = rest;
	return r < 0 ? r : 1;
}

/* ---- Docker's json-file ---- */

struct docker {
	struct mxlog_json_token log, stream, attrs, time;
};

static bool is_key(const struct mxlog_json_token *key, const char *name)
{
	return mxlog_json_equals(key, name, strlen(name));
}

/* {"log":"the line\n","stream":"stdout","attrs":{…},"time":"…"}, and nothing
 * else in it. */
static bool read_docker(const struct text *text, struct docker *ret)
{
	struct mxlog_json_token token, value, *at;
	struct mxlog_json json;
	int r;

	*ret = (struct docker){ 0 };
	mxlog_json_init(&json, text->at, (size_t)(text->end - text->at));
	if (mxlog_json_next(&json, &token) <= 0)
		return false;
	while ((r = mxlog_json_next_member(&json, &token, &value)) > 0) {
		at = is_key(&token, "log")     ? &ret->log
		    : is_key(&token, "stream") ? &ret->stream
		    : is_key(&token, "time")   ? &ret->time
		    : is_key(&token, "attrs")  ? &ret->attrs
					       : NULL;
		if (!at || at->text ||
		    (value.type == MXLOG_JSON_STRING) != (at != &ret->attrs))
			return false;
		if (mxlog_json_skip(&json, &value) < 0)
			return false;
		*at = value;
	}
	return r == 0 && mxlog_json_next(&json, &token) == 0 && ret->log.text &&
	    ret->time.text &&
	    (is_key(&ret->stream, "stdout") || is_key(&ret->stream, "stderr"));
}

static int unwrap_docker(struct mxlog_lift *lift, struct text *text)
{
	struct text start = *text;
	struct docker docker;
	int r;

	if (lift->unwrapped.len > 0 || !take(&start, "{\"log\":\"") ||
	    !read_docker(text, &docker))
		return 0;
	lift->unwrapped.len = 0;
	r = mxlog_json_decode(&lift->unwrapped, &docker.log);
	if (r == 0)
		r = keep_time(lift, docker.time.text, docker.time.len);
	if (r == 0)
		r = keep_stream(lift, docker.stream.text, docker.stream.len);
	if (r == 0 && docker.attrs.text)
		r = mxlog_entry_add_context_json(lift->entry, LITERAL("attrs"),
		    docker.attrs.text, docker.attrs.len);
	if (r < 0)
		return r;
	text->at = lift->unwrapped.data;
	text->end = text->at + lift->unwrapped.len;
	if (text->end > text->at && text->end[-1] == '\n')
		text->end--;
	return 1;
}

/* ---- rsyslogd's repeated messages ---- */

/* message repeated 3 times: [ the line], and nothing else */
static int unwrap_repeated(struct mxlog_lift *lift, struct text *text)
{
	struct text rest = *text;
	const char *digits;
	int64_t times;
	int r;

	if (!take(&rest, "message repeated "))
		return 0;
	digits = rest.at;
	while (rest.at < rest.end && *rest.at >= '0' && *rest.at <= '9')
		rest.at++;
	if (mxlog_number_parse_i64(digits, (size_t)(rest.at - digits), &times) <
		0 ||
	    !take(&rest, " times: [") || rest.at == rest.end ||
	    rest.end[-1] != ']')
		return 0;
	rest.end--;
	(void)take(&rest, " ");
	r = mxlog_entry_add_context_int(lift->entry, LITERAL("repeated"),
	    times);
	*text = rest;
	return r < 0 ? r : 1;
}

int mxlog_payload_unwrap(struct mxlog_lift *lift, const char **text,
    size_t *len)
{
	struct text at = { *text, *text + *len };
	int r = 0;

	if (*len == 0)
		return 0;
	if (*at.at == 'm')
		r = unwrap_repeated(lift, &at);
	if (r == 0 && at.at < at.end && *at.at == '{')
		r = unwrap_docker(lift, &at);
	else if (r == 0 && at.at < at.end && *at.at >= '0' && *at.at <= '9')
		r = unwrap_cri(lift, &at);
	if (r < 0)
		return r == -E2BIG ? 0 : r;
	*text = at.at;
	*len = (size_t)(at.end - at.at);
	return r;
}
