/* SPDX-License-Identifier: Apache-2.0 */
/* A directory of a test's own. */
#pragma once

/* Make one; its path is freed by _free, which removes all that is in it. */
char *mxlog_tempdir_new(void);
void mxlog_tempdir_free(char *dir);

/* All files below `dir` that match, in their order, as one string that the
 * caller frees. */
char *mxlog_tempdir_read_glob(const char *dir, const char *pattern);
