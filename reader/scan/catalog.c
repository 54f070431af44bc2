/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/catalog.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/archive_index.h"
#include "archive/archive_state.h"
#include "base/fs.h"
#include "scan/lines_file.h"
#include "scan/segment_bounds.h"

enum {
	OPEN_MAX_HELD = 1024, /* live segments held open, at most */
};

int mxlog_catalog_open_named(const char *path, int *ret)
{
	int r = mxlog_fs_open_dir(path, false, ret);
	char *real;

	if (r != -ELOOP)
		return r;
	real = realpath(path, NULL);
	if (!real)
		return -errno;
	r = mxlog_fs_open_dir(real, false, ret);
	free(real);
	return r;
}

static int open_dir(struct mxlog_catalog *catalog, const char *path)
{
	struct mxlog_catalog_dir *dir = &catalog->dirs[catalog->n_dirs];
	int r;

	dir->fd = -1;
	dir->path = strdup(path);
	if (!dir->path)
		return -ENOMEM;
	catalog->n_dirs++;
	r = mxlog_catalog_open_named(path, &dir->fd);
	dir->file = r == -ENOTDIR;
	if (r < 0 && !dir->file)
		(void)mxlog_error_set(&dir->problem, r, "%s: %s", path,
		    strerror(-r));
	return r == -ENOMEM ? r : 0;
}

/* ---- live segments ---- */

static int open_live(const struct mxlog_catalog *catalog,
    const struct mxlog_catalog_segment *segment, int *ret)
{
	char name[MXLOG_SEGMENT_NAME_MAX];
	char path[MXLOG_SEGMENT_NAME_MAX + 32];
	const char *dir = mxlog_segment_dir(segment->name.kind, false);

	mxlog_segment_format(name, &segment->name);
	(void)snprintf(path, sizeof(path), "%s%s%s", dir, *dir ? "/" : "",
	    name);
	return mxlog_fs_open_file(catalog->dirs[segment->dir].fd, path,
	    O_RDONLY, ret);
}

static void measure_live(const struct mxlog_catalog *catalog,
    struct mxlog_catalog_segment *segment)
{
	struct stat st;
	int r = open_live(catalog, segment, &segment->fd);

	if (r < 0)
		segment->fd = -1;
	else if (fstat(segment->fd, &st) < 0)
		r = -errno;
	else
		segment->size = (uint64_t)st.st_size;
	segment->error = r < 0 ? r : 0;
	mxlog_segment_bounds(&segment->name, segment->fd, segment->size,
	    &segment->since_usec, &segment->until_usec);
}

/* Descriptors are few: anybody can make a thousand segments, by messages of a
 * thousand days. */
static void hold_live(struct mxlog_catalog *catalog,
    struct mxlog_catalog_segment *segment)
{
	if (segment->fd < 0)
		return;
	if (catalog->n_open < catalog->max_open) {
		catalog->n_open++;
		return;
	}
	(void)close(segment->fd);
	segment->fd = -1;
}

static size_t count_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 0;
	return (size_t)MIN(limit.rlim_cur / 2, (rlim_t)OPEN_MAX_HELD);
}

static int grow(struct mxlog_catalog *catalog, size_t more)
{
	struct mxlog_catalog_segment *segments;

	if (more == 0)
		return 0;
	segments = reallocarray(catalog->segments, catalog->n_segments + more,
	    sizeof(*segments));
	if (!segments)
		return -ENOMEM;
	catalog->segments = segments;
	return 0;
}

static int add_live(struct mxlog_catalog *catalog, uint32_t dir)
{
	struct mxlog_segment_name *names = NULL;
	size_t n = 0;
	int r;

	r = mxlog_segment_list(catalog->dirs[dir].fd, catalog->kind, false,
	    &names, &n);
	if (r == -ENOENT)
		return 0; /* no metrics were ever written */
	if (r < 0)
		return r;

	r = grow(catalog, n);
	if (r < 0)
		goto out;
	for (size_t i = 0; i < n; i++) {
		struct mxlog_catalog_segment segment = { .name = names[i],
			.dir = dir,
			.fd = -1 };

		measure_live(catalog, &segment);
		if (segment.error == -ENOENT)
			continue; /* pruned since it was listed */
		hold_live(catalog, &segment);
		catalog->segments[catalog->n_segments++] = segment;
	}
out:
	free(names);
	return r;
}

/* ---- archives ---- */

/* The live segment of that name, among those from `first` on. */
static bool has_live(const struct mxlog_catalog *catalog, size_t first,
    const struct mxlog_segment_name *name)
{
	for (size_t i = first; i < catalog->n_segments; i++) {
		const struct mxlog_segment_name *live =
		    &catalog->segments[i].name;

		if (!live->archived && live->day == name->day &&
		    live->number == name->number)
			return true;
	}
	return false;
}

static struct mxlog_archive_record *copy_record(
    const struct mxlog_archive_record *record)
{
	struct mxlog_archive_record *copy = malloc(sizeof(*copy));

	if (!copy)
		return NULL;
	*copy = *record;
	copy->body = NULL;
	copy->body_len = 0;
	return copy;
}

static int add_archive(struct mxlog_catalog *catalog, uint32_t dir,
    const struct mxlog_archive_record *record)
{
	struct mxlog_catalog_segment segment = {
		.name = record->name,
		.dir = dir,
		.fd = -1,
		.size = record->compressed_size,
		.record = copy_record(record),
	};

	if (!segment.record)
		return -ENOMEM;
	mxlog_segment_bounds(&segment.name, -1, 0, &segment.since_usec,
	    &segment.until_usec);
	if (record->own && record->min_usec <= record->max_usec) {
		segment.since_usec = record->min_usec;
		segment.until_usec = record->max_usec;
	}
	catalog->segments[catalog->n_segments++] = segment;
	return 0;
}

/* Archives that the index does not name: nobody vouches for them, unless they
 * are being deleted right now. */
static int add_orphans(struct mxlog_catalog *catalog, uint32_t dir,
    size_t first, const struct mxlog_archive_index *index)
{
	struct mxlog_segment_name *names = NULL;
	size_t n = 0;
	int r;

	r = mxlog_segment_list(catalog->dirs[dir].fd, catalog->kind, true,
	    &names, &n);
	if (r == -ENOENT)
		return 0;
	if (r >= 0)
		r = grow(catalog, n);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		struct mxlog_catalog_segment segment = {
			.name = names[i],
			.dir = dir,
			.fd = -1,
			.error = -EBADMSG,
			.why = "index.json has no record of it: "
			       "mxlog-archive rebuild-index makes one",
		};

		if (mxlog_archive_index_find(index, &names[i]) ||
		    has_live(catalog, first, &names[i]) ||
		    mxlog_archive_state_is_leaving(catalog->dirs[dir].fd,
			&names[i]))
			continue;
		mxlog_segment_bounds(&segment.name, -1, 0, &segment.since_usec,
		    &segment.until_usec);
		catalog->segments[catalog->n_segments++] = segment;
	}
	free(names);
	return r;
}

static int add_records(struct mxlog_catalog *catalog, uint32_t dir,
    size_t first, const struct mxlog_archive_index *index)
{
	int r = grow(catalog, index->n);

	for (size_t i = 0; r >= 0 && i < index->n; i++) {
		const struct mxlog_archive_record *record = &index->records[i];

		if (record->name.kind == catalog->kind &&
		    !has_live(catalog, first, &record->name))
			r = add_archive(catalog, dir, record);
	}
	return r < 0 ? r : add_orphans(catalog, dir, first, index);
}

static int add_archives(struct mxlog_catalog *catalog, uint32_t index_dir,
    size_t first, struct mxlog_error *reterr)
{
	struct mxlog_catalog_dir *dir = &catalog->dirs[index_dir];
	struct mxlog_archive_index index;
	int r;

	r = mxlog_archive_index_load(dir->fd, &index, reterr);
	if (r < 0)
		return r;
	dir->damaged_records = index.damaged;
	r = add_records(catalog, index_dir, first, &index);
	mxlog_archive_index_done(&index);
	return r;
}

int mxlog_catalog_reload(struct mxlog_catalog *catalog,
    struct mxlog_catalog_segment *segment)
{
	const struct mxlog_archive_record *found;
	struct mxlog_archive_record *old = segment->record, *copy = NULL;
	struct mxlog_archive_index index;

	if (mxlog_archive_index_load(catalog->dirs[segment->dir].fd, &index,
		NULL) < 0)
		return 0;
	found = mxlog_archive_index_find(&index, &segment->name);
	if (found)
		copy = copy_record(found);
	mxlog_archive_index_done(&index);
	if (found &&
	    (!copy ||
		memcmp(copy->checksum, old->checksum, MXLOG_DIGEST_LEN) == 0)) {
		free(copy);
		return 0;
	}
	free(old);
	segment->record = copy;
	return 1;
}

/* What was a live segment is the archive that was made of it. */
static int become_archive(struct mxlog_catalog *catalog,
    struct mxlog_catalog_segment *segment)
{
	const struct mxlog_archive_record *found;
	struct mxlog_archive_index index;
	struct mxlog_segment_name name = segment->name;

	name.archived = true;
	if (mxlog_archive_index_load(catalog->dirs[segment->dir].fd, &index,
		NULL) < 0)
		return -ENOENT;
	found = mxlog_archive_index_find(&index, &name);
	if (found)
		segment->record = copy_record(found);
	mxlog_archive_index_done(&index);
	if (segment->record)
		segment->name.archived = true;
	return -ENOENT;
}

int mxlog_catalog_open_segment(struct mxlog_catalog *catalog,
    struct mxlog_catalog_segment *segment, int *ret)
{
	int r = open_live(catalog, segment, ret);

	return r == -ENOENT ? become_archive(catalog, segment) : r;
}

/* ---- all of it ---- */

/* Stored order: the day first, so that a query can stop early. */
static int compare(const void *a, const void *b)
{
	const struct mxlog_catalog_segment *x = a, *y = b;

	if (x->name.day != y->name.day)
		return x->name.day < y->name.day ? -1 : 1;
	if (x->dir != y->dir)
		return x->dir < y->dir ? -1 : 1;
	if (x->name.number != y->name.number)
		return x->name.number < y->name.number ? -1 : 1;
	return (int)y->name.archived - (int)x->name.archived;
}

/* It may be of any day. */
static int add_file(struct mxlog_catalog *catalog, uint32_t index)
{
	struct mxlog_catalog_dir *dir = &catalog->dirs[index];
	struct mxlog_catalog_segment segment = {
		.name = { .kind = catalog->kind },
		.dir = index,
		.since_usec = INT64_MIN,
		.until_usec = INT64_MAX,
	};
	struct mxlog_error error = { 0 };
	int r = mxlog_lines_file_open(dir->path, &segment.fd, &segment.size,
	    &error);

	if (r >= 0) {
		r = grow(catalog, 1);
		if (r < 0)
			(void)close(segment.fd);
		else
			catalog->segments[catalog->n_segments++] = segment;
		return r;
	}
	if (error.code < 0)
		(void)mxlog_error_set(&dir->problem, r, "%s", error.text);
	else
		(void)mxlog_error_set(&dir->problem, r, "%s: %s", dir->path,
		    strerror(-r));
	return r == -ENOMEM ? r : 0;
}

/* What can't be read of it is its own problem. */
static int add_dir(struct mxlog_catalog *catalog, uint32_t index)
{
	struct mxlog_catalog_dir *dir = &catalog->dirs[index];
	struct mxlog_error error = { 0 };
	size_t first = catalog->n_segments;
	int r;

	if (dir->file)
		return add_file(catalog, index);
	if (dir->fd < 0)
		return 0;
	/* Live segments first: what is archived after they were listed is in
	 * the index that is read then. */
	r = add_live(catalog, index);
	if (r >= 0)
		r = add_archives(catalog, index, first, &error);
	if (r < 0)
		(void)mxlog_error_set(&dir->problem, r, "%s: %s", dir->path,
		    error.code < 0 ? error.text : strerror(-r));
	return r == -ENOMEM ? r : 0;
}

/* Of no directory is there anything to be read. */
static int find_problem(const struct mxlog_catalog *catalog,
    struct mxlog_error *reterr)
{
	for (size_t i = 0; i < catalog->n_dirs; i++)
		if (catalog->dirs[i].fd >= 0 || catalog->dirs[i].file)
			return 0;
	if (catalog->n_dirs == 0)
		return 0;
	if (reterr)
		*reterr = catalog->dirs[0].problem;
	return catalog->dirs[0].problem.code;
}

int mxlog_catalog_open(struct mxlog_catalog *catalog, enum mxlog_kind kind,
    const char *const *dirs, size_t n_dirs, struct mxlog_error *reterr)
{
	int r = 0;

	*catalog = (struct mxlog_catalog){ .kind = kind,
		.max_open = count_descriptors() };
	catalog->dirs = calloc(MAX(n_dirs, (size_t)1), sizeof(*catalog->dirs));
	if (!catalog->dirs)
		return -ENOMEM;
	for (size_t i = 0; r >= 0 && i < n_dirs; i++)
		r = open_dir(catalog, dirs[i]);
	if (r >= 0)
		r = find_problem(catalog, reterr);
	for (uint32_t i = 0; r >= 0 && i < n_dirs; i++)
		r = add_dir(catalog, i);
	if (r < 0) {
		mxlog_catalog_done(catalog);
		return r;
	}
	if (catalog->n_segments > 0)
		qsort(catalog->segments, catalog->n_segments,
		    sizeof(*catalog->segments), compare);
	return 0;
}

void mxlog_catalog_done(struct mxlog_catalog *catalog)
{
	for (size_t i = 0; i < catalog->n_segments; i++) {
		if (catalog->segments[i].fd >= 0)
			(void)close(catalog->segments[i].fd);
		free(catalog->segments[i].record);
	}
	for (size_t i = 0; i < catalog->n_dirs; i++) {
		if (catalog->dirs[i].fd >= 0)
			(void)close(catalog->dirs[i].fd);
		free(catalog->dirs[i].path);
	}
	free(catalog->segments);
	free(catalog->dirs);
	*catalog = (struct mxlog_catalog){ 0 };
}

void mxlog_catalog_path(const struct mxlog_catalog *catalog,
    const struct mxlog_catalog_segment *segment, char *out, size_t size)
{
	char name[MXLOG_SEGMENT_NAME_MAX];
	const char *dir =
	    mxlog_segment_dir(segment->name.kind, segment->name.archived);

	if (catalog->dirs[segment->dir].file) {
		(void)snprintf(out, size, "%s",
		    catalog->dirs[segment->dir].path);
		return;
	}
	mxlog_segment_format(name, &segment->name);
	(void)snprintf(out, size, "%s/%s%s%s", catalog->dirs[segment->dir].path,
	    dir, *dir ? "/" : "", name);
}
