/*
 * tests/unit/test_swap_cache.c - the life of a swap-cache page: in, written, found, shared, out;
 * and its I/O: errors, the limit of transfers in flight, two readers of one entry. S1 "Swap cache
 * locking"; facts c, rows add_to_swap_cache to rw_swap_page; R14, R15, R16, R20.
 */
#include "swap_unit.h"

#include "kernel/uaccess.h"
#include "mm/fault.h"
#include "mm/vmscan.h"

#define SLOTS 200

static int finished;

static void fill(struct page *page, uint32_t seed)
{
	uint32_t *p = page_address(page);

	for (unsigned i = 0; i < PAGE_SIZE / 4; i++)
		p[i] = seed * 2654435761u + i;
}

static bool holds(struct page *page, uint32_t seed)
{
	const uint32_t *p = page_address(page);

	for (unsigned i = 0; i < PAGE_SIZE / 4; i++)
		if (p[i] != seed * 2654435761u + i)
			return false;
	return true;
}

static struct page *fresh_page(uint32_t seed)
{
	struct page *page = alloc_page(GFP_USER);

	ck_assert_ptr_nonnull(page);
	fill(page, seed);
	return page;
}

/* A page with @seed's contents is written to a slot and forgotten; the entry has one reference. */
static struct swp_entry written_entry(uint32_t seed)
{
	struct page *page = fresh_page(seed);
	struct swp_entry e = get_swap_page();

	ck_assert(e.val);
	ck_assert_int_eq(swap_duplicate(e), 1);
	add_to_swap_cache(page, e);
	rw_swap_page(true, page, true);
	delete_from_swap_cache(page);
	ck_assert_int_eq(page_count(page), 1);
	__free_page(page);
	return e;
}

/* As a fault does it. */
static struct page *read_entry(struct swp_entry e, bool wait)
{
	struct page *page;

	vm_design->swap_begin(SWAP_READ);
	page = read_swap_cache_async(e, wait);
	vm_design->swap_end(SWAP_READ);
	return page;
}

/* What is left of @page and its entry when the caller has dropped its own entry reference. */
static void drop_cached(struct page *page)
{
	delete_from_swap_cache(page);
	ck_assert_int_eq(page_count(page), 1);
	__free_page(page);
}

static void check_clean(int free_before)
{
	ck_assert_int_eq(nr_swap_pages, SLOTS - 1);
	ck_assert_int_eq(nr_free_pages, free_before);
	ck_assert_int_eq(nr_async_pages, 0);
	ck_assert_uint_eq(swapper_space.nrpages, 0);
	ck_assert_uint_eq(swap_complaints, 0);
	ck_assert_int_eq(vm_invariants_check(), 0);
}

static void machine(int cpus, const char *cmdline, uint32_t seed)
{
	area_add(SLOTS);
	boot(cpus, 4096, cmdline);
	host_set_seed(seed);
	finished = 0;
}

/* --- one page's life
 * --------------------------------------------------------------------------------- */

static void life_body(void *arg)
{
	int free_before;
	struct page *page;
	struct swp_entry e;

	(void)arg;
	start_one_area();
	free_before = nr_free_pages;
	page = fresh_page(1);
	e = get_swap_page();
	ck_assert_ptr_null(lookup_swap_cache(e));
	add_to_swap_cache(page, e);
	ck_assert(PageLocked(page) && PageSwapCache(page));
	ck_assert_ptr_eq(page->lock.owner, current);
	ck_assert_int_eq(page_count(page), 2);
	rw_swap_page(true, page, true);
	ck_assert(!PageLocked(page) && page_test(page, PG_uptodate));
	ck_assert(!memcmp(host_disk_data(0) + swp_offset(e) * PAGE_SIZE, page_address(page),
			  PAGE_SIZE));
	ck_assert_ptr_eq(lookup_swap_cache(e), page);
	ck_assert(!PageLocked(page));
	ck_assert_int_eq(page_count(page), 3);
	__free_page(page);
	ck_assert_int_eq(swap_duplicate(e), 1);
	delete_from_swap_cache(page);
	ck_assert(!PageSwapCache(page));
	ck_assert_int_eq(page_count(page), 1);
	ck_assert_int_eq(swap_count(e), 1);
	delete_from_swap_cache(page); /* somebody was faster: nothing happens */
	ck_assert_int_eq(page_count(page), 1);
	__free_page(page);

	ck_assert_ptr_null(lookup_swap_cache(e));
	page = read_entry(e, true);
	ck_assert_ptr_nonnull(page);
	ck_assert(holds(page, 1) && page_test(page, PG_uptodate) && !PageLocked(page));
	ck_assert_int_eq(swap_count(e), 2);
	ck_assert_ptr_eq(read_entry(e, true), page); /* found, not read again */
	ck_assert_int_eq(swap_count(e), 2);
	ck_assert_uint_eq(swap_info[0].pages_in, 1);
	ck_assert_uint_eq(swap_info[0].pages_out, 1);
	__free_page(page);
	swap_free(e);
	drop_cached(page);
	check_clean(free_before);
}

START_TEST(test_life)
{
	machine(1, _i ? "design=linux-2.3.23" : "", 0);
	run(life_body, NULL);
}
END_TEST

/* --- shared or not
 * -------------------------------------------------------------------------------------- */

static void shared_body(void *arg)
{
	int free_before;
	struct page *page;
	struct swp_entry e;

	(void)arg;
	start_one_area();
	free_before = nr_free_pages;
	page = fresh_page(2);
	ck_assert(!is_page_shared(page)); /* we alone */
	get_page(page);
	ck_assert(is_page_shared(page)); /* a second pte */
	__free_page(page);
	e = get_swap_page();
	add_to_swap_cache(page, e);
	UnlockPage(page);
	ck_assert(!is_page_shared(page)); /* the cache does not count */
	swap_duplicate(e);
	ck_assert(is_page_shared(page)); /* somebody's pte holds the entry */
	get_page(page);
	free_page_and_swap_cache(page); /* so the slot stays */
	ck_assert(PageSwapCache(page));
	ck_assert_int_eq(swap_count(e), 2);
	swap_free(e);
	ck_assert(!is_page_shared(page));
	get_page(page);
	ck_assert(is_page_shared(page));
	free_page_and_swap_cache(page);
	ck_assert(PageSwapCache(page));
	free_page_and_swap_cache(page); /* the last user: slot and page go */
	ck_assert_int_eq(swap_count(e), 0);
	ck_assert(is_page_shared(zero_page));
	page = fresh_page(3);
	free_page_and_swap_cache(page); /* never was in the cache */
	check_clean(free_before);
}

START_TEST(test_shared)
{
	machine(1, _i ? "design=linux-2.3.23" : "", 0);
	run(shared_body, NULL);
}
END_TEST

/* Several tasks drop the last references of a page at once: the slot goes at most once. It stays if
 * each of them still saw another's reference; then the page is shrink_mmap's. */
#define SHARERS 3

static void drop_body(void *arg)
{
	free_page_and_swap_cache(arg);
	finished++;
}

static void drop_all_body(void *arg)
{
	(void)arg;
	start_one_area();
	for (int round = 0; round < 30; round++) {
		struct page *page = fresh_page(4);

		add_to_swap_cache(page, get_swap_page());
		UnlockPage(page);
		for (int i = 1; i < SHARERS; i++)
			get_page(page);
		for (int i = 0; i < SHARERS; i++)
			spawn(drop_body, page, "sharer");
		while (finished < SHARERS)
			schedule_timeout(1);
		finished = 0;
		schedule_timeout(1);
		while (shrink_mmap(0, GFP_KERNEL))
			;
		ck_assert_uint_eq(swapper_space.nrpages, 0);
		ck_assert_int_eq(nr_swap_pages, SLOTS - 1);
	}
	ck_assert_uint_eq(swap_complaints, 0);
}

START_TEST(test_drop_together)
{
	machine(3, "", (uint32_t)_i + 1);
	run(drop_all_body, NULL);
}
END_TEST

/* --- I/O in flight
 * --------------------------------------------------------------------------------------- */

static struct swp_entry the_entry;
static struct page *found[4];

static void finder_body(void *arg)
{
	long i = (long)(intptr_t)arg;

	found[i] = lookup_swap_cache(the_entry);
	ck_assert_ptr_nonnull(found[i]);
	ck_assert(page_test(found[i], PG_uptodate)); /* it waited for the disk */
	finished++;
}

static void wait_body(void *arg)
{
	struct page *page;

	(void)arg;
	start_one_area();
	the_entry = written_entry(5);
	host_disk_hold();
	page = read_entry(the_entry, false);
	ck_assert(PageLocked(page) && !page_test(page, PG_uptodate));
	ck_assert_ptr_null(page->lock.owner); /* the I/O has it */
	ck_assert_int_eq(nr_async_pages, 1);
	spawn(finder_body, (void *)0, "finder");
	spawn(finder_body, (void *)1, "finder");
	schedule_timeout(5);
	ck_assert_int_eq(finished, 0);
	host_disk_release();
	while (finished < 2)
		schedule_timeout(1);
	ck_assert_ptr_eq(found[0], page);
	ck_assert_ptr_eq(found[1], page);
	ck_assert(holds(page, 5));
	ck_assert_int_eq(page_count(page), 4);
	__free_page(page);
	__free_page(page);
	swap_free(the_entry);
	drop_cached(page);
	ck_assert_int_eq(nr_async_pages, 0);
	ck_assert_int_eq(nr_swap_pages, SLOTS - 1);
}

START_TEST(test_lookup_waits)
{
	machine(2, "", 0);
	run(wait_body, NULL);
}
END_TEST

/* The 33rd transfer is waited for. */
static void one_too_many(void *arg)
{
	struct page *page = fresh_page(99);

	(void)arg;
	add_to_swap_cache(page, get_swap_page());
	rw_swap_page(true, page, false);
	ck_assert(!PageLocked(page));
	free_page_and_swap_cache(page);
	finished++;
}

static void limit_body(void *arg)
{
	struct page *pages[SWAP_CLUSTER_MAX];

	(void)arg;
	start_one_area();
	host_disk_hold();
	for (unsigned i = 0; i < SWAP_CLUSTER_MAX; i++) {
		pages[i] = fresh_page(i);
		add_to_swap_cache(pages[i], get_swap_page());
		rw_swap_page(true, pages[i], false);
		ck_assert(PageLocked(pages[i]) && page_test(pages[i], PG_decr_after));
	}
	ck_assert_int_eq(nr_async_pages, SWAP_CLUSTER_MAX);
	spawn(one_too_many, NULL, "late");
	schedule_timeout(5);
	ck_assert_int_eq(finished, 0);
	ck_assert_int_eq(nr_async_pages, SWAP_CLUSTER_MAX);
	host_disk_release();
	while (!finished)
		schedule_timeout(1);
	for (unsigned i = 0; i < SWAP_CLUSTER_MAX; i++) {
		wait_on_page(pages[i]);
		ck_assert(!page_test(pages[i], PG_decr_after));
		ck_assert(holds(pages[i], i));
		free_page_and_swap_cache(pages[i]);
	}
	ck_assert_int_eq(nr_async_pages, 0);
	ck_assert_int_eq(nr_swap_pages, SLOTS - 1);
	ck_assert_uint_eq(swap_info[0].pages_out, SWAP_CLUSTER_MAX + 1);
	ck_assert_uint_eq(swap_complaints, 0);
}

START_TEST(test_limit)
{
	machine(1, "", 0);
	run(limit_body, NULL);
}
END_TEST

/* --- errors
 * -----------------------------------------------------------------------------------------------
 */

static void errors_body(void *arg)
{
	bool wait = *(bool *)arg;
	struct swp_entry e;
	struct page *page;

	start_one_area();
	e = written_entry(6);
	host_disk_fail(0, (uint32_t)swp_offset(e) * 8, 1);
	page = read_entry(e, wait);
	wait_on_page(page);
	ck_assert(!page_test(page, PG_uptodate) && page_test(page, PG_error));
	drop_cached(page);
	page = read_entry(e, wait); /* the next attempt works */
	wait_on_page(page);
	ck_assert(page_test(page, PG_uptodate) && !page_test(page, PG_error) && holds(page, 6));

	host_disk_fail(0, (uint32_t)swp_offset(e) * 8, 1);
	fill(page, 7);
	lock_page(page);
	rw_swap_page(true, page, wait);
	wait_on_page(page);
	ck_assert(page_test(page, PG_dirty) && page_test(page, PG_uptodate) && PageSwapCache(page));
	lock_page(page);
	rw_swap_page(true, page, wait);
	wait_on_page(page);
	ck_assert(!page_test(page, PG_dirty));
	swap_free(e);
	drop_cached(page);
	ck_assert_int_eq(nr_swap_pages, SLOTS - 1);
}

START_TEST(test_errors)
{
	bool wait = _i;

	machine(1, "", 0);
	run(errors_body, &wait);
	ck_assert_ptr_nonnull(strstr(host_output(), "swap: page 1 of hda cannot be read"));
	ck_assert_ptr_nonnull(strstr(host_output(), "swap: page 1 of hda cannot be written"));
}
END_TEST

/* --- R16: many readers of one entry
 * ------------------------------------------------------------------------ */

static void reader_body(void *arg)
{
	long i = (long)(intptr_t)arg;

	found[i] = read_entry(the_entry, true);
	ck_assert_ptr_nonnull(found[i]);
	ck_assert(page_test(found[i], PG_uptodate));
	finished++;
}

static void readers_body(void *arg)
{
	(void)arg;
	start_one_area();
	for (uint32_t round = 0; round < 20; round++) {
		the_entry = written_entry(round);
		finished = 0;
		for (long i = 0; i < 4; i++)
			spawn(reader_body, (void *)(intptr_t)i, "reader");
		while (finished < 4)
			schedule_timeout(1);
		for (int i = 1; i < 4; i++)
			ck_assert_ptr_eq(found[i], found[0]);
		ck_assert(holds(found[0], round));
		ck_assert_int_eq(page_count(found[0]), 5);
		ck_assert_int_eq(swap_count(the_entry), 2);
		for (int i = 1; i < 4; i++)
			__free_page(found[0]);
		swap_free(the_entry);
		drop_cached(found[0]);
	}
	ck_assert_int_eq(nr_swap_pages, SLOTS - 1);
	ck_assert_uint_eq(swapper_space.nrpages, 0);
	ck_assert_uint_eq(swap_complaints, 0);
}

START_TEST(test_readers)
{
	machine(4, _i % 2 ? "design=linux-2.3.23" : "", (uint32_t)_i + 1);
	run(readers_body, NULL);
}
END_TEST

/* The same when both sleep between the first look and the add: memory is short, their allocation
 * steals, and the stealer's write waits for a disk that is held back. Without the second look each
 * would add a page of its own. */
#define VICTIM_PAGES 150
#define VICTIM_AT    0x20000000UL

static void make_victim(void)
{
	struct mm_struct *mm = mm_alloc("V");

	ck_assert_ptr_nonnull(mm);
	sched_use_mm(mm);
	ck_assert_uint_eq(sys_mmap_pgoff(VICTIM_AT, VICTIM_PAGES * PAGE_SIZE,
					 PROT_READ | PROT_WRITE,
					 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, NULL, 0),
			  VICTIM_AT);
	for (unsigned i = 0; i < VICTIM_PAGES; i++)
		ck_assert_int_eq(put_user_u32(VICTIM_AT + i * PAGE_SIZE, i), 0);
}

static bool go;

static void sleepy_reader_body(void *arg)
{
	while (!go)
		schedule_timeout(1);
	reader_body(arg);
}

static void sleepy_body(void *arg)
{
	struct page *pages[SWAP_CLUSTER_MAX];
	void **ballast = NULL;

	(void)arg;
	start_one_area();
	the_entry = written_entry(8);
	make_victim();
	spawn(sleepy_reader_body, (void *)0, "reader0"); /* now: a task needs memory, too */
	spawn(sleepy_reader_body, (void *)1, "reader1");
	schedule_timeout(2);
	host_disk_hold();
	for (unsigned i = 0; i < SWAP_CLUSTER_MAX; i++) {
		pages[i] = fresh_page(i);
		add_to_swap_cache(pages[i], get_swap_page());
		rw_swap_page(true, pages[i], false);
	}
	while (nr_free_pages > freepages.min) {
		void **p = get_free_pages(GFP_ATOMIC, 0);

		ck_assert_ptr_nonnull(p);
		*p = ballast;
		ballast = p;
	}
	go = true;
	schedule_timeout(5);
	ck_assert_int_eq(finished, 0);
	ck_assert_ptr_null(lookup_swap_cache(the_entry)); /* both are before the second look */
	host_disk_release();
	while (finished < 2)
		schedule_timeout(1);
	ck_assert_ptr_eq(found[0], found[1]);
	ck_assert(holds(found[0], 8));
	ck_assert_int_eq(page_count(found[0]), 3);
	ck_assert_int_eq(swap_count(the_entry), 2);
	__free_page(found[0]);
	swap_free(the_entry);
	drop_cached(found[0]);
	for (unsigned i = 0; i < SWAP_CLUSTER_MAX; i++)
		free_page_and_swap_cache(pages[i]);
	while (ballast) {
		void *p = ballast;

		ballast = *ballast;
		free_pages(p, 0);
	}
	mmput(sched_use_mm(NULL));
	schedule_timeout(5);
	while (shrink_mmap(0, GFP_KERNEL))
		;
	ck_assert_int_eq(nr_swap_pages, SLOTS - 1);
	ck_assert_uint_eq(swap_complaints, 0);
	ck_assert_int_eq(vm_invariants_check(), 0);
}

START_TEST(test_sleepy_readers)
{
	machine(2, _i ? "design=linux-2.3.23" : "", 0);
	run(sleepy_body, NULL);
}
END_TEST

/* --- R14: lookup against shrink_mmap
 * ------------------------------------------------------------------------ */

#define R14_ENTRIES 24

static struct swp_entry entries[R14_ENTRIES];
static bool stop;

static void shrinker_body(void *arg)
{
	(void)arg;
	while (!stop) {
		if (!shrink_mmap(0, GFP_KERNEL))
			schedule_timeout(1); /* let the disk work */
	}
	finished++;
}

static void looker_body(void *arg)
{
	uint32_t seed = (uint32_t)(uintptr_t)arg;

	for (int round = 0; round < 300; round++) {
		unsigned i = (seed = seed * 1664525u + 1013904223u) >> 8;
		struct page *page;

		i %= R14_ENTRIES;
		page = lookup_swap_cache(entries[i]);
		if (!page)
			page = read_entry(entries[i], true);
		ck_assert_ptr_nonnull(page);
		ck_assert(page_test(page, PG_uptodate));
		ck_assert_msg(holds(page, i), "entry %u", i);
		page_clear(page, PG_referenced);
		page_cache_release(page);
	}
	finished++;
}

static void r14_body(void *arg)
{
	(void)arg;
	start_one_area();
	for (unsigned i = 0; i < R14_ENTRIES; i++)
		entries[i] = written_entry(i);
	spawn(shrinker_body, NULL, "shrinker");
	spawn(looker_body, (void *)1, "looker1");
	spawn(looker_body, (void *)2, "looker2");
	while (finished < 2)
		schedule_timeout(1);
	stop = true;
	while (finished < 3)
		schedule_timeout(1);
	while (shrink_mmap(0, GFP_KERNEL))
		;
	for (unsigned i = 0; i < R14_ENTRIES; i++) {
		ck_assert_int_eq(swap_count(entries[i]), 1);
		swap_free(entries[i]);
	}
	ck_assert_int_eq(nr_swap_pages, SLOTS - 1);
	ck_assert_uint_eq(swapper_space.nrpages, 0);
}

START_TEST(test_r14)
{
	machine(3, _i % 2 ? "design=linux-2.3.23" : "", (uint32_t)_i + 1);
	run(r14_body, NULL);
	if (vm_design->lookup_again)
		ck_assert_uint_eq(swap_complaints, 0);
	else
		ck_assert(!swap_complaints ||
			  watch_has_complaint("swap: page left the swap cache during lookup"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("swap_cache");
	TCase *tc = tcase_create("cache");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, test_life, 0, 2);
	tcase_add_loop_test(tc, test_shared, 0, 2);
	tcase_add_loop_test(tc, test_drop_together, 0, 4);
	tcase_add_test(tc, test_lookup_waits);
	tcase_add_test(tc, test_limit);
	tcase_add_loop_test(tc, test_errors, 0, 2);
	tcase_add_loop_test(tc, test_readers, 0, 6);
	tcase_add_loop_test(tc, test_sleepy_readers, 0, 2);
	tcase_add_loop_test(tc, test_r14, 0, 6);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
