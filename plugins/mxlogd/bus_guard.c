/* SPDX-License-Identifier: Apache-2.0 */
#include "bus_guard.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

static uintptr_t page_bytes; /* set before the handler is */

/* Async-signal-safe: system calls alone. Anything but a fault in a file's
 * mapping ends the process as it would without us. */
static void on_bus_error(int number, siginfo_t *info, void *context)
{
	uintptr_t at = (uintptr_t)info->si_addr & ~(page_bytes - 1);
	int saved = errno;
	void *mapped = MAP_FAILED;

	(void)context;
	if (info->si_code == BUS_ADRERR && at != 0)
		/* NOLINTNEXTLINE: the address is the kernel's */
		mapped = mmap((void *)at, page_bytes, PROT_READ,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (mapped == MAP_FAILED) {
		(void)signal(number, SIG_DFL);
		(void)raise(number);
	}
	errno = saved;
}

int mxlog_bus_guard_install(void)
{
	struct sigaction action = {
		.sa_sigaction = on_bus_error,
		.sa_flags = SA_SIGINFO | SA_NODEFER,
	};

	page_bytes = (uintptr_t)sysconf(_SC_PAGESIZE);
	return sigaction(SIGBUS, &action, NULL) < 0 ? -errno : 0;
}
