/* SPDX-License-Identifier: Apache-2.0 */
#include "command/mxlog_read_short.h"

#include <time.h>

#include "base/number.h"
#include "base/timestamp.h"
#include "command/screen.h"

enum {
	INDENT = 4,
	LEVEL_WIDTH = 8,
};

const char *mxlog_read_colour(enum mxlog_level level)
{
	switch (level) {
	case MXLOG_DEBUG:
		return "\033[2m";
	case MXLOG_INFO:
		return "\033[32m";
	case MXLOG_WARNING:
		return "\033[33m";
	case MXLOG_ERROR:
		return "\033[31m";
	case MXLOG_CRITICAL:
		return "\033[1;31m";
	}
	return "";
}

int mxlog_read_local_time(struct mxlog_buf *out, int64_t time_usec)
{
	int32_t day = mxlog_timestamp_day(time_usec);
	int64_t in_day = time_usec - day * USEC_PER_DAY;
	time_t seconds = (time_t)(day * INT64_C(86400) + in_day / USEC_PER_SEC);
	char text[64];
	struct tm tm;

	if (!localtime_r(&seconds, &tm) ||
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm) == 0)
		return mxlog_buf_add(out, LITERAL("?"));
	return mxlog_buf_printf(out, "%s.%03u", text,
	    (unsigned)(in_day % USEC_PER_SEC / 1000));
}

static int add_span(struct mxlog_buf *out, const char *base,
    struct mxlog_text_span span, int indent)
{
	if (!MXLOG_IS_SET(span))
		return 0;
	return mxlog_screen_text(out, base + span.off, span.len, indent);
}

/* ---- exceptions ---- */

static int add_frame(struct mxlog_buf *out, const char *base,
    const struct mxlog_frame *frame)
{
	int r = mxlog_buf_printf(out, "\n%*sat ", INDENT * 2, "");

	if (r >= 0)
		r = add_span(out, base, frame->function, -1);
	if (r >= 0)
		r = mxlog_buf_add(out, LITERAL(" ("));
	if (r >= 0)
		r = add_span(out, base, frame->file, -1);
	if (r >= 0 && frame->line > 0)
		r = mxlog_buf_printf(out, ":%u", frame->line);
	return r < 0 ? r : mxlog_buf_add_char(out, ')');
}

static int add_exception(struct mxlog_buf *out,
    const struct mxlog_exception *exception)
{
	const char *before = "";
	int r = 0;

	for (; r >= 0 && exception; exception = exception->cause) {
		const char *base = exception->bytes.data;

		r = mxlog_buf_printf(out, "\n%*s%s", INDENT, "", before);
		if (r >= 0)
			r = add_span(out, base, exception->type, -1);
		if (r >= 0)
			r = mxlog_buf_add(out, LITERAL(": "));
		if (r >= 0)
			r = add_span(out, base, exception->message, INDENT * 2);
		for (size_t i = 0; r >= 0 && i < exception->n_frames; i++)
			r = add_frame(out, base, &exception->frames[i]);
		before = "caused by ";
	}
	return r;
}

/* ---- lines ---- */

static int add_duration(struct mxlog_buf *out, double duration_ms)
{
	char text[MXLOG_NUMBER_MAX];
	size_t len = mxlog_number_format_double(text, duration_ms);

	return mxlog_buf_printf(out, " (%.*s ms)", (int)len, text);
}

static int add_tags(struct mxlog_buf *out, const struct mxlog_entry *entry)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < entry->n_tags; i++) {
		r = mxlog_buf_add(out, LITERAL(" #"));
		if (r >= 0)
			r = add_span(out, entry->bytes.data, entry->tags[i],
			    -1);
	}
	return r;
}

static int add_head(const struct mxlog_read_row *row, struct mxlog_buf *out)
{
	const struct mxlog_entry *entry = row->entry;
	const char *on = row->colour ? mxlog_read_colour(entry->level) : "";
	const char *off = row->colour ? "\033[0m" : "";
	int r;

	r = row->time(out, entry->time_usec);
	if (r >= 0)
		r = mxlog_buf_printf(out, " %s%-*s%s %s", on, LEVEL_WIDTH,
		    mxlog_level_name(entry->level), off,
		    row->colour ? "\033[36m" : "");
	if (r >= 0)
		r = add_span(out, entry->bytes.data,
		    entry->text[MXLOG_FIELD_MODULE], -1);
	return r < 0 ? r : mxlog_buf_printf(out, "%s: ", off);
}

static int add_entry(const struct mxlog_read_row *row, struct mxlog_buf *out)
{
	const struct mxlog_entry *entry = row->entry;
	bool bold = row->colour && entry->level >= MXLOG_ERROR;
	int r = add_head(row, out);

	if (r >= 0 && bold)
		r = mxlog_buf_printf(out, "%s",
		    mxlog_read_colour(entry->level));
	if (r >= 0)
		r = add_span(out, entry->bytes.data,
		    entry->text[MXLOG_FIELD_MESSAGE], INDENT);
	if (r >= 0 && bold)
		r = mxlog_buf_add(out, LITERAL("\033[0m"));
	if (r >= 0 && entry->has_duration)
		r = add_duration(out, entry->duration_ms);
	if (r >= 0)
		r = add_tags(out, entry);
	if (r >= 0)
		r = add_exception(out, entry->exception);
	return r < 0 ? r : mxlog_buf_add_char(out, '\n');
}

static int add_dimensions(struct mxlog_buf *out,
    const struct mxlog_metric *metric)
{
	const char *base = metric->bytes.data;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < metric->n_tags; i++) {
		r = mxlog_buf_add_char(out, ' ');
		if (r >= 0)
			r = add_span(out, base, metric->tags[i].key, -1);
		if (r >= 0)
			r = mxlog_buf_add_char(out, '=');
		if (r >= 0)
			r = add_span(out, base, metric->tags[i].value, -1);
	}
	return r;
}

static int add_metric(const struct mxlog_read_row *row, struct mxlog_buf *out)
{
	const struct mxlog_metric *metric = row->metric;
	const char *base = metric->bytes.data;
	char value[MXLOG_NUMBER_MAX];
	size_t len = mxlog_number_format_double(value, metric->value);
	int r;

	r = row->time(out, metric->time_usec);
	if (r >= 0)
		r = mxlog_buf_printf(out, " %-9s ",
		    mxlog_metric_type_name(metric->type));
	if (r >= 0)
		r = add_span(out, base, metric->name, -1);
	if (r >= 0)
		r = mxlog_buf_printf(out, " = %.*s ", (int)len, value);
	if (r >= 0)
		r = add_span(out, base, metric->unit, -1);
	if (r >= 0)
		r = add_dimensions(out, metric);
	return r < 0 ? r : mxlog_buf_add_char(out, '\n');
}

int mxlog_read_short(const struct mxlog_read_row *row, struct mxlog_buf *out)
{
	return row->entry ? add_entry(row, out) : add_metric(row, out);
}
