/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timestamp.h"

#include <endian.h>
#include <time.h>

#include "base/timestamp_scan.h"

/* clang-format off */
static const char pairs[201] __attribute__((aligned(64))) =
	"00010203040506070809" "10111213141516171819" "20212223242526272829"
	"30313233343536373839" "40414243444546474849" "50515253545556575859"
	"60616263646566676869" "70717273747576777879" "80818283848586878889"
	"90919293949596979899";
/* clang-format on */

int64_t mxlog_timestamp_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * USEC_PER_SEC + now.tv_nsec / 1000;
}

int32_t mxlog_timestamp_day(int64_t time_usec)
{
	int64_t day = time_usec / USEC_PER_DAY;

	return (int32_t)(day - (time_usec < day * USEC_PER_DAY));
}

static void put_pair(char *out, uint32_t value)
{
	memcpy(out, pairs + 2 * (size_t)value, 2);
}

void mxlog_timestamp_format_date(char *out, int32_t day)
{
	struct mxlog_date date = mxlog_date_of_day(day);

	put_pair(out, date.year / 100);
	put_pair(out + 2, date.year % 100);
	out[4] = '-';
	put_pair(out + 5, date.month);
	out[7] = '-';
	put_pair(out + 8, date.day);
}

void mxlog_timestamp_format(char *out, int64_t time_usec)
{
	int64_t t =
	    MIN(MAX(time_usec, MXLOG_TIMESTAMP_MIN), MXLOG_TIMESTAMP_MAX);
	int32_t day = mxlog_timestamp_day(t);
	uint64_t rest = (uint64_t)(t - day * USEC_PER_DAY);
	uint32_t second = (uint32_t)(rest / (uint64_t)USEC_PER_SEC);
	uint32_t usec = (uint32_t)(rest % (uint64_t)USEC_PER_SEC);

	mxlog_timestamp_format_date(out, day);
	out[10] = 'T';
	put_pair(out + 11, second / 3600);
	out[13] = ':';
	put_pair(out + 14, second / 60 % 60);
	out[16] = ':';
	put_pair(out + 17, second % 60);
	out[19] = '.';
	put_pair(out + 20, usec / 10000);
	put_pair(out + 22, usec / 100 % 100);
	put_pair(out + 24, usec % 100);
	out[26] = 'Z';
}

/* ---- reading ---- */

int mxlog_timestamp_parse_date(const char *text, size_t len, int32_t *ret)
{
	struct mxlog_time_scan scan = { text, text + len };
	int32_t day;

	if (mxlog_time_take_date(&scan, &day) < 0 || scan.at != scan.end)
		return -EINVAL;
	*ret = day;
	return 0;
}

static inline uint64_t eight_bytes(const char *text)
{
	uint64_t bytes;

	memcpy(&bytes, text, sizeof(bytes));
	return le64toh(bytes);
}

/* Eight characters, of which each is the form's or, where that has a 0, any
 * digit: byte i of what is returned is the number that digits i and i + 1 are.
 * `room` is how much each may be short of 16, so that one too many is seen in
 * the higher half of a byte of *bad. */
static inline uint64_t pairs_at(const char *text, const char *form,
    const char *room, uint64_t *bad)
{
	uint64_t digits = eight_bytes(text) ^ eight_bytes(form);

	*bad |= digits | (digits + eight_bytes(room));
	return 10 * digits + (digits >> 8);
}

static inline uint32_t pair_of(uint64_t numbers, unsigned i)
{
	return (uint32_t)(numbers >> 8 * i) & 0xff;
}

/* The form that we write, which is nearly all that is ever read. What is not
 * so, or not valid, is left to the general way. */
static bool parse_canonical(const char *text, int64_t *ret)
{
	uint64_t bad = 0;
	uint64_t date = pairs_at(text, "0000-00-", "\6\6\6\6\17\6\6\17", &bad);
	uint64_t hour =
	    pairs_at(text + 8, "00T00:00", "\6\6\17\6\6\17\6\6", &bad);
	uint64_t second =
	    pairs_at(text + 16, ":00.0000", "\17\6\6\17\6\6\6\6", &bad);
	uint64_t usec =
	    pairs_at(text + 19, ".000000Z", "\17\6\6\6\6\6\6\17", &bad);
	int32_t year = (int32_t)(100 * pair_of(date, 0) + pair_of(date, 2));
	int32_t month = (int32_t)pair_of(date, 5);
	int32_t day = (int32_t)pair_of(hour, 0);
	uint32_t minutes = 60 * pair_of(hour, 3) + pair_of(hour, 6);

	if ((bad & 0xf0f0f0f0f0f0f0f0) || year < 1 || month < 1 || month > 12 ||
	    day < 1 || day > mxlog_days_of_month(year, month) ||
	    pair_of(hour, 3) > 23 || pair_of(hour, 6) > 59 ||
	    pair_of(second, 1) > 59)
		return false;
	*ret = mxlog_day_from_date(year, month, day) * USEC_PER_DAY +
	    (60 * minutes + pair_of(second, 1)) * USEC_PER_SEC +
	    10000 * pair_of(usec, 1) + 100 * pair_of(usec, 3) +
	    pair_of(usec, 5);
	return true;
}

int mxlog_timestamp_parse(const char *text, size_t len,
    int32_t local_offset_sec, int64_t *ret)
{
	struct mxlog_time_scan scan = { text, text + len };
	struct mxlog_time_clock clock;
	int32_t day, offset_sec;

	if (len == MXLOG_TIMESTAMP_LEN && parse_canonical(text, ret))
		return 0;
	if (mxlog_time_take_date(&scan, &day) < 0)
		return -EINVAL;
	if (!mxlog_time_take(&scan, 'T') && !mxlog_time_take(&scan, 't') &&
	    !mxlog_time_take(&scan, ' '))
		return -EINVAL;
	if (mxlog_time_take_clock(&scan, true, &clock) < 0 ||
	    mxlog_time_take_zone(&scan, &offset_sec) < 0 || scan.at != scan.end)
		return -EINVAL;
	if (offset_sec == MXLOG_NO_ZONE)
		offset_sec = local_offset_sec;
	if (offset_sec == MXLOG_NO_ZONE)
		return -EINVAL;
	return mxlog_time_to_usec((int64_t)day * 86400 + clock.second -
		offset_sec,
	    &clock, ret);
}
