/* SPDX-License-Identifier: Apache-2.0 */
/* The run's ledger: opened, begun, and what is said in it. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/archive_state.h"
#include "base/fs.h"
#include "upkeep/retention.h"
#include "upkeep/upkeep_check.h"

#define BIT MXLOG_LEDGER_BIT

/* A caller that says what time it is vouches for ages, too: no time is
 * witnessed then. */
static int read_clock(struct mxlog_upkeep *upkeep)
{
	int r;

	upkeep->now_usec = upkeep->options.now_usec;
	upkeep->vouched = upkeep->now_usec != 0;
	upkeep->witnessed_usec = upkeep->ledger.tick.witnessed_usec;
	if (upkeep->vouched)
		return 0;
	r = mxlog_witness_read(&upkeep->witness);
	if (r < 0)
		return r;
	upkeep->now_usec = upkeep->witness.wall_usec;
	upkeep->witnessed_usec =
	    mxlog_witness_count(&upkeep->ledger.tick, &upkeep->witness);
	return 0;
}

int mxlog_upkeep_open_ledger(struct mxlog_upkeep *upkeep, bool write,
    struct mxlog_error *reterr)
{
	struct mxlog_ledger_key key = {
		.data = upkeep->key.len > 0 ? upkeep->key.data : NULL,
		.len = upkeep->key.len,
	};
	int r = mxlog_ledger_open(&upkeep->ledger, upkeep->state_fd, &key,
	    write ? MXLOG_LEDGER_APPEND : MXLOG_LEDGER_READ,
	    &upkeep->ledger_error);

	if (r < 0) {
		*reterr = upkeep->ledger_error;
		return r;
	}
	upkeep->has_verified = upkeep->ledger.tick.has & BIT(verified);
	upkeep->verified = upkeep->ledger.tick.verified;
	r = read_clock(upkeep);
	if (r < 0)
		return mxlog_error_set(reterr, r, "the clocks: %s",
		    strerror(-r));
	upkeep->ledger.now_usec = upkeep->now_usec;
	return 0;
}

const struct mxlog_ledger_segment *mxlog_upkeep_known(const struct mxlog_upkeep
							  *upkeep,
    const struct mxlog_segment_name *name)
{
	return mxlog_ledger_state_find(&upkeep->ledger.state, name);
}

int mxlog_upkeep_flush(struct mxlog_upkeep *upkeep)
{
	struct mxlog_ledger_event tick =
	    mxlog_witness_tick(&upkeep->witness, upkeep->witnessed_usec);

	if (upkeep->has_verified) {
		tick.has |= BIT(verified);
		tick.verified = upkeep->verified;
	}
	return mxlog_ledger_flush(&upkeep->ledger, &tick);
}

/* ---- what events say ---- */

struct mxlog_ledger_event mxlog_upkeep_event(const struct mxlog_upkeep *upkeep,
    enum mxlog_ledger_kind kind, const struct mxlog_segment_name *name)
{
	struct mxlog_ledger_event event = {
		.kind = kind,
		.has = BIT(segment) | BIT(witnessed_usec),
		.segment = *name,
		.witnessed_usec = upkeep->witnessed_usec,
	};

	event.segment.archived = false;
	return event;
}

void mxlog_upkeep_put_content(struct mxlog_ledger_event *event, uint64_t size,
    const unsigned char sha256[MXLOG_DIGEST_LEN])
{
	event->has |= BIT(size) | BIT(sha256);
	event->size = size;
	memcpy(event->sha256, sha256, MXLOG_DIGEST_LEN);
}

int mxlog_upkeep_digest_record(const struct mxlog_archive_record *record,
    unsigned char ret[MXLOG_DIGEST_LEN])
{
	struct mxlog_archive_record copy = *record;
	int r = 0;

	if (!record->body)
		r = mxlog_archive_record_make_body(&copy);
	if (r == 0)
		r = mxlog_digest_sha256(copy.body, copy.body_len, ret);
	if (!record->body)
		free(copy.body);
	return r;
}

int mxlog_upkeep_put_record(struct mxlog_ledger_event *event,
    const struct mxlog_archive_record *record)
{
	event->has |= BIT(entries) | BIT(archive_size) | BIT(archive_sha256) |
	    BIT(record);
	event->entries = record->entry_count;
	event->archive_size = record->compressed_size;
	memcpy(event->archive_sha256, record->checksum, MXLOG_DIGEST_LEN);
	if (record->own && record->min_usec <= record->max_usec) {
		event->has |= BIT(first) | BIT(last);
		event->first = record->min_usec;
		event->last = record->max_usec;
	}
	return mxlog_upkeep_digest_record(record, event->record);
}

/* ---- the first line ---- */

/* What a version without a ledger left. */
struct legacy {
	struct mxlog_upkeep *upkeep;
	struct mxlog_retention retention;
	struct mxlog_segment_name *seals, *leaving, *corrupt;
	size_t n_seals, n_leaving, n_corrupt;
	size_t taken; /* archives and seals */
};

static int take_archives(struct legacy *legacy)
{
	struct mxlog_upkeep *upkeep = legacy->upkeep;
	int r = 0;

	for (size_t i = 0; r == 0 && i < upkeep->index.n; i++) {
		const struct mxlog_archive_record *record =
		    &upkeep->index.records[i];
		struct mxlog_ledger_event event = mxlog_upkeep_event(upkeep,
		    MXLOG_LEDGER_ADOPTED, &record->name);

		event.witnessed_usec = mxlog_retention_at(&legacy->retention,
		    record->own ? record->arrived_usec : record->archived_usec);
		r = mxlog_upkeep_put_record(&event, record);
		if (r == 0)
			r = mxlog_ledger_add(&upkeep->ledger, &event);
		legacy->taken++;
	}
	return r;
}

static int tell_broken(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	char text[MXLOG_SEGMENT_NAME_MAX];
	char message[MXLOG_SEGMENT_NAME_MAX + 96];

	mxlog_segment_format(text, name);
	(void)snprintf(message, sizeof(message),
	    "%s is not what it was when its day was over: its seal is broken",
	    text);
	return mxlog_upkeep_audit(upkeep, MXLOG_ERROR, "seal", "corrupt",
	    message, NULL);
}

/* -ENOENT: it is not live. Of one that has a writer nothing is known. */
static int lock_live(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name, int *ret)
{
	int dir_fd, r;

	r = mxlog_segment_open_dir(upkeep->log_dir_fd, name->kind, false, false,
	    &dir_fd);
	if (r < 0)
		return r;
	r = mxlog_segment_lock(dir_fd, name, ret);
	(void)close(dir_fd);
	return r;
}

/* 1: *ret is what its old seal says, and it is that or gone. */
static int check_old_seal(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name, struct mxlog_seal *ret)
{
	const void *key = upkeep->key.len > 0 ? upkeep->key.data : NULL;
	int fd = -1, r = lock_live(upkeep, name, &fd);

	if (r == -EWOULDBLOCK ||
	    (r == -ENOENT && mxlog_archive_index_find(&upkeep->index, name)))
		return 0;
	if (r < 0 && r != -ENOENT)
		return r;
	r = mxlog_seal_check(upkeep->log_dir_fd, name, fd, key, upkeep->key.len,
	    ret);
	if (fd >= 0)
		(void)close(fd);
	if (r < 0 || ret->state == MXLOG_SEAL_NONE)
		return MIN(r, 0);
	if (ret->state == MXLOG_SEAL_BROKEN)
		return tell_broken(upkeep, name);
	return 1;
}

static int take_seals(struct legacy *legacy)
{
	struct mxlog_upkeep *upkeep = legacy->upkeep;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < legacy->n_seals; i++) {
		const struct mxlog_segment_name *name = &legacy->seals[i];
		struct mxlog_ledger_event event =
		    mxlog_upkeep_event(upkeep, MXLOG_LEDGER_SEALED, name);
		struct mxlog_seal seal = { 0 };

		r = check_old_seal(upkeep, name, &seal);
		if (r <= 0)
			continue;
		mxlog_upkeep_put_content(&event, seal.size_bytes,
		    seal.checksum);
		event.has |= BIT(entries);
		event.entries = seal.entry_count;
		event.witnessed_usec =
		    mxlog_retention_at(&legacy->retention, seal.sealed_usec);
		r = mxlog_ledger_add(&upkeep->ledger, &event);
		legacy->taken++;
	}
	return MIN(r, 0);
}

/* Logged and begun, the record gone already: it is to go. */
static int take_deletions(struct legacy *legacy)
{
	struct mxlog_upkeep *upkeep = legacy->upkeep;
	int r = 0;

	for (size_t i = 0; r == 0 && i < legacy->n_leaving; i++) {
		struct mxlog_ledger_event event = mxlog_upkeep_event(upkeep,
		    MXLOG_LEDGER_DELETED, &legacy->leaving[i]);

		if (!mxlog_archive_index_find(&upkeep->index,
			&legacy->leaving[i]))
			r = mxlog_ledger_add(&upkeep->ledger, &event);
	}
	return r;
}

/* Told already. */
static int take_corrupt(struct legacy *legacy)
{
	struct mxlog_upkeep *upkeep = legacy->upkeep;
	int r = 0;

	for (size_t i = 0; r == 0 && i < legacy->n_corrupt; i++) {
		struct mxlog_ledger_event event = mxlog_upkeep_event(upkeep,
		    MXLOG_LEDGER_CORRUPT, &legacy->corrupt[i]);

		r = mxlog_ledger_add(&upkeep->ledger, &event);
	}
	return r;
}

static int tell_begun(struct legacy *legacy)
{
	bool gone = mxlog_upkeep_had_ledger(legacy->upkeep);
	char message[160];

	if (legacy->taken == 0 && !gone)
		return 0;
	(void)snprintf(message, sizeof(message),
	    "%s with the %zu archives and %zu seals there are",
	    gone ? "The ledger is gone: began a new one" : "Began the ledger",
	    legacy->upkeep->index.n, legacy->taken - legacy->upkeep->index.n);
	return mxlog_upkeep_audit(legacy->upkeep,
	    gone ? MXLOG_WARNING : MXLOG_INFO, "ledger", "success", message,
	    NULL);
}

/* They have been taken over. */
static int forget_old_state(struct legacy *legacy)
{
	struct mxlog_upkeep *upkeep = legacy->upkeep;
	int r = mxlog_retention_remove(upkeep->state_fd);

	if (r == 0)
		r = mxlog_archive_state_remove_corrupt(upkeep->state_fd,
		    legacy->corrupt, legacy->n_corrupt);
	for (size_t i = 0; r == 0 && i < legacy->n_seals; i++)
		if (mxlog_upkeep_is_there(upkeep, &legacy->seals[i]))
			r = mxlog_seal_mark(upkeep->log_dir_fd,
			    &legacy->seals[i]);
		else
			r = mxlog_seal_remove(upkeep->log_dir_fd,
			    &legacy->seals[i]);
	if (r == 0 && upkeep->key.len > 0 && upkeep->index.n > 0)
		r = mxlog_upkeep_save_index(upkeep);
	return r;
}

static int begin(struct legacy *legacy, const char *why)
{
	struct mxlog_upkeep *upkeep = legacy->upkeep;
	int r;

	r = mxlog_retention_load(upkeep->state_fd, &legacy->retention);
	if (r == 0)
		r = mxlog_seal_list(upkeep->log_dir_fd, &legacy->seals,
		    &legacy->n_seals);
	if (r == 0)
		r = mxlog_archive_state_load_pruning(upkeep->state_fd,
		    &legacy->leaving, &legacy->n_leaving);
	if (r == 0)
		r = mxlog_archive_state_list_corrupt(upkeep->log_dir_fd,
		    &legacy->corrupt, &legacy->n_corrupt);
	upkeep->witnessed_usec = (uint64_t)legacy->retention.uptime_usec;
	if (r == 0)
		r = mxlog_ledger_begin(&upkeep->ledger, why);
	if (r == 0)
		r = take_archives(legacy);
	if (r == 0)
		r = take_seals(legacy);
	if (r == 0)
		r = take_deletions(legacy);
	if (r == 0)
		r = take_corrupt(legacy);
	if (r == 0)
		r = tell_begun(legacy);
	if (r == 0)
		r = mxlog_upkeep_flush(upkeep);
	return r == 0 ? forget_old_state(legacy) : r;
}

int mxlog_upkeep_begin_ledger(struct mxlog_upkeep *upkeep, const char *why)
{
	struct legacy legacy = { .upkeep = upkeep };
	int r;

	if (!upkeep->ledger.missing) {
		r = mxlog_ledger_begin(&upkeep->ledger, why);
		return r < 0 ? r : mxlog_upkeep_flush(upkeep);
	}
	r = begin(&legacy, why);
	mxlog_retention_done(&legacy.retention);
	free(legacy.seals);
	free(legacy.leaving);
	free(legacy.corrupt);
	return r;
}
