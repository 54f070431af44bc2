/* SPDX-License-Identifier: Apache-2.0 */
/* A LogQuery is read or refused in one line; what is read can be asked. */
#include <stdlib.h>

#include "query/query_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is written as JSON reads back as the same. */
static void check_round_trip(const struct mxlog_query *query)
{
	struct mxlog_query *again = NULL;
	struct mxlog_error error;
	char *json, *same;

	if (mxlog_query_encode(query, &json) < 0 ||
	    mxlog_query_parse(json, strlen(json), &again, &error) < 0 ||
	    mxlog_query_encode(again, &same) < 0 || strcmp(json, same) != 0)
		abort();
	free(json);
	free(same);
	mxlog_query_free(again);
}

static void ask(struct mxlog_query *query)
{
	struct mxlog_query *copy = NULL;
	struct mxlog_entry *entry = NULL;
	int a, b;

	if (mxlog_entry_new(&entry) < 0 || mxlog_query_copy(query, &copy) < 0 ||
	    mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, "a", 1) < 0)
		abort();
	a = mxlog_query_matches(query, entry);
	b = mxlog_query_matches(copy, entry);
	if (a != b || a < 0)
		abort();
	mxlog_query_free(copy);
	mxlog_entry_free(entry);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mxlog_query *query = NULL;
	struct mxlog_error error = { 0 };
	int r;

	r = mxlog_query_parse((const char *)data, size, &query, &error);
	if (r < 0 && (error.text[0] == '\0' || strchr(error.text, '\n')))
		abort();
	if (r == 0) {
		check_round_trip(query);
		ask(query);
	}
	mxlog_query_free(query);
	return 0;
}
