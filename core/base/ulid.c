/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ulid.h"

#include <sys/random.h>

#include "base/number.h"
#include "base/vec16.h"

/* Crockford's base32, two characters at a time: 10 bits are one look-up. */
/* clang-format off */
#define ROW(a)                                                             \
	a "0", a "1", a "2", a "3", a "4", a "5", a "6", a "7", a "8",     \
	a "9", a "A", a "B", a "C", a "D", a "E", a "F", a "G", a "H",     \
	a "J", a "K", a "M", a "N", a "P", a "Q", a "R", a "S", a "T",     \
	a "V", a "W", a "X", a "Y", a "Z",
static const char pairs[1024][2] __attribute__((aligned(64))) = {
	ROW("0") ROW("1") ROW("2") ROW("3") ROW("4") ROW("5") ROW("6") ROW("7")
	ROW("8") ROW("9") ROW("A") ROW("B") ROW("C") ROW("D") ROW("E") ROW("F")
	ROW("G") ROW("H") ROW("J") ROW("K") ROW("M") ROW("N") ROW("P") ROW("Q")
	ROW("R") ROW("S") ROW("T") ROW("V") ROW("W") ROW("X") ROW("Y") ROW("Z")
};
/* clang-format on */
#undef ROW

enum {
	BAD = 0x80,   /* no character of base32, neither strictly nor aliased */
	ALIAS = 0x20, /* stands for a digit, but is not what we write */
	RANDOM_BYTES = 10,
	ULID_BITS_IN_MSEC = 48,
};

/* A character's value, with ALIAS where it is read but never written; 0, here,
 * is BAD: see digit(). */
#define STRICT(c, v) [c] = (v) + 1
#define LETTER(c, v) [c] = (v) + 1, [(c) + 'a' - 'A'] = ((v) | ALIAS) + 1
#define LOOSE(c, v)  [c] = ((v) | ALIAS) + 1
static const unsigned char values[256] = {
	STRICT('0', 0),
	STRICT('1', 1),
	STRICT('2', 2),
	STRICT('3', 3),
	STRICT('4', 4),
	STRICT('5', 5),
	STRICT('6', 6),
	STRICT('7', 7),
	STRICT('8', 8),
	STRICT('9', 9),
	LETTER('A', 10),
	LETTER('B', 11),
	LETTER('C', 12),
	LETTER('D', 13),
	LETTER('E', 14),
	LETTER('F', 15),
	LETTER('G', 16),
	LETTER('H', 17),
	LETTER('J', 18),
	LETTER('K', 19),
	LETTER('M', 20),
	LETTER('N', 21),
	LETTER('P', 22),
	LETTER('Q', 23),
	LETTER('R', 24),
	LETTER('S', 25),
	LETTER('T', 26),
	LETTER('V', 27),
	LETTER('W', 28),
	LETTER('X', 29),
	LETTER('Y', 30),
	LETTER('Z', 31),
	LOOSE('I', 1),
	LOOSE('i', 1),
	LOOSE('L', 1),
	LOOSE('l', 1),
	LOOSE('O', 0),
	LOOSE('o', 0),
};
#undef STRICT
#undef LETTER
#undef LOOSE

/* 0 to 31, perhaps with ALIAS, or something with BAD set. */
static unsigned digit(char c)
{
	return (values[(unsigned char)c] - 1U) & 0xff;
}

int mxlog_ulid_digit(char c)
{
	unsigned value = digit(c);

	return value & BAD ? -1 : (int)(value & ~(unsigned)ALIAS);
}

static int refill(struct mxlog_ulid_source *source)
{
	size_t have = 0;

	while (have < sizeof(source->pool)) {
		ssize_t n = getrandom(source->pool + have,
		    sizeof(source->pool) - have, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -EIO;
		have += (size_t)n;
	}
	source->left = sizeof(source->pool);
	return 0;
}

/* 80 bits that nobody had before. */
static int draw(struct mxlog_ulid_source *source, uint16_t *ret_high,
    uint64_t *ret_lo)
{
	int r;

	if (UNLIKELY(source->left < RANDOM_BYTES)) {
		r = refill(source);
		if (r < 0)
			return r;
	}
	source->left -= RANDOM_BYTES;
	memcpy(ret_high, source->pool + source->left, sizeof(*ret_high));
	memcpy(ret_lo, source->pool + source->left + sizeof(*ret_high),
	    sizeof(*ret_lo));
	return 0;
}

static uint64_t high_half(int64_t time_usec, uint16_t high)
{
	static const uint64_t msec_mask =
	    (UINT64_C(1) << ULID_BITS_IN_MSEC) - 1;
	uint64_t msec = time_usec > 0 ? (uint64_t)time_usec / 1000 : 0;

	return MIN(msec, msec_mask) << 16 | high;
}

int mxlog_ulid_generate(struct mxlog_ulid_source *source, int64_t time_usec,
    struct mxlog_ulid *ret)
{
	uint16_t high;
	uint64_t lo;
	int r = draw(source, &high, &lo);

	if (r < 0)
		return r;
	ret->lo = lo;
	ret->hi = high_half(time_usec, high);
	return 0;
}

int mxlog_ulid_next(struct mxlog_ulid_source *source, int64_t time_usec,
    struct mxlog_ulid *ret)
{
	int r = 0;

	if (UNLIKELY(source->steps == 0)) {
		r = draw(source, &source->high, &source->lo);
		if (r < 0)
			return r;
		source->steps = MXLOG_ULID_STEPS;
	} else if (UNLIKELY(++source->lo == 0)) {
		source->high++;
	}
	source->steps--;
	ret->lo = source->lo;
	ret->hi = high_half(time_usec, source->high);
	return 0;
}

static void put_pair(char *out, uint64_t bits)
{
	memcpy(out, pairs[bits & 1023], 2);
}

void mxlog_ulid_format(char *out, const struct mxlog_ulid *id)
{
	uint64_t hi = id->hi, lo = id->lo;

	/* 128 bits as 8 and 12 times 10; one pair spans both halves. */
	put_pair(out, hi >> 56);
	put_pair(out + 2, hi >> 46);
	put_pair(out + 4, hi >> 36);
	put_pair(out + 6, hi >> 26);
	put_pair(out + 8, hi >> 16);
	put_pair(out + 10, hi >> 6);
	put_pair(out + 12, (hi & 63) << 4 | lo >> 60);
	put_pair(out + 14, lo >> 50);
	put_pair(out + 16, lo >> 40);
	put_pair(out + 18, lo >> 30);
	put_pair(out + 20, lo >> 20);
	put_pair(out + 22, lo >> 10);
	put_pair(out + 24, lo);
}

/* Thirteen characters: 65 bits, of which the first is lost; their digits are
 * collected in *seen. */
static uint64_t parse_half(const char *text, unsigned *seen)
{
	uint64_t half = 0;

	for (size_t i = 0; i < MXLOG_ULID_LEN / 2; i++) {
		unsigned d = digit(text[i]);

		*seen |= d;
		half = half << 5 | (d & 31);
	}
	return half;
}

int mxlog_ulid_parse(const char *text, size_t len, struct mxlog_ulid *ret)
{
	unsigned seen = 0;
	uint64_t hi, lo;

	if (len != MXLOG_ULID_LEN || (digit(text[0]) & ~ALIAS) > 7)
		return -EINVAL;
	hi = parse_half(text, &seen);
	lo = parse_half(text + MXLOG_ULID_LEN / 2, &seen);
	if (seen & BAD)
		return -EINVAL;
	ret->hi = hi << 1 | (digit(text[MXLOG_ULID_LEN / 2]) & 31) >> 4;
	ret->lo = lo;
	return 0;
}

/* Each byte that the strict alphabet has: all ones. */
static inline mxlog_vec16 strict(const char *text)
{
	mxlog_vec16 v = mxlog_vec16_load(text);

	return mxlog_vec16_within(v, '0', '9') |
	    (mxlog_vec16_within(v, 'A', 'Z') & (mxlog_vec16)(v != 'I') &
		(mxlog_vec16)(v != 'L') & (mxlog_vec16)(v != 'O') &
		(mxlog_vec16)(v != 'U'));
}

bool mxlog_ulid_is_canonical(const char *text, size_t len)
{
	if (len != MXLOG_ULID_LEN || text[0] > '7')
		return false;
	return mxlog_vec16_mask(strict(text) &
		   strict(text + MXLOG_ULID_LEN - MXLOG_LANES)) == 0xffff;
}

static bool is_uuid_dash(size_t i)
{
	return i == 8 || i == 13 || i == 18 || i == 23;
}

int mxlog_ulid_parse_hex(const char *text, size_t len, struct mxlog_ulid *ret)
{
	struct mxlog_ulid id = { 0 };

	if (len != 32 && len != 36)
		return -EINVAL;
	for (size_t i = 0; i < len; i++) {
		int d = mxlog_number_hex_digit(text[i]);

		if (len == 36 && is_uuid_dash(i)) {
			if (text[i] != '-')
				return -EINVAL;
			continue;
		}
		if (d < 0)
			return -EINVAL;
		id.hi = id.hi << 4 | id.lo >> 60;
		id.lo = id.lo << 4 | (uint64_t)d;
	}
	if (id.hi == 0 && id.lo == 0)
		return -EINVAL;
	*ret = id;
	return 0;
}
