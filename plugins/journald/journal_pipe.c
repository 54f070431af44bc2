/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_pipe.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "journal_identity.h"

enum {
	CHUNKS = 8,
	CHUNK_RECORDS = 64,
	/* Who waits is woken for so many chunks to fill or to consume, not for
	 * each: a switch costs as much as converting some ten records. */
	CHUNKS_WORTH_WAKING = 4,
	/* A chunk goes when it is full, or holds so much: what is under way
	 * stays small even where entries are huge. */
	CHUNK_BYTES = 128 * 1024,
};

struct chunk {
	struct mxlog_journal_record records[CHUNK_RECORDS];
	struct mxlog_journal_identity identities[CHUNK_RECORDS];
	size_t n;
	size_t bytes;
};

struct mxlog_journal_pipe {
	mxlog_journal_consume *consume;
	void *arg;
	struct chunk chunks[CHUNKS];
	pthread_t thread;
	bool has_thread;
	/* Below: under the mutex. Chunk i % CHUNKS is the producer's from
	 * `taken` + CHUNKS > i on, the consumer's once `given` > i. */
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	uint64_t given, taken;
	int error;
	bool ending;
};

static int consume_chunk(struct mxlog_journal_pipe *pipe, struct chunk *chunk)
{
	int r = 0;

	for (size_t i = 0; i < chunk->n && r >= 0; i++)
		r = pipe->consume(pipe->arg, &chunk->records[i],
		    &chunk->identities[i]);
	chunk->n = 0;
	chunk->bytes = 0;
	return r < 0 ? r : 0;
}

/* Wait for a chunk: false at the end. */
static bool take(struct mxlog_journal_pipe *pipe, struct chunk **ret,
    bool *ret_failed)
{
	while (pipe->taken == pipe->given && !pipe->ending)
		(void)pthread_cond_wait(&pipe->changed, &pipe->mutex);
	*ret = &pipe->chunks[pipe->taken % CHUNKS];
	*ret_failed = pipe->error < 0;
	return pipe->taken != pipe->given;
}

static void *thread(void *arg)
{
	struct mxlog_journal_pipe *pipe = arg;
	struct chunk *chunk;
	bool failed;

	(void)pthread_mutex_lock(&pipe->mutex);
	while (take(pipe, &chunk, &failed)) {
		int r = 0;

		(void)pthread_mutex_unlock(&pipe->mutex);
		if (failed)
			chunk->n = chunk->bytes = 0;
		else
			r = consume_chunk(pipe, chunk);
		(void)pthread_mutex_lock(&pipe->mutex);
		pipe->error = pipe->error < 0 ? pipe->error : r;
		pipe->taken++;
		if (pipe->given - pipe->taken <= CHUNKS - CHUNKS_WORTH_WAKING)
			(void)pthread_cond_broadcast(&pipe->changed);
	}
	(void)pthread_mutex_unlock(&pipe->mutex);
	return NULL;
}

/* Signals are the main thread's, but for those that a fault sends. */
static int start(struct mxlog_journal_pipe *pipe)
{
	sigset_t all, old;
	int r;

	(void)sigfillset(&all);
	(void)sigdelset(&all, SIGBUS);
	(void)sigdelset(&all, SIGSEGV);
	(void)sigdelset(&all, SIGABRT);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	r = pthread_create(&pipe->thread, NULL, thread, pipe);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	pipe->has_thread = r == 0;
	return -r;
}

int mxlog_journal_pipe_new(struct mxlog_journal_index *index,
    mxlog_journal_consume *consume, void *arg, struct mxlog_journal_pipe **ret)
{
	struct mxlog_journal_pipe *pipe = calloc(1, sizeof(*pipe));
	int r = 0;

	if (!pipe)
		return -ENOMEM;
	pipe->consume = consume;
	pipe->arg = arg;
	(void)pthread_mutex_init(&pipe->mutex, NULL);
	(void)pthread_cond_init(&pipe->changed, NULL);
	for (size_t i = 0; i < CHUNKS && r == 0; i++)
		for (size_t k = 0; k < CHUNK_RECORDS && r == 0; k++)
			r = mxlog_journal_record_init(&pipe->chunks[i]
							   .records[k],
			    index);
	if (r == 0)
		r = start(pipe);
	if (r < 0) {
		mxlog_journal_pipe_free(pipe);
		return r;
	}
	*ret = pipe;
	return 0;
}

void mxlog_journal_pipe_free(struct mxlog_journal_pipe *pipe)
{
	if (!pipe)
		return;
	(void)pthread_mutex_lock(&pipe->mutex);
	pipe->ending = true;
	(void)pthread_cond_broadcast(&pipe->changed);
	(void)pthread_mutex_unlock(&pipe->mutex);
	if (pipe->has_thread)
		(void)pthread_join(pipe->thread, NULL);
	for (size_t i = 0; i < CHUNKS; i++)
		for (size_t k = 0; k < CHUNK_RECORDS; k++)
			mxlog_journal_record_done(&pipe->chunks[i].records[k]);
	(void)pthread_cond_destroy(&pipe->changed);
	(void)pthread_mutex_destroy(&pipe->mutex);
	free(pipe);
}

static void give(struct mxlog_journal_pipe *pipe)
{
	(void)pthread_mutex_lock(&pipe->mutex);
	pipe->given++;
	if (pipe->given - pipe->taken >= CHUNKS_WORTH_WAKING)
		(void)pthread_cond_broadcast(&pipe->changed);
	while (pipe->given - pipe->taken == CHUNKS)
		(void)pthread_cond_wait(&pipe->changed, &pipe->mutex);
	(void)pthread_mutex_unlock(&pipe->mutex);
}

/* The producer alone changes `given`. */
static struct chunk *current(struct mxlog_journal_pipe *pipe)
{
	return &pipe->chunks[pipe->given % CHUNKS];
}

struct mxlog_journal_record *mxlog_journal_pipe_get(
    struct mxlog_journal_pipe *pipe)
{
	struct chunk *chunk = current(pipe);

	return &chunk->records[chunk->n];
}

void mxlog_journal_pipe_put(struct mxlog_journal_pipe *pipe,
    const struct mxlog_journal_identity *identity)
{
	struct chunk *chunk = current(pipe);

	chunk->identities[chunk->n] = *identity;
	chunk->bytes += chunk->records[chunk->n].len;
	chunk->n++;
	if (chunk->n == CHUNK_RECORDS || chunk->bytes >= CHUNK_BYTES)
		give(pipe);
}

int mxlog_journal_pipe_drain(struct mxlog_journal_pipe *pipe)
{
	int r;

	if (current(pipe)->n > 0)
		give(pipe);
	(void)pthread_mutex_lock(&pipe->mutex);
	(void)pthread_cond_broadcast(&pipe->changed);
	while (pipe->taken != pipe->given)
		(void)pthread_cond_wait(&pipe->changed, &pipe->mutex);
	r = pipe->error;
	pipe->error = 0;
	(void)pthread_mutex_unlock(&pipe->mutex);
	return r;
}
