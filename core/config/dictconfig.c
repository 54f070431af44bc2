/* SPDX-License-Identifier: Apache-2.0 */
#include "config/dictconfig.h"

#include <stdio.h>
#include <strings.h>

#include <mxlog/level.h>

#include "base/json.h"
#include "config/formatter.h"
#include "entry/name.h"
#include "extern/json_tree.h"

/* What an import gathers. The first failure (out of memory) is kept in `r` and
 * ends what follows, so that callers need not look after every piece. */
struct import {
	struct mxlog_buf *yaml;
	struct mxlog_buf *notes;
	const struct mxlog_json_tree *root;
	int r;
	uint64_t max_bytes, backup_count; /* of rotating handlers */
	bool has_size;
	struct mxlog_buf loggers; /* named already, a NUL behind each */
};

enum {
	/* As the configuration has them. */
	MAX_FILE_SIZE_BITS = 50,
	BACKUP_COUNT_MAX = 10000,
};

/* ---- writing ---- */

static void put(struct import *import, const char *text)
{
	if (import->r == 0)
		import->r = mxlog_buf_add(import->yaml, text, strlen(text));
}

/* A JSON string is a YAML string, too. */
static void put_quoted(struct import *import, const char *text)
{
	if (import->r == 0)
		import->r = mxlog_json_quote(import->yaml, text, strlen(text));
}

/* "    key: "text"\n" */
static void put_member(struct import *import, const char *indent,
    const char *key, const char *value)
{
	put(import, indent);
	put(import, key);
	put(import, ": ");
	put_quoted(import, value);
	put(import, "\n");
}

static void put_number(struct import *import, const char *key, uint64_t value)
{
	if (import->r == 0)
		import->r = mxlog_buf_printf(import->yaml, "%s: %ju\n", key,
		    (uintmax_t)value);
}

MXLOG_PRINTF(2, 3)
static void note(struct import *import, const char *format, ...)
{
	char text[512];
	va_list args;
	int n;

	if (import->r < 0)
		return;
	va_start(args, format);
	n = vsnprintf(text, sizeof(text) - 1, format, args);
	va_end(args);
	if (n < 0)
		return;
	n = MIN(n, (int)sizeof(text) - 2);
	for (int i = 0; i < n; i++)
		if ((unsigned char)text[i] < 0x20)
			text[i] = '?';
	text[n] = '\n';
	import->r = mxlog_buf_add(import->notes, text, (size_t)n + 1);
}

/* ---- reading ---- */

static const char *text_of(const struct mxlog_json_tree *node, const char *key)
{
	return mxlog_json_tree_text(mxlog_json_tree_get(node, key), NULL);
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static bool contains(const char *text, const char *what)
{
	return strcasestr(text, what) != NULL;
}

/* Call `visit` for every member of the section, if it is there; its first line
 * is written unless it has begun. */
static void each(struct import *import, const char *section, bool begun,
    mxlog_json_tree_visit *visit)
{
	const struct mxlog_json_tree *node =
	    mxlog_json_tree_get(import->root, section);

	if (import->r < 0 || mxlog_json_tree_count(node) == 0)
		return;
	if (mxlog_json_tree_kind(node) != MXLOG_JSON_KIND_OBJECT) {
		note(import, "%s: left out: it is %s, an object was expected",
		    section, mxlog_json_tree_kind_name(node));
		return;
	}
	if (!begun) {
		put(import, section);
		put(import, ":\n");
	}
	(void)mxlog_json_tree_each(node, visit, import);
}

/* "INFO" as mxlog calls it; a number is the mildest level that reaches it. 0 is
 * none: a logger's parent decides then, and a handler takes all. */
static void put_level(struct import *import, const char *indent, const char *of,
    const struct mxlog_json_tree *node)
{
	const struct mxlog_json_tree *value =
	    mxlog_json_tree_get(node, "level");
	const char *text = mxlog_json_tree_text(value, NULL);
	enum mxlog_level level = MXLOG_DEBUG;
	uint64_t number = 1;

	if (!value)
		return;
	if (mxlog_json_tree_u64(value, &number) == 0 && number > 0)
		level = (enum mxlog_level)(
		    (MIN(number, (uint64_t)MXLOG_CRITICAL) + 9) / 10 * 10);
	else if (text ? strcasecmp(text, "NOTSET") == 0 : number == 0)
		return;
	else if (!text || mxlog_level_parse(text, strlen(text), &level) < 0) {
		note(import, "%s: left out: level %s is not known", of,
		    text ? text : "(no text)");
		return;
	}
	put_member(import, indent, "level", mxlog_level_name(level));
}

/* ---- formatters ---- */

static bool is_usable(const char *format)
{
	struct mxlog_formatter *formatter;

	if (mxlog_formatter_new(format, false, &formatter, NULL) < 0)
		return false;
	mxlog_formatter_free(formatter);
	return true;
}

/* A key of YAML is one line and not too long. */
static bool is_name(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f)
			return false;
	return len > 0 && len <= MXLOG_NAME_BYTES;
}

static int add_formatter(void *arg, const char *name,
    const struct mxlog_json_tree *node)
{
	struct import *import = arg;
	const char *class = text_of(node, "class");
	const char *factory = text_of(node, "()");
	const char *format = text_of(node, "format");
	const char *style = text_of(node, "style");

	if (!is_name(name)) {
		note(import, "formatters.%s: left out: its name", name);
		return import->r;
	}
	if (!class)
		class = factory;
	if (class && contains(class, "json")) {
		format = "json";
	} else if (class && !ends_with(class, "logging.Formatter")) {
		note(import,
		    "formatters.%s: class %s is not known; the "
		    "format string alone is used",
		    name, class);
	}
	if (style && strcmp(style, "%") != 0) {
		note(import,
		    "formatters.%s: style \"%s\" is not known; "
		    "\"console\" is used",
		    name, style);
		format = "console";
	}
	if (format && !is_usable(format)) {
		note(import,
		    "formatters.%s: format \"%s\" names what an entry "
		    "does not have; \"console\" is used",
		    name, format);
		format = "console";
	}
	if (text_of(node, "datefmt"))
		note(import,
		    "formatters.%s: datefmt is left out: times are "
		    "ISO 8601, UTC",
		    name);
	put(import, "  ");
	put_quoted(import, name);
	put(import, ": ");
	put_quoted(import, format && *format ? format : "%(message)s");
	put(import, "\n");
	return import->r;
}

/* ---- handlers ---- */

static void put_stream(struct import *import, const char *name,
    const struct mxlog_json_tree *node)
{
	const char *stream = text_of(node, "stream");

	put_member(import, "    ", "type", "console");
	if (stream && !ends_with(stream, "stdout") &&
	    !ends_with(stream, "stderr"))
		note(import,
		    "handlers.%s: stream %s is not known; stderr is "
		    "used",
		    name, stream);
	put_member(import, "    ", "destination",
	    stream && ends_with(stream, "stdout") ? "stdout" : "stderr");
}

/* Sizes are one for all file handlers: the largest is taken. */
static void take_size(struct import *import, const char *name,
    const struct mxlog_json_tree *node)
{
	uint64_t bytes, count;

	if (mxlog_json_tree_u64(mxlog_json_tree_get(node, "maxBytes"), &bytes) <
	    0)
		return;
	if (mxlog_json_tree_u64(mxlog_json_tree_get(node, "backupCount"),
		&count) < 0)
		count = 0;
	if (import->has_size &&
	    (bytes != import->max_bytes || count != import->backup_count))
		note(import,
		    "handlers.%s: maxBytes and backupCount are one "
		    "for all; the largest are used",
		    name);
	import->has_size = true;
	bytes = MIN(bytes, UINT64_C(1) << MAX_FILE_SIZE_BITS);
	if (count > BACKUP_COUNT_MAX)
		note(import, "handlers.%s: backupCount is %d at most", name,
		    BACKUP_COUNT_MAX);
	count = MIN(count, BACKUP_COUNT_MAX);
	import->max_bytes = MAX(import->max_bytes, bytes);
	import->backup_count = MAX(import->backup_count, count);
}

static void put_file(struct import *import, const char *name,
    const struct mxlog_json_tree *node, const char *class)
{
	const char *filename = text_of(node, "filename");

	put_member(import, "    ", "type", "file");
	if (filename)
		put_member(import, "    ", "destination", filename);
	take_size(import, name, node);
	if (contains(class, "TimedRotating"))
		note(import,
		    "handlers.%s: files are rotated by size, not by "
		    "time",
		    name);
}

static void put_syslog(struct import *import,
    const struct mxlog_json_tree *node)
{
	const struct mxlog_json_tree *address =
	    mxlog_json_tree_get(node, "address");
	const char *path = mxlog_json_tree_text(address, NULL);
	const char *socktype = text_of(node, "socktype");
	const char *host = mxlog_json_tree_count(address) == 2
	    ? mxlog_json_tree_text(mxlog_json_tree_at(address, 0), NULL)
	    : NULL;
	struct mxlog_buf text = { 0 };
	uint64_t port = 514;

	put_member(import, "    ", "type", "syslog");
	if (host) {
		(void)mxlog_json_tree_u64(mxlog_json_tree_at(address, 1),
		    &port);
		if (import->r == 0)
			import->r = mxlog_buf_printf(&text,
			    strchr(host, ':') ? "%s:[%s]:%ju%c" : "%s:%s:%ju%c",
			    socktype && ends_with(socktype, "SOCK_STREAM")
				? "tcp"
				: "udp",
			    host, (uintmax_t)port, 0);
		path = text.data;
	}
	if (import->r == 0)
		put_member(import, "    ", "destination",
		    path ? path : "udp:localhost:514");
	mxlog_buf_done(&text);
}

/* The kind of a handler by its class; NULL if it is not known. */
static const char *handler_type(const char *class)
{
	static const struct {
		const char *part;
		const char *type;
	} known[] = {
		{ "StreamHandler", "console" },
		{ "RichHandler", "console" },
		{ "FileHandler", "file" }, /* Rotating, Watched … */
		{ "SysLogHandler", "syslog" },
		{ "Journal",
		    "journald" }, /* JournalHandler, JournaldLogHandler */
		{ "Mxlog", "journald" },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (contains(class, known[i].part))
			return known[i].type;
	return NULL;
}

static const char *class_of(const struct mxlog_json_tree *handler)
{
	const char *class = text_of(handler, "class");

	return class ? class : text_of(handler, "()");
}

/* Why a handler can't be carried over; NULL: it can. */
static const char *objection(const char *name,
    const struct mxlog_json_tree *handler)
{
	const char *class = class_of(handler);
	const char *type = class ? handler_type(class) : NULL;
	const char *filename = text_of(handler, "filename");
	const char *address = text_of(handler, "address");

	if (!is_name(name))
		return "its name";
	if (!type)
		return "its class is not known";
	if (strcmp(type, "file") == 0 && !(filename && *filename))
		return "it has no filename";
	if (strcmp(type, "syslog") == 0 && address && *address != '/')
		return "its address is no path";
	return NULL;
}

/* A formatter that is there, by its name. */
static void put_formatter(struct import *import, const char *handler,
    const char *formatter)
{
	const struct mxlog_json_tree *formatters =
	    mxlog_json_tree_get(import->root, "formatters");

	if (is_name(formatter) && mxlog_json_tree_get(formatters, formatter))
		put_member(import, "    ", "format", formatter);
	else
		note(import, "handlers.%s: formatter %s is left out", handler,
		    formatter);
}

static void put_handler(struct import *import, const char *name,
    const struct mxlog_json_tree *node, const char *class)
{
	const char *formatter = text_of(node, "formatter");
	const char *type = handler_type(class);

	put(import, "  ");
	put_quoted(import, name);
	put(import, ":\n");
	if (strcmp(type, "console") == 0)
		put_stream(import, name, node);
	else if (strcmp(type, "file") == 0)
		put_file(import, name, node, class);
	else if (strcmp(type, "syslog") == 0)
		put_syslog(import, node);
	else
		put_member(import, "    ", "type", type);
	put_level(import, "    ", name, node);
	if (formatter)
		put_formatter(import, name, formatter);
	if (mxlog_json_tree_get(node, "filters"))
		note(import, "handlers.%s: its filters are left out", name);
}

static int add_handler(void *arg, const char *name,
    const struct mxlog_json_tree *node)
{
	struct import *import = arg;
	const char *class = class_of(node);
	const char *why = objection(name, node);

	if (!why)
		put_handler(import, name, node, class);
	else
		note(import, "handlers.%s: left out: %s (class %s)", name, why,
		    class ? class : "missing");
	return import->r;
}

/* ---- loggers ---- */

static void put_handler_names(struct import *import, const char *of,
    const struct mxlog_json_tree *names)
{
	const struct mxlog_json_tree *handlers =
	    mxlog_json_tree_get(import->root, "handlers");
	bool first = true;

	if (names && mxlog_json_tree_kind(names) != MXLOG_JSON_KIND_ARRAY) {
		note(import,
		    "loggers.%s.handlers: a list of names was expected, not "
		    "%s",
		    of, mxlog_json_tree_kind_name(names));
		return;
	}
	if (mxlog_json_tree_count(names) == 0)
		return;
	put(import, "    handlers: [");
	for (size_t i = 0; i < mxlog_json_tree_count(names); i++) {
		const char *name =
		    mxlog_json_tree_text(mxlog_json_tree_at(names, i), NULL);

		if (!name ||
		    objection(name, mxlog_json_tree_get(handlers, name))) {
			note(import, "loggers.%s: handler %s is left out", of,
			    name ? name : "(no name)");
			continue;
		}
		put(import, first ? "" : ", ");
		put_quoted(import, name);
		first = false;
	}
	put(import, "]\n");
}

/* true and false, as JSON or as text: "no", "0" … */
static bool is_false(const struct mxlog_json_tree *node)
{
	static const char *const words[] = { "no", "false", "off", "0" };
	const char *text = mxlog_json_tree_text(node, NULL);
	uint64_t number;
	bool value;

	if (mxlog_json_tree_bool(node, &value) == 0)
		return !value;
	if (mxlog_json_tree_u64(node, &number) == 0)
		return number == 0;
	for (size_t i = 0; text && i < ARRAY_LEN(words); i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return false;
}

/* Whether a name is new, as mxlog writes it: "root" and "" are one. */
static bool is_new(struct import *import, const char *name)
{
	struct mxlog_buf *all = &import->loggers;
	size_t before = all->len;
	bool changed;

	if (import->r == 0)
		import->r = mxlog_module_normalise(all, *name ? name : "root",
		    strlen(*name ? name : "root"), &changed);
	if (import->r == 0)
		import->r = mxlog_buf_add_char(all, '\0');
	if (import->r < 0)
		return true;
	for (size_t at = 0; at < before; at += strlen(all->data + at) + 1)
		if (strcmp(all->data + at, all->data + before) == 0) {
			all->len = before;
			return false;
		}
	return true;
}

static int add_logger(void *arg, const char *name,
    const struct mxlog_json_tree *node)
{
	struct import *import = arg;

	if (*name && !is_name(name)) {
		note(import, "loggers.%s: left out: its name", name);
		return import->r;
	}
	if (!is_new(import, name)) {
		note(import,
		    "loggers.%s: left out: its name is one with that "
		    "of another",
		    name);
		return import->r;
	}
	put(import, "  ");
	put_quoted(import, *name ? name : "root");
	put(import, ":\n");
	put_level(import, "    ", name, node);
	put_handler_names(import, name, mxlog_json_tree_get(node, "handlers"));
	put(import, "    propagate: ");
	put(import,
	    is_false(mxlog_json_tree_get(node, "propagate")) ? "false\n"
							     : "true\n");
	if (mxlog_json_tree_get(node, "filters"))
		note(import, "loggers.%s: its filters are left out", name);
	return import->r;
}

/* ---- the whole ---- */

static const char *const known_keys[] = { "version", "formatters", "handlers",
	"loggers", "root", "disable_existing_loggers" };

static int note_unknown(void *arg, const char *key,
    const struct mxlog_json_tree *node)
{
	struct import *import = arg;

	for (size_t i = 0; i < ARRAY_LEN(known_keys); i++)
		if (strcmp(known_keys[i], key) == 0)
			return 0;
	if (node)
		note(import, "%s: left out: mxlog has nothing like it", key);
	return import->r;
}

static int check_version(const struct mxlog_json_tree *root,
    struct mxlog_error *reterr)
{
	uint64_t version;

	if (mxlog_json_tree_kind(root) != MXLOG_JSON_KIND_OBJECT)
		return mxlog_error_set(reterr, -EINVAL,
		    "an object was expected, as logging.config.dictConfig() "
		    "takes it, not %s",
		    mxlog_json_tree_kind_name(root));
	if (mxlog_json_tree_u64(mxlog_json_tree_get(root, "version"),
		&version) < 0 ||
	    version != 1)
		return mxlog_error_set(reterr, -EINVAL,
		    "\"version\": 1 was expected, as "
		    "logging.config.dictConfig() wants it");
	return 0;
}

static void import_all(struct import *import)
{
	const struct mxlog_json_tree *root =
	    mxlog_json_tree_get(import->root, "root");

	put(import, "# Imported from a dictConfig of Python's logging.\n");
	(void)mxlog_json_tree_each(import->root, note_unknown, import);
	each(import, "formatters", false, add_formatter);
	each(import, "handlers", false, add_handler);
	if (root) {
		put(import, "loggers:\n");
		(void)add_logger(import, "root", root);
	}
	each(import, "loggers", root != NULL, add_logger);
	if (import->has_size) {
		put_number(import, "max_file_size", import->max_bytes);
		put_number(import, "backup_count", import->backup_count);
	}
}

int mxlog_dictconfig_import(const char *json, size_t len,
    struct mxlog_buf *yaml, struct mxlog_buf *notes, struct mxlog_error *reterr)
{
	struct import import = { .yaml = yaml, .notes = notes };
	struct mxlog_json_tree *root;
	int r = mxlog_json_tree_parse(json, len, &root, reterr);

	if (r < 0)
		return r;
	import.root = root;
	r = check_version(root, reterr);
	if (r == 0) {
		import_all(&import);
		r = import.r;
	}
	mxlog_buf_done(&import.loggers);
	mxlog_json_tree_free(root);
	return r;
}
