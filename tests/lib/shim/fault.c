/* SPDX-License-Identifier: Apache-2.0 */
/* Fault: a preloaded shim that makes the n-th call of any program fail, come up
 * short, take its time, or be the last thing that the program does.
 *
 *	MXLOG_FAULT=write:3:fail:ENOSPC,fsync:1+:fail:EIO LD_PRELOAD=fault.so ...
 *
 * A rule is CALL:WHICH:ACTION[:ARGUMENT]. WHICH is n (the n-th call of that
 * name), n+ (it and all after it) or n-m. ACTION is
 *
 *	fail:ERRNO   the call answers that error and does nothing
 *	short        half of what was to be written or read is
 *	delay:MS     the call is made so many milliseconds later
 *	kill         SIGKILL instead of the call
 *	jump:SECONDS of clock_gettime and its kin: the wall clock is that much
 *	             ahead (or, below 0, behind) from that call on
 *
 * MXLOG_FAULT_BELOW=DIR leaves calls alone that are about files outside of DIR;
 * MXLOG_FAULT_HIT=FILE is made when a rule first applies, so that a loop over
 * n knows where to end. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

enum {
	RULES_MAX = 16,
};

/* X(name): what a rule can be about. */
#define CALLS(X)     \
	X(open)      \
	X(openat)    \
	X(read)      \
	X(pread)     \
	X(write)     \
	X(pwrite)    \
	X(fsync)     \
	X(fdatasync) \
	X(rename)    \
	X(renameat)  \
	X(linkat)    \
	X(unlinkat)  \
	X(mkdirat)   \
	X(ftruncate) \
	X(fallocate) \
	X(mmap)      \
	X(flock)     \
	X(malloc)    \
	X(getrandom) \
	X(clock)

enum call {
#define X(name) CALL_##name,
	CALLS(X)
#undef X
};

enum action {
	FAIL = 1,
	SHORT,
	DELAY,
	KILL,
	JUMP
};

static const char *const call_names[] = {
#define X(name) #name,
	CALLS(X)
#undef X
};

static const char *const action_names[] = { [FAIL] = "fail",
	[SHORT] = "short",
	[DELAY] = "delay",
	[KILL] = "kill",
	[JUMP] = "jump" };

static const struct {
	const char *name;
	int number;
} errors[] = {
	{ "EIO", EIO },
	{ "ENOSPC", ENOSPC },
	{ "EDQUOT", EDQUOT },
	{ "EROFS", EROFS },
	{ "EACCES", EACCES },
	{ "EPERM", EPERM },
	{ "EMFILE", EMFILE },
	{ "ENFILE", ENFILE },
	{ "ENOMEM", ENOMEM },
	{ "EINTR", EINTR },
	{ "EAGAIN", EAGAIN },
	{ "EFBIG", EFBIG },
	{ "ENOLCK", ENOLCK },
	{ "ENOSYS", ENOSYS },
	{ "EOPNOTSUPP", EOPNOTSUPP },
	{ "ESTALE", ESTALE },
};

static struct rule {
	enum call call;
	enum action action;
	unsigned long first, last;
	long argument;
	atomic_ulong seen;
} rules[RULES_MAX];
static size_t n_rules;
static char below[PATH_MAX];
static char hit_file[PATH_MAX];

/* ---- rules ---- */

static void refuse(const char *rule)
{
	dprintf(STDERR_FILENO,
	    "MXLOG_FAULT: \"%s\" is no CALL:WHICH:ACTION[:ARGUMENT]\n", rule);
	_exit(99);
}

static size_t find(const char *const *names, size_t n, const char *text,
    size_t len, const char *rule)
{
	for (size_t i = 0; i < n; i++)
		if (names[i] && strlen(names[i]) == len &&
		    memcmp(names[i], text, len) == 0)
			return i;
	refuse(rule);
	return 0;
}

static long parse_argument(enum action action, const char *text,
    const char *rule)
{
	char *end;
	long number;

	for (size_t i = 0;
	     action == FAIL && text && i < sizeof(errors) / sizeof(errors[0]);
	     i++)
		if (strcmp(errors[i].name, text) == 0)
			return errors[i].number;
	if (action == SHORT || action == KILL)
		return 0;
	if (!text || action == FAIL)
		refuse(rule);
	number = strtol(text, &end, 10);
	if (end == text || *end)
		refuse(rule);
	return number;
}

static void parse_rule(struct rule *rule, const char *text)
{
	const char *which = strchr(text, ':');
	const char *action = which ? strchr(which + 1, ':') : NULL;
	const char *argument = action ? strchr(action + 1, ':') : NULL;
	size_t len;
	char *end;

	if (!action)
		refuse(text);
	rule->call = (enum call)find(call_names,
	    sizeof(call_names) / sizeof(call_names[0]), text,
	    (size_t)(which - text), text);
	len = argument ? (size_t)(argument - action) - 1 : strlen(action + 1);
	rule->action = (enum action)find(action_names,
	    sizeof(action_names) / sizeof(action_names[0]), action + 1, len,
	    text);
	rule->first = rule->last = strtoul(which + 1, &end, 10);
	if (*end == '+') {
		rule->last = ULONG_MAX;
		end++;
	} else if (*end == '-') {
		rule->last = strtoul(end + 1, &end, 10);
	}
	if (*end != ':' || rule->first == 0)
		refuse(text);
	rule->argument =
	    parse_argument(rule->action, argument ? argument + 1 : NULL, text);
}

static __attribute__((constructor)) void load(void)
{
	static char text[4096];
	const char *plan = getenv("MXLOG_FAULT");
	const char *dir = getenv("MXLOG_FAULT_BELOW");
	const char *file = getenv("MXLOG_FAULT_HIT");
	char *rest = text, *rule;

	(void)snprintf(below, sizeof(below), "%s", dir ? dir : "");
	(void)snprintf(hit_file, sizeof(hit_file), "%s", file ? file : "");
	(void)snprintf(text, sizeof(text), "%s", plan ? plan : "");
	while ((rule = strsep(&rest, ","))) {
		if (!*rule)
			continue;
		if (n_rules == RULES_MAX)
			refuse(rule);
		parse_rule(&rules[n_rules], rule);
		n_rules++;
	}
}

/* ---- what a call meets ---- */

static void note_hit(void)
{
	long fd;

	if (!hit_file[0])
		return;
	fd = syscall(SYS_openat, AT_FDCWD, hit_file, O_CREAT | O_WRONLY, 0600);
	if (fd >= 0)
		(void)syscall(SYS_close, fd);
}

static bool is_below(const char *path)
{
	size_t len = strlen(below);

	return len == 0 ||
	    (strncmp(path, below, len) == 0 &&
		(path[len] == '\0' || path[len] == '/'));
}

/* By a descriptor, or a path that is relative to one. */
static bool concerns(int fd, const char *path)
{
	char link[64], real[PATH_MAX];
	ssize_t n;

	if (!below[0])
		return true;
	if (path && path[0] == '/')
		return is_below(path);
	if (fd == AT_FDCWD)
		return getcwd(real, sizeof(real)) && is_below(real);
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, real, sizeof(real) - 1);
	if (n < 0)
		return false;
	real[n] = '\0';
	return is_below(real);
}

static void sleep_ms(long ms)
{
	struct timespec rest = { .tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000 };

	(void)syscall(SYS_nanosleep, &rest, NULL);
}

/* What this call meets: 0, SHORT, or FAIL with errno set. */
static enum action meet(enum call call)
{
	enum action met = 0;

	for (size_t i = 0; i < n_rules; i++) {
		struct rule *rule = &rules[i];
		unsigned long seen;

		if (rule->call != call)
			continue;
		seen = atomic_fetch_add(&rule->seen, 1) + 1;
		if (seen < rule->first || seen > rule->last)
			continue;
		note_hit();
		if (rule->action == KILL)
			(void)syscall(SYS_kill, getpid(), SIGKILL);
		else if (rule->action == DELAY)
			sleep_ms(rule->argument);
		else if (rule->action == FAIL)
			errno = (int)rule->argument;
		if (rule->action == FAIL || rule->action == SHORT)
			met = rule->action;
	}
	return met;
}

static enum action meet_file(enum call call, int fd, const char *path)
{
	return n_rules > 0 && concerns(fd, path) ? meet(call) : 0;
}

/* How far the wall clock is ahead. */
static long jumped(void)
{
	long seconds = 0;

	for (size_t i = 0; i < n_rules; i++) {
		struct rule *rule = &rules[i];

		if (rule->call != CALL_clock || rule->action != JUMP)
			continue;
		if (atomic_fetch_add(&rule->seen, 1) + 1 >= rule->first) {
			note_hit();
			seconds += rule->argument;
		}
	}
	return seconds;
}

/* The function of that name past this one, of that function's type. */
#define NEXT(name, type, ...)             \
	static type (*next)(__VA_ARGS__); \
	if (!next)                        \
	*(void **)&next = dlsym(RTLD_NEXT, #name)

/* ---- files ---- */

static mode_t mode_of(int flags, va_list args)
{
	if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE)
		return va_arg(args, mode_t);
	return 0;
}

#define OPEN(name)                                                \
	EXPORT int name(const char *path, int flags, ...);        \
	EXPORT int name(const char *path, int flags, ...)         \
	{                                                         \
		NEXT(name, int, const char *, int, ...);          \
		va_list args;                                     \
		mode_t mode;                                      \
                                                                  \
		va_start(args, flags);                            \
		mode = mode_of(flags, args);                      \
		va_end(args);                                     \
		if (meet_file(CALL_open, AT_FDCWD, path) == FAIL) \
			return -1;                                \
		return next(path, flags, mode);                   \
	}
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                               \
	EXPORT int name(int fd, const char *path, int flags, ...); \
	EXPORT int name(int fd, const char *path, int flags, ...)  \
	{                                                          \
		NEXT(name, int, int, const char *, int, ...);      \
		va_list args;                                      \
		mode_t mode;                                       \
                                                                   \
		va_start(args, flags);                             \
		mode = mode_of(flags, args);                       \
		va_end(args);                                      \
		if (meet_file(CALL_openat, fd, path) == FAIL)      \
			return -1;                                 \
		return next(fd, path, flags, mode);                \
	}
OPENAT(openat)
OPENAT(openat64)

/* Half of it, but something. */
static size_t half(enum action action, size_t len)
{
	return action == SHORT ? (len + 1) / 2 : len;
}

#define TRANSFER(call, name, data_type)                                \
	EXPORT ssize_t name(int fd, data_type data, size_t len);       \
	EXPORT ssize_t name(int fd, data_type data, size_t len)        \
	{                                                              \
		NEXT(name, ssize_t, int, data_type, size_t);           \
		enum action action = meet_file(CALL_##call, fd, NULL); \
                                                                       \
		if (action == FAIL)                                    \
			return -1;                                     \
		return next(fd, data, half(action, len));              \
	}
TRANSFER(read, read, void *)
TRANSFER(write, write, const void *)

#define TRANSFER_AT(call, name, data_type)                                 \
	EXPORT ssize_t name(int fd, data_type data, size_t len, off_t at); \
	EXPORT ssize_t name(int fd, data_type data, size_t len, off_t at)  \
	{                                                                  \
		NEXT(name, ssize_t, int, data_type, size_t, off_t);        \
		enum action action = meet_file(CALL_##call, fd, NULL);     \
                                                                           \
		if (action == FAIL)                                        \
			return -1;                                         \
		return next(fd, data, half(action, len), at);              \
	}
TRANSFER_AT(pread, pread, void *)
TRANSFER_AT(pread, pread64, void *)
TRANSFER_AT(pwrite, pwrite, const void *)
TRANSFER_AT(pwrite, pwrite64, const void *)

/* A call about one descriptor. */
#define ON_FD(call, name, params, args, ...)                  \
	EXPORT int name params;                               \
	EXPORT int name params                                \
	{                                                     \
		NEXT(name, int, __VA_ARGS__);                 \
		if (meet_file(CALL_##call, fd, NULL) == FAIL) \
			return -1;                            \
		return next args;                             \
	}
ON_FD(fsync, fsync, (int fd), (fd), int)
ON_FD(fdatasync, fdatasync, (int fd), (fd), int)
ON_FD(flock, flock, (int fd, int operation), (fd, operation), int, int)
ON_FD(ftruncate, ftruncate, (int fd, off_t size), (fd, size), int, off_t)
ON_FD(ftruncate, ftruncate64, (int fd, off_t size), (fd, size), int, off_t)
ON_FD(fallocate, fallocate, (int fd, int mode, off_t at, off_t len),
    (fd, mode, at, len), int, int, off_t, off_t)
ON_FD(fallocate, fallocate64, (int fd, int mode, off_t at, off_t len),
    (fd, mode, at, len), int, int, off_t, off_t)

/* A call about a name. */
#define ON_NAME(call, name, params, args, dir, path, ...)      \
	EXPORT int name params;                                \
	EXPORT int name params                                 \
	{                                                      \
		NEXT(name, int, __VA_ARGS__);                  \
		if (meet_file(CALL_##call, dir, path) == FAIL) \
			return -1;                             \
		return next args;                              \
	}
ON_NAME(rename, rename, (const char *from, const char *to), (from, to),
    AT_FDCWD, to, const char *, const char *)
ON_NAME(renameat, renameat,
    (int from_fd, const char *from, int to_fd, const char *to),
    (from_fd, from, to_fd, to), to_fd, to, int, const char *, int, const char *)
ON_NAME(linkat, linkat,
    (int from_fd, const char *from, int to_fd, const char *to, int flags),
    (from_fd, from, to_fd, to, flags), to_fd, to, int, const char *, int,
    const char *, int)
ON_NAME(unlinkat, unlinkat, (int fd, const char *path, int flags),
    (fd, path, flags), fd, path, int, const char *, int)
ON_NAME(mkdirat, mkdirat, (int fd, const char *path, mode_t mode),
    (fd, path, mode), fd, path, int, const char *, mode_t)

EXPORT void *mmap(void *at, size_t len, int prot, int flags, int fd,
    off_t offset)
{
	NEXT(mmap, void *, void *, size_t, int, int, int, off_t);

	if (n_rules > 0 && meet(CALL_mmap) == FAIL)
		return MAP_FAILED;
	return next(at, len, prot, flags, fd, offset);
}

/* ---- memory, chance and time ---- */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *memory, size_t size);

EXPORT void *malloc(size_t size)
{
	if (n_rules > 0 && meet(CALL_malloc) == FAIL)
		return NULL;
	return __libc_malloc(size);
}

EXPORT void *calloc(size_t n, size_t size)
{
	if (n_rules > 0 && meet(CALL_malloc) == FAIL)
		return NULL;
	return __libc_calloc(n, size);
}

EXPORT void *realloc(void *memory, size_t size)
{
	if (n_rules > 0 && meet(CALL_malloc) == FAIL)
		return NULL;
	return __libc_realloc(memory, size);
}

EXPORT ssize_t getrandom(void *data, size_t len, unsigned flags);
EXPORT ssize_t getrandom(void *data, size_t len, unsigned flags)
{
	NEXT(getrandom, ssize_t, void *, size_t, unsigned);
	enum action action = n_rules > 0 ? meet(CALL_getrandom) : 0;

	if (action == FAIL)
		return -1;
	return next(data, half(action, len), flags);
}

EXPORT int clock_gettime(clockid_t clock, struct timespec *ret)
{
	int r = (int)syscall(SYS_clock_gettime, clock, ret);

	if (r == 0 && n_rules > 0 &&
	    (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		ret->tv_sec += jumped();
	return r;
}

EXPORT int gettimeofday(struct timeval *restrict ret, void *restrict zone)
{
	int r = (int)syscall(SYS_gettimeofday, ret, zone);

	if (r == 0 && n_rules > 0)
		ret->tv_sec += jumped();
	return r;
}

EXPORT time_t time(time_t *ret)
{
	struct timeval now;

	(void)gettimeofday(&now, NULL);
	if (ret)
		*ret = now.tv_sec;
	return now.tv_sec;
}
