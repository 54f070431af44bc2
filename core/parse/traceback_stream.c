/* SPDX-License-Identifier: Apache-2.0 */
#include <mxlog/traceback.h>

#include <string.h>

/* What came before the next line. */
enum stream_state {
	STATE_NONE, /* no traceback so far */
	STATE_PYTHON_FRAMES,
	STATE_PYTHON_DONE,
	STATE_PYTHON_GAP,
	STATE_PYTHON_LINK,
	STATE_PYTHON_GAP_2,
	STATE_HEAD, /* of Java's or Node's: frames may follow */
	STATE_FRAMES,
	STATE_FRAMES_GAP,
	STATE_GO_PANIC,
	STATE_GO_FRAMES,
	STATE_GO_CALL,
	STATE_GO_GAP,
	STATE_NODE_CODE,
	STATE_NODE_CARET,
	STATE_NODE_GAP,
	STATE_LAST, /* nothing more can belong */
};

/* Short names for what stands in every line below. */
#define STATE(name) STATE_##name
#define verdict     enum mxlog_traceback_line
#define OTHER       MXLOG_TRACEBACK_OTHER
#define MAYBE       MXLOG_TRACEBACK_MAYBE
#define PART        MXLOG_TRACEBACK_PART

struct line {
	const char *text;
	size_t len;
	size_t indent; /* bytes of white space before the first other one */
};

static verdict go(enum stream_state *state, enum stream_state next, verdict is)
{
	*state = next;
	return is;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	    c == '$';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool starts(const char *text, size_t len, const char *with)
{
	size_t n = strlen(with);

	return len >= n && memcmp(text, with, n) == 0;
}

static bool line_starts(const struct line *line, const char *with)
{
	return starts(line->text, line->len, with);
}

/* Behind the indentation. */
static bool content_starts(const struct line *line, const char *with)
{
	return starts(line->text + line->indent, line->len - line->indent,
	    with);
}

static bool is_blank(const struct line *line)
{
	return line->indent == line->len;
}

/* Length of a dotted name at the text's start; how many dots, and whether the
 * last part begins in upper case. */
static size_t dotted_name(const char *text, size_t len, size_t *ret_dots,
    bool *ret_upper)
{
	bool begin = true;
	size_t i;

	*ret_dots = 0;
	*ret_upper = false;
	for (i = 0; i < len; i++) {
		if (begin ? is_letter(text[i])
			  : is_letter(text[i]) || is_digit(text[i])) {
			if (begin)
				*ret_upper = text[i] >= 'A' && text[i] <= 'Z';
			begin = false;
		} else if (text[i] == '.' && !begin) {
			(*ret_dots)++;
			begin = true;
		} else {
			break;
		}
	}
	return begin ? 0 : i;
}

/* ---- Python ---- */

/* Exception groups draw a margin of '|', '+' and '-' before their lines. */
static bool is_python_header(const struct line *line)
{
	static const char header[] = "Traceback (most recent call last):";
	size_t at = line->indent;

	while (at < line->len &&
	    (is_space(line->text[at]) || line->text[at] == '|' ||
		line->text[at] == '+' || line->text[at] == '-'))
		at++;
	if (starts(line->text + at, line->len - at, "Exception Group "))
		at += sizeof("Exception Group ") - 1;
	return starts(line->text + at, line->len - at, header);
}

static bool is_python_error(const struct line *line)
{
	size_t dots, n;
	bool upper;

	n = dotted_name(line->text, line->len, &dots, &upper);
	return n > 0 && (n == line->len || line->text[n] == ':');
}

static verdict step_python_frames(enum stream_state *state,
    const struct line *line)
{
	if (is_blank(line))
		return OTHER;
	if (line->indent > 0)
		return content_starts(line, "File \"") ||
			content_starts(line, "|")
		    ? PART
		    : MAYBE;
	if (is_python_error(line))
		return go(state, STATE(PYTHON_DONE), PART);
	return OTHER;
}

static verdict step_python_link(enum stream_state *state,
    const struct line *line)
{
	if (line_starts(line, "During handling of the above exception") ||
	    line_starts(line, "The above exception was the direct cause"))
		return go(state, STATE(PYTHON_LINK), MAYBE);
	return OTHER;
}

/* ---- Java and Node ---- */

static size_t skip_thread(const struct line *line)
{
	static const char start[] = "Exception in thread \"";
	const char *quote;
	size_t n = sizeof(start) - 1;

	if (!line_starts(line, start))
		return 0;
	quote = memchr(line->text + n, '"', line->len - n);
	if (!quote || quote + 1 == line->text + line->len || quote[1] != ' ')
		return 0;
	return (size_t)(quote + 2 - line->text);
}

static bool ends_with(const char *text, size_t len, const char *suffix)
{
	size_t n = strlen(suffix);

	return len >= n && memcmp(text + len - n, suffix, n) == 0;
}

/* "java.io.IOException: no", "TypeError: no", "Uncaught Error: no". */
static bool is_head(const struct line *line)
{
	size_t at = skip_thread(line), dots, n;
	const char *text;
	bool upper;

	if (line_starts(line, "Uncaught "))
		at = sizeof("Uncaught ") - 1;
	text = line->text + at;
	n = dotted_name(text, line->len - at, &dots, &upper);
	if (n == 0 || !upper)
		return false;
	if (at + n < line->len && text[n] != ':' && text[n] != ' ')
		return false;
	return dots > 0 || ends_with(text, n, "Error") ||
	    ends_with(text, n, "Exception");
}

static bool is_frame(const struct line *line)
{
	return line->indent > 0 && content_starts(line, "at ");
}

static verdict step_frames(enum stream_state *state, const struct line *line)
{
	if (is_blank(line))
		return go(state, STATE(FRAMES_GAP), MAYBE);
	if (line->indent > 0 || line_starts(line, "Caused by: ") ||
	    line_starts(line, "}"))
		return PART;
	return OTHER;
}

/* "/srv/app.js:12", then the line itself, a caret, an empty line, the head. */
static bool is_node_place(const struct line *line)
{
	size_t at = line->len;

	if (!line_starts(line, "/") && !line_starts(line, "file:///") &&
	    !line_starts(line, "node:"))
		return false;
	while (at > 0 && is_digit(line->text[at - 1]))
		at--;
	return at < line->len && at > 0 && line->text[at - 1] == ':' &&
	    !memchr(line->text, ' ', line->len);
}

static bool is_caret(const struct line *line)
{
	size_t at = line->indent;

	while (at < line->len && line->text[at] == '^')
		at++;
	return at > line->indent && at == line->len;
}

/* ---- Go ---- */

static bool is_goroutine(const struct line *line)
{
	return line_starts(line, "goroutine ") &&
	    memchr(line->text, '[', line->len) &&
	    line->text[line->len - 1] == ':';
}

static verdict step_go_panic(enum stream_state *state, const struct line *line)
{
	if (is_goroutine(line))
		return go(state, STATE(GO_FRAMES), PART);
	if (is_blank(line) || line_starts(line, "[signal ") ||
	    line_starts(line, "\t"))
		return MAYBE;
	return OTHER;
}

static bool is_go_call(const struct line *line)
{
	if (line->indent > 0 || line->len == 0)
		return false;
	return line_starts(line, "created by ") ||
	    (line->text[line->len - 1] == ')' &&
		memchr(line->text, '(', line->len));
}

static verdict step_go_frames(enum stream_state *state, const struct line *line)
{
	if (is_blank(line))
		return go(state, STATE(GO_GAP), MAYBE);
	if (is_go_call(line))
		return go(state, STATE(GO_CALL), MAYBE);
	if (line_starts(line, "exit status "))
		return go(state, STATE(LAST), PART);
	return line_starts(line, "...") ? PART : OTHER;
}

/* "rax    0x0": registers are printed behind the goroutines. */
static bool is_register(const struct line *line)
{
	const char *space = memchr(line->text, ' ', line->len);

	return line->indent == 0 && space && space - line->text <= 6 &&
	    memmem(space, line->len - (size_t)(space - line->text), " 0x", 3);
}

static verdict step_go_gap(enum stream_state *state, const struct line *line)
{
	if (is_goroutine(line))
		return go(state, STATE(GO_FRAMES), MAYBE);
	if (line_starts(line, "exit status "))
		return go(state, STATE(LAST), PART);
	return is_register(line) ? PART : OTHER;
}

/* ---- all of them ---- */

static verdict begin(enum stream_state *state, const struct line *line)
{
	if (is_python_header(line))
		return go(state, STATE(PYTHON_FRAMES), MAYBE);
	if (line->indent > 0 || line->len < 4)
		return OTHER;
	if (line_starts(line, "panic: ") || line_starts(line, "fatal error: "))
		return go(state, STATE(GO_PANIC), MAYBE);
	if (is_goroutine(line))
		return go(state, STATE(GO_FRAMES), MAYBE);
	if (is_head(line))
		return go(state, STATE(HEAD), MAYBE);
	if (is_node_place(line))
		return go(state, STATE(NODE_CODE), MAYBE);
	return OTHER;
}

static verdict step(enum stream_state *state, const struct line *line)
{
	switch (*state) {
	case STATE(NONE):
		return begin(state, line);
	case STATE(PYTHON_FRAMES):
		return step_python_frames(state, line);
	case STATE(PYTHON_DONE):
		if (is_blank(line))
			return go(state, STATE(PYTHON_GAP), MAYBE);
		return line->indent > 0 ? PART : OTHER;
	case STATE(PYTHON_GAP):
		return step_python_link(state, line);
	case STATE(PYTHON_LINK):
		return is_blank(line) ? go(state, STATE(PYTHON_GAP_2), MAYBE)
				      : OTHER;
	case STATE(PYTHON_GAP_2):
		return is_python_header(line)
		    ? go(state, STATE(PYTHON_FRAMES), MAYBE)
		    : OTHER;
	case STATE(HEAD):
		return is_frame(line) ? go(state, STATE(FRAMES), PART) : OTHER;
	case STATE(FRAMES):
		return step_frames(state, line);
	case STATE(FRAMES_GAP):
		return line_starts(line, "Node.js v")
		    ? go(state, STATE(LAST), PART)
		    : OTHER;
	case STATE(GO_PANIC):
		return step_go_panic(state, line);
	case STATE(GO_FRAMES):
		return step_go_frames(state, line);
	case STATE(GO_CALL):
		return line_starts(line, "\t")
		    ? go(state, STATE(GO_FRAMES), PART)
		    : OTHER;
	case STATE(GO_GAP):
		return step_go_gap(state, line);
	case STATE(NODE_CODE):
		return is_blank(line) ? OTHER
				      : go(state, STATE(NODE_CARET), MAYBE);
	case STATE(NODE_CARET):
		return is_caret(line) ? go(state, STATE(NODE_GAP), MAYBE)
				      : OTHER;
	case STATE(NODE_GAP):
		if (is_blank(line))
			return MAYBE;
		return is_head(line) ? go(state, STATE(HEAD), MAYBE) : OTHER;
	case STATE(LAST):
		break;
	}
	return OTHER;
}

verdict mxlog_traceback_step(unsigned *state, const char *text, size_t len)
{
	struct line line = { .text = text, .len = len };
	enum stream_state now = (enum stream_state) * state;
	verdict is;

	while (line.indent < len && is_space(text[line.indent]))
		line.indent++;
	is = step(&now, &line);
	*state = now;
	return is;
}
