/* SPDX-License-Identifier: Apache-2.0 */
/* Handlers of ours, by the type that a configuration names. */
#pragma once

#include <mxlog/handler.h>

#include "base/reterr.h"
#include "config/config_private.h"
#include "logger/shed.h"

/* A handler of any kind, and the level from which on it is asked. */
struct mxlog_handler {
	const struct mxlog_handler_ops *ops;
	void *ctx; /* owned: ops->close() */
	enum mxlog_level level;
	bool configured; /* by the configuration, not by the application */
	bool dirty;      /* handled something since the last flush */
	bool has_timer;  /* is flushed even if it did not */
	bool owes;       /* has refused entries that were not said yet: */
	struct mxlog_shed shed;
	/* Of ours, or NULL: true while it keeps what it can't write; in a forked
	 * child drop what is the parent's; take over what a handler of the same
	 * kind could not write. */
	bool (*is_stuck)(void *ctx);
	void (*forget)(void *ctx);
	void (*inherit)(void *ctx, void *from);
};

void mxlog_handler_close(struct mxlog_handler *handler);

/* Open what `wanted` says: type console, file, syslog or journald. The format
 * is the name of one of the config's formatters, "json", "console" or a format
 * string; NULL is the type's own. -EINVAL with reterr for what can't be. */
int mxlog_handler_open(const struct mxlog_config *config,
    const struct mxlog_handler_config *wanted, struct mxlog_handler *ret,
    struct mxlog_error *reterr);

/* One a type; `format` as mxlog_formatter_new() takes it, NULL: the type's
 * own. */
int mxlog_console_handler_open(const char *format, const char *destination,
    struct mxlog_handler *ret, struct mxlog_error *reterr);
struct mxlog_file_sizes {
	uint64_t max_file; /* bytes, then it is rotated; 0: never */
	uint32_t backup_count;
	uint64_t backlog; /* bytes kept while the disk refuses them */
};

int mxlog_file_handler_open(const char *format, const char *destination,
    const struct mxlog_file_sizes *sizes, struct mxlog_handler *ret,
    struct mxlog_error *reterr);
int mxlog_syslog_handler_open(const char *format, const char *destination,
    struct mxlog_handler *ret, struct mxlog_error *reterr);
int mxlog_journald_handler_open(const char *destination,
    struct mxlog_handler *ret, struct mxlog_error *reterr);
