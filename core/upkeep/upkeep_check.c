/* SPDX-License-Identifier: Apache-2.0 */
/* Holding archives, index, live segments and ledger against each other. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/archive_file.h"
#include "archive/archive_state.h"
#include "base/fs.h"
#include "upkeep/upkeep_check.h"

/* ---- telling once ---- */

int mxlog_upkeep_tell_corrupt(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name, const char *why)
{
	struct mxlog_ledger_event event =
	    mxlog_upkeep_event(upkeep, MXLOG_LEDGER_CORRUPT, name);
	const struct mxlog_ledger_segment *known =
	    mxlog_upkeep_known(upkeep, name);
	char text[MXLOG_SEGMENT_NAME_MAX];
	char message[MXLOG_SEGMENT_NAME_MAX + sizeof(event.why) + 64];
	int r;

	if (known && (known->flags & MXLOG_LEDGER_IS_CORRUPT))
		return 0;
	mxlog_segment_format(text, name);
	mxlog_ledger_event_set_why(&event, why);
	(void)snprintf(message, sizeof(message), "Corrupt archive: %s: %s",
	    text, event.why);
	r = mxlog_upkeep_audit(upkeep, MXLOG_ERROR, "verify", "corrupt",
	    message, &event);
	if (r == 0)
		r = mxlog_ledger_add(&upkeep->ledger, &event);
	if (r == 0)
		r = mxlog_upkeep_flush(upkeep);
	return r < 0 ? r : 1;
}

int mxlog_archive_report_corrupt(const struct mxlog_config *config,
    const char *actor, const char *archive_file, const char *why)
{
	if (!archive_file)
		return -EINVAL;

	const struct mxlog_archive_options options = {
		.size = sizeof(options),
		.actor = actor,
	};
	struct mxlog_segment_name name;
	struct mxlog_error error;
	struct mxlog_upkeep upkeep;
	int r;

	if (mxlog_segment_parse(archive_file, &name) < 0 || !name.archived)
		return -EINVAL;
	r = mxlog_upkeep_open(&upkeep, config, &options, MXLOG_UPKEEP_WRITE,
	    &error);
	if (r == 0 && (upkeep.ledger.damaged || upkeep.ledger.unkeyed))
		r = upkeep.ledger_error.code;
	if (r == 0 && upkeep.ledger.missing)
		r = mxlog_upkeep_begin_ledger(&upkeep, NULL);
	if (r == 0)
		r = mxlog_upkeep_tell_corrupt(&upkeep, &name, why);
	mxlog_upkeep_close(&upkeep);
	return r;
}

/* ---- archives and their records ---- */

int mxlog_upkeep_verify_archive(const struct mxlog_upkeep *upkeep,
    const struct mxlog_archive_record *record, struct mxlog_error *reterr)
{
	struct mxlog_archive_file *file;
	int r =
	    mxlog_archive_file_open(upkeep->log_dir_fd, record, &file, reterr);

	if (r < 0)
		return r;
	r = mxlog_archive_file_verify(file, reterr);
	mxlog_archive_file_close(file);
	return r;
}

/* The cycle may have been at work: is the record still the same? */
static bool is_current(struct mxlog_upkeep *upkeep,
    const struct mxlog_archive_record *record)
{
	struct mxlog_archive_index index;
	const struct mxlog_archive_record *now;
	bool same;

	if (mxlog_archive_index_load(upkeep->log_dir_fd, &index, NULL) < 0)
		return true;
	now = mxlog_archive_index_find(&index, &record->name);
	same = now && mxlog_digest_equal(now->checksum, record->checksum);
	mxlog_archive_index_done(&index);
	return same;
}

static void verify_record(struct mxlog_upkeep *upkeep,
    const struct mxlog_archive_record *record)
{
	struct mxlog_error error = { 0 };
	int r = mxlog_upkeep_verify_archive(upkeep, record, &error);

	if (r < 0 && !is_current(upkeep, record))
		return;
	if (r == 0)
		upkeep->stats.verified++;
	mxlog_upkeep_report(upkeep, "verify", &record->name, r,
	    r < 0 ? &error : NULL);
	if ((r == -EBADMSG || r == -ENOENT) && upkeep->options.record)
		(void)mxlog_upkeep_tell_corrupt(upkeep, &record->name,
		    error.text);
}

static bool is_live(const struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	struct mxlog_segment_name live = *name;

	live.archived = false;
	return mxlog_upkeep_is_there(upkeep, &live);
}

void mxlog_upkeep_each_orphan(struct mxlog_upkeep *upkeep, enum mxlog_kind kind,
    void (*found)(struct mxlog_upkeep *upkeep,
	const struct mxlog_segment_name *name))
{
	struct mxlog_segment_name *names = NULL;
	size_t n = 0;
	int r;

	r = mxlog_segment_list(upkeep->log_dir_fd, kind, true, &names, &n);
	if (r < 0 && r != -ENOENT)
		mxlog_upkeep_report(upkeep, "list", NULL, r, NULL);
	for (size_t i = 0; i < n; i++)
		if (!mxlog_archive_index_find(&upkeep->index, &names[i]) &&
		    !is_live(upkeep, &names[i]) &&
		    !mxlog_archive_state_is_leaving(upkeep->log_dir_fd,
			&names[i]))
			found(upkeep, &names[i]);
	free(names);
}

static void report_orphan(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	char text[MXLOG_SEGMENT_NAME_MAX];
	struct mxlog_error error = { 0 };

	mxlog_segment_format(text, name);
	(void)mxlog_error_set(&error, -EBADMSG,
	    "%s has no record in index.json and is not read; see "
	    "mxlog-archive rebuild-index",
	    text);
	mxlog_upkeep_report(upkeep, "verify", name, -EBADMSG, &error);
}

/* ---- live segments ---- */

/* Is what the ledger says of its content, or of its beginning, still so? */
static int check_content(const struct mxlog_ledger_segment *known, int fd,
    const char *text, struct mxlog_error *reterr)
{
	uint64_t size = known->has_content ? UINT64_MAX : known->prefix_size;
	struct mxlog_seal found;
	int r = mxlog_seal_measure(fd, size, &found);

	if (r < 0)
		return r;
	if (known->flags & MXLOG_LEDGER_IS_REWRITTEN)
		return mxlog_error_set(reterr, -EBADMSG,
		    "%s was rewritten while it was live", text);
	if (known->has_content &&
	    (found.size_bytes != known->size ||
		!mxlog_digest_equal(found.checksum, known->sha256)))
		return mxlog_error_set(reterr, -EBADMSG,
		    "%s is not what it was when it was sealed", text);
	if (!known->has_content &&
	    (found.size_bytes != known->prefix_size ||
		!mxlog_digest_equal(found.checksum, known->prefix_sha256)))
		return mxlog_error_set(reterr, -EBADMSG,
		    "%s does not begin any more as it did", text);
	return 0;
}

static void verify_live(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	const struct mxlog_ledger_segment *known =
	    mxlog_upkeep_known(upkeep, name);
	char text[MXLOG_SEGMENT_NAME_MAX];
	struct mxlog_error error = { 0 };
	int dir_fd, fd, r;

	if (!known || (!known->has_content && known->prefix_size == 0))
		return;
	mxlog_segment_format(text, name);
	r = mxlog_segment_open_dir(upkeep->log_dir_fd, name->kind, false, false,
	    &dir_fd);
	if (r < 0)
		return;
	r = mxlog_fs_open_file(dir_fd, text, O_RDONLY, &fd);
	if (r == 0) {
		r = check_content(known, fd, text, &error);
		(void)close(fd);
	}
	(void)close(dir_fd);
	if (r == -ENOENT)
		return;
	upkeep->stats.verified += r == 0;
	mxlog_upkeep_report(upkeep, "verify", name, r,
	    error.code < 0 ? &error : NULL);
}

static void verify_kind(struct mxlog_upkeep *upkeep, enum mxlog_kind kind)
{
	mxlog_upkeep_each_live(upkeep, kind, verify_live);
	mxlog_upkeep_each_orphan(upkeep, kind, report_orphan);
}

/* ---- the ledger ---- */

/* What was sealed and never archived must be live. */
static void verify_sealed(struct mxlog_upkeep *upkeep)
{
	const struct mxlog_ledger_state *state = &upkeep->ledger.state;
	const unsigned flags = MXLOG_LEDGER_IS_ARCHIVED |
	    MXLOG_LEDGER_IS_DELETED | MXLOG_LEDGER_IS_LOST;

	for (size_t i = 0; i < state->n; i++) {
		const struct mxlog_ledger_segment *known = &state->segments[i];
		char text[MXLOG_SEGMENT_NAME_MAX];
		struct mxlog_error error = { 0 };

		if ((known->flags & flags) || is_live(upkeep, &known->name) ||
		    (!known->has_content && known->prefix_size == 0))
			continue;
		mxlog_segment_format(text, &known->name);
		(void)mxlog_error_set(&error, -EBADMSG, "%s was sealed and %s",
		    text,
		    known->flags & MXLOG_LEDGER_IS_QUARANTINED
			? "what had its name was set aside"
			: "is gone");
		mxlog_upkeep_report(upkeep, "verify", &known->name, -EBADMSG,
		    &error);
	}
}

/* An archive without a record is reported as such. */
static void report_difference(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name, const struct mxlog_error *error)
{
	if (!mxlog_archive_index_find(&upkeep->index, name) &&
	    mxlog_upkeep_is_there(upkeep, name))
		return;
	mxlog_upkeep_report(upkeep, "verify", name, error->code, error);
}

/* The line that somebody noted must still be there. */
struct pin {
	const char *head;
	bool found;
};

static int look_for_pin(void *arg, const struct mxlog_ledger_event *event,
    const unsigned char digest[MXLOG_DIGEST_LEN])
{
	struct pin *pin = arg;
	char hex[MXLOG_DIGEST_HEX_LEN];

	(void)event;
	if (!pin->head)
		return 0;
	mxlog_digest_format(hex, digest);
	pin->found |= strlen(pin->head) == sizeof(hex) &&
	    memcmp(hex, pin->head, sizeof(hex)) == 0;
	return 0;
}

static int walk(struct mxlog_upkeep *upkeep, struct mxlog_error *reterr)
{
	struct pin pin = { .head = upkeep->options.head };
	int r = mxlog_ledger_walk(upkeep->state_fd, look_for_pin, &pin, reterr);

	if (r == 0 && pin.head && !pin.found)
		return mxlog_error_set(reterr, -EBADMSG,
		    "the ledger does not continue from that head: it was put "
		    "back to an older state, or is another one");
	return r;
}

int mxlog_archive_head(const struct mxlog_config *config,
    char ret[MXLOG_ARCHIVE_HEAD_LEN + 1], struct mxlog_error *reterr)
{
	const struct mxlog_archive_options options = {
		.size = sizeof(options),
	};
	struct mxlog_upkeep upkeep;
	int r;

	if (!config || !ret)
		return -EINVAL;
	r = mxlog_upkeep_open(&upkeep, config, &options, MXLOG_UPKEEP_READ,
	    reterr);
	if (r == 0 && upkeep.ledger.missing)
		r = mxlog_error_set(reterr, -ENOENT, "there is no ledger yet");
	if (r == 0 && upkeep.ledger_error.code < 0) {
		r = upkeep.ledger_error.code;
		*reterr = upkeep.ledger_error;
	}
	if (r == 0) {
		mxlog_digest_format(ret, upkeep.ledger.head);
		ret[MXLOG_ARCHIVE_HEAD_LEN] = '\0';
	}
	mxlog_upkeep_close(&upkeep);
	return r;
}

static void verify_ledger(struct mxlog_upkeep *upkeep)
{
	struct mxlog_error error = upkeep->ledger_error;
	int r = upkeep->ledger_error.code;

	if (upkeep->ledger.missing) {
		if (!upkeep->options.head && !mxlog_upkeep_had_ledger(upkeep))
			return;
		r = mxlog_error_set(&error, -EBADMSG, ".mxlog/ledger is gone");
	}
	if (r == 0)
		r = walk(upkeep, &error);
	if (r < 0)
		mxlog_upkeep_report(upkeep, "verify", NULL, r, &error);
	if (upkeep->ledger.missing)
		return;
	mxlog_upkeep_compare(upkeep, report_difference);
	verify_sealed(upkeep);
}

static void verify_index(struct mxlog_upkeep *upkeep)
{
	struct mxlog_error error = upkeep->error;
	int r = 0;

	upkeep->error = (struct mxlog_error){ 0 };
	if (upkeep->index.damaged > 0)
		r = -EBADMSG;
	else
		r = mxlog_upkeep_check_chain(upkeep, &error);
	if (r < 0 || !upkeep->index.missing)
		mxlog_upkeep_report(upkeep, "verify", NULL, r,
		    r < 0 ? &error : NULL);
}

int mxlog_archive_verify(const struct mxlog_config *config,
    const struct mxlog_archive_options *options,
    struct mxlog_archive_stats *ret, struct mxlog_error *reterr)
{
	if (!config || !options || !ret)
		return -EINVAL;

	struct mxlog_upkeep upkeep;
	bool record = options->size >= sizeof(*options) && options->record &&
	    !options->dry_run;
	int r;

	r = mxlog_upkeep_open(&upkeep, config, options,
	    record ? MXLOG_UPKEEP_WRITE : MXLOG_UPKEEP_READ, reterr);
	upkeep.options.record = record;
	if (r == 0 && record && upkeep.ledger.missing)
		r = mxlog_upkeep_begin_ledger(&upkeep, NULL);
	if (r == 0) {
		verify_index(&upkeep);
		for (size_t i = 0; i < upkeep.index.n; i++)
			verify_record(&upkeep, &upkeep.index.records[i]);
		verify_kind(&upkeep, MXLOG_ENTRIES);
		verify_kind(&upkeep, MXLOG_METRICS);
		verify_ledger(&upkeep);
		r = upkeep.result;
		if (r < 0 && reterr)
			*reterr = upkeep.error;
	}
	*ret = upkeep.stats;
	mxlog_upkeep_close(&upkeep);
	return r;
}
