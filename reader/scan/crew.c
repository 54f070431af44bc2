/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/crew.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

enum {
	/* Chunks a worker may be ahead of who takes them. */
	AHEAD = 4,
	/* Bytes that are held or being made may be as many, if they have to be
	 * more than one chunk's: lines may be long. */
	HELD_MAX = 12 * 1024 * 1024,
	/* What a long line needed is given back. */
	CAPACITY_MAX = 4 * MXLOG_CHUNK_BYTES,
};

struct slot {
	struct mxlog_chunk chunk;
	struct mxlog_crew_task task;
	bool ready;
};

struct hand {
	struct mxlog_crew *crew;
	unsigned number;
	pthread_t thread;
	struct mxlog_buf bytes; /* for a chunk's, see work() */
};

struct mxlog_crew {
	struct mxlog_crew_job job;
	unsigned workers, started;
	struct hand *hands;
	struct slot *slots; /* task t is made in slot t % n_slots */
	size_t n_slots;

	pthread_mutex_t lock; /* guards what follows and slots' ready */
	pthread_cond_t room;  /* to workers: a slot was given back */
	pthread_cond_t made;  /* to the taker: a chunk is ready */
	uint64_t begun;       /* tasks handed out, counted */
	uint64_t taken;       /* tasks before this one are done with */
	size_t n_ready;       /* slots */
	size_t n_wanted;      /* of them, with what the taker waits for */
	size_t held;          /* bytes of those */
	size_t in_work;       /* chunks */
	unsigned waiting;     /* workers, for room */
	size_t usual;         /* bytes of the last one that was made */
	bool holding;         /* the taker still uses task `taken` */
	bool none_left;       /* all tasks were begun */
	bool stop;
};

/* Under the lock: begin the next task, if there is one. */
static struct slot *begin(struct mxlog_crew *crew)
{
	struct slot *slot = &crew->slots[crew->begun % crew->n_slots];

	if (crew->none_left)
		return NULL;
	if (crew->job.next(crew->job.arg, &slot->task) <= 0) {
		crew->none_left = true;
		pthread_cond_signal(&crew->made);
		return NULL;
	}
	crew->begun++;
	crew->in_work++;
	return slot;
}

/* Under the lock: is there room for one more chunk? For the one that is taken
 * next there always is. */
static bool has_room(const struct mxlog_crew *crew)
{
	size_t bytes = crew->held + (crew->in_work + 1) * crew->usual;

	return crew->begun == crew->taken ||
	    (crew->begun < crew->taken + crew->n_slots && bytes <= HELD_MAX);
}

/* Under the lock: who began one calls the next. */
static void call_worker(struct mxlog_crew *crew)
{
	if (crew->waiting > 0 && has_room(crew))
		pthread_cond_signal(&crew->room);
}

/* The next task's slot, once there is room for its chunk; NULL: no more. */
static struct slot *wait_for_task(struct mxlog_crew *crew)
{
	struct slot *slot = NULL;

	pthread_mutex_lock(&crew->lock);
	crew->waiting++;
	while (!crew->stop && !crew->none_left && !has_room(crew))
		pthread_cond_wait(&crew->room, &crew->lock);
	crew->waiting--;
	if (!crew->stop)
		slot = begin(crew);
	call_worker(crew);
	pthread_mutex_unlock(&crew->lock);
	return slot;
}

/* Has it more to say than how much was looked at? */
static bool is_wanted(const struct mxlog_chunk *chunk)
{
	return chunk->n_hits > 0 || chunk->error < 0;
}

/* Under the lock: is waking the taker worth it? Chunks in which nothing was
 * found are left until there are some of them. */
static bool has_enough(const struct mxlog_crew *crew)
{
	return crew->slots[crew->taken % crew->n_slots].ready &&
	    (crew->n_wanted > 0 || crew->none_left ||
		crew->n_ready >= crew->n_slots / 2);
}

/* Under the lock: how many slots are ready, and what they hold. */
static void add_ready(struct mxlog_crew *crew, const struct slot *slot)
{
	crew->n_ready++;
	if (!is_wanted(&slot->chunk))
		return;
	crew->n_wanted++;
	crew->held += slot->chunk.bytes.len;
}

static void drop_ready(struct mxlog_crew *crew, const struct slot *slot)
{
	crew->n_ready--;
	if (!is_wanted(&slot->chunk))
		return;
	crew->n_wanted--;
	crew->held -= slot->chunk.bytes.len;
}

/* Under the lock: the slot's chunk is made. */
static void finish(struct mxlog_crew *crew, struct slot *slot)
{
	slot->ready = true;
	crew->in_work--;
	crew->usual = slot->chunk.len;
	add_ready(crew, slot);
	call_worker(crew);
	if (has_enough(crew))
		pthread_cond_signal(&crew->made);
}

static void trim(struct mxlog_buf *bytes)
{
	if (bytes->capacity > CAPACITY_MAX)
		mxlog_buf_done(bytes);
}

static void swap_bytes(struct mxlog_buf *a, struct mxlog_buf *b)
{
	struct mxlog_buf t = *a;

	*a = *b;
	*b = t;
}

/* A hand keeps its buffer until there are hits in it: so it stays in the
 * processor's cache. */
static void work(struct mxlog_crew *crew, unsigned hand, struct slot *slot)
{
	struct mxlog_buf *bytes = &crew->hands[hand].bytes;
	struct mxlog_chunk *chunk = &slot->chunk;

	swap_bytes(&chunk->bytes, bytes);
	mxlog_chunk_reset(chunk);
	crew->job.work(crew->job.arg, hand, &slot->task, chunk);
	if (chunk->n_hits == 0)
		swap_bytes(&chunk->bytes, bytes);
	trim(bytes);
}

static void *run(void *arg)
{
	struct hand *hand = arg;
	struct slot *slot;

	while ((slot = wait_for_task(hand->crew))) {
		work(hand->crew, hand->number, slot);
		pthread_mutex_lock(&hand->crew->lock);
		finish(hand->crew, slot);
		pthread_mutex_unlock(&hand->crew->lock);
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

int mxlog_crew_new(unsigned workers, const struct mxlog_crew_job *job,
    struct mxlog_crew **ret)
{
	struct mxlog_crew *crew = calloc(1, sizeof(*crew));
	int r = -ENOMEM;

	if (!crew)
		return -ENOMEM;
	crew->job = *job;
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
	for (size_t i = 0; crew->hands && i < MAX(crew->workers, 1U); i++)
		mxlog_buf_done(&crew->hands[i].bytes);
	pthread_cond_destroy(&crew->made);
	pthread_cond_destroy(&crew->room);
	pthread_mutex_destroy(&crew->lock);
	free(crew->slots);
	free(crew->hands);
	free(crew);
}

/* Under the lock: what was taken before is no longer in use. */
static void give_back(struct mxlog_crew *crew)
{
	struct slot *slot = &crew->slots[crew->taken % crew->n_slots];

	if (!crew->holding)
		return;
	slot->ready = false;
	drop_ready(crew, slot);
	trim(&slot->chunk.bytes);
	crew->taken++;
	crew->holding = false;
	call_worker(crew);
}

/* Without threads: make it here and now. */
static void make(struct mxlog_crew *crew)
{
	struct slot *slot = begin(crew);

	if (!slot)
		return;
	work(crew, 0, slot);
	finish(crew, slot);
}

int mxlog_crew_take(struct mxlog_crew *crew, struct mxlog_chunk **ret)
{
	struct slot *slot;

	pthread_mutex_lock(&crew->lock);
	give_back(crew);
	if (crew->workers == 0)
		make(crew);
	slot = &crew->slots[crew->taken % crew->n_slots];
	while (!slot->ready && !(crew->none_left && crew->taken == crew->begun))
		pthread_cond_wait(&crew->made, &crew->lock);
	if (slot->ready) {
		crew->holding = true;
		*ret = &slot->chunk;
	}
	pthread_mutex_unlock(&crew->lock);
	return crew->holding ? 1 : 0;
}
