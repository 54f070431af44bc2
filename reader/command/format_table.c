/* SPDX-License-Identifier: Apache-2.0 */
/* Columns, cut to the screen. */
#include "command/mxlog_read_format.h"
#include "command/mxlog_read_table.h"

static int print_line(struct mxlog_read_printer *printer,
    const struct mxlog_line *line)
{
	struct mxlog_read_row row = mxlog_read_row_of(printer);
	int r = 0;

	(void)line;
	if (!printer->headed)
		r = mxlog_read_table_head(&row, &printer->out);
	printer->headed = true;
	return r < 0 ? r : mxlog_read_table(&row, &printer->out);
}

const struct mxlog_read_format mxlog_read_format_table = {
	.name = "table",
	.takes_fields = true,
	.decoded = true,
	.line = print_line,
};
