/* SPDX-License-Identifier: Apache-2.0 */
#include "query/predicate.h"

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

struct mxlog_predicate {
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

static int prepare(struct mxlog_predicate *predicate,
    struct mxlog_error *reterr)
{
	const char *value = predicate->value;

	if (!value)
		return 0;
	predicate->value_len = strlen(value);
	predicate->has_number =
	    mxlog_number_parse_double(value, predicate->value_len,
		&predicate->number) == 0;
	predicate->has_level = strcmp(predicate->path, "level") == 0 &&
	    mxlog_level_parse(value, predicate->value_len, &predicate->level) ==
		0;
	if (predicate->comparison != MATCHES)
		return 0;
	return mxlog_pattern_new(value, predicate->value_len, 0,
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

static int compare_bytes(const struct mxlog_predicate *predicate,
    const struct mxlog_field_value *value)
{
	size_t n = MIN(value->len, predicate->value_len);
	int c = n > 0 ? memcmp(value->text, predicate->value, n) : 0;

	if (c != 0 || value->len == predicate->value_len)
		return c;
	return value->len < predicate->value_len ? -1 : 1;
}

static int compare(const struct mxlog_predicate *predicate,
    const struct mxlog_field_value *value)
{
	enum mxlog_level level;
	double number;

	if (predicate->has_number &&
	    mxlog_number_parse_double(value->text, value->len, &number) == 0)
		return (number > predicate->number) -
		    (number < predicate->number);
	if (predicate->has_level &&
	    mxlog_level_parse(value->text, value->len, &level) == 0)
		return (int)level - (int)predicate->level;
	return compare_bytes(predicate, value);
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
		return compare(predicate, value) == 0;
	case NOT_EQUAL:
		predicate->seen = true;
		predicate->equal |= compare(predicate, value) == 0;
		return 0;
	case LESS:
		return compare(predicate, value) < 0;
	case LESS_EQUAL:
		return compare(predicate, value) <= 0;
	case GREATER:
		return compare(predicate, value) > 0;
	case GREATER_EQUAL:
		return compare(predicate, value) >= 0;
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

const char *mxlog_predicate_path(const struct mxlog_predicate *predicate)
{
	return predicate->path;
}

bool mxlog_predicate_judge(struct mxlog_predicate *predicate,
    const struct mxlog_field_value *value, int *ret)
{
	if (value && value->json && predicate->comparison != PRESENT &&
	    (!predicate->has_number || predicate->comparison == MATCHES))
		return false;
	predicate->seen = predicate->equal = false;
	*ret = conclude(predicate, value ? judge(predicate, value) : 0);
	return true;
}

const char *mxlog_predicate_text(const struct mxlog_predicate *predicate)
{
	bool nested = strncmp(predicate->path, "context.", 8) == 0 ||
	    strncmp(predicate->path, "exception.", 10) == 0;

	/* What may be written in more than one way can't be looked for. */
	if (predicate->comparison != EQUAL || predicate->has_number ||
	    !nested || strchr("{[", predicate->value[0]))
		return NULL; /* which holds for no text at all, too */
	return predicate->value;
}

const char *mxlog_predicate_key(const struct mxlog_predicate *predicate)
{
	static const char *const always[] = { "trace_id", "timestamp", "level",
		"module", "message" };
	const char *path = predicate->path, *dot = strrchr(path, '.');

	if (predicate->metrics)
		return NULL;
	if (strncmp(path, "context.", 8) == 0)
		return dot[1] ? dot + 1 : NULL;
	for (size_t i = 0; i < ARRAY_LEN(always); i++)
		if (strcmp(always[i], path) == 0)
			return NULL;
	return dot ? NULL : path;
}
