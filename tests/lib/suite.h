/* SPDX-License-Identifier: Apache-2.0 */
/* Suite: a test file's main() in one line.
 *
 * START_TEST(a_sentence_that_is_true) { … } END_TEST
 * SUITE("buf", a_sentence_that_is_true, another_one)
 */
#pragma once

#include <check.h>
#include <stdlib.h>

#include "base/base.h"

/* Run the tests, each in a process of its own; returns main's status. */
int mxlog_suite_run(const char *name, const TTest *const *tests, size_t n);

#define SUITE(name, ...)                                               \
	int main(void)                                                 \
	{                                                              \
		const TTest *const tests[] = { __VA_ARGS__ };          \
		return mxlog_suite_run(name, tests, ARRAY_LEN(tests)); \
	}
