/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/follow.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fs.h"
#include "scan/followed_segment.h"

enum {
	/* Without inotify: look as often. */
	POLL_MS = 20,
	/* So often all is looked at, whatever inotify said: it does not know
	 * of what leads to a directory, nor of other machines. */
	LOOK_MS = 1000,
	EVENTS_BYTES = 16 * 1024,
	TEXT_MAX = 1024,
};

/* A directory that is looked into: a log directory, or what was one until it
 * was moved. */
struct place {
	uint32_t dir; /* of the catalog */
	int fd;       /* -1: there is none now */
	dev_t dev;
	ino_t ino;
	bool moved; /* its name leads elsewhere */
	bool told;  /* that it is gone, or can't be read */
};

struct mxlog_follow {
	const struct mxlog_catalog *catalog;
	mxlog_follow_tell *tell;
	void *arg;
	int inotify; /* -1: there is none */
	int64_t looked_ms;
	struct place *places; /* the catalog's directories first */
	uint32_t n_places;
	struct mxlog_followed_segment *segments;
	size_t n, capacity;
	size_t next; /* whose turn it is */
	size_t n_open;
	uint64_t clock;
};

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void tell(struct mxlog_follow *follow, const struct place *place,
    const char *what)
{
	char text[TEXT_MAX];

	(void)snprintf(text, sizeof(text), "%s: %s",
	    follow->catalog->dirs[place->dir].path, what);
	follow->tell(follow->arg, text);
}

/* ---- places ---- */

static int add_place(struct mxlog_follow *follow, uint32_t dir, int fd)
{
	struct place *places =
	    reallocarray(follow->places, follow->n_places + 1, sizeof(*places));
	struct place *place;
	struct stat st;

	if (!places)
		return -ENOMEM;
	follow->places = places;
	place = &places[follow->n_places];
	*place = (struct place){ .dir = dir, .fd = -1 };
	if (fd >= 0 && fstat(fd, &st) == 0) {
		place->dev = st.st_dev;
		place->ino = st.st_ino;
		place->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	}
	follow->n_places++;
	return 0;
}

static bool is_place(const struct place *place, const struct stat *st)
{
	return place->fd >= 0 && place->dev == st->st_dev &&
	    place->ino == st->st_ino;
}

/* What was there before is followed where it is now, until it is removed. */
static int leave_place(struct mxlog_follow *follow, uint32_t index)
{
	struct place *place = &follow->places[index];
	int r;

	if (place->fd < 0)
		return 0;
	r = add_place(follow, place->dir, place->fd);
	if (r < 0)
		return r;
	place = &follow->places[index];
	follow->places[follow->n_places - 1].moved = true;
	for (size_t i = 0; i < follow->n; i++)
		if (follow->segments[i].place == index)
			follow->segments[i].place = follow->n_places - 1;
	(void)close(place->fd);
	place->fd = -1;
	return 0;
}

/* Its name leads to another directory than before. */
static int change_place(struct mxlog_follow *follow, uint32_t index)
{
	const char *path =
	    follow->catalog->dirs[follow->places[index].dir].path;
	struct place *place;
	struct stat st;
	int fd, r;

	r = mxlog_catalog_open_named(path, &fd);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	r = leave_place(follow, index);
	if (r < 0 || fstat(fd, &st) < 0) {
		(void)close(fd);
		return r;
	}
	place = &follow->places[index];
	place->fd = fd;
	place->dev = st.st_dev;
	place->ino = st.st_ino;
	if (!place->told)
		tell(follow, place,
		    "is another directory now, which is followed");
	return 0;
}

/* Where its name leads. */
static int check_place(struct mxlog_follow *follow, uint32_t index)
{
	struct place *place = &follow->places[index];
	struct stat st;

	if (stat(follow->catalog->dirs[place->dir].path, &st) < 0) {
		if (!place->told)
			tell(follow, place,
			    "is gone; it is followed again when it is back");
		place->told = true;
		return 0;
	}
	if (!is_place(place, &st)) {
		int r = change_place(follow, index);

		place = &follow->places[index];
		if (r < 0 || place->fd < 0)
			return r;
	}
	if (place->told)
		tell(follow, place, "is back");
	place->told = false;
	return 0;
}

/* A moved one that was removed has nothing more to say. */
static void drop_place(struct place *place)
{
	struct stat st;

	if (place->fd < 0 || fstat(place->fd, &st) < 0 || st.st_nlink > 0)
		return;
	(void)close(place->fd);
	place->fd = -1;
}

static int check_places(struct mxlog_follow *follow)
{
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < follow->n_places; i++) {
		if (follow->places[i].moved)
			drop_place(&follow->places[i]);
		else
			r = check_place(follow, i);
	}
	return r;
}

/* ---- segments ---- */

static int add(struct mxlog_follow *follow,
    const struct mxlog_followed_segment *segment)
{
	if (follow->n == follow->capacity) {
		size_t capacity = follow->capacity * 2 + 8;
		struct mxlog_followed_segment *segments =
		    reallocarray(follow->segments, capacity, sizeof(*segments));

		if (!segments)
			return -ENOMEM;
		follow->segments = segments;
		follow->capacity = capacity;
	}
	follow->segments[follow->n++] = *segment;
	return 0;
}

static void shut(struct mxlog_follow *follow,
    struct mxlog_followed_segment *segment)
{
	(void)close(segment->fd);
	segment->fd = -1;
	follow->n_open--;
}

/* Descriptors are few: the one that was silent for the longest time gives its
 * own up. It is opened again when it has another size. */
static void make_room(struct mxlog_follow *follow)
{
	struct mxlog_followed_segment *oldest = NULL;

	if (follow->n_open < MAX(follow->catalog->max_open / 2, (size_t)8))
		return;
	for (size_t i = 0; i < follow->n; i++) {
		struct mxlog_followed_segment *segment = &follow->segments[i];

		if (segment->fd >= 0 &&
		    segment->state == MXLOG_FOLLOWED_NAMED &&
		    (!oldest || segment->used < oldest->used))
			oldest = segment;
	}
	if (oldest)
		shut(follow, oldest);
}

static int open_segment(struct mxlog_follow *follow,
    struct mxlog_followed_segment *segment, int dir_fd)
{
	int r;

	make_room(follow);
	r = mxlog_followed_open(segment, dir_fd);
	if (r < 0)
		return r == -ENOMEM ? r : 0; /* gone again, or not for us */
	segment->used = ++follow->clock;
	follow->n_open++;
	return 1;
}

/* The one of that name: mostly it is behind the one found before. */
static struct mxlog_followed_segment *find(struct mxlog_follow *follow,
    uint32_t place, const struct mxlog_segment_name *name, size_t *hint)
{
	for (size_t i = 0; i < follow->n; i++) {
		struct mxlog_followed_segment *segment =
		    &follow->segments[(*hint + i) % follow->n];

		if (segment->place != place ||
		    segment->state != MXLOG_FOLLOWED_NAMED ||
		    mxlog_segment_compare(&segment->name, name) != 0)
			continue;
		*hint = (*hint + i + 1) % follow->n;
		return segment;
	}
	return NULL;
}

static int add_new(struct mxlog_follow *follow, uint32_t place,
    const struct mxlog_segment_name *name, int dir_fd)
{
	struct mxlog_followed_segment segment = { .name = *name,
		.dir = follow->places[place].dir,
		.place = place,
		.fd = -1,
		.seen = true };
	int r = open_segment(follow, &segment, dir_fd);

	if (r <= 0)
		return r;
	r = add(follow, &segment);
	if (r < 0)
		shut(follow, &segment);
	return r;
}

/* A name that is there, and the file that it leads to. */
static int look_at(struct mxlog_follow *follow, uint32_t place,
    const struct mxlog_segment_name *name, int dir_fd, size_t *hint)
{
	struct mxlog_followed_segment *segment =
	    find(follow, place, name, hint);
	char text[MXLOG_SEGMENT_NAME_MAX];
	struct stat st;
	int r = 0;

	if (!segment)
		return add_new(follow, place, name, dir_fd);
	segment->seen = true;
	mxlog_segment_format(text, name);
	if (fstatat(dir_fd, text, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (st.st_dev != segment->dev || st.st_ino != segment->ino) {
		segment->state = MXLOG_FOLLOWED_LEFT;
		return add_new(follow, place, name, dir_fd);
	}
	if (segment->fd < 0 && (uint64_t)st.st_size != segment->at)
		r = open_segment(follow, segment, dir_fd);
	return MIN(r, 0);
}

/* Files whose names are gone are read to their ends, and then forgotten. */
static void leave_unseen(struct mxlog_follow *follow, uint32_t place)
{
	for (size_t i = 0; i < follow->n; i++) {
		struct mxlog_followed_segment *segment = &follow->segments[i];

		if (segment->place == place && !segment->seen)
			segment->state = MXLOG_FOLLOWED_LEFT;
	}
}

static void forget_ended(struct mxlog_follow *follow)
{
	size_t n = 0;

	for (size_t i = 0; i < follow->n; i++) {
		struct mxlog_followed_segment *segment = &follow->segments[i];
		struct stat st;
		bool ended = segment->state == MXLOG_FOLLOWED_LEFT &&
		    (segment->fd < 0 || fstat(segment->fd, &st) < 0 ||
			(st.st_nlink == 0 &&
			    (uint64_t)st.st_size == segment->at));

		if (ended && segment->fd >= 0)
			shut(follow, segment);
		if (!ended)
			follow->segments[n++] = *segment;
	}
	follow->n = n;
	follow->next = n > 0 ? follow->next % n : 0;
}

static int look_into(struct mxlog_follow *follow, uint32_t place)
{
	struct mxlog_segment_name *names = NULL;
	size_t n = 0, hint = 0;
	int dir_fd, r;

	if (follow->places[place].fd < 0)
		return 0;
	r = mxlog_segment_open_dir(follow->places[place].fd,
	    follow->catalog->kind, false, false, &dir_fd);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	r = mxlog_segment_list(follow->places[place].fd, follow->catalog->kind,
	    false, &names, &n);
	for (size_t i = 0; i < follow->n; i++)
		follow->segments[i].seen = follow->segments[i].place != place;
	if (r >= 0) {
		for (size_t i = 0; r >= 0 && i < n; i++)
			r = look_at(follow, place, &names[i], dir_fd, &hint);
		leave_unseen(follow, place);
	}
	free(names);
	(void)close(dir_fd);
	return r == -ENOMEM ? r : 0;
}

/* Watching what is watched already changes nothing. */
static void watch(struct mxlog_follow *follow)
{
	const uint32_t mask = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM |
	    IN_DELETE | IN_MODIFY | IN_MOVE_SELF | IN_DELETE_SELF | IN_ONLYDIR;
	const char *below = mxlog_segment_dir(follow->catalog->kind, false);
	char path[64];

	for (uint32_t i = 0; i < follow->n_places; i++) {
		int fd = follow->places[i].fd;

		if (fd < 0)
			continue;
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d/.", fd);
		(void)inotify_add_watch(follow->inotify, path, mask);
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", fd,
		    below);
		if (*below)
			(void)inotify_add_watch(follow->inotify, path, mask);
	}
}

/* What is there now. */
static int look(struct mxlog_follow *follow)
{
	int r = check_places(follow);

	for (uint32_t i = 0; r >= 0 && i < follow->n_places; i++)
		r = look_into(follow, i);
	forget_ended(follow);
	watch(follow);
	follow->looked_ms = now_ms();
	return r;
}

/* ---- begin and end ---- */

static int add_segment(struct mxlog_follow *follow,
    const struct mxlog_catalog_segment *segment)
{
	struct mxlog_followed_segment followed = { .name = segment->name,
		.dir = segment->dir,
		.place = segment->dir,
		.fd = -1,
		.at = segment->size };
	int dir_fd, r;

	if (segment->name.archived || segment->record || segment->error < 0)
		return 0;
	r = mxlog_segment_open_dir(follow->places[segment->dir].fd,
	    segment->name.kind, false, false, &dir_fd);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	r = open_segment(follow, &followed, dir_fd);
	(void)close(dir_fd);
	if (r <= 0)
		return r;
	r = add(follow, &followed);
	if (r < 0)
		shut(follow, &followed);
	return r;
}

static int begin(struct mxlog_follow *follow)
{
	const struct mxlog_catalog *catalog = follow->catalog;
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < catalog->n_dirs; i++)
		r = add_place(follow, i, catalog->dirs[i].fd);
	/* A missing directory was told when the catalog was opened. */
	for (uint32_t i = 0; i < follow->n_places; i++)
		follow->places[i].told = follow->places[i].fd < 0;
	watch(follow);
	for (size_t i = 0; r >= 0 && i < catalog->n_segments; i++)
		r = add_segment(follow, &catalog->segments[i]);
	return r < 0 ? r : look(follow);
}

int mxlog_follow_new(const struct mxlog_catalog *catalog,
    mxlog_follow_tell *told, void *arg, struct mxlog_follow **ret)
{
	struct mxlog_follow *follow = calloc(1, sizeof(*follow));
	int r;

	if (!follow)
		return -ENOMEM;
	follow->catalog = catalog;
	follow->tell = told;
	follow->arg = arg;
	follow->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	r = begin(follow);
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
		if (follow->segments[i].fd >= 0)
			(void)close(follow->segments[i].fd);
	for (uint32_t i = 0; i < follow->n_places; i++)
		if (follow->places[i].fd >= 0)
			(void)close(follow->places[i].fd);
	if (follow->inotify >= 0)
		(void)close(follow->inotify);
	free(follow->places);
	free(follow->segments);
	free(follow);
}

/* ---- reading ---- */

int mxlog_follow_read(struct mxlog_follow *follow, struct mxlog_chunk *chunk,
    struct mxlog_segment_name *ret_name, uint32_t *ret_dir)
{
	for (size_t i = 0; i < follow->n; i++) {
		struct mxlog_followed_segment *segment =
		    &follow->segments[(follow->next + i) % follow->n];
		int r = mxlog_followed_read(segment, chunk);

		if (r < 0)
			return r;
		if (r == 0)
			continue;
		/* The others have their turn first. */
		follow->next = (follow->next + i + 1) % follow->n;
		segment->used = ++follow->clock;
		*ret_name = segment->name;
		*ret_dir = segment->dir;
		return 1;
	}
	return 0;
}

/* ---- waiting ---- */

/* True if names or directories changed among what happened. */
static bool drain(struct mxlog_follow *follow)
{
	_Alignas(struct inotify_event) char events[EVENTS_BYTES];
	bool changed = false;
	ssize_t n;

	while ((n = read(follow->inotify, events, sizeof(events))) > 0) {
		for (char *at = events; at < events + n;) {
			const struct inotify_event *event =
			    (const struct inotify_event *)(void *)at;

			changed |= (event->mask & ~(uint32_t)IN_MODIFY) != 0;
			at += sizeof(*event) + event->len;
		}
	}
	return changed;
}

static bool has_closed(const struct mxlog_follow *follow)
{
	return follow->n_open < follow->n;
}

int mxlog_follow_wait(struct mxlog_follow *follow, int timeout_ms)
{
	struct pollfd poll_fd = { .fd = follow->inotify, .events = POLLIN };
	int most = follow->inotify < 0 ? POLL_MS : LOOK_MS;
	bool whole = timeout_ms < 0 || timeout_ms > most, changed;
	int r = poll(&poll_fd, follow->inotify >= 0, whole ? most : timeout_ms);

	if (r < 0)
		return -errno;
	changed = r > 0 && drain(follow);
	if (changed || follow->inotify < 0 || has_closed(follow) ||
	    now_ms() - follow->looked_ms >= LOOK_MS) {
		int looked = look(follow);

		if (looked < 0)
			return looked;
	}
	return r > 0 || whole;
}

int mxlog_follow_get_fd(const struct mxlog_follow *follow)
{
	return follow->inotify < 0 ? -ENOTSUP : follow->inotify;
}
