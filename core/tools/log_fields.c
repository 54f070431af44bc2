/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/log_fields.h"

#include <stdio.h>

/* A value that is a JSON number, true, false, null, object or array keeps its
 * type; everything else is a string. */
static int add_pair(struct mxlog_entry *entry, const char *pair)
{
	const char *value = strchr(pair, '=') + 1;
	size_t key_len = (size_t)(value - pair) - 1;
	int r = -EBADMSG;

	if (*value != '"')
		r = mxlog_entry_add_context_json(entry, pair, key_len, value,
		    strlen(value));
	if (r == -EBADMSG)
		r = mxlog_entry_add_context(entry, pair, key_len, value,
		    strlen(value));
	return r;
}

static int set_text(struct mxlog_entry *entry, enum mxlog_field field,
    const char *text)
{
	return text ? mxlog_entry_set(entry, field, text, strlen(text)) : 0;
}

int mxlog_log_fill(const struct mxlog_log_sink *sink, enum mxlog_level level,
    const char *message, size_t len)
{
	const struct mxlog_log_fields *fields = sink->fields;
	struct mxlog_entry *entry = sink->entry;
	char pid[24];
	int r;

	mxlog_entry_reset(entry);
	mxlog_entry_set_level(entry, level);
	r = mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, message, len);
	if (r == 0)
		r = set_text(entry, MXLOG_FIELD_MODULE, fields->module);
	if (r == 0)
		r = set_text(entry, MXLOG_FIELD_TRACE_ID, fields->trace_id);
	if (r == 0)
		r = set_text(entry, MXLOG_FIELD_FUNCTION, fields->function);
	(void)snprintf(pid, sizeof(pid), "%ld", fields->process_id);
	if (r == 0)
		r = set_text(entry, MXLOG_FIELD_PROCESS_ID, pid);
	if (r == 0 && fields->has_duration)
		r = mxlog_entry_set_duration_ms(entry, fields->duration_ms);
	for (size_t i = 0; i < fields->n_tags && r == 0; i++)
		r = mxlog_entry_add_tag(entry, fields->tags[i],
		    strlen(fields->tags[i]));
	for (size_t i = 0; i < fields->n_pairs && r == 0; i++)
		r = add_pair(entry, fields->pairs[i]);
	return r;
}

int mxlog_log_fill_metric(const struct mxlog_log_fields *fields,
    struct mxlog_metric *metric)
{
	int r = 0;

	if (fields->trace_id)
		r = mxlog_metric_set_trace_id(metric, fields->trace_id,
		    strlen(fields->trace_id));
	for (size_t i = 0; i < fields->n_pairs && r == 0; i++) {
		const char *pair = fields->pairs[i];
		const char *value = strchr(pair, '=') + 1;

		r = mxlog_metric_add_tag(metric, pair,
		    (size_t)(value - pair) - 1, value, strlen(value));
	}
	return r;
}
