/* SPDX-License-Identifier: Apache-2.0 */
/* Text: a string with its length. */
#pragma once

#include <mxlog/error.h>

MXLOG_BEGIN_DECLS

/* A text and its length; borrowed where a function returns it. No NUL follows.
 * Its layout is fixed. */
struct mxlog_text {
	const char *text;
	size_t len;
};

/* True if the text is UTF-8 and so will be stored as it stands. */
MXLOG_EXPORT bool mxlog_text_is_valid(const char *text, size_t len);

MXLOG_END_DECLS
