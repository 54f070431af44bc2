/* SPDX-License-Identifier: Apache-2.0 */
/* Scope: what a thread's entries have in common, context and operations. */
#pragma once

#include <mxlog/error.h>

MXLOG_BEGIN_DECLS

/* Where in the source an entry comes from. */
struct mxlog_source {
	const char *file;
	const char *function;
	int line;
};

/* ---- pairs ---- */

enum mxlog_pair_type {
	MXLOG_PAIR_STRING,
	MXLOG_PAIR_INT,
	MXLOG_PAIR_UINT,
	MXLOG_PAIR_DOUBLE,
	MXLOG_PAIR_BOOL,
	MXLOG_PAIR_JSON, /* a JSON value as text; what is none becomes a string */
};

/* One key and value of `context`; borrowed for the call. */
struct mxlog_kv {
	const char *key;
	enum mxlog_pair_type type;
	union {
		const char *string; /* NULL: null */
		int64_t i;
		uint64_t u;
		double d;
		bool b;
	} value;
};

static inline struct mxlog_kv mxlog_kv_string(const char *key, const char *v)
{
	struct mxlog_kv kv = { key, MXLOG_PAIR_STRING, { NULL } };

	kv.value.string = v;
	return kv;
}

static inline struct mxlog_kv mxlog_kv_int(const char *key, int64_t v)
{
	struct mxlog_kv kv = { key, MXLOG_PAIR_INT, { NULL } };

	kv.value.i = v;
	return kv;
}

static inline struct mxlog_kv mxlog_kv_uint(const char *key, uint64_t v)
{
	struct mxlog_kv kv = { key, MXLOG_PAIR_UINT, { NULL } };

	kv.value.u = v;
	return kv;
}

static inline struct mxlog_kv mxlog_kv_double(const char *key, double v)
{
	struct mxlog_kv kv = { key, MXLOG_PAIR_DOUBLE, { NULL } };

	kv.value.d = v;
	return kv;
}

static inline struct mxlog_kv mxlog_kv_bool(const char *key, bool v)
{
	struct mxlog_kv kv = { key, MXLOG_PAIR_BOOL, { NULL } };

	kv.value.b = v;
	return kv;
}

static inline struct mxlog_kv mxlog_kv_json(const char *key, const char *v)
{
	struct mxlog_kv kv = { key, MXLOG_PAIR_JSON, { NULL } };

	kv.value.string = v;
	return kv;
}

#define MXLOG_STR(key, value)    mxlog_kv_string(key, value)
#define MXLOG_INT(key, value)    mxlog_kv_int(key, value)
#define MXLOG_UINT(key, value)   mxlog_kv_uint(key, value)
#define MXLOG_DOUBLE(key, value) mxlog_kv_double(key, value)
#define MXLOG_BOOL(key, value)   mxlog_kv_bool(key, value)
#define MXLOG_JSON(key, value)   mxlog_kv_json(key, value)

/* ---- scopes ---- */

/* Add to the context of all that this thread logs until the matching
 * mxlog_unbind, last bound first unbound. The strings are copied. */
MXLOG_EXPORT void mxlog_bind(struct mxlog_kv pair);
MXLOG_EXPORT void mxlog_unbind(void);

/* An operation: what the thread logs in it shares one trace_id; an operation
 * inside another says so in context.parent_operation_id. The outermost one
 * inherits MXLOG_TRACE_ID from the environment, where it is a ULID. */
struct mxlog_operation {
	struct mxlog_operation *parent;
	const char *name; /* borrowed */
	int64_t begin_nsec;
	char trace_id[27];  /* with NUL */
	char parent_id[27]; /* "" for the outermost */
	unsigned bound;     /* pairs bound when it began */
};

/* Begin an operation of this thread; `trace_id` NULL: a new one. Pairs bound
 * inside it are unbound when it ends. */
MXLOG_EXPORT void mxlog_operation_begin(struct mxlog_operation *operation,
    const char *name, const char *trace_id);

/* The thread's trace_id, or NULL outside of operations; for a child's
 * MXLOG_TRACE_ID or another thread's mxlog_operation_begin. */
MXLOG_EXPORT const char *mxlog_trace_id(void);

MXLOG_END_DECLS
