/*
 * mm/avl.h - the balanced tree of an address space's areas, built once it has AVL_MIN_MAP_COUNT.
 *
 * Realises facts section d, "vma list". Key: the address range; the areas of one tree are disjoint.
 * Invariants: for every node the heights of its subtrees differ by at most one; in-order walk = the
 * list mm->mmap. Nothing here locks, sleeps or allocates: who changes a tree is inside list_change
 * (rules 1 and 2 of 1999).
 */
#ifndef MM_AVL_H
#define MM_AVL_H

#include "mm/mm.h"

/* Deeper than any balanced tree of MAX_MAP_COUNT nodes (1.44 log2(65536) = 23). */
#define AVL_MAX_HEIGHT 32

/* The first area with @addr < vm_end, or NULL; *@prev (may be NULL) = the one before it.
 * Context: atomic. Locks: needs what find_vma needs. */
struct vm_area_struct *avl_find(struct vm_area_struct *root, unsigned long addr,
				struct vm_area_struct **prev);
/* Enter an area that overlaps none of the tree. Context: atomic. Locks: needs list_change. */
void avl_insert(struct vm_area_struct **root, struct vm_area_struct *vma);
/* Remove an area of the tree; panics when it is not there. Context: atomic. Locks: needs
 * list_change. */
void avl_remove(struct vm_area_struct **root, struct vm_area_struct *vma);
/* Is this a valid tree of exactly the areas of @list, in order? For tests and invariants.
 * Context: atomic. Locks: needs what find_vma needs. */
bool avl_check(const struct vm_area_struct *root, const struct vm_area_struct *list);

#endif
