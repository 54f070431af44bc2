/* SPDX-License-Identifier: Apache-2.0 */
/* The levels of those who write payloads: names, letters, numbers. */
#include <math.h>
#include <strings.h>

#include "base/number.h"
#include "parse/payload_rules.h"

enum scale {
	SCALE_COMMON,
	SCALE_DOTNET,
	SCALE_GOOGLE,
	SCALE_NONE,
	SCALE_NXLOG,
	SCALE_OTEL,
};

static const struct {
	const char *path;
	enum scale scale;
} scales[] = {
#define SCALE(path, scale) { path, SCALE_##scale },
#include "tbl/payload.def"
};

static const struct {
	enum scale scale;
	int32_t first, last;
	struct mxlog_lift_level level;
} numbers[] = {
#define NUMBER(scale, first, last, level, exact) \
	{ SCALE_##scale, first, last, { MXLOG_##level, exact, NULL } },
#include "tbl/level_names.def"
};

static const struct {
	const char *text;
	size_t len;
	struct mxlog_lift_level level;
} names[] = {
#define NAME(name, level, exact) \
	{ LITERAL(name), { MXLOG_##level, exact, NULL } },
#include "tbl/level_names.def"
};

static const struct {
	char letter;
	struct mxlog_lift_level level;
} letters[] = {
#define LETTER(letter, level, exact) { letter, { MXLOG_##level, exact, NULL } },
#include "tbl/level_names.def"
};

static enum scale scale_of(const struct mxlog_payload_key *key)
{
	for (size_t i = 0; i < ARRAY_LEN(scales); i++)
		if (strcmp(scales[i].path, key->path) == 0)
			return scales[i].scale;
	return SCALE_COMMON;
}

/* 35, 35.0 */
static bool of_number(const char *text, size_t len, enum scale scale,
    struct mxlog_lift_level *ret)
{
	double value;

	if (mxlog_number_parse_double(text, len, &value) < 0 || value < 0 ||
	    value > INT32_MAX || trunc(value) != value)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		if (numbers[i].scale != scale || value < numbers[i].first ||
		    value > numbers[i].last)
			continue;
		*ret = numbers[i].level;
		return true;
	}
	return false;
}

static bool of_name(const char *text, size_t len, struct mxlog_lift_level *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (names[i].len != len ||
		    strncasecmp(names[i].text, text, len) != 0)
			continue;
		*ret = names[i].level;
		return true;
	}
	return false;
}

static bool of_letter(char letter, struct mxlog_lift_level *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(letters); i++) {
		if (letters[i].letter != (letter | 0x20))
			continue;
		*ret = letters[i].level;
		return true;
	}
	return false;
}

/* Names and letters with a degree: ERROR+4, DEBUG-4 (slog), INFO2
 * (OpenTelemetry), DEBUG5 (PostgreSQL), trace8, D2 (MongoDB). */
static bool of_degree(const char *text, size_t len,
    struct mxlog_lift_level *ret)
{
	size_t n = len;

	while (n > 0 && text[n - 1] >= '0' && text[n - 1] <= '9')
		n--;
	if (n == 0 || n == len)
		return false;
	if (n > 1 && (text[n - 1] == '+' || text[n - 1] == '-'))
		n--;
	else if (len - n > 1)
		return false;
	if (!of_name(text, n, ret) && !(n == 1 && of_letter(*text, ret)))
		return false;
	ret->exact = false;
	return true;
}

/* Without spaces around, and without the colours of a terminal. */
static void trim(const char **text, size_t *len)
{
	const char *start = *text, *end = start + *len, *m;

	for (;;) {
		if (start < end && (*start == ' ' || *start == '\t')) {
			start++;
			continue;
		}
		if (end - start < 3 || *start != '\033')
			break;
		m = memchr(start, 'm', (size_t)(end - start));
		if (!m)
			break;
		start = m + 1;
	}
	m = end > start && end[-1] == 'm'
	    ? memrchr(start, '\033', (size_t)(end - start))
	    : NULL;
	if (m)
		end = m;
	while (end > start && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*text = start;
	*len = (size_t)(end - start);
}

static bool of_text(const char *text, size_t len,
    const struct mxlog_payload_key *key, struct mxlog_lift_level *ret)
{
	trim(&text, &len);
	return of_name(text, len, ret) ||
	    of_number(text, len, scale_of(key), ret) ||
	    (len == 1 && of_letter(*text, ret)) || of_degree(text, len, ret);
}

/* A name that the rules give: it says more than its level. */
static bool of_rules(const struct mxlog_lift *lift, const char *text,
    size_t len, struct mxlog_lift_level *ret)
{
	ret->exact = false;
	return lift->rules &&
	    mxlog_payload_rules_find_level(lift->rules, text, len, &ret->level);
}

bool mxlog_lift_is_level_name(const struct mxlog_lift *lift, const char *text,
    size_t len)
{
	struct mxlog_lift_level level;

	return of_rules(lift, text, len, &level) ||
	    of_name(text, len, &level) || of_degree(text, len, &level);
}

int mxlog_lift_find_level(struct mxlog_lift *lift,
    const struct mxlog_payload_key *key, const struct mxlog_json_token *token,
    struct mxlog_lift_level *ret)
{
	const char *text;
	size_t len;
	int r;

	r = mxlog_lift_text(lift, token, &text, &len);
	if (r < 0)
		return r;
	if (!of_rules(lift, text, len, ret) &&
	    !(token->type == MXLOG_JSON_NUMBER
		    ? of_number(text, len, scale_of(key), ret)
		    : of_text(text, len, key, ret)))
		return 0;
	ret->text = token->text;
	return 1;
}

int mxlog_lift_take_level(struct mxlog_lift *lift,
    const struct mxlog_json_token *token)
{
	if (token->text != lift->level.text)
		return 0;
	mxlog_entry_set_level(lift->entry, lift->level.level);
	return lift->level.exact;
}
