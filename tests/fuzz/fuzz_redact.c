/* SPDX-License-Identifier: Apache-2.0 */
/* Any text: redacting it again and again comes to an end; as JSON value of an
 * entry it stays JSON. */
#include <stdlib.h>

#include "base/json.h"
#include "base/utf8.h"
#include "redact/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	ROUNDS = 8,
};

static const char *const patterns[] = { "code=\\w+", "(?<=pin )\\d{2,}",
	"id-(?<secret>\\w+)-x" };

/* True if it changed. */
static bool redact(struct mxlog_redactor *redactor, struct mxlog_buf *text)
{
	struct mxlog_buf out = { 0 };
	bool changed;

	if (mxlog_redact_text(redactor, text->data, text->len, &out) < 0)
		abort();
	changed =
	    out.len != text->len || memcmp(out.data, text->data, out.len) != 0;
	mxlog_buf_done(text);
	*text = out;
	return changed;
}

/* What stands in place of a secret may make a neighbour look like one; but
 * that ends soon. */
static void check_text(struct mxlog_redactor *redactor,
    const struct mxlog_buf *original)
{
	struct mxlog_redact_stats stats;
	struct mxlog_buf text = { 0 };
	unsigned n = 0;

	if (mxlog_buf_add(&text, original->data, original->len) < 0)
		abort();
	while (redact(redactor, &text) && n < ROUNDS)
		n++;
	mxlog_redactor_get_stats(redactor, &stats);
	if (n == ROUNDS && stats.failures == 0)
		abort();
	mxlog_buf_done(&text);
}

static void check_entry(struct mxlog_redactor *redactor,
    const struct mxlog_buf *text)
{
	struct mxlog_buf json = { 0 };
	struct mxlog_entry *entry;

	if (mxlog_entry_new(&entry) < 0)
		abort();
	(void)mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, text->data,
	    text->len);
	if (mxlog_entry_add_context_json(entry, LITERAL("data"), text->data,
		text->len) == 0) {
		if (mxlog_redact_entry(redactor, entry) < 0)
			abort();
		if (entry->context[0].json &&
		    mxlog_json_compact(&json,
			mxlog_entry_text(entry, entry->context[0].value),
			entry->context[0].value.len) < 0)
			abort();
	} else if (mxlog_redact_entry(redactor, entry) < 0) {
		abort();
	}
	mxlog_buf_done(&json);
	mxlog_entry_free(entry);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mxlog_redactor *redactor;
	struct mxlog_buf text = { 0 };

	if (!redactor &&
	    mxlog_redactor_new(patterns, ARRAY_LEN(patterns), "[GONE AWAY]",
		&redactor, NULL) < 0)
		abort();
	if (mxlog_utf8_append_lossy(&text, (const char *)data, size) < 0)
		abort();
	if (text.len > 0) {
		check_text(redactor, &text);
		check_entry(redactor, &text);
	}
	mxlog_buf_done(&text);
	return 0;
}
