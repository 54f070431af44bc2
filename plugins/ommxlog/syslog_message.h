/* SPDX-License-Identifier: Apache-2.0 */
/* Syslog message: what rsyslogd knows of one message, as borrowed texts, and
 * the frame that carries them from its string generator to its action. */
#pragma once

#include <mxlog/error.h>

enum mxlog_syslog_part {
	MXLOG_SYSLOG_HOSTNAME,    /* as the message says */
	MXLOG_SYSLOG_FROMHOST,    /* as rsyslogd knows the sender */
	MXLOG_SYSLOG_FROMHOST_IP, /* empty for local sources */
	MXLOG_SYSLOG_TAG,         /* RFC 3164: "sshd[123]:" */
	MXLOG_SYSLOG_APP_NAME,    /* RFC 5424: these three instead of a tag */
	MXLOG_SYSLOG_PROCID,      /* "-" and empty: none */
	MXLOG_SYSLOG_MSGID,       /* "-" and empty: none */
	MXLOG_SYSLOG_STRUCTURED_DATA, /* RFC 5424 section 6.3, verbatim */
	MXLOG_SYSLOG_WRONG_TIME,      /* what the header said, but no time is */
	MXLOG_SYSLOG_TEXT,            /* the message proper */
	/* One of these two, written behind the others: rsyslogd's $! tree as
	 * JSON, or the same of imjournal: a journal entry's fields. */
	MXLOG_SYSLOG_JOURNAL,
	MXLOG_SYSLOG_PROPERTIES,
	MXLOG_SYSLOG_PART_COUNT
};

struct mxlog_syslog_text {
	const char *text;
	size_t len;
};

struct mxlog_syslog {
	int64_t time_usec;
	uint32_t facility, severity; /* RFC 5424 tables 1 and 2 */
	struct mxlog_syslog_text part[MXLOG_SYSLOG_PART_COUNT];
};

/* A wall clock as a message gives it. */
struct mxlog_syslog_time {
	int year, month, day, hour, minute, second;
	int fraction, fraction_digits; /* .25 is 25 and 2 */
	int offset_minutes;            /* east of UTC */
};

/* False for what no calendar has: February 30, the year 0. */
bool mxlog_syslog_time_is_valid(const struct mxlog_syslog_time *time);

enum {
	MXLOG_SYSLOG_TIME_MAX = 80, /* bytes of a clock's text, with a NUL */
};

/* The clock as RFC 5424 would write it, valid or not; returns the length. */
size_t mxlog_syslog_time_format(char out[MXLOG_SYSLOG_TIME_MAX],
    const struct mxlog_syslog_time *time);

/* Any values are taken; nonsense in gives nonsense out. */
int64_t mxlog_syslog_time_usec(const struct mxlog_syslog_time *time);

/* How many bytes _pack writes. Parts are below 4 GiB each. */
size_t mxlog_syslog_frame_len(const struct mxlog_syslog *message);

/* Write the frame: for this process's memory only. */
void mxlog_syslog_pack(const struct mxlog_syslog *message, char *frame);

/* Of a frame behind which a part was written, one that only empty ones follow:
 * say how long it is. */
void mxlog_syslog_set_len(char *frame, enum mxlog_syslog_part part, size_t len);

/* Read a frame; the texts are borrowed from it. -EBADMSG if it is none. */
int mxlog_syslog_unpack(const char *frame, size_t len,
    struct mxlog_syslog *ret);
