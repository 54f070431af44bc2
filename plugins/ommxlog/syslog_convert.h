/* SPDX-License-Identifier: Apache-2.0 */
/* Converter: a syslog message as a LogEntry or a MetricEntry. Pure: it touches
 * nothing but its arguments. */
#pragma once

#include <mxlog/payload.h>

#include "syslog_message.h"

/* Scratch space, and how payloads are read; a zeroed one is empty. */
struct mxlog_syslog_converter {
	const struct mxlog_payload_rules *payload; /* borrowed, or NULL */
	char *scratch;
	size_t capacity;
};

void mxlog_syslog_converter_done(struct mxlog_syslog_converter *converter);

/* Fill `entry` or `metric`, both reset first; *ret says which. The time, level,
 * program and process id are the transport's, and so are in context: hostname,
 * facility, syslog_severity, msgid, fromhost and fromhost_ip where they say
 * more than the hostname. Structured data becomes one object a SD-ID; a JSON
 * message, else rsyslogd's properties, are lifted by <mxlog/payload.h>.
 * -ENOMEM only. */
int mxlog_syslog_convert(struct mxlog_syslog_converter *converter,
    const struct mxlog_syslog *message, struct mxlog_entry *entry,
    struct mxlog_metric *metric, enum mxlog_payload_kind *ret);

/* The same for a text that an operator's own template made: a JSON object is
 * lifted, anything else is the message, at `now_usec`. */
int mxlog_syslog_convert_text(const struct mxlog_syslog_converter *converter,
    const char *text, size_t len, int64_t now_usec, struct mxlog_entry *entry,
    struct mxlog_metric *metric, enum mxlog_payload_kind *ret);
