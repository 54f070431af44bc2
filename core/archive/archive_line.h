/* SPDX-License-Identifier: Apache-2.0 */
/* Archive line: takes a line in canonical form apart without decoding it, as
 * fast as an archive is compressed. */
#pragma once

#include "base/ulid.h"

struct mxlog_archive_line {
	int64_t time_usec;
	struct mxlog_ulid trace;
	unsigned level;     /* DEBUG is 0 */
	const char *module; /* of [A-Za-z0-9_.]: still to be validated */
	size_t module_len;
	const char *message; /* as it stands, between its quotes */
	size_t message_len;
	bool message_escaped;
	const char *tags; /* between the brackets: "a","b"; no escapes */
	size_t tags_len;
};

/* True only for a line that mxlog_ndjson_decode() takes, given a valid module,
 * and that has these fields then: keys in the canonical order, no spaces, only
 * the escapes that _encode writes. Anything unusual is false: decode it. The
 * newline stands at line[len]. All is borrowed from the line. */
bool mxlog_archive_line_scan(const char *line, size_t len,
    struct mxlog_archive_line *ret);
