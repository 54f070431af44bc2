/* SPDX-License-Identifier: Apache-2.0 */
/* syslog(3) under the same load, into a socket that this program reads itself:
 * what the call costs when the daemon keeps up. Linked with a path of its own
 * through a mount namespace, see bench_logger.sh. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>

#include "logger_load.h"

static void call(unsigned thread, uint64_t i)
{
	syslog(LOG_INFO, "thread %u moved task %ju from inbox to done", thread,
	    (uintmax_t)i);
}

static void finish(void)
{
}

int main(int argc, char **argv)
{
	static const struct logger_under_load load = { "syslog(3)", call,
		finish, NULL };

	openlog("bench", LOG_NDELAY, LOG_USER);
	return logger_load_main(argc, argv, &load);
}
