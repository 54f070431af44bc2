/* SPDX-License-Identifier: Apache-2.0 */
#include <mxlog/traceback.h>

#include "base/buf.h"
#include "entry/entry_private.h"
#include "parse/traceback_private.h"

/* Syslog daemons fold control characters into "#" and three octal digits. */
static const char folded_newline[] = "#012";

static bool is_folded(const char *text, size_t len)
{
	return !memchr(text, '\n', len) &&
	    memmem(text, len, folded_newline, strlen(folded_newline));
}

/* "#012" becomes a newline, "#011" a tab. */
static int unfold(const char *text, size_t len, struct mxlog_buf *out)
{
	int r = 0;

	for (size_t i = 0; i < len && r == 0; i++) {
		char c = text[i];

		if (c == '#' && len - i >= 4 && text[i + 1] == '0' &&
		    text[i + 2] == '1' &&
		    (text[i + 3] == '2' || text[i + 3] == '1')) {
			c = text[i + 3] == '2' ? '\n' : '\t';
			i += 3;
		}
		r = mxlog_buf_add_char(out, c);
	}
	return r;
}

/* Where a position of the unfolded text stands in the folded one. */
static size_t folded_position(const char *text, size_t len, size_t position)
{
	size_t at = 0;

	for (size_t i = 0; i < position && at < len; i++) {
		bool fold = len - at >= 4 && memcmp(text + at, "#01", 3) == 0 &&
		    (text[at + 3] == '1' || text[at + 3] == '2');

		at += fold ? 4 : 1;
	}
	return at;
}

/* True if some line could be a frame: ordinary text is told in one pass. */
static bool is_promising(const char *text, size_t len)
{
	static const char *const signs[] = {
		"Traceback (most recent call last)", "\tat ", " at ",
		"goroutine "
	};

	for (size_t i = 0; i < ARRAY_LEN(signs); i++)
		if (memmem(text, len, signs[i], strlen(signs[i])))
			return true;
	return false;
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

static int parse_unfolded(const char *text, size_t len,
    struct mxlog_exception **ret, size_t *ret_start, size_t *ret_end)
{
	struct mxlog_lines lines;
	struct mxlog_traceback found;
	int r = mxlog_lines_split(&lines, text, len);

	if (r < 0)
		return r;
	r = parse_lines(&lines, &found);
	if (r == 1) {
		const struct mxlog_line_span *last =
		    &lines.lines[found.end - 1];

		*ret = found.exception;
		*ret_start = (size_t)(lines.lines[found.first].text - text);
		*ret_end = (size_t)(last->text + last->len - text);
		if (found.partial)
			*ret_end = *ret_start;
	}
	mxlog_lines_done(&lines);
	return r;
}

int mxlog_traceback_parse(const char *text, size_t len,
    struct mxlog_exception **ret, size_t *ret_start, size_t *ret_end)
{
	struct mxlog_buf unfolded = { 0 };
	int r;

	if (!is_folded(text, len))
		return memchr(text, '\n', len) && is_promising(text, len)
		    ? parse_unfolded(text, len, ret, ret_start, ret_end)
		    : 0;
	r = unfold(text, len, &unfolded);
	if (r == 0 && is_promising(unfolded.data, unfolded.len))
		r = parse_unfolded(unfolded.data, unfolded.len, ret, ret_start,
		    ret_end);
	if (r == 1) {
		*ret_start = folded_position(text, len, *ret_start);
		*ret_end = folded_position(text, len, *ret_end);
	}
	mxlog_buf_done(&unfolded);
	return r;
}

/* ---- in an entry ---- */

/* Blank space and folds between a message and its traceback go with it. */
static size_t trim_end(const char *text, size_t len)
{
	for (;;) {
		if (len > 0 && strchr(" \t\r\n", text[len - 1]))
			len--;
		else if (len >= 4 && memcmp(text + len - 4, "#012", 4) == 0)
			len -= 4;
		else
			return len;
	}
}

static size_t trim_start(const char *text, size_t len)
{
	size_t n = 0;

	for (;;) {
		if (n < len && strchr(" \t\r\n", text[n]))
			n++;
		else if (len - n >= 4 && memcmp(text + n, "#012", 4) == 0)
			n += 4;
		else
			return n;
	}
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

/* The message without [start, end); the exception's last line if that is
 * nothing. */
static int shorten(struct mxlog_entry *entry, const char *text, size_t len,
    size_t start, size_t end, const struct mxlog_exception *exception)
{
	size_t before = trim_end(text, start);
	size_t after = end + trim_start(text + end, len - end);
	struct mxlog_buf message = { 0 };
	int r = mxlog_buf_add(&message, text, before);

	if (r == 0 && before > 0 && after < len)
		r = mxlog_buf_add_char(&message, '\n');
	if (r == 0)
		r = mxlog_buf_add(&message, text + after, len - after);
	if (r == 0 && message.len == 0)
		r = describe(exception, &message);
	if (r == 0)
		r = mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, message.data,
		    message.len);
	mxlog_buf_done(&message);
	return r;
}

int mxlog_traceback_lift(struct mxlog_entry *entry)
{
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
