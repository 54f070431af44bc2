/* SPDX-License-Identifier: Apache-2.0 */
#include "inject.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "power.h"

/* The test's own process: a test library may have state. */
static struct {
	enum inject_mode mode;
	unsigned calls;
	unsigned long n, seen;
	int error;
	const char *name;
	long realtime_sec, monotonic_sec;
	void (*hook)(void *arg);
	void *arg;
} plan = { .name = "" };

void inject(enum inject_mode mode, unsigned calls, unsigned long n, int error)
{
	plan.mode = mode;
	plan.calls = calls;
	plan.n = n;
	plan.seen = 0;
	plan.error = error;
	plan.name = "";
}

void inject_hook(unsigned calls, unsigned long n, void (*hook)(void *arg),
    void *arg)
{
	inject(INJECT_HOOK, calls, n, 0);
	plan.hook = hook;
	plan.arg = arg;
}

bool inject_done(void)
{
	plan.mode = INJECT_OFF;
	return plan.seen >= plan.n;
}

unsigned long inject_count(void)
{
	return plan.seen;
}

const char *inject_name(void)
{
	return plan.name;
}

void inject_clock(long realtime_sec, long monotonic_sec)
{
	__atomic_store_n(&plan.realtime_sec, realtime_sec, __ATOMIC_RELAXED);
	__atomic_store_n(&plan.monotonic_sec, monotonic_sec, __ATOMIC_RELAXED);
}

int __real_clock_gettime(clockid_t clock, struct timespec *ret);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret)
{
	int r = __real_clock_gettime(clock, ret);

	if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
		ret->tv_sec +=
		    __atomic_load_n(&plan.realtime_sec, __ATOMIC_RELAXED);
	if (clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE ||
	    clock == CLOCK_BOOTTIME)
		ret->tv_sec +=
		    __atomic_load_n(&plan.monotonic_sec, __ATOMIC_RELAXED);
	return r;
}

enum verdict {
	GO_ON,
	TEAR,
	FAIL, /* errno is set */
};

static enum verdict hit(enum inject_bit bit, const char *name)
{
	unsigned long seen;

	if (plan.mode == INJECT_OFF || !(plan.calls & (1U << bit)) ||
	    power_is_busy())
		return GO_ON;
	seen = __atomic_add_fetch(&plan.seen, 1, __ATOMIC_SEQ_CST);
	if (seen < plan.n)
		return GO_ON;
	if (seen > plan.n &&
	    (plan.mode == INJECT_FAIL || plan.mode == INJECT_HOOK))
		return GO_ON;
	if (seen == plan.n)
		plan.name = name;
	if (plan.mode == INJECT_KILL)
		(void)raise(SIGKILL);
	if (plan.mode == INJECT_HOOK) {
		plan.hook(plan.arg);
		return GO_ON;
	}
	if (plan.mode == INJECT_TEAR && seen == plan.n &&
	    (bit == INJECT_BIT_WRITE || bit == INJECT_BIT_PWRITE))
		return TEAR;
	errno = plan.error;
	return FAIL;
}

/* What the linker makes of a call `x()`: __wrap_x(); __real_x() is libc's. */
#define WRAP(bit, type, bad, call, params, args)          \
	type __real_##call params;                        \
	type __wrap_##call params;                        \
	type __wrap_##call params                         \
	{                                                 \
		if (hit(INJECT_BIT_##bit, #call) == FAIL) \
			return bad;                       \
		return __real_##call args;                \
	}

WRAP(MKDIRAT, int, -1, mkdirat, (int fd, const char *path, mode_t mode),
    (fd, path, mode))
WRAP(READ, ssize_t, -1, read, (int fd, void *data, size_t len), (fd, data, len))
WRAP(PREAD, ssize_t, -1, pread, (int fd, void *data, size_t len, off_t at),
    (fd, data, len, at))
WRAP(FTRUNCATE, int, -1, ftruncate, (int fd, off_t size), (fd, size))
WRAP(FALLOCATE, int, -1, fallocate, (int fd, int mode, off_t at, off_t len),
    (fd, mode, at, len))
WRAP(FLOCK, int, -1, flock, (int fd, int operation), (fd, operation))
WRAP(FSTAT, int, -1, fstat, (int fd, struct stat *st), (fd, st))
WRAP(FSTATAT, int, -1, fstatat,
    (int fd, const char *path, struct stat *st, int flags),
    (fd, path, st, flags))
WRAP(FCHMOD, int, -1, fchmod, (int fd, mode_t mode), (fd, mode))
WRAP(FCHOWN, int, -1, fchown, (int fd, uid_t uid, gid_t gid), (fd, uid, gid))
WRAP(RENAMEAT, int, -1, renameat,
    (int from_fd, const char *from, int to_fd, const char *to),
    (from_fd, from, to_fd, to))
WRAP(LINKAT, int, -1, linkat,
    (int from_fd, const char *from, int to_fd, const char *to, int flags),
    (from_fd, from, to_fd, to, flags))
WRAP(UNLINKAT, int, -1, unlinkat, (int fd, const char *path, int flags),
    (fd, path, flags))
WRAP(FDOPENDIR, DIR *, NULL, fdopendir, (int fd), (fd))

/* The same, and what was synced is told to the disk that forgets. */
#define WRAP_SYNC(bit, call)                              \
	int __real_##call(int fd);                        \
	int __wrap_##call(int fd);                        \
	int __wrap_##call(int fd)                         \
	{                                                 \
		int r;                                    \
                                                          \
		if (hit(INJECT_BIT_##bit, #call) == FAIL) \
			return -1;                        \
		r = __real_##call(fd);                    \
		if (r == 0)                               \
			power_synced(fd);                 \
		return r;                                 \
	}

WRAP_SYNC(FSYNC, fsync)
WRAP_SYNC(FDATASYNC, fdatasync)

ssize_t __real_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len)
{
	enum verdict verdict = hit(INJECT_BIT_WRITE, "write");

	if (verdict == FAIL)
		return -1;
	return __real_write(fd, data, verdict == TEAR ? (len + 1) / 2 : len);
}

ssize_t __real_pwrite(int fd, const void *data, size_t len, off_t at);
ssize_t __wrap_pwrite(int fd, const void *data, size_t len, off_t at);
ssize_t __wrap_pwrite(int fd, const void *data, size_t len, off_t at)
{
	enum verdict verdict = hit(INJECT_BIT_PWRITE, "pwrite");

	if (verdict == FAIL)
		return -1;
	return __real_pwrite(fd, data, verdict == TEAR ? (len + 1) / 2 : len,
	    at);
}

static mode_t get_mode(int flags, va_list args)
{
	if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE)
		return va_arg(args, mode_t);
	return 0;
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = get_mode(flags, args);
	va_end(args);
	if (hit(INJECT_BIT_OPEN, "open") == FAIL)
		return -1;
	return __real_open(path, flags, mode);
}

int __real_openat(int fd, const char *path, int flags, ...);
int __wrap_openat(int fd, const char *path, int flags, ...);
int __wrap_openat(int fd, const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = get_mode(flags, args);
	va_end(args);
	if (hit(INJECT_BIT_OPENAT, "openat") == FAIL)
		return -1;
	return __real_openat(fd, path, flags, mode);
}
