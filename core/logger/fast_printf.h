/* SPDX-License-Identifier: Apache-2.0 */
/* Fast printf: printf for the formats that log calls mostly use, at an eighth
 * of vsnprintf()'s instructions. */
#pragma once

#include "base/base.h"

/* Format into `size` bytes without a NUL: true and the length; or false for
 * everything that is better left to vsnprintf(): flags, widths, precisions,
 * floating point, other conversions, and text that does not fit. Knows %s %c
 * %d %i %u %x and their l, ll, z, j, t and h forms. `args` is left as it was. */
bool mxlog_fast_printf(char *out, size_t size, const char *format, va_list args,
    size_t *ret_len);
