/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/line_joiner.h"

void mxlog_line_joiner_done(struct mxlog_line_joiner *joiner)
{
	mxlog_buf_done(&joiner->text);
	joiner->first = 0;
	joiner->held = joiner->n_held = joiner->parts = joiner->n_parts = 0;
}

static size_t line_len(const char *text, size_t len)
{
	return (size_t)((const char *)memchr(text, '\n', len) - text) + 1;
}

/* Emit what belongs together, or the first line; the others begin anew. */
static int emit_first(struct mxlog_line_joiner *joiner)
{
	const char *text = joiner->text.data + joiner->first;
	size_t n = joiner->n_parts, len = joiner->parts;

	if (n == 0) {
		n = 1;
		len = line_len(text, joiner->text.len - joiner->first);
	}
	joiner->first += len;
	joiner->held = joiner->n_held = joiner->parts = joiner->n_parts = 0;
	joiner->state = (struct mxlog_traceback_state){ 0 };
	return joiner->emit(joiner->arg, text, len - 1, n);
}

static enum mxlog_traceback_line step(struct mxlog_line_joiner *joiner,
    const char *line, size_t len)
{
	if (joiner->n_held == MXLOG_LINE_JOINER_LINES ||
	    joiner->held + len > MXLOG_LINE_JOINER_BYTES)
		return MXLOG_TRACEBACK_OTHER;
	return mxlog_traceback_step(&joiner->state, line, len - 1, false);
}

/* Look at the next line that was not looked at. */
static int take_next(struct mxlog_line_joiner *joiner)
{
	const char *line = joiner->text.data + joiner->first + joiner->held;
	size_t len =
	    line_len(line, joiner->text.len - joiner->first - joiner->held);
	enum mxlog_traceback_line is = step(joiner, line, len);

	if (is == MXLOG_TRACEBACK_OTHER)
		return emit_first(joiner);
	joiner->held += len;
	joiner->n_held++;
	if (is == MXLOG_TRACEBACK_PART) {
		joiner->parts = joiner->held;
		joiner->n_parts = joiner->n_held;
	}
	return 0;
}

static void compact(struct mxlog_line_joiner *joiner)
{
	joiner->text.len -= joiner->first;
	if (joiner->text.len == 0)
		mxlog_buf_clear(&joiner->text);
	else
		memmove(joiner->text.data, joiner->text.data + joiner->first,
		    joiner->text.len);
	joiner->first = 0;
}

static int take_all(struct mxlog_line_joiner *joiner)
{
	int r = 0;

	while (r == 0 && joiner->first + joiner->held < joiner->text.len)
		r = take_next(joiner);
	compact(joiner);
	return r;
}

int mxlog_line_joiner_add(struct mxlog_line_joiner *joiner, const char *line,
    size_t len)
{
	int r = mxlog_buf_reserve(&joiner->text, len + 1);

	if (r < 0)
		return r;
	(void)mxlog_buf_add(&joiner->text, line, len);
	(void)mxlog_buf_add_char(&joiner->text, '\n');
	return take_all(joiner);
}

int mxlog_line_joiner_flush(struct mxlog_line_joiner *joiner)
{
	int r = 0;

	while (r == 0 && joiner->n_held > 0) {
		r = emit_first(joiner);
		if (r == 0)
			r = take_all(joiner);
	}
	compact(joiner);
	return r;
}
