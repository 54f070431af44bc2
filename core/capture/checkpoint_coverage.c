/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/checkpoint_coverage.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "capture/checkpoint_content.h"
#include "capture/checkpoint_file.h"
#include "capture/identity.h"

/* The positions of all checkpoints, read without their locks. */
struct all {
	struct mxlog_checkpoint_content *list;
	size_t n;
	const char *segment;
	bool damaged;
};

static void all_done(struct all *all)
{
	for (size_t i = 0; i < all->n; i++)
		mxlog_checkpoint_content_done(&all->list[i]);
	free(all->list);
}

static int add_position(struct all *all, int state_fd, const char *file)
{
	struct mxlog_checkpoint_content *list =
	    reallocarray(all->list, all->n + 1, sizeof(*list));
	enum mxlog_checkpoint_state state = MXLOG_CHECKPOINT_NEW;
	int r;

	if (!list)
		return -ENOMEM;
	all->list = list;
	list[all->n] = (struct mxlog_checkpoint_content){ 0 };
	r = mxlog_checkpoint_file_load(state_fd, file, &list[all->n++], &state);
	all->damaged |= state == MXLOG_CHECKPOINT_DAMAGED;
	return r;
}

static int load_all(struct all *all, int log_dir_fd)
{
	struct dirent *item;
	int state_fd, r;
	DIR *dir;

	r = mxlog_fs_open_subdir(log_dir_fd, MXLOG_STATE_DIR, false, &state_fd);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	dir = fdopendir(state_fd);
	if (!dir) {
		r = -errno;
		close(state_fd);
		return r;
	}
	while (r == 0 && (item = readdir(dir)))
		if (mxlog_checkpoint_file_is_named(item->d_name))
			r = add_position(all, state_fd, item->d_name);
	(void)closedir(dir);
	return r;
}

static bool begins_with_stream(const struct mxlog_identity *identity,
    const char *stream)
{
	const char *dash = memchr(identity->text, '-', identity->len);
	size_t n = dash ? (size_t)(dash - identity->text) : identity->len;

	return n > 0 && strncmp(stream, identity->text, n) == 0;
}

/* 1, which ends the scan, for a line that a restart must find here. */
static int is_needed(void *arg, const struct mxlog_identity *identity,
    uint64_t end)
{
	const struct all *all = arg;
	bool known = false;

	for (size_t i = 0; i < all->n; i++) {
		const struct mxlog_checkpoint_content *position = &all->list[i];
		const struct mxlog_checkpoint_content_size *size =
		    mxlog_checkpoint_content_find_size(position, all->segment);

		for (size_t k = 0; k < position->n_cursors; k++) {
			if (!begins_with_stream(identity,
				position->cursors[k].stream))
				continue;
			known = true;
			if (!size || size->end < end)
				return 1;
		}
	}
	return known ? 0 : 1;
}

static int look_for_needed(struct all *all, int segment_fd)
{
	int r = 0;

	for (size_t i = 0; i < all->n && r == 0; i++) {
		const struct mxlog_checkpoint_content *position = &all->list[i];
		const struct mxlog_checkpoint_content_size *size =
		    mxlog_checkpoint_content_find_size(position, all->segment);

		if (position->key)
			r = mxlog_identity_scan(segment_fd,
			    size ? size->end : 0, position->key, is_needed,
			    all);
	}
	return r;
}

int mxlog_checkpoint_covers(int log_dir_fd,
    const struct mxlog_segment_name *segment, int segment_fd, bool *ret)
{
	char path[MXLOG_SEGMENT_PATH_MAX];
	struct all all = { .segment = path };
	int r;

	mxlog_segment_format_path(path, segment);
	r = load_all(&all, log_dir_fd);
	if (r == 0)
		r = all.damaged ? 1 : look_for_needed(&all, segment_fd);
	if (r >= 0)
		*ret = r == 0;
	all_done(&all);
	return r < 0 ? r : 0;
}
