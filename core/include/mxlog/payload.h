/* SPDX-License-Identifier: Apache-2.0 */
/* Payload: structure that applications put into a message. */
#pragma once

#include <mxlog/entry.h>
#include <mxlog/metric.h>

MXLOG_BEGIN_DECLS

enum mxlog_payload_kind {
	MXLOG_PAYLOAD_TEXT,   /* no structure: the text is the message, whole */
	MXLOG_PAYLOAD_ENTRY,  /* fields were lifted into the entry */
	MXLOG_PAYLOAD_METRIC, /* a MetricEntry: `metric` was filled */
};

/* Look for a JSON object in `text` (alone, or behind "@cee:") and lift its
 * members: those that mean a field (of LogEntry itself, structlog,
 * python-json-logger, loguru, pino, zap, bunyan, ECS) into that field, all
 * others into context. The entry holds what the transport said; a payload's
 * timestamp counts when it is within 5 minutes of the entry's, else it stays
 * in context; keys in `reserved` (NULL-ended, may be NULL) are renamed, so
 * that a payload can't forge what the transport vouches for. What is no JSON
 * object becomes the message, whole. -ENOMEM only. */
MXLOG_EXPORT int mxlog_payload_lift(struct mxlog_entry *entry,
    struct mxlog_metric *metric, const char *text, size_t len,
    const char *const *reserved, enum mxlog_payload_kind *ret);

/* The fields of a journal entry as a JSON object (rsyslog's imjournal, journalctl
 * -o json) into an entry that holds what the transport said, message, level and
 * time among it: the same fields and context as the journal module makes of them.
 * The caller vouches for them. What is no object is none. -ENOMEM. */
MXLOG_EXPORT int mxlog_payload_lift_journal(struct mxlog_entry *entry,
    const char *text, size_t len);

/* What a configuration says of payloads (`payload:`), beside what is known
 * anyway. NULL says nothing. Any thread may use it; who keeps it takes a
 * reference. */
struct mxlog_payload_rules;
MXLOG_EXPORT struct mxlog_payload_rules *mxlog_payload_rules_ref(
    struct mxlog_payload_rules *rules);
MXLOG_EXPORT void mxlog_payload_rules_free(struct mxlog_payload_rules *rules);

/* As mxlog_payload_lift(), by these rules. */
MXLOG_EXPORT int mxlog_payload_lift_by(const struct mxlog_payload_rules *rules,
    struct mxlog_entry *entry, struct mxlog_metric *metric, const char *text,
    size_t len, const char *const *reserved, enum mxlog_payload_kind *ret);

/* Lift what is known of an entry beside its message: an object's members go
 * into fields and context as above, but none becomes the message. False forms
 * are passed over: *ret is MXLOG_PAYLOAD_TEXT then. -ENOMEM, -EINVAL. */
MXLOG_EXPORT int mxlog_payload_lift_beside(const struct mxlog_payload_rules
					       *rules,
    struct mxlog_entry *entry, struct mxlog_metric *metric, const char *json,
    size_t len, const char *const *reserved, enum mxlog_payload_kind *ret);

MXLOG_END_DECLS
