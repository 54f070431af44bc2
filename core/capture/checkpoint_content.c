/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/checkpoint_content.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/number.h"
#include "extern/digest.h"

#define DIGEST_MEMBER ",\"sha256\":\""
#define DIGEST_END    "\"}\n"

int mxlog_checkpoint_content_init(struct mxlog_checkpoint_content *position,
    const char *source, const char *key)
{
	*position = (struct mxlog_checkpoint_content){
		.source = strdup(source),
		.key = strdup(key),
	};
	return position->source && position->key ? 0 : -ENOMEM;
}

void mxlog_checkpoint_content_clear(struct mxlog_checkpoint_content *position)
{
	for (size_t i = 0; i < position->n_cursors; i++) {
		free(position->cursors[i].stream);
		free(position->cursors[i].text);
	}
	for (size_t i = 0; i < position->n_sizes; i++)
		free(position->sizes[i].segment);
	free(position->cursors);
	free(position->sizes);
	position->cursors = NULL;
	position->sizes = NULL;
	position->n_cursors = position->n_sizes = 0;
}

void mxlog_checkpoint_content_done(struct mxlog_checkpoint_content *position)
{
	mxlog_checkpoint_content_clear(position);
	free(position->source);
	free(position->key);
	*position = (struct mxlog_checkpoint_content){ 0 };
}

struct mxlog_checkpoint_content_cursor *mxlog_checkpoint_content_find_cursor(
    const struct mxlog_checkpoint_content *position, const char *stream)
{
	for (size_t i = 0; i < position->n_cursors; i++)
		if (strcmp(position->cursors[i].stream, stream) == 0)
			return &position->cursors[i];
	return NULL;
}

struct mxlog_checkpoint_content_size *mxlog_checkpoint_content_find_size(
    const struct mxlog_checkpoint_content *position, const char *segment)
{
	for (size_t i = 0; i < position->n_sizes; i++)
		if (strcmp(position->sizes[i].segment, segment) == 0)
			return &position->sizes[i];
	return NULL;
}

static int add_cursor(struct mxlog_checkpoint_content *position,
    const char *stream, char *text)
{
	struct mxlog_checkpoint_content_cursor *list =
	    reallocarray(position->cursors, position->n_cursors + 1,
		sizeof(*list));
	char *name = strdup(stream);

	if (list)
		position->cursors = list;
	if (!list || !name) {
		free(name);
		return -ENOMEM;
	}
	list[position->n_cursors++] =
	    (struct mxlog_checkpoint_content_cursor){ .stream = name,
		    .text = text };
	return 0;
}

int mxlog_checkpoint_content_set_cursor(struct mxlog_checkpoint_content
					    *position,
    const char *stream, const char *cursor)
{
	struct mxlog_checkpoint_content_cursor *old =
	    mxlog_checkpoint_content_find_cursor(position, stream);
	char *copy;
	int r;

	if (old && strcmp(old->text, cursor) == 0)
		return 0;
	copy = strdup(cursor);
	if (!copy)
		return -ENOMEM;
	if (old) {
		free(old->text);
		old->text = copy;
		return 0;
	}
	r = add_cursor(position, stream, copy);
	if (r < 0)
		free(copy);
	return r;
}

int mxlog_checkpoint_content_set_size(struct mxlog_checkpoint_content *position,
    const char *segment, uint64_t end)
{
	struct mxlog_checkpoint_content_size *old =
	    mxlog_checkpoint_content_find_size(position, segment);
	struct mxlog_checkpoint_content_size *list;
	char *name;

	if (old) {
		old->end = end;
		return 0;
	}
	name = strdup(segment);
	list =
	    reallocarray(position->sizes, position->n_sizes + 1, sizeof(*list));
	if (list)
		position->sizes = list;
	if (!list || !name) {
		free(name);
		return -ENOMEM;
	}
	list[position->n_sizes++] =
	    (struct mxlog_checkpoint_content_size){ .segment = name,
		    .end = end };
	return 0;
}

/* ---- reading its text ---- */

/* The next token must be of that type; its text is decoded into `buf`, with a
 * NUL behind it. */
static int expect(struct mxlog_json *json, enum mxlog_json_type type,
    struct mxlog_buf *buf)
{
	struct mxlog_json_token token;
	int r = mxlog_json_next(json, &token);

	if (r <= 0 || token.type != type)
		return -EBADMSG;
	if (!buf)
		return 0;
	buf->len = 0;
	r = mxlog_json_decode(buf, &token);
	if (r == 0)
		r = mxlog_buf_add_char(buf, '\0');
	if (r == 0 && strlen(buf->data) + 1 != buf->len)
		r = -EBADMSG;
	return r;
}

static int read_pair(struct mxlog_checkpoint_content *position,
    struct mxlog_json *json, const char *name, bool sizes)
{
	struct mxlog_buf value = { 0 };
	struct mxlog_json_token token;
	uint64_t end;
	int r;

	if (sizes) {
		r = mxlog_json_next(json, &token);
		if (r <= 0 || token.type != MXLOG_JSON_NUMBER)
			return -EBADMSG;
		r = mxlog_number_parse_u64(token.text, token.len, &end);
		return r < 0
		    ? -EBADMSG
		    : mxlog_checkpoint_content_set_size(position, name, end);
	}
	r = expect(json, MXLOG_JSON_STRING, &value);
	if (r == 0)
		r = mxlog_checkpoint_content_set_cursor(position, name,
		    value.data);
	mxlog_buf_done(&value);
	return r;
}

static int read_pairs(struct mxlog_checkpoint_content *position,
    struct mxlog_json *json, bool sizes)
{
	struct mxlog_buf name = { 0 };
	struct mxlog_json_token token;
	int r;

	r = expect(json, MXLOG_JSON_OBJECT, NULL);
	while (r == 0) {
		r = mxlog_json_next(json, &token);
		if (r <= 0 || token.type == MXLOG_JSON_OBJECT_END) {
			r = r <= 0 ? -EBADMSG : 0;
			break;
		}
		name.len = 0;
		r = mxlog_json_decode(&name, &token);
		if (r == 0)
			r = mxlog_buf_add_char(&name, '\0');
		if (r == 0)
			r = read_pair(position, json, name.data, sizes);
	}
	mxlog_buf_done(&name);
	return r;
}

static int read_text(struct mxlog_json *json, char **to)
{
	struct mxlog_buf value = { 0 };
	int r = expect(json, MXLOG_JSON_STRING, &value);

	if (r == 0) {
		free(*to);
		*to = value.data;
		return 0;
	}
	mxlog_buf_done(&value);
	return r;
}

/* Members stand in the order in which _format writes them, so any other text is
 * none of ours. */
static int read_members(struct mxlog_checkpoint_content *position,
    const char *text, size_t len)
{
	static const char *const names[] = { "version", "source", "key",
		"cursors", "segments", "sha256" };
	struct mxlog_buf key = { 0 };
	struct mxlog_json json;
	int r;

	mxlog_json_init(&json, text, len);
	r = expect(&json, MXLOG_JSON_OBJECT, NULL);
	for (size_t i = 0; i < ARRAY_LEN(names) && r == 0; i++) {
		r = expect(&json, MXLOG_JSON_KEY, &key);
		if (r == 0 && strcmp(key.data, names[i]) != 0)
			r = -EBADMSG;
		if (r < 0)
			break;
		switch (i) {
		case 0:
			r = expect(&json, MXLOG_JSON_NUMBER, NULL);
			break;
		case 1:
			r = read_text(&json, &position->source);
			break;
		case 2:
			r = read_text(&json, &position->key);
			break;
		case 3:
		case 4:
			r = read_pairs(position, &json, i == 4);
			break;
		default:
			r = expect(&json, MXLOG_JSON_STRING, NULL);
			break;
		}
	}
	mxlog_buf_done(&key);
	return r;
}

/* The digest covers every byte before its own member. */
static int check_digest(const char *text, size_t len)
{
	const size_t tail = sizeof(DIGEST_MEMBER) - 1 + MXLOG_DIGEST_HEX_LEN +
	    sizeof(DIGEST_END) - 1;
	unsigned char found[MXLOG_DIGEST_LEN], said[MXLOG_DIGEST_LEN];
	const char *member;
	int r;

	if (len <= tail)
		return -EBADMSG;
	member = text + len - tail;
	if (memcmp(member, LITERAL(DIGEST_MEMBER)) != 0 ||
	    memcmp(text + len - 3, LITERAL(DIGEST_END)) != 0)
		return -EBADMSG;
	r = mxlog_digest_parse(member + sizeof(DIGEST_MEMBER) - 1,
	    MXLOG_DIGEST_HEX_LEN, said);
	if (r < 0)
		return -EBADMSG;
	r = mxlog_digest_sha256(text, len - tail, found);
	if (r < 0)
		return r;
	return memcmp(found, said, sizeof(found)) == 0 ? 0 : -EBADMSG;
}

int mxlog_checkpoint_content_parse(struct mxlog_checkpoint_content *position,
    const char *text, size_t len)
{
	int r = check_digest(text, len);

	return r < 0 ? r : read_members(position, text, len);
}

/* ---- writing it ---- */

static int format_cursors(const struct mxlog_checkpoint_content *position,
    struct mxlog_buf *out)
{
	int r = mxlog_buf_add(out, LITERAL(",\"cursors\":{"));

	for (size_t i = 0; i < position->n_cursors && r == 0; i++) {
		const struct mxlog_checkpoint_content_cursor *cursor =
		    &position->cursors[i];

		if (i > 0)
			r = mxlog_buf_add_char(out, ',');
		if (r == 0)
			r = mxlog_json_quote(out, cursor->stream,
			    strlen(cursor->stream));
		if (r == 0)
			r = mxlog_buf_add_char(out, ':');
		if (r == 0)
			r = mxlog_json_quote(out, cursor->text,
			    strlen(cursor->text));
	}
	return r;
}

static int format_sizes(const struct mxlog_checkpoint_content *position,
    struct mxlog_buf *out)
{
	int r = mxlog_buf_add(out, LITERAL("},\"segments\":{"));

	for (size_t i = 0; i < position->n_sizes && r == 0; i++)
		r = mxlog_buf_printf(out, "%s\"%s\":%llu", i > 0 ? "," : "",
		    position->sizes[i].segment,
		    (unsigned long long)position->sizes[i].end);
	return r < 0 ? r : mxlog_buf_add_char(out, '}');
}

static int add_digest(struct mxlog_buf *out)
{
	unsigned char digest[MXLOG_DIGEST_LEN];
	char hex[MXLOG_DIGEST_HEX_LEN];
	int r;

	r = mxlog_digest_sha256(out->data, out->len, digest);
	if (r < 0)
		return r;
	mxlog_digest_format(hex, digest);
	r = mxlog_buf_add(out, LITERAL(DIGEST_MEMBER));
	if (r == 0)
		r = mxlog_buf_add(out, hex, sizeof(hex));
	return r < 0 ? r : mxlog_buf_add(out, LITERAL(DIGEST_END));
}

int mxlog_checkpoint_content_format(const struct mxlog_checkpoint_content
					*position,
    struct mxlog_buf *out)
{
	int r;

	r = mxlog_buf_printf(out,
	    "{\"version\":1,\"source\":\"%s\",\"key\":\"%s\"", position->source,
	    position->key);
	if (r == 0)
		r = format_cursors(position, out);
	if (r == 0)
		r = format_sizes(position, out);
	return r < 0 ? r : add_digest(out);
}
