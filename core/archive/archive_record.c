/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/archive_record.h"

#include <math.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/number.h"
#include "base/timestamp.h"

/* In the order in which a record has them. */
enum key {
	KEY_ARCHIVE_ID,
	KEY_ORIGINAL_FILE,
	KEY_ARCHIVE_FILE,
	KEY_ARCHIVE_DATE,
	KEY_ORIGINAL_SIZE,
	KEY_COMPRESSED_SIZE,
	KEY_RATIO,
	KEY_ENTRY_COUNT,
	KEY_CHECKSUM,
	KEY_MODEL_COUNT, /* those above are the model's, and required */
	KEY_DIRECTORY = KEY_MODEL_COUNT,
	KEY_FIRST,
	KEY_LAST,
	KEY_ARRIVED,
	KEY_SEAL,
	KEY_REBUILT,
	KEY_CHAIN,
	KEY_RECORD,
	KEY_COUNT
};

static const char *const key_names[KEY_COUNT] = { "archive_id", "original_file",
	"archive_file", "archive_date", "original_size_bytes",
	"compressed_size_bytes", "compression_ratio", "entry_count", "checksum",
	"directory_checksum", "first_timestamp", "last_timestamp", "arrived",
	"seal", "rebuilt", "chain", "record_checksum" };

static const char *const seal_names[] = { "none", "held", "broken" };

/* ---- writing ---- */

static int add_key(struct mxlog_buf *out, enum key key)
{
	return mxlog_buf_printf(out, "%s\"%s\":", key == 0 ? "{" : ",",
	    key_names[key]);
}

/* Plain ASCII that needs no escape. */
static int add_text(struct mxlog_buf *out, enum key key, const char *text,
    size_t len)
{
	int r = add_key(out, key);

	return r < 0 ? r : mxlog_buf_printf(out, "\"%.*s\"", (int)len, text);
}

static int add_number(struct mxlog_buf *out, enum key key, uint64_t value)
{
	char text[MXLOG_NUMBER_MAX];
	size_t len = mxlog_number_format_u64(text, value);
	int r = add_key(out, key);

	return r < 0 ? r : mxlog_buf_add(out, text, len);
}

static int add_time(struct mxlog_buf *out, enum key key, int64_t time_usec)
{
	char text[MXLOG_TIMESTAMP_LEN];

	mxlog_timestamp_format(text, time_usec);
	return add_text(out, key, text, sizeof(text));
}

static int add_digest(struct mxlog_buf *out, enum key key,
    const unsigned char digest[MXLOG_DIGEST_LEN])
{
	char text[MXLOG_DIGEST_HEX_LEN];

	mxlog_digest_format(text, digest);
	return add_text(out, key, text, sizeof(text));
}

static int add_ratio(struct mxlog_buf *out,
    const struct mxlog_archive_record *record)
{
	double ratio = 0;
	char text[MXLOG_NUMBER_MAX];
	size_t len;
	int r = add_key(out, KEY_RATIO);

	if (record->compressed_size > 0)
		ratio = (double)record->original_size /
		    (double)record->compressed_size;
	len = mxlog_number_format_double(text, round(ratio * 100) / 100);
	return r < 0 ? r : mxlog_buf_add(out, text, len);
}

static int add_model(struct mxlog_buf *out,
    const struct mxlog_archive_record *record)
{
	struct mxlog_segment_name live = record->name;
	char name[MXLOG_SEGMENT_NAME_MAX], id[MXLOG_ULID_LEN];
	int r;

	live.archived = false;
	mxlog_ulid_format(id, &record->archive_id);
	r = add_text(out, KEY_ARCHIVE_ID, id, sizeof(id));
	mxlog_segment_format(name, &live);
	if (r == 0)
		r = add_text(out, KEY_ORIGINAL_FILE, name, strlen(name));
	mxlog_segment_format(name, &record->name);
	if (r == 0)
		r = add_text(out, KEY_ARCHIVE_FILE, name, strlen(name));
	if (r == 0)
		r = add_time(out, KEY_ARCHIVE_DATE, record->archived_usec);
	if (r == 0)
		r = add_number(out, KEY_ORIGINAL_SIZE, record->original_size);
	if (r == 0)
		r = add_number(out, KEY_COMPRESSED_SIZE,
		    record->compressed_size);
	if (r == 0)
		r = add_ratio(out, record);
	if (r == 0)
		r = add_number(out, KEY_ENTRY_COUNT, record->entry_count);
	if (r == 0)
		r = add_digest(out, KEY_CHECKSUM, record->checksum);
	return r;
}

static int add_own(struct mxlog_buf *out,
    const struct mxlog_archive_record *record)
{
	const char *seal = seal_names[record->seal];
	int r = add_digest(out, KEY_DIRECTORY, record->directory);

	if (r == 0 && record->min_usec <= record->max_usec)
		r = add_time(out, KEY_FIRST, record->min_usec);
	if (r == 0 && record->min_usec <= record->max_usec)
		r = add_time(out, KEY_LAST, record->max_usec);
	if (r == 0)
		r = add_time(out, KEY_ARRIVED, record->arrived_usec);
	if (r == 0)
		r = add_text(out, KEY_SEAL, seal, strlen(seal));
	return r;
}

int mxlog_archive_record_make_body(struct mxlog_archive_record *record)
{
	struct mxlog_buf body = { 0 };
	int r = add_model(&body, record);

	if (r == 0 && record->own)
		r = add_own(&body, record);
	if (r == 0 && record->rebuilt)
		r = add_key(&body, KEY_REBUILT);
	if (r == 0 && record->rebuilt)
		r = mxlog_buf_add(&body, LITERAL("true"));
	if (r < 0) {
		mxlog_buf_done(&body);
		return r;
	}
	record->body = body.data;
	record->body_len = body.len;
	return 0;
}

int mxlog_archive_record_format(const struct mxlog_archive_record *record,
    struct mxlog_buf *out)
{
	unsigned char digest[MXLOG_DIGEST_LEN];
	size_t from = out->len;
	int r = mxlog_buf_add(out, record->body, record->body_len);

	if (r == 0 && record->chained)
		r = add_digest(out, KEY_CHAIN, record->chain);
	if (r == 0)
		r = mxlog_digest_sha256(out->data + from, out->len - from,
		    digest);
	if (r == 0)
		r = add_digest(out, KEY_RECORD, digest);
	if (r == 0)
		r = mxlog_buf_add_char(out, '}');
	return r;
}

void mxlog_archive_record_done(struct mxlog_archive_record *record)
{
	free(record->body);
	record->body = NULL;
}

/* ---- reading ---- */

/* A record's values as they stand in its text. */
struct parsed {
	struct mxlog_json_token values[KEY_COUNT];
	bool has[KEY_COUNT];
	size_t body_len; /* of the canonical text */
};

static bool is_string(const struct mxlog_json_token *token)
{
	return token->type == MXLOG_JSON_STRING && !token->escaped;
}

static int read_time(const struct mxlog_json_token *token, int64_t *ret)
{
	if (!is_string(token))
		return -EBADMSG;
	return mxlog_timestamp_parse(token->text, token->len, 0, ret);
}

static int read_digest(const struct mxlog_json_token *token,
    unsigned char ret[MXLOG_DIGEST_LEN])
{
	if (!is_string(token))
		return -EBADMSG;
	return mxlog_digest_parse(token->text, token->len, ret);
}

static int read_number(const struct mxlog_json_token *token, uint64_t *ret)
{
	if (token->type != MXLOG_JSON_NUMBER)
		return -EBADMSG;
	return mxlog_number_parse_u64(token->text, token->len, ret);
}

static int read_name(const struct mxlog_json_token *token,
    struct mxlog_segment_name *ret)
{
	char text[MXLOG_SEGMENT_NAME_MAX];

	if (!is_string(token) || token->len >= sizeof(text))
		return -EBADMSG;
	memcpy(text, token->text, token->len);
	text[token->len] = '\0';
	return mxlog_segment_parse(text, ret);
}

static int find_key(const struct mxlog_json_token *token)
{
	for (int i = 0; i < KEY_COUNT; i++)
		if (mxlog_json_equals(token, key_names[i],
			strlen(key_names[i])))
			return i;
	return -1;
}

/* One member; the text is canonical, so that `,"key":` is known to precede
 * its value. */
static int read_member(struct mxlog_json *json, struct parsed *ret,
    const struct mxlog_json_token *name, const char *text)
{
	struct mxlog_json_token value;
	int key = find_key(name);
	int r;

	r = mxlog_json_next(json, &value);
	if (r == 1)
		r = mxlog_json_skip(json, &value);
	if (r < 0)
		return r;
	/* Nothing stands behind the two that vouch for what is before them. */
	if (ret->has[KEY_RECORD] || (ret->has[KEY_CHAIN] && key != KEY_RECORD))
		return -EBADMSG;
	if (key < 0)
		return 0;
	if (ret->has[key])
		return -EBADMSG;
	if (key >= KEY_CHAIN && ret->body_len == 0)
		ret->body_len = (size_t)(name->text - 2 - text);
	ret->has[key] = true;
	ret->values[key] = value;
	return 0;
}

static int read_members(const char *text, size_t len, struct parsed *ret)
{
	struct mxlog_json_token token;
	struct mxlog_json json;
	int r;

	mxlog_json_init(&json, text, len);
	r = mxlog_json_next(&json, &token);
	if (r != 1 || token.type != MXLOG_JSON_OBJECT)
		return -EBADMSG;
	while ((r = mxlog_json_next(&json, &token)) == 1 &&
	    token.type == MXLOG_JSON_KEY) {
		r = read_member(&json, ret, &token, text);
		if (r < 0)
			return r;
	}
	if (r != 1 || mxlog_json_next(&json, &token) != 0)
		return -EBADMSG;
	if (ret->body_len == 0)
		ret->body_len = len - 1;
	for (int i = 0; i < KEY_MODEL_COUNT; i++)
		if (!ret->has[i])
			return -EBADMSG;
	return 0;
}

static int read_model(const struct parsed *in, struct mxlog_archive_record *ret)
{
	const struct mxlog_json_token *values = in->values;
	struct mxlog_segment_name live = { 0 };
	int r;

	r = is_string(&values[KEY_ARCHIVE_ID])
	    ? mxlog_ulid_parse(values[KEY_ARCHIVE_ID].text,
		  values[KEY_ARCHIVE_ID].len, &ret->archive_id)
	    : -EBADMSG;
	if (r == 0)
		r = read_name(&values[KEY_ARCHIVE_FILE], &ret->name);
	if (r == 0)
		r = read_name(&values[KEY_ORIGINAL_FILE], &live);
	if (r == 0)
		r = read_time(&values[KEY_ARCHIVE_DATE], &ret->archived_usec);
	if (r == 0)
		r = read_number(&values[KEY_ORIGINAL_SIZE],
		    &ret->original_size);
	if (r == 0)
		r = read_number(&values[KEY_COMPRESSED_SIZE],
		    &ret->compressed_size);
	if (r == 0)
		r = read_number(&values[KEY_ENTRY_COUNT], &ret->entry_count);
	if (r == 0)
		r = read_digest(&values[KEY_CHECKSUM], ret->checksum);
	if (r < 0 || !ret->name.archived || live.archived ||
	    values[KEY_RATIO].type != MXLOG_JSON_NUMBER)
		return -EBADMSG;
	live.archived = true;
	return mxlog_segment_compare(&live, &ret->name) == 0 ? 0 : -EBADMSG;
}

static int read_seal(const struct mxlog_json_token *token,
    enum mxlog_archive_seal *ret)
{
	for (unsigned i = 0; i < ARRAY_LEN(seal_names); i++) {
		if (!mxlog_json_equals(token, seal_names[i],
			strlen(seal_names[i])))
			continue;
		*ret = (enum mxlog_archive_seal)i;
		return 0;
	}
	return -EBADMSG;
}

static int read_own(const struct parsed *in, struct mxlog_archive_record *ret)
{
	const struct mxlog_json_token *values = in->values;
	int r;

	ret->min_usec = INT64_MAX;
	ret->max_usec = INT64_MIN;
	if (!in->has[KEY_RECORD] || !in->has[KEY_ARRIVED] ||
	    !in->has[KEY_SEAL] || in->has[KEY_FIRST] != in->has[KEY_LAST])
		return -EBADMSG;
	r = read_digest(&values[KEY_DIRECTORY], ret->directory);
	if (r == 0 && in->has[KEY_FIRST])
		r = read_time(&values[KEY_FIRST], &ret->min_usec);
	if (r == 0 && in->has[KEY_LAST])
		r = read_time(&values[KEY_LAST], &ret->max_usec);
	if (r == 0)
		r = read_time(&values[KEY_ARRIVED], &ret->arrived_usec);
	if (r == 0)
		r = read_seal(&values[KEY_SEAL], &ret->seal);
	ret->own = true;
	ret->rebuilt =
	    in->has[KEY_REBUILT] && values[KEY_REBUILT].type == MXLOG_JSON_TRUE;
	return r;
}

/* Does the record's own digest hold over what stands before it? */
static int check_record(const struct parsed *in, const char *text)
{
	unsigned char stated[MXLOG_DIGEST_LEN], actual[MXLOG_DIGEST_LEN];
	const struct mxlog_json_token *value = &in->values[KEY_RECORD];
	/* ,"record_checksum":" */
	size_t key_len = strlen(key_names[KEY_RECORD]) + 5;
	int r;

	if (!in->has[KEY_RECORD])
		return 0;
	r = read_digest(value, stated);
	if (r == 0)
		r = mxlog_digest_sha256(text,
		    (size_t)(value->text - text) - key_len, actual);
	if (r < 0)
		return r;
	return mxlog_digest_equal(stated, actual) ? 0 : -EBADMSG;
}

int mxlog_archive_record_parse(const char *text, size_t len,
    struct mxlog_archive_record *ret)
{
	struct mxlog_archive_record record = { 0 };
	struct parsed in = { 0 };
	int r;

	r = read_members(text, len, &in);
	if (r == 0)
		r = check_record(&in, text);
	if (r == 0)
		r = read_model(&in, &record);
	if (r == 0 && in.has[KEY_DIRECTORY])
		r = read_own(&in, &record);
	record.rebuilt = in.has[KEY_REBUILT] &&
	    in.values[KEY_REBUILT].type == MXLOG_JSON_TRUE;
	if (r == 0 && in.has[KEY_CHAIN]) {
		r = read_digest(&in.values[KEY_CHAIN], record.chain);
		record.chained = true;
	}
	if (r < 0)
		return r == -EIO ? r : -EBADMSG;
	record.body = malloc(in.body_len + 1);
	if (!record.body)
		return -ENOMEM;
	memcpy(record.body, text, in.body_len);
	record.body_len = in.body_len;
	*ret = record;
	return 0;
}
