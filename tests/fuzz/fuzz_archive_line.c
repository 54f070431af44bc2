/* SPDX-License-Identifier: Apache-2.0 */
/* What the archive's quick look at a line takes, decoding takes too, and finds
 * the same in it. */
#include "archive/archive_line.h"

#include <stdlib.h>

#include "base/json.h"
#include "entry/ndjson.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		abort();
}

static bool is(const struct mxlog_entry *entry, enum mxlog_field field,
    const char *text, size_t len)
{
	struct mxlog_text_span span = entry->text[field];

	return MXLOG_IS_SET(span) && span.len == len &&
	    memcmp(mxlog_entry_text(entry, span), text, len) == 0;
}

static void compare(const struct mxlog_archive_line *line,
    const struct mxlog_entry *entry)
{
	struct mxlog_json_token message = {
		.type = MXLOG_JSON_STRING,
		.text = line->message,
		.len = line->message_len,
		.escaped = true,
	};
	struct mxlog_text_span trace = entry->text[MXLOG_FIELD_TRACE_ID];
	struct mxlog_buf text = { 0 };
	struct mxlog_ulid id;

	check(line->time_usec == entry->time_usec);
	check(line->level == (unsigned)entry->level / 10 - 1);
	check(is(entry, MXLOG_FIELD_MODULE, line->module, line->module_len));
	check(mxlog_ulid_parse(mxlog_entry_text(entry, trace), trace.len,
		  &id) == 0);
	check(mxlog_ulid_compare(&id, &line->trace) == 0);
	check(mxlog_json_decode(&text, &message) == 0);
	check(is(entry, MXLOG_FIELD_MESSAGE, text.data, text.len));
	check((entry->n_tags > 0) == (line->tags_len > 0));
	mxlog_buf_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mxlog_archive_line line;
	struct mxlog_entry *entry;
	char *text = malloc(size + 1);

	check(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	if (size > 0 && text[size - 1] == '\n')
		size--;
	text[size] = '\n';
	if (memchr(text, '\n', size) == NULL &&
	    mxlog_archive_line_scan(text, size, &line) &&
	    mxlog_module_is_valid(line.module, line.module_len)) {
		check(mxlog_entry_new(&entry) == 0);
		check(mxlog_ndjson_decode(text, size, entry, NULL) == 0);
		compare(&line, entry);
		mxlog_entry_free(entry);
	}
	free(text);
	return 0;
}
