/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever stands in the ledger's file: looking at it is safe, what it is
 * believed to say is what it would be written as, and a ledger that was opened
 * without damage can be continued. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "scratch.h"
#include "upkeep/ledger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *dir;

static void remove_dir(void)
{
	scratch_done(dir);
}

static int open_dir(void)
{
	static int fd = -1;

	if (!dir) {
		dir = scratch_new_fast();
		if (mxlog_fs_open_dir(dir, false, &fd) < 0)
			abort();
		(void)atexit(remove_dir);
	}
	return fd;
}

static void write_file(int dir_fd, const uint8_t *data, size_t size)
{
	int fd;

	(void)unlinkat(dir_fd, "ledger.1", 0);
	if (mxlog_fs_open_file(dir_fd, "ledger", O_WRONLY | O_CREAT | O_TRUNC,
		&fd) < 0 ||
	    mxlog_fs_write_all(fd, data, size) < 0)
		abort();
	(void)close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mxlog_ledger_event tick = { 0 };
	struct mxlog_ledger ledger;
	int dir_fd = open_dir();

	write_file(dir_fd, data, size);
	if (mxlog_ledger_open(&ledger, dir_fd, NULL, MXLOG_LEDGER_APPEND,
		NULL) < 0)
		abort();
	if (ledger.damaged && mxlog_ledger_begin(&ledger, "damaged") < 0)
		abort();
	if (mxlog_ledger_flush(&ledger, &tick) < 0)
		abort();
	mxlog_ledger_close(&ledger);
	if (mxlog_ledger_walk(dir_fd, NULL, NULL, NULL) < 0)
		abort();
	return 0;
}
