/* SPDX-License-Identifier: Apache-2.0 */
/* Reader: runs a LogQuery over log directories. */
#pragma once

#include <mxlog/patterns.h>
#include <mxlog/query.h>

MXLOG_BEGIN_DECLS

struct mxlog_reader;

/* A line that matched. All is borrowed until the next call on the reader. */
struct mxlog_line {
	const char *text; /* as it is stored, without its newline */
	size_t len;
	int64_t time_usec;
};

/* Why members of archives were not read, in this order. */
enum mxlog_reader_skip {
	MXLOG_READER_TIME,
	MXLOG_READER_TRACE_ID,
	MXLOG_READER_LEVEL,
	MXLOG_READER_MODULE,
	MXLOG_READER_TAG,
	MXLOG_READER_TEXT,  /* the n-gram filters know that it is not there */
	MXLOG_READER_WHERE, /* the expression can't hold for any of its lines */
	MXLOG_READER_DIRECTORY, /* all its lines match, and are counted there */
	MXLOG_READER_SKIPS,
};

/* Complete when _next() has returned 0. */
struct mxlog_reader_stats {
	uint64_t segments;         /* live segments and archives looked at */
	uint64_t segments_skipped; /* known not to match without reading */
	uint64_t members;          /* archive members there were */
	uint64_t members_skipped;
	uint64_t members_skipped_by[MXLOG_READER_SKIPS];
	uint64_t bytes_total; /* on disk, of all segments there were */
	uint64_t bytes_read;
	uint64_t lines; /* looked at */
	uint64_t matches;
	uint64_t damaged;    /* lines that are no entry, skipped */
	uint64_t unreadable; /* segments that could not be read whole */
};

/* Told what could not be read, as it is noticed: one line for a person. */
typedef void mxlog_reader_warn(void *arg, const char *text);

/* Open log directories, archives included, and files of lines, plain or gzip;
 * takes no lock. On success the
 * reader owns the query and *query is NULL; on failure it is untouched. */
MXLOG_EXPORT int mxlog_reader_open(const char *const *dirs, size_t n_dirs,
    struct mxlog_query **query, struct mxlog_reader **ret,
    struct mxlog_error *reterr);
MXLOG_EXPORT void mxlog_reader_on_warning(struct mxlog_reader *reader,
    mxlog_reader_warn *warn, void *arg);

/* Told once for each archive whose bytes are not what was recorded of it: the
 * log directory, and the archive's name and what is wrong as one line. */
typedef void mxlog_reader_corrupt(void *arg, const char *dir, const char *text);
MXLOG_EXPORT void mxlog_reader_on_corrupt(struct mxlog_reader *reader,
    mxlog_reader_corrupt *corrupt, void *arg);

/* Told as a query reads: bytes done of about `total`. */
typedef void mxlog_reader_progress(void *arg, uint64_t done, uint64_t total);
MXLOG_EXPORT void mxlog_reader_on_progress(struct mxlog_reader *reader,
    mxlog_reader_progress *progress, void *arg);

/* Begin at a cursor: with its entry or, if `after`, behind it; before the
 * first _next(), only in the order of time. -EINVAL with reterr for what is no
 * cursor of these log directories. */
MXLOG_EXPORT int mxlog_reader_seek(struct mxlog_reader *reader,
    const char *cursor, bool after, struct mxlog_error *reterr);

/* Arrival: begin where an earlier reader ended, and read what was stored since,
 * whatever its times are and however many writers there are: nothing is lost and
 * nothing read twice, also once it is archived. `text` is what that one's
 * mxlog_reader_get_arrival() gave, or empty to read all; before the first
 * _next(). -EINVAL with reterr for any other text. */
MXLOG_EXPORT int mxlog_reader_set_arrival(struct mxlog_reader *reader,
    const char *text, size_t len, struct mxlog_error *reterr);

/* Where this reader ends, as a text of lines that the caller frees: to be kept
 * once all that it found is dealt with. -ENOENT unless _set_arrival() was
 * called. */
MXLOG_EXPORT int mxlog_reader_get_arrival(const struct mxlog_reader *reader,
    char **ret, size_t *ret_len);

/* Follow: of what there is _next() returns the last ones, as many as the
 * query's limit says, in the order of time, then what is appended to live
 * segments, as it is stored, also to those that come later, that replace others
 * and in directories that are made anew; 0 means that there is nothing more now.
 * What becomes of directories, and damaged lines, are warned of. Before
 * the first _next(). -EINVAL unless the order is by time, ascending. */
MXLOG_EXPORT int mxlog_reader_follow(struct mxlog_reader *reader);

/* While following: wait until there may be more, which is at least once a
 * second: 1; 0 after a shorter `timeout_ms` (-1: none); -EINTR. */
MXLOG_EXPORT int mxlog_reader_wait(struct mxlog_reader *reader, int timeout_ms);

/* While following, for an event loop of the caller's: a descriptor that is
 * readable when there may be more; mxlog_reader_wait(reader, 0) then takes the
 * event, and _next() the lines. It is the reader's: poll it, nothing else.
 * -ENOENT before _next() has returned 0 for the first time; -ENOTSUP where the
 * system can't tell: ask again every now and then. */
MXLOG_EXPORT int mxlog_reader_get_fd(const struct mxlog_reader *reader);

enum {
	MXLOG_CURSOR_MAX = 112, /* bytes of a cursor, its NUL included */
};

/* Where the line stands that _next() returned last: a text that is valid as
 * long as the line is kept, also once it is archived. -ENOENT before the first
 * one. */
MXLOG_EXPORT int mxlog_reader_get_cursor(const struct mxlog_reader *reader,
    char out[MXLOG_CURSOR_MAX]);

/* Step to the next line in the query's order: 1 and a line, 0 at the end, or
 * a negative errno. Damaged lines are skipped and counted. */
MXLOG_EXPORT int mxlog_reader_next(struct mxlog_reader *reader,
    struct mxlog_line *ret);

/* Count the matches by one or more fields that commas separate, "level,module",
 * "time:5m", "context.user": runs the whole query at once, instead of
 * _next(); order, limit and offset do not matter. "shape" is a message's first
 * line with # for every number. Of fields with several values the first
 * counts. -EINVAL with reterr. The groups are ordered by count, the largest first, or by
 * value where "time" is among the fields; times are UTC. */
struct mxlog_groups;
MXLOG_EXPORT int mxlog_reader_groups(struct mxlog_reader *reader,
    const char *fields, struct mxlog_groups **ret, struct mxlog_error *reterr);
MXLOG_EXPORT void mxlog_groups_free(struct mxlog_groups *groups);

/* How many groups there are, matches in all, and fields. */
MXLOG_EXPORT size_t mxlog_groups_get_size(const struct mxlog_groups *groups);
MXLOG_EXPORT uint64_t mxlog_groups_get_total(const struct mxlog_groups *groups);
MXLOG_EXPORT size_t mxlog_groups_get_fields(const struct mxlog_groups *groups);

/* How many groups were left out, and matches in them: of more than fit in
 * memory the 65,536 largest are exact. */
MXLOG_EXPORT void mxlog_groups_get_left_out(const struct mxlog_groups *groups,
    uint64_t *ret_groups, uint64_t *ret_matches);

/* Of a group, or field, that there is. Texts belong to the groups. */
MXLOG_EXPORT const char *mxlog_groups_get_field(const struct mxlog_groups
						    *groups,
    size_t field);
MXLOG_EXPORT uint64_t mxlog_groups_get_count(const struct mxlog_groups *groups,
    size_t group);
MXLOG_EXPORT void mxlog_groups_get_value(const struct mxlog_groups *groups,
    size_t group, size_t field, const char **ret, size_t *ret_len);

/* What kind of value that is: 5 and "5" are two groups, as are "" and none. */
enum mxlog_group_type {
	MXLOG_GROUP_TEXT,
	MXLOG_GROUP_JSON,    /* a number, or any other JSON that is no text */
	MXLOG_GROUP_MISSING, /* there is none, or null: "" */
};
MXLOG_EXPORT enum mxlog_group_type mxlog_groups_get_type(
    const struct mxlog_groups *groups, size_t group, size_t field);

/* Group the messages of the matches into patterns: runs the whole query at
 * once, instead of _next(); order, limit and offset do not matter. -EINVAL with
 * reterr. */
MXLOG_EXPORT int mxlog_reader_patterns(struct mxlog_reader *reader,
    struct mxlog_patterns **ret, struct mxlog_error *reterr);

/* What the values of the metrics found come to, "avg", "sum", "min", "max",
 * "count", "p50", "p95" or "p99" (nearest rank), for each span of `bucket_usec`
 * since 1970 that has any; 0: for all. Instead of _next(); the query must be
 * of metrics, in the order of time. -EINVAL, -E2BIG with reterr. */
struct mxlog_aggregates;
struct mxlog_point {
	int64_t start_usec; /* of the span; INT64_MIN: all */
	int64_t first_usec; /* of the first value in it */
	uint64_t count;
	double value;
};
MXLOG_EXPORT int mxlog_reader_aggregates(struct mxlog_reader *reader,
    const char *aggregate, int64_t bucket_usec, struct mxlog_aggregates **ret,
    struct mxlog_error *reterr);
MXLOG_EXPORT void mxlog_aggregates_free(struct mxlog_aggregates *aggregates);
MXLOG_EXPORT size_t mxlog_aggregates_get_size(
    const struct mxlog_aggregates *aggregates);
MXLOG_EXPORT const struct mxlog_point *mxlog_aggregates_get_point(
    const struct mxlog_aggregates *aggregates, size_t index);

/* What the numbers in a field come to: `wanted` is one or more of "avg", "sum",
 * "min", "max", "count", "rate" (a second), and percentiles such as "p50" or
 * "p99.9" (nearest rank), separated by commas; `of` is the field, for metrics
 * "value"; `by` is as for mxlog_reader_groups(), or NULL for all in one;
 * `span_usec` is what a rate is of, 0 from the first value to the last.
 * Instead of _next(); `metrics` as the query has it. Rows are by time if that is
 * what `by` begins with, else the largest first. -EINVAL, -E2BIG with reterr. */
struct mxlog_statistics;
MXLOG_EXPORT int mxlog_reader_statistics(struct mxlog_reader *reader,
    bool metrics, const char *wanted, const char *of, const char *by,
    int64_t span_usec, struct mxlog_statistics **ret,
    struct mxlog_error *reterr);
MXLOG_EXPORT void mxlog_statistics_free(struct mxlog_statistics *statistics);
MXLOG_EXPORT size_t mxlog_statistics_get_size(
    const struct mxlog_statistics *statistics);
/* How many were wanted, and their names. */
MXLOG_EXPORT size_t mxlog_statistics_get_wanted(
    const struct mxlog_statistics *statistics);
MXLOG_EXPORT const char *mxlog_statistics_get_name(const struct mxlog_statistics
						       *statistics,
    size_t index);
/* The values that a row is of: a group of these, NULL if there is no `by`. */
MXLOG_EXPORT const struct mxlog_groups *mxlog_statistics_get_groups(
    const struct mxlog_statistics *statistics, size_t row, size_t *ret_group);
MXLOG_EXPORT double mxlog_statistics_get_value(const struct mxlog_statistics
						   *statistics,
    size_t row, size_t index);
/* How many numbers there are in a row, and the time of the first. */
MXLOG_EXPORT uint64_t
mxlog_statistics_get_count(const struct mxlog_statistics *statistics,
    size_t row);
MXLOG_EXPORT int64_t
mxlog_statistics_get_first(const struct mxlog_statistics *statistics,
    size_t row);

/* One operation: the entries and metrics of a trace id and of the operations
 * whose context.parent_operation_id leads to it, in the order of time. */
struct mxlog_trace;
struct mxlog_trace_item {
	struct mxlog_line line; /* owned by the trace */
	bool metric;
	unsigned depth;   /* 0: of the operation itself, 1: of a child … */
	size_t operation; /* 0: itself */
	size_t stored;    /* private */
};
struct mxlog_trace_summary {
	uint64_t items, operations;
	uint64_t failures; /* entries of level ERROR or more, or with an
	                    * exception */
	uint64_t left_out; /* items beyond 100,000 */
	int64_t start_usec, end_usec;
};
MXLOG_EXPORT int mxlog_trace_read(const char *const *dirs, size_t n_dirs,
    const char *id, struct mxlog_trace **ret, struct mxlog_error *reterr);
MXLOG_EXPORT void mxlog_trace_free(struct mxlog_trace *trace);
MXLOG_EXPORT void mxlog_trace_get_summary(const struct mxlog_trace *trace,
    struct mxlog_trace_summary *ret);
MXLOG_EXPORT const struct mxlog_trace_item *
mxlog_trace_get_item(const struct mxlog_trace *trace, size_t index);

MXLOG_EXPORT void mxlog_reader_get_stats(const struct mxlog_reader *reader,
    struct mxlog_reader_stats *ret);
MXLOG_EXPORT void mxlog_reader_close(struct mxlog_reader *reader);

MXLOG_END_DECLS
