/* SPDX-License-Identifier: Apache-2.0 */
#include "crew.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

enum {
	/* Chunks a worker may be ahead of who takes them. */
	AHEAD = 4,
};

struct slot {
	struct mxlog_chunk chunk;
	bool ready;
};

struct hand {
	struct mxlog_crew *crew;
	unsigned number;
	pthread_t thread;
};

struct mxlog_crew {
	mxlog_crew_work *work;
	void *arg;
	uint64_t n_tasks;
	unsigned workers, started;
	struct hand *hands;
	struct slot *slots; /* task t is made in slot t % n_slots */
	size_t n_slots;

	pthread_mutex_t lock; /* guards what follows and slots' ready */
	pthread_cond_t room;  /* to workers: a slot was given back */
	pthread_cond_t made;  /* to the taker: a chunk is ready */
	uint64_t next;        /* task to be begun */
	uint64_t taken;       /* tasks before this one are done with */
	bool holding;         /* the taker still uses task `taken` */
	bool stop;
};

/* True and a task, once there is room for its chunk. */
static bool begin(struct mxlog_crew *crew, uint64_t *ret)
{
	bool go;

	pthread_mutex_lock(&crew->lock);
	while (!crew->stop && crew->next < crew->n_tasks &&
	    crew->next >= crew->taken + crew->n_slots)
		pthread_cond_wait(&crew->room, &crew->lock);
	go = !crew->stop && crew->next < crew->n_tasks;
	if (go)
		*ret = crew->next++;
	pthread_mutex_unlock(&crew->lock);
	return go;
}

static void finish(struct mxlog_crew *crew, uint64_t task)
{
	pthread_mutex_lock(&crew->lock);
	crew->slots[task % crew->n_slots].ready = true;
	if (task == crew->taken)
		pthread_cond_signal(&crew->made);
	pthread_mutex_unlock(&crew->lock);
}

static void *run(void *arg)
{
	struct hand *hand = arg;
	struct mxlog_crew *crew = hand->crew;
	uint64_t task;

	while (begin(crew, &task)) {
		struct mxlog_chunk *chunk =
		    &crew->slots[task % crew->n_slots].chunk;

		mxlog_chunk_reset(chunk);
		crew->work(crew->arg, hand->number, task, chunk);
		finish(crew, task);
	}
	return NULL;
}

/* With every signal blocked, so that the caller's threads get them. */
static int start(struct mxlog_crew *crew)
{
	sigset_t all, old;
	int r = 0;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	for (; crew->started < crew->workers; crew->started++) {
		struct hand *hand = &crew->hands[crew->started];

		hand->crew = crew;
		hand->number = crew->started;
		r = -pthread_create(&hand->thread, NULL, run, hand);
		if (r < 0)
			break;
	}
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	return crew->started > 0 ? 0 : r;
}

int mxlog_crew_new(unsigned workers, uint64_t n_tasks, mxlog_crew_work *work,
    void *arg, struct mxlog_crew **ret)
{
	struct mxlog_crew *crew = calloc(1, sizeof(*crew));
	int r = -ENOMEM;

	if (!crew)
		return -ENOMEM;
	crew->work = work;
	crew->arg = arg;
	crew->n_tasks = n_tasks;
	crew->workers = workers;
	crew->n_slots = MAX(workers * AHEAD, 1U);
	pthread_mutex_init(&crew->lock, NULL);
	pthread_cond_init(&crew->room, NULL);
	pthread_cond_init(&crew->made, NULL);
	crew->slots = calloc(crew->n_slots, sizeof(*crew->slots));
	crew->hands = calloc(MAX(workers, 1U), sizeof(*crew->hands));
	if (!crew->slots || !crew->hands)
		goto out;
	r = workers > 0 ? start(crew) : 0;
out:
	if (r < 0)
		mxlog_crew_free(crew);
	else
		*ret = crew;
	return r;
}

void mxlog_crew_free(struct mxlog_crew *crew)
{
	if (!crew)
		return;
	pthread_mutex_lock(&crew->lock);
	crew->stop = true;
	pthread_cond_broadcast(&crew->room);
	pthread_mutex_unlock(&crew->lock);
	for (unsigned i = 0; i < crew->started; i++)
		pthread_join(crew->hands[i].thread, NULL);

	for (size_t i = 0; crew->slots && i < crew->n_slots; i++)
		mxlog_chunk_done(&crew->slots[i].chunk);
	pthread_cond_destroy(&crew->made);
	pthread_cond_destroy(&crew->room);
	pthread_mutex_destroy(&crew->lock);
	free(crew->slots);
	free(crew->hands);
	free(crew);
}

/* Without threads: make it here and now. */
static void make(struct mxlog_crew *crew)
{
	struct slot *slot = &crew->slots[0];

	mxlog_chunk_reset(&slot->chunk);
	crew->work(crew->arg, 0, crew->taken, &slot->chunk);
	slot->ready = true;
}

int mxlog_crew_take(struct mxlog_crew *crew, struct mxlog_chunk **ret)
{
	struct slot *slot;

	pthread_mutex_lock(&crew->lock);
	if (crew->holding) {
		crew->slots[crew->taken % crew->n_slots].ready = false;
		crew->taken++;
		crew->holding = false;
		pthread_cond_signal(&crew->room);
	}
	slot = &crew->slots[crew->taken % crew->n_slots];
	if (crew->taken < crew->n_tasks) {
		if (crew->workers == 0)
			make(crew);
		while (!slot->ready)
			pthread_cond_wait(&crew->made, &crew->lock);
		crew->holding = true;
		*ret = &slot->chunk;
	}
	pthread_mutex_unlock(&crew->lock);
	return crew->holding ? 1 : 0;
}
