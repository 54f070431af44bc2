/* SPDX-License-Identifier: Apache-2.0 */
#include "store/seal.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/json.h"
#include "base/number.h"
#include "base/timestamp.h"
#include "store/segment_claim.h"

#define SEALS_DIR   ".mxlog/seals"
#define SEAL_MEMBER ",\"seal\":\""
#define SEAL_END    "\"}\n"

enum {
	READ_BLOCK = 256 * 1024,
	SEAL_FILE_MAX = 4096,
};

/* What stands in the file, and whether an HMAC closes it. */
struct facts {
	struct mxlog_seal seal;
	bool keyed;
};

/* ---- the segment ---- */

static int digest_blocks(int fd, uint64_t size, struct mxlog_digest *digest,
    char *block, struct mxlog_seal *ret)
{
	ret->size_bytes = ret->entry_count = 0;
	for (;;) {
		size_t n =
		    (size_t)MIN(size - ret->size_bytes, (uint64_t)READ_BLOCK);
		const char *at = block, *newline;
		int r;

		r = mxlog_fs_pread_full(fd, block, n, (off_t)ret->size_bytes,
		    &n);
		if (r == 0 && n > 0)
			r = mxlog_digest_update(digest, block, n);
		if (r < 0)
			return r;
		if (n == 0)
			return mxlog_digest_finish(digest, ret->checksum);
		ret->size_bytes += n;
		while ((newline = memchr(at, '\n', (size_t)(block + n - at)))) {
			ret->entry_count++;
			at = newline + 1;
		}
	}
}

int mxlog_seal_measure(int segment_fd, uint64_t size, struct mxlog_seal *ret)
{
	struct mxlog_digest *digest = NULL;
	char *block = malloc(READ_BLOCK);
	int r;

	r = block ? mxlog_digest_new(NULL, 0, &digest) : -ENOMEM;
	if (r == 0)
		r = digest_blocks(segment_fd, size, digest, block, ret);
	mxlog_digest_free(digest);
	free(block);
	return r;
}

/* ---- the file ---- */

static int add_number(struct mxlog_buf *out, const char *key, uint64_t value)
{
	return mxlog_buf_printf(out, ",\"%s\":%llu", key,
	    (unsigned long long)value);
}

/* All but the seal itself; of the same facts always the same bytes. */
static int put_facts(struct mxlog_buf *out, const char *segment,
    const struct facts *facts)
{
	char time[MXLOG_TIMESTAMP_LEN], hex[MXLOG_DIGEST_HEX_LEN];
	int r;

	mxlog_timestamp_format(time, facts->seal.sealed_usec);
	mxlog_digest_format(hex, facts->seal.checksum);
	r = mxlog_buf_printf(out, "{\"segment\":\"%s\"", segment);
	if (r == 0)
		r = add_number(out, "size_bytes", facts->seal.size_bytes);
	if (r == 0)
		r = add_number(out, "entry_count", facts->seal.entry_count);
	if (r == 0)
		r = mxlog_buf_printf(out,
		    ",\"sealed_at\":\"%.*s\",\"checksum\":\"%.*s\","
		    "\"keyed\":%s",
		    MXLOG_TIMESTAMP_LEN, time, MXLOG_DIGEST_HEX_LEN, hex,
		    facts->keyed ? "true" : "false");
	return r;
}

static int close_facts(const char *text, size_t len, const void *key,
    size_t key_len, unsigned char out[MXLOG_DIGEST_LEN])
{
	struct mxlog_digest *digest = NULL;
	int r;

	r = mxlog_digest_new(key, key_len, &digest);
	if (r == 0)
		r = mxlog_digest_update(digest, text, len);
	if (r == 0)
		r = mxlog_digest_finish(digest, out);
	mxlog_digest_free(digest);
	return r;
}

static int put_seal(struct mxlog_buf *out, const char *segment,
    const struct facts *facts, const void *key, size_t key_len)
{
	unsigned char digest[MXLOG_DIGEST_LEN];
	char hex[MXLOG_DIGEST_HEX_LEN];
	int r;

	r = put_facts(out, segment, facts);
	if (r == 0)
		r = close_facts(out->data, out->len, key, key_len, digest);
	if (r < 0)
		return r;
	mxlog_digest_format(hex, digest);
	return mxlog_buf_printf(out, SEAL_MEMBER "%.*s" SEAL_END,
	    MXLOG_DIGEST_HEX_LEN, hex);
}

static int take_member(struct facts *facts, const struct mxlog_json_token *key,
    const struct mxlog_json_token *value)
{
	struct mxlog_seal *seal = &facts->seal;

	if (mxlog_json_equals(key, LITERAL("size_bytes")))
		return mxlog_number_parse_u64(value->text, value->len,
		    &seal->size_bytes);
	if (mxlog_json_equals(key, LITERAL("entry_count")))
		return mxlog_number_parse_u64(value->text, value->len,
		    &seal->entry_count);
	if (mxlog_json_equals(key, LITERAL("sealed_at")))
		return mxlog_timestamp_parse(value->text, value->len,
		    MXLOG_NO_ZONE, &seal->sealed_usec);
	if (mxlog_json_equals(key, LITERAL("checksum")))
		return mxlog_digest_parse(value->text, value->len,
		    seal->checksum);
	if (mxlog_json_equals(key, LITERAL("keyed")))
		facts->keyed = value->type == MXLOG_JSON_TRUE;
	return 0;
}

/* What it says, believed by nobody yet: -EBADMSG. */
static int parse_facts(const char *text, size_t len, struct facts *ret)
{
	struct mxlog_json_token key, value;
	struct mxlog_json json;
	int r;

	mxlog_json_init(&json, text, len);
	if (mxlog_json_next(&json, &key) != 1 || key.type != MXLOG_JSON_OBJECT)
		return -EBADMSG;
	for (;;) {
		r = mxlog_json_next(&json, &key);
		if (r != 1)
			return -EBADMSG;
		if (key.type == MXLOG_JSON_OBJECT_END)
			return 0;
		r = mxlog_json_next(&json, &value);
		if (r == 1)
			r = mxlog_json_skip(&json, &value);
		if (r == 0)
			r = take_member(ret, &key, &value);
		if (r < 0)
			return -EBADMSG;
	}
}

/* The file must be, byte for byte, what would be written of what it says, and
 * its seal that of these bytes. *ret_proven is false where that takes the key,
 * and none is there. */
static int verify(const struct mxlog_buf *file, const char *segment,
    const void *key, size_t key_len, struct facts *ret, bool *ret_proven)
{
	struct mxlog_buf again = { 0 };
	struct facts facts = { 0 };
	int r;

	r = parse_facts(file->data, file->len, &facts);
	if (r < 0)
		return r;
	*ret = facts;
	*ret_proven = facts.keyed == (key != NULL);
	if (facts.keyed && !key) {
		r = put_facts(&again, segment, &facts);
		if (r == 0 &&
		    (again.len > file->len ||
			memcmp(again.data, file->data, again.len) != 0))
			r = -EBADMSG;
	} else {
		r = put_seal(&again, segment, &facts, facts.keyed ? key : NULL,
		    facts.keyed ? key_len : 0);
		if (r == 0 &&
		    (again.len != file->len ||
			memcmp(again.data, file->data, again.len) != 0))
			r = -EBADMSG;
	}
	mxlog_buf_done(&again);
	return r;
}

/* ---- sealing ---- */

static int open_seals(int log_dir_fd, bool create, int *ret)
{
	return mxlog_fs_open_subdir(log_dir_fd, SEALS_DIR, create, ret);
}

int mxlog_seal_mark(int log_dir_fd, const struct mxlog_segment_name *name)
{
	char segment[MXLOG_SEGMENT_NAME_MAX];
	int dir_fd = -1, fd = -1, r;

	mxlog_segment_format(segment, name);
	r = open_seals(log_dir_fd, true, &dir_fd);
	if (r < 0)
		return r;
	r = mxlog_fs_open_file(dir_fd, segment, O_WRONLY | O_CREAT | O_TRUNC,
	    &fd);
	if (r == 0)
		close(fd);
	close(dir_fd);
	return r;
}

bool mxlog_seal_is_marked(int log_dir_fd, const struct mxlog_segment_name *name)
{
	char path[sizeof(SEALS_DIR) + 1 + MXLOG_SEGMENT_NAME_MAX];
	struct stat st;
	size_t len = strlen(SEALS_DIR);

	memcpy(path, SEALS_DIR "/", len + 1);
	mxlog_segment_format(path + len + 1, name);
	return fstatat(log_dir_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

int mxlog_seal_sync(int log_dir_fd)
{
	int fd = -1, r = open_seals(log_dir_fd, false, &fd);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = mxlog_fs_fsync(fd);
	close(fd);
	return r;
}

/* It is closed already, but nobody noted what it holds. */
static int measure_marked(int log_dir_fd, const struct mxlog_segment_name *name,
    struct mxlog_seal *ret)
{
	int dir_fd = -1, fd = -1, r;

	r = mxlog_segment_open_dir(log_dir_fd, name->kind, false, false,
	    &dir_fd);
	if (r < 0)
		return r;
	r = mxlog_segment_lock(dir_fd, name, &fd);
	if (r == 0) {
		r = mxlog_fs_fdatasync(fd);
		if (r == 0)
			r = mxlog_seal_measure(fd, UINT64_MAX, ret);
		close(fd);
	}
	close(dir_fd);
	return r == -EWOULDBLOCK ? -EAGAIN : r;
}

/* Under the segment's lock, which a writer would hold. */
int mxlog_seal_take(int log_dir_fd, const struct mxlog_segment_name *name,
    struct mxlog_seal *ret)
{
	struct mxlog_segment_claim claim;
	struct mxlog_seal seal = { 0 };
	int r;

	seal.sealed_usec = mxlog_timestamp_now();
	r = mxlog_segment_claim_take_this(log_dir_fd, name, &claim);
	if (r == -EROFS && mxlog_seal_is_marked(log_dir_fd, name)) {
		r = measure_marked(log_dir_fd, name, &seal);
	} else if (r == 0) {
		r = mxlog_segment_claim_sync(&claim);
		if (r == 0)
			r = mxlog_seal_measure(claim.fd, UINT64_MAX, &seal);
		if (r == 0)
			r = mxlog_seal_mark(log_dir_fd, name);
		mxlog_segment_claim_release(&claim);
	}
	if (r == 0)
		*ret = seal;
	return r;
}

/* ---- checking ---- */

/* With the seals' directory open. */
static int read_seal(int log_dir_fd, const char *segment, struct mxlog_buf *buf)
{
	int fd = -1, r;

	r = open_seals(log_dir_fd, false, &fd);
	if (r < 0)
		return r;
	r = mxlog_fs_read_file(fd, segment, SEAL_FILE_MAX, buf);
	close(fd);
	if (r == 0 && buf->len == 0)
		r = -ENOENT;
	return r == -EFBIG ? -EBADMSG : r;
}

static int check(const struct mxlog_buf *file, const char *segment, int fd,
    const void *key, size_t key_len, struct mxlog_seal *ret)
{
	struct mxlog_seal now = { 0 };
	struct facts facts;
	bool proven = false;
	int r;

	r = verify(file, segment, key, key_len, &facts, &proven);
	if (r == 0 && fd >= 0) {
		r = mxlog_seal_measure(fd, UINT64_MAX, &now);
		if (r == 0 &&
		    (now.size_bytes != facts.seal.size_bytes ||
			now.entry_count != facts.seal.entry_count ||
			!mxlog_digest_equal(now.checksum, facts.seal.checksum)))
			r = -EBADMSG;
	}
	if (r < 0)
		return r;
	*ret = facts.seal;
	ret->state = proven ? MXLOG_SEAL_HELD : MXLOG_SEAL_WEAK;
	return 0;
}

int mxlog_seal_check(int log_dir_fd, const struct mxlog_segment_name *name,
    int segment_fd, const void *key, size_t key_len, struct mxlog_seal *ret)
{
	char segment[MXLOG_SEGMENT_NAME_MAX];
	struct mxlog_buf file = { 0 };
	int r;

	mxlog_segment_format(segment, name);
	r = read_seal(log_dir_fd, segment, &file);
	if (r == 0)
		r = check(&file, segment, segment_fd, key, key_len, ret);
	mxlog_buf_done(&file);
	if (r == -ENOENT || r == -EBADMSG) {
		*ret = (struct mxlog_seal){
			.state =
			    r == -ENOENT ? MXLOG_SEAL_NONE : MXLOG_SEAL_BROKEN,
		};
		r = 0;
	}
	return r;
}

int mxlog_seal_list(int log_dir_fd, struct mxlog_segment_name **ret,
    size_t *ret_n)
{
	return mxlog_segment_list_in(log_dir_fd, SEALS_DIR, ret, ret_n);
}

int mxlog_seal_remove(int log_dir_fd, const struct mxlog_segment_name *name)
{
	char segment[MXLOG_SEGMENT_NAME_MAX];
	int fd = -1, r;

	mxlog_segment_format(segment, name);
	r = open_seals(log_dir_fd, false, &fd);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (unlinkat(fd, segment, 0) < 0 && errno != ENOENT)
		r = -errno;
	close(fd);
	return r;
}
