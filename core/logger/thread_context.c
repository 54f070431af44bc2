/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/thread_context.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/number.h"
#include "base/timestamp.h"
#include "base/ulid.h"

enum {
	BOUND_MAX = 64, /* further pairs are counted, not kept */
};

struct bound {
	char *key;
	char *string; /* owned copy, or NULL */
	struct mxlog_kv pair;
};

struct scope {
	struct bound bound[BOUND_MAX];
	unsigned n_bound; /* may be beyond BOUND_MAX */
	struct mxlog_operation *operation;
	struct mxlog_ulid_source ulids;
	pid_t thread_id;
	char process_id[MXLOG_NUMBER_MAX];
	size_t process_id_len;
	unsigned generation; /* of which the ids are: a child makes them anew */
};

/* How often this process's line has forked: getpid() is a system call. */
static _Atomic unsigned generation = 1;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static _Thread_local struct scope *current MXLOG_FAST_TLS;

static void scope_free(void *arg)
{
	struct scope *scope = arg;

	while (scope->n_bound > 0) {
		if (--scope->n_bound >= BOUND_MAX)
			continue;
		free(scope->bound[scope->n_bound].key);
		free(scope->bound[scope->n_bound].string);
	}
	free(scope);
	current = NULL;
}

static void after_fork_in_child(void)
{
	atomic_fetch_add(&generation, 1);
}

static void make_key(void)
{
	(void)pthread_atfork(NULL, NULL, after_fork_in_child);
	(void)pthread_key_create(&key, scope_free);
}

/* The thread's scope; NULL when out of memory. */
static struct scope *scope_get(void)
{
	if (LIKELY(current != NULL))
		return current;
	(void)pthread_once(&once, make_key);
	current = calloc(1, sizeof(*current));
	if (current)
		(void)pthread_setspecific(key, current);
	return current;
}

static void refresh_ids(struct scope *scope)
{
	unsigned now = atomic_load_explicit(&generation, memory_order_relaxed);

	if (LIKELY(scope->generation == now))
		return;
	scope->generation = now;
	scope->ulids.left = 0;
	scope->process_id_len =
	    mxlog_number_format_i64(scope->process_id, getpid());
	scope->thread_id = gettid();
}

pid_t mxlog_thread_context_thread_number(void)
{
	struct scope *scope = scope_get();

	if (UNLIKELY(!scope))
		return gettid();
	refresh_ids(scope);
	return scope->thread_id;
}

size_t mxlog_thread_context_process_id(const char **ret)
{
	struct scope *scope = scope_get();

	if (!scope)
		return 0;
	refresh_ids(scope);
	*ret = scope->process_id;
	return scope->process_id_len;
}

/* ---- pairs ---- */

static int add_json(struct mxlog_entry *entry, const char *name, size_t len,
    const char *value)
{
	int r = mxlog_entry_add_context_json(entry, name, len, value,
	    strlen(value));

	return r == -EBADMSG
	    ? mxlog_entry_add_context(entry, name, len, value, strlen(value))
	    : r;
}

int mxlog_thread_context_add_pair(struct mxlog_entry *entry,
    const struct mxlog_kv *pair)
{
	size_t len = strlen(pair->key);
	char text[MXLOG_NUMBER_MAX];
	size_t n;

	switch (pair->type) {
	case MXLOG_PAIR_STRING:
		if (pair->value.string)
			return mxlog_entry_add_context(entry, pair->key, len,
			    pair->value.string, strlen(pair->value.string));
		return mxlog_entry_add_context_json(entry, pair->key, len,
		    LITERAL("null"));
	case MXLOG_PAIR_JSON:
		return add_json(entry, pair->key, len,
		    pair->value.string ? pair->value.string : "null");
	case MXLOG_PAIR_INT:
		return mxlog_entry_add_context_int(entry, pair->key, len,
		    pair->value.i);
	case MXLOG_PAIR_UINT:
		n = mxlog_number_format_u64(text, pair->value.u);
		return mxlog_entry_add_context_json(entry, pair->key, len, text,
		    n);
	case MXLOG_PAIR_DOUBLE:
		if (pair->value.d - pair->value.d != 0) /* JSON has no such */
			return add_json(entry, pair->key, len, "null");
		n = mxlog_number_format_double(text, pair->value.d);
		return mxlog_entry_add_context_json(entry, pair->key, len, text,
		    n);
	case MXLOG_PAIR_BOOL:
		return add_json(entry, pair->key, len,
		    pair->value.b ? "true" : "false");
	}
	return -EINVAL;
}

void mxlog_bind(struct mxlog_kv pair)
{
	struct scope *scope = scope_get();
	struct bound *bound;

	if (!scope || scope->n_bound++ >= BOUND_MAX)
		return;
	bound = &scope->bound[scope->n_bound - 1];
	*bound = (struct bound){ .pair = pair, .key = strdup(pair.key) };
	bound->pair.key = bound->key;
	if ((pair.type == MXLOG_PAIR_STRING || pair.type == MXLOG_PAIR_JSON) &&
	    pair.value.string) {
		bound->string = strdup(pair.value.string);
		bound->pair.value.string = bound->string;
	}
}

static void unbind_to(struct scope *scope, unsigned n)
{
	while (scope->n_bound > n) {
		if (--scope->n_bound >= BOUND_MAX)
			continue;
		free(scope->bound[scope->n_bound].key);
		free(scope->bound[scope->n_bound].string);
	}
}

void mxlog_unbind(void)
{
	if (current && current->n_bound > 0)
		unbind_to(current, current->n_bound - 1);
}

/* ---- operations ---- */

static int64_t monotonic_nsec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* Write a canonical id with its NUL: of the text, if it is one, else new. */
static void make_trace_id(struct scope *scope, const char *text, char out[27])
{
	struct mxlog_ulid id;

	out[0] = '\0';
	if (!text || mxlog_ulid_parse(text, strlen(text), &id) < 0) {
		if (mxlog_ulid_generate(&scope->ulids, mxlog_timestamp_now(),
			&id) < 0)
			return;
	}
	mxlog_ulid_format(out, &id);
	out[MXLOG_ULID_LEN] = '\0';
}

void mxlog_operation_begin(struct mxlog_operation *operation, const char *name,
    const char *trace_id)
{
	if (!operation)
		return;

	struct scope *scope = scope_get();

	*operation = (struct mxlog_operation){
		.name = name,
		.begin_nsec = monotonic_nsec(),
	};
	if (!scope)
		return;
	refresh_ids(scope);
	operation->parent = scope->operation;
	operation->bound = scope->n_bound;
	if (operation->parent)
		memcpy(operation->parent_id, operation->parent->trace_id,
		    sizeof(operation->parent_id));
	else if (!trace_id)
		trace_id = secure_getenv("MXLOG_TRACE_ID");
	make_trace_id(scope, trace_id, operation->trace_id);
	scope->operation = operation;
}

bool mxlog_thread_context_find(struct mxlog_operation *operation,
    double *ret_duration_ms)
{
	struct mxlog_operation *at = current ? current->operation : NULL;

	while (at && at != operation)
		at = at->parent;
	if (!at)
		return false;
	current->operation = at;
	*ret_duration_ms =
	    (double)(monotonic_nsec() - operation->begin_nsec) / 1e6;
	return true;
}

void mxlog_thread_context_leave(struct mxlog_operation *operation)
{
	unbind_to(current, operation->bound);
	current->operation = operation->parent;
}

const char *mxlog_trace_id(void)
{
	if (!current || !current->operation || !current->operation->trace_id[0])
		return NULL;
	return current->operation->trace_id;
}

int mxlog_thread_context_apply(struct mxlog_entry *entry, bool want_trace)
{
	struct scope *scope = current;
	struct mxlog_operation *operation;
	int r = 0;

	if (!scope)
		return 0;
	operation = scope->operation;
	if (operation && want_trace && operation->trace_id[0])
		r = mxlog_entry_set(entry, MXLOG_FIELD_TRACE_ID,
		    operation->trace_id, MXLOG_ULID_LEN);
	if (r == 0 && operation && operation->parent_id[0])
		r = mxlog_entry_add_context(entry,
		    LITERAL("parent_operation_id"), operation->parent_id,
		    MXLOG_ULID_LEN);
	for (unsigned i = 0; i < MIN(scope->n_bound, BOUND_MAX) && r == 0; i++)
		if (scope->bound[i].key)
			r = mxlog_thread_context_add_pair(entry,
			    &scope->bound[i].pair);
	return r;
}
