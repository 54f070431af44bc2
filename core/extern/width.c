/* SPDX-License-Identifier: Apache-2.0 */
#include "extern/width.h"

#include <utf8proc.h>

enum {
	CHARACTER_MAX = 0x10ffff,
};

unsigned mxlog_width_of(uint32_t c)
{
	int width;

	if (c > CHARACTER_MAX)
		return 1;
	width = utf8proc_charwidth((utf8proc_int32_t)c);
	return width < 0 ? 1 : (unsigned)width;
}

bool mxlog_width_is_picture(uint32_t c)
{
	return c <= CHARACTER_MAX &&
	    utf8proc_get_property((utf8proc_int32_t)c)->boundclass ==
	    UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

bool mxlog_width_is_modifier(uint32_t c)
{
	return (c >= 0x1f3fb && c <= 0x1f3ff) || c == 0xfe0f;
}
