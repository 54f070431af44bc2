/* SPDX-License-Identifier: Apache-2.0 */
/* Operator: what mxlogd reports to the person who runs it, on standard error. */
#pragma once

#include <mxlog/module.h>

/* One line; `name` (a module's, or "") is a text. Where standard error goes to
 * the journal the level stands in front, as journald reads it; else what is no
 * more than a debug line is left out. */
void mxlog_operator_report(void *name, enum mxlog_module_priority priority,
    const char *text);

/* A line of the host's own. */
void mxlog_operator_reportf(enum mxlog_module_priority priority,
    const char *format, ...) MXLOG_PRINTF(2, 3);
