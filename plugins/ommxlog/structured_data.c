/* SPDX-License-Identifier: Apache-2.0 */
#include "structured_data.h"

#include <errno.h>
#include <string.h>

/* SD-NAME: printable ASCII without '=', ' ', ']' and '"'. */
static bool is_name_byte(char c)
{
	return c > ' ' && c < 0x7f && c != '=' && c != ']' && c != '"';
}

static int read_name(const char **at, const char *end,
    struct mxlog_syslog_text *ret)
{
	const char *p = *at;

	while (p < end && is_name_byte(*p))
		p++;
	if (p == *at)
		return -EBADMSG;
	*ret = (struct mxlog_syslog_text){ *at, (size_t)(p - *at) };
	*at = p;
	return 0;
}

/* Behind the opening quote: up to the next one that is not escaped. */
static int read_value(const char **at, const char *end,
    struct mxlog_syslog_text *ret)
{
	const char *p = *at;

	while (p < end && *p != '"')
		p += *p == '\\' ? 2 : 1;
	if (p >= end)
		return -EBADMSG;
	*ret = (struct mxlog_syslog_text){ *at, (size_t)(p - *at) };
	*at = p + 1;
	return 0;
}

static int read_param(const char **at, const char *end,
    struct mxlog_sd_param *ret)
{
	int r = read_name(at, end, &ret->name);

	if (r < 0)
		return r;
	if (end - *at < 2 || (*at)[0] != '=' || (*at)[1] != '"')
		return -EBADMSG;
	*at += 2;
	return read_value(at, end, &ret->value);
}

static int read_element(const char **at, const char *end,
    struct mxlog_sd_element *ret)
{
	int r = read_name(at, end, &ret->id);

	ret->n_params = 0;
	while (r == 0 && *at < end && **at != ']') {
		if (**at != ' ' || ret->n_params == MXLOG_SD_PARAMS)
			return -EBADMSG;
		while (*at < end && **at == ' ')
			++*at;
		if (*at < end && **at == ']')
			break;
		r = read_param(at, end, &ret->param[ret->n_params++]);
	}
	if (r == 0 && *at >= end)
		r = -EBADMSG;
	if (r == 0)
		++*at;
	return r;
}

int mxlog_sd_next(const char **at, const char *end,
    struct mxlog_sd_element *ret)
{
	const char *p = *at;
	int r;

	if (p == end)
		return 0;
	if (*p++ != '[')
		return -EBADMSG;
	r = read_element(&p, end, ret);
	if (r < 0)
		return r;
	*at = p;
	return 1;
}

size_t mxlog_sd_json_max(size_t len)
{
	return 6 * len + 16;
}

static char *write_byte(char *out, char c)
{
	static const char hex[] = "0123456789abcdef";

	if ((unsigned char)c < 0x20) {
		memcpy(out, "\\u00", 4);
		out[4] = hex[c >> 4];
		out[5] = hex[c & 15];
		return out + 6;
	}
	if (c == '"' || c == '\\')
		*out++ = '\\';
	*out++ = c;
	return out;
}

/* A backslash escapes '"', '\' and ']' only; before others it is itself. */
char *mxlog_sd_json_string(char *out, struct mxlog_syslog_text value)
{
	size_t i;

	*out++ = '"';
	for (i = 0; i < value.len; i++) {
		if (value.text[i] == '\\' && i + 1 < value.len &&
		    strchr("\"\\]", value.text[i + 1]) && value.text[i + 1])
			i++;
		out = write_byte(out, value.text[i]);
	}
	*out++ = '"';
	return out;
}

static bool same(struct mxlog_syslog_text a, struct mxlog_syslog_text b)
{
	return a.len == b.len && memcmp(a.text, b.text, a.len) == 0;
}

/* The first parameter of that name from `i` on. */
static size_t find(const struct mxlog_sd_element *element, size_t i,
    struct mxlog_syslog_text name)
{
	while (i < element->n_params && !same(element->param[i].name, name))
		i++;
	return i;
}

/* Write the values of the name that parameter `i` is the first of. */
static char *write_values(char *out, const struct mxlog_sd_element *element,
    size_t i)
{
	struct mxlog_syslog_text name = element->param[i].name;
	size_t next = find(element, i + 1, name);

	if (next == element->n_params)
		return mxlog_sd_json_string(out, element->param[i].value);
	*out++ = '[';
	out = mxlog_sd_json_string(out, element->param[i].value);
	for (; next < element->n_params; next = find(element, next + 1, name)) {
		*out++ = ',';
		out = mxlog_sd_json_string(out, element->param[next].value);
	}
	*out++ = ']';
	return out;
}

char *mxlog_sd_json(char *out, const struct mxlog_sd_element *element,
    bool (*skip)(struct mxlog_syslog_text name))
{
	char separator = '{';
	size_t i;

	for (i = 0; i < element->n_params; i++) {
		if (skip && skip(element->param[i].name))
			continue;
		if (find(element, 0, element->param[i].name) < i)
			continue;
		*out++ = separator;
		separator = ',';
		out = mxlog_sd_json_string(out, element->param[i].name);
		*out++ = ':';
		out = write_values(out, element, i);
	}
	if (separator == '{')
		*out++ = '{';
	*out++ = '}';
	return out;
}
