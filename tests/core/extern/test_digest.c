/* SPDX-License-Identifier: Apache-2.0 */
#include "extern/digest.h"

#include "suite.h"

static void check_hex(const unsigned char digest[MXLOG_DIGEST_LEN],
    const char *expected)
{
	char hex[MXLOG_DIGEST_HEX_LEN];

	mxlog_digest_format(hex, digest);
	ck_assert_mem_eq(hex, expected, sizeof(hex));
}

/* FIPS 180-4's example. */
START_TEST(sha256_of_abc_is_what_the_standard_says)
{
	unsigned char out[MXLOG_DIGEST_LEN];

	ck_assert_int_eq(mxlog_digest_sha256("abc", 3, out), 0);
	check_hex(out,
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
END_TEST

START_TEST(pieces_hash_as_the_whole_and_a_digest_starts_over)
{
	struct mxlog_digest *digest;
	unsigned char out[MXLOG_DIGEST_LEN], whole[MXLOG_DIGEST_LEN];

	ck_assert_int_eq(mxlog_digest_new(NULL, 0, &digest), 0);
	ck_assert_int_eq(mxlog_digest_sha256("hello world", 11, whole), 0);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(mxlog_digest_update(digest, "hello ", 6), 0);
		ck_assert_int_eq(mxlog_digest_update(digest, NULL, 0), 0);
		ck_assert_int_eq(mxlog_digest_update(digest, "world", 5), 0);
		ck_assert_int_eq(mxlog_digest_finish(digest, out), 0);
		ck_assert(mxlog_digest_equal(out, whole));
	}
	mxlog_digest_free(digest);
}
END_TEST

/* RFC 4231, test case 2. */
START_TEST(a_key_makes_it_an_hmac)
{
	struct mxlog_digest *digest;
	unsigned char out[MXLOG_DIGEST_LEN];

	ck_assert_int_eq(mxlog_digest_new("Jefe", 4, &digest), 0);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(mxlog_digest_update(digest,
				     LITERAL("what do ya want for nothing?")),
		    0);
		ck_assert_int_eq(mxlog_digest_finish(digest, out), 0);
		check_hex(out,
		    "5bdcc146bf60754e6a042426089575c7"
		    "5a003f089d2739839dec58b964ec3843");
	}
	mxlog_digest_free(digest);
	mxlog_digest_free(NULL);
}
END_TEST

START_TEST(hex_is_read_back_and_nothing_else_is)
{
	unsigned char digest[MXLOG_DIGEST_LEN], out[MXLOG_DIGEST_LEN] = { 7 };
	char hex[MXLOG_DIGEST_HEX_LEN];

	ck_assert_int_eq(mxlog_digest_sha256("x", 1, digest), 0);
	mxlog_digest_format(hex, digest);
	for (size_t i = 0; i < sizeof(hex); i++) {
		char was = hex[i];

		hex[i] = i % 2 ? 'A' : 'g';
		ck_assert_int_eq(mxlog_digest_parse(hex, sizeof(hex), out),
		    -EINVAL);
		hex[i] = was;
	}
	ck_assert_int_eq(mxlog_digest_parse(hex, sizeof(hex) - 1, out),
	    -EINVAL);
	ck_assert_int_eq(out[0], 7);
	ck_assert_int_eq(mxlog_digest_parse(hex, sizeof(hex), out), 0);
	ck_assert(mxlog_digest_equal(out, digest));
	out[31] ^= 1;
	ck_assert(!mxlog_digest_equal(out, digest));
}
END_TEST

SUITE("digest", sha256_of_abc_is_what_the_standard_says,
    pieces_hash_as_the_whole_and_a_digest_starts_over, a_key_makes_it_an_hmac,
    hex_is_read_back_and_nothing_else_is)
