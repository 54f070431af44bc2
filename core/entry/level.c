/* SPDX-License-Identifier: Apache-2.0 */
#include <mxlog/level.h>

#include <strings.h>

#include "base/base.h"

const char *mxlog_level_name(enum mxlog_level level)
{
	switch (level) {
#define LEVEL(id, name, number, help)                                \
	case MXLOG_##id: {                                           \
		static_assert(MXLOG_##id == (number), "levels.def"); \
		return name;                                         \
	}
#include "tbl/levels.def"
#undef LEVEL
	}
	return NULL;
}

static const struct {
	const char *name;
	size_t len;
	enum mxlog_level level;
} level_names[] = {
#define NAME(name, level, exact) { LITERAL(name), MXLOG_##level },
#include "tbl/level_names.def"
};

int mxlog_level_parse(const char *text, size_t len, enum mxlog_level *ret)
{
	if (!text && len > 0)
		return -EINVAL;

	for (size_t i = 0; i < ARRAY_LEN(level_names); i++) {
		if (level_names[i].len == len &&
		    strncasecmp(level_names[i].name, text, len) == 0) {
			*ret = level_names[i].level;
			return 0;
		}
	}
	return -EINVAL;
}

enum mxlog_level mxlog_level_from_severity(unsigned severity)
{
	static const enum mxlog_level levels[] = {
		MXLOG_CRITICAL,
		MXLOG_CRITICAL,
		MXLOG_CRITICAL,
		MXLOG_ERROR,
		MXLOG_WARNING,
		MXLOG_INFO,
		MXLOG_INFO,
		MXLOG_DEBUG,
	};

	return levels[MIN(severity, ARRAY_LEN(levels) - 1)];
}

static const char *const facilities[] = { "kern", "user", "mail", "daemon",
	"auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
	"ntp", "audit", "alert", "clock", "local0", "local1", "local2",
	"local3", "local4", "local5", "local6", "local7" };

const char *mxlog_facility_name(unsigned facility)
{
	return facility < ARRAY_LEN(facilities) ? facilities[facility] : NULL;
}

int mxlog_facility_parse(const char *text, size_t len)
{
	if (!text)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(facilities); i++)
		if (strlen(facilities[i]) == len &&
		    memcmp(facilities[i], text, len) == 0)
			return (int)i;
	return -1;
}
