/*
 * mm/writeback.c - dirty pages: the books, and writing one page (with neighbours) or one mapping
 * home. See mm/writeback.h for the protocol; mm/flush.c has the tasks.
 */
#include "mm/writeback.h"

#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/filemap.h"
#include "mm/inode.h"

volatile unsigned long nr_dirty_pages;
struct writeback_events writeback_events;

/* --- the books -------------------------------------------------------------------------------- */

void set_page_dirty(struct page *page)
{
	struct address_space *mapping;
	struct inode *pin = NULL;

	/* Our stores to the page come before the look at the flag: if it is seen set, whoever
	 * clears it afterwards sees our stores. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (page_test(page, PG_dirty))
		return;
	spin_lock(&pagecache_lock);
	mapping = page->pprev_hash ? page->mapping : NULL;
	if (mapping && !page_test_and_set(page, PG_dirty)) {
		list_del(&page->list);
		list_add_tail(&page->list, &mapping->dirty_pages);
		mapping->nrdirty++;
		if (mapping->write_back) {
			nr_dirty_pages++;
			if (__dirty_mapping_add(mapping))
				pin = mapping_inode(mapping);
		}
	}
	spin_unlock(&pagecache_lock);
	if (pin) /* the caller's own reference holds the inode until this one does */
		iget_again(pin);
}

void __page_forget_dirty(struct page *page)
{
	struct address_space *mapping = page->mapping;

	lock_assert_held(&pagecache_lock.info);
	if (!mapping->nrdirty || !page_test_and_clear(page, PG_dirty))
		return;
	mapping->nrdirty--;
	if (mapping->write_back)
		nr_dirty_pages--;
	list_del(&page->list);
	list_add_tail(&page->list, &mapping->clean_pages);
}

bool clear_page_dirty(struct page *page)
{
	bool was;

	BUG_ON(!PageLocked(page));
	spin_lock(&pagecache_lock);
	was = page_test(page, PG_dirty);
	if (was && page->pprev_hash)
		__page_forget_dirty(page);
	page_clear(page, PG_dirty); /* a swap-cache page is on no such list */
	spin_unlock(&pagecache_lock);
	return was;
}

/* --- one page, and its neighbours ------------------------------------------------------------- */

/* The bytes of the last page beyond the end of the file are nobody's: a mapping may have written
 * there, and a file that grows must show zeroes. */
static void zero_tail(struct page *page, const struct address_space *mapping)
{
	uint64_t size, start = (uint64_t)page->index << PAGE_SHIFT;

	if (!mapping->write_back)
		return;
	size = mapping_inode(mapping)->i_size;
	if (size > start && size - start < PAGE_SIZE)
		memset((char *)page_address(page) + (size - start), 0,
		       PAGE_SIZE - (size_t)(size - start));
}

/* The next page of a run, if it is dirty and can be had without waiting: locked, marked clean, and
 * with a reference. */
static struct page *take_neighbour(struct address_space *mapping, unsigned long index)
{
	struct page *page;

	spin_lock(&pagecache_lock);
	page = __find_page(mapping, index);
	if (page && page_test(page, PG_dirty))
		get_page(page);
	else
		page = NULL;
	spin_unlock(&pagecache_lock);
	if (!page)
		return NULL;
	if (!TryLockPage(page)) {
		if (page->mapping == mapping && clear_page_dirty(page)) {
			page_lock_to_io(page); /* a task records only so many locks */
			return page;
		}
		UnlockPage(page);
	}
	page_cache_release(page);
	return NULL;
}

static void note_error(struct address_space *mapping, int error)
{
	if (!error)
		return;
	vm_event(&writeback_events.write_errors, 1);
	mapping->wb_error = error;
}

/* @pages[0] is the caller's, the others are take_neighbour()'s. All are unlocked afterwards. */
static int write_run(struct address_space *mapping, struct page **pages, int n)
{
	int error;

	for (int i = 0; i < n; i++)
		zero_tail(pages[i], mapping);
	vm_event(&writeback_events.write_requests, 1);
	vm_event(&writeback_events.pages_out, (unsigned long)n);
	error = n == 1 ? mapping->a_ops->writepage(pages[0]) : mapping->a_ops->writepages(pages, n);
	note_error(mapping, error);
	for (int i = 1; i < n; i++)
		page_cache_release(pages[i]);
	return error;
}

int write_page_home(struct page *page)
{
	struct address_space *mapping = page->mapping;
	struct page *pages[MAX_CLUSTER_PAGES] = { page };
	int n = 1;

	BUG_ON(!PageLocked(page) || !mapping);
	if (mapping->a_ops->writepages && mapping->write_back)
		while (n < MAX_CLUSTER_PAGES &&
		       (pages[n] = take_neighbour(mapping, page->index + (unsigned long)n)))
			n++;
	return write_run(mapping, pages, n);
}

/* --- one mapping ------------------------------------------------------------------------------ */

/* The page that has been dirty longest, with a reference; NULL = none is. */
static struct page *first_dirty(struct address_space *mapping)
{
	struct page *page = NULL;

	spin_lock(&pagecache_lock);
	if (!list_empty(&mapping->dirty_pages)) {
		page = list_first(&mapping->dirty_pages, struct page, list);
		get_page(page);
	}
	spin_unlock(&pagecache_lock);
	return page;
}

unsigned long write_dirty_pages(struct address_space *mapping, unsigned long max, int *error)
{
	unsigned long turns = 0;
	struct page *page;

	for (; turns < max && (page = first_dirty(mapping)); turns++) {
		int failed = 0;

		lock_page(page);
		if (page->mapping == mapping && clear_page_dirty(page))
			failed = write_page_home(page);
		else
			UnlockPage(page);
		if (failed && !*error)
			*error = failed;
		page_cache_release(page);
	}
	return turns;
}

/* A page of the clean list that is still being written (or read), with a reference; or NULL. */
static struct page *first_locked(struct address_space *mapping)
{
	struct list_head *pos;
	struct page *page = NULL;

	spin_lock(&pagecache_lock);
	list_for_each(pos, &mapping->clean_pages) {
		page = list_entry(pos, struct page, list);
		if (PageLocked(page))
			break;
		page = NULL;
	}
	if (page)
		get_page(page);
	spin_unlock(&pagecache_lock);
	return page;
}

int filemap_sync_pages(struct address_space *mapping)
{
	struct page *page;
	int error = 0, earlier;

	write_dirty_pages(mapping, mapping->nrpages + 1, &error);
	while ((page = first_locked(mapping))) {
		wait_on_page(page);
		page_cache_release(page);
	}
	earlier = mapping->wb_error;
	mapping->wb_error = 0;
	return error ? error : earlier;
}
