/* SPDX-License-Identifier: Apache-2.0 */
#include "power.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "inject.h"

enum {
	PAGE = 4096,
	CHANGES = INJECT_OPENAT | INJECT_MKDIRAT | INJECT_WRITE |
	    INJECT_PWRITE | INJECT_FSYNC | INJECT_FDATASYNC | INJECT_FTRUNCATE |
	    INJECT_FALLOCATE | INJECT_RENAMEAT | INJECT_LINKAT |
	    INJECT_UNLINKAT,
};

struct name {
	char text[256];
	struct node *node;
};

/* What the disk has of a file or directory. */
struct node {
	struct node *next;
	dev_t dev;
	ino_t ino;
	mode_t mode;
	int fd;     /* O_PATH: its number is not given to another file */
	char *data; /* of a file */
	size_t len;
	struct name *names; /* of a directory */
	size_t n_names;
};

/* The test's own process: a test library may have state. */
static struct {
	struct node *nodes;
	struct node *root;
	bool busy; /* its own calls are not looked at */
} disk;

/* ---- what is on the disk ---- */

static struct node *find_node(const struct stat *st)
{
	struct node *node = disk.nodes;

	while (node && (node->dev != st->st_dev || node->ino != st->st_ino))
		node = node->next;
	return node;
}

static struct node *get_node(int dir_fd, const char *name)
{
	struct stat st;
	struct node *node;

	ck_assert_int_eq(fstatat(dir_fd, name, &st,
			     AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH),
	    0);
	node = find_node(&st);
	if (node)
		return node;
	node = calloc(1, sizeof(*node));
	ck_assert_ptr_nonnull(node);
	node->dev = st.st_dev;
	node->ino = st.st_ino;
	node->mode = st.st_mode;
	node->fd = *name ? openat(dir_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC)
			 : fcntl(dir_fd, F_DUPFD_CLOEXEC, 3);
	ck_assert_int_ge(node->fd, 0);
	node->next = disk.nodes;
	disk.nodes = node;
	return node;
}

/* A descriptor to read what `fd` is, however that was opened. */
static int reopen(int fd, int flags)
{
	char path[64];
	int again;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, flags | O_CLOEXEC);
	ck_assert_int_ge(again, 0);
	return again;
}

/* All that a file holds now; the caller frees it. */
static char *read_file(int fd, size_t *ret_len)
{
	int again = reopen(fd, O_RDONLY);
	struct stat st;
	char *data;

	ck_assert_int_eq(fstat(again, &st), 0);
	data = calloc(1, (size_t)st.st_size + 1);
	ck_assert_ptr_nonnull(data);
	ck_assert_int_eq(pread(again, data, (size_t)st.st_size, 0), st.st_size);
	(void)close(again);
	*ret_len = (size_t)st.st_size;
	return data;
}

/* The names that a directory holds now; the caller frees them. */
static struct name *read_names(int fd, size_t *ret_n)
{
	DIR *dir = fdopendir(reopen(fd, O_RDONLY | O_DIRECTORY));
	struct name *names = NULL;
	struct dirent *item;
	size_t n = 0;

	ck_assert_ptr_nonnull(dir);
	while ((item = readdir(dir))) {
		if (strcmp(item->d_name, ".") == 0 ||
		    strcmp(item->d_name, "..") == 0)
			continue;
		names = reallocarray(names, n + 1, sizeof(*names));
		ck_assert_ptr_nonnull(names);
		names[n].node = get_node(dirfd(dir), item->d_name);
		(void)snprintf(names[n++].text, sizeof(names->text), "%s",
		    item->d_name);
	}
	(void)closedir(dir);
	*ret_n = n;
	return names;
}

static void sync_node(struct node *node)
{
	if (S_ISDIR(node->mode)) {
		free(node->names);
		node->names = read_names(node->fd, &node->n_names);
	} else if (S_ISREG(node->mode)) {
		free(node->data);
		node->data = read_file(node->fd, &node->len);
	}
}

static void sync_tree(struct node *node)
{
	sync_node(node);
	for (size_t i = 0; i < node->n_names; i++)
		sync_tree(node->names[i].node);
}

void power_watch(const char *root)
{
	disk.busy = true;
	disk.root = get_node(AT_FDCWD, root);
	sync_tree(disk.root);
	disk.busy = false;
}

void power_synced(int fd)
{
	struct stat st;
	int before = errno;

	if (!disk.root || disk.busy)
		return;
	disk.busy = true;
	if (fstat(fd, &st) == 0 && (S_ISDIR(st.st_mode) || S_ISREG(st.st_mode)))
		sync_node(get_node(fd, ""));
	disk.busy = false;
	errno = before;
}

bool power_is_busy(void)
{
	return disk.busy;
}

/* ---- the power goes ---- */

struct cut {
	enum power_kind kind;
	uint64_t random;
};

/* True every other time (xorshift64). */
static bool flip(struct cut *cut)
{
	cut->random ^= cut->random << 13;
	cut->random ^= cut->random >> 7;
	cut->random ^= cut->random << 17;
	return (cut->random >> 33) & 1;
}

static void copy_times(int from, int to)
{
	struct timespec times[2];
	struct stat st;

	ck_assert_int_eq(fstat(from, &st), 0);
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	ck_assert_int_eq(futimens(to, times), 0);
}

/* A file as it is found: its synced bytes, some pages of what it holds now. */
static void cut_file(struct cut *cut, const struct node *node, int dir_fd,
    const char *name)
{
	bool some = cut->kind == POWER_PAGES || cut->kind == POWER_ANY;
	bool all = cut->kind == POWER_WRITTEN;
	size_t now_len, len;
	char *now = read_file(node->fd, &now_len);
	char *found = calloc(1, MAX(now_len, node->len) + 1);
	int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    node->mode & 07777);

	ck_assert_int_ge(fd, 0);
	ck_assert_ptr_nonnull(found);
	len = all || (some && flip(cut)) ? now_len : node->len;
	if (node->data)
		memcpy(found, node->data, MIN(len, node->len));
	for (size_t at = 0; at < MIN(len, now_len); at += PAGE)
		if (all || (some && flip(cut)))
			memcpy(found + at, now + at,
			    MIN((size_t)PAGE, MIN(len, now_len) - at));
	ck_assert_int_eq(write(fd, found, len), (ssize_t)len);
	copy_times(node->fd, fd);
	(void)close(fd);
	free(found);
	free(now);
}

static bool has_name(const struct name *names, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i].text, text) == 0)
			return true;
	return false;
}

static void cut_dir(struct cut *cut, const struct node *node, int dir_fd,
    const char *name);

static void cut_node(struct cut *cut, const struct node *node, int dir_fd,
    const char *name)
{
	if (S_ISDIR(node->mode))
		cut_dir(cut, node, dir_fd, name);
	else if (S_ISREG(node->mode))
		cut_file(cut, node, dir_fd, name);
}

/* A directory as it is found. A name that was replaced leads to the old file or
 * to the new one; one that was added, or removed, is there or not. */
static void cut_dir(struct cut *cut, const struct node *node, int dir_fd,
    const char *name)
{
	bool all = cut->kind == POWER_WRITTEN || cut->kind == POWER_NAMES;
	bool some = cut->kind == POWER_ANY;
	bool add = all || (some && flip(cut)), removed = all;
	size_t n;
	struct name *now = read_names(node->fd, &n);
	int fd;

	/* A file that was moved is somewhere: no removal before the addition. */
	if (add && some)
		removed = flip(cut);
	ck_assert_int_eq(mkdirat(dir_fd, name, node->mode & 07777), 0);
	fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	for (size_t i = 0; add && i < n; i++)
		cut_node(cut, now[i].node, fd, now[i].text);
	for (size_t i = 0; i < node->n_names; i++) {
		const char *text = node->names[i].text;
		bool there = has_name(now, n, text);

		if (there ? !add : !removed)
			cut_node(cut, node->names[i].node, fd, text);
	}
	(void)close(fd);
	free(now);
}

void power_cut(const char *image, enum power_kind kind, unsigned seed)
{
	struct cut cut = { .kind = kind,
		.random = UINT64_C(0x9e3779b97f4a7c15) * (seed + 1) };

	disk.busy = true;
	cut_dir(&cut, disk.root, AT_FDCWD, image);
	disk.busy = false;
}

/* ---- one try ---- */

struct
try {
	const char *image;
	enum power_kind kind;
	unsigned seed;
};

static void cut_and_leave(void *arg)
{
	const struct try *try = arg;

	inject(INJECT_OFF, 0, 0, 0);
	power_cut(try->image, try->kind, try->seed);
	_exit(1);
}

static void remove_tree(int dir_fd, const char *name)
{
	size_t n = 0;
	struct name *names;
	int fd = openat(dir_fd, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0) {
		(void)unlinkat(dir_fd, name, 0);
		return;
	}
	names = read_names(fd, &n);
	for (size_t i = 0; i < n; i++)
		remove_tree(fd, names[i].text);
	free(names);
	(void)close(fd);
	ck_assert_int_eq(unlinkat(dir_fd, name, AT_REMOVEDIR), 0);
}

bool power_try(const char *root, const char *image, enum power_kind kind,
    unsigned seed, unsigned long n, void (*run)(void *arg), void *arg)
{
	struct try try = { .image = image, .kind = kind, .seed = seed };
	int status;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		remove_tree(AT_FDCWD, image);
		power_watch(root);
		inject_hook(CHANGES, n, cut_and_leave, &try);
		run(arg);
		inject(INJECT_OFF, 0, 0, 0);
		power_cut(image, kind, seed);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) <= 1,
	    "call %lu: status %#x", n, (unsigned)status);
	return WEXITSTATUS(status) == 1;
}
