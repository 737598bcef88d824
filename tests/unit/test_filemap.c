/*
 * tests/unit/test_filemap.c - the page cache: hash, LRU list, reading, truncating; and shrink_mmap
 * in the LRU form of 2.3.23 (facts d, "Reclaim loop").
 */
#include "unit.h"

#include "kernel/errno.h"
#include "kernel/sched.h"
#include "kernel/watch.h"
#include "mm/filemap.h"
#include "mm/invariants.h"
#include "mm/slab.h"
#include "mm/vmscan.h"
#include "mm/writeback.h"

#define MEMORY 6144

static struct address_space as, other;
static int reads, writes, read_error;
static bool slow;

/* Let everybody else run: the tasks of this CPU, and the other CPUs. */
static void pass_turn(void)
{
	yield();
	cpu_relax();
}

static int test_readpage(struct file *file, struct page *page)
{
	(void)file;
	reads++;
	if (slow)
		for (int i = 0; i < 5; i++)
			pass_turn();
	if (!read_error) {
		memset(page_address(page), (int)page->index, PAGE_SIZE);
		page_set(page, PG_uptodate);
	}
	UnlockPage(page);
	return read_error;
}

static int test_writepage(struct page *page)
{
	writes++;
	UnlockPage(page);
	return 0;
}

static const struct address_space_operations test_aops = { .readpage = test_readpage,
							   .writepage = test_writepage };

static void start(int cpus)
{
	host_boot(cpus, MEMORY, "watch=all");
	address_space_init(&as, "as", &test_aops, NULL);
	address_space_init(&other, "other", &test_aops, NULL);
}

static void run(void (*fn)(void *))
{
	ck_assert_int_eq(host_run(fn, NULL), HOST_DONE);
	ck_assert_int_eq(vm_invariants_check(), 0);
	ck_assert_uint_eq(watch_complaints(WATCH_ALL), 0);
}

static struct page *cached(unsigned long index)
{
	struct page *page = alloc_page(GFP_KERNEL);

	ck_assert_ptr_nonnull(page);
	add_to_page_cache(page, &as, index);
	page_set(page, PG_uptodate);
	UnlockPage(page);
	page_cache_release(page); /* the cache's reference is left */
	return page;
}

/* --- hash --------------------------------------------------------------------------------- */

static void hash_body(void *arg)
{
	struct page *page = alloc_page(GFP_KERNEL), *found;

	(void)arg;
	ck_assert_ptr_null(find_get_page(&as, 5));
	page_set(page, PG_error);
	page_set(page, PG_referenced);
	add_to_page_cache(page, &as, 5);
	ck_assert(PageLocked(page));
	ck_assert(!page_test(page, PG_error) && !PageReferenced(page));
	ck_assert(page_test(page, PG_lru));
	ck_assert_int_eq(page_count(page), 2);
	ck_assert_uint_eq(as.nrpages, 1);
	ck_assert_int_eq(nr_lru_pages, 1);
	UnlockPage(page);

	found = find_get_page(&as, 5);
	ck_assert_ptr_eq(found, page);
	ck_assert(PageReferenced(page));
	ck_assert_int_eq(page_count(page), 3);
	page_cache_release(found);
	ck_assert_ptr_null(find_get_page(&as, 6));
	ck_assert_ptr_null(find_get_page(&other, 5)); /* another mapping with the same index */
	found = find_lock_page(&as, 5);
	ck_assert_ptr_eq(found, page);
	ck_assert(PageLocked(page));

	remove_from_page_cache(page);
	ck_assert_int_eq(page_count(page), 3); /* the cache's reference is the remover's */
	ck_assert(!page_test(page, PG_lru));
	ck_assert_uint_eq(as.nrpages, 0);
	ck_assert_int_eq(nr_lru_pages, 0);
	ck_assert_ptr_null(page->mapping);
	UnlockPage(page);
	page_cache_release(page);
	page_cache_release(page);
	ck_assert_ptr_null(find_get_page(&as, 5));
	__free_page(page);
}

START_TEST(hash)
{
	start(1);
	run(hash_body);
}
END_TEST

static void many_body(void *arg)
{
	(void)arg;
	for (unsigned long i = 0; i < 300; i++)
		cached(i * 1021);
	ck_assert_uint_eq(page_cache_size, 300);
	for (unsigned long i = 0; i < 300; i++) {
		struct page *page = find_get_page(&as, i * 1021);

		ck_assert_ptr_nonnull(page);
		ck_assert_uint_eq(page->index, i * 1021);
		page_cache_release(page);
	}
	ck_assert_int_eq(vm_invariants_check(), 0);
	ck_assert_uint_eq(truncate_inode_pages(&as, 150 * 1021), 0);
	ck_assert_uint_eq(page_cache_size, 150);
	ck_assert_ptr_null(find_get_page(&as, 150 * 1021));
	ck_assert_uint_eq(truncate_inode_pages(&as, 0), 0);
	ck_assert_uint_eq(page_cache_size, 0);
}

START_TEST(many)
{
	int before;

	start(1);
	kmem_cache_reap(GFP_ATOMIC);
	before = nr_free_pages;
	run(many_body);
	host_settle(5);
	ck_assert_int_ge(nr_free_pages + 4, before);
}
END_TEST

/* R16: the newcomer is found, the first one is lost, and an invariant sees it. */
static void double_body(void *arg)
{
	struct page *first = cached(7), *second = alloc_page(GFP_KERNEL), *found;

	(void)arg;
	ck_assert(!add_to_page_cache_unique(second, &as, 7));
	ck_assert(!PageLocked(second));
	ck_assert_int_eq(page_count(second), 1);
	add_to_page_cache(second, &as, 7);
	UnlockPage(second);
	page_cache_release(second);
	found = find_get_page(&as, 7);
	ck_assert_ptr_eq(found, second);
	page_cache_release(found);
	ck_assert_int_eq(vm_invariants_check(), 1);
	ck_assert(watch_has_complaint("invariant: page cached twice"));
	lock_page(first);
	remove_from_page_cache(first);
	UnlockPage(first);
	page_cache_release(first);
}

START_TEST(double_add)
{
	start(1);
	run(double_body);
}
END_TEST

/* --- find_lock_page searches again -------------------------------------------------------- */

static struct page *first, *second;
static int found_index = -1;

static void finder(void *arg)
{
	struct page *page = find_lock_page(&as, 3);

	(void)arg;
	found_index = page == second ? 2 : page == first ? 1 : 0;
	if (page) {
		UnlockPage(page);
		page_cache_release(page);
	}
}

static void again_body(void *arg)
{
	(void)arg;
	first = cached(3);
	lock_page(first);
	wake_up_process(kthread_create(finder, NULL, "finder"));
	for (int i = 0; i < 5; i++)
		pass_turn(); /* it sleeps for the page lock now */
	remove_from_page_cache(first);
	second = cached(3);
	UnlockPage(first);
	page_cache_release(first);
	while (found_index < 0)
		pass_turn();
	ck_assert_int_eq(found_index, 2);
	ck_assert_uint_eq(truncate_inode_pages(&as, 0), 0);
}

START_TEST(find_again)
{
	start(1);
	run(again_body);
}
END_TEST

/* --- reading ------------------------------------------------------------------------------ */

static void read_body(void *arg)
{
	struct page *page;
	int error;

	(void)arg;
	page = read_cache_page(&as, 9, NULL, &error);
	ck_assert_ptr_nonnull(page);
	ck_assert_int_eq(error, 0);
	ck_assert_int_eq(reads, 1);
	ck_assert_uint_eq(((unsigned char *)page_address(page))[100], 9);
	ck_assert_int_eq(page_count(page), 2);
	page_cache_release(page);
	page = read_cache_page(&as, 9, NULL, &error);
	ck_assert_int_eq(reads, 1); /* cached */
	page_cache_release(page);
	read_error = -ENXIO;
	ck_assert_ptr_null(read_cache_page(&as, 10, NULL, &error));
	ck_assert_int_eq(error, -ENXIO);
	read_error = 0; /* a page that failed is read again */
	page = read_cache_page(&as, 10, NULL, &error);
	ck_assert_ptr_nonnull(page);
	ck_assert_int_eq(reads, 3);
	page_cache_release(page);
	ck_assert_uint_eq(truncate_inode_pages(&as, 0), 0);
}

START_TEST(reading)
{
	start(1);
	run(read_body);
}
END_TEST

static int readers_left;

static void reader(void *arg)
{
	for (unsigned long i = 0; i < 40; i++) {
		unsigned long index = (i * 7 + (uintptr_t)arg) % 20;
		int error;
		struct page *page = read_cache_page(&as, index, NULL, &error);

		ck_assert_ptr_nonnull(page);
		ck_assert_uint_eq(((unsigned char *)page_address(page))[4000], index);
		page_cache_release(page);
	}
	readers_left--;
}

static void readers_body(void *arg)
{
	(void)arg;
	slow = true;
	readers_left = 4;
	for (uintptr_t i = 0; i < 4; i++)
		wake_up_process(kthread_create(reader, (void *)(i * 3), "reader"));
	while (readers_left)
		pass_turn();
	ck_assert_int_eq(reads, 20); /* each page once, however many wanted it */
	ck_assert_uint_eq(as.nrpages, 20);
	ck_assert_int_eq(vm_invariants_check(), 0);
	ck_assert_uint_eq(truncate_inode_pages(&as, 0), 0);
}

START_TEST(readers)
{
	start(3);
	host_set_seed((uint32_t)_i);
	run(readers_body);
}
END_TEST

static void dirty_body(void *arg)
{
	struct page *page = cached(1);

	(void)arg;
	cached(2);
	set_page_dirty(page);
	ck_assert_uint_eq(as.nrdirty, 1);
	get_page(page); /* in use: truncation cuts it off, its user keeps it */
	ck_assert_int_eq(filemap_sync_pages(&as), 0);
	ck_assert_int_eq(writes, 1);
	ck_assert(!page_test(page, PG_dirty));
	ck_assert_uint_eq(as.nrdirty, 0);
	set_page_dirty(page);
	ck_assert_uint_eq(truncate_inode_pages(&as, 0), 0);
	ck_assert_uint_eq(as.nrpages, 0);
	ck_assert_uint_eq(as.nrdirty, 0);
	ck_assert_ptr_null(page->mapping);
	set_page_dirty(page); /* nobody's contents: not marked */
	ck_assert(!page_test(page, PG_dirty));
	page_cache_release(page);
}

START_TEST(dirty)
{
	start(1);
	run(dirty_body);
}
END_TEST

/* --- shrink_mmap -------------------------------------------------------------------------- */

static bool is_cached(unsigned long index)
{
	struct page *page;

	spin_lock(&pagecache_lock);
	page = __find_page(&as, index);
	spin_unlock(&pagecache_lock);
	return page != NULL;
}

static void shrink_body(void *arg)
{
	struct page *pages[12];
	int free_before;

	(void)arg;
	ck_assert_int_eq(shrink_mmap(0, GFP_KERNEL), 0); /* nothing there */
	for (unsigned long i = 0; i < 12; i++)
		pages[i] = cached(i);
	free_before = nr_free_pages;
	ck_assert_int_eq(shrink_mmap(0, GFP_KERNEL), 1); /* one page: the oldest */
	ck_assert(!is_cached(0) && is_cached(1));
	ck_assert_int_eq(nr_free_pages, free_before + 1);
	page_set(pages[1], PG_referenced); /* one more round */
	get_page(pages[2]);		   /* in use */
	lock_page(pages[3]);		   /* locked */
	ck_assert_int_eq(shrink_mmap(0, GFP_KERNEL), 1);
	ck_assert(is_cached(1) && is_cached(2) && is_cached(3) && !is_cached(4));
	ck_assert(!PageReferenced(pages[1]));
	ck_assert_int_eq(vm_invariants_check(), 2); /* the two of ours: count, locked */
	UnlockPage(pages[3]);
	page_cache_release(pages[2]);
	for (int i = 0; i < 9; i++)
		ck_assert_int_eq(shrink_mmap(0, GFP_KERNEL), 1);
	ck_assert_int_eq(shrink_mmap(0, GFP_KERNEL), 1);
	ck_assert_uint_eq(page_cache_size, 0);
	ck_assert_int_eq(nr_lru_pages, 0);
}

START_TEST(shrink)
{
	start(1);
	run(shrink_body);
}
END_TEST

/* At most nr_lru_pages / (priority + 1) pages are looked at; referenced ones are free. */
static void budget_body(void *arg)
{
	struct page *pages[28];

	(void)arg;
	for (unsigned long i = 0; i < 28; i++) {
		pages[i] = cached(i);
		if (i < 4)
			get_page(pages[i]);
	}
	ck_assert_int_eq(shrink_mmap(6, GFP_KERNEL), 0); /* 28 / 7 = 4: all in use */
	ck_assert_int_eq(shrink_mmap(6, GFP_KERNEL), 1); /* those went to the front */
	ck_assert(!is_cached(4));
	for (int i = 0; i < 4; i++)
		page_cache_release(pages[i]);
	for (unsigned long i = 5; i < 10; i++)
		page_set(pages[i], PG_referenced);
	ck_assert_int_eq(shrink_mmap(6, GFP_KERNEL), 1); /* 27 / 7 = 3, behind 5 referenced */
	ck_assert(!is_cached(10));
	ck_assert_uint_eq(truncate_inode_pages(&as, 0), 0);
}

START_TEST(budget)
{
	start(1);
	run(budget_body);
}
END_TEST

/* A page that a design marked dirty is written first, if the caller may do I/O, and freed later. */
static void shrink_dirty_body(void *arg)
{
	struct page *page = cached(1);

	(void)arg;
	set_page_dirty(page);
	ck_assert_int_eq(shrink_mmap(0, GFP_BUFFER), 0);
	ck_assert_int_eq(writes, 0);
	ck_assert(is_cached(1));
	ck_assert_int_eq(shrink_mmap(0, GFP_KERNEL), 1);
	ck_assert_int_eq(writes, 1);
	ck_assert(is_cached(1));
	ck_assert_int_eq(shrink_mmap(0, GFP_BUFFER), 1);
	ck_assert(!is_cached(1));
}

START_TEST(shrink_dirty)
{
	start(1);
	run(shrink_dirty_body);
}
END_TEST

/* Readers and shrinkers at once. */
static int shrinkers_left;

static void shrinker(void *arg)
{
	(void)arg;
	for (int i = 0; i < 60; i++) {
		shrink_mmap(i % 3, GFP_KERNEL);
		pass_turn();
	}
	shrinkers_left--;
}

static void mixed_body(void *arg)
{
	(void)arg;
	slow = true;
	readers_left = 3;
	shrinkers_left = 2;
	for (uintptr_t i = 0; i < 3; i++)
		wake_up_process(kthread_create(reader, (void *)(i * 3), "reader"));
	for (uintptr_t i = 0; i < 2; i++)
		wake_up_process(kthread_create(shrinker, NULL, "shrinker"));
	while (readers_left || shrinkers_left)
		pass_turn();
	ck_assert_int_eq(vm_invariants_check(), 0);
	ck_assert_uint_eq(truncate_inode_pages(&as, 0), 0);
}

START_TEST(mixed)
{
	start(4);
	host_set_seed((uint32_t)_i);
	run(mixed_body);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("filemap");
	TCase *tc = tcase_create("filemap");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, hash);
	tcase_add_test(tc, many);
	tcase_add_test(tc, double_add);
	tcase_add_test(tc, find_again);
	tcase_add_test(tc, reading);
	tcase_add_loop_test(tc, readers, 0, 8);
	tcase_add_test(tc, dirty);
	tcase_add_test(tc, shrink);
	tcase_add_test(tc, budget);
	tcase_add_test(tc, shrink_dirty);
	tcase_add_loop_test(tc, mixed, 0, 20);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
