/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/redact_keywords.h"
#include <ctype.h>

#include <strings.h>

#include "base/buf.h"
#include "suite.h"

static const struct {
	unsigned flags;
	const char *text;
} list[] = {
	{ MXLOG_KEYWORD_CASELESS, "pass" },
	{ 0, "AKIA" },
	{ MXLOG_KEYWORD_CASELESS, "key" },
	{ 0, "://" },
	{ 0, "-----BEGIN " },
	{ MXLOG_KEYWORD_CASELESS, "a_long_keyword_of_more_than_sixteen_bytes" },
	{ 0, "aaa" },
	{ 0, "caf\xc3\xa9-bar" },
	{ 0, "Zz9" },
	{ MXLOG_KEYWORD_WORD, "Zz9" },
	{ MXLOG_KEYWORD_WORD, "ghp_x" },
	{ 0, "\xd0\xbf\xd0\xb0" },
	{ MXLOG_KEYWORD_CASELESS, "\xe5\xaf\x86key" },
};

static struct mxlog_keywords *make(void)
{
	struct mxlog_keywords *keywords;

	ck_assert_int_eq(mxlog_keywords_new(&keywords), 0);
	for (size_t i = 0; i < ARRAY_LEN(list); i++)
		ck_assert_int_eq(mxlog_keywords_add(keywords, list[i].text,
				     strlen(list[i].text), list[i].flags,
				     (unsigned)i),
		    0);
	mxlog_keywords_build(keywords);
	return keywords;
}

struct found {
	size_t start[4096];
	unsigned id[4096];
	size_t n, max;
};

static bool note(void *data, size_t start, size_t len, unsigned id)
{
	struct found *found = data;

	if (id == MXLOG_KEYWORD_RUN)
		ck_assert_uint_ge(len, MXLOG_KEYWORD_RUN_MIN);
	else
		ck_assert_uint_eq(len, strlen(list[id].text));
	ck_assert_uint_lt(found->n, ARRAY_LEN(found->start));
	found->start[found->n] = start;
	found->id[found->n++] = id;
	return found->max == 0 || found->n < found->max;
}

static bool has(const struct found *found, size_t start, unsigned id)
{
	for (size_t i = 0; i < found->n; i++)
		if (found->start[i] == start && found->id[i] == id)
			return true;
	return false;
}

static bool is_at(const char *text, size_t len, unsigned id)
{
	const char *keyword = list[id].text;

	if (strlen(keyword) > len)
		return false;
	return list[id].flags & MXLOG_KEYWORD_CASELESS
	    ? strncasecmp(text, keyword, strlen(keyword)) == 0
	    : memcmp(text, keyword, strlen(keyword)) == 0;
}

/* Both ways to search find what a plain comparison finds. */
static void check(const struct mxlog_keywords *keywords, const char *text,
    size_t len)
{
	static struct found wide, portable;
	size_t n = 0;

	wide.n = portable.n = 0;
	mxlog_keywords_find(keywords, text, len, note, &wide);
	mxlog_keywords_find_portable(keywords, text, len, note, &portable);
	for (size_t i = 0; i < len; i++)
		for (unsigned id = 0; id < ARRAY_LEN(list); id++) {
			if (!is_at(text + i, len - i, id) ||
			    ((list[id].flags & MXLOG_KEYWORD_WORD) && i > 0 &&
				isalnum((unsigned char)text[i - 1])))
				continue;
			n++;
			ck_assert(has(&wide, i, id));
			ck_assert(has(&portable, i, id));
		}
	for (size_t i = 0; i < len; i++) {
		size_t run = 0;

		while (i + run < len && isalnum((unsigned char)text[i + run]))
			run++;
		if (run < MXLOG_KEYWORD_RUN_MIN ||
		    (i > 0 && isalnum((unsigned char)text[i - 1])))
			continue;
		n++;
		ck_assert(has(&wide, i, MXLOG_KEYWORD_RUN));
		ck_assert(has(&portable, i, MXLOG_KEYWORD_RUN));
	}
	ck_assert_uint_eq(wide.n, n);
	ck_assert_uint_eq(portable.n, n);
}

START_TEST(long_runs_of_letters_and_digits_are_told)
{
	struct mxlog_keywords *keywords = make();
	char text[200];

	for (size_t at = 0; at < 70; at++)
		for (size_t n = 20; n < 100; n++) {
			memset(text, '.', sizeof(text));
			memset(text + at, 'x', n);
			check(keywords, text, at + n);
			check(keywords, text, at + n + 1 + at % 40);
			memset(text, 'y', at > 2 ? at - 2 : 0);
			check(keywords, text, at + n + 7);
			text[0] = text[at / 2] = '.';
			check(keywords, text, at + n + 7);
		}
	mxlog_keywords_free(keywords);
}
END_TEST

START_TEST(keywords_are_found_at_every_place_of_every_length)
{
	struct mxlog_keywords *keywords = make();

	for (size_t len = 0; len <= 134; len += 1 + len / 70)
		for (size_t id = 0; id < ARRAY_LEN(list); id++) {
			size_t n = strlen(list[id].text);
			char *text = malloc(len + 1);

			for (size_t at = 0; at + n <= len; at++) {
				memset(text, '.', len);
				memcpy(text + at, list[id].text, n);
				check(keywords, text, len);
			}
			free(text);
		}
	mxlog_keywords_free(keywords);
}
END_TEST

START_TEST(random_texts_give_what_a_plain_comparison_gives)
{
	static const char *const items[] = { "pass", "PASS", "Key", "akia",
		"AKIA", "a", "://", "-----BEGIN", " ", "\xc3\xa9", "caf",
		"-bar", "-----BEGIN ", "Zz9", "zz9", "p", "ss", "\xff", "ke",
		"y", "abcdefgh12345678", "ghp_x", "\xd0\xbf\xd0\xb0",
		"\xe5\xaf\x86", "\xd0" };
	struct mxlog_keywords *keywords = make();
	struct mxlog_buf text = { 0 };
	uint64_t seed = 42;

	for (int i = 0; i < 3000; i++) {
		text.len = 0;
		for (int j = 0; j < i % 60; j++) {
			const char *item;

			seed = seed * 6364136223846793005 + 1442695040888963407;
			item = items[(seed >> 33) % ARRAY_LEN(items)];
			ck_assert_int_eq(mxlog_buf_add(&text, item,
					     strlen(item)),
			    0);
		}
		check(keywords, text.data ? text.data : "", text.len);
	}
	mxlog_buf_done(&text);
	mxlog_keywords_free(keywords);
}
END_TEST

START_TEST(a_search_ends_when_it_is_told_to)
{
	static struct found found = { .max = 2 };
	struct mxlog_keywords *keywords = make();

	mxlog_keywords_find(keywords, LITERAL("key key key key"), note, &found);
	ck_assert_uint_eq(found.n, 2);
	mxlog_keywords_free(keywords);
}
END_TEST

START_TEST(a_keyword_without_three_ascii_bytes_is_refused)
{
	struct mxlog_keywords *keywords = make();
	char longest[MXLOG_KEYWORD_MAX + 1];

	memset(longest, 'a', sizeof(longest));
	ck_assert_int_eq(mxlog_keywords_add(keywords, LITERAL("ab"), 0, 0),
	    -EINVAL);
	ck_assert_int_eq(mxlog_keywords_add(keywords,
			     LITERAL("ab\xc3\xa9"
				     "ab"),
			     0, 0),
	    -EINVAL);
	ck_assert_int_eq(mxlog_keywords_add(keywords, longest, sizeof(longest),
			     0, 0),
	    -EINVAL);
	mxlog_keywords_free(keywords);
}
END_TEST

SUITE("redact_keywords", keywords_are_found_at_every_place_of_every_length,
    long_runs_of_letters_and_digits_are_told,
    random_texts_give_what_a_plain_comparison_gives,
    a_search_ends_when_it_is_told_to,
    a_keyword_without_three_ascii_bytes_is_refused)
