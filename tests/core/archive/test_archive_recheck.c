/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/archive_recheck.h"

#include <stdlib.h>

#include "lines.h"
#include "suite.h"

/* A member of lines, and a directory that says of it what is so. */
struct fixture {
	struct mxlog_buf content;
	struct mxlog_archive_scan *scan;
	struct mxlog_archive_directory dir;
	struct mxlog_archive_member member;
	struct mxlog_ngram_filters *filters;
};

static void make_filters(struct fixture *f, const struct mxlog_ngram_set *set)
{
	struct mxlog_ngram_filter_writer *writer;
	struct mxlog_buf part = { 0 };

	mxlog_ngram_filters_free(f->filters);
	ck_assert_int_eq(mxlog_ngram_filter_writer_new(&writer), 0);
	ck_assert_int_eq(mxlog_ngram_filter_writer_add(writer, set, 200000), 0);
	ck_assert_int_eq(mxlog_ngram_filter_writer_finish(writer, &part), 0);
	mxlog_ngram_filter_writer_free(writer);
	ck_assert_int_eq(mxlog_ngram_filters_decode(part.data, part.len, 1,
			     &f->filters),
	    0);
	mxlog_buf_done(&part);
}

static void setup(struct fixture *f)
{
	struct lines lines = { .time_usec = INT64_C(1769558400000000) };

	*f = (struct fixture){ 0 };
	lines_fill(&lines, 50000, &f->content);
	ck_assert_int_eq(mxlog_archive_scan_new(MXLOG_ENTRIES, &f->scan), 0);
	ck_assert_int_eq(mxlog_archive_scan_member(f->scan, f->content.data,
			     f->content.len, false, &f->member),
	    0);
	ck_assert_int_eq(mxlog_archive_scan_names(f->scan, &f->dir), 0);
	f->dir.members = &f->member;
	f->dir.n_members = 1;
	make_filters(f, mxlog_archive_scan_grams(f->scan));
}

static void teardown(struct fixture *f)
{
	free(f->dir.modules);
	free(f->dir.tags);
	mxlog_archive_scan_free(f->scan);
	mxlog_ngram_filters_free(f->filters);
	mxlog_buf_done(&f->content);
}

static const char *recheck(struct fixture *f)
{
	struct mxlog_archive_scan *scan;
	const char *hidden = NULL;
	int r;

	ck_assert_int_eq(mxlog_archive_scan_new(MXLOG_ENTRIES, &scan), 0);
	r = mxlog_archive_recheck_member(scan, &f->dir, 0, f->filters,
	    &f->content, &hidden);
	ck_assert_int_eq(r, hidden ? -EBADMSG : 0);
	mxlog_archive_scan_free(scan);
	return hidden;
}

START_TEST(what_is_so_holds_and_so_does_what_allows_more)
{
	struct fixture f;

	setup(&f);
	ck_assert_ptr_null(recheck(&f));
	f.member.min_usec--;
	f.member.max_usec++;
	f.member.n_modules = MXLOG_ARCHIVE_ANY;
	make_filters(&f, NULL);
	ck_assert_ptr_null(recheck(&f));
	teardown(&f);
}
END_TEST

START_TEST(what_hides_something_is_told)
{
	struct mxlog_ngram_set few = { 0 };
	struct mxlog_archive_member said;
	struct fixture f;

	setup(&f);
	said = f.member;
	f.member.min_usec++;
	ck_assert_ptr_nonnull(strstr(recheck(&f), "times"));
	f.member = said;
	f.member.max_usec--;
	ck_assert_ptr_nonnull(strstr(recheck(&f), "times"));
	f.member = said;
	f.member.max_usec = INT64_MIN; /* as if there were nothing */
	ck_assert_ptr_nonnull(strstr(recheck(&f), "times"));
	f.member = said;
	f.member.max_trace.hi--;
	ck_assert_ptr_nonnull(strstr(recheck(&f), "trace ids"));
	f.member = said;
	ck_assert_uint_gt(f.member.levels[1], 0);
	f.member.levels[1]--;
	ck_assert_ptr_nonnull(strstr(recheck(&f), "levels"));
	f.member = said;
	f.member.levels[0]++; /* would be answered */
	ck_assert_ptr_nonnull(strstr(recheck(&f), "levels"));
	f.member = said;
	f.member.n_modules--;
	ck_assert_ptr_nonnull(strstr(recheck(&f), "modules"));
	f.member = said;
	f.member.lines++;
	ck_assert_ptr_nonnull(strstr(recheck(&f), "lines"));
	f.member = said;
	ck_assert_int_eq(mxlog_ngram_set_add(&few, LITERAL("something else")),
	    0);
	make_filters(&f, &few);
	ck_assert_ptr_nonnull(strstr(recheck(&f), "text"));
	mxlog_ngram_set_done(&few);
	teardown(&f);
}
END_TEST

SUITE("archive_recheck", what_is_so_holds_and_so_does_what_allows_more,
    what_hides_something_is_told)
