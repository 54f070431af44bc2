/* SPDX-License-Identifier: Apache-2.0 */
#include "report/duration_text.h"

#include <inttypes.h>
#include <stdio.h>

static int64_t unit_of(const char **text)
{
	static const struct {
		const char *name;
		int64_t usec;
	} units[] = {
		{ "us", 1 },
		{ "ms", 1000 },
		{ "min", 60 * USEC_PER_SEC },
		{ "s", USEC_PER_SEC },
		{ "m", 60 * USEC_PER_SEC },
		{ "h", 3600 * USEC_PER_SEC },
		{ "d", USEC_PER_DAY },
		{ "w", 7 * USEC_PER_DAY },
	};

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		size_t len = strlen(units[i].name);

		if (strncmp(*text, units[i].name, len) != 0)
			continue;
		*text += len;
		return units[i].usec;
	}
	return 0;
}

int mxlog_duration_parse(const char *text, int64_t *ret)
{
	int64_t sum = 0;

	if (!*text)
		return -EINVAL;
	while (*text) {
		const char *start = text;
		int64_t number = 0, unit, part;

		for (; *text >= '0' && *text <= '9'; text++) {
			number = number * 10 + (*text - '0');
			if (number > INT32_MAX)
				return -EINVAL;
		}
		if (text == start)
			return -EINVAL;
		unit = unit_of(&text);
		if (unit == 0 || __builtin_mul_overflow(number, unit, &part) ||
		    __builtin_add_overflow(sum, part, &sum))
			return -EINVAL;
	}
	*ret = sum;
	return 0;
}

void mxlog_duration_format(char *out, size_t size, int64_t usec)
{
	int64_t seconds = usec / USEC_PER_SEC;

	if (usec < 1000)
		(void)snprintf(out, size, "%" PRId64 " us", usec);
	else if (usec < USEC_PER_SEC)
		(void)snprintf(out, size, "%" PRId64 ".%" PRId64 " ms",
		    usec / 1000, usec % 1000 / 100);
	else if (seconds < 60)
		(void)snprintf(out, size, "%" PRId64 ".%02" PRId64 " s",
		    seconds, usec % USEC_PER_SEC / 10000);
	else if (seconds < 3600)
		(void)snprintf(out, size, "%" PRId64 " min %" PRId64 " s",
		    seconds / 60, seconds % 60);
	else
		(void)snprintf(out, size, "%" PRId64 " h %" PRId64 " min",
		    seconds / 3600, seconds % 3600 / 60);
}
