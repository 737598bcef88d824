/*
 * mm/filemap.c - the page hash: find, add, remove. See mm/filemap.h for the interface and
 * invariants.
 *
 * pagecache_lock guards the chains. It is a leaf: pages are allocated, locked and freed outside,
 * and the LRU list is changed after it was dropped. The hash is over the mapping's number and the
 * index, never over an address, so that chains are the same from run to run.
 */
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/filemap.h"
#include "mm/writeback.h"

struct spinlock pagecache_lock = SPINLOCK_INIT(LC_PAGECACHE, NULL);
volatile unsigned long page_cache_size;

static struct page **page_hash; /* pagecache_lock */
static unsigned long page_hash_mask;

static struct page **chain_of(const struct address_space *mapping, unsigned long index)
{
	unsigned long h = index + (index >> 8) + mapping->ordinal * 61ul;

	return &page_hash[h & page_hash_mask];
}

void page_cache_init(void)
{
	unsigned order = 0;
	size_t bytes;

	while (order < 4 && (PAGE_SIZE << order) / sizeof(struct page *) < max_mapnr / 2)
		order++;
	bytes = PAGE_SIZE << order;
	page_hash = get_free_pages(GFP_ATOMIC, order);
	BUG_ON(!page_hash);
	memset(page_hash, 0, bytes);
	page_hash_mask = bytes / sizeof(struct page *) - 1;
	page_cache_size = 0;
	list_init(&lru_cache);
	nr_lru_pages = 0;
}

/* --- chains; pagecache_lock held ---------------------------------------------------------- */

struct page *__find_page(struct address_space *mapping, unsigned long index)
{
	struct page *page;

	for (page = *chain_of(mapping, index); page; page = page->next_hash)
		if (page->mapping == mapping && page->index == index)
			break;
	return page;
}

static void hash_page(struct page *page, struct address_space *mapping, unsigned long index)
{
	struct page **head = chain_of(mapping, index);

	__atomic_store_n(&page->mapping, mapping, __ATOMIC_RELAXED); /* zap asks without a lock whether it has one */
	page->index = index;
	page->next_hash = *head;
	page->pprev_hash = head;
	if (*head)
		(*head)->pprev_hash = &page->next_hash;
	*head = page;
	list_add_tail(&page->list, &mapping->clean_pages);
	mapping->nrpages++;
	page_cache_size++;
}

void __unhash_page(struct page *page)
{
	lock_assert_held(&pagecache_lock.info);
	BUG_ON(!PageLocked(page) || !page->pprev_hash);
	if (page->next_hash)
		page->next_hash->pprev_hash = page->pprev_hash;
	*page->pprev_hash = page->next_hash;
	page->next_hash = NULL;
	page->pprev_hash = NULL;
	__page_forget_dirty(page);
	list_del(&page->list);
	page->mapping->nrpages--;
	page_cache_size--;
}

/* --- adding ------------------------------------------------------------------------------- */

static bool add_page(struct page *page, struct address_space *mapping, unsigned long index,
		     bool unique)
{
	page_lock_seize(page);
	spin_lock(&pagecache_lock);
	BUG_ON(page->pprev_hash);
	if (unique && __find_page(mapping, index)) {
		spin_unlock(&pagecache_lock);
		UnlockPage(page);
		return false;
	}
	page_clear(page, PG_error);
	page_clear(page, PG_referenced);
	get_page(page);
	hash_page(page, mapping, index);
	spin_unlock(&pagecache_lock);
	lru_cache_add(page);
	return true;
}

void add_to_page_cache(struct page *page, struct address_space *mapping, unsigned long index)
{
	add_page(page, mapping, index, false);
}

bool add_to_page_cache_unique(struct page *page, struct address_space *mapping, unsigned long index)
{
	return add_page(page, mapping, index, true);
}

/* --- finding ------------------------------------------------------------------------------ */

struct page *__find_get_page(struct address_space *mapping, unsigned long index)
{
	struct page *page;

	spin_lock(&pagecache_lock);
	page = __find_page(mapping, index);
	if (page)
		get_page(page);
	spin_unlock(&pagecache_lock);
	if (page)
		page_set(page, PG_referenced);
	return page;
}

/* With the page locked: is it still what we searched for? */
static bool still_there(const struct page *page, const struct address_space *mapping,
			unsigned long index)
{
	return page->pprev_hash && page->mapping == mapping && page->index == index;
}

int find_get_pages(struct address_space *mapping, unsigned long index, struct page **pages, int n)
{
	int found = 0, i;

	spin_lock(&pagecache_lock);
	for (i = 0; i < n && (unsigned long)found < mapping->nrpages; i++) {
		struct page *page = __find_page(mapping, index + (unsigned long)i);

		if (page && (!page_test(page, PG_uptodate) || PageLocked(page)))
			page = NULL;
		if (page)
			get_page(page);
		found += page != NULL;
		pages[i] = page;
	}
	spin_unlock(&pagecache_lock);
	return i;
}

struct page *find_lock_page(struct address_space *mapping, unsigned long index)
{
	struct page *page;

	while ((page = __find_get_page(mapping, index))) {
		lock_page(page);
		if (still_there(page, mapping, index))
			break;
		UnlockPage(page);
		page_cache_release(page);
	}
	return page;
}

/* The page to be read, locked; or one that is up to date, unlocked. Either way with a reference. */
static struct page *find_or_add(struct address_space *mapping, unsigned long index, int *error)
{
	for (;;) {
		struct page *page = __find_get_page(mapping, index);

		if (page && page_test(page, PG_uptodate))
			return page;
		if (page) {
			lock_page(page);
			if (still_there(page, mapping, index))
				return page;
			UnlockPage(page);
		} else {
			page = alloc_page(GFP_USER);
			if (!page) {
				*error = -ENOMEM;
				return NULL;
			}
			if (add_to_page_cache_unique(page, mapping, index))
				return page;
		}
		page_cache_release(page);
	}
}

struct page *read_cache_page(struct address_space *mapping, unsigned long index, struct file *file,
			     int *error)
{
	struct page *page;

	*error = 0;
	page = find_or_add(mapping, index, error);
	if (!page)
		return NULL;
	if (lock_held_by_current(&page->lock)) {
		if (page_test(page, PG_uptodate)) {
			UnlockPage(page);
			return page;
		}
		page_clear(page, PG_error);
		*error = mapping->a_ops->readpage(file, page);
		wait_on_page(page);
	}
	if (page_test(page, PG_uptodate))
		return page;
	if (!*error)
		*error = -EIO;
	page_cache_release(page);
	return NULL;
}

/* --- removing ----------------------------------------------------------------------------- */

void remove_from_page_cache(struct page *page)
{
	spin_lock(&pagecache_lock);
	BUG_ON(!PageLocked(page));
	if (page->pprev_hash)
		__unhash_page(page);
	page->mapping = NULL;
	spin_unlock(&pagecache_lock);
	lru_cache_del(page);
}

void page_cache_for_each(void (*f)(struct page *page, void *arg), void *arg)
{
	for (unsigned long chain = 0; chain <= page_hash_mask; chain++)
		for (struct page *page = page_hash[chain]; page; page = page->next_hash)
			f(page, arg);
}
