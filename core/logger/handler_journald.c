/* SPDX-License-Identifier: Apache-2.0 */
/* Journald handler: entries over the journal's native protocol
 * (systemd.io/JOURNAL_NATIVE_PROTOCOL): FIELD=value lines, values with
 * newlines length-prefixed; what is too large for a datagram goes as a sealed
 * memory file. Beside the fields that people look for in the journal the whole
 * entry goes as MXLOG_ENTRY, which our journal capture module reads back. */
#include <endian.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/number.h"
#include "entry/ndjson.h"
#include "logger/handler.h"
#include "logger/log_socket.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

struct journald {
	struct mxlog_log_socket socket;
	struct mxlog_buf text;
	struct mxlog_buf value;
};

static int append_field(struct mxlog_buf *out, const char *name,
    size_t name_len, const char *value, size_t len)
{
	uint64_t little = htole64(len);
	int r = mxlog_buf_add(out, name, name_len);

	if (r == 0 && memchr(value, '\n', len)) {
		r = mxlog_buf_add_char(out, '\n');
		if (r == 0)
			r = mxlog_buf_add(out, &little, sizeof(little));
	} else if (r == 0) {
		r = mxlog_buf_add_char(out, '=');
	}
	if (r == 0)
		r = mxlog_buf_add(out, value, len);
	return r < 0 ? r : mxlog_buf_add_char(out, '\n');
}

static int append_text(struct mxlog_buf *out, const char *name,
    const struct mxlog_entry *entry, struct mxlog_text_span span)
{
	if (!MXLOG_IS_SET(span))
		return 0;
	return append_field(out, name, strlen(name),
	    mxlog_entry_text(entry, span), span.len);
}

static char priority_of(enum mxlog_level level)
{
	switch (level) {
	case MXLOG_CRITICAL:
		return '2';
	case MXLOG_ERROR:
		return '3';
	case MXLOG_WARNING:
		return '4';
	case MXLOG_INFO:
		return '6';
	case MXLOG_DEBUG:
		break;
	}
	return '7';
}

/* For who reads the journal itself. */
static const struct {
	const char *name;
	enum mxlog_field field;
} text_fields[] = {
	{ "MESSAGE", MXLOG_FIELD_MESSAGE },
	{ "LOGGER", MXLOG_FIELD_MODULE },
	{ "CODE_FUNC", MXLOG_FIELD_FUNCTION },
};

/* The whole entry, so that types, exceptions and nested context survive. */
static int append_whole(struct journald *journald,
    const struct mxlog_entry *entry)
{
	int r;

	journald->value.len = 0;
	r = mxlog_ndjson_encode(entry, &journald->value);
	return r < 0 ? r
		     : append_field(&journald->text, LITERAL("MXLOG_ENTRY"),
			   journald->value.data, journald->value.len - 1);
}

static int append_entry(struct journald *journald,
    const struct mxlog_entry *entry)
{
	struct mxlog_buf *out = &journald->text;
	char priority = priority_of(entry->level);
	char number[MXLOG_NUMBER_MAX];
	int r = append_field(out, LITERAL("PRIORITY"), &priority, 1);

	for (size_t i = 0; i < ARRAY_LEN(text_fields) && r == 0; i++)
		r = append_text(out, text_fields[i].name, entry,
		    entry->text[text_fields[i].field]);
	if (r == 0 && entry->has_line_number)
		r = append_field(out, LITERAL("CODE_LINE"), number,
		    mxlog_number_format_i64(number, entry->line_number));
	return r < 0 ? r : append_whole(journald, entry);
}

/* Pass the message as a sealed memory file. */
static int send_file(struct journald *journald)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr message = {
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *part = CMSG_FIRSTHDR(&message);
	int fd = mxlog_own_fd_lift(
	    memfd_create("mxlog", MFD_ALLOW_SEALING | MFD_CLOEXEC));
	int r;

	if (fd < 0)
		return -errno;
	r = mxlog_fs_write_all(fd, journald->text.data, journald->text.len);
	if (r == 0 &&
	    fcntl(fd, F_ADD_SEALS,
		F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
		r = -errno;
	if (r == 0) {
		part->cmsg_level = SOL_SOCKET;
		part->cmsg_type = SCM_RIGHTS;
		part->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(part), &fd, sizeof(int));
		if (sendmsg(journald->socket.fd, &message, MSG_NOSIGNAL) < 0)
			r = -errno;
	}
	close(fd);
	return r;
}

static int journald_handle(void *ctx, const struct mxlog_entry *entry)
{
	struct journald *journald = ctx;
	int r;

	mxlog_buf_clear(&journald->text);
	r = append_entry(journald, entry);
	if (r < 0)
		return r;
	r = mxlog_log_socket_send(&journald->socket, journald->text.data,
	    journald->text.len);
	if ((r == -EMSGSIZE || r == -ENOBUFS) && journald->socket.fd >= 0)
		r = send_file(journald);
	return r;
}

static void journald_close(void *ctx)
{
	struct journald *journald = ctx;

	mxlog_log_socket_done(&journald->socket);
	mxlog_buf_done(&journald->text);
	mxlog_buf_done(&journald->value);
	free(journald);
}

static const struct mxlog_handler_ops journald_ops = {
	.size = sizeof(journald_ops),
	.name = "journald",
	.handle = journald_handle,
	.close = journald_close,
};

int mxlog_journald_handler_open(const char *destination,
    struct mxlog_handler *ret, struct mxlog_error *reterr)
{
	struct journald *journald = calloc(1, sizeof(*journald));
	int r;

	if (!journald)
		return -ENOMEM;
	r = mxlog_log_socket_init(&journald->socket,
	    destination ? destination : JOURNAL_SOCKET, "");
	if (r == 0 && journald->socket.transport != MXLOG_UNIX_DGRAM)
		r = -EINVAL;
	if (r < 0) {
		(void)mxlog_error_set(reterr, r,
		    "journald handler: destination \"%s\": a socket's path "
		    "was expected",
		    destination ? destination : JOURNAL_SOCKET);
		journald_close(journald);
		return r;
	}
	*ret = (struct mxlog_handler){ .ops = &journald_ops, .ctx = journald };
	return 0;
}
