/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding entries: one pass over the tokens of a line, texts copied into the
 * entry's buffer, which is made large enough for all of them at once. */
#include "base/number.h"
#include "entry/ndjson_decoder.h"

static const struct {
	const char *name;
	size_t len;
} fields[] = {
#define FIELD(id, key, limit, help) [MXLOG_FIELD_##id] = { LITERAL(key) },
#include "tbl/fields.def"
#undef FIELD
};

/* Which field the key is; `hint` is the one that a canonical line would have
 * here. MXLOG_FIELD_COUNT: none. */
static size_t find_field(const struct mxlog_decoder *d, size_t hint)
{
	for (size_t i = 0; i < MXLOG_FIELD_COUNT; i++, hint++) {
		if (hint >= MXLOG_FIELD_COUNT)
			hint = 0;
		if (fields[hint].len == d->token.len && !d->token.escaped &&
		    memcmp(fields[hint].name, d->token.text, d->token.len) == 0)
			return hint;
	}
	for (size_t i = 0; d->token.escaped && i < MXLOG_FIELD_COUNT; i++)
		if (mxlog_decoder_is_key(d, fields[i].name, fields[i].len))
			return i;
	return MXLOG_FIELD_COUNT;
}

static int take_level(struct mxlog_decoder *d, struct mxlog_entry *entry)
{
	enum mxlog_level level;

	/* Aliases are other loggers' names; a line has ours. */
	if (d->token.type != MXLOG_JSON_STRING ||
	    mxlog_level_parse(d->token.text, d->token.len, &level) < 0 ||
	    strlen(mxlog_level_name(level)) != d->token.len ||
	    memcmp(mxlog_level_name(level), d->token.text, d->token.len) != 0)
		return mxlog_decoder_refuse(d,
		    "is none of DEBUG, INFO, WARNING, ERROR, CRITICAL");
	entry->level = level;
	return 0;
}

static int take_line_number(struct mxlog_decoder *d, struct mxlog_entry *entry)
{
	int64_t number;

	if (d->token.type != MXLOG_JSON_NUMBER ||
	    mxlog_number_parse_i64(d->token.text, d->token.len, &number) < 0 ||
	    mxlog_entry_set_line_number(entry, number) < 0)
		return mxlog_decoder_refuse(d, "is no line number");
	return 0;
}

static int take_duration(struct mxlog_decoder *d, struct mxlog_entry *entry)
{
	double value;

	if (d->token.type != MXLOG_JSON_NUMBER ||
	    mxlog_number_parse_double(d->token.text, d->token.len, &value) < 0)
		return mxlog_decoder_refuse(d, "is no number");
	if (mxlog_entry_set_duration_ms(entry, value) < 0)
		return mxlog_decoder_refuse(d, "is negative");
	return 0;
}

static int take_tags(struct mxlog_decoder *d, struct mxlog_entry *entry)
{
	struct mxlog_text_span span;
	int r;

	if (d->token.type != MXLOG_JSON_ARRAY)
		return mxlog_decoder_refuse(d, "is no array");
	for (;;) {
		r = mxlog_decoder_next(d);
		if (r < 0 || d->token.type == MXLOG_JSON_ARRAY_END)
			return r;
		r = mxlog_decoder_take_string(d, &entry->bytes, &span);
		if (r < 0)
			return r;
		if (mxlog_entry_find_tag(entry, mxlog_entry_text(entry, span),
			span.len) < entry->n_tags)
			continue;
		r = mxlog_entry_push_tag(entry, span);
		if (r < 0)
			return r;
	}
}

/* Strings lose their quotes, all else stays JSON. The token is the value. */
static int take_value(struct mxlog_decoder *d, struct mxlog_entry *entry,
    struct mxlog_pair *pair)
{
	int r;

	pair->json = d->token.type != MXLOG_JSON_STRING;
	pair->own = false;
	if (pair->json)
		r = mxlog_decoder_take_json(d, &entry->bytes, &pair->value);
	else
		r = mxlog_decoder_take_string(d, &entry->bytes, &pair->value);
	return r < 0 ? r : mxlog_entry_push_pair(entry, pair);
}

static int take_context(struct mxlog_decoder *d, struct mxlog_entry *entry)
{
	struct mxlog_pair pair;
	int r;

	if (d->token.type != MXLOG_JSON_OBJECT)
		return mxlog_decoder_refuse(d, "is no object");
	while ((r = mxlog_decoder_next_key(d)) > 0) {
		r = mxlog_decoder_take_string(d, &entry->bytes, &pair.key);
		if (r == 0)
			r = mxlog_decoder_next(d);
		if (r == 0)
			r = take_value(d, entry, &pair);
		if (r < 0)
			return r;
	}
	return r;
}

/* The first model has strings; a number is taken as its digits. */
static int take_id(struct mxlog_decoder *d, struct mxlog_entry *entry,
    enum mxlog_field field)
{
	if (d->token.type == MXLOG_JSON_NUMBER)
		d->token.type = MXLOG_JSON_STRING;
	return mxlog_decoder_take_string(d, &entry->bytes, &entry->text[field]);
}

static int take_exception(struct mxlog_decoder *d, struct mxlog_entry *entry)
{
	struct mxlog_exception *exception;
	int r;

	r = mxlog_decoder_take_exception(d, 0, &exception);
	return r < 0 ? r : mxlog_entry_take_exception(entry, &exception);
}

static int take_field(struct mxlog_decoder *d, struct mxlog_entry *entry,
    enum mxlog_field field)
{
	switch (field) {
	case MXLOG_FIELD_TRACE_ID:
		return mxlog_decoder_take_trace_id(d, &entry->bytes,
		    &entry->text[field]);
	case MXLOG_FIELD_TIMESTAMP:
		entry->has_time = true;
		return mxlog_decoder_take_time(d, &entry->time_usec);
	case MXLOG_FIELD_LEVEL:
		return take_level(d, entry);
	case MXLOG_FIELD_LINE_NUMBER:
		return take_line_number(d, entry);
	case MXLOG_FIELD_CONTEXT:
		return take_context(d, entry);
	case MXLOG_FIELD_EXCEPTION:
		return take_exception(d, entry);
	case MXLOG_FIELD_DURATION_MS:
		return take_duration(d, entry);
	case MXLOG_FIELD_TAGS:
		return take_tags(d, entry);
	case MXLOG_FIELD_THREAD_ID:
	case MXLOG_FIELD_PROCESS_ID:
		return take_id(d, entry, field);
	case MXLOG_FIELD_MODULE:
	case MXLOG_FIELD_FUNCTION:
	case MXLOG_FIELD_MESSAGE:
	case MXLOG_FIELD_COUNT:
		break;
	}
	return mxlog_decoder_take_string(d, &entry->bytes, &entry->text[field]);
}

struct decoding {
	struct mxlog_entry *entry;
	unsigned seen; /* one bit for each field */
	size_t hint;   /* the field that a canonical line would have next */
};

/* The token is the key. */
static int take_member(struct mxlog_decoder *d, void *data)
{
	struct decoding *decoding = data;
	struct mxlog_entry *entry = decoding->entry;
	size_t field = find_field(d, decoding->hint);
	struct mxlog_pair pair;
	int r;

	d->key = "the line";
	if (field == MXLOG_FIELD_COUNT) {
		/* The models don't know it: it goes into context. */
		r = mxlog_decoder_take_string(d, &entry->bytes, &pair.key);
		if (r == 0)
			r = mxlog_decoder_next(d);
		return r < 0 ? r : take_value(d, entry, &pair);
	}
	decoding->hint = field + 1;
	d->key = fields[field].name;
	r = mxlog_decoder_next(d);
	if (r < 0)
		return r;
	/* Readers of JSON differ in which of two they take. */
	if (decoding->seen >> field & 1)
		return mxlog_decoder_refuse(d, "is there twice");
	if (mxlog_decoder_is_null(d))
		return 0;
	decoding->seen |= 1U << field;
	return take_field(d, entry, (enum mxlog_field)field);
}

static int decode_members(struct mxlog_decoder *d, struct mxlog_entry *entry)
{
	struct decoding decoding = { .entry = entry };
	int r;

	r = mxlog_decoder_members(d, take_member, &decoding);
	if (r < 0)
		return r;
	d->key = "level";
	return decoding.seen >> MXLOG_FIELD_LEVEL & 1
	    ? 0
	    : mxlog_decoder_refuse(d, "is missing");
}

int mxlog_ndjson_decode(const char *line, size_t len, struct mxlog_entry *entry,
    struct mxlog_error *reterr)
{
	struct mxlog_decoder d;
	int r;

	mxlog_entry_reset(entry);
	r = mxlog_decoder_check_len(line, len, reterr);
	if (r == 0)
		r = mxlog_buf_reserve(&entry->bytes, len + MXLOG_ENTRY_SLACK);
	if (r == 0)
		r = mxlog_decoder_begin(&d, line, len, reterr);
	if (r == 0)
		r = decode_members(&d, entry);
	if (r < 0)
		return r;
	/* Of other loggers' keys, and of equal ones, none is lost. */
	r = mxlog_entry_normalise_keys(entry, entry->n_context);
	if (r == 0)
		r = mxlog_entry_validate(entry, reterr);
	return r == -EINVAL ? mxlog_decoder_not_valid(reterr) : r;
}
