/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_pieces.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "journal_array.h"

static const int64_t hold_usec = 1000000;

enum {
	/* Bytes of a token at a cut that are masked: no secret is longer. */
	MASK_MAX = 8192,
};

/* A line of which pieces are here, or one that was cut, whose next piece is
 * awaited to be masked. */
struct line {
	struct mxlog_journal_record record; /* of the first piece */
	char *text;
	size_t len, capacity;
	struct mxlog_journal_identity *identities;
	size_t n, n_capacity;
	int64_t ordinal; /* of the last piece; 0 where there are none */
	int64_t since_usec;
	bool begins_cut; /* it goes on where another one was cut */
	bool is_over;    /* nothing is held */
};

struct mxlog_journal_pieces {
	struct mxlog_journal_index *index;
	char *mask;
	mxlog_journal_emit *emit;
	void *arg;
	/* Oldest first; the memory of those behind `n` is kept. */
	struct line *lines[MXLOG_JOURNAL_PIECES_LINES];
	size_t n;
	size_t bytes; /* of all texts */
};

static void free_line(struct line *line)
{
	if (!line)
		return;
	mxlog_journal_record_done(&line->record);
	free(line->text);
	free(line->identities);
	free(line);
}

int mxlog_journal_pieces_new(struct mxlog_journal_index *index,
    const char *mask, mxlog_journal_emit *emit, void *arg,
    struct mxlog_journal_pieces **ret)
{
	struct mxlog_journal_pieces *pieces = calloc(1, sizeof(*pieces));

	if (!pieces)
		return -ENOMEM;
	pieces->index = index;
	pieces->mask = strdup(mask);
	pieces->emit = emit;
	pieces->arg = arg;
	if (!pieces->mask) {
		mxlog_journal_pieces_free(pieces);
		return -ENOMEM;
	}
	*ret = pieces;
	return 0;
}

void mxlog_journal_pieces_free(struct mxlog_journal_pieces *pieces)
{
	if (!pieces)
		return;
	for (size_t i = 0; i < MXLOG_JOURNAL_PIECES_LINES; i++)
		free_line(pieces->lines[i]);
	free(pieces->mask);
	free(pieces);
}

/* ---- what a record says of itself ---- */

static bool says(const struct mxlog_journal_record *record,
    enum mxlog_journal_name name, const char *value)
{
	size_t len;
	const char *text = mxlog_journal_record_get(record, name, &len);

	return text && len == strlen(value) && memcmp(text, value, len) == 0;
}

static bool is_piece(const struct mxlog_journal_record *record)
{
	return says(record, MXLOG_JOURNAL_CONTAINER_PARTIAL_MESSAGE, "true") ||
	    says(record, MXLOG_JOURNAL__LINE_BREAK, "line-max");
}

/* docker says which is the last one; of podman's and journald's it is the one
 * that is no piece. */
static bool is_last(const struct mxlog_journal_record *record)
{
	return !is_piece(record) ||
	    says(record, MXLOG_JOURNAL_CONTAINER_PARTIAL_LAST, "true");
}

static int64_t ordinal_of(const struct mxlog_journal_record *record)
{
	size_t len;
	const char *text = mxlog_journal_record_get(record,
	    MXLOG_JOURNAL_CONTAINER_PARTIAL_ORDINAL, &len);
	int64_t ordinal = 0;

	if (!text || len > 9)
		return 0;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return 0;
		ordinal = ordinal * 10 + (text[i] - '0');
	}
	return ordinal;
}

/* One line's pieces have all of these in common. */
static bool same_line(const struct mxlog_journal_record *a,
    const struct mxlog_journal_record *b)
{
	static const enum mxlog_journal_name names[] = {
		MXLOG_JOURNAL__STREAM_ID,
		MXLOG_JOURNAL_CONTAINER_PARTIAL_ID,
		MXLOG_JOURNAL_CONTAINER_ID_FULL,
		MXLOG_JOURNAL_CONTAINER_ID,
		MXLOG_JOURNAL_CONTAINER_NAME,
		MXLOG_JOURNAL_PRIORITY,
		MXLOG_JOURNAL__PID,
		MXLOG_JOURNAL__BOOT_ID,
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!mxlog_journal_record_same(a, b, names[i]))
			return false;
	return true;
}

static struct line *find_line(const struct mxlog_journal_pieces *pieces,
    const struct mxlog_journal_record *record, size_t *ret_at)
{
	for (size_t i = 0; i < pieces->n; i++)
		if (same_line(&pieces->lines[i]->record, record)) {
			*ret_at = i;
			return pieces->lines[i];
		}
	return NULL;
}

/* ---- holding ---- */

static int add_text(struct mxlog_journal_pieces *pieces, struct line *line,
    const char *text, size_t len)
{
	void *bytes = line->text;
	int r = mxlog_journal_array_grow(&bytes, &line->capacity,
	    line->len + len + 1, 1);

	line->text = bytes;
	if (r < 0)
		return r;
	memcpy(line->text + line->len, text, len);
	line->len += len;
	pieces->bytes += len;
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A token that begins the text where another line was cut: the rest of it. */
static size_t cut_head(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && n < MASK_MAX && !is_blank(text[n]))
		n++;
	return n;
}

static int add_piece(struct mxlog_journal_pieces *pieces, struct line *line,
    const struct mxlog_journal_record *record,
    const struct mxlog_journal_identity *identity)
{
	void *identities = line->identities;
	size_t len = 0, skip = 0;
	const char *text =
	    mxlog_journal_record_get(record, MXLOG_JOURNAL_MESSAGE, &len);
	int r = mxlog_journal_array_grow(&identities, &line->n_capacity,
	    line->n + 1, sizeof(*line->identities));

	line->identities = identities;
	if (r == 0 && line->begins_cut && line->n == 0) {
		skip = cut_head(text, len);
		if (skip > 0)
			r = add_text(pieces, line, pieces->mask,
			    strlen(pieces->mask));
	}
	if (r == 0)
		r = add_text(pieces, line, text + skip, len - skip);
	if (r < 0)
		return r;
	line->identities[line->n++] = *identity;
	line->ordinal = ordinal_of(record);
	return 0;
}

static struct line *take_line(struct mxlog_journal_pieces *pieces)
{
	struct line *line = pieces->lines[pieces->n];

	if (!line) {
		line = calloc(1, sizeof(*line));
		if (!line)
			return NULL;
		if (mxlog_journal_record_init(&line->record, pieces->index) <
		    0) {
			free(line);
			return NULL;
		}
		pieces->lines[pieces->n] = line;
	}
	line->len = line->n = 0;
	line->ordinal = 0;
	line->begins_cut = line->is_over = false;
	return line;
}

/* The line's memory goes behind the others, for the next one; what a huge one
 * needed is given back. */
static void retire(struct mxlog_journal_pieces *pieces, size_t at)
{
	struct line *line = pieces->lines[at];

	pieces->n--;
	memmove(&pieces->lines[at], &pieces->lines[at + 1],
	    (pieces->n - at) * sizeof(pieces->lines[0]));
	pieces->lines[pieces->n] = line;
	pieces->bytes -= line->len;
	line->len = 0;
	if (line->capacity > 256 * 1024) {
		free(line->text);
		line->text = NULL;
		line->capacity = 0;
	}
}

/* ---- emitting ---- */

/* The token at the end goes on in another line. */
static int mask_tail(struct mxlog_journal_pieces *pieces, struct line *line)
{
	size_t n = 0;

	while (n < line->len && n < MASK_MAX &&
	    !is_blank(line->text[line->len - 1 - n]))
		n++;
	if (n == 0)
		return 0;
	line->len -= n;
	pieces->bytes -= n;
	return add_text(pieces, line, pieces->mask, strlen(pieces->mask));
}

static int emit(struct mxlog_journal_pieces *pieces, struct line *line,
    bool whole)
{
	int r = mxlog_journal_record_set_message(&line->record, line->text,
	    line->len);

	if (r < 0)
		return r;
	line->record.cut = line->record.cut || !whole || line->begins_cut;
	if (whole && !line->begins_cut)
		mxlog_journal_record_hide(&line->record,
		    MXLOG_JOURNAL__LINE_BREAK);
	return pieces->emit(pieces->arg, &line->record, line->identities,
	    line->n);
}

/* A bound was reached: what is here goes, what comes later begins cut. */
static int cut(struct mxlog_journal_pieces *pieces, struct line *line)
{
	int r;

	if (line->is_over)
		return 0;
	r = mask_tail(pieces, line);
	if (r == 0)
		r = emit(pieces, line, false);
	pieces->bytes -= line->len;
	line->len = line->n = 0;
	line->is_over = true;
	return r;
}

/* The oldest that holds something: NULL if none does. */
static struct line *oldest(const struct mxlog_journal_pieces *pieces)
{
	for (size_t i = 0; i < pieces->n; i++)
		if (!pieces->lines[i]->is_over)
			return pieces->lines[i];
	return NULL;
}

int mxlog_journal_pieces_expire(struct mxlog_journal_pieces *pieces,
    int64_t now_usec)
{
	struct line *line;
	int r = 0;

	while (r == 0 && (line = oldest(pieces)) &&
	    line->since_usec + hold_usec <= now_usec)
		r = cut(pieces, line);
	return r;
}

int mxlog_journal_pieces_flush(struct mxlog_journal_pieces *pieces)
{
	return mxlog_journal_pieces_expire(pieces, INT64_MAX);
}

size_t mxlog_journal_pieces_held(const struct mxlog_journal_pieces *pieces)
{
	size_t n = 0;

	for (size_t i = 0; i < pieces->n; i++)
		n += !pieces->lines[i]->is_over;
	return n;
}

int64_t mxlog_journal_pieces_deadline(const struct mxlog_journal_pieces *pieces)
{
	const struct line *line = oldest(pieces);

	return line ? line->since_usec + hold_usec : INT64_MAX;
}

/* ---- taking ---- */

/* A first piece, or one whose line was cut before it. */
static int begin(struct mxlog_journal_pieces *pieces,
    const struct mxlog_journal_record *record,
    const struct mxlog_journal_identity *identity, bool begins_cut,
    int64_t now_usec)
{
	struct line *line;
	int r = 0;

	if (pieces->n == MXLOG_JOURNAL_PIECES_LINES) {
		r = cut(pieces, pieces->lines[0]);
		retire(pieces, 0);
	}
	if (r < 0)
		return r;
	line = take_line(pieces);
	if (!line)
		return -ENOMEM;
	line->begins_cut = begins_cut || ordinal_of(record) > 1;
	line->since_usec = now_usec;
	r = mxlog_journal_record_copy(&line->record, record);
	if (r == 0)
		r = add_piece(pieces, line, record, identity);
	if (r < 0)
		return r;
	pieces->n++;
	return 1;
}

static bool has_room(const struct line *line,
    const struct mxlog_journal_record *record)
{
	size_t len = 0;

	(void)mxlog_journal_record_get(record, MXLOG_JOURNAL_MESSAGE, &len);
	return line->n < MXLOG_JOURNAL_PIECES_IDENTITIES &&
	    line->len + len <= MXLOG_JOURNAL_PIECES_LINE;
}

/* True if the record is the line's next piece. */
static bool follows(const struct line *line,
    const struct mxlog_journal_record *record,
    const struct mxlog_journal_identity *identity)
{
	const struct mxlog_journal_identity *last =
	    &line->identities[line->n - 1];
	int64_t ordinal = ordinal_of(record);

	return identity->id == last->id && identity->seqnum > last->seqnum &&
	    llabs(identity->realtime_usec - last->realtime_usec) <= hold_usec &&
	    (ordinal == 0 || ordinal == line->ordinal + 1);
}

static int finish(struct mxlog_journal_pieces *pieces, size_t at)
{
	int r = emit(pieces, pieces->lines[at], true);

	retire(pieces, at);
	return r < 0 ? r : 1;
}

/* A record of a line that was cut: its rest begins masked. */
static int go_on_cut(struct mxlog_journal_pieces *pieces, size_t at,
    const struct mxlog_journal_record *record,
    const struct mxlog_journal_identity *identity, int64_t now_usec)
{
	bool last = is_last(record);
	int r;

	retire(pieces, at);
	r = begin(pieces, record, identity, true, now_usec);
	if (r < 0 || !last)
		return r;
	return finish(pieces, pieces->n - 1);
}

static int keep_bound(struct mxlog_journal_pieces *pieces)
{
	struct line *line;
	int r = 0;

	while (r == 0 && pieces->bytes > MXLOG_JOURNAL_PIECES_BYTES &&
	    (line = oldest(pieces)))
		r = cut(pieces, line);
	return r;
}

static int go_on(struct mxlog_journal_pieces *pieces, size_t at,
    const struct mxlog_journal_record *record,
    const struct mxlog_journal_identity *identity, int64_t now_usec)
{
	struct line *line = pieces->lines[at];
	int r = 0;

	if (!line->is_over &&
	    (!follows(line, record, identity) || !has_room(line, record)))
		r = cut(pieces, line);
	if (r < 0)
		return r;
	if (line->is_over)
		return go_on_cut(pieces, at, record, identity, now_usec);
	r = add_piece(pieces, line, record, identity);
	if (r == 0 && is_last(record))
		return finish(pieces, at);
	if (r == 0)
		r = keep_bound(pieces);
	return r < 0 ? r : 1;
}

int mxlog_journal_pieces_offer(struct mxlog_journal_pieces *pieces,
    const struct mxlog_journal_record *record,
    const struct mxlog_journal_identity *identity, int64_t now_usec)
{
	bool piece = is_piece(record);
	size_t at;
	int r;

	if (pieces->n == 0 && !piece)
		return 0;
	if (!mxlog_journal_record_find(record, MXLOG_JOURNAL_MESSAGE))
		return 0;
	if (pieces->n > 0 && find_line(pieces, record, &at))
		return go_on(pieces, at, record, identity, now_usec);
	if (!piece)
		return 0;
	r = begin(pieces, record, identity, false, now_usec);
	if (r == 1 && is_last(record)) /* its beginning was not here */
		return finish(pieces, pieces->n - 1);
	if (r == 1) {
		int bound = keep_bound(pieces);

		r = bound < 0 ? bound : 1;
	}
	return r;
}
