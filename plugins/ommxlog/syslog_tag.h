/* SPDX-License-Identifier: Apache-2.0 */
/* Tag: what a parser of RFC 3164 took for the sender's host and program, held
 * against the message as it came. Such a parser takes the first words of any
 * message for them. */
#pragma once

#include "syslog_message.h"

/* A message as it came: all of it, and where its priority ends. Of what was not
 * read from a wire (a file's line, a journal's entry) nothing precedes. */
struct mxlog_syslog_raw {
	struct mxlog_syslog_text text;
	size_t after_pri;
};

/* Where host, tag and text stand side by side in `raw`: take tag and host back
 * into the text when they are no name of a program and no host, so that no word
 * is lost, and leave the text without the one space that parted it from them.
 * The tag is then the program that the text itself names, if it does so in a
 * form that is known, or empty. What an input configured stays. */
void mxlog_syslog_read_tag(struct mxlog_syslog *message,
    const struct mxlog_syslog_raw *raw);

/* Split a tag into the program's name and its process id, either may be empty:
 * "postfix/smtpd[99]:" is "postfix/smtpd" and "99", "/usr/sbin/cron[1]:" is
 * "cron" and "1". What has no name before its bracket is all name. */
void mxlog_syslog_split_tag(struct mxlog_syslog_text tag,
    struct mxlog_syslog_text *ret_program, struct mxlog_syslog_text *ret_pid);
