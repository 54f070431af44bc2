/* SPDX-License-Identifier: Apache-2.0 */
/* What a configuration is made of: LoggerConfig of the second model beside
 * LogConfiguration of the first. Every key stands in tbl/config.def. */
#pragma once

#include <mxlog/config.h>

#include "base/base.h"

enum mxlog_output_format {
	MXLOG_FORMAT_JSON,
	MXLOG_FORMAT_CONSOLE,
	MXLOG_FORMAT_HYBRID, /* console on stderr, json in the store */
};

struct mxlog_module_level {
	char *module; /* normalised */
	size_t len;
	enum mxlog_level level;
};

/* LogHandler as configured and checked. */
struct mxlog_handler_config {
	char *name;
	char *type; /* console, file, syslog, journald, store */
	/* json, console, a formatter's name, or a format string, in which
	 * %(field)s stands for a field of the entry; may be NULL. */
	char *format;
	/* console: stderr or stdout; file: a path outside of log_dir;
	 * syslog: /path, unix:/path, udp:host[:port], tcp:host[:port]; else
	 * NULL. NULL of a file handler: log_file_path, which is set then. */
	char *destination;
	enum mxlog_level level;
	unsigned line; /* of the configuration file, for messages */
};

struct mxlog_formatter_config {
	char *name;
	char *format;
};

/* Logger as configured: a level and handlers for a subtree of modules. */
struct mxlog_logger_config {
	char *name; /* normalised as modules are; "root" is all of them */
	bool has_level;
	enum mxlog_level level;
	char **handlers;
	size_t n_handlers;
	bool propagate;
};

/* ExistingLoggerModule. */
struct mxlog_existing_module {
	char *module_path;
	char *setup_function;
	char *get_function;
	char *config_file;
	char *config_module;
};

struct mxlog_config {
	/* LoggerConfig */
	char *log_dir;
	enum mxlog_level level;
	struct mxlog_module_level *module_levels; /* longest module first */
	size_t n_module_levels;
	enum mxlog_level exception_level;
	enum mxlog_output_format format;
	bool async_enabled;
	uint32_t buffer_size;
	double flush_interval_s;
	uint32_t retention_days;
	uint32_t oldest_days; /* 0: any */
	bool compression_enabled;
	uint32_t compress_after_days;
	uint32_t max_file_size_mb;
	char **secret_patterns;
	size_t n_secret_patterns;
	char *redaction_text;
	/* LogConfiguration */
	enum mxlog_level default_level;
	bool has_default_level; /* without one it is `level` */
	struct mxlog_handler_config *handlers;
	size_t n_handlers;
	struct mxlog_formatter_config *formatters;
	size_t n_formatters;
	char *log_file_path;    /* may be NULL */
	uint64_t max_file_size; /* bytes */
	uint32_t backup_count;
	struct mxlog_logger_config *loggers;
	size_t n_loggers;
	struct mxlog_existing_module *existing_modules;
	size_t n_existing_modules;
	enum mxlog_level flush_level;
	uint32_t backtrace;
	uint64_t backlog_size; /* bytes */
	/* mxlogd and archives */
	char *archive_key_file; /* may be NULL */
	uint32_t seal_interval_s;
	uint32_t verify_days; /* 0: archives are not verified in turn */
	char **source_roots;
	size_t n_source_roots;
	/* What applications' payloads are read by; NULL: what is known anyway. */
	struct mxlog_payload_rules *payload;
	char **modules; /* capture modules to load */
	size_t n_modules;
	char *module_path;
	char *path; /* the file it was read from, or NULL */
	/* Sections that belong to capture modules, as canonical JSON each. */
	struct mxlog_config_section {
		char *name;
		char *json;
		unsigned line;
	} * sections;
	size_t n_sections;
};

/* The level from which on a module's entries are kept: that of its longest
 * dotted prefix in module_levels, else the global one. */
enum mxlog_level mxlog_config_level_of(const struct mxlog_config *config,
    const char *module, size_t len);
