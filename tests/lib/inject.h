/* SPDX-License-Identifier: Apache-2.0 */
/* Inject: makes the n-th system call of a test's own process fail, come up
 * short, or be the last thing it ever does.
 *
 * Every test executable is linked with -Wl,--wrap for the calls below, so that
 * what libmxlog calls comes by here. To try each failure in turn:
 *
 *	for (unsigned long n = 1; failed_in_time; n++) {
 *		inject(INJECT_FAIL, INJECT_ALL, n, EIO);
 *		… do it …
 *		failed_in_time = inject_done();
 *	}
 */
#pragma once

#include <stdbool.h>

/* X(IDENTIFIER, call) */
#define INJECT_TABLE(X)         \
	X(OPEN, open)           \
	X(OPENAT, openat)       \
	X(MKDIRAT, mkdirat)     \
	X(READ, read)           \
	X(PREAD, pread)         \
	X(WRITE, write)         \
	X(PWRITE, pwrite)       \
	X(FSYNC, fsync)         \
	X(FDATASYNC, fdatasync) \
	X(FTRUNCATE, ftruncate) \
	X(FALLOCATE, fallocate) \
	X(FLOCK, flock)         \
	X(FSTAT, fstat)         \
	X(FSTATAT, fstatat)     \
	X(FCHMOD, fchmod)       \
	X(FCHOWN, fchown)       \
	X(RENAMEAT, renameat)   \
	X(LINKAT, linkat)       \
	X(UNLINKAT, unlinkat)   \
	X(FDOPENDIR, fdopendir)

enum inject_bit {
#define X(id, call) INJECT_BIT_##id,
	INJECT_TABLE(X)
#undef X
	INJECT_BITS
};

enum inject_calls {
#define X(id, call) INJECT_##id = 1 << INJECT_BIT_##id,
	INJECT_TABLE(X)
#undef X
	INJECT_ALL = (1 << INJECT_BITS) - 1,
};

enum inject_mode {
	INJECT_OFF,
	INJECT_FAIL,  /* the n-th call fails */
	INJECT_BREAK, /* the n-th call and all after it fail */
	INJECT_TEAR,  /* of writes: half of the n-th is written, all after it
	               * fail */
	INJECT_KILL,  /* SIGKILL instead of the n-th call */
	INJECT_HOOK,  /* inject_hook() */
};

/* From now on; of the calls in the set `calls` the n-th, counted from 1. A
 * child inherits it. */
void inject(enum inject_mode mode, unsigned calls, unsigned long n, int error);

/* Call `hook` before the n-th call, which then goes on: what another process
 * could have done just then. */
void inject_hook(unsigned calls, unsigned long n, void (*hook)(void *arg),
    void *arg);

/* True if the n-th call has come. Turns injection off. */
bool inject_done(void);

/* How many calls of the set have come. */
unsigned long inject_count(void);

/* Set the process's clocks ahead (or back): CLOCK_REALTIME, and CLOCK_MONOTONIC
 * and CLOCK_BOOTTIME, with their coarse forms. What the kernel itself stamps is not changed. */
void inject_clock(long realtime_sec, long monotonic_sec);

/* A call's name, for messages: the one that was hit last; "" for none. */
const char *inject_name(void);
