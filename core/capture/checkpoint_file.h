/* SPDX-License-Identifier: Apache-2.0 */
/* Checkpoint file: its name in the state directory, and a position read from it
 * or written to it. */
#pragma once

#include <mxlog/checkpoint.h>

#include "base/base.h"

struct mxlog_checkpoint_content;

#define MXLOG_STATE_DIR       ".mxlog" /* in log_dir */
#define MXLOG_CHECKPOINT_LOCK ".lock"  /* behind the file's name */

enum {
	MXLOG_CHECKPOINT_FILE_MAX = 88, /* of its name */
};

/* May a source or a key be called so? */
bool mxlog_checkpoint_is_name(const char *text);

void mxlog_checkpoint_file_name(char out[MXLOG_CHECKPOINT_FILE_MAX],
    const char *source);

/* Is this the name of a checkpoint, and not of a lock or what a save left? */
bool mxlog_checkpoint_file_is_named(const char *name);

/* What the file says is added; what it is worth, *ret, has its place for a file
 * that is not there or damaged, which adds nothing. A negative errno for what
 * can't be read. */
int mxlog_checkpoint_file_load(int state_fd, const char *name,
    struct mxlog_checkpoint_content *position,
    enum mxlog_checkpoint_state *ret);

/* Replace the file, durably. On failure the old one stands. */
int mxlog_checkpoint_file_save(int state_fd, const char *name,
    const struct mxlog_checkpoint_content *position);
