/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/log_lines.h"

#include <poll.h>
#include <unistd.h>

#include <mxlog/traceback.h>

enum {
	STREAMS_MAX = 2,
	INPUT_PIECE = 64 * 1024,
	LINE_KEPT = 1024 * 1024 + 4, /* of a line: more than a message has */
};

/* ---- from a line to an entry ---- */

/* A traceback is an ERROR, unless the caller knows better. */
static int add_entry(void *arg, const char *text, size_t len, size_t n)
{
	struct mxlog_log_lines *lines = arg;
	struct mxlog_log_sink *sink = lines->sink;
	int r = mxlog_log_fill(sink, lines->level, text, len);

	if (r == 0 && lines->stream)
		r = mxlog_entry_add_context(sink->entry, LITERAL("stream"),
		    lines->stream, strlen(lines->stream));
	if (r == 0 && n > 1) {
		r = mxlog_traceback_lift(sink->entry);
		if (!sink->fields->has_level)
			mxlog_entry_set_level(sink->entry, MXLOG_ERROR);
	}
	return r < 0 ? r : mxlog_writer_add(sink->writer, sink->entry);
}

static int end_line(struct mxlog_log_lines *lines)
{
	const char *text = lines->line.data ? lines->line.data : "";
	int r = mxlog_line_joiner_add(&lines->joiner, text, lines->line.len);

	mxlog_buf_clear(&lines->line);
	return r;
}

/* Add the lines that end in a piece of input; what comes behind stays in
 * `line`. So does the beginning alone of one that is larger than a message. */
static int add_piece(struct mxlog_log_lines *lines, const char *piece,
    size_t len)
{
	int r = 0;

	while (len > 0 && r == 0) {
		const char *end = memchr(piece, '\n', len);
		size_t n = end ? (size_t)(end - piece) : len;

		r = mxlog_buf_add(&lines->line, piece,
		    MIN(n, LINE_KEPT - lines->line.len));
		if (r == 0 && end)
			r = end_line(lines);
		n += end != NULL;
		piece += n;
		len -= n;
	}
	return r;
}

/* ---- streams ---- */

void mxlog_log_lines_init(struct mxlog_log_lines *lines, int fd,
    struct mxlog_log_sink *sink, enum mxlog_level level, const char *stream)
{
	*lines = (struct mxlog_log_lines){
		.fd = fd,
		.sink = sink,
		.level = level,
		.stream = stream,
		.joiner = { .emit = add_entry, .arg = lines },
	};
}

void mxlog_log_lines_done(struct mxlog_log_lines *lines)
{
	if (lines->fd > STDERR_FILENO)
		close(lines->fd);
	mxlog_buf_done(&lines->line);
	mxlog_line_joiner_done(&lines->joiner);
}

int mxlog_log_lines_finish(struct mxlog_log_lines *lines)
{
	int r = lines->line.len > 0 ? end_line(lines) : 0;

	return r < 0 ? r : mxlog_line_joiner_flush(&lines->joiner);
}

static int read_stream(struct mxlog_log_lines *lines)
{
	char piece[INPUT_PIECE];
	ssize_t n = read(lines->fd, piece, sizeof(piece));

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -errno;
	if (n > 0)
		return add_piece(lines, piece, (size_t)n);
	if (lines->fd > STDERR_FILENO)
		close(lines->fd);
	lines->fd = -1;
	return mxlog_log_lines_finish(lines);
}

static int read_ready(struct mxlog_log_lines *lines, const struct pollfd *ready,
    size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		if (ready[i].revents != 0)
			r = read_stream(&lines[i]);
	return r;
}

static int release_held(struct mxlog_log_lines *lines, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = mxlog_line_joiner_flush(&lines[i].joiner);
	return r;
}

/* How many streams are open, and whether anything is held. */
static size_t watch(const struct mxlog_log_lines *lines, size_t n,
    struct pollfd *ret, bool *ret_held)
{
	size_t open = 0;

	*ret_held = false;
	for (size_t i = 0; i < n; i++) {
		ret[i] = (struct pollfd){ .fd = lines[i].fd, .events = POLLIN };
		open += lines[i].fd >= 0;
		*ret_held =
		    *ret_held || mxlog_line_joiner_holds(&lines[i].joiner);
	}
	return open;
}

int mxlog_log_lines_pump(struct mxlog_log_lines *lines, size_t n,
    int timeout_msec)
{
	struct pollfd fds[STREAMS_MAX];
	bool held;
	int r = 0;

	assert(n <= STREAMS_MAX);

	while (r == 0 && watch(lines, n, fds, &held) > 0) {
		int ready = poll(fds, n,
		    held ? MXLOG_LINE_JOINER_HOLD_MSEC : timeout_msec);

		if (ready < 0 && errno != EINTR)
			return -errno;
		if (ready == 0 && !held)
			return 1;
		if (ready == 0)
			r = release_held(lines, n);
		if (ready > 0)
			r = read_ready(lines, fds, n);
		if (r == 0)
			r = mxlog_writer_commit(lines->sink->writer);
	}
	return r;
}
