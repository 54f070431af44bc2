/* SPDX-License-Identifier: Apache-2.0 */
/* A trace as a tree in time. */
#pragma once

#include <mxlog/reader.h>

#include "base/buf.h"

int mxlog_read_trace(const struct mxlog_trace *trace, bool colour,
    struct mxlog_buf *out);
