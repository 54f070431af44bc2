/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/redact_key_lines.h"

#include "redact/redact_value.h"

enum {
	LINE_MIN = 4, /* bytes of a line: the last one may be short */
};

/* Nothing but base64, with blanks around it. */
static bool is_key_line(const char *text, size_t len)
{
	size_t n = 0;

	while (len > 0 && mxlog_is_blank(*text)) {
		text++;
		len--;
	}
	while (len > 0 && mxlog_is_blank(text[len - 1]))
		len--;
	while (n < len &&
	    (mxlog_is_letter(text[n]) || mxlog_is_digit(text[n]) ||
		(text[n] != '\0' && strchr("+/=", text[n]))))
		n++;
	return n == len && len >= LINE_MIN;
}

static struct mxlog_key_sender *find(struct mxlog_key_lines *lines,
    uint64_t sender)
{
	for (size_t i = 0; i < MXLOG_KEY_SENDERS; i++)
		if (lines->list[i].left > 0 && lines->list[i].sender == sender)
			return &lines->list[i];
	return NULL;
}

static void forget(struct mxlog_key_lines *lines)
{
	lines->begun = 0;
	for (size_t i = 0; i < MXLOG_KEY_SENDERS; i++)
		lines->begun += lines->list[i].left > 0;
}

bool mxlog_key_lines_check(struct mxlog_key_lines *lines, uint64_t sender,
    int64_t usec, const char *text, size_t len)
{
	struct mxlog_key_sender *found = find(lines, sender);
	int64_t most = (int64_t)MXLOG_KEY_SECONDS * USEC_PER_SEC;

	if (!found)
		return false;
	found->left--;
	if (usec - found->since_usec > most ||
	    found->since_usec - usec > most ||
	    memmem(text, len, LITERAL("-END ")))
		found->left = 0;
	if (found->left == 0)
		forget(lines);
	return found->left > 0 && is_key_line(text, len);
}

bool mxlog_key_lines_begins(const char *text, size_t len)
{
	const char *begin = memmem(text, len, LITERAL("-BEGIN "));
	size_t left;

	if (!begin)
		begin = memmem(text, len, LITERAL("- BEGIN "));
	if (!begin)
		return false;
	left = len - (size_t)(begin - text);
	return memmem(begin, left, LITERAL("PRIVATE KEY")) &&
	    !memmem(begin, left, LITERAL("END "));
}

void mxlog_key_lines_begin(struct mxlog_key_lines *lines, uint64_t sender,
    int64_t usec)
{
	struct mxlog_key_sender *entry = find(lines, sender);

	if (!entry) {
		entry = &lines->list[lines->next];
		lines->next = (lines->next + 1) % MXLOG_KEY_SENDERS;
	}
	*entry = (struct mxlog_key_sender){ .sender = sender,
		.since_usec = usec,
		.left = MXLOG_KEY_LINES };
	lines->begun = 1;
}
