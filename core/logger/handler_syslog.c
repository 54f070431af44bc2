/* SPDX-License-Identifier: Apache-2.0 */
/* Syslog handler: RFC 5424 messages over a unix socket, UDP (RFC 5426) or TCP
 * with octet counting (RFC 6587). The message is the entry's line behind
 * "@cee:", so that nothing is lost, unless a format says otherwise. */
#include <stdlib.h>
#include <unistd.h>

#include "base/timestamp.h"
#include "config/formatter.h"
#include "logger/handler.h"
#include "logger/log_socket.h"

enum {
	FACILITY_USER = 1,
	APP_NAME_MAX = 48, /* RFC 5424, 6 */
};

struct syslog {
	struct mxlog_log_socket socket;
	struct mxlog_formatter *formatter;
	bool structured; /* behind "@cee:" */
	char hostname[256];
	struct mxlog_buf text;
};

static unsigned severity_of(enum mxlog_level level)
{
	switch (level) {
	case MXLOG_CRITICAL:
		return 2;
	case MXLOG_ERROR:
		return 3;
	case MXLOG_WARNING:
		return 4;
	case MXLOG_INFO:
		return 6;
	case MXLOG_DEBUG:
		break;
	}
	return 7;
}

static int append_header(struct syslog *syslog, const struct mxlog_entry *entry)
{
	struct mxlog_text_span module = entry->text[MXLOG_FIELD_MODULE];
	char timestamp[MXLOG_TIMESTAMP_LEN];
	int len = (int)MIN(module.len, (uint32_t)APP_NAME_MAX);

	if (!MXLOG_IS_SET(module))
		len = 0;
	mxlog_timestamp_format(timestamp, entry->time_usec);
	return mxlog_buf_printf(&syslog->text, "<%u>1 %.*s %s %.*s %ld - - %s",
	    FACILITY_USER * 8 + severity_of(entry->level), MXLOG_TIMESTAMP_LEN,
	    timestamp, syslog->hostname, len > 0 ? len : 1,
	    len > 0 ? mxlog_entry_text(entry, module) : "-", (long)getpid(),
	    syslog->structured ? "@cee:" : "");
}

/* TCP: "<length> <message>". */
static int send_counted(struct syslog *syslog)
{
	struct mxlog_buf frame = { 0 };
	int r = mxlog_buf_printf(&frame, "%zu ", syslog->text.len);

	if (r == 0)
		r = mxlog_buf_add(&frame, syslog->text.data, syslog->text.len);
	if (r == 0)
		r = mxlog_log_socket_send(&syslog->socket, frame.data,
		    frame.len);
	mxlog_buf_done(&frame);
	return r;
}

static int syslog_handle(void *ctx, const struct mxlog_entry *entry)
{
	struct syslog *syslog = ctx;
	int r;

	mxlog_buf_clear(&syslog->text);
	r = append_header(syslog, entry);
	if (r == 0)
		r = mxlog_formatter_append(syslog->formatter, entry,
		    &syslog->text);
	if (r < 0)
		return r;
	if (syslog->text.data[syslog->text.len - 1] == '\n')
		syslog->text.len--;
	if (syslog->socket.transport == MXLOG_TCP)
		return send_counted(syslog);
	return mxlog_log_socket_send(&syslog->socket, syslog->text.data,
	    syslog->text.len);
}

static void syslog_close(void *ctx)
{
	struct syslog *syslog = ctx;

	mxlog_log_socket_done(&syslog->socket);
	mxlog_formatter_free(syslog->formatter);
	mxlog_buf_done(&syslog->text);
	free(syslog);
}

static const struct mxlog_handler_ops syslog_ops = {
	.size = sizeof(syslog_ops),
	.name = "syslog",
	.handle = syslog_handle,
	.close = syslog_close,
};

int mxlog_syslog_handler_open(const char *format, const char *destination,
    struct mxlog_handler *ret, struct mxlog_error *reterr)
{
	struct syslog *syslog = calloc(1, sizeof(*syslog));
	int r;

	if (!syslog)
		return -ENOMEM;
	syslog->structured = !format || strcmp(format, "json") == 0;
	if (gethostname(syslog->hostname, sizeof(syslog->hostname) - 1) < 0 ||
	    !syslog->hostname[0])
		memcpy(syslog->hostname, "-", 2);

	r = mxlog_log_socket_init(&syslog->socket,
	    destination ? destination : "/dev/log", "514");
	if (r == -EINVAL)
		(void)mxlog_error_set(reterr, r,
		    "syslog handler: destination \"%s\": a socket's path, "
		    "udp:host:port or tcp:host:port was expected",
		    destination);
	if (r == 0)
		r = mxlog_formatter_new(format ? format : "json", false,
		    &syslog->formatter, reterr);
	if (r < 0) {
		syslog_close(syslog);
		return r;
	}
	*ret = (struct mxlog_handler){ .ops = &syslog_ops, .ctx = syslog };
	return 0;
}
