/* SPDX-License-Identifier: Apache-2.0 */
#include "syslog_message.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct frame_header {
	int64_t time_usec;
	uint32_t facility, severity;
	uint32_t len[MXLOG_SYSLOG_PART_COUNT];
};

/* Days since 1970-01-01 of a date in the proleptic Gregorian calendar, by
 * counting years from March on, so that a leap day is a year's last. */
static int64_t days_of(int year, int month, int day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 -
	    year_of_era / 100 + day_of_year - 719468;
}

int64_t mxlog_syslog_time_usec(const struct mxlog_syslog_time *time)
{
	int64_t minutes = days_of(time->year, time->month, time->day) * 1440 +
	    time->hour * 60 + time->minute - time->offset_minutes;
	int64_t usec = time->fraction;
	int digits;

	for (digits = time->fraction_digits; digits < 6; digits++)
		usec *= 10;
	for (; digits > 6; digits--)
		usec /= 10;
	return (minutes * 60 + time->second) * 1000000 + usec;
}

bool mxlog_syslog_time_is_valid(const struct mxlog_syslog_time *time)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	int year = time->year;
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return year >= 1 && year <= 9999 && time->month >= 1 &&
	    time->month <= 12 && time->day >= 1 &&
	    time->day <= days[time->month - 1] + (time->month == 2 && leap) &&
	    time->hour >= 0 && time->hour < 24 && time->minute >= 0 &&
	    time->minute < 60 && time->second >= 0 && time->second <= 60;
}

size_t mxlog_syslog_time_format(char out[MXLOG_SYSLOG_TIME_MAX],
    const struct mxlog_syslog_time *time)
{
	int offset = time->offset_minutes;
	int n = snprintf(out, MXLOG_SYSLOG_TIME_MAX,
	    "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", time->year, time->month,
	    time->day, time->hour, time->minute, time->second,
	    offset < 0 ? '-' : '+', abs(offset / 60), abs(offset % 60));

	return n < 0                    ? 0
	    : n < MXLOG_SYSLOG_TIME_MAX ? (size_t)n
					: (size_t)MXLOG_SYSLOG_TIME_MAX - 1;
}

size_t mxlog_syslog_frame_len(const struct mxlog_syslog *message)
{
	size_t len = sizeof(struct frame_header);
	size_t i;

	for (i = 0; i < MXLOG_SYSLOG_PART_COUNT; i++)
		len += message->part[i].len;
	return len;
}

void mxlog_syslog_pack(const struct mxlog_syslog *message, char *frame)
{
	struct frame_header header = {
		.time_usec = message->time_usec,
		.facility = message->facility,
		.severity = message->severity,
	};
	char *at = frame + sizeof(header);
	size_t i;

	for (i = 0; i < MXLOG_SYSLOG_PART_COUNT; i++) {
		assert(message->part[i].len <= UINT32_MAX);
		header.len[i] = (uint32_t)message->part[i].len;
		if (header.len[i] > 0)
			memcpy(at, message->part[i].text, header.len[i]);
		at += header.len[i];
	}
	memcpy(frame, &header, sizeof(header));
}

void mxlog_syslog_set_len(char *frame, enum mxlog_syslog_part part, size_t len)
{
	uint32_t last = (uint32_t)len;

	assert(len <= UINT32_MAX);
	memcpy(frame + offsetof(struct frame_header, len) + part * sizeof(last),
	    &last, sizeof(last));
}

int mxlog_syslog_unpack(const char *frame, size_t len, struct mxlog_syslog *ret)
{
	struct frame_header header;
	const char *at = frame + sizeof(header);
	size_t left, i;

	if (len < sizeof(header))
		return -EBADMSG;
	memcpy(&header, frame, sizeof(header));
	left = len - sizeof(header);
	for (i = 0; i < MXLOG_SYSLOG_PART_COUNT; i++) {
		if (header.len[i] > left)
			return -EBADMSG;
		left -= header.len[i];
	}
	if (left > 0)
		return -EBADMSG;

	ret->time_usec = header.time_usec;
	ret->facility = header.facility;
	ret->severity = header.severity;
	for (i = 0; i < MXLOG_SYSLOG_PART_COUNT; i++) {
		ret->part[i].text = at;
		ret->part[i].len = header.len[i];
		at += header.len[i];
	}
	return 0;
}
