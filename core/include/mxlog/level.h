/* SPDX-License-Identifier: Apache-2.0 */
/* LogLevel: how severe an entry is. */
#pragma once

#include <mxlog/error.h>

MXLOG_BEGIN_DECLS

enum mxlog_level {
	MXLOG_DEBUG = 10,
	MXLOG_INFO = 20,
	MXLOG_WARNING = 30,
	MXLOG_ERROR = 40,
	MXLOG_CRITICAL = 50,
};

/* "INFO", static. NULL for a number that is no level. */
MXLOG_EXPORT const char *mxlog_level_name(enum mxlog_level level);

/* Read a level's name in any case; WARN, FATAL and NOTICE-like names of other
 * loggers are aliases. -EINVAL if it is none. */
MXLOG_EXPORT int mxlog_level_parse(const char *text, size_t len,
    enum mxlog_level *ret);

/* Syslog's severity (RFC 5424 table 2, 0 to 7; more counts as 7) as a level:
 * 0-2 CRITICAL, 3 ERROR, 4 WARNING, 5-6 INFO, 7 DEBUG. */
MXLOG_EXPORT enum mxlog_level mxlog_level_from_severity(unsigned severity);

/* The name of a facility of RFC 5424, table 1, in the words of syslog.conf(5):
 * "kern", static; NULL above 23. */
MXLOG_EXPORT const char *mxlog_facility_name(unsigned facility);

/* Its number, or -1. */
MXLOG_EXPORT int mxlog_facility_parse(const char *text, size_t len);

MXLOG_END_DECLS
