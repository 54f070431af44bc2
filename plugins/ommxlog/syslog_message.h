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
	MXLOG_SYSLOG_PROPERTIES,      /* rsyslogd's $! tree as JSON */
	MXLOG_SYSLOG_TEXT,            /* the message proper */
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

/* Any values are taken; nonsense in gives nonsense out. */
int64_t mxlog_syslog_time_usec(const struct mxlog_syslog_time *time);

/* How many bytes _pack writes. Parts are below 4 GiB each. */
size_t mxlog_syslog_frame_len(const struct mxlog_syslog *message);

/* Write the frame: for this process's memory only. */
void mxlog_syslog_pack(const struct mxlog_syslog *message, char *frame);

/* Read a frame; the texts are borrowed from it. -EBADMSG if it is none. */
int mxlog_syslog_unpack(const char *frame, size_t len,
    struct mxlog_syslog *ret);

/* Split a tag into the program's name and its process id, either may be empty:
 * "postfix/smtpd[99]:" is "postfix/smtpd" and "99", "/usr/sbin/cron[1]:" is
 * "cron" and "1". What has no name before its bracket is all name. */
void mxlog_syslog_split_tag(struct mxlog_syslog_text tag,
    struct mxlog_syslog_text *ret_program, struct mxlog_syslog_text *ret_pid);

/* A message without a tag loses its first word to a parser of RFC 3164, which
 * takes it for one: "Out of memory" becomes tag "Out" and text " of memory".
 * Where tag and text stand side by side in `raw` and nothing (a colon, a
 * bracket) shows that it was meant as a tag, let the text begin with it. */
void mxlog_syslog_rejoin_tag(struct mxlog_syslog *message,
    struct mxlog_syslog_text raw);
