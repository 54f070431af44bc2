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

/* Names of other loggers' levels: syslog's, Python's, pino's, zap's, Java's. */
static const struct {
	const char *name;
	size_t len;
	enum mxlog_level level;
} level_names[] = {
#define LEVEL(id, name, number, help) { LITERAL(name), MXLOG_##id },
#include "tbl/levels.def"
#undef LEVEL
	{ LITERAL("trace"), MXLOG_DEBUG },
	{ LITERAL("verbose"), MXLOG_DEBUG },
	{ LITERAL("fine"), MXLOG_DEBUG },
	{ LITERAL("notset"), MXLOG_DEBUG },
	{ LITERAL("information"), MXLOG_INFO },
	{ LITERAL("informational"), MXLOG_INFO },
	{ LITERAL("notice"), MXLOG_INFO },
	{ LITERAL("success"), MXLOG_INFO },
	{ LITERAL("warn"), MXLOG_WARNING },
	{ LITERAL("err"), MXLOG_ERROR },
	{ LITERAL("severe"), MXLOG_ERROR },
	{ LITERAL("crit"), MXLOG_CRITICAL },
	{ LITERAL("fatal"), MXLOG_CRITICAL },
	{ LITERAL("panic"), MXLOG_CRITICAL },
	{ LITERAL("dpanic"), MXLOG_CRITICAL },
	{ LITERAL("alert"), MXLOG_CRITICAL },
	{ LITERAL("emerg"), MXLOG_CRITICAL },
	{ LITERAL("emergency"), MXLOG_CRITICAL },
};

int mxlog_level_parse(const char *text, size_t len, enum mxlog_level *ret)
{
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
