/*
 * mm/rmap.h - reverse maps: from a page to the entries that map it, without knowing an mm.
 *
 * Realises facts/linux-6.x-vma-locking.md a.6 and b ("Reclaim of an anon page", "of a file page"). An
 * anonymous page is found through its anon_vma, a file's through its mapping's list of areas; in either case
 * an area says by its bounds and vm_pgoff at which address the page would stand, and the entry there is asked.
 * Interface: page_add_new_anon, page_add_anon, page_dup_anon, page_remove_anon for who stores and clears
 * entries; page_referenced and try_to_unmap for page stealing (mm/reclaim_rmap.c).
 * Invariants
 *  1. PG_anon page: mapcount = present entries that map it. It changes inside the pte lock of the entry.
 *  2. 0 -> 1 happens to a new page, or with the page lock held: then anon_vma and anon_index are set.
 *  3. An entry that is found under the lock of the area's list belongs to an area that is not freed, nor are
 *     its page tables: munmap takes the area off these lists first.
 */
#ifndef MM_RMAP_H
#define MM_RMAP_H

#include "mm/anon_vma.h"
#include "mm/design/design.h"
#include "mm/mm.h"
#include "mm/vmscan.h"

/* --- entries come and go. Context: atomic. Locks: the entry's pte lock. --- */

void __page_add_new_anon(struct page *page, struct vm_area_struct *vma, unsigned long addr);
void __page_add_anon(struct page *page, struct vm_area_struct *vma, unsigned long addr);
void __page_remove_anon(struct page *page);

/* @page, fresh and nobody's yet, is about to be mapped at @addr of @vma, which has its anon_vma. */
static inline void page_add_new_anon(struct page *page, struct vm_area_struct *vma, unsigned long addr)
{
	if (vm_design->anon_rmap != ANON_RMAP_NONE)
		__page_add_new_anon(page, vma, addr);
}

/* @page comes from the swap cache, and may be mapped elsewhere. Needs the page lock. */
static inline void page_add_anon(struct page *page, struct vm_area_struct *vma, unsigned long addr)
{
	if (vm_design->anon_rmap != ANON_RMAP_NONE)
		__page_add_anon(page, vma, addr);
}

/* One more entry like one that stands (fork). */
static inline void page_dup_anon(struct page *page)
{
	if (page_test(page, PG_anon))
		__atomic_fetch_add(&page->mapcount, 1, __ATOMIC_ACQ_REL);
}

/* An entry was cleared. The entry's reference on the page is still the caller's. */
static inline void page_remove_anon(struct page *page)
{
	if (page_test(page, PG_anon))
		__page_remove_anon(page);
}

static inline bool page_anon_mapped(const struct page *page)
{
	return page_test(page, PG_anon) && __atomic_load_n(&page->mapcount, __ATOMIC_ACQUIRE) > 0;
}

/* The place of @addr in its area, as reverse maps count: what page->anon_index and a file's index are. */
static inline unsigned long vma_index(const struct vm_area_struct *vma, unsigned long addr)
{
	return vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
}

/* @page goes back to the allocator: it forgets what it was. By mm/page_alloc.c; context: atomic. */
void page_anon_freed(struct page *page);

/* --- page stealing --- */

/* How many entries were used since the last look; they are made old. Who cannot have the list's lock at
 * once says 1. Needs the page lock. Context: atomic. Locks: tries for the list's, takes pte_lock(PT_STEAL). */
int page_referenced(struct page *page);

enum unmap_result {
	UNMAP_DONE,	/* nobody maps it any more, as far as can be seen */
	UNMAP_AGAIN,	/* it was used meanwhile */
	UNMAP_LOCKED,	/* in an area that may not be stolen from */
};
/* Clear every entry of @page; a swap-cache page's get its slot instead. What was written marks the page dirty.
 * Needs the page lock and a reference. Context: may sleep. Locks: the design's walk_begin (@ctx), inside it
 * pte_lock(PT_STEAL). */
enum unmap_result try_to_unmap(struct steal_ctx *ctx, struct page *page);

/* For invariants and tests: does the reverse map of @page lead to @addr of @vma? Context: quiescent. */
bool rmap_finds(const struct page *page, const struct vm_area_struct *vma, unsigned long addr);

/* --- the lists of anonymous pages (mm/lru_anon.c) --- */

/* Enter a page at the front of this CPU's list / take it off. Context: atomic. Locks: takes lru_lock. */
void anon_lru_add(struct page *page);
void anon_lru_del(struct page *page);
/* An old page, off its list and with a reference, or NULL. */
struct page *anon_lru_isolate(void);
/* Pages on all lists; a hint while others run. */
int anon_lru_pages(void);
/* f(page, arg) for each page of each list, without locks. Returns how many. */
int anon_lru_for_each(void (*f)(struct page *page, void *arg), void *arg);

#endif
