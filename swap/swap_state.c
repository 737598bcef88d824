/*
 * swap/swap_state.c - the swap cache: pages that are in memory and have a swap entry too.
 *
 * Realises S1 "Swap cache locking" and facts section c, rows add_to_swap_cache to is_page_shared.
 * The cache is the page cache's hash with mapping = &swapper_space and index = the entry's value
 * (mm/filemap.h). Interface: swap/swap.h.
 * Invariants
 *  1. PG_swap_cache is set exactly while the page is in the cache; it changes with the page lock
 * held.
 *  2. The cache holds one reference on the page and one on its entry; both go when the page leaves.
 *  3. A page that somebody else uses, directly or by its entry, is not removed - but for
 * shrink_mmap, which removes pages nobody maps whoever has the entry, and swapoff (S1). So whoever
 * finds a page looks again, under the page lock, whether it is still in the cache (R14).
 */
#include "kernel/printk.h"
#include "mm/design/design.h"
#include "mm/filemap.h"
#include "mm/rmap.h"
#include "swap/swap_internal.h"

struct address_space swapper_space;

static int swap_readpage(struct file *file, struct page *page)
{
	(void)file;
	rw_swap_page(false, page, false);
	return 0;
}

/* Called by designs that mark pages dirty and write them later. */
static int swap_writepage(struct page *page)
{
	rw_swap_page(true, page, false);
	return 0;
}

static const struct address_space_operations swap_aops = {
	.readpage = swap_readpage,
	.writepage = swap_writepage,
};

void swap_cache_init(void)
{
	address_space_init(&swapper_space, "swapper", &swap_aops, NULL);
}

bool swap_cache_holds(struct page *page, struct swp_entry entry)
{
	return PageSwapCache(page) && page->mapping == &swapper_space && page->index == entry.val;
}

void add_to_swap_cache(struct page *page, struct swp_entry entry)
{
	BUG_ON(PageSwapCache(page));
	BUG_ON(page->mapping);
	if (page_test(page, PG_anon) && page_test(page, PG_lru))
		anon_lru_del(page); /* to the list of cached pages */
	page_set(page, PG_swap_cache);
	add_to_page_cache(page, &swapper_space, entry.val);
	page_set(page, PG_uptodate); /* a read that follows takes it back */
}

bool swap_cache_has(struct swp_entry entry)
{
	bool has;

	spin_lock(&pagecache_lock);
	has = __find_page(&swapper_space, entry.val) != NULL;
	spin_unlock(&pagecache_lock);
	return has;
}

/* The page that the hash has for @entry, locked, with a reference; NULL = none. Who had to sleep
 * for the lock searches again. */
static struct page *find_and_lock(struct swp_entry entry)
{
	struct page *page;

	while ((page = find_get_page(&swapper_space, entry.val))) {
		if (!TryLockPage(page))
			break;
		wait_on_page(page);
		page_cache_release(page);
	}
	return page;
}

struct page *lookup_swap_cache(struct swp_entry entry)
{
	struct page *page;
	bool cached;

	might_sleep();
	do {
		page = find_and_lock(entry);
		if (!page)
			return NULL;
		/* shrink_mmap may have taken it out between our search and our lock, even though
		 * we did not sleep (R14). */
		cached = swap_cache_holds(page, entry);
		UnlockPage(page);
		if (cached)
			return page;
		page_cache_release(page);
	} while (vm_design->lookup_again);
	swap_complain("page left the swap cache during lookup", entry, CALLER_PLACE());
	return NULL;
}

void delete_from_swap_cache_locked(struct page *page)
{
	struct swp_entry entry = {(uint32_t)page->index};

	lock_assert_held(&page->lock);
	BUG_ON(!PageSwapCache(page));
	remove_from_page_cache(page);
	page_clear(page, PG_swap_cache);
	if (page_anon_mapped(page))
		anon_lru_add(page); /* where stealing looks for it from now on */
	vm_design->swap_begin(SWAP_CACHE_FREE);
	swap_free(entry);
	vm_design->swap_end(SWAP_CACHE_FREE);
	page_cache_release(page);
}

void delete_from_swap_cache(struct page *page)
{
	lock_page(page);
	if (PageSwapCache(page)) /* R19, R20: somebody may have been faster */
		delete_from_swap_cache_locked(page);
	UnlockPage(page);
}

bool is_page_shared(struct page *page)
{
	int count;

	if (PageReserved(page))
		return true;
	count = page_count(page);
	if (PageSwapCache(page)) {
		struct swp_entry entry = {(uint32_t)page->index};

		swap_point(&page->count);	/* R15: between the two counts */
		count += swap_count(entry) - 2; /* the cache's own reference on either */
	}
	return count > 1;
}

/* The design's bracket may be the page lock itself, or nothing. */
static void free_unshared_slot(struct page *page)
{
	bool locked_by_design = lock_held_by_current(&page->lock);

	if (!locked_by_design)
		lock_page(page);
	if (PageSwapCache(page) && !is_page_shared(page))
		delete_from_swap_cache_locked(page);
	if (!locked_by_design)
		UnlockPage(page);
}

void free_page_and_swap_cache(struct page *page)
{
	if (PageSwapCache(page) && vm_design->cache_begin(CACHE_SHARE_TEST, page)) {
		free_unshared_slot(page);
		vm_design->cache_end(CACHE_SHARE_TEST, page);
	}
	page_clear(page, PG_swap_entry);
	page_cache_release(page);
}
