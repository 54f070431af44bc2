/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_build.h"

#include "base/json.h"
#include "base/number.h"

static void add(struct mxlog_json_build *build, const char *text, size_t len)
{
	if (build->r == 0)
		build->r = mxlog_buf_add(build->out, text, len);
}

/* A comma, unless what follows is the first of its container, or a value. */
static void separate(struct mxlog_json_build *build)
{
	const struct mxlog_buf *out = build->out;

	if (out->len > 0 && !strchr("{[:", out->data[out->len - 1]))
		add(build, ",", 1);
}

void mxlog_json_open(struct mxlog_json_build *build, char bracket)
{
	separate(build);
	add(build, &bracket, 1);
}

void mxlog_json_close(struct mxlog_json_build *build, char bracket)
{
	add(build, &bracket, 1);
}

void mxlog_json_add_key(struct mxlog_json_build *build, const char *key)
{
	mxlog_json_add_text(build, key);
	add(build, ":", 1);
}

void mxlog_json_add_text_len(struct mxlog_json_build *build, const char *text,
    size_t len)
{
	separate(build);
	if (build->r == 0)
		build->r = mxlog_json_quote(build->out, text, len);
}

void mxlog_json_add_text(struct mxlog_json_build *build, const char *text)
{
	if (text)
		mxlog_json_add_text_len(build, text, strlen(text));
	else
		mxlog_json_add_raw(build, LITERAL("null"));
}

void mxlog_json_add_bool(struct mxlog_json_build *build, bool value)
{
	mxlog_json_add_raw(build, value ? "true" : "false", value ? 4 : 5);
}

void mxlog_json_add_u64(struct mxlog_json_build *build, uint64_t value)
{
	char text[MXLOG_NUMBER_MAX];

	mxlog_json_add_raw(build, text, mxlog_number_format_u64(text, value));
}

void mxlog_json_add_double(struct mxlog_json_build *build, double value)
{
	char text[MXLOG_NUMBER_MAX];

	mxlog_json_add_raw(build, text,
	    mxlog_number_format_double(text, value));
}

void mxlog_json_add_raw(struct mxlog_json_build *build, const char *json,
    size_t len)
{
	separate(build);
	add(build, json, len);
}

int mxlog_json_finish(struct mxlog_json_build *build, char **ret)
{
	if (build->r == 0)
		build->r = mxlog_buf_add_char(build->out, '\0');
	if (build->r < 0) {
		mxlog_buf_done(build->out);
		return build->r;
	}
	*ret = build->out->data;
	*build->out = (struct mxlog_buf){ 0 };
	return 0;
}
