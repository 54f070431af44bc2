/* SPDX-License-Identifier: Apache-2.0 */
/* A payload is read twice: first to see that it is JSON, of a bearable size,
 * and which of its members to take for which field; then to take them. */
#include "parse/payload_rules.h"

#include <endian.h>
#include <stdlib.h>

#define CEE    "@cee:"
#define BOM    "\xef\xbb\xbf"
#define RECORD "record." /* loguru's */

enum {
	/* Of members and context pairs; a payload with more is a text. */
	MEMBERS_MAX = 1900,
	INTO_DEPTH = 4,
	WRAPPED_MAX = 3, /* forms that are taken off one after the other */
};

/* The first eight bytes of a literal as one number that sorts as they do. */
#define BYTE(s, i)                                             \
	((uint64_t)(unsigned char)((s)[MIN(i, sizeof(s) - 1)]) \
	    << (56 - 8 * (i)))
#define PREFIX(s)                                                         \
	(BYTE(s, 0) | BYTE(s, 1) | BYTE(s, 2) | BYTE(s, 3) | BYTE(s, 4) | \
	    BYTE(s, 5) | BYTE(s, 6) | BYTE(s, 7))

static const struct mxlog_payload_key keys[] = {
#define KEY(path, use, rank, whose) \
	{ LITERAL(path), MXLOG_USE_##use, rank, NULL },
#define KEY_BESIDE(path, use, rank, other, whose) \
	{ LITERAL(path), MXLOG_USE_##use, rank, other },
#include "tbl/payload.def"
};

static_assert(ARRAY_LEN(keys) <= MXLOG_PAYLOAD_KEYS, "payload.def");

static const uint64_t prefixes[] = {
#define KEY(path, use, rank, whose) PREFIX(path),
#include "tbl/payload.def"
};

static const struct {
	const char *path;
	size_t len;
} intos[] = {
#define INTO(path) { LITERAL(path) },
#include "tbl/payload.def"
}, contexts[] = {
#define CONTEXT(path) { LITERAL(path) },
#include "tbl/payload.def"
};

static const struct {
	const char *text;
	size_t len;
} strips[] = {
#define STRIP(prefix) { LITERAL(prefix) },
#include "tbl/payload.def"
};

/* ---- names ---- */

static uint64_t prefix_of(const char *path, size_t len)
{
	uint64_t prefix = 0;
	uint32_t head, tail;

	if (len >= sizeof(prefix)) {
		memcpy(&prefix, path, sizeof(prefix));
		return be64toh(prefix);
	}
	if (len >= sizeof(head)) { /* two loads that may overlap */
		memcpy(&head, path, sizeof(head));
		memcpy(&tail, path + len - sizeof(tail), sizeof(tail));
		return (uint64_t)be32toh(head) << 32 |
		    (uint64_t)be32toh(tail) << 8 * (sizeof(prefix) - len);
	}
	for (size_t i = 0; i < len; i++)
		prefix |= (uint64_t)(unsigned char)path[i] << (56 - 8 * i);
	return prefix;
}

/* How many of our names come before it. The steps are the same for all. */
static inline size_t count_before(uint64_t prefix)
{
	size_t n = 0;

#pragma GCC unroll 8
	for (size_t left = ARRAY_LEN(prefixes); left > 0; left /= 2) {
		size_t half = (left + 1) / 2;

		n = prefixes[n + half - 1] < prefix ? n + half : n;
	}
	return n;
}

/* Of names of one length and with the same first eight bytes. */
static inline bool is_same(const char *a, const char *b, size_t len)
{
	const size_t eight = sizeof(uint64_t);

	if (len <= eight)
		return true;
	return memcmp(a + len - eight, b + len - eight, eight) == 0 &&
	    (len <= 2 * eight ||
		memcmp(a + eight, b + eight, len - 2 * eight) == 0);
}

/* Most members are none of ours, and their prefix is enough to know it. */
static inline __attribute__((always_inline)) const struct mxlog_payload_key *
find(const char *path, size_t len)
{
	uint64_t prefix = prefix_of(path, len);

	for (size_t i = count_before(prefix);
	     i < ARRAY_LEN(keys) && prefixes[i] == prefix; i++)
		if (keys[i].len == len && is_same(keys[i].path, path, len))
			return &keys[i];
	return NULL;
}

const struct mxlog_payload_key *mxlog_payload_find(const char *path, size_t len)
{
	return find(path, len);
}

const struct mxlog_payload_key *mxlog_lift_find(const struct mxlog_lift *lift,
    const char *path, size_t len)
{
	const struct mxlog_payload_key *key = NULL;

	if (UNLIKELY(lift->rules != NULL))
		key = mxlog_payload_rules_find(lift->rules, path, len);
	return key ? key : find(path, len);
}

/* The number of the object to look into, or -1. */
static int find_into(const struct mxlog_lift *lift, const char *path,
    size_t len)
{
	int into = -1;

	for (size_t i = 0; i < ARRAY_LEN(intos); i++)
		if (intos[i].len == len &&
		    memcmp(intos[i].path, path, len) == 0)
			return (int)i;
	if (lift->rules)
		into = mxlog_payload_rules_find_into(lift->rules, path, len);
	return into < 0 ? -1 : (int)ARRAY_LEN(intos) + into;
}

static_assert(ARRAY_LEN(intos) + MXLOG_PAYLOAD_INTOS <= 64, "payload.def");

static bool is_context(const char *path, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(contexts); i++)
		if (contexts[i].len == len &&
		    memcmp(contexts[i].path, path, len) == 0)
			return true;
	return false;
}

static bool is_container(const struct mxlog_json_token *token)
{
	return token->type == MXLOG_JSON_OBJECT ||
	    token->type == MXLOG_JSON_ARRAY;
}

/* ---- keeping what is no field ---- */

static void strip(const char **path, size_t *len)
{
	for (size_t i = 0; i < ARRAY_LEN(strips); i++) {
		if (*len <= strips[i].len ||
		    memcmp(*path, strips[i].text, strips[i].len) != 0)
			continue;
		*path += strips[i].len;
		*len -= strips[i].len;
		return;
	}
}

/* Add a member to the context. Its name may lie in lift->decoded. */
static int keep(struct mxlog_lift *lift, const char *path, size_t len,
    const struct mxlog_json_token *token)
{
	const char *name, *text;
	size_t name_len, text_len;
	int r;

	strip(&path, &len);
	r = mxlog_lift_name(lift, path, len, &name, &name_len);
	if (r < 0)
		return r;
	if (is_container(token))
		return mxlog_entry_add_context_json(lift->entry, name, name_len,
		    token->text, token->len);
	if (token->type != MXLOG_JSON_STRING)
		return mxlog_entry_add_context_literal(lift->entry, name,
		    name_len, token->text, token->len);
	r = mxlog_lift_text(lift, token, &text, &text_len);
	return r < 0 ? r
		     : mxlog_entry_add_context(lift->entry, name, name_len,
			   text, text_len);
}

/* ---- the walk ---- */

/* A member with its value; containers are whole. Returns 0 or an error. */
typedef int member_fn(struct mxlog_lift *lift, const char *path, size_t len,
    const struct mxlog_json_token *value, uint64_t inside);

/* Where in a payload: the names of the objects around, and their numbers. */
struct walk {
	struct mxlog_lift *lift;
	struct mxlog_json *json;
	member_fn *fn;
	bool all; /* look into all objects, not only where there is a key */
	char path[MXLOG_PAYLOAD_PATH];
	struct mxlog_buf long_path; /* of a name that has no room in `path` */
};

static int walk_object(struct walk *walk, size_t prefix, uint64_t inside,
    unsigned depth);

/* Make the path of a member; *ret points to it. */
static int make_path(struct walk *walk, size_t prefix,
    const struct mxlog_json_token *key, const char **ret, size_t *ret_len)
{
	const char *name;
	size_t len;
	int r;

	if (prefix == 0 && !key->escaped) {
		*ret = key->text;
		*ret_len = key->len;
		return 0;
	}
	r = mxlog_lift_text(walk->lift, key, &name, &len);
	if (r < 0)
		return r;
	*ret_len = prefix + len;
	*ret = walk->path;
	if (*ret_len < sizeof(walk->path)) {
		memcpy(walk->path + prefix, name, len);
		return 0;
	}
	walk->long_path.len = 0;
	r = mxlog_buf_add(&walk->long_path, walk->path, prefix);
	if (r == 0)
		r = mxlog_buf_add(&walk->long_path, name, len);
	*ret = walk->long_path.data;
	return r;
}

static int walk_member(struct walk *walk, size_t prefix, uint64_t inside,
    const struct mxlog_json_token *key, struct mxlog_json_token *value,
    unsigned depth)
{
	const char *path;
	size_t len;
	int into, r;

	r = make_path(walk, prefix, key, &path, &len);
	if (r < 0)
		return r;
	into = value->type == MXLOG_JSON_OBJECT && depth < INTO_DEPTH
	    ? find_into(walk->lift, path, len)
	    : -1;
	if (into >= 0 &&
	    (walk->all || (walk->lift->into & (UINT64_C(1) << into)))) {
		walk->lift->seen = NULL; /* there is more than meets the eye */
		memmove(walk->path, path, len);
		walk->path[len] = '.';
		return walk_object(walk, len + 1,
		    inside | (UINT64_C(1) << into), depth + 1);
	}
	if (is_container(value)) {
		r = mxlog_json_skip(walk->json, value);
		if (r < 0)
			return r;
	}
	return walk->fn(walk->lift, path, len, value, inside);
}

/* Behind an opening brace, to behind the closing one. */
static int walk_object(struct walk *walk, size_t prefix, uint64_t inside,
    unsigned depth)
{
	struct mxlog_json_token key, value;
	int r;

	while ((r = mxlog_json_next_member(walk->json, &key, &value)) > 0) {
		r = walk_member(walk, prefix, inside, &key, &value, depth);
		if (r < 0)
			break;
	}
	return r;
}

/* All members of the object in `text`. -EBADMSG if it is none. */
static int walk_text(struct mxlog_lift *lift, const char *text, size_t len,
    member_fn *fn, bool all)
{
	struct mxlog_json json;
	struct mxlog_json_token token;
	struct walk walk = { .lift = lift,
		.json = &json,
		.fn = fn,
		.all = all };
	int r;

	mxlog_json_init(&json, text, len);
	r = mxlog_json_next(&json, &token);
	if (r <= 0 || token.type != MXLOG_JSON_OBJECT)
		return -EBADMSG;
	r = walk_object(&walk, 0, 0, 0);
	if (r == 0 && mxlog_json_next(&json, &token) != 0)
		r = -EBADMSG;
	mxlog_buf_done(&walk.long_path);
	return r;
}

/* ---- first pass ---- */

static __attribute__((noinline)) size_t count_members(
    const struct mxlog_json_token *object)
{
	struct mxlog_json_token token;
	struct mxlog_json json;
	size_t n = 0;

	mxlog_json_init(&json, object->text, object->len);
	while (n <= MEMBERS_MAX && mxlog_json_next(&json, &token) > 0)
		n += token.type == MXLOG_JSON_KEY && token.depth == 1;
	return n;
}

/* Keys that nobody but a logger writes beside "name". */
static bool is_of_logger(enum mxlog_payload_use use, const char *path,
    size_t len, const struct mxlog_json_token *value)
{
	if (use == MXLOG_USE_LEVEL)
		return value->type == MXLOG_JSON_NUMBER ||
		    (len == 9 && memcmp(path, "levelname", 9) == 0);
	return use == MXLOG_USE_LEVEL_NUMBER ||
	    (use == MXLOG_USE_LINE_NUMBER && memcmp(path, "lin", 3) == 0) ||
	    (len == 7 && memcmp(path, "asctime", 7) == 0);
}

/* Keep the member in mind for the second pass, or tell it to read again. */
static void remember(struct mxlog_lift *lift, const char *path, size_t len,
    const struct mxlog_json_token *value, const struct mxlog_payload_key *key)
{
	if (!lift->seen)
		return;
	if (lift->n_seen == MXLOG_PAYLOAD_SEEN || path < lift->text ||
	    path >= lift->end) {
		lift->seen = NULL;
		return;
	}
	lift->seen[lift->n_seen++] = (struct mxlog_lift_seen){ .path = path,
		.len = len,
		.value = *value,
		.key = key };
}

/* A key counts, unless another one for the same is better. */
static void compete(struct mxlog_lift *lift,
    const struct mxlog_payload_key *key, const struct mxlog_lift_level *level)
{
	const struct mxlog_payload_key **best = &lift->best[key->use];

	if (*best && key->rank >= (*best)->rank)
		return;
	*best = key;
	if (key->use == MXLOG_USE_LEVEL)
		lift->level = *level;
}

/* "", "-", 0 and zeros are written where there is no trace. */
static bool is_id(const struct mxlog_json_token *value)
{
	for (size_t i = 0; i < value->len; i++)
		if (value->text[i] != '0' && value->text[i] != '-')
			return true;
	return false;
}

/* A key of ours with a value of its type. */
static int note_key(struct mxlog_lift *lift,
    const struct mxlog_payload_key *key, const struct mxlog_json_token *value)
{
	struct mxlog_lift_level level = { 0 };
	int r;

	if (key->use == MXLOG_USE_LEVEL) {
		r = mxlog_lift_find_level(lift, key, value, &level);
		if (r <= 0)
			return r;
	}
	if (key->use == MXLOG_USE_TRACE_ID && !is_id(value))
		return 0;
	if (key >= keys && key < keys + ARRAY_LEN(keys))
		lift->met[(key - keys) / 64] |= UINT64_C(1)
		    << (key - keys) % 64;
	if (!key->beside) {
		compete(lift, key, &level);
	} else if (lift->n_maybe < MXLOG_PAYLOAD_MAYBE) {
		lift->maybe[lift->n_maybe++] = key;
		if (key->use == MXLOG_USE_LEVEL)
			lift->maybe_level = level;
	}
	return 0;
}

static int survey(struct mxlog_lift *lift, const char *path, size_t len,
    const struct mxlog_json_token *value, uint64_t inside)
{
	const struct mxlog_payload_key *key = mxlog_lift_find(lift, path, len);

	remember(lift, path, len, value, key);
	lift->n_members++;
	if (value->type == MXLOG_JSON_OBJECT && is_context(path, len)) {
		lift->n_members += count_members(value);
		lift->into |= inside;
	}
	if (lift->n_members + lift->entry->n_context > MEMBERS_MAX)
		return -E2BIG;
	if (!key || !mxlog_lift_is_suitable(key->use, value))
		return 0;
	lift->into |= inside;
	lift->by_logger |= is_of_logger(key->use, path, len, value);
	lift->caught |=
	    key->use == MXLOG_USE_CAUGHT && value->type == MXLOG_JSON_OBJECT;
	return note_key(lift, key, value);
}

/* Keys that count beside others, now that all are known. */
static void choose_maybe(struct mxlog_lift *lift)
{
	for (size_t i = 0; i < lift->n_maybe; i++) {
		const struct mxlog_payload_key *key = lift->maybe[i];
		size_t other = (size_t)(mxlog_payload_find(key->beside,
					    strlen(key->beside)) -
		    keys);

		if (lift->met[other / 64] >> other % 64 & 1)
			compete(lift, key, &lift->maybe_level);
	}
}

/* "name" is a logger's, and better than none. */
static void choose(struct mxlog_lift *lift)
{
	const struct mxlog_payload_key *name = lift->best[MXLOG_USE_NAME];
	const struct mxlog_payload_key *module = lift->best[MXLOG_USE_MODULE];

	if (!name || !lift->by_logger ||
	    (module && module->rank < name->rank)) {
		lift->best[MXLOG_USE_NAME] = NULL;
		return;
	}
	lift->best[MXLOG_USE_MODULE] = NULL;
}

/* ---- second pass ---- */

static int keep_member(struct mxlog_lift *lift, const struct mxlog_buf *name,
    const struct mxlog_json_token *value)
{
	return keep(lift, name->data, name->len, value);
}

static bool is_loguru(const struct mxlog_lift *lift)
{
	const struct mxlog_payload_key *key = lift->best[MXLOG_USE_MESSAGE];

	return key && strncmp(key->path, RECORD, strlen(RECORD)) == 0;
}

/* One key for a field, and once; exceptions are tried one by one. */
static bool is_chosen(const struct mxlog_lift *lift,
    const struct mxlog_payload_key *key)
{
	switch (key->use) {
	case MXLOG_USE_EXCEPTION:
	case MXLOG_USE_CAUGHT:
	case MXLOG_USE_LEVEL_NUMBER:
		return true;
	case MXLOG_USE_RENDERED:
		return is_loguru(lift);
	case MXLOG_USE_MESSAGE:
		if (lift->beside)
			return false;
		/* fall through */
	default:
		return lift->best[key->use] == key && !lift->done[key->use];
	}
}

static int take(struct mxlog_lift *lift, const char *path, size_t len,
    const struct mxlog_json_token *value, const struct mxlog_payload_key *key)
{
	int r = 0;

	if (value->type == MXLOG_JSON_OBJECT && is_context(path, len))
		return mxlog_lift_each(lift, value->text, value->len,
		    keep_member);
	if (key && value->type == MXLOG_JSON_NULL)
		return 0; /* a field that is absent */
	if (key && is_chosen(lift, key) &&
	    mxlog_lift_is_suitable(key->use, value)) {
		r = mxlog_lift_field(lift, key->use, value);
		lift->done[key->use] |= r > 0;
	}
	return r != 0 ? MIN(r, 0) : keep(lift, path, len, value);
}

static int find_and_take(struct mxlog_lift *lift, const char *path, size_t len,
    const struct mxlog_json_token *value, uint64_t inside)
{
	(void)inside;
	return take(lift, path, len, value, mxlog_lift_find(lift, path, len));
}

static int take_all(struct mxlog_lift *lift, const char *text, size_t len)
{
	const struct mxlog_lift_seen *seen = lift->seen;
	int r = 0;

	if (!seen)
		return walk_text(lift, text, len, find_and_take, false);
	for (size_t i = 0; r == 0 && i < lift->n_seen; i++)
		r = take(lift, seen[i].path, seen[i].len, &seen[i].value,
		    seen[i].key);
	return r;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* White space, written out or not, and byte order marks. */
static const char *skip_blanks(const char *text, const char *end)
{
	size_t n = 1;

	for (; text < end && n > 0; text += n) {
		size_t len = (size_t)(end - text);

		if (is_blank(*text))
			n = 1;
		else if (len >= strlen(BOM) && memcmp(text, LITERAL(BOM)) == 0)
			n = strlen(BOM);
		else
			n = mxlog_payload_folded(text, len);
	}
	return text;
}

/* Where an object begins, if the text may be one; NULL: it is none. */
static const char *find_object(const char *text, size_t len)
{
	const char *end = text + len;

	text = skip_blanks(text, end);
	if ((size_t)(end - text) > strlen(CEE) &&
	    memcmp(text, LITERAL(CEE)) == 0)
		text = skip_blanks(text + strlen(CEE), end);
	return text < end && *text == '{' ? text : NULL;
}

/* A payload without a message is its own. */
static int set_message(struct mxlog_lift *lift)
{
	size_t len = lift->original_len;

	if (lift->done[MXLOG_USE_MESSAGE] || lift->beside)
		return 0;
	while (len > 0 && is_blank(lift->original[len - 1]))
		len--;
	return mxlog_entry_set(lift->entry, MXLOG_FIELD_MESSAGE, lift->original,
	    len);
}

/* 1: it was an object and is in the entry, or, with *ret changed, in the
 * metric; 0: it is text, and -EBADMSG: it is not even JSON. */
static int lift_object(struct mxlog_lift *lift, const char *text, size_t len,
    enum mxlog_payload_kind *ret)
{
	struct mxlog_lift_seen seen[MXLOG_PAYLOAD_SEEN];
	int r;

	lift->seen = seen;
	lift->text = text;
	lift->end = text + len;
	r = walk_text(lift, text, len, survey, true);
	if (r < 0)
		return r == -ENOMEM || r == -EBADMSG ? r : 0;
	if (lift->metric && lift->best[MXLOG_USE_METRIC]) {
		r = mxlog_lift_metric(lift, text, len);
		if (r == 1)
			*ret = MXLOG_PAYLOAD_METRIC;
		if (r != 0)
			return r;
	}
	choose_maybe(lift);
	choose(lift);
	r = take_all(lift, text, len);
	if (r == 0)
		r = set_message(lift);
	if (r == -E2BIG)
		return 0; /* there were context pairs before */
	if (r == 0)
		*ret = MXLOG_PAYLOAD_ENTRY;
	return r < 0 ? r : 1;
}

/* A fresh start, with what the caller gave and the buffers. */
static void restart(struct mxlog_lift *lift)
{
	*lift = (struct mxlog_lift){
		.rules = lift->rules,
		.beside = lift->beside,
		.entry = lift->entry,
		.metric = lift->metric,
		.reserved = lift->reserved,
		.reserved_letters = lift->reserved_letters,
		.decoded = lift->decoded,
		.key = lift->key,
		.unfolded = lift->unfolded,
		.unwrapped = lift->unwrapped,
		.original = lift->original,
		.original_len = lift->original_len,
	};
}

static int lift_json(struct mxlog_lift *lift, const char *text, size_t len,
    enum mxlog_payload_kind *ret)
{
	int r = lift_object(lift, text, len, ret);

	if (r != -EBADMSG)
		return r;
	r = mxlog_payload_unfold(&lift->unfolded, text, len);
	if (r <= 0)
		return r;
	restart(lift);
	r = lift_object(lift, lift->unfolded.data, lift->unfolded.len, ret);
	return r == -EBADMSG ? 0 : r;
}

static int lift_logfmt(struct mxlog_lift *lift, const char *text, size_t len,
    enum mxlog_payload_kind *ret)
{
	int r = mxlog_payload_read_logfmt(lift, &lift->unfolded, text, len);

	if (r <= 0)
		return r;
	r = lift_object(lift, lift->unfolded.data, lift->unfolded.len, ret);
	return r == -EBADMSG ? 0 : r;
}

/* 1: it has structure, and is lifted; 0: it is a text. */
static int lift_text(struct mxlog_lift *lift, const char *text, size_t len,
    enum mxlog_payload_kind *ret)
{
	const char *object = len > 0 ? find_object(text, len) : NULL;
	int r;

	lift->original = text;
	lift->original_len = len;
	if (object) {
		lift->original = object;
		lift->original_len -= (size_t)(object - text);
		return lift_json(lift, object, lift->original_len, ret);
	}
	r = lift_logfmt(lift, text, len, ret);
	return r == 0 ? mxlog_payload_lift_event(lift, text, len) : r;
}

static int lift_all(struct mxlog_lift *lift, const char *text, size_t len,
    enum mxlog_payload_kind *ret)
{
	int r = 1;

	for (int i = 0; r == 1 && i < WRAPPED_MAX; i++)
		r = mxlog_payload_unwrap(lift, &text, &len);
	if (r >= 0)
		r = lift_text(lift, text, len, ret);
	if (r != 0)
		return MIN(r, 0);
	*ret = MXLOG_PAYLOAD_TEXT;
	return mxlog_entry_set(lift->entry, MXLOG_FIELD_MESSAGE, text, len);
}

int mxlog_payload_lift(struct mxlog_entry *entry, struct mxlog_metric *metric,
    const char *text, size_t len, const char *const *reserved,
    enum mxlog_payload_kind *ret)
{
	return mxlog_payload_lift_by(NULL, entry, metric, text, len, reserved,
	    ret);
}

static void lift_done(struct mxlog_lift *lift)
{
	mxlog_buf_done(&lift->unwrapped);
	mxlog_buf_done(&lift->unfolded);
	mxlog_buf_done(&lift->decoded);
	mxlog_buf_done(&lift->key);
}

int mxlog_payload_lift_by(const struct mxlog_payload_rules *rules,
    struct mxlog_entry *entry, struct mxlog_metric *metric, const char *text,
    size_t len, const char *const *reserved, enum mxlog_payload_kind *ret)
{
	if (!entry || (!text && len > 0) || !ret)
		return -EINVAL;

	struct mxlog_lift lift = { .rules = rules,
		.entry = entry,
		.metric = metric };
	int r;

	mxlog_lift_reserve(&lift, reserved);
	r = lift_all(&lift, text, len, ret);
	lift_done(&lift);
	return r;
}

int mxlog_payload_lift_beside(const struct mxlog_payload_rules *rules,
    struct mxlog_entry *entry, struct mxlog_metric *metric, const char *json,
    size_t len, const char *const *reserved, enum mxlog_payload_kind *ret)
{
	struct mxlog_lift lift = { .rules = rules,
		.entry = entry,
		.metric = metric,
		.beside = true };
	int r = 0;

	if (!entry || (!json && len > 0) || !ret)
		return -EINVAL;
	mxlog_lift_reserve(&lift, reserved);
	*ret = MXLOG_PAYLOAD_TEXT;
	if (len > 0 && *json == '{')
		r = lift_object(&lift, json, len, ret);
	lift_done(&lift);
	return r == -ENOMEM ? r : 0;
}
