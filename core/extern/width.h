/* SPDX-License-Identifier: Apache-2.0 */
/* Width: columns of a terminal that characters take. width.c is the only file
 * that sees utf8proc. */
#pragma once

#include "base/base.h"

/* 0, 1 or 2; of what is no character 1, as it is shown as one. */
unsigned mxlog_width_of(uint32_t c);

/* A picture, which a zero width joiner (U+200D) can make one with the next; or
 * what belongs to the picture before it: a skin tone or variation selector. */
bool mxlog_width_is_picture(uint32_t c);
bool mxlog_width_is_modifier(uint32_t c);
