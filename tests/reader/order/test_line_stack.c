/* SPDX-License-Identifier: Apache-2.0 */
#include "order/line_stack.h"
#include "suite.h"

static struct mxlog_sort_record record_of(uint64_t i)
{
	return (struct mxlog_sort_record){ .offset = i * 100,
		.time_usec = (int64_t)i,
		.segment = (uint32_t)(i % 7),
		.len = 8 };
}

static void go_through(uint64_t n)
{
	struct mxlog_line_stack *stack;
	struct mxlog_sort_record record;

	ck_assert_int_eq(mxlog_line_stack_new(&stack), 0);
	for (uint64_t i = 0; i < n; i++) {
		record = record_of(i);
		ck_assert_int_ge(mxlog_line_stack_push(stack, &record,
				     "01234567"),
		    0);
	}
	for (uint64_t i = n; i-- > 0;) {
		struct mxlog_sort_record wanted = record_of(i);

		ck_assert_int_eq(mxlog_line_stack_pop(stack, &record), 1);
		ck_assert_uint_eq(record.offset, wanted.offset);
		ck_assert_int_eq(record.time_usec, wanted.time_usec);
		ck_assert_uint_eq(record.segment, wanted.segment);
		ck_assert_uint_eq(record.len, wanted.len);
	}
	ck_assert_int_eq(mxlog_line_stack_pop(stack, &record), 0);
	mxlog_line_stack_free(stack);
}

START_TEST(lines_come_back_the_last_one_first_from_memory_and_from_the_file)
{
	const uint64_t sizes[] = { 0, 1, 3, 65536, 65537, 200001 };

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		go_through(sizes[i]);
}
END_TEST

START_TEST(texts_are_kept_while_there_is_room)
{
	const uint32_t len = 1024 * 1024;
	struct mxlog_line_stack *stack;
	struct mxlog_sort_record record = { .len = len };
	char *text = calloc(1, len);

	text[0] = 'x';
	ck_assert_int_eq(mxlog_line_stack_new(&stack), 0);
	for (int i = 0; i < 5; i++)
		ck_assert_int_ge(mxlog_line_stack_push(stack, &record, text),
		    0);
	free(text);
	ck_assert_int_eq(mxlog_line_stack_pop(stack, &record), 1);
	ck_assert_ptr_null(record.text);
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(mxlog_line_stack_pop(stack, &record), 1);
		ck_assert_int_eq(record.text[0], 'x');
	}
	mxlog_line_stack_free(stack);
}
END_TEST

SUITE("line_stack",
    lines_come_back_the_last_one_first_from_memory_and_from_the_file,
    texts_are_kept_while_there_is_room)
