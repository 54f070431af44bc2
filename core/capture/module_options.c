/* SPDX-License-Identifier: Apache-2.0 */
/* Options: a module's section read by the module's own table. */
#include <mxlog/module.h>

#include <stdlib.h>

#include "base/json.h"
#include "base/number.h"
#include "base/reterr.h"

struct value {
	bool flag;
	int64_t number;
	char *text;
	char **list;
	size_t n_list;
};

struct mxlog_options {
	const struct mxlog_option *table;
	size_t n;
	struct value *values; /* one for each row of the table */
};

static void free_value(struct value *value)
{
	for (size_t i = 0; i < value->n_list; i++)
		free(value->list[i]);
	free(value->list);
	free(value->text);
	*value = (struct value){ 0 };
}

void mxlog_options_free(struct mxlog_options *options)
{
	if (!options)
		return;
	for (size_t i = 0; options->values && i < options->n; i++)
		free_value(&options->values[i]);
	free(options->values);
	free(options);
}

/* ---- one value ---- */

/* What is being read, for messages. */
struct place {
	const char *section;
	const struct mxlog_option *option;
	struct mxlog_error *reterr;
};

static int refuse(const struct place *place, const char *expected)
{
	return mxlog_error_set(place->reterr, -EINVAL, "%s.%s: expected %s",
	    place->section, place->option->key, expected);
}

/* A copy with a NUL behind it; one inside is refused. */
static int copy_text(const struct place *place,
    const struct mxlog_json_token *token, char **ret)
{
	struct mxlog_buf buf = { 0 };
	int r = mxlog_json_decode(&buf, token);

	if (r == 0)
		r = mxlog_buf_add_char(&buf, '\0');
	if (r == 0 && strlen(buf.data) + 1 != buf.len)
		r = refuse(place, "a text without NUL");
	if (r < 0) {
		mxlog_buf_done(&buf);
		return r;
	}
	*ret = buf.data;
	return 0;
}

static int add_item(const struct place *place, struct value *value,
    const struct mxlog_json_token *token)
{
	char **list =
	    reallocarray(value->list, value->n_list + 1, sizeof(*list));
	int r;

	if (!list)
		return -ENOMEM;
	value->list = list;
	r = copy_text(place, token, &list[value->n_list]);
	if (r == 0)
		value->n_list++;
	return r;
}

static int read_bool(const struct place *place, struct value *value,
    const struct mxlog_json_token *token)
{
	if (token->type != MXLOG_JSON_TRUE && token->type != MXLOG_JSON_FALSE)
		return refuse(place, "true or false");
	value->flag = token->type == MXLOG_JSON_TRUE;
	return 0;
}

static int read_int(const struct place *place, struct value *value,
    const struct mxlog_json_token *token)
{
	const struct mxlog_option *option = place->option;
	int64_t number;

	if (token->type == MXLOG_JSON_NUMBER &&
	    mxlog_number_parse_i64(token->text, token->len, &number) == 0 &&
	    number >= option->min && number <= option->max) {
		value->number = number;
		return 0;
	}
	return mxlog_error_set(place->reterr, -EINVAL,
	    "%s.%s: expected a whole number from %lld to %lld", place->section,
	    option->key, (long long)option->min, (long long)option->max);
}

static int read_list(const struct place *place, struct value *value,
    struct mxlog_json *json, const struct mxlog_json_token *first)
{
	struct mxlog_json_token token;
	int r;

	if (first->type == MXLOG_JSON_STRING)
		return add_item(place, value, first);
	if (first->type != MXLOG_JSON_ARRAY)
		return refuse(place, "a list of texts");
	while ((r = mxlog_json_next(json, &token)) > 0) {
		if (token.type == MXLOG_JSON_ARRAY_END)
			return 0;
		if (token.type != MXLOG_JSON_STRING)
			return refuse(place, "a list of texts");
		r = add_item(place, value, &token);
		if (r < 0)
			return r;
	}
	return r < 0 ? r : -EBADMSG;
}

static int read_value(const struct place *place, struct value *value,
    struct mxlog_json *json)
{
	struct mxlog_json_token token;
	int r = mxlog_json_next(json, &token);

	if (r <= 0)
		return -EBADMSG;
	free_value(value);
	if (token.type == MXLOG_JSON_NULL)
		return 0;
	switch (place->option->type) {
	case MXLOG_OPTION_BOOL:
		return read_bool(place, value, &token);
	case MXLOG_OPTION_INT:
		return read_int(place, value, &token);
	case MXLOG_OPTION_LIST:
		return read_list(place, value, json, &token);
	case MXLOG_OPTION_TEXT:
		break;
	}
	if (token.type != MXLOG_JSON_STRING)
		return refuse(place, "a text");
	return copy_text(place, &token, &value->text);
}

/* ---- all of them ---- */

static const char *nearest_key(const struct mxlog_options *options,
    const char *text, size_t len)
{
	const char **names = calloc(options->n + 1, sizeof(*names));
	const char *nearest = NULL;

	if (!names)
		return NULL;
	for (size_t i = 0; i < options->n; i++)
		names[i] = options->table[i].key;
	nearest = mxlog_error_nearest(text, len, names, options->n);
	free(names);
	return nearest;
}

static int read_member(struct mxlog_options *options, const char *section,
    struct mxlog_json *json, const struct mxlog_json_token *key,
    struct mxlog_error *reterr)
{
	const char *nearest;

	for (size_t i = 0; i < options->n; i++) {
		const struct place place = {
			.section = section,
			.option = &options->table[i],
			.reterr = reterr,
		};

		if (mxlog_json_equals(key, place.option->key,
			strlen(place.option->key)))
			return read_value(&place, &options->values[i], json);
	}
	nearest = nearest_key(options, key->text, key->len);
	return mxlog_error_set(reterr, -EINVAL,
	    nearest ? "%s.%.*s: unknown key; did you mean %s?"
		    : "%s.%.*s: unknown key",
	    section, (int)MIN(key->len, 80), key->text, nearest);
}

static int set_default(struct value *value, const struct mxlog_option *option)
{
	const char *text = option->value;

	if (!text)
		return 0;
	if (option->type == MXLOG_OPTION_BOOL) {
		value->flag = strcmp(text, "true") == 0;
		return 0;
	}
	if (option->type == MXLOG_OPTION_INT)
		return mxlog_number_parse_i64(text, strlen(text),
		    &value->number);
	if (option->type == MXLOG_OPTION_TEXT) {
		value->text = strdup(text);
		return value->text ? 0 : -ENOMEM;
	}
	value->list = calloc(1, sizeof(*value->list));
	if (!value->list)
		return -ENOMEM;
	value->list[0] = strdup(text);
	value->n_list = value->list[0] ? 1 : 0;
	return value->list[0] ? 0 : -ENOMEM;
}

static int read_section(struct mxlog_options *options, const char *section,
    const char *text, size_t len, struct mxlog_error *reterr)
{
	struct mxlog_json_token token;
	struct mxlog_json json;
	int r;

	mxlog_json_init(&json, text, len);
	r = mxlog_json_next(&json, &token);
	if (r > 0 && token.type == MXLOG_JSON_NULL)
		return 0;
	if (r <= 0 || token.type != MXLOG_JSON_OBJECT)
		return mxlog_error_set(reterr, -EINVAL,
		    "%s: expected a mapping", section);
	while ((r = mxlog_json_next(&json, &token)) > 0) {
		if (token.type == MXLOG_JSON_OBJECT_END)
			continue;
		r = read_member(options, section, &json, &token, reterr);
		if (r < 0)
			return r;
	}
	return r == -EBADMSG
	    ? mxlog_error_set(reterr, -EINVAL, "%s: is no JSON", section)
	    : r;
}

int mxlog_options_parse(const struct mxlog_option *table, size_t n_table,
    const char *section, const char *json, size_t len,
    struct mxlog_options **ret, struct mxlog_error *reterr)
{
	if (!table && n_table > 0)
		return -EINVAL;

	struct mxlog_options *options = calloc(1, sizeof(*options));
	int r = 0;

	if (!options)
		return -ENOMEM;
	options->table = table;
	options->n = n_table;
	options->values = calloc(n_table + 1, sizeof(*options->values));
	if (!options->values)
		r = -ENOMEM;
	for (size_t i = 0; i < n_table && r == 0; i++)
		r = set_default(&options->values[i], &table[i]);
	if (r == 0 && json)
		r = read_section(options, section, json, len, reterr);
	if (r < 0) {
		mxlog_options_free(options);
		return r;
	}
	*ret = options;
	return 0;
}

/* ---- asking ---- */

static const struct value *get(const struct mxlog_options *options,
    size_t index, enum mxlog_option_type type)
{
	if (!options || index >= options->n ||
	    options->table[index].type != type)
		return NULL;
	return &options->values[index];
}

bool mxlog_options_get_bool(const struct mxlog_options *options, size_t index)
{
	const struct value *value = get(options, index, MXLOG_OPTION_BOOL);

	return value && value->flag;
}

int64_t mxlog_options_get_int(const struct mxlog_options *options, size_t index)
{
	const struct value *value = get(options, index, MXLOG_OPTION_INT);

	return value ? value->number : 0;
}

const char *mxlog_options_get_text(const struct mxlog_options *options,
    size_t index)
{
	const struct value *value = get(options, index, MXLOG_OPTION_TEXT);

	return value ? value->text : NULL;
}

const char *const *mxlog_options_get_list(const struct mxlog_options *options,
    size_t index, size_t *ret_n)
{
	const struct value *value = get(options, index, MXLOG_OPTION_LIST);

	if (ret_n)
		*ret_n = value ? value->n_list : 0;
	return value && ret_n ? (const char *const *)value->list : NULL;
}
