/* SPDX-License-Identifier: Apache-2.0 */
#include "store/segment_numbers.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"

enum {
	NUMBERS_MAX = 64 * 1024 * 1024, /* two million segments */
};

/* One more than the highest number seen; 0: none seen. */
struct highest {
	enum mxlog_kind kind;
	int32_t day;
	uint64_t next;
};

static void look(struct highest *highest, const struct mxlog_segment_name *name)
{
	if (name->kind == highest->kind && name->day == highest->day)
		highest->next = MAX(highest->next, (uint64_t)name->number + 1);
}

static int look_in_dir(struct highest *highest, int log_dir_fd, bool archived)
{
	struct mxlog_segment_name *names = NULL;
	size_t n = 0;
	int r;

	r = mxlog_segment_list(log_dir_fd, highest->kind, archived, &names, &n);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		look(highest, &names[i]);
	free(names);
	return 0;
}

/* Lines that are no segment's name (torn ones) are passed over. */
static void look_in_text(struct highest *highest, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		char line[MXLOG_SEGMENT_NAME_MAX] = { 0 };
		struct mxlog_segment_name name;
		size_t n;

		if (!newline)
			return;
		n = (size_t)(newline - text);
		if (n < sizeof(line)) {
			memcpy(line, text, n);
			if (mxlog_segment_parse(line, &name) == 0)
				look(highest, &name);
		}
		text = newline + 1;
	}
}

static int look_in_file(struct highest *highest, int state_fd)
{
	struct mxlog_buf buf = { 0 };
	int r;

	r = mxlog_fs_read_file(state_fd, "numbers", NUMBERS_MAX, &buf);
	if (r == 0)
		look_in_text(highest, buf.data, buf.len);
	mxlog_buf_done(&buf);
	return r == -ENOENT ? 0 : r;
}

/* One write, appended: who notes at the same time does not disturb. It begins
 * with a newline to stand clear of what a full disk may have torn. It is not
 * synced: it matters when its segment is gone, days later. */
int mxlog_segment_numbers_restore(int state_fd,
    const struct mxlog_segment_name *name)
{
	char line[MXLOG_SEGMENT_NAME_MAX + 2] = "\n";
	int fd = -1, r;

	mxlog_segment_format(line + 1, name);
	line[strlen(line)] = '\n';
	r = mxlog_fs_open_file(state_fd, "numbers",
	    O_WRONLY | O_APPEND | O_CREAT, &fd);
	if (r < 0)
		return r;
	r = mxlog_fs_write_all(fd, line, strnlen(line, sizeof(line)));
	close(fd);
	return r;
}

static int note(int state_fd, const struct highest *highest)
{
	const struct mxlog_segment_name name = {
		.kind = highest->kind,
		.day = highest->day,
		.number = (uint32_t)highest->next,
	};

	return mxlog_segment_numbers_restore(state_fd, &name);
}

bool mxlog_segment_numbers_are_lost(int state_fd)
{
	return faccessat(state_fd, "numbers", F_OK, AT_SYMLINK_NOFOLLOW) < 0 &&
	    errno == ENOENT;
}

int mxlog_segment_numbers_take(int log_dir_fd, enum mxlog_kind kind,
    int32_t day, uint32_t *ret)
{
	struct highest highest = { .kind = kind, .day = day };
	int state_fd = -1, r;

	r = mxlog_fs_open_subdir(log_dir_fd, ".mxlog", true, &state_fd);
	if (r < 0)
		return r;
	r = look_in_file(&highest, state_fd);
	if (r == 0)
		r = look_in_dir(&highest, log_dir_fd, false);
	if (r == 0)
		r = look_in_dir(&highest, log_dir_fd, true);
	if (r == 0 && highest.next > UINT32_MAX)
		r = -EOVERFLOW;
	if (r == 0)
		r = note(state_fd, &highest);
	close(state_fd);
	if (r == 0)
		*ret = (uint32_t)highest.next;
	return r;
}
