/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/crash.h"

#include <mxlog/logger.h>

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "base/number.h"
#include "logger/stderr_guard.h"

enum {
	RESCUE_MSEC = 1000,
};

static const int crash_signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

static struct {
	_Atomic(struct mxlog_writer_thread *) writer_thread;
	_Atomic pid_t thread; /* that crashed first and rescues; 0: none */
	_Atomic bool rescued;
	bool installed;
	struct sigaction before[ARRAY_LEN(crash_signals)];
} crash;

static void say_lost(uint64_t lost)
{
	static const char after[] = " entries were lost in a crash\n";
	char text[MXLOG_NUMBER_MAX + sizeof(after) + 8] = "mxlog: ";
	size_t len = strlen(text);

	len += mxlog_number_format_u64(text + len, lost);
	memcpy(text + len, after, sizeof(after) - 1);
	/* If that fails nothing is left to try. */
	(void)mxlog_stderr_write(text, len + sizeof(after) - 1);
}

/* Another thread is about to end the process: let it finish. Should it be the
 * rescue's own writer thread that has crashed, that ends at its deadline. */
static void wait_for_rescue(void)
{
	const struct timespec tick = { .tv_nsec = 1000000 };

	for (int i = 0; i < RESCUE_MSEC + RESCUE_MSEC / 2; i++) {
		if (atomic_load(&crash.rescued))
			return;
		(void)nanosleep(&tick, NULL);
	}
}

static void rescue(void)
{
	struct mxlog_writer_thread *writer_thread =
	    atomic_load(&crash.writer_thread);
	pid_t nobody = 0;
	uint64_t lost;

	if (!writer_thread)
		return;
	if (!atomic_compare_exchange_strong(&crash.thread, &nobody, gettid())) {
		if (nobody != gettid())
			wait_for_rescue();
		return;
	}
	lost = mxlog_writer_thread_rescue(writer_thread, RESCUE_MSEC);
	if (lost > 0)
		say_lost(lost);
	atomic_store(&crash.rescued, true);
}

int mxlog_crash_flush(void)
{
	struct mxlog_writer_thread *writer_thread =
	    atomic_load(&crash.writer_thread);
	int saved = errno;
	uint64_t lost;

	if (!writer_thread)
		return 0;
	lost = mxlog_writer_thread_rescue(writer_thread, RESCUE_MSEC);
	if (lost > 0)
		say_lost(lost);
	errno = saved;
	return (int)MIN(lost, (uint64_t)INT32_MAX);
}

/* Store what can be stored, then let the signal do what it would have done. */
static void on_crash(int signal_number, siginfo_t *info, void *context)
{
	(void)context;
	rescue();
	for (size_t i = 0; i < ARRAY_LEN(crash_signals); i++)
		if (crash_signals[i] == signal_number)
			(void)sigaction(signal_number, &crash.before[i], NULL);
	/* A fault happens again when its instruction does, and a core dump then
	 * shows it; what was sent must be sent again. */
	if (info->si_code <= 0 || signal_number == SIGABRT)
		(void)raise(signal_number);
}

static void install(void)
{
	struct sigaction action = {
		.sa_sigaction = on_crash,
		.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER,
	};

	(void)sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(crash_signals); i++)
		(void)sigaction(crash_signals[i], &action, &crash.before[i]);
}

void mxlog_crash_watch(struct mxlog_writer_thread *writer_thread)
{
	atomic_store(&crash.writer_thread, writer_thread);
	if (writer_thread && !crash.installed) {
		crash.installed = true;
		install();
	}
}
