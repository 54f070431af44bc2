/* SPDX-License-Identifier: Apache-2.0 */
/* Every rule, keyword and alternative of the tables is reached by a sample, and
 * what looks similar stays. */
#include "redact/redact_samples.h"

#include <stdio.h>
#include <strings.h>

#include "redact/redact.h"
#include "suite.h"

enum {
	SEEDS = 3,
	FORMS = 3, /* of a sample: as it stands, and its secret in quotes */
};

static const struct {
	unsigned rule, flags;
	const char *text;
} keywords[] = {
#define EXACT                      0
#define CASELESS                   MXLOG_KEYWORD_CASELESS
#define WORD                       MXLOG_KEYWORD_WORD
#define KEYWORD(rule, flags, text) { MXLOG_RULE_##rule, flags, text },
#include "tbl/secrets.def"
};

static const struct {
	unsigned rule;
	const char *text;
} patterns[] = {
#define PATTERN(rule, back, text) { MXLOG_RULE_##rule, text },
#include "tbl/secrets.def"
};

/* All that is wrong is told, then the test fails. */
static size_t wrong;

#define EXPECT(condition, ...)                        \
	do {                                          \
		if (!(condition)) {                   \
			fprintf(stderr, __VA_ARGS__); \
			fprintf(stderr, "\n");        \
			wrong++;                      \
		}                                     \
	} while (0)

/* Names, and what decoding finds, have tests of their own. */
static bool has_samples(unsigned rule)
{
	return rule != MXLOG_RULE_NAME && rule != MXLOG_RULE_DECODED &&
	    rule != MXLOG_RULE_ENCODED_TOKEN;
}

/* {A12}, '{A12}', "{A12}" */
static void expand(const char *sample, uint64_t seed, unsigned form,
    struct mxlog_buf *out)
{
	static const char *const quotes[FORMS] = { "", "'", "\"" };
	struct mxlog_buf text = { 0 };
	const char *open = strchr(sample, '{');
	const char *close = open ? strchr(open, '}') : NULL;

	out->len = 0;
	if (close)
		ck_assert_int_eq(mxlog_buf_printf(&text, "%.*s%s%.*s%s%s",
				     (int)(open - sample), sample, quotes[form],
				     (int)(close + 1 - open), open,
				     quotes[form], close + 1),
		    0);
	else
		ck_assert_int_eq(mxlog_buf_printf(&text, "%s", sample), 0);
	ck_assert_int_eq(mxlog_buf_add(&text, "", 1), 0);
	ck_assert_int_eq(mxlog_sample_expand(text.data, seed, out), 0);
	mxlog_buf_done(&text);
}

static bool is_found(struct mxlog_rules *rules, const struct mxlog_buf *text,
    unsigned rule)
{
	struct mxlog_budget budget = { .usec = USEC_PER_SEC };
	struct mxlog_ranges ranges = { 0 };
	bool found = false;

	ck_assert_int_eq(mxlog_rules_find(rules, text->data, text->len, NULL, 0,
			     &budget, &ranges),
	    0);
	for (size_t i = 0; i < ranges.n; i++)
		found |= ranges.list[i].rule == rule;
	free(ranges.list);
	return found;
}

START_TEST(each_sample_is_found_by_its_rule)
{
	static const char *const contexts[][2] = { { "got ", " from upstream" },
		{ "{\"x\": \"", "\"}" }, { "", "" } };
	struct mxlog_rules *rules;
	struct mxlog_buf text = { 0 };

	ck_assert_int_eq(mxlog_rules_new(NULL, 0, &rules, NULL), 0);
	for (size_t i = 0; i < mxlog_samples_n * SEEDS; i++) {
		const struct mxlog_sample *sample = &mxlog_samples[i / SEEDS];

		expand(sample->text, i, 0, &text);
		EXPECT(is_found(rules, &text, sample->rule), "%s: %.*s",
		    mxlog_rule_infos[sample->rule].name, (int)text.len,
		    text.data);
	}
	for (size_t i = 0; i < mxlog_tokens_n + mxlog_run_tokens_n; i++)
		for (size_t j = 0; j < ARRAY_LEN(contexts); j++) {
			const struct mxlog_token *token = i < mxlog_tokens_n
			    ? &mxlog_tokens[i]
			    : &mxlog_run_tokens[i - mxlog_tokens_n];

			text.len = 0;
			ck_assert_int_eq(mxlog_buf_printf(&text, "%s",
					     contexts[j][0]),
			    0);
			ck_assert_int_eq(mxlog_sample_token(token, i + j,
					     &text),
			    0);
			ck_assert_int_eq(mxlog_buf_printf(&text, "%s",
					     contexts[j][1]),
			    0);
			EXPECT(is_found(rules, &text, token->rule), "%s: %.*s",
			    mxlog_rule_infos[token->rule].name, (int)text.len,
			    text.data);
		}
	mxlog_buf_done(&text);
	mxlog_rules_free(rules);
	ck_assert_uint_eq(wrong, 0);
}
END_TEST

START_TEST(each_rule_has_a_sample_or_a_token)
{
	for (unsigned rule = 0; rule < MXLOG_RULES_BUILT_IN; rule++) {
		size_t n = !has_samples(rule);

		for (size_t i = 0; i < mxlog_samples_n; i++)
			n += mxlog_samples[i].rule == rule;
		for (size_t i = 0; i < mxlog_tokens_n; i++)
			n += mxlog_tokens[i].rule == rule;
		for (size_t i = 0; i < mxlog_run_tokens_n; i++)
			n += mxlog_run_tokens[i].rule == rule;
		EXPECT(n > 0, "%s", mxlog_rule_infos[rule].name);
	}
	ck_assert_uint_eq(wrong, 0);
}
END_TEST

START_TEST(each_pattern_has_keywords_and_each_is_reached)
{
	for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
		size_t n = 0;

		for (size_t j = 0; j < ARRAY_LEN(keywords); j++)
			n += keywords[j].rule == patterns[i].rule;
		EXPECT(n > 0, "%s", mxlog_rule_infos[patterns[i].rule].name);
	}
	for (size_t i = 0; i < ARRAY_LEN(keywords); i++) {
		bool reached = !has_samples(keywords[i].rule);

		for (size_t j = 0; j < mxlog_samples_n; j++)
			reached |= mxlog_samples[j].rule == keywords[i].rule &&
			    (keywords[i].flags & MXLOG_KEYWORD_CASELESS
				    ? !!strcasestr(mxlog_samples[j].text,
					  keywords[i].text)
				    : !!strstr(mxlog_samples[j].text,
					  keywords[i].text));
		EXPECT(reached, "%s: %s",
		    mxlog_rule_infos[keywords[i].rule].name, keywords[i].text);
	}
	ck_assert_uint_eq(wrong, 0);
}
END_TEST

/* ---- alternatives ---- */

/* Behind the escape, class or single character at `p`. */
static const char *skip_item(const char *p)
{
	if (*p == '\\' && p[1] != '\0')
		return p + 2;
	if (*p != '[')
		return p + 1;
	p += p[1] == '^' ? 2 : 1;
	if (*p == ']')
		p++;
	while (*p != '\0' && *p != ']')
		p += *p == '\\' ? 2 : 1;
	return p + 1;
}

/* Behind the group at `p`. */
static const char *skip_group(const char *p)
{
	unsigned depth = 0;

	do {
		depth += *p == '(';
		depth -= *p == ')';
		p = skip_item(p);
	} while (depth > 0 && *p != '\0');
	return p;
}

static bool is_condition(const char *p)
{
	return strncmp(p, "(?=", 3) == 0 || strncmp(p, "(?!", 3) == 0 ||
	    strncmp(p, "(?<!", 4) == 0 || strncmp(p, "(?<=", 4) == 0;
}

static struct mxlog_match search(const char *pattern,
    const struct mxlog_buf *text)
{
	struct mxlog_match match = { 0 };
	struct mxlog_pattern *compiled;
	struct mxlog_error error = { 0 };

	ck_assert_msg(mxlog_pattern_new(pattern, strlen(pattern), 0, &compiled,
			  &error) == 0,
	    "%s: %s", pattern, error.text);
	(void)mxlog_pattern_search(compiled, text->data, text->len, 0, NULL,
	    &match);
	mxlog_pattern_free(compiled);
	return match;
}

/* Does it make a difference to a sample of the rule? */
static bool matters(unsigned rule, const char *whole, const char *less)
{
	struct mxlog_buf text = { 0 };
	bool differs = false;

	for (size_t i = 0; i < mxlog_samples_n * FORMS && !differs; i++) {
		struct mxlog_match one, other;

		if (mxlog_samples[i / FORMS].rule != rule)
			continue;
		expand(mxlog_samples[i / FORMS].text, i, i % FORMS, &text);
		one = search(whole, &text);
		other = search(less, &text);
		differs = memcmp(&one, &other, sizeof(one)) != 0;
	}
	mxlog_buf_done(&text);
	return differs;
}

static void check_without(unsigned rule, const char *whole, const char *start,
    const char *end)
{
	char *less;

	if (*end == '|')
		end++;
	else
		start--;
	ck_assert_int_gt(asprintf(&less, "%.*s%s", (int)(start - whole), whole,
			     end),
	    -1);
	EXPECT(matters(rule, whole, less), "%s: no sample reaches %.*s",
	    mxlog_rule_infos[rule].name, (int)(end - start), start);
	free(less);
}

/* Without each of its alternatives in turn, down into its groups; returns the
 * group's end. */
static const char *check_alternatives(unsigned rule, const char *whole,
    const char *p)
{
	const char *start = p;
	bool several = false;

	while (true) {
		if (*p == '(' && is_condition(p)) {
			p = skip_group(p);
		} else if (*p == '(') {
			p++;
			if (*p == '?')
				p += strcspn(p, p[1] == '<' ? ">" : ":)") + 1;
			p = check_alternatives(rule, whole, p);
			p += *p == ')';
		} else if (*p == '|' || *p == ')' || *p == '\0') {
			several |= *p == '|';
			if (several)
				check_without(rule, whole, start, p);
			if (*p != '|')
				return p;
			start = ++p;
		} else {
			p = skip_item(p);
		}
	}
}

START_TEST(each_alternative_is_reached)
{
	for (size_t i = 0; i < ARRAY_LEN(patterns); i++)
		(void)check_alternatives(patterns[i].rule, patterns[i].text,
		    patterns[i].text);
	ck_assert_uint_eq(wrong, 0);
}
END_TEST

/* ---- files of samples ---- */

static void check_file(const char *path, bool secret)
{
	struct mxlog_redactor *redactor;
	struct mxlog_buf text = { 0 }, out = { 0 };
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0, n = 0, seen[MXLOG_RULES_BUILT_IN] = { 0 };

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(mxlog_redactor_new(NULL, 0, "[GONE]", &redactor, NULL),
	    0);
	while (getline(&line, &size, file) > 0) {
		char *tab = strchr(line, '\t');

		if (*line == '#' || !tab)
			continue;
		*tab++ = '\0';
		tab[strcspn(tab, "\n")] = '\0';
		text.len = out.len = 0;
		ck_assert_int_eq(mxlog_sample_expand(tab, n++, &text), 0);
		ck_assert_int_eq(mxlog_redact_text(redactor, text.data,
				     text.len, &out),
		    0);
		EXPECT(secret ==
			(out.len != text.len ||
			    memcmp(out.data, text.data, out.len) != 0),
		    "%s: %.*s", line, (int)text.len, text.data);
		for (size_t i = 0; i < MXLOG_RULES_BUILT_IN; i++)
			seen[i] += strcmp(mxlog_rule_infos[i].name, line) == 0;
	}
	for (size_t i = 0; i < MXLOG_RULES_BUILT_IN; i++)
		EXPECT(seen[i] >= 3, "%s: %zu samples",
		    mxlog_rule_infos[i].name, seen[i]);
	free(line);
	(void)fclose(file);
	mxlog_buf_done(&text);
	mxlog_buf_done(&out);
	mxlog_redactor_free(redactor);
}

START_TEST(three_secrets_and_more_of_each_rule_are_hidden)
{
	check_file(MXLOG_SOURCE_DIR "/tests/data/redaction/secret", true);
	ck_assert_uint_eq(wrong, 0);
}
END_TEST

START_TEST(what_looks_like_them_stays)
{
	check_file(MXLOG_SOURCE_DIR "/tests/data/redaction/harmless", false);
	ck_assert_uint_eq(wrong, 0);
}
END_TEST

SUITE("redact_samples", each_sample_is_found_by_its_rule,
    each_rule_has_a_sample_or_a_token,
    each_pattern_has_keywords_and_each_is_reached, each_alternative_is_reached,
    three_secrets_and_more_of_each_rule_are_hidden, what_looks_like_them_stays)
