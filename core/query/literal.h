/* SPDX-License-Identifier: Apache-2.0 */
/* Literal: the value that a field is compared with, as somebody wrote it. */
#pragma once

#include <mxlog/level.h>

#include "entry/field_path.h"

enum mxlog_literal_kind {
	/* As typed on a command line: 5 is the number 5 and the string "5". */
	MXLOG_LITERAL_ANY,
	MXLOG_LITERAL_STRING, /* "5" is that string alone */
	MXLOG_LITERAL_NUMBER, /* 5 is that number alone */
	MXLOG_LITERAL_LEVEL,  /* ordered by severity */
};

struct mxlog_literal {
	const char *text; /* borrowed */
	size_t len;
	enum mxlog_literal_kind kind;
	bool is_number; /* its text is a number's, and may be taken for one */
	bool is_plain;  /* of so few digits that `number` is all of it */
	double number;
	enum mxlog_level level;
};

/* The text is borrowed. A text that is no number is no number by any kind; one
 * that names no level is MXLOG_LITERAL_ANY. */
void mxlog_literal_init(struct mxlog_literal *literal, const char *text,
    size_t len, enum mxlog_literal_kind kind);

/* True if the value is equal: JSON's numbers to a number by all of their
 * digits, strings to a string byte by byte, true, false, null and objects to
 * their JSON. */
bool mxlog_literal_equals(const struct mxlog_literal *literal,
    const struct mxlog_field_value *value);

/* True, and < 0, 0 or > 0 as the value is below, equal or above, if there is
 * an order between the two: between a number and JSON's numbers, between
 * levels, and between strings, of which none is a number to the literal. */
bool mxlog_literal_order(const struct mxlog_literal *literal,
    const struct mxlog_field_value *value, int *ret);
