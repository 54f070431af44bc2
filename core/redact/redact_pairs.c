/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/redact_pairs.h"

#include <strings.h>

#include "redact/redact_judge.h"

enum {
	NAME_REACH = 64,  /* bytes of a name looked at to either side */
	TAG_REACH = 256,  /* bytes of a tag of XML */
	CLOSERS_MAX = 12, /* quotes and brackets behind a name */
	SPACES_MAX = 16,  /* around a separator */
	USER_REACH = 48,  /* before pass: */
	TELLING_MIN = 6,  /* bytes of a password without a separator */
};

struct pair {
	struct mxlog_secret_value value; /* its `at` is what is read next */
	size_t start, end; /* of the name, without dashes before it */
	bool option;       /* --name or -name */
};

static char peek(const struct pair *pair, size_t ahead)
{
	return mxlog_value_peek(&pair->value, pair->value.at + ahead);
}

/* Pass over spaces; how many there were. */
static size_t skip_spaces(struct pair *pair)
{
	size_t n = 0;

	for (; n < SPACES_MAX; n++) {
		if (peek(pair, n) == '\xc2' && peek(pair, n + 1) == '\xa0')
			n++; /* no-break */
		else if (!mxlog_is_space(peek(pair, n)))
			break;
	}
	pair->value.at += n;
	return n;
}

static bool is_word(const char *text, size_t len, const char *word)
{
	return len == strlen(word) && strncasecmp(text, word, len) == 0;
}

/* Does the word stand there, and end there? */
static bool has_word(const struct mxlog_secret_value *value, size_t at,
    const char *word)
{
	size_t n = strlen(word);

	return at + n <= value->len && (value->text[at] | 0x20) == *word &&
	    strncasecmp(value->text + at, word, n) == 0 &&
	    !mxlog_is_name_byte(mxlog_value_peek(value, at + n));
}

/* api key, pass phrase: names of two words. */
static void join_words(struct pair *pair)
{
	const struct mxlog_secret_value *value = &pair->value;
	const char *name = value->text + pair->start;
	size_t len = pair->end - pair->start, start = pair->start;

	if (is_word(name, len, "pass") &&
	    mxlog_value_peek(value, pair->end) == ' ' &&
	    has_word(value, pair->end + 1, "phrase"))
		pair->end += strlen(" phrase");
	if ((!is_word(name, len, "key") && !is_word(name, len, "keys")) ||
	    start < 2 || value->text[start - 1] != ' ' ||
	    !mxlog_is_letter(value->text[start - 2]))
		return;
	start--;
	while (start > 0 && pair->start - start < NAME_REACH &&
	    mxlog_is_name_byte(value->text[start - 1]))
		start--;
	pair->start = start;
}

/* Letters of other scripts, too, but no signs and blanks of theirs. */
static bool is_in_name(const char *text, size_t at)
{
	unsigned char lead, next;

	if ((unsigned char)text[at] < 0x80)
		return mxlog_is_name_byte(text[at]);
	while (at > 0 && (text[at] & 0xc0) == 0x80)
		at--;
	lead = (unsigned char)text[at];
	next = (unsigned char)text[at + 1];
	return lead != 0xc2 && !(lead == 0xe2 && next == 0x80) &&
	    !(lead == 0xe3 && next == 0x80) && !(lead == 0xef && next >= 0xbb);
}

static void find_name(struct pair *pair, size_t at)
{
	const char *text = pair->value.text;
	size_t start, end;

	/* A keyword may begin with a sign before the name. */
	while (at + 1 < pair->value.len && strchr("?&\"", text[at]))
		at++;
	start = end = at;
	while (
	    start > 0 && at - start < NAME_REACH && is_in_name(text, start - 1))
		start--;
	while (end < pair->value.len && end - at < NAME_REACH &&
	    is_in_name(text, end))
		end++;
	pair->option = text[start] == '-' &&
	    (start == 0 || mxlog_is_blank(text[start - 1]) ||
		strchr("\"'`[(,=", text[start - 1]));
	while (start < end && !mxlog_is_letter(text[start]) &&
	    (unsigned char)text[start] < 0x80)
		start++;
	while (end > start && strchr(".-", text[end - 1]))
		end--;
	pair->start = start;
	pair->end = end;
	join_words(pair);
	pair->value.at = pair->end;
}

/* Quotes and brackets between a name and its separator: "name", name[],
 * params['name'], **name**. */
static void skip_closers(struct pair *pair)
{
	size_t n = 0;
	char c;

	while (n < CLOSERS_MAX && (c = peek(pair, n)) != '\0' &&
	    strchr("\\\"'`[]*", c)) {
		pair->value.quoted |= mxlog_is_quote(c);
		n++;
	}
	pair->value.at += n;
}

/* =, ==, =>, :, :=, ->; false if no value can follow. */
static bool skip_separator(struct pair *pair)
{
	char c = peek(pair, 0), next = peek(pair, 1);

	if (c == '=') {
		pair->value.at += next == '=' || next == '>' ? 2 : 1;
	} else if (c == '-' && next == '>' && mxlog_is_space(peek(pair, 2))) {
		pair->value.at += 2;
	} else if (c == ':') {
		if (next == ':' || (next == '/' && !pair->value.quoted))
			return false;
		pair->value.colon = next != '=';
		pair->value.at += next == '=' ? 2 : 1;
	} else {
		return false;
	}
	(void)skip_spaces(pair);
	return true;
}

/* --password hunter2, and as list: "--password", "hunter2". */
static bool skip_option_gap(struct pair *pair)
{
	if (!pair->option)
		return false;
	if (pair->value.quoted && peek(pair, 0) == ',')
		pair->value.at++;
	return skip_spaces(pair) > 0 && peek(pair, 0) != '-';
}

/* "name":"PASSWORD","value":"x", also of HTML: up to behind the separator. */
static bool skip_value_word(struct pair *pair)
{
	size_t n = 0;
	char c;

	while (n < CLOSERS_MAX && (c = peek(pair, n)) != '\0' &&
	    strchr("\\\"' ,;", c))
		n++;
	if (n == 0 || !has_word(&pair->value, pair->value.at + n, "value"))
		return false;
	pair->value.at += n + strlen("value");
	skip_closers(pair);
	(void)skip_spaces(pair);
	return skip_separator(pair);
}

/* ("password", "hunter2"): a pair as Python has them. */
static bool skip_tuple_gap(struct pair *pair)
{
	size_t n = 1;

	if (!pair->value.quoted || pair->start < 2 ||
	    pair->value.text[pair->start - 2] != '(' || peek(pair, 0) != ',')
		return false;
	while (mxlog_is_space(peek(pair, n)) && n < SPACES_MAX)
		n++;
	if (!mxlog_is_quote(peek(pair, n)))
		return false;
	pair->value.at += n;
	return true;
}

/* What stands there is not the first of several words. */
static bool is_no_word(const struct pair *pair)
{
	size_t n = 0, letters = 0;

	for (; mxlog_is_name_byte(peek(pair, n)); n++)
		letters += mxlog_is_letter(peek(pair, n));
	return n > 0 && (letters < n || peek(pair, n) != ' ');
}

/* wifi-sec.psk S, setenv API_TOKEN S: what is no word after a blank. */
static bool skip_opaque_gap(struct pair *pair)
{
	size_t n = 0;

	if (skip_spaces(pair) == 0)
		return false;
	while (mxlog_is_name_byte(peek(pair, n)) ||
	    (peek(pair, n) != '\0' && strchr("+/=", peek(pair, n))))
		n++;
	return mxlog_judge_is_opaque(pair->value.text + pair->value.at, n) &&
	    !mxlog_judge_is_path(pair->value.text + pair->value.at, n);
}

/* password for alice: S */
static bool skip_owner_gap(struct pair *pair)
{
	size_t n = 0;

	if (pair->value.name.kind != MXLOG_NAME_PASSWORD ||
	    skip_spaces(pair) == 0 ||
	    !(has_word(&pair->value, pair->value.at, "for") ||
		has_word(&pair->value, pair->value.at, "of")))
		return false;
	n = peek(pair, 0) == 'f' ? strlen("for ") : strlen("of ");
	while (n < NAME_REACH && !mxlog_is_blank(peek(pair, n)) &&
	    peek(pair, n) != ':')
		n++;
	if (peek(pair, n) != ':' || peek(pair, n + 1) != ' ')
		return false;
	pair->value.at += n + 2;
	pair->value.colon = true;
	return true;
}

/* password LIKE 'S', token IN ('S') */
static bool skip_sql_gap(struct pair *pair)
{
	static const char *const words[] = { "like", "ilike", "in", "is" };

	if (skip_spaces(pair) == 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (!has_word(&pair->value, pair->value.at, words[i]))
			continue;
		pair->value.at += strlen(words[i]);
		(void)skip_spaces(pair);
		pair->value.at += peek(pair, 0) == '(';
		return peek(pair, 0) == '\'';
	}
	return false;
}

/* s:8:"password";s:16:"S": PHP's serialisation. */
static bool skip_php_gap(struct pair *pair)
{
	size_t n = 3;

	if (!pair->value.quoted || peek(pair, 0) != ';' ||
	    peek(pair, 1) != 's' || peek(pair, 2) != ':')
		return false;
	while (mxlog_is_digit(peek(pair, n)) && n < CLOSERS_MAX)
		n++;
	if (peek(pair, n) != ':' || peek(pair, n + 1) != '"')
		return false;
	pair->value.at += n + 1;
	return true;
}

/* (password . "S"): Lisp. */
static bool skip_dot_gap(struct pair *pair)
{
	if (skip_spaces(pair) == 0 || peek(pair, 0) != '.' ||
	    !mxlog_is_space(peek(pair, 1)))
		return false;
	pair->value.at++;
	(void)skip_spaces(pair);
	return peek(pair, 0) == '"';
}

/* form-data; name="password", empty line, S: at least two ends of lines. */
static bool skip_form_gap(struct pair *pair)
{
	size_t n = 0, ends = 0;

	if (!pair->value.quoted)
		return false;
	/* The backslash of \\r was taken for one before a quote. */
	if (strchr("rn", peek(pair, 0)) && peek(pair, 0) &&
	    pair->value.text[pair->value.at - 1] == '\\')
		pair->value.at--;
	for (; n < 2 * SPACES_MAX; n++) {
		char c = peek(pair, n), next = peek(pair, n + 1);

		if (c == '\n' || (c == '\\' && next == 'n'))
			ends++;
		if (c == '\\' && (next == 'n' || next == 'r'))
			n++;
		else if (c != '\n' && c != '\r')
			break;
	}
	pair->value.at += n;
	return ends >= 2;
}

/* Passwords behind nothing but a space: in quotes (SQL), behind the digit that
 * tells how it is encrypted (network devices), or a word that no language has:
 * with letters and digits. */
static bool skip_password_gap(struct pair *pair)
{
	size_t n = 0, letters = 0, digits = 0;

	if (pair->value.name.kind != MXLOG_NAME_PASSWORD &&
	    !has_word(&pair->value, pair->start, "secret"))
		return false;
	if (peek(pair, 0) == '(' && mxlog_is_quote(peek(pair, 1))) {
		pair->value.at++;
		return true;
	}
	if (skip_spaces(pair) == 0)
		return false;
	if (mxlog_is_digit(peek(pair, 0)) && peek(pair, 1) == ' ') {
		pair->value.at += 2;
		return peek(pair, 0) == '$' || is_no_word(pair);
	}
	if (pair->value.name.kind != MXLOG_NAME_PASSWORD)
		return false;
	if (mxlog_is_quote(peek(pair, 0)))
		return true;
	if (has_word(&pair->value, pair->value.at, "is"))
		pair->value.at += strlen("is ");
	for (; mxlog_is_name_byte(peek(pair, n)); n++) {
		letters += mxlog_is_letter(peek(pair, n));
		digits += mxlog_is_digit(peek(pair, n));
	}
	return letters > 0 && digits > 0 && n >= TELLING_MIN;
}

/* Of an element whose tag ends at or after `from`: its text, without blanks
 * around it. */
static bool read_element(struct pair *pair, size_t from,
    struct mxlog_range *ret)
{
	static const char cdata[] = "<![CDATA[";
	const struct mxlog_secret_value *value = &pair->value;
	const char *text = value->text;
	const char *close =
	    memchr(text + from, '>', MIN(value->len - from, (size_t)TAG_REACH));
	const char *open;

	if (!close || (close > text && close[-1] == '/'))
		return false;
	ret->start = (size_t)(close - text) + 1;
	while (ret->start < value->len && mxlog_is_blank(text[ret->start]))
		ret->start++;
	if (value->len - ret->start > sizeof(cdata) - 1 &&
	    memcmp(text + ret->start, cdata, sizeof(cdata) - 1) == 0) {
		ret->start += sizeof(cdata) - 1;
		open = memmem(text + ret->start, value->len - ret->start,
		    LITERAL("]]>"));
	} else {
		open = memchr(text + ret->start, '<', value->len - ret->start);
	}
	ret->end = open ? (size_t)(open - text) : value->len;
	while (ret->end > ret->start && mxlog_is_blank(text[ret->end - 1]))
		ret->end--;
	return ret->end > ret->start &&
	    mxlog_value_is_secret(value->name, text + ret->start,
		ret->end - ret->start);
}

/* <password …> and <ns:password …>. */
static bool is_element(const struct pair *pair)
{
	const char *text = pair->value.text;
	size_t at = pair->start;

	while (at > 0 && pair->start - at < SPACES_MAX &&
	    (mxlog_is_name_byte(text[at - 1]) || text[at - 1] == ':'))
		at--;
	return at > 0 && text[at - 1] == '<';
}

/* <entry key="password">S</entry>, <name>PASSWORD</name><value>S</value>: where
 * the tag with the value begins, or 0. */
static size_t find_value_tag(const struct pair *pair)
{
	const char *text = pair->value.text;
	size_t at = pair->value.at, len = pair->value.len;

	if (pair->value.quoted && at < len && text[at] == '>')
		return at;
	if (len - at < 2 || memcmp(text + at, "</", 2) != 0)
		return 0;
	while (at < len && text[at] != '>')
		at++;
	for (at++; at < len && mxlog_is_blank(text[at]);)
		at++;
	return at < len && text[at] == '<' &&
		has_word(&pair->value, at + 1, "value")
	    ? at
	    : 0;
}

static bool is_in_query(const struct pair *pair)
{
	return pair->start > 0 &&
	    strchr("?&", pair->value.text[pair->start - 1]);
}

/* user: a pass: b; without a user "pass:" is rather a count. */
static bool has_user_before(const struct pair *pair)
{
	size_t at = pair->start > USER_REACH ? pair->start - USER_REACH : 0;

	for (; at < pair->start; at++)
		if (has_word(&pair->value, at, "user") ||
		    has_word(&pair->value, at, "username") ||
		    has_word(&pair->value, at, "login"))
			return true;
	return false;
}

/* Could the word that begins here be a value, or lead to one? */
static bool is_word_telling(const struct mxlog_secret_value *value, size_t at)
{
	size_t end = at;

	for (; end - at < NAME_REACH &&
	     mxlog_is_name_byte(mxlog_value_peek(value, end));
	     end++)
		if (mxlog_is_digit(value->text[end]))
			return true;
	return has_word(value, at, "is") || has_word(value, at, "value") ||
	    has_word(value, at, "for") || has_word(value, at, "of") ||
	    has_word(value, at, "like") || has_word(value, at, "ilike") ||
	    has_word(value, at, "in");
}

/* After most names there is no value, whatever they mean: this costs less than
 * to find that out. */
static bool may_have_value(struct pair *pair)
{
	size_t n = 0;
	char c;

	skip_closers(pair);
	if (pair->option || pair->value.quoted)
		return true;
	while (n < SPACES_MAX && mxlog_is_space(peek(pair, n)))
		n++;
	c = peek(pair, n);
	if (c == '\0')
		return false;
	if (strchr("=:-(,;\"'`\\$.<>\xc2", c))
		return true;
	return n > 0 && is_word_telling(&pair->value, pair->value.at + n);
}

/* Each way to stand behind a name, from `at` on. */
static bool skip_to_value(struct pair *pair)
{
	static bool (*const ways[])(struct pair *) = { skip_value_word,
		skip_tuple_gap, skip_php_gap, skip_form_gap, skip_dot_gap,
		skip_sql_gap, skip_owner_gap, skip_password_gap,
		skip_option_gap, skip_opaque_gap };
	size_t behind = pair->value.at;

	(void)skip_spaces(pair);
	if (skip_separator(pair))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		pair->value.at = behind;
		if (ways[i](pair))
			return true;
	}
	return false;
}

bool mxlog_pair_find(const char *text, size_t len, size_t at,
    struct mxlog_pair_found *ret)
{
	struct pair pair = { .value = { .text = text, .len = len } };
	bool element;
	size_t tag;

	assert(at < len);

	find_name(&pair, at);
	ret->name_end = pair.end;
	element = is_element(&pair);
	if (!element && !may_have_value(&pair))
		return false;
	pair.value.name =
	    mxlog_name_classify(text + pair.start, pair.end - pair.start);
	pair.value.name_at = pair.start;
	if (pair.value.name.kind == MXLOG_NAME_OTHER ||
	    (pair.value.name.kind == MXLOG_NAME_QUERY && !is_in_query(&pair)))
		return false;
	if (element)
		return read_element(&pair, pair.end, &ret->range);
	tag = find_value_tag(&pair);
	if (tag > 0)
		return read_element(&pair, tag, &ret->range);
	if (!skip_to_value(&pair))
		return false;
	if (pair.value.name.kind == MXLOG_NAME_PASS && pair.value.colon &&
	    has_user_before(&pair))
		pair.value.name.kind = MXLOG_NAME_SECRET;
	ret->name = pair.value.name;
	ret->container = mxlog_value_is_container(&pair.value);
	return mxlog_value_read(&pair.value, &ret->range);
}
