/*
 * mm/range_tree.c - the range tree: copy on write below, one pointer store to publish. See
 * mm/range_tree.h.
 *
 * A store runs from the root to the leaf that holds its start and to the leaf that holds its end, and on
 * the way back builds for each level the row of slots that replaces the old node's: what lies before,
 * the changed middle, what lies behind. A row is packed into as few nodes as it needs. Where a row
 * becomes one node with the old one's end, storing its address into the slot above is enough and no
 * level above is copied.
 */
#include "mm/range_tree.h"

#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/rcu.h"
#include "kernel/sync.h"
#include "kernel/watch.h"
#include "mm/slab.h"

struct range_node {
	unsigned short level; /* 0 = leaf: slots are entries; else nodes */
	unsigned short n;     /* slots in use, at least 1 */
	bool dead;	      /* replaced: a reader starts again */
	unsigned long end[RANGE_SLOTS];
	void *slot[RANGE_SLOTS];
	struct range_node *link; /* reserve, or those to be retired by the store that runs */
	struct rcu_head rcu;
};

/* A node's slots before they are packed: the old ones, and at most three that a change adds. */
#define ROW_MAX (RANGE_SLOTS + 4)

struct row {
	int n;
	unsigned long end[ROW_MAX];
	void *slot[ROW_MAX];
};

/* One store. */
struct change {
	struct range_tree *tree;
	unsigned long start, end;
	void *entry;
	struct range_node *retired;
	bool published; /* by a store into a node that stays: nothing more to do above */
};

static struct kmem_cache *node_cachep;

/* --- nodes ---------------------------------------------------------------------------------------- */

static void free_node(struct rcu_head *head)
{
	kmem_cache_free(node_cachep, container_of(head, struct range_node, rcu));
}

/* A store replaces at most one node a level on the way to its start, by two, and one on the way to its
 * end; and it may add a root. */
static unsigned nodes_needed(const struct range_tree *tree, unsigned stores)
{
	return stores * (3 * (tree->height + 1) + 2);
}

int range_tree_reserve(struct range_tree *tree, unsigned stores, unsigned gfp)
{
	while (tree->nreserve < nodes_needed(tree, stores)) {
		struct range_node *node = kmem_cache_alloc(node_cachep, gfp);

		if (!node)
			return -ENOMEM;
		node->link = tree->reserve;
		tree->reserve = node;
		tree->nreserve++;
	}
	return 0;
}

static struct range_node *take_node(struct range_tree *tree, unsigned level)
{
	struct range_node *node = tree->reserve;

	BUG_ON(!node);
	tree->reserve = node->link;
	tree->nreserve--;
	node->level = (unsigned short)level;
	node->n = 0;
	node->dead = false;
	return node;
}

/* Nobody finds it from the root once the change is published. */
static void retire(struct change *c, struct range_node *node)
{
	node->link = c->retired;
	c->retired = node;
}

static void retire_tree(struct change *c, struct range_node *node)
{
	if (!node)
		return;
	for (int i = 0; node->level && i < node->n; i++)
		retire_tree(c, node->slot[i]);
	retire(c, node);
}

static void bury(struct change *c)
{
	while (c->retired) {
		struct range_node *node = c->retired;

		c->retired = node->link;
		__atomic_store_n(&node->dead, true, __ATOMIC_RELEASE);
		call_rcu(&node->rcu, free_node);
	}
}

/* --- rows ----------------------------------------------------------------------------------------- */

/* Neighbouring gaps become one. */
static void row_add(struct row *row, unsigned long end, void *slot)
{
	if (!slot && row->n && !row->slot[row->n - 1]) {
		row->end[row->n - 1] = end;
		return;
	}
	BUG_ON(row->n == ROW_MAX);
	row->end[row->n] = end;
	row->slot[row->n++] = slot;
}

/* Make nodes of @row and add them to @up; a row that is one gap needs none. */
static void row_pack(struct change *c, const struct row *row, unsigned level, struct row *up)
{
	int nodes = (row->n + RANGE_SLOTS - 1) / RANGE_SLOTS, from = 0;

	if (!row->n)
		return;
	if (row->n == 1 && !row->slot[0]) {
		row_add(up, row->end[0], NULL);
		return;
	}
	for (int k = 0; k < nodes; k++) {
		int to = row->n * (k + 1) / nodes;
		struct range_node *node = take_node(c->tree, level);

		for (; from < to; from++, node->n++) {
			node->end[node->n] = row->end[from];
			node->slot[node->n] = row->slot[from];
		}
		row_add(up, node->end[node->n - 1], node);
	}
}

/* --- a change, level by level ------------------------------------------------------------------------ */

/* What @node (NULL: a gap that ends at @hi) keeps of its range above c->end. */
static void keep_right(struct change *c, struct range_node *node, unsigned level, unsigned long hi,
		       struct row *out)
{
	struct row below = { .n = 0 };
	unsigned long lo = 0;

	if (!node) {
		row_add(out, hi, NULL);
		return;
	}
	for (int i = 0; i < node->n; lo = node->end[i++]) {
		if (node->end[i] <= c->end) {
			if (level)
				retire_tree(c, node->slot[i]);
		} else if (!level || lo >= c->end) {
			row_add(out, node->end[i], node->slot[i]);
		} else {
			keep_right(c, node->slot[i], level - 1, node->end[i], &below);
			row_pack(c, &below, level - 1, out);
		}
	}
	retire(c, node);
}

/* The change begins in a gap [@lo, @hi) above the leaves: a leaf of its own, @level levels down. */
static void fill_gap(struct change *c, unsigned level, unsigned long lo, unsigned long hi,
		     struct row *out)
{
	struct row below = { .n = 0 };

	if (level) {
		fill_gap(c, level - 1, lo, hi, &below);
		row_pack(c, &below, level - 1, out);
		return;
	}
	if (c->start > lo)
		row_add(out, c->start, NULL);
	row_add(out, c->end, c->entry);
	if (c->end < hi)
		row_add(out, hi, NULL);
}

static void change_leaf(struct change *c, struct range_node *node, unsigned long lo, struct row *out)
{
	bool placed = false;

	for (int i = 0; i < node->n; lo = node->end[i++]) {
		if (node->end[i] <= c->start || lo >= c->end) {
			row_add(out, node->end[i], node->slot[i]);
			continue;
		}
		if (lo < c->start)
			row_add(out, c->start, node->slot[i]);
		if (!placed)
			row_add(out, c->end, c->entry);
		placed = true;
		if (node->end[i] > c->end)
			row_add(out, node->end[i], node->slot[i]);
	}
	retire(c, node);
}

static void change_node(struct change *c, struct range_node *node, unsigned level, unsigned long lo,
			unsigned long hi, struct row *out);

/* The whole change lies in slot @i of @node. Its row replaces the slot: by one store if that does. */
static void change_inside(struct change *c, struct range_node *node, int i, unsigned long lo,
			  struct row *above)
{
	struct row row = { .n = 0 };

	change_node(c, node->slot[i], node->level - 1u, lo, node->end[i], &row);
	if (c->published)
		return;
	row_pack(c, &row, node->level - 1u, above);
	if (above->n == 1 && above->slot[0]) {
		rcu_assign_pointer(node->slot[i], above->slot[0]);
		c->published = true;
	}
}

/* @out: the row that replaces @node's slots, unless the change was published below. */
static void change_node(struct change *c, struct range_node *node, unsigned level, unsigned long lo,
			unsigned long hi, struct row *out)
{
	if (!node) {
		fill_gap(c, level, lo, hi, out);
		return;
	}
	if (!level) {
		change_leaf(c, node, lo, out);
		return;
	}
	for (int i = 0; i < node->n; lo = node->end[i++]) {
		struct row row = { .n = 0 };

		if (node->end[i] <= c->start || lo >= c->end) {
			row_add(out, node->end[i], node->slot[i]);
		} else if (lo <= c->start && node->end[i] >= c->end) {
			change_inside(c, node, i, lo, &row);
			if (c->published)
				return;
			for (int k = 0; k < row.n; k++)
				row_add(out, row.end[k], row.slot[k]);
		} else if (lo <= c->start) {
			change_node(c, node->slot[i], level - 1, lo, node->end[i], &row);
			row_pack(c, &row, level - 1, out);
		} else if (node->end[i] <= c->end) {
			retire_tree(c, node->slot[i]);
		} else {
			keep_right(c, node->slot[i], level - 1, node->end[i], &row);
			row_pack(c, &row, level - 1, out);
		}
	}
	retire(c, node);
}

/* --- stores ----------------------------------------------------------------------------------------- */

/* The rows below the root are done: make them the tree. */
static void publish_root(struct change *c, struct row *row)
{
	struct range_tree *tree = c->tree;
	unsigned level = tree->height ? tree->height - 1 : 0;
	struct range_node *root = NULL;
	struct row up = { .n = 0 };

	row_pack(c, row, level, &up);
	while (up.n > 1) {
		*row = up;
		up.n = 0;
		row_pack(c, row, ++level, &up);
	}
	if (up.n)
		root = up.slot[0];
	while (root && root->level && root->n == 1 && root->slot[0]) { /* one child: it is the root */
		retire(c, root);
		root = root->slot[0];
	}
	tree->height = root ? root->level + 1u : 0;
	rcu_assign_pointer(tree->root, root);
}

int range_tree_store(struct range_tree *tree, unsigned long start, unsigned long end, void *entry)
{
	struct change c = { .tree = tree, .start = start, .end = end, .entry = entry };
	struct row row = { .n = 0 };

	BUG_ON(start >= end);
	if (range_tree_reserve(tree, 1, GFP_ATOMIC))
		return -ENOMEM;
	change_node(&c, tree->root, tree->height ? tree->height - 1 : 0, 0, RANGE_LIMIT, &row);
	if (!c.published)
		publish_root(&c, &row);
	bury(&c);
	return 0;
}

void range_tree_init(struct range_tree *tree)
{
	tree->root = NULL;
	tree->height = 0;
	tree->reserve = NULL;
	tree->nreserve = 0;
}

void range_tree_destroy(struct range_tree *tree)
{
	struct change c = { .tree = tree };
	struct range_node *root = tree->root;

	rcu_assign_pointer(tree->root, NULL);
	tree->height = 0;
	retire_tree(&c, root);
	bury(&c);
	while (tree->reserve) {
		struct range_node *node = tree->reserve;

		tree->reserve = node->link;
		kmem_cache_free(node_cachep, node);
	}
	tree->nreserve = 0;
}

/* --- a copy, for fork -------------------------------------------------------------------------------------- */

static void free_nodes(struct range_node *node)
{
	if (!node)
		return;
	for (int i = 0; node->level && i < node->n; i++)
		free_nodes(node->slot[i]);
	kmem_cache_free(node_cachep, node);
}

/* NULL = no memory, and nothing is left of it. Nobody sees the copy yet. */
static struct range_node *dup_node(const struct range_node *from, void *(*next)(void *), void *cursor,
				   unsigned gfp)
{
	struct range_node *to = kmem_cache_alloc(node_cachep, gfp);

	if (!to)
		return NULL;
	to->level = from->level;
	to->n = 0;
	to->dead = false;
	for (int i = 0; i < from->n; i++) {
		void *slot = NULL;

		if (from->slot[i]) {
			slot = to->level ? dup_node(from->slot[i], next, cursor, gfp) : next(cursor);
			if (!slot) {
				free_nodes(to);
				return NULL;
			}
		}
		to->end[i] = from->end[i];
		to->slot[i] = slot;
		to->n++;
	}
	return to;
}

int range_tree_dup(struct range_tree *to, const struct range_tree *from, void *(*next)(void *cursor),
		   void *cursor, unsigned gfp)
{
	struct range_node *root = NULL;

	if (from->root) {
		root = dup_node(from->root, next, cursor, gfp);
		if (!root)
			return -ENOMEM;
	}
	to->height = from->height;
	rcu_assign_pointer(to->root, root);
	return 0;
}

/* --- readers ----------------------------------------------------------------------------------------- */

/* A reader without rcu_read_lock may stand on memory that is gone: told, and he finds nothing. */
static bool node_gone(const struct range_node *node)
{
	return unlikely(watch_mask & WATCH_RULES) && !KMEM_ALIVE(node);
}

/* The leaf slot that holds @addr: its entry, and its range in *@lo and *@hi. False = start again. */
static bool descend(const struct range_tree *tree, unsigned long addr, unsigned long *lo,
		    unsigned long *hi, void **entry)
{
	const struct range_node *node = rcu_dereference(tree->root);

	*lo = 0;
	*hi = RANGE_LIMIT;
	*entry = NULL;
	while (node) {
		void *next;
		int i = 0;

		sync_point(SP_READ, node);
		if (node_gone(node)) {
			*entry = NULL;
			return true;
		}
		while (i < node->n - 1 && addr >= node->end[i])
			*lo = node->end[i++];
		*hi = node->end[i];
		next = rcu_dereference(node->slot[i]);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (__atomic_load_n(&node->dead, __ATOMIC_ACQUIRE))
			return false;
		if (!node->level) {
			*entry = next;
			return true;
		}
		node = next;
	}
	return true;
}

/* The slot of @node that holds @addr. */
static inline int slot_of(const struct range_node *node, unsigned long addr)
{
	int i = 0, last = node->n - 1;

	while (i < last && addr >= node->end[i])
		i++;
	return i;
}

/* descend() when nobody looks on, for the fault's sake: false = start again. */
static inline bool descend_fast(const struct range_tree *tree, unsigned long addr, void **entry)
{
	const struct range_node *node = rcu_dereference(tree->root);

	while (likely(node)) {
		void *next = rcu_dereference(node->slot[slot_of(node, addr)]);

		if (unlikely(__atomic_load_n(&node->dead, __ATOMIC_ACQUIRE)))
			return false;
		if (!node->level) {
			*entry = next;
			return true;
		}
		node = next;
	}
	*entry = NULL;
	return true;
}

void *range_tree_walk(const struct range_tree *tree, unsigned long addr)
{
	unsigned long lo, hi;
	void *entry;

	if (!observed()) {
		while (unlikely(!descend_fast(tree, addr, &entry)))
			;
		return entry;
	}
	while (!descend(tree, addr, &lo, &hi, &entry))
		;
	return entry;
}

void *range_tree_find(const struct range_tree *tree, unsigned long addr)
{
	unsigned long lo, hi;
	void *entry;

	for (;;) {
		if (!descend(tree, addr, &lo, &hi, &entry))
			continue;
		if (entry || hi == RANGE_LIMIT)
			return entry;
		addr = hi;
	}
}

void *range_tree_find_prev(const struct range_tree *tree, unsigned long addr)
{
	unsigned long lo, hi;
	void *entry;

	for (;;) {
		if (!descend(tree, addr, &lo, &hi, &entry))
			continue;
		if (entry || !lo)
			return entry;
		addr = lo - 1;
	}
}

/* --- checks ------------------------------------------------------------------------------------------ */

static int check_node(const struct range_node *node, unsigned level, unsigned long lo, unsigned long hi)
{
	int nodes = 1;

	if (node->level != level || !node->n || node->n > RANGE_SLOTS || node->dead ||
	    node->end[node->n - 1] != hi)
		return -1;
	for (int i = 0; i < node->n; lo = node->end[i++]) {
		if (node->end[i] <= lo || (i && !node->slot[i] && !node->slot[i - 1]))
			return -1;
		if (level && node->slot[i]) {
			int below = check_node(node->slot[i], level - 1, lo, node->end[i]);

			if (below < 0)
				return -1;
			nodes += below;
		}
	}
	return nodes;
}

int range_tree_check(const struct range_tree *tree)
{
	if (!tree->root)
		return tree->height ? -1 : 0;
	return check_node(tree->root, tree->height - 1, 0, RANGE_LIMIT);
}

void range_tree_boot(void)
{
	node_cachep = kmem_cache_create("range_node", sizeof(struct range_node), NULL, NULL, 0);
	BUG_ON(!node_cachep);
}
