/* SPDX-License-Identifier: Apache-2.0 */
/* Where: an expression over the fields of an entry or metric, as mxlog-query(7)
 * tells: level >= ERROR and not (module = sshd or context.user in (root, sa)). */
#pragma once

#include "query/predicate.h"

enum {
	MXLOG_WHERE_DEPTH = 64, /* of nesting */
	MXLOG_WHERE_NODES = 1024,
};

enum mxlog_where_kind {
	MXLOG_WHERE_AND,
	MXLOG_WHERE_OR,
	MXLOG_WHERE_NOT, /* of its left side */
	MXLOG_WHERE_LEAF,
	MXLOG_WHERE_TIME, /* a comparison of the timestamp */
};

/* Nodes stand behind those that they are made of: the last one is the root. */
struct mxlog_where_node {
	enum mxlog_where_kind kind;
	uint32_t left, right;
	struct mxlog_predicate *predicate; /* of a leaf */
	enum mxlog_comparison comparison;  /* of a time, */
	int64_t since_usec, until_usec;    /* which covers so much */
};

struct mxlog_where {
	bool metrics;
	struct mxlog_where_node *nodes;
	size_t n, capacity;
};

/* `typed`: times are what people type, in the process's time zone, and cover
 * what their last digit stands for; else they are ISO 8601 and exact, and
 * without a zone UTC. -EINVAL with reterr, which says where. */
int mxlog_where_parse(const char *text, size_t len, bool metrics, bool typed,
    struct mxlog_where **ret, struct mxlog_error *reterr);
void mxlog_where_free(struct mxlog_where *where);
int mxlog_where_copy(const struct mxlog_where *where, struct mxlog_where **ret);

/* Let both hold. Takes `other`, also on failure. */
int mxlog_where_and(struct mxlog_where *where, struct mxlog_where *other);

/* Append a text that reads back as the same, if not `typed`. */
int mxlog_where_format(const struct mxlog_where *where, struct mxlog_buf *out);

/* Append a value in quotes, as mxlog_where_parse() reads it. */
int mxlog_where_quote(struct mxlog_buf *out, const char *text, size_t len);

/* 1 if it holds, 0 if not; -ETIMEDOUT, -ENOMEM. */
int mxlog_where_holds(struct mxlog_where *where,
    const struct mxlog_entry *entry);
int mxlog_where_holds_metric(struct mxlog_where *where,
    const struct mxlog_metric *metric);

/* The same by what somebody knows of each leaf: 1, 0, or an error, which ends
 * it unless the other side decides. */
typedef int mxlog_where_judge(void *arg, const struct mxlog_where_node *leaf);
int mxlog_where_evaluate(const struct mxlog_where *where,
    mxlog_where_judge *judge, void *arg);
bool mxlog_where_wants_time(const struct mxlog_where_node *leaf,
    int64_t time_usec);

/* Of many entries at once: what a leaf can be in any of them. */
enum {
	MXLOG_CAN_HOLD = 1 << 0,
	MXLOG_CAN_FAIL = 1 << 1,
	MXLOG_CAN_BOTH = MXLOG_CAN_HOLD | MXLOG_CAN_FAIL,
};
typedef unsigned mxlog_where_guess(void *arg, size_t index,
    const struct mxlog_where_node *leaf);
/* True unless it holds for none of them. */
bool mxlog_where_may_hold(const struct mxlog_where *where,
    mxlog_where_guess *guess, void *arg);
/* What times from min to max make of a leaf. */
unsigned mxlog_where_guess_time(const struct mxlog_where_node *leaf,
    int64_t min_usec, int64_t max_usec);

/* Call for each leaf that must hold whatever else does. */
int mxlog_where_each_required(const struct mxlog_where *where,
    mxlog_where_judge *call, void *arg);
