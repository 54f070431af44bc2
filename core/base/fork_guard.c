/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fork_guard.h"

#include <sys/mman.h>
#include <unistd.h>

enum {
	GUARD_SIZE = 1, /* the kernel rounds it up to a page */
};

int mxlog_fork_guard_init(struct mxlog_fork_guard *guard)
{
	void *page = mmap(NULL, GUARD_SIZE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return -ENOMEM;
	if (madvise(page, GUARD_SIZE, MADV_WIPEONFORK) < 0) {
		(void)munmap(page, GUARD_SIZE); /* Linux before 4.14 */
		page = NULL;
	}
	guard->page = page;
	mxlog_fork_guard_reset(guard);
	return 0;
}

void mxlog_fork_guard_done(struct mxlog_fork_guard *guard)
{
	if (guard->page)
		(void)munmap(guard->page, GUARD_SIZE);
	guard->page = NULL;
}

bool mxlog_fork_guard_is_child(const struct mxlog_fork_guard *guard)
{
	if (LIKELY(guard->page != NULL))
		return guard->page[0] == 0;
	return getpid() != guard->pid;
}

void mxlog_fork_guard_reset(struct mxlog_fork_guard *guard)
{
	if (guard->page)
		guard->page[0] = 1;
	guard->pid = getpid();
}
