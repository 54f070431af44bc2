/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/redact_names.h"

enum {
	WORD_MAX = 40, /* of longer words the end is kept */
};

struct word {
	char text[WORD_MAX];
	size_t len;
};

struct noun {
	const char *text;
	size_t len;
	enum mxlog_name_kind kind;
};

static const struct noun nouns[] = {
#define NOUN(word, kind) { LITERAL(word), MXLOG_NAME_##kind },
#include "tbl/secret_names.def"
};

static const struct noun endings[] = {
#define ENDING(word) { LITERAL(word), MXLOG_NAME_SECRET },
#include "tbl/secret_names.def"
};

static const struct {
	const char *first;
	size_t first_len;
	const char *second;
	size_t second_len;
	enum mxlog_name_kind kind;
} pairs[] = {
#define PAIR(first, second) \
	{ LITERAL(first), LITERAL(second), MXLOG_NAME_SECRET },
#define OPAQUE_PAIR(first, second) \
	{ LITERAL(first), LITERAL(second), MXLOG_NAME_OPAQUE },
#include "tbl/secret_names.def"
};

static const struct noun forms[] = {
#define FORM(word) { LITERAL(word), MXLOG_NAME_OTHER },
#include "tbl/secret_names.def"
};

static const struct noun plain_keys[] = {
#define PLAIN_KEY(word) { LITERAL(word), MXLOG_NAME_OTHER },
#include "tbl/secret_names.def"
};

static const struct noun abouts[] = {
#define ABOUT(word) { LITERAL(word), MXLOG_NAME_OTHER },
#include "tbl/secret_names.def"
};

static const struct noun negations[] = {
#define NEGATION(word) { LITERAL(word), MXLOG_NAME_OTHER },
#include "tbl/secret_names.def"
};

static bool equals(const struct word *word, const char *text, size_t len)
{
	return word->len == len && word->text[0] == *text &&
	    memcmp(word->text, text, len) == 0;
}

static const struct noun *find(const struct noun *list, size_t n,
    const struct word *word)
{
	for (size_t i = 0; i < n; i++)
		if (equals(word, list[i].text, list[i].len))
			return &list[i];
	return NULL;
}

static bool ends_like_a_noun(const struct word *word)
{
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		size_t len = endings[i].len;

		if (word->len > len &&
		    memcmp(word->text + word->len - len, endings[i].text,
			len) == 0)
			return true;
	}
	return false;
}

static enum mxlog_name_kind pair_kind(const struct word *first,
    const struct word *second)
{
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (equals(second, pairs[i].second, pairs[i].second_len) &&
		    equals(first, pairs[i].first, pairs[i].first_len))
			return pairs[i].kind;
	return MXLOG_NAME_OTHER;
}

static enum mxlog_name_kind noun_kind(const struct word *before,
    const struct word *word)
{
	const struct noun *noun = find(nouns, ARRAY_LEN(nouns), word);
	enum mxlog_name_kind pair = pair_kind(before, word);

	if (pair != MXLOG_NAME_OTHER)
		return pair;
	if (noun && noun->kind == MXLOG_NAME_KEY &&
	    (before->len == 0 ||
		find(plain_keys, ARRAY_LEN(plain_keys), before)))
		return MXLOG_NAME_OTHER;
	if (noun)
		return noun->kind;
	return ends_like_a_noun(word) ? MXLOG_NAME_SECRET : MXLOG_NAME_OTHER;
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

/* Letters of other scripts, too: no punctuation of theirs stands in a name. */
static bool is_letter(char c)
{
	return is_upper(c) || is_lower(c) || (unsigned char)c >= 0x80;
}

/* apiKey and APIKey are two words each. */
static bool is_border(const char *name, size_t len, size_t at)
{
	if (!is_upper(name[at]))
		return false;
	return is_lower(name[at - 1]) ||
	    (at + 1 < len && is_lower(name[at + 1]));
}

static void add_letter(struct word *word, char c)
{
	if (word->len == WORD_MAX)
		memmove(word->text, word->text + 1, --word->len);
	word->text[word->len++] = is_upper(c) ? (char)(c | 0x20) : c;
}

/* The next word in lower case; false if there is none. */
static bool next_word(const char *name, size_t len, size_t *at,
    struct word *ret)
{
	size_t i = *at;

	while (i < len && !is_letter(name[i]))
		i++;
	ret->len = 0;
	for (; i < len && is_letter(name[i]); i++) {
		if (ret->len > 0 && is_border(name, len, i))
			break;
		add_letter(ret, name[i]);
	}
	*at = i;
	return ret->len > 0;
}

/* With a word after them that we don't know these say nothing. */
static bool is_weak(enum mxlog_name_kind kind)
{
	switch (kind) {
	case MXLOG_NAME_PASS:
	case MXLOG_NAME_TOKENS:
	case MXLOG_NAME_PWD:
	case MXLOG_NAME_CODE:
	case MXLOG_NAME_OPAQUE:
	case MXLOG_NAME_QUERY:
	case MXLOG_NAME_KEY:
		return true;
	default:
		return false;
	}
}

static void add_word(struct mxlog_name *name, const struct word *before,
    const struct word *word)
{
	enum mxlog_name_kind kind = noun_kind(before, word);

	if (kind != MXLOG_NAME_OTHER) {
		bool negated =
		    find(negations, ARRAY_LEN(negations), before) != NULL;

		name->kind = negated ? MXLOG_NAME_OTHER : kind;
		name->loose = false;
	} else if (name->kind != MXLOG_NAME_OTHER &&
	    find(forms, ARRAY_LEN(forms), word)) {
		/* It is one in some form. */
	} else if (is_weak(name->kind) ||
	    find(abouts, ARRAY_LEN(abouts), word)) {
		name->kind = MXLOG_NAME_OTHER;
	} else {
		name->loose = name->kind != MXLOG_NAME_OTHER;
	}
}

struct mxlog_name mxlog_name_classify(const char *text, size_t len)
{
	struct mxlog_name name = { 0 };
	struct word words[2] = { 0 };
	unsigned n = 0;

	for (size_t at = 0; next_word(text, len, &at, &words[n % 2]); n++)
		add_word(&name, &words[(n + 1) % 2], &words[n % 2]);
	name.several = n > 1;
	name.passwd = n == 1 && equals(&words[0], LITERAL("passwd"));
	name.class =
	    name.loose && !memchr(text, '_', len) && !memchr(text, '-', len);
	name.key = equals(&words[(n + 1) % 2], LITERAL("key")) ||
	    equals(&words[(n + 1) % 2], LITERAL("keys"));
	return name;
}

bool mxlog_name_is_about(const char *text, size_t len)
{
	struct word word = { 0 }, next;

	for (size_t at = 0; next_word(text, len, &at, &next);)
		word = next;
	return find(abouts, ARRAY_LEN(abouts), &word) != NULL;
}
