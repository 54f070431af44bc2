/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_pieces.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"

#include "starve.h"
#include "suite.h"

/* What came out: "[3]text" of three pieces, "!" behind it where it was cut. */
static struct mxlog_buf out;
static struct mxlog_journal_index names;
static struct mxlog_journal_record record;
static struct mxlog_journal_pieces *pieces;
static uint64_t seqnum;
static int64_t now;
static unsigned long starve_at; /* an allocation of the next offer */

static int emit(void *arg, const struct mxlog_journal_record *emitted,
    const struct mxlog_journal_identity *identities, size_t n)
{
	size_t len = 0;
	const char *text =
	    mxlog_journal_record_get(emitted, MXLOG_JOURNAL_MESSAGE, &len);

	(void)arg;
	ck_assert_int_eq(emitted->realtime_usec, identities[0].realtime_usec);
	ck_assert(emitted->cut ||
	    !mxlog_journal_record_find(emitted, MXLOG_JOURNAL__LINE_BREAK));
	return mxlog_buf_printf(&out, "[%zu]%.*s%s\n", n,
	    (int)(len < 100 ? len : 100), text, emitted->cut ? "!" : "");
}

static void begin(void)
{
	out.len = 0;
	seqnum = 0;
	now = 0;
	ck_assert_int_eq(mxlog_journal_index_init(&names), 0);
	ck_assert_int_eq(mxlog_journal_record_init(&record, &names), 0);
	ck_assert_int_eq(mxlog_journal_pieces_new(&names, "***", emit, NULL,
			     &pieces),
	    0);
}

static void add_field(const char *field)
{
	ck_assert_int_eq(mxlog_journal_record_add(&record, field,
			     strlen(field)),
	    0);
}

/* Fields as one text, parted by blanks; then the message. */
static int offer(const char *fields, const char *message)
{
	struct mxlog_journal_identity identity = {
		.id = 1,
		.seqnum = ++seqnum,
		.realtime_usec = 1000000 + now,
	};
	static char text[700 * 1024];

	now += 1000;
	mxlog_journal_record_begin(&record, identity.realtime_usec);
	while (*fields) {
		char field[128];
		size_t len = strcspn(fields, " ");

		(void)snprintf(field, sizeof(field), "%.*s", (int)len, fields);
		add_field(field);
		fields += len + (fields[len] == ' ');
	}
	(void)snprintf(text, sizeof(text), "MESSAGE=%s", message);
	add_field(text);
	if (starve_at > 0)
		starve(starve_at);
	return mxlog_journal_pieces_offer(pieces, &record, &identity, now);
}

static void say(const char *fields, const char *message)
{
	ck_assert_int_eq(offer(fields, message), 1);
}

static void expect(const char *text)
{
	ck_assert_int_eq(mxlog_journal_pieces_flush(pieces), 0);
	ck_assert_uint_eq(mxlog_journal_pieces_held(pieces), 0);
	ck_assert_int_eq(mxlog_journal_pieces_deadline(pieces), INT64_MAX);
	ck_assert_int_eq(mxlog_buf_add_char(&out, '\0'), 0);
	ck_assert_str_eq(out.data, text);
	mxlog_buf_done(&out);
	mxlog_journal_pieces_free(pieces);
	mxlog_journal_record_done(&record);
}

#define DOCKER(ordinal, last)                                        \
	"CONTAINER_ID=4cb6 CONTAINER_PARTIAL_MESSAGE=true "          \
	"CONTAINER_PARTIAL_ID=p1 CONTAINER_PARTIAL_ORDINAL=" ordinal \
	" CONTAINER_PARTIAL_LAST=" last
#define PODMAN "CONTAINER_ID=77 CONTAINER_NAME=web PRIORITY=6"
#define CUT    "_STREAM_ID=s _PID=1 _LINE_BREAK=line-max"

START_TEST(dockers_pieces_are_one_line)
{
	begin();
	say(DOCKER("1", "false"), "a");
	ck_assert_int_eq(offer("CONTAINER_ID=4cb6", "other"), 0);
	say(DOCKER("2", "false"), "b");
	say(DOCKER("3", "true"), "c");
	ck_assert_uint_eq(mxlog_journal_pieces_held(pieces), 0);
	expect("[3]abc\n");
}
END_TEST

START_TEST(podmans_end_with_what_is_no_piece)
{
	begin();
	say(PODMAN " CONTAINER_PARTIAL_MESSAGE=true", "a");
	ck_assert_int_eq(offer("CONTAINER_ID=77 CONTAINER_NAME=web PRIORITY=3",
			     "error"),
	    0);
	say(PODMAN " CONTAINER_PARTIAL_MESSAGE=true", "b");
	say(PODMAN, "c");
	ck_assert_int_eq(offer(PODMAN, "next"), 0);
	expect("[3]abc\n");
}
END_TEST

START_TEST(journalds_end_with_the_streams_next_line)
{
	begin();
	say(CUT, "a");
	ck_assert_int_eq(offer("_STREAM_ID=t _PID=1", "other"), 0);
	say(CUT, "b");
	say("_STREAM_ID=s _PID=1", "c");
	expect("[3]abc\n");
}
END_TEST

START_TEST(where_a_bound_cuts_the_tokens_are_masked)
{
	begin();
	say(CUT, "x sec");
	ck_assert_int_eq(mxlog_journal_pieces_deadline(pieces), 1001000);
	ck_assert_int_eq(mxlog_journal_pieces_expire(pieces, 1000999), 0);
	ck_assert_uint_eq(mxlog_journal_pieces_held(pieces), 1);
	ck_assert_int_eq(mxlog_journal_pieces_expire(pieces, 1001000), 0);
	ck_assert_uint_eq(mxlog_journal_pieces_held(pieces), 0);
	say("_STREAM_ID=s _PID=1", "ret y");
	ck_assert_int_eq(offer("_STREAM_ID=s _PID=1", "next"), 0);
	expect("[1]x ***!\n[1]*** y!\n");
}
END_TEST

START_TEST(a_piece_that_is_missing_cuts)
{
	begin();
	say(DOCKER("1", "false"), "a b");
	say(DOCKER("3", "true"), "c d");
	say(DOCKER("2", "true"), "e f");
	expect("[1]a ***!\n[1]*** d!\n[1]*** f!\n");
}
END_TEST

START_TEST(a_line_of_a_mebibyte_is_the_longest)
{
	char *text = malloc(600 * 1024 + 1);

	ck_assert_ptr_nonnull(text);
	memset(text, 'x', 600 * 1024);
	memcpy(text, "begin ", 6);
	memcpy(text + 600 * 1024 - 5, " end", 5);
	begin();
	say(CUT, text);
	say(CUT, text);
	say("_STREAM_ID=s _PID=1", " last");
	ck_assert_int_eq(mxlog_journal_pieces_flush(pieces), 0);
	ck_assert_int_eq(mxlog_buf_add_char(&out, '\0'), 0);
	ck_assert_int_eq(strncmp(out.data, "[1]begin xxx", 12), 0);
	ck_assert_ptr_nonnull(strstr(out.data, "!\n[2]*** xxx"));
	mxlog_buf_done(&out);
	mxlog_journal_pieces_free(pieces);
	mxlog_journal_record_done(&record);
	free(text);
}
END_TEST

START_TEST(more_lines_than_there_is_room_for_lose_nothing)
{
	size_t lines = 0;

	begin();
	for (int i = 0; i < 200; i++) {
		char fields[64];

		(void)snprintf(fields, sizeof(fields),
		    "_STREAM_ID=%d _LINE_BREAK=line-max", i);
		say(fields, "x");
		ck_assert_uint_le(mxlog_journal_pieces_held(pieces), 64);
	}
	ck_assert_int_eq(mxlog_journal_pieces_flush(pieces), 0);
	for (size_t i = 0; i < out.len; i++)
		lines += out.data[i] == '\n';
	ck_assert_uint_eq(lines, 200);
	mxlog_buf_done(&out);
	mxlog_journal_pieces_free(pieces);
	mxlog_journal_record_done(&record);
}
END_TEST

START_TEST(without_memory_it_says_so)
{
	struct mxlog_journal_pieces *none = NULL;
	bool starved = true;

	for (unsigned long i = 1; starved; i++) {
		int r;

		begin();
		starve_at = i;
		r = offer(DOCKER("1", "false"), "a");
		starve_at = 0;
		starved = starve_done();
		ck_assert(r == 1 || (starved && r == -ENOMEM));
		mxlog_journal_pieces_free(pieces);
		mxlog_journal_record_done(&record);
	}
	starve(2);
	starved =
	    mxlog_journal_pieces_new(&names, "*", emit, NULL, &none) == -ENOMEM;
	ck_assert(starve_done() && starved);
}
END_TEST

SUITE("journal_pieces", dockers_pieces_are_one_line,
    podmans_end_with_what_is_no_piece, journalds_end_with_the_streams_next_line,
    where_a_bound_cuts_the_tokens_are_masked, a_piece_that_is_missing_cuts,
    a_line_of_a_mebibyte_is_the_longest,
    more_lines_than_there_is_room_for_lose_nothing, without_memory_it_says_so)
