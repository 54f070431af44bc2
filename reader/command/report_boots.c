/* SPDX-License-Identifier: Apache-2.0 */
/* --list-boots: the boots that there are entries of, the oldest first. */
#include <stdlib.h>

#include "command/mxlog_read_phrase.h"
#include "command/mxlog_read_report.h"

struct boot {
	size_t group;
	int64_t first_usec, last_usec;
};

/* The time of the boot's first or last entry. */
static int find_end(struct mxlog_read_report *report, const char *id,
    size_t len, bool last, int64_t *ret)
{
	struct mxlog_buf phrase = { 0 };
	struct mxlog_query *query = NULL;
	struct mxlog_reader *reader;
	struct mxlog_line line;
	int r = mxlog_query_copy(report->options->query, &query);

	if (r >= 0)
		r = mxlog_buf_printf(&phrase, "context.boot_id = \"%.*s\"",
		    (int)len, id);
	if (r >= 0)
		r = mxlog_query_add_where(query, phrase.data, phrase.len, false,
		    report->reterr);
	mxlog_buf_done(&phrase);
	if (r < 0) {
		mxlog_query_free(query);
		return r;
	}
	(void)mxlog_query_set_order(query, MXLOG_ORDER_TIMESTAMP, last);
	(void)mxlog_query_set_window(query, 1, 0);
	r = mxlog_read_report_open(report, &query, &reader);
	if (r < 0)
		return r;
	r = mxlog_reader_next(reader, &line);
	if (r > 0)
		*ret = line.time_usec;
	mxlog_read_report_close(report, reader);
	return r;
}

static int compare_boots(const void *a, const void *b)
{
	const struct boot *x = a, *y = b;

	return (x->first_usec > y->first_usec) -
	    (x->first_usec < y->first_usec);
}

/* Those of the groups that are boots, in the order of time: how many. */
static int find_boots(struct mxlog_read_report *report,
    const struct mxlog_groups *groups, struct boot *boots, size_t *ret)
{
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < mxlog_groups_get_size(groups); i++) {
		struct mxlog_read_cell cell =
		    mxlog_read_report_cell(groups, i, 0);
		struct boot *boot = &boots[n];

		if (cell.type != MXLOG_READ_TEXT || cell.len != 32 ||
		    memchr(cell.text, '"', cell.len) ||
		    memchr(cell.text, '\\', cell.len))
			continue;
		boot->group = i;
		r = find_end(report, cell.text, cell.len, false,
		    &boot->first_usec);
		if (r > 0)
			r = find_end(report, cell.text, cell.len, true,
			    &boot->last_usec);
		n += r > 0;
	}
	qsort(boots, n, sizeof(*boots), compare_boots);
	*ret = n;
	return r;
}

static int add_boot(struct mxlog_read_report *report,
    struct mxlog_read_sheet *sheet, const struct mxlog_groups *groups,
    const struct boot *boot, int64_t number)
{
	struct mxlog_read_number numbers[4];
	struct mxlog_read_cell id =
	    mxlog_read_report_cell(groups, boot->group, 0);
	struct mxlog_read_cell cells[] = {
		mxlog_read_cell_double("boot", &numbers[0], (double)number),
		mxlog_read_cell_text("id", id.text, id.len),
		mxlog_read_report_moment(report, "first", &numbers[1],
		    boot->first_usec),
		mxlog_read_report_moment(report, "last", &numbers[2],
		    boot->last_usec),
		mxlog_read_cell_count("count", &numbers[3],
		    mxlog_groups_get_count(groups, boot->group)),
	};

	/* A whole number: -1, not -1.0. */
	cells[0].len -= 2;
	return mxlog_read_sheet_add(report, sheet, cells, ARRAY_LEN(cells));
}

static int report_boots(struct mxlog_read_report *report)
{
	struct mxlog_read_sheet sheet = { 0 };
	struct mxlog_groups *groups = NULL;
	struct mxlog_query *query = NULL;
	struct boot *boots;
	size_t n = 0;
	int r = mxlog_query_copy(report->options->query, &query);

	if (r >= 0)
		r = mxlog_read_report_groups(report, &query, "context.boot_id",
		    &groups);
	if (r < 0)
		return r;
	boots = calloc(mxlog_groups_get_size(groups) + 1, sizeof(*boots));
	r = boots ? find_boots(report, groups, boots, &n) : -ENOMEM;
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = add_boot(report, &sheet, groups, &boots[i],
		    (int64_t)i + 1 - (int64_t)n);
	if (r >= 0)
		r = mxlog_read_sheet_finish(report, &sheet);
	free(boots);
	mxlog_groups_free(groups);
	return r;
}

const struct mxlog_read_report_type mxlog_read_report_boots = {
	.option = MXLOG_OPT_LIST_BOOTS,
	.make = report_boots,
};
