/* SPDX-License-Identifier: Apache-2.0 */
/* Bus guard: a journal file that is cut short while sd-journal has it mapped
 * must not kill the process. What is no longer there reads as zeros, which
 * sd-journal takes for damage. */
#pragma once

/* Handle SIGBUS from now on; -errno. */
int mxlog_bus_guard_install(void);
