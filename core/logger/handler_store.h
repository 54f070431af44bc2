/* SPDX-License-Identifier: Apache-2.0 */
/* Store handler: entries into the log directory. */
#pragma once

#include "logger/handler.h"

int mxlog_store_handler_open(const struct mxlog_config *config,
    struct mxlog_handler *ret, struct mxlog_error *reterr);
