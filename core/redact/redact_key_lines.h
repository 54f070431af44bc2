/* SPDX-License-Identifier: Apache-2.0 */
/* Key lines: a private key of which each line is a message of its own. No line
 * waits for another: after BEGIN, lines of the same sender that look like those
 * of a key are hidden until END, for some time and some lines. */
#pragma once

#include "base/base.h"

enum {
	MXLOG_KEY_SENDERS =
	    16, /* with a key at the same time; the oldest goes */
	MXLOG_KEY_LINES = 200,
	MXLOG_KEY_SECONDS = 60,
};

struct mxlog_key_lines {
	struct mxlog_key_sender {
		uint64_t sender;
		int64_t since_usec;
		unsigned left; /* 0: none */
	} list[MXLOG_KEY_SENDERS];
	size_t next;  /* to be used */
	size_t begun; /* some of them are in use */
};

/* One message of a sender, whose time is in microseconds: true if it is a line of
 * a key. */
bool mxlog_key_lines_check(struct mxlog_key_lines *lines, uint64_t sender,
    int64_t usec, const char *text, size_t len);

/* BEGIN of a private key stands in the text, and no END. */
bool mxlog_key_lines_begins(const char *text, size_t len);
void mxlog_key_lines_begin(struct mxlog_key_lines *lines, uint64_t sender,
    int64_t usec);
