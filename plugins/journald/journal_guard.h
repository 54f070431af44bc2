/* SPDX-License-Identifier: Apache-2.0 */
/* Guard: libsystemd meets some damaged journal files with a failed assertion
 * (journalctl dies of them, too). One such file must not end the capture of all
 * others: an abort inside of sd-journal, and only there, leads back to where
 * the guard was set. The handle it happened in must not be touched again, not
 * even closed. Signals belong to the process, so the guard is the one place of
 * the module with state of its own. */
#pragma once

#include <setjmp.h>
#include <stddef.h>

/* Where to land. A function that sets one calls _leave before it returns.
 *
 *	struct mxlog_journal_guard guard;
 *
 *	if (sigsetjmp(guard.landing, 1) != 0)
 *		… mxlog_journal_guard_leave() is where it happened …
 *	mxlog_journal_guard_enter(&guard);
 *	…
 *	(void)mxlog_journal_guard_leave();
 */
struct mxlog_journal_guard {
	sigjmp_buf landing;
};

/* Take over SIGABRT for good: -errno. Other aborts end the process as ever. */
int mxlog_journal_guard_install(void);

void mxlog_journal_guard_enter(struct mxlog_journal_guard *guard);

/* After a landing: what was given to _in. */
void *mxlog_journal_guard_leave(void);

/* For whom the thread is inside of sd-journal; NULL: it is not. */
extern _Thread_local void *volatile mxlog_journal_guard_inside
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* From here to _out the thread is inside of sd-journal, for `what`. Called for
 * every field. */
static inline void mxlog_journal_guard_in(void *what)
{
	mxlog_journal_guard_inside = what;
}

static inline void mxlog_journal_guard_out(void)
{
	mxlog_journal_guard_inside = NULL;
}
