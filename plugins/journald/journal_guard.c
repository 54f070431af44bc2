/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_guard.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>

enum {
	NESTED_MAX = 4,
};

static _Thread_local struct mxlog_journal_guard *volatile guards[NESTED_MAX];
static _Thread_local volatile size_t n_guards;
_Thread_local void *volatile mxlog_journal_guard_inside;

static void on_abort(int number)
{
	if (n_guards > 0 && mxlog_journal_guard_inside)
		siglongjmp(guards[n_guards - 1]->landing, 1);
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
	assert(n_guards < NESTED_MAX);

	guards[n_guards] = guard;
	n_guards++;
}

void *mxlog_journal_guard_leave(void)
{
	void *what = mxlog_journal_guard_inside;

	assert(n_guards > 0);

	n_guards--;
	mxlog_journal_guard_inside = NULL;
	return what;
}
