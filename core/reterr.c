/* SPDX-License-Identifier: Apache-2.0 */
#include "reterr.h"

#include <stdio.h>
#include <strings.h>

enum {
	NAME_MAX_LEN = 63, /* longer names are never near */
};

int mxlog_error_set(struct mxlog_error *error, int code, const char *format,
    ...)
{
	va_list args;

	assert(code < 0);
	if (!error)
		return code;

	error->code = code;
	va_start(args, format);
	(void)vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	for (char *p = error->text; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	return code;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

/* Levenshtein's distance, one row kept. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t row[NAME_MAX_LEN + 1];

	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			bool same = lower(a[i - 1]) == lower(b[j - 1]);
			size_t d = diagonal + (same ? 0 : 1);

			diagonal = row[j];
			d = MIN(d, diagonal + 1);
			row[j] = MIN(d, row[j - 1] + 1);
		}
	}
	return row[b_len];
}

const char *mxlog_error_nearest(const char *text, size_t len,
    const char *const *names, size_t n)
{
	const char *nearest = NULL;
	size_t best = len / 3 + 1;

	if (len > NAME_MAX_LEN)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t name_len = strlen(names[i]);
		size_t d;

		if (name_len > NAME_MAX_LEN)
			continue;
		d = distance(text, len, names[i], name_len);
		if (d < best) {
			best = d;
			nearest = names[i];
		}
	}
	return nearest;
}
