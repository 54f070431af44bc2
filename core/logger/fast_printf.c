/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/fast_printf.h"

#include "base/number.h"

struct output {
	char *at, *end;
};

static bool put(struct output *out, const char *text, size_t len)
{
	if (len > (size_t)(out->end - out->at))
		return false;
	memcpy(out->at, text, len);
	out->at += len;
	return true;
}

static bool put_signed(struct output *out, int64_t value)
{
	if (out->end - out->at < MXLOG_NUMBER_MAX)
		return false;
	out->at += mxlog_number_format_i64(out->at, value);
	return true;
}

static bool put_unsigned(struct output *out, uint64_t value)
{
	if (out->end - out->at < MXLOG_NUMBER_MAX)
		return false;
	out->at += mxlog_number_format_u64(out->at, value);
	return true;
}

static bool put_hex(struct output *out, uint64_t value)
{
	char text[16];
	size_t n = sizeof(text);

	do {
		text[--n] = "0123456789abcdef"[value & 15];
		value >>= 4;
	} while (value);
	return put(out, text + n, sizeof(text) - n);
}

/* How wide an integer argument is. */
enum width {
	WIDTH_CHAR,
	WIDTH_SHORT,
	WIDTH_INT,
	WIDTH_64, /* long and all that is as wide */
};

static_assert(sizeof(long) == 8 && sizeof(size_t) == 8, "LP64");

static enum width parse_width(const char **format)
{
	const char *p = *format;

	switch (*p) {
	case 'l':
		*format = p + (p[1] == 'l' ? 2 : 1);
		return WIDTH_64;
	case 'z':
	case 'j':
	case 't':
		*format = p + 1;
		return WIDTH_64;
	case 'h':
		*format = p + (p[1] == 'h' ? 2 : 1);
		return p[1] == 'h' ? WIDTH_CHAR : WIDTH_SHORT;
	default:
		return WIDTH_INT;
	}
}

static int64_t narrow_signed(int value, enum width width)
{
	if (width == WIDTH_CHAR)
		return (signed char)value;
	return width == WIDTH_SHORT ? (short)value : value;
}

static uint64_t narrow_unsigned(unsigned value, enum width width)
{
	if (width == WIDTH_CHAR)
		return (unsigned char)value;
	return width == WIDTH_SHORT ? (unsigned short)value : value;
}

/* A va_list that can be passed by pointer. */
struct arguments {
	va_list list;
};

static bool put_integer(struct output *out, char conversion, enum width width,
    struct arguments *args)
{
	bool wide = width == WIDTH_64;

	if (conversion == 'd' || conversion == 'i')
		return put_signed(out,
		    wide ? va_arg(args->list, int64_t)
			 : narrow_signed(va_arg(args->list, int), width));
	if (conversion == 'u')
		return put_unsigned(out,
		    wide
			? va_arg(args->list, uint64_t)
			: narrow_unsigned(va_arg(args->list, unsigned), width));
	return put_hex(out,
	    wide ? va_arg(args->list, uint64_t)
		 : narrow_unsigned(va_arg(args->list, unsigned), width));
}

static bool put_conversion(struct output *out, const char **format,
    struct arguments *args)
{
	const char *start = *format;
	enum width width = parse_width(format);
	char conversion = *(*format)++;
	const char *text;
	char c;

	switch (conversion) {
	case 'd':
	case 'i':
	case 'u':
	case 'x':
		return put_integer(out, conversion, width, args);
	case 's':
		text = va_arg(args->list, const char *);
		if (!text)
			text = "(null)";
		return *start == 's' && put(out, text, strlen(text));
	case 'c':
		c = (char)va_arg(args->list, int);
		return *start == 'c' && put(out, &c, 1);
	case '%':
		return *start == '%' && put(out, "%", 1);
	default:
		return false;
	}
}

bool mxlog_fast_printf(char *out, size_t size, const char *format, va_list args,
    size_t *ret_len)
{
	struct output output = { out, out + size };
	struct arguments arguments;
	bool ok = true;

	va_copy(arguments.list, args);
	while (ok && *format) {
		size_t plain = (size_t)(strchrnul(format, '%') - format);

		ok = put(&output, format, plain);
		format += plain;
		if (ok && *format) {
			format++;
			ok = put_conversion(&output, &format, &arguments);
		}
	}
	va_end(arguments.list);
	*ret_len = (size_t)(output.at - out);
	return ok;
}
