/* SPDX-License-Identifier: Apache-2.0 */
#include "extern/digest.h"

#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

/* One of the two is set. */
struct mxlog_digest {
	EVP_MD_CTX *sha;
	EVP_MAC_CTX *hmac;
};

static int start(struct mxlog_digest *digest)
{
	int ok;

	/* Without a key in the call, the HMAC starts over with its own. */
	if (digest->hmac)
		ok = EVP_MAC_init(digest->hmac, NULL, 0, NULL);
	else
		ok = EVP_DigestInit_ex(digest->sha, EVP_sha256(), NULL);
	return ok == 1 ? 0 : -EIO;
}

static int new_hmac(struct mxlog_digest *digest, const void *key,
    size_t key_len)
{
	char name[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name,
		    0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	int r = 0;

	if (!mac)
		return -ENOMEM;
	digest->hmac = EVP_MAC_CTX_new(mac);
	EVP_MAC_free(mac);
	if (!digest->hmac)
		return -ENOMEM;
	if (EVP_MAC_init(digest->hmac, key, key_len, params) != 1)
		r = -EIO;
	return r;
}

int mxlog_digest_new(const void *key, size_t key_len, struct mxlog_digest **ret)
{
	struct mxlog_digest *digest;
	int r = 0;

	assert(!key || key_len > 0);
	digest = calloc(1, sizeof(*digest));
	if (!digest)
		return -ENOMEM;

	if (key) {
		r = new_hmac(digest, key, key_len);
	} else {
		digest->sha = EVP_MD_CTX_new();
		r = digest->sha ? start(digest) : -ENOMEM;
	}
	if (r < 0) {
		mxlog_digest_free(digest);
		return r;
	}
	*ret = digest;
	return 0;
}

void mxlog_digest_free(struct mxlog_digest *digest)
{
	if (!digest)
		return;
	EVP_MD_CTX_free(digest->sha);
	EVP_MAC_CTX_free(digest->hmac);
	free(digest);
}

int mxlog_digest_update(struct mxlog_digest *digest, const void *data,
    size_t len)
{
	int ok;

	if (len == 0)
		return 0;
	if (digest->hmac)
		ok = EVP_MAC_update(digest->hmac, data, len);
	else
		ok = EVP_DigestUpdate(digest->sha, data, len);
	return ok == 1 ? 0 : -EIO;
}

int mxlog_digest_finish(struct mxlog_digest *digest,
    unsigned char out[MXLOG_DIGEST_LEN])
{
	size_t len = 0;
	int ok;

	if (digest->hmac)
		ok = EVP_MAC_final(digest->hmac, out, &len, MXLOG_DIGEST_LEN);
	else
		ok = EVP_DigestFinal_ex(digest->sha, out, NULL);
	return ok == 1 ? start(digest) : -EIO;
}

int mxlog_digest_sha256(const void *data, size_t len,
    unsigned char out[MXLOG_DIGEST_LEN])
{
	int ok = EVP_Digest(data, len, out, NULL, EVP_sha256(), NULL);

	return ok == 1 ? 0 : -EIO;
}

bool mxlog_digest_equal(const unsigned char a[MXLOG_DIGEST_LEN],
    const unsigned char b[MXLOG_DIGEST_LEN])
{
	return CRYPTO_memcmp(a, b, MXLOG_DIGEST_LEN) == 0;
}

void mxlog_digest_format(char out[MXLOG_DIGEST_HEX_LEN],
    const unsigned char digest[MXLOG_DIGEST_LEN])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < MXLOG_DIGEST_LEN; i++) {
		out[2 * i] = digits[digest[i] >> 4];
		out[2 * i + 1] = digits[digest[i] & 15];
	}
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

int mxlog_digest_parse(const char *text, size_t len,
    unsigned char out[MXLOG_DIGEST_LEN])
{
	unsigned char digest[MXLOG_DIGEST_LEN];

	if (len != MXLOG_DIGEST_HEX_LEN)
		return -EINVAL;
	for (size_t i = 0; i < MXLOG_DIGEST_LEN; i++) {
		int high = hex_value(text[2 * i]);
		int low = hex_value(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		digest[i] = (unsigned char)(high << 4 | low);
	}
	memcpy(out, digest, MXLOG_DIGEST_LEN);
	return 0;
}
