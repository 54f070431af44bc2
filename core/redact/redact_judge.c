/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/redact_judge.h"

#include <strings.h>

#include "redact/redact_value.h"

enum {
	OPAQUE_MIN = 8,
	ERRNO_MAX = 133,
	PROSE_WORDS = 4,
	FAILING_REACH = 80, /* bytes before a name */
	WORD_BYTES = 24,    /* the longest word of the lists */
};

struct plain_word {
	const char *text;
	size_t len;
};

static const struct plain_word states[] = {
#define STATE(word) { LITERAL(word) },
#include "tbl/plain_words.def"
};

static const struct plain_word openings[] = {
#define OPENING(word) { LITERAL(word) },
#include "tbl/plain_words.def"
};

static const struct plain_word failings[] = {
#define FAILING(word) { LITERAL(word) },
#include "tbl/plain_words.def"
};

/* The lists are sorted. */
static bool is_listed(const struct plain_word *list, size_t n, const char *text,
    size_t len)
{
	size_t low = 0, high = n;

	if (len == 0 || len > WORD_BYTES)
		return false;
	while (low < high) {
		size_t at = (low + high) / 2;
		int order =
		    strncasecmp(text, list[at].text, MIN(len, list[at].len));

		if (order == 0)
			order = (len > list[at].len) - (len < list[at].len);
		if (order == 0)
			return true;
		if (order < 0)
			high = at;
		else
			low = at + 1;
	}
	return false;
}

static bool equals(const char *text, size_t len, const char *word)
{
	return len == strlen(word) && strncasecmp(text, word, len) == 0;
}

static bool encloses(const char *text, size_t len, const char *open,
    const char *close)
{
	size_t before = strlen(open), after = strlen(close);

	return len >= before + after && memcmp(text, open, before) == 0 &&
	    memcmp(text + len - after, close, after) == 0;
}

/* All of it is made of these. */
static bool consists_of(const char *text, size_t len, const char *bytes)
{
	size_t n = 0;

	while (n < len && text[n] != '\0' && strchr(bytes, text[n]))
		n++;
	return n == len;
}

static bool is_variable_name(const char *text, size_t len)
{
	size_t n = 0;

	if (len < 2 || !(mxlog_is_letter(*text) || *text == '_'))
		return false;
	while (n < len &&
	    (mxlog_is_letter(text[n]) || mxlog_is_digit(text[n]) ||
		text[n] == '_'))
		n++;
	return n == len;
}

/* $PASS, but not $ecret9: names of variables are in one case, and without
 * digits. */
static bool is_variable(const char *text, size_t len)
{
	bool upper = false, lower = false;

	if (len < 3 || *text != '$' || !is_variable_name(text + 1, len - 1))
		return false;
	for (size_t i = 1; i < len; i++) {
		upper |= text[i] >= 'A' && text[i] <= 'Z';
		lower |= text[i] >= 'a' && text[i] <= 'z';
		if (mxlog_is_digit(text[i]))
			return false;
	}
	return upper != lower;
}

bool mxlog_judge_is_placeholder(const char *text, size_t len)
{
	static const char *const words[] = { "(null)", "nil", "undefined",
		"n/a", "<nil>", "(none)", "(empty)", "(unset)", "(not set)",
		"tbd", "todo" };

	if (len == 0 ||
	    (len == 1 && !mxlog_is_letter(*text) && !mxlog_is_digit(*text)))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (equals(text, len, words[i]))
			return true;
	if (len > 2 && memcmp(text, "%%", 2) == 0)
		return true; /* Windows: the number of a text */
	if (consists_of(text, len, "*.") ||
	    (len > 2 && consists_of(text, len, "xX*")) ||
	    consists_of(text, len, "-") || consists_of(text, len, "?"))
		return true;
	if (encloses(text, len, "${", "}") || encloses(text, len, "$(", ")") ||
	    encloses(text, len, "{{", "}}") ||
	    encloses(text, len, "%(", ")s") ||
	    encloses(text, len, "<%", "%>") || encloses(text, len, "@@", "@@"))
		return true;
	if ((encloses(text, len, "<", ">") || encloses(text, len, "[", "]") ||
		encloses(text, len, "%", "%") ||
		encloses(text, len, "{", "}")) &&
	    is_variable_name(text + 1, len - 2) && len <= 2 * WORD_BYTES &&
	    !mxlog_judge_is_opaque(text + 1, len - 2))
		return true;
	return is_variable(text, len);
}

static size_t count_digits(const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += mxlog_is_digit(text[i]);
	return n;
}

bool mxlog_judge_is_number(const char *text, size_t len)
{
	return len > 0 && count_digits(text, len) > 0 &&
	    consists_of(text, len, "0123456789+-.%/,");
}

bool mxlog_judge_is_small_number(const char *text, size_t len)
{
	size_t digits = count_digits(text, len), number = 0;

	if (digits == 0 || digits > 3)
		return false;
	while (number < len && strchr("0123456789+-.%/", text[number]) &&
	    text[number] != '\0')
		number++;
	return number == len ||
	    (len - number <= 2 && number > 0 &&
		consists_of(text + number, len - number, "smhdkKMGBx"));
}

bool mxlog_judge_is_path(const char *text, size_t len)
{
	size_t slashes = 0;

	if (len < 2)
		return false;
	for (size_t i = 0; i < len; i++) {
		slashes += text[i] == '/' || text[i] == '\\';
		if (!mxlog_is_name_byte(text[i]) &&
		    !strchr("/\\~:@+ ", text[i]))
			return false;
	}
	if (*text == '~' || memcmp(text, "./", 2) == 0)
		return slashes > 0;
	if (mxlog_is_letter(*text) && text[1] == ':')
		return len > 3 && (text[2] == '\\' || text[2] == '/');
	return *text == '/' && (slashes > 1 || memchr(text, '.', len));
}

bool mxlog_judge_is_state(const char *text, size_t len)
{
	while (len > 0 && strchr(",;.:!)]}", text[len - 1]))
		len--;
	return is_listed(states, ARRAY_LEN(states), text, len);
}

bool mxlog_judge_is_word(const char *text, size_t len)
{
	size_t n = 0, upper = 0;

	for (; n < len && (mxlog_is_letter(text[n]) || strchr("-_", text[n]));
	     n++)
		upper += text[n] >= 'A' && text[n] <= 'Z';
	return n == len && (upper <= 1 || upper == len);
}

enum byte_class {
	CLASS_OTHER,
	CLASS_LOWER,
	CLASS_UPPER,
	CLASS_DIGIT,
};

static enum byte_class class_of(char c)
{
	if (mxlog_is_digit(c))
		return CLASS_DIGIT;
	if (c >= 'a' && c <= 'z')
		return CLASS_LOWER;
	return c >= 'A' && c <= 'Z' ? CLASS_UPPER : CLASS_OTHER;
}

bool mxlog_judge_is_opaque(const char *text, size_t len)
{
	size_t counts[4] = { 0 }, changes = 0;

	if (len < OPAQUE_MIN)
		return false;
	for (size_t i = 0; i < len; i++) {
		enum byte_class class = class_of(text[i]);

		counts[class]++;
		/* An upper case letter that begins a word is no change. */
		changes += i > 0 && class != CLASS_OTHER &&
		    class_of(text[i - 1]) != CLASS_OTHER &&
		    class != class_of(text[i - 1]) &&
		    !(class == CLASS_LOWER &&
			class_of(text[i - 1]) == CLASS_UPPER);
	}
	if (counts[CLASS_DIGIT] == 0)
		return counts[CLASS_OTHER] <= 2 && changes >= 3 &&
		    changes * 5 >= len;
	if (counts[CLASS_LOWER] + counts[CLASS_UPPER] == 0)
		return false;
	return changes >= 3 || (changes >= 2 && len >= 12) || len >= 20;
}

/* The end of the word at `at`. */
static size_t word_end(const char *text, size_t len, size_t at)
{
	while (at < len && !mxlog_is_blank(text[at]))
		at++;
	return at;
}

static bool is_errno(const char *text, size_t len)
{
	for (int error = 1; error <= ERRNO_MAX; error++) {
		const char *reason = strerrordesc_np(error);
		size_t n = reason ? strlen(reason) : 0;

		if (n > 0 && len >= n && strncasecmp(text, reason, n) == 0)
			return true;
	}
	return false;
}

/* 401 Unauthorized, 503 Service Unavailable */
static bool is_http_status(const char *text, size_t len)
{
	return len > 5 && *text >= '1' && *text <= '5' &&
	    mxlog_is_digit(text[1]) && mxlog_is_digit(text[2]) &&
	    text[3] == ' ' && mxlog_is_letter(text[4]);
}

static bool is_plain(const char *text, size_t len)
{
	size_t n = 0;

	while (len > 1 && strchr(",;.:!?)", text[len - 1]))
		len--;
	while (len > 1 && strchr("(\"'", *text)) {
		text++;
		len--;
	}
	while (n < len && (mxlog_is_letter(text[n]) || strchr("'-/", text[n])))
		n++;
	return n == len && len > 0 &&
	    (len == 1 || mxlog_judge_is_word(text + 1, len - 1));
}

static bool is_opening(const char *text, size_t len)
{
	while (len > 0 && strchr(",;.:!", text[len - 1]))
		len--;
	return is_listed(states, ARRAY_LEN(states), text, len) ||
	    is_listed(openings, ARRAY_LEN(openings), text, len);
}

/* x509: certificate signed by … */
static bool is_prefixed(const char *text, size_t len, size_t first)
{
	size_t next = first + 1;

	return first > 1 && first <= WORD_BYTES && text[first - 1] == ':' &&
	    next < len && mxlog_is_letter(text[next]) &&
	    is_plain(text + next, word_end(text, len, next) - next);
}

bool mxlog_judge_is_sentence(const char *text, size_t len)
{
	size_t first = word_end(text, len, 0);

	if (is_errno(text, len) || is_http_status(text, len))
		return true;
	if (first == len)
		return mxlog_judge_is_state(text, len);
	if (first == 1)
		return false; /* "a b" */
	return is_opening(text, first) || is_prefixed(text, len, first);
}

bool mxlog_judge_is_prose(const char *text, size_t len)
{
	size_t at = 0, words = 0;
	bool opening = false;

	while (at < len && words < PROSE_WORDS) {
		size_t end = word_end(text, len, at);

		if (!is_plain(text + at, end - at))
			return false;
		opening |= is_opening(text + at, end - at);
		words++;
		at = end;
		while (at < len && mxlog_is_space(text[at]))
			at++;
	}
	return words == PROSE_WORDS && opening;
}

bool mxlog_judge_is_failing(const char *text, size_t len)
{
	size_t at = len > FAILING_REACH ? len - FAILING_REACH : 0;

	while (at < len) {
		size_t end;

		while (at < len && !mxlog_is_letter(text[at]))
			at++;
		end = at;
		while (end < len && !mxlog_is_blank(text[end]) &&
		    !strchr(",;:=()[]{}\"", text[end]))
			end++;
		if (is_listed(failings, ARRAY_LEN(failings), text + at,
			end - at))
			return true;
		at = MAX(end, at + 1);
	}
	return false;
}
