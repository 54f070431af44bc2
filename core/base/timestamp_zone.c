/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timestamp_zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/timestamp_scan.h"

#define DAY_SECONDS INT64_C(86400)

/* ---- the process's zone ---- */

static bool local_time(int64_t second, struct tm *ret)
{
	time_t t = (time_t)second;

	return localtime_r(&t, ret) && ret->tm_year >= 1 - 1900 &&
	    ret->tm_year <= 9999 - 1900;
}

int mxlog_zone_clock(int64_t second, int32_t *ret_day, int32_t *ret_second)
{
	struct tm tm;

	if (!local_time(second, &tm))
		return -EINVAL;
	*ret_day =
	    mxlog_day_from_date(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	*ret_second = 3600 * tm.tm_hour + 60 * tm.tm_min + tm.tm_sec;
	return 0;
}

int mxlog_zone_day(int64_t second, int32_t *ret)
{
	int32_t second_of_day;

	return mxlog_zone_clock(second, ret, &second_of_day);
}

/* Seconds east of UTC; 0 where no calendar has the moment. */
static int64_t offset_at(int64_t second)
{
	struct tm tm;

	return local_time(second, &tm) ? tm.tm_gmtoff : 0;
}

/* Whether clocks show the wanted time at this moment. */
static bool shows(int64_t second, int64_t wall, const char *name)
{
	struct tm tm;

	return local_time(second, &tm) && second + tm.tm_gmtoff == wall &&
	    (!*name || strcasecmp(tm.tm_zone, name) == 0);
}

int mxlog_zone_moment(int32_t day, int32_t second_of_day, bool later,
    const char *name, int64_t *ret)
{
	int64_t wall = day * DAY_SECONDS + second_of_day;
	/* No zone changes twice within two days. */
	int64_t early = wall - offset_at(wall - DAY_SECONDS);
	int64_t late = wall - offset_at(wall + DAY_SECONDS);
	int64_t first = MIN(early, late), last = MAX(early, late);
	bool has_first = shows(first, wall, name);
	bool has_last = shows(last, wall, name);

	if (has_first || has_last) {
		*ret = (later && has_last) || !has_first ? last : first;
		return 0;
	}
	*ret = early;
	return *name ? -ENOENT : 0;
}

/* Search from noon, which all days have, for the second in which the date
 * began. */
int mxlog_zone_day_start(int32_t day, int64_t *ret_usec)
{
	struct mxlog_time_clock none = { 0 };
	int64_t before, within;
	int32_t at;

	if (mxlog_zone_moment(day, 43200, false, "", &within) < 0 ||
	    mxlog_zone_day(within, &at) < 0)
		return -EINVAL;
	before = within - DAY_SECONDS;
	while (within - before > 1) {
		int64_t middle = before + (within - before) / 2;

		if (mxlog_zone_day(middle, &at) < 0 || at < day)
			before = middle;
		else
			within = middle;
	}
	return mxlog_time_to_usec(within, &none, ret_usec);
}

/* ---- others ---- */

bool mxlog_zone_offset(const char *name, int32_t *ret)
{
	static const struct {
		const char *name;
		int32_t minutes;
	} zones[] = {
		{ "UTC", 0 },
		{ "GMT", 0 },
		{ "Z", 0 },
		{ "WET", 0 },
		{ "WEST", 60 },
		{ "CET", 60 },
		{ "CEST", 120 },
		{ "EET", 120 },
		{ "EEST", 180 },
		{ "MSK", 180 },
		{ "EST", -300 },
		{ "EDT", -240 },
		{ "CST", -360 },
		{ "CDT", -300 },
		{ "MST", -420 },
		{ "MDT", -360 },
		{ "PST", -480 },
		{ "PDT", -420 },
		{ "JST", 540 },
	};

	for (size_t i = 0; i < ARRAY_LEN(zones); i++) {
		if (strcasecmp(zones[i].name, name) != 0)
			continue;
		*ret = 60 * zones[i].minutes;
		return true;
	}
	return false;
}

/* A file of the database, and nothing else that TZ can name. */
static bool is_zone(const char *name)
{
	char path[256], magic[4] = "";
	FILE *file;
	int n;

	if (name[strspn(name,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789_/+-")] != '\0' ||
	    *name == '/')
		return false;
	n = snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
	if (n < 0 || (size_t)n >= sizeof(path))
		return false;
	file = fopen(path, "re");
	if (!file)
		return false;
	n = (int)fread(magic, 1, sizeof(magic), file);
	(void)fclose(file);
	return n == 4 && memcmp(magic, "TZif", 4) == 0;
}

int mxlog_zone_enter(const char *name, struct mxlog_zone_kept *ret)
{
	const char *tz = getenv("TZ");
	char *kept = tz ? strdup(tz) : NULL;

	if (tz && !kept)
		return -ENOMEM;
	if (!is_zone(name) || setenv("TZ", name, 1) < 0) {
		free(kept);
		return -ENOENT;
	}
	tzset();
	ret->tz = kept;
	return 0;
}

void mxlog_zone_leave(struct mxlog_zone_kept *kept)
{
	if (kept->tz)
		(void)setenv("TZ", kept->tz, 1);
	else
		(void)unsetenv("TZ");
	free(kept->tz);
	kept->tz = NULL;
	tzset();
}
