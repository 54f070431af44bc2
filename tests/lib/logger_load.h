/* SPDX-License-Identifier: Apache-2.0 */
/* Load on a logger: the same calls for every one that is measured. */
#ifndef LOGGER_LOAD_H
#define LOGGER_LOAD_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct logger_under_load {
	const char *name;
	void (*call)(unsigned thread, uint64_t i); /* log one entry */
	void (*finish)(void);                      /* all of it is written */
	uint64_t (*stored)(void); /* entries that are; NULL: all of them */
};

/* Print a row for the latency of paced calls and one for what is sustained
 * when every thread calls as fast as it can.
 * usage: [calls per thread [calls per second for latency]] */
int logger_load_main(int argc, char **argv,
    const struct logger_under_load *logger);

#ifdef __cplusplus
}
#endif
#endif
