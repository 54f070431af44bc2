/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns, made: groups messages by what they have in common.
 *
 * First each message's shape is counted: that depends on the message alone.
 * Then shapes of as many words with the same punctuation between them are
 * grouped. Where they differ in a word, that word tells them apart if it has at
 * most MXLOG_PATTERN_WORDS values (at the beginning three times as many) that do
 * not simply combine with another word's; else it varies, and is a hole. While
 * less than half of the words are the same they are told apart whatever the
 * number. So the same messages make the same patterns, in any order. */
#pragma once

#include <mxlog/patterns.h>

#include "base/base.h"

enum {
	MXLOG_PATTERN_WORDS = 4,
};

int mxlog_patterns_new(struct mxlog_patterns **ret);

/* Count a message. At most some 48 MiB are used: shapes beyond are grouped
 * early, and what still does not fit is counted as the rest. -ENOMEM. */
int mxlog_patterns_add(struct mxlog_patterns *patterns, const char *message,
    size_t len, int64_t time_usec, enum mxlog_level level);

/* Add all that another one has counted; neither was finished. */
int mxlog_patterns_merge(struct mxlog_patterns *patterns,
    const struct mxlog_patterns *other);

/* Group what was counted; nothing is added any more, and patterns can be asked
 * for. */
int mxlog_patterns_finish(struct mxlog_patterns *patterns);
