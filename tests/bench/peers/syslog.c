/* SPDX-License-Identifier: Apache-2.0 */
/* syslog(3) under the same load. A thread of this program stands for the
 * daemon: it reads the socket and writes the datagrams to a file as they are,
 * which is less than any daemon does. syslog(3) writes to /dev/log: in a mount
 * namespace of ours, where /dev is the directory that argv[1] names. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "logger_load.h"

static char path[512];
static FILE *file;
static int listener;
static atomic_int finished; /* how often all of it was on disk */

static void call(unsigned thread, uint64_t i)
{
	syslog(LOG_INFO, "thread %u moved task %ju from inbox to done", thread,
	    (uintmax_t)i);
}

/* Datagrams of one socket arrive in order: this is the last. */
static void finish(void)
{
	int before = atomic_load(&finished);

	syslog(LOG_INFO, "that was all");
	while (atomic_load(&finished) == before)
		(void)usleep(100);
}

static uint64_t stored(void)
{
	return logger_load_count(path);
}

static void *read_datagrams(void *arg)
{
	char text[8192];
	ssize_t n;

	(void)arg;
	while ((n = recv(listener, text, sizeof(text) - 1, 0)) > 0) {
		text[n] = '\0';
		if (!strstr(text, "that was all")) {
			fprintf(file, "%s\n", text);
			continue;
		}
		if (fflush(file) != 0 || fsync(fileno(file)) < 0)
			abort();
		atomic_fetch_add(&finished, 1);
	}
	return NULL;
}

/* With a socket of ours as /dev/log, for this process alone. */
static int take_over(const char *dir)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/log",
	    dir);
	listener = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (listener < 0 ||
	    bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -1;
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	return mount(dir, "/dev", NULL, MS_BIND, NULL);
}

int main(int argc, char **argv)
{
	static const struct logger_under_load load = { "syslog(3)", call,
		finish, stored };
	pthread_t thread;

	if (argc < 2)
		return EXIT_FAILURE;
	(void)snprintf(path, sizeof(path), "%s/messages", argv[1]);
	file = fopen(path, "w");
	if (!file || take_over(argv[1]) < 0 ||
	    pthread_create(&thread, NULL, read_datagrams, NULL) != 0) {
		perror(argv[1]);
		return EXIT_FAILURE;
	}
	openlog("bench", LOG_NDELAY | LOG_PID, LOG_USER);
	return logger_load_main(argc - 1, argv + 1, &load);
}
