/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/refetch.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "scan/archive_lines.h"

enum {
	WINDOWS = 16,
	WINDOW_BYTES = 256 * 1024,
	WIDE_BYTES = 4 * WINDOW_BYTES, /* there is one that has more at most */
	SINGLE_BYTES = 4096, /* for a line asked for out of the blue */
	REELS = 4,           /* archives held open */
};

struct open_archive_lines {
	struct mxlog_archive_lines archive_lines; /* file NULL: unused */
	uint32_t segment;
	uint64_t used;
};

/* A live segment that the catalog does not hold open. */
struct open_segment {
	int fd; /* -1: unused */
	uint32_t segment;
};

struct window {
	uint32_t segment;
	uint64_t offset;
	struct mxlog_buf bytes; /* empty: not used yet */
	uint64_t used;          /* when it was last of use */
};

struct mxlog_refetch {
	struct mxlog_catalog *catalog;
	bool backwards;
	uint64_t clock;
	struct window windows[WINDOWS];
	struct open_archive_lines reels[REELS];
	struct open_segment live;
	struct mxlog_archive_scratch scratch;
};

int mxlog_refetch_new(struct mxlog_catalog *catalog, bool backwards,
    struct mxlog_refetch **ret)
{
	struct mxlog_refetch *refetch = calloc(1, sizeof(*refetch));

	if (!refetch)
		return -ENOMEM;
	refetch->catalog = catalog;
	refetch->backwards = backwards;
	refetch->live.fd = -1;
	*ret = refetch;
	return 0;
}

void mxlog_refetch_free(struct mxlog_refetch *refetch)
{
	if (!refetch)
		return;
	for (size_t i = 0; i < WINDOWS; i++)
		mxlog_buf_done(&refetch->windows[i].bytes);
	for (size_t i = 0; i < REELS; i++)
		mxlog_archive_lines_close(&refetch->reels[i].archive_lines);
	if (refetch->live.fd >= 0)
		(void)close(refetch->live.fd);
	mxlog_archive_scratch_done(&refetch->scratch);
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

/* Lines may be long, and as many of them as there are windows: too much. */
static void drop_wide(struct mxlog_refetch *refetch)
{
	for (size_t i = 0; i < WINDOWS; i++)
		if (refetch->windows[i].bytes.capacity > WIDE_BYTES)
			mxlog_buf_done(&refetch->windows[i].bytes);
}

/* The window whose neighbour is asked for, or NULL: one line is read after the
 * other, and more of them should be read at once. */
static const struct window *find_near(const struct mxlog_refetch *refetch,
    uint32_t segment, uint64_t offset)
{
	for (size_t i = 0; i < WINDOWS; i++) {
		const struct window *window = &refetch->windows[i];

		if (window->segment == segment && window->bytes.len > 0 &&
		    offset + WINDOW_BYTES >= window->offset &&
		    offset <= window->offset + window->bytes.len + WINDOW_BYTES)
			return window;
	}
	return NULL;
}

/* Lines of one time are read forwards also where time runs backwards. */
static int load_live(struct mxlog_refetch *refetch, struct window *window,
    int fd, uint32_t segment, uint64_t offset, uint32_t len)
{
	const struct window *near = find_near(refetch, segment, offset);
	bool backwards = near ? offset < near->offset : refetch->backwards;
	size_t want = MAX((size_t)len, near ? WINDOW_BYTES : SINGLE_BYTES), n;
	uint64_t start = offset;
	int r;

	if (backwards)
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

/* The archive, opened again if need be. */
static int open_archive_lines(struct mxlog_refetch *refetch, uint32_t index,
    const struct mxlog_archive_lines **ret)
{
	const struct mxlog_catalog_segment *segment =
	    &refetch->catalog->segments[index];
	struct open_archive_lines *free_one = &refetch->reels[0];
	int r;

	for (size_t i = 0; i < REELS; i++) {
		struct open_archive_lines *open = &refetch->reels[i];

		if (open->archive_lines.file && open->segment == index) {
			open->used = ++refetch->clock;
			*ret = &open->archive_lines;
			return 0;
		}
		if (open->used < free_one->used)
			free_one = open;
	}
	mxlog_archive_lines_close(&free_one->archive_lines);
	r = mxlog_archive_lines_open(&free_one->archive_lines,
	    refetch->catalog->dirs[segment->dir].fd, segment->record, NULL);
	if (r < 0)
		return r == -ENOENT ? -ESTALE : r;
	free_one->segment = index;
	free_one->used = ++refetch->clock;
	*ret = &free_one->archive_lines;
	return 0;
}

static int load_member(struct mxlog_refetch *refetch, struct window *window,
    uint32_t segment, uint64_t offset)
{
	const struct mxlog_archive_lines *archive_lines;
	size_t member;
	int r;

	r = open_archive_lines(refetch, segment, &archive_lines);
	if (r >= 0)
		r = mxlog_archive_lines_find(archive_lines, offset, &member);
	if (r < 0)
		return r;
	mxlog_buf_clear(&window->bytes);
	window->segment = segment;
	window->offset = archive_lines->starts[member];
	return mxlog_archive_file_read(archive_lines->file, member,
	    &refetch->scratch, &window->bytes, NULL);
}

/* The one that was opened last stays open. */
static int open_live(struct mxlog_refetch *refetch, uint32_t segment)
{
	struct open_segment *live = &refetch->live;
	int fd, r;

	if (live->fd >= 0 && live->segment == segment)
		return 0;
	r = mxlog_catalog_open_segment(refetch->catalog,
	    &refetch->catalog->segments[segment], &fd);
	if (r < 0)
		return r;
	if (live->fd >= 0)
		(void)close(live->fd);
	*live = (struct open_segment){ .fd = fd, .segment = segment };
	return 0;
}

static int load(struct mxlog_refetch *refetch, struct window *window,
    uint32_t index, uint64_t offset, uint32_t len)
{
	const struct mxlog_catalog_segment *segment =
	    &refetch->catalog->segments[index];
	int r;

	/* A foreign archive was written to a file. */
	if (segment->fd >= 0)
		return load_live(refetch, window, segment->fd, index, offset,
		    len);
	if (!segment->record) {
		r = open_live(refetch, index);
		if (r >= 0)
			return load_live(refetch, window, refetch->live.fd,
			    index, offset, len);
		if (!segment->record)
			return r == -ENOENT ? -ESTALE : r;
	}
	return load_member(refetch, window, index, offset);
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
		drop_wide(refetch);
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
