/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/log_socket.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "inject.h"
#include "serve.h"
#include "suite.h"
#include "tempdir.h"

static struct mxlog_log_socket to;
static char text[256];

static int send_text(const char *data)
{
	return mxlog_log_socket_send(&to, data, strlen(data));
}

/* What the peer gets next. */
static const char *receive(int fd)
{
	ssize_t n = recv(fd, text, sizeof(text) - 1, 0);

	ck_assert_int_ge(n, 0);
	text[n] = '\0';
	return text;
}

static void check_destination(const char *destination,
    enum mxlog_transport transport, const char *host, const char *port)
{
	ck_assert_int_eq(mxlog_log_socket_init(&to, destination, "514"), 0);
	ck_assert_int_eq(to.transport, transport);
	ck_assert_str_eq(to.host, host);
	if (port)
		ck_assert_str_eq(to.port, port);
	mxlog_log_socket_done(&to);
}

START_TEST(a_destination_names_transport_host_and_port)
{
	check_destination("/dev/log", MXLOG_UNIX_DGRAM, "/dev/log", NULL);
	check_destination("unix:/run/x", MXLOG_UNIX_DGRAM, "/run/x", NULL);
	check_destination("udp:h", MXLOG_UDP, "h", "514");
	check_destination("udp:h:1", MXLOG_UDP, "h", "1");
	check_destination("tcp:h:name", MXLOG_TCP, "h", "name");
	check_destination("tcp:::1", MXLOG_TCP, "::1", "514");
	check_destination("tcp:[::1]", MXLOG_TCP, "::1", "514");
	check_destination("tcp:[::1]:6514", MXLOG_TCP, "::1", "6514");
}
END_TEST

START_TEST(what_is_no_destination_is_refused)
{
	static const char *const wrong[] = { "", "log", "unix:", "unix:x",
		"udp:", "udp::1", "udp:h:", "tcp:[::1", "tcp:[]", "tcp:[]:1",
		"tcp:[::1]x", "tcp:[::1]514", "tcp:[::1]:" };

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		ck_assert_msg(mxlog_log_socket_init(&to, wrong[i], "514") ==
			-EINVAL,
		    "%s", wrong[i]);
		mxlog_log_socket_done(&to); /* done twice is fine */
	}
}
END_TEST

START_TEST(each_call_is_one_datagram)
{
	char destination[64];
	int fd = serve_inet(SOCK_DGRAM, 0, destination, sizeof(destination));

	ck_assert_int_eq(mxlog_log_socket_init(&to, destination, "514"), 0);
	ck_assert_int_eq(send_text("one"), 0);
	ck_assert_int_eq(send_text("two"), 0);
	ck_assert_str_eq(receive(fd), "one");
	ck_assert_str_eq(receive(fd), "two");
	mxlog_log_socket_done(&to);
	close(fd);
}
END_TEST

START_TEST(what_is_too_large_is_told_and_the_next_one_arrives)
{
	char destination[64];
	int fd = serve_inet(SOCK_DGRAM, 0, destination, sizeof(destination));
	char *large = calloc(1, 70000);
	int connected;

	ck_assert_int_eq(mxlog_log_socket_init(&to, destination, "514"), 0);
	ck_assert_int_eq(send_text("before"), 0);
	connected = to.fd;
	ck_assert_int_eq(mxlog_log_socket_send(&to, large, 70000), -EMSGSIZE);
	ck_assert_int_eq(to.fd, connected);
	ck_assert_int_eq(send_text("after"), 0);
	ck_assert_str_eq(receive(fd), "before");
	ck_assert_str_eq(receive(fd), "after");
	free(large);
	mxlog_log_socket_done(&to);
	close(fd);
}
END_TEST

START_TEST(a_path_longer_than_an_address_is_no_one_elses)
{
	char path[200];

	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	ck_assert_int_eq(mxlog_log_socket_init(&to, path, "514"), 0);
	ck_assert_int_eq(send_text("x"), -ENAMETOOLONG);
	mxlog_log_socket_done(&to);
}
END_TEST

START_TEST(a_unix_socket_that_is_made_anew_is_found_within_the_call)
{
	char *dir = mxlog_tempdir_new();
	char path[64];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/log", dir);
	ck_assert_int_eq(mxlog_log_socket_init(&to, path, "514"), 0);
	ck_assert_int_eq(send_text("nobody there"), -ENOENT);
	fd = serve_unix(path);
	ck_assert_int_eq(send_text("one"), 0);
	ck_assert_str_eq(receive(fd), "one");
	close(fd);
	ck_assert_int_eq(send_text("nobody reads"), -ECONNREFUSED);
	fd = serve_unix(path);
	ck_assert_int_eq(send_text("two"), 0);
	ck_assert_str_eq(receive(fd), "two");
	close(fd);
	mxlog_log_socket_done(&to);
	mxlog_tempdir_free(dir);
}
END_TEST

START_TEST(a_stream_whose_peer_has_closed_is_opened_again_before_sending)
{
	char destination[64];
	int fd = serve_inet(SOCK_STREAM, 0, destination, sizeof(destination));
	int peer;

	ck_assert_int_eq(mxlog_log_socket_init(&to, destination, "514"), 0);
	ck_assert_int_eq(send_text("one"), 0);
	peer = accept(fd, NULL, NULL);
	ck_assert_str_eq(receive(peer), "one");
	close(peer);
	ck_assert_int_eq(send_text("two"), 0);
	peer = accept(fd, NULL, NULL);
	ck_assert_str_eq(receive(peer), "two");
	close(peer);
	mxlog_log_socket_done(&to);
	close(fd);
}
END_TEST

START_TEST(a_stream_that_was_reset_is_opened_again_before_sending)
{
	const struct linger reset = { .l_onoff = 1 };
	char destination[64];
	int fd = serve_inet(SOCK_STREAM, 0, destination, sizeof(destination));
	int peer;

	ck_assert_int_eq(mxlog_log_socket_init(&to, destination, "514"), 0);
	ck_assert_int_eq(send_text("one"), 0);
	peer = accept(fd, NULL, NULL);
	(void)setsockopt(peer, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(peer);
	ck_assert_int_eq(send_text("two"), 0);
	peer = accept(fd, NULL, NULL);
	ck_assert_str_eq(receive(peer), "two");
	close(peer);
	mxlog_log_socket_done(&to);
	close(fd);
}
END_TEST

START_TEST(a_port_that_nobody_listens_at_fails_at_once_every_time)
{
	char destination[64];
	int fd = serve_inet(SOCK_STREAM, 0, destination, sizeof(destination));

	close(fd);
	ck_assert_int_eq(mxlog_log_socket_init(&to, destination, "514"), 0);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(send_text("x"), -ECONNREFUSED);
	ck_assert_int_eq(to.fd, -1);
	mxlog_log_socket_done(&to);
}
END_TEST

START_TEST(after_a_peer_that_was_waited_for_comes_a_pause_of_ten_times_as_long)
{
	char *dir = mxlog_tempdir_new();
	char path[64];
	unsigned sent = 0;
	int fd, r;

	(void)snprintf(path, sizeof(path), "%s/log", dir);
	fd = serve_unix(path);
	ck_assert_int_eq(mxlog_log_socket_init(&to, path, "514"), 0);
	while ((r = send_text("unread")) == 0)
		sent++;
	ck_assert_uint_gt(sent, 0);
	ck_assert_int_eq(r, -EAGAIN);
	while (sent-- > 0)
		ck_assert_str_eq(receive(fd), "unread");
	ck_assert_int_eq(send_text("in the pause"), -EAGAIN);
	inject_clock(0, 5);
	ck_assert_int_eq(send_text("in the pause"), -EAGAIN);
	inject_clock(0, 15);
	ck_assert_int_eq(send_text("after it"), 0);
	ck_assert_str_eq(receive(fd), "after it");
	inject_clock(0, 0);
	mxlog_log_socket_done(&to);
	close(fd);
	mxlog_tempdir_free(dir);
}
END_TEST

SUITE("datagram", a_destination_names_transport_host_and_port,
    what_is_no_destination_is_refused, each_call_is_one_datagram,
    what_is_too_large_is_told_and_the_next_one_arrives,
    a_path_longer_than_an_address_is_no_one_elses,
    a_unix_socket_that_is_made_anew_is_found_within_the_call,
    a_stream_whose_peer_has_closed_is_opened_again_before_sending,
    a_stream_that_was_reset_is_opened_again_before_sending,
    a_port_that_nobody_listens_at_fails_at_once_every_time,
    after_a_peer_that_was_waited_for_comes_a_pause_of_ten_times_as_long)
