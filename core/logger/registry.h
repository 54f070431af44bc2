/* SPDX-License-Identifier: Apache-2.0 */
/* Registry: the process's loggers, their hierarchy and their levels. The one
 * place of process-wide state. */
#pragma once

#include <stdatomic.h>

#include <mxlog/level.h>

#include "config/config_private.h"
#include "logger/handler.h"

struct mxlog_logger {
	char *name;                  /* "" is the root */
	struct mxlog_logger *parent; /* NULL: the root */
	/* A name that is no dotted identifier ("my-app") logs as the one that is
	 * made of it: that logger is its parent, and has its level, its handlers
	 * and what is set at run time. */
	bool alias;
	struct mxlog_logger *next; /* in the registry */
	_Atomic int wanted;        /* the level in force */
	_Atomic int level; /* from here on calls are made: the same, or DEBUG
	                     * where threads remember what is below */
	_Atomic bool propagate;
	int set_level;                   /* at run time; 0: not */
	int configured_level;            /* 0: none */
	struct mxlog_handler **handlers; /* borrowed: the delivery's */
	size_t n_handlers;
};

/* Levels and hierarchy have a lock of their own; who touches `handlers` holds
 * the delivery's. */

struct mxlog_logger *mxlog_registry_root(void);
struct mxlog_logger *mxlog_registry_get(const char *name);

/* The logger that has the handlers and the level: itself, or what it is an
 * alias of. */
static inline struct mxlog_logger *mxlog_registry_real(
    struct mxlog_logger *logger)
{
	return logger->alias ? logger->parent : logger;
}

/* Set at run time (0: take it back) and work out all levels anew. */
void mxlog_registry_set_level(struct mxlog_logger *logger, int level);

/* Forget run-time levels, take those of `config` (NULL: the defaults). */
void mxlog_registry_configure(const struct mxlog_config *config);

/* Call `each` for every logger; it must not call the registry. */
void mxlog_registry_each(void (*each)(struct mxlog_logger *logger, void *arg),
    void *arg);

/* Around fork, so that the child finds the lock free. */
void mxlog_registry_lock(void);
void mxlog_registry_unlock(void);
