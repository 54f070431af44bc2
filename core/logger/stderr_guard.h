/* SPDX-License-Identifier: Apache-2.0 */
/* Stderr: where the logger speaks when nothing else is left. The process's own
 * number 2, which may be closed and be another file by the time it is needed:
 * what is not the stderr that was there is left alone. */
#pragma once

#include "base/base.h"

/* Take what is stderr now for it; first called by the first use of a logger,
 * and again by each mxlog_setup(). */
void mxlog_stderr_note(void);

/* True while number 2 is still that. Async-signal-safe, as is _write. */
bool mxlog_stderr_is_ours(void);

/* Write all of it. -EBADF: stderr is closed or another file. */
int mxlog_stderr_write(const void *data, size_t len);
