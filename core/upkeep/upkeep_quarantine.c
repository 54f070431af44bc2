/* SPDX-License-Identifier: Apache-2.0 */
/* What is not what it should be is set aside: neither archived in the other's
 * place, nor deleted. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fs.h"
#include "upkeep/upkeep.h"

enum {
	PLACE_MAX = 96,
};

static int tell(struct mxlog_upkeep *upkeep, const char *text,
    const char *place, const char *why, struct mxlog_ledger_event *event)
{
	char message[384];

	(void)snprintf(message, sizeof(message), "%s is set aside as %s/%s: %s",
	    text, place, text, why);
	return mxlog_upkeep_audit(upkeep, MXLOG_ERROR, "quarantine", "corrupt",
	    message, event);
}

static int move(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name, const char *place)
{
	char text[MXLOG_SEGMENT_NAME_MAX];
	int from = -1, to = -1, r;

	mxlog_segment_format(text, name);
	r = mxlog_segment_open_dir(upkeep->log_dir_fd, name->kind,
	    name->archived, false, &from);
	if (r == 0)
		r = mxlog_fs_open_subdir(upkeep->log_dir_fd, place, true, &to);
	if (r == 0 && renameat(from, text, to, text) < 0)
		r = -errno;
	if (r == 0)
		r = mxlog_fs_fsync(to);
	if (r == 0)
		r = mxlog_fs_fsync(from);
	if (from >= 0)
		(void)close(from);
	if (to >= 0)
		(void)close(to);
	return r;
}

int mxlog_upkeep_quarantine(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name, const struct mxlog_seal *found,
    const char *why, int code, struct mxlog_error *reterr)
{
	struct mxlog_ledger_event event =
	    mxlog_upkeep_event(upkeep, MXLOG_LEDGER_QUARANTINED, name);
	const char *dir = mxlog_segment_dir(name->kind, name->archived);
	char text[MXLOG_SEGMENT_NAME_MAX], place[PLACE_MAX];
	int r;

	mxlog_segment_format(text, name);
	/* Named after the event that tells of it. */
	(void)snprintf(place, sizeof(place), "quarantine/%llu%s%s",
	    (unsigned long long)upkeep->ledger.seq + 1, *dir ? "/" : "", dir);
	mxlog_upkeep_put_content(&event, found->size_bytes, found->checksum);
	mxlog_ledger_event_set_why(&event, why);
	r = tell(upkeep, text, place, why, &event);
	if (r == 0)
		r = mxlog_ledger_add(&upkeep->ledger, &event);
	if (r == 0)
		r = mxlog_upkeep_flush(upkeep);
	if (r == 0)
		r = move(upkeep, name, place);
	if (r < 0)
		return mxlog_error_set(reterr, r, "%s: %s", text, strerror(-r));
	return mxlog_error_set(reterr, code, "%s is set aside as %s/%s: %s",
	    text, place, text, why);
}
