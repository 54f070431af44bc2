/* SPDX-License-Identifier: Apache-2.0 */
/* Fair lock: a lock that many take over and over and a few take rarely, who don't
 * starve behind the many: they wait for two of them at most. */
#pragma once

#include <pthread.h>

struct mxlog_fair_lock {
	pthread_mutex_t crowd; /* one of the many at a time goes on to */
	pthread_mutex_t next;  /* be next, where the few wait with it for */
	pthread_mutex_t lock;
};

#define MXLOG_TURN_INITIALIZER                      \
	{                                           \
		.crowd = PTHREAD_MUTEX_INITIALIZER, \
		.next = PTHREAD_MUTEX_INITIALIZER,  \
		.lock = PTHREAD_MUTEX_INITIALIZER,  \
	}

/* For the many. */
void mxlog_fair_lock_queue(struct mxlog_fair_lock *fair_lock);
void mxlog_fair_lock_leave(struct mxlog_fair_lock *fair_lock);

/* For the few. */
void mxlog_fair_lock_lock(struct mxlog_fair_lock *fair_lock);
void mxlog_fair_lock_unlock(struct mxlog_fair_lock *fair_lock);

/* Around fork: nobody is anywhere in it. */
void mxlog_fair_lock_close(struct mxlog_fair_lock *fair_lock);
void mxlog_fair_lock_open(struct mxlog_fair_lock *fair_lock);
