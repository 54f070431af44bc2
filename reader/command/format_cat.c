/* SPDX-License-Identifier: Apache-2.0 */
/* Messages, or names of metrics, alone. */
#include "command/mxlog_read_format.h"
#include "command/screen.h"

static int print_line(struct mxlog_read_printer *printer,
    const struct mxlog_line *line)
{
	struct mxlog_text_span span = printer->metrics
	    ? printer->metric->name
	    : printer->entry->text[MXLOG_FIELD_MESSAGE];
	const char *base = printer->metrics ? printer->metric->bytes.data
					    : printer->entry->bytes.data;
	int r;

	(void)line;
	if (printer->screen.terminal)
		r = mxlog_screen_text(&printer->out, base + span.off, span.len,
		    0);
	else
		r = mxlog_buf_add(&printer->out, base + span.off, span.len);
	return r < 0 ? r : mxlog_buf_add_char(&printer->out, '\n');
}

const struct mxlog_read_format mxlog_read_format_cat = {
	.name = "cat",
	.decoded = true,
	.line = print_line,
};
