/* SPDX-License-Identifier: Apache-2.0 */
/* Digest: SHA-256 and HMAC-SHA-256. The only file that sees libcrypto. */
#pragma once

#include "base/base.h"

enum {
	MXLOG_DIGEST_LEN = 32,
	MXLOG_DIGEST_HEX_LEN = 64,
};

struct mxlog_digest;

/* With a key an HMAC, else (NULL) a plain SHA-256. Reusable after _finish. */
int mxlog_digest_new(const void *key, size_t key_len,
    struct mxlog_digest **ret);
void mxlog_digest_free(struct mxlog_digest *digest);
int mxlog_digest_update(struct mxlog_digest *digest, const void *data,
    size_t len);
int mxlog_digest_finish(struct mxlog_digest *digest,
    unsigned char out[MXLOG_DIGEST_LEN]);

/* SHA-256 of one piece. */
int mxlog_digest_sha256(const void *data, size_t len,
    unsigned char out[MXLOG_DIGEST_LEN]);

/* In a time that does not depend on the bytes. */
bool mxlog_digest_equal(const unsigned char a[MXLOG_DIGEST_LEN],
    const unsigned char b[MXLOG_DIGEST_LEN]);

/* Lower-case hex, no NUL; and back: -EINVAL, for capitals too. */
void mxlog_digest_format(char out[MXLOG_DIGEST_HEX_LEN],
    const unsigned char digest[MXLOG_DIGEST_LEN]);
int mxlog_digest_parse(const char *text, size_t len,
    unsigned char out[MXLOG_DIGEST_LEN]);
