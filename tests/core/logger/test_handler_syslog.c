/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/handler.h"

#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "entry/entry_private.h"
#include "serve.h"
#include "suite.h"
#include "tempdir.h"

static struct mxlog_error error;
static char text[65536];

static struct mxlog_entry *make(const char *message)
{
	struct mxlog_entry *entry;

	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	mxlog_entry_set_time(entry, INT64_C(1769614245123456));
	mxlog_entry_set_level(entry, MXLOG_ERROR);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_MODULE,
			     LITERAL("src.queue")),
	    0);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, message,
			     strlen(message)),
	    0);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_TRACE_ID,
			     LITERAL("01J9ZQ3V7K8M2N4P5R6S7T8V9W")),
	    0);
	ck_assert_int_eq(mxlog_entry_normalise(entry), 0);
	return entry;
}

static struct mxlog_handler open_to(const char *destination, const char *format)
{
	struct mxlog_handler handler = { 0 };

	ck_assert_msg(mxlog_syslog_handler_open(format, destination, &handler,
			  &error) == 0,
	    "%s", error.text);
	return handler;
}

static int handle(struct mxlog_handler *handler, const char *message)
{
	struct mxlog_entry *entry = make(message);
	int r = handler->ops->handle(handler->ctx, entry);

	mxlog_entry_free(entry);
	return r;
}

static void receive(int fd)
{
	ssize_t n = recv(fd, text, sizeof(text) - 1, 0);

	ck_assert_int_gt(n, 0);
	text[n] = '\0';
}

static void check_structured(const char *at)
{
	char wanted[512];
	char host[256] = "";

	(void)gethostname(host, sizeof(host) - 1);
	(void)snprintf(wanted, sizeof(wanted),
	    "<11>1 2026-01-28T15:30:45.123456Z %s src.queue %ld - - "
	    "@cee:{\"trace_id\":\"01J9ZQ3V7K8M2N4P5R6S7T8V9W\",",
	    host, (long)getpid());
	ck_assert_msg(strncmp(at, wanted, strlen(wanted)) == 0, "%s", at);
	ck_assert_int_eq(at[strlen(at) - 1], '}');
}

START_TEST(a_datagram_holds_one_rfc_5424_message_without_a_newline)
{
	char destination[64];
	int fd = serve_inet(SOCK_DGRAM, 0, destination, sizeof(destination));
	struct mxlog_handler handler = open_to(destination, NULL);

	ck_assert_int_eq(handle(&handler, "moved\nit"), 0);
	receive(fd);
	check_structured(text);
	ck_assert_ptr_nonnull(strstr(text, "\"message\":\"moved\\nit\""));
	ck_assert_ptr_null(strchr(text, '\n'));
	mxlog_handler_close(&handler);
	close(fd);
}
END_TEST

START_TEST(a_format_replaces_the_structured_message)
{
	char destination[64];
	int fd = serve_inet(SOCK_DGRAM, 0, destination, sizeof(destination));
	struct mxlog_handler handler =
	    open_to(destination, "%(levelname)s/%(message)s");

	ck_assert_int_eq(handle(&handler, "x"), 0);
	receive(fd);
	ck_assert_ptr_nonnull(strstr(text, " - - ERROR/x"));
	ck_assert_ptr_null(strstr(text, "@cee"));
	mxlog_handler_close(&handler);
	close(fd);
}
END_TEST

/* Read one octet-counted frame. */
static void receive_frame(int fd)
{
	size_t len = 0, got = 0;
	char c;

	while (recv(fd, &c, 1, 0) == 1 && c != ' ') {
		ck_assert(c >= '0' && c <= '9');
		len = len * 10 + (size_t)(c - '0');
	}
	ck_assert_uint_gt(len, 0);
	ck_assert_uint_lt(len, sizeof(text));
	while (got < len) {
		ssize_t n = recv(fd, text + got, len - got, 0);

		ck_assert_int_gt(n, 0);
		got += (size_t)n;
	}
	text[len] = '\0';
}

START_TEST(over_tcp_each_message_is_counted_and_a_restart_is_survived)
{
	char destination[64];
	int fd = serve_inet(SOCK_STREAM, 0, destination, sizeof(destination));
	struct mxlog_handler handler = open_to(destination, NULL);
	int peer;

	ck_assert_int_eq(handle(&handler, "one"), 0);
	ck_assert_int_eq(handle(&handler, "two"), 0);
	peer = accept(fd, NULL, NULL);
	receive_frame(peer);
	check_structured(text);
	receive_frame(peer);
	ck_assert_ptr_nonnull(strstr(text, "\"message\":\"two\""));
	close(peer); /* as a daemon that is restarted does */

	ck_assert_int_eq(handle(&handler, "three"), 0);
	peer = accept(fd, NULL, NULL);
	receive_frame(peer);
	ck_assert_ptr_nonnull(strstr(text, "\"message\":\"three\""));
	close(peer);
	mxlog_handler_close(&handler);
	close(fd);
}
END_TEST

START_TEST(a_unix_socket_may_come_and_go)
{
	char *dir = mxlog_tempdir_new();
	char path[256];
	struct mxlog_handler handler;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/log", dir);
	handler = open_to(path, NULL);
	ck_assert_int_eq(handle(&handler, "nobody"), -ENOENT);
	fd = serve_unix(path);
	ck_assert_int_eq(handle(&handler, "first"), 0);
	receive(fd);
	check_structured(text);
	close(fd);
	fd = serve_unix(path);
	ck_assert_int_eq(handle(&handler, "second"), 0);
	receive(fd);
	ck_assert_ptr_nonnull(strstr(text, "\"message\":\"second\""));
	close(fd);
	mxlog_handler_close(&handler);
	mxlog_tempdir_free(dir);
}
END_TEST

START_TEST(a_daemon_that_does_not_read_costs_a_second_not_one_an_entry)
{
	char *dir = mxlog_tempdir_new();
	char path[256];
	struct mxlog_handler handler;
	struct timespec before, after;
	int failed = 0;
	int fd;

	(void)snprintf(path, sizeof(path), "unix:%s/log", dir);
	fd = serve_unix(path + strlen("unix:"));
	handler = open_to(path, NULL);
	(void)clock_gettime(CLOCK_MONOTONIC, &before);
	for (int i = 0; i < 2000; i++)
		failed += handle(&handler, "unread") == -EAGAIN;
	(void)clock_gettime(CLOCK_MONOTONIC, &after);
	ck_assert_int_gt(failed, 1000);
	ck_assert_int_le(after.tv_sec - before.tv_sec, 4);
	mxlog_handler_close(&handler);
	close(fd);
	mxlog_tempdir_free(dir);
}
END_TEST

START_TEST(what_is_no_destination_is_refused_in_words)
{
	static const char *const wrong[] = { "log", "udp:", "tcp:", "udp::514",
		"tcp:[::1" };
	struct mxlog_handler handler;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		ck_assert_int_eq(mxlog_syslog_handler_open(NULL, wrong[i],
				     &handler, &error),
		    -EINVAL);
		ck_assert_ptr_nonnull(strstr(error.text, wrong[i]));
	}
}
END_TEST

SUITE("handler_syslog", what_is_no_destination_is_refused_in_words,
    a_datagram_holds_one_rfc_5424_message_without_a_newline,
    a_format_replaces_the_structured_message,
    over_tcp_each_message_is_counted_and_a_restart_is_survived,
    a_unix_socket_may_come_and_go,
    a_daemon_that_does_not_read_costs_a_second_not_one_an_entry)
