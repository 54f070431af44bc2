/* SPDX-License-Identifier: Apache-2.0 */
#include <mxlog/level.h>

#include <strings.h>

#include "base.h"

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

/* Names of other loggers' levels: syslog's, Python's, pino's, zap's, Java's. */
static const struct {
	const char *name;
	enum mxlog_level level;
} level_names[] = {
#define LEVEL(id, name, number, help) { name, MXLOG_##id },
#include "tbl/levels.def"
#undef LEVEL
	{ "trace", MXLOG_DEBUG },
	{ "verbose", MXLOG_DEBUG },
	{ "fine", MXLOG_DEBUG },
	{ "notset", MXLOG_DEBUG },
	{ "information", MXLOG_INFO },
	{ "informational", MXLOG_INFO },
	{ "notice", MXLOG_INFO },
	{ "success", MXLOG_INFO },
	{ "warn", MXLOG_WARNING },
	{ "err", MXLOG_ERROR },
	{ "severe", MXLOG_ERROR },
	{ "crit", MXLOG_CRITICAL },
	{ "fatal", MXLOG_CRITICAL },
	{ "panic", MXLOG_CRITICAL },
	{ "dpanic", MXLOG_CRITICAL },
	{ "alert", MXLOG_CRITICAL },
	{ "emerg", MXLOG_CRITICAL },
	{ "emergency", MXLOG_CRITICAL },
};

int mxlog_level_parse(const char *text, size_t len, enum mxlog_level *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(level_names); i++) {
		const char *name = level_names[i].name;

		if (strlen(name) == len && strncasecmp(name, text, len) == 0) {
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
