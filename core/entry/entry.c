/* SPDX-License-Identifier: Apache-2.0 */
#include "entry/entry_private.h"

#include <math.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/number.h"
#include "base/utf8.h"

/* Limits as the tables have them, in bytes or elements. */
static const uint32_t limits[] = {
#define FIELD(id, key, limit, help) [MXLOG_FIELD_##id] = (limit),
#include "tbl/fields.def"
#undef FIELD
};

static bool is_text(enum mxlog_field field)
{
	return (1U << field &
		   (1U << MXLOG_FIELD_TRACE_ID | 1U << MXLOG_FIELD_MODULE |
		       1U << MXLOG_FIELD_FUNCTION | 1U << MXLOG_FIELD_MESSAGE |
		       1U << MXLOG_FIELD_THREAD_ID |
		       1U << MXLOG_FIELD_PROCESS_ID)) != 0;
}

int mxlog_entry_new(struct mxlog_entry **ret)
{
	if (!ret)
		return -EINVAL;

	struct mxlog_entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return -ENOMEM;
	mxlog_entry_reset(entry);
	*ret = entry;
	return 0;
}

void mxlog_entry_free(struct mxlog_entry *entry)
{
	if (!entry)
		return;
	mxlog_exception_free(entry->exception);
	mxlog_buf_done(&entry->bytes);
	free(entry->tags);
	free(entry->context);
	free(entry->slots);
	free(entry);
}

void mxlog_entry_reset(struct mxlog_entry *entry)
{
	if (!entry)
		return;

	mxlog_buf_clear(&entry->bytes);
	for (size_t i = 0; i < MXLOG_FIELD_COUNT; i++)
		entry->text[i] = MXLOG_NO_SPAN;
	entry->time_usec = 0;
	entry->level = MXLOG_INFO;
	entry->has_time = false;
	entry->has_line_number = false;
	entry->has_duration = false;
	entry->truncated = false;
	entry->id_redacted = false;
	entry->id_hashed = false;
	entry->captured = false;
	entry->audit = false;
	entry->default_level = false;
	entry->line_number = 0;
	entry->duration_ms = 0;
	if (entry->exception) {
		mxlog_exception_free(entry->exception);
		entry->exception = NULL;
	}
	entry->n_tags = 0;
	entry->n_context = 0;
}

int mxlog_entry_store(struct mxlog_entry *entry, const char *text, size_t len,
    size_t max, struct mxlog_text_span *ret)
{
	return mxlog_text_span_store(&entry->bytes, text, len, max, ret,
	    &entry->truncated);
}

int mxlog_entry_set(struct mxlog_entry *entry, enum mxlog_field field,
    const char *value, size_t len)
{
	if (!entry || (!value && len > 0))
		return -EINVAL;

	size_t limit;

	if ((unsigned)field >= MXLOG_FIELD_COUNT || !is_text(field))
		return -EINVAL;
	/* Other forms of an id than its own are longer. */
	limit =
	    field == MXLOG_FIELD_TRACE_ID ? MXLOG_ENTRY_NAME : limits[field];
	return mxlog_entry_store(entry, value, len, limit, &entry->text[field]);
}

bool mxlog_entry_keep_message(struct mxlog_entry *entry, size_t len)
{
	struct mxlog_buf *bytes = &entry->bytes;
	char *text = bytes->data + bytes->len;

	assert(bytes->capacity - bytes->len >= len + MXLOG_ENTRY_SLACK);

	if (len > limits[MXLOG_FIELD_MESSAGE])
		return false;
	/* Usually all of it is ASCII: "copied" to where it is already. */
	if (UNLIKELY(!mxlog_text_span_copy(text, text, len)) &&
	    mxlog_utf8_valid(text, len) < len)
		return false;
	entry->text[MXLOG_FIELD_MESSAGE] =
	    (struct mxlog_text_span){ (uint32_t)bytes->len, (uint32_t)len };
	bytes->len += len;
	return true;
}

int mxlog_entry_get(const struct mxlog_entry *entry, enum mxlog_field field,
    const char **ret, size_t *ret_len)
{
	if (!entry || !ret || !ret_len)
		return -EINVAL;

	struct mxlog_text_span span = MXLOG_NO_SPAN;

	if ((unsigned)field < MXLOG_FIELD_COUNT && is_text(field))
		span = entry->text[field];
	*ret = MXLOG_IS_SET(span) ? mxlog_entry_text(entry, span) : NULL;
	*ret_len = span.len;
	return MXLOG_IS_SET(span);
}

void mxlog_entry_set_time(struct mxlog_entry *entry, int64_t time_usec)
{
	if (!entry)
		return;

	entry->time_usec = time_usec;
	entry->has_time = true;
}

int64_t mxlog_entry_get_time(const struct mxlog_entry *entry)
{
	if (!entry)
		return 0;

	return entry->time_usec;
}

void mxlog_entry_set_level(struct mxlog_entry *entry, enum mxlog_level level)
{
	if (!mxlog_level_name(level))
		return;
	entry->level = level;
	entry->default_level = false;
}

void mxlog_entry_set_default_level(struct mxlog_entry *entry,
    enum mxlog_level level)
{
	if (!entry)
		return;

	mxlog_entry_set_level(entry, level);
	entry->default_level = true;
}

enum mxlog_level mxlog_entry_get_level(const struct mxlog_entry *entry)
{
	if (!entry)
		return MXLOG_INFO;

	return entry->level;
}

int mxlog_entry_set_line_number(struct mxlog_entry *entry, int64_t line_number)
{
	if (!entry)
		return -EINVAL;

	if (line_number < 0 || line_number > INT32_MAX)
		return -ERANGE;
	entry->line_number = (int32_t)line_number;
	entry->has_line_number = true;
	return 0;
}

int mxlog_entry_set_duration_ms(struct mxlog_entry *entry, double duration_ms)
{
	if (!entry)
		return -EINVAL;

	if (!isfinite(duration_ms) || duration_ms < 0)
		return -ERANGE;
	entry->duration_ms = duration_ms;
	entry->has_duration = true;
	return 0;
}

size_t mxlog_entry_find_tag(const struct mxlog_entry *entry, const char *tag,
    size_t len)
{
	size_t i = 0;

	for (; i < entry->n_tags; i++)
		if (entry->tags[i].len == len &&
		    memcmp(mxlog_entry_text(entry, entry->tags[i]), tag, len) ==
			0)
			break;
	return i;
}

int mxlog_entry_push_tag(struct mxlog_entry *entry, struct mxlog_text_span tag)
{
	struct mxlog_text_span *tags = mxlog_array_grow(entry->tags,
	    entry->n_tags, &entry->tags_capacity, sizeof(*tags));

	if (!tags)
		return -ENOMEM;
	entry->tags = tags;
	tags[entry->n_tags++] = tag;
	return 0;
}

int mxlog_entry_add_tag(struct mxlog_entry *entry, const char *tag, size_t len)
{
	if (!entry || (!tag && len > 0))
		return -EINVAL;

	struct mxlog_text_span span;
	int r;

	if (len == 0 || mxlog_entry_find_tag(entry, tag, len) < entry->n_tags)
		return 0;
	if (entry->n_tags >= limits[MXLOG_FIELD_TAGS]) {
		entry->truncated = true;
		return -E2BIG;
	}
	r = mxlog_entry_store(entry, tag, len, MXLOG_ENTRY_NAME, &span);
	if (r < 0)
		return r;
	return mxlog_entry_push_tag(entry, span);
}

int mxlog_entry_push_pair(struct mxlog_entry *entry,
    const struct mxlog_pair *pair)
{
	struct mxlog_pair *context = mxlog_array_grow(entry->context,
	    entry->n_context, &entry->context_capacity, sizeof(*context));

	if (!context)
		return -ENOMEM;
	entry->context = context;
	context[entry->n_context++] = *pair;
	return 0;
}

/* Room for one more pair, its key stored: it counts when n_context is raised. */
static inline int begin_pair(struct mxlog_entry *entry, const char *key,
    size_t len, struct mxlog_pair **ret)
{
	struct mxlog_pair *context;

	if (UNLIKELY(entry->n_context >= limits[MXLOG_FIELD_CONTEXT])) {
		entry->truncated = true;
		return -E2BIG;
	}
	context = mxlog_array_grow(entry->context, entry->n_context,
	    &entry->context_capacity, sizeof(*context));
	if (UNLIKELY(!context))
		return -ENOMEM;
	entry->context = context;
	*ret = &context[entry->n_context];
	return mxlog_text_span_store(&entry->bytes, key, len, MXLOG_ENTRY_NAME,
	    &(*ret)->key, &entry->truncated);
}

static __attribute__((noinline)) int add_context_slowly(struct mxlog_entry
							    *entry,
    const char *key, size_t key_len, const char *value, size_t len)
{
	struct mxlog_pair *pair;
	int r;

	r = begin_pair(entry, key, key_len, &pair);
	if (r < 0)
		return r;
	r = mxlog_entry_store(entry, value, len, MXLOG_ENTRY_TEXT,
	    &pair->value);
	if (r < 0)
		return r;
	pair->json = pair->own = false;
	entry->n_context++;
	return 0;
}

/* Usually there is room, nothing is cut and all of it is ASCII. False where it
 * is otherwise: nothing is done then. */
static inline bool add_pair(struct mxlog_entry *entry, const char *key,
    size_t key_len, const char *value, size_t len, bool json)
{
	struct mxlog_buf *bytes = &entry->bytes;
	size_t n = entry->n_context, off = bytes->len;

	if (UNLIKELY(n >= entry->context_capacity ||
		n >= limits[MXLOG_FIELD_CONTEXT] ||
		key_len > MXLOG_ENTRY_NAME || len > MXLOG_ENTRY_TEXT ||
		bytes->capacity - off < key_len + len + MXLOG_ENTRY_SLACK ||
		!mxlog_text_span_copy(bytes->data + off, key, key_len) ||
		!mxlog_text_span_copy(bytes->data + off + key_len, value, len)))
		return false;

	entry->context[n].key =
	    (struct mxlog_text_span){ (uint32_t)off, (uint32_t)key_len };
	entry->context[n].value =
	    (struct mxlog_text_span){ (uint32_t)(off + key_len),
		    (uint32_t)len };
	entry->context[n].json = json;
	entry->context[n].own = false;
	entry->n_context = n + 1;
	bytes->len = off + key_len + len;
	return true;
}

int mxlog_entry_add_context(struct mxlog_entry *entry, const char *key,
    size_t key_len, const char *value, size_t len)
{
	if (!entry || (!key && key_len > 0) || (!value && len > 0))
		return -EINVAL;

	if (LIKELY(add_pair(entry, key, key_len, value, len, false)))
		return 0;
	return add_context_slowly(entry, key, key_len, value, len);
}

int mxlog_entry_add_identity(struct mxlog_entry *entry, const char *key,
    size_t key_len, const char *value, size_t len)
{
	if (!entry || (!key && key_len > 0) || (!value && len > 0))
		return -EINVAL;

	int r = mxlog_entry_add_context(entry, key, key_len, value, len);

	if (r < 0)
		return r;
	entry->context[entry->n_context - 1].own = true;
	entry->captured = true;
	return 0;
}

/* The canonical form, if it is JSON and neither too deep nor too long for it;
 * else 1: it is to be kept as text. */
static int store_json(struct mxlog_entry *entry, const char *json, size_t len,
    struct mxlog_text_span *ret)
{
	struct mxlog_buf *bytes = &entry->bytes;
	size_t before = bytes->len;
	int r;

	r = mxlog_json_compact(bytes, json, len);
	if (r == -E2BIG)
		return 1;
	if (r == 0)
		r = mxlog_buf_reserve(bytes, MXLOG_ENTRY_SLACK);
	if (r == 0 &&
	    (bytes->len - before > MXLOG_ENTRY_TEXT ||
		bytes->len > MXLOG_SPAN_BYTES))
		r = 1;
	if (r == 0)
		*ret = (struct mxlog_text_span){ (uint32_t)before,
			(uint32_t)(bytes->len - before) };
	else
		bytes->len = before;
	return r;
}

int mxlog_entry_add_context_json(struct mxlog_entry *entry, const char *key,
    size_t key_len, const char *json, size_t len)
{
	if (!entry || (!key && key_len > 0) || (!json && len > 0))
		return -EINVAL;

	struct mxlog_pair *pair;
	int r;

	r = begin_pair(entry, key, key_len, &pair);
	if (r < 0)
		return r;
	r = store_json(entry, json, len, &pair->value);
	pair->json = r == 0;
	pair->own = false;
	if (r > 0)
		r = mxlog_entry_store(entry, json, len, MXLOG_ENTRY_TEXT,
		    &pair->value);
	if (r < 0)
		return r;
	entry->n_context++;
	return 0;
}

int mxlog_entry_add_context_literal(struct mxlog_entry *entry, const char *key,
    size_t key_len, const char *literal, size_t len)
{
	if (LIKELY(add_pair(entry, key, key_len, literal, len, true)))
		return 0;
	return mxlog_entry_add_context_json(entry, key, key_len, literal, len);
}

int mxlog_entry_add_context_int(struct mxlog_entry *entry, const char *key,
    size_t key_len, int64_t value)
{
	if (!entry || (!key && key_len > 0))
		return -EINVAL;

	char text[MXLOG_NUMBER_MAX];

	return mxlog_entry_add_context_literal(entry, key, key_len, text,
	    mxlog_number_format_i64(text, value));
}

static bool any_truncated(const struct mxlog_exception *exception)
{
	for (; exception; exception = exception->cause)
		if (exception->truncated)
			return true;
	return false;
}

int mxlog_entry_take_exception(struct mxlog_entry *entry,
    struct mxlog_exception **exception)
{
	if (!entry || !exception)
		return -EINVAL;

	if (any_truncated(*exception))
		entry->truncated = true;
	mxlog_exception_free(entry->exception);
	entry->exception = *exception;
	*exception = NULL;
	return 0;
}
