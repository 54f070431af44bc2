/* SPDX-License-Identifier: Apache-2.0 */
#include "order/temporary.h"

#include <fcntl.h>
#include <stdlib.h>

int mxlog_temporary_open(void)
{
	const char *dirs[] = { secure_getenv("TMPDIR"), "/var/tmp", "/tmp" };
	int r = -ENOENT;

	for (size_t i = 0; i < ARRAY_LEN(dirs); i++) {
		int fd;

		if (!dirs[i])
			continue;
		fd = open(dirs[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
		if (fd >= 0)
			return fd;
		r = -errno;
	}
	return r;
}
