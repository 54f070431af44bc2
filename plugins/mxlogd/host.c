/* SPDX-License-Identifier: Apache-2.0 */
#include "host.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "bus_guard.h"
#include "loaded_module.h"
#include "upkeep_thread.h"

enum {
	MODULES_MAX = 32,
	FIXED_FDS = 2, /* signals, upkeep */
};

static const int64_t usec_per_sec = 1000000;
static const int64_t pause_first_usec = 100000;
static const int64_t pause_max_usec = 5000000;
static const int64_t upkeep_first_usec = 60 * INT64_C(1000000);
static const int64_t upkeep_interval_usec = 3600 * INT64_C(1000000);

/* A module at work. */
struct worker {
	char *name;
	const struct mxlog_module *module;
	struct mxlog_options *options;
	struct mxlog_writer *writer;
	struct mxlog_module_host host;
	void *handle;       /* NULL: not open (yet, or after a failed reload) */
	bool more;          /* is to be run at once */
	int64_t pause_usec; /* after a failure; 0: all is well */
	int64_t retry_usec; /* when to try again */
	struct mxlog_module_wait wait;
};

struct mxlog_host {
	struct mxlog_host_options options;
	struct mxlog_config *config;
	struct worker *workers[MODULES_MAX];
	size_t n_workers;
	struct mxlog_upkeep_thread *upkeep;
	int signal_fd;
	int64_t upkeep_usec;    /* when the next archive cycle is due */
	uint64_t watchdog_usec; /* 0: nobody watches */
	int64_t ping_usec;      /* when to tell the watchdog next */
	bool ending;
};

static int64_t monotonic_usec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * usec_per_sec + now.tv_nsec / 1000;
}

/* ---- telling the operator ---- */

/* journald reads the level from a prefix; a person need not see it. */
static void tell(void *arg, enum mxlog_module_priority priority,
    const char *text)
{
	const char *name = arg;

	if (getenv("JOURNAL_STREAM"))
		(void)fprintf(stderr, "<%d>", (int)priority);
	else if (priority >= MXLOG_MODULE_DEBUG)
		return;
	(void)fprintf(stderr, "mxlogd: %s%s%s\n", name, *name ? ": " : "",
	    text);
}

static char no_name[] = "";

__attribute__((format(printf, 2, 3))) static void
tell_own(enum mxlog_module_priority priority, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	tell(no_name, priority, text);
}

/* ---- workers ---- */

static int read_options(const struct mxlog_config *config,
    const struct mxlog_module *module, struct mxlog_options **ret,
    struct mxlog_error *reterr)
{
	struct mxlog_options *options;
	const char *json = NULL;
	unsigned line = 0;
	int r;

	(void)mxlog_config_get_section(config, module->name, &json, &line);
	r = mxlog_options_parse(module->options, module->n_options,
	    module->name, json, json ? strlen(json) : 0, &options, reterr);
	if (r == 0 && module->check) {
		r = module->check(options, reterr);
		if (r < 0)
			mxlog_options_free(options);
	}
	if (r < 0) {
		if (reterr)
			reterr->line = line;
		return r;
	}
	*ret = options;
	return 0;
}

static void free_worker(struct worker *worker)
{
	if (!worker)
		return;
	if (worker->handle)
		worker->module->close(worker->handle);
	(void)mxlog_writer_close(worker->writer);
	mxlog_options_free(worker->options);
	free(worker->name);
	free(worker);
}

static int new_worker(const struct mxlog_host *host,
    const struct mxlog_config *config, const char *name, struct worker **ret,
    struct mxlog_error *reterr)
{
	const char *dir = host->options.module_path;
	struct worker *worker = calloc(1, sizeof(*worker));
	int r;

	if (!worker)
		return -ENOMEM;
	if (!dir)
		dir = mxlog_config_get_module_path(config);
	if (!dir)
		dir = MXLOG_MODULE_DIR;
	worker->name = strdup(name);
	r = worker->name ? 0 : -ENOMEM;
	if (r == 0)
		r = mxlog_module_load(dir, name, &worker->module, reterr);
	if (r == 0)
		r = read_options(config, worker->module, &worker->options,
		    reterr);
	if (r < 0) {
		free_worker(worker);
		return r;
	}
	worker->wait = (struct mxlog_module_wait){ -1, INT64_MAX };
	*ret = worker;
	return 0;
}

static int open_writer(struct mxlog_host *host, struct worker *worker,
    struct mxlog_error *reterr)
{
	const struct mxlog_writer_options options = {
		.size = sizeof(options),
		.actor = worker->name,
		.sync = MXLOG_SYNC_AHEAD,
	};

	if (worker->writer)
		return 0;
	return mxlog_writer_open(host->config, &options, &worker->writer,
	    reterr);
}

static int open_worker(struct mxlog_host *host, struct worker *worker,
    struct mxlog_error *reterr)
{
	int r = open_writer(host, worker, reterr);

	if (r < 0)
		return r;
	worker->host = (struct mxlog_module_host){
		.size = sizeof(worker->host),
		.config = host->config,
		.options = worker->options,
		.writer = worker->writer,
		.drain = host->options.drain,
		.log = tell,
		.arg = worker->name,
	};
	worker->more = true;
	return worker->module->open(&worker->host, &worker->handle, reterr);
}

static int flush_worker(struct worker *worker, struct mxlog_error *reterr)
{
	int r;

	if (!worker->handle)
		return 0;
	r = worker->module->flush(worker->handle, reterr);
	if (r < 0)
		tell(worker->name, MXLOG_MODULE_ERROR, reterr->text);
	return r;
}

/* Later each time, so that a full disk is not hammered. */
static void pause_worker(struct worker *worker, int64_t now,
    const struct mxlog_error *error)
{
	if (worker->pause_usec == 0)
		tell(worker->name, MXLOG_MODULE_ERROR, error->text);
	worker->pause_usec =
	    worker->pause_usec ? 2 * worker->pause_usec : pause_first_usec;
	if (worker->pause_usec > pause_max_usec)
		worker->pause_usec = pause_max_usec;
	worker->retry_usec = now + worker->pause_usec;
	worker->more = false;
}

static int run_worker(struct mxlog_host *host, struct worker *worker,
    struct mxlog_error *reterr)
{
	int r = 0;

	*reterr = (struct mxlog_error){ 0 };
	if (!worker->handle)
		r = open_worker(host, worker, reterr);
	if (r == 0)
		r = worker->module->run(worker->handle, reterr);
	if (r < 0) {
		pause_worker(worker, monotonic_usec(), reterr);
		return r;
	}
	if (worker->pause_usec > 0)
		tell(worker->name, MXLOG_MODULE_NOTICE, "works again");
	worker->pause_usec = 0;
	worker->more = r == MXLOG_MODULE_MORE;
	if (!worker->more)
		worker->module->wait(worker->handle, &worker->wait);
	return 0;
}

/* ---- the host ---- */

int mxlog_host_new(const struct mxlog_host_options *options,
    struct mxlog_host **ret, struct mxlog_error *reterr)
{
	struct mxlog_host *host = calloc(1, sizeof(*host));
	const char *name;
	int r;

	if (!host)
		return -ENOMEM;
	host->options = *options;
	host->signal_fd = -1;
	r = mxlog_config_load(options->config_path, &host->config, reterr);
	for (size_t i = 0;
	     r == 0 && (name = mxlog_config_get_module(host->config, i)); i++) {
		if (i == MODULES_MAX) {
			r = -E2BIG;
			break;
		}
		r = new_worker(host, host->config, name,
		    &host->workers[host->n_workers], reterr);
		if (r == 0)
			host->n_workers++;
	}
	if (r < 0) {
		mxlog_host_free(host);
		return r;
	}
	*ret = host;
	return 0;
}

void mxlog_host_free(struct mxlog_host *host)
{
	if (!host)
		return;
	for (size_t i = 0; i < host->n_workers; i++)
		free_worker(host->workers[i]);
	mxlog_upkeep_thread_free(host->upkeep);
	mxlog_config_free(host->config);
	if (host->signal_fd >= 0)
		close(host->signal_fd);
	free(host);
}

static int prepare_signals(struct mxlog_host *host)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGPIPE);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	(void)sigdelset(&set, SIGPIPE);
	host->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return host->signal_fd < 0 ? -errno : mxlog_bus_guard_install();
}

/* ---- reload ---- */

/* A module that can't change at run time is closed and opened again. */
static int reload_worker(struct mxlog_host *host, struct worker *worker,
    struct mxlog_options *options, struct mxlog_error *reterr)
{
	struct mxlog_options *old = worker->options;
	int r = 0;

	if (worker->handle && worker->module->reload) {
		r = worker->module->reload(worker->handle, options, reterr);
		if (r < 0) {
			mxlog_options_free(options);
			return r;
		}
	} else if (worker->handle) {
		(void)flush_worker(worker, reterr);
		worker->module->close(worker->handle);
		worker->handle = NULL;
	}
	worker->options = options;
	worker->host.options = options;
	worker->host.config = host->config;
	worker->more = true;
	mxlog_options_free(old);
	return 0;
}

static struct worker *find_worker(const struct mxlog_host *host,
    const char *name)
{
	for (size_t i = 0; i < host->n_workers; i++)
		if (strcmp(host->workers[i]->name, name) == 0)
			return host->workers[i];
	return NULL;
}

/* What the new configuration means for one module; nothing has changed yet. */
struct change {
	struct worker *worker;
	struct mxlog_options *options; /* NULL: the worker is new */
};

static void drop_changes(struct change *changes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (changes[i].options)
			mxlog_options_free(changes[i].options);
		else
			free_worker(changes[i].worker);
	}
}

static int plan_changes(const struct mxlog_host *host,
    const struct mxlog_config *config, struct change changes[MODULES_MAX],
    size_t *ret_n, struct mxlog_error *reterr)
{
	const char *name;
	size_t n = 0;
	int r = 0;

	while (r == 0 && (name = mxlog_config_get_module(config, n))) {
		struct change change = { .worker = find_worker(host, name) };

		if (n == MODULES_MAX)
			r = -E2BIG;
		else if (change.worker)
			r = read_options(config, change.worker->module,
			    &change.options, reterr);
		else
			r = new_worker(host, config, name, &change.worker,
			    reterr);
		if (r == 0)
			changes[n++] = change;
	}
	if (r < 0) {
		drop_changes(changes, n);
		return r;
	}
	*ret_n = n;
	return 0;
}

/* Modules that are no longer named are flushed and closed. */
static void end_unnamed(struct mxlog_host *host, const struct change *changes,
    size_t n)
{
	for (size_t i = 0; i < host->n_workers; i++) {
		struct mxlog_error error = { 0 };
		bool named = false;

		for (size_t k = 0; k < n; k++)
			named |= changes[k].worker == host->workers[i];
		if (named)
			continue;
		(void)flush_worker(host->workers[i], &error);
		free_worker(host->workers[i]);
	}
}

static void apply_changes(struct mxlog_host *host, const struct change *changes,
    size_t n)
{
	end_unnamed(host, changes, n);
	host->n_workers = n;
	for (size_t i = 0; i < n; i++) {
		struct worker *worker = changes[i].worker;
		struct mxlog_error error = { 0 };
		int r = 0;

		host->workers[i] = worker;
		if (!changes[i].options)
			continue;
		if (worker->writer)
			r = mxlog_writer_reload(worker->writer, host->config,
			    &error);
		if (r == 0)
			r = reload_worker(host, worker, changes[i].options,
			    &error);
		else
			mxlog_options_free(changes[i].options);
		if (r < 0)
			tell(worker->name, MXLOG_MODULE_ERROR, error.text);
	}
}

static int reload_config(struct mxlog_host *host, struct mxlog_error *reterr)
{
	struct change changes[MODULES_MAX];
	struct mxlog_config *config, *old = host->config;
	size_t n;
	int r;

	r = mxlog_config_load(host->options.config_path, &config, reterr);
	if (r < 0)
		return r;
	if (strcmp(mxlog_config_get_log_dir(config),
		mxlog_config_get_log_dir(old)) != 0) {
		mxlog_config_free(config);
		(void)snprintf(reterr->text, sizeof(reterr->text),
		    "log_dir has changed: that takes a restart");
		return -EINVAL;
	}
	r = plan_changes(host, config, changes, &n, reterr);
	if (r < 0) {
		mxlog_config_free(config);
		return r;
	}
	host->config = config;
	apply_changes(host, changes, n);
	mxlog_config_free(old);
	return 0;
}

static void reload(struct mxlog_host *host)
{
	struct mxlog_error error = { 0 };
	int r;

	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)monotonic_usec());
	r = reload_config(host, &error);
	if (r < 0)
		tell_own(MXLOG_MODULE_ERROR, "configuration not reloaded: %s",
		    error.text);
	else
		tell_own(MXLOG_MODULE_INFO, "configuration reloaded");
	(void)sd_notify(0, "READY=1");
}

/* ---- the loop ---- */

static void handle_signals(struct mxlog_host *host)
{
	struct signalfd_siginfo info;

	while (read(host->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			reload(host);
		else
			host->ending = true;
	}
}

static void report_upkeep(struct mxlog_host *host)
{
	struct mxlog_archive_stats stats;
	struct mxlog_error error;
	int code;

	if (!host->upkeep ||
	    mxlog_upkeep_thread_take_result(host->upkeep, &code, &stats,
		&error) == 0)
		return;
	if (code < 0)
		tell_own(MXLOG_MODULE_ERROR, "archive cycle: %s",
		    error.text[0] ? error.text : strerror(-code));
	else if (stats.archived > 0 || stats.deleted > 0)
		tell_own(MXLOG_MODULE_INFO,
		    "archive cycle: %llu archived, %llu deleted",
		    (unsigned long long)stats.archived,
		    (unsigned long long)stats.deleted);
}

static void do_timers(struct mxlog_host *host, int64_t now)
{
	if (host->watchdog_usec > 0 && now >= host->ping_usec) {
		(void)sd_notify(0, "WATCHDOG=1");
		host->ping_usec = now + (int64_t)host->watchdog_usec / 2;
	}
	if (host->upkeep && now >= host->upkeep_usec) {
		if (mxlog_upkeep_thread_start(host->upkeep) < 0)
			tell_own(MXLOG_MODULE_ERROR,
			    "archive cycle: can't start a thread");
		host->upkeep_usec = now + upkeep_interval_usec;
	}
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t next_wake(const struct mxlog_host *host)
{
	int64_t wake = host->upkeep ? host->upkeep_usec : INT64_MAX;

	if (host->watchdog_usec > 0)
		wake = least(wake, host->ping_usec);
	for (size_t i = 0; i < host->n_workers; i++) {
		const struct worker *worker = host->workers[i];

		if (worker->more)
			return 0;
		wake = least(wake,
		    worker->pause_usec > 0 ? worker->retry_usec
					   : worker->wait.until_usec);
	}
	return wake;
}

static void sleep_until(int64_t wake, struct pollfd *fds, size_t n)
{
	int64_t left = wake - monotonic_usec();
	struct timespec timeout;

	left = left > 0 ? left : 0;
	timeout.tv_sec = left / usec_per_sec;
	timeout.tv_nsec = left % usec_per_sec * 1000;
	if (ppoll(fds, n, wake == INT64_MAX ? NULL : &timeout, NULL) < 0)
		for (size_t i = 0; i < n; i++)
			fds[i].revents = 0;
}

/* Wait for something to happen, then do it: one round. */
static void round_of(struct mxlog_host *host)
{
	struct pollfd fds[FIXED_FDS + MODULES_MAX];
	size_t n = host->n_workers;
	int64_t now;

	fds[0] = (struct pollfd){ .fd = host->signal_fd, .events = POLLIN };
	fds[1] = (struct pollfd){
		.fd = host->upkeep ? mxlog_upkeep_thread_get_fd(host->upkeep)
				   : -1,
		.events = POLLIN,
	};
	for (size_t i = 0; i < n; i++)
		fds[FIXED_FDS + i] = (struct pollfd){
			.fd = host->workers[i]->pause_usec > 0
			    ? -1
			    : host->workers[i]->wait.fd,
			.events = POLLIN,
		};
	sleep_until(next_wake(host), fds, FIXED_FDS + n);
	now = monotonic_usec();
	do_timers(host, now);
	report_upkeep(host);
	for (size_t i = 0; i < n; i++) {
		struct worker *worker = host->workers[i];
		struct mxlog_error error;
		bool due = worker->pause_usec > 0
		    ? now >= worker->retry_usec
		    : worker->more || fds[FIXED_FDS + i].revents != 0 ||
			now >= worker->wait.until_usec;

		if (due)
			(void)run_worker(host, worker, &error);
	}
	if (fds[0].revents != 0)
		handle_signals(host);
}

/* ---- run ---- */

static int open_workers(struct mxlog_host *host, struct mxlog_error *reterr)
{
	int r = 0;

	for (size_t i = 0; i < host->n_workers && r == 0; i++)
		r = open_worker(host, host->workers[i], reterr);
	return r;
}

static int drain(struct mxlog_host *host, struct mxlog_error *reterr)
{
	for (size_t i = 0; i < host->n_workers; i++) {
		struct worker *worker = host->workers[i];

		while (worker->more && !host->ending) {
			int r = run_worker(host, worker, reterr);

			if (r < 0)
				return r;
			handle_signals(host);
			do_timers(host, monotonic_usec());
		}
	}
	return 0;
}

static int flush_all(struct mxlog_host *host, struct mxlog_error *reterr)
{
	int first = 0;

	for (size_t i = 0; i < host->n_workers; i++) {
		int r = flush_worker(host->workers[i], reterr);

		first = first == 0 ? r : first;
	}
	return first;
}

static void audit(struct mxlog_host *host, const char *action, const char *text)
{
	for (size_t i = 0; i < host->n_workers && !host->options.drain; i++)
		if (host->workers[i]->writer)
			(void)mxlog_writer_add_audit(host->workers[i]->writer,
			    MXLOG_INFO, action, "success", text);
}

static void start_timers(struct mxlog_host *host)
{
	int64_t now = monotonic_usec();

	if (sd_watchdog_enabled(0, &host->watchdog_usec) <= 0)
		host->watchdog_usec = 0;
	host->ping_usec = now;
	host->upkeep_usec = now + upkeep_first_usec;
	if (!host->options.drain &&
	    mxlog_upkeep_thread_new(host->options.config_path, &host->upkeep) <
		0)
		tell_own(MXLOG_MODULE_ERROR, "no archive cycle: no memory");
}

int mxlog_host_run(struct mxlog_host *host, struct mxlog_error *reterr)
{
	int r, flushed;

	r = prepare_signals(host);
	if (r == 0)
		r = open_workers(host, reterr);
	if (r < 0)
		return r;
	start_timers(host);
	audit(host, "started", "mxlogd started");
	(void)sd_notify(0, "READY=1");
	if (host->options.drain)
		r = drain(host, reterr);
	else
		while (!host->ending)
			round_of(host);
	(void)sd_notify(0, "STOPPING=1");
	audit(host, "stopped", "mxlogd stopped");
	flushed = flush_all(host, reterr);
	return r < 0 ? r : flushed;
}
