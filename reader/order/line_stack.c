/* SPDX-License-Identifier: Apache-2.0 */
#include "order/line_stack.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "order/temporary.h"

enum {
	PLACES = 64 * 1024,         /* in memory, and in a block of the file */
	TEXT_MAX = 4 * 1024 * 1024, /* bytes of texts kept */
};

#define NO_TEXT UINT32_MAX

struct place {
	uint64_t offset;
	int64_t time_usec;
	uint32_t segment, len;
	uint32_t text_at; /* in texts; NO_TEXT */
};

struct mxlog_line_stack {
	struct place *places;
	size_t n, capacity;
	struct mxlog_buf texts;
	int fd;          /* -1: none yet */
	uint64_t blocks; /* in the file */
};

int mxlog_line_stack_new(struct mxlog_line_stack **ret)
{
	struct mxlog_line_stack *stack = calloc(1, sizeof(*stack));
	int r;

	if (!stack)
		return -ENOMEM;
	stack->fd = -1;
	/* Texts must not move. */
	r = mxlog_buf_reserve(&stack->texts, TEXT_MAX);
	if (r < 0)
		mxlog_line_stack_free(stack);
	else
		*ret = stack;
	return r;
}

void mxlog_line_stack_free(struct mxlog_line_stack *stack)
{
	if (!stack)
		return;
	if (stack->fd >= 0)
		(void)close(stack->fd);
	mxlog_buf_done(&stack->texts);
	free(stack->places);
	free(stack);
}

static off_t block_at(uint64_t block)
{
	return (off_t)(block * PLACES * sizeof(struct place));
}

static int write_block(struct mxlog_line_stack *stack)
{
	const char *bytes = (const char *)stack->places;
	size_t size = PLACES * sizeof(*stack->places);
	off_t at = block_at(stack->blocks);

	if (stack->fd < 0)
		stack->fd = mxlog_temporary_open();
	if (stack->fd < 0)
		return stack->fd;
	while (size > 0) {
		ssize_t n = pwrite(stack->fd, bytes, size, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		bytes += n;
		at += n;
		size -= (size_t)n;
	}
	stack->blocks++;
	stack->n = 0;
	return 0;
}

static int read_block(struct mxlog_line_stack *stack)
{
	size_t size = PLACES * sizeof(*stack->places), n;
	int r = mxlog_fs_pread_full(stack->fd, (char *)stack->places, size,
	    block_at(--stack->blocks), &n);

	if (r < 0 || n != size)
		return r < 0 ? r : -EIO;
	stack->n = PLACES;
	return 0;
}

static int make_room(struct mxlog_line_stack *stack)
{
	size_t capacity =
	    MIN(MAX(stack->capacity * 2, (size_t)64), (size_t)PLACES);
	struct place *places;

	if (stack->n < stack->capacity)
		return 0;
	if (stack->n == PLACES)
		return write_block(stack);
	places = reallocarray(stack->places, capacity, sizeof(*places));
	if (!places)
		return -ENOMEM;
	stack->places = places;
	stack->capacity = capacity;
	return 0;
}

int mxlog_line_stack_push(struct mxlog_line_stack *stack,
    const struct mxlog_sort_record *record, const char *text)
{
	struct place place = { .offset = record->offset,
		.time_usec = record->time_usec,
		.segment = record->segment,
		.len = record->len,
		.text_at = NO_TEXT };
	int r = make_room(stack);

	if (r < 0)
		return r;
	if (stack->texts.len + record->len <= TEXT_MAX) {
		place.text_at = (uint32_t)stack->texts.len;
		r = mxlog_buf_add(&stack->texts, text, record->len);
	}
	if (r >= 0)
		stack->places[stack->n++] = place;
	return r;
}

int mxlog_line_stack_pop(struct mxlog_line_stack *stack,
    struct mxlog_sort_record *ret)
{
	const struct place *place;
	int r = 0;

	if (stack->n == 0 && stack->blocks == 0)
		return 0;
	if (stack->n == 0)
		r = read_block(stack);
	if (r < 0)
		return r;
	place = &stack->places[--stack->n];
	*ret = (struct mxlog_sort_record){ .offset = place->offset,
		.time_usec = place->time_usec,
		.segment = place->segment,
		.len = place->len };
	if (place->text_at != NO_TEXT)
		ret->text = stack->texts.data + place->text_at;
	return 1;
}
