/* SPDX-License-Identifier: Apache-2.0 */
/* dictConfig: the dictionary that Python's logging.config takes, as JSON (the
 * config.json of an ExistingLoggerModule), turned into mxlog's YAML. */
#pragma once

#include "base/buf.h"
#include "base/reterr.h"

/* Append to `yaml` the configuration that does what the dictionary does, and to
 * `notes` one line, with its newline, for each thing that could not be carried
 * over. -EBADMSG if it is no JSON, -EINVAL if it is no dictConfig of version 1;
 * reterr says where. */
int mxlog_dictconfig_import(const char *json, size_t len,
    struct mxlog_buf *yaml, struct mxlog_buf *notes,
    struct mxlog_error *reterr);
