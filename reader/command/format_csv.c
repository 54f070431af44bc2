/* SPDX-License-Identifier: Apache-2.0 */
/* Comma separated values (RFC 4180), names in the first line. */
#include "command/mxlog_read_format.h"
#include "command/mxlog_read_table.h"
#include "command/screen.h"

/* Rows for a terminal are looked at before it sees them. */
static struct mxlog_buf *begin(struct mxlog_read_printer *printer)
{
	printer->json.len = 0;
	return printer->screen.terminal ? &printer->json : &printer->out;
}

static int finish(struct mxlog_read_printer *printer)
{
	const char *at = printer->json.data, *end = at + printer->json.len;
	int r = 0;

	while (r >= 0 && printer->screen.terminal && at < end) {
		const char *stop = memmem(at, (size_t)(end - at), "\r\n", 2);

		stop = stop ? stop : end;
		r = mxlog_screen_text(&printer->out, at, (size_t)(stop - at),
		    0);
		if (r >= 0 && stop < end)
			r = mxlog_buf_add(&printer->out, LITERAL("\r\n"));
		at = MIN(stop + 2, end);
	}
	return r;
}

static int print_line(struct mxlog_read_printer *printer,
    const struct mxlog_line *line)
{
	struct mxlog_read_row row = mxlog_read_row_of(printer);
	struct mxlog_buf *out = begin(printer);
	int r = 0;

	(void)line;
	if (!printer->headed)
		r = mxlog_read_csv_head(&row, out);
	printer->headed = true;
	if (r >= 0)
		r = mxlog_read_csv(&row, out);
	return r < 0 ? r : finish(printer);
}

/* Names, or values. */
static int print_row(struct mxlog_buf *out, const struct mxlog_read_cell *cells,
    size_t n, bool names)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < n; i++) {
		const char *text = names ? cells[i].name : cells[i].text;
		size_t len = names ? strlen(text) : cells[i].len;

		if (i > 0)
			r = mxlog_buf_add_char(out, ',');
		if (r >= 0 && (names || cells[i].type != MXLOG_READ_NONE))
			r = mxlog_read_csv_add(out, text, len);
	}
	return r < 0 ? r : mxlog_buf_add(out, LITERAL("\r\n"));
}

static int print_cells(struct mxlog_read_printer *printer,
    const struct mxlog_read_cell *cells, size_t n)
{
	struct mxlog_buf *out = begin(printer);
	int r = 0;

	if (!printer->headed)
		r = print_row(out, cells, n, true);
	printer->headed = true;
	if (r >= 0)
		r = print_row(out, cells, n, false);
	return r < 0 ? r : finish(printer);
}

const struct mxlog_read_format mxlog_read_format_csv = {
	.name = "csv",
	.takes_fields = true,
	.decoded = true,
	.line = print_line,
	.cells = print_cells,
};
