/* SPDX-License-Identifier: Apache-2.0 */
/* JSON whose line ends a relay has written out. */
#include "parse/payload_private.h"

size_t mxlog_payload_folded(const char *text, size_t len)
{
	if (len >= 4 && text[0] == '#' && text[1] == '0' && text[2] == '1' &&
	    (text[3] == '1' || text[3] == '2' || text[3] == '5'))
		return 4;
	if (len >= 2 && *text == '\\' &&
	    (text[1] == 'n' || text[1] == 'r' || text[1] == 't'))
		return 2;
	return 0;
}

int mxlog_payload_unfold(struct mxlog_buf *ret, const char *text, size_t len)
{
	bool inside = false, changed = false;
	size_t n;
	char *out;

	ret->len = 0;
	if (mxlog_buf_reserve(ret, len) < 0)
		return -ENOMEM;
	out = ret->data;
	for (size_t i = 0; i < len; i += n) {
		n = inside ? 0 : mxlog_payload_folded(text + i, len - i);
		changed |= n > 0;
		*out++ = n > 0 ? ' ' : text[i];
		if (n > 0)
			continue;
		n = 1;
		if (text[i] == '"')
			inside = !inside;
		if (inside && text[i] == '\\' && i + 1 < len) {
			*out++ = text[i + 1];
			n = 2;
		}
	}
	ret->len = (size_t)(out - ret->data);
	return changed;
}
