/* SPDX-License-Identifier: Apache-2.0 */
#include "entry/trace_id.h"

#include <endian.h>
#include <strings.h>

#include "base/number.h"
#include "extern/digest.h"

enum {
	HEX_64 = 16,
	HEX_128 = 32,
	DECIMAL_MIN = 17, /* digits that can't be 16 hex ones */
	DECIMAL_MAX = 20,
	XRAY_LEN = 35, /* 1-5759e988-bd862e3fe1be46a994272793 */
	FOREIGN_MIN = 8,
	FOREIGN_MAX = 256,
	DIFFERENT_MIN = 6,
};

static bool is_decimal(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return len > 0;
}

/* 64 bits: the lower half. */
static int read_hex_64(const char *text, struct mxlog_ulid *ret)
{
	uint64_t value = 0;

	for (size_t i = 0; i < HEX_64; i++) {
		int digit = mxlog_number_hex_digit(text[i]);

		if (digit < 0)
			return -EINVAL;
		value = value << 4 | (uint64_t)digit;
	}
	*ret = (struct mxlog_ulid){ 0, value };
	return value == 0 ? -EINVAL : 0;
}

static int read_decimal(const char *text, size_t len, struct mxlog_ulid *ret)
{
	uint64_t value;

	if (!is_decimal(text, len) ||
	    mxlog_number_parse_u64(text, len, &value) < 0 || value == 0)
		return -EINVAL;
	*ret = (struct mxlog_ulid){ 0, value };
	return 0;
}

/* AWS X-Ray: a version, 8 hex digits of time, 24 more; alone or in the header's
 * Root=. */
static int read_xray(const char *text, size_t len, struct mxlog_ulid *ret)
{
	char hex[HEX_128];

	if (len > 5 && memcmp(text, "Root=", 5) == 0) {
		const char *semicolon;

		text += 5;
		len -= 5;
		semicolon = memchr(text, ';', len);
		len = semicolon ? (size_t)(semicolon - text) : len;
	}
	if (len != XRAY_LEN || memcmp(text, "1-", 2) != 0 || text[10] != '-')
		return -EINVAL;
	memcpy(hex, text + 2, 8);
	memcpy(hex + 8, text + 11, 24);
	return mxlog_ulid_parse_hex(hex, sizeof(hex), ret);
}

/* Of Google Cloud it is the resource's name: projects/P/traces/HEX. */
static int read_resource(const char *text, size_t len, struct mxlog_ulid *ret)
{
	static const char middle[] = "/traces/";
	const char *at = memmem(text, len, middle, sizeof(middle) - 1);

	if (!at || memcmp(text, "projects/", 9) != 0)
		return -EINVAL;
	at += sizeof(middle) - 1;
	return mxlog_ulid_parse_hex(at, (size_t)(text + len - at), ret);
}

static int read_bits(const char *text, size_t len, struct mxlog_ulid *ret)
{
	if (len == HEX_128 || len == 36)
		return mxlog_ulid_parse_hex(text, len, ret);
	if (len == HEX_64)
		return read_hex_64(text, ret);
	if (len >= DECIMAL_MIN && len <= DECIMAL_MAX &&
	    read_decimal(text, len, ret) == 0)
		return 0;
	if (len >= XRAY_LEN && (*text == '1' || *text == 'R') &&
	    read_xray(text, len, ret) == 0)
		return 0;
	if (len > 9 + HEX_128 && *text == 'p')
		return read_resource(text, len, ret);
	return -EINVAL;
}

/* What people write where there is no id; zeros and the like have too few
 * different characters. */
static bool is_no_id(const char *text, size_t len)
{
	static const char *const words[] = { "undefined", "not-available",
		"not available", "not_available", "not-set", "not set",
		"no-trace-id", "no_trace_id", "no trace id", "no-trace",
		"no trace", "unavailable", "unassigned", "unspecified",
		"anonymous", "placeholder", "[object Object]" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strlen(words[i]) == len &&
		    strncasecmp(words[i], text, len) == 0)
			return true;
	return false;
}

static bool is_foreign(const char *text, size_t len)
{
	uint64_t seen[4] = { 0 };
	int different = 0;

	if (len < FOREIGN_MIN || len > FOREIGN_MAX || is_no_id(text, len))
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		uint64_t bit = UINT64_C(1) << c % 64;

		different += !(seen[c / 64] & bit);
		seen[c / 64] |= bit;
	}
	return different >= DIFFERENT_MIN;
}

static int hash(const char *text, size_t len, struct mxlog_ulid *ret)
{
	unsigned char digest[MXLOG_DIGEST_LEN];
	uint64_t half[2];
	int r = mxlog_digest_sha256(text, len, digest);

	if (r < 0)
		return r;
	memcpy(half, digest, sizeof(half));
	*ret = (struct mxlog_ulid){ be64toh(half[0]), be64toh(half[1]) };
	return 0;
}

int mxlog_trace_id_read(const char *text, size_t len, struct mxlog_ulid *ret)
{
	int r;

	if (len == 0)
		return MXLOG_TRACE_ID_NONE;
	if (mxlog_ulid_parse(text, len, ret) == 0)
		return MXLOG_TRACE_ID_ULID;
	if (read_bits(text, len, ret) == 0)
		return MXLOG_TRACE_ID_BITS;
	if (!is_foreign(text, len))
		return MXLOG_TRACE_ID_NONE;
	r = hash(text, len, ret);
	return r < 0 ? r : MXLOG_TRACE_ID_HASHED;
}

int mxlog_trace_id_hex_of_decimal(const char *text, size_t len, char out[16])
{
	static const char digits[] = "0123456789abcdef";
	struct mxlog_ulid id;
	int r = read_decimal(text, len, &id);

	if (r < 0)
		return r;
	for (size_t i = 0; i < HEX_64; i++)
		out[i] = digits[id.lo >> (60 - 4 * i) & 15];
	return 0;
}
