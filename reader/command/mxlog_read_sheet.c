/* SPDX-License-Identifier: Apache-2.0 */
/* Rows in columns. */
#include "command/mxlog_read_report.h"
#include "command/mxlog_read_short.h"
#include "command/screen.h"

struct mxlog_read_cell mxlog_read_report_moment(const struct mxlog_read_report
						    *report,
    const char *name, struct mxlog_read_number *number, int64_t time_usec)
{
	struct mxlog_buf local = { 0 };
	size_t len;

	if (mxlog_read_report_by_row(report) ||
	    mxlog_read_local_time(&local, time_usec) < 0)
		return mxlog_read_cell_time(name, number, time_usec);
	len = MIN(local.len, sizeof(number->text));
	memcpy(number->text, local.data, len);
	mxlog_buf_done(&local);
	return mxlog_read_cell_text(name, number->text, len);
}

static int add_text(struct mxlog_read_sheet *sheet, size_t column,
    const char *text, size_t len)
{
	size_t start = sheet->texts.len;
	int r = mxlog_screen_text(&sheet->texts, text, len, -1);

	if (r >= 0)
		r = mxlog_buf_add_char(&sheet->texts, '\0');
	if (r >= 0)
		sheet->widths[column] = MAX(sheet->widths[column],
		    mxlog_screen_width(sheet->texts.data + start,
			sheet->texts.len - start - 1));
	return r;
}

int mxlog_read_sheet_add(struct mxlog_read_report *report,
    struct mxlog_read_sheet *sheet, const struct mxlog_read_cell *cells,
    size_t n)
{
	int r = 0;

	if (mxlog_read_report_by_row(report))
		return mxlog_read_report_row(report, cells, n);
	assert(n <= ARRAY_LEN(sheet->widths));
	for (size_t i = 0; r >= 0 && sheet->n_columns == 0 && i < n; i++)
		r = add_text(sheet, i, cells[i].name, strlen(cells[i].name));
	sheet->n_columns = n;
	sheet->n_rows++;
	for (size_t i = 0; r >= 0 && i < n; i++) {
		bool none = cells[i].type == MXLOG_READ_NONE;

		sheet->right[i] |= cells[i].type == MXLOG_READ_JSON;
		r = add_text(sheet, i, none ? "-" : cells[i].text,
		    none ? 1 : cells[i].len);
	}
	return r;
}

static int print_cell(struct mxlog_buf *out,
    const struct mxlog_read_sheet *sheet, size_t column, const char *text)
{
	size_t len = strlen(text);
	int blanks =
	    (int)(sheet->widths[column] - mxlog_screen_width(text, len));
	bool last = column + 1 == sheet->n_columns;

	if (sheet->right[column])
		return mxlog_buf_printf(out, "%*s%s%s", blanks, "", text,
		    last ? "\n" : "  ");
	return last ? mxlog_buf_printf(out, "%s\n", text)
		    : mxlog_buf_printf(out, "%s%*s  ", text, blanks, "");
}

int mxlog_read_sheet_finish(struct mxlog_read_report *report,
    struct mxlog_read_sheet *sheet)
{
	const char *text = sheet->texts.data;
	size_t rows = sheet->n_rows > 0 ? sheet->n_rows + 1 : 0;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < rows * sheet->n_columns; i++) {
		r = print_cell(report->out, sheet, i % sheet->n_columns, text);
		text += strlen(text) + 1;
	}
	mxlog_buf_done(&sheet->texts);
	*sheet = (struct mxlog_read_sheet){ 0 };
	return r;
}
