/* SPDX-License-Identifier: Apache-2.0 */
/* The string generator: a message as one frame. rsyslogd knows it as a module
 * of its own, which ommxlog registers. */
#pragma once

#define MXLOG_STRGEN_NAME "ommxlog"

/* For module.doModInit(). */
rsRetVal mxlog_strgen_init(int requested, int *provided, rsRetVal (**query)(),
    rsRetVal (*host)(), modInfo_t *info);
