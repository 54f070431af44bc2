/* SPDX-License-Identifier: Apache-2.0 */
#include "extern/pattern.h"

#include <json-c/json.h>
#include <stdio.h>
#include <time.h>

#include "suite.h"

enum {
	BUDGET_USEC = 5000,
	/* Slack for one call and for the sanitizers. */
	BOUND_USEC = 60 * 1000,
};

static struct mxlog_pattern *make(const char *text, unsigned flags)
{
	struct mxlog_pattern *pattern = NULL;
	struct mxlog_error error = { 0 };

	ck_assert_msg(mxlog_pattern_new(text, strlen(text), flags, &pattern,
			  &error) == 0,
	    "%s: %s", text, error.text);
	return pattern;
}

static int search_from(const char *pattern_text, unsigned flags,
    const char *text, size_t from, struct mxlog_match *ret)
{
	struct mxlog_pattern *pattern = make(pattern_text, flags);
	int r =
	    mxlog_pattern_search(pattern, text, strlen(text), from, NULL, ret);

	mxlog_pattern_free(pattern);
	return r;
}

static void expect(const char *pattern, unsigned flags, const char *text,
    size_t from, size_t start, size_t end)
{
	struct mxlog_match match = { 0 };

	for (unsigned i = 0; i < 2; i++) {
		unsigned how = i ? MXLOG_PATTERN_INTERPRET : 0;
		int r = search_from(pattern, flags | how, text, from, &match);

		ck_assert_msg(r == 1, "%s in %s: %d", pattern, text, r);
		ck_assert_uint_eq(match.start, start);
		ck_assert_uint_eq(match.end, end);
	}
}

static void expect_none(const char *pattern, unsigned flags, const char *text,
    size_t from)
{
	struct mxlog_match match;

	ck_assert_int_eq(search_from(pattern, flags, text, from, &match), 0);
	ck_assert_int_eq(search_from(pattern, flags | MXLOG_PATTERN_INTERPRET,
			     text, from, &match),
	    0);
}

START_TEST(a_match_is_found_where_it_is)
{
	expect("b+", 0, "aabbbcc", 0, 2, 5);
	expect("b+", 0, "aabbbcc", 3, 3, 5);
	expect("^a", 0, "aab", 0, 0, 1);
	expect("c$", 0, "abc", 0, 2, 3);
	expect("", 0, "abc", 3, 3, 3);
	expect("b", MXLOG_PATTERN_ANCHORED, "aab", 2, 2, 3);
	expect_none("b", MXLOG_PATTERN_ANCHORED, "aab", 1);
	expect_none("^a", 0, "aab", 1);
	expect_none("x", 0, "", 0);
}
END_TEST

START_TEST(words_and_digits_are_unicode)
{
	expect("\\w+", 0, "-\xc3\xa9t\xc3\xa9-", 0, 1, 6);
	expect("\\d", 0, "x\xd9\xa3", 0, 1, 3);
	expect("\xc3\x89", MXLOG_PATTERN_CASELESS, "\xc3\xa9", 0, 0, 2);
	expect("a.c", MXLOG_PATTERN_LITERAL, "abc a.c", 0, 4, 7);
	expect("A.C", MXLOG_PATTERN_LITERAL | MXLOG_PATTERN_CASELESS, "abc a.c",
	    0, 4, 7);
}
END_TEST

START_TEST(look_behind_and_keep_out_see_what_stands_before)
{
	expect("(?<=key=)\\w+", 0, "key=abc", 4, 4, 7);
	expect("key=\\K\\w+", 0, "key=abc", 0, 4, 7);
	expect("\\bcd", 0, "ab cd", 3, 3, 5);
	expect_none("\\bbc", 0, "abc", 1);
	expect("\\Gb", 0, "abb", 1, 1, 2);
	expect_none("\\Gb", 0, "aab", 0);
}
END_TEST

START_TEST(empty_matches_count_only_when_wanted)
{
	expect("x*", 0, "axx", 0, 0, 0);
	expect("x*", MXLOG_PATTERN_NOTEMPTY, "axx", 0, 1, 3);
	expect("|y", MXLOG_PATTERN_NOTEMPTY, "y", 0, 0, 1);
	expect_none("(?=a)", MXLOG_PATTERN_NOTEMPTY, "aaa", 0);
}
END_TEST

static void expect_secret(const char *pattern, const char *text, size_t start,
    size_t end)
{
	struct mxlog_match match;

	ck_assert_int_eq(search_from(pattern, 0, text, 0, &match), 1);
	ck_assert_uint_eq(match.secret_start, start);
	ck_assert_uint_eq(match.secret_end, end);
}

START_TEST(the_group_named_secret_is_told_apart)
{
	expect_secret("key=(?<secret>\\w+);", "key=abc;", 4, 7);
	expect_secret("key=(?P<secret>\\w+);", "key=abc;", 4, 7);
	expect_secret("(a)(b)(?'secret'c)", "abc", 2, 3);
	expect_secret("(?J)x(?<secret>a)|y(?<secret>b)", "yb", 1, 2);
	expect_secret("x(?<secret>a)?", "xb", 0, 1);
	expect_secret("(?<other>a)b", "ab", 0, 2);
}
END_TEST

START_TEST(a_pattern_that_does_not_compile_says_why_and_where)
{
	struct mxlog_pattern *pattern;
	struct mxlog_error error = { 0 };
	char *longest = malloc(MXLOG_PATTERN_MAX + 1);

	ck_assert_int_eq(mxlog_pattern_new(LITERAL("ab(c"), 0, &pattern,
			     &error),
	    -EINVAL);
	ck_assert_uint_eq(error.offset, 4);
	ck_assert_str_eq(error.text,
	    "missing closing parenthesis (at character 5)");
	ck_assert_int_eq(mxlog_pattern_new(LITERAL("a\\C"), 0, &pattern, NULL),
	    -EINVAL);
	ck_assert_int_eq(mxlog_pattern_new(LITERAL("a\xff"), 0, &pattern,
			     &error),
	    -EINVAL);
	memset(longest, 'a', MXLOG_PATTERN_MAX + 1);
	ck_assert_int_eq(mxlog_pattern_new(longest, MXLOG_PATTERN_MAX + 1, 0,
			     &pattern, &error),
	    -EINVAL);
	free(longest);
}
END_TEST

static char *repeat(const char *pump, size_t n, const char *suffix)
{
	size_t pump_len = strlen(pump);
	char *text = malloc(pump_len * n + strlen(suffix) + 1);

	for (size_t i = 0; i < n; i++)
		memcpy(text + i * pump_len, pump, pump_len);
	memcpy(text + pump_len * n, suffix, strlen(suffix) + 1);
	return text;
}

static int64_t thread_usec(void)
{
	struct timespec now;

	ck_assert_int_eq(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now), 0);
	return (int64_t)now.tv_sec * USEC_PER_SEC + now.tv_nsec / 1000;
}

static int64_t timed_search(const char *pattern_text, unsigned flags,
    const char *text, int *ret_result)
{
	struct mxlog_pattern *pattern = make(pattern_text, flags);
	struct mxlog_budget budget = { .usec = BUDGET_USEC };
	int64_t before = thread_usec();
	struct mxlog_match match;

	*ret_result = mxlog_pattern_search(pattern, text, strlen(text), 0,
	    &budget, &match);
	mxlog_pattern_free(pattern);
	return thread_usec() - before;
}

/* Each takes seconds to centuries without a bound. */
static const struct {
	const char *pattern, *pump;
	size_t n;
} traps[] = {
	{ "(a+)+$", "a", 40 },
	{ "(a|a)*b", "a", 1000000 },
	{ "\\w+@", "a", 1000000 },
	{ "\\s*\\s*\\s*x", " ", 100000 },
	{ ".*.*.*=x", "a", 100000 },
	{ "(?:(?!.*x).)*y", "a", 20000 },
	{ "(\\w+\\W?)+@", "ab ", 100000 },
	{ "(x+x+)+y", "x", 100000 },
	{ "^(([a-z])+.)+[A-Z]([a-z])+$", "a", 100000 },
	{ "(?<secret>(?:[^@]+\\s?)+)@x", "ab ", 100000 },
	{ "(.*)\\1+z", "ab", 100000 },
	/* A bracket that is no verb, and verbs. */
	{ "\\(*(\\w+)\\s+\\1", "a", 1000000 },
	{ "[(*]*(\\w+)\\s+\\1", "a", 1000000 },
	{ "\\Q(*\\E?(\\w+)\\s+\\1", "a", 1000000 },
	{ "(*NO_START_OPT)(\\w+)\\s+\\1", "a", 1000000 },
	{ "a(*SKIP)(\\w+)\\s+\\1|\\w*9", "a", 1000000 },
	{ "(*NO_START_OPT)(\\w+)+\\d\\D", "a", 100000 },
};

START_TEST(no_pattern_takes_longer_than_its_budget)
{
	for (size_t i = 0; i < 2 * ARRAY_LEN(traps); i++) {
		size_t trap = i / 2;
		char *text = repeat(traps[trap].pump, traps[trap].n, "!");
		int r;
		int64_t usec = timed_search(traps[trap].pattern,
		    i % 2 ? MXLOG_PATTERN_INTERPRET : 0, text, &r);

		ck_assert_msg(r == -ETIMEDOUT || r == 0, "%s: %d",
		    traps[trap].pattern, r);
		ck_assert_msg(usec < BOUND_USEC, "%s: %ld us",
		    traps[trap].pattern, (long)usec);
		free(text);
	}
}
END_TEST

/* "\\t" in the corpus stands for what a regex would read. */
static char *attack_text(struct json_object *attack)
{
	struct json_object *prefix, *pump, *n, *suffix;
	char *body, *text;

	if (!json_object_object_get_ex(attack, "pump", &pump) ||
	    !json_object_object_get_ex(attack, "prefix", &prefix) ||
	    !json_object_object_get_ex(attack, "suffix", &suffix) ||
	    !json_object_object_get_ex(attack, "n", &n))
		return NULL;
	body = repeat(json_object_get_string(pump),
	    (size_t)json_object_get_int(n), json_object_get_string(suffix));
	ck_assert_int_gt(asprintf(&text, "%s%s", json_object_get_string(prefix),
			     body),
	    -1);
	free(body);
	return text;
}

static size_t run_attack(const char *regex, struct json_object *attack)
{
	struct mxlog_pattern *pattern;
	char *text = attack_text(attack);
	int64_t usec;
	int r;

	if (!text ||
	    mxlog_pattern_new(regex, strlen(regex), 0, &pattern, NULL) < 0) {
		free(text);
		return 0;
	}
	mxlog_pattern_free(pattern);
	usec = timed_search(regex, 0, text, &r);
	ck_assert_msg(usec < BOUND_USEC, "%s: %ld us", regex, (long)usec);
	free(text);
	return 1;
}

START_TEST(known_vulnerable_patterns_stay_within_the_budget)
{
	FILE *file =
	    fopen(MXLOG_CORPUS_DIR "/redos/regexlib_redos_true.jsonl", "r");
	char *line = NULL;
	size_t size = 0, n = 0;

	if (!file) {
		printf("no corpus here: skipped\n");
		return;
	}
	while (getline(&line, &size, file) > 0) {
		struct json_object *item = json_tokener_parse(line);
		struct json_object *regex, *attacks;

		ck_assert_ptr_nonnull(item);
		json_object_object_get_ex(item, "regex", &regex);
		json_object_object_get_ex(item, "attacks", &attacks);
		for (size_t i = 0; i < json_object_array_length(attacks); i++)
			n += run_attack(json_object_get_string(regex),
			    json_object_array_get_idx(attacks, i));
		json_object_put(item);
	}
	ck_assert_uint_gt(n, 200);
	free(line);
	(void)fclose(file);
}
END_TEST

START_TEST(a_match_of_any_length_is_found_whole)
{
	char *text = repeat("ab ", 300000, "z-end");
	struct mxlog_match match;

	ck_assert_int_eq(search_from("b [^z]+z", 0, text, 0, &match), 1);
	ck_assert_uint_eq(match.start, 1);
	ck_assert_uint_eq(match.end, 900001);
	ck_assert_int_eq(search_from("z-(?<secret>end)", 0, text, 0, &match),
	    1);
	ck_assert_uint_eq(match.secret_start, 900002);
	ck_assert_int_eq(search_from("(?s)a.*d", 0, text, 5, &match), 1);
	ck_assert_uint_eq(match.start, 6);
	ck_assert_uint_eq(match.end, 900005);
	free(text);
}
END_TEST

START_TEST(many_groups_deep_are_no_failure)
{
	char *text = repeat("ab", 5000, "!");
	struct mxlog_match match;

	ck_assert_int_eq(search_from("((a)(b))+!", 0, text, 0, &match), 1);
	ck_assert_uint_eq(match.end, 10001);
	free(text);
}
END_TEST

static void expect_literal(const char *text, unsigned flags,
    const char *literal, bool caseless)
{
	struct mxlog_pattern *pattern = make(text, flags);
	const struct mxlog_pattern_literals *found =
	    mxlog_pattern_literals(pattern);
	int len = found->n > 0 ? (int)found->list[0].len : 0;

	ck_assert_msg((size_t)len == strlen(literal) &&
		memcmp(found->list[0].text, literal, (size_t)len) == 0,
	    "%s: '%.*s' instead of '%s'", text, len, found->list[0].text,
	    literal);
	if (len > 0)
		ck_assert_int_eq(found->caseless, caseless);
	mxlog_pattern_free(pattern);
}

/* `expected`: the literals, joined by |. */
static void expect_literals(const char *text, const char *expected)
{
	struct mxlog_pattern *pattern = make(text, 0);
	const struct mxlog_pattern_literals *found =
	    mxlog_pattern_literals(pattern);
	struct mxlog_buf joined = { 0 };

	for (size_t i = 0; i < found->n; i++) {
		if (i > 0)
			ck_assert_int_ge(mxlog_buf_add(&joined, "|", 1), 0);
		ck_assert_int_ge(mxlog_buf_add(&joined, found->list[i].text,
				     found->list[i].len),
		    0);
	}
	ck_assert_int_ge(mxlog_buf_add(&joined, "", 1), 0);
	ck_assert_str_eq(joined.data, expected);
	mxlog_buf_done(&joined);
	mxlog_pattern_free(pattern);
}

START_TEST(all_certain_literals_are_known_the_longest_first)
{
	expect_literals("check.*in block$", "in block|check");
	expect_literals("ab(cde(?:fg)?h)+ij", "cde|ab|ij|h");
	expect_literals("one(two|three)four", "four|one");
	expect_literals("one|two", "");
	expect_literals("a[b-d](?=never)(?!never)ef?", "a|e");
	expect_literals("a.bb.ccc.d.ee.fff.gggg.h.ii.jjj",
	    "gggg|ccc|fff|jjj|bb|ee|ii|a");
}
END_TEST

START_TEST(the_longest_certain_literal_is_known)
{
	expect_literal("api_key=\\w+", 0, "api_key=", false);
	expect_literal("Bearer \\w+", 0, "Bearer ", false);
	expect_literal("(?i)Bearer \\w+", 0, "bearer ", true);
	expect_literal("Bearer", MXLOG_PATTERN_CASELESS, "bearer", true);
	expect_literal("ab(?:cdef)gh", 0, "cdef", false);
	expect_literal("ab(?<x>cdef)+gh", 0, "cdef", false);
	expect_literal("ab+cd", 0, "ab", false);
	expect_literal("a\\.b\\[c", 0, "a.b[c", false);
	expect_literal("a.b", MXLOG_PATTERN_LITERAL, "a.b", false);
	expect_literal("\xc3\xa9t\xc3\xa9", 0, "\xc3\xa9t\xc3\xa9", false);
	expect_literal("(?<=token )[a-z]{8,}x?yz", 0, "yz", false);
	expect_literal("[0-9a-f]{3}abc{2}d", 0, "abc", false);
}
END_TEST

START_TEST(a_literal_in_doubt_is_none)
{
	expect_literal("abc|def", 0, "", false);
	expect_literal("(?:abc|def)", 0, "", false);
	expect_literal("(?:abc)?", 0, "", false);
	expect_literal("(?:abc){0,3}", 0, "", false);
	expect_literal("(?!abc)", 0, "", false);
	expect_literal("(?x)a b", 0, "", false);
	expect_literal("(?:(?i)abc)", 0, "", false);
	expect_literal("(?i:abc)", 0, "", false);
	expect_literal("\\Qa.b\\E?", 0, "", false);
	expect_literal("a\\x62c", 0, "", false);
	expect_literal("a?b*", 0, "", false);
	expect_literal("ab{,2}", 0, "", false);
	expect_literal("[[:alpha:]]", 0, "", false);
	expect_literal("(?#abc)", 0, "", false);
	expect_literal("(a)?(?(1)bc|d)", 0, "", false);
	/* The Kelvin sign and the long s match too. */
	expect_literal("risk", MXLOG_PATTERN_CASELESS, "ri", true);
	expect_literal("\xc3\xa9", MXLOG_PATTERN_CASELESS, "", false);
}
END_TEST

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Random patterns of a small alphabet, texts of a smaller one. */
static void random_pattern(uint64_t *seed, struct mxlog_buf *buf)
{
	static const char *const items[] = { "a", "b", "k", "ab", "ba", "(",
		")", "|", "*", "+", "?", "{2}", "{0,1}", "[ab]", "[^a]", ".",
		"\\w", "\\b", "(?:", "(?i)", "(?=", "(?!", "(?<=a", "(?<n>",
		"(?|", "\\1", "(?>", "^", "$", "\\K", "\\.", "\xc3\xa9", "{",
		"}", "]", "\\Qa\\E", "\\x61", "{1,", "(?#a)", "(*F)", "s" };
	size_t n = 1 + next_random(seed) % 9;

	buf->len = 0;
	while (n-- > 0) {
		const char *item = items[next_random(seed) % ARRAY_LEN(items)];

		ck_assert_int_eq(mxlog_buf_add(buf, item, strlen(item)), 0);
	}
}

static void random_text(uint64_t *seed, struct mxlog_buf *buf)
{
	static const char *const items[] = { "a", "b", "A", "k", ".", "-",
		"\xc3\xa9", "\xe2\x84\xaa", "B", "{2}", "s", "\xc5\xbf" };
	size_t n = next_random(seed) % 8;

	buf->len = 0;
	while (n-- > 0) {
		const char *item = items[next_random(seed) % ARRAY_LEN(items)];

		ck_assert_int_eq(mxlog_buf_add(buf, item, strlen(item)), 0);
	}
}

static bool contains(const struct mxlog_buf *text, const char *literal,
    size_t len, bool caseless)
{
	for (size_t i = 0; i + len <= text->len; i++) {
		size_t j = 0;

		while (j < len &&
		    (text->data[i + j] == literal[j] ||
			(caseless && text->data[i + j] >= 'A' &&
			    text->data[i + j] <= 'Z' &&
			    text->data[i + j] + 32 == literal[j])))
			j++;
		if (j == len)
			return true;
	}
	return false;
}

/* True if there was something to check. */
static bool check_literals(struct mxlog_pattern *pattern,
    const struct mxlog_buf *source, const struct mxlog_buf *text)
{
	const struct mxlog_pattern_literals *literals =
	    mxlog_pattern_literals(pattern);
	struct mxlog_match match;

	if (literals->n == 0 ||
	    mxlog_pattern_search(pattern, text->data, text->len, 0, NULL,
		&match) != 1)
		return false;
	for (size_t i = 0; i < literals->n; i++) {
		const struct mxlog_pattern_literal *one = &literals->list[i];

		ck_assert_msg(contains(text, one->text, one->len,
				  literals->caseless),
		    "%.*s matches %.*s without %.*s", (int)source->len,
		    source->data, (int)text->len, text->data, (int)one->len,
		    one->text);
	}
	return true;
}

START_TEST(every_text_with_a_match_contains_the_literal)
{
	struct mxlog_buf source = { 0 }, text = { 0 };
	uint64_t seed = 20260128;
	size_t checked = 0;

	for (size_t i = 0; i < 60000; i++) {
		struct mxlog_pattern *pattern;
		unsigned flags =
		    next_random(&seed) % 2 ? MXLOG_PATTERN_CASELESS : 0;

		random_pattern(&seed, &source);
		if (mxlog_pattern_new(source.data, source.len,
			flags | MXLOG_PATTERN_INTERPRET, &pattern, NULL) < 0)
			continue;
		for (size_t j = 0; j < 6; j++) {
			random_text(&seed, &text);
			checked += check_literals(pattern, &source, &text);
		}
		mxlog_pattern_free(pattern);
	}
	ck_assert_uint_gt(checked, 1000);
	mxlog_buf_done(&source);
	mxlog_buf_done(&text);
}
END_TEST

START_TEST(portions_and_compiled_code_find_what_the_interpreter_finds)
{
	static const char *const patterns[] = { "a{50,}b", "(?<=b)a+b", "\\ba",
		"b(?=a)", "(a+b){3}", "$", "c", "\xc3\xa9", "a+(*SKIP)c|b",
		"a(*COMMIT)c", "\\Ga", "\\(*c" };
	char *text = repeat("aaaaaaaaaab\xc3\xa9", 20000, "c");

	for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
		struct mxlog_match one = { 0 }, other = { 0 };
		int r = search_from(patterns[i], 0, text, 0, &one);

		ck_assert_int_eq(search_from(patterns[i],
				     MXLOG_PATTERN_INTERPRET, text, 0, &other),
		    r);
		ck_assert_mem_eq(&one, &other, sizeof(one));
	}
	free(text);
}
END_TEST

SUITE("pattern", a_match_is_found_where_it_is, words_and_digits_are_unicode,
    look_behind_and_keep_out_see_what_stands_before,
    empty_matches_count_only_when_wanted, the_group_named_secret_is_told_apart,
    a_pattern_that_does_not_compile_says_why_and_where,
    no_pattern_takes_longer_than_its_budget,
    known_vulnerable_patterns_stay_within_the_budget,
    a_match_of_any_length_is_found_whole, many_groups_deep_are_no_failure,
    the_longest_certain_literal_is_known,
    all_certain_literals_are_known_the_longest_first,
    a_literal_in_doubt_is_none, every_text_with_a_match_contains_the_literal,
    portions_and_compiled_code_find_what_the_interpreter_finds)
