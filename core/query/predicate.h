/* SPDX-License-Identifier: Apache-2.0 */
/* Predicate: one comparison of a field with a value, as a person types it:
 * context.task_id=task-001, duration_ms>=100, module!=sshd, message~^GET,
 * context.user. */
#pragma once

#include "entry/field_path.h"
#include "extern/pattern.h"
#include "query/literal.h"

struct mxlog_predicate;

enum mxlog_comparison {
	MXLOG_PRESENT, /* the field is there; it takes no value */
	MXLOG_EQUAL,
	MXLOG_NOT_EQUAL,
	MXLOG_LESS,
	MXLOG_LESS_EQUAL,
	MXLOG_GREATER,
	MXLOG_GREATER_EQUAL,
	MXLOG_MATCHES,     /* a PCRE2 pattern is found in it */
	MXLOG_NOT_MATCHES, /* it is there, and in none of its values */
	MXLOG_HAS, /* a list's element is equal, a text contains it in any case */
	MXLOG_COMPARISONS
};

/* "=" … "has"; "" of MXLOG_PRESENT. */
const char *mxlog_comparison_sign(enum mxlog_comparison comparison);

struct mxlog_predicate_parts {
	const char *path;
	enum mxlog_comparison comparison;
	const char *value;
	size_t len;
	enum mxlog_literal_kind kind;
};

/* Of its parts, which are copied. -EINVAL with reterr. */
int mxlog_predicate_make(const struct mxlog_predicate_parts *parts,
    bool metrics, struct mxlog_predicate **ret, struct mxlog_error *reterr);

/* The parts; borrowed. */
struct mxlog_predicate_parts mxlog_predicate_parts(
    const struct mxlog_predicate *predicate);

/* PATH alone (it is there), or PATH, one of = != < <= > >= ~ !~, and a value.
 * -EINVAL with reterr. */
int mxlog_predicate_new(const char *text, bool metrics,
    struct mxlog_predicate **ret, struct mxlog_error *reterr);
void mxlog_predicate_free(struct mxlog_predicate *predicate);
int mxlog_predicate_copy(const struct mxlog_predicate *predicate,
    struct mxlog_predicate **ret);

/* 1 if one of the field's values compares so; for != and !~ if it has one and
 * none is equal, or has a match. Values compare as mxlog_literal_equals() and mxlog_literal_order()
 * say; ~ finds a PCRE2 pattern. 0 else, also where the field is absent;
 * -ETIMEDOUT, -ENOMEM. */
int mxlog_predicate_holds(struct mxlog_predicate *predicate,
    const struct mxlog_entry *entry);
int mxlog_predicate_holds_metric(struct mxlog_predicate *predicate,
    const struct mxlog_metric *metric);

/* The same of a path below context, for the object that stands in a canonical
 * line; also -EAGAIN: only the decoded line can tell. */
int mxlog_predicate_holds_context(struct mxlog_predicate *predicate,
    const char *json, size_t len);

/* The same for a field of which there is one value, or none (NULL). True and
 * *ret if the value decides; false if the field's own form matters, which
 * JSON's digits of a number need not be. */
const char *mxlog_predicate_path(const struct mxlog_predicate *predicate);
bool mxlog_predicate_judge(struct mxlog_predicate *predicate,
    const struct mxlog_field_value *value, int *ret);

/* The pattern of ~, or what `has` searches a text for; or NULL. */
const struct mxlog_pattern *mxlog_predicate_pattern(
    const struct mxlog_predicate *predicate);

/* A text that every line that matches has in it as one JSON string, or NULL. */
const char *mxlog_predicate_text(const struct mxlog_predicate *predicate);

/* A key that every line that matches has in it; or, with *ret_word, a part of
 * that key in any case, as other loggers' names of it may differ; or NULL if
 * there is none or all lines have it anyway. */
const char *mxlog_predicate_key(const struct mxlog_predicate *predicate,
    bool *ret_word);
