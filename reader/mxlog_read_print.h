/* SPDX-License-Identifier: Apache-2.0 */
/* How mxlog-read shows a line. */
#pragma once

#include <mxlog/reader.h>

#include "mxlog_read_options.h"

struct mxlog_read_printer;

/* Prints to `fd`, coloured and made safe when that is a terminal. */
int mxlog_read_printer_new(const struct mxlog_read_options *options, int fd,
    struct mxlog_read_printer **ret);
void mxlog_read_printer_free(struct mxlog_read_printer *printer);

int mxlog_read_print(struct mxlog_read_printer *printer,
    const struct mxlog_line *line);

/* Write what is buffered. -EPIPE when nobody reads it any more. */
int mxlog_read_flush(struct mxlog_read_printer *printer);
