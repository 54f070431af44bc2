/* SPDX-License-Identifier: Apache-2.0 */
/* JSON, an object a line. */
#include "command/mxlog_read_format.h"

static int print_json(struct mxlog_read_printer *printer, const char *text,
    size_t len)
{
	int r = mxlog_read_add_json(printer, text, len);

	return r < 0 ? r : mxlog_buf_add_char(&printer->out, '\n');
}

static int print_line(struct mxlog_read_printer *printer,
    const struct mxlog_line *line)
{
	int r;

	if (printer->n_fields == 0)
		return print_json(printer, line->text, line->len);
	r = mxlog_read_decode(printer, line);
	if (r >= 0)
		r = mxlog_read_fields_json(printer);
	return r < 0
	    ? r
	    : print_json(printer, printer->json.data, printer->json.len);
}

static int print_cells(struct mxlog_read_printer *printer,
    const struct mxlog_read_cell *cells, size_t n)
{
	int r = mxlog_read_cells_json(printer, cells, n);

	return r < 0
	    ? r
	    : print_json(printer, printer->json.data, printer->json.len);
}

const struct mxlog_read_format mxlog_read_format_json = {
	.name = "json",
	.takes_fields = true,
	.line = print_line,
	.cells = print_cells,
};
