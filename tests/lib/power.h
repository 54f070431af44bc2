/* SPDX-License-Identifier: Apache-2.0 */
/* Power: a disk that forgets. Of what a test's own process writes below a
 * directory only that survives a loss of power which was synced: a file's bytes
 * by fsync or fdatasync of the file, a name by fsync of its directory.
 *
 * What the kernel has not synced may be on the disk all the same, page by page
 * and in any order. To cut the power before every call in turn:
 *
 *	for (unsigned long n = 1;
 *	     power_try(root, image, kind, seed, n, do_it, arg); n++)
 *		… `image` is what a restart finds …
 */
#pragma once

#include <stdbool.h>

enum power_kind {
	POWER_SYNCED,  /* what was synced, and nothing else */
	POWER_NAMES,   /* all names, and of the files what was synced */
	POWER_PAGES,   /* synced names, and of unsynced pages some */
	POWER_ANY,     /* some new names, some removals, some unsynced pages */
	POWER_WRITTEN, /* all of it, as after SIGKILL */
	POWER_KINDS,
};

/* From now on remember what is synced below `root`; all that it holds now is. */
void power_watch(const char *root);

/* Make `image`, which must not exist, what the disk holds if the power goes
 * now. `seed` picks among what may be there. */
void power_cut(const char *image, enum power_kind kind, unsigned seed);

/* In a child: watch `root`, call `run` and cut the power before its n-th call of
 * those that inject.h knows and that change something; `image` is made anew.
 * False when `run` returned before that: the image is what it left then. */
bool power_try(const char *root, const char *image, enum power_kind kind,
    unsigned seed, unsigned long n, void (*run)(void *arg), void *arg);

/* For inject.c: after a call that succeeded, and whether a call is the disk's
 * own. */
void power_synced(int fd);
bool power_is_busy(void);
