/* SPDX-License-Identifier: Apache-2.0 */
#include "write/pipeline.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/timestamp.h"
#include "base/ulid.h"
#include "config/config_private.h"
#include "entry/ndjson.h"
#include "suite.h"

static const char ID[] = "01HQ8Z9X0ABCDEFGHJKMNPQRST";
static const int64_t TIME = 19750 * USEC_PER_DAY;

static struct mxlog_pipeline *new_pipeline(void)
{
	struct mxlog_pipeline *pipeline = NULL;
	struct mxlog_config *config = NULL;

	ck_assert_int_eq(mxlog_config_new(&config), 0);
	config->oldest_days = 0;
	ck_assert_int_eq(mxlog_pipeline_new(config, &pipeline, NULL), 0);
	mxlog_config_free(config);
	return pipeline;
}

static struct mxlog_entry *new_entry(const char *id, int64_t time)
{
	struct mxlog_entry *entry = NULL;

	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, "m", 1),
	    0);
	if (id)
		ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_TRACE_ID,
				     id, strlen(id)),
		    0);
	if (time != 0)
		mxlog_entry_set_time(entry, time);
	return entry;
}

/* The line of an entry with this id and time, NUL-ended. */
static char *prepare(struct mxlog_pipeline *pipeline, const char *id,
    int64_t time)
{
	struct mxlog_entry *entry = new_entry(id, time);
	struct mxlog_buf line = { 0 };

	ck_assert_int_eq(mxlog_pipeline_entry(pipeline, entry), 0);
	ck_assert_int_eq(mxlog_ndjson_encode(entry, &line), 0);
	ck_assert_int_eq(mxlog_buf_add_char(&line, '\0'), 0);
	mxlog_entry_free(entry);
	return line.data;
}

#define HAS(line, part)                                     \
	ck_assert_msg(strstr((line), (part)) != NULL, "%s", \
	    (line) /* what it was */)
#define HAS_NOT(line, part) \
	ck_assert_msg(strstr((line), (part)) == NULL, "%s", (line))

START_TEST(what_lacks_an_id_or_a_time_gets_one)
{
	struct mxlog_pipeline *pipeline = new_pipeline();
	int64_t before = mxlog_timestamp_now(), time;
	struct mxlog_entry *entry = new_entry(NULL, 0);
	const char *id = NULL;
	size_t len = 0;

	ck_assert_int_eq(mxlog_pipeline_entry(pipeline, entry), 0);
	time = mxlog_entry_get_time(entry);
	ck_assert(time >= before && time <= mxlog_timestamp_now());
	ck_assert_int_eq(mxlog_entry_get(entry, MXLOG_FIELD_TRACE_ID, &id,
			     &len),
	    1);
	ck_assert_uint_eq(len, 26);
	mxlog_entry_free(entry);
	mxlog_pipeline_free(pipeline);
}
END_TEST

START_TEST(an_id_is_made_of_the_entrys_time)
{
	struct mxlog_pipeline *pipeline = new_pipeline();
	struct mxlog_ulid id;
	char *line = prepare(pipeline, NULL, TIME);

	ck_assert_int_eq(mxlog_ulid_parse(strstr(line, "trace_id") + 11, 26,
			     &id),
	    0);
	ck_assert_int_eq((int64_t)(id.hi >> 16), TIME / 1000);
	HAS_NOT(line, "original");
	free(line);
	mxlog_pipeline_free(pipeline);
}
END_TEST

START_TEST(times_rise_within_a_trace_and_the_own_time_is_kept)
{
	struct mxlog_pipeline *pipeline = new_pipeline();
	char *line = prepare(pipeline, ID, TIME);

	HAS(line, "2024-01-28T00:00:00.000000Z");
	HAS_NOT(line, "original_timestamp");
	free(line);
	line = prepare(pipeline, ID, TIME - 1000000);
	HAS(line, "\"timestamp\":\"2024-01-28T00:00:00.000001Z\"");
	HAS(line, "\"original_timestamp\":\"2024-01-27T23:59:59.000000Z\"");
	HAS_NOT(line, "late");
	free(line);
	line = prepare(pipeline, ID, TIME - 6000000);
	HAS(line, "\"timestamp\":\"2024-01-27T23:59:54.000000Z\"");
	HAS(line, "\"tags\":[\"late\"]");
	HAS_NOT(line, "original_timestamp");
	free(line);
	/* Another one's times are its own. */
	line = prepare(pipeline, "01HQ8Z9X0ABCDEFGHJKMNPQRSS", TIME - 9);
	HAS_NOT(line, "original_timestamp");
	free(line);
	mxlog_pipeline_free(pipeline);
}
END_TEST

START_TEST(two_pipelines_of_a_process_keep_one_order)
{
	struct mxlog_pipeline *a = new_pipeline(), *b = new_pipeline();
	char *line = prepare(a, ID, TIME);

	free(line);
	line = prepare(b, ID, TIME);
	HAS(line, "original_timestamp");
	free(line);
	mxlog_pipeline_free(a);
	mxlog_pipeline_free(b);
}
END_TEST

START_TEST(what_is_dated_ahead_is_stored_at_arrival_and_marked)
{
	struct mxlog_pipeline *pipeline = new_pipeline();
	int64_t now = mxlog_timestamp_now();
	char date[MXLOG_DATE_LEN + 1] = { 0 };
	char *line = prepare(pipeline, NULL, now + USEC_PER_DAY / 2);

	HAS_NOT(line, "future");
	free(line);
	line = prepare(pipeline, NULL, INT64_MAX);
	mxlog_timestamp_format_date(date, mxlog_timestamp_day(now));
	HAS(strstr(line, "timestamp"), date);
	HAS(line, "\"original_timestamp\":\"9999-12-31T23:59:59.999999Z\"");
	HAS(line, "\"tags\":[\"future\"]");
	free(line);
	line = prepare(pipeline, NULL, INT64_MIN);
	HAS(line, "\"timestamp\":\"0001-01-01T00:00:00.000000Z\"");
	free(line);
	mxlog_pipeline_free(pipeline);
}
END_TEST

static struct mxlog_pipeline *new_default(void)
{
	struct mxlog_pipeline *pipeline = NULL;
	struct mxlog_config *config = NULL;

	ck_assert_int_eq(mxlog_config_new(&config), 0);
	ck_assert_int_eq(mxlog_pipeline_new(config, &pipeline, NULL), 0);
	mxlog_config_free(config);
	return pipeline;
}

START_TEST(what_is_older_than_may_be_is_stored_at_its_arrival)
{
	struct mxlog_pipeline *pipeline = new_default();
	int64_t now = mxlog_timestamp_now(), edge = now - 400 * USEC_PER_DAY;
	struct mxlog_entry *entry;
	char *line;

	line = prepare(pipeline, NULL, edge + 60 * USEC_PER_SEC);
	HAS_NOT(line, "\"old\"");
	HAS_NOT(line, "original_timestamp");
	free(line);
	line = prepare(pipeline, NULL, edge - 60 * USEC_PER_SEC);
	HAS(line, "\"tags\":[\"old\"]");
	HAS(line, "original_timestamp");
	free(line);
	line = prepare(pipeline, NULL, TIME);
	HAS(line, "\"original_timestamp\":\"2024-01-28T00:00:00.000000Z\"");
	free(line);

	/* The journal knows when its entries were. */
	entry = new_entry(NULL, TIME);
	ck_assert_int_eq(mxlog_entry_add_identity(entry, LITERAL("journal_id"),
			     LITERAL("1-2")),
	    0);
	ck_assert_int_eq(mxlog_pipeline_entry(pipeline, entry), 0);
	ck_assert_int_eq(mxlog_entry_get_time(entry), TIME);
	mxlog_entry_free(entry);
	mxlog_pipeline_free(pipeline);
}
END_TEST

START_TEST(an_id_that_was_hashed_has_no_order)
{
	struct mxlog_pipeline *pipeline = new_pipeline();
	char *first = prepare(pipeline, "request-17", TIME);
	char *second = prepare(pipeline, "request-17", TIME);

	ck_assert_mem_eq(first, second, 40); /* one trace */
	HAS_NOT(second, "original_timestamp");
	HAS(second, "\"original_trace_id\":\"request-17\"");
	free(first);
	free(second);
	mxlog_pipeline_free(pipeline);
}
END_TEST

START_TEST(a_secret_is_no_id_that_is_hashed)
{
	struct mxlog_pipeline *pipeline = new_pipeline();
	char *first = prepare(pipeline, "AKIAIOSFODNN7EXAMPLX", TIME);
	char *second = prepare(pipeline, "AKIAIOSFODNN7EXAMPLX", TIME);

	HAS(first, "\"original_trace_id\":\"***REDACTED***\"");
	ck_assert_mem_ne(first, second, 40);
	free(first);
	free(second);
	mxlog_pipeline_free(pipeline);
}
END_TEST

START_TEST(a_payload_can_not_take_the_name_of_our_mark)
{
	struct mxlog_pipeline *pipeline = new_pipeline();
	struct mxlog_entry *entry = new_entry(NULL, INT64_MAX);
	struct mxlog_buf line = { 0 };

	ck_assert_int_eq(mxlog_entry_add_context(entry,
			     LITERAL("original_timestamp"), "forged", 6),
	    0);
	ck_assert_int_eq(mxlog_pipeline_entry(pipeline, entry), 0);
	ck_assert_int_eq(mxlog_ndjson_encode(entry, &line), 0);
	ck_assert_int_eq(mxlog_buf_add_char(&line, '\0'), 0);
	HAS(line.data, "\"payload_original_timestamp\":\"forged\"");
	HAS(line.data, "\"original_timestamp\":\"9999-12-31");
	mxlog_buf_done(&line);
	mxlog_entry_free(entry);
	mxlog_pipeline_free(pipeline);
}
END_TEST

START_TEST(what_is_taken_back_comes_again_in_order)
{
	struct mxlog_pipeline *pipeline = new_pipeline();
	size_t mark;
	char *line;

	free(prepare(pipeline, ID, TIME));
	mark = mxlog_pipeline_mark(pipeline);
	free(prepare(pipeline, ID, TIME + 5));
	mxlog_pipeline_undo(pipeline, mark);
	line = prepare(pipeline, ID, TIME + 5);
	HAS_NOT(line, "original_timestamp");
	free(line);

	mxlog_pipeline_settle(pipeline);
	mxlog_pipeline_undo(pipeline, 0);
	line = prepare(pipeline, ID, TIME + 5);
	HAS(line, "original_timestamp");
	free(line);
	mxlog_pipeline_free(pipeline);
}
END_TEST

START_TEST(metrics_stand_in_the_same_order)
{
	struct mxlog_pipeline *pipeline = new_pipeline();
	struct mxlog_metric *metric = NULL;
	struct mxlog_buf line = { 0 };

	free(prepare(pipeline, ID, TIME));
	ck_assert_int_eq(mxlog_metric_new(&metric), 0);
	ck_assert_int_eq(mxlog_metric_set_name(metric, "queue.depth", 11), 0);
	ck_assert_int_eq(mxlog_metric_set_trace_id(metric, ID, 26), 0);
	mxlog_metric_set_time(metric, TIME);
	ck_assert_int_eq(mxlog_pipeline_metric(pipeline, metric), 0);
	ck_assert_int_eq(mxlog_ndjson_encode_metric(metric, &line), 0);
	ck_assert_int_eq(mxlog_buf_add_char(&line, '\0'), 0);
	HAS(line.data, "\"timestamp\":\"2024-01-28T00:00:00.000001Z\"");
	HAS_NOT(line.data, "original_timestamp"); /* a series of its own */

	mxlog_metric_reset(metric);
	ck_assert_int_eq(mxlog_metric_set_name(metric, "queue.depth", 11), 0);
	mxlog_metric_set_time(metric, INT64_MAX);
	ck_assert_int_eq(mxlog_pipeline_metric(pipeline, metric), 0);
	line.len = 0;
	ck_assert_int_eq(mxlog_ndjson_encode_metric(metric, &line), 0);
	ck_assert_int_eq(mxlog_buf_add_char(&line, '\0'), 0);
	HAS(line.data, "\"future\":\"true\"");
	mxlog_buf_done(&line);
	mxlog_metric_free(metric);
	mxlog_pipeline_free(pipeline);
}
END_TEST

START_TEST(a_forked_child_makes_ids_of_its_own)
{
	struct mxlog_pipeline *pipeline = new_pipeline();
	char *line = prepare(pipeline, NULL, TIME), theirs[128] = { 0 };
	int pipes[2], status = 1;

	free(line);
	ck_assert_int_eq(pipe(pipes), 0);
	if (fork() == 0) {
		struct mxlog_entry *entry = NULL;
		const char *id = NULL;
		size_t len = 0;
		int r;

		r = mxlog_entry_new(&entry);
		if (r == 0) {
			mxlog_entry_set_time(entry, TIME);
			r = mxlog_pipeline_entry(pipeline, entry);
		}
		if (r < 0 ||
		    mxlog_entry_get(entry, MXLOG_FIELD_TRACE_ID, &id, &len) !=
			1)
			_exit(1);
		_exit(write(pipes[1], id, len) == (ssize_t)len ? 0 : 1);
	}
	ck_assert_int_gt(wait(&status), 0);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(read(pipes[0], theirs, sizeof(theirs) - 1), 26);
	line = prepare(pipeline, NULL, TIME);
	HAS_NOT(line, theirs);
	free(line);
	mxlog_pipeline_free(pipeline);
}
END_TEST

START_TEST(a_bad_pattern_is_refused)
{
	struct mxlog_pipeline *pipeline = NULL;
	struct mxlog_config *config = NULL;
	struct mxlog_error error = { 0 };
	char pattern[] = "(";
	char *patterns[] = { pattern };
	char **before;
	size_t n;

	ck_assert_int_eq(mxlog_config_new(&config), 0);
	config->oldest_days = 0;
	before = config->secret_patterns;
	n = config->n_secret_patterns;
	config->secret_patterns = patterns;
	config->n_secret_patterns = 1;
	ck_assert_int_eq(mxlog_pipeline_new(config, &pipeline, &error),
	    -EINVAL);
	ck_assert_str_ne(error.text, "");
	config->secret_patterns = before;
	config->n_secret_patterns = n;
	mxlog_config_free(config);
}
END_TEST

SUITE("preparer", what_lacks_an_id_or_a_time_gets_one,
    an_id_is_made_of_the_entrys_time,
    times_rise_within_a_trace_and_the_own_time_is_kept,
    two_pipelines_of_a_process_keep_one_order,
    what_is_dated_ahead_is_stored_at_arrival_and_marked,
    what_is_older_than_may_be_is_stored_at_its_arrival,
    an_id_that_was_hashed_has_no_order, a_secret_is_no_id_that_is_hashed,
    a_payload_can_not_take_the_name_of_our_mark,
    what_is_taken_back_comes_again_in_order, metrics_stand_in_the_same_order,
    a_forked_child_makes_ids_of_its_own, a_bad_pattern_is_refused)
