/* SPDX-License-Identifier: Apache-2.0 */
/* How well n-gram filters skip: archives a file of canonical lines, then asks for
 * ids that are nowhere, and for words that are somewhere, and says how many of
 * the members without the text would be read in vain.
 *
 * usage: bench_sketch FILE (about 100 MB of lines) */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/archive_file.h"
#include "archive/archive_line.h"
#include "archive/archive_writer.h"
#include "lines.h"
#include "scratch.h"

enum {
	NEEDLES = 300,
	NEEDLE_MAX = 64,
};

struct bench {
	struct mxlog_archive_file *file;
	const struct mxlog_archive_directory *dir;
	struct mxlog_buf *folded; /* a member's messages, in lower case */
	struct lines random;
};

static void die(const char *what)
{
	(void)fprintf(stderr, "bench_sketch: %s\n", what);
	exit(EXIT_FAILURE);
}

static void make_archive(const char *in, const char *path,
    struct mxlog_archive_record *record)
{
	struct mxlog_archive_source source = { .segment = { .day = 20481 } };
	struct stat st;
	int fd;

	source.fd = open(in, O_RDONLY | O_CLOEXEC);
	if (source.fd < 0 || fstat(source.fd, &st) < 0)
		die(in);
	source.size = (uint64_t)st.st_size;
	(void)mkdir(scratch_path(path, "archive"), 0700);
	fd = open(scratch_path(path, "archive/2026-01-28.log.gz"),
	    O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || mxlog_archive_write(&source, fd, NULL, NULL, record) < 0)
		die("archive");
	(void)close(fd);
	(void)close(source.fd);
}

/* The messages of a member, one a line, in lower case. */
static void fold_member(struct bench *bench, size_t i)
{
	struct mxlog_archive_scratch scratch = { 0 };
	struct mxlog_buf content = { 0 };
	struct mxlog_archive_line line;
	const char *p, *end, *newline;

	if (mxlog_archive_file_read(bench->file, i, &scratch, &content, NULL) <
	    0)
		die("member");
	end = content.data + content.len;
	for (p = content.data; p < end; p = newline + 1) {
		newline = memchr(p, '\n', (size_t)(end - p));
		if (!mxlog_archive_line_scan(p, (size_t)(newline - p), &line) ||
		    line.message_escaped)
			continue;
		for (size_t k = 0; k < line.message_len; k++)
			(void)mxlog_buf_add_char(&bench->folded[i],
			    (char)tolower((unsigned char)line.message[k]));
		(void)mxlog_buf_add_char(&bench->folded[i], '\n');
	}
	mxlog_archive_scratch_done(&scratch);
	mxlog_buf_done(&content);
}

/* Members without the text that would be read, in percent. */
static double waste(const struct bench *bench, const char *needle,
    size_t *ret_holding)
{
	struct mxlog_ngram_set set = { 0 };
	size_t vain = 0, without = 0;

	if (mxlog_ngram_set_add(&set, needle, strlen(needle)) < 0)
		die("memory");
	for (size_t i = 0; i < bench->dir->n_members; i++) {
		bool may = mxlog_archive_file_may_contain(bench->file, i, &set);
		bool holds = memmem(bench->folded[i].data, bench->folded[i].len,
		    needle, strlen(needle));

		if (holds && !may)
			die("a member that holds the text was skipped");
		without += !holds;
		vain += may && !holds;
	}
	mxlog_ngram_set_done(&set);
	*ret_holding = bench->dir->n_members - without;
	return without ? 100.0 * (double)vain / (double)without : 0;
}

static void make_id(struct bench *bench, size_t len, const char *digits,
    char *out)
{
	for (size_t i = 0; i < len; i++)
		out[i] = digits[lines_random(&bench->random) % strlen(digits)];
	out[len] = '\0';
}

static void ask_ids(struct bench *bench, const char *name, size_t len,
    const char *digits)
{
	char needle[NEEDLE_MAX];
	double sum = 0;
	size_t holding;

	for (int i = 0; i < NEEDLES; i++) {
		make_id(bench, len, digits, needle);
		sum += waste(bench, needle, &holding);
	}
	printf("%-24s %5.1f %% of the members in vain\n", name, sum / NEEDLES);
}

/* A word of some message: `len` characters from a word's beginning on. */
static bool pick_word(struct bench *bench, size_t len, char *out)
{
	size_t i = lines_random(&bench->random) % bench->dir->n_members;
	const struct mxlog_buf *text = &bench->folded[i];
	size_t at = lines_random(&bench->random) % (text->len - NEEDLE_MAX);

	while (at < text->len - len && isalnum((unsigned char)text->data[at]))
		at++;
	at++;
	for (size_t k = 0; k < len; k++) {
		if (at + k >= text->len ||
		    !isgraph((unsigned char)text->data[at + k]))
			return false;
		out[k] = text->data[at + k];
	}
	out[len] = '\0';
	return true;
}

static void ask_words(struct bench *bench, size_t len)
{
	char needle[NEEDLE_MAX];
	double sum = 0, held = 0;
	size_t holding;
	int n = 0;

	for (int tries = 0; n < NEEDLES && tries < 100 * NEEDLES; tries++) {
		if (!pick_word(bench, len, needle))
			continue;
		sum += waste(bench, needle, &holding);
		held += (double)holding / (double)bench->dir->n_members;
		n++;
	}
	printf("words of %2zu characters   %5.1f %% in vain; "
	       "%.0f %% of the members hold one\n",
	    len, sum / MAX(n, 1), 100 * held / MAX(n, 1));
}

int main(int argc, char **argv)
{
	struct bench bench = { .random = { .seed = 99 } };
	struct mxlog_archive_record record;
	char *path = scratch_new();
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (argc != 2)
		die("usage: bench_sketch FILE");
	make_archive(argv[1], path, &record);
	if (mxlog_archive_file_open(fd, &record, &bench.file, NULL) < 0 ||
	    mxlog_archive_file_load_ngram_filters(bench.file, NULL) < 0)
		die("open");
	bench.dir = mxlog_archive_file_directory(bench.file);
	bench.folded = calloc(bench.dir->n_members, sizeof(*bench.folded));
	if (!bench.folded)
		die("memory");
	for (size_t i = 0; i < bench.dir->n_members; i++)
		fold_member(&bench, i);
	printf("%zu members, %.2f %% of %llu bytes are sketches\n",
	    bench.dir->n_members,
	    100.0 * bench.dir->ngram_filters_size /
		(double)record.compressed_size,
	    (unsigned long long)record.compressed_size);
	ask_ids(&bench, "absent 8 hex digits", 8, "0123456789abcdef");
	ask_ids(&bench, "absent 12 hex digits", 12, "0123456789abcdef");
	ask_ids(&bench, "absent 16 hex digits", 16, "0123456789abcdef");
	ask_ids(&bench, "absent 10 digits", 10, "0123456789");
	ask_ids(&bench, "absent 9 letters", 9, "abcdefghijklmnopqrstuvwxyz");
	ask_words(&bench, 6);
	ask_words(&bench, 10);
	ask_words(&bench, 16);
	mxlog_archive_file_close(bench.file);
	scratch_done(path);
	return EXIT_SUCCESS;
}
