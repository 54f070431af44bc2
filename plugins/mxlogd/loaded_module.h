/* SPDX-License-Identifier: Apache-2.0 */
/* Loaded module: a capture module, found, checked and loaded. */
#pragma once

#include <mxlog/module.h>

/* Find NAME.so in `dir` and load it; it stays for the process's life. Refused,
 * with reterr, unless directory and file belong to root or the running user and
 * nobody else may write them: -EPERM; if it is none of ours or of another
 * version: -ELIBBAD. */
int mxlog_module_load(const char *dir, const char *name,
    const struct mxlog_module **ret, struct mxlog_error *reterr);
