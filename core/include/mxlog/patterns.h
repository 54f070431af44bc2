/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns: the kinds of messages there are.
 *
 * Messages that differ only in what varies (numbers, addresses, paths, names)
 * are one pattern, "Failed password for <*> from <*> port <*>". The same
 * messages make the same patterns, in any order; mxlog-read(1) says how. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mxlog/error.h>
#include <mxlog/level.h>

MXLOG_BEGIN_DECLS

enum {
	MXLOG_PATTERN_ID_MAX = 13, /* 12 hex digits and a NUL */
	MXLOG_PATTERN_LEVELS = 5,
};

struct mxlog_message_pattern {
	char id[MXLOG_PATTERN_ID_MAX]; /* made of the text alone */
	const char *text;              /* what varies is <*> */
	size_t text_len;               /* bytes; a NUL follows them */
	const char *example; /* how the first message begins, one line */
	size_t example_len;
	uint64_t count;
	int64_t first_usec, last_usec;         /* since 1970, UTC */
	uint64_t levels[MXLOG_PATTERN_LEVELS]; /* of each, DEBUG first */
};

struct mxlog_patterns;
MXLOG_EXPORT void mxlog_patterns_free(struct mxlog_patterns *patterns);

/* How many there are; and one of them, borrowed, NULL past the last. The most
 * frequent is the first; those that are as frequent come by their text. */
MXLOG_EXPORT size_t mxlog_patterns_get_size(
    const struct mxlog_patterns *patterns);
MXLOG_EXPORT const struct mxlog_message_pattern *
mxlog_patterns_get(const struct mxlog_patterns *patterns, size_t index);

/* Messages in all, and those that no pattern has: there were so many kinds of
 * them that they were not kept apart. */
MXLOG_EXPORT uint64_t mxlog_patterns_get_total(
    const struct mxlog_patterns *patterns);
MXLOG_EXPORT uint64_t mxlog_patterns_get_rest(
    const struct mxlog_patterns *patterns);

/* The pattern of a message; NULL if it has none of these. */
MXLOG_EXPORT const struct mxlog_message_pattern *mxlog_patterns_find(
    const struct mxlog_patterns *patterns, const char *message, size_t len);

/* Whether a message could be one of a pattern with this text. */
MXLOG_EXPORT bool mxlog_message_pattern_matches(const char *text, size_t len,
    const char *message, size_t message_len);

MXLOG_END_DECLS
