/* SPDX-License-Identifier: Apache-2.0 */
#include "mxlog_read_print.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "fs.h"
#include "ndjson.h"
#include "screen.h"
#include "timestamp.h"

enum {
	FLUSH_BYTES = 128 * 1024,
	INDENT = 4,
	MODULE_WIDTH = 24,
};

struct mxlog_read_printer {
	int fd;
	bool terminal, colour, metrics;
	enum mxlog_read_output output;
	struct mxlog_buf out;
	struct mxlog_entry *entry;
	struct mxlog_metric *metric;
};

int mxlog_read_printer_new(const struct mxlog_read_options *options, int fd,
    struct mxlog_read_printer **ret)
{
	struct mxlog_read_printer *printer = calloc(1, sizeof(*printer));
	const char *no_color = getenv("NO_COLOR");
	int r;

	if (!printer)
		return -ENOMEM;
	printer->fd = fd;
	printer->terminal = isatty(fd);
	printer->colour = printer->terminal && !(no_color && *no_color);
	printer->metrics = options->query->metrics;
	printer->output = options->output;
	r = mxlog_entry_new(&printer->entry);
	if (r >= 0)
		r = mxlog_metric_new(&printer->metric);
	if (r < 0)
		mxlog_read_printer_free(printer);
	else
		*ret = printer;
	return r;
}

void mxlog_read_printer_free(struct mxlog_read_printer *printer)
{
	if (!printer)
		return;
	mxlog_entry_free(printer->entry);
	mxlog_metric_free(printer->metric);
	mxlog_buf_done(&printer->out);
	free(printer);
}

int mxlog_read_flush(struct mxlog_read_printer *printer)
{
	int r = mxlog_fs_write_all(printer->fd, printer->out.data,
	    printer->out.len);

	mxlog_buf_clear(&printer->out);
	return r;
}

static const char *colour_of(enum mxlog_level level)
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

/* Local time, as people read it. */
static int add_time(struct mxlog_buf *out, int64_t time_usec)
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
    struct mxlog_span span, int indent)
{
	if (!MXLOG_IS_SET(span))
		return 0;
	return mxlog_screen_text(out, base + span.off, span.len, indent);
}

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
	if (r >= 0)
		r = mxlog_buf_printf(out, frame->line ? ":%u)" : ")",
		    frame->line);
	return r;
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

static int add_short(struct mxlog_read_printer *printer,
    const struct mxlog_entry *entry)
{
	struct mxlog_buf *out = &printer->out;
	const char *base = entry->bytes.data;
	struct mxlog_span module = entry->text[MXLOG_FIELD_MODULE];
	const char *on = printer->colour ? colour_of(entry->level) : "";
	const char *off = printer->colour ? "\033[0m" : "";
	int r;

	r = add_time(out, entry->time_usec);
	if (r >= 0)
		r = mxlog_buf_printf(out, " %s%-8s%s ", on,
		    mxlog_level_name(entry->level), off);
	if (r >= 0)
		r = add_span(out, base, module, -1);
	if (r >= 0)
		r = mxlog_buf_add(out, LITERAL(": "));
	if (r >= 0)
		r = add_span(out, base, entry->text[MXLOG_FIELD_MESSAGE],
		    INDENT);
	if (r >= 0 && entry->has_duration)
		r = mxlog_buf_printf(out, " (%.3g ms)", entry->duration_ms);
	if (r >= 0)
		r = add_exception(out, entry->exception);
	return r < 0 ? r : mxlog_buf_add_char(out, '\n');
}

static int add_short_metric(struct mxlog_read_printer *printer,
    const struct mxlog_metric *metric)
{
	struct mxlog_buf *out = &printer->out;
	const char *base = metric->bytes.data;
	int r;

	r = add_time(out, metric->time_usec);
	if (r >= 0)
		r = mxlog_buf_printf(out, " %-9s ",
		    mxlog_metric_type_name(metric->type));
	if (r >= 0)
		r = add_span(out, base, metric->name, -1);
	if (r >= 0)
		r = mxlog_buf_printf(out, " = %.10g ", metric->value);
	if (r >= 0)
		r = add_span(out, base, metric->unit, -1);
	for (size_t i = 0; r >= 0 && i < metric->n_tags; i++) {
		r = mxlog_buf_add_char(out, ' ');
		if (r >= 0)
			r = add_span(out, base, metric->tags[i].key, -1);
		if (r >= 0)
			r = mxlog_buf_add_char(out, '=');
		if (r >= 0)
			r = add_span(out, base, metric->tags[i].value, -1);
	}
	return r < 0 ? r : mxlog_buf_add_char(out, '\n');
}

static int print_short(struct mxlog_read_printer *printer,
    const struct mxlog_line *line)
{
	int r;

	if (printer->metrics) {
		r = mxlog_ndjson_decode_metric(line->text, line->len,
		    printer->metric, NULL);
		return r < 0 ? r : add_short_metric(printer, printer->metric);
	}
	r = mxlog_ndjson_decode(line->text, line->len, printer->entry, NULL);
	return r < 0 ? r : add_short(printer, printer->entry);
}

static int print_json(struct mxlog_read_printer *printer,
    const struct mxlog_line *line)
{
	int r;

	if (printer->terminal)
		r = mxlog_screen_json(&printer->out, line->text, line->len);
	else
		r = mxlog_buf_add(&printer->out, line->text, line->len);
	return r < 0 ? r : mxlog_buf_add_char(&printer->out, '\n');
}

int mxlog_read_print(struct mxlog_read_printer *printer,
    const struct mxlog_line *line)
{
	int r;

	if (printer->output == MXLOG_READ_JSON)
		r = print_json(printer, line);
	else
		r = print_short(printer, line);
	if (r >= 0 && printer->out.len >= FLUSH_BYTES)
		r = mxlog_read_flush(printer);
	return r;
}
