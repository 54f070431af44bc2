/* SPDX-License-Identifier: Apache-2.0 */
/* The exception that a traceback in a file is read as: one line of JSON a file
 * named on standard input, "null" for none. */
#include <stdio.h>
#include <stdlib.h>

#include <mxlog/traceback.h>

#include "base/buf.h"
#include "base/json.h"
#include "entry/exception_private.h"

/* What the tests want to compare must not be cut. */
static void must(bool ok)
{
	if (!ok)
		abort();
}

static void put(struct mxlog_buf *out, const char *text)
{
	must(mxlog_buf_add(out, text, strlen(text)) == 0);
}

static void put_span(struct mxlog_buf *out,
    const struct mxlog_exception *exception, struct mxlog_text_span span)
{
	must(mxlog_json_quote(out, exception->bytes.data + span.off,
		 span.len) == 0);
}

static void put_exception(struct mxlog_buf *out,
    const struct mxlog_exception *exception)
{
	put(out, "{\"type\":");
	put_span(out, exception, exception->type);
	put(out, ",\"message\":");
	put_span(out, exception, exception->message);
	put(out, ",\"frames\":[");
	for (size_t i = 0; i < exception->n_frames; i++) {
		const struct mxlog_frame *frame = &exception->frames[i];

		put(out, i > 0 ? ",[" : "[");
		put_span(out, exception, frame->file);
		must(mxlog_buf_printf(out, ",%u,", frame->line) == 0);
		put_span(out, exception, frame->function);
		put(out, "]");
	}
	put(out, "],\"cause\":");
	if (exception->cause)
		put_exception(out, exception->cause);
	else
		put(out, "null");
	put(out, "}");
}

static void read_all(const char *path, struct mxlog_buf *text)
{
	FILE *file = fopen(path, "rb");
	char piece[4096];
	size_t n;

	must(file != NULL);
	while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
		must(mxlog_buf_add(text, piece, n) == 0);
	(void)fclose(file);
}

static void answer(const char *path)
{
	struct mxlog_exception *exception = NULL;
	struct mxlog_buf text = { 0 }, out = { 0 };
	size_t start, end;
	int r;

	read_all(path, &text);
	r = mxlog_traceback_parse(text.data ? text.data : "", text.len,
	    &exception, &start, &end);
	must(r >= 0);
	if (r == 1)
		put_exception(&out, exception);
	else
		put(&out, "null");
	(void)printf("%.*s\n", (int)out.len, out.data);
	mxlog_exception_free(exception);
	mxlog_buf_done(&text);
	mxlog_buf_done(&out);
}

int main(void)
{
	char path[4096];

	while (fgets(path, sizeof(path), stdin)) {
		path[strcspn(path, "\n")] = '\0';
		answer(path);
	}
	return EXIT_SUCCESS;
}
