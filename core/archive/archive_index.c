/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/archive_index.h"

#include <stdlib.h>

#include <fcntl.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/json.h"
#include "base/number.h"

static const char index_name[] = "index.json";

void mxlog_archive_index_done(struct mxlog_archive_index *index)
{
	for (size_t i = 0; i < index->n; i++)
		mxlog_archive_record_done(&index->records[i]);
	free(index->records);
	*index = (struct mxlog_archive_index){ 0 };
}

/* Where a record of that name stands, or would stand. */
static size_t find_place(const struct mxlog_archive_index *index,
    const struct mxlog_segment_name *name, bool *ret_found)
{
	struct mxlog_segment_name key = *name;
	size_t low = 0, high = index->n;

	key.archived = true;
	*ret_found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order =
		    mxlog_segment_compare(&index->records[middle].name, &key);

		if (order == 0) {
			*ret_found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct mxlog_archive_record *
mxlog_archive_index_find(const struct mxlog_archive_index *index,
    const struct mxlog_segment_name *name)
{
	bool found;
	size_t at = find_place(index, name, &found);

	return found ? &index->records[at] : NULL;
}

/* Takes the record's body over on success. */
static int insert(struct mxlog_archive_index *index,
    const struct mxlog_archive_record *record)
{
	struct mxlog_archive_record *records;
	bool found;
	size_t at = find_place(index, &record->name, &found);

	if (found)
		return -EEXIST;
	if (index->n == index->capacity) {
		size_t capacity = MAX(index->capacity * 2, (size_t)32);

		records =
		    reallocarray(index->records, capacity, sizeof(*records));
		if (!records)
			return -ENOMEM;
		index->records = records;
		index->capacity = capacity;
	}
	records = index->records;
	memmove(records + at + 1, records + at,
	    (index->n - at) * sizeof(*records));
	records[at] = *record;
	index->n++;
	return 0;
}

int mxlog_archive_index_add(struct mxlog_archive_index *index,
    const struct mxlog_archive_record *record)
{
	struct mxlog_archive_record copy = *record;
	int r;

	copy.name.archived = true;
	copy.chained = false;
	r = mxlog_archive_record_make_body(&copy);
	if (r < 0)
		return r;
	r = insert(index, &copy);
	if (r < 0)
		free(copy.body);
	return r;
}

int mxlog_archive_index_remove(struct mxlog_archive_index *index,
    const struct mxlog_segment_name *name)
{
	bool found;
	size_t at = find_place(index, name, &found);

	if (!found)
		return -ENOENT;
	mxlog_archive_record_done(&index->records[at]);
	index->n--;
	memmove(index->records + at, index->records + at + 1,
	    (index->n - at) * sizeof(*index->records));
	return 0;
}

/* Take a record's text in; one that can't be believed is left out. */
static int add_parsed(struct mxlog_archive_index *index, const char *text,
    size_t len, struct mxlog_buf *scratch, struct mxlog_error *reterr)
{
	struct mxlog_archive_record record;
	int r;

	scratch->len = 0;
	r = mxlog_json_compact(scratch, text, len);
	if (r == 0)
		r = mxlog_archive_record_parse(scratch->data, scratch->len,
		    &record);
	if (r == 0) {
		r = insert(index, &record);
		if (r < 0)
			mxlog_archive_record_done(&record);
		else if (index->records[index->n - 1].body != record.body)
			index->disordered = true;
	}
	if (r == 0 || r == -ENOMEM || r == -EIO)
		return r;
	if (index->damaged++ == 0)
		(void)mxlog_error_set(reterr, -EBADMSG,
		    "index.json: the record %zu is damaged",
		    index->n + index->damaged);
	return 0;
}

/* The text is one array of objects. */
static int parse_whole(struct mxlog_archive_index *index, const char *text,
    size_t len, struct mxlog_buf *scratch, struct mxlog_error *reterr)
{
	struct mxlog_json_token token;
	struct mxlog_json json;
	int r;

	mxlog_json_init(&json, text, len);
	if (mxlog_json_next(&json, &token) != 1 ||
	    token.type != MXLOG_JSON_ARRAY)
		return -EBADMSG;
	while ((r = mxlog_json_next(&json, &token)) == 1 &&
	    token.type != MXLOG_JSON_ARRAY_END) {
		if (mxlog_json_skip(&json, &token) < 0)
			return -EBADMSG;
		r = add_parsed(index, token.text, token.len, scratch, reterr);
		if (r < 0)
			return r;
	}
	return r == 1 && mxlog_json_next(&json, &token) == 0 ? 0 : -EBADMSG;
}

/* The array is broken somewhere: as we write it, each record has a line of its
 * own, so that those around the damage can still be believed. */
static int parse_lines(struct mxlog_archive_index *index, const char *text,
    size_t len, struct mxlog_buf *scratch, struct mxlog_error *reterr)
{
	const char *end = text + len;

	for (const char *p = text, *next; p < end; p = next) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		int r;

		stop = stop ? stop : end;
		next = stop + 1;
		if (p < stop && stop[-1] == ',')
			stop--;
		if (stop - p < 2)
			continue; /* the brackets of the array */
		r = add_parsed(index, p, (size_t)(stop - p), scratch, reterr);
		if (r < 0)
			return r;
	}
	return 0;
}

int mxlog_archive_index_parse(const char *text, size_t len,
    struct mxlog_archive_index *ret, struct mxlog_error *reterr)
{
	struct mxlog_archive_index index = { 0 };
	struct mxlog_buf scratch = { 0 };
	int r;

	r = parse_whole(&index, text, len, &scratch, reterr);
	if (r == -EBADMSG) {
		mxlog_archive_index_done(&index);
		r = parse_lines(&index, text, len, &scratch, reterr);
		if (r == 0 && index.damaged++ == 0)
			(void)mxlog_error_set(reterr, -EBADMSG,
			    "index.json is no JSON array");
	}
	mxlog_buf_done(&scratch);
	if (r < 0) {
		mxlog_archive_index_done(&index);
		return r;
	}
	*ret = index;
	return 0;
}

static int open_archive_dir(int log_dir_fd, int *ret)
{
	int fd = openat(log_dir_fd, "archive",
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	*ret = fd;
	return 0;
}

int mxlog_archive_index_load(int log_dir_fd, struct mxlog_archive_index *ret,
    struct mxlog_error *reterr)
{
	struct mxlog_buf text = { 0 };
	int fd = -1, r;

	r = open_archive_dir(log_dir_fd, &fd);
	if (r == 0)
		r = mxlog_fs_read_file(fd, index_name, MXLOG_INDEX_MAX, &text);
	if (fd >= 0)
		(void)close(fd);
	if (r == -ENOENT) {
		*ret = (struct mxlog_archive_index){ .missing = true };
		r = 0;
	} else if (r == 0) {
		r = mxlog_archive_index_parse(text.data ? text.data : "",
		    text.len, ret, reterr);
	}
	if (r < 0)
		(void)mxlog_error_set(reterr, r, "index.json: %s",
		    strerror(-r));
	mxlog_buf_done(&text);
	return r;
}

/* ---- the chain ---- */

/* HMAC over the link before, the record's place, how many there are, and its
 * text: what is changed, taken out, put in or moved breaks it. */
static int make_link(struct mxlog_digest *digest,
    const struct mxlog_archive_index *index, size_t i,
    const unsigned char before[MXLOG_DIGEST_LEN],
    unsigned char ret[MXLOG_DIGEST_LEN])
{
	const struct mxlog_archive_record *record = &index->records[i];
	char place[2 * MXLOG_NUMBER_MAX + 2];
	size_t len;
	int r;

	len = mxlog_number_format_u64(place, i);
	place[len++] = '/';
	len += mxlog_number_format_u64(place + len, index->n);
	place[len++] = '\n';
	r = mxlog_digest_update(digest, before, MXLOG_DIGEST_LEN);
	if (r == 0)
		r = mxlog_digest_update(digest, place, len);
	if (r == 0)
		r = mxlog_digest_update(digest, record->body, record->body_len);
	return r < 0 ? r : mxlog_digest_finish(digest, ret);
}

static void start_chain(const struct mxlog_archive_chain *chain,
    unsigned char link[MXLOG_DIGEST_LEN])
{
	memset(link, 0, MXLOG_DIGEST_LEN);
	if (chain->start)
		memcpy(link, chain->start, MXLOG_DIGEST_LEN);
}

int mxlog_archive_index_check(const struct mxlog_archive_index *index,
    const struct mxlog_archive_chain *chain, struct mxlog_error *reterr)
{
	unsigned char link[MXLOG_DIGEST_LEN];
	struct mxlog_digest *digest;
	size_t chained = 0;
	int r;

	for (size_t i = 0; i < index->n; i++)
		chained += index->records[i].chained;
	if (index->n > 0 && chained == 0)
		return mxlog_error_set(reterr, -ENOKEY,
		    "index.json: no record is chained under a key");
	if (index->disordered)
		return mxlog_error_set(reterr, -EBADMSG,
		    "index.json: its records are not in their order");
	start_chain(chain, link);
	r = mxlog_digest_new(chain->key, chain->key_len, &digest);
	for (size_t i = 0; r == 0 && i < index->n; i++) {
		const struct mxlog_archive_record *record = &index->records[i];
		char name[MXLOG_SEGMENT_NAME_MAX];

		r = make_link(digest, index, i, link, link);
		if (r < 0 ||
		    (record->chained &&
			mxlog_digest_equal(link, record->chain)))
			continue;
		mxlog_segment_format(name, &record->name);
		r = mxlog_error_set(reterr, -EBADMSG,
		    "index.json: the chain breaks at %s", name);
	}
	mxlog_digest_free(digest);
	return r;
}

static int chain_records(struct mxlog_archive_index *index,
    const struct mxlog_archive_chain *chain)
{
	unsigned char link[MXLOG_DIGEST_LEN];
	struct mxlog_digest *digest = NULL;
	int r = 0;

	start_chain(chain, link);
	if (chain->key)
		r = mxlog_digest_new(chain->key, chain->key_len, &digest);
	for (size_t i = 0; r == 0 && i < index->n; i++) {
		struct mxlog_archive_record *record = &index->records[i];

		record->chained = chain->key != NULL;
		if (!chain->key)
			continue;
		r = make_link(digest, index, i, link, link);
		memcpy(record->chain, link, sizeof(link));
	}
	mxlog_digest_free(digest);
	return r;
}

int mxlog_archive_index_format(struct mxlog_archive_index *index,
    const struct mxlog_archive_chain *chain, struct mxlog_buf *out)
{
	int r = chain_records(index, chain);

	if (r == 0)
		r = mxlog_buf_add(out, LITERAL("[\n"));
	for (size_t i = 0; r == 0 && i < index->n; i++) {
		r = mxlog_archive_record_format(&index->records[i], out);
		if (r == 0 && i + 1 < index->n)
			r = mxlog_buf_add_char(out, ',');
		if (r == 0)
			r = mxlog_buf_add_char(out, '\n');
	}
	return r < 0 ? r : mxlog_buf_add(out, LITERAL("]\n"));
}

int mxlog_archive_index_save(struct mxlog_archive_index *index, int log_dir_fd,
    const struct mxlog_archive_chain *chain)
{
	struct mxlog_buf text = { 0 };
	int fd = -1, r;

	r = mxlog_archive_index_format(index, chain, &text);
	if (r == 0)
		r = open_archive_dir(log_dir_fd, &fd);
	if (r == 0)
		r = mxlog_fs_replace(fd, index_name, text.data, text.len);
	if (fd >= 0)
		(void)close(fd);
	mxlog_buf_done(&text);
	return r;
}
