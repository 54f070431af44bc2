/* SPDX-License-Identifier: Apache-2.0 */
/* An expression is read or refused in one line; what is read is written as one
 * that reads the same, and can be asked. */
#include <stdlib.h>

#include "query/where.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_text(const struct mxlog_where *where, struct mxlog_buf *out)
{
	if (mxlog_where_format(where, out) < 0)
		abort();
}

static void check_round_trip(const struct mxlog_where *where)
{
	struct mxlog_buf text = { 0 }, same = { 0 };
	struct mxlog_where *again;
	struct mxlog_error error;
	int r;

	write_text(where, &text);
	r = mxlog_where_parse(text.data, text.len, false, false, &again,
	    &error);
	/* A time that covers a span is two comparisons in text. */
	if (r < 0 && !strstr(error.text, "nested") &&
	    !strstr(error.text, "more than"))
		abort();
	if (r >= 0) {
		write_text(again, &same);
		if (same.len != text.len ||
		    memcmp(same.data, text.data, text.len) != 0)
			abort();
		mxlog_where_free(again);
	}
	mxlog_buf_done(&text);
	mxlog_buf_done(&same);
}

static void ask(struct mxlog_where *where)
{
	struct mxlog_where *copy;
	struct mxlog_entry *entry;
	int a, b;

	if (mxlog_entry_new(&entry) < 0 || mxlog_where_copy(where, &copy) < 0 ||
	    mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, "a", 1) < 0)
		abort();
	a = mxlog_where_holds(where, entry);
	b = mxlog_where_holds(copy, entry);
	if (a != b || (a < 0 && a != -ETIMEDOUT))
		abort();
	mxlog_where_free(copy);
	mxlog_entry_free(entry);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int typed = 0; typed < 2; typed++) {
		struct mxlog_error error = { 0 };
		struct mxlog_where *where;
		int r;

		r = mxlog_where_parse((const char *)data, size, false, typed,
		    &where, &error);
		if (r < 0 &&
		    (error.text[0] == '\0' || strchr(error.text, '\n')))
			abort();
		if (r < 0)
			continue;
		check_round_trip(where);
		ask(where);
		mxlog_where_free(where);
	}
	return 0;
}
