/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/ngram_filter.h"

#include <stdio.h>

#include "base/utf8.h"
#include "extern/pattern.h"
#include "suite.h"

static struct mxlog_ngram_set make(const char *text)
{
	struct mxlog_ngram_set set = { 0 };

	ck_assert_int_eq(mxlog_ngram_set_add(&set, text, strlen(text)), 0);
	return set;
}

static bool has(const struct mxlog_ngram_set *set, uint32_t slot)
{
	return set->bits && set->bits[slot / 64] >> slot % 64 & 1;
}

/* Is every gram of one in the other? */
static bool covers(const char *text, const char *needle)
{
	struct mxlog_ngram_set whole = make(text), part = make(needle);
	bool all = true;

	for (uint32_t slot = 0; slot < MXLOG_NGRAM_SLOTS; slot++)
		if (has(&part, slot) && !has(&whole, slot))
			all = false;
	mxlog_ngram_set_done(&whole);
	mxlog_ngram_set_done(&part);
	return all;
}

START_TEST(a_text_has_the_grams_of_what_it_contains_in_any_case)
{
	ck_assert(covers("Disk FULL on /dev/sda1", "disk full"));
	ck_assert(!covers("disk full", "disk fuel"));
	ck_assert(covers("50 \u212aelvin", "0 KELVIN"));
	ck_assert(covers("50 KELVIN", "0 \u212aelvin"));
	ck_assert(covers("Congre\u017fs", "congress"));
	/* What a character with another case stands between is no gram. */
	ck_assert(covers("gr\u00dc\u00dfe aus Rom", "GR\u00fc\u00dfE AUS"));
	ck_assert(covers("abc\xff"
			 "defg",
	    "\u00e4"
	    "defg"));
	/* Scripts without case can tell. */
	ck_assert(covers("磁盘已满 on host", "磁盘已满"));
	ck_assert(!covers("磁盘已满", "磁盘正常"));
	/* Too short to say anything. */
	ck_assert(covers("x", "abc"));
}
END_TEST

START_TEST(a_set_is_listed_as_far_as_it_goes_and_can_be_cleared)
{
	struct mxlog_ngram_set set = { 0 };

	ck_assert_int_eq(mxlog_ngram_set_add(&set, "\0\0\0\0abcd", 8), 0);
	ck_assert_uint_eq(set.n, 5);
	for (size_t i = 0; i < 5; i++)
		ck_assert(has(&set, set.few[i]));
	ck_assert_int_eq(mxlog_ngram_set_add(&set, "xabcd", 5), 0);
	ck_assert_uint_eq(set.n, 6);
	mxlog_ngram_set_clear(&set);
	ck_assert_uint_eq(set.n, 0);
	ck_assert_int_eq(mxlog_ngram_set_add(&set, "abc", 3), 0);
	ck_assert_uint_eq(set.n, 0);
	mxlog_ngram_set_done(&set);
}
END_TEST

/* What PCRE2 takes for equal must have equal grams: the ASCII characters that
 * have others beside them are these two, the scripts said to have no case have
 * none. Should PCRE2 learn another one, this says so. */
START_TEST(folding_is_the_searchs_own)
{
	struct mxlog_pattern *ascii, *letter;
	struct mxlog_buf all = { 0 };
	struct mxlog_match match;
	size_t from = 0, n, found = 0;

	for (uint32_t c = 0x80; c < 0x110000; c++)
		if (c < 0xd800 || c > 0xdfff)
			ck_assert_int_eq(mxlog_utf8_append(&all, c), 0);
	ck_assert_int_eq(mxlog_pattern_new(LITERAL("[\\x01-\\x7f]"),
			     MXLOG_PATTERN_CASELESS, &ascii, NULL),
	    0);
	while (mxlog_pattern_search(ascii, all.data, all.len, from, NULL,
		   &match) > 0) {
		uint32_t other = mxlog_utf8_decode(all.data + match.start, &n);

		ck_assert(other == 0x212a || other == 0x17f);
		from = match.end;
		found++;
	}
	ck_assert_uint_eq(found, 2);
	mxlog_pattern_free(ascii);
	/* And which of them is which. */
	ck_assert_int_eq(mxlog_pattern_new("K", 1, MXLOG_PATTERN_CASELESS,
			     &letter, NULL),
	    0);
	ck_assert_int_eq(mxlog_pattern_search(letter, LITERAL("\u212a"), 0,
			     NULL, &match),
	    1);
	mxlog_pattern_free(letter);
	mxlog_buf_done(&all);
}
END_TEST

START_TEST(scripts_without_case_have_none)
{
	/* Of every character of theirs: no other one equals it. A character
	 * class of them all, caseless, must match nothing outside. */
	static const char uncased[] = "[\\x{0590}-\\x{109f}\\x{2e80}-\\x{a4cf}"
				      "\\x{ac00}-\\x{d7a3}\\x{f900}-\\x{faff}"
				      "\\x{1f300}-\\x{1faff}"
				      "\\x{20000}-\\x{3134f}]";
	static const char cased[] =
	    "(?i)[\\x{0590}-\\x{109f}\\x{2e80}-\\x{a4cf}"
	    "\\x{ac00}-\\x{d7a3}\\x{f900}-\\x{faff}"
	    "\\x{1f300}-\\x{1faff}"
	    "\\x{20000}-\\x{3134f}]";
	struct mxlog_pattern *exact, *caseless;
	struct mxlog_match match;
	struct mxlog_buf buf = { 0 };

	ck_assert_int_eq(mxlog_pattern_new(LITERAL(uncased), 0, &exact, NULL),
	    0);
	ck_assert_int_eq(mxlog_pattern_new(LITERAL(cased), 0, &caseless, NULL),
	    0);
	for (uint32_t c = 1; c < 0x32000; c++) {
		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		buf.len = 0;
		ck_assert_int_eq(mxlog_utf8_append(&buf, c), 0);
		ck_assert_int_eq(mxlog_pattern_search(exact, buf.data, buf.len,
				     0, NULL, &match),
		    mxlog_pattern_search(caseless, buf.data, buf.len, 0, NULL,
			&match));
	}
	mxlog_pattern_free(exact);
	mxlog_pattern_free(caseless);
	mxlog_buf_done(&buf);
}
END_TEST

/* ---- n-gram filters ---- */

enum {
	MEMBERS = 300,
	LINES = 500,
};

static uint64_t seed = 88172645463325252;

static uint64_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static size_t describe(char *out, size_t len, size_t member, size_t line)
{
	return (size_t)snprintf(out, len,
	    "request %016llx from user%zu took %zu ms",
	    (unsigned long long)next_random(), member * 7 + line % 5,
	    line % 1000);
}

/* Sketches of many members; *ret_kept is a message of each. */
static struct mxlog_ngram_filters *build(char kept[MEMBERS][80],
    size_t *ret_len)
{
	struct mxlog_ngram_filter_writer *writer;
	struct mxlog_ngram_filters *ngram_filters;
	struct mxlog_ngram_set set = { 0 };
	struct mxlog_buf out = { 0 };

	ck_assert_int_eq(mxlog_ngram_filter_writer_new(&writer), 0);
	for (size_t i = 0; i < MEMBERS; i++) {
		mxlog_ngram_set_clear(&set);
		for (size_t j = 0; j < LINES; j++) {
			char text[80];
			size_t n = describe(text, sizeof(text), i, j);

			ck_assert_int_eq(mxlog_ngram_set_add(&set, text, n), 0);
			memcpy(kept[i], text, sizeof(text));
		}
		ck_assert_int_eq(mxlog_ngram_filter_writer_add(writer,
				     i == 7 ? NULL : &set, 30000),
		    0);
	}
	ck_assert_int_eq(mxlog_ngram_filter_writer_finish(writer, &out), 0);
	ck_assert_int_eq(mxlog_ngram_filters_decode(out.data, out.len, MEMBERS,
			     &ngram_filters),
	    0);
	*ret_len = out.len;
	mxlog_ngram_filter_writer_free(writer);
	mxlog_ngram_set_done(&set);
	mxlog_buf_done(&out);
	return ngram_filters;
}

static size_t count_members(const struct mxlog_ngram_filters *ngram_filters,
    const char *text)
{
	struct mxlog_ngram_set needle = make(text);
	size_t n = 0;

	for (size_t i = 0; i < MEMBERS; i++)
		n += mxlog_ngram_filters_may_contain(ngram_filters, i, &needle);
	mxlog_ngram_set_done(&needle);
	return n;
}

START_TEST(members_are_skipped_and_none_that_holds_the_text)
{
	static char kept[MEMBERS][80];
	size_t len, wrong = 0;
	struct mxlog_ngram_filters *ngram_filters = build(kept, &len);

	ck_assert_uint_le(len, MEMBERS * 30000 / 50);
	for (size_t i = 0; i < MEMBERS; i++) {
		struct mxlog_ngram_set needle = make(kept[i]);

		ck_assert(
		    mxlog_ngram_filters_may_contain(ngram_filters, i, &needle));
		mxlog_ngram_set_done(&needle);
	}
	/* Absent ids; member 7 may hold anything. */
	for (size_t i = 0; i < 100; i++) {
		char text[17];

		(void)snprintf(text, sizeof(text), "%016llx",
		    (unsigned long long)next_random());
		wrong += count_members(ngram_filters, text) - 1;
	}
	ck_assert_uint_lt(wrong, MEMBERS * 100 / 10);
	ck_assert_uint_eq(count_members(ngram_filters, "Request"), MEMBERS);
	ck_assert_uint_eq(count_members(ngram_filters, "abc"), MEMBERS);
	ck_assert_uint_le(count_members(ngram_filters, "zzzzqqqqxxxx"), 9);
	mxlog_ngram_filters_free(ngram_filters);
}
END_TEST

START_TEST(damaged_ngram_filters_are_refused_or_harmless)
{
	struct mxlog_ngram_filter_writer *writer;
	struct mxlog_ngram_filters *ngram_filters;
	struct mxlog_ngram_set set = make("one message of a few words");
	struct mxlog_buf out = { 0 };

	ck_assert_int_eq(mxlog_ngram_filter_writer_new(&writer), 0);
	for (int i = 0; i < 6; i++)
		ck_assert_int_eq(mxlog_ngram_filter_writer_add(writer, &set,
				     5000),
		    0);
	ck_assert_int_eq(mxlog_ngram_filter_writer_finish(writer, &out), 0);
	for (size_t len = 0; len < out.len; len++)
		ck_assert_int_eq(mxlog_ngram_filters_decode(out.data, len, 6,
				     &ngram_filters),
		    -EBADMSG);
	ck_assert_int_eq(mxlog_ngram_filters_decode(out.data, out.len, 5,
			     &ngram_filters),
	    -EBADMSG);
	for (size_t bit = 0; bit < out.len * 8; bit++) {
		out.data[bit / 8] ^= (char)(1 << bit % 8);
		if (mxlog_ngram_filters_decode(out.data, out.len, 6,
			&ngram_filters) == 0) {
			(void)mxlog_ngram_filters_may_contain(ngram_filters, 5,
			    &set);
			mxlog_ngram_filters_free(ngram_filters);
		}
		out.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	mxlog_ngram_filter_writer_free(writer);
	mxlog_ngram_set_done(&set);
	mxlog_buf_done(&out);
}
END_TEST

SUITE("archive_sketch", a_text_has_the_grams_of_what_it_contains_in_any_case,
    a_set_is_listed_as_far_as_it_goes_and_can_be_cleared,
    folding_is_the_searchs_own, scripts_without_case_have_none,
    members_are_skipped_and_none_that_holds_the_text,
    damaged_ngram_filters_are_refused_or_harmless)
