/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/archive_directory.h"

#include <stdlib.h>

#include "base/little_endian.h"
#include "extern/gzip_block.h"

enum {
	VERSION = 1,
	MEMBER_LEN = 105, /* of a member, its lists left out */
	GAP_LONG = 255,   /* behind it stands the gap in two bytes */
	ALL_FLAGS = MXLOG_MEMBER_CONTINUES | MXLOG_MEMBER_FOREIGN,
};

static const char magic[8] = "MXLOGDIR";

/* ---- writing ---- */

static void put_ulid(struct mxlog_buf *out, const struct mxlog_ulid *id)
{
	(void)mxlog_le_add(out, 8, id->hi);
	(void)mxlog_le_add(out, 8, id->lo);
}

/* All puts: room was reserved. */
static void put_head(const struct mxlog_archive_directory *dir,
    struct mxlog_buf *out)
{
	(void)mxlog_buf_add(out, magic, sizeof(magic));
	(void)mxlog_le_add(out, 2, VERSION);
	(void)mxlog_le_add(out, 1, dir->segment.kind);
	(void)mxlog_le_add(out, 1, dir->seal);
	(void)mxlog_le_add(out, 4, (uint32_t)dir->segment.day);
	(void)mxlog_le_add(out, 4, dir->segment.number);
	put_ulid(out, &dir->archive_id);
	(void)mxlog_le_add(out, 8, (uint64_t)dir->archived_usec);
	(void)mxlog_le_add(out, 8, (uint64_t)dir->arrived_usec);
	(void)mxlog_le_add(out, 8, dir->original_size);
	(void)mxlog_le_add(out, 8, dir->entry_count);
	(void)mxlog_le_add(out, 4, dir->ngram_filters_size);
	(void)mxlog_buf_add(out, dir->ngram_filters_sha256, MXLOG_DIGEST_LEN);
	(void)mxlog_le_add(out, 4, dir->n_members);
	(void)mxlog_le_add(out, 2, dir->n_modules);
	(void)mxlog_le_add(out, 2, dir->n_tags);
}

static void put_names(const struct mxlog_archive_name *names, size_t n,
    struct mxlog_buf *out)
{
	for (size_t i = 0; i < n; i++) {
		assert(names[i].len <= MXLOG_ARCHIVE_NAME_LEN_MAX);
		(void)mxlog_le_add(out, 1, names[i].len);
		(void)mxlog_buf_add(out, names[i].text, names[i].len);
	}
}

static size_t list_len(uint16_t n)
{
	return n == MXLOG_ARCHIVE_ANY ? 0 : n;
}

/* Distances between the indexes; one below 255 is one byte. */
static void put_list(const uint16_t *list, uint16_t n, struct mxlog_buf *out)
{
	uint16_t last = 0;

	for (size_t i = 0; i < list_len(n); i++) {
		uint16_t gap = (uint16_t)(list[i] - last);

		last = list[i];
		(void)mxlog_le_add(out, 1, MIN(gap, GAP_LONG));
		if (gap >= GAP_LONG)
			(void)mxlog_le_add(out, 2, gap);
	}
}

static void put_member(const struct mxlog_archive_member *member,
    struct mxlog_buf *out)
{
	(void)mxlog_le_add(out, 4, member->size);
	(void)mxlog_le_add(out, 4, member->content);
	(void)mxlog_le_add(out, 4, member->lines);
	(void)mxlog_le_add(out, 4, member->damaged);
	for (size_t i = 0; i < MXLOG_ARCHIVE_LEVELS; i++)
		(void)mxlog_le_add(out, 4, member->levels[i]);
	(void)mxlog_le_add(out, 1, member->flags);
	(void)mxlog_le_add(out, 8, (uint64_t)member->min_usec);
	(void)mxlog_le_add(out, 8, (uint64_t)member->max_usec);
	/* The ids' first halves bound them well enough. */
	(void)mxlog_le_add(out, 8, member->min_trace.hi);
	(void)mxlog_le_add(out, 8, member->max_trace.hi);
	(void)mxlog_buf_add(out, member->sha256, MXLOG_DIGEST_LEN);
	(void)mxlog_le_add(out, 2, member->n_modules);
	(void)mxlog_le_add(out, 2, member->n_tags);
	put_list(member->modules, member->n_modules, out);
	put_list(member->tags, member->n_tags, out);
}

int mxlog_archive_directory_encode(const struct mxlog_archive_directory *dir,
    struct mxlog_buf *out)
{
	size_t len = 256;
	int r;

	len +=
	    (dir->n_modules + dir->n_tags) * (MXLOG_ARCHIVE_NAME_LEN_MAX + 1);
	for (size_t i = 0; i < dir->n_members; i++)
		len += MEMBER_LEN + 3 * list_len(dir->members[i].n_modules) +
		    3 * list_len(dir->members[i].n_tags);
	r = mxlog_buf_reserve(out, len);
	if (r < 0)
		return r;

	put_head(dir, out);
	put_names(dir->modules, dir->n_modules, out);
	put_names(dir->tags, dir->n_tags, out);
	for (size_t i = 0; i < dir->n_members; i++)
		put_member(&dir->members[i], out);
	return 0;
}

/* ---- reading ---- */

static struct mxlog_ulid take_ulid(struct mxlog_le_reader *in)
{
	struct mxlog_ulid id;

	id.hi = mxlog_le_take_number(in, 8);
	id.lo = mxlog_le_take_number(in, 8);
	return id;
}

static void take_bytes(struct mxlog_le_reader *in, void *out, size_t n)
{
	const void *p = mxlog_le_take(in, n);

	if (p)
		memcpy(out, p, n);
}

static int take_head(struct mxlog_le_reader *in,
    struct mxlog_archive_directory *dir)
{
	const void *p = mxlog_le_take(in, sizeof(magic));
	unsigned kind;

	if (!p || memcmp(p, magic, sizeof(magic)) != 0 ||
	    mxlog_le_take_number(in, 2) != VERSION)
		return -EBADMSG;
	kind = (unsigned)mxlog_le_take_number(in, 1);
	dir->segment.kind = (enum mxlog_kind)kind;
	dir->seal = (unsigned)mxlog_le_take_number(in, 1);
	dir->segment.day = (int32_t)mxlog_le_take_number(in, 4);
	dir->segment.number = (uint32_t)mxlog_le_take_number(in, 4);
	dir->archive_id = take_ulid(in);
	dir->archived_usec = (int64_t)mxlog_le_take_number(in, 8);
	dir->arrived_usec = (int64_t)mxlog_le_take_number(in, 8);
	dir->original_size = mxlog_le_take_number(in, 8);
	dir->entry_count = mxlog_le_take_number(in, 8);
	dir->ngram_filters_size = (uint32_t)mxlog_le_take_number(in, 4);
	take_bytes(in, dir->ngram_filters_sha256, MXLOG_DIGEST_LEN);
	dir->n_members = (size_t)mxlog_le_take_number(in, 4);
	dir->n_modules = (size_t)mxlog_le_take_number(in, 2);
	dir->n_tags = (size_t)mxlog_le_take_number(in, 2);
	if (in->bad || kind > MXLOG_METRICS ||
	    dir->seal > MXLOG_ARCHIVE_SEAL_BROKEN ||
	    dir->n_modules > MXLOG_ARCHIVE_NAMES_MAX ||
	    dir->n_tags > MXLOG_ARCHIVE_NAMES_MAX ||
	    dir->n_members > (size_t)(in->end - in->at) / MEMBER_LEN)
		return -EBADMSG;
	return 0;
}

static int take_names(struct mxlog_le_reader *in,
    struct mxlog_archive_name *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		names[i].len = (size_t)mxlog_le_take_number(in, 1);
		names[i].text = mxlog_le_take(in, names[i].len);
	}
	return in->bad ? -EBADMSG : 0;
}

/* A list of ascending indexes below `n_names`, into `*lists`, which moves on. */
static int take_list(struct mxlog_le_reader *in, uint16_t n, size_t n_names,
    uint16_t **lists, const uint16_t **ret)
{
	uint16_t *list = *lists;
	uint64_t index = 0;

	*ret = list;
	if (n == MXLOG_ARCHIVE_ANY)
		return 0;
	if (n > MXLOG_ARCHIVE_MEMBER_NAMES_MAX)
		return -EBADMSG;
	for (size_t i = 0; i < n; i++) {
		uint64_t gap = mxlog_le_take_number(in, 1);

		if (gap == GAP_LONG)
			gap = mxlog_le_take_number(in, 2);
		index += gap;
		if (in->bad || index >= n_names || (i > 0 && gap == 0))
			return -EBADMSG;
		list[i] = (uint16_t)index;
	}
	*lists += n;
	return 0;
}

static uint64_t count_entries(const struct mxlog_archive_member *member)
{
	uint64_t n = 0;

	for (size_t i = 0; i < MXLOG_ARCHIVE_LEVELS; i++)
		n += member->levels[i];
	return n;
}

/* What its numbers say of each other. */
static int check_member(const struct mxlog_archive_member *member)
{
	uint64_t entries = count_entries(member);

	if (member->size <= MXLOG_GZIP_EMPTY_LEN || member->content == 0 ||
	    member->content > MXLOG_ARCHIVE_MEMBER_MAX ||
	    member->lines > member->content ||
	    entries + member->damaged != member->lines ||
	    (member->flags & ~(unsigned)ALL_FLAGS) != 0)
		return -EBADMSG;
	if (entries > 0 &&
	    (member->min_usec > member->max_usec ||
		mxlog_ulid_compare(&member->min_trace, &member->max_trace) > 0))
		return -EBADMSG;
	return 0;
}

static int take_member(struct mxlog_le_reader *in,
    const struct mxlog_archive_directory *dir, uint16_t **lists,
    struct mxlog_archive_member *member)
{
	int r;

	member->size = (uint32_t)mxlog_le_take_number(in, 4);
	member->content = (uint32_t)mxlog_le_take_number(in, 4);
	member->lines = (uint32_t)mxlog_le_take_number(in, 4);
	member->damaged = (uint32_t)mxlog_le_take_number(in, 4);
	for (size_t i = 0; i < MXLOG_ARCHIVE_LEVELS; i++)
		member->levels[i] = (uint32_t)mxlog_le_take_number(in, 4);
	member->flags = (unsigned)mxlog_le_take_number(in, 1);
	member->min_usec = (int64_t)mxlog_le_take_number(in, 8);
	member->max_usec = (int64_t)mxlog_le_take_number(in, 8);
	member->min_trace.hi = mxlog_le_take_number(in, 8);
	member->max_trace.hi = mxlog_le_take_number(in, 8);
	member->max_trace.lo = UINT64_MAX;
	take_bytes(in, member->sha256, MXLOG_DIGEST_LEN);
	member->n_modules = (uint16_t)mxlog_le_take_number(in, 2);
	member->n_tags = (uint16_t)mxlog_le_take_number(in, 2);
	r = take_list(in, member->n_modules, dir->n_modules, lists,
	    &member->modules);
	if (r == 0)
		r = take_list(in, member->n_tags, dir->n_tags, lists,
		    &member->tags);
	if (r < 0 || in->bad)
		return -EBADMSG;
	return check_member(member);
}

static int take_members(struct mxlog_le_reader *in,
    struct mxlog_archive_directory *dir, uint16_t *lists)
{
	uint64_t offset = 0, content = 0, entries = 0;
	int r;

	dir->min_usec = INT64_MAX;
	dir->max_usec = INT64_MIN;
	for (size_t i = 0; i < dir->n_members; i++) {
		struct mxlog_archive_member *member = &dir->members[i];

		r = take_member(in, dir, &lists, member);
		if (r < 0)
			return r;
		member->offset = offset;
		offset += member->size;
		content += member->content;
		if (count_entries(member) == 0)
			continue;
		entries += count_entries(member);
		dir->min_usec = MIN(dir->min_usec, member->min_usec);
		dir->max_usec = MAX(dir->max_usec, member->max_usec);
	}
	if (in->at != in->end || content != dir->original_size ||
	    entries != dir->entry_count)
		return -EBADMSG;
	return 0;
}

/* One block for all that is pointed to: the lists, the names, a copy of the
 * data that the names' text lies in. */
static int take_rest(struct mxlog_le_reader *in, size_t len,
    struct mxlog_archive_directory *dir)
{
	size_t n_names = dir->n_modules + dir->n_tags;
	size_t names_len = n_names * sizeof(struct mxlog_archive_name);
	size_t lists_len = (len + 1) * sizeof(uint16_t); /* an index a byte */
	char *memory = malloc(names_len + lists_len + len);
	uint16_t *lists;
	int r;

	dir->memory = memory;
	dir->members = calloc(dir->n_members + 1, sizeof(*dir->members));
	if (!memory || !dir->members)
		return -ENOMEM;
	dir->modules = (struct mxlog_archive_name *)(void *)memory;
	dir->tags = dir->modules + dir->n_modules;
	lists = (uint16_t *)(void *)(memory + names_len);
	memcpy(memory + names_len + lists_len, in->end - len, len);
	*in = (struct mxlog_le_reader){
		.at = (unsigned char *)memory + names_len + lists_len +
		    (len - (size_t)(in->end - in->at)),
		.end = (unsigned char *)memory + names_len + lists_len + len,
	};
	r = take_names(in, dir->modules, n_names);
	return r < 0 ? r : take_members(in, dir, lists);
}

int mxlog_archive_directory_decode(const void *data, size_t len,
    struct mxlog_archive_directory *ret)
{
	struct mxlog_archive_directory dir = { 0 };
	struct mxlog_le_reader in = {
		.at = data,
		.end = (const unsigned char *)data + len,
	};
	int r;

	r = take_head(&in, &dir);
	if (r == 0)
		r = take_rest(&in, len, &dir);
	if (r < 0) {
		mxlog_archive_directory_done(&dir);
		return r;
	}
	*ret = dir;
	return 0;
}

void mxlog_archive_directory_done(struct mxlog_archive_directory *dir)
{
	free(dir->members);
	free(dir->memory);
	*dir = (struct mxlog_archive_directory){ 0 };
}
