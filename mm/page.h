/*
 * mm/page.h - page frames: struct page, its flags and counts, the page lock, the buddy allocator.
 *
 * Realises facts section d ("Page flags", "Free memory"). One struct page per frame, in mem_map[].
 * Page counts: each pte 1, page or swap cache 1, each temporary holder 1. Freeing a page that is
 * locked or still in the swap cache is a BUG.
 */
#ifndef MM_PAGE_H
#define MM_PAGE_H

#include "kernel/arch.h"
#include "kernel/list.h"
#include "kernel/lock.h"
#include "kernel/spinlock.h"
#include "mm/gfp.h"

struct address_space;
struct anon_vma;
struct boot_info;
struct kmem_cache;

/* Flag bits; 1999's numbers where 1999 had the flag. Changed with atomic bit operations. */
#define PG_locked     0
#define PG_error      1
#define PG_referenced 2
#define PG_uptodate   3
#define PG_dirty      4 /* file page: newer than its file (mm/writeback.h); else see steal.c, swapoff */
#define PG_decr_after 5
#define PG_slab	      8
#define PG_swap_cache 9
#define PG_swap_entry 11
#define PG_lru	      12 /* on the LRU list */
#define PG_buddy      13 /* head of a free block */
#define PG_pagetable  14
#define PG_pool	      15 /* belongs to the open page pool */
#define PG_blocks     16 /* file page: all its blocks below i_size are there: it can be written home */
#define PG_anon	      17 /* anonymous, and reverse maps know it (mm/rmap.h) */
#define PG_reserved   31

struct page {
	/* atomic */
	volatile uint32_t flags;
	volatile int count;
	/* free block: page_alloc_lock; page cache: pagemap_lru_lock */
	struct list_head lru;
	union {
		struct {
			/* identity in the page or swap cache: page lock to change, pagecache_lock to look */
			struct address_space *mapping; /* swapper_space for swap-cache pages */
			unsigned long index; /* page offset in the file, or the swap entry's value */
			struct page *next_hash, **pprev_hash;
			struct list_head list; /* in its mapping's clean_ or dirty_pages: pagecache_lock */
		};
		/* PG_pagetable, in designs with a lock in each table: its entries (mm/pagetable.c) */
		struct spinlock table_lock;
	};
	/* PG_anon (mm/rmap.h): set with the first mapping, read with the page lock held */
	struct anon_vma *anon_vma;
	unsigned long anon_index; /* where it stands in the areas of anon_vma */
	volatile int mapcount;	  /* atomic: entries that map it; PG_anon pages only */
	/* the page lock: PG_locked plus who holds it (lock_info.owner NULL = the I/O) */
	struct lock_info lock;
	/* owner's word: slab: its kmem_slab; free block: its order; PG_anon: which anon list */
	uintptr_t private;
	uint32_t found; /* mm/invariants.c: references met in its walk */
};

extern struct page *mem_map;
extern unsigned long max_mapnr; /* frames in mem_map */

static inline unsigned long page_nr(const struct page *page)
{
	return (unsigned long)(page - mem_map);
}
static inline paddr_t page_to_phys(const struct page *page)
{
	return (paddr_t)(page_nr(page) << PAGE_SHIFT);
}
static inline struct page *phys_to_page(paddr_t pa)
{
	return mem_map + (pa >> PAGE_SHIFT);
}
static inline void *page_address(const struct page *page)
{
	return phys_to_virt(page_to_phys(page));
}
static inline struct page *virt_to_page(const void *p)
{
	return phys_to_page(virt_to_phys(p));
}

static inline bool page_test(const struct page *page, int bit)
{
	return (__atomic_load_n(&page->flags, __ATOMIC_ACQUIRE) >> bit) & 1;
}
static inline void page_set(struct page *page, int bit)
{
	__atomic_fetch_or(&page->flags, 1u << bit, __ATOMIC_ACQ_REL);
}
static inline void page_clear(struct page *page, int bit)
{
	__atomic_fetch_and(&page->flags, ~(1u << bit), __ATOMIC_ACQ_REL);
}
static inline bool page_test_and_set(struct page *page, int bit)
{
	return (__atomic_fetch_or(&page->flags, 1u << bit, __ATOMIC_ACQ_REL) >> bit) & 1;
}
static inline bool page_test_and_clear(struct page *page, int bit)
{
	return (__atomic_fetch_and(&page->flags, ~(1u << bit), __ATOMIC_ACQ_REL) >> bit) & 1;
}
#define PageLocked(p)	  page_test(p, PG_locked)
#define PageReserved(p)	  page_test(p, PG_reserved)
#define PageSwapCache(p)  page_test(p, PG_swap_cache)
#define PageReferenced(p) page_test(p, PG_referenced)

static inline int page_count(const struct page *page)
{
	return __atomic_load_n(&page->count, __ATOMIC_ACQUIRE);
}
static inline void get_page(struct page *page)
{
	__atomic_fetch_add(&page->count, 1, __ATOMIC_ACQ_REL);
}

/* --- the page lock (mm/page_lock.c) ---------------------------------------------------------- */

/* Sleep until the page is ours. Context: may sleep. Locks: takes the page lock. */
void lock_page(struct page *page);
/* 1999's sense: non-zero = did NOT get it. Context: atomic. */
int TryLockPage(struct page *page);
/* Give the page back and wake waiters; also called by I/O completion. Context: atomic, any. */
void UnlockPage(struct page *page);
/* Hand the lock to the I/O that now runs: the owner becomes "the I/O" in the wait-for graph. */
void page_lock_to_io(struct page *page);
void wait_on_page(struct page *page); /* until it is unlocked; may sleep */
/* For add_to_page_cache: the page lock is ours afterwards, whoever had it; false = somebody did, who
 * will one day unlock it under us (a complaint says so). Context: atomic. */
bool page_lock_seize(struct page *page);

/* --- the page allocator (mm/page_alloc.c) ---------------------------------------------------- */

#define MAX_ORDER 10

/* Watermarks in pages: facts section d. */
struct freepages {
	int min, low, high;
};
extern struct freepages freepages;
extern volatile int nr_free_pages;

/* Allocate 2^@order contiguous frames, count 1. NULL = none (facts d says when).
 * Context: may sleep if @gfp has __GFP_WAIT (and then steals pages); else atomic.
 * Locks: takes page_alloc_lock; callers hold nothing that page stealing wants. */
struct page *alloc_pages(unsigned gfp, unsigned order);
static inline struct page *alloc_page(unsigned gfp)
{
	return alloc_pages(gfp, 0);
}
/* Drop one reference; the last one frees 2^@order frames. Context: atomic. */
void free_pages_page(struct page *page, unsigned order);
static inline void __free_page(struct page *page)
{
	free_pages_page(page, 0);
}
#define page_cache_release(page) __free_page(page)
/* The same by kernel address; 0/NULL = none. */
void *get_free_pages(unsigned gfp, unsigned order);
void *get_zeroed_page(unsigned gfp);
void free_pages(void *addr, unsigned order);

/* From now on each CPU keeps some free frames of its own at hand / none any more. Context: tasks
 * run; nothing for scenarios, whose worlds own each frame. */
void page_cpu_lists_enable(void);
void page_cpu_lists_disable(void);

/* A small fixed world for scenarios: from now on the allocator owns exactly @frames free frames
 * and these watermarks; all other free frames are set aside until page_pool_close(). */
void page_pool_open(int frames, const struct freepages *marks);
void page_pool_close(void);

bool page_pool_is_open(void);

/* The servers' private reserve (DESIGN section 2): frames that only a PF_SERVER task gets, and only
 * when the free lists are empty; the next frames that are freed fill it up again. */
void page_reserve_set(int frames);
int page_reserve_count(void);

/* Debugging: from now on fill frames with POISON_PAGE when they are freed, and complain (key "uaf: page
 * ...") when one was written to before it is handed out again. Context: nothing else runs. */
#define POISON_PAGE 0xaau
void page_poison_enable(void);
void page_poison_disable(void);

/* For invariants: the frames on the free lists, counted one by one; set aside by page_pool_open. */
int page_free_count(void);
/* Is this frame part of a free block? Walks the free lists. Context: nothing else runs. */
bool page_is_free(const struct page *page);
/* "page 1234 count 1 [locked lru] mapping swapper index 256"; returns @buf. */
const char *page_describe(const struct page *page, char *buf, size_t size);

void page_alloc_init(const struct boot_info *bi);
void page_lock_init(void); /* by page_alloc_init */

#endif
