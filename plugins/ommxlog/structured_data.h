/* SPDX-License-Identifier: Apache-2.0 */
/* Structured data: RFC 5424 section 6.3, one element at a time. */
#pragma once

#include "syslog_message.h"

enum {
	MXLOG_SD_PARAMS = 256, /* of one element; more are refused */
};

struct mxlog_sd_param {
	struct mxlog_syslog_text name;
	struct mxlog_syslog_text value; /* still escaped */
};

struct mxlog_sd_element {
	struct mxlog_syslog_text id;
	struct mxlog_sd_param param[MXLOG_SD_PARAMS];
	size_t n_params;
};

/* Read the element at *at: 1 and it, *at behind it; 0 at the end; -EBADMSG for
 * what is none, *at where it stood. */
int mxlog_sd_next(const char **at, const char *end,
    struct mxlog_sd_element *ret);

/* The most that _json writes for an element read from `len` bytes. */
size_t mxlog_sd_json_max(size_t len);

/* Write a value as a JSON string; the end of it is returned. Bytes that are no
 * UTF-8 are left as they are. */
char *mxlog_sd_json_string(char *out, struct mxlog_syslog_text value);

/* Write the element as a JSON object, a name that comes several times as an
 * array; names for which `skip` answers true (NULL: none) are left out. */
char *mxlog_sd_json(char *out, const struct mxlog_sd_element *element,
    bool (*skip)(struct mxlog_syslog_text name));
