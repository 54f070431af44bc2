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
	void (*finish)(void);                      /* all of it is on disk */
	uint64_t (*stored)(void);                  /* entries that are */
};

/* How many lines of a file, or of all files below a directory, are of such a
 * call: its message has "moved task" in it. */
uint64_t logger_load_count(const char *path);

/* Print a row for the latency of paced calls and one for what is sustained
 * when every thread calls as fast as it can.
 * usage: [calls [calls per second [seconds]]]: calls and their pace, of all
 * threads, for latency; the time of each flood. */
int logger_load_main(int argc, char **argv,
    const struct logger_under_load *logger);

#ifdef __cplusplus
}
#endif
#endif
