/*
 * mm/range_tree.h - address ranges to areas, found without a lock: the lookup part LOOKUP_RANGE_TREE of
 * today's designs. Realises facts/linux-6.x-vma-locking.md a.5.
 *
 * A B-tree of half-open ranges with up to RANGE_SLOTS slots a node; gaps are slots too, with no entry.
 * Interface: range_tree_init / destroy, range_tree_store (which also erases), range_tree_reserve, range_tree_dup;
 * range_tree_walk, range_tree_find, range_tree_find_prev for readers.
 * Invariants
 *  1. One writer at a time, under a lock of his own (mmap_lock for writing). A node that readers may
 *     see is never rewritten but by a single pointer store: a change copies the node, publishes the
 *     copy with one store into the slot above, and only then marks the old one dead.
 *  2. A dead node is freed after a grace period, so a reader inside rcu_read_lock never touches freed
 *     memory; one that holds only a lock which does not keep writers out does (StackRot, f1).
 *  3. A reader looks at dead after he took a pointer from the node, and starts again from the root.
 *  4. In a node the ends ascend; the last one is the node's own. No two neighbouring slots are both
 *     empty. All leaves have the same depth; an empty slot above the leaves is a gap.
 *  5. A store cannot fail once its nodes are reserved: nothing is changed before they are.
 */
#ifndef MM_RANGE_TREE_H
#define MM_RANGE_TREE_H

#include "kernel/types.h"

#define RANGE_SLOTS 16
#define RANGE_LIMIT (~0UL) /* ranges end here at the latest */

struct range_node;

struct range_tree {
	struct range_node *root; /* NULL = empty; published by one store */
	/* the writer's */
	unsigned height; /* levels of nodes; 0 = empty */
	struct range_node *reserve;
	unsigned nreserve;
};

void range_tree_init(struct range_tree *tree);
/* Forget all ranges and give back the reserve. Context: atomic. Locks: the writer's. */
void range_tree_destroy(struct range_tree *tree);

/* Make the empty @to a copy of @from, with each entry, from the lowest on, replaced by what @next gives. 0, or
 * -ENOMEM and @to is empty. Context: as @gfp says. Locks: the writers' of both. */
int range_tree_dup(struct range_tree *to, const struct range_tree *from, void *(*next)(void *cursor),
		   void *cursor, unsigned gfp);
/* Get the nodes that the next @stores stores can need. 0 or -ENOMEM. Context: as @gfp says.
 * Locks: the writer's. */
int range_tree_reserve(struct range_tree *tree, unsigned stores, unsigned gfp);
/* [@start, @end) belongs to @entry from now on (NULL: to nobody), whatever was there. 0, or -ENOMEM
 * with nothing changed when too little was reserved and no memory is free. Context: atomic. Locks: the
 * writer's. */
int range_tree_store(struct range_tree *tree, unsigned long start, unsigned long end, void *entry);

/* The entry whose range holds @addr, or NULL. Context: any; inside rcu_read_lock, or with the writer kept
 * out. */
void *range_tree_walk(const struct range_tree *tree, unsigned long addr);
/* The first entry whose range ends above @addr, or NULL. Context: as walk. */
void *range_tree_find(const struct range_tree *tree, unsigned long addr);
/* The last entry whose range begins at or below @addr, or NULL. Context: as walk. */
void *range_tree_find_prev(const struct range_tree *tree, unsigned long addr);

/* For tests and invariants: the number of nodes, or -1 when invariant 4 is broken. */
int range_tree_check(const struct range_tree *tree);

void range_tree_boot(void); /* after kmem_cache_init() */

#endif
