/* SPDX-License-Identifier: Apache-2.0 */
#include "query/literal.h"

#include "base/number.h"

enum {
	/* Any two decimals of so few digits are the same double only if they
	 * are the same number. */
	PLAIN_DIGITS = 15,
};

void mxlog_literal_init(struct mxlog_literal *literal, const char *text,
    size_t len, enum mxlog_literal_kind kind)
{
	*literal =
	    (struct mxlog_literal){ .text = text, .len = len, .kind = kind };
	if (kind == MXLOG_LITERAL_LEVEL &&
	    mxlog_level_parse(text, len, &literal->level) < 0)
		literal->kind = MXLOG_LITERAL_ANY;
	if (literal->kind != MXLOG_LITERAL_ANY &&
	    literal->kind != MXLOG_LITERAL_NUMBER)
		return;
	literal->is_number = len > 0 && mxlog_number_span(text, len) == len;
	literal->is_plain = len <= PLAIN_DIGITS &&
	    mxlog_number_parse_double(text, len, &literal->number) == 0;
}

static bool is_number(const struct mxlog_field_value *value)
{
	char first = value->len > 0 ? value->text[0] : '\0';

	return value->json && (first == '-' || (first >= '0' && first <= '9'));
}

static int compare_numbers(const struct mxlog_literal *literal,
    const struct mxlog_field_value *value)
{
	double number;

	if (literal->is_plain && value->len <= PLAIN_DIGITS &&
	    mxlog_number_parse_double(value->text, value->len, &number) == 0)
		return (number > literal->number) - (number < literal->number);
	return mxlog_number_compare(value->text, value->len, literal->text,
	    literal->len);
}

static int compare_bytes(const struct mxlog_literal *literal,
    const struct mxlog_field_value *value)
{
	size_t n = MIN(value->len, literal->len);
	int c = n > 0 ? memcmp(value->text, literal->text, n) : 0;

	if (c != 0 || value->len == literal->len)
		return c;
	return value->len < literal->len ? -1 : 1;
}

static bool compare_levels(const struct mxlog_literal *literal,
    const struct mxlog_field_value *value, int *ret)
{
	enum mxlog_level level;

	if (value->json ||
	    mxlog_level_parse(value->text, value->len, &level) < 0)
		return false;
	*ret = (int)level - (int)literal->level;
	return true;
}

bool mxlog_literal_equals(const struct mxlog_literal *literal,
    const struct mxlog_field_value *value)
{
	int order;

	if (literal->kind == MXLOG_LITERAL_LEVEL)
		return compare_levels(literal, value, &order) && order == 0;
	if (is_number(value))
		return literal->is_number &&
		    compare_numbers(literal, value) == 0;
	if (value->json ? literal->kind == MXLOG_LITERAL_STRING
			: literal->kind == MXLOG_LITERAL_NUMBER)
		return false;
	return compare_bytes(literal, value) == 0;
}

bool mxlog_literal_order(const struct mxlog_literal *literal,
    const struct mxlog_field_value *value, int *ret)
{
	if (literal->kind == MXLOG_LITERAL_LEVEL)
		return compare_levels(literal, value, ret);
	if (literal->is_number != is_number(value))
		return false;
	if (literal->is_number) {
		*ret = compare_numbers(literal, value);
		return true;
	}
	if (value->json)
		return false;
	*ret = compare_bytes(literal, value);
	return true;
}
