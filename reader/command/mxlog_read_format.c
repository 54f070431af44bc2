/* SPDX-License-Identifier: Apache-2.0 */
#include "command/mxlog_read_format.h"

#include "base/json.h"
#include "command/mxlog_read_table.h"
#include "command/screen.h"
#include "entry/ndjson.h"

#define FORMAT(id, name, help) \
	extern const struct mxlog_read_format mxlog_read_format_##id;
#include "command/formats.def"
#undef FORMAT

const struct mxlog_read_format *const mxlog_read_formats[] = {
#define FORMAT(id, name, help) &mxlog_read_format_##id,
#include "command/formats.def"
#undef FORMAT
	NULL
};

const struct mxlog_read_format *mxlog_read_format_find(const char *name)
{
	/* journalctl's names for what has another one here. */
	static const char *const others[][2] = { { "json-pretty", "pretty" },
		{ "verbose", "pretty" }, { "short-iso-precise", "short-iso" } };

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (strcmp(others[i][0], name) == 0)
			name = others[i][1];
	for (size_t i = 0; mxlog_read_formats[i]; i++)
		if (strcmp(mxlog_read_formats[i]->name, name) == 0)
			return mxlog_read_formats[i];
	return NULL;
}

int mxlog_read_decode(struct mxlog_read_printer *printer,
    const struct mxlog_line *line)
{
	return printer->metrics
	    ? mxlog_ndjson_decode_metric(line->text, line->len, printer->metric,
		  NULL)
	    : mxlog_ndjson_decode(line->text, line->len, printer->entry, NULL);
}

struct mxlog_read_row mxlog_read_row_of(
    const struct mxlog_read_printer *printer)
{
	static const char *const entry_fields[] = { "timestamp", "level",
		"module", "message" };
	static const char *const metric_fields[] = { "timestamp", "metric_name",
		"value", "unit" };
	struct mxlog_read_row row = {
		.entry = printer->metrics ? NULL : printer->entry,
		.metric = printer->metrics ? printer->metric : NULL,
		.fields = (const char *const *)printer->fields,
		.n_fields = printer->n_fields,
		.width = printer->screen.width,
		.colour = printer->screen.colour,
		.time = printer->format->time,
	};

	if (row.n_fields > 0)
		return row;
	row.fields = printer->metrics ? metric_fields : entry_fields;
	row.n_fields = ARRAY_LEN(entry_fields);
	return row;
}

int mxlog_read_add_json(struct mxlog_read_printer *printer, const char *text,
    size_t len)
{
	if (printer->screen.terminal)
		return mxlog_screen_json(&printer->out, text, len);
	return mxlog_buf_add(&printer->out, text, len);
}

static int add_cell(struct mxlog_buf *out, const struct mxlog_read_cell *cell)
{
	int r = mxlog_json_quote(out, cell->name, strlen(cell->name));

	if (r >= 0)
		r = mxlog_buf_add_char(out, ':');
	if (r < 0)
		return r;
	switch (cell->type) {
	case MXLOG_READ_NONE:
		return mxlog_buf_add(out, LITERAL("null"));
	case MXLOG_READ_TEXT:
		return mxlog_json_quote(out, cell->text, cell->len);
	case MXLOG_READ_JSON:
		return mxlog_buf_add(out, cell->text, cell->len);
	}
	return 0;
}

int mxlog_read_cells_json(struct mxlog_read_printer *printer,
    const struct mxlog_read_cell *cells, size_t n)
{
	struct mxlog_buf *out = &printer->json;
	int r;

	out->len = 0;
	r = mxlog_buf_add_char(out, '{');
	for (size_t i = 0; r >= 0 && i < n; i++) {
		if (i > 0)
			r = mxlog_buf_add_char(out, ',');
		if (r >= 0)
			r = add_cell(out, &cells[i]);
	}
	return r < 0 ? r : mxlog_buf_add_char(out, '}');
}

int mxlog_read_fields_json(struct mxlog_read_printer *printer)
{
	struct mxlog_read_row row = mxlog_read_row_of(printer);

	printer->json.len = 0;
	return mxlog_read_row_json(&row, &printer->json);
}
