/* SPDX-License-Identifier: Apache-2.0 */
#include "syslog_tag.h"

#include <string.h>
#include <strings.h>

enum {
	NAME_MAX_BYTES = 128, /* of a program's name; a longer one is none */
	MNEMONIC_WITHIN =
	    256, /* where a device names its program, if it does */
};

/* Words that stand before a colon and are no program: levels, forms, names of
 * secrets and of headers, the beginnings of sentences. */
static const char *const words[] = { "alert", "api-key", "api_key", "apikey",
	"auth", "authorization", "bearer", "caused by", "cef", "client_secret",
	"cookie", "credentials", "crit", "critical", "date", "debug", "emerg",
	"emergency", "err", "error", "exception", "fail", "failed", "failure",
	"fatal", "fine", "host", "info", "information", "leef", "level",
	"message", "msg", "note", "notice", "panic", "pass", "passphrase",
	"passwd", "password", "pin", "private_key", "proxy-authorization",
	"pwd", "reason", "secret", "set-cookie", "severe", "status", "success",
	"time", "timestamp", "token", "trace", "traceback", "uncaught", "user",
	"username", "verbose", "warn", "warning", "x-api-key", "x-auth-token" };

/* What names of secrets end with: DB_PASSWORD, access_token. */
static const char *const ends[] = { "_password", "_passwd", "_secret", "_token",
	"_key", "_pwd" };

static struct mxlog_syslog_text span(const char *from, const char *to)
{
	return (struct mxlog_syslog_text){ from, (size_t)(to - from) };
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

void mxlog_syslog_split_tag(struct mxlog_syslog_text tag,
    struct mxlog_syslog_text *ret_program, struct mxlog_syslog_text *ret_pid)
{
	const char *start = tag.text;
	const char *end = tag.text + tag.len;
	const char *open, *name_end, *slash;

	while (end > start && (end[-1] == ':' || end[-1] == ' '))
		end--;
	open = end > start ? memrchr(start, '[', (size_t)(end - start)) : NULL;
	*ret_pid = span(end, end);
	name_end = end;
	if (open && open > start) {
		name_end = open;
		if (end[-1] == ']')
			*ret_pid = span(open + 1, end - 1);
	}
	if (name_end > start && *start == '/') {
		slash = memrchr(start, '/', (size_t)(name_end - start));
		if (slash + 1 < name_end)
			start = slash + 1;
	}
	*ret_program = span(start, name_end);
}

/* ---- is it one? ---- */

static bool is_word(struct mxlog_syslog_text name)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == name.len &&
		    strncasecmp(words[i], name.text, name.len) == 0)
			return true;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t len = strlen(ends[i]);

		if (name.len >= len &&
		    strncasecmp(ends[i], name.text + name.len - len, len) == 0)
			return true;
	}
	return false;
}

/* 2026-11-20T10, 2026/11/20 */
static bool is_date(struct mxlog_syslog_text name)
{
	static const char form[] = "0000-00-00";

	if (name.len < sizeof(form) - 1)
		return false;
	for (size_t i = 0; i < sizeof(form) - 1; i++)
		if (form[i] == '0' ? !is_digit(name.text[i])
				   : name.text[i] != '-' && name.text[i] != '/')
			return false;
	return true;
}

/* Letters, digits and what programs' names are made of beside them. */
static bool is_name(struct mxlog_syslog_text name)
{
	bool letter = false;

	if (name.len == 0 || name.len > NAME_MAX_BYTES || is_date(name))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.text[i];

		letter |= is_letter(c) || (c & 0x80);
		if (!is_letter(c) && !is_digit(c) && !(c & 0x80) &&
		    !(c != '\0' && strchr("_-./@%+~$*()#: []\\", c)))
			return false;
	}
	return letter && !memchr(name.text, ' ', name.len);
}

static bool is_number(struct mxlog_syslog_text text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!is_digit(text.text[i]))
			return false;
	return text.len > 0;
}

/* A tag ends with a colon or holds a process id, and is a name. */
static bool is_tag(struct mxlog_syslog_text tag, struct mxlog_syslog_text text)
{
	struct mxlog_syslog_text program, pid;

	mxlog_syslog_split_tag(tag, &program, &pid);
	if (!is_name(program))
		return false;
	if (is_number(pid))
		return true;
	if (tag.text[tag.len - 1] != ':')
		return pid.len > 0;
	/* http://, jdbc://: where a text goes on with it, it is an address */
	if (text.len >= 2 && memcmp(text.text, "//", 2) == 0)
		return false;
	return !is_word(program);
}

/* ---- what the text names ---- */

static bool is_upper(char c)
{
	return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
}

/* Behind '%': the length of FACILITY-SEVERITY-MNEMONIC before a colon, or 0. */
static size_t mnemonic(const char *text, const char *end)
{
	const char *at = text;

	while (at < end && is_upper(*at))
		at++;
	for (int part = 0; part < 2; part++) {
		const char *start;

		if (at == text || at == end || *at != '-')
			return 0;
		start = ++at;
		while (at < end && is_upper(*at))
			at++;
		if (at == start)
			return 0;
	}
	/* a facility may have more parts than one: %CRYPTO-ISA-6-X */
	while (at < end && (is_upper(*at) || *at == '-'))
		at++;
	return at < end && *at == ':' ? (size_t)(at - text) : 0;
}

/* %SYS-5-CONFIG_I: somewhere in front, as Cisco's devices write it behind their
 * own counters and clocks. */
static struct mxlog_syslog_text find_mnemonic(struct mxlog_syslog_text text)
{
	const char *at = text.text;
	const char *end =
	    at + (text.len < MNEMONIC_WITHIN ? text.len : MNEMONIC_WITHIN);

	while (at < end) {
		const char *sign = memchr(at, '%', (size_t)(end - at));
		size_t len;

		if (!sign)
			break;
		len = mnemonic(sign + 1, text.text + text.len);
		if (len > 0)
			return span(sign, sign + 1 + len);
		at = sign + 1;
	}
	return span(end, end);
}

/* A name before a tab, written out or not: MSWinEventLog. */
static struct mxlog_syslog_text find_column(struct mxlog_syslog_text text)
{
	const char *end = text.text + text.len, *at = text.text;

	while (at < end &&
	    (is_letter(*at) || is_digit(*at) || *at == '_' || *at == '-'))
		at++;
	if (at == text.text || !is_letter(*text.text) || at == end ||
	    !(*at == '\t' || (end - at >= 4 && memcmp(at, "#011", 4) == 0)))
		at = text.text;
	return span(text.text, at);
}

/* NAME[PID]: behind a space that the parser did not expect. */
static bool find_tag(struct mxlog_syslog_text text,
    struct mxlog_syslog_text *ret)
{
	const char *end = text.text + text.len;
	const char *space = text.len ? memchr(text.text, ' ', text.len) : NULL;
	struct mxlog_syslog_text word = span(text.text, space ? space : end);
	struct mxlog_syslog_text program, pid;

	if (word.len < 4 || word.text[word.len - 1] != ':' ||
	    word.text[word.len - 2] != ']')
		return false;
	mxlog_syslog_split_tag(word, &program, &pid);
	if (!is_name(program) || !is_number(pid))
		return false;
	*ret = word;
	return true;
}

/* The space that parts a text from what stands before it. */
static void drop_space(struct mxlog_syslog_text *text)
{
	if (text->len == 0 || *text->text != ' ')
		return;
	text->text++;
	text->len--;
}

static void name_program(struct mxlog_syslog *message)
{
	struct mxlog_syslog_text *text = &message->part[MXLOG_SYSLOG_TEXT];
	struct mxlog_syslog_text *tag = &message->part[MXLOG_SYSLOG_TAG];

	if (find_tag(*text, tag)) {
		*text = span(tag->text + tag->len, text->text + text->len);
		drop_space(text);
		return;
	}
	*tag = find_mnemonic(*text);
	if (tag->len == 0)
		*tag = find_column(*text);
}

/* ---- the message ---- */

/* Where the parser's tag begins in the raw message; NULL: it is not from there.
 */
static const char *find_start(const struct mxlog_syslog *message,
    const struct mxlog_syslog_raw *raw)
{
	struct mxlog_syslog_text tag = message->part[MXLOG_SYSLOG_TAG];
	struct mxlog_syslog_text text = message->part[MXLOG_SYSLOG_TEXT];
	const char *first = raw->text.text + raw->after_pri;
	const char *end = raw->text.text + raw->text.len;
	const char *at = text.len > 0 ? text.text : end;

	if (raw->after_pri > raw->text.len || at < first || at > end)
		return NULL;
	while (text.len == 0 && at > first && at[-1] == ' ')
		at--;
	if ((size_t)(at - first) < tag.len ||
	    (tag.len > 0 && memcmp(at - tag.len, tag.text, tag.len) != 0))
		return NULL;
	at -= tag.len;
	/* A line of a file, an entry of a journal: it has no header. */
	return tag.len == 0 && at == raw->text.text ? NULL : at;
}

/* A host that has no time before it: a word. */
static bool is_host_first(const struct mxlog_syslog *message,
    const struct mxlog_syslog_raw *raw, const char *start)
{
	struct mxlog_syslog_text host = message->part[MXLOG_SYSLOG_HOSTNAME];
	const char *first = raw->text.text + raw->after_pri;

	const char *end = raw->text.text + raw->text.len;

	if (host.len == 0 || (size_t)(end - first) < host.len ||
	    memcmp(first, host.text, host.len) != 0)
		return false;
	return start == first + host.len + (start < end);
}

static void take_back(struct mxlog_syslog *message,
    const struct mxlog_syslog_raw *raw, const char *start)
{
	if (is_host_first(message, raw, start)) {
		start = raw->text.text + raw->after_pri;
		message->part[MXLOG_SYSLOG_HOSTNAME] =
		    message->part[MXLOG_SYSLOG_FROMHOST];
	}
	message->part[MXLOG_SYSLOG_TEXT] =
	    span(start, raw->text.text + raw->text.len);
	name_program(message);
}

void mxlog_syslog_read_tag(struct mxlog_syslog *message,
    const struct mxlog_syslog_raw *raw)
{
	struct mxlog_syslog_text *text = &message->part[MXLOG_SYSLOG_TEXT];
	struct mxlog_syslog_text tag = message->part[MXLOG_SYSLOG_TAG];
	const char *start = find_start(message, raw);

	if (!start)
		return;
	if (tag.len > 0 ? !is_tag(tag, *text)
			: is_host_first(message, raw, start)) {
		take_back(message, raw, start);
		return;
	}
	drop_space(text);
	if (tag.len == 0)
		name_program(message);
}
