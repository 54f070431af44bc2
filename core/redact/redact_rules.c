/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/redact_rules.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/vec16.h"
#include "redact/redact_commands.h"
#include "redact/redact_decode.h"
#include "redact/redact_json.h"
#include "redact/redact_runs.h"
#include "redact/redact_tokens.h"

enum {
	/* Between two looks at the clock: a hit costs one, and one more for
	 * what a rule may read on. */
	COST_A_LOOK = 32,
	COST_BYTES = 4096,
	JSON_TRIES = 4, /* to read JSON in a text that is none */
};

/* A rule's pattern, compiled when it is first needed: most never are. */
struct rule {
	struct mxlog_pattern *pattern;
	bool built_in;
	size_t back;   /* bytes before the keyword, where a match may start */
	bool whole;    /* the user's: search all of the text */
	uint64_t text; /* number of the text that `next` is about */
	size_t next;   /* there is nothing new before this byte */
};

struct mxlog_rules {
	struct mxlog_keywords *keywords;
	struct rule *list;    /* built-in, then the user's */
	uint64_t tokens_text; /* number of the text that `token_end` is about */
	size_t token_end;     /* tokens before it were found */
	size_t n;
	unsigned *always; /* rules that every text is searched for */
	size_t n_always;
	uint64_t texts; /* looked at so far */
	struct mxlog_decoded decoded;
	struct mxlog_ranges inner; /* of the decoded text */
};

/* What a keyword leads to: the pattern of a rule, a token, or one of these. */
enum {
	MATCHER_TOKENS = 1 << 16,
	MATCHER_OPTION = 1 << 17,
};

const struct mxlog_rule_info mxlog_rule_infos[MXLOG_RULES_BUILT_IN] = {
#define RULE(rule, name, help) { name, help },
#include "tbl/secrets.def"
};

static const struct {
	const char *pattern;
	size_t len, back;
} secrets[MXLOG_RULES_BUILT_IN] = {
#define PATTERN(rule, steps, text) \
	[MXLOG_RULE_##rule] = { LITERAL(text), steps },
#include "tbl/secrets.def"
};

static const struct {
	unsigned rule, flags;
	const char *text;
	size_t len;
} keywords[] = {
#define EXACT                      0
#define CASELESS                   MXLOG_KEYWORD_CASELESS
#define WORD                       MXLOG_KEYWORD_WORD
#define KEYWORD(rule, flags, text) { MXLOG_RULE_##rule, flags, LITERAL(text) },
#include "tbl/secrets.def"
};

/* An option of a command follows a blank or a quote. */
static int add_option(struct mxlog_rules *rules, const char *option)
{
	char keyword[MXLOG_COMMAND_OPTION_MAX];
	int r = 0;

	for (size_t i = 0; i < 3 && r >= 0; i++) {
		int len = snprintf(keyword, sizeof(keyword), "%c%s", " \"'"[i],
		    option);

		assert(len > 0 && (size_t)len < sizeof(keyword));
		r = mxlog_keywords_add(rules->keywords, keyword, (size_t)len, 0,
		    MATCHER_OPTION);
	}
	return r;
}

static int add_built_in(struct mxlog_rules *rules)
{
	int r = 0;

	for (size_t i = 0; i < MXLOG_RULES_BUILT_IN; i++) {
		rules->list[i].built_in = true;
		rules->list[i].back = secrets[i].back;
	}
	for (size_t i = 0; i < ARRAY_LEN(keywords) && r >= 0; i++)
		r = mxlog_keywords_add(rules->keywords, keywords[i].text,
		    keywords[i].len, keywords[i].flags, keywords[i].rule);
	for (size_t i = 0; i < mxlog_tokens_n && r >= 0; i++)
		r = mxlog_keywords_add(rules->keywords, mxlog_tokens[i].prefix,
		    mxlog_tokens[i].prefix_len, MXLOG_KEYWORD_WORD,
		    MATCHER_TOKENS + (unsigned)i);
	for (size_t i = 0; i < mxlog_command_options_n && r >= 0; i++)
		r = add_option(rules, mxlog_command_options[i]);
	return r;
}

static int compile(struct rule *rule, unsigned id)
{
	unsigned flags = MXLOG_PATTERN_NOTEMPTY;

	if (rule->back == 0)
		flags |= MXLOG_PATTERN_ANCHORED;
	return mxlog_pattern_new(secrets[id].pattern, secrets[id].len, flags,
	    &rule->pattern, NULL);
}

/* Its keyword is the longest text that no match can do without, if one is
 * known. */
static int add_keyword(struct mxlog_rules *rules, unsigned rule)
{
	const struct mxlog_pattern_literals *literals =
	    mxlog_pattern_literals(rules->list[rule].pattern);
	const struct mxlog_pattern_literal *longest = &literals->list[0];
	int r = -EINVAL;

	if (literals->n > 0 && longest->len >= MXLOG_KEYWORD_MIN)
		r = mxlog_keywords_add(rules->keywords, longest->text,
		    longest->len,
		    literals->caseless ? MXLOG_KEYWORD_CASELESS : 0, rule);
	if (r == -EINVAL) {
		rules->always[rules->n_always++] = rule;
		r = 0;
	}
	return r;
}

static int add_patterns(struct mxlog_rules *rules, const char *const *patterns,
    size_t n, struct mxlog_error *reterr)
{
	int r = 0;

	for (size_t i = 0; i < n && r >= 0; i++) {
		unsigned rule = MXLOG_RULES_BUILT_IN + (unsigned)i;
		struct mxlog_error error = { 0 };

		rules->list[rule].whole = true;
		r = mxlog_pattern_new(patterns[i], strlen(patterns[i]),
		    MXLOG_PATTERN_NOTEMPTY, &rules->list[rule].pattern, &error);
		if (r == 0)
			r = add_keyword(rules, rule);
		else if (reterr) {
			reterr->offset = error.offset;
			r = mxlog_error_set(reterr, r, "pattern '%s': %s",
			    patterns[i], error.text);
		}
	}
	return r;
}

int mxlog_rules_new(const char *const *patterns, size_t n_patterns,
    struct mxlog_rules **ret, struct mxlog_error *reterr)
{
	struct mxlog_rules *rules = calloc(1, sizeof(*rules));
	int r = -ENOMEM;

	if (!rules)
		return mxlog_error_set(reterr, -ENOMEM, "out of memory");
	rules->n = MXLOG_RULES_BUILT_IN + n_patterns;
	rules->list = calloc(rules->n, sizeof(*rules->list));
	rules->always = calloc(n_patterns + 1, sizeof(*rules->always));
	if (rules->list && rules->always)
		r = mxlog_keywords_new(&rules->keywords);
	if (r == 0)
		r = add_built_in(rules);
	if (r == 0)
		r = add_patterns(rules, patterns, n_patterns, reterr);
	if (r == -ENOMEM)
		(void)mxlog_error_set(reterr, r, "out of memory");
	if (r < 0)
		goto out;
	mxlog_keywords_build(rules->keywords);
	*ret = rules;
	rules = NULL;
out:
	mxlog_rules_free(rules);
	return r;
}

void mxlog_rules_free(struct mxlog_rules *rules)
{
	if (!rules)
		return;
	for (size_t i = 0; rules->list && i < rules->n; i++)
		mxlog_pattern_free(rules->list[i].pattern);
	mxlog_keywords_free(rules->keywords);
	mxlog_decoded_done(&rules->decoded);
	free(rules->inner.list);
	free(rules->list);
	free(rules->always);
	free(rules);
}

bool mxlog_rules_search_all(const struct mxlog_rules *rules)
{
	return rules->n_always > 0;
}

bool mxlog_rules_have_patterns(const struct mxlog_rules *rules)
{
	return rules->n > MXLOG_RULES_BUILT_IN;
}

static bool collect(void *data, size_t start, size_t len, unsigned matcher)
{
	struct mxlog_hits *hits = data;

	if (hits->n == MXLOG_HITS_MAX) {
		hits->more = true;
		return false;
	}
	hits->list[hits->n++] =
	    (struct mxlog_rule_hit){ .start = (uint32_t)start,
		    .len = (uint32_t)len,
		    .matcher = matcher };
	hits->first = MIN(hits->first, (uint32_t)start);
	hits->end = MAX(hits->end, (uint32_t)(start + len));
	return true;
}

void mxlog_rules_scan(const struct mxlog_rules *rules, const char *text,
    size_t len, struct mxlog_hits *ret)
{
	assert(len <= UINT32_MAX);

	ret->n = 0;
	ret->first = UINT32_MAX;
	ret->end = 0;
	ret->more = false;
	mxlog_keywords_find(rules->keywords, text, len, collect, ret);
}

struct first {
	struct mxlog_hits *hits;
	size_t offset;
};

static bool collect_first(void *data, size_t start, size_t len,
    unsigned matcher)
{
	const struct first *first = data;

	return collect(first->hits, first->offset + start, len, matcher);
}

const struct mxlog_keyword_starts *mxlog_rules_starts(
    const struct mxlog_rules *rules)
{
	return mxlog_keywords_starts(rules->keywords);
}

void mxlog_rules_scan_first(const struct mxlog_rules *rules, const char *text,
    size_t offset, size_t len, struct mxlog_hits *hits)
{
	struct first first = { .hits = hits, .offset = offset };

	mxlog_keywords_find_first(rules->keywords, text + offset, len,
	    collect_first, &first);
}

/* One text being looked at. */
struct search {
	struct mxlog_rules *rules;
	const char *text;
	size_t len;
	struct mxlog_budget *budget;
	struct mxlog_ranges *ranges;
	size_t cost;     /* since the last look at the clock */
	size_t line_end; /* of the last command line that was read */
	bool named;      /* a word of a secret's name stands there */
	bool coded;      /* something is written in another way */
	bool inside;     /* this text was decoded, which is done once */
	int r;
};

int mxlog_ranges_add(struct mxlog_ranges *ranges, size_t start, size_t end,
    unsigned rule)
{
	if (ranges->n == ranges->capacity) {
		size_t capacity = 2 * ranges->capacity + 16;
		struct mxlog_range *list =
		    realloc(ranges->list, capacity * sizeof(*list));

		if (!list)
			return -ENOMEM;
		ranges->list = list;
		ranges->capacity = capacity;
	}
	ranges->list[ranges->n++] =
	    (struct mxlog_range){ .start = start, .end = end, .rule = rule };
	return 0;
}

static bool is_too_late(struct search *search, size_t at)
{
	search->cost += 1 + (search->len - at) / COST_BYTES;
	if (search->cost < COST_A_LOOK)
		return false;
	search->cost = 0;
	return mxlog_budget_spent(search->budget);
}

/* A secret in JSON: its text is a part of the text that is searched. */
static int add_json_secret(void *data, const struct mxlog_json_token *token,
    enum mxlog_json_verdict verdict)
{
	struct search *search = data;
	size_t start = (size_t)(token->text - search->text);

	if (verdict != MXLOG_JSON_SECRET)
		return 0;
	return mxlog_ranges_add(search->ranges, start, start + token->len,
	    MXLOG_RULE_NAME);
}

/* 1: the value is JSON, and its secrets are known; 0: it is none. */
static int judge_json(struct search *search, size_t at, struct mxlog_name name,
    size_t *ret_end)
{
	size_t before = search->ranges->n, len;
	int r = mxlog_json_judge(search->text + at, search->len - at, name,
	    add_json_secret, search, &len);

	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		search->ranges->n = before;
		return 0;
	}
	*ret_end = at + len;
	return 1;
}

static int find_pair(struct search *search, size_t at)
{
	struct rule *rule = &search->rules->list[MXLOG_RULE_NAME];
	struct mxlog_pair_found found = { 0 };
	bool is_secret = mxlog_pair_find(search->text, search->len, at, &found);

	search->named = true;
	rule->next = found.name_end;
	if (!is_secret)
		return 0;
	if (found.container) {
		size_t end = 0;
		int r = judge_json(search, found.range.start, found.name, &end);

		if (r != 0)
			return MIN(r, 0);
	}
	rule->next = MAX(rule->next, found.range.end);
	return mxlog_ranges_add(search->ranges, found.range.start,
	    found.range.end, MXLOG_RULE_NAME);
}

/* Does a list or an object of JSON begin here? */
static bool is_json_start(const struct search *search, size_t at)
{
	char next = at + 1 < search->len ? search->text[at + 1] : '\0';

	return next == '"' ||
	    (search->text[at] == '[' && (next == '{' || next == '['));
}

/* Where the next of { and [ is, or the end; they differ in one bit. */
static size_t find_bracket(const struct search *search, size_t at)
{
	while (at < search->len) {
		size_t n = MIN(search->len - at, (size_t)MXLOG_LANES);
		mxlog_vec16 vec = n == MXLOG_LANES
		    ? mxlog_vec16_load(search->text + at)
		    : mxlog_vec16_load_first(search->text + at, n);
		uint32_t brackets =
		    mxlog_vec16_mask((mxlog_vec16)((vec | 0x20) == '{'));

		if (brackets)
			return at + (unsigned)__builtin_ctz(brackets);
		at += n;
	}
	return at;
}

/* Names and values beside each other, in JSON inside of the text. */
static int find_structure(struct search *search)
{
	unsigned tries = 0;
	size_t at = find_bracket(search, 0);

	while (at < search->len && tries < JSON_TRIES) {
		size_t end = at + 1;
		int r = 0;

		if (is_json_start(search, at)) {
			if (is_too_late(search, at))
				return -ETIMEDOUT;
			r = judge_json(search, at, (struct mxlog_name){ 0 },
			    &end);
			tries += r == 0;
		}
		if (r < 0)
			return r;
		at = find_bracket(search, end);
	}
	return 0;
}

static unsigned rule_id(const struct search *search, const struct rule *rule)
{
	return (unsigned)(rule - search->rules->list);
}

/* All matches from `from` on. */
static int find_all(struct search *search, struct rule *rule, size_t from)
{
	struct mxlog_match match;
	int r;

	while (from <= search->len) {
		r = mxlog_pattern_search(rule->pattern, search->text,
		    search->len, from, search->budget, &match);
		if (r <= 0)
			return r;
		if (match.secret_end > match.secret_start) {
			r = mxlog_ranges_add(search->ranges, match.secret_start,
			    match.secret_end, rule_id(search, rule));
			if (r < 0)
				return r;
		}
		/* A match is not empty, but \K may put its start behind. */
		from = MAX(match.end, from + 1);
		while (
		    from < search->len && (search->text[from] & 0xc0) == 0x80)
			from++;
	}
	return 0;
}

/* Is there a match right here? */
static int find_here(struct search *search, struct rule *rule, size_t at)
{
	struct mxlog_match match;
	int r = mxlog_pattern_search(rule->pattern, search->text, search->len,
	    at, search->budget, &match);

	if (r <= 0)
		return r;
	rule->next = match.end;
	return mxlog_ranges_add(search->ranges, match.secret_start,
	    match.secret_end, rule_id(search, rule));
}

static size_t step_back(const struct search *search, size_t at, size_t n)
{
	at = at > n ? at - n : 0;
	while (at > 0 && (search->text[at] & 0xc0) == 0x80)
		at--;
	return at;
}

static int try_token(struct search *search, size_t at, unsigned number)
{
	const struct mxlog_token *token = &mxlog_tokens[number];
	struct mxlog_rules *rules = search->rules;
	struct mxlog_range range;

	if (rules->tokens_text != rules->texts) {
		rules->tokens_text = rules->texts;
		rules->token_end = 0;
	}
	if (at < rules->token_end)
		return 0;
	if (is_too_late(search, at))
		return -ETIMEDOUT;
	if (!mxlog_token_find(token, search->text, search->len, at, &range))
		return 0;
	rules->token_end = range.end;
	return mxlog_ranges_add(search->ranges, range.start, range.end,
	    token->rule);
}

/* The option of some command: all secrets of its line. */
static int try_option(struct search *search, size_t at)
{
	struct mxlog_command_walk walk;
	struct mxlog_range range;
	int r = 0;

	if (at < search->line_end)
		return 0;
	if (is_too_late(search, at))
		return -ETIMEDOUT;
	mxlog_command_begin(&walk, search->text, search->len, at + 1);
	search->line_end = walk.end;
	while (r >= 0 && mxlog_command_next(&walk, &range))
		r = mxlog_ranges_add(search->ranges, range.start, range.end,
		    MXLOG_RULE_COMMAND);
	return r;
}

static int try_rule(struct search *search, size_t at, unsigned id)
{
	struct rule *rule = &search->rules->list[id];
	int r;

	if (rule->text != search->rules->texts) {
		rule->text = search->rules->texts;
		rule->next = 0;
	}
	if (at < rule->next)
		return 0;
	if (is_too_late(search, at))
		return -ETIMEDOUT;
	if (id == MXLOG_RULE_NAME)
		return find_pair(search, at);
	if (!rule->pattern) {
		r = compile(rule, id);
		if (r < 0)
			return r;
	}
	if (!rule->whole && rule->back == 0)
		return find_here(search, rule, at);
	/* This finds what is to be found behind, too. */
	rule->next = SIZE_MAX;
	return find_all(search, rule,
	    rule->whole ? 0 : step_back(search, at, rule->back));
}

static int search_decoded(struct search *outer, size_t at);

/* Base64 that decodes to a secret goes as a whole, from where it begins. */
static int try_base64(struct search *search, size_t at)
{
	size_t before = search->ranges->n, end = at;
	bool token = false;
	int r;

	while (end < search->len && search->text[end] &&
	    (mxlog_is_name_byte(search->text[end]) ||
		strchr("+/", search->text[end])) &&
	    search->text[end] != '.')
		end++;
	r = mxlog_decode_base64(search->text + at, end - at,
	    &search->rules->decoded);
	if (r > 0)
		r = search_decoded(search, at);
	/* Whole documents hold names; tokens say what they are. */
	for (size_t i = before; i < search->ranges->n && !token; i++)
		token = search->ranges->list[i].rule != MXLOG_RULE_NAME;
	search->ranges->n = before;
	if (r < 0 || !token)
		return MIN(r, 0);
	return mxlog_ranges_add(search->ranges, at, end,
	    MXLOG_RULE_ENCODED_TOKEN);
}

/* audit writes command lines with blanks as hexadecimal digits. */
static int try_hex(struct search *search, size_t at)
{
	size_t end = at;
	int r;

	while (end < search->len &&
	    (mxlog_is_digit(search->text[end]) ||
		(search->text[end] >= 'A' && search->text[end] <= 'F')))
		end++;
	r = mxlog_decode_hex(search->text + at, end - at,
	    &search->rules->decoded);
	return r > 0 ? search_decoded(search, at) : r;
}

static int try_encoded_run(struct search *search, size_t at)
{
	bool lower = false, upper = false;

	for (size_t i = at; i < search->len && i - at < 16; i++) {
		lower |= search->text[i] >= 'a' && search->text[i] <= 'z';
		upper |= search->text[i] >= 'A' && search->text[i] <= 'Z';
	}
	if (lower && upper)
		return try_base64(search, at);
	if (!lower && at > 0 && search->text[at - 1] == '=')
		return try_hex(search, at);
	return 0;
}

static int try_run(struct search *search, size_t at)
{
	struct mxlog_range range;
	size_t end;
	unsigned rule;

	if (is_too_late(search, at))
		return -ETIMEDOUT;
	if (mxlog_run_find(search->text, search->len, at, &end, &rule, &range))
		return mxlog_ranges_add(search->ranges, range.start, range.end,
		    rule);
	return search->inside ? 0 : try_encoded_run(search, at);
}

static int try_matcher(struct search *search, size_t at, unsigned matcher)
{
	if (matcher == MXLOG_KEYWORD_RUN)
		return try_run(search, at);
	if (matcher == MXLOG_RULE_DECODED) {
		search->coded = true;
		return 0;
	}
	if (matcher == MATCHER_OPTION)
		return try_option(search, at);
	if (matcher >= MATCHER_TOKENS)
		return try_token(search, at, matcher - MATCHER_TOKENS);
	return try_rule(search, at, matcher);
}

static bool on_keyword(void *data, size_t start, size_t len, unsigned matcher)
{
	struct search *search = data;

	(void)len;
	search->r = try_matcher(search, start, matcher);
	return search->r >= 0;
}

static void try_hits(struct search *search, const struct mxlog_hits *hits,
    size_t offset)
{
	for (size_t i = 0; i < hits->n && search->r >= 0; i++) {
		const struct mxlog_rule_hit *hit = &hits->list[i];

		if (mxlog_rule_hit_is_in(hit, offset, search->len))
			search->r = try_matcher(search,
			    MAX((size_t)hit->start, offset) - offset,
			    hit->matcher);
	}
}

static int search_text(struct search *search, const struct mxlog_hits *hits,
    size_t offset)
{
	struct mxlog_rules *rules = search->rules;

	rules->texts++;
	if (hits && !hits->more)
		try_hits(search, hits, offset);
	else
		mxlog_keywords_find(rules->keywords, search->text, search->len,
		    on_keyword, search);
	if (search->r >= 0 && search->named)
		search->r = find_structure(search);
	return MIN(search->r, 0);
}

/* Search what the decoded text says; `at` is where it begins in the original,
 * and `whole` takes all of that for what is found. */
static int search_decoded(struct search *outer, size_t at)
{
	struct mxlog_rules *rules = outer->rules;
	const struct mxlog_decoded *decoded = &rules->decoded;
	struct search search = { .rules = rules,
		.text = decoded->text.data,
		.len = decoded->text.len,
		.budget = outer->budget,
		.ranges = &rules->inner,
		.inside = true };
	int r;

	rules->inner.n = 0;
	if (search.len == 0)
		return 0;
	r = search_text(&search, NULL, 0);
	for (size_t i = 0; i < rules->inner.n && r >= 0; i++) {
		const struct mxlog_range *range = &rules->inner.list[i];

		if (range->end > range->start)
			r = mxlog_ranges_add(outer->ranges,
			    at + mxlog_decoded_origin(decoded, range->start),
			    at + mxlog_decoded_origin(decoded, range->end),
			    range->rule);
	}
	return r;
}

int mxlog_rules_find(struct mxlog_rules *rules, const char *text, size_t len,
    const struct mxlog_hits *hits, size_t offset, struct mxlog_budget *budget,
    struct mxlog_ranges *ranges)
{
	struct search search = { .rules = rules,
		.text = text,
		.len = len,
		.budget = budget,
		.ranges = ranges };
	int r = search_text(&search, hits, offset);

	if (r >= 0 && search.coded) {
		r = mxlog_decode_text(text, len, &rules->decoded);
		if (r > 0)
			r = search_decoded(&search, 0);
	}
	for (size_t i = 0; i < rules->n_always && r >= 0; i++)
		r = find_all(&search, &rules->list[rules->always[i]], 0);
	return MIN(r, 0);
}
