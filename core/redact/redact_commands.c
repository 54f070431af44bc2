/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/redact_commands.h"

#include "redact/redact_judge.h"

enum {
	LINE_MAX_BYTES = 1024, /* of a command line are read */
	CLUSTER_MAX = 6,       /* letters after one dash */
};

enum form {
	FORM_VALUE,
	FORM_GLUED,
	FORM_USER,
	FORM_COOKIE,
	FORM_SOURCE,
	FORM_LAST,
};

struct mxlog_command {
	const char *program, *subcommand, *options;
	unsigned form;
};

static const struct mxlog_command commands[] = {
#define COMMAND(program, subcommand, options, form) \
	{ program, subcommand, options, FORM_##form },
#include "tbl/commands.def"
};

const char *const mxlog_command_options[] = {
#define OPTION(text) text,
#include "tbl/commands.def"
};
const size_t mxlog_command_options_n = ARRAY_LEN(mxlog_command_options);

struct line {
	const char *text;
	size_t end; /* of what belongs to the command */
	size_t at;  /* the next word is looked for from here */
	bool list;  /* "a", "b": commas are between words */
};

struct word {
	size_t start, end; /* without quotes around all of it */
};

static bool is_name_char(char c)
{
	return mxlog_is_name_byte(c);
}

/* The end of the command: of the line, or where another begins. */
static size_t find_end(const char *text, size_t len, size_t at)
{
	size_t end = at, most = MIN(len, at + LINE_MAX_BYTES);
	char quote = '\0';

	for (; end < most; end++) {
		char c = text[end];

		if (c == '\n' || (quote == '\0' && strchr("|;", c) && c))
			break;
		if (quote == '\0' && (c == '"' || c == '\''))
			quote = c;
		else if (c == quote)
			quote = '\0';
	}
	return end;
}

/* Does the program stand here, and end here? The line behind it, or false. */
static bool read_program(const struct mxlog_command *command, const char *text,
    size_t len, size_t at, struct line *ret)
{
	size_t n = strlen(command->program), end = at + n;
	bool any = command->program[n - 1] == '*';

	if (at > 0 && is_name_char(text[at - 1]))
		return false;
	if (any)
		end--;
	if (end > len || memcmp(text + at, command->program, end - at) != 0)
		return false;
	while (any && end < len && is_name_char(text[end]))
		end++;
	if (end + 4 <= len && memcmp(text + end, ".exe", 4) == 0)
		end += 4;
	if (end >= len ||
	    !(mxlog_is_space(text[end]) || text[end] == '"' ||
		text[end] == '\''))
		return false;
	*ret = (struct line){ .text = text, .at = end };
	/* In a list the quote closes the program's name. */
	if (!mxlog_is_space(text[end])) {
		ret->list = end + 1 < len && text[end + 1] == ',';
		ret->at++;
	}
	ret->end = find_end(text, len, ret->at);
	return true;
}

static bool is_between(const struct line *line, char c)
{
	return mxlog_is_blank(c) || (line->list && (c == ',' || c == ']'));
}

/* a1="-p" of an audit record is -p. */
static size_t skip_audit_name(const struct line *line, size_t at)
{
	size_t n = at + 1;

	if (line->text[at] != 'a')
		return at;
	while (n < line->end && mxlog_is_digit(line->text[n]))
		n++;
	return n > at + 1 && n < line->end && line->text[n] == '=' ? n + 1 : at;
}

static bool next_word(struct line *line, struct word *ret)
{
	const char *text = line->text;
	size_t at = line->at;
	char quote = '\0';

	while (at < line->end && is_between(line, text[at]))
		at++;
	if (at >= line->end)
		return false;
	at = skip_audit_name(line, at);
	ret->start = at;
	for (; at < line->end; at++) {
		char c = text[at];

		if (quote != '\0')
			quote = c == quote ? '\0' : quote;
		else if (c == '"' || c == '\'')
			quote = c;
		else if (is_between(line, c))
			break;
	}
	line->at = ret->end = at;
	if (ret->end - ret->start >= 2 &&
	    (text[ret->start] == '"' || text[ret->start] == '\'') &&
	    text[ret->end - 1] == text[ret->start]) {
		ret->start++;
		ret->end--;
	}
	return true;
}

/* Is this one of the options? Of one letter also together with others before
 * it (-sSu). In *ret_value where its value begins in the word, or its end. */
static bool is_option(const struct mxlog_command *command,
    const struct line *line, const struct word *word, size_t *ret_value)
{
	const char *text = line->text + word->start;
	size_t len = word->end - word->start;
	const char *option = command->options;

	*ret_value = word->end;
	while (len > 1 && *text == '-' && *option != '\0') {
		size_t n = strcspn(option, " ");
		bool letter = n == 2;

		if (len >= n && memcmp(text, option, n) == 0) {
			if (len == n)
				return true;
			if (text[n] == '=' && !letter)
				*ret_value = word->start + n + 1;
			else
				*ret_value = word->start + n;
			if (letter || text[n] == '=' ||
			    command->form == FORM_GLUED)
				return true;
			*ret_value = word->end;
		}
		if (letter && text[1] != '-' && len <= CLUSTER_MAX + 1 &&
		    text[len - 1] == option[1] && command->form != FORM_GLUED &&
		    mxlog_judge_is_word(text + 1, len - 1))
			return true;
		option += n + (option[n] == ' ');
	}
	return false;
}

/* mysql -protocol, -pipe: options with one dash too few. */
static bool is_other_option(const char *text, size_t len)
{
	static const char *const words[] = { "rotocol", "ipe", "ort", "lugin",
		"rint", "rogress", "rompt", "reserve", "assword" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (len >= strlen(words[i]) &&
		    memcmp(text, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

static void strip_quotes(const struct line *line, struct mxlog_range *range)
{
	while (range->end > range->start &&
	    strchr("\"'", line->text[range->start]))
		range->start++;
	while (range->end > range->start &&
	    strchr("\"'", line->text[range->end - 1]))
		range->end--;
}

static bool read_form(const struct mxlog_command *command,
    const struct line *line, struct mxlog_range *range)
{
	const char *text = line->text + range->start;
	size_t len = range->end - range->start, n = 0;

	switch (command->form) {
	case FORM_GLUED:
		if (is_other_option(text, len))
			return false;
		break;
	case FORM_USER:
		while (n < len && !strchr(":,%", text[n]))
			n++;
		if (n + 1 >= len)
			return false;
		range->start += n + 1;
		break;
	case FORM_COOKIE:
		if (!memchr(text, '=', len))
			return false;
		break;
	case FORM_SOURCE:
		if (len <= 5 || memcmp(text, "pass:", 5) != 0)
			return false;
		range->start += 5;
		break;
	default:
		break;
	}
	strip_quotes(line, range);
	len = range->end - range->start;
	return len > 0 &&
	    !mxlog_judge_is_placeholder(line->text + range->start, len);
}

static bool has_subcommand(const struct mxlog_command *command,
    struct line line)
{
	struct word word;

	if (*command->subcommand == '\0')
		return true;
	while (next_word(&line, &word))
		if (word.end - word.start == strlen(command->subcommand) &&
		    memcmp(line.text + word.start, command->subcommand,
			word.end - word.start) == 0)
			return true;
	return false;
}

/* The value of the option that was read, in *ret. */
static bool read_value(const struct mxlog_command *command, struct line *line,
    const struct word *option, size_t value, struct mxlog_range *ret)
{
	struct word word = *option;

	if (command->form == FORM_GLUED && value == option->end)
		return false;
	if (command->form == FORM_LAST)
		while (next_word(line, &word))
			value = word.start;
	else if (value == option->end &&
	    (!next_word(line, &word) ||
		(line->text[word.start] == '-' && word.end - word.start > 1)))
		return false;
	else if (value == option->end)
		value = word.start;
	ret->start = value;
	ret->end = word.end;
	return value < word.end && read_form(command, line, ret);
}

/* A secret of this command, whose program stands at `at`; *next is where its
 * words are read on from. */
static bool find_value(const struct mxlog_command *command, const char *text,
    size_t len, size_t at, size_t *next, struct mxlog_range *ret)
{
	struct line line;
	struct word word;
	size_t value;

	if (!read_program(command, text, len, at, &line) ||
	    !has_subcommand(command, line))
		return false;
	line.at = MAX(line.at, *next);
	while (next_word(&line, &word)) {
		if (!is_option(command, &line, &word, &value))
			continue;
		if (read_value(command, &line, &word, value, ret)) {
			*next = line.at;
			return true;
		}
	}
	return false;
}

void mxlog_command_begin(struct mxlog_command_walk *walk, const char *text,
    size_t len, size_t option)
{
	size_t start = option;

	while (start > 0 && option - start < LINE_MAX_BYTES &&
	    !strchr("\n|;", text[start - 1]))
		start--;
	*walk = (struct mxlog_command_walk){ .text = text,
		.len = len,
		.start = start,
		.at = start,
		.end = find_end(text, len, option) };
}

bool mxlog_command_next(struct mxlog_command_walk *walk,
    struct mxlog_range *ret)
{
	for (; walk->at < walk->end; walk->at++, walk->number = 0) {
		char c = walk->text[walk->at];

		if (walk->at > walk->start &&
		    is_name_char(walk->text[walk->at - 1]))
			continue;
		for (; walk->number < ARRAY_LEN(commands);
		     walk->number++, walk->next = 0) {
			const struct mxlog_command *command =
			    &commands[walk->number];

			if (c == *command->program &&
			    find_value(command, walk->text, walk->len, walk->at,
				&walk->next, ret))
				return true;
		}
	}
	return false;
}
