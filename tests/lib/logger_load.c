/* SPDX-License-Identifier: Apache-2.0 */
#include "logger_load.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	CALLS_A_LOOK = 64, /* at the clock, when calling as fast as possible */
};

struct worker {
	const struct logger_under_load *logger;
	pthread_t thread;
	unsigned number;
	uint64_t calls;    /* to make; or made, of pace 0 */
	int64_t pace_nsec; /* between calls; 0: until the deadline */
	int64_t deadline_nsec;
	uint32_t *latency_nsec;
};

static int64_t now_nsec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void *work_paced(void *arg)
{
	struct worker *worker = arg;
	int64_t next = now_nsec();

	for (uint64_t i = 0; i < worker->calls; i++) {
		int64_t begin, end;

		next += worker->pace_nsec;
		while (now_nsec() < next)
			;
		begin = now_nsec();
		worker->logger->call(worker->number, i);
		end = now_nsec();
		worker->latency_nsec[i] = (uint32_t)(end - begin);
		/* More threads than processors would leave none else any. */
		(void)sched_yield();
	}
	return NULL;
}

static void *work_hard(void *arg)
{
	struct worker *worker = arg;
	uint64_t i = 0;

	do
		worker->logger->call(worker->number, i++);
	while (i % CALLS_A_LOOK != 0 || now_nsec() < worker->deadline_nsec);
	worker->calls = i;
	return NULL;
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* What the two clock readings around a call cost by themselves. */
static uint32_t clock_cost(void)
{
	uint32_t best = UINT32_MAX;

	for (int i = 0; i < 10000; i++) {
		int64_t begin = now_nsec(), end = now_nsec();

		if ((uint32_t)(end - begin) < best)
			best = (uint32_t)(end - begin);
	}
	return best;
}

static double run(struct worker *workers, unsigned threads)
{
	int64_t begin = now_nsec();

	for (unsigned i = 0; i < threads; i++)
		if (pthread_create(&workers[i].thread, NULL,
			workers[i].pace_nsec > 0 ? work_paced : work_hard,
			&workers[i]) != 0)
			abort();
	for (unsigned i = 0; i < threads; i++)
		(void)pthread_join(workers[i].thread, NULL);
	workers[0].logger->finish();
	return (double)(now_nsec() - begin) / 1e9;
}

static void print_latency(const char *name, unsigned threads, uint32_t *latency,
    uint64_t n, uint64_t shed)
{
	uint32_t cost = clock_cost();

	qsort(latency, n, sizeof(*latency), compare);
	printf("%-10s %u thread%s  p50 %6u ns  p99 %6u ns  p99.9 %7u ns  "
	       "max %8u ns  (%u ns of clock included, %ju shed)\n",
	    name, threads, threads > 1 ? "s" : " ", latency[n / 2],
	    latency[n * 99 / 100], latency[n * 999 / 1000], latency[n - 1],
	    cost, (uintmax_t)shed);
}

static void measure_latency(const struct logger_under_load *logger,
    unsigned threads, uint64_t calls, int64_t pace_nsec)
{
	uint32_t *latency = calloc(threads * calls, sizeof(*latency));
	uint64_t before = logger->stored(), stored;
	struct worker workers[64];

	if (!latency)
		abort();
	memset(latency, 1, threads * calls * sizeof(*latency));
	for (unsigned i = 0; i < threads; i++)
		workers[i] = (struct worker){
			.logger = logger,
			.number = i,
			.calls = calls,
			.pace_nsec = pace_nsec * threads,
			.latency_nsec = latency + i * calls,
		};
	(void)run(workers, threads);
	stored = logger->stored() - before;
	print_latency(logger->name, threads, latency, threads * calls,
	    threads * calls - stored);
	free(latency);
}

/* Until everything that is not shed is on disk; what is shed does not count. */
static void measure_sustained(const struct logger_under_load *logger,
    unsigned threads, double seconds)
{
	uint64_t before = logger->stored(), calls = 0, stored;
	int64_t deadline = now_nsec() + (int64_t)(seconds * 1e9);
	struct worker workers[64];

	for (unsigned i = 0; i < threads; i++)
		workers[i] = (struct worker){
			.logger = logger,
			.number = i,
			.deadline_nsec = deadline,
		};
	seconds = run(workers, threads);
	for (unsigned i = 0; i < threads; i++)
		calls += workers[i].calls;
	stored = logger->stored() - before;
	printf("%-10s %u thread%s  %9.0f entries/s stored  (%ju of %ju called, "
	       "%.0f calls/s)\n",
	    logger->name, threads, threads > 1 ? "s" : " ",
	    (double)stored / seconds, (uintmax_t)stored, (uintmax_t)calls,
	    (double)calls / seconds);
}

uint64_t logger_load_count(const char *path)
{
	char command[512];
	uintmax_t n = 0;
	FILE *pipe;

	(void)snprintf(command, sizeof(command),
	    "find '%s' -type f -exec cat {} + | grep -c 'moved task'", path);
	pipe = popen(command, "r");
	if (!pipe || fscanf(pipe, "%ju", &n) != 1)
		abort();
	(void)pclose(pipe);
	return n;
}

int logger_load_main(int argc, char **argv,
    const struct logger_under_load *logger)
{
	static const unsigned threads[] = { 1, 2, 8 };
	uint64_t calls = argc > 1 ? strtoull(argv[1], NULL, 10) : 200000;
	uint64_t rate = argc > 2 ? strtoull(argv[2], NULL, 10) : 100000;
	double seconds = argc > 3 ? strtod(argv[3], NULL) : 1;

	for (unsigned i = 0; i < sizeof(threads) / sizeof(threads[0]); i++)
		measure_latency(logger, threads[i], calls / threads[i],
		    (int64_t)(1000000000 / rate));
	for (unsigned i = 0; i < sizeof(threads) / sizeof(threads[0]); i++)
		measure_sustained(logger, threads[i], seconds);
	return 0;
}
