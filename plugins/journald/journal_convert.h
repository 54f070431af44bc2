/* SPDX-License-Identifier: Apache-2.0 */
/* Converter: makes an entry, or a metric, of the fields of a journal entry.
 * Pure: sees no journal. What becomes of which field stands in
 * journal_fields.def. */
#pragma once

#include <mxlog/payload.h>

#include "journal_record.h"

enum {
	MXLOG_JOURNAL_RESERVED_MAX = MXLOG_JOURNAL_NAME_COUNT + 16,
};

/* What all conversions share. Zeroed is not ready. */
struct mxlog_journal_converter {
	/* Context keys that only journald and we may set, ended by NULL. */
	const struct mxlog_payload_rules *payload; /* borrowed, or NULL */
	const char *reserved[MXLOG_JOURNAL_RESERVED_MAX];
	size_t reserved_len[MXLOG_JOURNAL_RESERVED_MAX];
};

void mxlog_journal_converter_init(struct mxlog_journal_converter *converter);

/* Fill the entry, or, if the message is a metric, the metric: both are reset
 * first. *ret_metric says which. The time is the record's, unless a JSON
 * payload has a better one. -ENOMEM. */
int mxlog_journal_convert(const struct mxlog_journal_converter *converter,
    const struct mxlog_journal_record *record, struct mxlog_entry *entry,
    struct mxlog_metric *metric, bool *ret_metric);
