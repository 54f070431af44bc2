/* SPDX-License-Identifier: Apache-2.0 */
/* Trace: one operation with its child operations, as a tree in time. */
#pragma once

#include <mxlog/reader.h>

#include "base/base.h"

enum {
	MXLOG_TRACE_LINES = 100000, /* more are left out, and counted */
};
