/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/checkpoint_file.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/fs.h"
#include "capture/checkpoint_content.h"

#define FILE_PREFIX "checkpoint."
#define NEW_SUFFIX  ".new"

enum {
	SOURCE_MAX = 64,
	FILE_MAX = 16 * 1024 * 1024,
};

bool mxlog_checkpoint_is_name(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_.-");

	return n > 0 && n <= SOURCE_MAX && text[n] == '\0';
}

void mxlog_checkpoint_file_name(char out[MXLOG_CHECKPOINT_FILE_MAX],
    const char *source)
{
	(void)snprintf(out, MXLOG_CHECKPOINT_FILE_MAX, FILE_PREFIX "%s",
	    source);
}

static bool ends_in(const char *name, const char *suffix)
{
	size_t len = strlen(name), n = strlen(suffix);

	return len >= n && strcmp(name + len - n, suffix) == 0;
}

bool mxlog_checkpoint_file_is_named(const char *name)
{
	const size_t n = sizeof(FILE_PREFIX) - 1;

	return strlen(name) < MXLOG_CHECKPOINT_FILE_MAX &&
	    strncmp(name, FILE_PREFIX, n) == 0 &&
	    mxlog_checkpoint_is_name(name + n) &&
	    !ends_in(name, MXLOG_CHECKPOINT_LOCK) && !ends_in(name, NEW_SUFFIX);
}

int mxlog_checkpoint_file_load(int state_fd, const char *name,
    struct mxlog_checkpoint_content *position, enum mxlog_checkpoint_state *ret)
{
	struct mxlog_buf text = { 0 };
	int r;

	r = mxlog_fs_read_file(state_fd, name, FILE_MAX, &text);
	if (r == -ENOENT) {
		*ret = MXLOG_CHECKPOINT_NEW;
		r = 0;
		goto out;
	}
	if (r == 0)
		r = mxlog_checkpoint_content_parse(position,
		    text.data ? text.data : "", text.len);
	*ret = position->n_cursors > 0 ? MXLOG_CHECKPOINT_LOADED
				       : MXLOG_CHECKPOINT_NEW;
	if (r == -EBADMSG || r == -EFBIG) {
		*ret = MXLOG_CHECKPOINT_DAMAGED;
		mxlog_checkpoint_content_clear(position);
		r = 0;
	}
out:
	mxlog_buf_done(&text);
	return r;
}

int mxlog_checkpoint_file_save(int state_fd, const char *name,
    const struct mxlog_checkpoint_content *position)
{
	struct mxlog_buf out = { 0 };
	int r;

	r = mxlog_checkpoint_content_format(position, &out);
	if (r == 0)
		r = mxlog_fs_replace(state_fd, name, out.data, out.len);
	mxlog_buf_done(&out);
	return r;
}
