/* SPDX-License-Identifier: Apache-2.0 */
/* Condition: one comparison of a field with a value, as a person types it:
 * context.task_id=task-001, duration_ms>=100, module!=sshd, message~^GET,
 * context.user. */
#pragma once

#include "entry/lookup.h"
#include "extern/pattern.h"

struct mxlog_condition;

/* PATH alone (it is there), or PATH, one of = != < <= > >= ~, and a value.
 * -EINVAL with reterr. */
int mxlog_condition_new(const char *text, bool metrics,
    struct mxlog_condition **ret, struct mxlog_error *reterr);
void mxlog_condition_free(struct mxlog_condition *condition);
int mxlog_condition_copy(const struct mxlog_condition *condition,
    struct mxlog_condition **ret);

/* 1 if one of the field's values compares so; for != if it has one and none is
 * equal. Numbers compare as numbers where both are, levels by severity, all
 * else by bytes; ~ finds a PCRE2 pattern. 0 else, also where the field is
 * absent; -ETIMEDOUT, -ENOMEM. */
int mxlog_condition_holds(struct mxlog_condition *condition,
    const struct mxlog_entry *entry);
int mxlog_condition_holds_metric(struct mxlog_condition *condition,
    const struct mxlog_metric *metric);

/* The same for a field of which there is one value, or none (NULL). True and
 * *ret if the value decides; false if the field's own form matters, which
 * JSON's digits of a number need not be. */
const char *mxlog_condition_path(const struct mxlog_condition *condition);
bool mxlog_condition_judge(struct mxlog_condition *condition,
    const struct mxlog_value *value, int *ret);

/* A text that every line that matches has in it as one JSON string, or NULL. */
const char *mxlog_condition_text(const struct mxlog_condition *condition);

/* A key that every line that matches has in it, or NULL if all lines have it
 * anyway. */
const char *mxlog_condition_key(const struct mxlog_condition *condition);
