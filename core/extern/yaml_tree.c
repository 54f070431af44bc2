/* SPDX-License-Identifier: Apache-2.0 */
#include "extern/yaml_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <yaml.h>

/* A document in the making: `stack` holds the open containers. */
struct builder {
	yaml_parser_t parser;
	yaml_event_t event;
	struct mxlog_error *reterr;
	struct mxlog_yaml *root;
	struct open {
		struct mxlog_yaml *node;
		struct mxlog_yaml *last; /* child, or key */
	} stack[MXLOG_YAML_DEPTH];
	size_t depth;
	size_t n_nodes;
};

static void free_siblings(struct mxlog_yaml *node)
{
	while (node) {
		struct mxlog_yaml *next = node->next;

		free_siblings(node->first); /* at most MXLOG_YAML_DEPTH deep */
		free_siblings(node->value);
		free(node->text);
		free(node);
		node = next;
	}
}

void mxlog_yaml_free(struct mxlog_yaml *root)
{
	free_siblings(root);
}

static int set_error(struct mxlog_error *reterr, const yaml_mark_t *mark,
    const char *expected)
{
	if (reterr) {
		reterr->offset = 0;
		reterr->line = (unsigned)mark->line + 1;
		reterr->column = (unsigned)mark->column + 1;
	}
	return mxlog_error_set(reterr, -EINVAL, "%s", expected);
}

/* Where byte `offset` of the text is: libyaml does not say for bytes that it
 * can't read. */
static yaml_mark_t mark_of(const char *text, size_t offset)
{
	yaml_mark_t mark = { 0 };

	for (size_t i = 0; i < offset; i++) {
		if (text[i] == '\n') {
			mark.line++;
			mark.column = 0;
		} else if (((unsigned char)text[i] & 0xc0) != 0x80) {
			mark.column++;
		}
	}
	return mark;
}

static int parser_error(struct builder *builder, const char *text, size_t len)
{
	const yaml_parser_t *parser = &builder->parser;
	yaml_mark_t mark = parser->problem_mark;
	char problem[160];

	if (parser->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	if (parser->error == YAML_READER_ERROR)
		mark = mark_of(text, MIN(parser->problem_offset, len));
	(void)snprintf(problem, sizeof(problem), "expected YAML: %s",
	    parser->problem ? parser->problem : "unknown error");
	return set_error(builder->reterr, &mark, problem);
}

static int next_event(struct builder *builder, const char *text, size_t len)
{
	yaml_event_delete(&builder->event);
	if (!yaml_parser_parse(&builder->parser, &builder->event))
		return parser_error(builder, text, len);
	return 0;
}

/* ---- building the tree ---- */

static int refuse(const struct builder *builder, const char *expected)
{
	return set_error(builder->reterr, &builder->event.start_mark, expected);
}

static bool is_same(const struct mxlog_yaml *a, const struct mxlog_yaml *b)
{
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

static int check_key(const struct builder *builder,
    const struct mxlog_yaml *mapping, const struct mxlog_yaml *key)
{
	char text[160];

	if (key->type != MXLOG_YAML_SCALAR)
		return refuse(builder, "expected a key that is plain text");
	if (key->len > MXLOG_YAML_KEY)
		return refuse(builder, "expected a key of at most 255 bytes");
	for (const struct mxlog_yaml *k = mapping->first; k; k = k->next) {
		if (!is_same(k, key))
			continue;
		(void)snprintf(text, sizeof(text),
		    "expected every key once: %.60s stands in line %u already",
		    key->text, k->line);
		return refuse(builder, text);
	}
	return 0;
}

/* Hang a new node where it belongs. On failure the caller still owns it. */
static int attach(struct builder *builder, struct mxlog_yaml *node)
{
	struct open *open;
	int r;

	if (builder->depth == 0) {
		builder->root = node;
		return 0;
	}
	open = &builder->stack[builder->depth - 1];
	if (open->node->type == MXLOG_YAML_MAPPING) {
		if (open->last && !open->last->value) {
			open->last->value = node;
			return 0;
		}
		r = check_key(builder, open->node, node);
		if (r < 0)
			return r;
	}
	if (open->last)
		open->last->next = node;
	else
		open->node->first = node;
	open->last = node;
	return 0;
}

static int new_node(struct builder *builder, enum mxlog_yaml_type type,
    struct mxlog_yaml **ret)
{
	struct mxlog_yaml *node;

	if (builder->n_nodes++ >= MXLOG_YAML_NODES)
		return refuse(builder,
		    "expected fewer values: there are more "
		    "than 10000");
	node = calloc(1, sizeof(*node));
	if (!node)
		return -ENOMEM;
	node->type = type;
	node->line = (unsigned)builder->event.start_mark.line + 1;
	node->column = (unsigned)builder->event.start_mark.column + 1;
	*ret = node;
	return 0;
}

/* What YAML has no way to write but as an escape, and nobody needs. */
static bool has_noncharacter(const char *text, size_t len)
{
	return memchr(text, '\0', len) ||
	    memmem(text, len, "\xef\xbf\xbe", 3) ||
	    memmem(text, len, "\xef\xbf\xbf", 3);
}

static int add_scalar(struct builder *builder)
{
	const char *text = (const char *)builder->event.data.scalar.value;
	size_t len = builder->event.data.scalar.length;
	struct mxlog_yaml *node;
	int r;

	if (builder->event.data.scalar.tag)
		return refuse(builder, "expected a value without a tag (!)");
	if (builder->event.data.scalar.anchor)
		return refuse(builder,
		    "expected a value without an anchor "
		    "(&)");
	if (has_noncharacter(text, len))
		return refuse(builder,
		    "expected text without U+0000, U+FFFE and U+FFFF");
	r = new_node(builder, MXLOG_YAML_SCALAR, &node);
	if (r < 0)
		return r;
	node->plain =
	    builder->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node->len = len;
	node->text = strndup(text, len);
	r = node->text ? attach(builder, node) : -ENOMEM;
	if (r < 0)
		mxlog_yaml_free(node);
	return r;
}

static int open_container(struct builder *builder, enum mxlog_yaml_type type,
    const yaml_char_t *anchor, const yaml_char_t *tag)
{
	struct mxlog_yaml *node;
	int r;

	if (tag)
		return refuse(builder, "expected a value without a tag (!)");
	if (anchor)
		return refuse(builder,
		    "expected a value without an anchor "
		    "(&)");
	if (builder->depth == MXLOG_YAML_DEPTH)
		return refuse(builder, "expected at most 16 levels of nesting");
	r = new_node(builder, type, &node);
	if (r < 0)
		return r;
	r = attach(builder, node);
	if (r < 0) {
		mxlog_yaml_free(node);
		return r;
	}
	builder->stack[builder->depth++] = (struct open){ .node = node };
	return 0;
}

static int add_event(struct builder *builder)
{
	const yaml_event_t *event = &builder->event;

	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return add_scalar(builder);
	case YAML_SEQUENCE_START_EVENT:
		return open_container(builder, MXLOG_YAML_SEQUENCE,
		    event->data.sequence_start.anchor,
		    event->data.sequence_start.tag);
	case YAML_MAPPING_START_EVENT:
		return open_container(builder, MXLOG_YAML_MAPPING,
		    event->data.mapping_start.anchor,
		    event->data.mapping_start.tag);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		builder->depth--;
		return 0;
	case YAML_ALIAS_EVENT:
		return refuse(builder, "expected a value, not an alias (*)");
	case YAML_DOCUMENT_START_EVENT:
		if (builder->root)
			return refuse(builder, "expected one document only");
		return 0;
	default:
		return 0;
	}
}

static int build(struct builder *builder, const char *text, size_t len)
{
	int r;

	yaml_parser_set_encoding(&builder->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&builder->parser,
	    (const unsigned char *)text, len);
	do {
		r = next_event(builder, text, len);
		if (r == 0)
			r = add_event(builder);
		if (r < 0)
			return r;
	} while (builder->event.type != YAML_STREAM_END_EVENT);

	if (mxlog_yaml_is_null(builder->root)) {
		mxlog_yaml_free(builder->root);
		builder->root = NULL;
		return new_node(builder, MXLOG_YAML_MAPPING, &builder->root);
	}
	return 0;
}

int mxlog_yaml_parse(const char *text, size_t len, struct mxlog_yaml **ret,
    struct mxlog_error *reterr)
{
	struct builder builder = { .reterr = reterr };
	int r;

	if (len > MXLOG_YAML_BYTES)
		return set_error(reterr, &(yaml_mark_t){ 0 },
		    "expected at most 1 MiB of text");
	if (!yaml_parser_initialize(&builder.parser))
		return -ENOMEM;
	r = build(&builder, text, len);
	yaml_event_delete(&builder.event);
	yaml_parser_delete(&builder.parser);
	if (r < 0) {
		mxlog_yaml_free(builder.root);
		return r;
	}
	*ret = builder.root;
	return 0;
}

/* ---- reading the tree ---- */

const struct mxlog_yaml *mxlog_yaml_get(const struct mxlog_yaml *mapping,
    const char *key)
{
	assert(mapping->type == MXLOG_YAML_MAPPING);

	for (const struct mxlog_yaml *k = mapping->first; k; k = k->next)
		if (strcmp(k->text, key) == 0)
			return k->value;
	return NULL;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *digits(const char *text)
{
	while (is_digit(*text))
		text++;
	return text;
}

/* JSON's grammar, and a plus sign. */
static bool is_number(const char *text)
{
	const char *end;

	if (*text == '-' || *text == '+')
		text++;
	end = *text == '0' ? text + 1 : digits(text);
	if (end == text)
		return false;
	if (*end == '.') {
		text = end + 1;
		end = digits(text);
		if (end == text)
			return false;
	}
	if (*end == 'e' || *end == 'E') {
		text = end + 1;
		if (*text == '-' || *text == '+')
			text++;
		end = digits(text);
		if (end == text)
			return false;
	}
	return *end == '\0';
}

enum mxlog_yaml_scalar mxlog_yaml_scalar(const struct mxlog_yaml *node)
{
	static const struct {
		const char *text;
		enum mxlog_yaml_scalar scalar;
	} words[] = {
		{ "", MXLOG_YAML_NULL },
		{ "~", MXLOG_YAML_NULL },
		{ "null", MXLOG_YAML_NULL },
		{ "true", MXLOG_YAML_TRUE },
		{ "yes", MXLOG_YAML_TRUE },
		{ "on", MXLOG_YAML_TRUE },
		{ "false", MXLOG_YAML_FALSE },
		{ "no", MXLOG_YAML_FALSE },
		{ "off", MXLOG_YAML_FALSE },
	};

	assert(node->type == MXLOG_YAML_SCALAR);
	if (!node->plain)
		return MXLOG_YAML_TEXT;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcasecmp(node->text, words[i].text) == 0)
			return words[i].scalar;
	return is_number(node->text) ? MXLOG_YAML_NUMBER : MXLOG_YAML_TEXT;
}

bool mxlog_yaml_is_null(const struct mxlog_yaml *node)
{
	return !node ||
	    (node->type == MXLOG_YAML_SCALAR &&
		mxlog_yaml_scalar(node) == MXLOG_YAML_NULL);
}
