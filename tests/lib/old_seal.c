/* SPDX-License-Identifier: Apache-2.0 */
#include "old_seal.h"

#include <check.h>
#include <stdio.h>
#include <sys/stat.h>

#include "extern/digest.h"
#include "scratch.h"

static void digest(const char *key, const char *text, size_t len,
    char hex[MXLOG_DIGEST_HEX_LEN + 1])
{
	unsigned char out[MXLOG_DIGEST_LEN];
	struct mxlog_digest *digest = NULL;

	ck_assert_int_eq(mxlog_digest_new(key, key ? strlen(key) : 0, &digest),
	    0);
	ck_assert_int_eq(mxlog_digest_update(digest, text, len), 0);
	ck_assert_int_eq(mxlog_digest_finish(digest, out), 0);
	mxlog_digest_free(digest);
	mxlog_digest_format(hex, out);
	hex[MXLOG_DIGEST_HEX_LEN] = '\0';
}

void old_seal_write(const char *dir, const char *segment, const char *key)
{
	const char *slash = strrchr(segment, '/');
	char hex[MXLOG_DIGEST_HEX_LEN + 1], name[128];
	struct mxlog_buf content = { 0 }, text = { 0 };
	size_t lines = 0, closed;

	segment = slash ? slash + 1 : segment;
	ck_assert(scratch_read(dir, slash ? slash - strlen("metrics") : segment,
	    &content));
	for (size_t i = 0; i < content.len; i++)
		lines += content.data[i] == '\n';
	digest(NULL, content.data, content.len, hex);
	ck_assert_int_eq(mxlog_buf_printf(&text,
			     "{\"segment\":\"%s\",\"size_bytes\":%zu,"
			     "\"entry_count\":%zu,"
			     "\"sealed_at\":\"2026-01-29T01:00:00.000000Z\","
			     "\"checksum\":\"%s\",\"keyed\":%s",
			     segment, content.len, lines, hex,
			     key ? "true" : "false"),
	    0);
	closed = text.len;
	digest(key, text.data, closed, hex);
	ck_assert_int_eq(mxlog_buf_printf(&text, ",\"seal\":\"%s\"}\n%c", hex,
			     '\0'),
	    0);
	(void)mkdir(scratch_path(dir, ".mxlog"), 0700);
	(void)mkdir(scratch_path(dir, ".mxlog/seals"), 0700);
	(void)snprintf(name, sizeof(name), ".mxlog/seals/%s", segment);
	scratch_write(dir, name, text.data);
	mxlog_buf_done(&content);
	mxlog_buf_done(&text);
}
