/* SPDX-License-Identifier: Apache-2.0 */
/* Logger: how an application logs.
 *
 *	struct mxlog_logger *logger = mxlog_logger_get("src.queue");
 *
 *	MXLOG_INFO(logger, "moved %s", path);
 *	MXLOG_ERROR_WITH(logger,
 *	    MXLOG_WITH(.context = MXLOG_CONTEXT(MXLOG_STR("path", path),
 *	                   MXLOG_INT("size", size)),
 *	        .tags = MXLOG_TAGS("disk")),
 *	    "cannot move %s", path);
 *
 * Everything here may be called from any thread, never fails loudly and never
 * waits for a disk while the queue has room: a failure falls back to stderr.
 * Arguments are not evaluated when the level is not wanted. */
#pragma once

#include <mxlog/config.h>
#include <mxlog/entry.h>
#include <mxlog/handler.h>
#include <mxlog/metric.h>
#include <mxlog/scope.h>

MXLOG_BEGIN_DECLS

/* ---- setting up ---- */

/* Configure logging for this process: the counterpart of the model's
 * setup_logger. NULL: the file that MXLOG_CONFIG names, else
 * /etc/mxlog/mxlog.yaml, else the defaults. Called again it changes the
 * configuration; loggers stay valid. On failure nothing has changed. The
 * config may be freed afterwards. A logger used before this, or after a failed
 * one, writes to stderr.
 *
 * What was queued is stored before a crash ends the process: SIGSEGV, SIGBUS,
 * SIGFPE, SIGILL and SIGABRT do what they did before, a second later at most.
 * For the end of its stack a thread gets a signal stack when it first logs,
 * unless it has one.
 *
 * Who calls it last decides for the whole process: a library leaves it to its
 * application. What the old handlers could not store yet goes to the new ones.
 * What is stderr at that time is: a descriptor 2 that becomes another file later
 * is left alone, until mxlog_setup() is called again. After setuid(2) or
 * chroot(2) the open segment goes on; where the next one can't be made the
 * entries are kept (backlog_size) and stderr says so. */
MXLOG_EXPORT int mxlog_setup(const struct mxlog_config *config,
    struct mxlog_error *reterr);

/* For a crash handler of the application's own (std::terminate, a signal
 * handler that does not return): wait until the writer thread has stored what
 * was queued, a second at most. How many entries were lost, said on stderr, too.
 * Async-signal-safe. A signal whose action is the default one, SIGTERM say, ends
 * the process with what is queued: handle it, by these lines at least.
 *
 *	static void on_term(int n)
 *	{ (void)mxlog_crash_flush(); signal(n, SIG_DFL); raise(n); }
 *	… signal(SIGTERM, on_term); */
MXLOG_EXPORT int mxlog_crash_flush(void);

/* Wait until all that was logged so far is with its handlers and theirs have
 * flushed. 0, or the first error of a handler; -EDEADLK in a handler. */
MXLOG_EXPORT int mxlog_flush(void);

/* Flush, close all handlers, the application's too, end the writer thread;
 * also done at exit. Loggers
 * stay valid and fall back to stderr. */
MXLOG_EXPORT int mxlog_shutdown(void);

/* ---- loggers ---- */

/* The logger of that dotted name, made when it is new; NULL or "" is the root.
 * It lives as long as the process. Never NULL: out of memory gives the root. */
MXLOG_EXPORT struct mxlog_logger *mxlog_logger_get(const char *name);

/* The root logger: the counterpart of the model's get_logger. */
MXLOG_EXPORT struct mxlog_logger *mxlog_get_logger(void);

MXLOG_EXPORT const char *mxlog_logger_name(const struct mxlog_logger *logger);

/* Set at run time; wins over the configuration until the next mxlog_setup.
 * It counts for all loggers below that have no level of their own. 0 takes it
 * back. -EINVAL for any other number that is no level, and for a NULL logger,
 * here as in all that follows: then nothing has happened. */
MXLOG_EXPORT int mxlog_logger_set_level(struct mxlog_logger *logger,
    enum mxlog_level level);

/* The level in force: its own, else the longest configured prefix's. 0 and
 * false for a NULL logger; a number that is no level is never enabled. */
MXLOG_EXPORT enum mxlog_level mxlog_logger_get_level(
    const struct mxlog_logger *logger);
MXLOG_EXPORT bool mxlog_logger_enabled(const struct mxlog_logger *logger,
    enum mxlog_level level);

/* With false its entries stay with its own handlers. */
MXLOG_EXPORT int mxlog_logger_set_propagate(struct mxlog_logger *logger,
    bool propagate);

/* Add a handler after the existing ones. From now on the logger closes ctx,
 * also when this fails. */
MXLOG_EXPORT int mxlog_logger_add_handler(struct mxlog_logger *logger,
    const struct mxlog_handler_ops *ops, void *ctx, enum mxlog_level level);

/* Take away the handler that was added with these: what was logged before is
 * handed to it, then it is flushed and closed. -ENOENT if the logger has none
 * such; -EDEADLK in a handler. */
MXLOG_EXPORT int mxlog_logger_remove_handler(struct mxlog_logger *logger,
    const struct mxlog_handler_ops *ops, const void *ctx);

/* Have what the library itself has to say (a handler that fails, entries that
 * are lost) as one line of text instead of on stderr; rate limited as there.
 * Called from any thread that logs, or the writer thread; it must not log.
 * NULL: stderr again. */
MXLOG_EXPORT void mxlog_set_error_callback(void (*callback)(void *arg,
					       const char *text),
    void *arg);

/* ---- logging ---- */

/* What an entry may carry beside its message; zeroed is nothing. */
struct mxlog_with {
	const struct mxlog_kv *context; /* ended by a NULL key; may be NULL */
	const char *const *tags;        /* NULL-ended; may be NULL */
	const char *trace_id;           /* NULL: the thread's operation's */
	struct mxlog_exception **exception; /* taken, *exception is NULL then */
	bool has_duration;
	double duration_ms;
	/* Becomes context.hexdump, as hexdump -C prints it; 4 KiB of it at most,
	 * then the entry is marked. Secrets can't be found in it. */
	const void *hexdump;
	size_t hexdump_len;
};

static inline struct mxlog_with mxlog_with_context(
    const struct mxlog_kv *context)
{
	struct mxlog_with with = { NULL, NULL, NULL, NULL, false, 0, NULL, 0 };

	with.context = context;
	return with;
}

/* In C the attributes are written where they are used; in C++ (where arrays
 * can't be temporaries) fill a struct mxlog_with and pass its address. */
#ifndef __cplusplus
#define MXLOG_WITH(...) (&(const struct mxlog_with){ __VA_ARGS__ })
#define MXLOG_CONTEXT(...) \
	((const struct mxlog_kv[]){ __VA_ARGS__, { .key = NULL } })
#define MXLOG_TAGS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#endif

/* What the macros call. All strings are copied: what logged may be unloaded by
 * dlclose(3) while its entries are still queued. 0: handed on (what a full
 * queue sheds is counted); -EINVAL; -EDEADLK in a handler of entries; -ENOMEM
 * and others: not logged, counted. errno is kept. */
MXLOG_EXPORT int mxlog_logger_write(struct mxlog_logger *logger,
    enum mxlog_level level, const struct mxlog_source *source,
    const struct mxlog_with *with, const char *format, ...) MXLOG_PRINTF(5, 6);
MXLOG_EXPORT int mxlog_logger_vwrite(struct mxlog_logger *logger,
    enum mxlog_level level, const struct mxlog_source *source,
    const struct mxlog_with *with, const char *format, va_list args)
    MXLOG_PRINTF(5, 0);

/* The one call for signal handlers: the text is copied to a fixed buffer, cut
 * at 480 bytes and marked, and logged by the next thread that can. 0; -EINVAL;
 * -EAGAIN when 64 entries wait there already, counted. In a signal handler all
 * other calls may wait for ever, apart from mxlog_crash_flush(); one that has
 * interrupted a call of its own thread does what this one does. */
MXLOG_EXPORT int mxlog_log_async_signal(struct mxlog_logger *logger,
    enum mxlog_level level, const char *text);

/* Calls below this level are left out of the program: define it before this
 * header is included, -DMXLOG_MIN_LEVEL=20 for all but DEBUG. */
#ifndef MXLOG_MIN_LEVEL
#define MXLOG_MIN_LEVEL 0
#endif

#define MXLOG_LOG_WITH(logger, level, with, ...)                           \
	do {                                                               \
		struct mxlog_logger *mxlog_logger_ = (logger);             \
		if ((int)(level) >= MXLOG_MIN_LEVEL &&                     \
		    mxlog_logger_enabled(mxlog_logger_, level)) {          \
			static const struct mxlog_source mxlog_source_ = { \
				__FILE__, __func__, __LINE__               \
			};                                                 \
			(void)mxlog_logger_write(mxlog_logger_, level,     \
			    &mxlog_source_, with, __VA_ARGS__);            \
		}                                                          \
	} while (0)
#define MXLOG_LOG(logger, level, ...) \
	MXLOG_LOG_WITH(logger, level, NULL, __VA_ARGS__)

/* Beside the enumerators of the same names: these take parentheses. */
#define MXLOG_DEBUG(logger, ...)   MXLOG_LOG(logger, MXLOG_DEBUG, __VA_ARGS__)
#define MXLOG_INFO(logger, ...)    MXLOG_LOG(logger, MXLOG_INFO, __VA_ARGS__)
#define MXLOG_WARNING(logger, ...) MXLOG_LOG(logger, MXLOG_WARNING, __VA_ARGS__)
#define MXLOG_ERROR(logger, ...)   MXLOG_LOG(logger, MXLOG_ERROR, __VA_ARGS__)
#define MXLOG_CRITICAL(logger, ...) \
	MXLOG_LOG(logger, MXLOG_CRITICAL, __VA_ARGS__)

/* Log a text and the bytes. */
#define MXLOG_HEXDUMP(logger, level, data, len, ...)                      \
	do {                                                              \
		struct mxlog_with mxlog_with_ = mxlog_with_context(NULL); \
		mxlog_with_.hexdump = (data);                             \
		mxlog_with_.hexdump_len = (len);                          \
		MXLOG_LOG_WITH(logger, level, &mxlog_with_, __VA_ARGS__); \
	} while (0)

#define MXLOG_DEBUG_WITH(logger, with, ...) \
	MXLOG_LOG_WITH(logger, MXLOG_DEBUG, with, __VA_ARGS__)
#define MXLOG_INFO_WITH(logger, with, ...) \
	MXLOG_LOG_WITH(logger, MXLOG_INFO, with, __VA_ARGS__)
#define MXLOG_WARNING_WITH(logger, with, ...) \
	MXLOG_LOG_WITH(logger, MXLOG_WARNING, with, __VA_ARGS__)
#define MXLOG_ERROR_WITH(logger, with, ...) \
	MXLOG_LOG_WITH(logger, MXLOG_ERROR, with, __VA_ARGS__)
#define MXLOG_CRITICAL_WITH(logger, with, ...) \
	MXLOG_LOG_WITH(logger, MXLOG_CRITICAL, with, __VA_ARGS__)

/* ---- not every time ---- */

/* How often a call has come; one for each place, static and zeroed. */
struct mxlog_throttle {
	uint64_t calls;
	uint64_t left_out; /* since one was logged */
	int64_t next_nsec; /* CLOCK_MONOTONIC */
};

/* True for the 1st, the n+1st … call; for the first n; once in so many
 * milliseconds. From any thread. *ret_left_out: calls that were answered with
 * false since the last true. */
MXLOG_EXPORT bool mxlog_throttle_every(struct mxlog_throttle *throttle,
    uint64_t n, uint64_t *ret_left_out);
MXLOG_EXPORT bool mxlog_throttle_first(struct mxlog_throttle *throttle,
    uint64_t n, uint64_t *ret_left_out);
MXLOG_EXPORT bool mxlog_throttle_interval(struct mxlog_throttle *throttle,
    uint64_t msec, uint64_t *ret_left_out);

/* The entry says in context.left_out how many were not logged before it. */
#define MXLOG_LOG_THROTTLED(how, n, logger, level, ...)                     \
	do {                                                                \
		static struct mxlog_throttle mxlog_throttle_;               \
		struct mxlog_logger *mxlog_to_ = (logger);                  \
		uint64_t mxlog_left_out_ = 0;                               \
		if ((int)(level) >= MXLOG_MIN_LEVEL &&                      \
		    mxlog_logger_enabled(mxlog_to_, level) &&               \
		    mxlog_throttle_##how(&mxlog_throttle_, n,               \
			&mxlog_left_out_)) {                                \
			struct mxlog_kv mxlog_pairs_[2] = {                 \
				mxlog_kv_uint("left_out", mxlog_left_out_), \
				mxlog_kv_string(NULL, NULL)                 \
			};                                                  \
			struct mxlog_with mxlog_with_ = mxlog_with_context( \
			    mxlog_left_out_ > 0 ? mxlog_pairs_ : NULL);     \
			MXLOG_LOG_WITH(mxlog_to_, level, &mxlog_with_,      \
			    __VA_ARGS__);                                   \
		}                                                           \
	} while (0)
#define MXLOG_LOG_EVERY_N(logger, level, n, ...) \
	MXLOG_LOG_THROTTLED(every, n, logger, level, __VA_ARGS__)
#define MXLOG_LOG_FIRST_N(logger, level, n, ...) \
	MXLOG_LOG_THROTTLED(first, n, logger, level, __VA_ARGS__)
#define MXLOG_LOG_ONCE_A_SECOND(logger, level, ...) \
	MXLOG_LOG_THROTTLED(interval, 1000, logger, level, __VA_ARGS__)

/* ---- operations ---- */

/* End an operation; with a logger, log its name at `level` with its duration_ms. Inner
 * operations that were forgotten end, too. */
MXLOG_EXPORT void mxlog_operation_end(struct mxlog_operation *operation,
    struct mxlog_logger *logger, enum mxlog_level level);

/* ---- metrics ---- */

/* Log a measurement; tags are pairs of strings ended by a NULL key, or NULL. It
 * has the thread's trace_id. */
MXLOG_EXPORT int mxlog_logger_measure(struct mxlog_logger *logger,
    enum mxlog_metric_type type, const char *name, double value,
    const char *unit, const struct mxlog_kv *tags);

MXLOG_END_DECLS
