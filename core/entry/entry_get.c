/* SPDX-License-Identifier: Apache-2.0 */
/* What an entry holds, for who did not write it. */
#include "entry/entry_private.h"

static struct mxlog_text text_at(const struct mxlog_entry *entry,
    struct mxlog_text_span span)
{
	return (struct mxlog_text){ mxlog_entry_text(entry, span), span.len };
}

bool mxlog_entry_has_time(const struct mxlog_entry *entry)
{
	return entry && entry->has_time;
}

int mxlog_entry_get_line_number(const struct mxlog_entry *entry, int32_t *ret)
{
	if (!entry || !ret)
		return -EINVAL;
	if (!entry->has_line_number)
		return 0;
	*ret = entry->line_number;
	return 1;
}

int mxlog_entry_get_duration_ms(const struct mxlog_entry *entry, double *ret)
{
	if (!entry || !ret)
		return -EINVAL;
	if (!entry->has_duration)
		return 0;
	*ret = entry->duration_ms;
	return 1;
}

int mxlog_entry_get_tag(const struct mxlog_entry *entry, size_t index,
    struct mxlog_text *ret)
{
	if (!entry || !ret)
		return -EINVAL;
	if (index >= entry->n_tags)
		return 0;
	*ret = text_at(entry, entry->tags[index]);
	return 1;
}

int mxlog_entry_get_context(const struct mxlog_entry *entry, size_t index,
    struct mxlog_text *ret_key, struct mxlog_text *ret_value, bool *ret_json)
{
	if (!entry || !ret_key || !ret_value || !ret_json)
		return -EINVAL;
	if (index >= entry->n_context)
		return 0;
	*ret_key = text_at(entry, entry->context[index].key);
	*ret_value = text_at(entry, entry->context[index].value);
	*ret_json = entry->context[index].json;
	return 1;
}

int mxlog_entry_find_context(const struct mxlog_entry *entry, const char *key,
    size_t key_len, struct mxlog_text *ret_value, bool *ret_json)
{
	struct mxlog_text name;
	int r = -EINVAL;

	if (!key)
		return -EINVAL;
	for (size_t i = 0; (r = mxlog_entry_get_context(entry, i, &name,
				ret_value, ret_json)) > 0;
	     i++)
		if (name.len == key_len && memcmp(name.text, key, key_len) == 0)
			break;
	return r;
}

const struct mxlog_exception *mxlog_entry_get_exception(
    const struct mxlog_entry *entry)
{
	return entry ? entry->exception : NULL;
}
