/* SPDX-License-Identifier: Apache-2.0 */
/* Parse: from a file's text to a configuration, key by key. */
#include "config_parse.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "buf.h"

enum {
	NAME_SHOWN = 100, /* bytes of a file's name in messages */
};

/* ---- messages ---- */

/* The end of a name that would leave no room for the message. */
static const char *short_name(const char *name)
{
	size_t len = strlen(name);

	return len > NAME_SHOWN ? name + len - NAME_SHOWN : name;
}

static int place_error(struct mxlog_error *error, const char *name,
    unsigned line, unsigned column, const char *text)
{
	if (!error)
		return -EINVAL;
	error->offset = 0;
	error->line = line;
	error->column = column;
	return mxlog_error_set(error, -EINVAL, "%s:%u:%u: %s", short_name(name),
	    line, column, text);
}

int mxlog_config_refuse(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node, const char *format, ...)
{
	struct mxlog_error error;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(error.text, sizeof(error.text), format, args);
	va_end(args);
	return place_error(parse->reterr, parse->name, node->line, node->column,
	    error.text);
}

int mxlog_config_locate(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node, int r)
{
	struct mxlog_error error;

	if (r != -EINVAL || !parse->reterr)
		return r;
	error = *parse->reterr;
	return mxlog_config_refuse(parse, node, "%s", error.text);
}

/* ---- what the parts share ---- */

int mxlog_config_expect(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node, enum mxlog_yaml_type type, const char *what,
    size_t *ret_n)
{
	size_t n = 0;

	if (!mxlog_yaml_is_null(node)) {
		if (node->type != type)
			return mxlog_config_refuse(parse, node,
			    "%s: expected a %s", what,
			    type == MXLOG_YAML_MAPPING ? "mapping (key: value)"
						       : "list (- value)");
		for (const struct mxlog_yaml *c = node->first; c; c = c->next)
			n++;
	}
	*ret_n = n;
	return 0;
}

static int refuse_key(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *key, const char *what, const char *const *names,
    size_t n)
{
	const char *nearest =
	    mxlog_error_nearest(key->text, key->len, names, n);

	if (nearest)
		return mxlog_config_refuse(parse, key,
		    "unknown key %.60s%s%s; did you mean %s?", key->text,
		    what[0] ? " in " : "", what, nearest);
	return mxlog_config_refuse(parse, key,
	    "unknown key %.60s%s%s; mxlog.yaml(5) lists the known ones",
	    key->text, what[0] ? " in " : "", what);
}

int mxlog_config_expect_keys(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *mapping, const char *what,
    const char *const *names, size_t n)
{
	size_t n_keys = 0;
	int r;

	r = mxlog_config_expect(parse, mapping, MXLOG_YAML_MAPPING, what,
	    &n_keys);
	if (r < 0 || n_keys == 0)
		return r;
	for (const struct mxlog_yaml *k = mapping->first; k; k = k->next) {
		size_t i = 0;

		while (i < n && strcmp(names[i], k->text) != 0)
			i++;
		if (i == n)
			return refuse_key(parse, k, what, names, n);
	}
	return 0;
}

const struct mxlog_yaml *mxlog_config_child(const struct mxlog_yaml *mapping,
    const char *key)
{
	const struct mxlog_yaml *value;

	if (mxlog_yaml_is_null(mapping))
		return NULL;
	value = mxlog_yaml_get(mapping, key);
	return mxlog_yaml_is_null(value) ? NULL : value;
}

int mxlog_config_child_text(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *mapping, const char *key, char **ret)
{
	const struct mxlog_yaml *node = mxlog_config_child(mapping, key);

	if (!node)
		return 0;
	return mxlog_config_locate(parse, node,
	    mxlog_config_read_text(key, node, 1, 4095, ret, parse->reterr));
}

int mxlog_config_child_level(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *mapping, const char *key, bool *ret_found,
    enum mxlog_level *ret)
{
	const struct mxlog_yaml *node = mxlog_config_child(mapping, key);

	*ret_found = node != NULL;
	if (!node)
		return 0;
	return mxlog_config_locate(parse, node,
	    mxlog_config_read_level(key, node, ret, parse->reterr));
}

int mxlog_config_parse_texts(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node, const char *what, char ***ret, size_t *ret_n)
{
	size_t n = 0, i = 0;
	int r;

	r = mxlog_config_expect(parse, node, MXLOG_YAML_SEQUENCE, what, &n);
	if (r < 0 || n == 0)
		return r;
	*ret = calloc(n, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	*ret_n = n;
	for (const struct mxlog_yaml *c = node->first; c; c = c->next) {
		r = mxlog_config_read_text(what, c, 1, 32768, &(*ret)[i++],
		    parse->reterr);
		if (r < 0)
			return mxlog_config_locate(parse, c, r);
	}
	return 0;
}

/* ---- the top level ---- */

static bool is_capture_module(const struct mxlog_yaml *root, const char *key)
{
	const struct mxlog_yaml *modules = mxlog_yaml_get(root, "modules");

	if (!modules || modules->type != MXLOG_YAML_SEQUENCE)
		return false;
	for (const struct mxlog_yaml *m = modules->first; m; m = m->next)
		if (m->type == MXLOG_YAML_SCALAR && strcmp(m->text, key) == 0)
			return true;
	return false;
}

/* No item has the key: it is a listed module's section, or unknown. */
static int parse_other(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *key)
{
	const struct mxlog_config_item *items;
	const char *names[64];
	size_t n;

	if (is_capture_module(parse->root, key->text))
		return mxlog_config_parse_section(parse, key);
	items = mxlog_config_items(&n);
	for (size_t i = 0; i < n; i++)
		names[i] = items[i].key;
	return refuse_key(parse, key, "", names, n);
}

static int parse_item(const struct mxlog_config_parse *parse,
    const struct mxlog_config_item *item, const struct mxlog_yaml *node)
{
	struct mxlog_config *config = parse->config;

	switch (item->type) {
	case MXLOG_CONFIG_LEVELS:
		return mxlog_config_parse_levels(parse, node);
	case MXLOG_CONFIG_PATTERNS:
		return mxlog_config_parse_patterns(parse, node);
	case MXLOG_CONFIG_HANDLERS:
		return mxlog_config_parse_handlers(parse, node);
	case MXLOG_CONFIG_FORMATTERS:
		return mxlog_config_parse_formatters(parse, node);
	case MXLOG_CONFIG_LOGGERS:
		return mxlog_config_parse_loggers(parse, node);
	case MXLOG_CONFIG_EXISTING:
		return mxlog_config_parse_existing(parse, node);
	case MXLOG_CONFIG_NAMES:
		return mxlog_config_parse_modules(parse, node);
	case MXLOG_CONFIG_PATHS:
		return mxlog_config_parse_texts(parse, node, item->key,
		    &config->source_roots, &config->n_source_roots);
	default:
		return mxlog_config_locate(parse, node,
		    mxlog_config_item_set(config, item, node, parse->reterr));
	}
}

static int parse_root(const struct mxlog_config_parse *parse)
{
	int r = 0;

	if (parse->root->type != MXLOG_YAML_MAPPING)
		return mxlog_config_refuse(parse, parse->root,
		    "expected keys and values (key: value)");
	for (const struct mxlog_yaml *k = parse->root->first; k && r == 0;
	     k = k->next) {
		const struct mxlog_config_item *item =
		    mxlog_config_item_find(k->text);

		r = item ? parse_item(parse, item, k->value)
			 : parse_other(parse, k);
	}
	if (r < 0)
		return r;
	return mxlog_config_check_handlers(parse);
}

static int parse_yaml(const char *yaml, size_t len, const char *name,
    struct mxlog_yaml **ret, struct mxlog_error *reterr)
{
	struct mxlog_error error;
	int r = mxlog_yaml_parse(yaml, len, ret, &error);

	if (r == -EINVAL)
		return place_error(reterr, name, error.line, error.column,
		    error.text);
	return r;
}

static int fill(struct mxlog_config *config, const char *yaml, size_t len,
    const char *name, struct mxlog_error *reterr)
{
	struct mxlog_config_parse parse = {
		.config = config,
		.name = name,
		.reterr = reterr,
	};
	struct mxlog_yaml *root;
	int r;

	r = parse_yaml(yaml, len, name, &root, reterr);
	if (r < 0)
		return r;
	parse.root = root;
	r = parse_root(&parse);
	mxlog_yaml_free(root);
	return r;
}

int mxlog_config_parse(const char *yaml, size_t len, const char *name,
    struct mxlog_config **ret, struct mxlog_error *reterr)
{
	struct mxlog_config *config = NULL;
	int r;

	r = mxlog_config_new(&config);
	if (r == 0)
		r = fill(config, yaml, len, name, reterr);
	if (r < 0) {
		mxlog_config_free(config);
		return r == -EINVAL
		    ? r
		    : mxlog_error_set(reterr, r, "%s: %s", short_name(name),
			  strerrordesc_np(-r));
	}
	*ret = config;
	return 0;
}

/* ---- the file ---- */

/* Up to one byte more than a configuration may have: the parser refuses it. */
static int read_text(int fd, struct mxlog_buf *buf)
{
	while (buf->len <= MXLOG_YAML_BYTES) {
		ssize_t n;
		int r = mxlog_buf_reserve(buf, 65536);

		if (r < 0)
			return r;
		n = read(fd, buf->data + buf->len, 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		buf->len += (size_t)n;
	}
	return 0;
}

static int read_file(const char *path, struct mxlog_buf *buf)
{
	int fd, r;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	r = read_text(fd, buf);
	close(fd);
	return r;
}

int mxlog_config_load(const char *path, struct mxlog_config **ret,
    struct mxlog_error *reterr)
{
	struct mxlog_config *config = NULL;
	struct mxlog_buf buf = { 0 };
	int r;

	r = read_file(path, &buf);
	if (r < 0) {
		r = mxlog_error_set(reterr, r, "%s: %s", short_name(path),
		    strerrordesc_np(-r));
		goto out;
	}
	r = mxlog_config_parse(buf.data ? buf.data : "", buf.len, path, &config,
	    reterr);
	if (r < 0)
		goto out;
	config->path = strdup(path);
	if (!config->path) {
		mxlog_config_free(config);
		r = mxlog_error_set(reterr, -ENOMEM, "%s: %s", short_name(path),
		    strerrordesc_np(ENOMEM));
		goto out;
	}
	*ret = config;
out:
	mxlog_buf_done(&buf);
	return r;
}
