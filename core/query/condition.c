/* SPDX-License-Identifier: Apache-2.0 */
#include "query/condition.h"

#include <stdlib.h>

#include "base/number.h"
#include "base/reterr.h"

enum {
	/* Processor time for one value. */
	SEARCH_USEC = 2 * 1000 * 1000,
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

struct mxlog_condition {
	char *text; /* as it was given */
	bool metrics;
	char *path;
	enum comparison comparison;
	char *value;
	size_t value_len;
	bool has_number, has_level;
	double number;
	enum mxlog_level level;
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

static int split(struct mxlog_condition *condition)
{
	const char *text = condition->text;
	size_t len = strcspn(text, "!=<>~");

	condition->path = strndup(text, len);
	if (!condition->path)
		return -ENOMEM;
	if (!text[len])
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		size_t n = strlen(signs[i].sign);

		if (strncmp(text + len, signs[i].sign, n) != 0)
			continue;
		condition->comparison = signs[i].comparison;
		condition->value = strdup(text + len + n);
		return condition->value ? 0 : -ENOMEM;
	}
	return -EINVAL;
}

static int prepare(struct mxlog_condition *condition,
    struct mxlog_error *reterr)
{
	const char *value = condition->value;

	if (!value)
		return 0;
	condition->value_len = strlen(value);
	condition->has_number =
	    mxlog_number_parse_double(value, condition->value_len,
		&condition->number) == 0;
	condition->has_level = strcmp(condition->path, "level") == 0 &&
	    mxlog_level_parse(value, condition->value_len, &condition->level) ==
		0;
	if (condition->comparison != MATCHES)
		return 0;
	return mxlog_pattern_new(value, condition->value_len, 0,
	    &condition->pattern, reterr);
}

int mxlog_condition_new(const char *text, bool metrics,
    struct mxlog_condition **ret, struct mxlog_error *reterr)
{
	struct mxlog_condition *condition = calloc(1, sizeof(*condition));
	int r;

	if (!condition)
		return -ENOMEM;
	condition->metrics = metrics;
	condition->text = strdup(text);
	r = condition->text ? split(condition) : -ENOMEM;
	if (r == -EINVAL)
		(void)mxlog_error_set(reterr, r,
		    "'%.80s': expected FIELD, or FIELD, one of = != < <= > >= "
		    "~, and a value",
		    text);
	if (r >= 0)
		r = mxlog_lookup_check(condition->path, metrics, reterr);
	if (r >= 0)
		r = prepare(condition, reterr);
	if (r < 0)
		mxlog_condition_free(condition);
	else
		*ret = condition;
	return r;
}

void mxlog_condition_free(struct mxlog_condition *condition)
{
	if (!condition)
		return;
	mxlog_pattern_free(condition->pattern);
	free(condition->text);
	free(condition->path);
	free(condition->value);
	free(condition);
}

int mxlog_condition_copy(const struct mxlog_condition *condition,
    struct mxlog_condition **ret)
{
	return mxlog_condition_new(condition->text, condition->metrics, ret,
	    NULL);
}

/* ---- comparing ---- */

static int compare_bytes(const struct mxlog_condition *condition,
    const struct mxlog_value *value)
{
	size_t n = MIN(value->len, condition->value_len);
	int c = n > 0 ? memcmp(value->text, condition->value, n) : 0;

	if (c != 0 || value->len == condition->value_len)
		return c;
	return value->len < condition->value_len ? -1 : 1;
}

static int compare(const struct mxlog_condition *condition,
    const struct mxlog_value *value)
{
	enum mxlog_level level;
	double number;

	if (condition->has_number &&
	    mxlog_number_parse_double(value->text, value->len, &number) == 0)
		return (number > condition->number) -
		    (number < condition->number);
	if (condition->has_level &&
	    mxlog_level_parse(value->text, value->len, &level) == 0)
		return (int)level - (int)condition->level;
	return compare_bytes(condition, value);
}

static int search(const struct mxlog_condition *condition,
    const struct mxlog_value *value)
{
	struct mxlog_budget budget = { .usec = SEARCH_USEC };
	struct mxlog_match match;

	return mxlog_pattern_search(condition->pattern, value->text, value->len,
	    0, &budget, &match);
}

static int judge(void *arg, const struct mxlog_value *value)
{
	struct mxlog_condition *condition = arg;

	switch (condition->comparison) {
	case PRESENT:
		return 1;
	case EQUAL:
		return compare(condition, value) == 0;
	case NOT_EQUAL:
		condition->seen = true;
		condition->equal |= compare(condition, value) == 0;
		return 0;
	case LESS:
		return compare(condition, value) < 0;
	case LESS_EQUAL:
		return compare(condition, value) <= 0;
	case GREATER:
		return compare(condition, value) > 0;
	case GREATER_EQUAL:
		return compare(condition, value) >= 0;
	case MATCHES:
		return search(condition, value);
	}
	return 0;
}

static int conclude(const struct mxlog_condition *condition, int r)
{
	if (r != 0 || condition->comparison != NOT_EQUAL)
		return r;
	return condition->seen && !condition->equal;
}

int mxlog_condition_holds(struct mxlog_condition *condition,
    const struct mxlog_entry *entry)
{
	condition->seen = condition->equal = false;
	return conclude(condition,
	    mxlog_lookup(entry, condition->path, judge, condition));
}

int mxlog_condition_holds_metric(struct mxlog_condition *condition,
    const struct mxlog_metric *metric)
{
	condition->seen = condition->equal = false;
	return conclude(condition,
	    mxlog_lookup_metric(metric, condition->path, judge, condition));
}

const char *mxlog_condition_path(const struct mxlog_condition *condition)
{
	return condition->path;
}

bool mxlog_condition_judge(struct mxlog_condition *condition,
    const struct mxlog_value *value, int *ret)
{
	if (value && value->json && condition->comparison != PRESENT &&
	    (!condition->has_number || condition->comparison == MATCHES))
		return false;
	condition->seen = condition->equal = false;
	*ret = conclude(condition, value ? judge(condition, value) : 0);
	return true;
}

const char *mxlog_condition_text(const struct mxlog_condition *condition)
{
	bool nested = strncmp(condition->path, "context.", 8) == 0 ||
	    strncmp(condition->path, "exception.", 10) == 0;

	/* What may be written in more than one way can't be looked for. */
	if (condition->comparison != EQUAL || condition->has_number ||
	    !nested || strchr("{[", condition->value[0]))
		return NULL; /* which holds for no text at all, too */
	return condition->value;
}

const char *mxlog_condition_key(const struct mxlog_condition *condition)
{
	static const char *const always[] = { "trace_id", "timestamp", "level",
		"module", "message" };
	const char *path = condition->path, *dot = strrchr(path, '.');

	if (condition->metrics)
		return NULL;
	if (strncmp(path, "context.", 8) == 0)
		return dot[1] ? dot + 1 : NULL;
	for (size_t i = 0; i < ARRAY_LEN(always); i++)
		if (strcmp(always[i], path) == 0)
			return NULL;
	return dot ? NULL : path;
}
