/* SPDX-License-Identifier: Apache-2.0 */
/* Field path: the values at a dotted path of an entry or metric: "level",
 * "context.task_id", "context.user.name", "exception.type", "tags". */
#pragma once

#include "entry/entry_private.h"
#include "entry/metric_private.h"

struct mxlog_field_value {
	const char *text; /* decoded if it is a string, else JSON */
	size_t len;
	bool json;    /* a number, true, false, null, an array or an object */
	bool element; /* of a list */
};

/* Called for each value; not 0 ends the lookup and is what it returns. */
typedef int mxlog_field_path_found(void *arg,
    const struct mxlog_field_value *value);

/* The elements of an array are values of their own, those of tags too; an
 * exception's type and message are those of its causes too; "context" alone is
 * all of it as one object. 0 if there is
 * nothing (more) at the path, -ENOMEM. */
int mxlog_field_path_find(const struct mxlog_entry *entry, const char *path,
    mxlog_field_path_found *found, void *arg);

/* The same of a path below context, for the object (with its braces) that
 * stands in a canonical line; also -EAGAIN: decode the line, it alone tells. */
int mxlog_field_path_context(const char *json, size_t len, const char *path,
    mxlog_field_path_found *found, void *arg);

/* True if lines may have the field under another name (tbl/aliases.def), with
 * another form of its value. Both calls above look under either. */
bool mxlog_field_path_has_other(const char *path);

/* The same of a metric: trace_id, timestamp, metric_name, metric_type, value,
 * unit, tags.KEY. */
int mxlog_field_path_metric(const struct mxlog_metric *metric, const char *path,
    mxlog_field_path_found *found, void *arg);

/* -EINVAL, with the nearest name, if no entry (or metric) has such a field. */
int mxlog_field_path_check(const char *path, bool metrics,
    struct mxlog_error *reterr);
