/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

enum {
	CAME_OR_WENT = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
	    IN_DELETE_SELF | IN_MOVE_SELF,
};

int mxlog_journal_watch_open(struct mxlog_journal_watch *watch)
{
	*watch = (struct mxlog_journal_watch){ 0 };
	watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	return watch->fd < 0 ? -errno : 0;
}

void mxlog_journal_watch_none(struct mxlog_journal_watch *watch)
{
	*watch = (struct mxlog_journal_watch){ .fd = -1 };
}

void mxlog_journal_watch_close(struct mxlog_journal_watch *watch)
{
	for (size_t i = 0; i < watch->n; i++)
		free(watch->list[i].name);
	free(watch->list);
	if (watch->fd >= 0)
		close(watch->fd);
	*watch = (struct mxlog_journal_watch){ .fd = -1 };
}

static struct mxlog_journal_watched *find(struct mxlog_journal_watch *watch,
    int wd)
{
	for (size_t i = 0; i < watch->n; i++)
		if (watch->list[i].wd == wd)
			return &watch->list[i];
	return NULL;
}

/* One directory may lead to several places: then all that comes counts. */
static int remember(struct mxlog_journal_watch *watch, int wd, const char *name)
{
	struct mxlog_journal_watched *item = find(watch, wd);
	char *copy = NULL;

	if (item && (!item->name || !name || strcmp(item->name, name) != 0)) {
		free(item->name);
		item->name = NULL;
	}
	if (item)
		return 0;
	if (name) {
		copy = strdup(name);
		if (!copy)
			return -ENOMEM;
	}
	item = reallocarray(watch->list, watch->n + 1, sizeof(*item));
	if (!item) {
		free(copy);
		return -ENOMEM;
	}
	watch->list = item;
	item[watch->n++] =
	    (struct mxlog_journal_watched){ .wd = wd, .name = copy };
	return 0;
}

/* The nearest directory above that exists, and what is missing in it. */
static int watch_parent(struct mxlog_journal_watch *watch, char *path)
{
	for (;;) {
		char *slash = strrchr(path, '/');
		int wd;

		if (!slash)
			return -ENOENT;
		*slash = '\0';
		wd = inotify_add_watch(watch->fd, slash == path ? "/" : path,
		    CAME_OR_WENT | IN_ONLYDIR | IN_MASK_ADD);
		if (wd >= 0)
			return remember(watch, wd, slash + 1);
		if (errno != ENOENT && errno != ENOTDIR)
			return -errno;
		if (slash == path)
			return -ENOENT;
	}
}

int mxlog_journal_watch_add(struct mxlog_journal_watch *watch, const char *dir)
{
	char *path;
	int wd, r;

	if (watch->fd < 0)
		return 0;
	wd = inotify_add_watch(watch->fd, dir,
	    CAME_OR_WENT | IN_MODIFY | IN_ONLYDIR | IN_MASK_ADD);
	if (wd >= 0)
		return remember(watch, wd, NULL);
	if (errno != ENOENT)
		return -errno;
	path = strdup(dir);
	if (!path)
		return -ENOMEM;
	r = watch_parent(watch, path);
	free(path);
	return r;
}

static void forget(struct mxlog_journal_watch *watch, int wd)
{
	struct mxlog_journal_watched *item = find(watch, wd);

	if (!item)
		return;
	free(item->name);
	*item = watch->list[--watch->n];
}

static unsigned meaning(struct mxlog_journal_watch *watch,
    const struct inotify_event *event)
{
	const struct mxlog_journal_watched *item = find(watch, event->wd);

	if (event->mask & IN_Q_OVERFLOW)
		return MXLOG_JOURNAL_GREW | MXLOG_JOURNAL_CHANGED;
	if (event->mask & IN_IGNORED) {
		forget(watch, event->wd);
		return MXLOG_JOURNAL_CHANGED;
	}
	if (event->mask & IN_MODIFY)
		return MXLOG_JOURNAL_GREW;
	if (item && item->name && event->len > 0 &&
	    strcmp(item->name, event->name) != 0)
		return 0;
	return MXLOG_JOURNAL_GREW | MXLOG_JOURNAL_CHANGED;
}

unsigned mxlog_journal_watch_read(struct mxlog_journal_watch *watch)
{
	char events[16 * 1024]
	    __attribute__((aligned(__alignof__(struct inotify_event))));
	unsigned found = 0;
	ssize_t n;

	while (watch->fd >= 0 &&
	    (n = read(watch->fd, events, sizeof(events))) > 0) {
		for (char *at = events; at < events + n;) {
			const struct inotify_event *event = (void *)at;

			found |= meaning(watch, event);
			at += sizeof(*event) + event->len;
		}
	}
	return found;
}
