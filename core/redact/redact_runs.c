/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/redact_runs.h"

#include "redact/redact_rules.h"
#include "redact/redact_tokens.h"

enum {
	RUN_MAX = 256, /* longer ones are no tokens of these kinds */
};

struct run {
	const char *text;
	size_t len, start, end;
	size_t n; /* end - start */
	bool digit, upper, lower, hex;
};

static bool is_alnum(char c)
{
	return mxlog_is_letter(c) || mxlog_is_digit(c);
}

static bool is_hex(char c)
{
	return mxlog_is_digit(c) || (c >= 'a' && c <= 'f');
}

static bool is_url(char c)
{
	return is_alnum(c) || c == '_' || c == '-';
}

static char before(const struct run *run, size_t n)
{
	return run->start >= n ? run->text[run->start - n] : '\0';
}

/* How many bytes of a kind stand from `at` on, or, backwards, before it. */
static size_t count(const struct run *run, size_t at, bool (*is)(char))
{
	size_t n = 0;

	while (at + n < run->len && n < RUN_MAX && is(run->text[at + n]))
		n++;
	return n;
}

static size_t count_back(const struct run *run, size_t at, bool (*is)(char))
{
	size_t n = 0;

	while (n < at && n < RUN_MAX && is(run->text[at - n - 1]))
		n++;
	return n;
}

static bool take(const struct run *run, size_t start, size_t end,
    struct mxlog_range *ret)
{
	(void)run;
	ret->start = start;
	ret->end = end;
	return true;
}

/* s.24: a token of Vault before 1.10. */
static bool is_vault(const struct run *run, struct mxlog_range *ret)
{
	return run->n == 24 && before(run, 1) == '.' && before(run, 2) == 's' &&
	    !is_url(before(run, 3)) && before(run, 3) != '.' && run->digit &&
	    run->upper && run->lower &&
	    take(run, run->start - 2, run->end, ret);
}

/* An id in base64, which begins with one of these, a time and a signature. */
static bool is_discord(const struct run *run, struct mxlog_range *ret)
{
	size_t second, third;

	if (run->n < 23 || run->n > 28 ||
	    !strchr("MNO", run->text[run->start]) || !run->digit ||
	    run->end == run->len || run->text[run->end] != '.' ||
	    is_url(before(run, 1)))
		return false;
	second = count(run, run->end + 1, is_url);
	if (second < 5 || second > 7 || run->end + 1 + second >= run->len ||
	    run->text[run->end + 1 + second] != '.')
		return false;
	third = count(run, run->end + 2 + second, is_url);
	return third >= 24 && third <= 45 &&
	    take(run, run->start, run->end + 2 + second + third, ret);
}

/* 32-8-8, all hexadecimal. */
static bool is_mailgun(const struct run *run, struct mxlog_range *ret)
{
	return run->hex && run->n == 32 && run->len - run->end >= 18 &&
	    run->text[run->end] == '-' && run->text[run->end + 9] == '-' &&
	    count(run, run->end + 1, is_hex) == 8 &&
	    count(run, run->end + 10, is_hex) == 8 && before(run, 1) != '-' &&
	    (run->end + 18 == run->len || !is_url(run->text[run->end + 18])) &&
	    take(run, run->start, run->end + 18, ret);
}

/* pat14.64 */
static bool is_airtable(const struct run *run, struct mxlog_range *ret)
{
	return run->hex && run->n == 64 && before(run, 1) == '.' &&
	    count_back(run, run->start - 1, is_alnum) == 17 &&
	    memcmp(run->text + run->start - 18, "pat", 3) == 0 &&
	    take(run, run->start - 18, run->end, ret);
}

/* 2/user/id:32 or 1/user:32 */
static bool is_asana(const struct run *run, struct mxlog_range *ret)
{
	size_t at = run->start, digits;

	if (!run->hex || run->n != 32 || before(run, 1) != ':')
		return false;
	at--;
	for (unsigned i = 0; i < 2; i++) {
		digits = count_back(run, at, mxlog_is_digit);
		if (digits < 10 || digits == at ||
		    run->text[at - digits - 1] != '/')
			return false;
		at -= digits + 1;
		if (count_back(run, at, mxlog_is_digit) == 1)
			return take(run, at - 1, run->end, ret);
	}
	return false;
}

/* 0.uuid.30:key */
static bool is_bitwarden(const struct run *run, struct mxlog_range *ret)
{
	const char *uuid = run->text + run->start - 37;
	size_t end = run->end;

	if (before(run, 1) != '.' || run->start < 39 || run->n > 40 ||
	    uuid[-1] != '.' || uuid[-2] != '0' || uuid[8] != '-' ||
	    uuid[13] != '-' || uuid[18] != '-' || uuid[23] != '-')
		return false;
	if (end < run->len && run->text[end] == ':')
		end += 1 + count(run, end + 1, is_alnum);
	while (
	    end < run->len && strchr("+/=", run->text[end]) && run->text[end])
		end += 1 + count(run, end + 1, is_alnum);
	return take(run, run->start - 39, end, ret);
}

/* A key in the wallet import format: base 58, which has no 0, O, I and l. */
static bool is_wallet(const struct run *run, struct mxlog_range *ret)
{
	size_t want = run->text[run->start] == '5' ? 51 : 52;

	if (!strchr("5KL", run->text[run->start]) || run->n != want ||
	    !run->digit || !run->upper || !run->lower)
		return false;
	for (size_t i = run->start; i < run->end; i++)
		if (strchr("0OIl", run->text[i]))
			return false;
	return take(run, run->start, run->end, ret);
}

/* application|secret */
static bool is_facebook(const struct run *run, struct mxlog_range *ret)
{
	size_t digits;

	if (before(run, 1) != '|' || run->n > 40)
		return false;
	digits = count_back(run, run->start - 1, mxlog_is_digit);
	if (digits < 13 || digits > 17)
		return false;
	return take(run, run->start, run->end + count(run, run->end, is_url),
	    ret);
}

/* SK and 32 hexadecimal digits. */
static bool is_twilio(const struct run *run, struct mxlog_range *ret)
{
	if (run->n != 34 || memcmp(run->text + run->start, "SK", 2) != 0)
		return false;
	return count(run, run->start + 2, is_hex) == 32 &&
	    take(run, run->start, run->end, ret);
}

static bool is_rapidapi(const struct run *run, struct mxlog_range *ret)
{
	const char *p = run->text + run->start;

	return run->n == 50 && memcmp(p + 10, "msh", 3) == 0 &&
	    memcmp(p + 35, "jsn", 3) == 0 &&
	    take(run, run->start, run->end, ret);
}

static const struct {
	unsigned rule;
	bool (*is)(const struct run *, struct mxlog_range *);
} looks[] = {
	{ MXLOG_RULE_VAULT, is_vault },
	{ MXLOG_RULE_DISCORD, is_discord },
	{ MXLOG_RULE_MAILGUN, is_mailgun },
	{ MXLOG_RULE_AIRTABLE, is_airtable },
	{ MXLOG_RULE_ASANA, is_asana },
	{ MXLOG_RULE_BITWARDEN, is_bitwarden },
	{ MXLOG_RULE_BITCOIN, is_wallet },
	{ MXLOG_RULE_FACEBOOK, is_facebook },
	{ MXLOG_RULE_TWILIO, is_twilio },
	{ MXLOG_RULE_RAPIDAPI, is_rapidapi },
};

/* One of RUN_TOKEN(), which begins with the run. */
static bool find_token(const struct run *run, unsigned *ret_rule,
    struct mxlog_range *ret)
{
	const char *p = run->text + run->start;

	for (size_t i = 0; i < mxlog_run_tokens_n; i++) {
		const struct mxlog_token *token = &mxlog_run_tokens[i];

		if (*token->prefix == *p &&
		    memcmp(p, token->prefix, token->prefix_len) == 0 &&
		    mxlog_token_find(token, run->text, run->len, run->start,
			ret)) {
			*ret_rule = token->rule;
			return true;
		}
	}
	return false;
}

static void measure(struct run *run, size_t at)
{
	run->start = at - count_back(run, at, is_alnum);
	run->end = at + count(run, at, is_alnum);
	run->n = run->end - run->start;
	run->hex = true;
	for (size_t i = run->start; i < run->end; i++) {
		char c = run->text[i];

		run->digit |= mxlog_is_digit(c);
		run->upper |= c >= 'A' && c <= 'Z';
		run->lower |= c >= 'a' && c <= 'z';
		run->hex &= is_hex(c);
	}
}

bool mxlog_run_find(const char *text, size_t len, size_t at, size_t *ret_end,
    unsigned *ret_rule, struct mxlog_range *ret)
{
	struct run run = { .text = text, .len = len };

	measure(&run, at);
	*ret_end = run.end;
	for (size_t i = 0; i < ARRAY_LEN(looks); i++)
		if (looks[i].is(&run, ret)) {
			*ret_rule = looks[i].rule;
			return true;
		}
	return find_token(&run, ret_rule, ret);
}
