/* SPDX-License-Identifier: Apache-2.0 */
/* Modules: levels by module, capture modules with their sections, and the
 * patterns for secrets. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/json_build.h"
#include "config/config_parse.h"
#include "entry/entry_private.h"
#include "extern/pattern.h"

enum {
	CAPTURE_NAME_MAX = 63,
};

static int compare_levels(const void *a, const void *b)
{
	const struct mxlog_module_level *x = a, *y = b;

	if (x->len != y->len)
		return x->len > y->len ? -1 : 1;
	return strcmp(x->module, y->module);
}

/* Two keys may be written differently and mean one module. */
static int check_levels(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node)
{
	struct mxlog_config *config = parse->config;

	for (size_t i = 1; i < config->n_module_levels; i++)
		if (strcmp(config->module_levels[i].module,
			config->module_levels[i - 1].module) == 0)
			return mxlog_config_refuse(parse, node,
			    "module_levels: expected every module once; two "
			    "keys mean %.80s",
			    config->module_levels[i].module);
	return 0;
}

int mxlog_config_parse_levels(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node)
{
	struct mxlog_config *config = parse->config;
	size_t n;
	int r;

	r = mxlog_config_expect(parse, node, MXLOG_YAML_MAPPING,
	    "module_levels", &n);
	if (r < 0 || n == 0)
		return r;
	config->module_levels = calloc(n, sizeof(*config->module_levels));
	if (!config->module_levels)
		return -ENOMEM;
	for (const struct mxlog_yaml *k = node->first; k; k = k->next) {
		struct mxlog_module_level *level =
		    &config->module_levels[config->n_module_levels++];

		r = mxlog_config_read_module(parse, k, &level->module,
		    &level->len);
		if (r < 0)
			return r;
		r = mxlog_config_read_level(level->module, k->value,
		    &level->level, parse->reterr);
		if (r < 0)
			return mxlog_config_locate(parse, k->value, r);
	}
	qsort(config->module_levels, n, sizeof(*config->module_levels),
	    compare_levels);
	return check_levels(parse, node);
}

/* ---- patterns ---- */

/* A pattern that finds nothing in particular finds a secret everywhere. */
static int check_pattern(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node)
{
	struct mxlog_budget budget = { .usec = 100000 };
	struct mxlog_pattern *pattern;
	struct mxlog_error error;
	struct mxlog_match match;
	int r;

	r = mxlog_pattern_new(node->text, node->len, 0, &pattern, &error);
	if (r == -EINVAL)
		return mxlog_config_refuse(parse, node,
		    "secret_patterns: expected a regular expression: %s",
		    error.text);
	if (r < 0)
		return r;
	r = mxlog_pattern_search(pattern, "", 0, 0, &budget, &match);
	mxlog_pattern_free(pattern);
	if (r == 1)
		return mxlog_config_refuse(parse, node,
		    "secret_patterns: expected a pattern that does not match "
		    "empty text");
	return r == -ENOMEM ? r : 0;
}

int mxlog_config_parse_patterns(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node)
{
	struct mxlog_config *config = parse->config;
	int r;

	r = mxlog_config_parse_texts(parse, node, "secret_patterns",
	    &config->secret_patterns, &config->n_secret_patterns);
	if (r < 0 || config->n_secret_patterns == 0)
		return r;
	for (const struct mxlog_yaml *c = node->first; c && r == 0; c = c->next)
		r = check_pattern(parse, c);
	return r;
}

/* ---- capture modules ---- */

bool mxlog_config_is_capture_name(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";
	static const char rest[] = "abcdefghijklmnopqrstuvwxyz_0123456789";

	return name[0] && strchr(letters, name[0]) &&
	    strspn(name, rest) == strlen(name) &&
	    strlen(name) <= CAPTURE_NAME_MAX;
}

static int check_capture_module(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *list, const struct mxlog_yaml *node)
{
	if (!mxlog_config_is_capture_name(node->text))
		return mxlog_config_refuse(parse, node,
		    "modules: expected a capture module's name (letters a to "
		    "z, digits, _), such as journald");
	if (mxlog_config_item_find(node->text))
		return mxlog_config_refuse(parse, node,
		    "modules: expected a name that is no key of the "
		    "configuration");
	for (const struct mxlog_yaml *c = list->first; c != node; c = c->next)
		if (strcmp(c->text, node->text) == 0)
			return mxlog_config_refuse(parse, node,
			    "modules: expected every module once");
	return 0;
}

int mxlog_config_parse_modules(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node)
{
	struct mxlog_config *config = parse->config;
	int r;

	r = mxlog_config_parse_texts(parse, node, "modules", &config->modules,
	    &config->n_modules);
	if (r < 0 || config->n_modules == 0)
		return r;
	for (const struct mxlog_yaml *c = node->first; c && r == 0; c = c->next)
		r = check_capture_module(parse, node, c);
	return r;
}

/* ---- their sections ---- */

static void add_scalar(struct mxlog_json_build *build,
    const struct mxlog_yaml *node)
{
	const char *text = node->text;

	switch (mxlog_yaml_scalar(node)) {
	case MXLOG_YAML_NULL:
		mxlog_json_add_text(build, NULL);
		break;
	case MXLOG_YAML_TRUE:
	case MXLOG_YAML_FALSE:
		mxlog_json_add_bool(build,
		    mxlog_yaml_scalar(node) == MXLOG_YAML_TRUE);
		break;
	case MXLOG_YAML_NUMBER:
		text += text[0] == '+';
		mxlog_json_add_raw(build, text, strlen(text));
		break;
	case MXLOG_YAML_TEXT:
		mxlog_json_add_text(build, text);
		break;
	}
}

/* Append as JSON; the parser has bounded the depth. */
static void add_value(struct mxlog_json_build *build,
    const struct mxlog_yaml *node)
{
	bool is_mapping = node->type == MXLOG_YAML_MAPPING;

	if (node->type == MXLOG_YAML_SCALAR) {
		add_scalar(build, node);
		return;
	}
	mxlog_json_open(build, is_mapping ? '{' : '[');
	for (const struct mxlog_yaml *c = node->first; c; c = c->next) {
		if (is_mapping)
			mxlog_json_add_key(build, c->text);
		add_value(build, is_mapping ? c->value : c);
	}
	mxlog_json_close(build, is_mapping ? '}' : ']');
}

static int add_section(struct mxlog_buf *buf, const struct mxlog_yaml *node)
{
	struct mxlog_json_build build = { .out = buf };

	if (mxlog_yaml_is_null(node))
		mxlog_json_add_raw(&build, LITERAL("{}"));
	else
		add_value(&build, node);
	return build.r == 0 ? mxlog_buf_add_char(buf, '\0') : build.r;
}

int mxlog_config_parse_section(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *key)
{
	struct mxlog_config *config = parse->config;
	struct mxlog_config_section *sections;
	struct mxlog_buf buf = { 0 };
	char *name;
	size_t n;
	int r;

	r = mxlog_config_expect(parse, key->value, MXLOG_YAML_MAPPING,
	    key->text, &n);
	if (r < 0)
		return r;
	sections = reallocarray(config->sections, config->n_sections + 1,
	    sizeof(*sections));
	if (!sections)
		return -ENOMEM;
	config->sections = sections;

	r = add_section(&buf, key->value);
	name = strdup(key->text);
	if (r < 0 || !name) {
		mxlog_buf_done(&buf);
		free(name);
		return r < 0 ? r : -ENOMEM;
	}
	sections[config->n_sections++] = (struct mxlog_config_section){
		.name = name,
		.json = buf.data,
		.line = key->line,
	};
	return 0;
}
