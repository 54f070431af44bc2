/* SPDX-License-Identifier: Apache-2.0 */
#include "upkeep_thread.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
	END_WAIT_MSEC = 2000,
};

/* Shared with the thread; the last of the two frees it. */
struct run {
	pthread_mutex_t mutex;
	int references;
	int fd; /* eventfd: ended */
	char *config_path;
	int code;
	struct mxlog_archive_stats stats;
	struct mxlog_error error;
};

struct mxlog_upkeep_thread {
	struct run *run;
	bool busy;
};

static void unref(struct run *run)
{
	bool last;

	(void)pthread_mutex_lock(&run->mutex);
	last = --run->references == 0;
	(void)pthread_mutex_unlock(&run->mutex);
	if (!last)
		return;
	(void)pthread_mutex_destroy(&run->mutex);
	if (run->fd >= 0)
		close(run->fd);
	free(run->config_path);
	free(run);
}

static int upkeep(struct run *run, struct mxlog_archive_stats *stats,
    struct mxlog_error *error)
{
	const struct mxlog_archive_options options = {
		.size = sizeof(options),
		.actor = "mxlogd",
	};
	struct mxlog_config *config;
	int r;

	r = mxlog_config_load(run->config_path, &config, error);
	if (r < 0)
		return r;
	r = mxlog_archive_run(config, &options, stats, error);
	mxlog_config_free(config);
	return r;
}

static void *thread(void *arg)
{
	struct mxlog_archive_stats stats = { 0 };
	struct mxlog_error error = { 0 };
	struct run *run = arg;
	int code = upkeep(run, &stats, &error);

	(void)pthread_mutex_lock(&run->mutex);
	run->code = code;
	run->stats = stats;
	run->error = error;
	(void)pthread_mutex_unlock(&run->mutex);
	(void)eventfd_write(run->fd, 1);
	unref(run);
	return NULL;
}

int mxlog_upkeep_thread_new(const char *config_path,
    struct mxlog_upkeep_thread **ret)
{
	struct mxlog_upkeep_thread *upkeep = calloc(1, sizeof(*upkeep));
	struct run *run = calloc(1, sizeof(*run));

	if (!upkeep || !run) {
		free(upkeep);
		free(run);
		return -ENOMEM;
	}
	upkeep->run = run;
	run->references = 1;
	(void)pthread_mutex_init(&run->mutex, NULL);
	run->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	run->config_path = strdup(config_path);
	if (run->fd < 0 || !run->config_path) {
		mxlog_upkeep_thread_free(upkeep);
		return -ENOMEM;
	}
	*ret = upkeep;
	return 0;
}

void mxlog_upkeep_thread_free(struct mxlog_upkeep_thread *upkeep)
{
	struct pollfd pollfd;

	if (!upkeep)
		return;
	pollfd = (struct pollfd){ .fd = upkeep->run->fd, .events = POLLIN };
	if (upkeep->busy)
		(void)poll(&pollfd, 1, END_WAIT_MSEC);
	unref(upkeep->run);
	free(upkeep);
}

int mxlog_upkeep_thread_get_fd(const struct mxlog_upkeep_thread *upkeep)
{
	return upkeep->run->fd;
}

/* Signals are the main thread's. */
static int create(struct run *run)
{
	pthread_attr_t attributes;
	sigset_t all, old;
	pthread_t id;
	int r;

	(void)sigfillset(&all);
	(void)sigdelset(&all, SIGBUS);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	(void)pthread_attr_init(&attributes);
	(void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	r = pthread_create(&id, &attributes, thread, run);
	(void)pthread_attr_destroy(&attributes);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	return -r;
}

int mxlog_upkeep_thread_start(struct mxlog_upkeep_thread *upkeep)
{
	struct run *run = upkeep->run;
	int r;

	if (upkeep->busy)
		return 0;
	(void)pthread_mutex_lock(&run->mutex);
	run->references++;
	(void)pthread_mutex_unlock(&run->mutex);
	r = create(run);
	if (r < 0) {
		unref(run);
		return r;
	}
	upkeep->busy = true;
	return 0;
}

int mxlog_upkeep_thread_take_result(struct mxlog_upkeep_thread *upkeep,
    int *ret_code, struct mxlog_archive_stats *ret,
    struct mxlog_error *ret_error)
{
	struct run *run = upkeep->run;
	eventfd_t value;

	if (!upkeep->busy || eventfd_read(run->fd, &value) < 0)
		return 0;
	upkeep->busy = false;
	(void)pthread_mutex_lock(&run->mutex);
	*ret_code = run->code;
	*ret = run->stats;
	*ret_error = run->error;
	(void)pthread_mutex_unlock(&run->mutex);
	return 1;
}
