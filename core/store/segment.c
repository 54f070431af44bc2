/* SPDX-License-Identifier: Apache-2.0 */
#include "store/segment.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/timestamp.h"

enum {
	TAIL_BLOCK = 16 * 1024,
};

static const char *suffix_of(enum mxlog_kind kind, bool archived)
{
	static const char *const suffixes[2][2] = {
		[MXLOG_ENTRIES] = { ".log", ".log.gz" },
		[MXLOG_METRICS] = { ".metrics.log", ".metrics.log.gz" },
	};

	return suffixes[kind][archived];
}

void mxlog_segment_format(char out[MXLOG_SEGMENT_NAME_MAX],
    const struct mxlog_segment_name *name)
{
	const char *suffix = suffix_of(name->kind, name->archived);
	size_t left = MXLOG_SEGMENT_NAME_MAX - MXLOG_DATE_LEN;

	mxlog_timestamp_format_date(out, name->day);
	if (name->number == 0)
		(void)snprintf(out + MXLOG_DATE_LEN, left, "%s", suffix);
	else
		(void)snprintf(out + MXLOG_DATE_LEN, left, ".%u%s",
		    name->number, suffix);
}

/* ".12" before the suffix: without it 0, else 1 to UINT32_MAX with no zero
 * in front. *text is moved behind it. */
static int parse_number(const char **text, uint32_t *ret)
{
	const char *at = *text;
	uint64_t number = 0;

	*ret = 0;
	if (at[0] != '.' || at[1] < '1' || at[1] > '9')
		return 0;
	for (at++; *at >= '0' && *at <= '9'; at++) {
		number = number * 10 + (uint64_t)(*at - '0');
		if (number > UINT32_MAX)
			return -EINVAL;
	}
	*ret = (uint32_t)number;
	*text = at;
	return 0;
}

int mxlog_segment_parse(const char *text, struct mxlog_segment_name *ret)
{
	struct mxlog_segment_name name = { 0 };
	const char *at;
	int r;

	if (strnlen(text, MXLOG_DATE_LEN) < MXLOG_DATE_LEN)
		return -EINVAL;
	r = mxlog_timestamp_parse_date(text, MXLOG_DATE_LEN, &name.day);
	if (r < 0)
		return r;
	at = text + MXLOG_DATE_LEN;
	r = parse_number(&at, &name.number);
	if (r < 0)
		return r;

	for (int i = 0; i < 4; i++) {
		name.kind = i / 2 ? MXLOG_METRICS : MXLOG_ENTRIES;
		name.archived = i % 2;
		if (strcmp(at, suffix_of(name.kind, name.archived)) == 0) {
			*ret = name;
			return 0;
		}
	}
	return -EINVAL;
}

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

int mxlog_segment_compare(const struct mxlog_segment_name *a,
    const struct mxlog_segment_name *b)
{
	if (a->kind != b->kind)
		return COMPARE(a->kind, b->kind);
	if (a->day != b->day)
		return COMPARE(a->day, b->day);
	if (a->number != b->number)
		return COMPARE(a->number, b->number);
	return COMPARE(b->archived, a->archived);
}

static int compare(const void *a, const void *b)
{
	return mxlog_segment_compare(a, b);
}

const char *mxlog_segment_dir(enum mxlog_kind kind, bool archived)
{
	if (kind == MXLOG_METRICS)
		return archived ? "archive/metrics" : "metrics";
	return archived ? "archive" : "";
}

void mxlog_segment_format_path(char out[MXLOG_SEGMENT_PATH_MAX],
    const struct mxlog_segment_name *name)
{
	const char *dir = mxlog_segment_dir(name->kind, name->archived);
	char text[MXLOG_SEGMENT_NAME_MAX];

	mxlog_segment_format(text, name);
	(void)snprintf(out, MXLOG_SEGMENT_PATH_MAX, "%s%s%s", dir,
	    *dir != '\0' ? "/" : "", text);
}

int mxlog_segment_open_dir(int log_dir_fd, enum mxlog_kind kind, bool archived,
    bool create, int *ret)
{
	return mxlog_fs_open_subdir(log_dir_fd,
	    mxlog_segment_dir(kind, archived), create, ret);
}

struct list {
	struct mxlog_segment_name *names;
	size_t n, capacity;
};

static int list_add(struct list *list, const struct mxlog_segment_name *name)
{
	if (list->n == list->capacity) {
		size_t capacity = list->capacity ? list->capacity * 2 : 64;
		void *names =
		    reallocarray(list->names, capacity, sizeof(list->names[0]));

		if (!names)
			return -ENOMEM;
		list->names = names;
		list->capacity = capacity;
	}
	list->names[list->n++] = *name;
	return 0;
}

/* Which names are wanted. */
struct wanted {
	bool any;
	enum mxlog_kind kind;
	bool archived;
};

static int list_dir(DIR *dir, const struct wanted *wanted, struct list *list)
{
	struct mxlog_segment_name name;
	int r = 0;

	while (r == 0) {
		const struct dirent *found;

		errno = 0;
		found = readdir(dir);
		if (!found)
			return -errno;
		if (mxlog_segment_parse(found->d_name, &name) < 0)
			continue;
		if (wanted->any ||
		    (name.kind == wanted->kind &&
			name.archived == wanted->archived))
			r = list_add(list, &name);
	}
	return r;
}

/* Takes over the directory's descriptor. */
static int list_names(int fd, const struct wanted *wanted,
    struct mxlog_segment_name **ret, size_t *ret_n)
{
	struct list list = { 0 };
	DIR *dir = fdopendir(fd);
	int r;

	if (!dir) {
		r = -errno;
		close(fd);
		return r;
	}
	r = list_dir(dir, wanted, &list);
	closedir(dir);
	if (r < 0) {
		free(list.names);
		return r;
	}
	if (list.n > 0)
		qsort(list.names, list.n, sizeof(list.names[0]), compare);
	*ret = list.names;
	*ret_n = list.n;
	return 0;
}

static int list_below(int log_dir_fd, const char *dir,
    const struct wanted *wanted, struct mxlog_segment_name **ret, size_t *ret_n)
{
	int fd = -1, r;

	r = mxlog_fs_open_subdir(log_dir_fd, dir, false, &fd);
	if (r == -ENOENT) {
		*ret = NULL;
		*ret_n = 0;
		return 0;
	}
	return r < 0 ? r : list_names(fd, wanted, ret, ret_n);
}

int mxlog_segment_list(int log_dir_fd, enum mxlog_kind kind, bool archived,
    struct mxlog_segment_name **ret, size_t *ret_n)
{
	const struct wanted wanted = { .kind = kind, .archived = archived };

	return list_below(log_dir_fd, mxlog_segment_dir(kind, archived),
	    &wanted, ret, ret_n);
}

int mxlog_segment_list_in(int log_dir_fd, const char *dir,
    struct mxlog_segment_name **ret, size_t *ret_n)
{
	const struct wanted wanted = { .any = true };

	return list_below(log_dir_fd, dir, &wanted, ret, ret_n);
}

int mxlog_segment_lock(int dir_fd, const struct mxlog_segment_name *name,
    int *ret)
{
	char text[MXLOG_SEGMENT_NAME_MAX];
	int fd = -1, r;

	mxlog_segment_format(text, name);
	r = mxlog_fs_open_file(dir_fd, text, O_RDWR | O_APPEND, &fd);
	if (r < 0)
		return r;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		r = -errno;
	else /* who held it before may have archived and removed it */
		r = mxlog_fs_check_name(dir_fd, text, fd);
	if (r < 0) {
		close(fd);
		return r == -ESTALE ? -ENOENT : r;
	}
	*ret = fd;
	return 0;
}

int mxlog_segment_find_end(int fd, uint64_t size, uint64_t *ret)
{
	char block[TAIL_BLOCK];
	uint64_t at = size;

	while (at > 0 && size - at <= MXLOG_LINE_MAX) {
		size_t want = MIN(at, sizeof(block)), got = 0;
		const char *newline;
		int r;

		r = mxlog_fs_pread_full(fd, block, want, (off_t)(at - want),
		    &got);
		if (r < 0)
			return r;
		if (got < want)
			return -EBADMSG; /* somebody else cuts it */
		newline = memrchr(block, '\n', got);
		if (newline) {
			*ret = at - want + (uint64_t)(newline - block) + 1;
			return 0;
		}
		at -= want;
	}
	if (at > 0)
		return -EBADMSG;
	*ret = 0;
	return 0;
}
