/* SPDX-License-Identifier: Apache-2.0 */
#include "command/mxlog_read_phrase.h"

#include <string.h>

#include "query/where.h"

int mxlog_read_phrase_equals(struct mxlog_buf *out, const char *field,
    const char *value)
{
	int r = mxlog_buf_printf(out, "%s = ", field);

	return r < 0 ? r : mxlog_where_quote(out, value, strlen(value));
}

/* ---- units ---- */

static bool has_suffix(const char *unit)
{
	static const char *const suffixes[] = { ".service", ".socket",
		".device", ".mount", ".automount", ".swap", ".target", ".path",
		".timer", ".slice", ".scope" };
	size_t len = strlen(unit);

	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		size_t n = strlen(suffixes[i]);

		if (len > n && strcmp(unit + len - n, suffixes[i]) == 0)
			return true;
	}
	return false;
}

static int add_escaped(struct mxlog_buf *out, char c)
{
	static const char plain[] = "_-@:/";
	bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
	int r = 0;

	if (!letter && !(c >= '0' && c <= '9') && !strchr(plain, c) && c > 0)
		r = mxlog_buf_add_char(out, '\\');
	return r < 0 ? r : mxlog_buf_add_char(out, c);
}

/* As fnmatch(3) has it, but for [ ]. */
static int add_glob(struct mxlog_buf *out, const char *unit, bool optional)
{
	int r = mxlog_buf_add_char(out, '^');

	for (const char *c = unit; r >= 0 && *c; c++) {
		if (*c == '*' || *c == '?')
			r = mxlog_buf_printf(out, "%s", *c == '*' ? ".*" : ".");
		else
			r = add_escaped(out, *c);
	}
	return r < 0
	    ? r
	    : mxlog_buf_printf(out, "%s$", optional ? "(\\.service)?" : "");
}

int mxlog_read_phrase_unit(struct mxlog_buf *out, const char *unit)
{
	static const char *const fields[] = { "context.unit",
		"context.user_unit", "context.about_unit",
		"context.about_user_unit" };
	struct mxlog_buf pattern = { 0 };
	int r = add_glob(&pattern, unit, !has_suffix(unit));

	for (size_t i = 0; r >= 0 && i < ARRAY_LEN(fields); i++) {
		r = mxlog_buf_printf(out, "%s%s ~ ", i > 0 ? " or " : "",
		    fields[i]);
		if (r >= 0)
			r = mxlog_where_quote(out, pattern.data, pattern.len);
	}
	mxlog_buf_done(&pattern);
	return r;
}

/* ---- searching ---- */

int mxlog_read_phrase_search(struct mxlog_buf *out, const char *field,
    const char *text, bool regex, bool case_matters)
{
	struct mxlog_buf pattern = { 0 };
	int r = 0;

	if (!case_matters)
		r = mxlog_buf_printf(&pattern, "(?i)");
	if (r >= 0 && regex)
		r = mxlog_buf_add(&pattern, text, strlen(text));
	for (const char *c = text; r >= 0 && !regex && *c; c++)
		r = add_escaped(&pattern, *c);
	if (r >= 0)
		r = mxlog_buf_printf(out, "%s ~ ", field);
	if (r >= 0)
		r = mxlog_where_quote(out, pattern.data ? pattern.data : "",
		    pattern.len);
	mxlog_buf_done(&pattern);
	return r;
}

int mxlog_read_phrase_kernel(struct mxlog_buf *out)
{
	return mxlog_buf_printf(out,
	    "context.transport = kernel or context.facility = kern or "
	    "context.syslog_facility = 0 or module = kernel");
}
