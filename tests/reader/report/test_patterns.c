/* SPDX-License-Identifier: Apache-2.0 */
#include "report/patterns.h"

#include <stdio.h>

#include "starve.h"
#include "suite.h"

static struct mxlog_patterns *patterns;

static void setup(void)
{
	ck_assert_int_eq(mxlog_patterns_new(&patterns), 0);
}

static void add(const char *message)
{
	ck_assert_int_eq(mxlog_patterns_add(patterns, message, strlen(message),
			     1, MXLOG_INFO),
	    0);
}

static void finish(void)
{
	ck_assert_int_eq(mxlog_patterns_finish(patterns), 0);
}

/* How many of a pattern there are; 0: there is none of this text. */
static uint64_t count_of(const char *text)
{
	for (size_t i = 0; i < mxlog_patterns_get_size(patterns); i++) {
		const struct mxlog_message_pattern *pattern =
		    mxlog_patterns_get(patterns, i);

		if (strcmp(pattern->text, text) == 0)
			return pattern->count;
	}
	return 0;
}

START_TEST(what_varies_is_a_hole)
{
	char message[64];

	setup();
	for (int i = 0; i < 20; i++) {
		(void)snprintf(message, sizeof(message),
		    "sent mail to %c%c in time", 'a' + i, 'q');
		add(message);
	}
	finish();
	ck_assert_uint_eq(mxlog_patterns_get_size(patterns), 1);
	ck_assert_uint_eq(count_of("sent mail to <*> in time"), 20);
	mxlog_patterns_free(patterns);
}
END_TEST

START_TEST(few_words_in_a_place_tell_patterns_apart)
{
	setup();
	for (int i = 0; i < 30; i++) {
		add("session opened for root here");
		add("session closed for root here");
	}
	finish();
	ck_assert_uint_eq(count_of("session opened for root here"), 30);
	ck_assert_uint_eq(count_of("session closed for root here"), 30);
	mxlog_patterns_free(patterns);
}
END_TEST

START_TEST(words_that_simply_combine_vary)
{
	static const char *const states[] = { "idle", "busy", "gone" };
	char message[64];

	setup();
	for (size_t i = 0; i < 9; i++) {
		(void)snprintf(message, sizeof(message),
		    "the worker went from %s to %s now", states[i / 3],
		    states[i % 3]);
		add(message);
	}
	finish();
	ck_assert_uint_eq(count_of("the worker went from <*> to <*> now"), 9);
	mxlog_patterns_free(patterns);
}
END_TEST

START_TEST(messages_with_little_in_common_stay_apart)
{
	static const char *const messages[] = { "alpha one begins",
		"beta two ends", "gamma three waits", "delta four sleeps",
		"epsilon five runs", "zeta six walks", "eta seven swims",
		"theta eight flies", "iota nine dives", "kappa ten hops",
		"lambda eleven sits", "my twelve stands", "ny last falls" };

	setup();
	for (size_t i = 0; i < ARRAY_LEN(messages); i++)
		add(messages[i]);
	finish();
	ck_assert_uint_eq(mxlog_patterns_get_size(patterns),
	    ARRAY_LEN(messages));
	mxlog_patterns_free(patterns);
}
END_TEST

START_TEST(a_place_that_may_hold_a_number_varies)
{
	setup();
	add("lookup of 10.0.0.1 failed at once");
	add("lookup of router failed at once");
	finish();
	ck_assert_uint_eq(count_of("lookup of <*> failed at once"), 2);
	mxlog_patterns_free(patterns);
}
END_TEST

START_TEST(a_pattern_knows_its_times_levels_and_first_message)
{
	const struct mxlog_message_pattern *pattern;

	setup();
	ck_assert_int_eq(mxlog_patterns_add(patterns, "took 2 s\nmore", 13, 50,
			     MXLOG_ERROR),
	    0);
	ck_assert_int_eq(mxlog_patterns_add(patterns, "took 3 s", 8, 70,
			     MXLOG_ERROR),
	    0);
	ck_assert_int_eq(mxlog_patterns_add(patterns, "took 4 s", 8, 60,
			     MXLOG_DEBUG),
	    0);
	finish();
	pattern = mxlog_patterns_get(patterns, 0);
	ck_assert_str_eq(pattern->text, "took <*>");
	ck_assert_uint_eq(pattern->count, 3);
	ck_assert_int_eq(pattern->first_usec, 50);
	ck_assert_int_eq(pattern->last_usec, 70);
	ck_assert_uint_eq(pattern->levels[3], 2);
	ck_assert_uint_eq(pattern->levels[0], 1);
	ck_assert_uint_eq(pattern->example_len, 8);
	ck_assert_mem_eq(pattern->example, "took 2 s", 8);
	ck_assert_ptr_eq(mxlog_patterns_find(patterns, "took 9 s", 8), pattern);
	ck_assert_ptr_null(mxlog_patterns_find(patterns, "took it", 7));
	ck_assert_ptr_null(mxlog_patterns_get(patterns, 1));
	mxlog_patterns_free(patterns);
}
END_TEST

static const char *message_of(size_t i, char out[96])
{
	static const char *const verbs[] = { "opened", "closed", "lost" };

	(void)snprintf(out, 96, "peer %s of group g%zu %s after %zu tries",
	    i % 5 ? "left" : "right", i % 37, verbs[i % 3], i);
	return out;
}

/* In any order, and in two parts, the same patterns with the same ids. */
START_TEST(the_same_messages_make_the_same_patterns)
{
	struct mxlog_patterns *backwards, *half;
	char message[96];

	setup();
	ck_assert_int_eq(mxlog_patterns_new(&backwards), 0);
	ck_assert_int_eq(mxlog_patterns_new(&half), 0);
	for (size_t i = 0; i < 1000; i++) {
		add(message_of(i, message));
		(void)message_of(999 - i, message);
		ck_assert_int_eq(mxlog_patterns_add(i < 500 ? backwards : half,
				     message, strlen(message), 1, MXLOG_INFO),
		    0);
	}
	ck_assert_int_eq(mxlog_patterns_merge(backwards, half), 0);
	finish();
	ck_assert_int_eq(mxlog_patterns_finish(backwards), 0);
	ck_assert_uint_eq(mxlog_patterns_get_total(backwards), 1000);
	ck_assert_uint_eq(mxlog_patterns_get_size(patterns),
	    mxlog_patterns_get_size(backwards));
	for (size_t i = 0; i < mxlog_patterns_get_size(patterns); i++) {
		const struct mxlog_message_pattern *a =
		    mxlog_patterns_get(patterns, i);
		const struct mxlog_message_pattern *b =
		    mxlog_patterns_get(backwards, i);

		ck_assert_str_eq(a->text, b->text);
		ck_assert_str_eq(a->id, b->id);
		ck_assert_uint_eq(a->count, b->count);
	}
	mxlog_patterns_free(half);
	mxlog_patterns_free(backwards);
	mxlog_patterns_free(patterns);
}
END_TEST

/* A word for each number: no shape like another. */
static size_t put_word(char *out, uint32_t number)
{
	size_t n = 0;

	for (; number > 0; number /= 26)
		out[n++] = (char)('a' + number % 26);
	out[n++] = 'z';
	return n;
}

START_TEST(shapes_without_end_are_grouped_early_and_all_are_counted)
{
	uint64_t sum;

	setup();
	for (uint32_t i = 0; i < 400000; i++) {
		char message[128] = "it was found that ";
		size_t n = strlen(message);

		n += put_word(message + n, i);
		ck_assert_int_eq(mxlog_patterns_add(patterns, message, n, 1,
				     MXLOG_INFO),
		    0);
	}
	finish();
	sum = mxlog_patterns_get_rest(patterns);
	for (size_t i = 0; i < mxlog_patterns_get_size(patterns); i++)
		sum += mxlog_patterns_get(patterns, i)->count;
	ck_assert_uint_eq(sum, 400000);
	ck_assert_uint_eq(mxlog_patterns_get_total(patterns), 400000);
	ck_assert_uint_le(mxlog_patterns_get_size(patterns), 2);
	mxlog_patterns_free(patterns);
}
END_TEST

START_TEST(without_memory_it_says_so)
{
	bool hungry = true;

	for (unsigned long n = 1; hungry; n++) {
		struct mxlog_patterns *poor = NULL;
		int r;

		starve(n);
		r = mxlog_patterns_new(&poor);
		if (r == 0)
			r = mxlog_patterns_add(poor, "a b c", 5, 1, MXLOG_INFO);
		if (r == 0)
			r = mxlog_patterns_add(poor, "a d c", 5, 1, MXLOG_INFO);
		if (r == 0)
			r = mxlog_patterns_finish(poor);
		hungry = starve_done();
		ck_assert_int_eq(r, hungry ? -ENOMEM : 0);
		mxlog_patterns_free(poor);
	}
}
END_TEST

START_TEST(a_pattern_s_text_finds_its_messages)
{
	static const char text[] = "Failed password for <*> from <*>";
	static const char yes[] = "Failed password for bob from 10.0.0.1";
	static const char no[] = "Failed password for bob via 10.0.0.1";

	ck_assert(mxlog_message_pattern_matches(text, strlen(text), yes,
	    strlen(yes)));
	ck_assert(
	    !mxlog_message_pattern_matches(text, strlen(text), no, strlen(no)));
	ck_assert(!mxlog_message_pattern_matches(text, strlen(text) - 4, yes,
	    strlen(yes)));
}
END_TEST

SUITE("patterns", what_varies_is_a_hole,
    few_words_in_a_place_tell_patterns_apart, words_that_simply_combine_vary,
    messages_with_little_in_common_stay_apart,
    a_place_that_may_hold_a_number_varies,
    a_pattern_knows_its_times_levels_and_first_message,
    the_same_messages_make_the_same_patterns,
    shapes_without_end_are_grouped_early_and_all_are_counted,
    without_memory_it_says_so, a_pattern_s_text_finds_its_messages)
