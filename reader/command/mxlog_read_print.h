/* SPDX-License-Identifier: Apache-2.0 */
/* How mxlog-read shows a line. */
#pragma once

#include <mxlog/reader.h>

#include "command/mxlog_read_options.h"

/* Where it goes. */
struct mxlog_read_screen {
	int fd;
	bool terminal; /* it is one, or a pager on one: what steers it is shown,
	                * never sent */
	bool colour;
	size_t width; /* columns; 0: no end */
};

struct mxlog_read_printer;

int mxlog_read_printer_new(const struct mxlog_read_options *options,
    const struct mxlog_read_screen *screen, struct mxlog_read_printer **ret);
void mxlog_read_printer_free(struct mxlog_read_printer *printer);

int mxlog_read_print(struct mxlog_read_printer *printer,
    const struct mxlog_line *line);

/* How many lines were printed. */
uint64_t mxlog_read_printed(const struct mxlog_read_printer *printer);

/* A line of our own between entries. */
int mxlog_read_print_note(struct mxlog_read_printer *printer, const char *text);

/* Write what is buffered. -EPIPE when nobody reads it any more. */
int mxlog_read_flush(struct mxlog_read_printer *printer);
