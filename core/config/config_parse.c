/* SPDX-License-Identifier: Apache-2.0 */
/* Parse: from a file's text to a configuration, key by key. */
#include "config/config_parse.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/own_fd.h"
#include "base/reterr.h"

/* ---- the top level ---- */

static bool is_listed(const struct mxlog_yaml *root, const char *key)
{
	const struct mxlog_yaml *modules = mxlog_yaml_get(root, "modules");

	if (!modules || modules->type != MXLOG_YAML_SEQUENCE)
		return false;
	for (const struct mxlog_yaml *m = modules->first; m; m = m->next)
		if (m->type == MXLOG_YAML_SCALAR && strcmp(m->text, key) == 0)
			return true;
	return false;
}

/* A module that is not listed may have its section all the same, unless it
 * looks like a key that was misspelt. Which modules there are only mxlogd
 * knows, and checks. */
static bool may_be_section(const struct mxlog_yaml *key,
    const char *const *names, size_t n)
{
	return key->value->type == MXLOG_YAML_MAPPING &&
	    mxlog_config_is_capture_name(key->text) &&
	    !mxlog_error_nearest(key->text, key->len, names, n);
}

/* No item has the key: it is a capture module's section, or unknown. */
static int parse_other(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *key)
{
	const struct mxlog_config_item *items;
	const char *names[64];
	size_t n;

	items = mxlog_config_items(&n);
	for (size_t i = 0; i < n; i++)
		names[i] = items[i].key;
	if (is_listed(parse->root, key->text) || may_be_section(key, names, n))
		return mxlog_config_parse_section(parse, key);
	return mxlog_config_refuse_key(parse, key, "", names, n);
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
	case MXLOG_CONFIG_PAYLOAD:
		return mxlog_config_parse_payload(parse, node);
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
		return mxlog_config_place_error(reterr, name, error.line,
		    error.column, error.text);
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
	if ((!yaml && len > 0) || !name)
		return -EINVAL;

	struct mxlog_config *config = NULL;
	int r;

	r = mxlog_config_new(&config);
	if (r == 0)
		r = fill(config, yaml, len, name, reterr);
	if (r < 0) {
		mxlog_config_free(config);
		return r == -EINVAL
		    ? r
		    : mxlog_error_set(reterr, r, "%s: %s",
			  mxlog_config_short_name(name), strerrordesc_np(-r));
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

	fd = mxlog_own_fd_lift(open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY));
	if (fd < 0)
		return -errno;
	r = read_text(fd, buf);
	close(fd);
	return r;
}

int mxlog_config_load(const char *path, struct mxlog_config **ret,
    struct mxlog_error *reterr)
{
	if (!path)
		return -EINVAL;

	struct mxlog_config *config = NULL;
	struct mxlog_buf buf = { 0 };
	int r;

	r = read_file(path, &buf);
	if (r < 0) {
		r = mxlog_error_set(reterr, r, "%s: %s",
		    mxlog_config_short_name(path), strerrordesc_np(-r));
		goto out;
	}
	r = mxlog_config_parse(buf.data ? buf.data : "", buf.len, path, &config,
	    reterr);
	if (r < 0)
		goto out;
	config->path = strdup(path);
	if (!config->path) {
		mxlog_config_free(config);
		r = mxlog_error_set(reterr, -ENOMEM, "%s: %s",
		    mxlog_config_short_name(path), strerrordesc_np(ENOMEM));
		goto out;
	}
	*ret = config;
out:
	mxlog_buf_done(&buf);
	return r;
}
