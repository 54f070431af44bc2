/* SPDX-License-Identifier: Apache-2.0 */
/* Name: the forms that names of modules, metrics and context keys have in a
 * line. */
#pragma once

#include "base/buf.h"
#include "base/vec16.h"

enum {
	MXLOG_NAME_BYTES = 255, /* the longest name */
};

/* A dotted name: [A-Za-z_][A-Za-z0-9_]* and more of them behind dots, at most
 * MXLOG_NAME_BYTES. */
bool mxlog_module_is_valid(const char *name, size_t len);

/* Append the dotted form of a name (valid UTF-8), never empty: '/' and "::"
 * part it as dots do, runs of other characters become one '_', or nothing at a
 * part's end; empty parts are left out; a digit gets a '_' before it. Of a name
 * without any letter or digit nothing remains: "unknown". A query uses the
 * same. *ret_changed: it differs. */
int mxlog_module_normalise(struct mxlog_buf *buf, const char *name, size_t len,
    bool *ret_changed);

/* [a-z_][a-z0-9_]*, at most MXLOG_NAME_BYTES. */
bool mxlog_key_is_valid(const char *key, size_t len);

/* The same for a key of 1 to MXLOG_LANES bytes that were loaded with whatever
 * stands behind them. */
static inline bool mxlog_key_is_valid_short(mxlog_vec16 key, size_t len)
{
	mxlog_vec16 good = mxlog_vec16_within(key, '0', '9') |
	    mxlog_vec16_within(key, 'a', 'z') | (mxlog_vec16)(key == '_');
	uint32_t bad = ~mxlog_vec16_mask(good) & ((2U << (len - 1)) - 1);

	/* Of all these only digits lack bit 0x40. */
	return bad == 0 && (key[0] & 0x40);
}

/* Append a context key's snake_case form, never empty: camelCase becomes
 * camel_case and HTTPStatus http_status; runs of other ASCII characters become
 * one '_'; a character beyond ASCII becomes its number, u00e9, so that keys of
 * other scripts stay apart. *ret_changed: it differs. */
int mxlog_key_normalise(struct mxlog_buf *buf, const char *key, size_t len,
    bool *ret_changed);

/* True if this part of a snake_case key, between its '_', stands in some case
 * in every name that the key may have been made of: it is neither the number of
 * a character nor one that tells equal keys apart. */
bool mxlog_key_word_is_kept(const char *word, size_t len);
