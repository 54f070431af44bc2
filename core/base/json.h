/* SPDX-License-Identifier: Apache-2.0 */
/* JSON (RFC 8259) token scanner: pulls tokens out of text without building a
 * tree, keeping numbers' digits and integers of any size. The text need not
 * be valid UTF-8; invalid bytes inside strings become U+FFFD when decoded. */
#pragma once

#include "base/buf.h"

enum mxlog_json_type {
	MXLOG_JSON_OBJECT,     /* { */
	MXLOG_JSON_OBJECT_END, /* } */
	MXLOG_JSON_ARRAY,      /* [ */
	MXLOG_JSON_ARRAY_END,  /* ] */
	MXLOG_JSON_KEY,        /* a member's name */
	MXLOG_JSON_STRING,
	MXLOG_JSON_NUMBER,
	MXLOG_JSON_TRUE,
	MXLOG_JSON_FALSE,
	MXLOG_JSON_NULL,
};

enum {
	MXLOG_JSON_DEPTH = 128, /* deeper text is refused */
};

struct mxlog_json {
	const char *start, *at, *end;
	unsigned depth;
	unsigned expect; /* private: what the grammar allows next */
	uint64_t
	    is_object[MXLOG_JSON_DEPTH / 64]; /* private: one bit a level */
};

struct mxlog_json_token {
	enum mxlog_json_type type;
	const char
	    *text; /* into the input; of a string or key without quotes */
	size_t len;
	bool escaped; /* a string that holds a backslash */
	/* Containers around the token: 0 for the outermost value, 1 for its
	 * members. An end has its beginning's depth. */
	unsigned depth;
};

void mxlog_json_init(struct mxlog_json *json, const char *text, size_t len);

/* 1 and a token; 0 at the end of a complete value with nothing but white space
 * behind it; -EBADMSG for what is no JSON, -E2BIG for what is nested deeper
 * than MXLOG_JSON_DEPTH: json->at is where. */
int mxlog_json_next(struct mxlog_json *json, struct mxlog_json_token *ret);

/* Inside of an object, behind its beginning or a whole member: 1 with the next
 * member's name and its value, as two calls of the above would give them; 0
 * behind the object's end. */
int mxlog_json_next_member(struct mxlog_json *json,
    struct mxlog_json_token *ret_key, struct mxlog_json_token *ret_value);

/* After OBJECT or ARRAY was returned: pass over its content and end; `token`
 * then spans the whole container. Does nothing for other tokens. */
int mxlog_json_skip(struct mxlog_json *json, struct mxlog_json_token *token);

/* Append a string's decoded text; a lone surrogate and invalid UTF-8 become
 * U+FFFD. */
int mxlog_json_decode(struct mxlog_buf *buf,
    const struct mxlog_json_token *token);

/* The character that a string's text goes on with at `p`, where it does not end:
 * *ret is decoded, U+FFFD for what is broken. Returns its length in the text. */
size_t mxlog_json_next_character(const char *p, const char *end, uint32_t *ret);

/* True if the decoded string is this text. No allocation. */
bool mxlog_json_equals(const struct mxlog_json_token *token, const char *text,
    size_t len);

/* Append valid UTF-8 as a quoted string in canonical form: escapes (\" \\ \b
 * \f \n \r \t \u00XX, lower case hex) for control characters, quote,
 * backslash, DEL, C1, U+2028 and U+2029; all else raw. */
int mxlog_json_quote(struct mxlog_buf *buf, const char *text, size_t len);

/* The same without the quotes. */
int mxlog_json_escape(struct mxlog_buf *buf, const char *text, size_t len);

/* What escaping can make of `len` bytes at most, and what must be free behind
 * it for mxlog_json_put_escaped() to work in whole blocks. */
#define MXLOG_JSON_ESCAPED_MAX(len) (6 * (len) + MXLOG_JSON_SLACK)
enum {
	MXLOG_JSON_SLACK = 16,
};

/* The length that escaping gives. */
size_t mxlog_json_escaped_len(const char *text, size_t len);

/* Of valid UTF-8: the largest n whose escaped form is at most `max` bytes and
 * that does not split a character. */
size_t mxlog_json_escaped_cut(const char *text, size_t len, size_t max);

/* Escape to `out` without any check: there is room for the escaped text and
 * MXLOG_JSON_SLACK more. With `slack` as much may be read behind the text,
 * whatever it is. Returns the end. */
char *mxlog_json_put_escaped(char *out, const char *text, size_t len,
    bool slack);

/* Append one JSON value in canonical form: no spaces, strings as above,
 * numbers as they stand. -EBADMSG, -E2BIG as above; `buf` is unchanged then. */
int mxlog_json_compact(struct mxlog_buf *buf, const char *text, size_t len);
