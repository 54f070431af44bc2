/* SPDX-License-Identifier: Apache-2.0 */
/* The file: one JSON object in one line, sealed by a digest of what stands
 * before it; see FORMAT.md, State. */
#include <mxlog/checkpoint.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkpoint_private.h"
#include "checkpoint_scan.h"
#include "digest.h"
#include "fs.h"
#include "json.h"
#include "number.h"
#include "reterr.h"
#include "segment.h"

#define STATE_DIR     ".mxlog"
#define FILE_PREFIX   "checkpoint."
#define LOCK_SUFFIX   ".lock"
#define DIGEST_MEMBER ",\"sha256\":\""
#define DIGEST_END    "\"}\n"

enum {
	SOURCE_MAX = 64,
	FILE_NAME_MAX = SOURCE_MAX + 24,
	FILE_MAX = 16 * 1024 * 1024,
};

struct cursor {
	char *stream;
	char *text;
};

struct size {
	char *segment; /* within log_dir */
	uint64_t end;
};

struct mxlog_checkpoint {
	char file[FILE_NAME_MAX];
	char *source, *key;
	int log_dir_fd, state_fd, lock_fd;
	enum mxlog_checkpoint_state state;
	struct cursor *cursors;
	size_t n_cursors;
	struct size *sizes;
	size_t n_sizes;
};

/* ---- in memory ---- */

static void forget_all(struct mxlog_checkpoint *checkpoint)
{
	for (size_t i = 0; i < checkpoint->n_cursors; i++) {
		free(checkpoint->cursors[i].stream);
		free(checkpoint->cursors[i].text);
	}
	for (size_t i = 0; i < checkpoint->n_sizes; i++)
		free(checkpoint->sizes[i].segment);
	free(checkpoint->cursors);
	free(checkpoint->sizes);
	checkpoint->cursors = NULL;
	checkpoint->sizes = NULL;
	checkpoint->n_cursors = checkpoint->n_sizes = 0;
}

static struct cursor *find_cursor(const struct mxlog_checkpoint *checkpoint,
    const char *stream)
{
	for (size_t i = 0; i < checkpoint->n_cursors; i++)
		if (strcmp(checkpoint->cursors[i].stream, stream) == 0)
			return &checkpoint->cursors[i];
	return NULL;
}

static struct size *find_size(const struct mxlog_checkpoint *checkpoint,
    const char *segment)
{
	for (size_t i = 0; i < checkpoint->n_sizes; i++)
		if (strcmp(checkpoint->sizes[i].segment, segment) == 0)
			return &checkpoint->sizes[i];
	return NULL;
}

static int add_cursor(struct mxlog_checkpoint *checkpoint, const char *stream,
    char *text)
{
	struct cursor *list = reallocarray(checkpoint->cursors,
	    checkpoint->n_cursors + 1, sizeof(*list));
	char *name = strdup(stream);

	if (list)
		checkpoint->cursors = list;
	if (!list || !name) {
		free(name);
		return -ENOMEM;
	}
	list[checkpoint->n_cursors++] =
	    (struct cursor){ .stream = name, .text = text };
	return 0;
}

int mxlog_checkpoint_set_cursor(struct mxlog_checkpoint *checkpoint,
    const char *stream, const char *cursor)
{
	struct cursor *old = find_cursor(checkpoint, stream);
	char *copy;
	int r;

	if (old && strcmp(old->text, cursor) == 0)
		return 0;
	copy = strdup(cursor);
	if (!copy)
		return -ENOMEM;
	if (old) {
		free(old->text);
		old->text = copy;
		return 0;
	}
	r = add_cursor(checkpoint, stream, copy);
	if (r < 0)
		free(copy);
	return r;
}

int mxlog_checkpoint_set_size(struct mxlog_checkpoint *checkpoint,
    const char *segment, uint64_t end)
{
	struct size *old = find_size(checkpoint, segment);
	struct size *list;
	char *name;

	if (old) {
		old->end = end;
		return 0;
	}
	name = strdup(segment);
	list = reallocarray(checkpoint->sizes, checkpoint->n_sizes + 1,
	    sizeof(*list));
	if (list)
		checkpoint->sizes = list;
	if (!list || !name) {
		free(name);
		return -ENOMEM;
	}
	list[checkpoint->n_sizes++] =
	    (struct size){ .segment = name, .end = end };
	return 0;
}

enum mxlog_checkpoint_state mxlog_checkpoint_get_state(
    const struct mxlog_checkpoint *checkpoint)
{
	return checkpoint->state;
}

const char *mxlog_checkpoint_get_cursor(const struct mxlog_checkpoint
					    *checkpoint,
    const char *stream)
{
	const struct cursor *cursor = find_cursor(checkpoint, stream);

	return cursor ? cursor->text : NULL;
}

const char *mxlog_checkpoint_get_stream(const struct mxlog_checkpoint
					    *checkpoint,
    size_t index)
{
	return index < checkpoint->n_cursors ? checkpoint->cursors[index].stream
					     : NULL;
}

/* ---- reading the file ---- */

/* The next token must be of that type; its text is decoded into `buf`, with a
 * NUL behind it. */
static int expect(struct mxlog_json *json, enum mxlog_json_type type,
    struct mxlog_buf *buf)
{
	struct mxlog_json_token token;
	int r = mxlog_json_next(json, &token);

	if (r <= 0 || token.type != type)
		return -EBADMSG;
	if (!buf)
		return 0;
	buf->len = 0;
	r = mxlog_json_decode(buf, &token);
	if (r == 0)
		r = mxlog_buf_add_char(buf, '\0');
	if (r == 0 && strlen(buf->data) + 1 != buf->len)
		r = -EBADMSG;
	return r;
}

static int read_pair(struct mxlog_checkpoint *checkpoint,
    struct mxlog_json *json, const char *name, bool sizes)
{
	struct mxlog_buf value = { 0 };
	struct mxlog_json_token token;
	uint64_t end;
	int r;

	if (sizes) {
		r = mxlog_json_next(json, &token);
		if (r <= 0 || token.type != MXLOG_JSON_NUMBER)
			return -EBADMSG;
		r = mxlog_number_parse_u64(token.text, token.len, &end);
		return r < 0 ? -EBADMSG
			     : mxlog_checkpoint_set_size(checkpoint, name, end);
	}
	r = expect(json, MXLOG_JSON_STRING, &value);
	if (r == 0)
		r = mxlog_checkpoint_set_cursor(checkpoint, name, value.data);
	mxlog_buf_done(&value);
	return r;
}

static int read_pairs(struct mxlog_checkpoint *checkpoint,
    struct mxlog_json *json, bool sizes)
{
	struct mxlog_buf name = { 0 };
	struct mxlog_json_token token;
	int r;

	r = expect(json, MXLOG_JSON_OBJECT, NULL);
	while (r == 0) {
		r = mxlog_json_next(json, &token);
		if (r <= 0 || token.type == MXLOG_JSON_OBJECT_END) {
			r = r <= 0 ? -EBADMSG : 0;
			break;
		}
		name.len = 0;
		r = mxlog_json_decode(&name, &token);
		if (r == 0)
			r = mxlog_buf_add_char(&name, '\0');
		if (r == 0)
			r = read_pair(checkpoint, json, name.data, sizes);
	}
	mxlog_buf_done(&name);
	return r;
}

static int read_text(struct mxlog_json *json, char **to)
{
	struct mxlog_buf value = { 0 };
	int r = expect(json, MXLOG_JSON_STRING, &value);

	if (r == 0) {
		free(*to);
		*to = value.data;
		return 0;
	}
	mxlog_buf_done(&value);
	return r;
}

/* Members stand in the order in which _save writes them, so any other text is
 * none of ours. */
static int parse(struct mxlog_checkpoint *checkpoint, const char *text,
    size_t len)
{
	static const char *const names[] = { "version", "source", "key",
		"cursors", "segments", "sha256" };
	struct mxlog_buf key = { 0 };
	struct mxlog_json json;
	int r;

	mxlog_json_init(&json, text, len);
	r = expect(&json, MXLOG_JSON_OBJECT, NULL);
	for (size_t i = 0; i < ARRAY_LEN(names) && r == 0; i++) {
		r = expect(&json, MXLOG_JSON_KEY, &key);
		if (r == 0 && strcmp(key.data, names[i]) != 0)
			r = -EBADMSG;
		if (r < 0)
			break;
		switch (i) {
		case 0:
			r = expect(&json, MXLOG_JSON_NUMBER, NULL);
			break;
		case 1:
			r = read_text(&json, &checkpoint->source);
			break;
		case 2:
			r = read_text(&json, &checkpoint->key);
			break;
		case 3:
		case 4:
			r = read_pairs(checkpoint, &json, i == 4);
			break;
		default:
			r = expect(&json, MXLOG_JSON_STRING, NULL);
			break;
		}
	}
	mxlog_buf_done(&key);
	return r;
}

/* The digest covers every byte before its own member. */
static int check_digest(const char *text, size_t len)
{
	const size_t tail = sizeof(DIGEST_MEMBER) - 1 + MXLOG_DIGEST_HEX_LEN +
	    sizeof(DIGEST_END) - 1;
	unsigned char found[MXLOG_DIGEST_LEN], said[MXLOG_DIGEST_LEN];
	const char *member;
	int r;

	if (len <= tail)
		return -EBADMSG;
	member = text + len - tail;
	if (memcmp(member, LITERAL(DIGEST_MEMBER)) != 0 ||
	    memcmp(text + len - 3, LITERAL(DIGEST_END)) != 0)
		return -EBADMSG;
	r = mxlog_digest_parse(member + sizeof(DIGEST_MEMBER) - 1,
	    MXLOG_DIGEST_HEX_LEN, said);
	if (r < 0)
		return -EBADMSG;
	r = mxlog_digest_sha256(text, len - tail, found);
	if (r < 0)
		return r;
	return memcmp(found, said, sizeof(found)) == 0 ? 0 : -EBADMSG;
}

static int load(struct mxlog_checkpoint *checkpoint)
{
	struct mxlog_buf text = { 0 };
	int r;

	r = mxlog_fs_read_file(checkpoint->state_fd, checkpoint->file, FILE_MAX,
	    &text);
	if (r == -ENOENT) {
		checkpoint->state = MXLOG_CHECKPOINT_NEW;
		r = 0;
		goto out;
	}
	if (r == 0)
		r = check_digest(text.data ? text.data : "", text.len);
	if (r == 0)
		r = parse(checkpoint, text.data, text.len);
	checkpoint->state = checkpoint->n_cursors > 0 ? MXLOG_CHECKPOINT_LOADED
						      : MXLOG_CHECKPOINT_NEW;
	if (r == -EBADMSG || r == -EFBIG) {
		checkpoint->state = MXLOG_CHECKPOINT_DAMAGED;
		forget_all(checkpoint);
		r = 0;
	}
out:
	mxlog_buf_done(&text);
	return r;
}

/* ---- writing it ---- */

static int format_cursors(const struct mxlog_checkpoint *checkpoint,
    struct mxlog_buf *out)
{
	int r = mxlog_buf_add(out, LITERAL(",\"cursors\":{"));

	for (size_t i = 0; i < checkpoint->n_cursors && r == 0; i++) {
		const struct cursor *cursor = &checkpoint->cursors[i];

		if (i > 0)
			r = mxlog_buf_add_char(out, ',');
		if (r == 0)
			r = mxlog_json_quote(out, cursor->stream,
			    strlen(cursor->stream));
		if (r == 0)
			r = mxlog_buf_add_char(out, ':');
		if (r == 0)
			r = mxlog_json_quote(out, cursor->text,
			    strlen(cursor->text));
	}
	return r;
}

static int format_sizes(const struct mxlog_checkpoint *checkpoint,
    struct mxlog_buf *out)
{
	int r = mxlog_buf_add(out, LITERAL("},\"segments\":{"));

	for (size_t i = 0; i < checkpoint->n_sizes && r == 0; i++)
		r = mxlog_buf_printf(out, "%s\"%s\":%llu", i > 0 ? "," : "",
		    checkpoint->sizes[i].segment,
		    (unsigned long long)checkpoint->sizes[i].end);
	return r < 0 ? r : mxlog_buf_add_char(out, '}');
}

static int add_digest(struct mxlog_buf *out)
{
	unsigned char digest[MXLOG_DIGEST_LEN];
	char hex[MXLOG_DIGEST_HEX_LEN];
	int r;

	r = mxlog_digest_sha256(out->data, out->len, digest);
	if (r < 0)
		return r;
	mxlog_digest_format(hex, digest);
	r = mxlog_buf_add(out, LITERAL(DIGEST_MEMBER));
	if (r == 0)
		r = mxlog_buf_add(out, hex, sizeof(hex));
	return r < 0 ? r : mxlog_buf_add(out, LITERAL(DIGEST_END));
}

int mxlog_checkpoint_save(struct mxlog_checkpoint *checkpoint)
{
	struct mxlog_buf out = { 0 };
	int r;

	r = mxlog_buf_printf(&out,
	    "{\"version\":1,\"source\":\"%s\",\"key\":\"%s\"",
	    checkpoint->source, checkpoint->key);
	if (r == 0)
		r = format_cursors(checkpoint, &out);
	if (r == 0)
		r = format_sizes(checkpoint, &out);
	if (r == 0)
		r = add_digest(&out);
	if (r == 0)
		r = mxlog_fs_replace(checkpoint->state_fd, checkpoint->file,
		    out.data, out.len);
	mxlog_buf_done(&out);
	return r;
}

/* ---- open and close ---- */

static bool is_name(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_.-");

	return n > 0 && n <= SOURCE_MAX && text[n] == '\0';
}

static int lock(struct mxlog_checkpoint *checkpoint, const char *log_dir,
    struct mxlog_error *reterr)
{
	char name[FILE_NAME_MAX + 8];
	int r;

	(void)snprintf(name, sizeof(name), "%s" LOCK_SUFFIX, checkpoint->file);
	r = mxlog_fs_open_file(checkpoint->state_fd, name, O_RDWR | O_CREAT,
	    &checkpoint->lock_fd);
	if (r < 0)
		return mxlog_error_set(reterr, r,
		    "%s/" STATE_DIR "/%s: can't be opened: %s", log_dir, name,
		    strerror(-r));
	if (flock(checkpoint->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	r = errno == EWOULDBLOCK ? -EBUSY : -errno;
	return mxlog_error_set(reterr, r,
	    r == -EBUSY ? "%s: another process already captures '%s' into this "
			  "directory"
			: "%s: can't lock '%s'",
	    log_dir, checkpoint->source);
}

/* Sizes of segments that are gone (archived, pruned) mean nothing any more.
 * One that has become shorter than it was on disk is looked through whole. */
static int drop_stale_sizes(struct mxlog_checkpoint *checkpoint)
{
	bool shrunk = false;
	size_t kept = 0;

	for (size_t i = 0; i < checkpoint->n_sizes; i++) {
		struct size *size = &checkpoint->sizes[i];
		struct stat st;
		bool gone = fstatat(checkpoint->log_dir_fd, size->segment, &st,
				AT_SYMLINK_NOFOLLOW) < 0;

		if (gone && errno != ENOENT)
			return -errno;
		if (!gone && (uint64_t)st.st_size >= size->end) {
			checkpoint->sizes[kept++] = *size;
			continue;
		}
		free(size->segment);
		shrunk |= !gone;
	}
	checkpoint->n_sizes = kept;
	/* Before new lines make it grow past what the file says. */
	return shrunk ? mxlog_checkpoint_save(checkpoint) : 0;
}

static int open_dirs(struct mxlog_checkpoint *checkpoint, const char *log_dir,
    struct mxlog_error *reterr)
{
	int r;

	r = mxlog_fs_open_dir(log_dir, true, &checkpoint->log_dir_fd);
	if (r == 0)
		r = mxlog_fs_open_subdir(checkpoint->log_dir_fd, STATE_DIR,
		    true, &checkpoint->state_fd);
	if (r < 0)
		return mxlog_error_set(reterr, r, "%s: can't be opened: %s",
		    log_dir, strerror(-r));
	return 0;
}

int mxlog_checkpoint_open(const char *log_dir, const char *source,
    const char *key, struct mxlog_checkpoint **ret, struct mxlog_error *reterr)
{
	struct mxlog_checkpoint *checkpoint;
	int r;

	assert(is_name(source));
	assert(is_name(key));

	checkpoint = calloc(1, sizeof(*checkpoint));
	if (!checkpoint)
		return -ENOMEM;
	checkpoint->log_dir_fd = checkpoint->state_fd = -1;
	checkpoint->lock_fd = -1;
	(void)snprintf(checkpoint->file, sizeof(checkpoint->file),
	    FILE_PREFIX "%s", source);
	checkpoint->source = strdup(source);
	checkpoint->key = strdup(key);
	r = checkpoint->source && checkpoint->key ? 0 : -ENOMEM;
	if (r == 0)
		r = open_dirs(checkpoint, log_dir, reterr);
	if (r == 0)
		r = lock(checkpoint, log_dir, reterr);
	if (r == 0)
		r = load(checkpoint);
	if (r == 0)
		r = drop_stale_sizes(checkpoint);
	/* From the first line on the archive cycle must know of the source. */
	if (r == 0 && checkpoint->state != MXLOG_CHECKPOINT_LOADED)
		r = mxlog_checkpoint_save(checkpoint);
	if (r < 0) {
		mxlog_checkpoint_close(checkpoint);
		return r;
	}
	*ret = checkpoint;
	return 0;
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

void mxlog_checkpoint_close(struct mxlog_checkpoint *checkpoint)
{
	if (!checkpoint)
		return;
	forget_all(checkpoint);
	free(checkpoint->source);
	free(checkpoint->key);
	close_if_open(checkpoint->lock_fd);
	close_if_open(checkpoint->state_fd);
	close_if_open(checkpoint->log_dir_fd);
	free(checkpoint);
}

/* ---- identities in segments ---- */

/* One segment being looked through. */
struct look {
	mxlog_identity_found *found;
	void *arg;
	uint64_t end; /* of the last line with an identity; 0: there was none */
};

static int pass_on(void *arg, const struct mxlog_identity *identity,
    uint64_t end)
{
	struct look *look = arg;

	look->end = end;
	return look->found(look->arg, identity);
}

/* The lines are made durable, for the entries they were made of will not be
 * read again; and their end counts from now on: it is the end of a line of
 * ours, which nobody cuts. */
static int scan_segment(struct mxlog_checkpoint *checkpoint, const char *name,
    bool all, mxlog_identity_found *found, void *arg)
{
	const struct size *size = find_size(checkpoint, name);
	struct look look = { .found = found, .arg = arg };
	int fd, r;

	r = mxlog_fs_open_file(checkpoint->log_dir_fd, name, O_RDONLY, &fd);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = mxlog_identity_scan(fd, size && !all ? size->end : 0,
	    checkpoint->key, pass_on, &look);
	if (r == 0 && look.end > 0)
		r = mxlog_fs_fdatasync(fd);
	if (r == 0 && look.end > 0 && (!size || look.end > size->end))
		r = mxlog_checkpoint_set_size(checkpoint, name, look.end);
	close(fd);
	return r;
}

static void segment_path(char out[MXLOG_SEGMENT_NAME_MAX + 16],
    const struct mxlog_segment_name *segment)
{
	char name[MXLOG_SEGMENT_NAME_MAX];
	const char *dir = mxlog_segment_dir(segment->kind, segment->archived);

	mxlog_segment_format(name, segment);
	(void)snprintf(out, MXLOG_SEGMENT_NAME_MAX + 16, "%s%s%s", dir,
	    *dir ? "/" : "", name);
}

static int scan_kind(struct mxlog_checkpoint *checkpoint, enum mxlog_kind kind,
    bool all, mxlog_identity_found *found, void *arg)
{
	struct mxlog_segment_name *segments;
	size_t n;
	int r;

	r = mxlog_segment_list(checkpoint->log_dir_fd, kind, false, &segments,
	    &n);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	for (size_t i = 0; i < n && r == 0; i++) {
		char path[MXLOG_SEGMENT_NAME_MAX + 16];

		segment_path(path, &segments[i]);
		r = scan_segment(checkpoint, path, all, found, arg);
	}
	free(segments);
	return r;
}

int mxlog_checkpoint_scan(struct mxlog_checkpoint *checkpoint, bool all,
    mxlog_identity_found *found, void *arg)
{
	int r = scan_kind(checkpoint, MXLOG_ENTRIES, all, found, arg);

	return r < 0 ? r
		     : scan_kind(checkpoint, MXLOG_METRICS, all, found, arg);
}

int mxlog_checkpoint_read_line(const struct mxlog_checkpoint *checkpoint,
    const char *line, size_t len, struct mxlog_identity *ret)
{
	return mxlog_identity_read(checkpoint->key, line, len, ret);
}

/* ---- what may be archived ---- */

/* All checkpoints of a directory, read without their locks. */
struct all {
	struct mxlog_checkpoint *list;
	size_t n;
	const char *segment;
	bool damaged;
};

static void all_done(struct all *all)
{
	for (size_t i = 0; i < all->n; i++) {
		forget_all(&all->list[i]);
		free(all->list[i].source);
		free(all->list[i].key);
	}
	free(all->list);
}

static int add_checkpoint(struct all *all, int state_fd, const char *file)
{
	struct mxlog_checkpoint *list =
	    reallocarray(all->list, all->n + 1, sizeof(*list));
	struct mxlog_checkpoint *checkpoint;
	int r;

	if (!list)
		return -ENOMEM;
	all->list = list;
	checkpoint = &list[all->n];
	*checkpoint = (struct mxlog_checkpoint){ .state_fd = state_fd };
	(void)snprintf(checkpoint->file, sizeof(checkpoint->file), "%s", file);
	r = load(checkpoint);
	all->n++;
	all->damaged |= checkpoint->state == MXLOG_CHECKPOINT_DAMAGED;
	return r;
}

static bool is_checkpoint(const char *name)
{
	const size_t n = sizeof(FILE_PREFIX) - 1;
	size_t len = strlen(name);

	return len < FILE_NAME_MAX && strncmp(name, FILE_PREFIX, n) == 0 &&
	    is_name(name + n) &&
	    (len < sizeof(LOCK_SUFFIX) ||
		strcmp(name + len - strlen(LOCK_SUFFIX), LOCK_SUFFIX) != 0) &&
	    (len < 4 || strcmp(name + len - 4, ".new") != 0);
}

static int load_all(struct all *all, int log_dir_fd)
{
	struct dirent *item;
	int state_fd, r;
	DIR *dir;

	r = mxlog_fs_open_subdir(log_dir_fd, STATE_DIR, false, &state_fd);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	dir = fdopendir(state_fd);
	if (!dir) {
		r = -errno;
		close(state_fd);
		return r;
	}
	while (r == 0 && (item = readdir(dir)))
		if (is_checkpoint(item->d_name))
			r = add_checkpoint(all, state_fd, item->d_name);
	(void)closedir(dir);
	return r;
}

static bool begins_with_stream(const struct mxlog_identity *identity,
    const char *stream)
{
	const char *dash = memchr(identity->text, '-', identity->len);
	size_t n = dash ? (size_t)(dash - identity->text) : identity->len;

	return n > 0 && strncmp(stream, identity->text, n) == 0;
}

/* 1, which ends the scan, for a line that a restart must find here. */
static int is_needed(void *arg, const struct mxlog_identity *identity,
    uint64_t end)
{
	const struct all *all = arg;
	bool known = false;

	for (size_t i = 0; i < all->n; i++) {
		const struct mxlog_checkpoint *checkpoint = &all->list[i];
		const struct size *size = find_size(checkpoint, all->segment);

		for (size_t k = 0; k < checkpoint->n_cursors; k++) {
			if (!begins_with_stream(identity,
				checkpoint->cursors[k].stream))
				continue;
			known = true;
			if (!size || size->end < end)
				return 1;
		}
	}
	return known ? 0 : 1;
}

static int look_for_needed(struct all *all, int segment_fd)
{
	int r = 0;

	for (size_t i = 0; i < all->n && r == 0; i++) {
		const struct mxlog_checkpoint *checkpoint = &all->list[i];
		const struct size *size = find_size(checkpoint, all->segment);

		if (checkpoint->key)
			r = mxlog_identity_scan(segment_fd,
			    size ? size->end : 0, checkpoint->key, is_needed,
			    all);
	}
	return r;
}

int mxlog_checkpoint_covers(int log_dir_fd,
    const struct mxlog_segment_name *segment, int segment_fd, bool *ret)
{
	char path[MXLOG_SEGMENT_NAME_MAX + 16];
	struct all all = { .segment = path };
	int r;

	segment_path(path, segment);
	r = load_all(&all, log_dir_fd);
	if (r == 0)
		r = all.damaged ? 1 : look_for_needed(&all, segment_fd);
	if (r >= 0)
		*ret = r == 0;
	all_done(&all);
	return r < 0 ? r : 0;
}
