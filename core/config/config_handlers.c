/* SPDX-License-Identifier: Apache-2.0 */
/* Handlers: where loggers write to, in which format, and the loggers that use
 * them. */
#include <stdlib.h>

#include "config/config_parse.h"
#include "config/config_paths.h"

/* ---- formatters ---- */

static int parse_formatter(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *key, struct mxlog_formatter_config *formatter)
{
	static const char *const keys[] = { "format" };
	const struct mxlog_yaml *value = key->value;
	int r;

	formatter->name = strdup(key->text);
	if (!formatter->name)
		return -ENOMEM;
	if (value->type == MXLOG_YAML_SCALAR)
		return mxlog_config_locate(parse, value,
		    mxlog_config_read_text("format", value, 1, 4095,
			&formatter->format, parse->reterr));
	r = mxlog_config_expect_keys(parse, value, "formatters", keys,
	    ARRAY_LEN(keys));
	if (r == 0)
		r = mxlog_config_child_text(parse, value, "format",
		    &formatter->format);
	if (r == 0 && !formatter->format)
		r = mxlog_config_refuse(parse, value,
		    "formatters: expected the key format");
	return r;
}

int mxlog_config_parse_formatters(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node)
{
	struct mxlog_config *config = parse->config;
	size_t n;
	int r;

	r = mxlog_config_expect(parse, node, MXLOG_YAML_MAPPING, "formatters",
	    &n);
	if (r < 0 || n == 0)
		return r;
	config->formatters = calloc(n, sizeof(*config->formatters));
	if (!config->formatters)
		return -ENOMEM;
	for (const struct mxlog_yaml *k = node->first; k && r == 0; k = k->next)
		r = parse_formatter(parse, k,
		    &config->formatters[config->n_formatters++]);
	return r;
}

/* ---- handlers ---- */

static const char *const handler_types[] = { "console", "file", "syslog",
	"journald", "store" };

static bool is_handler_type(const char *text)
{
	for (size_t i = 0; i < ARRAY_LEN(handler_types); i++)
		if (strcmp(handler_types[i], text) == 0)
			return true;
	return false;
}

/* The first data model's word for what goes over a network. */
static int rename_network(struct mxlog_handler_config *handler)
{
	if (strcmp(handler->type, "network") != 0)
		return 0;
	free(handler->type);
	handler->type = strdup("syslog");
	return handler->type ? 0 : -ENOMEM;
}

/* Without a `type` the handler's name is one. */
static int parse_type(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *key, struct mxlog_handler_config *handler)
{
	const struct mxlog_yaml *node = mxlog_config_child(key->value, "type");
	const char *nearest;
	int r;

	if (!node) {
		node = key;
		handler->type = strdup(key->text);
		r = handler->type ? 0 : -ENOMEM;
	} else {
		r = mxlog_config_child_text(parse, key->value, "type",
		    &handler->type);
	}
	if (r == 0)
		r = rename_network(handler);
	if (r < 0 || is_handler_type(handler->type))
		return r;
	nearest = mxlog_error_nearest(handler->type, strlen(handler->type),
	    handler_types, ARRAY_LEN(handler_types));
	return mxlog_config_refuse(parse, node,
	    "handlers: expected the type console, file, syslog, journald or "
	    "store, not %.40s%s%s%s",
	    handler->type, nearest ? "; did you mean " : "",
	    nearest ? nearest : "", nearest ? "?" : "");
}

/* The name of a formatter or of a format, or a format string, which has
 * something to fill in. */
static int check_format(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node, const char *format)
{
	const struct mxlog_yaml *formatters =
	    mxlog_config_child(parse->root, "formatters");

	if (strcmp(format, "json") == 0 || strcmp(format, "console") == 0 ||
	    strpbrk(format, "%{"))
		return 0;
	if (formatters && formatters->type == MXLOG_YAML_MAPPING &&
	    mxlog_yaml_get(formatters, format))
		return 0;
	return mxlog_config_refuse(parse, node,
	    "format: expected json, console, the name of a formatter or a "
	    "format string, not %.40s",
	    format);
}

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool is_syslog_destination(const char *text)
{
	return text[0] == '/' || (starts_with(text, "unix:") && text[5]) ||
	    (starts_with(text, "udp:") && text[4]) ||
	    (starts_with(text, "tcp:") && text[4]);
}

static bool is_console_destination(const char *text)
{
	return strcmp(text, "stderr") == 0 || strcmp(text, "stdout") == 0;
}

static int check_destination(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node, const struct mxlog_handler_config *handler)
{
	const char *type = handler->type, *text = handler->destination;

	if (strcmp(type, "console") == 0 && !is_console_destination(text))
		return mxlog_config_refuse(parse, node,
		    "destination: expected stderr or stdout, not %.60s", text);
	if (strcmp(type, "syslog") == 0 && !is_syslog_destination(text))
		return mxlog_config_refuse(parse, node,
		    "destination: expected /path, unix:/path, udp:host[:port] "
		    "or tcp:host[:port], not %.60s",
		    text);
	if (strcmp(type, "store") == 0 || strcmp(type, "journald") == 0)
		return mxlog_config_refuse(parse, node,
		    "destination: expected none for the type %s%s", type,
		    type[0] == 's' ? ", which writes to log_dir" : "");
	return 0;
}

static int parse_texts_of_handler(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *value, struct mxlog_handler_config *handler)
{
	int r;

	r = mxlog_config_child_text(parse, value, "format", &handler->format);
	if (r == 0 && handler->format)
		r = check_format(parse, mxlog_config_child(value, "format"),
		    handler->format);
	if (r == 0)
		r = mxlog_config_child_text(parse, value, "destination",
		    &handler->destination);
	if (r == 0 && handler->destination)
		r = check_destination(parse,
		    mxlog_config_child(value, "destination"), handler);
	return r;
}

static int parse_handler(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *key, struct mxlog_handler_config *handler)
{
	static const char *const keys[] = { "type", "level", "format",
		"destination" };
	bool found;
	int r;

	handler->line = key->line;
	handler->level = MXLOG_DEBUG;
	handler->name = strdup(key->text);
	if (!handler->name)
		return -ENOMEM;
	r = mxlog_config_expect_keys(parse, key->value, "handlers", keys,
	    ARRAY_LEN(keys));
	if (r == 0)
		r = parse_type(parse, key, handler);
	if (r == 0)
		r = mxlog_config_child_level(parse, key->value, "level", &found,
		    &handler->level);
	if (r == 0)
		r = parse_texts_of_handler(parse, key->value, handler);
	return r;
}

int mxlog_config_parse_handlers(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node)
{
	struct mxlog_config *config = parse->config;
	size_t n;
	int r;

	r = mxlog_config_expect(parse, node, MXLOG_YAML_MAPPING, "handlers",
	    &n);
	if (r < 0 || n == 0)
		return r;
	config->handlers = calloc(n, sizeof(*config->handlers));
	if (!config->handlers)
		return -ENOMEM;
	for (const struct mxlog_yaml *k = node->first; k && r == 0; k = k->next)
		r = parse_handler(parse, k,
		    &config->handlers[config->n_handlers++]);
	return r;
}

/* Where the configuration names a handler: its destination, else its key. */
static const struct mxlog_yaml *node_of(const struct mxlog_config_parse *parse,
    const struct mxlog_handler_config *handler)
{
	const struct mxlog_yaml *key =
	    mxlog_yaml_get(parse->root, "handlers")->first;
	const struct mxlog_yaml *destination;

	while (strcmp(key->text, handler->name) != 0)
		key = key->next;
	destination = mxlog_config_child(key->value, "destination");
	return destination ? destination : key;
}

int mxlog_config_check_handlers(const struct mxlog_config_parse *parse)
{
	const struct mxlog_config *config = parse->config;
	const struct mxlog_handler_config *handler;

	for (size_t i = 0; i < config->n_handlers; i++) {
		handler = &config->handlers[i];
		if (strcmp(handler->type, "file") == 0 &&
		    !handler->destination && !config->log_file_path)
			return mxlog_config_refuse(parse,
			    node_of(parse, handler),
			    "handlers: expected a destination or "
			    "log_file_path for the file handler %.60s",
			    handler->name);
	}
	switch (mxlog_config_paths_clash(config, &handler)) {
	case MXLOG_PATHS_FINE:
		return 0;
	case MXLOG_PATHS_DEFAULT:
		return mxlog_config_refuse(parse,
		    mxlog_yaml_get(parse->root, "log_file_path"),
		    "log_file_path: expected a file outside of log_dir, whose "
		    "files are never deleted by count");
	case MXLOG_PATHS_HANDLER:
		break;
	}
	return mxlog_config_refuse(parse, node_of(parse, handler),
	    "destination: expected a file outside of log_dir, whose files are "
	    "never deleted by count");
}

/* ---- loggers ---- */

static int check_handler_name(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node)
{
	const struct mxlog_yaml *handlers =
	    mxlog_config_child(parse->root, "handlers");
	const char *names[64], *nearest;
	size_t n = 0;

	if (handlers && handlers->type == MXLOG_YAML_MAPPING) {
		if (mxlog_yaml_get(handlers, node->text))
			return 0;
		for (const struct mxlog_yaml *k = handlers->first;
		     k && n < ARRAY_LEN(names); k = k->next)
			names[n++] = k->text;
	}
	nearest = mxlog_error_nearest(node->text, node->len, names, n);
	return mxlog_config_refuse(parse, node,
	    "loggers: expected the name of one of the handlers, not %.40s%s%s%s",
	    node->text, nearest ? "; did you mean " : "",
	    nearest ? nearest : "", nearest ? "?" : "");
}

static int parse_logger_handlers(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *value, struct mxlog_logger_config *logger)
{
	const struct mxlog_yaml *list = mxlog_config_child(value, "handlers");
	int r;

	if (!list)
		return 0;
	r = mxlog_config_parse_texts(parse, list, "handlers", &logger->handlers,
	    &logger->n_handlers);
	for (const struct mxlog_yaml *c = list->first; c && r == 0; c = c->next)
		r = check_handler_name(parse, c);
	return r;
}

static int parse_propagate(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *value, struct mxlog_logger_config *logger)
{
	const struct mxlog_yaml *node = mxlog_config_child(value, "propagate");

	if (!node)
		return 0;
	return mxlog_config_locate(parse, node,
	    mxlog_config_read_bool("propagate", node, &logger->propagate,
		parse->reterr));
}

static int parse_logger(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *key, struct mxlog_logger_config *logger)
{
	static const char *const keys[] = { "level", "handlers", "propagate" };
	size_t len;
	int r;

	logger->propagate = true;
	r = mxlog_config_read_module(parse, key, &logger->name, &len);
	if (r == 0)
		r = mxlog_config_expect_keys(parse, key->value, "loggers", keys,
		    ARRAY_LEN(keys));
	if (r == 0)
		r = mxlog_config_child_level(parse, key->value, "level",
		    &logger->has_level, &logger->level);
	if (r == 0)
		r = parse_logger_handlers(parse, key->value, logger);
	if (r == 0)
		r = parse_propagate(parse, key->value, logger);
	return r;
}

static int check_loggers(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node)
{
	const struct mxlog_config *config = parse->config;

	for (size_t i = 0; i < config->n_loggers; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(config->loggers[i].name,
				config->loggers[j].name) == 0)
				return mxlog_config_refuse(parse, node,
				    "loggers: expected every logger once; two "
				    "keys mean %.80s",
				    config->loggers[i].name);
	return 0;
}

int mxlog_config_parse_loggers(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node)
{
	struct mxlog_config *config = parse->config;
	size_t n;
	int r;

	r = mxlog_config_expect(parse, node, MXLOG_YAML_MAPPING, "loggers", &n);
	if (r < 0 || n == 0)
		return r;
	config->loggers = calloc(n, sizeof(*config->loggers));
	if (!config->loggers)
		return -ENOMEM;
	for (const struct mxlog_yaml *k = node->first; k && r == 0; k = k->next)
		r = parse_logger(parse, k,
		    &config->loggers[config->n_loggers++]);
	return r == 0 ? check_loggers(parse, node) : r;
}

/* ---- existing modules ---- */

static int parse_existing(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node, struct mxlog_existing_module *module)
{
	const struct {
		const char *key;
		const char *value; /* the default; NULL: must be given */
		char **member;
	} fields[] = {
		{ "module_path", NULL, &module->module_path },
		{ "setup_function", "setup_logger", &module->setup_function },
		{ "get_function", "get_logger", &module->get_function },
		{ "config_file", "config.json", &module->config_file },
		{ "config_module", "config.py", &module->config_module },
	};
	const char *keys[ARRAY_LEN(fields)];
	int r;

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		keys[i] = fields[i].key;
	r = mxlog_config_expect_keys(parse, node, "existing_modules", keys,
	    ARRAY_LEN(keys));
	for (size_t i = 0; i < ARRAY_LEN(fields) && r == 0; i++) {
		r = mxlog_config_child_text(parse, node, fields[i].key,
		    fields[i].member);
		if (r < 0 || *fields[i].member)
			continue;
		if (!fields[i].value)
			return mxlog_config_refuse(parse, node,
			    "existing_modules: expected the key %s",
			    fields[i].key);
		*fields[i].member = strdup(fields[i].value);
		r = *fields[i].member ? 0 : -ENOMEM;
	}
	return r;
}

int mxlog_config_parse_existing(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node)
{
	struct mxlog_config *config = parse->config;
	size_t n;
	int r;

	r = mxlog_config_expect(parse, node, MXLOG_YAML_SEQUENCE,
	    "existing_modules", &n);
	if (r < 0 || n == 0)
		return r;
	config->existing_modules = calloc(n, sizeof(*config->existing_modules));
	if (!config->existing_modules)
		return -ENOMEM;
	for (const struct mxlog_yaml *c = node->first; c && r == 0; c = c->next)
		r = parse_existing(parse, c,
		    &config->existing_modules[config->n_existing_modules++]);
	return r;
}
