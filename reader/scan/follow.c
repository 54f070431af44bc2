/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/follow.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"

enum {
	/* Without inotify: look as often. */
	POLL_MS = 20,
	EVENTS_BYTES = 16 * 1024,
};

struct followed {
	struct mxlog_segment_name name;
	uint32_t dir;
	int fd;
	bool own; /* opened here */
	uint64_t at;
	bool skipping; /* in a line longer than any may be */
};

struct mxlog_follow {
	const struct mxlog_catalog *catalog;
	int inotify; /* -1: there is none */
	struct followed *segments;
	size_t n, capacity;
	size_t next; /* whose turn it is */
};

static int add(struct mxlog_follow *follow, const struct followed *segment)
{
	if (follow->n == follow->capacity) {
		size_t capacity = follow->capacity * 2 + 8;
		struct followed *segments =
		    reallocarray(follow->segments, capacity, sizeof(*segments));

		if (!segments)
			return -ENOMEM;
		follow->segments = segments;
		follow->capacity = capacity;
	}
	follow->segments[follow->n++] = *segment;
	return 0;
}

static int add_catalog(struct mxlog_follow *follow)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < follow->catalog->n_segments; i++) {
		const struct mxlog_catalog_segment *segment =
		    &follow->catalog->segments[i];
		struct followed followed = { .name = segment->name,
			.dir = segment->dir,
			.fd = segment->fd,
			.at = segment->size };

		if (!segment->name.archived && segment->fd >= 0)
			r = add(follow, &followed);
	}
	return r;
}

static bool is_known(const struct mxlog_follow *follow, uint32_t dir,
    const struct mxlog_segment_name *name)
{
	for (size_t i = 0; i < follow->n; i++)
		if (follow->segments[i].dir == dir &&
		    mxlog_segment_compare(&follow->segments[i].name, name) == 0)
			return true;
	return false;
}

static int open_new(struct mxlog_follow *follow, uint32_t dir,
    const struct mxlog_segment_name *name)
{
	struct followed followed = { .name = *name, .dir = dir, .own = true };
	char text[MXLOG_SEGMENT_NAME_MAX];
	int dir_fd, r;

	mxlog_segment_format(text, name);
	r = mxlog_segment_open_dir(follow->catalog->dirs[dir].fd, name->kind,
	    false, false, &dir_fd);
	if (r < 0)
		return 0;
	r = mxlog_fs_open_file(dir_fd, text, O_RDONLY, &followed.fd);
	(void)close(dir_fd);
	if (r < 0)
		return 0; /* gone again, or not for us */
	r = add(follow, &followed);
	if (r < 0)
		(void)close(followed.fd);
	return r;
}

/* Segments that came since. */
static int look_for_new(struct mxlog_follow *follow)
{
	int r = 0;

	for (uint32_t dir = 0; r >= 0 && dir < follow->catalog->n_dirs; dir++) {
		struct mxlog_segment_name *names = NULL;
		size_t n = 0;

		if (mxlog_segment_list(follow->catalog->dirs[dir].fd,
			follow->catalog->kind, false, &names, &n) < 0)
			continue;
		for (size_t i = 0; r >= 0 && i < n; i++)
			if (!is_known(follow, dir, &names[i]))
				r = open_new(follow, dir, &names[i]);
		free(names);
	}
	return r;
}

/* Watching what is watched already changes nothing. */
static void watch(struct mxlog_follow *follow)
{
	const uint32_t mask = IN_CREATE | IN_MOVED_TO | IN_MODIFY | IN_ONLYDIR;
	const char *below = mxlog_segment_dir(follow->catalog->kind, false);
	char path[64];

	for (size_t i = 0; i < follow->catalog->n_dirs; i++) {
		int fd = follow->catalog->dirs[i].fd;

		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d/.", fd);
		(void)inotify_add_watch(follow->inotify, path, mask);
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", fd,
		    below);
		if (*below)
			(void)inotify_add_watch(follow->inotify, path, mask);
	}
}

int mxlog_follow_new(const struct mxlog_catalog *catalog,
    struct mxlog_follow **ret)
{
	struct mxlog_follow *follow = calloc(1, sizeof(*follow));
	int r;

	if (!follow)
		return -ENOMEM;
	follow->catalog = catalog;
	follow->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	watch(follow);
	r = add_catalog(follow);
	if (r >= 0)
		r = look_for_new(follow);
	if (r < 0)
		mxlog_follow_free(follow);
	else
		*ret = follow;
	return r;
}

void mxlog_follow_free(struct mxlog_follow *follow)
{
	if (!follow)
		return;
	for (size_t i = 0; i < follow->n; i++)
		if (follow->segments[i].own)
			(void)close(follow->segments[i].fd);
	if (follow->inotify >= 0)
		(void)close(follow->inotify);
	free(follow->segments);
	free(follow);
}

/* ---- reading ---- */

/* An overlong line is passed over up to its end. */
static void skip_line(struct followed *segment, struct mxlog_chunk *chunk)
{
	const char *end = memchr(chunk->bytes.data, '\n', chunk->bytes.len);
	size_t n =
	    end ? (size_t)(end + 1 - chunk->bytes.data) : chunk->bytes.len;

	segment->at += n;
	segment->skipping = !end;
	chunk->damaged = end ? 1 : 0;
}

static int take_lines(struct followed *segment, struct mxlog_chunk *chunk)
{
	struct mxlog_buf *bytes = &chunk->bytes;
	const char *last = memrchr(bytes->data, '\n', bytes->len);

	if (segment->skipping) {
		skip_line(segment, chunk);
		return 1;
	}
	if (!last) {
		segment->skipping = bytes->len > MXLOG_LINE_MAX;
		return segment->skipping;
	}
	chunk->offset = segment->at;
	chunk->text = bytes->data;
	chunk->len = (size_t)(last + 1 - bytes->data);
	segment->at += chunk->len;
	return mxlog_chunk_add_slack(chunk) < 0 ? -ENOMEM : 1;
}

/* 1 if there was something new: whole lines, or a part to be passed over. */
static int read_segment(struct followed *segment, struct mxlog_chunk *chunk)
{
	size_t want = MXLOG_CHUNK_BYTES, n;
	struct stat st;
	int r;

	if (fstat(segment->fd, &st) < 0)
		return 0;
	/* Its writer took back what it could not write wholly. */
	if ((uint64_t)st.st_size < segment->at)
		segment->at = (uint64_t)st.st_size;
	if ((uint64_t)st.st_size == segment->at)
		return 0;
	for (;;) {
		mxlog_chunk_reset(chunk);
		r = mxlog_buf_reserve(&chunk->bytes, want + MXLOG_CHUNK_SLACK);
		if (r < 0)
			return r;
		r = mxlog_fs_pread_full(segment->fd, chunk->bytes.data, want,
		    (off_t)segment->at, &n);
		if (r < 0)
			return 0;
		chunk->bytes.len = n;
		chunk->bytes_read = n;
		r = n > 0 ? take_lines(segment, chunk) : 0;
		if (r != 0 || n < want)
			return r;
		want *= 2;
	}
}

int mxlog_follow_read(struct mxlog_follow *follow, struct mxlog_chunk *chunk,
    struct mxlog_segment_name *ret_name, uint32_t *ret_dir)
{
	for (size_t i = 0; i < follow->n; i++) {
		struct followed *segment =
		    &follow->segments[(follow->next + i) % follow->n];
		int r = read_segment(segment, chunk);

		if (r < 0)
			return r;
		if (r == 0)
			continue;
		/* The others have their turn first. */
		follow->next = (follow->next + i + 1) % follow->n;
		*ret_name = segment->name;
		*ret_dir = segment->dir;
		return 1;
	}
	return 0;
}

/* ---- waiting ---- */

/* True if a name appeared among what happened. */
static bool drain(struct mxlog_follow *follow)
{
	_Alignas(struct inotify_event) char events[EVENTS_BYTES];
	bool created = false;
	ssize_t n;

	while ((n = read(follow->inotify, events, sizeof(events))) > 0) {
		for (char *at = events; at < events + n;) {
			const struct inotify_event *event =
			    (const struct inotify_event *)(void *)at;

			created |=
			    (event->mask &
				(IN_CREATE | IN_MOVED_TO | IN_Q_OVERFLOW)) != 0;
			at += sizeof(*event) + event->len;
		}
	}
	return created;
}

int mxlog_follow_wait(struct mxlog_follow *follow, int timeout_ms)
{
	struct pollfd poll_fd = { .fd = follow->inotify, .events = POLLIN };
	int r;

	if (follow->inotify < 0) {
		r = poll(NULL, 0, POLL_MS);
		return r < 0 ? -errno : look_for_new(follow) < 0 ? -ENOMEM : 1;
	}
	r = poll(&poll_fd, 1, timeout_ms);
	if (r <= 0)
		return r < 0 ? -errno : 0;
	if (drain(follow)) {
		watch(follow);
		r = look_for_new(follow);
	}
	return r < 0 ? r : 1;
}
