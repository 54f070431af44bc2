/* SPDX-License-Identifier: Apache-2.0 */
#include "entry/field_path.h"

#include <limits.h>

#include "base/json.h"
#include "base/number.h"
#include "base/reterr.h"
#include "base/timestamp.h"
#include "base/utf8.h"

/* What becomes of a value that is found under a key's other name. */
enum {
	FOUND = INT_MAX, /* no callback answers so */
};

enum values {
	VALUES_SAME,
	VALUES_FACILITY_NAME,   /* of its number */
	VALUES_FACILITY_NUMBER, /* of its name */
};

/* A key's other name: what lines of other versions have in its place. */
struct other {
	const char *key;
	enum values values;
};

struct walk {
	mxlog_field_path_found *found;
	void *arg;
	enum values values;
	bool raw;     /* JSON is as somebody wrote it, not in canonical form */
	bool element; /* what is given is of a list */
};

static void convert(enum values values, struct mxlog_field_value *value,
    char number[MXLOG_NUMBER_MAX])
{
	const char *name;
	int64_t facility;

	if (values == VALUES_FACILITY_NAME && value->json &&
	    mxlog_number_parse_i64(value->text, value->len, &facility) == 0) {
		name = facility >= 0 && facility < 24
		    ? mxlog_facility_name((unsigned)facility)
		    : NULL;
		if (!name)
			return;
		value->text = name;
		value->len = strlen(name);
		value->json = false;
	} else if (values == VALUES_FACILITY_NUMBER && !value->json) {
		facility = mxlog_facility_parse(value->text, value->len);
		if (facility < 0)
			return;
		value->len = mxlog_number_format_i64(number, facility);
		value->text = number;
		value->json = true;
	}
}

static int give(const struct walk *walk, const char *text, size_t len,
    bool json)
{
	struct mxlog_field_value value = { .text = text,
		.len = len,
		.json = json,
		.element = walk->element };
	char number[MXLOG_NUMBER_MAX];

	if (UNLIKELY(walk->values != VALUES_SAME))
		convert(walk->values, &value, number);
	return walk->found(walk->arg, &value);
}

/* ---- other names ---- */

enum alias_values {
	ALIAS_SAME,
	ALIAS_FACILITY,
};

static const struct {
	const char *key, *old;
	enum alias_values values;
} aliases[] = {
#define ALIAS(key, old, values) { key, old, ALIAS_##values },
#include "tbl/aliases.def"
#undef ALIAS
};

static bool is_key(const char *path, size_t len, const char *key)
{
	return strlen(key) == len && memcmp(path, key, len) == 0;
}

/* True if the key that the path below context begins with has another name. */
static bool find_other(const char *path, size_t len, struct other *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(aliases); i++) {
		bool names = aliases[i].values == ALIAS_FACILITY;

		if (is_key(path, len, aliases[i].key)) {
			*ret = (struct other){ aliases[i].old,
				names ? VALUES_FACILITY_NAME : VALUES_SAME };
			return true;
		}
		if (is_key(path, len, aliases[i].old)) {
			*ret = (struct other){ aliases[i].key,
				names ? VALUES_FACILITY_NUMBER : VALUES_SAME };
			return true;
		}
	}
	return false;
}

bool mxlog_field_path_has_other(const char *path)
{
	static const char context[] = "context.";
	struct other other;

	if (strncmp(path, context, sizeof(context) - 1) != 0)
		return false;
	path += sizeof(context) - 1;
	return find_other(path, strcspn(path, "."), &other);
}

static int give_span(const struct walk *walk, const char *base,
    struct mxlog_text_span span)
{
	return MXLOG_IS_SET(span) ? give(walk, base + span.off, span.len, false)
				  : 0;
}

static int give_time(const struct walk *walk, int64_t time_usec)
{
	char text[MXLOG_TIMESTAMP_LEN];

	mxlog_timestamp_format(text, time_usec);
	return give(walk, text, sizeof(text), false);
}

static int give_name(const struct walk *walk, const char *name)
{
	return give(walk, name, strlen(name), false);
}

static int give_double(const struct walk *walk, double number)
{
	char text[MXLOG_NUMBER_MAX];

	return give(walk, text, mxlog_number_format_double(text, number), true);
}

/* ---- JSON ---- */

static int walk_json(const struct walk *walk, const char *json, size_t len,
    const char *path);

static int give_string(const struct walk *walk,
    const struct mxlog_json_token *token)
{
	struct mxlog_buf buf = { 0 };
	int r;

	if (!token->escaped)
		return give(walk, token->text, token->len, false);
	r = mxlog_json_decode(&buf, token);
	if (r >= 0)
		r = give(walk, buf.data ? buf.data : "", buf.len, false);
	mxlog_buf_done(&buf);
	return r;
}

/* A value of a container, the token that begins it being read. */
static int walk_member(const struct walk *walk, struct mxlog_json *json,
    struct mxlog_json_token *token, const char *path)
{
	int r = mxlog_json_skip(json, token);

	if (r < 0)
		return 0;
	if (token->type == MXLOG_JSON_STRING)
		return *path ? 0 : give_string(walk, token);
	return walk_json(walk, token->text, token->len, path);
}

static int walk_array(const struct walk *walk, struct mxlog_json *json,
    const char *path)
{
	struct walk inside = *walk;
	struct mxlog_json_token token;
	int r = 0;

	inside.element = true;
	while (r == 0 && mxlog_json_next(json, &token) > 0 &&
	    token.type != MXLOG_JSON_ARRAY_END)
		r = walk_member(&inside, json, &token, path);
	return r;
}

static int walk_object(const struct walk *walk, struct mxlog_json *json,
    const char *path)
{
	size_t len = strcspn(path, ".");
	const char *rest = path + len + (path[len] == '.');
	struct mxlog_json_token token;
	int r = 0;

	while (r == 0 && mxlog_json_next(json, &token) > 0 &&
	    token.type == MXLOG_JSON_KEY) {
		bool wanted = mxlog_json_equals(&token, path, len);

		if (mxlog_json_next(json, &token) <= 0)
			break;
		if (wanted)
			r = walk_member(walk, json, &token, rest);
		else if (mxlog_json_skip(json, &token) < 0)
			break;
	}
	return r;
}

static int walk_json(const struct walk *walk, const char *text, size_t len,
    const char *path)
{
	struct mxlog_json_token token;
	struct mxlog_json json;

	mxlog_json_init(&json, text, len);
	if (mxlog_json_next(&json, &token) <= 0)
		return 0;
	if (token.type == MXLOG_JSON_ARRAY)
		return walk_array(walk, &json, path);
	if (token.type == MXLOG_JSON_OBJECT && *path) {
		struct walk inside = *walk;

		inside.element = false;
		return walk_object(&inside, &json, path);
	}
	if (*path)
		return 0;
	/* An object's text is its canonical form. */
	if (walk->raw && token.type == MXLOG_JSON_OBJECT)
		return -EAGAIN;
	return give(walk, text, len, true);
}

/* ---- context as it stands in a line ---- */

/* Of equal keys the later ones get a number. */
static bool may_be_numbered(const char *key, size_t len)
{
	size_t n = len;

	while (n > 0 && key[n - 1] >= '0' && key[n - 1] <= '9')
		n--;
	return n > 0 && n < len && key[n - 1] == '_';
}

static int walk_raw_value(const struct walk *walk, struct mxlog_json *json,
    struct mxlog_json_token *token, const char *path)
{
	struct mxlog_json whole = *json;
	struct mxlog_json_token value = *token;

	if (mxlog_json_skip(&whole, &value) < 0 ||
	    mxlog_utf8_valid(value.text, value.len) < value.len)
		return -EAGAIN;
	return walk_member(walk, json, token, path);
}

/* 1: the key was there, and nobody wanted to end the lookup. */
static int find_raw(const struct walk *walk, const char *text, size_t len,
    const char *name, size_t name_len, const char *rest)
{
	struct mxlog_json_token key, value;
	struct mxlog_json json;
	int r;

	mxlog_json_init(&json, text, len);
	if (mxlog_json_next(&json, &key) <= 0)
		return -EAGAIN;
	/* The first of equal keys keeps its name. */
	while (mxlog_json_next_member(&json, &key, &value) > 0) {
		if (mxlog_json_equals(&key, name, name_len)) {
			r = walk_raw_value(walk, &json, &value, rest);
			return r == 0 ? FOUND : r;
		}
		if (mxlog_json_skip(&json, &value) < 0)
			return -EAGAIN;
	}
	return may_be_numbered(name, name_len) ? -EAGAIN : 0;
}

int mxlog_field_path_context(const char *text, size_t len, const char *path,
    mxlog_field_path_found *found, void *arg)
{
	struct walk walk = { .found = found, .arg = arg, .raw = true };
	size_t key_len = strcspn(path, ".");
	const char *rest = path + key_len + (path[key_len] == '.');
	struct other other;
	int r;

	if (len == 0)
		return 0;
	r = find_raw(&walk, text, len, path, key_len, rest);
	if (r == 0 && find_other(path, key_len, &other)) {
		walk.values = other.values;
		r = find_raw(&walk, text, len, other.key, strlen(other.key),
		    rest);
	}
	return r == FOUND ? 0 : r;
}

/* ---- entries ---- */

/* All of it, as one object. */
static int give_context(const struct walk *walk,
    const struct mxlog_entry *entry)
{
	struct mxlog_buf json = { 0 };
	int r = mxlog_buf_add_char(&json, '{');

	for (size_t i = 0; r >= 0 && i < entry->n_context; i++) {
		const struct mxlog_pair *pair = &entry->context[i];
		const char *text = mxlog_entry_text(entry, pair->value);

		if (i > 0)
			r = mxlog_buf_add_char(&json, ',');
		if (r >= 0)
			r = mxlog_json_quote(&json,
			    mxlog_entry_text(entry, pair->key), pair->key.len);
		if (r >= 0)
			r = mxlog_buf_add_char(&json, ':');
		if (r >= 0)
			r = pair->json
			    ? mxlog_buf_add(&json, text, pair->value.len)
			    : mxlog_json_quote(&json, text, pair->value.len);
	}
	if (r >= 0)
		r = mxlog_buf_add_char(&json, '}');
	if (r >= 0)
		r = give(walk, json.data, json.len, true);
	mxlog_buf_done(&json);
	return r;
}

static int walk_key(const struct walk *walk, const struct mxlog_entry *entry,
    const char *key, size_t len, const char *rest)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < entry->n_context; i++) {
		const struct mxlog_pair *pair = &entry->context[i];
		const char *text = mxlog_entry_text(entry, pair->value);

		if (pair->key.len != len ||
		    memcmp(mxlog_entry_text(entry, pair->key), key, len) != 0)
			continue;
		if (pair->json)
			r = walk_json(walk, text, pair->value.len, rest);
		else if (!*rest)
			r = give(walk, text, pair->value.len, false);
	}
	return r;
}

static int walk_context(const struct walk *walk,
    const struct mxlog_entry *entry, const char *path)
{
	size_t len = strcspn(path, ".");
	const char *rest = path + len + (path[len] == '.');
	struct walk by_other = *walk;
	struct other other;
	int r = walk_key(walk, entry, path, len, rest);

	if (r != 0 || !find_other(path, len, &other))
		return r;
	by_other.values = other.values;
	return walk_key(&by_other, entry, other.key, strlen(other.key), rest);
}

static int walk_exception(const struct walk *walk,
    const struct mxlog_entry *entry, const char *path)
{
	const struct mxlog_exception *exception = entry->exception;
	int r = 0;

	for (; r == 0 && exception; exception = exception->cause) {
		const char *base = exception->bytes.data;

		if (strcmp(path, "type") == 0)
			r = give_span(walk, base, exception->type);
		else if (strcmp(path, "message") == 0)
			r = give_span(walk, base, exception->message);
	}
	return r;
}

static int walk_tags(const struct walk *walk, const struct mxlog_entry *entry)
{
	struct walk inside = *walk;
	int r = 0;

	inside.element = true;
	for (size_t i = 0; r == 0 && i < entry->n_tags; i++)
		r = give_span(&inside, entry->bytes.data, entry->tags[i]);
	return r;
}

static const char *const field_names[] = {
#define FIELD(id, key, limit, help) [MXLOG_FIELD_##id] = key,
#include "tbl/fields.def"
#undef FIELD
};

static int find_name(const char *path, const char *const *names, size_t n)
{
	size_t len = strcspn(path, ".");

	for (size_t i = 0; i < n; i++)
		if (strlen(names[i]) == len && memcmp(names[i], path, len) == 0)
			return (int)i;
	return -1;
}

static int walk_number(const struct walk *walk, int64_t number)
{
	char text[MXLOG_NUMBER_MAX];

	return give(walk, text, mxlog_number_format_i64(text, number), true);
}

static int walk_field(const struct walk *walk, const struct mxlog_entry *entry,
    int field, const char *rest)
{
	switch (field) {
	case MXLOG_FIELD_TIMESTAMP:
		return give_time(walk, entry->time_usec);
	case MXLOG_FIELD_LEVEL:
		return give_name(walk, mxlog_level_name(entry->level));
	case MXLOG_FIELD_LINE_NUMBER:
		return entry->has_line_number
		    ? walk_number(walk, entry->line_number)
		    : 0;
	case MXLOG_FIELD_DURATION_MS:
		return entry->has_duration
		    ? give_double(walk, entry->duration_ms)
		    : 0;
	case MXLOG_FIELD_TAGS:
		return walk_tags(walk, entry);
	case MXLOG_FIELD_CONTEXT:
		if (!*rest)
			return entry->n_context > 0 ? give_context(walk, entry)
						    : 0;
		return walk_context(walk, entry, rest);
	case MXLOG_FIELD_EXCEPTION:
		return walk_exception(walk, entry, *rest ? rest : "type");
	case -1:
		return 0;
	default:
		return give_span(walk, entry->bytes.data, entry->text[field]);
	}
}

int mxlog_field_path_find(const struct mxlog_entry *entry, const char *path,
    mxlog_field_path_found *found, void *arg)
{
	const struct walk walk = { .found = found, .arg = arg };
	const char *rest = strchr(path, '.');

	return walk_field(&walk, entry,
	    find_name(path, field_names, ARRAY_LEN(field_names)),
	    rest ? rest + 1 : "");
}

/* ---- metrics ---- */

enum metric_field {
	METRIC_TRACE_ID,
	METRIC_TIMESTAMP,
	METRIC_NAME,
	METRIC_TYPE_NAME,
	METRIC_VALUE,
	METRIC_UNIT,
	METRIC_TAGS,
};

static const char *const metric_names[] = {
	[METRIC_TRACE_ID] = "trace_id",
	[METRIC_TIMESTAMP] = "timestamp",
	[METRIC_NAME] = "metric_name",
	[METRIC_TYPE_NAME] = "metric_type",
	[METRIC_VALUE] = "value",
	[METRIC_UNIT] = "unit",
	[METRIC_TAGS] = "tags",
};

static int walk_dimensions(const struct walk *walk,
    const struct mxlog_metric *metric, const char *key)
{
	const char *base = metric->bytes.data;
	int r = 0;

	for (size_t i = 0; r == 0 && i < metric->n_tags; i++) {
		struct mxlog_text_span span = metric->tags[i].key;

		if (span.len == strlen(key) &&
		    memcmp(base + span.off, key, span.len) == 0)
			r = give_span(walk, base, metric->tags[i].value);
	}
	return r;
}

int mxlog_field_path_metric(const struct mxlog_metric *metric, const char *path,
    mxlog_field_path_found *found, void *arg)
{
	const struct walk walk = { .found = found, .arg = arg };
	const char *base = metric->bytes.data;
	const char *rest = strchr(path, '.');

	switch (find_name(path, metric_names, ARRAY_LEN(metric_names))) {
	case METRIC_TRACE_ID:
		return give_span(&walk, base, metric->trace_id);
	case METRIC_TIMESTAMP:
		return give_time(&walk, metric->time_usec);
	case METRIC_NAME:
		return give_span(&walk, base, metric->name);
	case METRIC_TYPE_NAME:
		return give_name(&walk, mxlog_metric_type_name(metric->type));
	case METRIC_VALUE:
		return give_double(&walk, metric->value);
	case METRIC_UNIT:
		return give_span(&walk, base, metric->unit);
	case METRIC_TAGS:
		return walk_dimensions(&walk, metric, rest ? rest + 1 : "");
	default:
		return 0;
	}
}

int mxlog_field_path_check(const char *path, bool metrics,
    struct mxlog_error *reterr)
{
	const char *const *names = metrics ? metric_names : field_names;
	size_t n = metrics ? ARRAY_LEN(metric_names) : ARRAY_LEN(field_names);
	const char *nearest;

	if (find_name(path, names, n) >= 0)
		return 0;
	nearest = mxlog_error_nearest(path, strcspn(path, "."), names, n);
	if (nearest)
		return mxlog_error_set(reterr, -EINVAL,
		    "there is no field '%.80s'; did you mean %s?", path,
		    nearest);
	return mxlog_error_set(reterr, -EINVAL,
	    "there is no field '%.80s'; what is not a field of every %s "
	    "stands in %s.%.80s",
	    path, metrics ? "metric" : "entry", metrics ? "tags" : "context",
	    path);
}
