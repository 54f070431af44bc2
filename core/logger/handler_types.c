/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/handler.h"

#include "logger/handler_store.h"

void mxlog_handler_close(struct mxlog_handler *handler)
{
	if (handler->ops && handler->ops->close)
		handler->ops->close(handler->ctx);
	*handler = (struct mxlog_handler){ 0 };
}

/* A formatter's name stands for its format. */
static const char *resolve_format(const struct mxlog_config *config,
    const char *format)
{
	for (size_t i = 0; format && i < config->n_formatters; i++)
		if (strcmp(config->formatters[i].name, format) == 0)
			return config->formatters[i].format;
	return format;
}

int mxlog_handler_open(const struct mxlog_config *config,
    const struct mxlog_handler_config *wanted, struct mxlog_handler *ret,
    struct mxlog_error *reterr)
{
	const char *format = resolve_format(config, wanted->format);
	const char *destination = wanted->destination;
	const struct mxlog_file_sizes sizes = {
		.max_file = config->max_file_size,
		.backup_count = config->backup_count,
		.backlog = config->backlog_size,
	};
	int r;

	if (strcmp(wanted->type, "console") == 0) {
		r = mxlog_console_handler_open(format, destination, ret,
		    reterr);
	} else if (strcmp(wanted->type, "file") == 0) {
		r = mxlog_file_handler_open(format,
		    destination ? destination : config->log_file_path, &sizes,
		    ret, reterr);
	} else if (strcmp(wanted->type, "syslog") == 0) {
		r = mxlog_syslog_handler_open(format, destination, ret, reterr);
	} else if (strcmp(wanted->type, "journald") == 0) {
		r = mxlog_journald_handler_open(destination, ret, reterr);
	} else if (strcmp(wanted->type, "store") == 0) {
		r = mxlog_store_handler_open(config, ret, reterr);
	} else {
		r = mxlog_error_set(reterr, -EINVAL,
		    "handler %s: unknown type \"%s\"; console, file, syslog, "
		    "journald or store was expected",
		    wanted->name, wanted->type);
	}
	if (r == 0)
		ret->level = wanted->level;
	return r;
}
