/* SPDX-License-Identifier: Apache-2.0 */
/* Line stack: matches put away, and given back the last one first. Memory is
 * fixed: what does not fit goes to a temporary file without a name. */
#pragma once

#include "order/sort_record.h"

struct mxlog_line_stack;

int mxlog_line_stack_new(struct mxlog_line_stack **ret);
void mxlog_line_stack_free(struct mxlog_line_stack *stack);

/* Put away where a line stands: segment, offset, len, time_usec. Its text is
 * kept, too, while there is room. -ENOMEM, or why the file failed. */
int mxlog_line_stack_push(struct mxlog_line_stack *stack,
    const struct mxlog_sort_record *record, const char *text);

/* 1 and the one put away last; its text is NULL if it was not kept, else valid
 * until the stack is freed. 0 if none is left. */
int mxlog_line_stack_pop(struct mxlog_line_stack *stack,
    struct mxlog_sort_record *ret);
