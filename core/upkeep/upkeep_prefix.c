/* SPDX-License-Identifier: Apache-2.0 */
/* The beginnings of live segments: what a look saw, and a later one finds still
 * there, is sealed, so that rewriting today shows, too. A writer cuts back what
 * it was not told is stored; that is over long before the next look. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "upkeep/upkeep.h"

#define BIT MXLOG_LEDGER_BIT

/* A look sooner after the last one proves nothing. */
#define LOOK_USEC (60 * USEC_PER_SEC)

static bool holds(int fd, uint64_t size,
    const unsigned char sha256[MXLOG_DIGEST_LEN], int *ret)
{
	struct mxlog_seal found = { 0 };

	*ret = mxlog_seal_measure(fd, size, &found);
	return *ret == 0 && found.size_bytes == size &&
	    mxlog_digest_equal(found.checksum, sha256);
}

/* Told once: what is sealed stays as the ledger knows it. */
static int tell_rewritten(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name, struct mxlog_ledger_event *event)
{
	char text[MXLOG_SEGMENT_NAME_MAX];
	char message[MXLOG_SEGMENT_NAME_MAX + 96];
	int r;

	mxlog_segment_format(text, name);
	(void)snprintf(message, sizeof(message),
	    "%s does not begin any more as it did: it was rewritten or cut",
	    text);
	mxlog_ledger_event_set_why(event, "rewritten");
	r = mxlog_upkeep_audit(upkeep, MXLOG_ERROR, "seal", "corrupt", message,
	    event);
	return r < 0 ? r : mxlog_ledger_add(&upkeep->ledger, event);
}

/* How far whole lines go now. 1: further than before. */
static int look(int fd, struct mxlog_ledger_event *event, uint64_t before)
{
	struct mxlog_seal found = { 0 };
	struct stat st;
	uint64_t end;
	int r;

	if (fstat(fd, &st) < 0)
		return -errno;
	r = mxlog_segment_find_end(fd, (uint64_t)st.st_size, &end);
	if (r < 0 || end <= before)
		return r == -EBADMSG ? 0 : MIN(r, 0);
	r = mxlog_seal_measure(fd, end, &found);
	if (r < 0 || found.size_bytes != end)
		return MIN(r, 0);
	event->has |= BIT(seen_size) | BIT(seen_sha256);
	event->seen_size = end;
	memcpy(event->seen_sha256, found.checksum, MXLOG_DIGEST_LEN);
	return 1;
}

static int look_again(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name, int fd)
{
	const struct mxlog_ledger_segment *found =
	    mxlog_upkeep_known(upkeep, name);
	struct mxlog_ledger_segment known = { 0 };
	struct mxlog_ledger_event event =
	    mxlog_upkeep_event(upkeep, MXLOG_LEDGER_PREFIX, name);
	bool stays;
	int r = 0;

	if (found)
		known = *found;
	if (known.flags & MXLOG_LEDGER_IS_REWRITTEN)
		return 0;
	if (known.prefix_size > 0 &&
	    !holds(fd, known.prefix_size, known.prefix_sha256, &r))
		return r < 0 ? r : tell_rewritten(upkeep, name, &event);
	if (known.seen_size > 0 &&
	    upkeep->now_usec - known.seen_usec < LOOK_USEC)
		return 0;
	stays = known.seen_size > known.prefix_size &&
	    holds(fd, known.seen_size, known.seen_sha256, &r);
	if (stays)
		mxlog_upkeep_put_content(&event, known.seen_size,
		    known.seen_sha256);
	if (r == 0)
		r = look(fd, &event, stays ? known.seen_size : 0);
	if (r < 0 || !(event.has & (BIT(sha256) | BIT(seen_sha256))))
		return MIN(r, 0);
	return mxlog_ledger_add(&upkeep->ledger, &event);
}

int mxlog_upkeep_seal_prefix(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	char text[MXLOG_SEGMENT_NAME_MAX];
	int dir_fd, fd, r;

	r = mxlog_segment_open_dir(upkeep->log_dir_fd, name->kind, false, false,
	    &dir_fd);
	if (r < 0)
		return r;
	mxlog_segment_format(text, name);
	r = mxlog_fs_open_file(dir_fd, text, O_RDONLY, &fd);
	(void)close(dir_fd);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = look_again(upkeep, name, fd);
	(void)close(fd);
	return r;
}
