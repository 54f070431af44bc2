/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_loss.h"

#include <errno.h>
#include <mxlog/writer.h>
#include <stdio.h>
#include <string.h>

#include "journal_copies.h"

/* ---- telling ---- */

static int tell(struct mxlog_journal_loss *loss,
    const struct mxlog_journal_gap *gap, const char *text)
{
	const struct mxlog_module_host *host = loss->host;
	char id[MXLOG_JOURNAL_IDENTITY_MAX];
	size_t len = mxlog_journal_gap_format(id, gap);
	int r;

	host->log(host->arg, MXLOG_MODULE_WARNING, text);
	r = mxlog_writer_add_audit_with(host->writer, MXLOG_WARNING,
	    "journal_gap", gap->last == UINT64_MAX ? "unknown" : "lost", text,
	    "journal_id", id);
	if (r == 0) /* once, however often it is found */
		r = mxlog_journal_told_add(&loss->told, id, len);
	return r < 0 ? r : 1;
}

int mxlog_journal_loss_tell_gap(struct mxlog_journal_loss *loss,
    const struct mxlog_journal_gap *gap,
    const struct mxlog_journal_identity_set *known)
{
	struct mxlog_journal_gap rest = *gap;
	char text[256];
	uint64_t left;
	int r;

	r = mxlog_journal_gap_narrow(&rest, known, &loss->told, &left);
	if (r < 0 || left == 0)
		return r;
	(void)snprintf(text, sizeof(text),
	    "journal entries were removed before they could be read: numbers "
	    "%llu to %llu of %.8s, at most %llu entries",
	    (unsigned long long)rest.first, (unsigned long long)rest.last,
	    rest.stream, (unsigned long long)left);
	return tell(loss, &rest, text);
}

static int tell_replaced(struct mxlog_journal_loss *loss, uint64_t last,
    const struct mxlog_journal_identity_set *known)
{
	struct mxlog_journal_gap gap = {
		.stream = loss->old,
		.first = last + 1,
		.last = UINT64_MAX,
	};
	char text[256];
	uint64_t left;
	int r;

	r = mxlog_journal_gap_narrow(&gap, known, &loss->told, &left);
	if (r < 0 || left == 0)
		return r;
	(void)snprintf(text, sizeof(text),
	    "all files of the journal %.8s are gone and %.8s has taken its "
	    "place: what came after number %llu was removed before it could "
	    "be read; how many entries is not known",
	    loss->old, loss->new, (unsigned long long)gap.first - 1);
	return tell(loss, &gap, text);
}

/* ---- noticing ---- */

static const struct mxlog_journal_stream *
find_stream(const struct mxlog_journal_source *source, const char *id)
{
	const struct mxlog_journal_stream *stream;

	for (size_t i = 0;
	     (stream = mxlog_journal_source_get_stream(source, i)); i++)
		if (strcmp(stream->id, id) == 0)
			return stream;
	return NULL;
}

static const struct mxlog_journal_stream *
find_present(const struct mxlog_journal_source *source, bool runtime)
{
	const struct mxlog_journal_stream *stream;

	for (size_t i = 0;
	     (stream = mxlog_journal_source_get_stream(source, i)); i++)
		if (stream->present && stream->runtime == runtime)
			return stream;
	return NULL;
}

static bool is_present(const struct mxlog_journal_source *source,
    const char *id)
{
	const struct mxlog_journal_stream *stream = find_stream(source, id);

	return stream && stream->present;
}

static bool has_note(const struct mxlog_checkpoint *checkpoint,
    const char *name, const char *suffix)
{
	char note[MXLOG_JOURNAL_ID_LEN + 8];

	(void)snprintf(note, sizeof(note), "%s%s", name, suffix);
	return mxlog_checkpoint_get_cursor(checkpoint, note);
}

/* Was it read in this place, and not told to be gone? */
static bool was_read(const struct mxlog_checkpoint *checkpoint,
    const char *name, bool runtime)
{
	return strlen(name) == MXLOG_JOURNAL_ID_LEN &&
	    has_note(checkpoint, name, MXLOG_JOURNAL_HEAD_SUFFIX) == runtime &&
	    !has_note(checkpoint, name, MXLOG_JOURNAL_GONE_SUFFIX);
}

static uint64_t saved_time(const struct mxlog_checkpoint *checkpoint,
    const char *name)
{
	struct mxlog_journal_place place;

	return mxlog_journal_place_of_cursor(
		   mxlog_checkpoint_get_cursor(checkpoint, name), &place) < 0
	    ? 0
	    : place.realtime;
}

/* The journal that was read last, if none that was read is there any more. */
static const char *find_gone(const struct mxlog_checkpoint *checkpoint,
    const struct mxlog_journal_source *source, bool runtime)
{
	const char *name, *latest = NULL;

	for (size_t i = 0; (name = mxlog_checkpoint_get_stream(checkpoint, i));
	     i++) {
		if (!was_read(checkpoint, name, runtime))
			continue;
		if (is_present(source, name))
			return NULL;
		if (!latest ||
		    saved_time(checkpoint, name) >=
			saved_time(checkpoint, latest))
			latest = name;
	}
	return latest;
}

static void notice(struct mxlog_journal_loss *loss,
    const struct mxlog_checkpoint *checkpoint,
    const struct mxlog_journal_source *source, bool runtime)
{
	const struct mxlog_journal_stream *new = find_present(source, runtime);
	const char *gone;

	/* What becomes of a volatile journal is a flush: its copies are read. */
	if (!new || (runtime && find_present(source, false)))
		return;
	gone = find_gone(checkpoint, source, runtime);
	if (!gone)
		return;
	(void)snprintf(loss->old, sizeof(loss->old), "%s", gone);
	(void)snprintf(loss->new, sizeof(loss->new), "%s", new->id);
	loss->runtime = runtime;
}

/* All that were read in this place are gone, and that is told. */
static int note_gone(struct mxlog_checkpoint *checkpoint,
    const struct mxlog_journal_source *source, bool runtime)
{
	const char *name;
	int r = 0;

	for (size_t i = 0;
	     r == 0 && (name = mxlog_checkpoint_get_stream(checkpoint, i));
	     i++) {
		char note[MXLOG_JOURNAL_ID_LEN + 8];

		if (!was_read(checkpoint, name, runtime) ||
		    is_present(source, name))
			continue;
		(void)snprintf(note, sizeof(note),
		    "%s" MXLOG_JOURNAL_GONE_SUFFIX, name);
		r = mxlog_checkpoint_set_cursor(checkpoint, note, "1");
	}
	return r;
}

int mxlog_journal_loss_look(struct mxlog_journal_loss *loss,
    struct mxlog_checkpoint *checkpoint,
    const struct mxlog_journal_source *source,
    const struct mxlog_journal_identity_set *known)
{
	unsigned long listed = mxlog_journal_source_get_listed(source);
	const struct mxlog_journal_stream *old;
	struct mxlog_journal_identity last = { 0 };
	int r;

	if (loss->listed != listed && loss->old[0] == '\0') {
		notice(loss, checkpoint, source, false);
		notice(loss, checkpoint, source, true);
	}
	loss->listed = listed;
	if (loss->old[0] == '\0')
		return 0;
	old = find_stream(source, loss->old);
	if (old && old->journal)
		return 0; /* there may be more of it */
	if (old)
		last = old->last;
	else
		(void)mxlog_journal_identity_of_cursor(
		    mxlog_checkpoint_get_cursor(checkpoint, loss->old), &last);
	r = tell_replaced(loss, last.seqnum, known);
	if (r >= 0 && note_gone(checkpoint, source, loss->runtime) < 0)
		r = -ENOMEM;
	loss->old[0] = '\0';
	return r;
}
