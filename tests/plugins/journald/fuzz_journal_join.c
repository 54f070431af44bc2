/* SPDX-License-Identifier: Apache-2.0 */
/* Any lines of any streams come out once each, in pieces or joined. Input:
 * lines; the first byte of each says whose it is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal_join.h"
#include "journal_pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	LINES_MAX = 4096,
};

static struct mxlog_journal_join *join;
static struct mxlog_journal_pieces *pieces;
static unsigned char seen[LINES_MAX + 1];
static int64_t now;

static int emit(void *arg, const struct mxlog_journal_record *record,
    const struct mxlog_journal_identity *identities, size_t n)
{
	(void)arg;
	if (!mxlog_journal_record_find(record, MXLOG_JOURNAL_MESSAGE) ||
	    record->realtime_usec != identities[0].realtime_usec)
		abort();
	for (size_t i = 0; i < n; i++)
		if (seen[identities[i].seqnum]++ != 0 ||
		    (i > 0 && identities[i].seqnum <= identities[i - 1].seqnum))
			abort();
	return 0;
}

static int take_line(void *arg, const struct mxlog_journal_record *record,
    const struct mxlog_journal_identity *identities, size_t n)
{
	int r = mxlog_journal_join_offer(join, record, identities, n, now);

	if (r < 0)
		abort();
	return r > 0 ? 0 : emit(arg, record, identities, n);
}

static void add(struct mxlog_journal_record *record, const char *name,
    const char *value, size_t len)
{
	static char field[64 * 1024 + 64];
	int n = snprintf(field, sizeof(field), "%s=", name);

	if (len > 64 * 1024)
		len = 64 * 1024;
	memcpy(field + n, value, len);
	if (mxlog_journal_record_add(record, field, (size_t)n + len) < 0)
		abort();
}

static void offer(struct mxlog_journal_record *record, uint64_t number,
    const char *line, size_t len)
{
	unsigned char how = len > 0 ? (unsigned char)line[0] : 0;
	const struct mxlog_journal_identity identity = {
		.id = 1,
		.seqnum = number,
		.realtime_usec = 1000000 + now,
	};
	char stream[2] = { (char)('a' + how % 4), '\0' };

	now += how & 0x40 ? 700000 : 500;
	mxlog_journal_record_begin(record, identity.realtime_usec);
	add(record, how & 8 ? "CONTAINER_ID" : "_STREAM_ID", stream, 1);
	add(record, "MESSAGE", line + (len > 0), len - (len > 0));
	if (how & 16)
		add(record, "_LINE_BREAK", "line-max", 8);
	if ((how & 0x30) == 0x30)
		add(record, "CONTAINER_PARTIAL_MESSAGE", "true", 4);
	if (mxlog_journal_pieces_expire(pieces, now) < 0 ||
	    mxlog_journal_join_expire(join, now) < 0)
		abort();
	switch (mxlog_journal_pieces_offer(pieces, record, &identity, now)) {
	case 0:
		(void)take_line(NULL, record, &identity, 1);
		break;
	case 1:
		break;
	default:
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size;
	struct mxlog_journal_index names;
	struct mxlog_journal_record record;
	uint64_t n = 0;

	memset(seen, 0, sizeof(seen));
	now = 0;
	if (mxlog_journal_index_init(&names) < 0 ||
	    mxlog_journal_record_init(&record, &names) < 0 ||
	    mxlog_journal_join_new(&names, emit, NULL, &join) < 0 ||
	    mxlog_journal_pieces_new(&names, "***", take_line, NULL, &pieces) <
		0)
		abort();
	while (at < end && n < LINES_MAX) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((newline ? newline : end) - at);

		offer(&record, ++n, at, len);
		at += len + 1;
	}
	if (mxlog_journal_pieces_flush(pieces) < 0 ||
	    mxlog_journal_join_flush(join) < 0 ||
	    mxlog_journal_join_held(join) > 0)
		abort();
	for (uint64_t i = 1; i <= n; i++)
		if (seen[i] != 1)
			abort();
	mxlog_journal_pieces_free(pieces);
	mxlog_journal_join_free(join);
	mxlog_journal_record_done(&record);
	return 0;
}
