/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config_node.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "entry/entry_private.h"

enum {
	NAME_SHOWN = 100, /* bytes of a file's name in messages */
};

/* ---- messages ---- */

const char *mxlog_config_short_name(const char *name)
{
	size_t len = strlen(name);

	return len > NAME_SHOWN ? name + len - NAME_SHOWN : name;
}

int mxlog_config_place_error(struct mxlog_error *error, const char *name,
    unsigned line, unsigned column, const char *text)
{
	if (!error)
		return -EINVAL;
	error->offset = 0;
	error->line = line;
	error->column = column;
	return mxlog_error_set(error, -EINVAL, "%s:%u:%u: %s",
	    mxlog_config_short_name(name), line, column, text);
}

int mxlog_config_refuse(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node, const char *format, ...)
{
	struct mxlog_error error;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(error.text, sizeof(error.text), format, args);
	va_end(args);
	return mxlog_config_place_error(parse->reterr, parse->name, node->line,
	    node->column, error.text);
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

int mxlog_config_refuse_key(const struct mxlog_config_parse *parse,
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
			return mxlog_config_refuse_key(parse, k, what, names,
			    n);
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

int mxlog_config_read_module(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *key, char **ret, size_t *ret_len)
{
	struct mxlog_buf buf = { 0 };
	bool changed;
	int r;

	if (key->len == 0)
		return mxlog_config_refuse(parse, key,
		    "expected a module's name, not \"\"");
	r = mxlog_module_normalise(&buf, key->text, key->len, &changed);
	if (r == 0) {
		*ret_len = buf.len;
		r = mxlog_buf_add_char(&buf, '\0');
	}
	if (r < 0) {
		mxlog_buf_done(&buf);
		return r;
	}
	*ret = buf.data;
	return 0;
}
