/* SPDX-License-Identifier: Apache-2.0 */
/* Value: what stands behind the name of a secret. */
#pragma once

#include "redact/redact_names.h"

struct mxlog_range {
	size_t start, end;
	unsigned rule; /* that found it */
};

struct mxlog_secret_value {
	const char *text; /* all of it */
	size_t len;
	size_t at;      /* where the value begins */
	size_t name_at; /* where the name begins */
	struct mxlog_name name;
	bool quoted; /* "name" */
	bool colon;  /* name: value */
};

/* How far the secret goes: true and where it is, or false if this is none:
 * nothing, a word for nothing, the beginning of an explanation, or what some
 * names have more often than secrets (pass=3, PWD=/root). Linear in the
 * value's length. */
bool mxlog_value_read(struct mxlog_secret_value *value,
    struct mxlog_range *ret);

/* {..} or [..] stands there. */
bool mxlog_value_is_container(const struct mxlog_secret_value *value);

/* Is a text under such a name a secret, wherever it stands? Not what stands for
 * nothing, the state of a secret, a small number, a path or a sentence. */
bool mxlog_value_is_secret(struct mxlog_name name, const char *text,
    size_t len);

/* The byte at that place, NUL behind the end. */
static inline char mxlog_value_peek(const struct mxlog_secret_value *value,
    size_t at)
{
	return at < value->len ? value->text[at] : '\0';
}

static inline bool mxlog_is_space(char c)
{
	return c == ' ' || c == '\t';
}

static inline bool mxlog_is_blank(char c)
{
	return (unsigned char)c <= ' ' || c == 0x7f;
}

static inline bool mxlog_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool mxlog_is_letter(char c)
{
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'z';
}

static inline bool mxlog_is_name_byte(char c)
{
	return mxlog_is_letter(c) || mxlog_is_digit(c) || c == '_' ||
	    c == '-' || c == '.';
}

static inline bool mxlog_is_quote(char c)
{
	return c == '"' || c == '\'' || c == '`';
}
