/* SPDX-License-Identifier: Apache-2.0 */
/* bench_entry [ROUNDS]: what one entry costs, ten context pairs and a message of
 * 120 bytes, as a syslog message gives. Prints nanoseconds; instructions:
 *
 *	valgrind --tool=callgrind --toggle-collect='bench_encode*' \
 *	    bench_entry 1000
 *
 * and the same with bench_set, bench_normalise and bench_decode. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "entry/ndjson.h"

static const struct {
	const char *key;
	const char *value;
} pairs[] = {
	{ "host", "web-03.example.org" },
	{ "facility", "daemon" },
	{ "program", "nginx" },
	{ "request_id", "8f14e45f-ceea-467f-9c9e-1b2f0d5a7c11" },
	{ "client", "192.0.2.17" },
	{ "method", "GET" },
	{ "path", "/api/v1/orders/4711?expand=items" },
	{ "user_agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0" },
};

static const char message[] =
    "upstream timed out (110: Connection timed out) while reading response "
    "header from \"http://10.0.0.7:8080/\", retry 2 of 5";

__attribute__((noinline)) static void bench_set(struct mxlog_entry *entry)
{
	mxlog_entry_reset(entry);
	mxlog_entry_set(entry, MXLOG_FIELD_TRACE_ID,
	    "01HQ8Z9X0ABCDEFGH1JK1MN0PQ", 26);
	mxlog_entry_set_time(entry, 1769614245123456);
	mxlog_entry_set_level(entry, MXLOG_WARNING);
	mxlog_entry_set(entry, MXLOG_FIELD_MODULE, "nginx.upstream", 14);
	mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, message,
	    sizeof(message) - 1);
	mxlog_entry_set(entry, MXLOG_FIELD_PROCESS_ID, "4711", 4);
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		mxlog_entry_add_context(entry, pairs[i].key,
		    strlen(pairs[i].key), pairs[i].value,
		    strlen(pairs[i].value));
	mxlog_entry_add_context_int(entry, LITERAL("syslog_severity"), 4);
	mxlog_entry_add_context_int(entry, LITERAL("status"), 504);
}

__attribute__((noinline)) static void bench_normalise(struct mxlog_entry *entry)
{
	if (mxlog_entry_normalise(entry) < 0)
		abort();
}

__attribute__((noinline)) static void bench_encode(struct mxlog_entry *entry,
    struct mxlog_buf *out)
{
	if (mxlog_ndjson_encode(entry, out) < 0)
		abort();
}

__attribute__((noinline)) static void bench_decode(struct mxlog_entry *entry,
    const struct mxlog_buf *line)
{
	if (mxlog_ndjson_decode(line->data, line->len, entry, NULL) < 0)
		abort();
}

static double now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

int main(int argc, char **argv)
{
	unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 10) : 200000;
	struct mxlog_entry *entry;
	struct mxlog_buf line = { 0 };
	double start, middle, end;

	if (mxlog_entry_new(&entry) < 0)
		return EXIT_FAILURE;
	start = now();
	for (unsigned long i = 0; i < n; i++) {
		line.len = 0;
		bench_set(entry);
		bench_normalise(entry);
		bench_encode(entry, &line);
	}
	middle = now();
	for (unsigned long i = 0; i < n; i++)
		bench_decode(entry, &line);
	end = now();
	printf("line %zu bytes: write %.0f ns, read %.0f ns\n", line.len,
	    (middle - start) / (double)n, (end - middle) / (double)n);
	mxlog_buf_done(&line);
	mxlog_entry_free(entry);
	return EXIT_SUCCESS;
}
