/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const struct mxlog_option mxlog_journal_options[] = {
#define OPTION(id_, key_, type_, value_, min_, max_, help_) \
	{                                                   \
		.key = key_,                                \
		.type = MXLOG_OPTION_##type_,               \
		.value = value_,                            \
		.min = min_,                                \
		.max = max_,                                \
		.help = help_,                              \
	},
#include "journal_options.def"
#undef OPTION
};

#define OPTION_LIST(options, id, n) \
	mxlog_options_get_list(options, MXLOG_JOURNAL_OPTION_##id, n)
#define OPTION_TEXT(options, id) \
	mxlog_options_get_text(options, MXLOG_JOURNAL_OPTION_##id)
#define OPTION_BOOL(options, id) \
	mxlog_options_get_bool(options, MXLOG_JOURNAL_OPTION_##id)
#define OPTION_INT(options, id) \
	mxlog_options_get_int(options, MXLOG_JOURNAL_OPTION_##id)

static int refuse(struct mxlog_error *reterr, const char *text)
{
	if (reterr) {
		*reterr = (struct mxlog_error){ .code = -EINVAL };
		(void)snprintf(reterr->text, sizeof(reterr->text), "%s", text);
	}
	return -EINVAL;
}

/* ---- start ---- */

static bool read_digits(const char **at, int n, int *ret)
{
	*ret = 0;
	for (int i = 0; i < n; i++) {
		char c = *(*at)++;

		if (c < '0' || c > '9')
			return false;
		*ret = *ret * 10 + (c - '0');
	}
	return true;
}

/* 2026-01-28T15:30:00Z */
static bool read_time(const char *text, int64_t *ret)
{
	struct tm tm = { 0 };
	const char *at = text;

	if (strlen(text) != sizeof("2026-01-28T15:30:00Z") - 1)
		return false;
	if (!read_digits(&at, 4, &tm.tm_year) || *at++ != '-' ||
	    !read_digits(&at, 2, &tm.tm_mon) || *at++ != '-' ||
	    !read_digits(&at, 2, &tm.tm_mday) || (*at != 'T' && *at != ' '))
		return false;
	at++;
	if (!read_digits(&at, 2, &tm.tm_hour) || *at++ != ':' ||
	    !read_digits(&at, 2, &tm.tm_min) || *at++ != ':' ||
	    !read_digits(&at, 2, &tm.tm_sec) || *at != 'Z')
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	*ret = (int64_t)timegm(&tm) * 1000000;
	return true;
}

static int read_start(const char *text, struct mxlog_journal_where *where,
    struct mxlog_error *reterr)
{
	if (!text || strcmp(text, "head") == 0)
		where->start = MXLOG_JOURNAL_START_HEAD;
	else if (strcmp(text, "tail") == 0)
		where->start = MXLOG_JOURNAL_START_TAIL;
	else if (strcmp(text, "boot") == 0)
		where->start = MXLOG_JOURNAL_START_BOOT;
	else if (read_time(text, &where->start_usec))
		where->start = MXLOG_JOURNAL_START_TIME;
	else
		return refuse(reterr,
		    "journald.start: expected head, tail, boot or a time such "
		    "as 2026-01-28T15:30:00Z");
	return 0;
}

/* ---- where ---- */

static int read_kinds(const struct mxlog_options *options,
    struct mxlog_journal_where *where, struct mxlog_error *reterr)
{
	size_t n;
	const char *const *names = OPTION_LIST(options, JOURNALS, &n);

	where->kinds = n == 0 ? MXLOG_JOURNAL_ALL : 0;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(names[i], "system") == 0)
			where->kinds |= MXLOG_JOURNAL_SYSTEM;
		else if (strcmp(names[i], "user") == 0)
			where->kinds |= MXLOG_JOURNAL_USER;
		else
			return refuse(reterr,
			    "journald.journals: expected system or user");
	}
	return 0;
}

static bool is_match(const char *text)
{
	size_t n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	return strcmp(text, "+") == 0 || (n > 0 && text[n] == '=');
}

static int check_where(const struct mxlog_journal_where *where,
    struct mxlog_error *reterr)
{
	int places = (where->directory != NULL) + (where->n_files > 0) +
	    (where->namespace != NULL || where->runtime_only);

	if (places > 1)
		return refuse(reterr,
		    "journald: expected one of directory, files, or "
		    "namespace and runtime_only");
	if (where->directory && where->directory[0] != '/')
		return refuse(reterr,
		    "journald.directory: expected an absolute path");
	for (size_t i = 0; i < where->n_files; i++)
		if (where->files[i][0] != '/')
			return refuse(reterr,
			    "journald.files: expected absolute paths");
	for (size_t i = 0; i < where->n_matches; i++)
		if (!is_match(where->matches[i]))
			return refuse(reterr,
			    "journald.match: expected FIELD=value or +");
	return 0;
}

static uint64_t hash_text(uint64_t hash, const char *text)
{
	do
		hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
	while (*text++);
	return hash;
}

/* Two places have two checkpoints, and two processes may read them at once. */
static void name_source(struct mxlog_journal_settings *settings)
{
	const struct mxlog_journal_where *where = &settings->where;
	uint64_t hash = UINT64_C(14695981039346656037);

	if (where->n_files == 0 && !where->directory && !where->namespace) {
		(void)snprintf(settings->source, sizeof(settings->source),
		    "journald");
		return;
	}
	for (size_t i = 0; i < where->n_files; i++)
		hash = hash_text(hash, where->files[i]);
	hash = hash_text(hash, where->directory ? where->directory : "");
	hash = hash_text(hash, where->namespace ? where->namespace : "");
	(void)snprintf(settings->source, sizeof(settings->source),
	    "journald-%016llx", (unsigned long long)hash);
}

int mxlog_journal_settings_read(const struct mxlog_options *options,
    struct mxlog_journal_settings *ret, struct mxlog_error *reterr)
{
	struct mxlog_journal_settings settings = { 0 };
	struct mxlog_journal_where *where = &settings.where;
	int r;

	where->files = OPTION_LIST(options, FILES, &where->n_files);
	where->directory = OPTION_TEXT(options, DIRECTORY);
	where->namespace = OPTION_TEXT(options, NAMESPACE);
	where->runtime_only = OPTION_BOOL(options, RUNTIME);
	where->matches = OPTION_LIST(options, MATCH, &where->n_matches);
	r = read_kinds(options, where, reterr);
	if (r == 0)
		r = read_start(OPTION_TEXT(options, START), where, reterr);
	if (r == 0)
		r = check_where(where, reterr);
	if (r < 0)
		return r;
	settings.checkpoint_usec = OPTION_INT(options, CHECKPOINT) * 1000;
	settings.join = OPTION_BOOL(options, JOIN);
	name_source(&settings);
	*ret = settings;
	return 0;
}
