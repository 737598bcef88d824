/*
 * tests/unit/test_page_alloc.c - the buddy allocator, the watermarks of 2.3.23 (facts d, "Free
 * memory"), the servers' reserve, the page pool, poison.
 */
#include "unit.h"

#include "kernel/printk.h"
#include "kernel/watch.h"
#include "mm/invariants.h"
#include "mm/page.h"
#include "mm/page_alloc.h"
#include "mm/slab.h"
#include "mm/vmscan.h"

#define MEMORY 6144

/* Let everybody else run: the tasks of this CPU, and the other CPUs. */
static void pass_turn(void)
{
	yield();
	cpu_relax();
}

static void run(void (*fn)(void *))
{
	ck_assert_int_eq(host_run(fn, NULL), HOST_DONE);
}

static void check_lists(void)
{
	ck_assert_int_eq(page_free_count(), nr_free_pages);
	ck_assert_int_eq(check_counters(), 0);
}

/* --- blocks ------------------------------------------------------------------------------- */

START_TEST(watermark_values)
{
	int frames;

	host_boot(1, MEMORY, "");
	frames = nr_free_pages;
	ck_assert_int_ge(freepages.min, 10);
	ck_assert_int_le(freepages.min, 256);
	ck_assert_int_eq(freepages.min, frames / 128 < 10 ? 10 : frames / 128);
	ck_assert_int_eq(freepages.low, 2 * freepages.min);
	ck_assert_int_eq(freepages.high, 3 * freepages.min);
	check_lists();
}
END_TEST

static void blocks_body(void *arg)
{
	int before = nr_free_pages;

	(void)arg;
	for (unsigned order = 0; order <= 7; order++) {
		struct page *page = alloc_pages(GFP_KERNEL, order);

		ck_assert_ptr_nonnull(page);
		ck_assert_uint_eq(page_nr(page) % (1ul << order), 0);
		ck_assert_int_eq(page_count(page), 1);
		ck_assert_uint_eq(page->flags, 0);
		ck_assert_int_eq(nr_free_pages, before - (1 << order));
		ck_assert(!page_is_free(page));
		memset(page_address(page), 0x33, PAGE_SIZE << order);
		check_lists();
		free_pages_page(page, order);
		ck_assert(page_is_free(page));
		ck_assert_int_eq(nr_free_pages, before);
	}
}

START_TEST(blocks)
{
	host_boot(1, MEMORY, "");
	run(blocks_body);
	check_lists();
}
END_TEST

#define MANY 400

static void merge_body(void *arg)
{
	static struct page *pages[MANY];
	int before = nr_free_pages, biggest = 0;
	struct list_head *pos;

	(void)arg;
	list_for_each(pos, &free_area[MAX_ORDER - 2]) biggest++;
	for (int i = 0; i < MANY; i++)
		ck_assert_ptr_nonnull(pages[i] = alloc_page(GFP_ATOMIC));
	for (int i = 0; i < MANY; i += 2)
		__free_page(pages[i]);
	check_lists();
	for (int i = 1; i < MANY; i += 2)
		__free_page(pages[i]);
	ck_assert_int_eq(nr_free_pages, before);
	list_for_each(pos, &free_area[MAX_ORDER - 2]) biggest--;
	ck_assert_int_eq(biggest, 0);
	check_lists();
}

START_TEST(merge)
{
	host_boot(1, MEMORY, "");
	run(merge_body);
}
END_TEST

static void counts_body(void *arg)
{
	struct page *page = alloc_page(GFP_KERNEL);
	int before = nr_free_pages;
	void *addr;

	(void)arg;
	get_page(page);
	__free_page(page);
	ck_assert_int_eq(page_count(page), 1);
	ck_assert_int_eq(nr_free_pages, before);
	__free_page(page);
	ck_assert_int_eq(nr_free_pages, before + 1);
	addr = get_zeroed_page(GFP_KERNEL);
	for (unsigned i = 0; i < PAGE_SIZE; i++)
		ck_assert_uint_eq(((unsigned char *)addr)[i], 0);
	ck_assert_ptr_eq(page_address(virt_to_page(addr)), addr);
	ck_assert_ptr_eq(phys_to_page(page_to_phys(page)), page);
	free_pages(addr, 0);
	free_pages(NULL, 3);
	ck_assert_int_eq(nr_free_pages, before + 1);
}

START_TEST(counts)
{
	host_boot(1, MEMORY, "");
	run(counts_body);
}
END_TEST

/* --- what may not be freed (facts d: a BUG) ----------------------------------------------- */

static void free_locked(void *arg)
{
	struct page *page = alloc_page(GFP_KERNEL);

	(void)arg;
	lock_page(page);
	__free_page(page);
}

static void free_swap_cached(void *arg)
{
	struct page *page = alloc_page(GFP_KERNEL);

	(void)arg;
	page_set(page, PG_swap_cache);
	__free_page(page);
}

static void free_twice(void *arg)
{
	struct page *page = alloc_page(GFP_KERNEL);

	(void)arg;
	__free_page(page);
	__free_page(page);
}

START_TEST(bad_free_locked)
{
	host_expect_panic("freeing a page that is locked");
	host_boot(1, MEMORY, "");
	run(free_locked);
}
END_TEST

START_TEST(bad_free_cached)
{
	host_expect_panic("in the swap cache");
	host_boot(1, MEMORY, "");
	run(free_swap_cached);
}
END_TEST

START_TEST(bad_free_twice)
{
	host_expect_panic("free already");
	host_boot(1, MEMORY, "");
	run(free_twice);
}
END_TEST

/* --- watermarks --------------------------------------------------------------------------- */

static struct page *chain; /* linked by ->private; nobody can steal them */

static void take(unsigned gfp, int down_to)
{
	while (nr_free_pages > down_to) {
		struct page *page = alloc_page(gfp);

		if (!page)
			return;
		page->private = (uintptr_t)chain;
		chain = page;
	}
}

static void give(int up_to)
{
	while (chain && nr_free_pages < up_to) {
		struct page *page = chain;

		chain = (struct page *)page->private;
		__free_page(page);
	}
}

static void watermarks_body(void *arg)
{
	unsigned long steals;
	struct page *page;

	(void)arg;
	kmem_cache_reap(GFP_KERNEL);
	take(GFP_KERNEL, freepages.min);
	steals = vmscan_events.steals;
	ck_assert_ptr_null(alloc_page(GFP_USER));   /* no MED or HIGH: fails when stealing did */
	ck_assert_ptr_null(alloc_page(GFP_BUFFER));
	ck_assert_uint_eq(vmscan_events.steals, steals + 2);
	page = alloc_page(GFP_KERNEL);		    /* goes on */
	ck_assert_ptr_nonnull(page);
	ck_assert_uint_eq(vmscan_events.steals, steals + 3);
	__free_page(page);
	page = alloc_page(GFP_ATOMIC);		    /* never steals */
	ck_assert_ptr_nonnull(page);
	ck_assert_uint_eq(vmscan_events.steals, steals + 3);
	__free_page(page);

	/* The state stays on until freepages.high: in between everybody steals first. */
	give(freepages.high - 1);
	ck_assert_ptr_null(alloc_page(GFP_USER));
	ck_assert_uint_eq(vmscan_events.steals, steals + 4);
	give(freepages.high);
	page = alloc_page(GFP_USER);
	ck_assert_ptr_nonnull(page);
	ck_assert_uint_eq(vmscan_events.steals, steals + 4);
	__free_page(page);

	/* The last page goes to whoever has PF_MEMALLOC; then there is NULL, not a loop. */
	take(GFP_KERNEL, freepages.min);
	take(GFP_KERNEL, 0);
	ck_assert_int_eq(nr_free_pages, 0);
	ck_assert_ptr_null(alloc_page(GFP_KERNEL));
	ck_assert_ptr_null(alloc_page(GFP_ATOMIC));
	give(1);
	steals = vmscan_events.steals;
	current->flags |= PF_MEMALLOC;
	page = alloc_page(GFP_USER);
	ck_assert_ptr_nonnull(page);
	ck_assert_ptr_null(alloc_page(GFP_USER));
	current->flags &= ~PF_MEMALLOC;
	ck_assert_uint_eq(vmscan_events.steals, steals);
	__free_page(page);
	give(1 << 30);
	check_lists();
}

START_TEST(watermarks)
{
	host_boot(1, MEMORY, "");
	run(watermarks_body);
	ck_assert_int_eq(vm_invariants_check(), 0);
}
END_TEST

static void server_body(void *arg)
{
	struct page *page[4];

	(void)arg;
	page_reserve_set(3);
	ck_assert_int_eq(page_reserve_count(), 3);
	take(GFP_ATOMIC, 0);
	ck_assert_ptr_null(alloc_page(GFP_ATOMIC));
	current->flags |= PF_SERVER | PF_MEMALLOC;
	for (int i = 0; i < 3; i++)
		ck_assert_ptr_nonnull(page[i] = alloc_page(GFP_KERNEL));
	ck_assert_ptr_null(alloc_page(GFP_KERNEL));
	ck_assert_int_eq(page_reserve_count(), 0);
	for (int i = 0; i < 3; i++)
		__free_page(page[i]);
	ck_assert_int_eq(page_reserve_count(), 3); /* filled up before anybody else gets them */
	ck_assert_int_eq(nr_free_pages, 0);
	current->flags &= ~(PF_SERVER | PF_MEMALLOC);
	give(1 << 30);
	check_lists();
}

START_TEST(server_reserve)
{
	host_boot(1, MEMORY, "");
	run(server_body);
}
END_TEST

static void server_steals(void *arg)
{
	(void)arg;
	current->flags |= PF_SERVER;
	try_to_free_pages(GFP_KERNEL);
}

START_TEST(server_never_steals)
{
	host_expect_panic("PF_SERVER");
	host_boot(1, MEMORY, "");
	run(server_steals);
}
END_TEST

/* --- the page pool ------------------------------------------------------------------------ */

#define POOL 113

static uint32_t pool_hash;

/* What is handed out, in terms of the pool: the same whatever the machine. */
static void pool_body(void *arg)
{
	static struct page *got[POOL];
	struct freepages marks = { 4, 8, 12 };
	int free_before = nr_free_pages, outside;
	struct page *old = alloc_page(GFP_KERNEL);
	uint32_t h = 0;
	void *obj;

	(void)arg;
	page_pool_open(POOL, &marks);
	ck_assert_int_eq(nr_free_pages, POOL);
	ck_assert_int_eq(freepages.high, 12);
	check_lists();
	for (int i = 0; i < 40; i++) {
		unsigned order = (unsigned)(i * 7 % 3);

		got[i] = alloc_pages(GFP_ATOMIC, i % 5 ? 0 : order);
		ck_assert_ptr_nonnull(got[i]);
		h = h * 31 + got[i]->lock.ordinal;
		if (i % 4 == 3) {
			free_pages_page(got[i - 1], (i - 1) % 5 ? 0 : (unsigned)((i - 1) * 7 % 3));
			got[i - 1] = NULL;
		}
	}
	obj = kmalloc(100, GFP_ATOMIC); /* from a new slab, in the pool */
	ck_assert(page_test(virt_to_page(obj), PG_pool));
	h = h * 31 + virt_to_page(obj)->lock.ordinal;
	kfree(obj);
	pool_hash = h;
	outside = nr_free_pages;
	__free_page(old); /* a frame from outside does not enlarge the world */
	ck_assert_int_eq(nr_free_pages, outside);
	for (int i = 0; i < 40; i++)
		if (got[i])
			free_pages_page(got[i], i % 5 ? 0 : (unsigned)(i * 7 % 3));
	kmem_cache_reap(GFP_ATOMIC);
	ck_assert_int_eq(nr_free_pages, POOL);
	check_lists();
	page_pool_close();
	ck_assert_int_eq(nr_free_pages, free_before);
	ck_assert_int_ne(freepages.high, 12);
	check_lists();
}

START_TEST(pool)
{
	uint32_t first;

	host_boot(1, MEMORY, "");
	kmem_cache_reap(GFP_ATOMIC);
	run(pool_body);
	first = pool_hash;
	run(pool_body);
	ck_assert_uint_eq(pool_hash, first);
	ck_assert_uint_eq(pool_hash, 3276418686u); /* measured once: the same on every machine */
}
END_TEST

START_TEST(pool_other_machine)
{
	host_boot(2, 16384, "");
	kmem_cache_reap(GFP_ATOMIC);
	run(pool_body);
	ck_assert_uint_eq(pool_hash, 3276418686u);
}
END_TEST

/* --- poison ------------------------------------------------------------------------------- */

__attribute__((no_sanitize("address"))) static void write_stale(volatile unsigned char *p)
{
	*p = 1;
}

static void poison_body(void *arg)
{
	unsigned char *p;

	(void)arg;
	page_poison_enable();
	p = get_free_pages(GFP_KERNEL, 0);
	free_pages(p, 0);
	ck_assert(!watch_has_complaint("uaf: page"));
	write_stale(p + 77);
	ck_assert_ptr_eq(get_free_pages(GFP_KERNEL, 0), p);
	ck_assert(watch_has_complaint("uaf: page"));
	free_pages(p, 0);
	page_poison_disable();
}

START_TEST(poison)
{
	host_boot(1, MEMORY, "");
	run(poison_body);
}
END_TEST

/* --- several CPUs ------------------------------------------------------------------------- */

static int workers_left;

static void worker(void *arg)
{
	uint32_t seed = (uint32_t)(uintptr_t)arg;
	struct page *got[16] = { 0 };
	unsigned order[16] = { 0 };

	for (int i = 0; i < 2000; i++) {
		unsigned slot = (seed = seed * 1664525u + 1013904223u) >> 28;

		if (got[slot]) {
			ck_assert_int_eq(page_count(got[slot]), 1);
			ck_assert_uint_eq(*(uintptr_t *)page_address(got[slot]),
					  (uintptr_t)arg + slot);
			free_pages_page(got[slot], order[slot]);
			got[slot] = NULL;
		} else {
			order[slot] = seed >> 8 & 3;
			got[slot] = alloc_pages(GFP_KERNEL, order[slot]);
			if (got[slot])
				*(uintptr_t *)page_address(got[slot]) = (uintptr_t)arg + slot;
		}
	}
	for (int i = 0; i < 16; i++)
		if (got[i])
			free_pages_page(got[i], order[i]);
	workers_left--;
}

static void smp_body(void *arg)
{
	struct task_struct *t;

	(void)arg;
	workers_left = 3;
	for (uintptr_t i = 1; i <= 3; i++) {
		t = kthread_create(worker, (void *)(i * 1000), "worker");
		wake_up_process(t);
	}
	while (workers_left)
		pass_turn();
}

START_TEST(smp)
{
	int before;

	host_boot(4, MEMORY, "");
	host_set_seed(7 + (uint32_t)_i);
	before = nr_free_pages;
	run(smp_body);
	host_settle(10);
	kmem_cache_reap(GFP_ATOMIC);
	ck_assert_int_ge(nr_free_pages + 8, before); /* dead tasks' stacks are kept back a while */
	check_lists();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("page_alloc");
	TCase *tc = tcase_create("page_alloc");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, watermark_values);
	tcase_add_test(tc, blocks);
	tcase_add_test(tc, merge);
	tcase_add_test(tc, counts);
	tcase_add_exit_test(tc, bad_free_locked, HOST_PANIC_EXIT);
	tcase_add_exit_test(tc, bad_free_cached, HOST_PANIC_EXIT);
	tcase_add_exit_test(tc, bad_free_twice, HOST_PANIC_EXIT);
	tcase_add_test(tc, watermarks);
	tcase_add_test(tc, server_reserve);
	tcase_add_exit_test(tc, server_never_steals, HOST_PANIC_EXIT);
	tcase_add_test(tc, pool);
	tcase_add_test(tc, pool_other_machine);
	tcase_add_test(tc, poison);
	tcase_add_loop_test(tc, smp, 0, 5);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
