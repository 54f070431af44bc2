/* SPDX-License-Identifier: Apache-2.0 */
#include "extern/pattern.h"

#include <stdlib.h>
#include <time.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum {
	HEAP_KIB = 16 * 1024,      /* of the interpreter, a match */
	STACK_BYTES = 2048 * 1024, /* of compiled code, where 32 KiB are few */
	REACH = 1 << 18,           /* first call: positions times text ahead */
	STEPS = 1 << 24,           /* a call: that times the match limit */
	LIMIT_MIN = 16,            /* steps from one position, at least */
	LIMIT_SLOW = 10 * 1000000, /* the same where the clock is watched */
	CALLOUTS = 64,             /* between two looks at the clock, … */
	CALLOUT_BYTES = 4096,      /* each of them may pass over so many */
	WHOLE_BYTES = 1024,        /* shorter texts need no clock */
	QUICK_USEC = 100,          /* a call after which more are tried */
	LONG_USEC = 1000,          /* a call after which fewer are tried */
};

struct mxlog_pattern {
	char *text;
	size_t len;
	unsigned flags;
	pcre2_code *code;
	pcre2_code *watched; /* with callouts, made when first needed */
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack; /* made when first needed */
	bool anchored;          /* there is one position */
	bool one_call;     /* \G, verbs: positions can't be tried in portions */
	PCRE2_SPTR secret; /* name table entries of the group, or NULL */
	unsigned n_secrets;
	uint32_t entry_size;
	struct mxlog_pattern_literals literals;
};

static int64_t thread_usec(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * USEC_PER_SEC + now.tv_nsec / 1000;
}

static bool is_spent(struct mxlog_budget *budget, int64_t now)
{
	if (budget->spent_at == 0)
		budget->spent_at = now + budget->usec;
	return now >= budget->spent_at;
}

bool mxlog_budget_spent(struct mxlog_budget *budget)
{
	return is_spent(budget, thread_usec());
}

static uint32_t compile_options(const struct mxlog_pattern *pattern)
{
	uint32_t options = PCRE2_UTF | PCRE2_USE_OFFSET_LIMIT;

	if (pattern->flags & MXLOG_PATTERN_ANCHORED)
		options |= PCRE2_ANCHORED;
	if (pattern->flags & MXLOG_PATTERN_CASELESS)
		options |= PCRE2_CASELESS;
	if (pattern->flags & MXLOG_PATTERN_LITERAL)
		options |= PCRE2_LITERAL;
	else
		options |= PCRE2_UCP | PCRE2_DUPNAMES | PCRE2_NEVER_BACKSLASH_C;
	return options;
}

/* NULL, and PCRE2's own error and offset, if it does not compile. */
static pcre2_code *compile(const struct mxlog_pattern *pattern,
    uint32_t options, int *ret_error, size_t *ret_offset)
{
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern->text,
	    pattern->len, compile_options(pattern) | options, ret_error,
	    ret_offset, NULL);

	/* Without executable memory it is interpreted. */
	if (code && !(pattern->flags & MXLOG_PATTERN_INTERPRET))
		(void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	return code;
}

static int refuse(struct mxlog_error *reterr, int error, size_t offset)
{
	PCRE2_UCHAR text[128];

	if (error == PCRE2_ERROR_HEAP_FAILED || error == PCRE2_ERROR_NOMEMORY)
		return mxlog_error_set(reterr, -ENOMEM, "out of memory");
	(void)pcre2_get_error_message(error, text, sizeof(text));
	if (reterr)
		reterr->offset = offset;
	return mxlog_error_set(reterr, -EINVAL, "%s (at character %zu)",
	    (const char *)text, offset + 1);
}

static void find_secret(struct mxlog_pattern *pattern)
{
	PCRE2_SPTR first, last;
	int size = pcre2_substring_nametable_scan(pattern->code,
	    (PCRE2_SPTR) "secret", &first, &last);

	if (size <= 0)
		return;
	pattern->secret = first;
	pattern->entry_size = (uint32_t)size;
	pattern->n_secrets = (unsigned)((last - first) / size) + 1;
}

/* Past the class that begins at `at`, or the end. */
static size_t skip_class(const char *text, size_t len, size_t at)
{
	at++;
	if (at < len && text[at] == '^')
		at++;
	if (at < len && text[at] == ']')
		at++;
	while (at < len && text[at] != ']') {
		const char *end = NULL;

		if (len - at > 2 && text[at] == '[' && text[at + 1] == ':')
			end =
			    memmem(text + at + 2, len - at - 2, LITERAL(":]"));
		if (end)
			at = (size_t)(end - text) + 2;
		else
			at += text[at] == '\\' ? 2 : 1;
	}
	return at + 1;
}

/* Past \Q..\E or an escaped character. */
static size_t skip_escape(const char *text, size_t len, size_t at)
{
	const char *end;

	if (at + 1 >= len || text[at + 1] != 'Q')
		return at + 2;
	end = memmem(text + at, len - at, LITERAL("\\E"));
	return end ? (size_t)(end - text) + 2 : len;
}

/* What looks at where the search began (\G), or orders the engine not to try
 * other positions (a verb), means something else when they are tried in
 * portions. \(* is neither. */
static bool needs_one_call(const char *text, size_t len)
{
	size_t at = 0;

	while (at < len) {
		const char *next = text + at;

		if (len - at >= 2 && memcmp(next, "\\G", 2) == 0)
			return true;
		if (len - at >= 3 && memcmp(next, "(*", 2) == 0 &&
		    !(next[2] >= 'a' && next[2] <= 'z'))
			return true;
		if (*next == '\\')
			at = skip_escape(text, len, at);
		else if (*next == '[')
			at = skip_class(text, len, at);
		else
			at++;
	}
	return false;
}

static void find_positions(struct mxlog_pattern *pattern)
{
	uint32_t options = 0;

	(void)pcre2_pattern_info(pattern->code, PCRE2_INFO_ALLOPTIONS,
	    &options);
	pattern->anchored = options & PCRE2_ANCHORED;
	pattern->one_call = !(pattern->flags & MXLOG_PATTERN_LITERAL) &&
	    needs_one_call(pattern->text, pattern->len);
}

static int prepare(struct mxlog_pattern *pattern)
{
	pattern->data =
	    pcre2_match_data_create_from_pattern(pattern->code, NULL);
	pattern->context = pcre2_match_context_create(NULL);
	if (!pattern->data || !pattern->context)
		return -ENOMEM;
	(void)pcre2_set_heap_limit(pattern->context, HEAP_KIB);
	find_secret(pattern);
	find_positions(pattern);
	mxlog_pattern_required(pattern->text, pattern->len, pattern->flags,
	    &pattern->literals);
	return 0;
}

int mxlog_pattern_new(const char *text, size_t len, unsigned flags,
    struct mxlog_pattern **ret, struct mxlog_error *reterr)
{
	struct mxlog_pattern *pattern;
	size_t offset = 0;
	int error = 0, r;

	assert(text || len == 0);
	assert(ret);

	if (len > MXLOG_PATTERN_MAX)
		return mxlog_error_set(reterr, -EINVAL,
		    "the pattern is longer than %d bytes", MXLOG_PATTERN_MAX);
	pattern = calloc(1, sizeof(*pattern));
	if (!pattern)
		return mxlog_error_set(reterr, -ENOMEM, "out of memory");
	pattern->flags = flags;
	pattern->len = len;
	pattern->text = malloc(len + 1);
	if (!pattern->text) {
		r = mxlog_error_set(reterr, -ENOMEM, "out of memory");
		goto out;
	}
	if (len > 0)
		memcpy(pattern->text, text, len);
	pattern->text[len] = '\0';

	pattern->code = compile(pattern, 0, &error, &offset);
	if (!pattern->code) {
		r = refuse(reterr, error, offset);
		goto out;
	}
	r = prepare(pattern);
	if (r < 0)
		r = mxlog_error_set(reterr, r, "out of memory");
out:
	if (r < 0)
		mxlog_pattern_free(pattern);
	else
		*ret = pattern;
	return r;
}

void mxlog_pattern_free(struct mxlog_pattern *pattern)
{
	if (!pattern)
		return;
	pcre2_code_free(pattern->code);
	pcre2_code_free(pattern->watched);
	pcre2_match_data_free(pattern->data);
	pcre2_match_context_free(pattern->context);
	pcre2_jit_stack_free(pattern->stack);
	free(pattern->text);
	free(pattern);
}

/* One search: what to look through, and how it goes. */
struct search {
	struct mxlog_pattern *pattern;
	const char *text;
	size_t len;
	struct mxlog_budget *budget; /* or NULL */
	size_t cost; /* of callouts since the last look at the clock */
};

static int watch(pcre2_callout_block *block, void *data)
{
	struct search *search = data;

	/* From here to the next callout one repeat may read all the rest. */
	search->cost +=
	    1 + (search->len - block->current_position) / CALLOUT_BYTES;
	if (search->cost < CALLOUTS)
		return 0;
	search->cost = 0;
	if (!search->budget || !mxlog_budget_spent(search->budget))
		return 0;
	return PCRE2_ERROR_MATCHLIMIT;
}

/* Try the positions from `from` to `last`: a number of groups, 0 for no match,
 * or PCRE2's error. */
static int try(struct search *search, const pcre2_code *code, size_t from,
    size_t last)
{
	struct mxlog_pattern *pattern = search->pattern;
	uint32_t options = PCRE2_NO_UTF_CHECK;
	int n;

	if (pattern->flags & MXLOG_PATTERN_NOTEMPTY)
		options |= PCRE2_NOTEMPTY;
	(void)pcre2_set_offset_limit(pattern->context, last);
	n = pcre2_match(code, (PCRE2_SPTR)search->text, search->len, from,
	    options, pattern->data, pattern->context);
	return n == PCRE2_ERROR_NOMATCH ? 0 : n;
}

static int make_watched(struct mxlog_pattern *pattern)
{
	size_t offset;
	int error;

	if (!pattern->stack) {
		pattern->stack =
		    pcre2_jit_stack_create(32 * 1024, STACK_BYTES, NULL);
		if (!pattern->stack)
			return -ENOMEM;
		pcre2_jit_stack_assign(pattern->context, NULL, pattern->stack);
	}
	if (!pattern->watched)
		pattern->watched =
		    compile(pattern, PCRE2_AUTO_CALLOUT, &error, &offset);
	return pattern->watched ? 0 : -ENOMEM;
}

/* The same positions, with an eye on the clock inside the match. */
static int try_watched(struct search *search, size_t from, size_t last)
{
	struct mxlog_pattern *pattern = search->pattern;
	int n, r = make_watched(pattern);

	if (r < 0)
		return r;
	(void)pcre2_set_callout(pattern->context, watch, search);
	(void)pcre2_set_match_limit(pattern->context, LIMIT_SLOW);
	n = try(search, pattern->watched, from, last);
	(void)pcre2_set_callout(pattern->context, NULL, NULL);
	if (n == PCRE2_ERROR_NOMEMORY)
		return -ENOMEM;
	return n < 0 ? -ETIMEDOUT : n > 0;
}

/* 1, 0, -ETIMEDOUT, -ENOMEM. */
static int try_positions(struct search *search, size_t from, size_t last)
{
	size_t product = (last - from + 1) * (search->len - from + 1);
	uint32_t limit = (uint32_t)MAX((size_t)LIMIT_MIN, STEPS / product);
	int n;

	(void)pcre2_set_match_limit(search->pattern->context, limit);
	n = try(search, search->pattern->code, from, last);
	return n >= 0 ? n > 0 : try_watched(search, from, last);
}

static void get_match(const struct mxlog_pattern *pattern,
    struct mxlog_match *ret)
{
	const size_t *at = pcre2_get_ovector_pointer(pattern->data);

	ret->start = ret->secret_start = at[0];
	ret->end = ret->secret_end = at[1];
	for (unsigned i = 0; i < pattern->n_secrets; i++) {
		PCRE2_SPTR entry =
		    pattern->secret + (size_t)i * pattern->entry_size;
		size_t group = (size_t)entry[0] << 8 | entry[1];

		if (at[2 * group] == PCRE2_UNSET)
			continue;
		ret->secret_start = at[2 * group];
		ret->secret_end = at[2 * group + 1];
		return;
	}
}

static size_t next_character(const struct search *search, size_t at)
{
	do
		at++;
	while (at < search->len && (search->text[at] & 0xc0) == 0x80);
	return at;
}

/* How many positions the next call may try, by how long the last one took. */
static size_t adapt(size_t positions, int64_t usec)
{
	if (usec < QUICK_USEC)
		return MIN(positions * 4, (size_t)1 << 24);
	if (usec > LONG_USEC)
		return MAX(positions / 4, (size_t)1);
	return positions;
}

static int search_portions(struct search *search, size_t from)
{
	size_t ahead = search->len - from;
	size_t positions = MAX((size_t)1, REACH / (ahead + 1));
	int64_t before = INT64_MIN;

	if (search->pattern->anchored)
		return try_positions(search, from, from);
	/* Compiled code that tries all positions of a long text in one call
	 * may take minutes: it has no limit over positions. */
	if (search->pattern->one_call && ahead > WHOLE_BYTES)
		return try_watched(search, from, search->len);
	if (search->pattern->one_call)
		return try_positions(search, from, search->len);
	for (;;) {
		size_t last = search->len - from < positions
		    ? search->len
		    : from + positions - 1;
		int64_t now;
		int r = try_positions(search, from, last);

		if (r != 0 || last >= search->len)
			return r;
		from = next_character(search, last);
		now = thread_usec();
		if (search->budget && is_spent(search->budget, now))
			return -ETIMEDOUT;
		if (before != INT64_MIN)
			positions = adapt(positions, now - before);
		before = now;
	}
}

int mxlog_pattern_search(struct mxlog_pattern *pattern, const char *text,
    size_t len, size_t from, struct mxlog_budget *budget,
    struct mxlog_match *ret)
{
	struct search search = {
		.pattern = pattern,
		.text = len > 0 ? text : "",
		.len = len,
		.budget = budget,
	};
	int r;

	assert(pattern);
	assert(from <= len);
	assert(ret);

	r = search_portions(&search, from);
	if (r == 1)
		get_match(pattern, ret);
	return r;
}

const struct mxlog_pattern_literals *mxlog_pattern_literals(
    const struct mxlog_pattern *pattern)
{
	return &pattern->literals;
}
