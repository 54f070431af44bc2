/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_guard.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>

static _Thread_local struct mxlog_journal_guard *volatile innermost;
_Thread_local void *volatile mxlog_journal_guard_inside;

static void on_abort(int number)
{
	if (innermost && mxlog_journal_guard_inside)
		siglongjmp(innermost->landing, 1);
	(void)signal(number, SIG_DFL);
	(void)raise(number);
}

int mxlog_journal_guard_install(void)
{
	struct sigaction action = { .sa_handler = on_abort };

	return sigaction(SIGABRT, &action, NULL) < 0 ? -errno : 0;
}

void mxlog_journal_guard_enter(struct mxlog_journal_guard *guard)
{
	guard->outer = innermost;
	innermost = guard;
}

void *mxlog_journal_guard_leave(struct mxlog_journal_guard *guard)
{
	void *what = mxlog_journal_guard_inside;

	innermost = guard->outer;
	mxlog_journal_guard_inside = NULL;
	return what;
}
