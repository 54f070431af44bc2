/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/filter.h"

#include <endian.h>

#include "base/timestamp.h"
#include "base/ulid.h"
#include "entry/name.h"

void mxlog_filter_init(struct mxlog_filter *filter,
    const struct mxlog_query *query)
{
	*filter = (struct mxlog_filter){
		.query = query,
		.by_trace_id = query->has_trace_id,
		.by_module = query->n_modules + query->n_excluded > 0,
	};
	mxlog_filter_narrow(filter, query->since_usec, query->until_usec);
}

void mxlog_filter_narrow(struct mxlog_filter *filter, int64_t since_usec,
    int64_t until_usec)
{
	filter->has_since = since_usec > MXLOG_TIMESTAMP_MIN;
	filter->has_until = until_usec < MXLOG_TIMESTAMP_MAX;
	/* Out of the years that there are: the ends that exist say the same,
	 * but for a range that is empty anyway. */
	mxlog_timestamp_format(filter->since, since_usec);
	mxlog_timestamp_format(filter->until, until_usec);
	filter->any = filter->has_since || filter->has_until ||
	    filter->by_trace_id || filter->by_module ||
	    filter->query->levels != 0;
}

/* With these bytes, all else being canonical, no other id can be meant: if one
 * differs in value the id does, or is none. */
static enum mxlog_verdict check_trace_id(const char *id, const char *wanted)
{
	bool same = true;

	for (size_t i = 0; i < MXLOG_ULID_LEN; i++) {
		if (id[i] == wanted[i])
			continue;
		same = false;
		if (mxlog_ulid_digit(id[i]) != mxlog_ulid_digit(wanted[i]))
			return MXLOG_NO;
	}
	return same ? MXLOG_MAYBE : MXLOG_UNKNOWN;
}

static uint64_t big_endian(const char *text)
{
	uint64_t word;

	memcpy(&word, text, sizeof(word));
	return be64toh(word);
}

/* The order of two times without their Z, which differ only in their digits:
 * mostly the first half of the day's tells. */
static inline int compare_times(const char *a, const char *b)
{
	uint64_t x = big_endian(a + 8), y = big_endian(b + 8);

	if (x == y || memcmp(a, b, 8) != 0)
		return memcmp(a, b, 26);
	return x < y ? -1 : 1;
}

/* Times of this form order as their text does; :60 is left to the decoder. */
static enum mxlog_verdict check_time(const struct mxlog_filter *filter,
    const char *t)
{
	if (t[10] != 'T' || t[19] != '.' || t[26] != 'Z' || t[17] > '5')
		return MXLOG_UNKNOWN;
	if (filter->has_since && compare_times(t, filter->since) < 0)
		return MXLOG_NO;
	if (filter->has_until && compare_times(t, filter->until) > 0)
		return MXLOG_NO;
	return MXLOG_MAYBE;
}

static enum mxlog_verdict judge_module(const struct mxlog_filter *filter,
    const char *module, size_t len)
{
	if (!mxlog_module_is_valid(module, len))
		return MXLOG_UNKNOWN;
	return mxlog_query_wants_module(filter->query, module, len)
	    ? MXLOG_MAYBE
	    : MXLOG_NO;
}

/* It is too long to be kept. */
static enum mxlog_verdict check_long_module(const struct mxlog_filter *filter,
    const char *module, const char *end)
{
	const char *quote = memchr(module, '"',
	    MIN((size_t)(end - module), (size_t)MXLOG_NAME_BYTES + 1));

	return quote ? judge_module(filter, module, (size_t)(quote - module))
		     : MXLOG_UNKNOWN;
}

static enum mxlog_verdict check_module(struct mxlog_filter *filter,
    const char *module, const char *end)
{
	char text[MXLOG_MODULE_SLOT_BYTES];
	size_t len = mxlog_module_slot_text(module, text);
	struct mxlog_filter_module *kept;

	if (len == MXLOG_MODULE_SLOT_BYTES)
		return check_long_module(filter, module, end);
	if (len == 0 || module[len] != '"')
		return MXLOG_UNKNOWN;
	kept = &filter->modules[mxlog_module_slot(text)];
	if (memcmp(kept->text, text, sizeof(text)) != 0) {
		memcpy(kept->text, text, sizeof(text));
		kept->verdict = judge_module(filter, module, len);
	}
	return kept->verdict;
}

static enum mxlog_verdict check_level(const struct mxlog_filter *filter,
    const char *at, size_t *ret_len)
{
	enum mxlog_level level = mxlog_canonical_line_level(at, ret_len);

	if (level == 0)
		return MXLOG_UNKNOWN;
	return mxlog_query_wants_level(filter->query, level) ? MXLOG_MAYBE
							     : MXLOG_NO;
}

enum mxlog_verdict mxlog_filter_check(struct mxlog_filter *filter,
    const char *line, const char *end)
{
	enum mxlog_verdict verdict;
	const char *at = line + MXLOG_CANONICAL_LEVEL;
	size_t level_len = 0;

	if (!mxlog_canonical_line_has_prefix(line))
		return MXLOG_UNKNOWN;
	if (filter->by_trace_id) {
		verdict = check_trace_id(line + MXLOG_CANONICAL_TRACE_ID,
		    filter->query->trace_id);
		if (verdict != MXLOG_MAYBE)
			return verdict;
	}
	if (filter->has_since || filter->has_until) {
		verdict = check_time(filter, line + MXLOG_CANONICAL_TIME);
		if (verdict != MXLOG_MAYBE)
			return verdict;
	}
	if (filter->query->levels == 0 && !filter->by_module)
		return MXLOG_MAYBE;
	verdict = check_level(filter, at, &level_len);
	if (verdict != MXLOG_MAYBE || !filter->by_module)
		return verdict;
	at += level_len;
	if (memcmp(at, LITERAL("\",\"module\":\"")) != 0)
		return MXLOG_UNKNOWN;
	return check_module(filter, at + 12, end);
}
