/* SPDX-License-Identifier: Apache-2.0 */
#include "report/patterns.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "report/shape.h"

enum {
	FIRST_WORDS = 3 * MXLOG_PATTERN_WORDS,
	ARENA_MAX = 24 * 1024 * 1024,
	SHAPES_MAX = 150000,
	EXAMPLE_MAX = 240,
	TOKENS_MAX = MXLOG_SHAPE_MAX,
	LEVELS = MXLOG_PATTERN_LEVELS,
};

struct shape {
	uint64_t hash;
	uint32_t text, example; /* in the arena */
	uint16_t len, example_len;
	uint64_t count;
	int64_t first_usec, last_usec;
	uint64_t levels[LEVELS];
};

struct mxlog_patterns {
	struct mxlog_buf arena;
	struct shape *shapes;
	size_t n, capacity;
	uint32_t *slots; /* of shapes, counted from 1; 0: empty */
	size_t n_slots;
	uint64_t total, rest;
	bool full; /* grouping early made no room */

	/* Once finished: */
	struct mxlog_patterns
	    *groups;        /* a table of what shapes have in common */
	uint32_t *group_of; /* by shape */
	uint32_t *rank_of;  /* by group: which pattern it is */
	struct mxlog_message_pattern *patterns;
	struct mxlog_buf texts; /* of those */
};

static uint64_t hash_bytes(uint64_t hash, const void *data, size_t len)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
	return hash;
}

#define HASH_START UINT64_C(0xcbf29ce484222325)

static size_t level_index(enum mxlog_level level)
{
	return MIN((size_t)MAX((int)level / 10 - 1, 0), (size_t)LEVELS - 1);
}

int mxlog_patterns_new(struct mxlog_patterns **ret)
{
	struct mxlog_patterns *patterns = calloc(1, sizeof(*patterns));

	if (!patterns)
		return -ENOMEM;
	patterns->n_slots = 4096;
	patterns->slots = calloc(patterns->n_slots, sizeof(uint32_t));
	if (!patterns->slots) {
		free(patterns);
		return -ENOMEM;
	}
	*ret = patterns;
	return 0;
}

void mxlog_patterns_free(struct mxlog_patterns *patterns)
{
	if (!patterns)
		return;
	mxlog_buf_done(&patterns->arena);
	mxlog_buf_done(&patterns->texts);
	free(patterns->shapes);
	free(patterns->slots);
	free(patterns->patterns);
	free(patterns->group_of);
	free(patterns->rank_of);
	mxlog_patterns_free(patterns->groups);
	free(patterns);
}

static const char *text_of(const struct mxlog_patterns *patterns,
    const struct shape *shape)
{
	return patterns->arena.data + shape->text;
}

/* ---- the table of shapes ---- */

static uint32_t *find_slot(const struct mxlog_patterns *patterns, uint64_t hash,
    const char *text, size_t len)
{
	size_t mask = patterns->n_slots - 1;

	for (size_t at = hash & mask;; at = (at + 1) & mask) {
		uint32_t *slot = &patterns->slots[at];
		const struct shape *shape = &patterns->shapes[*slot - 1];

		if (*slot == 0 ||
		    (shape->hash == hash && shape->len == len &&
			memcmp(text_of(patterns, shape), text, len) == 0))
			return slot;
	}
}

static int grow(struct mxlog_patterns *patterns)
{
	size_t n_slots = 2 * patterns->n_slots;
	uint32_t *slots;

	if (patterns->n == patterns->capacity) {
		size_t capacity = MAX(2 * patterns->capacity, (size_t)1024);
		struct shape *shapes =
		    reallocarray(patterns->shapes, capacity, sizeof(*shapes));

		if (!shapes)
			return -ENOMEM;
		patterns->shapes = shapes;
		patterns->capacity = capacity;
	}
	if (2 * (patterns->n + 1) < patterns->n_slots)
		return 0;
	slots = calloc(n_slots, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < patterns->n; i++) {
		size_t at = patterns->shapes[i].hash & (n_slots - 1);

		while (slots[at])
			at = (at + 1) & (n_slots - 1);
		slots[at] = (uint32_t)i + 1;
	}
	free(patterns->slots);
	patterns->slots = slots;
	patterns->n_slots = n_slots;
	return 0;
}

static int add_text(struct mxlog_patterns *patterns, const char *text,
    size_t len, uint32_t *ret)
{
	*ret = (uint32_t)patterns->arena.len;
	return mxlog_buf_add(&patterns->arena, text, len);
}

/* Find a shape, or make it with nothing counted. `shape` may lie in the arena of
 * another one. */
static int get_shape(struct mxlog_patterns *patterns, const char *text,
    size_t len, const char *example, size_t example_len, struct shape **ret)
{
	uint64_t hash = hash_bytes(HASH_START, text, len);
	struct shape *shape;
	uint32_t *slot;
	int r = grow(patterns);

	if (r < 0)
		return r;
	slot = find_slot(patterns, hash, text, len);
	if (*slot) {
		*ret = &patterns->shapes[*slot - 1];
		return 0;
	}
	shape = &patterns->shapes[patterns->n];
	*shape = (struct shape){ .hash = hash,
		.len = (uint16_t)len,
		.example_len = (uint16_t)MIN(example_len, EXAMPLE_MAX) };
	r = add_text(patterns, text, len, &shape->text);
	if (r == 0)
		r = add_text(patterns, example, shape->example_len,
		    &shape->example);
	if (r < 0)
		return r;
	*slot = (uint32_t)++patterns->n;
	*ret = shape;
	return 0;
}

static void count(struct shape *shape, const struct shape *more)
{
	if (shape->count == 0 || more->first_usec < shape->first_usec)
		shape->first_usec = more->first_usec;
	if (shape->count == 0 || more->last_usec > shape->last_usec)
		shape->last_usec = more->last_usec;
	shape->count += more->count;
	for (size_t i = 0; i < LEVELS; i++)
		shape->levels[i] += more->levels[i];
}

static int group_early(struct mxlog_patterns *patterns);

/* Count a shape; whether there is room is decided before. */
static int add_shape(struct mxlog_patterns *patterns, const char *text,
    const char *example, size_t example_len, const struct shape *more)
{
	struct shape *shape;
	int r = 0;

	if (patterns->arena.len > ARENA_MAX || patterns->n >= SHAPES_MAX)
		r = group_early(patterns);
	if (r == 0 && patterns->full &&
	    *find_slot(patterns, hash_bytes(HASH_START, text, more->len), text,
		more->len) == 0) {
		patterns->rest += more->count;
		return 0;
	}
	if (r == 0)
		r = get_shape(patterns, text, more->len, example, example_len,
		    &shape);
	if (r == 0)
		count(shape, more);
	return r;
}

int mxlog_patterns_add(struct mxlog_patterns *patterns, const char *message,
    size_t len, int64_t time_usec, enum mxlog_level level)
{
	char text[MXLOG_SHAPE_MAX];
	struct shape one = { .count = 1,
		.first_usec = time_usec,
		.last_usec = time_usec };
	const char *newline = memchr(message, '\n', len);

	assert(!patterns->groups);
	one.len = (uint16_t)mxlog_shape(message, len, text);
	one.levels[level_index(level)] = 1;
	patterns->total++;
	return add_shape(patterns, text, message,
	    newline ? (size_t)(newline - message) : len, &one);
}

int mxlog_patterns_merge(struct mxlog_patterns *patterns,
    const struct mxlog_patterns *other)
{
	int r = 0;

	for (size_t i = 0; i < other->n && r == 0; i++) {
		const struct shape *shape = &other->shapes[i];

		r = add_shape(patterns, text_of(other, shape),
		    other->arena.data + shape->example, shape->example_len,
		    shape);
	}
	patterns->total += other->total;
	patterns->rest += other->rest;
	return r;
}

/* ---- grouping ---- */

/* What grouping needs for a time. Words are known by number. */
struct grouping {
	const struct mxlog_patterns *patterns;
	uint32_t *tokens; /* of all shapes; a word's number, or a character's */
	struct item {
		uint64_t skeleton;
		size_t tokens; /* index of the first */
		uint32_t shape;
		uint16_t n;
		uint32_t group;
	} * items;
	struct mxlog_patterns *words; /* a table of words, used as such */
	uint32_t *seen;               /* by word: when it was seen last */
	uint32_t *local;              /* by word: which of a column's it is */
	uint32_t now, n_groups;
	struct range {
		size_t begin, end;
	} * stack;
	size_t n_stack, stack_capacity;
};

enum {
	PLAIN = 0x80000000, /* no word: a character */
	HOLE_WORD = 0,      /* the number of the hole */
};

static void grouping_done(struct grouping *g)
{
	free(g->tokens);
	free(g->items);
	mxlog_patterns_free(g->words);
	free(g->seen);
	free(g->local);
	free(g->stack);
}

static int word_number(struct grouping *g, const char *text, size_t len,
    uint32_t *ret)
{
	struct shape *word;
	int r = get_shape(g->words, text, len, "", 0, &word);

	if (r == 0)
		*ret = (uint32_t)(word - g->words->shapes);
	return r;
}

/* The tokens of a shape, and a hash of what is no word in it. */
static int split_shape(struct grouping *g, struct item *item, size_t *n_tokens)
{
	const struct shape *shape = &g->patterns->shapes[item->shape];
	const char *text = text_of(g->patterns, shape);
	size_t at = 0, len;
	int r = 0;

	item->tokens = *n_tokens;
	item->skeleton = HASH_START;
	for (; r == 0 && (len = mxlog_shape_token(text, shape->len, &at)) > 0;
	     at += len) {
		bool word = mxlog_shape_is_word(text[at]);
		char kind = word ? 'W' : text[at];

		item->skeleton = hash_bytes(item->skeleton, &kind, 1);
		g->tokens[*n_tokens] = PLAIN | (unsigned char)text[at];
		if (word)
			r = word_number(g, text + at, len,
			    &g->tokens[*n_tokens]);
		++*n_tokens;
		item->n++;
	}
	return r;
}

static int by_skeleton(const void *a, const void *b)
{
	const struct item *left = a, *right = b;

	if (left->skeleton != right->skeleton)
		return left->skeleton < right->skeleton ? -1 : 1;
	if (left->n != right->n)
		return left->n < right->n ? -1 : 1;
	return left->shape < right->shape ? -1 : left->shape > right->shape;
}

static uint32_t token_of(const struct grouping *g, size_t item, size_t column)
{
	return g->tokens[g->items[item].tokens + column];
}

/* How many different words a column has; `local` numbers them. Holes: *mixed. */
static size_t count_words(struct grouping *g, const struct range *range,
    size_t column, bool *ret_mixed)
{
	size_t n = 0;

	g->now++;
	*ret_mixed = false;
	for (size_t i = range->begin; i < range->end; i++) {
		uint32_t word = token_of(g, i, column);

		*ret_mixed |= word == HOLE_WORD;
		if (g->seen[word] == g->now)
			continue;
		g->seen[word] = g->now;
		g->local[word] = (uint32_t)n++;
	}
	return n;
}

/* Whether the words of two columns simply combine: most pairs occur. */
static bool combine(struct grouping *g, const struct range *range, size_t a,
    size_t n_a, size_t b, size_t n_b)
{
	bool pairs[FIRST_WORDS][FIRST_WORDS] = { { false } };
	uint32_t first[FIRST_WORDS];
	size_t n = 0, n_first = 0;
	bool mixed;

	/* Numbers of a's words by looking them up: local is then b's. */
	(void)count_words(g, range, b, &mixed);
	for (size_t i = range->begin; i < range->end; i++) {
		uint32_t word = token_of(g, i, a);
		size_t k = 0;

		while (k < n_first && first[k] != word)
			k++;
		if (k == n_first)
			first[n_first++] = word;
		pairs[k][g->local[token_of(g, i, b)]] = true;
	}
	for (size_t i = 0; i < n_a; i++)
		for (size_t k = 0; k < n_b; k++)
			n += pairs[i][k];
	return 4 * n >= 3 * n_a * n_b;
}

struct column {
	size_t at, n;
};

/* The columns of a range in which words differ. */
struct columns {
	size_t words, same; /* columns with words; those with one alone */
	struct column small[TOKENS_MAX];
	size_t n_small;
	struct column least, least_mixed; /* n is 0: there is none */
};

static void note_least(struct column *least, size_t at, size_t n)
{
	if (least->n == 0 || n < least->n)
		*least = (struct column){ .at = at, .n = n };
}

static void look_at_columns(struct grouping *g, const struct range *range,
    struct columns *ret)
{
	ret->words = ret->same = ret->n_small = 0;
	ret->least = ret->least_mixed = (struct column){ 0 };
	for (size_t at = 0; at < g->items[range->begin].n; at++) {
		bool mixed;
		size_t n;

		if (token_of(g, range->begin, at) & PLAIN)
			continue;
		n = count_words(g, range, at, &mixed);
		if (n == 1 && mixed)
			continue;
		ret->words++;
		ret->same += n == 1;
		if (n > 1)
			note_least(mixed ? &ret->least_mixed : &ret->least, at,
			    n);
		if (n > 1 && !mixed &&
		    n <= (at == 0 ? (size_t)FIRST_WORDS
				  : (size_t)MXLOG_PATTERN_WORDS))
			ret->small[ret->n_small++] =
			    (struct column){ .at = at, .n = n };
	}
}

/* Of the columns with few words the one with the fewest that tells patterns
 * apart. */
static bool telling_column(struct grouping *g, const struct range *range,
    const struct columns *columns, size_t *ret)
{
	struct column best = { 0 };

	for (size_t i = 0; i < columns->n_small; i++) {
		const struct column *a = &columns->small[i];
		bool free_of_others = true;

		for (size_t k = 0; k < columns->n_small && free_of_others; k++)
			free_of_others = k == i ||
			    !combine(g, range, a->at, a->n,
				columns->small[k].at, columns->small[k].n);
		if (free_of_others)
			note_least(&best, a->at, a->n);
	}
	*ret = best.at;
	return best.n > 0;
}

/* The column by which a range is split; false: it is one pattern. */
static bool find_column(struct grouping *g, const struct range *range,
    struct columns *columns, size_t *ret)
{
	look_at_columns(g, range, columns);
	if (2 * columns->same < columns->words) {
		const struct column *least = columns->least.n > 0
		    ? &columns->least
		    : &columns->least_mixed;

		*ret = least->at;
		return least->n > 0;
	}
	return telling_column(g, range, columns, ret);
}

struct sort {
	const struct grouping *g;
	size_t column;
};

static int by_column(const void *a, const void *b, void *arg)
{
	const struct item *left = a, *right = b;
	const struct sort *sort = arg;
	uint32_t x = sort->g->tokens[left->tokens + sort->column];
	uint32_t y = sort->g->tokens[right->tokens + sort->column];

	if (x != y)
		return x < y ? -1 : 1;
	return left->shape < right->shape ? -1 : left->shape > right->shape;
}

static int push(struct grouping *g, size_t begin, size_t end)
{
	if (g->n_stack == g->stack_capacity) {
		size_t capacity = MAX(2 * g->stack_capacity, (size_t)256);
		struct range *stack =
		    reallocarray(g->stack, capacity, sizeof(*stack));

		if (!stack)
			return -ENOMEM;
		g->stack = stack;
		g->stack_capacity = capacity;
	}
	g->stack[g->n_stack++] = (struct range){ .begin = begin, .end = end };
	return 0;
}

/* Push each run of items with the same word there. */
static int split_range(struct grouping *g, const struct range *range,
    size_t column)
{
	struct sort sort = { .g = g, .column = column };
	size_t begin = range->begin;
	int r = 0;

	qsort_r(g->items + range->begin, range->end - range->begin,
	    sizeof(*g->items), by_column, &sort);
	for (size_t i = begin + 1; i <= range->end && r == 0; i++) {
		if (i < range->end &&
		    token_of(g, i, column) == token_of(g, begin, column))
			continue;
		r = push(g, begin, i);
		begin = i;
	}
	return r;
}

static int group_ranges(struct grouping *g)
{
	struct columns *columns = malloc(sizeof(*columns));
	int r = columns ? 0 : -ENOMEM;

	while (r == 0 && g->n_stack > 0) {
		struct range range = g->stack[--g->n_stack];
		size_t column;

		if (range.end - range.begin > 1 &&
		    find_column(g, &range, columns, &column)) {
			r = split_range(g, &range, column);
			continue;
		}
		for (size_t i = range.begin; i < range.end; i++)
			g->items[i].group = g->n_groups;
		g->n_groups++;
	}
	free(columns);
	return r;
}

static int push_skeletons(struct grouping *g, size_t n)
{
	size_t begin = 0;
	int r = 0;

	qsort(g->items, n, sizeof(*g->items), by_skeleton);
	for (size_t i = 1; i <= n && r == 0; i++) {
		if (i < n && g->items[i].skeleton == g->items[begin].skeleton &&
		    g->items[i].n == g->items[begin].n)
			continue;
		r = push(g, begin, i);
		begin = i;
	}
	return r;
}

/* Group all shapes: items of a group then follow each other. */
static int group_shapes(struct grouping *g,
    const struct mxlog_patterns *patterns)
{
	static const char hole[] = { MXLOG_SHAPE_HOLE };
	size_t n_tokens = 0;
	uint32_t number;
	int r;

	g->patterns = patterns;
	g->tokens = malloc((patterns->arena.len + 1) * sizeof(uint32_t));
	g->items = calloc(patterns->n + 1, sizeof(*g->items));
	if (!g->tokens || !g->items)
		return -ENOMEM;
	r = mxlog_patterns_new(&g->words);
	if (r == 0)
		r = word_number(g, hole, sizeof(hole), &number);
	for (size_t i = 0; i < patterns->n && r == 0; i++) {
		g->items[i].shape = (uint32_t)i;
		r = split_shape(g, &g->items[i], &n_tokens);
	}
	if (r < 0)
		return r;
	g->seen = calloc(g->words->n, sizeof(*g->seen));
	g->local = calloc(g->words->n, sizeof(*g->local));
	if (!g->seen || !g->local)
		return -ENOMEM;
	r = push_skeletons(g, patterns->n);
	return r < 0 ? r : group_ranges(g);
}

/* ---- what groups have in common ---- */

/* The most frequent of a group's shapes; of those the first by its text. */
static size_t most_frequent(const struct grouping *g, size_t begin, size_t end)
{
	size_t best = begin;

	for (size_t i = begin + 1; i < end; i++) {
		const struct shape *a =
		    &g->patterns->shapes[g->items[best].shape];
		const struct shape *b = &g->patterns->shapes[g->items[i].shape];
		int order = memcmp(text_of(g->patterns, a),
		    text_of(g->patterns, b), MIN(a->len, b->len));

		if (b->count > a->count || (b->count == a->count && order > 0))
			best = i;
	}
	return best;
}

static bool varies(const struct grouping *g, size_t begin, size_t end,
    size_t column)
{
	for (size_t i = begin + 1; i < end; i++)
		if (token_of(g, i, column) != token_of(g, begin, column))
			return true;
	return false;
}

/* A group's text: its most frequent shape, with holes where words differ. */
static size_t common_text(const struct grouping *g, size_t begin, size_t end,
    char out[MXLOG_SHAPE_MAX])
{
	const struct item *base = &g->items[most_frequent(g, begin, end)];
	const struct shape *shape = &g->patterns->shapes[base->shape];
	const char *text = text_of(g->patterns, shape);
	size_t at = 0, past = 0, n = 0, len;

	for (size_t column = 0;
	     (len = mxlog_shape_token(text, shape->len, &at)) > 0; column++) {
		memcpy(out + n, text + past, at - past);
		n += at - past;
		if (varies(g, begin, end, column)) {
			out[n++] = MXLOG_SHAPE_HOLE;
		} else {
			memcpy(out + n, text + at, len);
			n += len;
		}
		at += len;
		past = at;
	}
	return n;
}

/* Count a group in another table as one shape. */
static int add_group(struct mxlog_patterns *to, const struct grouping *g,
    size_t begin, size_t end, uint32_t *group_of)
{
	char text[MXLOG_SHAPE_MAX];
	size_t len = common_text(g, begin, end, text);
	const struct mxlog_patterns *from = g->patterns;
	const struct shape *first = &from->shapes[g->items[begin].shape];
	struct shape *shape;
	int r;

	for (size_t i = begin + 1; i < end; i++) {
		const struct shape *one = &from->shapes[g->items[i].shape];

		if (one->first_usec < first->first_usec)
			first = one;
	}
	r = get_shape(to, text, len, from->arena.data + first->example,
	    first->example_len, &shape);
	for (size_t i = begin; i < end && r == 0; i++) {
		uint32_t number = g->items[i].shape;

		count(shape, &from->shapes[number]);
		group_of[number] = (uint32_t)(shape - to->shapes);
	}
	return r;
}

/* What the groups of all shapes have in common, as a table of its own;
 * `group_of` says where each shape went. */
static int group_all(const struct mxlog_patterns *patterns, uint32_t *group_of,
    struct mxlog_patterns **ret)
{
	struct mxlog_patterns *to = NULL;
	struct grouping g = { 0 };
	size_t begin = 0;
	int r = group_shapes(&g, patterns);

	if (r == 0)
		r = mxlog_patterns_new(&to);
	for (size_t i = 1; i <= patterns->n && r == 0; i++) {
		if (i < patterns->n && g.items[i].group == g.items[begin].group)
			continue;
		r = add_group(to, &g, begin, i, group_of);
		begin = i;
	}
	grouping_done(&g);
	if (r < 0)
		mxlog_patterns_free(to);
	else
		*ret = to;
	return r;
}

/* Replace the shapes by what their groups have in common, to make room. */
static int group_early(struct mxlog_patterns *patterns)
{
	struct mxlog_patterns *groups, old;
	uint32_t *group_of;
	int r;

	if (patterns->full)
		return 0;
	group_of = calloc(patterns->n + 1, sizeof(*group_of));
	if (!group_of)
		return -ENOMEM;
	r = group_all(patterns, group_of, &groups);
	free(group_of);
	if (r < 0)
		return r;
	groups->total = patterns->total;
	groups->rest = patterns->rest;
	old = *patterns;
	*patterns = *groups;
	*groups = old;
	mxlog_patterns_free(groups);
	patterns->full =
	    patterns->arena.len > ARENA_MAX / 2 || patterns->n > SHAPES_MAX / 2;
	return 0;
}

/* ---- the answer ---- */

static int by_count(const void *a, const void *b, void *arg)
{
	const struct mxlog_patterns *groups = arg;
	const struct shape *left = &groups->shapes[*(const uint32_t *)a];
	const struct shape *right = &groups->shapes[*(const uint32_t *)b];
	int order;

	if (left->count != right->count)
		return left->count > right->count ? -1 : 1;
	order = memcmp(text_of(groups, left), text_of(groups, right),
	    MIN(left->len, right->len));
	return order != 0 ? order : left->len - right->len;
}

/* A shape as people read it, appended to the texts with a NUL. */
static int add_readable(struct mxlog_patterns *patterns,
    const struct shape *shape, struct mxlog_message_pattern *pattern)
{
	struct mxlog_buf *texts = &patterns->texts;
	int r = mxlog_buf_reserve(texts, 3 * (size_t)shape->len + 1);

	if (r < 0)
		return r;
	pattern->text_len = mxlog_shape_format(text_of(patterns->groups, shape),
	    shape->len, texts->data + texts->len);
	texts->len += pattern->text_len;
	return mxlog_buf_add_char(texts, '\0');
}

static int fill_pattern(struct mxlog_patterns *patterns,
    const struct shape *shape, struct mxlog_message_pattern *ret)
{
	*ret = (struct mxlog_message_pattern){
		.example = patterns->groups->arena.data + shape->example,
		.example_len = shape->example_len,
		.count = shape->count,
		.first_usec = shape->first_usec,
		.last_usec = shape->last_usec,
	};
	memcpy(ret->levels, shape->levels, sizeof(ret->levels));
	(void)snprintf(ret->id, sizeof(ret->id), "%012jx",
	    (uintmax_t)(shape->hash >> 16));
	return add_readable(patterns, shape, ret);
}

/* The patterns in their order, and which of them each group is. */
static int sort_patterns(struct mxlog_patterns *patterns)
{
	struct mxlog_patterns *groups = patterns->groups;
	uint32_t *order = calloc(groups->n + 1, sizeof(*order));
	const char *text;
	int r = 0;

	patterns->patterns = calloc(groups->n + 1, sizeof(*patterns->patterns));
	patterns->rank_of = calloc(groups->n + 1, sizeof(*patterns->rank_of));
	if (!order || !patterns->patterns || !patterns->rank_of)
		r = -ENOMEM;
	for (size_t i = 0; r == 0 && i < groups->n; i++)
		order[i] = (uint32_t)i;
	if (r == 0)
		qsort_r(order, groups->n, sizeof(*order), by_count, groups);
	for (size_t i = 0; r == 0 && i < groups->n; i++) {
		patterns->rank_of[order[i]] = (uint32_t)i;
		r = fill_pattern(patterns, &groups->shapes[order[i]],
		    &patterns->patterns[i]);
	}
	free(order);
	text = patterns->texts.data; /* which does not move any more */
	for (size_t i = 0; r == 0 && i < groups->n; i++) {
		patterns->patterns[i].text = text;
		text += patterns->patterns[i].text_len + 1;
	}
	return r;
}

int mxlog_patterns_finish(struct mxlog_patterns *patterns)
{
	int r;

	assert(!patterns->groups);
	patterns->group_of = calloc(patterns->n + 1, sizeof(uint32_t));
	if (!patterns->group_of)
		return -ENOMEM;
	r = group_all(patterns, patterns->group_of, &patterns->groups);
	return r < 0 ? r : sort_patterns(patterns);
}

const struct mxlog_message_pattern *mxlog_patterns_find(
    const struct mxlog_patterns *patterns, const char *message, size_t len)
{
	if (!patterns || (!message && len > 0))
		return NULL;

	char text[MXLOG_SHAPE_MAX];
	size_t n = mxlog_shape(message, len, text);
	uint32_t *slot =
	    find_slot(patterns, hash_bytes(HASH_START, text, n), text, n);
	uint32_t group;

	if (*slot == 0)
		return NULL;
	group = patterns->group_of[*slot - 1];
	return &patterns->patterns[patterns->rank_of[group]];
}

size_t mxlog_patterns_get_size(const struct mxlog_patterns *patterns)
{
	if (!patterns)
		return 0;

	return patterns->groups ? patterns->groups->n : 0;
}

const struct mxlog_message_pattern *
mxlog_patterns_get(const struct mxlog_patterns *patterns, size_t index)
{
	return index < mxlog_patterns_get_size(patterns)
	    ? &patterns->patterns[index]
	    : NULL;
}

uint64_t mxlog_patterns_get_total(const struct mxlog_patterns *patterns)
{
	if (!patterns)
		return 0;

	return patterns->total;
}

uint64_t mxlog_patterns_get_rest(const struct mxlog_patterns *patterns)
{
	if (!patterns)
		return 0;

	return patterns->rest;
}

/* ---- matching ---- */

/* A pattern's text as a shape. */
static size_t parse_text(const char *text, size_t len,
    char out[MXLOG_SHAPE_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < len && n < MXLOG_SHAPE_MAX; i++) {
		if (len - i >= 3 && memcmp(text + i, "<*>", 3) == 0) {
			out[n++] = MXLOG_SHAPE_HOLE;
			i += 2;
		} else {
			out[n++] = text[i];
		}
	}
	return n;
}

bool mxlog_message_pattern_matches(const char *text, size_t len,
    const char *message, size_t message_len)
{
	if ((!text && len > 0) || (!message && message_len > 0))
		return false;

	char pattern[MXLOG_SHAPE_MAX], shape[MXLOG_SHAPE_MAX];
	size_t n = parse_text(text, len, pattern);
	size_t m = mxlog_shape(message, message_len, shape);
	size_t i = 0, k = 0, a, b;

	for (;; i += a, k += b) {
		a = mxlog_shape_token(pattern, n, &i);
		b = mxlog_shape_token(shape, m, &k);
		if (a == 0 || b == 0)
			return a == b;
		if (a == 1 && pattern[i] == MXLOG_SHAPE_HOLE &&
		    mxlog_shape_is_word(shape[k]))
			continue;
		if (a != b || memcmp(pattern + i, shape + k, a) != 0)
			return false;
	}
}
