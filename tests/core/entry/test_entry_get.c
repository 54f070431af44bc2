/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include <mxlog/entry.h>
#include <mxlog/metric.h>

#include "starve.h"
#include "suite.h"

static struct mxlog_entry *entry;
static struct mxlog_metric *metric;

static void begin(void)
{
	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	ck_assert_int_eq(mxlog_metric_new(&metric), 0);
}

static void end(void)
{
	mxlog_entry_free(entry);
	mxlog_metric_free(metric);
}

START_TEST(what_is_absent_is_0_and_writes_nothing)
{
	struct mxlog_text text = { "x", 1 };
	int32_t line = 7;
	double ms = 7;
	bool json = true;

	begin();
	ck_assert(!mxlog_entry_has_time(entry));
	ck_assert_int_eq(mxlog_entry_get_line_number(entry, &line), 0);
	ck_assert_int_eq(mxlog_entry_get_duration_ms(entry, &ms), 0);
	ck_assert_int_eq(mxlog_entry_get_tag(entry, 0, &text), 0);
	ck_assert_int_eq(mxlog_entry_get_context(entry, 0, &text, &text, &json),
	    0);
	ck_assert_int_eq(mxlog_entry_find_context(entry, "k", 1, &text, &json),
	    0);
	ck_assert_ptr_null(mxlog_entry_get_exception(entry));
	ck_assert_int_eq(mxlog_metric_get_name(metric, &text), 0);
	ck_assert_int_eq(mxlog_metric_get_trace_id(metric, &text), 0);
	ck_assert_int_eq(mxlog_metric_get_unit(metric, &text), 0);
	ck_assert_int_eq(mxlog_metric_get_tag(metric, 0, &text, &text), 0);
	ck_assert_int_eq(line, 7);
	ck_assert_double_eq(ms, 7);
	ck_assert_str_eq(text.text, "x");
	ck_assert(json);
	end();
}
END_TEST

START_TEST(a_pair_is_found_by_its_key)
{
	struct mxlog_text text;
	bool json;

	begin();
	ck_assert_int_eq(mxlog_entry_add_context(entry, "ab", 2, "x", 1), 0);
	ck_assert_int_eq(mxlog_entry_add_context_int(entry, "a", 1, 5), 0);
	ck_assert_int_eq(mxlog_entry_find_context(entry, "a", 1, &text, &json),
	    1);
	ck_assert(json);
	ck_assert_int_eq(text.len, 1);
	ck_assert_int_eq(text.text[0], '5');
	end();
}
END_TEST

START_TEST(an_entry_is_encoded_once_it_is_complete)
{
	struct mxlog_error error;
	char *line, *again;
	size_t len;

	begin();
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, "hi", 2),
	    0);
	ck_assert_int_eq(mxlog_entry_encode(entry, &line, &len), -EINVAL);
	ck_assert_int_eq(mxlog_entry_complete(entry), 0);
	ck_assert_int_eq(mxlog_entry_encode(entry, &line, &len), 0);
	ck_assert_uint_eq(strlen(line), len);
	ck_assert_int_eq(line[len - 1], '}');
	/* Complete is complete: nothing changes any more, also when read. */
	ck_assert_int_eq(mxlog_entry_complete(entry), 0);
	ck_assert_int_eq(mxlog_entry_decode(entry, line, len, &error), 0);
	ck_assert_int_eq(mxlog_entry_encode(entry, &again, &len), 0);
	ck_assert_str_eq(line, again);
	free(line);
	free(again);
	ck_assert_int_eq(mxlog_entry_decode(entry, "{}", 2, &error), -EBADMSG);
	ck_assert_str_ne(error.text, "");
	end();
}
END_TEST

START_TEST(a_metric_is_encoded_once_it_is_complete)
{
	struct mxlog_error error;
	char *line, *again;
	size_t len;

	begin();
	ck_assert_int_eq(mxlog_metric_encode(metric, &line, &len), -EINVAL);
	ck_assert_int_eq(mxlog_metric_complete(metric), 0);
	ck_assert_int_eq(mxlog_metric_encode(metric, &line, &len), 0);
	ck_assert_uint_eq(strlen(line), len);
	ck_assert_int_eq(mxlog_metric_decode(metric, line, len, &error), 0);
	ck_assert_int_eq(mxlog_metric_encode(metric, &again, &len), 0);
	ck_assert_str_eq(line, again);
	free(line);
	free(again);
	end();
}
END_TEST

START_TEST(a_frame_is_given_as_far_as_the_caller_knows_it)
{
	struct mxlog_stack_frame frame = { .size = sizeof(frame), .line = 9 };
	struct mxlog_exception *exception;

	ck_assert_int_eq(mxlog_exception_new("T", 1, "m", 1, &exception), 0);
	ck_assert_int_eq(mxlog_exception_add_frame(exception, "f", 1, 3, "g", 1,
			     NULL, 0),
	    0);
	frame.size = offsetof(struct mxlog_stack_frame, line);
	ck_assert_int_eq(mxlog_exception_get_frame(exception, 0, &frame), 1);
	ck_assert_uint_eq(frame.line, 9);
	ck_assert_ptr_null(frame.code.text);
	frame.size = sizeof(frame);
	ck_assert_int_eq(mxlog_exception_get_frame(exception, 0, &frame), 1);
	ck_assert_uint_eq(frame.line, 3);
	ck_assert_int_eq(mxlog_exception_get_frame(exception, 1, &frame), 0);
	frame.size = 0;
	ck_assert_int_eq(mxlog_exception_get_frame(exception, 0, &frame),
	    -EINVAL);
	mxlog_exception_free(exception);
}
END_TEST

START_TEST(a_line_out_of_memory_is_none)
{
	bool hungry = true;
	char *line;
	size_t len;

	begin();
	ck_assert_int_eq(mxlog_entry_complete(entry), 0);
	for (unsigned long n = 1; hungry; n++) {
		int r;

		starve(n);
		r = mxlog_entry_encode(entry, &line, &len);
		hungry = starve_done();
		ck_assert_int_eq(r, hungry ? -ENOMEM : 0);
		if (r == 0)
			free(line);
	}
	end();
}
END_TEST

SUITE("entry_get", what_is_absent_is_0_and_writes_nothing,
    a_pair_is_found_by_its_key, an_entry_is_encoded_once_it_is_complete,
    a_metric_is_encoded_once_it_is_complete,
    a_frame_is_given_as_far_as_the_caller_knows_it,
    a_line_out_of_memory_is_none)
