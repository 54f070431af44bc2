/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/log_socket.h"

#include <netdb.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
	WAIT_MSEC = 1000,  /* for a peer to take more */
	SLOW_MSEC = 100,   /* a failure that took longer is not tried */
	PAUSE_FACTOR = 10, /* again for so many times its duration */
};

static int64_t monotonic_msec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static const char *skip_prefix(const char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(text, prefix, len) == 0 ? text + len : NULL;
}

/* host, host:port, [address]:port */
static int split_host(struct mxlog_log_socket *socket, const char *text,
    const char *default_port)
{
	const char *end = text + strlen(text);
	const char *colon = strrchr(text, ':');
	const char *bracket = *text == '[' ? strchr(text, ']') : NULL;

	if (*text == '[' && !bracket)
		return -EINVAL;
	if (bracket && bracket[1] != ':' && bracket[1] != '\0')
		return -EINVAL;
	if (bracket) {
		colon = bracket[1] == ':' ? bracket + 1 : NULL;
		socket->host = strndup(text + 1, (size_t)(bracket - text) - 1);
	} else {
		if (colon && memchr(text, ':', (size_t)(colon - text)))
			colon = NULL; /* a bare IPv6 address */
		socket->host =
		    strndup(text, (size_t)((colon ? colon : end) - text));
	}
	socket->port = strdup(colon ? colon + 1 : default_port);
	if (!socket->host || !socket->port)
		return -ENOMEM;
	return *socket->host && *socket->port ? 0 : -EINVAL;
}

int mxlog_log_socket_init(struct mxlog_log_socket *socket,
    const char *destination, const char *default_port)
{
	const char *rest;
	int r;

	*socket = (struct mxlog_log_socket){ .fd = -1 };
	if ((rest = skip_prefix(destination, "udp:"))) {
		socket->transport = MXLOG_UDP;
		r = split_host(socket, rest, default_port);
	} else if ((rest = skip_prefix(destination, "tcp:"))) {
		socket->transport = MXLOG_TCP;
		r = split_host(socket, rest, default_port);
	} else {
		rest = skip_prefix(destination, "unix:");
		socket->transport = MXLOG_UNIX_DGRAM;
		socket->host = strdup(rest ? rest : destination);
		r = !socket->host          ? -ENOMEM
		    : *socket->host == '/' ? 0
					   : -EINVAL;
	}
	if (r < 0)
		mxlog_log_socket_done(socket);
	return r;
}

static void disconnect(struct mxlog_log_socket *socket)
{
	mxlog_own_fd_close(&socket->own, socket->fd);
	socket->fd = -1;
}

void mxlog_log_socket_done(struct mxlog_log_socket *socket)
{
	disconnect(socket);
	free(socket->host);
	free(socket->port);
	socket->host = NULL;
	socket->port = NULL;
}

static void limit_waiting(struct mxlog_log_socket *to)
{
	struct timeval wait = { .tv_sec = WAIT_MSEC / 1000 };

	(void)setsockopt(to->fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
}

static int connect_unix(struct mxlog_log_socket *to)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(to->host) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, to->host, strlen(to->host));
	to->fd =
	    mxlog_own_fd_lift(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	if (to->fd < 0)
		return -errno;
	mxlog_own_fd_note(&to->own, to->fd);
	limit_waiting(to);
	if (connect(to->fd, (const struct sockaddr *)&address,
		sizeof(address)) < 0)
		return -errno;
	return 0;
}

static int connect_to(struct mxlog_log_socket *to, const struct addrinfo *info)
{
	to->fd = mxlog_own_fd_lift(
	    socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC, 0));
	if (to->fd < 0)
		return -errno;
	mxlog_own_fd_note(&to->own, to->fd);
	limit_waiting(to);
	if (connect(to->fd, info->ai_addr, info->ai_addrlen) < 0)
		return -errno;
	return 0;
}

static int connect_inet(struct mxlog_log_socket *to)
{
	struct addrinfo hints = {
		.ai_socktype =
		    to->transport == MXLOG_TCP ? SOCK_STREAM : SOCK_DGRAM,
	};
	struct addrinfo *found;
	int r = -EHOSTUNREACH;

	if (getaddrinfo(to->host, to->port, &hints, &found) != 0)
		return r;
	for (struct addrinfo *info = found; info && r < 0;
	     info = info->ai_next) {
		disconnect(to);
		r = connect_to(to, info);
	}
	freeaddrinfo(found);
	return r;
}

static int connect_again(struct mxlog_log_socket *to)
{
	int r;

	disconnect(to);
	r = to->transport == MXLOG_UNIX_DGRAM ? connect_unix(to)
					      : connect_inet(to);
	if (r < 0)
		disconnect(to);
	return r;
}

static int send_all(struct mxlog_log_socket *to, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = send(to->fd, data, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* True when a TCP peer has closed: what is sent now would be lost unseen. */
static bool is_closed(const struct mxlog_log_socket *to)
{
	char byte;

	return to->transport == MXLOG_TCP && to->fd >= 0 &&
	    recv(to->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static int send_once(struct mxlog_log_socket *socket, const void *data,
    size_t len)
{
	bool fresh =
	    !mxlog_own_fd_is(&socket->own, socket->fd) || is_closed(socket);
	int r = fresh ? connect_again(socket) : 0;

	if (r == 0)
		r = send_all(socket, data, len);
	if (r < 0 && r != -EMSGSIZE && r != -EAGAIN && !fresh) {
		/* the daemon was restarted */
		r = connect_again(socket);
		if (r == 0)
			r = send_all(socket, data, len);
	}
	if (r < 0 && r != -EMSGSIZE)
		disconnect(socket);
	return r;
}

int mxlog_log_socket_send(struct mxlog_log_socket *socket, const void *data,
    size_t len)
{
	int64_t begin = monotonic_msec();
	int64_t taken;
	int r;

	if (begin < socket->pause_until_msec)
		return -EAGAIN;
	r = send_once(socket, data, len);
	taken = monotonic_msec() - begin;
	if (r < 0 && r != -EMSGSIZE && taken > SLOW_MSEC)
		socket->pause_until_msec = begin + taken + taken * PAUSE_FACTOR;
	return r;
}
