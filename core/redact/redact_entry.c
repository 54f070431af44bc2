/* SPDX-License-Identifier: Apache-2.0 */
/* Redaction of entries and metrics: which texts there are, and what a key says
 * about its value. */
#include "base/json.h"
#include "redact/redact_json.h"
#include "redact/redact_judge.h"
#include "redact/redact_private.h"

#define FAILED_TAG "redaction_failed"

enum {
	HEADER_MESSAGE = 8192, /* bytes of a message that a tag may name */
};

static const size_t limits[MXLOG_FIELD_COUNT] = {
#define FIELD(id, key, limit, help) limit,
#include "tbl/fields.def"
#undef FIELD
};

/* Is there a hit in this part of the bytes that were scanned? */
static bool has_hit(const struct mxlog_hits *hits, struct mxlog_text_span span)
{
	for (size_t i = 0; i < hits->n; i++)
		if (mxlog_rule_hit_is_in(&hits->list[i], span.off, span.len))
			return true;
	return false;
}

/* Is it to be looked at? */
static inline bool is_wanted(const struct mxlog_redactor *redactor,
    struct mxlog_text_span span)
{
	const struct mxlog_hits *hits = &redactor->hits;

	if (!MXLOG_IS_SET(span) || span.len == 0)
		return false;
	if (hits->more || redactor->search_all)
		return true;
	return span.off < hits->end && span.off + span.len > hits->first &&
	    has_hit(hits, span);
}

/* True if anything of these bytes is to be looked at. */
static bool scan(struct mxlog_redactor *redactor, const struct mxlog_buf *bytes)
{
	mxlog_rules_scan(redactor->rules, bytes->data, bytes->len,
	    &redactor->hits);
	return redactor->hits.n > 0 || redactor->search_all;
}

static void scan_start(struct mxlog_redactor *redactor,
    const struct mxlog_buf *bytes, struct mxlog_text_span span)
{
	if (mxlog_is_letter(bytes->data[span.off - 1]) ||
	    mxlog_is_digit(bytes->data[span.off - 1]))
		mxlog_rules_scan_first(redactor->rules, bytes->data, span.off,
		    span.len, &redactor->hits);
}

/* The texts stand one after the other: what a text begins with was not seen as
 * the beginning of a word. */
static inline void scan_first(struct mxlog_redactor *redactor,
    const struct mxlog_buf *bytes, struct mxlog_text_span span)
{
	if (MXLOG_IS_SET(span) && span.len >= MXLOG_KEYWORD_MIN &&
	    span.off > 0 &&
	    UNLIKELY(mxlog_keyword_may_start(redactor->starts,
		bytes->data + span.off)))
		scan_start(redactor, bytes, span);
}

static bool scan_entry(struct mxlog_redactor *redactor,
    const struct mxlog_entry *entry)
{
	(void)scan(redactor, &entry->bytes);
	for (size_t i = 0; i < MXLOG_FIELD_COUNT; i++)
		scan_first(redactor, &entry->bytes, entry->text[i]);
	for (size_t i = 0; i < entry->n_tags; i++)
		scan_first(redactor, &entry->bytes, entry->tags[i]);
	for (size_t i = 0; i < entry->n_context; i++) {
		scan_first(redactor, &entry->bytes, entry->context[i].key);
		if (!entry->context[i].json)
			scan_first(redactor, &entry->bytes,
			    entry->context[i].value);
	}
	return redactor->hits.n > 0 || redactor->search_all;
}

static bool scan_exception(struct mxlog_redactor *redactor,
    const struct mxlog_exception *exception)
{
	const struct mxlog_buf *bytes = &exception->bytes;

	(void)scan(redactor, bytes);
	scan_first(redactor, bytes, exception->type);
	scan_first(redactor, bytes, exception->message);
	for (size_t i = 0; i < exception->n_frames; i++) {
		scan_first(redactor, bytes, exception->frames[i].file);
		scan_first(redactor, bytes, exception->frames[i].function);
		scan_first(redactor, bytes, exception->frames[i].code);
	}
	return redactor->hits.n > 0 || redactor->search_all;
}

static bool scan_metric(struct mxlog_redactor *redactor,
    const struct mxlog_metric *metric)
{
	(void)scan(redactor, &metric->bytes);
	scan_first(redactor, &metric->bytes, metric->trace_id);
	scan_first(redactor, &metric->bytes, metric->name);
	scan_first(redactor, &metric->bytes, metric->unit);
	for (size_t i = 0; i < metric->n_tags; i++) {
		scan_first(redactor, &metric->bytes, metric->tags[i].key);
		scan_first(redactor, &metric->bytes, metric->tags[i].value);
	}
	return redactor->hits.n > 0 || redactor->search_all;
}

/* Put a new text behind the others; what is longer than `max` is cut. */
static int store(struct mxlog_redactor *redactor, struct mxlog_buf *bytes,
    const struct mxlog_buf *text, size_t max, struct mxlog_text_span *ret)
{
	return mxlog_text_span_store(bytes, text->data, text->len, max, ret,
	    &redactor->truncated);
}

static int hide(struct mxlog_redactor *redactor, struct mxlog_buf *bytes,
    struct mxlog_text_span *ret)
{
	return mxlog_text_span_store(bytes, redactor->text, redactor->text_len,
	    SIZE_MAX, ret, &redactor->truncated);
}

static int redact_span(struct mxlog_redactor *redactor, struct mxlog_buf *bytes,
    size_t max, struct mxlog_text_span *span)
{
	int r;

	if (!is_wanted(redactor, *span))
		return 0;
	r = mxlog_redact_string(redactor, bytes->data + span->off, span->len,
	    &redactor->hits, span->off, &redactor->out);
	if (r <= 0)
		return r;
	return store(redactor, bytes, &redactor->out, max, span);
}

/* ---- what a key says about its value ---- */

static bool is_redacted(const struct mxlog_redactor *redactor, const char *text,
    size_t len)
{
	return len == redactor->text_len &&
	    memcmp(text, redactor->text, len) == 0;
}

static bool is_secret(const struct mxlog_redactor *redactor,
    struct mxlog_name name, const char *text, size_t len)
{
	return name.kind != MXLOG_NAME_OTHER && name.kind != MXLOG_NAME_QUERY &&
	    len > 0 && !is_redacted(redactor, text, len) &&
	    mxlog_value_is_secret(name, text, len);
}

/* ---- JSON values ---- */

/* Walks a value and writes it anew into redactor->value, from where the first
 * change is. */
struct walk {
	struct mxlog_redactor *redactor;
	const char *copied; /* up to here it is written */
	bool changed;
};

static int write_instead(struct walk *walk,
    const struct mxlog_json_token *token, const char *text, size_t len)
{
	struct mxlog_buf *value = &walk->redactor->value;
	bool quoted =
	    token->type == MXLOG_JSON_KEY || token->type == MXLOG_JSON_STRING;
	const char *start = token->text - quoted;
	int r;

	r = mxlog_buf_add(value, walk->copied, (size_t)(start - walk->copied));
	if (r < 0)
		return r;
	walk->copied = token->text + token->len + quoted;
	walk->changed = true;
	return mxlog_json_quote(value, text, len);
}

/* The text that a string or key stands for. */
static int get_text(struct walk *walk, const struct mxlog_json_token *token,
    const char **ret, size_t *ret_len)
{
	struct mxlog_buf *decoded = &walk->redactor->decoded;
	int r;

	*ret = token->text;
	*ret_len = token->len;
	if (!token->escaped)
		return 0;
	decoded->len = 0;
	r = mxlog_json_decode(decoded, token);
	*ret = decoded->data;
	*ret_len = decoded->len;
	return r;
}

static int redact_token(struct walk *walk, const struct mxlog_json_token *token)
{
	struct mxlog_redactor *redactor = walk->redactor;
	const char *text;
	size_t len;
	int r = get_text(walk, token, &text, &len);

	if (r < 0)
		return r;
	r = mxlog_redact_string(redactor, text, len, NULL, 0, &redactor->out);
	if (r <= 0)
		return r;
	return write_instead(walk, token, redactor->out.data,
	    redactor->out.len);
}

/* A user's pattern may be made for numbers. */
static int redact_number(struct walk *walk,
    const struct mxlog_json_token *token)
{
	struct mxlog_redactor *redactor = walk->redactor;
	int r;

	if (!mxlog_rules_have_patterns(redactor->rules))
		return 0;
	r = mxlog_redact_string(redactor, token->text, token->len, NULL, 0,
	    &redactor->out);
	if (r <= 0)
		return r;
	return write_instead(walk, token, redactor->text, redactor->text_len);
}

static int redact_value(void *data, const struct mxlog_json_token *token,
    enum mxlog_json_verdict verdict)
{
	struct walk *walk = data;
	struct mxlog_redactor *redactor = walk->redactor;

	if (verdict == MXLOG_JSON_SECRET) {
		if (is_redacted(redactor, token->text, token->len))
			return 0;
		if (mxlog_found_add(&redactor->found, token->text, token->len) <
		    0)
			return -ENOMEM;
		redactor->stats.redactions++;
		return write_instead(walk, token, redactor->text,
		    redactor->text_len);
	}
	if (token->type == MXLOG_JSON_NUMBER)
		return redact_number(walk, token);
	return redact_token(walk, token);
}

/* 1 and the new value in redactor->value, 0 for no change, -ENOMEM, -EBADMSG
 * for what is no JSON. `name` is that of the value's key. */
static int walk_json(struct mxlog_redactor *redactor, struct mxlog_name name,
    const char *text, size_t len)
{
	struct walk walk = { .redactor = redactor, .copied = text };
	size_t end;
	int r;

	redactor->value.len = 0;
	r = mxlog_json_judge(text, len, name, redact_value, &walk, &end);
	if (r < 0 || !walk.changed)
		return r;
	r = mxlog_buf_add(&redactor->value, walk.copied,
	    (size_t)(text + len - walk.copied));
	return r < 0 ? r : 1;
}

/* ---- entries ---- */

/* The value goes as a whole. */
static int hide_value(struct mxlog_redactor *redactor,
    struct mxlog_entry *entry, struct mxlog_pair *pair)
{
	pair->json = false;
	return hide(redactor, &entry->bytes, &pair->value);
}

static int redact_json(struct mxlog_redactor *redactor,
    struct mxlog_entry *entry, struct mxlog_name name, struct mxlog_pair *pair)
{
	int r = walk_json(redactor, name, mxlog_entry_text(entry, pair->value),
	    pair->value.len);

	if (r == -EBADMSG ||
	    (r > 0 && redactor->value.len > MXLOG_SPAN_BYTES / 2)) {
		redactor->failed = true;
		redactor->stats.failures++;
		return hide_value(redactor, entry, pair);
	}
	if (r <= 0)
		return r;
	return store(redactor, &entry->bytes, &redactor->value, SIZE_MAX,
	    &pair->value);
}

static int redact_pair(struct mxlog_redactor *redactor,
    struct mxlog_entry *entry, struct mxlog_name beside,
    struct mxlog_pair *pair)
{
	const char *key = mxlog_entry_text(entry, pair->key);
	struct mxlog_name name = { 0 };

	if (is_wanted(redactor, pair->key))
		name = mxlog_name_classify(key, pair->key.len);
	if (beside.kind != MXLOG_NAME_OTHER &&
	    mxlog_json_holds_value(key, pair->key.len))
		name = beside;
	if (pair->json)
		return name.kind != MXLOG_NAME_OTHER ||
			is_wanted(redactor, pair->value)
		    ? redact_json(redactor, entry, name, pair)
		    : 0;
	if (is_secret(redactor, name, mxlog_entry_text(entry, pair->value),
		pair->value.len)) {
		if (mxlog_found_add(&redactor->found,
			mxlog_entry_text(entry, pair->value),
			pair->value.len) < 0)
			return -ENOMEM;
		redactor->stats.redactions++;
		return hide_value(redactor, entry, pair);
	}
	return redact_span(redactor, &entry->bytes, MXLOG_ENTRY_TEXT,
	    &pair->value);
}

static bool is_text(const struct mxlog_entry *entry,
    struct mxlog_text_span span, const char *text)
{
	return MXLOG_IS_SET(span) && span.len == strlen(text) &&
	    memcmp(mxlog_entry_text(entry, span), text, span.len) == 0;
}

/* The name of a secret that stands beside its value: {"name": "DB_PASSWORD",
 * "value": …}, {"kind": "Secret", "data": …}. */
static struct mxlog_name find_name_beside(const struct mxlog_redactor *redactor,
    const struct mxlog_entry *entry)
{
	struct mxlog_name name = { 0 };

	for (size_t i = 0; i < entry->n_context; i++) {
		const struct mxlog_pair *pair = &entry->context[i];

		if (pair->json || !is_wanted(redactor, pair->value))
			continue;
		if (is_text(entry, pair->key, "kind") &&
		    is_text(entry, pair->value, "Secret"))
			return (struct mxlog_name){ .kind = MXLOG_NAME_SECRET };
		if (mxlog_json_holds_name(mxlog_entry_text(entry, pair->key),
			pair->key.len))
			name = mxlog_name_classify(mxlog_entry_text(entry,
						       pair->value),
			    pair->value.len);
		if (name.kind != MXLOG_NAME_OTHER)
			return name;
	}
	return name;
}

static int redact_context(struct mxlog_redactor *redactor,
    struct mxlog_entry *entry)
{
	struct mxlog_name beside = find_name_beside(redactor, entry);
	int r = 0;

	for (size_t i = 0; i < entry->n_context && r >= 0; i++) {
		r = redact_pair(redactor, entry, beside, &entry->context[i]);
		if (r >= 0)
			r = redact_span(redactor, &entry->bytes,
			    MXLOG_ENTRY_NAME, &entry->context[i].key);
	}
	return r;
}

/* ---- the header ---- */

/* Of what was found in "module: message": the message, or what is opaque in it;
 * programs may be named like a secret. */
static bool is_header_secret(const char *text, size_t start, size_t end,
    size_t message, size_t len)
{
	return (start <= message + 1 && end + 2 >= len &&
		   !memchr(text + message, ' ', len - message)) ||
	    mxlog_judge_is_opaque(text + start, end - start) ||
	    memchr(text + start, '=', end - start);
}

static size_t clip_to_message(struct mxlog_ranges *ranges, const char *text,
    size_t message, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < ranges->n; i++) {
		struct mxlog_range range = ranges->list[i];

		if (range.end <= message)
			continue;
		range.start = MAX(range.start, message);
		if (!is_header_secret(text, range.start, range.end, message,
			len))
			continue;
		range.start -= message;
		range.end -= message;
		ranges->list[n++] = range;
	}
	ranges->n = n;
	return n;
}

/* A sender without a header: "password: x" has the tag password. */
static int redact_header(struct mxlog_redactor *redactor,
    struct mxlog_entry *entry)
{
	struct mxlog_text_span module = entry->text[MXLOG_FIELD_MODULE];
	struct mxlog_text_span *message = &entry->text[MXLOG_FIELD_MESSAGE];
	struct mxlog_buf *joined = &redactor->value;
	size_t start;
	int r;

	if (!is_wanted(redactor, module) || !MXLOG_IS_SET(*message) ||
	    message->len == 0 || message->len > HEADER_MESSAGE)
		return 0;
	joined->len = 0;
	r = mxlog_buf_add(joined, mxlog_entry_text(entry, module), module.len);
	if (r >= 0)
		r = mxlog_buf_add(joined, LITERAL(": "));
	start = joined->len;
	if (r >= 0)
		r = mxlog_buf_add(joined, mxlog_entry_text(entry, *message),
		    message->len);
	if (r >= 0)
		r = mxlog_redact_find(redactor, joined->data, joined->len, NULL,
		    0);
	if (r < 0 ||
	    clip_to_message(&redactor->ranges, joined->data, start,
		joined->len) == 0)
		return r;
	redactor->out.len = 0;
	r = mxlog_redact_replace(redactor, joined->data + start,
	    joined->len - start, &redactor->out);
	return r < 0 ? r
		     : store(redactor, &entry->bytes, &redactor->out,
			   limits[MXLOG_FIELD_MESSAGE], message);
}

static int redact_texts(struct mxlog_redactor *redactor,
    struct mxlog_entry *entry)
{
	int r = redact_header(redactor, entry);

	for (size_t i = 0; i < MXLOG_FIELD_COUNT && r >= 0; i++)
		r = redact_span(redactor, &entry->bytes, limits[i],
		    &entry->text[i]);
	for (size_t i = 0; i < entry->n_tags && r >= 0; i++)
		r = redact_span(redactor, &entry->bytes, MXLOG_ENTRY_NAME,
		    &entry->tags[i]);
	return r < 0 ? r : redact_context(redactor, entry);
}

static int redact_frame(struct mxlog_redactor *redactor,
    struct mxlog_buf *bytes, struct mxlog_frame *frame)
{
	int r = redact_span(redactor, bytes, MXLOG_ENTRY_TEXT, &frame->file);

	if (r >= 0)
		r = redact_span(redactor, bytes, MXLOG_ENTRY_TEXT,
		    &frame->function);
	if (r >= 0)
		r = redact_span(redactor, bytes, MXLOG_ENTRY_TEXT,
		    &frame->code);
	return r;
}

static int redact_exception(struct mxlog_redactor *redactor,
    struct mxlog_exception *exception)
{
	int r;

	if (!scan_exception(redactor, exception))
		return 0;
	r = redact_span(redactor, &exception->bytes, MXLOG_ENTRY_TEXT,
	    &exception->type);
	if (r >= 0)
		r = redact_span(redactor, &exception->bytes, MXLOG_ENTRY_TEXT,
		    &exception->message);
	for (size_t i = 0; i < exception->n_frames && r >= 0; i++)
		r = redact_frame(redactor, &exception->bytes,
		    &exception->frames[i]);
	return r;
}

/* ---- the same secrets again ---- */

static int hide_again(struct mxlog_redactor *redactor, struct mxlog_buf *bytes,
    size_t max, struct mxlog_text_span *span)
{
	int r;

	if (!MXLOG_IS_SET(*span) || span->len < MXLOG_FOUND_BYTES)
		return 0;
	r = mxlog_redact_again(redactor, bytes->data + span->off, span->len,
	    &redactor->out);
	return r <= 0 ? r : store(redactor, bytes, &redactor->out, max, span);
}

/* In a JSON value the redaction text must not break it. */
static int hide_again_in_pair(struct mxlog_redactor *redactor,
    struct mxlog_entry *entry, struct mxlog_pair *pair)
{
	int r;

	if (!pair->json || pair->value.len < MXLOG_FOUND_BYTES)
		return hide_again(redactor, &entry->bytes, MXLOG_ENTRY_TEXT,
		    &pair->value);
	r = mxlog_redact_again(redactor, mxlog_entry_text(entry, pair->value),
	    pair->value.len, &redactor->out);
	if (r <= 0)
		return r;
	redactor->value.len = 0;
	r = mxlog_json_compact(&redactor->value, redactor->out.data,
	    redactor->out.len);
	if (r == -ENOMEM)
		return r;
	return r < 0 ? hide_value(redactor, entry, pair)
		     : store(redactor, &entry->bytes, &redactor->value,
			   SIZE_MAX, &pair->value);
}

static int hide_again_in_exception(struct mxlog_redactor *redactor,
    struct mxlog_exception *exception)
{
	int r = hide_again(redactor, &exception->bytes, MXLOG_ENTRY_TEXT,
	    &exception->message);

	for (size_t i = 0; i < exception->n_frames && r >= 0; i++)
		r = hide_again(redactor, &exception->bytes, MXLOG_ENTRY_TEXT,
		    &exception->frames[i].code);
	return r;
}

static int hide_all_again(struct mxlog_redactor *redactor,
    struct mxlog_entry *entry)
{
	struct mxlog_exception *exception = entry->exception;
	int r = 0;

	for (size_t i = 0; i < MXLOG_FIELD_COUNT && r >= 0; i++)
		r = hide_again(redactor, &entry->bytes, limits[i],
		    &entry->text[i]);
	for (size_t i = 0; i < entry->n_tags && r >= 0; i++)
		r = hide_again(redactor, &entry->bytes, MXLOG_ENTRY_NAME,
		    &entry->tags[i]);
	for (size_t i = 0; i < entry->n_context && r >= 0; i++) {
		r = hide_again_in_pair(redactor, entry, &entry->context[i]);
		if (r >= 0)
			r = hide_again(redactor, &entry->bytes,
			    MXLOG_ENTRY_NAME, &entry->context[i].key);
	}
	for (; exception && r >= 0; exception = exception->cause)
		r = hide_again_in_exception(redactor, exception);
	return r;
}

/* ---- private keys line by line ---- */

static uint64_t add_to_hash(uint64_t hash, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		hash =
		    (hash ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
	return hash * UINT64_C(1099511628211);
}

/* Of host, program and process. */
static uint64_t hash_sender(const struct mxlog_entry *entry)
{
	static const enum mxlog_field fields[] = { MXLOG_FIELD_MODULE,
		MXLOG_FIELD_PROCESS_ID };
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (MXLOG_IS_SET(entry->text[fields[i]]))
			hash = add_to_hash(hash,
			    mxlog_entry_text(entry, entry->text[fields[i]]),
			    entry->text[fields[i]].len);
	for (size_t i = 0; i < entry->n_context; i++)
		if (is_text(entry, entry->context[i].key, "hostname"))
			hash = add_to_hash(hash,
			    mxlog_entry_text(entry, entry->context[i].value),
			    entry->context[i].value.len);
	return hash;
}

/* Before anything else changes the message. */
static int redact_key_line(struct mxlog_redactor *redactor,
    struct mxlog_entry *entry)
{
	struct mxlog_text_span *message = &entry->text[MXLOG_FIELD_MESSAGE];
	const char *text = mxlog_entry_text(entry, *message);

	if (!MXLOG_IS_SET(*message) || message->len == 0)
		return 0;
	if (redactor->key_lines.begun > 0 &&
	    mxlog_key_lines_check(&redactor->key_lines, hash_sender(entry),
		entry->time_usec, text, message->len)) {
		redactor->stats.redactions++;
		return hide(redactor, &entry->bytes, message);
	}
	if (mxlog_rules_hit(&redactor->hits, MXLOG_RULE_PRIVATE_KEY) &&
	    mxlog_key_lines_begins(text, message->len))
		mxlog_key_lines_begin(&redactor->key_lines, hash_sender(entry),
		    entry->time_usec);
	return 0;
}

static size_t count_bytes(const struct mxlog_entry *entry)
{
	const struct mxlog_exception *exception = entry->exception;
	size_t n = entry->bytes.len;

	for (; exception; exception = exception->cause)
		n += exception->bytes.len;
	return n;
}

int mxlog_redact_entry(struct mxlog_redactor *redactor,
    struct mxlog_entry *entry)
{
	struct mxlog_exception *exception = entry->exception;
	int r = 0;

	assert(redactor);

	mxlog_redact_begin(redactor, count_bytes(entry));
	if (scan_entry(redactor, entry) || redactor->key_lines.begun > 0)
		r = redact_key_line(redactor, entry);
	if (r >= 0 && (redactor->hits.n > 0 || redactor->search_all))
		r = redact_texts(redactor, entry);
	for (; exception && r >= 0; exception = exception->cause)
		r = redact_exception(redactor, exception);
	if (r >= 0 && redactor->found.n > 0)
		r = hide_all_again(redactor, entry);
	entry->truncated |= redactor->truncated;
	if (r >= 0 && redactor->failed)
		r = mxlog_entry_add_tag(entry, LITERAL(FAILED_TAG));
	return r == -E2BIG ? 0 : r; /* no room for the tag */
}

/* ---- metrics ---- */

static int redact_metric_tag(struct mxlog_redactor *redactor,
    struct mxlog_metric *metric, struct mxlog_metric_tag *tag)
{
	const char *bytes = metric->bytes.data;
	int r;

	if (is_wanted(redactor, tag->key)) {
		struct mxlog_name name =
		    mxlog_name_classify(bytes + tag->key.off, tag->key.len);

		if (is_secret(redactor, name, bytes + tag->value.off,
			tag->value.len)) {
			redactor->stats.redactions++;
			return hide(redactor, &metric->bytes, &tag->value);
		}
	}
	r = redact_span(redactor, &metric->bytes, MXLOG_METRIC_TEXT,
	    &tag->value);
	return r < 0 ? r
		     : redact_span(redactor, &metric->bytes, MXLOG_METRIC_TEXT,
			   &tag->key);
}

int mxlog_redact_metric(struct mxlog_redactor *redactor,
    struct mxlog_metric *metric)
{
	struct mxlog_text_span *const texts[] = { &metric->trace_id,
		&metric->name, &metric->unit };
	int r = 0;

	mxlog_redact_begin(redactor, metric->bytes.len);
	if (!scan_metric(redactor, metric))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(texts) && r >= 0; i++)
		r = redact_span(redactor, &metric->bytes, MXLOG_METRIC_TEXT,
		    texts[i]);
	for (size_t i = 0; i < metric->n_tags && r >= 0; i++)
		r = redact_metric_tag(redactor, metric, &metric->tags[i]);
	metric->truncated |= redactor->truncated;
	if (r >= 0 && redactor->failed)
		r = mxlog_metric_add_tag(metric, LITERAL(FAILED_TAG),
		    LITERAL("true"));
	return r == -E2BIG ? 0 : r;
}
