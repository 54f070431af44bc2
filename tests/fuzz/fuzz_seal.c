/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a version without a ledger may have left in a seal's file: it holds
 * for the segment that it was made for, or it is broken, or empty, and looking
 * at it is safe. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "scratch.h"
#include "store/seal.h"

#define LOG  "2026-01-28.log"
#define SEAL ".mxlog/seals/" LOG

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int dir_fd, const char *key, bool empty)
{
	const struct mxlog_segment_name name = { .day = 20481 };
	struct mxlog_seal seal = { 0 };
	int fd = -1;

	if (mxlog_fs_open_file(dir_fd, LOG, O_RDONLY, &fd) < 0 ||
	    mxlog_seal_check(dir_fd, &name, fd, key, key ? strlen(key) : 0,
		&seal) < 0 ||
	    (seal.state == MXLOG_SEAL_NONE) != empty ||
	    (key && seal.state == MXLOG_SEAL_HELD))
		abort();
	close(fd);
}

static char *dir;

static void remove_dir(void)
{
	scratch_done(dir);
}

/* One directory for all runs: making it is what takes time. */
static void make_dir(int *ret_fd)
{
	static int fd = -1;
	int seals_fd = -1;

	if (!dir) {
		dir = scratch_new_fast();
		if (mxlog_fs_open_dir(dir, false, &fd) < 0 ||
		    mxlog_fs_open_subdir(fd, ".mxlog/seals", true, &seals_fd) <
			0)
			abort();
		close(seals_fd);
		scratch_write(dir, LOG, "one\ntwo\n");
		(void)atexit(remove_dir);
	}
	*ret_fd = fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mxlog_buf text = { 0 };
	int dir_fd = -1;

	make_dir(&dir_fd);
	if (mxlog_buf_add(&text, data, size) < 0 ||
	    mxlog_buf_add_char(&text, '\0') < 0)
		abort();
	scratch_write(dir, SEAL, text.data);
	check(dir_fd, NULL, text.len == 1 || *text.data == '\0');
	check(dir_fd, "a key", text.len == 1 || *text.data == '\0');
	mxlog_buf_done(&text);
	return 0;
}
