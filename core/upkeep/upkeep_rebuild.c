/* SPDX-License-Identifier: Apache-2.0 */
/* Making index.json and the ledger agree with the archives there are, because
 * somebody says so: what is gone is noted as lost, what has no record is read,
 * checked and recorded. What stands in a recorded archive's place and is another
 * is not. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/archive_file.h"
#include "upkeep/upkeep_check.h"

/* ---- records ---- */

/* A record of what is no archive of ours: all of it must inflate. */
static int describe_foreign(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name, struct mxlog_archive_record *ret,
    struct mxlog_error *reterr)
{
	struct mxlog_ulid_source ids = { 0 };
	int r = mxlog_ulid_generate(&ids, upkeep->now_usec, &ret->archive_id);

	if (r < 0)
		return mxlog_error_set(reterr, r, "%s", strerror(-r));
	ret->name = *name;
	ret->archived_usec = upkeep->now_usec;
	return mxlog_archive_file_describe_foreign(upkeep->log_dir_fd, ret,
	    reterr);
}

/* -EBADMSG: the ledger knows another archive of that name. One that was noted
 * as lost is not waited for. */
static int check_known(const struct mxlog_upkeep *upkeep,
    const struct mxlog_archive_record *record, struct mxlog_error *reterr)
{
	const struct mxlog_ledger_segment *known =
	    mxlog_upkeep_known(upkeep, &record->name);
	char text[MXLOG_SEGMENT_NAME_MAX];

	if (!known || !(known->flags & MXLOG_LEDGER_IS_ARCHIVED) ||
	    (known->flags & MXLOG_LEDGER_IS_LOST) ||
	    mxlog_digest_equal(known->archive_sha256, record->checksum))
		return 0;
	mxlog_segment_format(text, &record->name);
	return mxlog_error_set(reterr, -EBADMSG,
	    "%s is not the archive that the ledger knows", text);
}

static int note(struct mxlog_upkeep *upkeep,
    const struct mxlog_archive_record *record)
{
	const struct mxlog_ledger_segment *known =
	    mxlog_upkeep_known(upkeep, &record->name);
	bool again = known && (known->flags & MXLOG_LEDGER_IS_ARCHIVED);
	struct mxlog_ledger_event event = mxlog_upkeep_event(upkeep,
	    again ? MXLOG_LEDGER_REBUILT : MXLOG_LEDGER_ADOPTED, &record->name);
	int r = mxlog_upkeep_put_record(&event, record);

	return r < 0 ? r : mxlog_ledger_add(&upkeep->ledger, &event);
}

static void adopt(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	struct mxlog_archive_record record = { 0 };
	struct mxlog_error error = { 0 };
	int r;

	r = mxlog_archive_file_describe(upkeep->log_dir_fd, name, &record,
	    &error);
	if (r == -ENODATA)
		r = describe_foreign(upkeep, name, &record, &error);
	record.rebuilt = true;
	if (r == 0)
		r = check_known(upkeep, &record, &error);
	if (r == 0)
		r = mxlog_archive_index_add(&upkeep->index, &record);
	if (r == 0 && !upkeep->options.dry_run)
		r = note(upkeep, &record);
	if (r == 0)
		upkeep->stats.archived++;
	mxlog_upkeep_report(upkeep, "record", name, r,
	    r < 0 && error.code < 0 ? &error : NULL);
}

/* ---- what is gone ---- */

static void note_lost(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	struct mxlog_ledger_event event =
	    mxlog_upkeep_event(upkeep, MXLOG_LEDGER_LOST, name);
	int r = 0;

	if (!upkeep->options.dry_run)
		r = mxlog_ledger_add(&upkeep->ledger, &event);
	if (r == 0)
		upkeep->stats.deleted++;
	mxlog_upkeep_report(upkeep, "forget", name, r, NULL);
}

static void drop_missing(struct mxlog_upkeep *upkeep)
{
	size_t i = 0;

	while (i < upkeep->index.n) {
		struct mxlog_segment_name name = upkeep->index.records[i].name;

		if (mxlog_upkeep_is_there(upkeep, &name)) {
			i++;
			continue;
		}
		(void)mxlog_archive_index_remove(&upkeep->index, &name);
		note_lost(upkeep, &name);
	}
}

/* What the ledger knows and neither the index nor a file speaks of. */
static void note_missing(struct mxlog_upkeep *upkeep)
{
	const struct mxlog_ledger_state *state = &upkeep->ledger.state;
	const unsigned flags = MXLOG_LEDGER_IS_DELETED | MXLOG_LEDGER_IS_LOST;

	for (size_t i = 0; i < state->n; i++) {
		const struct mxlog_ledger_segment *known = &state->segments[i];
		struct mxlog_segment_name live = known->name;
		struct mxlog_segment_name archive = known->name;

		archive.archived = true;
		if ((known->flags & flags) ||
		    (!known->has_content && known->prefix_size == 0 &&
			!(known->flags & MXLOG_LEDGER_IS_ARCHIVED)) ||
		    mxlog_upkeep_is_there(upkeep, &live) ||
		    mxlog_upkeep_is_there(upkeep, &archive))
			continue;
		note_lost(upkeep,
		    known->flags & MXLOG_LEDGER_IS_ARCHIVED ? &archive : &live);
	}
}

/* ---- records that stay ---- */

static bool is_noted(const struct mxlog_upkeep *upkeep,
    const struct mxlog_archive_record *record)
{
	const struct mxlog_ledger_segment *known =
	    mxlog_upkeep_known(upkeep, &record->name);
	unsigned char digest[MXLOG_DIGEST_LEN];

	return known && (known->flags & MXLOG_LEDGER_IS_ARCHIVED) &&
	    !(known->flags & MXLOG_LEDGER_IS_LOST) &&
	    mxlog_upkeep_digest_record(record, digest) == 0 &&
	    mxlog_digest_equal(digest, known->record);
}

/* A record that the ledger does not know, or knows otherwise, is made anew of
 * its archive. */
static void drop_unknown(struct mxlog_upkeep *upkeep)
{
	size_t i = 0;

	while (i < upkeep->index.n) {
		struct mxlog_segment_name name = upkeep->index.records[i].name;

		if (is_noted(upkeep, &upkeep->index.records[i]))
			i++;
		else
			(void)mxlog_archive_index_remove(&upkeep->index, &name);
	}
}

static int save(struct mxlog_upkeep *upkeep, struct mxlog_error *reterr)
{
	char message[160];
	int fd, r;

	(void)snprintf(message, sizeof(message),
	    "Rebuilt the archive index: %zu records, %llu of them made from "
	    "their archives, %llu without an archive forgotten",
	    upkeep->index.n, (unsigned long long)upkeep->stats.archived,
	    (unsigned long long)upkeep->stats.deleted);
	r = mxlog_upkeep_audit(upkeep, MXLOG_WARNING, "rebuild_index",
	    upkeep->result < 0 ? "partial" : "success", message, NULL);
	if (r == 0)
		r = mxlog_upkeep_flush(upkeep);
	if (r == 0)
		r = mxlog_segment_open_dir(upkeep->log_dir_fd, MXLOG_ENTRIES,
		    true, true, &fd);
	if (r == 0) {
		(void)close(fd);
		r = mxlog_upkeep_save_index(upkeep);
	}
	if (r < 0)
		return mxlog_error_set(reterr, r, "index.json: %s",
		    strerror(-r));
	return 0;
}

/* What is missing or damaged is begun anew. */
static int begin(struct mxlog_upkeep *upkeep, struct mxlog_error *reterr)
{
	int r = 0;

	if (upkeep->options.dry_run ||
	    (!upkeep->ledger.missing && !upkeep->ledger.damaged))
		return 0;
	r = mxlog_upkeep_begin_ledger(upkeep,
	    upkeep->ledger.damaged ? upkeep->ledger_error.text : "rebuilt");
	if (r < 0)
		return mxlog_error_set(reterr, r, ".mxlog/ledger: %s",
		    strerror(-r));
	return 0;
}

static int rebuild(struct mxlog_upkeep *upkeep, struct mxlog_error *reterr)
{
	int r = begin(upkeep, reterr);

	if (r < 0)
		return r;
	upkeep->error = (struct mxlog_error){ 0 };
	drop_missing(upkeep);
	if (!upkeep->ledger.missing)
		drop_unknown(upkeep);
	mxlog_upkeep_each_orphan(upkeep, MXLOG_ENTRIES, adopt);
	mxlog_upkeep_each_orphan(upkeep, MXLOG_METRICS, adopt);
	note_missing(upkeep);
	if (!upkeep->options.dry_run)
		r = save(upkeep, reterr);
	if (r == 0 && upkeep->result < 0) {
		r = upkeep->result;
		*reterr = upkeep->error;
	}
	return r;
}

int mxlog_archive_rebuild_index(const struct mxlog_config *config,
    const struct mxlog_archive_options *options,
    struct mxlog_archive_stats *ret, struct mxlog_error *reterr)
{
	if (!config || !options || !ret)
		return -EINVAL;

	struct mxlog_error error = { 0 };
	struct mxlog_upkeep upkeep;
	int r;

	r = mxlog_upkeep_open(&upkeep, config, options, MXLOG_UPKEEP_WRITE,
	    &error);
	if (r == 0)
		r = rebuild(&upkeep, &error);
	if (r < 0 && reterr)
		*reterr = error;
	*ret = upkeep.stats;
	mxlog_upkeep_close(&upkeep);
	return r;
}
