/* SPDX-License-Identifier: Apache-2.0 */
/* Serve: sockets of a test's own, that stand for a log daemon's. */
#pragma once

#include <stddef.h>

/* A bound unix datagram socket; what stood at the path is removed. */
int serve_unix(const char *path);

/* A bound UDP socket or listening TCP one (SOCK_DGRAM, SOCK_STREAM) on the
 * loopback, at `port` or any (0), and a handler's name for it. */
int serve_inet(int type, unsigned port, char *destination, size_t size);
