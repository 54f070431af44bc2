/* SPDX-License-Identifier: Apache-2.0 */
/* Properties: a message's $! tree, written as JSON where it is needed. It sees
 * libfastjson, and nothing of rsyslog's. */
#pragma once

#include <stddef.h>

struct fjson_object;

/* The most that _write writes. The tree must not change between the two. */
size_t mxlog_properties_max(struct fjson_object *tree);

/* Write the tree, an object; the end of it is returned. What is nested deeper
 * than 64, which rsyslogd's parsers refuse, is null. */
char *mxlog_properties_write(char *out, struct fjson_object *tree);
