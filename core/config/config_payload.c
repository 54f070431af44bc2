/* SPDX-License-Identifier: Apache-2.0 */
/* payload: the members and levels that a site's applications write. */
#include <stdio.h>

#include "base/json_build.h"
#include "config/config_item.h"
#include "config/config_parse.h"
#include "parse/payload_rules.h"

static const char *const lists[MXLOG_PAYLOAD_LISTS] = {
	[MXLOG_PAYLOAD_LEVEL_KEYS] = "level_keys",
	[MXLOG_PAYLOAD_MESSAGE_KEYS] = "message_keys",
	[MXLOG_PAYLOAD_MODULE_KEYS] = "module_keys",
	[MXLOG_PAYLOAD_TIME_KEYS] = "time_keys",
	[MXLOG_PAYLOAD_TRACE_ID_KEYS] = "trace_id_keys",
};

static int refuse_rule(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node, int r)
{
	if (r == -EINVAL)
		return mxlog_config_refuse(parse, node,
		    "payload: expected a member's name of 1 to 127 bytes");
	if (r == -E2BIG)
		return mxlog_config_refuse(parse, node,
		    "payload: expected at most %d members in all and %d "
		    "objects around them",
		    MXLOG_PAYLOAD_RULES, MXLOG_PAYLOAD_INTOS);
	return r;
}

static int read_list(const struct mxlog_config_parse *parse,
    struct mxlog_payload_rules *rules, enum mxlog_payload_list list,
    const struct mxlog_yaml *node)
{
	char what[32];
	size_t n;
	int r;

	(void)snprintf(what, sizeof(what), "payload.%s", lists[list]);
	r = mxlog_config_expect(parse, node, MXLOG_YAML_SEQUENCE, what, &n);
	if (r < 0 || n == 0)
		return r;
	for (const struct mxlog_yaml *c = node->first; c && r == 0;
	     c = c->next) {
		if (c->type != MXLOG_YAML_SCALAR)
			return refuse_rule(parse, c, -EINVAL);
		r = refuse_rule(parse, c,
		    mxlog_payload_rules_add_key(rules, list, c->text));
	}
	return r;
}

static int read_levels(const struct mxlog_config_parse *parse,
    struct mxlog_payload_rules *rules, const struct mxlog_yaml *node)
{
	enum mxlog_level level;
	size_t n;
	int r;

	r = mxlog_config_expect(parse, node, MXLOG_YAML_MAPPING,
	    "payload.levels", &n);
	if (r < 0 || n == 0)
		return r;
	for (const struct mxlog_yaml *k = node->first; k && r == 0;
	     k = k->next) {
		r = mxlog_config_locate(parse, k->value,
		    mxlog_config_read_level(k->text, k->value, &level,
			parse->reterr));
		if (r == 0)
			r = mxlog_payload_rules_add_level(rules, k->text,
			    level);
		if (r == -E2BIG)
			return mxlog_config_refuse(parse, k,
			    "payload.levels: expected at most %d",
			    MXLOG_PAYLOAD_RULES);
	}
	return r;
}

int mxlog_config_parse_payload(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node)
{
	struct mxlog_payload_rules **rules = &parse->config->payload;
	const char *names[MXLOG_PAYLOAD_LISTS + 1];
	size_t n;
	int r;

	memcpy(names, lists, sizeof(lists));
	names[MXLOG_PAYLOAD_LISTS] = "levels";
	r = mxlog_config_expect(parse, node, MXLOG_YAML_MAPPING, "payload", &n);
	if (r == 0)
		r = mxlog_config_expect_keys(parse, node, "payload", names,
		    ARRAY_LEN(names));
	if (r < 0 || n == 0)
		return r;
	r = mxlog_payload_rules_new(rules);
	for (size_t i = 0; i < MXLOG_PAYLOAD_LISTS && r == 0; i++) {
		const struct mxlog_yaml *child =
		    mxlog_config_child(node, lists[i]);

		if (child)
			r = read_list(parse, *rules, (enum mxlog_payload_list)i,
			    child);
	}
	if (r == 0 && mxlog_config_child(node, "levels"))
		r = read_levels(parse, *rules,
		    mxlog_config_child(node, "levels"));
	return r;
}

static void add_list(struct mxlog_json_build *build,
    const struct mxlog_payload_rules *rules, enum mxlog_payload_list list)
{
	bool any = false;

	for (size_t i = 0; i < rules->n_keys; i++) {
		if (rules->list[i] != list)
			continue;
		if (!any) {
			mxlog_json_add_key(build, lists[list]);
			mxlog_json_open(build, '[');
			any = true;
		}
		mxlog_json_add_text(build, rules->key[i].path);
	}
	if (any)
		mxlog_json_close(build, ']');
}

void mxlog_config_encode_payload(const struct mxlog_config *config,
    struct mxlog_json_build *build)
{
	const struct mxlog_payload_rules *rules = config->payload;

	mxlog_json_open(build, '{');
	for (size_t i = 0; rules && i < MXLOG_PAYLOAD_LISTS; i++)
		add_list(build, rules, (enum mxlog_payload_list)i);
	if (rules && rules->n_levels > 0) {
		mxlog_json_add_key(build, "levels");
		mxlog_json_open(build, '{');
		for (size_t i = 0; i < rules->n_levels; i++) {
			mxlog_json_add_key(build, rules->level[i].name);
			mxlog_json_add_text(build,
			    mxlog_level_name(rules->level[i].level));
		}
		mxlog_json_close(build, '}');
	}
	mxlog_json_close(build, '}');
}
