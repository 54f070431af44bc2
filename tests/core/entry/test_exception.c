/* SPDX-License-Identifier: Apache-2.0 */
#include "entry/exception_private.h"

#include "entry/ndjson.h"
#include "suite.h"

static struct mxlog_exception *new_exception(const char *type)
{
	struct mxlog_exception *exception;

	ck_assert_int_eq(mxlog_exception_new(type, strlen(type), "m", 1,
			     &exception),
	    0);
	return exception;
}

START_TEST(an_exception_without_frames_has_an_empty_stack_trace)
{
	static const char expected[] =
	    "{\"type\":\"OSError\",\"message\":\"m\",\"stack_trace\":[]}";
	struct mxlog_exception *exception = new_exception("OSError");
	struct mxlog_buf out = { 0 };

	ck_assert_int_eq(mxlog_ndjson_encode_exception(exception, &out), 0);
	ck_assert_uint_eq(out.len, strlen(expected));
	ck_assert_mem_eq(out.data, expected, out.len);
	mxlog_buf_done(&out);
	mxlog_exception_free(exception);
}
END_TEST

START_TEST(frames_and_causes_are_written_in_order)
{
	static const char expected[] =
	    "{\"type\":\"A\",\"message\":\"m\",\"stack_trace\":[{\"file\":"
	    "\"a.py\",\"line\":7,\"function\":\"f\",\"code\":\"x = \\\"1\\\"\"}"
	    ",{\"file\":\"b.py\",\"line\":0,\"function\":\"g\"}],\"cause\":{"
	    "\"type\":\"B\",\"message\":\"m\",\"stack_trace\":[]}}";
	struct mxlog_exception *exception = new_exception("A");
	struct mxlog_exception *cause = new_exception("B");
	struct mxlog_buf out = { 0 };

	ck_assert_int_eq(mxlog_exception_add_frame(exception, LITERAL("a.py"),
			     7, LITERAL("f"), LITERAL("x = \"1\"")),
	    0);
	ck_assert_int_eq(mxlog_exception_add_frame(exception, LITERAL("b.py"),
			     0, LITERAL("g"), NULL, 0),
	    0);
	ck_assert_int_eq(mxlog_exception_take_cause(exception, &cause), 0);
	ck_assert_ptr_null(cause);
	ck_assert_int_eq(mxlog_ndjson_encode_exception(exception, &out), 0);
	ck_assert_uint_eq(out.len, strlen(expected));
	ck_assert_mem_eq(out.data, expected, out.len);
	mxlog_buf_done(&out);
	mxlog_exception_free(exception);
}
END_TEST

START_TEST(a_cause_can_be_set_once)
{
	struct mxlog_exception *exception = new_exception("A");
	struct mxlog_exception *cause = new_exception("B");
	struct mxlog_exception *other = new_exception("C");

	ck_assert_int_eq(mxlog_exception_take_cause(exception, &cause), 0);
	ck_assert_int_eq(mxlog_exception_take_cause(exception, &other),
	    -EEXIST);
	ck_assert_ptr_nonnull(other);
	mxlog_exception_free(other);
	mxlog_exception_free(exception);
}
END_TEST

START_TEST(frames_and_causes_are_bounded_and_that_is_marked)
{
	struct mxlog_exception *chain = new_exception("A");

	for (int i = 0; i < MXLOG_EXCEPTION_FRAMES; i++)
		ck_assert_int_eq(mxlog_exception_add_frame(chain, "f", 1, 1,
				     "f", 1, NULL, 0),
		    0);
	ck_assert(!chain->truncated);
	ck_assert_int_eq(mxlog_exception_add_frame(chain, "f", 1, 1, "f", 1,
			     NULL, 0),
	    -E2BIG);
	ck_assert(chain->truncated);

	for (int i = 1; i < MXLOG_EXCEPTION_DEPTH; i++) {
		struct mxlog_exception *outer = new_exception("O");

		ck_assert_int_eq(mxlog_exception_take_cause(outer, &chain), 0);
		chain = outer;
	}
	ck_assert_uint_eq(mxlog_exception_depth(chain), MXLOG_EXCEPTION_DEPTH);
	{
		struct mxlog_exception *outer = new_exception("O");

		ck_assert_int_eq(mxlog_exception_take_cause(outer, &chain),
		    -E2BIG);
		ck_assert_ptr_nonnull(chain);
		mxlog_exception_free(outer);
	}
	mxlog_exception_free(chain);
}
END_TEST

START_TEST(texts_are_mended_and_cut)
{
	struct mxlog_exception *exception;
	char *text = malloc(MXLOG_EXCEPTION_TEXT + 10);

	ck_assert_ptr_nonnull(text);
	memset(text, 'x', MXLOG_EXCEPTION_TEXT + 10);
	ck_assert_int_eq(mxlog_exception_new("\xff", 1, text,
			     MXLOG_EXCEPTION_TEXT + 10, &exception),
	    0);
	ck_assert_uint_eq(exception->message.len, MXLOG_EXCEPTION_TEXT);
	ck_assert(exception->truncated);
	ck_assert_mem_eq(mxlog_exception_text(exception, exception->type),
	    "\xef\xbf\xbd", 3);
	mxlog_exception_free(exception);
	mxlog_exception_free(NULL);
	free(text);
}
END_TEST

SUITE("exception", an_exception_without_frames_has_an_empty_stack_trace,
    frames_and_causes_are_written_in_order, a_cause_can_be_set_once,
    frames_and_causes_are_bounded_and_that_is_marked, texts_are_mended_and_cut)
