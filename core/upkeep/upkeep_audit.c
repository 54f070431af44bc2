/* SPDX-License-Identifier: Apache-2.0 */
/* What the log itself tells of a run. */
#include "upkeep/upkeep.h"
#include "write/writer_private.h"

static int open_writer(struct mxlog_upkeep *upkeep)
{
	struct mxlog_writer_options options = {
		.size = sizeof(options),
		.actor = upkeep->options.actor,
		.sync = MXLOG_SYNC_BATCH,
	};

	if (upkeep->writer)
		return 0;
	return mxlog_writer_open(upkeep->config, &options, &upkeep->writer,
	    NULL);
}

/* The line that was added last: days only go up. */
struct last {
	int32_t day;
	const char *line;
	size_t len;
};

static void find_last(void *arg, enum mxlog_kind kind, int32_t day,
    const char *lines, size_t len)
{
	struct last *last = arg;
	const char *before;

	if (kind != MXLOG_ENTRIES || day < last->day)
		return;
	before = memrchr(lines, '\n', len - 1);
	last->day = day;
	last->line = before ? before + 1 : lines;
	last->len = (size_t)(lines + len - last->line);
}

static int digest_line(struct mxlog_upkeep *upkeep,
    struct mxlog_ledger_event *event)
{
	struct last last = { .day = INT32_MIN };

	mxlog_writer_each_pending(upkeep->writer, find_last, &last);
	if (!last.line)
		return -EIO;
	event->has |= MXLOG_LEDGER_BIT(audit);
	return mxlog_digest_sha256(last.line, last.len, event->audit);
}

int mxlog_upkeep_add_audit(struct mxlog_upkeep *upkeep, enum mxlog_level level,
    const char *action, const char *result, const char *message,
    struct mxlog_ledger_event *event)
{
	int r = open_writer(upkeep);

	if (r == 0)
		r = mxlog_writer_add_audit(upkeep->writer, level, action,
		    result, message);
	if (r == 0 && event)
		r = digest_line(upkeep, event);
	return r;
}

int mxlog_upkeep_commit_audit(struct mxlog_upkeep *upkeep)
{
	int r = upkeep->writer ? mxlog_writer_commit(upkeep->writer) : 0;

	if (r < 0)
		mxlog_writer_rollback(upkeep->writer);
	return r;
}

int mxlog_upkeep_audit(struct mxlog_upkeep *upkeep, enum mxlog_level level,
    const char *action, const char *result, const char *message,
    struct mxlog_ledger_event *event)
{
	int r = mxlog_upkeep_add_audit(upkeep, level, action, result, message,
	    event);

	if (r < 0 && upkeep->writer)
		mxlog_writer_rollback(upkeep->writer);
	return r < 0 ? r : mxlog_upkeep_commit_audit(upkeep);
}
