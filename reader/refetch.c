/* SPDX-License-Identifier: Apache-2.0 */
#include "refetch.h"

#include <stdlib.h>

#include "buf.h"
#include "fs.h"

enum {
	WINDOWS = 16,
	WINDOW_BYTES = 256 * 1024,
};

struct window {
	uint32_t segment;
	uint64_t offset;
	struct mxlog_buf bytes; /* empty: not used yet */
	uint64_t used;          /* when it was last of use */
};

struct mxlog_refetch {
	const struct mxlog_catalog *catalog;
	bool backwards;
	uint64_t clock;
	struct window windows[WINDOWS];
};

int mxlog_refetch_new(const struct mxlog_catalog *catalog, bool backwards,
    struct mxlog_refetch **ret)
{
	struct mxlog_refetch *refetch = calloc(1, sizeof(*refetch));

	if (!refetch)
		return -ENOMEM;
	refetch->catalog = catalog;
	refetch->backwards = backwards;
	*ret = refetch;
	return 0;
}

void mxlog_refetch_free(struct mxlog_refetch *refetch)
{
	if (!refetch)
		return;
	for (size_t i = 0; i < WINDOWS; i++)
		mxlog_buf_done(&refetch->windows[i].bytes);
	free(refetch);
}

static bool holds(const struct window *window, uint32_t segment,
    uint64_t offset, uint32_t len)
{
	return window->segment == segment && offset >= window->offset &&
	    offset + len <= window->offset + window->bytes.len;
}

/* The window that was not of use for the longest time. */
static struct window *oldest(struct mxlog_refetch *refetch)
{
	struct window *window = &refetch->windows[0];

	for (size_t i = 1; i < WINDOWS; i++)
		if (refetch->windows[i].used < window->used)
			window = &refetch->windows[i];
	return window;
}

static int load(struct mxlog_refetch *refetch, struct window *window,
    uint32_t segment, uint64_t offset, uint32_t len)
{
	int fd = refetch->catalog->segments[segment].fd;
	size_t want = MAX((size_t)len, (size_t)WINDOW_BYTES), n;
	uint64_t start = offset;
	int r;

	if (refetch->backwards)
		start = offset + len > want ? offset + len - want : 0;
	mxlog_buf_clear(&window->bytes);
	r = mxlog_buf_reserve(&window->bytes, want);
	if (r < 0)
		return r;
	r = mxlog_fs_pread_full(fd, window->bytes.data, want, (off_t)start, &n);
	if (r < 0)
		return r;
	window->segment = segment;
	window->offset = start;
	window->bytes.len = n;
	return 0;
}

int mxlog_refetch_line(struct mxlog_refetch *refetch, uint32_t segment,
    uint64_t offset, uint32_t len, const char **ret)
{
	struct window *window = NULL;
	const char *line;
	int r;

	for (size_t i = 0; !window && i < WINDOWS; i++)
		if (holds(&refetch->windows[i], segment, offset, len))
			window = &refetch->windows[i];
	if (!window) {
		window = oldest(refetch);
		r = load(refetch, window, segment, offset, len);
		if (r < 0)
			return r;
		if (!holds(window, segment, offset, len))
			return -ESTALE;
	}
	window->used = ++refetch->clock;
	line = window->bytes.data + (offset - window->offset);
	if (memchr(line, '\n', len))
		return -ESTALE;
	*ret = line;
	return 0;
}
