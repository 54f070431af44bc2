/* SPDX-License-Identifier: Apache-2.0 */
#include "write/pipeline.h"

#include <stdlib.h>
#include <time.h>

#include <mxlog/traceback.h>

#include "base/fork_guard.h"
#include "base/timestamp.h"
#include "base/ulid.h"
#include "config/config_private.h"
#include "entry/reserved.h"
#include "write/trace_order.h"

enum {
	STEPS_MAX = 65536, /* more are not taken back */
};

struct mxlog_pipeline {
	struct mxlog_redactor *redactor;
	int64_t oldest_usec; /* how far back a time may be; 0: any */
	char **source_roots;
	size_t n_source_roots;
	struct mxlog_fork_guard guard;
	struct mxlog_ulid_source ids;
	struct mxlog_trace_step *steps; /* since the last settling */
	size_t n_steps, steps_capacity;
};

static int copy_source_roots(struct mxlog_pipeline *pipeline,
    const struct mxlog_config *config)
{
	pipeline->source_roots =
	    calloc(config->n_source_roots + 1, sizeof(char *));
	if (!pipeline->source_roots)
		return -ENOMEM;
	for (size_t i = 0; i < config->n_source_roots; i++) {
		pipeline->source_roots[i] = strdup(config->source_roots[i]);
		if (!pipeline->source_roots[i])
			return -ENOMEM;
		pipeline->n_source_roots++;
	}
	return 0;
}

int mxlog_pipeline_new(const struct mxlog_config *config,
    struct mxlog_pipeline **ret, struct mxlog_error *reterr)
{
	struct mxlog_pipeline *pipeline = calloc(1, sizeof(*pipeline));
	int r;

	if (!pipeline)
		return mxlog_error_set(reterr, -ENOMEM, "out of memory");
	pipeline->oldest_usec = config->oldest_days * USEC_PER_DAY;
	r = mxlog_fork_guard_init(&pipeline->guard);
	if (r == 0)
		r = copy_source_roots(pipeline, config);
	if (r == 0)
		r = mxlog_redactor_new((const char *const *)
					   config->secret_patterns,
		    config->n_secret_patterns, config->redaction_text,
		    &pipeline->redactor, reterr);
	if (r == -ENOMEM)
		(void)mxlog_error_set(reterr, r, "out of memory");
	if (r < 0) {
		mxlog_pipeline_free(pipeline);
		return r;
	}
	*ret = pipeline;
	return 0;
}

void mxlog_pipeline_free(struct mxlog_pipeline *pipeline)
{
	if (!pipeline)
		return;
	mxlog_redactor_free(pipeline->redactor);
	mxlog_fork_guard_done(&pipeline->guard);
	for (size_t i = 0; i < pipeline->n_source_roots; i++)
		free(pipeline->source_roots[i]);
	free(pipeline->source_roots);
	free(pipeline->steps);
	free(pipeline);
}

/* ---- when ---- */

/* Where in time something is put. */
struct placement {
	int64_t time_usec;
	int64_t original_usec; /* what it said */
	bool changed;
	const char *tag; /* NULL: in order */
};

/* When something says that it was. */
struct said {
	int64_t time_usec;
	bool has_time;
	bool vouched; /* by a source that knows, as the journal */
};

/* To the day it need not be exact: this clock costs a few loads. */
static int64_t now_coarse(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_REALTIME_COARSE, &now);
	return now.tv_sec * USEC_PER_SEC + now.tv_nsec / 1000;
}

static void keep_step(struct mxlog_pipeline *pipeline,
    const struct mxlog_trace_step *step)
{
	struct mxlog_trace_step *steps;

	if (pipeline->n_steps == STEPS_MAX)
		return;
	if (pipeline->n_steps == pipeline->steps_capacity) {
		steps = mxlog_array_grow(pipeline->steps, pipeline->n_steps,
		    &pipeline->steps_capacity, sizeof(*steps));
		if (!steps)
			return; /* not taken back, at worst */
		pipeline->steps = steps;
	}
	pipeline->steps[pipeline->n_steps++] = *step;
}

static int order(struct mxlog_pipeline *pipeline, const char *trace_id,
    struct placement *at)
{
	struct mxlog_trace_step step;
	struct mxlog_ulid id;
	int verdict;

	verdict = mxlog_ulid_parse(trace_id, MXLOG_ULID_LEN, &id);
	if (verdict < 0)
		return verdict;
	verdict = mxlog_trace_order_place(&id, &at->time_usec, &step);
	if (verdict < 0)
		return verdict;
	keep_step(pipeline, &step);
	if (verdict == MXLOG_TRACE_MOVED)
		at->changed = true;
	if (verdict == MXLOG_TRACE_LATE)
		at->tag = "late";
	return 0;
}

/* `trace_id` is NULL for what begins a trace of its own, or is of one that only
 * its hash is known of: many of those may be one. */
static int place(struct mxlog_pipeline *pipeline, const struct said *said,
    const char *trace_id, struct placement *ret)
{
	struct placement at = { .time_usec = said->time_usec };
	int r = 0;

	if (!said->has_time)
		at.time_usec = mxlog_timestamp_now();
	at.original_usec = at.time_usec;
	if (said->has_time && at.time_usec > now_coarse() + USEC_PER_DAY)
		at.tag = "future";
	else if (said->has_time && !said->vouched &&
	    pipeline->oldest_usec > 0 &&
	    at.time_usec < now_coarse() - pipeline->oldest_usec)
		at.tag = "old";
	at.changed = at.tag != NULL;
	if (at.changed)
		at.time_usec = mxlog_timestamp_now();
	at.time_usec = MAX(at.time_usec, MXLOG_TIMESTAMP_MIN);
	if (trace_id)
		r = order(pipeline, trace_id, &at);
	if (r == 0)
		*ret = at;
	return r;
}

/* An id for what has none, of its time. It belongs to no operation, so that it
 * may be the one before plus 1: random ones would be a third of an archive. */
static int make_id(struct mxlog_pipeline *pipeline, int64_t time_usec,
    char out[MXLOG_ULID_LEN])
{
	struct mxlog_ulid id;
	int r;

	r = mxlog_ulid_next(&pipeline->ids, time_usec, &id);
	if (r == 0)
		mxlog_ulid_format(out, &id);
	return r;
}

/* A child must not make its parent's ids. */
static void enter(struct mxlog_pipeline *pipeline)
{
	if (LIKELY(!mxlog_fork_guard_is_child(&pipeline->guard)))
		return;
	explicit_bzero(&pipeline->ids, sizeof(pipeline->ids));
	pipeline->n_steps = 0;
	mxlog_fork_guard_reset(&pipeline->guard);
}

/* ---- entries ---- */

static int note_original(struct mxlog_entry *entry, int64_t time_usec)
{
	size_t own = entry->n_context;
	char text[MXLOG_TIMESTAMP_LEN];
	struct mxlog_pair pair = { .json = false };
	int r;

	mxlog_timestamp_format(text, time_usec);
	r = mxlog_entry_store(entry, LITERAL("original_timestamp"),
	    MXLOG_ENTRY_NAME, &pair.key);
	if (r == 0)
		r = mxlog_entry_store(entry, text, sizeof(text), sizeof(text),
		    &pair.value);
	if (r == 0)
		r = mxlog_entry_push_pair(entry, &pair);
	return r < 0 ? r : mxlog_entry_normalise_keys(entry, own);
}

static int tag_entry(struct mxlog_entry *entry, const char *tag)
{
	struct mxlog_text_span span;
	int r;

	if (mxlog_entry_find_tag(entry, tag, strlen(tag)) < entry->n_tags)
		return 0;
	r = mxlog_entry_store(entry, tag, strlen(tag), MXLOG_ENTRY_NAME, &span);
	return r < 0 ? r : mxlog_entry_push_tag(entry, span);
}

static int complete_entry(struct mxlog_pipeline *pipeline,
    struct mxlog_entry *entry, bool has_id)
{
	struct mxlog_text_span *id = &entry->text[MXLOG_FIELD_TRACE_ID];
	char text[MXLOG_ULID_LEN];
	const struct said said = { entry->time_usec, entry->has_time,
		entry->captured };
	struct placement at;
	int r;

	r = place(pipeline, &said,
	    has_id && !entry->id_hashed ? mxlog_entry_text(entry, *id) : NULL,
	    &at);
	if (r < 0)
		return r;
	entry->time_usec = at.time_usec;
	entry->has_time = true;
	if (!has_id) {
		r = make_id(pipeline, at.time_usec, text);
		if (r == 0)
			r = mxlog_entry_store(entry, text, sizeof(text),
			    sizeof(text), id);
	}
	if (r == 0 && UNLIKELY(at.changed))
		r = note_original(entry, at.original_usec);
	if (r == 0 && UNLIKELY(at.tag != NULL))
		r = tag_entry(entry, at.tag);
	return r;
}

int mxlog_pipeline_entry(struct mxlog_pipeline *pipeline,
    struct mxlog_entry *entry)
{
	struct mxlog_text_span given;
	int r;

	enter(pipeline);
	given = entry->text[MXLOG_FIELD_TRACE_ID];
	r = mxlog_redact_entry(pipeline->redactor, entry);
	entry->id_redacted = entry->text[MXLOG_FIELD_TRACE_ID].off != given.off;
	if (r == 0)
		r = mxlog_entry_rename_reserved(entry);
	if (r < 0)
		return r;
	r = mxlog_entry_normalise(entry);
	if (r < 0 && r != -ENOENT)
		return r;
	if (UNLIKELY(entry->exception != NULL) && pipeline->n_source_roots > 0)
		(void)mxlog_exception_make_relative(entry->exception,
		    (const char *const *)pipeline->source_roots,
		    pipeline->n_source_roots);
	return complete_entry(pipeline, entry, r == 0);
}

/* ---- metrics ---- */

static int tag_metric(struct mxlog_metric *metric, const char *key,
    const char *value, size_t len)
{
	struct mxlog_metric_tag tag = { .own = true };
	int r;

	r = mxlog_metric_store(metric, key, strlen(key), &tag.key);
	if (r == 0)
		r = mxlog_metric_store(metric, value, len, &tag.value);
	return r < 0 ? r : mxlog_metric_push_tag(metric, &tag);
}

static int note_original_of_metric(struct mxlog_metric *metric,
    int64_t time_usec)
{
	char text[MXLOG_TIMESTAMP_LEN];

	mxlog_timestamp_format(text, time_usec);
	return tag_metric(metric, "original_timestamp", text, sizeof(text));
}

static int complete_metric(struct mxlog_pipeline *pipeline,
    struct mxlog_metric *metric, bool has_id)
{
	char text[MXLOG_ULID_LEN];
	const struct said said = { metric->time_usec, metric->has_time,
		metric->captured };
	struct placement at;
	int r;

	r = place(pipeline, &said,
	    has_id && !metric->id_hashed
		? mxlog_metric_text(metric, metric->trace_id)
		: NULL,
	    &at);
	if (r < 0)
		return r;
	metric->time_usec = at.time_usec;
	metric->has_time = true;
	if (!has_id) {
		r = make_id(pipeline, at.time_usec, text);
		if (r == 0)
			r = mxlog_metric_store(metric, text, sizeof(text),
			    &metric->trace_id);
	}
	/* Tags make a series: one that only the order rule moved keeps its own. */
	if (r == 0 && at.tag && at.changed)
		r = note_original_of_metric(metric, at.original_usec);
	if (r == 0 && at.tag)
		r = tag_metric(metric, at.tag, LITERAL("true"));
	return r;
}

int mxlog_pipeline_metric(struct mxlog_pipeline *pipeline,
    struct mxlog_metric *metric)
{
	struct mxlog_text_span given;
	int r;

	enter(pipeline);
	given = metric->trace_id;
	r = mxlog_redact_metric(pipeline->redactor, metric);
	metric->id_redacted = metric->trace_id.off != given.off;
	if (r == 0)
		r = mxlog_metric_rename_reserved(metric);
	if (r < 0)
		return r;
	r = mxlog_metric_normalise(metric);
	if (r < 0 && r != -ENOENT)
		return r;
	return complete_metric(pipeline, metric, r == 0);
}

/* ---- taking back ---- */

size_t mxlog_pipeline_mark(const struct mxlog_pipeline *pipeline)
{
	return pipeline->n_steps;
}

void mxlog_pipeline_undo(struct mxlog_pipeline *pipeline, size_t mark)
{
	enter(pipeline);
	if (mark >= pipeline->n_steps)
		return;
	mxlog_trace_order_undo(pipeline->steps + mark,
	    pipeline->n_steps - mark);
	pipeline->n_steps = mark;
}

void mxlog_pipeline_settle(struct mxlog_pipeline *pipeline)
{
	pipeline->n_steps = 0;
}

void mxlog_pipeline_take_steps(struct mxlog_pipeline *pipeline,
    struct mxlog_pipeline *from)
{
	free(pipeline->steps);
	pipeline->steps = from->steps;
	pipeline->n_steps = from->n_steps;
	pipeline->steps_capacity = from->steps_capacity;
	from->steps = NULL;
	from->n_steps = from->steps_capacity = 0;
}

void mxlog_pipeline_get_stats(const struct mxlog_pipeline *pipeline,
    struct mxlog_redact_stats *ret)
{
	mxlog_redactor_get_stats(pipeline->redactor, ret);
}
