/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/turn.h"

void mxlog_turn_queue(struct mxlog_turn *turn)
{
	(void)pthread_mutex_lock(&turn->crowd);
	mxlog_turn_lock(turn);
}

void mxlog_turn_leave(struct mxlog_turn *turn)
{
	mxlog_turn_unlock(turn);
	(void)pthread_mutex_unlock(&turn->crowd);
}

void mxlog_turn_lock(struct mxlog_turn *turn)
{
	(void)pthread_mutex_lock(&turn->next);
	(void)pthread_mutex_lock(&turn->lock);
	(void)pthread_mutex_unlock(&turn->next);
}

void mxlog_turn_unlock(struct mxlog_turn *turn)
{
	(void)pthread_mutex_unlock(&turn->lock);
}

void mxlog_turn_close(struct mxlog_turn *turn)
{
	(void)pthread_mutex_lock(&turn->crowd);
	(void)pthread_mutex_lock(&turn->next);
	(void)pthread_mutex_lock(&turn->lock);
}

void mxlog_turn_open(struct mxlog_turn *turn)
{
	(void)pthread_mutex_unlock(&turn->lock);
	(void)pthread_mutex_unlock(&turn->next);
	(void)pthread_mutex_unlock(&turn->crowd);
}
