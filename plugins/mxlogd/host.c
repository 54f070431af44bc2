/* SPDX-License-Identifier: Apache-2.0 */
#include "host.h"

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
#include "module_set.h"
#include "operator.h"
#include "upkeep_thread.h"

enum {
	FIXED_FDS = 2, /* signals, upkeep */
};

static const int64_t usec_per_sec = 1000000;
static const int64_t upkeep_first_usec = 60 * INT64_C(1000000);

struct mxlog_host {
	struct mxlog_host_options options;
	struct mxlog_runner_setup setup;
	struct mxlog_module_set set;
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

/* ---- the host ---- */

int mxlog_host_new(const struct mxlog_host_options *options,
    struct mxlog_host **ret, struct mxlog_error *reterr)
{
	struct mxlog_host *host = calloc(1, sizeof(*host));
	struct mxlog_config *config = NULL;
	int r;

	if (!host)
		return -ENOMEM;
	host->options = *options;
	host->setup = (struct mxlog_runner_setup){
		.module_path = options->module_path,
		.load = mxlog_module_load,
		.drain = options->drain,
	};
	host->signal_fd = -1;
	r = mxlog_config_load(options->config_path, &config, reterr);
	if (r == 0)
		r = mxlog_module_set_init(&host->set, &host->setup, &config,
		    reterr);
	if (r < 0) {
		mxlog_config_free(config);
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
	mxlog_module_set_done(&host->set);
	mxlog_upkeep_thread_free(host->upkeep);
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

/* Nothing of a drain is recorded but what it forwards. */
static void audit(struct mxlog_host *host, const char *action,
    const char *result, const char *text)
{
	for (size_t i = 0; i < host->set.n && !host->options.drain; i++)
		mxlog_module_runner_audit(host->set.runners[i], action, result,
		    text);
}

/* ---- reload ---- */

static int reload_config(struct mxlog_host *host, struct mxlog_error *reterr)
{
	struct mxlog_config *config;
	int r;

	r = mxlog_config_load(host->options.config_path, &config, reterr);
	if (r < 0)
		return r;
	if (strcmp(mxlog_config_get_log_dir(config),
		mxlog_config_get_log_dir(host->set.config)) != 0) {
		(void)snprintf(reterr->text, sizeof(reterr->text),
		    "log_dir has changed: that takes a restart");
		r = -EINVAL;
	}
	if (r == 0)
		r = mxlog_module_set_reload(&host->set, &config, reterr);
	mxlog_config_free(config);
	return r;
}

static void reload(struct mxlog_host *host)
{
	struct mxlog_error error = { 0 };
	int r;

	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)monotonic_usec());
	r = reload_config(host, &error);
	if (r < 0) {
		mxlog_operator_reportf(MXLOG_MODULE_ERROR,
		    "configuration not reloaded: %s",
		    error.text[0] ? error.text : strerror(-r));
		audit(host, "reloaded", "failure",
		    "configuration not reloaded");
	} else {
		mxlog_operator_reportf(MXLOG_MODULE_INFO,
		    "configuration reloaded");
		audit(host, "reloaded", "success", "configuration reloaded");
	}
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
		mxlog_operator_reportf(MXLOG_MODULE_ERROR, "archive cycle: %s",
		    error.text[0] ? error.text : strerror(-code));
	else if (stats.archived > 0 || stats.deleted > 0)
		mxlog_operator_reportf(MXLOG_MODULE_INFO,
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
			mxlog_operator_reportf(MXLOG_MODULE_ERROR,
			    "archive cycle: can't start a thread");
		host->upkeep_usec = now +
		    INT64_C(1000000) *
			mxlog_config_get_seal_interval(host->set.config);
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
	for (size_t i = 0; i < host->set.n; i++) {
		struct mxlog_module_wait wait;

		mxlog_module_runner_wait(host->set.runners[i], &wait);
		wake = least(wake, wait.until_usec);
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

/* Give each module its turn that has something to do. */
static void run_modules(struct mxlog_host *host, const struct pollfd *fds,
    int64_t now)
{
	for (size_t i = 0; i < host->set.n; i++) {
		struct mxlog_module_wait wait;
		struct mxlog_error error;

		mxlog_module_runner_wait(host->set.runners[i], &wait);
		if (fds[i].revents != 0 || now >= wait.until_usec)
			(void)mxlog_module_runner_run(host->set.runners[i],
			    &error);
	}
}

/* Wait for something to happen, then do it: one round. */
static void round_of(struct mxlog_host *host)
{
	struct pollfd fds[FIXED_FDS + MXLOG_MODULES_MAX];
	struct mxlog_module_wait wait;
	size_t n = host->set.n;
	int64_t now;

	fds[0] = (struct pollfd){ .fd = host->signal_fd, .events = POLLIN };
	fds[1] = (struct pollfd){
		.fd = host->upkeep ? mxlog_upkeep_thread_get_fd(host->upkeep)
				   : -1,
		.events = POLLIN,
	};
	for (size_t i = 0; i < n; i++) {
		mxlog_module_runner_wait(host->set.runners[i], &wait);
		fds[FIXED_FDS + i] = (struct pollfd){
			.fd = wait.fd,
			.events = POLLIN,
		};
	}
	sleep_until(next_wake(host), fds, FIXED_FDS + n);
	now = monotonic_usec();
	do_timers(host, now);
	report_upkeep(host);
	run_modules(host, fds + FIXED_FDS, now);
	if (fds[0].revents != 0)
		handle_signals(host);
}

/* ---- run ---- */

static int drain(struct mxlog_host *host, struct mxlog_error *reterr)
{
	for (size_t i = 0; i < host->set.n; i++) {
		struct mxlog_module_runner *runner = host->set.runners[i];

		while (mxlog_module_runner_has_more(runner) && !host->ending) {
			int r = mxlog_module_runner_run(runner, reterr);

			if (r < 0)
				return r;
			handle_signals(host);
			do_timers(host, monotonic_usec());
		}
	}
	return 0;
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
		mxlog_operator_reportf(MXLOG_MODULE_ERROR,
		    "no archive cycle: no memory");
}

int mxlog_host_run(struct mxlog_host *host, struct mxlog_error *reterr)
{
	int r, flushed;

	r = prepare_signals(host);
	if (r == 0)
		r = mxlog_module_set_open(&host->set, reterr);
	if (r < 0)
		return r;
	start_timers(host);
	audit(host, "started", "success", "mxlogd started");
	(void)sd_notify(0, "READY=1");
	if (host->options.drain)
		r = drain(host, reterr);
	else
		while (!host->ending)
			round_of(host);
	(void)sd_notify(0, "STOPPING=1");
	audit(host, "stopped", "success", "mxlogd stopped");
	flushed = mxlog_module_set_flush(&host->set, reterr);
	return r < 0 ? r : flushed;
}
