/*
 * mm/page_alloc.h - what the page allocator's own files share: the free lists, each CPU's own frames, the
 * page pool.
 * Nobody but mm/page_alloc.c, mm/pcp.c, mm/page_pool.c, mm/slab.c and tests includes it.
 */
#ifndef MM_PAGE_ALLOC_H
#define MM_PAGE_ALLOC_H

#include "kernel/spinlock.h"
#include "mm/page.h"

extern struct spinlock page_alloc_lock;
extern struct list_head free_area[MAX_ORDER + 1]; /* page_alloc_lock */

/* The bare list operations. Context: atomic. Locks: need page_alloc_lock. */
void free_area_add(struct page *page, unsigned order); /* no joining */
void free_area_del(struct page *page);
void free_block(struct page *page, unsigned order); /* joined with free buddies */
struct page *take_block(unsigned order);	    /* NULL = none */

static inline void count_free(int frames)
{
	__atomic_fetch_add(&nr_free_pages, frames, __ATOMIC_RELAXED);
}

/* Each CPU's own free frames (mm/pcp.c). Context: atomic. Locks: take page_alloc_lock. */
extern bool pcp_on;		      /* they are in use: ask before the next two */
struct page *pcp_take(void);	      /* NULL = this CPU's list and the buddies are empty */
void pcp_give(struct page *page);     /* a free frame, not on any list */
void pcp_drain(void);		      /* all CPUs' frames go back to the buddies */
int pcp_count(void);		      /* frames on all lists; exact when nothing else runs */
bool pcp_holds(const struct page *page); /* nothing else runs */
void pcp_init(void);

/* New watermarks, and the "low on memory" state is off. */
void freepages_set(const struct freepages *marks);

/* A frame from outside the open pool was freed. Needs page_alloc_lock. */
void page_pool_set_aside(struct page *page, unsigned order);
int page_pool_aside_count(void); /* frames set aside */
void page_pool_init(void);
void page_pool_for_each_aside(void (*f)(struct page *page, unsigned order));

/* Tell the watchers that an allocation with @gfp happens here. Context: any. */
void reclaim_note(unsigned gfp);

/* mm/slab.c: set all existing slabs aside, so that objects of the pool's time lie in the pool's
 * frames; and take them back. */
void kmem_cache_set_aside(void);
void kmem_cache_take_back(void);

#endif
