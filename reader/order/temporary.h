/* SPDX-License-Identifier: Apache-2.0 */
/* Temporary: a file without a name, so that nothing is left behind however the
 * process ends. */
#pragma once

#include "base/base.h"

/* In TMPDIR, /var/tmp or /tmp, mode 0600: the descriptor, or a negative
 * errno. */
int mxlog_temporary_open(void);
