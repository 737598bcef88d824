/*
 * tests/unit/test_readahead.c - swapin_readahead: which entries it brings in, what stops it, and
 * that nothing of it remains. Facts d "Read-ahead and async I/O"; S1's temporary references; R12,
 * R21. Each test runs with 2.3.30's form (all entries of the block raised first) and 2.3.23's.
 */
#include "swap_unit.h"

#include "mm/vmscan.h"

#define SLOTS 200

static const char *const designs[] = {"design=linux-2.3.30", "design=linux-2.3.23"};

/* Slots 1..@n are used, as if ptes held them. */
static void use_slots(unsigned n)
{
	for (unsigned i = 1; i <= n; i++)
		ck_assert_uint_eq(swp_offset(get_swap_page()), i);
}

static void ahead(unsigned long offset)
{
	vm_design->swap_begin(SWAP_READ);
	swapin_readahead(swp_entry(0, offset));
	vm_design->swap_end(SWAP_READ);
}

/* Exactly the slots [@from, @to] are in the cache, each with one reference more than before. */
static void expect_cached(unsigned long from, unsigned long to)
{
	for (unsigned long i = 1; i < swap_info[0].max; i++) {
		struct swp_entry e = swp_entry(0, i);
		struct page *page = find_get_page(&swapper_space, e.val);
		bool want = i >= from && i <= to;

		ck_assert_msg(!page == !want, "slot %lu: %s cached", i, page ? "is" : "is not");
		if (!page)
			continue;
		wait_on_page(page);
		ck_assert_int_eq(page_count(page), 2);
		ck_assert_int_eq(swap_count(e), 2);
		page_cache_release(page);
	}
}

static void forget_cache(void)
{
	while (shrink_mmap(0, GFP_KERNEL))
		;
	ck_assert_uint_eq(swapper_space.nrpages, 0);
}

static void machine(int i, const uint32_t *bad, unsigned nrbad)
{
	area_add_bad(SLOTS, bad, nrbad);
	boot(1, 4096, designs[i]);
}

/* --- the block
 * --------------------------------------------------------------------------------------- */

static void block_body(void *arg)
{
	(void)arg;
	start_one_area();
	ck_assert_int_eq(page_cluster, 2); /* below 16 MiB */
	use_slots(100);
	ahead(42);
	expect_cached(40, 43); /* aligned, the wanted one included */
	forget_cache();
	ahead(2);
	expect_cached(1, 3); /* page 0 is the header */
	ahead(1);
	expect_cached(1, 3); /* nothing new */
	forget_cache();
	page_cluster = 4;
	ahead(42);
	expect_cached(32, 47);
	forget_cache();
	ahead(99);
	expect_cached(96, 100); /* stops at the first unused one */
	forget_cache();
	swap_free(swp_entry(0, 50));
	ahead(60);
	expect_cached(48, 49);
	forget_cache();
	ahead(130); /* nobody uses any of it */
	expect_cached(1, 0);
	ck_assert_uint_eq(swap_complaints, 0);
	for (unsigned i = 1; i <= 100; i++)
		ck_assert_int_eq(swap_count(swp_entry(0, i)), i != 50);
}

START_TEST(test_block)
{
	machine(_i, NULL, 0);
	run(block_body, NULL);
}
END_TEST

static void end_body(void *arg)
{
	(void)arg;
	start_one_area();
	page_cluster = 4;
	while (get_swap_page().val)
		;
	ahead(198);
	expect_cached(192, 199); /* the end of the area */
	forget_cache();
	ahead(80);
	expect_cached(80, 81); /* a bad page */
	forget_cache();
	ck_assert_uint_eq(swap_complaints, 0);
	swapin_readahead(swp_entry(0, 4000)); /* entries that nobody should have */
	swapin_readahead(swp_entry(7, 3));
	swapin_readahead(swp_entry(63, 3));
	expect_cached(1, 0);
}

START_TEST(test_end)
{
	static const uint32_t bad[] = {82};

	machine(_i, bad, 1);
	run(end_body, NULL);
}
END_TEST

/* --- 32 pages in flight: no more
 * ------------------------------------------------------------------------ */

static void flight_body(void *arg)
{
	(void)arg;
	start_one_area();
	page_cluster = 4;
	use_slots(150);
	host_disk_hold();
	ahead(16);
	ahead(32);
	ck_assert_int_eq(nr_async_pages, SWAP_CLUSTER_MAX);
	ahead(48);
	ck_assert_int_eq(nr_async_pages, SWAP_CLUSTER_MAX);
	ck_assert_uint_eq(swapper_space.nrpages, SWAP_CLUSTER_MAX);
	host_disk_release();
	expect_cached(16, 47);
	ck_assert_int_eq(nr_async_pages, 0);
	ahead(48);
	expect_cached(16, 63);
}

START_TEST(test_flight)
{
	machine(_i, NULL, 0);
	run(flight_body, NULL);
}
END_TEST

/* --- a bad sector in the block hurts its own page only
 * ---------------------------------------------------- */

static void bad_sector_body(void *arg)
{
	(void)arg;
	start_one_area();
	use_slots(20);
	host_disk_fail(0, 9 * 8, 2); /* once with its neighbours, once alone */
	ahead(8);
	for (unsigned i = 8; i < 12; i++) {
		struct page *page = lookup_swap_cache(swp_entry(0, i));

		ck_assert_ptr_nonnull(page);
		ck_assert_int_eq(page_test(page, PG_uptodate), i != 9);
		page_cache_release(page);
	}
}

START_TEST(test_bad_sector)
{
	machine(_i, NULL, 0);
	run(bad_sector_body, NULL);
}
END_TEST

/* --- R12: the owner drops his entries meanwhile
 * -------------------------------------------------------------- */

static bool stop;
static int finished;

static void owner_body(void *arg)
{
	(void)arg;
	for (int round = 0; round < 150; round++) {
		struct swp_entry e[16];

		for (unsigned i = 0; i < ARRAY_SIZE(e); i++)
			e[i] = get_swap_page();
		if (round % 8 == 0)
			schedule_timeout(1);
		for (unsigned i = 0; i < ARRAY_SIZE(e); i++)
			swap_free(e[i]);
	}
	stop = true;
	finished++;
}

static void ahead_body(void *arg)
{
	unsigned long at = (uintptr_t)arg;

	while (!stop) {
		ahead(1 + at++ % 64);
		if (!shrink_mmap(0, GFP_KERNEL))
			schedule_timeout(1);
	}
	finished++;
}

static void r12_body(void *arg)
{
	(void)arg;
	start_one_area();
	spawn(owner_body, NULL, "owner");
	spawn(ahead_body, (void *)3, "ahead1");
	spawn(ahead_body, (void *)30, "ahead2");
	while (finished < 3)
		schedule_timeout(1);
	forget_cache();
	ck_assert_int_eq(nr_swap_pages, SLOTS - 1);
	ck_assert_int_eq(vm_invariants_check(), 0);
}

START_TEST(test_r12)
{
	area_add(SLOTS);
	boot(3, 4096, designs[_i % 2]);
	host_set_seed((uint32_t)_i + 1);
	run(r12_body, NULL);
	if (vm_design->readahead_hold())
		ck_assert_uint_eq(swap_complaints, 0); /* no warnings: S1's promise */
}
END_TEST

int main(void)
{
	Suite *s = suite_create("readahead");
	TCase *tc = tcase_create("readahead");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, test_block, 0, 2);
	tcase_add_loop_test(tc, test_end, 0, 2);
	tcase_add_loop_test(tc, test_flight, 0, 2);
	tcase_add_loop_test(tc, test_bad_sector, 0, 2);
	tcase_add_loop_test(tc, test_r12, 0, 6);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
