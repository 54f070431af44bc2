/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/signal_stack.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	HANDLER_BYTES = 32 * 1024, /* beside the registers that are saved */
};

void mxlog_signal_stack_init(struct mxlog_signal_stack *stack)
{
	long least = sysconf(_SC_MINSIGSTKSZ);
	stack_t now = { .ss_flags = 0 };

	*stack = (struct mxlog_signal_stack){ 0 };
	if (sigaltstack(NULL, &now) < 0 || !(now.ss_flags & SS_DISABLE))
		return;
	stack->size = HANDLER_BYTES + (least > 0 ? (size_t)least : 0);
	stack->memory = mmap(NULL, stack->size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (stack->memory == MAP_FAILED) {
		stack->memory = NULL; /* as without it */
		return;
	}
	now = (stack_t){ .ss_sp = stack->memory, .ss_size = stack->size };
	if (sigaltstack(&now, NULL) < 0)
		mxlog_signal_stack_done(stack);
}

void mxlog_signal_stack_done(struct mxlog_signal_stack *stack)
{
	stack_t now = { .ss_flags = 0 }, none = { .ss_flags = SS_DISABLE };

	if (!stack->memory)
		return;
	if (sigaltstack(NULL, &now) == 0 && now.ss_sp == stack->memory)
		(void)sigaltstack(&none, NULL);
	(void)munmap(stack->memory, stack->size);
	stack->memory = NULL;
}
