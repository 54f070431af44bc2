/* SPDX-License-Identifier: Apache-2.0 */
#include "command/mxlog_read_context.h"

#include <stdlib.h>

#include "command/mxlog_read_format.h"

/* Matches that are farther apart than this are not read up to line by line. */
#define NEAR_USEC (600 * USEC_PER_SEC)

/* A line that will be shown if a match follows it soon enough. */
struct kept {
	struct mxlog_buf text;
	uint64_t index; /* in the stream */
};

/* What is remembered of a module's lines, or of all lines. */
struct track {
	char *module;
	struct kept *kept; /* a ring of options->before */
	size_t n, next;
	uint64_t after; /* lines still to be shown */
};

struct context {
	const struct mxlog_read_options *options;
	struct mxlog_read_printer *printer;
	struct mxlog_read_terminal *terminal;
	struct mxlog_error *reterr;
	struct mxlog_reader *stream; /* all lines, matches or not; or NULL */
	bool descending;
	int64_t at_usec;         /* of the line read last */
	uint64_t index, printed; /* of the lines read and shown last; from 1 */
	struct track *tracks;
	size_t n_tracks;
	struct track *track; /* of the line read last */
};

/* ---- what is remembered ---- */

static void free_track(struct track *track, size_t before)
{
	for (size_t i = 0; track->kept && i < before; i++)
		mxlog_buf_done(&track->kept[i].text);
	free(track->kept);
	free(track->module);
}

static int add_track(struct context *context, const char *module, size_t len)
{
	struct track track = { .module = strndup(module, len) };
	struct track *tracks = reallocarray(context->tracks,
	    context->n_tracks + 1, sizeof(*tracks));

	if (tracks)
		context->tracks = tracks;
	track.kept = calloc(context->options->before + 1, sizeof(*track.kept));
	if (!tracks || !track.module || !track.kept) {
		free_track(&track, 0);
		return -ENOMEM;
	}
	tracks[context->n_tracks++] = track;
	context->track = &tracks[context->n_tracks - 1];
	return 0;
}

/* The track of the line: its module's, if context is of the module. */
static int choose_track(struct context *context, const struct mxlog_line *line)
{
	const struct mxlog_entry *entry = context->printer->entry;
	struct mxlog_text_span span = { 0 };
	const char *module = "";
	int r;

	if (context->options->context_of_module) {
		r = mxlog_read_decode(context->printer, line);
		if (r < 0)
			return r;
		span = entry->text[MXLOG_FIELD_MODULE];
		module = entry->bytes.data + span.off;
	}
	for (size_t i = 0; i < context->n_tracks; i++) {
		struct track *track = &context->tracks[i];

		if (strlen(track->module) != span.len ||
		    memcmp(track->module, module, span.len) != 0)
			continue;
		context->track = track;
		return 0;
	}
	return add_track(context, module, span.len);
}

static int keep(struct context *context, const struct mxlog_line *line)
{
	struct track *track = context->track;
	size_t before = context->options->before;
	struct kept *kept = &track->kept[track->next];

	if (before == 0)
		return 0;
	track->next = (track->next + 1) % before;
	track->n = MIN(track->n + 1, before);
	kept->index = context->index;
	kept->text.len = 0;
	return mxlog_buf_add(&kept->text, line->text, line->len);
}

/* ---- showing ---- */

/* A line; before it "--" if it does not follow the one shown last. */
static int show(struct context *context, const struct mxlog_line *line,
    uint64_t index)
{
	bool people = !context->options->format->cells;
	int r = 0;

	mxlog_read_terminal_clear(context->terminal);
	if (people && context->printed > 0 && index != context->printed + 1)
		r = mxlog_read_print_note(context->printer, "--");
	context->printed = index;
	return r < 0 ? r : mxlog_read_print(context->printer, line);
}

static int show_kept(struct context *context)
{
	struct track *track = context->track;
	size_t before = context->options->before;
	int r = 0;

	for (size_t i = track->n; r >= 0 && i > 0; i--) {
		struct kept *kept =
		    &track->kept[(track->next + before - i) % before];
		struct mxlog_line line = { .text = kept->text.data,
			.len = kept->text.len };

		r = show(context, &line, kept->index);
	}
	track->n = 0;
	return r;
}

/* ---- the stream ---- */

/* Everything, in the direction of the matches. */
static int make_query(const struct context *context, struct mxlog_query **ret)
{
	int r = mxlog_query_new(ret);

	if (r >= 0 && context->printer->metrics)
		r = mxlog_query_set_metrics(*ret, true);
	return r < 0 ? r
		     : mxlog_query_set_order(*ret, MXLOG_ORDER_TIMESTAMP,
			   context->descending);
}

static int open_query(const struct context *context, struct mxlog_query *query,
    struct mxlog_reader **ret)
{
	const struct mxlog_read_options *options = context->options;
	int r = mxlog_reader_open((const char *const *)options->dirs,
	    options->n_dirs, &query, ret, context->reterr);

	if (r < 0)
		mxlog_query_free(query);
	return r;
}

/* Where to begin so that the lines before a match are seen. */
static int find_start(const struct context *context, int64_t match_usec,
    int64_t *ret)
{
	struct mxlog_reader *reader;
	struct mxlog_query *query;
	struct mxlog_line line;
	int r = make_query(context, &query);

	*ret = match_usec;
	if (r < 0 || context->options->before == 0) {
		mxlog_query_free(r < 0 ? NULL : query);
		return r;
	}
	(void)mxlog_query_set_order(query, MXLOG_ORDER_TIMESTAMP,
	    !context->descending);
	(void)mxlog_query_set_window(query, context->options->before + 1, 0);
	if (context->descending)
		(void)mxlog_query_set_range(query, match_usec, INT64_MAX);
	else
		(void)mxlog_query_set_range(query, INT64_MIN, match_usec);
	r = open_query(context, query, &reader);
	if (r < 0)
		return r;
	while ((r = mxlog_reader_next(reader, &line)) > 0)
		*ret = line.time_usec;
	mxlog_reader_close(reader);
	return r;
}

static int open_stream(struct context *context, int64_t match_usec)
{
	struct mxlog_query *query;
	int64_t start;
	int r = 0;

	mxlog_reader_close(context->stream);
	context->stream = NULL;
	if (context->options->context_of_module)
		start = context->descending ? INT64_MAX : INT64_MIN;
	else
		r = find_start(context, match_usec, &start);
	if (r >= 0)
		r = make_query(context, &query);
	if (r < 0)
		return r;
	if (context->descending)
		(void)mxlog_query_set_range(query, INT64_MIN, start);
	else
		(void)mxlog_query_set_range(query, start, INT64_MAX);
	context->index++; /* what was skipped is a gap */
	return open_query(context, query, &context->stream);
}

/* The next line of all, its track chosen: 1, 0 at the end. */
static int next_line(struct context *context, struct mxlog_line *line)
{
	int r = mxlog_reader_next(context->stream, line);

	if (r <= 0)
		return r;
	context->index++;
	context->at_usec = line->time_usec;
	r = choose_track(context, line);
	return r < 0 ? r : 1;
}

/* A line that is no match: shown after one, or kept before the next. */
static int pass_line(struct context *context, const struct mxlog_line *line)
{
	if (context->track->after == 0)
		return keep(context, line);
	context->track->after--;
	return show(context, line, context->index);
}

static bool wants_more(const struct context *context)
{
	for (size_t i = 0; i < context->n_tracks; i++)
		if (context->tracks[i].after > 0)
			return true;
	return false;
}

/* What is still to be shown after the matches so far. */
static int finish_after(struct context *context)
{
	struct mxlog_line line;
	int r = 1;

	while (r > 0 && wants_more(context)) {
		r = next_line(context, &line);
		if (r > 0 && pass_line(context, &line) < 0)
			r = -ENOMEM;
	}
	return r;
}

static bool is_far(const struct context *context, int64_t match_usec)
{
	int64_t way = context->descending ? context->at_usec - match_usec
					  : match_usec - context->at_usec;

	return way > NEAR_USEC && !context->options->context_of_module;
}

/* Read up to the match, and show it. */
static int show_match(struct context *context, const char *wanted)
{
	char cursor[MXLOG_CURSOR_MAX];
	struct mxlog_line line;
	int r;

	while ((r = next_line(context, &line)) > 0) {
		r = mxlog_reader_get_cursor(context->stream, cursor);
		if (r < 0)
			return r;
		if (strcmp(cursor, wanted) != 0) {
			r = pass_line(context, &line);
			if (r < 0)
				return r;
			continue;
		}
		r = show_kept(context);
		context->track->after = context->options->after;
		return r < 0 ? r : show(context, &line, context->index);
	}
	return r;
}

static int show_matches(struct context *context, struct mxlog_reader *matches)
{
	char cursor[MXLOG_CURSOR_MAX];
	struct mxlog_line match;
	int r;

	while ((r = mxlog_reader_next(matches, &match)) > 0) {
		int64_t match_usec = match.time_usec;

		r = mxlog_reader_get_cursor(matches, cursor);
		if (r >= 0 && context->stream && is_far(context, match_usec))
			r = finish_after(context);
		if (r >= 0 && (!context->stream || is_far(context, match_usec)))
			r = open_stream(context, match_usec);
		if (r >= 0)
			r = show_match(context, cursor);
		if (r < 0)
			return r;
	}
	if (r >= 0 && context->stream)
		r = finish_after(context);
	return r;
}

int mxlog_read_context_show(const struct mxlog_read_options *options,
    struct mxlog_reader *matches, struct mxlog_read_printer *printer,
    struct mxlog_read_terminal *terminal, struct mxlog_error *reterr)
{
	struct context context = { .options = options,
		.printer = printer,
		.terminal = terminal,
		.reterr = reterr,
		.descending = options->descending };
	int r = show_matches(&context, matches);

	mxlog_read_terminal_clear(terminal);
	mxlog_reader_close(context.stream);
	for (size_t i = 0; i < context.n_tracks; i++)
		free_track(&context.tracks[i], options->before);
	free(context.tracks);
	return r < 0 ? r : mxlog_read_flush(printer);
}
