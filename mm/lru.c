/*
 * mm/lru.c - the LRU list of all cached pages. See mm/filemap.h, invariant 3.
 *
 * New pages enter at the front; shrink_mmap (mm/shrink.c) looks from the back and gives a page that
 * was referenced since one more round.
 */
#include "kernel/printk.h"
#include "mm/filemap.h"

struct spinlock pagemap_lru_lock = SPINLOCK_INIT(LC_PAGEMAP_LRU, NULL);
struct list_head lru_cache = LIST_HEAD_INIT(lru_cache);
volatile int nr_lru_pages;

void lru_cache_add(struct page *page)
{
	spin_lock(&pagemap_lru_lock);
	BUG_ON(page_test_and_set(page, PG_lru));
	list_add(&page->lru, &lru_cache);
	nr_lru_pages++;
	spin_unlock(&pagemap_lru_lock);
}

void lru_cache_del(struct page *page)
{
	BUG_ON(!PageLocked(page));
	spin_lock(&pagemap_lru_lock);
	if (page_test_and_clear(page, PG_lru)) {
		list_del(&page->lru);
		nr_lru_pages--;
	}
	spin_unlock(&pagemap_lru_lock);
}
