/*
 * mm/invariants.h - what must be true of memory whenever nothing runs; and leak accounting.
 * Realises DESIGN section 4, "invariants that know nothing of locks".
 *
 * All functions look at everything without taking a lock: call them at quiescent points only, when
 * no task is inside the VM and no I/O is in flight. A failure is told in one line of report() and
 * entered as a complaint (WATCH_INVARIANTS) whose key names the invariant and nothing that depends
 * on the schedule:
 *	invariant: areas (A)		list not sorted, not this mm's, freed, or not map_count long
 *	invariant: pte outside every area (A)
 *	invariant: rss (A)		rss is not the number of present ptes (reserved pages apart)
 *	invariant: page count		not what refers to it: ptes, page or swap cache
 *	invariant: page free but in use, invariant: page left locked
 *	invariant: swap map		not ptes + swap cache
 *	invariant: swap entry (A)	an entry that names no slot
 *	invariant: nr_swap_pages, nr_free_pages, lru, page cache
 *	invariant: page cached twice	two pages for one (mapping, index): R16
 *	invariant: slab
 *	leak: pages (swap slots included), leak: objects of NAME
 */
#ifndef MM_INVARIANTS_H
#define MM_INVARIANTS_H

#include "mm/mm.h"

/* Check all of the above but the leaks. Returns the number of failures. Context: quiescent. */
int vm_invariants_check(void);
/* One address space alone: its list, its ptes against its list, its rss. */
int vm_invariants_check_mm(struct mm_struct *mm);

#define VM_SNAPSHOT_CACHES 64

/* What is in use at one moment. */
struct vm_snapshot {
	long pages;	 /* frames that are not free, no slab's and not cached */
	long swap_slots; /* slots in use beside those that only the swap cache holds */
	unsigned ncaches;
	struct {
		const char *name;
		unsigned long inuse;
	} cache[VM_SNAPSHOT_CACHES];
};

void vm_leak_snapshot(struct vm_snapshot *snap);
/* Is more (or less) in use now than at @before? Returns the number of differences, each reported;
 * of slab objects with a few of those who hold them. */
int vm_leak_compare(const struct vm_snapshot *before);

/* --- between invariants.c, invariants_pages.c and leaks.c --------------------------------- */

/* Tell and enter one failure. Returns 1. */
int invariant_failed(const char *key, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same; what @fmt makes is followed by the page's description. */
int invariant_page_failed(const char *key, const struct page *page, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* f(mm, addr, pte, arg) for every entry of @mm's page tables that is not 0, by address. */
void for_each_pte(struct mm_struct *mm,
		  void (*f)(struct mm_struct *mm, unsigned long addr, pte_t pte, void *arg),
		  void *arg);
/* mm/invariants_rmap.c: from a page back to an entry that maps it; entries against mapcount; the lists. */
int check_rmap_of_pte(const struct vm_area_struct *vma, unsigned long addr, const struct page *page);
int check_mapcount(const struct page *page);
int check_anon_lists(void);
int check_pages_and_swap(void);
int check_counters(void);

#endif
