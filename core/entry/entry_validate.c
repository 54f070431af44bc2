/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/reterr.h"
#include "base/timestamp.h"
#include "base/ulid.h"
#include "entry/entry_private.h"

static int refuse(struct mxlog_error *reterr, const char *field,
    const char *rule)
{
	return mxlog_error_set(reterr, -EINVAL, "%s: %s", field, rule);
}

static int validate_required(const struct mxlog_entry *entry,
    struct mxlog_error *reterr)
{
	struct mxlog_text_span id = entry->text[MXLOG_FIELD_TRACE_ID];
	struct mxlog_text_span module = entry->text[MXLOG_FIELD_MODULE];
	struct mxlog_ulid ulid;

	if (!MXLOG_IS_SET(id))
		return refuse(reterr, "trace_id", "is missing");
	if (!mxlog_ulid_is_canonical(mxlog_entry_text(entry, id), id.len) &&
	    mxlog_ulid_parse(mxlog_entry_text(entry, id), id.len, &ulid) < 0)
		return refuse(reterr, "trace_id",
		    "is no ULID: 26 characters of Crockford's base32");
	if (!entry->has_time)
		return refuse(reterr, "timestamp", "is missing");
	if (entry->time_usec < MXLOG_TIMESTAMP_MIN ||
	    entry->time_usec > MXLOG_TIMESTAMP_MAX)
		return refuse(reterr, "timestamp",
		    "is not in the years 0001 to 9999");
	if (!mxlog_level_name(entry->level))
		return refuse(reterr, "level",
		    "is none of DEBUG, INFO, WARNING, ERROR, CRITICAL");
	if (!MXLOG_IS_SET(module))
		return refuse(reterr, "module", "is missing");
	if (!mxlog_module_is_valid(mxlog_entry_text(entry, module), module.len))
		return refuse(reterr, "module",
		    "is no dotted name of letters, digits and '_'");
	if (!MXLOG_IS_SET(entry->text[MXLOG_FIELD_MESSAGE]))
		return refuse(reterr, "message", "is missing");
	return 0;
}

/* Most keys are short, and what stands behind them may be read. */
static bool is_valid_key(const struct mxlog_entry *entry,
    struct mxlog_text_span key)
{
	const char *text = mxlog_entry_text(entry, key);

	if (key.len - 1U >= MXLOG_LANES ||
	    entry->bytes.capacity - key.off < MXLOG_LANES)
		return mxlog_key_is_valid(text, key.len);
	return mxlog_key_is_valid_short(mxlog_vec16_load(text), key.len);
}

static int validate_context(const struct mxlog_entry *entry,
    struct mxlog_error *reterr)
{
	for (size_t i = 0; i < entry->n_context; i++) {
		struct mxlog_text_span key = entry->context[i].key;
		const char *text = mxlog_entry_text(entry, key);

		if (!is_valid_key(entry, key))
			return mxlog_error_set(reterr, -EINVAL,
			    "context: the key \"%.*s\" is not snake_case",
			    (int)MIN(key.len, 80U), text);
	}
	return 0;
}

static int validate_exception(const struct mxlog_exception *exception,
    struct mxlog_error *reterr)
{
	if (mxlog_exception_depth(exception) > MXLOG_EXCEPTION_DEPTH)
		return refuse(reterr, "exception", "has too many causes");
	for (; exception; exception = exception->cause) {
		if (exception->type.len == 0)
			return refuse(reterr, "exception.type", "is missing");
		if (exception->n_frames > MXLOG_EXCEPTION_FRAMES)
			return refuse(reterr, "exception.stack_trace",
			    "has too many frames");
	}
	return 0;
}

int mxlog_entry_validate(const struct mxlog_entry *entry,
    struct mxlog_error *reterr)
{
	int r;

	r = validate_required(entry, reterr);
	if (r < 0)
		return r;
	if (entry->has_line_number && entry->line_number < 0)
		return refuse(reterr, "line_number", "is negative");
	if (entry->has_duration &&
	    (!isfinite(entry->duration_ms) || entry->duration_ms < 0))
		return refuse(reterr, "duration_ms", "is negative");
	for (size_t i = 0; i < entry->n_tags; i++)
		if (entry->tags[i].len == 0)
			return refuse(reterr, "tags", "one is empty");
	r = validate_context(entry, reterr);
	if (r < 0)
		return r;
	return validate_exception(entry->exception, reterr);
}
