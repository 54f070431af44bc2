/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_files.h"

#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where things stand in a journal file's header. */
enum {
	HEADER_SEQNUM_ID = 72,
	HEADER_N_ENTRIES = 152,
	HEADER_TAIL_SEQNUM = 160,
	HEADER_HEAD_SEQNUM = 168,
	HEADER_LEN = 208, /* of the oldest version */
};

void mxlog_journal_files_done(struct mxlog_journal_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		free(files->list[i].path);
	free(files->list);
	*files = (struct mxlog_journal_files){ 0 };
}

static uint64_t read_le64(const unsigned char *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return le64toh(value);
}

static void format_id(char out[MXLOG_JOURNAL_ID_LEN + 1],
    const unsigned char id[16])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < 16; i++) {
		out[2 * i] = digits[id[i] >> 4];
		out[2 * i + 1] = digits[id[i] & 15];
	}
	out[MXLOG_JOURNAL_ID_LEN] = '\0';
}

enum header {
	HEADER_GOOD,
	HEADER_UNSETTLED,
	HEADER_DAMAGED,
};

/* A file without entries may still get another seqnum id. */
static enum header read_header(int fd, struct mxlog_journal_file *file)
{
	unsigned char header[HEADER_LEN];
	ssize_t n;

	n = pread(fd, header, sizeof(header), 0);
	if (n < (ssize_t)sizeof(header))
		return HEADER_UNSETTLED;
	if (memcmp(header, "LPKSHHRH", 8) != 0)
		return HEADER_DAMAGED;
	file->n_entries = read_le64(header + HEADER_N_ENTRIES);
	file->head_seqnum = read_le64(header + HEADER_HEAD_SEQNUM);
	file->tail_seqnum = read_le64(header + HEADER_TAIL_SEQNUM);
	format_id(file->id, header + HEADER_SEQNUM_ID);
	return file->n_entries == 0 ? HEADER_UNSETTLED : HEADER_GOOD;
}

/* Open, check and describe one file; -ENOENT and the like for what is no
 * journal file that we could read. */
static int inspect(const char *path, struct mxlog_journal_file *file,
    enum header *ret)
{
	struct stat st;
	int fd, r = 0;

	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0) {
		r = -errno;
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		r = -EINVAL;
		goto out;
	}
	file->device = st.st_dev;
	file->inode = st.st_ino;
	*ret = read_header(fd, file);
out:
	close(fd);
	return r;
}

static int push(struct mxlog_journal_files *files,
    const struct mxlog_journal_file *file, const char *path)
{
	struct mxlog_journal_file *list = files->list;

	if (files->n == files->capacity) {
		size_t capacity = files->capacity ? 2 * files->capacity : 64;

		list = reallocarray(list, capacity, sizeof(*list));
		if (!list)
			return -ENOMEM;
		files->list = list;
		files->capacity = capacity;
	}
	list[files->n] = *file;
	list[files->n].path = strdup(path);
	if (!list[files->n].path)
		return -ENOMEM;
	files->n++;
	return 0;
}

int mxlog_journal_files_add(struct mxlog_journal_files *files, const char *path,
    bool runtime)
{
	struct mxlog_journal_file file = { .runtime = runtime };
	enum header header = HEADER_DAMAGED;

	if (inspect(path, &file, &header) < 0)
		return 0; /* vanished, or not for us */
	if (header == HEADER_GOOD)
		return push(files, &file, path);
	if (header == HEADER_DAMAGED)
		files->n_damaged++;
	else
		files->n_unsettled++;
	return 0;
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t len = strlen(name), n = strlen(suffix);

	return len > n && strcmp(name + len - n, suffix) == 0;
}

static bool is_wanted(const char *name, unsigned kinds)
{
	if (!has_suffix(name, ".journal") && !has_suffix(name, ".journal~"))
		return false;
	if (kinds & MXLOG_JOURNAL_ALL)
		return true;
	if (strncmp(name, "system", 6) == 0)
		return kinds & MXLOG_JOURNAL_SYSTEM;
	if (strncmp(name, "user-", 5) == 0)
		return kinds & MXLOG_JOURNAL_USER;
	return false;
}

int mxlog_journal_files_add_dir(struct mxlog_journal_files *files,
    const char *dir, unsigned kinds, bool runtime)
{
	struct dirent *item;
	int r = 0;
	DIR *list;

	list = opendir(dir);
	if (!list)
		return -errno;
	while (r == 0 && (item = readdir(list))) {
		char path[4096];
		int n;

		if (!is_wanted(item->d_name, kinds))
			continue;
		n = snprintf(path, sizeof(path), "%s/%s", dir, item->d_name);
		if (n > 0 && (size_t)n < sizeof(path))
			r = mxlog_journal_files_add(files, path, runtime);
	}
	(void)closedir(list);
	return r;
}

static int compare(const void *left, const void *right)
{
	const struct mxlog_journal_file *a = left, *b = right;
	int order = memcmp(a->id, b->id, sizeof(a->id));

	if (order != 0)
		return order;
	if (a->head_seqnum != b->head_seqnum)
		return a->head_seqnum < b->head_seqnum ? -1 : 1;
	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	return 0;
}

void mxlog_journal_files_sort(struct mxlog_journal_files *files)
{
	if (files->n > 1)
		qsort(files->list, files->n, sizeof(files->list[0]), compare);
}
