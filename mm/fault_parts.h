/*
 * mm/fault_parts.h - the pieces of a page fault, as the files of the fault path see each other.
 *
 * Realises facts section c, "Faults". handle_pte_fault (mm/fault.c) looks at the entry and hands
 * over to one of: do_anonymous_page, do_no_page, do_swap_page, do_wp_page. All return VM_FAULT_*;
 * all are called with the design's fault bracket or mm_lock held, and may sleep. @fc is NULL when
 * the caller holds mm_lock and there is nothing that the design could give up while the fault
 * sleeps.
 */
#ifndef MM_FAULT_PARTS_H
#define MM_FAULT_PARTS_H

#include "kernel/sync.h"
#include "mm/design/design.h"
#include "mm/fault.h"
#include "mm/rmap.h"

/* Entry: no entry stood in *@ptep. */
int do_anonymous_page(struct fault_ctx *fc, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep,
		      int write_access);
int do_no_page(struct fault_ctx *fc, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep,
	       int write_access);
/* Entry: @orig, a swap entry, stood in *@ptep. */
int do_swap_page(struct fault_ctx *fc, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep,
		 pte_t orig, int write_access);
/* Entry: @orig, present and read-only, stands in *@ptep, and pte_lock(PT_FAULT_PRESENT) is held;
 * it is dropped on return. */
int do_wp_page(struct fault_ctx *fc, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep,
	       pte_t orig);

/* Grow @vma, the stack, down to @addr. 0, or -ENOMEM beyond its limit. Context: atomic.
 * Locks: the exception to rules 1 and 2: what stack_grow_begin took. */
int expand_stack(struct vm_area_struct *vma, unsigned long addr);

/* @page is in the swap cache and nobody else uses it or its slot: take it out. The caller may hold
 * the page lock (the design's sharing bracket) or not; in the latter case it is tried when we hold
 * a spin lock, else slept for. False = it could not be had, treat the page as shared. */
bool take_out_of_swap_cache(struct page *page);

/* The same question where today's rule holds (designs with anon_vmas): a slot that no entry needs goes, whoever
 * looks at the page meanwhile; ours alone is a page with one reference. Needs the page lock. */
bool anon_page_is_ours(struct page *page);

/* Inside pte_lock(@site): did somebody change the entry since we saw @seen? Asked only where the
 * design says that somebody could have. */
static inline bool pte_changed(enum pte_site site, const pte_t *ptep, pte_t seen)
{
	return vm_design->pte_recheck(site) && pte_read(ptep) != seen;
}

/* May a read fault's entry for @page be writable at once? Not where the file has to be asked for room. */
static inline bool room_is_certain(const struct vm_area_struct *vma, const struct page *page)
{
	return !vma->vm_ops || !vma->vm_ops->wppage || page_test(page, PG_blocks);
}

/* Store an entry where no lock orders us with who else may store it, in the designs that take none.
 */
static inline void install_pte(pte_t *ptep, pte_t entry)
{
	sync_point(SP_WRITE, ptep);
	set_pte(ptep, entry);
}

static inline void vm_count(volatile unsigned long *counter)
{
	__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

static inline void vm_count_n(volatile unsigned long *counter, unsigned long n)
{
	__atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
}

#endif
