/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/payload_rules.h"

#include <stdlib.h>
#include <strings.h>

static const enum mxlog_payload_use uses[MXLOG_PAYLOAD_LISTS] = {
	[MXLOG_PAYLOAD_LEVEL_KEYS] = MXLOG_USE_LEVEL,
	[MXLOG_PAYLOAD_MESSAGE_KEYS] = MXLOG_USE_MESSAGE,
	[MXLOG_PAYLOAD_MODULE_KEYS] = MXLOG_USE_MODULE,
	[MXLOG_PAYLOAD_TIME_KEYS] = MXLOG_USE_TIMESTAMP,
	[MXLOG_PAYLOAD_TRACE_ID_KEYS] = MXLOG_USE_TRACE_ID,
};

int mxlog_payload_rules_new(struct mxlog_payload_rules **ret)
{
	struct mxlog_payload_rules *rules = calloc(1, sizeof(*rules));

	if (!rules)
		return -ENOMEM;
	rules->refs = 1;
	*ret = rules;
	return 0;
}

struct mxlog_payload_rules *mxlog_payload_rules_ref(
    struct mxlog_payload_rules *rules)
{
	if (rules)
		(void)__atomic_fetch_add(&rules->refs, 1, __ATOMIC_RELAXED);
	return rules;
}

void mxlog_payload_rules_free(struct mxlog_payload_rules *rules)
{
	if (!rules || __atomic_sub_fetch(&rules->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	for (size_t i = 0; i < rules->n_keys; i++)
		free((void *)(uintptr_t)rules->key[i].path);
	for (size_t i = 0; i < rules->n_levels; i++)
		free(rules->level[i].name);
	free(rules);
}

static int add_into(struct mxlog_payload_rules *rules, const char *path,
    size_t len)
{
	if (mxlog_payload_rules_find_into(rules, path, len) >= 0)
		return 0;
	if (rules->n_intos == MXLOG_PAYLOAD_INTOS)
		return -E2BIG;
	rules->into[rules->n_intos].path = path;
	rules->into[rules->n_intos++].len = len;
	return 0;
}

int mxlog_payload_rules_add_key(struct mxlog_payload_rules *rules,
    enum mxlog_payload_list list, const char *path)
{
	size_t len = strlen(path);
	char *copy;
	int r = 0;

	if (len == 0 || len >= MXLOG_PAYLOAD_PATH)
		return -EINVAL;
	if (rules->n_keys == MXLOG_PAYLOAD_RULES)
		return -E2BIG;
	copy = strdup(path);
	if (!copy)
		return -ENOMEM;
	rules->key[rules->n_keys] = (struct mxlog_payload_key){ .path = copy,
		.len = len,
		.use = uses[list],
		.rank = (int)rules->n_keys - MXLOG_PAYLOAD_RULES };
	rules->list[rules->n_keys++] = list;
	for (size_t i = 1; r == 0 && i < len; i++)
		if (copy[i] == '.')
			r = add_into(rules, copy, i);
	return r;
}

int mxlog_payload_rules_add_level(struct mxlog_payload_rules *rules,
    const char *name, enum mxlog_level level)
{
	char *copy;

	if (rules->n_levels == MXLOG_PAYLOAD_RULES)
		return -E2BIG;
	copy = strdup(name);
	if (!copy)
		return -ENOMEM;
	rules->level[rules->n_levels].name = copy;
	rules->level[rules->n_levels].len = strlen(copy);
	rules->level[rules->n_levels++].level = level;
	return 0;
}

const struct mxlog_payload_key *mxlog_payload_rules_find(
    const struct mxlog_payload_rules *rules, const char *path, size_t len)
{
	for (size_t i = 0; i < rules->n_keys; i++)
		if (rules->key[i].len == len &&
		    memcmp(rules->key[i].path, path, len) == 0)
			return &rules->key[i];
	return NULL;
}

bool mxlog_payload_rules_find_level(const struct mxlog_payload_rules *rules,
    const char *name, size_t len, enum mxlog_level *ret)
{
	for (size_t i = 0; i < rules->n_levels; i++) {
		if (rules->level[i].len != len ||
		    strncasecmp(rules->level[i].name, name, len) != 0)
			continue;
		*ret = rules->level[i].level;
		return true;
	}
	return false;
}

int mxlog_payload_rules_find_into(const struct mxlog_payload_rules *rules,
    const char *path, size_t len)
{
	for (size_t i = 0; i < rules->n_intos; i++)
		if (rules->into[i].len == len &&
		    memcmp(rules->into[i].path, path, len) == 0)
			return (int)i;
	return -1;
}
