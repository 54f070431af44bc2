/* SPDX-License-Identifier: Apache-2.0 */
#include "order/sort_key.h"

#include <endian.h>

#include "base/ulid.h"

#define SIGN (UINT64_C(1) << 63)

static void set(struct mxlog_sort_key *key, uint64_t hi, uint64_t lo,
    bool descending)
{
	key->hi = descending ? ~hi : hi;
	key->lo = descending ? ~lo : lo;
	key->missing = false;
}

void mxlog_sort_key_from_int(struct mxlog_sort_key *key, int64_t value,
    bool descending)
{
	set(key, (uint64_t)value ^ SIGN, 0, descending);
}

/* IEEE 754 doubles order as integers once negative ones are inverted. */
void mxlog_sort_key_from_double(struct mxlog_sort_key *key, double value,
    bool descending)
{
	uint64_t bits;

	if (value == 0)
		value = 0; /* not -0 */
	memcpy(&bits, &value, sizeof(bits));
	bits = bits & SIGN ? ~bits : bits | SIGN;
	set(key, bits, 0, descending);
}

void mxlog_sort_key_from_text(struct mxlog_sort_key *key, const char *text,
    size_t len, bool descending)
{
	uint64_t words[2] = { 0, 0 };

	memcpy(words, text, MIN(len, sizeof(words)));
	set(key, be64toh(words[0]), be64toh(words[1]), descending);
	if (len > sizeof(words)) {
		key->extra = text + sizeof(words);
		key->extra_len = len - sizeof(words);
	}
}

void mxlog_sort_key_from_ulid(struct mxlog_sort_key *key, const char *text,
    size_t len, bool descending)
{
	struct mxlog_ulid id;

	if (mxlog_ulid_parse(text, len, &id) < 0) {
		key->missing = true;
		return;
	}
	set(key, id.hi, id.lo, descending);
}

static void from_span(struct mxlog_sort_key *key, const char *base,
    struct mxlog_text_span span, bool id, bool descending)
{
	if (!MXLOG_IS_SET(span))
		return;
	if (id)
		mxlog_sort_key_from_ulid(key, base + span.off, span.len,
		    descending);
	else
		mxlog_sort_key_from_text(key, base + span.off, span.len,
		    descending);
}

void mxlog_sort_key_of_entry(const struct mxlog_query *query,
    const struct mxlog_entry *entry, struct mxlog_sort_key *ret)
{
	const char *base = entry->bytes.data;
	bool descending = query->descending;

	*ret = (struct mxlog_sort_key){ .time_usec = entry->time_usec,
		.missing = true };
	switch (query->order) {
	case MXLOG_ORDER_TIMESTAMP:
		mxlog_sort_key_from_int(ret, entry->time_usec, descending);
		break;
	case MXLOG_ORDER_LEVEL:
		mxlog_sort_key_from_int(ret, entry->level, descending);
		break;
	case MXLOG_ORDER_MODULE:
		from_span(ret, base, entry->text[MXLOG_FIELD_MODULE], false,
		    descending);
		break;
	case MXLOG_ORDER_TRACE_ID:
		from_span(ret, base, entry->text[MXLOG_FIELD_TRACE_ID], true,
		    descending);
		break;
	case MXLOG_ORDER_DURATION_MS:
		if (entry->has_duration)
			mxlog_sort_key_from_double(ret, entry->duration_ms,
			    descending);
		break;
	case MXLOG_ORDER_LINE_NUMBER:
		if (entry->has_line_number)
			mxlog_sort_key_from_int(ret, entry->line_number,
			    descending);
		break;
	case MXLOG_ORDER_COUNT:
		break;
	}
}

void mxlog_sort_key_of_metric(const struct mxlog_query *query,
    const struct mxlog_metric *metric, struct mxlog_sort_key *ret)
{
	*ret = (struct mxlog_sort_key){ .time_usec = metric->time_usec,
		.missing = true };
	if (query->order == MXLOG_ORDER_TIMESTAMP)
		mxlog_sort_key_from_int(ret, metric->time_usec,
		    query->descending);
	else if (query->order == MXLOG_ORDER_TRACE_ID)
		from_span(ret, metric->bytes.data, metric->trace_id, true,
		    query->descending);
}
