/* SPDX-License-Identifier: Apache-2.0 */
/* Module: what a capture module is to mxlogd, which loads it.
 *
 * A module is a shared object NAME.so that exports one symbol,
 *
 *	MXLOG_EXPORT const struct mxlog_module mxlog_module = { … };
 *
 * mxlogd names it in `modules:`, finds it in `module_path` and refuses it
 * unless it belongs to root or to the running user and nobody else may write
 * it. All modules of a mxlogd share one thread: a module never blocks; it
 * says what it waits for and does a bounded piece of work when called. Its own
 * section of the configuration, named as the module is, is checked against the
 * module's table of options. */
#pragma once

#include <mxlog/writer.h>

MXLOG_BEGIN_DECLS

enum {
	/* A module of another number is refused. */
	MXLOG_MODULE_VERSION = 1,
};

/* ---- options: a module's section of the configuration ---- */

enum mxlog_option_type {
	MXLOG_OPTION_BOOL,
	MXLOG_OPTION_INT,
	MXLOG_OPTION_TEXT,
	MXLOG_OPTION_LIST, /* of texts; one text stands for a list of one */
};

struct mxlog_option {
	const char *key;
	enum mxlog_option_type type;
	const char *value; /* the default as text; NULL: false, 0, absent */
	int64_t min, max;  /* of an INT, both inclusive */
	const char *help;  /* one line, for --help and manuals */
};

struct mxlog_options;

/* Read a section, one JSON object (NULL: all defaults), by a table, which must
 * outlive the result. An unknown key, a wrong type or a value out of range is
 * -EINVAL; reterr names `section`, the key and what was expected. A null stands
 * for nothing: false, 0, no text, an empty list. */
MXLOG_EXPORT int mxlog_options_parse(const struct mxlog_option *table,
    size_t n_table, const char *section, const char *json, size_t len,
    struct mxlog_options **ret, struct mxlog_error *reterr);
MXLOG_EXPORT void mxlog_options_free(struct mxlog_options *options);

/* The value of the option at `index` of the table, if it has that type; else
 * false, 0, NULL, no texts.
 * Texts end with NUL and belong to the options. An absent text is NULL. */
MXLOG_EXPORT bool mxlog_options_get_bool(const struct mxlog_options *options,
    size_t index);
MXLOG_EXPORT int64_t mxlog_options_get_int(const struct mxlog_options *options,
    size_t index);
MXLOG_EXPORT const char *mxlog_options_get_text(const struct mxlog_options
						    *options,
    size_t index);
MXLOG_EXPORT const char *const *mxlog_options_get_list(
    const struct mxlog_options *options, size_t index, size_t *ret_n);

/* ---- the host's side ---- */

enum mxlog_module_priority { /* syslog's */
	MXLOG_MODULE_ERROR = 3,
	MXLOG_MODULE_WARNING = 4,
	MXLOG_MODULE_NOTICE = 5,
	MXLOG_MODULE_INFO = 6,
	MXLOG_MODULE_DEBUG = 7,
};

/* What a module gets. It outlives the module's handle, but for `config`, which
 * mxlogd replaces whenever it reloads, between two calls of the module: read it
 * here, keep no pointer into it. `options` stay until `reload`, or to the end of
 * a module that has none: its section's changes restart it. */
struct mxlog_module_host {
	size_t size; /* sizeof(struct mxlog_module_host) */
	const struct mxlog_config *config;
	const struct mxlog_options *options;
	struct mxlog_writer *writer; /* the module's own, open */
	bool drain; /* forward all there is, then be done: nothing follows */
	/* Tell the operator one line. */
	void (*log)(void *arg, enum mxlog_module_priority priority,
	    const char *text);
	void *arg;
};

/* ---- the module's side ---- */

enum {
	MXLOG_MODULE_IDLE = 0, /* nothing to do until what `wait` says */
	MXLOG_MODULE_MORE = 1, /* call again */
};

struct mxlog_module_wait {
	int fd;             /* run when it is readable; -1: none */
	int64_t until_usec; /* run at this CLOCK_MONOTONIC time; INT64_MAX:
	                     * never */
};

struct mxlog_module {
	uint32_t version; /* MXLOG_MODULE_VERSION */
	uint32_t size;    /* sizeof(struct mxlog_module) */
	const char *name;
	const char *help; /* one line */
	const struct mxlog_option *options;
	size_t n_options;

	/* Check what a table can't say; may be NULL. -EINVAL with reterr. */
	int (*check)(const struct mxlog_options *options,
	    struct mxlog_error *reterr);

	/* Start. The host and what it points to are borrowed. */
	int (*open)(const struct mxlog_module_host *host, void **ret,
	    struct mxlog_error *reterr);

	/* Do what there is to do, for a tenth of a second or so:
	 * MXLOG_MODULE_MORE or _IDLE. A negative errno: it could not go on;
	 * nothing is lost, and it is called again after a pause that grows to
	 * a few seconds. reterr says why. */
	int (*run)(void *module, struct mxlog_error *reterr);

	/* After IDLE: what to wait for. */
	void (*wait)(void *module, struct mxlog_module_wait *ret);

	/* Use new options and configuration, which are the host's already; may
	 * be NULL: a module whose section has changed is closed and opened
	 * again then. On failure the old ones stay in use. The writer has been
	 * reloaded. */
	int (*reload)(void *module, const struct mxlog_options *options,
	    struct mxlog_error *reterr);

	/* Store all that is held, durably, within a second or two. */
	int (*flush)(void *module, struct mxlog_error *reterr);

	/* Free; what flush did not store is forgotten. */
	void (*close)(void *module);
};

MXLOG_END_DECLS
