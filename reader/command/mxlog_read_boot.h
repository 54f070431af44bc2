/* SPDX-License-Identifier: Apache-2.0 */
/* Boots of the machine, by what entries say in context.boot_id. */
#pragma once

#include <mxlog/reader.h>

#include "base/base.h"

enum {
	MXLOG_READ_BOOT_ID = 33, /* 32 digits, as journald writes it, and NUL */
};

/* What -b is given: "" and "0" are the running boot, -1 the one before it, 1
 * the first one that there are entries of, an id that boot, with or without
 * dashes, and behind it +N or -N. `out` is "" for "all". -EINVAL with reterr. */
int mxlog_read_boot_find(const char *const *dirs, size_t n_dirs,
    const char *text, char out[MXLOG_READ_BOOT_ID], struct mxlog_error *reterr);
