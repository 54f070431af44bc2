/* SPDX-License-Identifier: Apache-2.0 */
/* Why something was refused, in one line: see mxlog_error_set(). */
#pragma once

#include "base/base.h"
