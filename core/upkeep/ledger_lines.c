/* SPDX-License-Identifier: Apache-2.0 */
#include "upkeep/ledger_lines.h"

int mxlog_ledger_make_mac(const struct mxlog_ledger_event *tick,
    const struct mxlog_ledger_key *key, unsigned char ret[MXLOG_DIGEST_LEN])
{
	struct mxlog_digest *digest = NULL;
	struct mxlog_buf text = { 0 };
	int r = mxlog_ledger_event_open(tick, &text);

	if (r == 0)
		r = mxlog_digest_new(key->data, key->len, &digest);
	if (r == 0)
		r = mxlog_digest_update(digest, text.data, text.len);
	if (r == 0)
		r = mxlog_digest_finish(digest, ret);
	mxlog_digest_free(digest);
	mxlog_buf_done(&text);
	return r;
}

/* 1: it is a tick, and what it says of itself holds. */
static int is_tick(const char *line, size_t len)
{
	static const struct mxlog_ledger_key none;
	unsigned char check[MXLOG_DIGEST_LEN];
	struct mxlog_ledger_event event;
	int r;

	if (!memmem(line, len, LITERAL("\"event\":\"tick\"")))
		return 0;
	r = mxlog_ledger_event_decode(line, len, &event);
	if (r == -EBADMSG)
		return 0;
	if (r < 0 || event.kind != MXLOG_LEDGER_TICK)
		return MIN(r, 0);
	if (event.has & MXLOG_LEDGER_BIT(mac))
		return 1;
	if (!(event.has & MXLOG_LEDGER_BIT(check)))
		return 0;
	r = mxlog_ledger_make_mac(&event, &none, check);
	return r < 0 ? r : mxlog_digest_equal(check, event.check);
}

/* Where the last tick ends: what follows was never closed. */
static int find_closed(const struct mxlog_buf *text, size_t *ret)
{
	size_t end = text->len;

	*ret = 0;
	while (end > 0) {
		const char *newline = memrchr(text->data, '\n', end);
		const char *before;
		size_t from;
		int r;

		if (!newline)
			return 0;
		end = (size_t)(newline - text->data);
		before = memrchr(text->data, '\n', end);
		from = before ? (size_t)(before - text->data) + 1 : 0;
		r = is_tick(text->data + from, end - from);
		if (r != 0) {
			*ret = end + 1;
			return MIN(r, 0);
		}
		end = from;
	}
	return 0;
}

/* Is it what must stand here? */
static bool continues(const struct mxlog_ledger_lines *lines,
    const struct mxlog_ledger_event *event)
{
	static const unsigned char zeros[MXLOG_DIGEST_LEN];
	bool head = event->kind == MXLOG_LEDGER_BEGIN ||
	    event->kind == MXLOG_LEDGER_PART;
	const uint64_t part = MXLOG_LEDGER_BIT(part) |
	    MXLOG_LEDGER_BIT(part_sha256) | MXLOG_LEDGER_BIT(ledger);

	if (head != (lines->line == 1) || event->seq == 0 ||
	    event->seq > INT64_MAX)
		return false;
	if (event->kind == MXLOG_LEDGER_BEGIN)
		return lines->seq == 0 && event->seq == 1 &&
		    mxlog_digest_equal(event->prev, zeros);
	if (event->kind == MXLOG_LEDGER_PART && (event->has & part) != part)
		return false;
	if (lines->seq == 0) /* the first of what could be read */
		return true;
	return event->seq == lines->seq + 1 &&
	    mxlog_digest_equal(event->prev, lines->head);
}

/* A line without its newline. */
static int read_line(struct mxlog_ledger_lines *lines, const char *line,
    size_t len, mxlog_ledger_visit *visit, void *arg)
{
	unsigned char digest[MXLOG_DIGEST_LEN];
	struct mxlog_ledger_event event;
	int r = mxlog_ledger_event_decode(line, len, &event);

	if (r == 0 && !continues(lines, &event))
		r = -EBADMSG;
	if (r == 0)
		r = mxlog_digest_sha256(line, len + 1, digest);
	if (r == 0)
		r = visit(arg, &event, digest);
	if (r < 0)
		return r;
	lines->seq = event.seq;
	memcpy(lines->head, digest, MXLOG_DIGEST_LEN);
	return 0;
}

int mxlog_ledger_lines_read(struct mxlog_ledger_lines *lines,
    const struct mxlog_buf *text, mxlog_ledger_visit *visit, void *arg,
    struct mxlog_error *reterr)
{
	const char *p = text->data, *end;
	size_t closed;
	int r = find_closed(text, &closed);

	lines->line = 0;
	lines->closed = closed;
	end = p + closed;
	while (r == 0 && p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		lines->line++;
		r = read_line(lines, p, (size_t)(newline - p), visit, arg);
		p = newline + 1;
	}
	if (r == 0 && lines->closed == 0)
		return mxlog_error_set(reterr, -EBADMSG,
		    ".mxlog/%s has no closed line",
		    lines->name ? lines->name : "ledger");
	if (r == -EBADMSG)
		return mxlog_error_set(reterr, r,
		    ".mxlog/%s is damaged at line %llu",
		    lines->name ? lines->name : "ledger",
		    (unsigned long long)lines->line);
	return r;
}
