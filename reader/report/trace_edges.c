/* SPDX-License-Identifier: Apache-2.0 */
#include "report/trace_edges.h"

#include <stdlib.h>

struct edge {
	struct mxlog_ulid child, parent;
	uint32_t next; /* with the same parent, in the order added; 0: none */
};

/* An operation that is somebody's parent or child. */
struct node {
	struct mxlog_ulid id;
	struct mxlog_ulid parent; /* the one that it named last */
	uint32_t first, last;     /* edge to a child + 1; 0: none */
	bool used, has_parent;
	bool reached; /* it is known to be below the root */
};

struct mxlog_trace_edges {
	struct mxlog_ulid root;
	struct edge *list;
	size_t n, capacity, max;
	struct node *nodes; /* open addressing */
	size_t n_nodes, n_slots;
	bool full;     /* only what is below the root is kept */
	bool dropped;  /* since this round of adding began */
	size_t before; /* edges when it began */
	struct mxlog_trace_operation *found;
	size_t n_found, found_capacity;
};

/* ---- nodes ---- */

static bool same(const struct mxlog_ulid *a, const struct mxlog_ulid *b)
{
	return a->hi == b->hi && a->lo == b->lo;
}

static struct node *find_slot(struct node *nodes, size_t n,
    const struct mxlog_ulid *id)
{
	uint64_t hash = (id->hi ^ id->lo) * UINT64_C(0x9e3779b97f4a7c15);
	size_t at = (hash ^ hash >> 32) & (n - 1);

	while (nodes[at].used && !same(&nodes[at].id, id))
		at = (at + 1) & (n - 1);
	return &nodes[at];
}

static int grow_nodes(struct mxlog_trace_edges *edges)
{
	size_t n = MAX(edges->n_slots * 2, (size_t)64);
	struct node *nodes = calloc(n, sizeof(*nodes));

	if (!nodes)
		return -ENOMEM;
	for (size_t i = 0; i < edges->n_slots; i++)
		if (edges->nodes[i].used)
			*find_slot(nodes, n, &edges->nodes[i].id) =
			    edges->nodes[i];
	free(edges->nodes);
	edges->nodes = nodes;
	edges->n_slots = n;
	return 0;
}

/* It is made if there is none; the pointer holds until the next call. */
static struct node *get_node(struct mxlog_trace_edges *edges,
    const struct mxlog_ulid *id)
{
	struct node *node;

	if (2 * (edges->n_nodes + 1) > edges->n_slots && grow_nodes(edges) < 0)
		return NULL;
	node = find_slot(edges->nodes, edges->n_slots, id);
	if (!node->used) {
		node->id = *id;
		node->used = true;
		edges->n_nodes++;
	}
	return node;
}

/* ---- edges ---- */

int mxlog_trace_edges_new(const struct mxlog_ulid *root, size_t max,
    struct mxlog_trace_edges **ret)
{
	struct mxlog_trace_edges *edges = calloc(1, sizeof(*edges));
	struct node *node;

	if (!edges)
		return -ENOMEM;
	edges->root = *root;
	edges->max = max;
	node = get_node(edges, root);
	if (!node) {
		mxlog_trace_edges_free(edges);
		return -ENOMEM;
	}
	node->reached = true;
	*ret = edges;
	return 0;
}

void mxlog_trace_edges_free(struct mxlog_trace_edges *edges)
{
	if (!edges)
		return;
	free(edges->list);
	free(edges->nodes);
	free(edges->found);
	free(edges);
}

static int push_edge(struct mxlog_trace_edges *edges, struct node *parent,
    const struct mxlog_ulid *child)
{
	if (edges->n == edges->capacity) {
		size_t capacity = edges->capacity * 2 + 64;
		struct edge *list =
		    reallocarray(edges->list, capacity, sizeof(*list));

		if (!list)
			return -ENOMEM;
		edges->list = list;
		edges->capacity = capacity;
	}
	edges->list[edges->n++] =
	    (struct edge){ .child = *child, .parent = parent->id };
	if (parent->last > 0)
		edges->list[parent->last - 1].next = (uint32_t)edges->n;
	else
		parent->first = (uint32_t)edges->n;
	parent->last = (uint32_t)edges->n;
	return 0;
}

/* ---- what is below the root ---- */

static int add_found(struct mxlog_trace_edges *edges,
    const struct mxlog_ulid *id, unsigned depth)
{
	struct mxlog_trace_operation *found = edges->found;

	if (edges->n_found == edges->found_capacity) {
		size_t capacity = edges->found_capacity * 2 + 64;

		found = reallocarray(found, capacity, sizeof(*found));
		if (!found)
			return -ENOMEM;
		edges->found = found;
		edges->found_capacity = capacity;
	}
	found[edges->n_found++] =
	    (struct mxlog_trace_operation){ .id = *id, .depth = depth };
	return 0;
}

static int add_children(struct mxlog_trace_edges *edges, size_t index)
{
	const struct mxlog_trace_operation operation = edges->found[index];
	const struct node *node = get_node(edges, &operation.id);
	uint32_t at = node ? node->first : 0;
	int r = node ? 0 : -ENOMEM;

	for (; r >= 0 && at > 0; at = edges->list[at - 1].next) {
		const struct mxlog_ulid child = edges->list[at - 1].child;
		struct node *below = get_node(edges, &child);

		if (!below)
			return -ENOMEM;
		if (below->reached)
			continue;
		below->reached = true;
		r = add_found(edges, &child, operation.depth + 1);
	}
	return r;
}

static int reach(struct mxlog_trace_edges *edges)
{
	int r;

	for (size_t i = 0; i < edges->n_slots; i++)
		edges->nodes[i].reached =
		    same(&edges->nodes[i].id, &edges->root);
	edges->n_found = 0;
	r = add_found(edges, &edges->root, 0);
	for (size_t i = 0; r >= 0 && i < edges->n_found; i++)
		r = add_children(edges, i);
	return r;
}

/* Line after line names the same parent. */
static int add_new(struct mxlog_trace_edges *edges,
    const struct mxlog_ulid *child, const struct mxlog_ulid *parent)
{
	struct node *below = get_node(edges, child), *node;

	if (!below)
		return -ENOMEM;
	if (below->has_parent && same(&below->parent, parent))
		return 0;
	below->parent = *parent;
	below->has_parent = true;
	below->reached |= edges->full;
	node = get_node(edges, parent);
	return node ? push_edge(edges, node, child) : -ENOMEM;
}

static int keep_node(struct mxlog_trace_edges *edges,
    const struct mxlog_ulid *id)
{
	struct node *node = get_node(edges, id);

	if (!node)
		return -ENOMEM;
	node->reached = true;
	return 0;
}

/* Forget what does not lead to the root, as far as is known. */
static int drop_edges(struct mxlog_trace_edges *edges)
{
	size_t n = edges->n, n_slots;
	struct node *nodes;
	int r = reach(edges);

	if (r < 0)
		return r;
	nodes = edges->nodes;
	n_slots = edges->n_slots;
	edges->full = edges->dropped = true;
	edges->nodes = NULL;
	edges->n = edges->n_nodes = edges->n_slots = 0;
	r = keep_node(edges, &edges->root);
	for (size_t i = 0; r >= 0 && i < edges->n_found; i++)
		r = keep_node(edges, &edges->found[i].id);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		/* What is kept never gets ahead of what is read. */
		const struct edge edge = edges->list[i];

		if (find_slot(nodes, n_slots, &edge.parent)->reached)
			r = add_new(edges, &edge.child, &edge.parent);
	}
	free(nodes);
	return r;
}

int mxlog_trace_edges_add(struct mxlog_trace_edges *edges,
    const struct mxlog_ulid *child, const struct mxlog_ulid *parent)
{
	const struct node *node;
	int r;

	if (!edges->full && edges->n >= edges->max) {
		r = drop_edges(edges);
		if (r < 0)
			return r;
	}
	node = find_slot(edges->nodes, edges->n_slots, parent);
	if (edges->full && !node->reached) {
		edges->dropped = true;
		return 0;
	}
	return add_new(edges, child, parent);
}

bool mxlog_trace_edges_again(struct mxlog_trace_edges *edges)
{
	bool again = edges->dropped && edges->n > edges->before;

	edges->dropped = false;
	edges->before = edges->n;
	return again;
}

int mxlog_trace_edges_operations(struct mxlog_trace_edges *edges,
    struct mxlog_trace_operation **ret, size_t *ret_n)
{
	int r = reach(edges);

	if (r < 0)
		return r;
	*ret = edges->found;
	*ret_n = edges->n_found;
	edges->found = NULL;
	edges->n_found = edges->found_capacity = 0;
	return 0;
}
