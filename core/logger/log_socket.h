/* SPDX-License-Identifier: Apache-2.0 */
/* Log socket: a socket to a log daemon that is opened when needed and opened
 * again after a failure. Never waits long: who can't keep up loses, counted by
 * the caller. */
#pragma once

#include "base/own_fd.h"

enum mxlog_transport {
	MXLOG_UNIX_DGRAM,
	MXLOG_UDP,
	MXLOG_TCP, /* octet-counted frames (RFC 6587) are the caller's work */
};

struct mxlog_log_socket {
	enum mxlog_transport transport;
	char *host; /* or the socket's path */
	char *port;
	int fd;
	struct mxlog_own_fd own;  /* what fd was */
	int64_t pause_until_msec; /* CLOCK_MONOTONIC */
};

/* "/dev/log", "unix:/dev/log", "udp:host[:port]", "tcp:host[:port]",
 * "tcp:[::1]:514"; no port: `default_port`. -EINVAL, -ENOMEM. */
int mxlog_log_socket_init(struct mxlog_log_socket *socket,
    const char *destination, const char *default_port);
void mxlog_log_socket_done(struct mxlog_log_socket *socket);

/* Send one message whole; connects when it must, at most once a call.
 * -EMSGSIZE leaves the socket connected. After a failure that took long
 * (nobody reads, a name that can't be resolved) -EAGAIN for ten times as long:
 * a dead peer costs at most a tenth of the time. */
int mxlog_log_socket_send(struct mxlog_log_socket *socket, const void *data,
    size_t len);
