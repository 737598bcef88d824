/*
 * tests/unit/test_page_lists.c - the frames that each CPU keeps at hand (mm/page_alloc.c) and the page
 * tables (mm/pagetable.c): nothing is lost or counted twice, the last frame can still be had by
 * anybody, and what is handed out again is as clean as what is new.
 */
#include "unit.h"

#include "vmtest.h"

#include "kernel/task.h"
#include "mm/invariants.h"
#include "mm/page_alloc.h"

#define MEMORY 6144

static void run(void (*fn)(void *))
{
	ck_assert_int_eq(host_run(fn, NULL), HOST_DONE);
}

static void check_lists(int want_free)
{
	ck_assert_int_eq(nr_free_pages, want_free);
	ck_assert_int_eq(page_free_count(), nr_free_pages);
	ck_assert_int_eq(check_counters(), 0);
}

/* --- frames ------------------------------------------------------------------------------- */

static void counted_body(void *arg)
{
	struct page *pages[80];
	int before = nr_free_pages;

	(void)arg;
	page_cpu_lists_enable();
	for (int i = 0; i < 80; i++) {
		pages[i] = alloc_page(GFP_ATOMIC);
		ck_assert_ptr_nonnull(pages[i]);
		ck_assert_int_eq(page_count(pages[i]), 1);
		ck_assert(!page_is_free(pages[i]));
		check_lists(before - i - 1);
	}
	for (int i = 0; i < 80; i++) {
		__free_page(pages[i]);
		ck_assert(page_is_free(pages[i]));
		check_lists(before - 80 + i + 1);
	}
	page_cpu_lists_disable();
	check_lists(before);
}

START_TEST(counted)
{
	host_boot(1, MEMORY, "");
	run(counted_body);
}
END_TEST

/* All of memory, single frames and then blocks: none stays behind on a list. */
static void all_of_it_body(void *arg)
{
	struct page *page, *chain = NULL, *keep;
	int before = nr_free_pages, taken = 0, order;

	(void)arg;
	current->flags |= PF_MEMALLOC; /* the watermarks do not count */
	page_cpu_lists_enable();
	while ((page = alloc_page(GFP_ATOMIC))) {
		page->private = (uintptr_t)chain;
		chain = page;
		taken++;
	}
	ck_assert_int_eq(taken, before);
	check_lists(0);
	while (chain) {
		page = chain;
		chain = (struct page *)page->private;
		page->private = 0;
		__free_page(page);
	}
	check_lists(before);
	/* the frames that stand on our list are somebody's buddies */
	for (order = MAX_ORDER; !(keep = alloc_pages(GFP_ATOMIC, (unsigned)order)); order--)
		;
	ck_assert_int_ge(order, 8);
	free_pages_page(keep, (unsigned)order);
	check_lists(before);
	current->flags &= ~(unsigned)PF_MEMALLOC;
	page_cpu_lists_disable();
}

START_TEST(all_of_it)
{
	host_boot(1, MEMORY, "");
	run(all_of_it_body);
}
END_TEST

static void twice_body(void *arg)
{
	struct page *page;

	(void)arg;
	page_cpu_lists_enable();
	page = alloc_page(GFP_ATOMIC);
	__free_page(page);
	__free_page(page);
}

START_TEST(twice)
{
	host_expect_panic("freeing a page that is free already");
	host_boot(1, MEMORY, "");
	run(twice_body);
}
END_TEST

/* A scenario's world has none: what the pool hands out does not depend on what ran before. */
static void pool_body(void *arg)
{
	const struct freepages marks = { 2, 4, 6 };
	struct page *page;
	int before = nr_free_pages;

	(void)arg;
	page_cpu_lists_enable();
	__free_page(alloc_page(GFP_ATOMIC));
	page_pool_open(32, &marks);
	ck_assert_int_eq(nr_free_pages, 32);
	page = alloc_page(GFP_ATOMIC);
	ck_assert(page_test(page, PG_pool));
	ck_assert_int_eq(nr_free_pages, 31);
	__free_page(page);
	page_pool_close();
	check_lists(before);
}

START_TEST(pool)
{
	host_boot(1, MEMORY, "");
	run(pool_body);
}
END_TEST

/* --- page tables -------------------------------------------------------------------------- */

#define BASE 0x20000000UL

static void tables_body(void *arg)
{
	struct mm_struct *mm = vt_enter("mm"), *child;
	int before, kept;

	(void)arg;
	page_tables_keep(true);
	vt_mmap(BASE, PAGES(2), RW, ANON_AT);
	ck_assert(vt_poke(BASE, 1));
	ck_assert(vt_poke(BASE + PAGES(1), 2));
	before = nr_free_pages;
	for (int i = 0; i < 3; i++) {
		child = dup_mm(mm, "child");
		ck_assert_ptr_nonnull(child);
		vt_wear(child);
		ck_assert_uint_eq(vt_word(BASE), 1);
		ck_assert(vt_poke(BASE + PAGES(1), 3));
		ck_assert_uint_eq(vt_word(BASE + PAGES(1)), 3);
		vt_wear(mm);
		mmput(child);
		kept = page_tables_at_hand();
		ck_assert_int_ge(kept, 1);
		ck_assert_int_eq(nr_free_pages + kept, before);
	}
	/* a kept table is clear: nothing is mapped in it */
	vt_mmap(BASE + PAGES(1024), PAGES(1024), RW, ANON_AT);
	ck_assert(vt_poke(BASE + PAGES(1024), 9));
	for (unsigned i = 1; i < 1024; i++)
		ck_assert_uint_eq(*pte_lookup(mm, BASE + PAGES(1024 + i)), 0);
	page_tables_keep(false);
	ck_assert_int_eq(page_tables_at_hand(), 0);
}

START_TEST(tables)
{
	host_boot(1, MEMORY, "");
	run(tables_body);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("page_lists");
	TCase *tc = tcase_create("page_lists");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, counted);
	tcase_add_test(tc, all_of_it);
	tcase_add_exit_test(tc, twice, HOST_PANIC_EXIT);
	tcase_add_test(tc, pool);
	tcase_add_test(tc, tables);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
