/* SPDX-License-Identifier: Apache-2.0 */
#include "base/number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	DIGITS_EXACT = 15, /* any decimal of so many digits survives a double */
	DIGITS_MAX = 17,   /* no double needs more */
	TEXT_MAX = 800,    /* significant digits beyond can't change a double */
	EXPONENT_MAX = 100000000, /* beyond it every number is 0 or infinite */
};

static const char pairs[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536"
    "37383940414243444546474849505152535455565758596061626364656667686970717273"
    "7475767778798081828384858687888990919293949596979899";

/* Powers of ten that a double holds exactly. */
static const double power10[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8,
	1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
	1e21, 1e22 };

static size_t digits_of(uint64_t value)
{
	static const uint64_t powers[] = { 0, 10, 100, 1000, 10000, 100000,
		1000000, 10000000, 100000000, 1000000000, 10000000000,
		100000000000, 1000000000000, 10000000000000, 100000000000000,
		1000000000000000, 10000000000000000, 100000000000000000,
		1000000000000000000, UINT64_C(10000000000000000000) };
	/* Times log10(2): the digits but one, or but two. */
	size_t n = (size_t)(64 - __builtin_clzll(value | 1)) * 1233 >> 12;

	return n + (value >= powers[n]);
}

size_t mxlog_number_format_u64(char *out, uint64_t value)
{
	size_t len = digits_of(value);
	char *at = out + len;

	while (value >= 100) {
		at -= 2;
		memcpy(at, pairs + value % 100 * 2, 2);
		value /= 100;
	}
	if (value >= 10)
		memcpy(out, pairs + value * 2, 2);
	else
		*out = (char)('0' + value);
	return len;
}

size_t mxlog_number_format_i64(char *out, int64_t value)
{
	if (value >= 0)
		return mxlog_number_format_u64(out, (uint64_t)value);
	*out = '-';
	return 1 + mxlog_number_format_u64(out + 1, 0 - (uint64_t)value);
}

/* A number's digits, without leading or trailing zeros, and where its point
 * stands: 0.digits times ten to the power of `point`. */
struct decimal {
	char digits[TEXT_MAX];
	int n;
	int point;
};

/* Few digits, as most numbers that people log: i / 10^k is rounded once, as
 * reading the text is, so if it gives the value then so does the text. */
static bool shortest_simple(double value, struct decimal *ret)
{
	for (int k = 0; k < DIGITS_EXACT; k++) {
		double scaled = value * power10[k];
		uint64_t i;

		if (scaled >= 1e15)
			return false;
		i = (uint64_t)(scaled + 0.5);
		if ((double)i / power10[k] != value)
			continue;
		ret->n = (int)mxlog_number_format_u64(ret->digits, i);
		ret->point = ret->n - k;
		return true;
	}
	return false;
}

/* From printf's d.ddde+xx, whatever the locale's point looks like. */
static void split_scientific(const char *text, struct decimal *ret)
{
	ret->n = 0;
	for (; *text != 'e'; text++)
		if (*text >= '0' && *text <= '9')
			ret->digits[ret->n++] = *text;
	ret->point = (int)strtol(text + 1, NULL, 10) + 1;
}

/* As strtod, but no point is in the text, so that the locale can't matter. */
static double read_decimal(const struct decimal *decimal)
{
	char text[TEXT_MAX + 32];

	memcpy(text, decimal->digits, (size_t)decimal->n);
	(void)snprintf(text + decimal->n, 32, "e%d",
	    decimal->point - decimal->n);
	return strtod(text, NULL);
}

static void shortest(double value, struct decimal *ret)
{
	if (shortest_simple(value, ret))
		return;
	/* Subnormal numbers have fewer digits than others. */
	for (int n = value < DBL_MIN ? 1 : DIGITS_EXACT; n <= DIGITS_MAX; n++) {
		char text[64];

		(void)snprintf(text, sizeof(text), "%.*e", n - 1, value);
		split_scientific(text, ret);
		if (read_decimal(ret) == value)
			return;
	}
}

static char *put_digits(char *out, const struct decimal *d, int from, int to)
{
	for (int i = from; i < to; i++)
		*out++ = i >= 0 && i < d->n ? d->digits[i] : '0';
	return out;
}

static char *put_exponent(char *out, int exponent)
{
	*out++ = 'e';
	*out++ = exponent < 0 ? '-' : '+';
	exponent = abs(exponent);
	if (exponent < 10)
		*out++ = '0';
	return out + mxlog_number_format_u64(out, (uint64_t)exponent);
}

/* As Python's repr(): plain from 0.0001 up to 16 digits, else scientific. */
size_t mxlog_number_format_double(char *out, double value)
{
	struct decimal d;
	char *at = out;

	assert(isfinite(value));
	if (signbit(value))
		*at++ = '-';
	if (value == 0) {
		memcpy(at, "0.0", 3);
		return (size_t)(at - out) + 3;
	}
	shortest(fabs(value), &d);
	while (d.n > 1 && d.digits[d.n - 1] == '0')
		d.n--;

	if (d.point > -4 && d.point <= 16) {
		at = put_digits(at, &d, MIN(d.point - 1, 0), d.point);
		*at++ = '.';
		at = put_digits(at, &d, d.point, MAX(d.n, d.point + 1));
		return (size_t)(at - out);
	}
	at = put_digits(at, &d, 0, 1);
	if (d.n > 1) {
		*at++ = '.';
		at = put_digits(at, &d, 1, d.n);
	}
	return (size_t)(put_exponent(at, d.point - 1) - out);
}

int mxlog_number_parse_u64(const char *text, size_t len, uint64_t *ret)
{
	uint64_t value = 0;

	if (len == 0)
		return -EINVAL;
	for (size_t i = 0; i < len; i++)
		if (text[i] < '0' || text[i] > '9')
			return -EINVAL;
	for (size_t i = 0; i < len; i++) {
		if (__builtin_mul_overflow(value, 10, &value))
			return -ERANGE;
		if (__builtin_add_overflow(value, (uint64_t)(text[i] - '0'),
			&value))
			return -ERANGE;
	}
	*ret = value;
	return 0;
}

int mxlog_number_parse_i64(const char *text, size_t len, int64_t *ret)
{
	bool negative = len > 0 && text[0] == '-';
	uint64_t value;
	int r;

	r = mxlog_number_parse_u64(text + negative, len - negative, &value);
	if (r < 0)
		return r;
	if (value > (uint64_t)INT64_MAX + negative)
		return -ERANGE;
	*ret = negative ? (int64_t)(0 - value) : (int64_t)value;
	return 0;
}

static size_t count_digits(const char *text, size_t at, size_t len)
{
	size_t n = at;

	while (n < len && text[n] >= '0' && text[n] <= '9')
		n++;
	return n - at;
}

size_t mxlog_number_span(const char *text, size_t len)
{
	size_t at = len > 0 && text[0] == '-', n;

	n = count_digits(text, at, len);
	if (n == 0)
		return 0;
	at += text[at] == '0' ? 1 : n;
	if (at < len && text[at] == '.') {
		n = count_digits(text, at + 1, len);
		if (n == 0)
			return 0;
		at += 1 + n;
	}
	if (at < len && (text[at] == 'e' || text[at] == 'E')) {
		at++;
		if (at < len && (text[at] == '+' || text[at] == '-'))
			at++;
		n = count_digits(text, at, len);
		if (n == 0)
			return 0;
		at += n;
	}
	return at;
}

/* The exponent, clamped: what is beyond makes no difference. */
static int read_exponent(const char *text, size_t len)
{
	bool negative = len > 0 && text[0] == '-';
	int value = 0;

	for (size_t i = 0; i < len; i++)
		if (text[i] >= '0' && text[i] <= '9' && value < EXPONENT_MAX)
			value = value * 10 + (text[i] - '0');
	return negative ? -value : value;
}

/* Take digits, point and exponent apart. A digit that does not fit can still
 * tip a tie: it counts as a 1 at the end. */
static void split_number(const char *text, size_t len, struct decimal *ret)
{
	bool behind_point = false;
	int64_t point = 0;
	size_t i;

	ret->n = 0;
	for (i = 0; i < len && text[i] != 'e' && text[i] != 'E'; i++) {
		if (text[i] == '.') {
			behind_point = true;
			continue;
		}
		if (ret->n == 0 && text[i] == '0') {
			point -= behind_point;
			continue;
		}
		point += !behind_point;
		if (ret->n < TEXT_MAX)
			ret->digits[ret->n++] = text[i];
		else if (text[i] != '0')
			ret->digits[TEXT_MAX - 1] = '1';
	}
	if (i < len)
		point += read_exponent(text + i + 1, len - i - 1);
	ret->point = (int)MAX(MIN(point, EXPONENT_MAX), -EXPONENT_MAX);
}

/* Exact when digits and power of ten both fit a double (Clinger, 1990). */
static bool simple_value(const struct decimal *d, double *ret)
{
	int exponent = d->point - d->n;
	uint64_t digits = 0;

	if (d->n > DIGITS_EXACT || exponent < -22 || exponent > 22)
		return false;
	for (int i = 0; i < d->n; i++)
		digits = digits * 10 + (uint64_t)(d->digits[i] - '0');
	*ret = exponent < 0 ? (double)digits / power10[-exponent]
			    : (double)digits * power10[exponent];
	return true;
}

/* Few digits and perhaps a point, as most numbers that people log. False for
 * what is otherwise, or no number. */
static bool parse_plain(const char *text, size_t len, double *ret)
{
	uint64_t digits = 0;
	size_t behind = 0; /* the point, where there is one */

	if (len == 0 || len > DIGITS_EXACT ||
	    (text[0] == '0' && len > 1 && text[1] != '.'))
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned digit = (unsigned)text[i] - '0';

		if (digit <= 9)
			digits = digits * 10 + digit;
		else if (text[i] == '.' && behind == 0 && i > 0 && i + 1 < len)
			behind = i + 1;
		else
			return false;
	}
	*ret = (double)digits;
	if (behind > 0)
		*ret /= power10[len - behind];
	return true;
}

int mxlog_number_parse_double(const char *text, size_t len, double *ret)
{
	bool negative = len > 0 && text[0] == '-';
	struct decimal d;
	double value;

	if (!parse_plain(text + negative, len - negative, &value)) {
		if (len == 0 || mxlog_number_span(text, len) != len)
			return -EINVAL;
		split_number(text + negative, len - negative, &d);
		if (d.n == 0)
			value = 0;
		else if (!simple_value(&d, &value))
			value = read_decimal(&d);
		if (!isfinite(value))
			return -ERANGE;
	}
	*ret = negative ? -value : value;
	return 0;
}

/* ---- comparing ---- */

/* A number's digits where they stand: the first and the last that is no zero,
 * with a point among them perhaps, and where the point belongs. */
struct digits {
	const char *at, *end; /* equal for zero */
	bool negative;
	int64_t point; /* 0.digits times ten to the power of it */
};

static struct digits find_digits(const char *text, size_t len)
{
	struct digits ret = { .negative = text[0] == '-' };
	const char *end = text + len, *exponent = text + ret.negative;
	bool behind_point = false;

	text = exponent;
	while (exponent < end && *exponent != 'e' && *exponent != 'E')
		exponent++;
	ret.at = ret.end = text;
	for (const char *p = text; p < exponent; p++) {
		if (*p == '.') {
			behind_point = true;
			continue;
		}
		if (*p != '0') {
			ret.at = ret.at == ret.end ? p : ret.at;
			ret.end = p + 1;
		}
		if (ret.at == ret.end)
			ret.point -= behind_point; /* zeros before all digits */
		else
			ret.point += !behind_point;
	}
	if (exponent < end)
		ret.point +=
		    read_exponent(exponent + 1, (size_t)(end - exponent) - 1);
	return ret;
}

/* The next digit, 0 behind the last. */
static char next_digit(struct digits *digits)
{
	if (digits->at < digits->end && *digits->at == '.')
		digits->at++;
	return digits->at < digits->end ? *digits->at++ : '0';
}

/* Of two that are not zero, without their signs. */
static int compare_magnitude(struct digits *a, struct digits *b)
{
	if (a->point != b->point)
		return a->point < b->point ? -1 : 1;
	while (a->at < a->end || b->at < b->end) {
		char x = next_digit(a), y = next_digit(b);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

static int sign_of(const struct digits *digits)
{
	if (digits->at == digits->end)
		return 0;
	return digits->negative ? -1 : 1;
}

int mxlog_number_compare(const char *a, size_t a_len, const char *b,
    size_t b_len)
{
	struct digits x = find_digits(a, a_len), y = find_digits(b, b_len);
	int sign = sign_of(&x), other = sign_of(&y);

	if (sign != other)
		return sign < other ? -1 : 1;
	return sign == 0 ? 0 : sign * compare_magnitude(&x, &y);
}
