/* SPDX-License-Identifier: Apache-2.0 */
/* Tags: nothing of a message is lost, wherever a parser has cut it. */
#include "syslog_tag.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first bytes say where the priority, the host and the tag end. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 3;
	struct mxlog_syslog message = { 0 };
	struct mxlog_syslog_raw raw;
	struct mxlog_syslog_text *after = &message.part[MXLOG_SYSLOG_TEXT];
	size_t host, tag;

	if (size < 3)
		return 0;
	raw.text = (struct mxlog_syslog_text){ text, size - 3 };
	raw.after_pri = data[0] % (size - 2);
	host = data[1] % (size - 2 - raw.after_pri);
	tag = data[2] % (size - 2 - raw.after_pri - host);
	message.part[MXLOG_SYSLOG_HOSTNAME] =
	    (struct mxlog_syslog_text){ text + raw.after_pri, host };
	message.part[MXLOG_SYSLOG_TAG] =
	    (struct mxlog_syslog_text){ text + raw.after_pri + host, tag };
	*after = (struct mxlog_syslog_text){ text + raw.after_pri + host + tag,
		raw.text.len - raw.after_pri - host - tag };
	mxlog_syslog_read_tag(&message, &raw);
	if (after->text < text + raw.after_pri ||
	    after->text + after->len != text + raw.text.len)
		abort();
	return 0;
}
