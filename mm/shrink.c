/*
 * mm/shrink.c - shrink_mmap: free one page of the page cache, least recently used first. The LRU
 * form of 2.3.23; realises facts d, "Reclaim loop", and S1, "Swap cache locking" (last but one
 * sentence).
 *
 * At most nr_lru_pages / (priority + 1) pages are examined, from the back of the list. A page that
 * was referenced loses the mark and goes to the front for free. One that is locked, or that
 * somebody besides the cache refers to, goes to the front too. While a page is off the list it is
 * locked by us, and whoever takes a page off the list has it locked: so nobody else touches it.
 *
 * A swap-cache page is freed although its entry may still stand in ptes: only page references
 * count. pagecache_lock is dropped between the look at the count and the deletion, so
 * lookup_swap_cache may take a reference in between and then own a page that is no swap cache any
 * more (R14). A design that takes pagecache_lock itself in cache_begin(CACHE_SHRINK) keeps it over
 * the removal from the hash.
 */
#include "kernel/printk.h"
#include "kernel/sync.h"
#include "kernel/watch.h"
#include "mm/design/design.h"
#include "mm/filemap.h"
#include "mm/vmscan.h"
#include "mm/writeback.h"

static void take_off(struct page *page)
{
	get_page(page);
	list_del(&page->lru);
	page_clear(page, PG_lru);
	nr_lru_pages--;
}

/* Off the list and locked; NULL = @budget is used up or the list is empty. Pages that are not to be
 * freed now are moved to the front, as 1999 did, until one is locked. */
static struct page *lock_oldest(int *budget)
{
	struct page *page = NULL;

	spin_lock(&pagemap_lru_lock);
	while (*budget > 0 && !list_empty(&lru_cache)) {
		page = list_entry(lru_cache.prev, struct page, lru);
		list_del(&page->lru);
		list_add(&page->lru, &lru_cache);
		if (page_test_and_clear(page, PG_referenced)) {
			page = NULL;
			continue;
		}
		--*budget;
		/* Mapped, or in use: not to be had. As 2.3.4x did, without a lock; it may be wrong by a
		 * moment, and then the next pass finds the page. */
		if (page_count(page) == 1 && !TryLockPage(page))
			break;
		page = NULL;
	}
	if (page)
		take_off(page);
	spin_unlock(&pagemap_lru_lock);
	return page;
}

/* Mapped, or in use: for stealing that starts from the page, which unmaps it. */
struct page *lru_lock_mapped(int *budget)
{
	struct page *page = NULL;

	spin_lock(&pagemap_lru_lock);
	while (*budget > 0 && !list_empty(&lru_cache)) {
		page = list_entry(lru_cache.prev, struct page, lru);
		--*budget;
		if (!page_test_and_clear(page, PG_referenced) && page_count(page) > 1 &&
		    !TryLockPage(page))
			break;
		list_del(&page->lru);
		list_add(&page->lru, &lru_cache);
		page = NULL;
	}
	if (page)
		take_off(page);
	spin_unlock(&pagemap_lru_lock);
	return page;
}

void lru_put_back(struct page *page)
{
	lru_cache_add(page);
	UnlockPage(page);
	page_cache_release(page);
}

/* A swap-cache page whose write failed, or that a design without the swapout() method marked. */
static int write_swap_page(struct page *page)
{
	int error;

	page_clear(page, PG_dirty);
	error = page->mapping->a_ops->writepage(page);
	if (error)
		page_set(page, PG_dirty);
	return error;
}

/* Write it home, so that a later pass can free it: a file's page that was written by write() or lost its
 * dirty entry, with its neighbours. The write unlocks the page; when a file's fails, the file remembers that
 * and the page is as clean as it will get. 1 = started, which counts as progress, as in swap_out. */
int lru_write_dirty(struct page *page, unsigned gfp)
{
	const struct address_space_operations *ops = page->mapping ? page->mapping->a_ops : NULL;
	int error;

	if (!(gfp & __GFP_IO) || !ops || !ops->writepage) {
		lru_put_back(page);
		return 0;
	}
	watch_reclaim_io_enter();
	lru_cache_add(page);
	if (PageSwapCache(page)) {
		error = write_swap_page(page);
	} else {
		clear_page_dirty(page);
		error = write_page_home(page);
		vmscan_events.written++;
	}
	watch_reclaim_io_leave();
	page_cache_release(page);
	return error ? 0 : 1;
}

/* The page is locked, ours by one reference; does nobody but the cache refer to it besides? Needs
 * pagecache_lock, so that no lookup raises the count meanwhile. */
static bool only_cached(const struct page *page)
{
	return page->pprev_hash && page_count(page) == 2;
}

/* Remove it if it is unused. true = it is out of the cache and the cache's reference is dropped. */
static bool shrink_swap_page(struct page *page)
{
	bool design_locks, unused;

	if (!vm_design->cache_begin(CACHE_SHRINK, page))
		return false;
	design_locks = lock_held_by_current(&pagecache_lock.info);
	if (!design_locks)
		spin_lock(&pagecache_lock);
	unused = only_cached(page);
	if (unused && design_locks)
		__unhash_page(page); /* and so no lookup finds it from here on */
	if (!design_locks)
		spin_unlock(&pagecache_lock);
	if (design_locks || !unused)
		vm_design->cache_end(CACHE_SHRINK, page);
	if (!unused)
		return false;
	sync_point(SP_READ, &page->count); /* R14: between the look and the deletion */
	delete_from_swap_cache_locked(page);
	if (!design_locks)
		vm_design->cache_end(CACHE_SHRINK, page);
	return true;
}

static bool shrink_file_page(struct page *page)
{
	bool unused;

	spin_lock(&pagecache_lock);
	unused = only_cached(page);
	if (unused)
		__unhash_page(page);
	spin_unlock(&pagecache_lock);
	if (!unused)
		return false;
	remove_from_page_cache(page);
	page_cache_release(page); /* the cache's */
	return true;
}

int lru_free_page(struct page *page)
{
	if (!(PageSwapCache(page) ? shrink_swap_page(page) : shrink_file_page(page))) {
		lru_put_back(page);
		return 0;
	}
	UnlockPage(page);
	page_cache_release(page);
	vmscan_events.shrunk++;
	return 1;
}

static int shrink_lru(int priority, unsigned gfp)
{
	int budget = nr_lru_pages / (priority + 1);
	struct page *page;

	while ((page = lock_oldest(&budget))) {
		if (page_count(page) > 2) {
			lru_put_back(page);
			continue;
		}
		if (page_test(page, PG_dirty)) {
			if (lru_write_dirty(page, gfp))
				return 1;
			continue;
		}
		if (lru_free_page(page))
			return 1;
	}
	return 0;
}

int shrink_mmap(int priority, unsigned gfp)
{
	int freed;

	watch_reclaim_enter();
	trace_op_enter(OP_SHRINK, 0, 0);
	freed = shrink_lru(priority, gfp);
	trace_op_leave(OP_SHRINK, 0, freed);
	watch_reclaim_leave();
	return freed;
}
