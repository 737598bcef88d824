/*
 * mm/filemap.h - the page cache: (mapping, index) -> page, and the LRU list of all cached pages.
 *
 * Interface: add_to_page_cache, find_get_page, find_lock_page, remove_from_page_cache;
 * read_cache_page for who wants the contents too; lru_cache_add / del. Swap-cache pages use the
 * same hash with mapping = &swapper_space and index = the entry's value (swap/swap_state.c). Facts
 * c and d, "Reclaim loop".
 * Invariants
 *  1. A page is in the hash exactly while page->pprev_hash is set; mapping and index change only
 *     with the page lock held; pagecache_lock guards the chains and mapping->nrpages.
 *  2. The cache holds one reference on each of its pages. Whoever removes a page drops it.
 *  3. A cached page is on the LRU list (PG_lru), or in the hands of shrink_mmap, which then has it
 *     locked; so lru_cache_del wants the page lock held. pagemap_lru_lock guards the list.
 *  4. Adding never looks whether there is such a page already: the newcomer goes to the head of its
 *     chain and hides the older one (R16). Who must not add twice looks and adds under its own
 *     lock.
 */
#ifndef MM_FILEMAP_H
#define MM_FILEMAP_H

#include "kernel/spinlock.h"
#include "mm/file.h"
#include "mm/page.h"

extern struct spinlock pagecache_lock;	 /* LC_PAGECACHE */
extern struct spinlock pagemap_lru_lock; /* LC_PAGEMAP_LRU */
extern volatile unsigned long page_cache_size; /* pages in the hash; pagecache_lock */
extern volatile int nr_lru_pages;	       /* pages on lru_cache; pagemap_lru_lock */
extern struct list_head lru_cache;	       /* most recently added first; pagemap_lru_lock */

/* Enter @page under (@mapping, @index), at the head of its chain and of the LRU list. The page is
 * not in the cache; it comes out locked by the current task (a caller that has it locked keeps the
 * lock) and with one more reference, the cache's. PG_error and PG_referenced are cleared;
 * PG_uptodate is left alone. A page that another task has locked is taken over, as 1999's plain
 * store of the flag did: with a complaint (key "page lock: seized ..."), since that task will then
 * unlock it under us.
 * Context: atomic. Locks: takes pagecache_lock, pagemap_lru_lock. */
void add_to_page_cache(struct page *page, struct address_space *mapping, unsigned long index);
/* The same, but look first, under one hold of pagecache_lock: false = there is such a page already
 * and nothing was done. */
bool add_to_page_cache_unique(struct page *page, struct address_space *mapping,
			      unsigned long index);

/* The page at the head of its chain, or NULL; no reference. Needs pagecache_lock. */
struct page *__find_page(struct address_space *mapping, unsigned long index);
/* The cached page with a reference taken, or NULL. Sets PG_referenced.
 * Context: atomic. Locks: takes pagecache_lock. */
struct page *__find_get_page(struct address_space *mapping, unsigned long index);
#define find_get_page(mapping, index) __find_get_page(mapping, index)
/* Pages @index .. @index + @n - 1 that are there, up to date and not locked, with a reference each, in
 * pages[0..]; NULL where there is none. Returns how many entries were filled in (fewer than @n when
 * the mapping has no more pages). Context: atomic. Locks: takes pagecache_lock. */
int find_get_pages(struct address_space *mapping, unsigned long index, struct page **pages, int n);
/* The same as __find_get_page, locked: searches again when the page was removed while we slept for its lock.
 * Context: may sleep. Locks: takes the page lock. */
struct page *find_lock_page(struct address_space *mapping, unsigned long index);

/* Take the page out of hash and LRU list; PG_swap_cache is the swap cache's to clear. The cache's
 * reference is the caller's to drop. A page that is out of the hash already is only taken off the
 * list. Context: atomic. Locks: needs the page lock, takes pagecache_lock, pagemap_lru_lock. */
void remove_from_page_cache(struct page *page);
/* Only out of the hash, so that nobody finds it any more; mapping and index stay.
 * Locks: needs the page lock and pagecache_lock. */
void __unhash_page(struct page *page);

/* The page of @mapping at @index, up to date, with a reference: found, or allocated and read with
 * readpage. NULL: *@error says -ENOMEM, or what readpage said. @file goes to readpage.
 * Context: may sleep, may steal. Locks: takes the page lock. */
struct page *read_cache_page(struct address_space *mapping, unsigned long index, struct file *file,
			     int *error);
/* Remove every page of @mapping from index @start on, dirty or not; waits for I/O. Who still refers
 * to one (a reader, an entry of a page table) keeps it as a page of no file: mapping NULL. Nothing
 * written to it from then on goes home. Returns 0, for tests that want to see the mapping empty.
 * Context: may sleep. Locks: takes page locks. */
unsigned long truncate_inode_pages(struct address_space *mapping, unsigned long start);

/* The LRU list. add: the page is not on it. del: page lock held; a page that is not on it is fine.
 * Context: atomic. Locks: takes pagemap_lru_lock. */
void lru_cache_add(struct page *page);
void lru_cache_del(struct page *page);

/* Walk the hash without locks, for invariants: f(page, arg) for each page, chain by chain. */
void page_cache_for_each(void (*f)(struct page *page, void *arg), void *arg);

void page_cache_init(void); /* after page_alloc_init() */

struct vm_area_struct;
/* Move the dirty bits of the entries that map a part of @vma to their pages. Context: atomic but for what the
 * design's pte lock says. Locks: needs mm_lock, or an area on no list; takes pte_lock(PT_MSYNC). */
void filemap_sync(struct vm_area_struct *vma, unsigned long start, unsigned long len);

#endif
