/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/arrival.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/number.h"
#include "scan/chunk.h"

#define FIRST_LINE "mxlog-cursor 1"

enum {
	HEAD_BYTES = 64,
};

/* ---- reading the text ---- */

static int add_dir(struct mxlog_arrival *arrival, const char *path)
{
	char **dirs =
	    reallocarray(arrival->dirs, arrival->n_dirs + 1, sizeof(char *));

	if (!dirs)
		return -ENOMEM;
	arrival->dirs = dirs;
	dirs[arrival->n_dirs] = strdup(path);
	return dirs[arrival->n_dirs++] ? 0 : -ENOMEM;
}

static int add_entry(struct mxlog_arrival *arrival,
    const struct mxlog_arrival_entry *entry)
{
	struct mxlog_arrival_entry *entries;

	/* In powers of two. */
	if ((arrival->n_entries & (arrival->n_entries - 1)) == 0) {
		entries = reallocarray(arrival->entries,
		    MAX(arrival->n_entries * 2, (size_t)1), sizeof(*entries));
		if (!entries)
			return -ENOMEM;
		arrival->entries = entries;
	}
	arrival->entries[arrival->n_entries++] = *entry;
	return 0;
}

static int parse_head(const char *text, uint64_t *ret)
{
	size_t len = strlen(text);

	*ret = 0;
	for (size_t i = 0; i < len; i++) {
		int digit = mxlog_number_hex_digit(text[i]);

		if (digit < 0 || len > 16)
			return -EINVAL;
		*ret = *ret << 4 | (unsigned)digit;
	}
	return len > 0 ? 0 : -EINVAL;
}

/* NAME all, or NAME OFFSET HEAD. */
static int parse_entry(struct mxlog_arrival *arrival, char *line)
{
	struct mxlog_arrival_entry entry = {
		.dir = (uint32_t)arrival->n_dirs - 1,
		.offset = MXLOG_ARRIVAL_ALL,
	};
	const char *name = strsep(&line, " "), *offset = strsep(&line, " ");

	if (!offset || arrival->n_dirs == 0 ||
	    mxlog_segment_parse(name, &entry.name) < 0 || entry.name.archived)
		return -EINVAL;
	if (strcmp(offset, "all") != 0 &&
	    (!line ||
		mxlog_number_parse_u64(offset, strlen(offset), &entry.offset) <
		    0 ||
		parse_head(line, &entry.head) < 0))
		return -EINVAL;
	return add_entry(arrival, &entry);
}

static int parse_line(struct mxlog_arrival *arrival, char *line, size_t number)
{
	if (number == 0)
		return strcmp(line, FIRST_LINE) == 0 ? 0 : -EINVAL;
	if (strncmp(line, "dir ", 4) == 0)
		return add_dir(arrival, line + 4);
	return parse_entry(arrival, line);
}

static int compare_entries(const void *a, const void *b)
{
	const struct mxlog_arrival_entry *x = a, *y = b;

	if (x->dir != y->dir)
		return x->dir < y->dir ? -1 : 1;
	return mxlog_segment_compare(&x->name, &y->name);
}

int mxlog_arrival_parse(struct mxlog_arrival *arrival, const char *text,
    size_t len, struct mxlog_error *reterr)
{
	char *copy = strndup(text, len), *rest = copy;
	size_t number = 0;
	int r = copy ? 0 : -ENOMEM;

	*arrival = (struct mxlog_arrival){ 0 };
	while (r >= 0 && rest && *rest)
		r = parse_line(arrival, strsep(&rest, "\n"), number++);
	free(copy);
	if (r == -EINVAL)
		r = mxlog_error_set(reterr, r,
		    "line %zu says no place where reading ended", number);
	if (r < 0)
		mxlog_arrival_done(arrival);
	else if (arrival->n_entries > 0)
		qsort(arrival->entries, arrival->n_entries,
		    sizeof(*arrival->entries), compare_entries);
	return r;
}

void mxlog_arrival_done(struct mxlog_arrival *arrival)
{
	for (size_t i = 0; i < arrival->n_dirs; i++)
		free(arrival->dirs[i]);
	free(arrival->dirs);
	free(arrival->entries);
	*arrival = (struct mxlog_arrival){ 0 };
}

/* ---- and the catalog ---- */

/* What the text says of a segment, or NULL. */
static const struct mxlog_arrival_entry *find(const struct mxlog_arrival
						  *arrival,
    const char *dir, const struct mxlog_segment_name *name)
{
	struct mxlog_arrival_entry key = { .name = *name };

	if (arrival->n_entries == 0)
		return NULL;
	key.name.archived = false;
	while (key.dir < arrival->n_dirs &&
	    strcmp(arrival->dirs[key.dir], dir) != 0)
		key.dir++;
	return bsearch(&key, arrival->entries, arrival->n_entries,
	    sizeof(*arrival->entries), compare_entries);
}

/* 0 where there are too few bytes. */
static uint64_t hash_head(int fd, uint64_t size)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	unsigned char head[HEAD_BYTES];
	size_t n;

	if (size < HEAD_BYTES ||
	    mxlog_fs_pread_full(fd, head, HEAD_BYTES, 0, &n) < 0 ||
	    n < HEAD_BYTES)
		return 0;
	for (size_t i = 0; i < HEAD_BYTES; i++)
		hash = (hash ^ head[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static uint64_t begin_of_archive(const struct mxlog_arrival_entry *entry)
{
	return entry ? entry->offset : 0;
}

static uint64_t begin_of_live(int fd,
    const struct mxlog_catalog_segment *segment,
    const struct mxlog_arrival_entry *entry)
{
	if (!entry || entry->offset == MXLOG_ARRIVAL_ALL ||
	    (entry->head != 0 && entry->head != segment->head))
		return 0; /* another file of that name */
	/* Its writer may have taken back what it could not write wholly. */
	return mxlog_chunk_whole_lines(fd, MIN(entry->offset, segment->size));
}

static void apply_live(struct mxlog_catalog *catalog,
    struct mxlog_catalog_segment *segment,
    const struct mxlog_arrival_entry *entry)
{
	int fd = segment->fd;

	if (fd < 0 && mxlog_catalog_open_segment(catalog, segment, &fd) < 0) {
		segment->from = begin_of_archive(entry);
		return;
	}
	segment->size = mxlog_chunk_whole_lines(fd, segment->size);
	segment->head = hash_head(fd, segment->size);
	segment->from = begin_of_live(fd, segment, entry);
	if (segment->fd < 0)
		(void)close(fd);
}

void mxlog_arrival_apply(const struct mxlog_arrival *arrival,
    struct mxlog_catalog *catalog)
{
	for (size_t i = 0; i < catalog->n_segments; i++) {
		struct mxlog_catalog_segment *segment = &catalog->segments[i];
		const char *path = catalog->dirs[segment->dir].path;
		char *real = realpath(path, NULL);
		const struct mxlog_arrival_entry *entry =
		    find(arrival, real ? real : path, &segment->name);

		if (segment->record)
			segment->from = begin_of_archive(entry);
		else if (segment->error == 0)
			apply_live(catalog, segment, entry);
		free(real);
	}
}

static int format_segment(const struct mxlog_arrival *arrival,
    const struct mxlog_catalog_segment *segment, const char *dir,
    struct mxlog_buf *out)
{
	const struct mxlog_arrival_entry *before;
	char name[MXLOG_SEGMENT_NAME_MAX];
	struct mxlog_segment_name live = segment->name;
	uint64_t offset = segment->size, head = segment->head;

	live.archived = false;
	mxlog_segment_format(name, &live);
	if (segment->record)
		return mxlog_buf_printf(out, "%s all\n", name);
	if (segment->error < 0) {
		before = find(arrival, dir, &live);
		if (!before)
			return 0;
		offset = before->offset;
		head = before->head;
	}
	if (offset == MXLOG_ARRIVAL_ALL)
		return mxlog_buf_printf(out, "%s all\n", name);
	return mxlog_buf_printf(out, "%s %" PRIu64 " %" PRIx64 "\n", name,
	    offset, head);
}

static bool is_listed(const struct mxlog_catalog *catalog, uint32_t dir,
    const struct mxlog_segment_name *name)
{
	for (size_t i = 0; i < catalog->n_segments; i++) {
		struct mxlog_segment_name live = catalog->segments[i].name;

		live.archived = false;
		if (catalog->segments[i].dir == dir &&
		    mxlog_segment_compare(&live, name) == 0)
			return true;
	}
	return false;
}

/* What the text says of a directory that can't be read, or not all of it. */
static int keep_dir(const struct mxlog_arrival *arrival,
    const struct mxlog_catalog *catalog, uint32_t index, const char *dir,
    struct mxlog_buf *out)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < arrival->n_entries; i++) {
		const struct mxlog_arrival_entry *entry = &arrival->entries[i];
		struct mxlog_catalog_segment segment = { .name = entry->name,
			.size = entry->offset,
			.head = entry->head };

		if (entry->name.kind == catalog->kind &&
		    strcmp(arrival->dirs[entry->dir], dir) == 0 &&
		    !is_listed(catalog, index, &entry->name))
			r = format_segment(arrival, &segment, dir, out);
	}
	return r;
}

static int format_dir(const struct mxlog_arrival *arrival,
    const struct mxlog_catalog *catalog, uint32_t index, struct mxlog_buf *out)
{
	const struct mxlog_catalog_dir *dir = &catalog->dirs[index];
	char *real = realpath(dir->path, NULL);
	const char *path = real ? real : dir->path;
	int r = mxlog_buf_printf(out, "dir %s\n", path);

	for (size_t i = 0; r >= 0 && i < catalog->n_segments; i++)
		if (catalog->segments[i].dir == index)
			r = format_segment(arrival, &catalog->segments[i], path,
			    out);
	if (r >= 0 && dir->problem.code < 0)
		r = keep_dir(arrival, catalog, index, path, out);
	free(real);
	return r;
}

int mxlog_arrival_format(const struct mxlog_arrival *arrival,
    const struct mxlog_catalog *catalog, struct mxlog_buf *out)
{
	int r = mxlog_buf_add(out, LITERAL(FIRST_LINE "\n"));

	for (uint32_t i = 0; r >= 0 && i < catalog->n_dirs; i++)
		r = format_dir(arrival, catalog, i, out);
	return r;
}
