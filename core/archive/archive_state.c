/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/archive_state.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"

enum {
	PRUNING_MAX = 16 * 1024 * 1024,
	LINE_MIN = 18, /* 2026-01-28.log.gz and its newline */
};

static const char pruning[] = "pruning";
static const char corrupt[] = "corrupt";

/* ---- pruning ---- */

static int parse_name(const char *line, size_t len,
    struct mxlog_segment_name *ret)
{
	char text[MXLOG_SEGMENT_NAME_MAX];

	if (len >= sizeof(text))
		return -EINVAL;
	memcpy(text, line, len);
	text[len] = '\0';
	return mxlog_segment_parse(text, ret);
}

static int parse_names(const struct mxlog_buf *text,
    struct mxlog_segment_name **ret, size_t *ret_n)
{
	const char *p = text->data, *end = p + text->len, *newline;
	struct mxlog_segment_name *names;
	size_t n = 0;

	names = calloc(text->len / LINE_MIN + 2, sizeof(*names));
	if (!names)
		return -ENOMEM;
	for (; p < end; p = newline + 1) {
		newline = memchr(p, '\n', (size_t)(end - p));
		if (!newline)
			break;
		if (newline - p + 1 >= LINE_MIN &&
		    parse_name(p, (size_t)(newline - p), &names[n]) == 0 &&
		    names[n].archived)
			n++;
	}
	*ret = names;
	*ret_n = n;
	return 0;
}

int mxlog_archive_state_load_pruning(int state_fd,
    struct mxlog_segment_name **ret, size_t *ret_n)
{
	struct mxlog_buf text = { 0 };
	int r;

	r = mxlog_fs_read_file(state_fd, pruning, PRUNING_MAX, &text);
	if (r == -ENOENT) {
		*ret = NULL;
		*ret_n = 0;
		return 0;
	}
	if (r == 0)
		r = parse_names(&text, ret, ret_n);
	mxlog_buf_done(&text);
	return r;
}

static int remove_pruning(int state_fd)
{
	if (unlinkat(state_fd, pruning, 0) < 0 && errno != ENOENT)
		return -errno;
	return mxlog_fs_fsync(state_fd);
}

int mxlog_archive_state_save_pruning(int state_fd,
    const struct mxlog_segment_name *names, size_t n)
{
	struct mxlog_buf text = { 0 };
	int r = 0;

	if (n == 0)
		return remove_pruning(state_fd);
	for (size_t i = 0; r == 0 && i < n; i++) {
		char name[MXLOG_SEGMENT_NAME_MAX];

		mxlog_segment_format(name, &names[i]);
		r = mxlog_buf_printf(&text, "%s\n", name);
	}
	if (r == 0)
		r = mxlog_fs_replace(state_fd, pruning, text.data, text.len);
	mxlog_buf_done(&text);
	return r;
}

static bool is_pruning(int log_dir_fd, const struct mxlog_segment_name *name)
{
	struct mxlog_segment_name *names = NULL;
	bool found = false;
	int state_fd;
	size_t n = 0;

	if (mxlog_fs_open_subdir(log_dir_fd, ".mxlog", false, &state_fd) < 0)
		return false;
	(void)mxlog_archive_state_load_pruning(state_fd, &names, &n);
	for (size_t i = 0; i < n; i++)
		found |= mxlog_segment_compare(&names[i], name) == 0;
	free(names);
	(void)close(state_fd);
	return found;
}

static bool is_gone(int log_dir_fd, const struct mxlog_segment_name *name)
{
	char text[MXLOG_SEGMENT_NAME_MAX];
	bool gone;
	int dir_fd;

	if (mxlog_segment_open_dir(log_dir_fd, name->kind, true, false,
		&dir_fd) < 0)
		return true;
	mxlog_segment_format(text, name);
	gone = faccessat(dir_fd, text, F_OK, AT_SYMLINK_NOFOLLOW) < 0;
	(void)close(dir_fd);
	return gone;
}

/* In this order: the list goes after the archives that it names. */
bool mxlog_archive_state_is_leaving(int log_dir_fd,
    const struct mxlog_segment_name *name)
{
	return is_pruning(log_dir_fd, name) || is_gone(log_dir_fd, name);
}

/* ---- corrupt ---- */

int mxlog_archive_state_list_corrupt(int log_dir_fd,
    struct mxlog_segment_name **ret, size_t *ret_n)
{
	return mxlog_segment_list_in(log_dir_fd, ".mxlog/corrupt", ret, ret_n);
}

int mxlog_archive_state_remove_corrupt(int state_fd,
    const struct mxlog_segment_name *names, size_t n)
{
	char text[MXLOG_SEGMENT_NAME_MAX];
	int dir_fd, r;

	r = mxlog_fs_open_subdir(state_fd, corrupt, false, &dir_fd);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	for (size_t i = 0; r == 0 && i < n; i++) {
		mxlog_segment_format(text, &names[i]);
		if (unlinkat(dir_fd, text, 0) < 0 && errno != ENOENT)
			r = -errno;
	}
	(void)close(dir_fd);
	/* What somebody else put there stays. */
	if (r == 0)
		(void)unlinkat(state_fd, corrupt, AT_REMOVEDIR);
	return r;
}
