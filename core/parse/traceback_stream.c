/* SPDX-License-Identifier: Apache-2.0 */
/* Which lines of a stream belong to one traceback, told as they come. It says
 * only what belongs together; what that means the readers know. */
#include <mxlog/traceback.h>

#include "parse/traceback_private.h"

#define OTHER MXLOG_TRACEBACK_OTHER
#define MAYBE MXLOG_TRACEBACK_MAYBE
#define PART  MXLOG_TRACEBACK_PART

enum {
	/* Lines that may belong without one that does. */
	MAYBE_MAX = 100,
	/* Bytes of a line with colours that are looked at. */
	PLAIN_MAX = 4096,
};

enum phase {
	NONE,      /* no traceback so far */
	PY_FRAMES, /* behind a header */
	PY_GROUP,  /* behind a group's header: all lines have its margin */
	PY_DONE,   /* behind the type */
	PY_LINK,   /* the next of the chain is announced */
	PY_REMOTE, /* in the quotes of another process's traceback */
	HEAD,      /* of Java, Node, .NET …: frames may follow */
	FRAMES,
	FRAMES_GAP,
	CAUSE, /* behind "Caused by: …" */
	GO_PANIC,
	GO_FRAMES,
	GO_CALL,
	NODE_CODE,
	NODE_CARET,
	NODE_GAP,
	RUBY,
	PHP_HEAD,
	PHP_TRACE,
	RUST_HEAD,
	RUST_TAIL,
	LAST, /* nothing more can belong */
};

/* One line, and what the step needs to know of it. */
struct step {
	struct mxlog_traceback_state *state;
	struct mxlog_line_span line;
	bool indented, blank;
	bool at_once; /* follows the line before without a pause */
};

static enum mxlog_traceback_line go(const struct step *step, enum phase next,
    enum mxlog_traceback_line is)
{
	step->state->phase = next;
	return is;
}

static bool starts(const struct step *step, const char *with)
{
	return mxlog_line_starts(step->line, with);
}

static bool starts_any(struct mxlog_line_span line, const char *const *with,
    size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (mxlog_line_starts(line, with[i]))
			return true;
	return false;
}

static bool contains(struct mxlog_line_span line, const char *what)
{
	return mxlog_line_find(line, what) < line.len;
}

/* ---- beginnings ---- */

static bool is_python_header(struct mxlog_line_span line, bool *ret_group)
{
	static const char header[] = "Traceback (most recent call last):";
	static const char group[] = "Exception Group ";

	if (!contains(line, header))
		return false;
	while (line.len > 0 && strchr(" \t|+-", line.text[0]))
		line = mxlog_line_skip(line, 1);
	*ret_group = mxlog_line_starts(line, group);
	if (*ret_group)
		line = mxlog_line_skip(line, strlen(group));
	return mxlog_line_starts(line, header);
}

static bool is_go_panic(struct mxlog_line_span line)
{
	return mxlog_line_starts(line, "panic: ") ||
	    mxlog_line_starts(line, "fatal error: ") ||
	    contains(line, "http: panic serving ") ||
	    contains(line, "Observed a panic: ");
}

/* "java.io.IOException: no", "TypeError [X]: no", "T$E": what it is called. */
static bool parse_name(struct mxlog_line_span line, bool *ret_qualified)
{
	size_t n = mxlog_line_name(line, "./");
	struct mxlog_line_span type = { line.text, n };
	struct mxlog_line_span rest = mxlog_line_skip(line, n);
	struct mxlog_line_span own = mxlog_line_skip(rest, 2);

	if (n == 0 ||
	    (rest.len > 0 && !mxlog_line_starts(rest, ":") &&
		!mxlog_line_starts(rest, " [")))
		return false;
	own.len = mxlog_line_find(own, "]");
	*ret_qualified = mxlog_line_is_qualified(type);
	return *ret_qualified || mxlog_line_is_type(type) ||
	    (mxlog_line_starts(rest, " [") && mxlog_line_is_type(own));
}

/* A line that is a head from its beginning on. */
static bool is_head(struct mxlog_line_span line, bool *ret_qualified)
{
	static const char thread[] = "Exception in thread \"";
	static const char *const leads[] = { "Uncaught ",
		"Unhandled exception. ", "Unhandled Exception: " };

	if (mxlog_line_starts(line, thread)) {
		line = mxlog_line_skip(line, strlen(thread));
		line = mxlog_line_skip(line, mxlog_line_find(line, "\" ") + 2);
		*ret_qualified = true; /* it is told to be one */
		return line.len > 0;
	}
	*ret_qualified = true;
	if (mxlog_line_starts(line, "Unhandled exception:") ||
	    mxlog_line_starts(line, "Unhandled Exception:"))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(leads); i++)
		if (mxlog_line_starts(line, leads[i]))
			line = mxlog_line_skip(line, strlen(leads[i]));
	return parse_name(line, ret_qualified);
}

/* A head behind what a logger wrote; where it begins, 0 if there is none. */
static size_t find_inline_head(struct mxlog_line_span line, bool *ret_qualified)
{
	if (!contains(line, "Error") && !contains(line, "Exception") &&
	    !contains(line, "Throwable"))
		return 0;
	for (size_t i = 1; i < line.len; i++)
		if (line.text[i - 1] == ' ' && line.text[i] != ' ' &&
		    parse_name(mxlog_line_skip(line, i), ret_qualified))
			return i;
	return 0;
}

/* "/srv/app.js:12", then the line itself, a caret, an empty line, the head. */
static bool is_node_place(struct mxlog_line_span line)
{
	static const char *const leads[] = { "/", "file:///", "node:" };
	size_t colon = mxlog_line_rfind(line, ':'), end;
	uint32_t number;

	return starts_any(line, leads, ARRAY_LEN(leads)) && colon < line.len &&
	    mxlog_line_number(line, colon + 1, &number, &end) &&
	    end == line.len && !memchr(line.text, ' ', line.len);
}

static bool is_caret(struct mxlog_line_span line)
{
	struct mxlog_line_span text = mxlog_line_trim(line);

	for (size_t i = 0; i < text.len; i++)
		if (text.text[i] != '^')
			return false;
	return text.len > 0;
}

/* "app.rb:12:in `call': message (Type)" */
static bool is_ruby(struct mxlog_line_span line)
{
	size_t in = mxlog_line_find(line, ":in ");
	struct mxlog_line_span place = { line.text, in };
	size_t colon = mxlog_line_rfind(place, ':'), end;
	uint32_t number;

	return in + 4 < line.len &&
	    (line.text[in + 4] == '`' || line.text[in + 4] == '\'') &&
	    colon < place.len &&
	    mxlog_line_number(place, colon + 1, &number, &end) &&
	    end == place.len && !memchr(place.text, ' ', place.len);
}

static bool is_php(struct mxlog_line_span line)
{
	return contains(line, "PHP Fatal error:") ||
	    mxlog_line_starts(line, "exception '") ||
	    mxlog_line_starts(line, "Fatal error: Uncaught ");
}

static bool is_rust(struct mxlog_line_span line)
{
	return mxlog_line_starts(line, "thread '") &&
	    contains(line, " panicked at ");
}

/* "[AggregateError: all failed] {": Node's, without frames of its own. */
static bool is_bracketed(struct mxlog_line_span line)
{
	bool qualified;

	return mxlog_line_starts(line, "[") && mxlog_line_ends(line, "] {") &&
	    parse_name(mxlog_line_skip(line, 1), &qualified);
}

static enum mxlog_traceback_line begin_head(const struct step *step,
    size_t column, bool qualified)
{
	step->state->qualified = qualified;
	step->state->behind = column > 0;
	return go(step, HEAD, MAYBE);
}

/* A line that is the beginning of a traceback, whatever came before. */
static enum mxlog_traceback_line begin_surely(const struct step *step)
{
	bool group;

	if (is_python_header(step->line, &group))
		return go(step, group ? PY_GROUP : PY_FRAMES, MAYBE);
	if (step->indented || step->line.len < 4)
		return OTHER;
	if (is_go_panic(step->line))
		return go(step, GO_PANIC, MAYBE);
	if (mxlog_traceback_is_goroutine(step->line))
		return go(step, GO_FRAMES, MAYBE);
	if (is_node_place(step->line))
		return go(step, NODE_CODE, MAYBE);
	if (is_php(step->line))
		return go(step, PHP_HEAD, MAYBE);
	if (is_rust(step->line))
		return go(step, RUST_HEAD, MAYBE);
	if (is_bracketed(step->line))
		return go(step, FRAMES, MAYBE);
	return is_ruby(step->line) ? go(step, RUBY, MAYBE) : OTHER;
}

/* True if a word stands in the line without which nothing but a head without
 * more, or Node's place, begins: one pass, for the ordinary line. */
static bool has_sign(struct mxlog_line_span line)
{
	static const char *const signs[] = { "Traceback (", "Error",
		"Exception", "Throwable", "panic", "goroutine ",
		"fatal error: ", "Fatal error", ":in ", "Unhandled exception" };

	for (size_t i = 0; i + 1 < line.len; i++) {
		char next = line.text[i + 1];
		bool may;

		switch (line.text[i]) {
		case 'T':
			may = next == 'r' || next == 'h';
			break;
		case 'E':
			may = next == 'r' || next == 'x';
			break;
		case 'F':
		case 'f':
		case 'p':
			may = next == 'a';
			break;
		case 'U':
			may = next == 'n';
			break;
		case 'g':
			may = next == 'o';
			break;
		case ':':
			may = next == 'i';
			break;
		default:
			continue;
		}
		if (may &&
		    starts_any(mxlog_line_skip(line, i), signs,
			ARRAY_LEN(signs)))
			return true;
	}
	return mxlog_line_starts(line, "exception '");
}

/* A beginning, at the line's own. */
static enum mxlog_traceback_line begin_plainly(const struct step *step,
    bool sign)
{
	bool qualified = false;

	if (sign && begin_surely(step) != OTHER)
		return MAYBE;
	if (step->indented || step->line.len < 4)
		return OTHER;
	if (!sign && is_node_place(step->line))
		return go(step, NODE_CODE, MAYBE);
	return is_head(step->line, &qualified) ? begin_head(step, 0, qualified)
					       : OTHER;
}

static void set_line(struct step *step, struct mxlog_line_span line)
{
	step->line = line;
	step->blank = mxlog_line_is_blank(line);
	step->indented = mxlog_line_trim(line).len < line.len;
}

/* A beginning behind something: the line's own, or before each line. */
static enum mxlog_traceback_line begin_behind(struct step *step)
{
	struct mxlog_line_span line = step->line;
	bool qualified = false;
	size_t at = mxlog_line_lead(line);
	bool head = at == 0 || mxlog_line_is_at(mxlog_line_skip(line, at));
	enum mxlog_traceback_line is;

	if (head)
		at = find_inline_head(line, &qualified);
	if (at == 0 || at >= line.len)
		return OTHER;
	set_line(step, mxlog_line_skip(line, at));
	is = head ? begin_head(step, at, qualified) : begin_surely(step);
	if (is == OTHER || at > sizeof(step->state->lead))
		return is;
	memcpy(step->state->lead, line.text, at);
	step->state->lead_len = (uint8_t)at;
	return is;
}

static enum mxlog_traceback_line begin(struct step *step)
{
	bool sign = has_sign(step->line);
	enum mxlog_traceback_line is = begin_plainly(step, sign);

	return is == OTHER && sign ? begin_behind(step) : is;
}

/* True if the line ends what a message could be: another traceback, or what a
 * logger began. */
static bool ends_message(const struct step *step)
{
	struct mxlog_traceback_state scratch = { 0 };
	struct step probe = *step;

	probe.state = &scratch;
	return begin_surely(&probe) != OTHER ||
	    mxlog_line_is_record(step->line);
}

/* ---- Python ---- */

/* What database drivers and SQLAlchemy write below their messages. */
static bool is_database(struct mxlog_line_span line)
{
	static const char *const leads[] = { "[SQL: ", "[parameters: ",
		"[generated in ", "[cached since ", "[no key ", "[raw sql",
		"(Background on this error at", "DETAIL:", "HINT:", "LINE ",
		"CONTEXT:", "QUERY:", "STATEMENT:" };

	return starts_any(line, leads, ARRAY_LEN(leads));
}

static bool is_quotes(const struct step *step)
{
	return starts(step, "\"\"\"") && step->line.len == 3;
}

/* Keeps in mind what a type's line says of the lines below it. */
static void note_type(const struct step *step)
{
	struct mxlog_line_span line = step->line;

	while (mxlog_line_ends(line, " "))
		line.len--;
	step->state->remote = mxlog_line_ends(line, "RemoteTraceback:");
	step->state->colon = mxlog_line_ends(line, ":");
}

static enum mxlog_traceback_line step_quotes(const struct step *step)
{
	if (step->state->remote) {
		step->state->quotes++;
		step->state->remote = false;
		return go(step, PY_REMOTE, MAYBE);
	}
	if (step->state->quotes == 0)
		return OTHER;
	step->state->quotes--;
	return go(step, PY_DONE, MAYBE);
}

static enum mxlog_traceback_line step_python_frames(const struct step *step)
{
	struct mxlog_line_span text = mxlog_line_trim(step->line);
	bool sure;

	if (step->blank)
		return OTHER;
	if (mxlog_line_starts(text, "File \"")) {
		step->state->qualified = true;
		return PART;
	}
	if (step->indented || starts(step, "..."))
		return MAYBE;
	if (is_ruby(step->line)) /* Ruby 2.5 to 2.7 print the head last */
		return go(step, LAST, PART);
	if (!mxlog_traceback_is_python_type(step->line) ||
	    (!step->state->qualified && !parse_name(step->line, &sure)))
		return OTHER; /* without a frame the name must be one of a type */
	note_type(step);
	return go(step, PY_DONE, PART);
}

static enum mxlog_traceback_line step_python_group(const struct step *step)
{
	struct mxlog_line_span text = mxlog_line_trim(step->line);

	if (step->indented &&
	    (mxlog_line_starts(text, "|") || mxlog_line_starts(text, "+")))
		return PART;
	if (step->blank)
		return MAYBE;
	return mxlog_traceback_is_python_link(step->line)
	    ? go(step, PY_LINK, MAYBE)
	    : OTHER;
}

/* A message goes on over what is indented, what databases write, what follows
 * at once and is no other traceback and no logger's; over anything if the next
 * of the chain is announced below. */
static enum mxlog_traceback_line step_python_done(const struct step *step)
{
	struct mxlog_traceback_state *state = step->state;
	bool word = state->word, group, colon = state->colon;
	bool at_once = step->at_once && !state->gap;

	state->gap = step->blank;
	state->word = !memchr(step->line.text, ' ', step->line.len);
	if (step->blank)
		return MAYBE;
	if (mxlog_traceback_is_python_link(step->line))
		return go(step, PY_LINK, MAYBE);
	if (is_quotes(step))
		return step_quotes(step);
	note_type(step);
	if (is_python_header(step->line, &group))
		return colon ? go(step, PY_FRAMES, MAYBE) : OTHER;
	if (is_database(step->line))
		return PART;
	if (step->indented)
		return state->maybe == 0 || word || at_once ? PART : MAYBE;
	if (ends_message(step))
		return OTHER;
	return at_once ? PART : MAYBE;
}

static enum mxlog_traceback_line step_python_link(const struct step *step)
{
	bool group;

	if (step->blank)
		return MAYBE;
	if (is_python_header(step->line, &group))
		return go(step, group ? PY_GROUP : PY_FRAMES, MAYBE);
	if (!mxlog_traceback_is_python_type(step->line))
		return OTHER;
	note_type(step);
	return go(step, PY_DONE, MAYBE);
}

static enum mxlog_traceback_line step_python_remote(const struct step *step)
{
	bool group;

	if (is_quotes(step))
		return step_quotes(step);
	note_type(step);
	if (is_python_header(step->line, &group))
		return go(step, PY_FRAMES, MAYBE);
	return step->state->remote ? MAYBE : OTHER;
}

/* ---- Java, Node, .NET ---- */

static bool is_more(struct mxlog_line_span line)
{
	return mxlog_line_starts(mxlog_line_trim(line), "... ") &&
	    (contains(line, " more") || contains(line, " common frames"));
}

static bool is_rust_part(struct mxlog_line_span line)
{
	static const char *const leads[] = { "Caused by:", "Stack backtrace:",
		"stack backtrace:", "Location:" };

	return starts_any(line, leads, ARRAY_LEN(leads)) &&
	    mxlog_line_ends(line, ":");
}

/* Below a head: its frames, or what else may follow one in another language, or
 * further lines of its message. */
static enum mxlog_traceback_line step_head(const struct step *step)
{
	struct mxlog_traceback_state *state = step->state;
	bool qualified;

	if (mxlog_line_is_at(step->line) || is_more(step->line))
		return go(step, FRAMES, PART);
	if (step->blank)
		return MAYBE;
	if (mxlog_traceback_is_python_link(step->line))
		return go(step, PY_LINK, MAYBE);
	if (is_quotes(step) && state->remote)
		return step_quotes(step);
	if (is_rust_part(step->line))
		return go(step, RUST_TAIL, PART);
	if (starts(step, "Stack trace:"))
		return go(step, PHP_TRACE, PART);
	if (starts(step, "Node.js v"))
		return go(step, LAST, PART);
	if (ends_message(step))
		return OTHER;
	if (state->behind && !state->qualified && !state->led && !step->at_once)
		return OTHER;
	if (!state->qualified && is_head(step->line, &qualified) && qualified)
		return OTHER; /* it is the head, and what was is none */
	return MAYBE;
}

static bool is_frames_tail(struct mxlog_line_span line)
{
	static const char *const leads[] = { "}", "--- End of ",
		"Wrapped by: " };

	return starts_any(line, leads, ARRAY_LEN(leads));
}

static enum mxlog_traceback_line step_frames(const struct step *step)
{
	if (step->blank)
		return go(step, FRAMES_GAP, MAYBE);
	if (starts(step, "Caused by: "))
		return go(step, CAUSE, PART);
	if (starts(step, "Node.js v"))
		return go(step, LAST, PART);
	if (step->state->phase == FRAMES_GAP)
		return OTHER;
	return step->indented || is_frames_tail(step->line) ? PART : OTHER;
}

/* The message of a cause may go on, too. */
static enum mxlog_traceback_line step_cause(const struct step *step)
{
	if (mxlog_line_is_at(step->line) || is_more(step->line))
		return go(step, FRAMES, PART);
	if (starts(step, "Caused by: "))
		return PART;
	if (step->blank || step->indented)
		return MAYBE;
	return ends_message(step) ? OTHER : MAYBE;
}

static enum mxlog_traceback_line step_node_code(const struct step *step)
{
	if (is_caret(step->line))
		return go(step, NODE_GAP, MAYBE);
	if (step->state->phase == NODE_CARET || step->blank)
		return OTHER;
	return go(step, NODE_CARET, MAYBE);
}

/* What was thrown need not be an Error. */
static enum mxlog_traceback_line step_node_gap(const struct step *step)
{
	bool qualified, group;

	if (starts(step, "Node.js v"))
		return go(step, LAST, PART);
	if (is_python_header(step->line, &group))
		return OTHER;
	if (!step->indented && is_head(step->line, &qualified))
		return begin_head(step, 0, true);
	return MAYBE;
}

/* ---- Go ---- */

static enum mxlog_traceback_line step_go_panic(const struct step *step)
{
	if (mxlog_traceback_is_goroutine(step->line) ||
	    starts(step, "runtime stack:"))
		return go(step, GO_FRAMES, PART);
	return !step->blank && !step->indented && ends_message(step) ? OTHER
								     : MAYBE;
}

static bool is_go_call(struct mxlog_line_span line)
{
	return mxlog_line_starts(line, "created by ") ||
	    (mxlog_line_ends(line, ")") && contains(line, "("));
}

/* "rax    0x0": registers are printed behind the goroutines. */
static bool is_register(struct mxlog_line_span line)
{
	size_t space = mxlog_line_find(line, " ");

	return space <= 6 && contains(line, " 0x");
}

static enum mxlog_traceback_line step_go_frames(const struct step *step)
{
	if (step->blank)
		return MAYBE;
	if (step->state->phase == GO_CALL)
		return step->line.text[0] == '\t' ? go(step, GO_FRAMES, PART)
						  : OTHER;
	if (mxlog_traceback_is_goroutine(step->line))
		return MAYBE;
	if (starts(step, "\t") || starts(step, "...") ||
	    starts(step, "runtime stack:") || starts(step, "[originating "))
		return PART;
	if (starts(step, "exit status "))
		return go(step, LAST, PART);
	if (!step->indented && is_go_call(step->line))
		return go(step, GO_CALL, MAYBE);
	return is_register(step->line) ? PART : OTHER;
}

/* ---- Ruby, PHP, Rust ---- */

static enum mxlog_traceback_line step_ruby(const struct step *step)
{
	if (starts(step, "\tfrom ") || starts(step, "        from "))
		return PART;
	return step->indented || ends_message(step) ? OTHER : MAYBE;
}

static enum mxlog_traceback_line step_php(const struct step *step)
{
	if (starts(step, "Stack trace:") || starts(step, "PHP Stack trace:"))
		return go(step, PHP_TRACE, PART);
	if (step->state->phase == PHP_HEAD)
		return ends_message(step) ? OTHER : MAYBE;
	if (starts(step, "#") || starts(step, "PHP  "))
		return PART;
	if (starts(step, "  thrown in "))
		return go(step, LAST, PART);
	return starts(step, "Next ") ? go(step, PHP_HEAD, MAYBE) : OTHER;
}

static enum mxlog_traceback_line step_rust(const struct step *step)
{
	if (starts(step, "note: "))
		return PART;
	if (is_rust_part(step->line))
		return go(step, RUST_TAIL, PART);
	if (step->state->phase == RUST_HEAD)
		return ends_message(step) ? OTHER : MAYBE;
	if (step->blank)
		return MAYBE;
	return step->indented ? PART : OTHER;
}

/* ---- all of them ---- */

typedef enum mxlog_traceback_line step_fn(const struct step *step);

static step_fn *const steps[] = {
	[PY_FRAMES] = step_python_frames,
	[PY_GROUP] = step_python_group,
	[PY_DONE] = step_python_done,
	[PY_LINK] = step_python_link,
	[PY_REMOTE] = step_python_remote,
	[HEAD] = step_head,
	[FRAMES] = step_frames,
	[FRAMES_GAP] = step_frames,
	[CAUSE] = step_cause,
	[GO_PANIC] = step_go_panic,
	[GO_FRAMES] = step_go_frames,
	[GO_CALL] = step_go_frames,
	[NODE_CODE] = step_node_code,
	[NODE_CARET] = step_node_code,
	[NODE_GAP] = step_node_gap,
	[RUBY] = step_ruby,
	[PHP_HEAD] = step_php,
	[PHP_TRACE] = step_php,
	[RUST_HEAD] = step_rust,
	[RUST_TAIL] = step_rust,
	[LAST] = NULL,
};

/* The line without what a tool wrote before it, if it wrote that before the
 * second one as well; false if it is missing now. */
static bool strip_lead(struct step *step)
{
	struct mxlog_traceback_state *state = step->state;
	struct mxlog_line_span lead = { state->lead, state->lead_len };
	bool same;

	if (lead.len == 0)
		return true;
	same = mxlog_line_same_lead(lead, step->line, lead.len);
	if (!same && step->line.len < lead.len && state->led)
		same = mxlog_line_same_lead(lead, step->line, step->line.len);
	if (same)
		set_line(step, mxlog_line_skip(step->line, lead.len));
	else if (!state->led)
		state->lead_len = 0; /* the head's own */
	state->led = same;
	return same || state->lead_len == 0;
}

static enum mxlog_traceback_line take(struct step *step)
{
	struct mxlog_traceback_state *state = step->state;
	enum mxlog_traceback_line is;

	if (state->phase == LAST || !strip_lead(step))
		return OTHER;
	is = state->phase == NONE ? begin(step) : steps[state->phase](step);
	if (state->phase == HEAD && is == MAYBE && state->maybe == 0)
		note_type(step);
	state->maybe = is == PART ? 0 : (uint8_t)(state->maybe + 1);
	return state->maybe > MAYBE_MAX ? OTHER : is;
}

/* "ESC [ 1;31 m" and its like, left out. */
static struct mxlog_line_span plain(struct mxlog_line_span line,
    char out[PLAIN_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < line.len && n < PLAIN_MAX; i++) {
		if (line.text[i] != '\033') {
			out[n++] = line.text[i];
			continue;
		}
		if (i + 1 < line.len && line.text[i + 1] == '[')
			i++;
		while (
		    i + 1 < line.len && (unsigned char)line.text[i + 1] < 0x40)
			i++;
		i++;
	}
	return (struct mxlog_line_span){ out, n };
}

enum mxlog_traceback_line mxlog_traceback_step(struct mxlog_traceback_state
						   *state,
    const char *text, size_t len, bool at_once)
{
	struct step step = { .state = state, .at_once = at_once };
	struct mxlog_line_span line = { text, len };
	char buffer[PLAIN_MAX];

	if (!state || (!text && len > 0))
		return MXLOG_TRACEBACK_OTHER;
	if (line.len > 0 && line.text[line.len - 1] == '\r')
		line.len--;
	if (memchr(line.text, '\033', line.len))
		line = plain(line, buffer);
	set_line(&step, line);
	return take(&step);
}
