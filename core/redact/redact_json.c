/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/redact_json.h"

#include <strings.h>

#include "redact/redact_judge.h"

enum {
	KEY_BYTES = 128,  /* of a key or name that are looked at */
	AHEAD_DEPTH = 16, /* objects nested deeper are not looked through … */
	AHEAD_MEMBERS = 64, /* … and of others so many members */
};

/* How a value stands under the name of a secret. */
enum under {
	UNDER_NOTHING,
	UNDER_NAME,  /* "password": this */
	UNDER_ABOVE, /* "password": {"x": this} */
};

struct level {
	bool object;
	enum under under; /* of its members */
	struct mxlog_name name;
	/* Of an object: what stands under keys of this class is the secret. */
	bool has_value, is_secret, is_jwk;
	struct mxlog_name value_name;
	/* Of an array: the string before was this name. */
	struct mxlog_name last_name;
	bool last_option;
	unsigned n;     /* elements so far */
	unsigned total; /* elements in all, up to three */
};

struct walk {
	struct mxlog_json json;
	mxlog_json_judge_fn *judge;
	void *data;
	struct level levels[MXLOG_JSON_DEPTH + 1];
	/* Of the key before the value at hand. */
	enum under under;
	struct mxlog_name name;
};

/* A string's text, decoded as far as it is looked at; its length. */
static size_t get_text(const struct mxlog_json_token *token, char *out,
    const char **ret)
{
	const char *p = token->text, *end = p + token->len;
	size_t n = 0;

	*ret = token->text;
	if (!token->escaped)
		return token->len;
	while (p < end && n + 4 < KEY_BYTES) {
		uint32_t c;

		p += mxlog_json_next_character(p, end, &c);
		out[n++] = c < 0x80 ? (char)c : '?';
	}
	*ret = out;
	return n;
}

static struct mxlog_name classify(const struct mxlog_json_token *token)
{
	char buf[KEY_BYTES];
	const char *text;
	size_t len = get_text(token, buf, &text);

	if (len > KEY_BYTES)
		return (struct mxlog_name){ 0 };
	return mxlog_name_classify(text, len);
}

static bool is_one_of(const struct mxlog_json_token *token,
    const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (token->len == strlen(words[i]) &&
		    strncasecmp(token->text, words[i], token->len) == 0)
			return true;
	return false;
}

/* Keys of what holds a name, … */
static bool holds_name(const struct mxlog_json_token *key)
{
	static const char *const words[] = { "name", "key", "k", "n", "field",
		"header", "headername", "id", "label", "attribute", "variable",
		"var", "property", "option", "setting", "param", "parameter",
		"parameterkey", "parametername", "envname", "attributename" };

	return is_one_of(key, words, ARRAY_LEN(words));
}

/* … and of its value. */
static bool holds_value(const struct mxlog_json_token *key)
{
	static const char *const words[] = { "value", "v", "val", "values",
		"stringvalue", "string_value", "parametervalue", "content",
		"data", "text", "default", "defaultvalue", "default_value",
		"current", "new", "old", "newvalue", "oldvalue", "plaintext",
		"secretstring", "headervalue", "attributevalue", "simple" };

	return is_one_of(key, words, ARRAY_LEN(words));
}

/* The private members of a JSON web key. */
static bool is_jwk_secret(const struct mxlog_json_token *key)
{
	static const char *const words[] = { "d", "p", "q", "dp", "dq", "qi",
		"k" };

	return is_one_of(key, words, ARRAY_LEN(words));
}

static bool is_data(const struct mxlog_json_token *key)
{
	static const char *const words[] = { "data", "stringdata" };

	return is_one_of(key, words, ARRAY_LEN(words));
}

static bool is_secret_name(struct mxlog_name name)
{
	return name.kind != MXLOG_NAME_OTHER && name.kind != MXLOG_NAME_QUERY;
}

/* Only a name, not a text in which one stands. */
static bool is_bare_name(const struct mxlog_json_token *token)
{
	for (size_t i = 0; i < token->len; i++)
		if (!mxlog_is_name_byte(token->text[i]) &&
		    (unsigned char)token->text[i] < 0x80)
			return false;
	return token->len > 0;
}

/* Look through the members of an object that begins here. */
static void look_ahead(const struct walk *walk, struct level *level)
{
	struct mxlog_json json = walk->json;
	struct mxlog_json_token key, value;

	for (unsigned i = 0; i < AHEAD_MEMBERS; i++) {
		if (mxlog_json_next_member(&json, &key, &value) <= 0)
			return;
		if (mxlog_json_skip(&json, &value) < 0)
			return;
		if (value.type != MXLOG_JSON_STRING)
			continue;
		if (key.len == 3 && memcmp(key.text, "kty", 3) == 0)
			level->is_jwk = true;
		if (key.len == 4 && memcmp(key.text, "kind", 4) == 0 &&
		    value.len == 6 && memcmp(value.text, "Secret", 6) == 0)
			level->is_secret = true;
		if (!level->has_value && holds_name(&key) &&
		    is_bare_name(&value)) {
			level->value_name = classify(&value);
			level->has_value = is_secret_name(level->value_name);
		}
	}
}

static void count_elements(const struct walk *walk, struct level *level)
{
	struct mxlog_json json = walk->json;
	struct mxlog_json_token token;

	while (level->total < 3 && mxlog_json_next(&json, &token) > 0 &&
	    token.type != MXLOG_JSON_ARRAY_END) {
		level->total++;
		if (mxlog_json_skip(&json, &token) < 0)
			return;
	}
}

static void open_level(struct walk *walk, const struct mxlog_json_token *token)
{
	struct level *level = &walk->levels[token->depth + 1];

	*level = (struct level){
		.object = token->type == MXLOG_JSON_OBJECT,
		.name = walk->name,
	};
	if (walk->under != UNDER_NOTHING)
		level->under = level->object ? UNDER_ABOVE : walk->under;
	if (token->depth < AHEAD_DEPTH && level->object)
		look_ahead(walk, level);
	if (token->depth < AHEAD_DEPTH && !level->object)
		count_elements(walk, level);
}

static void read_key(struct walk *walk, const struct level *level,
    const struct mxlog_json_token *key)
{
	struct mxlog_name name = classify(key);

	walk->under = UNDER_NOTHING;
	walk->name = name;
	if (is_secret_name(name)) {
		walk->under = UNDER_NAME;
	} else if (level->has_value && holds_value(key)) {
		walk->under = UNDER_NAME;
		walk->name = level->value_name;
	} else if ((level->is_jwk && is_jwk_secret(key)) ||
	    (level->is_secret && is_data(key)) ||
	    (key->len == 10 && strncasecmp(key->text, "stringData", 10) == 0)) {
		walk->under = UNDER_NAME;
		walk->name = (struct mxlog_name){ .kind = MXLOG_NAME_SECRET };
	} else if (level->under == UNDER_ABOVE) {
		walk->under =
		    holds_value(key) || level->name.kind == MXLOG_NAME_COOKIE
		    ? UNDER_NAME
		    : UNDER_ABOVE;
		walk->name = level->name;
		if (mxlog_name_is_about(key->text, key->len))
			walk->under = UNDER_NOTHING;
	}
}

/* An element after a name: ["Cookie", this], [.., "--password", this, ..]. */
static void read_neighbour(struct walk *walk, struct level *level,
    const struct mxlog_json_token *token)
{
	walk->under = level->under;
	walk->name = level->name;
	if (token->type == MXLOG_JSON_STRING &&
	    level->last_name.kind != MXLOG_NAME_OTHER &&
	    !(is_bare_name(token) && is_secret_name(classify(token))) &&
	    *token->text != '-' &&
	    (level->last_option || level->total == 2 ||
		level->last_name.kind == MXLOG_NAME_COOKIE ||
		level->last_name.kind == MXLOG_NAME_AUTHORIZATION ||
		mxlog_judge_is_opaque(token->text, token->len))) {
		walk->under = UNDER_NAME;
		walk->name = level->last_name;
	}
	level->n++;
	level->last_name = (struct mxlog_name){ 0 };
	if (token->type == MXLOG_JSON_STRING && is_bare_name(token) &&
	    token->len <= KEY_BYTES) {
		level->last_name = classify(token);
		level->last_option = *token->text == '-';
		if (!is_secret_name(level->last_name))
			level->last_name.kind = MXLOG_NAME_OTHER;
	}
}

/* Deeper inside, what is no word, path or sentence. */
static bool is_secret_inside(const char *text, size_t len)
{
	return len >= 4 && !mxlog_judge_is_word(text, len) &&
	    !mxlog_judge_is_number(text, len) &&
	    !mxlog_judge_is_path(text, len) && !memchr(text, ' ', len);
}

static bool is_secret(const struct walk *walk,
    const struct mxlog_json_token *token)
{
	struct mxlog_name name = walk->name;

	if (walk->under == UNDER_NOTHING)
		return false;
	if (token->type == MXLOG_JSON_NUMBER)
		return walk->under == UNDER_NAME &&
		    mxlog_value_is_secret(name, token->text, token->len);
	if (walk->under == UNDER_NAME && name.kind == MXLOG_NAME_COOKIE &&
	    token->len > 0)
		return mxlog_value_is_secret(name, token->text, token->len);
	if (!mxlog_value_is_secret(name, token->text, token->len))
		return false;
	return walk->under == UNDER_NAME ||
	    is_secret_inside(token->text, token->len);
}

static int take_scalar(struct walk *walk, struct level *level,
    const struct mxlog_json_token *token)
{
	if (!level->object && token->depth > 0)
		read_neighbour(walk, level, token);
	if (token->type != MXLOG_JSON_STRING &&
	    token->type != MXLOG_JSON_NUMBER)
		return 0;
	return walk->judge(walk->data, token,
	    is_secret(walk, token) ? MXLOG_JSON_SECRET : MXLOG_JSON_SEARCH);
}

static int take(struct walk *walk, const struct mxlog_json_token *token)
{
	struct level *level = &walk->levels[token->depth];

	switch (token->type) {
	case MXLOG_JSON_KEY:
		read_key(walk, level, token);
		return walk->judge(walk->data, token, MXLOG_JSON_SEARCH);
	case MXLOG_JSON_OBJECT:
	case MXLOG_JSON_ARRAY:
		if (!level->object && token->depth > 0)
			read_neighbour(walk, level, token);
		open_level(walk, token);
		return 0;
	case MXLOG_JSON_OBJECT_END:
	case MXLOG_JSON_ARRAY_END:
		return 0;
	default:
		return take_scalar(walk, level, token);
	}
}

int mxlog_json_judge(const char *text, size_t len, struct mxlog_name name,
    mxlog_json_judge_fn *judge, void *data, size_t *ret_len)
{
	struct mxlog_json_token token;
	struct walk walk; /* its levels are set where they begin */
	int r;

	walk.judge = judge;
	walk.data = data;
	walk.name = name;
	walk.under = is_secret_name(name) ? UNDER_NAME : UNDER_NOTHING;
	walk.levels[0] = (struct level){ .object = true };
	mxlog_json_init(&walk.json, text, len);
	do {
		r = mxlog_json_next(&walk.json, &token);
		if (r == 0)
			return -EBADMSG;
		if (r > 0)
			r = take(&walk, &token);
		if (r < 0)
			return r;
	} while (token.depth > 0 || token.type == MXLOG_JSON_OBJECT ||
	    token.type == MXLOG_JSON_ARRAY);
	*ret_len = (size_t)(walk.json.at - text);
	return 0;
}

bool mxlog_json_holds_name(const char *key, size_t len)
{
	struct mxlog_json_token token = { .text = key, .len = len };

	return holds_name(&token);
}

bool mxlog_json_holds_value(const char *key, size_t len)
{
	struct mxlog_json_token token = { .text = key, .len = len };

	return holds_value(&token);
}
