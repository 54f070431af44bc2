/* SPDX-License-Identifier: Apache-2.0 */
#include "command/mxlog_read_print.h"

#include <stdlib.h>

#include "base/fs.h"
#include "command/mxlog_read_format.h"

enum {
	FLUSH_BYTES = 128 * 1024,
};

int mxlog_read_printer_new(const struct mxlog_read_options *options,
    const struct mxlog_read_screen *screen, struct mxlog_read_printer **ret)
{
	struct mxlog_read_printer *printer = calloc(1, sizeof(*printer));
	int r;

	if (!printer)
		return -ENOMEM;
	printer->screen = *screen;
	printer->metrics = options->query->metrics;
	printer->format = options->format;
	printer->fields = options->fields;
	printer->n_fields = options->n_fields;
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
	mxlog_buf_done(&printer->json);
	free(printer);
}

int mxlog_read_flush(struct mxlog_read_printer *printer)
{
	int r = mxlog_fs_write_all(printer->screen.fd, printer->out.data,
	    printer->out.len);

	mxlog_buf_clear(&printer->out);
	return r;
}

uint64_t mxlog_read_printed(const struct mxlog_read_printer *printer)
{
	return printer->printed;
}

int mxlog_read_print(struct mxlog_read_printer *printer,
    const struct mxlog_line *line)
{
	int r = 0;

	printer->printed++;
	if (printer->format->decoded)
		r = mxlog_read_decode(printer, line);
	if (r >= 0)
		r = printer->format->line(printer, line);
	if (r == -EBADMSG)
		r = 0; /* its writer took it back since it was found */
	if (r >= 0 && printer->out.len >= FLUSH_BYTES)
		r = mxlog_read_flush(printer);
	return r;
}

int mxlog_read_print_note(struct mxlog_read_printer *printer, const char *text)
{
	return mxlog_buf_printf(&printer->out, "%s\n", text);
}
