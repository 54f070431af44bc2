/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/redact_found.h"

#include "redact/redact_judge.h"

static bool is_known(const struct mxlog_found *found, const char *text,
    size_t len)
{
	for (size_t i = 0; i < found->n; i++)
		if (found->list[i].len == len &&
		    memcmp(found->text.data + found->list[i].off, text, len) ==
			0)
			return true;
	return false;
}

int mxlog_found_add(struct mxlog_found *found, const char *text, size_t len)
{
	size_t off = found->text.len;
	int r;

	if (len < MXLOG_FOUND_BYTES || len > MXLOG_FOUND_TEXT ||
	    found->n == MXLOG_FOUND_MAX || mxlog_judge_is_word(text, len) ||
	    is_known(found, text, len))
		return 0;
	r = mxlog_buf_add(&found->text, text, len);
	if (r < 0)
		return r;
	found->list[found->n].off = (uint32_t)off;
	found->list[found->n++].len = (uint32_t)len;
	return 0;
}

int mxlog_found_search(const struct mxlog_found *found, const char *text,
    size_t len, struct mxlog_ranges *ranges)
{
	int r = 0;

	for (size_t i = 0; i < found->n; i++) {
		const char *secret = found->text.data + found->list[i].off;
		size_t n = found->list[i].len, at = 0;

		while (at + n <= len && r >= 0) {
			const char *p = memmem(text + at, len - at, secret, n);

			if (!p)
				break;
			at = (size_t)(p - text);
			r = mxlog_ranges_add(ranges, at, at + n,
			    MXLOG_RULE_NAME);
			at += n;
		}
	}
	return r;
}
