/* SPDX-License-Identifier: Apache-2.0 */
#include "crash.h"

#include <signal.h>
#include <unistd.h>

#include "number.h"

enum {
	RESCUE_MSEC = 1000,
};

static const int crash_signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

static struct {
	_Atomic(struct mxlog_async *) async;
	_Atomic bool crashing;
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
	if (write(STDERR_FILENO, text, len + sizeof(after) - 1) < 0)
		return; /* nothing is left to try */
}

/* Store what can be stored, then let the signal do what it would have done. */
static void on_crash(int signal_number)
{
	struct mxlog_async *async = atomic_load(&crash.async);
	uint64_t lost = 0;

	if (!atomic_exchange(&crash.crashing, true) && async)
		lost = mxlog_async_rescue(async, RESCUE_MSEC);
	if (lost > 0)
		say_lost(lost);
	for (size_t i = 0; i < ARRAY_LEN(crash_signals); i++)
		if (crash_signals[i] == signal_number)
			(void)sigaction(signal_number, &crash.before[i], NULL);
	(void)raise(signal_number);
}

static void install(void)
{
	struct sigaction action = {
		.sa_handler = on_crash,
		.sa_flags = SA_ONSTACK | SA_NODEFER,
	};

	(void)sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(crash_signals); i++)
		(void)sigaction(crash_signals[i], &action, &crash.before[i]);
}

void mxlog_crash_watch(struct mxlog_async *async)
{
	atomic_store(&crash.async, async);
	if (async && !crash.installed) {
		crash.installed = true;
		install();
	}
}
