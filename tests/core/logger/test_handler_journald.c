/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/handler.h"

#include <endian.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "entry/entry_private.h"
#include "serve.h"
#include "suite.h"
#include "tempdir.h"

static struct mxlog_error error;
static struct mxlog_handler handler;
static char *dir;
static int journal; /* what journald would hold */
static char *text;
static size_t len;

static void begin(void)
{
	char path[256];

	dir = mxlog_tempdir_new();
	(void)snprintf(path, sizeof(path), "%s/socket", dir);
	journal = serve_unix(path);
	ck_assert_int_eq(mxlog_journald_handler_open(path, &handler, &error),
	    0);
	text = malloc(16 * 1024 * 1024);
	ck_assert_ptr_nonnull(text);
}

static void end(void)
{
	mxlog_handler_close(&handler);
	close(journal);
	free(text);
	mxlog_tempdir_free(dir);
}

static int handle(const char *message, size_t message_len)
{
	struct mxlog_entry *entry;
	int r;

	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	mxlog_entry_set_time(entry, INT64_C(1769614245123456));
	mxlog_entry_set_level(entry, MXLOG_WARNING);
	(void)mxlog_entry_set_line_number(entry, 42);
	(void)mxlog_entry_set(entry, MXLOG_FIELD_MODULE, LITERAL("src.queue"));
	(void)mxlog_entry_set(entry, MXLOG_FIELD_FUNCTION, LITERAL("take"));
	(void)mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, message, message_len);
	(void)mxlog_entry_set(entry, MXLOG_FIELD_TRACE_ID,
	    LITERAL("01J9ZQ3V7K8M2N4P5R6S7T8V9W"));
	ck_assert_int_eq(mxlog_entry_normalise(entry), 0);
	r = handler.ops->handle(handler.ctx, entry);
	mxlog_entry_free(entry);
	return r;
}

/* A datagram, or the file that came with it: the file's descriptor, or -1. */
static int receive(void)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec part = { text, 16 * 1024 * 1024 };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(journal, &message, MSG_DONTWAIT);
	int fd = -1;

	ck_assert_int_ge(n, 0);
	len = (size_t)n;
	if (message.msg_controllen == 0)
		return -1;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	n = pread(fd, text, 16 * 1024 * 1024, 0);
	ck_assert_int_gt(n, 0);
	len = (size_t)n;
	return fd;
}

/* The value of a field, as journald would read it. */
static const char *find(const char *name, size_t *ret_len)
{
	const char *at = text, *last = text + len;

	while (at < last) {
		const char *stop = at + strcspn(at, "=\n");
		bool wanted = (size_t)(stop - at) == strlen(name) &&
		    memcmp(at, name, strlen(name)) == 0;
		uint64_t size;

		ck_assert(stop < last);
		if (*stop == '=') {
			at = stop + 1;
			stop = memchr(at, '\n', (size_t)(last - at));
			ck_assert_ptr_nonnull(stop);
			size = (uint64_t)(stop - at);
		} else {
			memcpy(&size, stop + 1, sizeof(size));
			size = le64toh(size);
			at = stop + 1 + sizeof(size);
			ck_assert_uint_lt(size, (uint64_t)(last - at));
		}
		ck_assert_int_eq(at[size], '\n');
		*ret_len = size;
		if (wanted)
			return at;
		at += size + 1;
	}
	return NULL;
}

static void check_field(const char *name, const char *value)
{
	size_t n;
	const char *found = find(name, &n);

	ck_assert_msg(found != NULL, "%s", name);
	ck_assert_uint_eq(n, strlen(value));
	ck_assert_mem_eq(found, value, n);
}

START_TEST(the_journal_gets_its_own_fields_and_the_whole_entry)
{
	size_t n;
	const char *whole;

	begin();
	ck_assert_int_eq(handle(LITERAL("moved")), 0);
	ck_assert_int_eq(receive(), -1);
	check_field("MESSAGE", "moved");
	check_field("PRIORITY", "4");
	check_field("LOGGER", "src.queue");
	check_field("CODE_FUNC", "take");
	check_field("CODE_LINE", "42");
	whole = find("MXLOG_ENTRY", &n);
	ck_assert_ptr_nonnull(whole);
	ck_assert_mem_eq(whole, "{\"trace_id\":", 12);
	ck_assert_int_eq(whole[n - 1], '}');
	end();
}
END_TEST

START_TEST(a_value_with_newlines_forges_no_field)
{
	begin();
	ck_assert_int_eq(handle(LITERAL("a\n_UID=0\nPRIORITY=0\n=")), 0);
	ck_assert_int_eq(receive(), -1);
	check_field("MESSAGE", "a\n_UID=0\nPRIORITY=0\n=");
	check_field("PRIORITY", "4");
	check_field("LOGGER", "src.queue");
	end();
}
END_TEST

START_TEST(what_is_too_large_for_a_datagram_comes_as_a_sealed_file)
{
	size_t size = 900 * 1024, n;
	char *large = malloc(size);
	int fd, seals;

	ck_assert_ptr_nonnull(large);
	memset(large, 'x', size);
	begin();
	ck_assert_int_eq(handle(large, size), 0);
	fd = receive();
	ck_assert_int_ge(fd, 0);
	seals = fcntl(fd, F_GET_SEALS);
	ck_assert_int_eq(seals,
	    F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
	ck_assert_ptr_nonnull(find("MESSAGE", &n));
	ck_assert_uint_ge(n, size / 2);
	check_field("PRIORITY", "4");
	close(fd);
	ck_assert_int_eq(handle(LITERAL("small")), 0); /* still connected */
	ck_assert_int_eq(receive(), -1);
	check_field("MESSAGE", "small");
	free(large);
	end();
}
END_TEST

START_TEST(only_a_path_is_a_destination)
{
	ck_assert_int_eq(mxlog_journald_handler_open("udp:host:1", &handler,
			     &error),
	    -EINVAL);
	ck_assert_ptr_nonnull(strstr(error.text, "udp:host:1"));
}
END_TEST

SUITE("handler_journald", only_a_path_is_a_destination,
    the_journal_gets_its_own_fields_and_the_whole_entry,
    a_value_with_newlines_forges_no_field,
    what_is_too_large_for_a_datagram_comes_as_a_sealed_file)
