/* SPDX-License-Identifier: Apache-2.0 */
/* Signal stack: where a thread's signal handlers run when its own stack is used
 * up, so that a crash by endless recursion can be dealt with, too. */
#pragma once

#include "base/base.h"

struct mxlog_signal_stack {
	void *memory; /* NULL: the thread had one already, or there was none */
	size_t size;
};

/* Give the calling thread one unless it has one. */
void mxlog_signal_stack_init(struct mxlog_signal_stack *stack);

/* By the same thread: take it away, unless another was put in its place. */
void mxlog_signal_stack_done(struct mxlog_signal_stack *stack);
