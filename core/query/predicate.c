/* SPDX-License-Identifier: Apache-2.0 */
#include "query/predicate.h"

#include <stdlib.h>

#include "base/reterr.h"
#include "query/literal.h"

enum {
	/* Processor time for one value. */
	SEARCH_USEC = 2 * 1000 * 1000,
	DIGITS_MAX = 15, /* of a number that any double keeps */
};

enum comparison {
	PRESENT,
	EQUAL,
	NOT_EQUAL,
	LESS,
	LESS_EQUAL,
	GREATER,
	GREATER_EQUAL,
	MATCHES,
};

struct mxlog_predicate {
	char *text; /* as it was given */
	bool metrics;
	char *path;
	enum comparison comparison;
	char *value;
	struct mxlog_literal literal; /* the value */
	char *word; /* every line that holds the path's key has it; or NULL */
	struct mxlog_pattern *pattern;
	/* While a lookup runs. */
	bool seen, equal;
};

/* Longest first. */
static const struct {
	const char *sign;
	enum comparison comparison;
} signs[] = {
	{ "!=", NOT_EQUAL },
	{ "<=", LESS_EQUAL },
	{ ">=", GREATER_EQUAL },
	{ "=", EQUAL },
	{ "<", LESS },
	{ ">", GREATER },
	{ "~", MATCHES },
};

static int split(struct mxlog_predicate *predicate)
{
	const char *text = predicate->text;
	size_t len = strcspn(text, "!=<>~");

	predicate->path = strndup(text, len);
	if (!predicate->path)
		return -ENOMEM;
	if (!text[len])
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		size_t n = strlen(signs[i].sign);

		if (strncmp(text + len, signs[i].sign, n) != 0)
			continue;
		predicate->comparison = signs[i].comparison;
		predicate->value = strdup(text + len + n);
		return predicate->value ? 0 : -ENOMEM;
	}
	return -EINVAL;
}

/* ---- the key that a line must have ---- */

static const char *key_of(const struct mxlog_predicate *predicate)
{
	static const char *const always[] = { "trace_id", "timestamp", "level",
		"module", "message" };
	const char *path = predicate->path, *dot = strrchr(path, '.');

	if (predicate->metrics)
		return NULL;
	if (strncmp(path, LITERAL("context.")) == 0)
		return dot[1] ? dot + 1 : NULL;
	for (size_t i = 0; i < ARRAY_LEN(always); i++)
		if (strcmp(always[i], path) == 0)
			return NULL;
	return dot ? NULL : path;
}

/* A key of context itself may have been renamed, keys below it never are. */
static bool may_be_renamed(const char *path)
{
	return strncmp(path, LITERAL("context.")) == 0 &&
	    !strchr(path + strlen("context."), '.');
}

/* The longest word of a key that stands in whatever key it was made of. */
static int choose_word(struct mxlog_predicate *predicate, const char *key)
{
	const char *best = NULL;
	size_t best_len = 1;

	while (*key) {
		size_t len = strcspn(key, "_");

		if (len > best_len && mxlog_key_word_is_kept(key, len)) {
			best = key;
			best_len = len;
		}
		key += len + (key[len] == '_');
	}
	if (!best)
		return 0;
	predicate->word = strndup(best, best_len);
	return predicate->word ? 0 : -ENOMEM;
}

static int prepare_key(struct mxlog_predicate *predicate)
{
	const char *key = key_of(predicate);

	if (!key || !may_be_renamed(predicate->path))
		return 0;
	return choose_word(predicate, key);
}

static int prepare(struct mxlog_predicate *predicate,
    struct mxlog_error *reterr)
{
	const char *value = predicate->value;
	bool level = strcmp(predicate->path, "level") == 0;
	int r = prepare_key(predicate);

	if (r < 0 || !value)
		return r;
	mxlog_literal_init(&predicate->literal, value, strlen(value),
	    level ? MXLOG_LITERAL_LEVEL : MXLOG_LITERAL_ANY);
	if (predicate->comparison != MATCHES)
		return 0;
	return mxlog_pattern_new(value, predicate->literal.len, 0,
	    &predicate->pattern, reterr);
}

int mxlog_predicate_new(const char *text, bool metrics,
    struct mxlog_predicate **ret, struct mxlog_error *reterr)
{
	struct mxlog_predicate *predicate = calloc(1, sizeof(*predicate));
	int r;

	if (!predicate)
		return -ENOMEM;
	predicate->metrics = metrics;
	predicate->text = strdup(text);
	r = predicate->text ? split(predicate) : -ENOMEM;
	if (r == -EINVAL)
		(void)mxlog_error_set(reterr, r,
		    "'%.80s': expected FIELD, or FIELD, one of = != < <= > >= "
		    "~, and a value",
		    text);
	if (r >= 0)
		r = mxlog_field_path_check(predicate->path, metrics, reterr);
	if (r >= 0)
		r = prepare(predicate, reterr);
	if (r < 0)
		mxlog_predicate_free(predicate);
	else
		*ret = predicate;
	return r;
}

void mxlog_predicate_free(struct mxlog_predicate *predicate)
{
	if (!predicate)
		return;
	mxlog_pattern_free(predicate->pattern);
	free(predicate->text);
	free(predicate->word);
	free(predicate->path);
	free(predicate->value);
	free(predicate);
}

int mxlog_predicate_copy(const struct mxlog_predicate *predicate,
    struct mxlog_predicate **ret)
{
	return mxlog_predicate_new(predicate->text, predicate->metrics, ret,
	    NULL);
}

/* ---- comparing ---- */

static bool is_ordered(const struct mxlog_predicate *predicate,
    const struct mxlog_field_value *value)
{
	int order;

	if (!mxlog_literal_order(&predicate->literal, value, &order))
		return false;
	switch (predicate->comparison) {
	case LESS:
		return order < 0;
	case LESS_EQUAL:
		return order <= 0;
	case GREATER:
		return order > 0;
	default:
		return order >= 0;
	}
}

static int search(const struct mxlog_predicate *predicate,
    const struct mxlog_field_value *value)
{
	struct mxlog_budget budget = { .usec = SEARCH_USEC };
	struct mxlog_match match;

	return mxlog_pattern_search(predicate->pattern, value->text, value->len,
	    0, &budget, &match);
}

static int judge(void *arg, const struct mxlog_field_value *value)
{
	struct mxlog_predicate *predicate = arg;

	switch (predicate->comparison) {
	case PRESENT:
		return 1;
	case EQUAL:
		return mxlog_literal_equals(&predicate->literal, value);
	case NOT_EQUAL:
		predicate->seen = true;
		predicate->equal |=
		    mxlog_literal_equals(&predicate->literal, value);
		return 0;
	case LESS:
	case LESS_EQUAL:
	case GREATER:
	case GREATER_EQUAL:
		return is_ordered(predicate, value);
	case MATCHES:
		return search(predicate, value);
	}
	return 0;
}

static int conclude(const struct mxlog_predicate *predicate, int r)
{
	if (r != 0 || predicate->comparison != NOT_EQUAL)
		return r;
	return predicate->seen && !predicate->equal;
}

int mxlog_predicate_holds(struct mxlog_predicate *predicate,
    const struct mxlog_entry *entry)
{
	predicate->seen = predicate->equal = false;
	return conclude(predicate,
	    mxlog_field_path_find(entry, predicate->path, judge, predicate));
}

int mxlog_predicate_holds_metric(struct mxlog_predicate *predicate,
    const struct mxlog_metric *metric)
{
	predicate->seen = predicate->equal = false;
	return conclude(predicate,
	    mxlog_field_path_metric(metric, predicate->path, judge, predicate));
}

int mxlog_predicate_holds_context(struct mxlog_predicate *predicate,
    const char *json, size_t len)
{
	predicate->seen = predicate->equal = false;
	return conclude(predicate,
	    mxlog_field_path_context(json, len,
		predicate->path + strlen("context."), judge, predicate));
}

const char *mxlog_predicate_path(const struct mxlog_predicate *predicate)
{
	return predicate->path;
}

/* True if the decoded form of JSON digits can't matter. */
static bool takes_digits(const struct mxlog_predicate *predicate, size_t len)
{
	if (predicate->comparison == PRESENT)
		return true;
	return predicate->literal.is_plain && len <= DIGITS_MAX &&
	    predicate->comparison != MATCHES;
}

bool mxlog_predicate_judge(struct mxlog_predicate *predicate,
    const struct mxlog_field_value *value, int *ret)
{
	if (value && value->json && !takes_digits(predicate, value->len))
		return false;
	predicate->seen = predicate->equal = false;
	*ret = conclude(predicate, value ? judge(predicate, value) : 0);
	return true;
}

/* ---- what a line that matches has in it ---- */

static bool is_nested(const struct mxlog_predicate *predicate)
{
	return strncmp(predicate->path, LITERAL("context.")) == 0 ||
	    strncmp(predicate->path, LITERAL("exception.")) == 0;
}

const char *mxlog_predicate_text(const struct mxlog_predicate *predicate)
{
	/* What may be written in more than one way can't be looked for. */
	if (predicate->comparison != EQUAL || predicate->literal.is_number ||
	    !is_nested(predicate) || strchr("{[", predicate->value[0]))
		return NULL; /* which holds for no text at all, too */
	return predicate->value;
}

const char *mxlog_predicate_key(const struct mxlog_predicate *predicate,
    bool *ret_word)
{
	*ret_word = may_be_renamed(predicate->path);
	return *ret_word ? predicate->word : key_of(predicate);
}
