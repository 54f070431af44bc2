/* SPDX-License-Identifier: Apache-2.0 */
#include "entry/reserved.h"

enum class {
	CLASS_NONE,
	CLASS_AUDIT,
	CLASS_IDENTITY,
	CLASS_MARK,
	CLASS_ORIGINAL,
};

static const struct {
	const char *name;
	size_t len;
	const char *renamed;
	enum class class;
} names[] = {
#define RESERVED(name, class) \
	{ LITERAL(name), MXLOG_RESERVED_PREFIX name, CLASS_##class },
#include "tbl/reserved.def"
#undef RESERVED
};

/* Words of an audit entry that were met, and where. */
struct audit {
	struct {
		size_t pair, name;
	} word[ARRAY_LEN(names)];
	size_t n;
};

/* A bit for each letter that a reserved name begins with. */
static const uint32_t letters = 0
#define RESERVED(name, class) | UINT32_C(1) << (name[0] & 31)
#include "tbl/reserved.def"
#undef RESERVED
    ;

/* Whether the key may have a reserved name; letters of either case and what is
 * no letter, which goes, count. */
static inline bool may_be_reserved(const char *key, size_t len)
{
	return len > 0 &&
	    ((unsigned char)((*key | 0x20) - 'a') >= 26 ||
		letters >> (*key & 31) & 1);
}

/* Which name it is, valid or to be normalised; ARRAY_LEN(names): none. */
static int find(struct mxlog_buf *scratch, const char *key, size_t len,
    size_t *ret)
{
	bool changed;
	int r;

	*ret = ARRAY_LEN(names);
	if (!mxlog_key_is_valid(key, len)) {
		scratch->len = 0;
		r = mxlog_key_normalise(scratch, key, len, &changed);
		if (r < 0)
			return r;
		key = scratch->data;
		len = scratch->len;
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (names[i].len != len || memcmp(names[i].name, key, len) != 0)
			continue;
		*ret = i;
		break;
	}
	return 0;
}

/* ---- entries ---- */

static int rename_pair(struct mxlog_entry *entry, size_t i, size_t name)
{
	const char *renamed = names[name].renamed;

	return mxlog_entry_store(entry, renamed, strlen(renamed),
	    MXLOG_ENTRY_NAME, &entry->context[i].key);
}

/* A pair whose name is reserved: rename it, or keep its place in mind. */
static int take_pair(struct mxlog_entry *entry, size_t i, size_t name,
    struct audit *audit)
{
	if (names[name].class != CLASS_AUDIT)
		return rename_pair(entry, i, name);
	if (audit->n == ARRAY_LEN(audit->word))
		return 0;
	audit->word[audit->n].pair = i;
	audit->word[audit->n++].name = name;
	return 0;
}

static int rename_pairs(struct mxlog_entry *entry, struct mxlog_buf *scratch,
    struct audit *audit)
{
	for (size_t i = 0; i < entry->n_context; i++) {
		struct mxlog_text_span key = entry->context[i].key;
		size_t name;
		int r;

		if (LIKELY(!may_be_reserved(mxlog_entry_text(entry, key),
			key.len)) ||
		    entry->context[i].own)
			continue;
		r = find(scratch, mxlog_entry_text(entry, key), key.len, &name);
		if (r == 0 && name < ARRAY_LEN(names))
			r = take_pair(entry, i, name, audit);
		if (r < 0)
			return r;
	}
	return 0;
}

static bool is_ours(const char *module, size_t len)
{
	return len >= 5 && memcmp(module, "mxlog", 5) == 0 &&
	    (len == 5 || module[5] == '.');
}

/* 1: the module was mxlog's, and is renamed. */
static int rename_module(struct mxlog_entry *entry, struct mxlog_buf *scratch)
{
	struct mxlog_text_span *span = &entry->text[MXLOG_FIELD_MODULE];
	const char *raw;
	bool changed;
	int r;

	if (!MXLOG_IS_SET(*span))
		return 0;
	raw = mxlog_entry_text(entry, *span);
	if (LIKELY(!memmem(raw, span->len, LITERAL("mxlog"))))
		return 0;
	scratch->len = 0;
	r = mxlog_module_normalise(scratch, raw, span->len, &changed);
	if (r < 0 || !is_ours(scratch->data, scratch->len))
		return r;
	scratch->len = 0;
	r = mxlog_buf_add(scratch, LITERAL(MXLOG_RESERVED_PREFIX));
	if (r == 0)
		r = mxlog_buf_add(scratch, raw, span->len);
	if (r == 0)
		r = mxlog_entry_store(entry, scratch->data, scratch->len,
		    MXLOG_ENTRY_NAME, span);
	return r < 0 ? r : 1;
}

static int count_audit_words(void)
{
	int n = 0;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		n += names[i].class == CLASS_AUDIT;
	return n;
}

/* What has all the words, or one of them below our module, looks like ours. */
static int rename_audit(struct mxlog_entry *entry, const struct audit *audit,
    bool in_our_module)
{
	int r = 0;

	if (!in_our_module && audit->n < (size_t)count_audit_words())
		return 0;
	for (size_t i = 0; i < audit->n && r == 0; i++)
		r = rename_pair(entry, audit->word[i].pair,
		    audit->word[i].name);
	return r;
}

/* Behind all others, so that no other pair's place changes. */
static int add_mark(struct mxlog_entry *entry)
{
	struct mxlog_pair pair = { .json = true, .own = true };
	int r;

	r = mxlog_entry_store(entry, LITERAL(MXLOG_RESERVED_MARK),
	    MXLOG_ENTRY_NAME, &pair.key);
	if (r == 0)
		r = mxlog_entry_store(entry, LITERAL("true"), MXLOG_ENTRY_NAME,
		    &pair.value);
	return r < 0 ? r : mxlog_entry_push_pair(entry, &pair);
}

int mxlog_entry_rename_reserved(struct mxlog_entry *entry)
{
	struct mxlog_buf scratch = { 0 };
	struct audit audit = { .n = 0 };
	int r;

	if (entry->audit)
		return add_mark(entry);
	r = rename_pairs(entry, &scratch, &audit);
	if (r == 0)
		r = rename_module(entry, &scratch);
	if (r >= 0)
		r = rename_audit(entry, &audit, r > 0);
	mxlog_buf_done(&scratch);
	return r;
}

/* ---- metrics ---- */

int mxlog_metric_rename_reserved(struct mxlog_metric *metric)
{
	struct mxlog_buf scratch = { 0 };
	int r = 0;

	for (size_t i = 0; i < metric->n_tags && r == 0; i++) {
		struct mxlog_text_span key = metric->tags[i].key;
		const char *text = mxlog_metric_text(metric, key);
		size_t name;

		if (metric->tags[i].own || !may_be_reserved(text, key.len))
			continue;
		r = find(&scratch, text, key.len, &name);
		if (r == 0 && name < ARRAY_LEN(names) &&
		    names[name].class != CLASS_AUDIT)
			r = mxlog_metric_store(metric, names[name].renamed,
			    strlen(names[name].renamed), &metric->tags[i].key);
	}
	mxlog_buf_done(&scratch);
	return r;
}
