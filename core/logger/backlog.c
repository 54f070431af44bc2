/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/backlog.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "logger/stderr_guard.h"

enum {
	PIECE_BYTES = 256 * 1024, /* written at once */
	RETRY_MSEC = 200,         /* after a failure */
	KEEP_BYTES = 1024 * 1024, /* of memory, when all is written */
};

static int64_t monotonic_msec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static void reset(struct mxlog_backlog *backlog)
{
	if (backlog->text.capacity > KEEP_BYTES)
		mxlog_buf_done(&backlog->text);
	mxlog_buf_clear(&backlog->text);
	backlog->written = 0;
	backlog->first = 0;
	backlog->n = 0;
}

void mxlog_backlog_done(struct mxlog_backlog *backlog)
{
	mxlog_buf_done(&backlog->text);
	free(backlog->lines);
	backlog->lines = NULL;
	backlog->first = backlog->n = backlog->capacity = 0;
	backlog->written = 0;
}

void mxlog_backlog_forget(struct mxlog_backlog *backlog)
{
	reset(backlog);
	backlog->shed = (struct mxlog_shed){ 0 };
	backlog->error = 0;
	backlog->retry_msec = 0;
}

/* ---- giving up ---- */

/* The last place that an entry can go to. */
static void give_up_line(struct mxlog_backlog *backlog, unsigned rank,
    const char *line, size_t len)
{
	if (rank == MXLOG_BACKLOG_COUNTS) {
		(void)mxlog_stderr_write(line, len);
		return;
	}
	backlog->shed.n[rank]++;
	mxlog_stderr_line(&backlog->shown, line, len);
}

/* How many bytes of each rank have to go, the mildest first, for `excess` in
 * all. */
static void share_out(const struct mxlog_backlog *backlog, size_t excess,
    size_t ret[MXLOG_BACKLOG_COUNTS + 1])
{
	size_t have[MXLOG_BACKLOG_COUNTS + 1] = { 0 };

	for (size_t i = backlog->first; i < backlog->n; i++)
		have[backlog->lines[i].rank] += backlog->lines[i].len;
	for (int rank = 0; rank <= MXLOG_BACKLOG_COUNTS; rank++) {
		ret[rank] = MIN(have[rank], excess);
		excess -= ret[rank];
	}
}

/* Down to seven eighths of the limit, so that not every line moves them all. */
static void shed(struct mxlog_backlog *backlog, size_t keep)
{
	size_t left[MXLOG_BACKLOG_COUNTS + 1];
	char *from = backlog->text.data + backlog->written;
	char *to = backlog->text.data;
	size_t n = 0;

	share_out(backlog, mxlog_backlog_bytes(backlog) - keep, left);
	for (size_t i = backlog->first; i < backlog->n; i++) {
		struct mxlog_backlog_line line = backlog->lines[i];

		if (left[line.rank] > 0) {
			left[line.rank] -= MIN(left[line.rank], line.len);
			give_up_line(backlog, line.rank, from, line.len);
		} else {
			memmove(to, from, line.len);
			to += line.len;
			backlog->lines[n++] = line;
		}
		from += line.len;
	}
	backlog->text.len = (size_t)(to - backlog->text.data);
	backlog->written = 0;
	backlog->first = 0;
	backlog->n = n;
}

static void shed_beyond_limit(struct mxlog_backlog *backlog)
{
	if (mxlog_backlog_bytes(backlog) > backlog->max_bytes)
		shed(backlog, backlog->max_bytes - backlog->max_bytes / 8);
}

void mxlog_backlog_give_up(struct mxlog_backlog *backlog)
{
	char counts[200];

	if (backlog->first < backlog->n)
		shed(backlog, 0);
	if (mxlog_shed_total(&backlog->shed) > 0) {
		mxlog_shed_format(&backlog->shed, counts, sizeof(counts));
		mxlog_stderr_say(
		    "mxlog: %s: %s: %ju entries were not stored: %s",
		    backlog->target.name,
		    strerrordesc_np(backlog->error < 0 ? -backlog->error : EIO),
		    (uintmax_t)mxlog_shed_total(&backlog->shed), counts);
	}
	mxlog_backlog_forget(backlog);
}

/* ---- taking in ---- */

/* What is written makes room for what comes. */
static void compact(struct mxlog_backlog *backlog)
{
	if (backlog->written < KEEP_BYTES ||
	    backlog->written < backlog->text.len / 2)
		return;
	backlog->text.len -= backlog->written;
	memmove(backlog->text.data, backlog->text.data + backlog->written,
	    backlog->text.len);
	backlog->written = 0;
	backlog->n -= backlog->first;
	memmove(backlog->lines, backlog->lines + backlog->first,
	    backlog->n * sizeof(*backlog->lines));
	backlog->first = 0;
}

static int note_line(struct mxlog_backlog *backlog, mxlog_backlog_group group,
    unsigned rank, size_t len)
{
	struct mxlog_backlog_line *lines = mxlog_array_grow(backlog->lines,
	    backlog->n, &backlog->capacity, sizeof(*lines));

	if (!lines)
		return -ENOMEM;
	backlog->lines = lines;
	lines[backlog->n++] = (struct mxlog_backlog_line){
		.group = group,
		.len = (uint32_t)len,
		.rank = rank,
	};
	return 0;
}

void mxlog_backlog_add(struct mxlog_backlog *backlog, mxlog_backlog_group group,
    unsigned rank, const char *line, size_t len)
{
	int r;

	compact(backlog);
	r = mxlog_buf_reserve(&backlog->text, len);
	if (r == 0)
		r = note_line(backlog, group, rank, len);
	if (r < 0) {
		give_up_line(backlog, rank, line, len);
		return;
	}
	(void)mxlog_buf_add(&backlog->text, line, len);
	if (mxlog_backlog_is_stuck(backlog))
		shed_beyond_limit(backlog);
}

void mxlog_backlog_inherit(struct mxlog_backlog *backlog,
    struct mxlog_backlog *from)
{
	const char *at = from->text.data + from->written;

	for (size_t i = from->first; i < from->n; i++) {
		const struct mxlog_backlog_line *line = &from->lines[i];

		mxlog_backlog_add(backlog, line->group, line->rank, at,
		    line->len);
		at += line->len;
	}
	if (!backlog->error)
		backlog->error = from->error;
	mxlog_shed_move(&backlog->shed, &from->shed);
	mxlog_backlog_forget(from);
}

/* ---- writing ---- */

/* The first lines of one group, up to `max` bytes, but one at least. */
static size_t find_piece(const struct mxlog_backlog *backlog, size_t max,
    size_t *ret_n)
{
	const struct mxlog_backlog_line *line = &backlog->lines[backlog->first];
	mxlog_backlog_group group = line->group;
	size_t left = backlog->n - backlog->first;
	size_t len = 0, n = 0;

	for (; n < left && line->group == group; n++, line++) {
		if (n > 0 && len + line->len > max)
			break;
		len += line->len;
	}
	*ret_n = n;
	return len;
}

static void drop_piece(struct mxlog_backlog *backlog, size_t len, size_t n)
{
	backlog->written += len;
	backlog->first += n;
	if (backlog->first == backlog->n)
		reset(backlog);
}

/* As many lines as there is room for: *max halves until they fit. What no file
 * may be as large as holds up nothing else. */
static int write_piece(struct mxlog_backlog *backlog, size_t *max)
{
	const struct mxlog_backlog_line *line = &backlog->lines[backlog->first];
	const char *text = backlog->text.data + backlog->written;
	size_t n = 0;
	size_t len = find_piece(backlog, *max, &n);
	int r = backlog->target.write(backlog->target.ctx, line->group, text,
	    len, n);

	if (r == -EFBIG && n == 1) {
		give_up_line(backlog, line->rank, text, len);
		r = 0;
	}
	if (r == 0) {
		drop_piece(backlog, len, n);
		*max = MIN(2 * *max + 1, (size_t)PIECE_BYTES);
		return 0;
	}
	if (n == 1 || (r != -ENOSPC && r != -EDQUOT && r != -EFBIG))
		return r;
	*max = MIN(*max, len) / 2;
	return 0;
}

static int say_shed(struct mxlog_backlog *backlog)
{
	int r;

	if (LIKELY(mxlog_shed_total(&backlog->shed) == 0))
		return 0;
	r = backlog->target.say(backlog->target.ctx, &backlog->shed);
	if (r == 0)
		backlog->shed = (struct mxlog_shed){ 0 };
	return r;
}

static int write_all(struct mxlog_backlog *backlog)
{
	size_t max = PIECE_BYTES;
	int r = say_shed(backlog);

	while (r == 0 && backlog->first < backlog->n)
		r = write_piece(backlog, &max);
	return r < 0 ? r : say_shed(backlog); /* what had to go on the way */
}

/* Rights that a program gave up (setuid, chroot) are its own doing: say as whom
 * it writes now. */
static void fail(struct mxlog_backlog *backlog, int error)
{
	if (backlog->error != error)
		mxlog_stderr_limited(&backlog->told,
		    "mxlog: cannot write to %s as uid %u: %s; up to %ju bytes "
		    "of entries are kept in memory",
		    backlog->target.name, geteuid(), strerrordesc_np(-error),
		    (uintmax_t)backlog->max_bytes);
	backlog->error = error;
	backlog->retry_msec = monotonic_msec() + RETRY_MSEC;
	shed_beyond_limit(backlog);
}

int mxlog_backlog_write(struct mxlog_backlog *backlog, bool now)
{
	int r;

	if (mxlog_backlog_is_stuck(backlog) && !now &&
	    monotonic_msec() < backlog->retry_msec)
		return backlog->error;
	r = write_all(backlog);
	if (r < 0)
		fail(backlog, r);
	else
		backlog->error = 0;
	return r;
}
