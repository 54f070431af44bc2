/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/identity.h"

#include "base/buf.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/timestamp.h"

enum {
	BLOCK = 1024 * 1024,
	NEEDLE_MAX = 80,
};

/* ---- one line ---- */

/* What of a line matters here. */
struct found {
	struct mxlog_json_token identity, timestamp, original;
	bool has_identity, has_timestamp, has_original;
};

static bool is_string(const struct mxlog_json_token *token)
{
	return token->type == MXLOG_JSON_STRING && !token->escaped;
}

/* The members of `context` or, of a metric, `tags`. */
static int read_members(struct mxlog_json *json, const char *key,
    struct found *found)
{
	struct mxlog_json_token name, value;
	int r;

	while ((r = mxlog_json_next(json, &name)) > 0) {
		if (name.type == MXLOG_JSON_OBJECT_END)
			return 0;
		r = mxlog_json_next(json, &value);
		if (r > 0)
			r = mxlog_json_skip(json, &value);
		if (r < 0)
			return r;
		if (!is_string(&value))
			continue;
		if (mxlog_json_equals(&name, key, strlen(key))) {
			found->identity = value;
			found->has_identity = true;
		} else if (mxlog_json_equals(&name,
			       LITERAL("original_timestamp"))) {
			found->original = value;
			found->has_original = true;
		}
	}
	return -EBADMSG;
}

static int read_member(struct mxlog_json *json,
    const struct mxlog_json_token *name, const char *key, struct found *found)
{
	struct mxlog_json_token value;
	int r = mxlog_json_next(json, &value);

	if (r <= 0)
		return -EBADMSG;
	if (value.type == MXLOG_JSON_OBJECT &&
	    (mxlog_json_equals(name, LITERAL("context")) ||
		mxlog_json_equals(name, LITERAL("tags"))))
		return read_members(json, key, found);
	if (is_string(&value) &&
	    mxlog_json_equals(name, LITERAL("timestamp"))) {
		found->timestamp = value;
		found->has_timestamp = true;
	}
	return mxlog_json_skip(json, &value);
}

/* All of the line must be one JSON object: a torn or overwritten one was never
 * stored. */
static int read_line(const char *key, const char *line, size_t len,
    struct found *found)
{
	struct mxlog_json_token token;
	struct mxlog_json json;
	int r;

	mxlog_json_init(&json, line, len);
	r = mxlog_json_next(&json, &token);
	if (r <= 0 || token.type != MXLOG_JSON_OBJECT)
		return -EBADMSG;
	while ((r = mxlog_json_next(&json, &token)) > 0) {
		if (token.type == MXLOG_JSON_OBJECT_END)
			continue;
		if (token.type != MXLOG_JSON_KEY)
			return -EBADMSG;
		r = read_member(&json, &token, key, found);
		if (r < 0)
			return r;
	}
	return r;
}

int mxlog_identity_read(const char *key, const char *line, size_t len,
    struct mxlog_identity *ret)
{
	const struct mxlog_json_token *time;
	struct found found = { 0 };

	if (!memmem(line, len, key, strlen(key)) ||
	    read_line(key, line, len, &found) < 0)
		return 0;
	if (!found.has_identity || !found.has_timestamp)
		return 0;
	time = found.has_original ? &found.original : &found.timestamp;
	if (mxlog_timestamp_parse(time->text, time->len, MXLOG_NO_ZONE,
		&ret->time_usec) < 0)
		return 0;
	ret->text = found.identity.text;
	ret->len = found.identity.len;
	return 1;
}

/* ---- a file ---- */

struct scan {
	int fd;
	const char *key;
	char needle[NEEDLE_MAX]; /* "KEY":" */
	size_t needle_len;
	mxlog_identity_scanned *scanned;
	void *arg;
	struct mxlog_buf buf;
	uint64_t offset; /* of buf's first byte in the file */
	bool skipping;   /* within a line that is too long to be one */
};

/* Whole lines: look closely only at those that hold the key. */
static int scan_lines(struct scan *scan, const char *data, size_t len)
{
	const char *at = data, *end = data + len;

	while (at < end) {
		const char *hit = memmem(at, (size_t)(end - at), scan->needle,
		    scan->needle_len);
		struct mxlog_identity identity;
		const char *start, *stop;
		int r = 0;

		if (!hit)
			break;
		start = memrchr(at, '\n', (size_t)(hit - at));
		start = start ? start + 1 : at;
		stop = memchr(hit, '\n', (size_t)(end - hit));
		if (mxlog_identity_read(scan->key, start,
			(size_t)(stop - start), &identity) > 0)
			r = scan->scanned(scan->arg, &identity,
			    scan->offset + (uint64_t)(stop + 1 - data));
		if (r != 0)
			return r;
		at = stop + 1;
	}
	return 0;
}

static void drop_front(struct scan *scan, size_t n)
{
	memmove(scan->buf.data, scan->buf.data + n, scan->buf.len - n);
	scan->buf.len -= n;
	scan->offset += n;
}

/* The whole lines of what is in the buffer; the rest stays for more. */
static int scan_buffer(struct scan *scan)
{
	const char *first, *last;
	size_t whole;
	int r;

	if (scan->skipping) {
		first = memchr(scan->buf.data, '\n', scan->buf.len);
		drop_front(scan,
		    first ? (size_t)(first + 1 - scan->buf.data)
			  : scan->buf.len);
		scan->skipping = !first;
	}
	last = memrchr(scan->buf.data, '\n', scan->buf.len);
	whole = last ? (size_t)(last + 1 - scan->buf.data) : 0;
	r = scan_lines(scan, scan->buf.data, whole);
	drop_front(scan, whole);
	if (r == 0 && scan->buf.len > MXLOG_LINE_MAX) {
		drop_front(scan, scan->buf.len);
		scan->skipping = true;
	}
	return r;
}

static int scan_all(struct scan *scan)
{
	for (;;) {
		size_t n = 0;
		int r = mxlog_buf_reserve(&scan->buf, BLOCK);

		if (r == 0)
			r = mxlog_fs_pread_full(scan->fd,
			    scan->buf.data + scan->buf.len, BLOCK,
			    (off_t)(scan->offset + scan->buf.len), &n);
		if (r < 0 || n == 0)
			return r;
		scan->buf.len += n;
		r = scan_buffer(scan);
		if (r != 0 || n < BLOCK)
			return r;
	}
}

int mxlog_identity_scan(int fd, uint64_t from, const char *key,
    mxlog_identity_scanned *scanned, void *arg)
{
	struct scan scan = {
		.fd = fd,
		.key = key,
		.scanned = scanned,
		.arg = arg,
		.offset = from,
	};
	size_t len = strlen(key);
	int r;

	if (len > NEEDLE_MAX - 5)
		return -EINVAL;
	scan.needle[0] = '"';
	memcpy(scan.needle + 1, key, len);
	memcpy(scan.needle + 1 + len, LITERAL("\":\""));
	scan.needle_len = len + 4;
	r = scan_all(&scan);
	mxlog_buf_done(&scan.buf);
	return r;
}
