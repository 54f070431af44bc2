/* SPDX-License-Identifier: Apache-2.0 */
#include "upkeep/ledger.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/number.h"
#include "upkeep/ledger_lines.h"

#define BIT MXLOG_LEDGER_BIT

/* ---- parts ---- */

void mxlog_ledger_part_name(char out[MXLOG_LEDGER_NAME_MAX], uint32_t part)
{
	if (part == 0)
		(void)snprintf(out, MXLOG_LEDGER_NAME_MAX, "ledger");
	else
		(void)snprintf(out, MXLOG_LEDGER_NAME_MAX, "ledger.%u", part);
}

/* The number of a part's name, else -1. */
static int64_t parse_part(const char *name)
{
	char again[MXLOG_LEDGER_NAME_MAX];
	uint64_t part = 0;

	if (strncmp(name, LITERAL("ledger")) != 0)
		return -1;
	name += strlen("ledger");
	if (*name == '\0')
		return 0;
	if (mxlog_number_parse_u64(name + 1, strlen(name + 1), &part) < 0 ||
	    part == 0 || part > UINT32_MAX)
		return -1;
	mxlog_ledger_part_name(again, (uint32_t)part);
	return strcmp(again + strlen("ledger"), name) == 0 ? (int64_t)part : -1;
}

/* The number of the last part; -1: there is none. */
static int find_last_part(int state_fd, int64_t *ret)
{
	struct dirent *item;
	DIR *dir;
	int fd = openat(state_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*ret = -1;
	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir) {
		(void)close(fd);
		return -errno;
	}
	while ((item = readdir(dir)))
		*ret = MAX(*ret, parse_part(item->d_name));
	(void)closedir(dir);
	return 0;
}

static int read_part(int state_fd, uint32_t part, struct mxlog_buf *out)
{
	char name[MXLOG_LEDGER_NAME_MAX];

	mxlog_ledger_part_name(name, part);
	return mxlog_fs_read_file(state_fd, name, MXLOG_LEDGER_READ_MAX, out);
}

/* ---- opening ---- */

static int take_line(void *arg, const struct mxlog_ledger_event *event,
    const unsigned char digest[MXLOG_DIGEST_LEN])
{
	struct mxlog_ledger *ledger = arg;
	int r;

	if (event->kind == MXLOG_LEDGER_BEGIN)
		memcpy(ledger->genesis, digest, MXLOG_DIGEST_LEN);
	else if (event->kind == MXLOG_LEDGER_PART)
		memcpy(ledger->genesis, event->ledger, MXLOG_DIGEST_LEN);
	r = mxlog_ledger_state_apply(&ledger->state, event);
	if (r < 0)
		return r;
	if (event->kind == MXLOG_LEDGER_TICK)
		ledger->tick = *event;
	ledger->seq = event->seq;
	memcpy(ledger->head, digest, MXLOG_DIGEST_LEN);
	return 0;
}

/* Was the last tick closed by who has this key? It vouches for all before. */
static int check_mac(struct mxlog_ledger *ledger, struct mxlog_error *reterr)
{
	unsigned char mac[MXLOG_DIGEST_LEN];
	int r;

	if (!ledger->key.data)
		return 0;
	if (!(ledger->tick.has & BIT(mac))) {
		ledger->unkeyed = true;
		(void)mxlog_error_set(reterr, -ENOKEY,
		    "the ledger is not closed under a key");
		return 0;
	}
	r = mxlog_ledger_make_mac(&ledger->tick, &ledger->key, mac);
	if (r == 0 && !mxlog_digest_equal(mac, ledger->tick.mac)) {
		ledger->damaged = true;
		(void)mxlog_error_set(reterr, -EBADMSG,
		    "the ledger was not closed with this key");
	}
	return r;
}

static int cut_tail(struct mxlog_ledger *ledger, uint64_t len)
{
	char name[MXLOG_LEDGER_NAME_MAX];
	int r;

	mxlog_ledger_part_name(name, ledger->part);
	r = mxlog_fs_open_file(ledger->state_fd, name, O_RDWR, &ledger->fd);
	ledger->torn = len > ledger->size;
	if (r == 0 && ledger->torn && !ledger->damaged)
		r = mxlog_fs_ftruncate(ledger->fd, (off_t)ledger->size);
	return r;
}

static int read_last_part(struct mxlog_ledger *ledger,
    enum mxlog_ledger_mode mode, struct mxlog_error *reterr)
{
	struct mxlog_ledger_lines lines = { 0 };
	struct mxlog_buf text = { 0 };
	int r = read_part(ledger->state_fd, ledger->part, &text);

	if (r == 0)
		r = mxlog_ledger_lines_read(&lines, &text, take_line, ledger,
		    reterr);
	if (r == -EBADMSG) {
		ledger->damaged = true;
		r = 0;
	} else if (r == 0) {
		r = check_mac(ledger, reterr);
	}
	ledger->size = lines.closed;
	if (r == 0 && mode == MXLOG_LEDGER_APPEND)
		r = cut_tail(ledger, text.len);
	mxlog_buf_done(&text);
	return r;
}

int mxlog_ledger_open(struct mxlog_ledger *ledger, int state_fd,
    const struct mxlog_ledger_key *key, enum mxlog_ledger_mode mode,
    struct mxlog_error *reterr)
{
	int64_t last = -1;
	int r = 0;

	*ledger = (struct mxlog_ledger){
		.state_fd = state_fd,
		.fd = -1,
		.part_max = MXLOG_LEDGER_PART_MAX,
	};
	if (key)
		ledger->key = *key;
	if (state_fd >= 0)
		r = find_last_part(state_fd, &last);
	if (r == 0 && last < 0) {
		ledger->missing = true;
		return 0;
	}
	ledger->part = (uint32_t)MAX(last, (int64_t)0);
	if (r == 0)
		r = read_last_part(ledger, mode, reterr);
	if (r < 0)
		return mxlog_error_set(reterr, r, ".mxlog/ledger: %s",
		    strerror(-r));
	return 0;
}

void mxlog_ledger_close(struct mxlog_ledger *ledger)
{
	if (ledger->fd >= 0)
		(void)close(ledger->fd);
	ledger->fd = -1;
	mxlog_ledger_state_done(&ledger->state);
	mxlog_buf_done(&ledger->pending);
}

/* ---- appending ---- */

/* What a part begins with, behind another one. */
static int describe_part(struct mxlog_ledger *ledger,
    struct mxlog_ledger_event *event)
{
	struct mxlog_buf text = { 0 };
	int r = read_part(ledger->state_fd, ledger->part, &text);

	if (r == 0)
		r = mxlog_digest_sha256(text.data ? text.data : "", text.len,
		    event->part_sha256);
	mxlog_buf_done(&text);
	event->kind = MXLOG_LEDGER_PART;
	event->has |= BIT(part) | BIT(part_sha256) | BIT(ledger);
	event->part = ledger->part;
	memcpy(event->ledger, ledger->genesis, MXLOG_DIGEST_LEN);
	return r;
}

static int add_event(void *arg, struct mxlog_ledger_event *event)
{
	return mxlog_ledger_add(arg, event);
}

/* Without what was deleted and is gone. */
static int restate(struct mxlog_ledger *ledger)
{
	struct mxlog_ledger_state old = ledger->state;
	int r = 0;

	ledger->state = (struct mxlog_ledger_state){ 0 };
	for (size_t i = 0; r == 0 && i < old.n; i++)
		if (!old.segments[i].gone)
			r = mxlog_ledger_state_restate(&old.segments[i],
			    add_event, ledger);
	mxlog_ledger_state_done(&old);
	return r;
}

int mxlog_ledger_begin(struct mxlog_ledger *ledger, const char *why)
{
	struct mxlog_ledger_event event = { .kind = MXLOG_LEDGER_BEGIN };
	bool first = ledger->missing;
	int r = 0;

	if (why)
		mxlog_ledger_event_set_why(&event, why);
	if (!first) {
		r = describe_part(ledger, &event);
		ledger->part++;
	}
	if (r < 0)
		return r;
	ledger->missing = ledger->damaged = false;
	ledger->fresh = true;
	ledger->size = 0;
	r = mxlog_ledger_add(ledger, &event);
	if (r == 0 && first)
		memcpy(ledger->genesis, ledger->head, MXLOG_DIGEST_LEN);
	return r < 0 || first ? r : restate(ledger);
}

int mxlog_ledger_add(struct mxlog_ledger *ledger,
    struct mxlog_ledger_event *event)
{
	size_t from = ledger->pending.len;
	int r = ledger->failed;

	event->seq = ledger->seq + 1;
	memcpy(event->prev, ledger->head, MXLOG_DIGEST_LEN);
	event->time_usec = ledger->now_usec;
	if (r == 0)
		r = mxlog_ledger_state_apply(&ledger->state, event);
	if (r == 0)
		r = mxlog_ledger_event_encode(event, &ledger->pending);
	if (r == 0)
		r = mxlog_digest_sha256(ledger->pending.data + from,
		    ledger->pending.len - from, ledger->head);
	if (r == 0)
		ledger->seq++;
	else
		ledger->failed = r;
	return r;
}

static int add_tick(struct mxlog_ledger *ledger,
    struct mxlog_ledger_event *tick)
{
	bool keyed = ledger->key.data;
	int r;

	tick->kind = MXLOG_LEDGER_TICK;
	tick->has &= ~(BIT(check) | BIT(mac));
	tick->has |= keyed ? BIT(mac) : BIT(check);
	tick->seq = ledger->seq + 1;
	memcpy(tick->prev, ledger->head, MXLOG_DIGEST_LEN);
	tick->time_usec = ledger->now_usec;
	r = mxlog_ledger_make_mac(tick, &ledger->key,
	    keyed ? tick->mac : tick->check);
	return r < 0 ? r : mxlog_ledger_add(ledger, tick);
}

/* So that a later run can tell what it does on a full disk. Not every file
 * system can. */
static void reserve(struct mxlog_ledger *ledger)
{
	(void)fallocate(ledger->fd, FALLOC_FL_KEEP_SIZE, (off_t)ledger->size,
	    MXLOG_LEDGER_RESERVE);
}

/* A new part is whole under its name, or not there. */
static int write_fresh(struct mxlog_ledger *ledger)
{
	char name[MXLOG_LEDGER_NAME_MAX];
	int r;

	mxlog_ledger_part_name(name, ledger->part);
	r = mxlog_fs_replace(ledger->state_fd, name, ledger->pending.data,
	    ledger->pending.len);
	if (r < 0)
		return r;
	if (ledger->fd >= 0)
		(void)close(ledger->fd);
	ledger->fd = -1;
	ledger->fresh = false;
	return mxlog_fs_open_file(ledger->state_fd, name, O_RDWR, &ledger->fd);
}

static int write_pending(struct mxlog_ledger *ledger)
{
	int r = mxlog_fs_pwrite_all(ledger->fd, ledger->pending.data,
	    ledger->pending.len, (off_t)ledger->size);

	if (r == 0)
		r = mxlog_fs_fdatasync(ledger->fd);
	if (r < 0)
		(void)mxlog_fs_ftruncate(ledger->fd, (off_t)ledger->size);
	return r;
}

int mxlog_ledger_flush(struct mxlog_ledger *ledger,
    struct mxlog_ledger_event *tick)
{
	int r = add_tick(ledger, tick);

	if (r == 0)
		r = ledger->fresh ? write_fresh(ledger) : write_pending(ledger);
	if (r < 0) {
		ledger->failed = r;
		return r;
	}
	ledger->size += ledger->pending.len;
	ledger->tick = *tick;
	ledger->pending.len = 0;
	reserve(ledger);
	return 0;
}

/* ---- the next part ---- */

int mxlog_ledger_rotate(struct mxlog_ledger *ledger)
{
	struct mxlog_ledger_event part = { 0 }, tick = ledger->tick;
	int r = ledger->failed;

	/* A part of many segments is not said again with every few lines. */
	if (r < 0 || ledger->size < ledger->part_max ||
	    ledger->size < ledger->state.n * MXLOG_LEDGER_LINE_MAX)
		return r;
	assert(ledger->pending.len == 0);
	r = describe_part(ledger, &part);
	ledger->part++;
	ledger->fresh = true;
	ledger->size = 0;
	if (r == 0)
		r = mxlog_ledger_add(ledger, &part);
	if (r == 0)
		r = restate(ledger);
	if (r == 0)
		r = mxlog_ledger_flush(ledger, &tick);
	if (r < 0)
		ledger->failed = r;
	return r;
}

/* ---- the whole of it ---- */

struct walk {
	mxlog_ledger_visit *visit;
	void *arg;
	uint32_t part;
	bool broken; /* the part before is damaged */
	/* What the next part must say of the one before. */
	unsigned char part_sha256[MXLOG_DIGEST_LEN];
};

/* Damage that was seen and said, by who began the next part, is over. */
static int walk_head(struct walk *walk, const struct mxlog_ledger_event *event)
{
	if (walk->part == 0 ||
	    !mxlog_digest_equal(event->part_sha256, walk->part_sha256) ||
	    (walk->broken && !(event->has & BIT(why))))
		return -EBADMSG;
	walk->broken = false;
	return 0;
}

static int walk_line(void *arg, const struct mxlog_ledger_event *event,
    const unsigned char digest[MXLOG_DIGEST_LEN])
{
	struct walk *walk = arg;
	int r = 0;

	if (event->kind == MXLOG_LEDGER_PART)
		r = walk_head(walk, event);
	return r == 0 && walk->visit ? walk->visit(walk->arg, event, digest)
				     : r;
}

static int walk_part(struct walk *walk, struct mxlog_ledger_lines *lines,
    int state_fd, uint32_t part, struct mxlog_error *reterr)
{
	struct mxlog_buf text = { 0 };
	char name[MXLOG_LEDGER_NAME_MAX];
	bool broken = walk->broken;
	int r;

	walk->part = part;
	mxlog_ledger_part_name(name, part);
	r = read_part(state_fd, part, &text);
	if (r < 0) {
		mxlog_buf_done(&text);
		return mxlog_error_set(reterr, r == -ENOENT ? -EBADMSG : r,
		    ".mxlog/%s: %s", name, strerror(-r));
	}
	lines->name = name;
	r = mxlog_ledger_lines_read(lines, &text, walk_line, walk,
	    broken ? NULL : reterr);
	if (r == -EBADMSG && !(broken && walk->broken)) {
		walk->broken = true;
		r = 0;
	}
	if (r == 0)
		r = mxlog_digest_sha256(text.data ? text.data : "", text.len,
		    walk->part_sha256);
	mxlog_buf_done(&text);
	return r;
}

int mxlog_ledger_walk(int state_fd, mxlog_ledger_visit *visit, void *arg,
    struct mxlog_error *reterr)
{
	struct mxlog_ledger_lines lines = { 0 };
	struct walk walk = { .visit = visit, .arg = arg };
	int64_t last;
	int r = find_last_part(state_fd, &last);

	if (r == 0 && last < 0)
		r = -ENOENT;
	if (r < 0)
		return mxlog_error_set(reterr, r, ".mxlog/ledger: %s",
		    strerror(-r));
	for (int64_t part = 0; r == 0 && part <= last; part++)
		r = walk_part(&walk, &lines, state_fd, (uint32_t)part, reterr);
	return r == 0 && walk.broken ? -EBADMSG : r;
}
