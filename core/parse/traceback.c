/* SPDX-License-Identifier: Apache-2.0 */
#include <mxlog/traceback.h>

#include "base/buf.h"
#include "entry/entry_private.h"
#include "parse/traceback_private.h"

/* True if some line could be a frame: ordinary text is told in one pass. */
static bool is_promising(const char *text, size_t len)
{
	static const char *const signs[] = {
		"Traceback (most recent call last)", " at ", "\tat ", "#011at ",
		"\\tat ", "goroutine "
	};

	for (size_t i = 0; i < ARRAY_LEN(signs); i++)
		if (memmem(text, len, signs[i], strlen(signs[i])))
			return true;
	return false;
}

static bool has(const char *text, size_t len, const char *what)
{
	return memchr(text, what[0], len) &&
	    memmem(text, len, what, strlen(what));
}

/* How the text's newlines are written; false: it is of one line. */
static bool find_fold(const char *text, size_t len, enum mxlog_fold *ret)
{
	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	*ret = MXLOG_FOLD_NONE;
	if (memchr(text, '\n', len))
		return true;
	*ret = MXLOG_FOLD_OCTAL;
	if (has(text, len, "#012"))
		return true;
	*ret = MXLOG_FOLD_WRITTEN;
	return has(text, len, "\\n");
}

static bool has_colours(const char *text, size_t len, enum mxlog_fold fold)
{
	if (fold == MXLOG_FOLD_OCTAL)
		return has(text, len, "#033[");
	if (fold == MXLOG_FOLD_NONE)
		return has(text, len, "\033[");
	return has(text, len, "\\u001b[") || has(text, len, "\\x1b[") ||
	    has(text, len, "\\033[") || has(text, len, "\\e[");
}

static int parse_lines(const struct mxlog_lines *lines,
    struct mxlog_traceback *ret)
{
	static mxlog_traceback_reader *const readers[] = {
		mxlog_traceback_python,
		mxlog_traceback_java,
		mxlog_traceback_go,
		mxlog_traceback_node,
	};
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(readers) && r == 0; i++) {
		*ret = (struct mxlog_traceback){ 0 };
		r = readers[i](lines, ret);
	}
	return r;
}

/* A traceback in a text: its bytes [start, end). */
struct place {
	struct mxlog_exception *exception;
	size_t start, end;
};

static int parse_unfolded(const char *text, size_t len,
    const struct mxlog_lines_how *how, struct place *ret)
{
	struct mxlog_lines lines;
	struct mxlog_traceback found;
	int r = mxlog_lines_unfold(&lines, text, len, how);

	if (r < 0)
		return r;
	r = parse_lines(&lines, &found);
	if (r == 0 && mxlog_lines_strip_lead(&lines))
		r = parse_lines(&lines, &found);
	if (r == 1) {
		ret->exception = found.exception;
		ret->start =
		    mxlog_lines_origin(&lines, found.first, found.column);
		ret->end = mxlog_lines_origin(&lines, found.end - 1,
		    lines.lines[found.end - 1].len);
		if (found.partial)
			ret->end = ret->start;
	}
	mxlog_lines_done(&lines);
	return r;
}

static size_t count_frames(const struct mxlog_exception *exception)
{
	size_t n = 0;

	for (; exception; exception = exception->cause)
		n += 1 + exception->n_frames;
	return n;
}

/* Colours are left out only where they hide something: a message may be
 * coloured on purpose. */
static int parse_text(const char *text, size_t len, enum mxlog_fold fold,
    struct place *ret)
{
	struct mxlog_lines_how how = { .fold = fold };
	struct place plain = { 0 };
	int r = parse_unfolded(text, len, &how, ret);

	if (r < 0 || !has_colours(text, len, fold))
		return r;
	how.colours = true;
	if (r == 0)
		return parse_unfolded(text, len, &how, ret);
	r = parse_unfolded(text, len, &how, &plain);
	if (r == 1 &&
	    count_frames(plain.exception) > count_frames(ret->exception)) {
		mxlog_exception_free(ret->exception);
		*ret = plain;
		return 1;
	}
	if (r == 1)
		mxlog_exception_free(plain.exception);
	if (r < 0)
		mxlog_exception_free(ret->exception);
	return r < 0 ? r : 1;
}

/* Where newlines are written out the text is often a quoted value among
 * others: [*start, *end) is what the quotes around the first newline hold. */
static void find_quoted(const char *text, size_t len, size_t *start,
    size_t *end)
{
	const char *newline = memmem(text, len, "\\n", 2);
	size_t first = (size_t)(newline - text), at = 0, open = SIZE_MAX;
	char quote = '\0';

	for (; at < len && (at < first || open != SIZE_MAX); at++) {
		bool value = at == 0 || strchr(" =:([{,", text[at - 1]) != NULL;

		if (text[at] == '\\') {
			at++;
		} else if (open != SIZE_MAX && text[at] == quote) {
			if (at > first)
				break;
			open = SIZE_MAX;
		} else if (open == SIZE_MAX &&
		    (text[at] == '"' || (text[at] == '\'' && value))) {
			open = at;
			quote = text[at];
		}
	}
	if (open == SIZE_MAX || at >= len)
		return;
	*start = open + 1;
	*end = at;
}

int mxlog_traceback_parse(const char *text, size_t len,
    struct mxlog_exception **ret, size_t *ret_start, size_t *ret_end)
{
	if (!text && len > 0)
		return -EINVAL;

	struct place place;
	enum mxlog_fold fold;
	size_t from = 0, to = len;
	int r;

	if (!find_fold(text, len, &fold) || !is_promising(text, len))
		return 0;
	if (fold == MXLOG_FOLD_WRITTEN)
		find_quoted(text, len, &from, &to);
	r = parse_text(text + from, to - from, fold, &place);
	if (r < 1)
		return r;
	*ret = place.exception;
	*ret_start = from + place.start;
	*ret_end = from + place.end;
	return 1;
}

/* ---- in an entry ---- */

/* Bytes of blank space, folded or not, that begin the text, or end it. */
static size_t blank_start(const char *text, size_t len)
{
	static const char *const folds[] = { "#012", "#015", "\\n", "\\r" };

	if (len > 0 && text[0] != '\0' && strchr(" \t\r\n", text[0]))
		return 1;
	for (size_t i = 0; i < ARRAY_LEN(folds); i++)
		if (len >= strlen(folds[i]) &&
		    memcmp(text, folds[i], strlen(folds[i])) == 0)
			return strlen(folds[i]);
	return 0;
}

static size_t blank_end(const char *text, size_t len)
{
	static const size_t sizes[] = { 4, 2, 1 };

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		if (len >= sizes[i] &&
		    blank_start(text + len - sizes[i], sizes[i]) == sizes[i])
			return sizes[i];
	return 0;
}

/* They go with the traceback. */
static size_t trim_end(const char *text, size_t len)
{
	size_t n;

	while ((n = blank_end(text, len)) > 0)
		len -= n;
	return len;
}

static size_t trim_start(const char *text, size_t len)
{
	size_t at = 0, n;

	while ((n = blank_start(text + at, len - at)) > 0)
		at += n;
	return at;
}

/* True if the text goes on where it ends: no newline, of whatever form. */
static bool is_open_line(const char *text, size_t len)
{
	size_t n;

	while (len > 0 && (n = blank_end(text, len)) > 0) {
		if (n > 1 || text[len - 1] == '\n')
			return false;
		len -= n;
	}
	return len > 0;
}

/* "Type: message", of the exception itself. */
static int describe(const struct mxlog_exception *exception,
    struct mxlog_buf *out)
{
	const char *bytes = exception->bytes.data;
	int r = mxlog_buf_add(out, bytes + exception->type.off,
	    exception->type.len);

	if (r < 0 || exception->message.len == 0)
		return r;
	r = mxlog_buf_add(out, ": ", 2);
	return r < 0 ? r
		     : mxlog_buf_add(out, bytes + exception->message.off,
			   exception->message.len);
}

/* The message without [start, end). What stood before the traceback on its own
 * line, or nothing at all, is followed by the exception's last line. */
static int shorten(struct mxlog_entry *entry, const char *text, size_t len,
    size_t start, size_t end, const struct mxlog_exception *exception)
{
	bool open = is_open_line(text, start);
	size_t before = open ? start : trim_end(text, start);
	size_t after = end + trim_start(text + end, len - end);
	struct mxlog_buf message = { 0 };
	int r = mxlog_buf_add(&message, text, before);

	if (r == 0 && (open || (before == 0 && after == len)))
		r = describe(exception, &message);
	if (r == 0 && message.len > 0 && after > end && after < len)
		r = mxlog_buf_add_char(&message, '\n');
	if (r == 0)
		r = mxlog_buf_add(&message, text + after, len - after);
	if (r == 0)
		r = mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, message.data,
		    message.len);
	mxlog_buf_done(&message);
	return r;
}

/* True if a logger wrote a level before the traceback: on its own line, or on
 * the first one. */
static bool names_level(const char *text, size_t start)
{
	const char *newline = memchr(text, '\n', start);
	size_t first = newline ? (size_t)(newline - text) : start;
	size_t last = start;

	while (last > 0 && text[last - 1] != '\n')
		last--;
	return mxlog_line_has_level((struct mxlog_line_span){ text, first }) ||
	    mxlog_line_has_level(
		(struct mxlog_line_span){ text + last, start - last });
}

int mxlog_traceback_lift(struct mxlog_entry *entry)
{
	if (!entry)
		return -EINVAL;

	struct mxlog_exception *exception;
	size_t start, end, len;
	const char *text;
	int r;

	if (entry->exception ||
	    mxlog_entry_get(entry, MXLOG_FIELD_MESSAGE, &text, &len) != 1)
		return 0;
	r = mxlog_traceback_parse(text, len, &exception, &start, &end);
	if (r < 1)
		return r;
	if (names_level(text, start))
		entry->default_level = false;
	r = end > start ? shorten(entry, text, len, start, end, exception) : 0;
	if (r == 0)
		r = mxlog_entry_take_exception(entry, &exception);
	if (r < 0)
		mxlog_exception_free(exception);
	return r;
}

/* ---- source roots ---- */

/* Length of the longest root that the path is below, its slash included. */
static size_t root_len(const char *path, size_t len, const char *const *roots,
    size_t n_roots)
{
	size_t longest = 0;

	for (size_t i = 0; i < n_roots; i++) {
		size_t n = strlen(roots[i]);

		while (n > 0 && roots[i][n - 1] == '/')
			n--;
		if (n > 0 && len > n + 1 && path[n] == '/' &&
		    memcmp(path, roots[i], n) == 0)
			longest = MAX(longest, n + 1);
	}
	return longest;
}

int mxlog_exception_make_relative(struct mxlog_exception *exception,
    const char *const *roots, size_t n_roots)
{
	for (; exception; exception = exception->cause)
		for (size_t i = 0; i < exception->n_frames; i++) {
			struct mxlog_text_span *file =
			    &exception->frames[i].file;
			size_t n = root_len(exception->bytes.data + file->off,
			    file->len, roots, n_roots);

			file->off += (uint32_t)n;
			file->len -= (uint32_t)n;
		}
	return 0;
}
