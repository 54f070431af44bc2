/* SPDX-License-Identifier: Apache-2.0 */
#include <mxlog/logger.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/timestamp.h"
#include "logger/backtrace.h"
#include "logger/crash.h"
#include "logger/fast_printf.h"
#include "logger/hexdump.h"
#include "logger/signal_ring.h"
#include "logger/signal_stack.h"
#include "logger/stderr_guard.h"
#include "logger/thread_context.h"
#include "logger/writer_thread.h"

/* A thread that logs. `busy` while it is in here, so that setting up again can
 * wait for it, and so that a signal handler or a handler of entries that logs
 * finds out that it must not. */
struct thread {
	struct thread *next;
	struct mxlog_item *item;
	struct mxlog_backtrace backtrace;
	struct mxlog_signal_stack signal_stack;
	_Atomic int busy;
};

enum {
	MESSAGE_ROOM = 256, /* for most messages */
};

enum {
	IDLE,
	BUSY,   /* for the time of a call */
	WRITER, /* for good: the writer thread, of which nobody waits */
};

static struct {
	pthread_mutex_t setup;             /* taken first */
	struct mxlog_fair_lock delivering; /* taken second */
	pthread_mutex_t threads_lock;
	pthread_once_t once;
	pthread_key_t key;
	struct thread *threads;
	struct mxlog_dispatch *dispatch;
	_Atomic(struct mxlog_writer_thread *)
	    writer_thread;               /* NULL: whoever logs delivers */
	_Atomic bool want_writer_thread; /* to be started again, after fork */
	struct mxlog_writer_thread_options options;
	_Atomic unsigned flush_rank;   /* from here on entries don't wait */
	_Atomic unsigned special_rank; /* and from here on it is looked */
	_Atomic uint32_t backtrace;    /* entries that a thread remembers */
} logging = {
	.setup = PTHREAD_MUTEX_INITIALIZER,
	.delivering = MXLOG_TURN_INITIALIZER,
	.threads_lock = PTHREAD_MUTEX_INITIALIZER,
	.once = PTHREAD_ONCE_INIT,
	.flush_rank = MXLOG_QUEUE_RANKS,
	.special_rank = MXLOG_QUEUE_RANKS,
};

static _Thread_local struct thread *self MXLOG_FAST_TLS;

/* ---- threads ---- */

static void thread_free(void *arg)
{
	struct thread *thread = arg;
	struct thread **at = &logging.threads;

	(void)pthread_mutex_lock(&logging.threads_lock);
	while (*at && *at != thread)
		at = &(*at)->next;
	if (*at)
		*at = thread->next;
	(void)pthread_mutex_unlock(&logging.threads_lock);
	mxlog_signal_stack_done(&thread->signal_stack);
	mxlog_item_free(thread->item);
	mxlog_backtrace_done(&thread->backtrace);
	free(thread);
	self = NULL;
}

static struct thread *thread_new(void)
{
	struct thread *thread = calloc(1, sizeof(*thread));

	if (!thread || mxlog_item_new(&thread->item) < 0) {
		free(thread);
		return NULL;
	}
	mxlog_signal_stack_init(&thread->signal_stack);
	(void)pthread_mutex_lock(&logging.threads_lock);
	thread->next = logging.threads;
	logging.threads = thread;
	(void)pthread_mutex_unlock(&logging.threads_lock);
	(void)pthread_setspecific(logging.key, thread);
	return thread;
}

static struct thread *thread_self(void);

/* Wait until every other thread that began before has left. */
static void wait_for_threads(void)
{
	const struct timespec tick = { .tv_nsec = 100000 };

	(void)pthread_mutex_lock(&logging.threads_lock);
	for (struct thread *thread = logging.threads; thread;
	     thread = thread->next)
		while (thread != self && atomic_load(&thread->busy) == BUSY)
			(void)nanosleep(&tick, NULL);
	(void)pthread_mutex_unlock(&logging.threads_lock);
}

/* True in a handler, which must not log, nor wait for what it is part of. */
static bool is_inside(void)
{
	return self && atomic_load(&self->busy) != IDLE;
}

static void begin_writer(void)
{
	struct thread *thread = thread_self();

	if (thread)
		atomic_store(&thread->busy, WRITER);
}

/* What the last thread leaves to exit(3)'s handlers: no thread, no queue. */
static void end_writer(void)
{
	mxlog_crash_watch(NULL);
	atomic_store(&logging.writer_thread, NULL);
	atomic_store(&logging.want_writer_thread, false);
	if (self)
		atomic_store(&self->busy, IDLE);
}

/* ---- fork ---- */

/* With every lock held and nothing half written, the child can begin anew. A
 * handler that forks holds a lock already, and has it in the child, too. */
static void before_fork(void)
{
	if (is_inside())
		return;
	(void)pthread_mutex_lock(&logging.setup);
	mxlog_fair_lock_close(&logging.delivering);
	(void)pthread_mutex_lock(&logging.threads_lock);
	if (logging.dispatch)
		(void)mxlog_dispatch_flush(logging.dispatch, false);
	mxlog_registry_lock();
}

static void unlock_all(void)
{
	if (is_inside())
		return;
	mxlog_registry_unlock();
	(void)pthread_mutex_unlock(&logging.threads_lock);
	mxlog_fair_lock_open(&logging.delivering);
	(void)pthread_mutex_unlock(&logging.setup);
}

/* What is queued is the parent's to store; other threads are gone. */
static void after_fork_in_child(void)
{
	struct mxlog_writer_thread *writer_thread =
	    atomic_load(&logging.writer_thread);

	mxlog_crash_watch(NULL);
	if (logging.dispatch)
		mxlog_dispatch_forget(logging.dispatch);
	if (is_inside())
		return;
	unlock_all();
	logging.threads = self;
	if (self)
		self->next = NULL;
	atomic_store(&logging.writer_thread, NULL);
	if (writer_thread)
		atomic_store(&logging.want_writer_thread, true);
	mxlog_writer_thread_abandon(writer_thread);
}

static void at_exit(void)
{
	(void)mxlog_shutdown();
}

static void initialise(void)
{
	(void)pthread_key_create(&logging.key, thread_free);
	(void)pthread_atfork(before_fork, unlock_all, after_fork_in_child);
	(void)atexit(at_exit);
	mxlog_stderr_note();
	if (!logging.dispatch)
		(void)mxlog_dispatch_new(NULL, &logging.dispatch, NULL);
}

static struct thread *thread_self(void)
{
	if (LIKELY(self != NULL))
		return self;
	(void)pthread_once(&logging.once, initialise);
	self = thread_new();
	return self;
}

/* ---- setting up ---- */

static void stop_writer_thread(void)
{
	struct mxlog_writer_thread *writer_thread =
	    atomic_exchange(&logging.writer_thread, NULL);

	atomic_store(&logging.want_writer_thread, false);
	mxlog_crash_watch(NULL);
	wait_for_threads();
	mxlog_writer_thread_stop(writer_thread);
}

/* With the setup lock held. */
static int start_writer_thread(void)
{
	struct mxlog_writer_thread *writer_thread;
	int r = mxlog_writer_thread_start(&logging.options, &writer_thread);

	atomic_store(&logging.want_writer_thread, false);
	if (r < 0)
		return r;
	mxlog_crash_watch(writer_thread);
	atomic_store(&logging.writer_thread, writer_thread);
	return 0;
}

static void use_levels(const struct mxlog_config *config)
{
	unsigned flush_rank = mxlog_shed_rank(config->flush_level);

	atomic_store(&logging.backtrace, config->backtrace);
	atomic_store(&logging.flush_rank, flush_rank);
	atomic_store(&logging.special_rank,
	    MIN(flush_rank, mxlog_shed_rank(MXLOG_ERROR)));
}

static int use(const struct mxlog_config *config, struct mxlog_error *reterr)
{
	int r;

	stop_writer_thread();
	mxlog_fair_lock_lock(&logging.delivering);
	r = mxlog_dispatch_configure(logging.dispatch, config, reterr);
	mxlog_fair_lock_unlock(&logging.delivering);
	if (r == 0)
		logging.options = (struct mxlog_writer_thread_options){
			.dispatch = logging.dispatch,
			.delivering = &logging.delivering,
			.buffer_size =
			    config->async_enabled ? config->buffer_size : 0,
			.flush_interval_s = config->flush_interval_s,
			.begin = begin_writer,
			.end = end_writer,
		};
	if (r == 0)
		use_levels(config);
	if (logging.options.buffer_size > 0) /* on failure: the old one */
		(void)start_writer_thread();
	return r;
}

int mxlog_setup(const struct mxlog_config *config, struct mxlog_error *reterr)
{
	struct mxlog_config *loaded = NULL;
	int r;

	if (!thread_self() || !logging.dispatch)
		return mxlog_error_set(reterr, -ENOMEM, "out of memory");
	if (is_inside())
		return mxlog_error_set(reterr, -EDEADLK,
		    "a handler can't set up logging");
	if (!config) {
		r = mxlog_config_search(NULL, &loaded, reterr);
		if (r < 0)
			return r;
		config = loaded;
	}
	(void)pthread_mutex_lock(&logging.setup);
	mxlog_stderr_note();
	r = use(config, reterr);
	(void)pthread_mutex_unlock(&logging.setup);
	mxlog_config_free(loaded);
	return r;
}

int mxlog_flush(void)
{
	struct mxlog_writer_thread *writer_thread;
	int r;

	if (is_inside())
		return -EDEADLK;
	if (!logging.dispatch)
		return 0;
	(void)pthread_mutex_lock(&logging.setup);
	writer_thread = atomic_load(&logging.writer_thread);
	if (writer_thread) {
		r = mxlog_writer_thread_flush(writer_thread, -1);
	} else {
		mxlog_fair_lock_lock(&logging.delivering);
		r = mxlog_dispatch_flush(logging.dispatch, true);
		mxlog_fair_lock_unlock(&logging.delivering);
	}
	(void)pthread_mutex_unlock(&logging.setup);
	return r;
}

int mxlog_shutdown(void)
{
	int r;

	if (is_inside())
		return -EDEADLK;
	if (!logging.dispatch)
		return 0;
	(void)pthread_mutex_lock(&logging.setup);
	stop_writer_thread();
	logging.options.buffer_size = 0;
	mxlog_fair_lock_lock(&logging.delivering);
	r = mxlog_dispatch_flush(logging.dispatch, true);
	(void)mxlog_dispatch_configure(logging.dispatch, NULL, NULL);
	mxlog_dispatch_close_handlers(logging.dispatch);
	mxlog_fair_lock_unlock(&logging.delivering);
	(void)pthread_mutex_unlock(&logging.setup);
	return r;
}

/* ---- loggers ---- */

/* Bits 10, 20, 30, 40 and 50. */
#define LEVELS                                                          \
	(UINT64_C(1) << MXLOG_DEBUG | UINT64_C(1) << MXLOG_INFO |       \
	    UINT64_C(1) << MXLOG_WARNING | UINT64_C(1) << MXLOG_ERROR | \
	    UINT64_C(1) << MXLOG_CRITICAL)

static inline bool is_level(enum mxlog_level level)
{
	return (unsigned)level < 64 && (LEVELS >> level & 1);
}

/* To be written, not only remembered. */
static inline bool is_wanted(const struct mxlog_logger *logger,
    enum mxlog_level level)
{
	return (int)level >=
	    atomic_load_explicit(&logger->wanted, memory_order_relaxed);
}

struct mxlog_logger *mxlog_logger_get(const char *name)
{
	return mxlog_registry_get(name);
}

struct mxlog_logger *mxlog_get_logger(void)
{
	return mxlog_registry_root();
}

const char *mxlog_logger_name(const struct mxlog_logger *logger)
{
	return logger ? logger->name : "";
}

int mxlog_logger_set_level(struct mxlog_logger *logger, enum mxlog_level level)
{
	if (!logger || ((int)level != 0 && !is_level(level)))
		return -EINVAL;
	mxlog_registry_set_level(logger, level);
	return 0;
}

enum mxlog_level mxlog_logger_get_level(const struct mxlog_logger *logger)
{
	if (!logger)
		return 0;
	return (enum mxlog_level)atomic_load_explicit(&logger->wanted,
	    memory_order_relaxed);
}

bool mxlog_logger_enabled(const struct mxlog_logger *logger,
    enum mxlog_level level)
{
	return logger &&
	    (int)level >=
	    atomic_load_explicit(&logger->level, memory_order_relaxed) &&
	    is_level(level);
}

int mxlog_logger_set_propagate(struct mxlog_logger *logger, bool propagate)
{
	if (!logger)
		return -EINVAL;
	atomic_store(&mxlog_registry_real(logger)->propagate, propagate);
	return 0;
}

int mxlog_logger_add_handler(struct mxlog_logger *logger,
    const struct mxlog_handler_ops *ops, void *ctx, enum mxlog_level level)
{
	struct mxlog_handler handler = {
		.ops = ops,
		.ctx = ctx,
		.level = level,
	};
	int r;

	if (!logger || !ops || (int)level < 0 ||
	    ((int)level != 0 && !is_level(level)) ||
	    ops->size < offsetof(struct mxlog_handler_ops, close) +
		    sizeof(ops->close) ||
	    !ops->handle || !thread_self() || !logging.dispatch) {
		mxlog_handler_close(&handler);
		return -EINVAL;
	}
	if (is_inside()) {
		mxlog_handler_close(&handler);
		return -EDEADLK;
	}
	mxlog_fair_lock_lock(&logging.delivering);
	r = mxlog_dispatch_attach(logging.dispatch, logger, &handler);
	mxlog_fair_lock_unlock(&logging.delivering);
	return r;
}

int mxlog_logger_remove_handler(struct mxlog_logger *logger,
    const struct mxlog_handler_ops *ops, const void *ctx)
{
	int r;

	if (!logger || !ops || !thread_self() || !logging.dispatch)
		return -EINVAL;
	if (is_inside())
		return -EDEADLK;
	if (atomic_load(&logging.writer_thread))
		(void)mxlog_flush(); /* what was logged before is for it, too */
	mxlog_fair_lock_lock(&logging.delivering);
	r = mxlog_dispatch_remove(logging.dispatch, logger, ops, ctx);
	mxlog_fair_lock_unlock(&logging.delivering);
	return r;
}

/* ---- logging ---- */

/* Not waiting for who is setting up: he waits for those who are in here. */
static struct mxlog_writer_thread *async_again(void)
{
	if (pthread_mutex_trylock(&logging.setup) == 0) {
		if (atomic_load(&logging.want_writer_thread))
			(void)start_writer_thread();
		(void)pthread_mutex_unlock(&logging.setup);
	}
	return atomic_load(&logging.writer_thread);
}

static void pass_on(struct thread *thread)
{
	struct mxlog_writer_thread *writer_thread =
	    atomic_load(&logging.writer_thread);

	if (UNLIKELY(!writer_thread) &&
	    atomic_load(&logging.want_writer_thread))
		writer_thread = async_again();
	if (LIKELY(writer_thread != NULL)) {
		mxlog_writer_thread_put(writer_thread, &thread->item);
		return;
	}
	mxlog_fair_lock_queue(&logging.delivering);
	if (logging.dispatch) {
		mxlog_dispatch_handle(logging.dispatch, thread->item);
		(void)mxlog_dispatch_flush(logging.dispatch, false);
	}
	mxlog_fair_lock_leave(&logging.delivering);
}

/* The thread's item, ready to be filled; NULL when it is in here already. */
static struct thread *enter(struct mxlog_logger *logger)
{
	struct thread *thread = thread_self();

	if (!thread ||
	    atomic_load_explicit(&thread->busy, memory_order_relaxed) != IDLE)
		return NULL;
	atomic_store(&thread->busy, BUSY);
	thread->item->logger = logger;
	return thread;
}

static void leave(struct thread *thread)
{
	atomic_store_explicit(&thread->busy, IDLE, memory_order_release);
}

static int set_large_message(struct mxlog_entry *entry, const char *format,
    va_list args)
{
	char *text;
	int n = vasprintf(&text, format, args);
	int r;

	if (n < 0) /* a broken wide string: its format still says something */
		return mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, format,
		    strlen(format));
	r = mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, text, (size_t)n);
	free(text);
	return r;
}

/* Usually there is room for it where it belongs, and it is valid. */
static int set_message(struct mxlog_entry *entry, const char *format,
    va_list args)
{
	struct mxlog_buf *bytes = &entry->bytes;
	size_t len;

	if (LIKELY(mxlog_buf_reserve(bytes, MESSAGE_ROOM) == 0 &&
		mxlog_fast_printf(bytes->data + bytes->len,
		    bytes->capacity - bytes->len - MXLOG_ENTRY_SLACK, format,
		    args, &len) &&
		mxlog_entry_keep_message(entry, len)))
		return 0;
	return set_large_message(entry, format, args);
}

static int set_with(struct mxlog_entry *entry, const struct mxlog_with *with)
{
	int r = 0;

	if (!with)
		return mxlog_thread_context_apply(entry, true);
	if (with->trace_id)
		r = mxlog_entry_set(entry, MXLOG_FIELD_TRACE_ID, with->trace_id,
		    strlen(with->trace_id));
	if (r == 0)
		r = mxlog_thread_context_apply(entry, !with->trace_id);
	for (const struct mxlog_kv *kv = with->context; kv && kv->key && r == 0;
	     kv++)
		r = mxlog_thread_context_add_pair(entry, kv);
	if (r == 0 && with->hexdump)
		r = mxlog_hexdump_add(entry, with->hexdump, with->hexdump_len);
	for (const char *const *tag = with->tags; tag && *tag && r == 0; tag++)
		r = mxlog_entry_add_tag(entry, *tag, strlen(*tag));
	if (with->has_duration)
		(void)mxlog_entry_set_duration_ms(entry, with->duration_ms);
	if (r == 0 && with->exception && *with->exception)
		r = mxlog_entry_take_exception(entry, with->exception);
	return r == -E2BIG ? 0 : r; /* more pairs or tags than a line holds */
}

static void free_exception(const struct mxlog_with *with)
{
	if (!with || !with->exception)
		return;
	mxlog_exception_free(*with->exception);
	*with->exception = NULL;
}

/* Copied: an unloaded module takes its literals along. */
static int set_source(struct mxlog_item *item,
    const struct mxlog_source *source)
{
	size_t len;

	item->function[0] = '\0';
	item->line = 0;
	if (!source)
		return 0;
	item->line = source->line;
	if (!source->function)
		return 0;
	len = strlen(source->function);
	if (UNLIKELY(len >= sizeof(item->function)))
		return mxlog_entry_set(item->entry, MXLOG_FIELD_FUNCTION,
		    source->function, len);
	memcpy(item->function, source->function, len + 1);
	return 0;
}

/* What the thread remembers goes before the error that it explains. */
static void pass_on_backtrace(struct thread *thread)
{
	struct mxlog_item *error = thread->item, **slot;

	while ((slot = mxlog_backtrace_take(&thread->backtrace))) {
		thread->item = *slot;
		(void)mxlog_entry_add_tag(thread->item->entry,
		    LITERAL("backtrace"));
		pass_on(thread);
		*slot = thread->item;
	}
	thread->item = error;
}

/* Of a level that does not wait, or one that is only remembered. */
static void pass_on_or_keep(struct thread *thread, bool wanted)
{
	struct mxlog_writer_thread *writer_thread;
	unsigned rank = thread->item->queued.rank;
	uint32_t n = atomic_load(&logging.backtrace);

	if (!wanted) {
		if (n > 0)
			mxlog_backtrace_keep(&thread->backtrace, n,
			    &thread->item);
		return;
	}
	if (rank >= mxlog_shed_rank(MXLOG_ERROR))
		pass_on_backtrace(thread);
	pass_on(thread);
	writer_thread = atomic_load(&logging.writer_thread);
	if (writer_thread && rank >= atomic_load(&logging.flush_rank))
		mxlog_writer_thread_hurry(writer_thread);
}

static void pass_on_entry(struct thread *thread,
    const struct mxlog_logger *logger, enum mxlog_level level)
{
	bool wanted = is_wanted(logger, level);

	if (LIKELY(wanted &&
		mxlog_shed_rank(level) <
		    atomic_load_explicit(&logging.special_rank,
			memory_order_relaxed)))
		pass_on(thread);
	else
		pass_on_or_keep(thread, wanted);
}

static void begin_entry(struct mxlog_item *item, enum mxlog_level level)
{
	struct mxlog_entry *entry = item->entry;

	mxlog_entry_reset(entry);
	mxlog_entry_set_time(entry, mxlog_timestamp_now());
	entry->level = level;
	item->is_metric = false;
	item->thread_id = mxlog_thread_context_thread_number();
	item->queued.rank = mxlog_shed_rank(level);
}

/* In here already: a handler of entries that logs, or a signal handler that has
 * interrupted a call. */
static int refuse(enum mxlog_level level)
{
	if (mxlog_dispatch_is_handling())
		return -EDEADLK;
	mxlog_shed_note(mxlog_shed_rank(level));
	return self ? -EDEADLK : -ENOMEM;
}

/* ---- in signal handlers ---- */

static struct mxlog_signal_entry *take_slot(struct mxlog_logger *logger,
    enum mxlog_level level)
{
	struct mxlog_signal_entry *entry = mxlog_signal_ring_take();

	if (!entry) {
		mxlog_shed_note(mxlog_shed_rank(level));
		return NULL;
	}
	entry->logger = logger;
	entry->level = level;
	entry->time_usec = mxlog_timestamp_now();
	entry->thread_id = gettid();
	return entry;
}

static void keep_slot(struct mxlog_signal_entry *entry, const char *text)
{
	struct mxlog_writer_thread *writer_thread =
	    atomic_load(&logging.writer_thread);

	if (text) {
		size_t len = strlen(text);

		entry->len = MIN(len, sizeof(entry->text));
		entry->cut = entry->cut || len > sizeof(entry->text);
		memcpy(entry->text, text, entry->len);
	}
	mxlog_signal_ring_keep(entry);
	if (writer_thread)
		mxlog_writer_thread_hurry(writer_thread);
}

int mxlog_log_async_signal(struct mxlog_logger *logger, enum mxlog_level level,
    const char *text)
{
	struct mxlog_signal_entry *entry;
	int saved_errno = errno;

	if (!logger || !text || !is_level(level))
		return -EINVAL;
	if (!is_wanted(logger, level))
		return 0;
	entry = take_slot(logger, level);
	if (entry)
		keep_slot(entry, text);
	errno = saved_errno;
	return entry ? 0 : -EAGAIN;
}

/* A signal handler's entry while the thread is in a call: what can be had
 * without memory and locks. Of conversions that need them the format says
 * something still. */
static int log_interrupted(struct mxlog_logger *logger, enum mxlog_level level,
    bool has_more, const char *format, va_list args)
{
	struct mxlog_signal_entry *entry;
	bool printed;

	if (!self || mxlog_dispatch_is_handling())
		return refuse(level);
	if (!is_wanted(logger, level))
		return 0;
	entry = take_slot(logger, level);
	if (!entry)
		return -EAGAIN;
	printed = mxlog_fast_printf(entry->text, sizeof(entry->text), format,
	    args, &entry->len);
	entry->cut = has_more || !printed;
	keep_slot(entry, printed ? NULL : format);
	return 0;
}

int mxlog_logger_vwrite(struct mxlog_logger *logger, enum mxlog_level level,
    const struct mxlog_source *source, const struct mxlog_with *with,
    const char *format, va_list args)
{
	int saved_errno = errno;
	struct thread *thread;
	int r = logger && is_level(level) && format ? 0 : -EINVAL;

	thread = r == 0 ? enter(logger) : NULL;
	if (!thread) {
		free_exception(with);
		errno = saved_errno;
		return r < 0 ? r
			     : log_interrupted(logger, level, with != NULL,
				   format, args);
	}
	begin_entry(thread->item, level);
	errno = saved_errno; /* for %m */
	r = set_message(thread->item->entry, format, args);
	if (r == 0)
		r = set_source(thread->item, source);
	if (r == 0)
		r = set_with(thread->item->entry, with);
	free_exception(with);
	if (LIKELY(r == 0))
		pass_on_entry(thread, logger, level);
	else
		mxlog_shed_note(mxlog_shed_rank(level));
	leave(thread);
	errno = saved_errno;
	return r;
}

int mxlog_logger_write(struct mxlog_logger *logger, enum mxlog_level level,
    const struct mxlog_source *source, const struct mxlog_with *with,
    const char *format, ...)
{
	va_list args;
	int r;

	va_start(args, format);
	r = mxlog_logger_vwrite(logger, level, source, with, format, args);
	va_end(args);
	return r;
}

void mxlog_operation_end(struct mxlog_operation *operation,
    struct mxlog_logger *logger, enum mxlog_level level)
{
	struct mxlog_with with = { .has_duration = true };

	if (!mxlog_thread_context_find(operation, &with.duration_ms))
		return;
	if (logger && mxlog_logger_enabled(logger, level))
		(void)mxlog_logger_write(logger, level, NULL, &with, "%s",
		    operation->name ? operation->name : "operation");
	mxlog_thread_context_leave(operation);
}

static int fill_metric(struct mxlog_metric *metric, const char *name,
    double value, const char *unit, const struct mxlog_kv *tags)
{
	const char *trace_id = mxlog_trace_id();
	int r = mxlog_metric_set_name(metric, name, strlen(name));

	if (!unit)
		unit = "";

	if (r == 0)
		r = mxlog_metric_set_value(metric, value);
	if (r == 0)
		r = mxlog_metric_set_unit(metric, unit, strlen(unit));
	if (r == 0 && trace_id)
		r = mxlog_metric_set_trace_id(metric, trace_id,
		    strlen(trace_id));
	for (; tags && tags->key && r == 0; tags++)
		if (tags->type == MXLOG_PAIR_STRING && tags->value.string)
			r = mxlog_metric_add_tag(metric, tags->key,
			    strlen(tags->key), tags->value.string,
			    strlen(tags->value.string));
	return r;
}

int mxlog_logger_measure(struct mxlog_logger *logger,
    enum mxlog_metric_type type, const char *name, double value,
    const char *unit, const struct mxlog_kv *tags)
{
	int saved_errno = errno;
	struct thread *thread;
	struct mxlog_item *item;
	int r;

	if (!logger || !name)
		return -EINVAL;
	thread = enter(logger);
	if (!thread)
		return refuse(MXLOG_INFO);
	item = thread->item;
	r = item->metric ? 0 : mxlog_metric_new(&item->metric);
	if (r == 0) {
		mxlog_metric_reset(item->metric);
		mxlog_metric_set_time(item->metric, mxlog_timestamp_now());
		mxlog_metric_set_type(item->metric, type);
		item->is_metric = true;
		item->queued.rank = mxlog_shed_rank(MXLOG_INFO);
		r = fill_metric(item->metric, name, value, unit, tags);
	}
	if (r == 0)
		pass_on(thread);
	else
		mxlog_shed_note(mxlog_shed_rank(MXLOG_INFO));
	leave(thread);
	errno = saved_errno;
	return r;
}
