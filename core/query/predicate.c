/* SPDX-License-Identifier: Apache-2.0 */
#include "query/predicate.h"

#include <stdlib.h>

#include "base/reterr.h"

enum {
	/* Processor time for one value. */
	SEARCH_USEC = 2 * 1000 * 1000,
	DIGITS_MAX = 15, /* of a number that any double keeps */
};

struct mxlog_predicate {
	bool metrics;
	char *path;
	enum mxlog_comparison comparison;
	char *value;                  /* NULL: it takes none */
	struct mxlog_literal literal; /* the value */
	char *word; /* every line that holds the path's key has it; or NULL */
	struct mxlog_pattern *pattern;
	/* While a lookup runs. */
	bool seen, equal;
};

static const char *const signs[MXLOG_COMPARISONS] = {
	[MXLOG_PRESENT] = "",
	[MXLOG_EQUAL] = "=",
	[MXLOG_NOT_EQUAL] = "!=",
	[MXLOG_LESS] = "<",
	[MXLOG_LESS_EQUAL] = "<=",
	[MXLOG_GREATER] = ">",
	[MXLOG_GREATER_EQUAL] = ">=",
	[MXLOG_MATCHES] = "~",
	[MXLOG_NOT_MATCHES] = "!~",
	[MXLOG_HAS] = "has",
};

const char *mxlog_comparison_sign(enum mxlog_comparison comparison)
{
	return signs[comparison];
}

/* ---- the key that a line must have ---- */

static const char *key_of(const struct mxlog_predicate *predicate)
{
	/* What is context may stand beside it in lines of other loggers. */
	static const char *const always[] = { "trace_id", "timestamp", "level",
		"module", "message", "context" };
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

static bool searches(enum mxlog_comparison comparison)
{
	return comparison == MXLOG_MATCHES || comparison == MXLOG_NOT_MATCHES ||
	    comparison == MXLOG_HAS;
}

/* Of its value, if there is one. */
static int prepare(struct mxlog_predicate *predicate,
    const struct mxlog_predicate_parts *parts, struct mxlog_error *reterr)
{
	unsigned flags = predicate->comparison == MXLOG_HAS
	    ? MXLOG_PATTERN_CASELESS | MXLOG_PATTERN_LITERAL
	    : 0;
	int r = prepare_key(predicate);

	if (r < 0 || !predicate->value)
		return r;
	mxlog_literal_init(&predicate->literal, predicate->value, parts->len,
	    parts->kind);
	if (!searches(predicate->comparison))
		return 0;
	return mxlog_pattern_new(predicate->value, parts->len, flags,
	    &predicate->pattern, reterr);
}

static char *copy_bytes(const char *text, size_t len)
{
	char *copy = malloc(len + 1);

	if (!copy)
		return NULL;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

int mxlog_predicate_make(const struct mxlog_predicate_parts *parts,
    bool metrics, struct mxlog_predicate **ret, struct mxlog_error *reterr)
{
	struct mxlog_predicate *predicate;
	int r = mxlog_field_path_check(parts->path, metrics, reterr);

	if (r < 0)
		return r;
	predicate = calloc(1, sizeof(*predicate));
	if (!predicate)
		return -ENOMEM;
	predicate->metrics = metrics;
	predicate->comparison = parts->comparison;
	predicate->path = strdup(parts->path);
	if (parts->comparison != MXLOG_PRESENT)
		predicate->value = copy_bytes(parts->value, parts->len);
	r = predicate->path &&
		(predicate->value || parts->comparison == MXLOG_PRESENT)
	    ? prepare(predicate, parts, reterr)
	    : -ENOMEM;
	if (r < 0)
		mxlog_predicate_free(predicate);
	else
		*ret = predicate;
	return r;
}

struct mxlog_predicate_parts mxlog_predicate_parts(
    const struct mxlog_predicate *predicate)
{
	return (struct mxlog_predicate_parts){
		.path = predicate->path,
		.comparison = predicate->comparison,
		.value = predicate->value,
		.len = predicate->literal.len,
		.kind = predicate->literal.kind,
	};
}

/* ---- as a person types it ---- */

/* The sign that a text begins with, the longest one. */
static enum mxlog_comparison find_sign(const char *text)
{
	size_t longest = 0;
	enum mxlog_comparison found = MXLOG_PRESENT;

	for (int i = MXLOG_EQUAL; i < MXLOG_HAS; i++) {
		size_t len = strlen(signs[i]);

		if (len <= longest || strncmp(text, signs[i], len) != 0)
			continue;
		longest = len;
		found = (enum mxlog_comparison)i;
	}
	return found;
}

static int refuse(const char *text, struct mxlog_error *reterr)
{
	return mxlog_error_set(reterr, -EINVAL,
	    "'%.80s': expected FIELD, or FIELD, one of = != < <= > >= ~ !~, "
	    "and a value",
	    text);
}

int mxlog_predicate_new(const char *text, bool metrics,
    struct mxlog_predicate **ret, struct mxlog_error *reterr)
{
	size_t len = strcspn(text, "!=<>~");
	struct mxlog_predicate_parts parts = { 0 };
	char *path;
	int r;

	parts.comparison = find_sign(text + len);
	if (text[len] && parts.comparison == MXLOG_PRESENT)
		return refuse(text, reterr);
	if (strncmp(text + len, LITERAL("=~")) == 0)
		return mxlog_error_set(reterr, -EINVAL,
		    "'%.80s': is it a pattern? Then write %.*s~%.40s; a value "
		    "that begins with ~ stands in quotes in --where",
		    text, (int)MIN(len, (size_t)40), text, text + len + 2);
	path = strndup(text, len);
	if (!path)
		return -ENOMEM;
	parts.path = path;
	parts.value = text + len + strlen(signs[parts.comparison]);
	parts.len = strlen(parts.value);
	parts.kind = strcmp(path, "level") == 0 ? MXLOG_LITERAL_LEVEL
						: MXLOG_LITERAL_ANY;
	r = mxlog_predicate_make(&parts, metrics, ret, reterr);
	free(path);
	return r;
}

void mxlog_predicate_free(struct mxlog_predicate *predicate)
{
	if (!predicate)
		return;
	mxlog_pattern_free(predicate->pattern);
	free(predicate->word);
	free(predicate->path);
	free(predicate->value);
	free(predicate);
}

int mxlog_predicate_copy(const struct mxlog_predicate *predicate,
    struct mxlog_predicate **ret)
{
	struct mxlog_predicate_parts parts = mxlog_predicate_parts(predicate);

	return mxlog_predicate_make(&parts, predicate->metrics, ret, NULL);
}

/* ---- comparing ---- */

static bool is_ordered(const struct mxlog_predicate *predicate,
    const struct mxlog_field_value *value)
{
	int order;

	if (!mxlog_literal_order(&predicate->literal, value, &order))
		return false;
	switch (predicate->comparison) {
	case MXLOG_LESS:
		return order < 0;
	case MXLOG_LESS_EQUAL:
		return order <= 0;
	case MXLOG_GREATER:
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

/* Of those that no value may be: one that it is, or an error, decides. */
static int judge_none(struct mxlog_predicate *predicate, int r)
{
	predicate->seen = true;
	predicate->equal |= r > 0;
	return r < 0 ? r : 0;
}

static int judge(void *arg, const struct mxlog_field_value *value)
{
	struct mxlog_predicate *predicate = arg;

	switch (predicate->comparison) {
	case MXLOG_PRESENT:
		return 1;
	case MXLOG_EQUAL:
		return mxlog_literal_equals(&predicate->literal, value);
	case MXLOG_NOT_EQUAL:
		return judge_none(predicate,
		    mxlog_literal_equals(&predicate->literal, value));
	case MXLOG_LESS:
	case MXLOG_LESS_EQUAL:
	case MXLOG_GREATER:
	case MXLOG_GREATER_EQUAL:
		return is_ordered(predicate, value);
	case MXLOG_MATCHES:
		return search(predicate, value);
	case MXLOG_NOT_MATCHES:
		return judge_none(predicate, search(predicate, value));
	case MXLOG_HAS:
		return value->json || value->element
		    ? mxlog_literal_equals(&predicate->literal, value)
		    : search(predicate, value);
	case MXLOG_COMPARISONS:
		break;
	}
	return 0;
}

static int conclude(const struct mxlog_predicate *predicate, int r)
{
	if (r != 0 ||
	    (predicate->comparison != MXLOG_NOT_EQUAL &&
		predicate->comparison != MXLOG_NOT_MATCHES))
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
	if (predicate->comparison == MXLOG_PRESENT)
		return true;
	return predicate->literal.is_plain && len <= DIGITS_MAX &&
	    !searches(predicate->comparison);
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

const struct mxlog_pattern *mxlog_predicate_pattern(
    const struct mxlog_predicate *predicate)
{
	return predicate->comparison == MXLOG_NOT_MATCHES ? NULL
							  : predicate->pattern;
}

static bool is_nested(const struct mxlog_predicate *predicate)
{
	return strncmp(predicate->path, LITERAL("context.")) == 0 ||
	    strncmp(predicate->path, LITERAL("exception.")) == 0;
}

const char *mxlog_predicate_text(const struct mxlog_predicate *predicate)
{
	/* What may be written in more than one way can't be looked for. */
	if (predicate->comparison != MXLOG_EQUAL ||
	    predicate->literal.is_number || !is_nested(predicate) ||
	    mxlog_field_path_has_other(predicate->path) ||
	    strchr("{[", predicate->value[0]))
		return NULL; /* which holds for no text at all, too */
	return predicate->value;
}

const char *mxlog_predicate_key(const struct mxlog_predicate *predicate,
    bool *ret_word)
{
	*ret_word = false;
	if (mxlog_field_path_has_other(predicate->path))
		return NULL;
	*ret_word = may_be_renamed(predicate->path);
	return *ret_word ? predicate->word : key_of(predicate);
}
