/* SPDX-License-Identifier: Apache-2.0 */
/* File handler: entries as lines of one file that is rotated by size, as the
 * first model says: path becomes path.1, path.1 becomes path.2 and so on, and
 * what would be beyond backup_count is deleted. Without backups, as in Python,
 * the file is never rotated: that would lose what it holds. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/own_fd.h"
#include "base/timestamp.h"
#include "config/formatter.h"
#include "logger/backlog.h"
#include "logger/handler.h"
#include "store/store_directory.h"

enum {
	FLUSH_BYTES = 64 * 1024, /* written at once */
};

struct file {
	char *dir;  /* absolute */
	char *name; /* within the directory */
	int dir_fd, fd;
	struct mxlog_own_fd dir_own, own;
	uint64_t size;     /* of what is written */
	uint64_t max_size; /* 0: never rotated */
	uint32_t backup_count;
	struct mxlog_formatter *formatter;
	struct mxlog_buf text; /* one entry */
	struct mxlog_entry *shed;
	struct mxlog_backlog backlog;
};

static int open_dir(struct file *file)
{
	int r;

	if (mxlog_own_fd_is(&file->dir_own, file->dir_fd))
		return 0;
	file->dir_fd = -1;
	r = mxlog_fs_open_dir(file->dir, true, &file->dir_fd);
	mxlog_own_fd_note(&file->dir_own, file->dir_fd);
	return r;
}

/* What the program has closed is opened again. */
static int open_current(struct file *file)
{
	struct stat st;
	int r;

	if (mxlog_own_fd_is(&file->own, file->fd))
		return 0;
	file->fd = -1;
	r = open_dir(file);
	if (r == 0)
		r = mxlog_fs_open_file(file->dir_fd, file->name,
		    O_WRONLY | O_APPEND | O_CREAT, &file->fd);
	if (r < 0)
		return r;
	mxlog_own_fd_note(&file->own, file->fd);
	file->size = fstat(file->fd, &st) == 0 ? (uint64_t)st.st_size : 0;
	return 0;
}

static int backup_name(const struct file *file, uint32_t number,
    struct mxlog_buf *ret)
{
	int r;

	ret->len = 0;
	r = number == 0 ? mxlog_buf_printf(ret, "%s", file->name)
			: mxlog_buf_printf(ret, "%s.%u", file->name, number);
	return r < 0 ? r : mxlog_buf_add_char(ret, '\0');
}

/* Move each backup up by one; the last one is replaced by its younger one. When
 * that fails the file goes on growing: nothing is lost. */
static int rotate(struct file *file)
{
	struct mxlog_buf from = { 0 }, to = { 0 };
	int r = 0;

	for (uint32_t i = file->backup_count; i > 0 && r == 0; i--) {
		r = backup_name(file, i - 1, &from);
		if (r == 0)
			r = backup_name(file, i, &to);
		if (r == 0 &&
		    renameat(file->dir_fd, from.data, file->dir_fd, to.data) <
			0 &&
		    errno != ENOENT)
			r = -errno;
	}
	mxlog_buf_done(&from);
	mxlog_buf_done(&to);
	if (r < 0)
		return r;
	mxlog_own_fd_close(&file->own, file->fd);
	file->fd = -1;
	return open_current(file);
}

/* Append all of it or, when the disk is full, none: half a line would spoil the
 * next one. */
static int append(struct file *file, const char *text, size_t len)
{
	struct stat st;
	int r = open_current(file);

	if (r == 0 && fstat(file->fd, &st) < 0)
		r = -errno;
	if (r < 0)
		return r;
	file->size = (uint64_t)st.st_size;
	r = mxlog_fs_write_all(file->fd, text, len);
	if (r == 0)
		file->size += len;
	else if (fstat(file->fd, &st) == 0 &&
	    (uint64_t)st.st_size > file->size &&
	    (uint64_t)st.st_size < file->size + len)
		(void)mxlog_fs_ftruncate(file->fd, (off_t)file->size);
	return r;
}

static int write_lines(void *ctx, mxlog_backlog_group group, const char *lines,
    size_t len, size_t n)
{
	(void)group;
	(void)n;
	return append(ctx, lines, len);
}

static int say_shed(void *ctx, const struct mxlog_shed *shed)
{
	struct file *file = ctx;
	int r = mxlog_shed_describe(shed, "the disk refused them", file->shed);

	mxlog_entry_set_time(file->shed, mxlog_timestamp_now());
	file->text.len = 0;
	if (r == 0)
		r = mxlog_formatter_append(file->formatter, file->shed,
		    &file->text);
	return r < 0 ? r : append(file, file->text.data, file->text.len);
}

static int file_flush(void *ctx, bool sync)
{
	struct file *file = ctx;
	int r = mxlog_backlog_write(&file->backlog, sync);

	if (r == 0)
		r = open_current(file);
	if (r == 0 && sync)
		r = mxlog_fs_fdatasync(file->fd);
	return r;
}

/* What comes next is for the next file; where there can't be one, for this. */
static void rotate_if_full(struct file *file, size_t more)
{
	size_t waiting = mxlog_backlog_bytes(&file->backlog);

	if (file->max_size == 0 || file->size + waiting == 0 ||
	    file->size + waiting + more <= file->max_size)
		return;
	if (file_flush(file, false) == 0)
		(void)rotate(file);
}

static int file_handle(void *ctx, const struct mxlog_entry *entry)
{
	struct file *file = ctx;
	int r;

	mxlog_buf_clear(&file->text);
	r = mxlog_formatter_append(file->formatter, entry, &file->text);
	if (r < 0)
		return r;
	rotate_if_full(file, file->text.len);
	mxlog_backlog_add(&file->backlog, 0,
	    entry->audit ? MXLOG_BACKLOG_COUNTS : mxlog_shed_rank(entry->level),
	    file->text.data, file->text.len);
	if (mxlog_backlog_bytes(&file->backlog) > FLUSH_BYTES)
		(void)file_flush(file, false); /* the next flush tells */
	return 0;
}

static bool file_is_stuck(void *ctx)
{
	struct file *file = ctx;

	return mxlog_backlog_is_stuck(&file->backlog);
}

static void file_forget(void *ctx)
{
	struct file *file = ctx;

	mxlog_backlog_forget(&file->backlog);
}

static void file_inherit(void *ctx, void *from)
{
	struct file *file = ctx, *old = from;

	mxlog_backlog_inherit(&file->backlog, &old->backlog);
}

static void file_close(void *ctx)
{
	struct file *file = ctx;

	(void)mxlog_backlog_write(&file->backlog, true);
	mxlog_backlog_give_up(&file->backlog);
	mxlog_backlog_done(&file->backlog);
	mxlog_entry_free(file->shed);
	mxlog_own_fd_close(&file->own, file->fd);
	mxlog_own_fd_close(&file->dir_own, file->dir_fd);
	mxlog_formatter_free(file->formatter);
	mxlog_buf_done(&file->text);
	free(file->dir);
	free(file->name);
	free(file);
}

static const struct mxlog_handler_ops file_ops = {
	.size = sizeof(file_ops),
	.name = "file",
	.handle = file_handle,
	.flush = file_flush,
	.close = file_close,
};

/* Open the directory that `path` names a file of; set the file's name. */
static int open_place(struct file *file, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir;
	int r;

	file->name = strdup(slash ? slash + 1 : path);
	dir = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	if (!file->name || !dir)
		r = -ENOMEM;
	else if (!*file->name)
		r = -EISDIR;
	else
		r = mxlog_store_dir_absolute(dir, &file->dir);
	if (r == 0)
		file->backlog.target.name = file->name;
	free(dir);
	return r < 0 ? r : open_current(file);
}

static int file_new(const struct mxlog_file_sizes *sizes, struct file **ret)
{
	struct file *file = calloc(1, sizeof(*file));

	if (!file || mxlog_entry_new(&file->shed) < 0) {
		free(file);
		return -ENOMEM;
	}
	file->fd = -1;
	file->dir_fd = -1;
	file->max_size = sizes->backup_count > 0 ? sizes->max_file : 0;
	file->backup_count = sizes->backup_count;
	file->backlog.max_bytes = sizes->backlog;
	file->backlog.target = (struct mxlog_backlog_target){
		.name = "a file handler's file",
		.write = write_lines,
		.say = say_shed,
		.ctx = file,
	};
	*ret = file;
	return 0;
}

int mxlog_file_handler_open(const char *format, const char *destination,
    const struct mxlog_file_sizes *sizes, struct mxlog_handler *ret,
    struct mxlog_error *reterr)
{
	struct file *file;
	int r;

	if (!destination || !*destination)
		return mxlog_error_set(reterr, -EINVAL,
		    "file handler: a destination (or log_file_path) was "
		    "expected");
	r = file_new(sizes, &file);
	if (r < 0)
		return r;
	r = mxlog_formatter_new(format ? format : "json", false,
	    &file->formatter, reterr);
	if (r == 0) {
		r = open_place(file, destination);
		if (r < 0)
			(void)mxlog_error_set(reterr, r, "file handler: %s: %s",
			    destination, strerrordesc_np(-r));
	}
	if (r < 0) {
		file_close(file);
		return r;
	}
	*ret = (struct mxlog_handler){
		.ops = &file_ops,
		.ctx = file,
		.is_stuck = file_is_stuck,
		.forget = file_forget,
		.inherit = file_inherit,
	};
	return 0;
}
