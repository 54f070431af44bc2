/* SPDX-License-Identifier: Apache-2.0 */
#include "syslog_sink.h"

#include <stdio.h>

#include "base/timestamp.h"
#include "inject.h"
#include "scratch.h"
#include "suite.h"
#include "syslog_message.h"

#define TIME INT64_C(1580225445123456) /* 2020-01-28T15:30:45.123456Z */
#define DAY  "logs/2020-01-28.log"

/* A sink on a scratch directory's "logs". */
struct setting {
	char *path;
	char *log_dir;
	char *config; /* a file that a test may write */
	struct mxlog_sink_options options;
	struct mxlog_sink *sink;
};

static struct setting begin(void)
{
	struct setting s = { .path = scratch_new() };

	ck_assert_int_gt(asprintf(&s.log_dir, "%s/logs", s.path), 0);
	ck_assert_int_gt(asprintf(&s.config, "%s/mxlog.yaml", s.path), 0);
	return s;
}

static void make_sink(struct setting *s)
{
	if (!s->options.config) {
		scratch_write(s->path, "mxlog.yaml", "oldest_days: 0\n");
		s->options.config = s->config;
	}
	s->options.log_dir = s->log_dir;
	ck_assert_int_eq(mxlog_sink_new(&s->options, &s->sink), 0);
	ck_assert_int_eq(mxlog_sink_prepare(s->sink, NULL), 0);
}

static void end(struct setting *s)
{
	mxlog_sink_free(s->sink);
	free(s->log_dir);
	free(s->config);
	scratch_done(s->path);
}

static int add(struct setting *s, const char *text)
{
	struct mxlog_syslog message = { .time_usec = TIME, .severity = 6 };
	char frame[1024];
	size_t len;

	message.part[MXLOG_SYSLOG_TAG] =
	    (struct mxlog_syslog_text){ "app:", 4 };
	message.part[MXLOG_SYSLOG_TEXT] =
	    (struct mxlog_syslog_text){ text, strlen(text) };
	len = mxlog_syslog_frame_len(&message);
	ck_assert_uint_le(len, sizeof(frame));
	mxlog_syslog_pack(&message, frame);
	return mxlog_sink_add(s->sink, frame, len);
}

/* How often `text` is in the day's file; -1: there is none. */
static int count(const struct setting *s, const char *file, const char *text)
{
	struct mxlog_buf buf = { 0 };
	const char *at;
	int n = 0;

	if (!scratch_read(s->path, file, &buf))
		return -1;
	ck_assert_int_eq(mxlog_buf_add(&buf, "", 1), 0);
	for (at = buf.data; (at = strstr(at, text)); at++)
		n++;
	mxlog_buf_done(&buf);
	return n;
}

START_TEST(nothing_touches_the_disk_before_it_is_prepared)
{
	struct setting s = begin();

	s.options.log_dir = s.log_dir;
	ck_assert_int_eq(mxlog_sink_new(&s.options, &s.sink), 0);
	ck_assert(!scratch_exists(s.path, "logs"));
	ck_assert_int_eq(mxlog_sink_prepare(s.sink, NULL), 0);
	ck_assert(scratch_exists(s.path, "logs"));
	end(&s);
}
END_TEST

START_TEST(a_batch_is_stored_when_it_is_committed)
{
	struct setting s = begin();
	struct mxlog_writer_stats stats;
	uint64_t lost;

	make_sink(&s);
	ck_assert_int_eq(add(&s, "one"), 0);
	ck_assert_int_eq(add(&s, "two"), 0);
	ck_assert_int_le(count(&s, DAY, "\n"), 0);
	ck_assert_int_eq(mxlog_sink_commit(s.sink), 0);
	ck_assert_int_eq(count(&s, DAY, "\n"), 2);
	mxlog_sink_get_stats(s.sink, &stats, &lost);
	ck_assert_uint_eq(stats.entries, 2);
	ck_assert_uint_eq(lost, 0);
	end(&s);
}
END_TEST

START_TEST(a_failed_batch_is_forgotten_for_rsyslogd_brings_it_again)
{
	struct setting s = begin();

	make_sink(&s);
	ck_assert_int_eq(add(&s, "one"), 0);
	ck_assert_int_eq(mxlog_sink_commit(s.sink), 0);
	ck_assert_int_eq(add(&s, "two"), 0);
	inject(INJECT_FAIL, INJECT_ALL, 1, EIO);
	ck_assert_int_lt(mxlog_sink_commit(s.sink), 0);
	ck_assert(inject_done());
	ck_assert_int_eq(mxlog_sink_prepare(s.sink, NULL), 0);
	ck_assert_int_eq(add(&s, "two"), 0);
	ck_assert_int_eq(mxlog_sink_commit(s.sink), 0);
	ck_assert_int_eq(count(&s, DAY, "\"two\""), 1);
	ck_assert_int_eq(count(&s, DAY, "\n"), 2);
	end(&s);
}
END_TEST

START_TEST(what_came_empty_is_counted_once_and_said)
{
	struct setting s = begin();
	struct mxlog_writer_stats stats;
	char today[32] = "logs/";
	uint64_t lost;

	make_sink(&s);
	ck_assert_int_eq(mxlog_sink_add(s.sink, NULL, 0), 0);
	mxlog_sink_rollback(s.sink);
	ck_assert_int_eq(mxlog_sink_add(s.sink, NULL, 0), 0);
	ck_assert_int_eq(mxlog_sink_add(s.sink, "no frame", 8), 0);
	ck_assert_int_eq(mxlog_sink_commit(s.sink), 0);
	mxlog_sink_get_stats(s.sink, &stats, &lost);
	ck_assert_uint_eq(lost, 2);
	mxlog_timestamp_format_date(today + 5,
	    mxlog_timestamp_day(mxlog_timestamp_now()));
	memcpy(today + 5 + MXLOG_DATE_LEN, ".log", 5);
	ck_assert_int_eq(count(&s, today, "to copy them: 2\""), 1);
	ck_assert_int_eq(mxlog_sink_commit(s.sink), 0);
	ck_assert_int_eq(count(&s, today, "\n"), 1);
	end(&s);
}
END_TEST

START_TEST(a_full_disk_is_told_and_left_again)
{
	struct setting s = begin();
	struct mxlog_error error;

	make_sink(&s);
	ck_assert_int_eq(add(&s, "one"), 0);
	ck_assert_int_eq(mxlog_sink_commit(s.sink), 0);
	mxlog_sink_request_reload(s.sink); /* so that it claims anew */
	ck_assert_int_eq(mxlog_sink_reload(s.sink, NULL), 0);
	inject(INJECT_BREAK, INJECT_FALLOCATE, 1, ENOSPC);
	ck_assert_int_eq(mxlog_sink_prepare(s.sink, &error), -ENOSPC);
	ck_assert(inject_done());
	ck_assert_str_eq(error.text,
	    "no room for a batch: No space left on device");
	ck_assert_int_eq(mxlog_sink_prepare(s.sink, &error), 0);
	end(&s);
}
END_TEST

START_TEST(a_reload_takes_new_rules_or_keeps_the_old_ones)
{
	struct setting s = begin();
	struct mxlog_error error;

	scratch_write(s.path, "mxlog.yaml", "oldest_days: 0\nlevel: ERROR\n");
	s.options.config = s.config;
	make_sink(&s);
	ck_assert_int_eq(add(&s, "mild"), 0);
	ck_assert_int_eq(mxlog_sink_commit(s.sink), 0);
	ck_assert_int_le(count(&s, DAY, "mild"), 0);

	scratch_write(s.path, "mxlog.yaml", "oldest_days: 0\nlevel: INFO\n");
	ck_assert_int_eq(mxlog_sink_reload(s.sink, &error), 0);
	ck_assert_int_eq(add(&s, "still mild"), 0);
	mxlog_sink_request_reload(s.sink);
	ck_assert_int_eq(mxlog_sink_commit(s.sink), 0);
	ck_assert_int_le(count(&s, DAY, "mild"), 0);
	ck_assert_int_eq(mxlog_sink_reload(s.sink, &error), 0);
	ck_assert_int_eq(add(&s, "now"), 0);
	ck_assert_int_eq(mxlog_sink_commit(s.sink), 0);
	ck_assert_int_eq(count(&s, DAY, "now"), 1);

	scratch_write(s.path, "mxlog.yaml", "levle: INFO\n");
	mxlog_sink_request_reload(s.sink);
	ck_assert_int_eq(mxlog_sink_reload(s.sink, &error), -EINVAL);
	ck_assert_msg(strstr(error.text, "mxlog.yaml:1:1: "), "%s", error.text);
	ck_assert_int_eq(add(&s, "after"), 0);
	ck_assert_int_eq(mxlog_sink_commit(s.sink), 0);
	ck_assert_int_eq(count(&s, DAY, "after"), 1);
	end(&s);
}
END_TEST

START_TEST(a_templates_text_is_the_message_or_lifted)
{
	struct setting s = begin();
	static const char json[] =
	    "{\"timestamp\":\"2020-01-28T15:30:45Z\",\"level\":\"error\","
	    "\"module\":\"own\",\"message\":\"hello\"}\n";
	struct mxlog_writer_stats stats;
	uint64_t lost;

	s.options.plain = true;
	make_sink(&s);
	ck_assert_int_eq(mxlog_sink_add(s.sink, json, sizeof(json) - 1), 0);
	ck_assert_int_eq(mxlog_sink_add(s.sink, "just text", 9), 0);
	ck_assert_int_eq(mxlog_sink_commit(s.sink), 0);
	mxlog_sink_get_stats(s.sink, &stats, &lost);
	ck_assert_uint_eq(stats.entries, 2);
	ck_assert_uint_eq(lost, 0);
	end(&s);
}
END_TEST

START_TEST(a_relative_log_directory_is_refused)
{
	struct mxlog_sink_options options = { .log_dir = "Logs" };
	struct mxlog_config *config;
	struct mxlog_error error;

	ck_assert_int_eq(mxlog_sink_load(&options, &config, &error), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error.text, "\"Logs\""));
	ck_assert_int_eq(mxlog_sink_load(&options, &config, NULL), -EINVAL);
}
END_TEST

SUITE("syslog_sink", nothing_touches_the_disk_before_it_is_prepared,
    a_batch_is_stored_when_it_is_committed,
    a_failed_batch_is_forgotten_for_rsyslogd_brings_it_again,
    what_came_empty_is_counted_once_and_said,
    a_full_disk_is_told_and_left_again,
    a_reload_takes_new_rules_or_keeps_the_old_ones,
    a_templates_text_is_the_message_or_lifted,
    a_relative_log_directory_is_refused)
