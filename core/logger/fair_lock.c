/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/fair_lock.h"

void mxlog_fair_lock_queue(struct mxlog_fair_lock *fair_lock)
{
	(void)pthread_mutex_lock(&fair_lock->crowd);
	mxlog_fair_lock_lock(fair_lock);
}

void mxlog_fair_lock_leave(struct mxlog_fair_lock *fair_lock)
{
	mxlog_fair_lock_unlock(fair_lock);
	(void)pthread_mutex_unlock(&fair_lock->crowd);
}

void mxlog_fair_lock_lock(struct mxlog_fair_lock *fair_lock)
{
	(void)pthread_mutex_lock(&fair_lock->next);
	(void)pthread_mutex_lock(&fair_lock->lock);
	(void)pthread_mutex_unlock(&fair_lock->next);
}

void mxlog_fair_lock_unlock(struct mxlog_fair_lock *fair_lock)
{
	(void)pthread_mutex_unlock(&fair_lock->lock);
}

void mxlog_fair_lock_close(struct mxlog_fair_lock *fair_lock)
{
	(void)pthread_mutex_lock(&fair_lock->crowd);
	(void)pthread_mutex_lock(&fair_lock->next);
	(void)pthread_mutex_lock(&fair_lock->lock);
}

void mxlog_fair_lock_open(struct mxlog_fair_lock *fair_lock)
{
	(void)pthread_mutex_unlock(&fair_lock->lock);
	(void)pthread_mutex_unlock(&fair_lock->next);
	(void)pthread_mutex_unlock(&fair_lock->crowd);
}
