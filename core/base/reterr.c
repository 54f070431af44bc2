/* SPDX-License-Identifier: Apache-2.0 */
#include "base/reterr.h"

#include <stdio.h>
#include <strings.h>

enum {
	NAME_MAX_LEN = 63, /* longer names are never near */
	BEGINNING_MIN = 4, /* fewer letters begin too much */
};

int mxlog_error_set(struct mxlog_error *reterr, int code, const char *format,
    ...)
{
	va_list args;

	if (code >= 0)
		code = -EINVAL;
	if (!reterr)
		return code;

	reterr->code = code;
	va_start(args, format);
	(void)vsnprintf(reterr->text, sizeof(reterr->text), format, args);
	va_end(args);
	for (char *p = reterr->text; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	return code;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static size_t min3(size_t a, size_t b, size_t c)
{
	return MIN(MIN(a, b), c);
}

/* Levenshtein's distance, two neighbours that changed places counting as one
 * change; three rows kept. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][NAME_MAX_LEN + 1];

	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *row = rows[i % 3], *above = rows[(i + 2) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			bool same = lower(a[i - 1]) == lower(b[j - 1]);

			row[j] = min3(above[j - 1] + !same, above[j] + 1,
			    row[j - 1] + 1);
			if (i > 1 && j > 1 &&
			    lower(a[i - 1]) == lower(b[j - 2]) &&
			    lower(a[i - 2]) == lower(b[j - 1]))
				row[j] =
				    MIN(row[j], rows[(i + 1) % 3][j - 2] + 1);
		}
	}
	return rows[a_len % 3][b_len];
}

/* "redaction" may mean redaction_text. */
static bool is_beginning(const char *text, size_t len, const char *name)
{
	return len >= BEGINNING_MIN && len < strlen(name) &&
	    strncasecmp(text, name, len) == 0;
}

const char *mxlog_error_nearest(const char *text, size_t len,
    const char *const *names, size_t n)
{
	if ((!text && len > 0) || (!names && n > 0))
		return NULL;

	const char *nearest = NULL, *longer = NULL;
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
		if (!longer && is_beginning(text, len, names[i]))
			longer = names[i];
	}
	return nearest ? nearest : longer;
}
