/*
 * tests/unit/test_slab.c - object caches: taking and giving back, growing and trimming, and
 * everything that must be noticed: writes after free, written red zones, double frees, stale
 * pointers.
 */
#include "unit.h"

#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/watch.h"
#include "mm/invariants.h"
#include "mm/page.h"
#include "mm/page_alloc.h"
#include "mm/slab.h"
#include "mm/slab_internal.h"

#define MEMORY 6144

static struct kmem_cache *cache;

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

/* Touch memory as a faulty kernel would, behind the sanitizer's back. */
__attribute__((no_sanitize("address"))) static void write_stale(void *p, size_t at, unsigned char v)
{
	((volatile unsigned char *)p)[at] = v;
}

/* --- ordinary use ------------------------------------------------------------------------- */

static const size_t sizes[] = { 1, 7, 8, 24, 60, 100, 256, 500, 511, 512, 513, 1000, 2048,
				2100, 4000, 4096, 5000, 8192, 20000, 65536 };

#define OBJECTS 60

static void use_size(size_t size)
{
	static unsigned char *obj[OBJECTS];
	int n = size > 4096 ? 6 : OBJECTS, free_before = nr_free_pages;

	cache = kmem_cache_create("test", size, NULL, NULL, 0);
	ck_assert_ptr_nonnull(cache);
	ck_assert_uint_eq(kmem_cache_size(cache), size);
	for (int i = 0; i < n; i++) {
		obj[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		ck_assert_ptr_nonnull(obj[i]);
		ck_assert_uint_eq((uintptr_t)obj[i] % 8, 0);
		if (size >= PAGE_SIZE && !(size & (size - 1)))
			ck_assert_uint_eq((uintptr_t)obj[i] % PAGE_SIZE, 0);
		if (size <= 4096)
			ck_assert_uint_eq(obj[i][size - 1], POISON_NEW);
		memset(obj[i], i + 1, size);
	}
	ck_assert_uint_eq(kmem_cache_inuse(cache), (unsigned)n);
	ck_assert_int_eq(kmem_cache_destroy(cache), -EBUSY);
	ck_assert_int_eq(slab_verify(), 0);
	for (int i = 0; i < n; i++) {
		for (size_t at = 0; at < size; at++)
			ck_assert_uint_eq(obj[i][at], (unsigned char)(i + 1));
		ck_assert(!kmem_is_freed(obj[i]));
		kmem_cache_free(cache, obj[i]);
		ck_assert(kmem_is_freed(obj[i]));
	}
	ck_assert_int_eq(slab_verify(), 0);
	ck_assert_uint_eq(kmem_cache_inuse(cache), 0);
	ck_assert_int_eq(kmem_cache_destroy(cache), 0);
	kmem_cache_reap(GFP_KERNEL);
	ck_assert_int_ge(nr_free_pages, free_before);
}

static void use_body(void *arg)
{
	(void)arg;
	kmem_cache_reap(GFP_KERNEL);
	for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++)
		use_size(sizes[i]);
	ck_assert_uint_eq(slab_corruptions(), 0);
}

START_TEST(use)
{
	host_boot(1, MEMORY, "");
	run(use_body);
}
END_TEST

static void kmalloc_body(void *arg)
{
	(void)arg;
	ck_assert_ptr_null(kmalloc(0, GFP_KERNEL));
	ck_assert_ptr_null(kmalloc(KMALLOC_MAX + 1, GFP_KERNEL));
	kfree(NULL);
	for (size_t size = 1; size <= KMALLOC_MAX; size = size * 3 / 2 + 1) {
		unsigned char *p = kmalloc(size, GFP_KERNEL), *z = kzalloc(size, GFP_KERNEL);

		ck_assert_ptr_nonnull(p);
		ck_assert_ptr_nonnull(z);
		for (size_t i = 0; i < size; i++)
			ck_assert_uint_eq(z[i], 0);
		memset(p, 0x77, size);
		kfree(z);
		ck_assert_uint_eq(p[size - 1], 0x77);
		kfree(p);
	}
	ck_assert_int_eq(slab_verify(), 0);
}

START_TEST(general_sizes)
{
	host_boot(1, MEMORY, "");
	run(kmalloc_body);
}
END_TEST

static int made, ended;

static void ctor(void *obj)
{
	*(int *)obj = 4711;
	made++;
}

static void dtor(void *obj)
{
	ck_assert_int_eq(*(int *)obj, 4711);
	ended++;
}

static void ctor_body(void *arg)
{
	void *a, *b;

	(void)arg;
	cache = kmem_cache_create("ctor", 40, ctor, dtor, 0);
	a = kmem_cache_alloc(cache, GFP_KERNEL);
	ck_assert_int_eq(*(int *)a, 4711);
	ck_assert_int_eq(made, 1);
	kmem_cache_free(cache, a);
	ck_assert_int_eq(ended, 1);
	ck_assert_int_eq(kmem_cache_destroy(cache), 0);

	made = ended = 0; /* once per slab, and the work survives in free objects */
	cache = kmem_cache_create("ctor", 40, ctor, dtor, SLAB_NO_POISON);
	a = kmem_cache_alloc(cache, GFP_KERNEL);
	ck_assert_int_eq(made, (int)cache->num);
	kmem_cache_free(cache, a);
	b = kmem_cache_alloc(cache, GFP_KERNEL);
	ck_assert_int_eq(made, (int)cache->num);
	ck_assert_int_eq(*(int *)b, 4711);
	kmem_cache_free(cache, b);
	ck_assert_int_eq(kmem_cache_destroy(cache), 0);
	ck_assert_int_eq(ended, made);
}

START_TEST(constructors)
{
	host_boot(1, MEMORY, "");
	run(ctor_body);
}
END_TEST

/* --- trimming ----------------------------------------------------------------------------- */

static void trim_body(void *arg)
{
	static void *obj[300];
	int free_before, freed;

	(void)arg;
	kmem_cache_reap(GFP_KERNEL);
	free_before = nr_free_pages;
	cache = kmem_cache_create("trim", 200, NULL, NULL, 0);
	for (int i = 0; i < 300; i++)
		obj[i] = kmem_cache_alloc(cache, GFP_KERNEL);
	for (int i = 1; i < 300; i++)
		kmem_cache_free(cache, obj[i]);
	freed = kmem_cache_shrink(cache);
	ck_assert_int_gt(freed, 10);
	ck_assert_int_eq(nr_free_pages, free_before - 1); /* one slab still holds obj[0] */
	ck_assert_int_eq(kmem_cache_shrink(cache), 0);
	ck_assert(!kmem_is_freed(obj[0]));
	ck_assert(kmem_is_freed(obj[299]));
	kmem_cache_free(cache, obj[0]);
	ck_assert_int_ge(kmem_cache_reap(GFP_KERNEL), 1);
	ck_assert_int_eq(nr_free_pages, free_before);
	ck_assert_int_eq(kmem_cache_destroy(cache), 0);
}

START_TEST(trim)
{
	host_boot(1, MEMORY, "");
	run(trim_body);
}
END_TEST

static void no_memory_body(void *arg)
{
	void *chain = NULL, *obj;
	unsigned long inuse;
	unsigned long n = 0;

	(void)arg;
	cache = kmem_cache_create("big", 1500, NULL, NULL, 0);
	while ((obj = kmem_cache_alloc(cache, GFP_ATOMIC))) {
		*(void **)obj = chain;
		chain = obj;
		n++;
	}
	inuse = kmem_cache_inuse(cache);
	ck_assert_uint_eq(inuse, n);
	ck_assert_ptr_null(kmem_cache_alloc(cache, GFP_KERNEL));
	ck_assert_uint_eq(kmem_cache_inuse(cache), inuse);
	while ((obj = chain)) {
		chain = *(void **)obj;
		kmem_cache_free(cache, obj);
	}
	ck_assert_int_eq(kmem_cache_destroy(cache), 0);
	ck_assert_int_eq(slab_verify(), 0);
}

START_TEST(no_memory)
{
	host_boot(1, MEMORY, "");
	run(no_memory_body);
	ck_assert_int_eq(check_counters(), 0);
}
END_TEST

/* --- what must be noticed ----------------------------------------------------------------- */

static void after_free_body(void *arg)
{
	void *obj;

	(void)arg;
	cache = kmem_cache_create("victim", 1000, NULL, NULL, 0);
	obj = kmem_cache_alloc(cache, GFP_KERNEL);
	ck_assert(KMEM_ALIVE(obj));
	kmem_cache_free(cache, obj);
	ck_assert(!KMEM_ALIVE(obj)); /* a reader that asks first */
	ck_assert(watch_has_complaint("uaf: victim used after free in after_free_body"));
	ck_assert_ptr_nonnull(strstr(host_output(), "freed by pid"));
	write_stale(obj, 300, 1); /* a writer that does not */
	ck_assert_int_eq(slab_verify(), 1);
	ck_assert(watch_has_complaint("uaf: object of cache victim written after it was freed"));
	kmem_cache_shrink(cache);
}

START_TEST(after_free)
{
	host_boot(1, MEMORY, "");
	run(after_free_body);
}
END_TEST

static void after_free_alloc_body(void *arg)
{
	void *obj[8], *stale;
	int n;

	(void)arg;
	cache = kmem_cache_create("victim", 600, NULL, NULL, 0);
	stale = kmem_cache_alloc(cache, GFP_KERNEL);
	kmem_cache_free(cache, stale);
	write_stale(stale, 0, 1);
	for (n = 0; n < (int)cache->num; n++) /* found when it is handed out again */
		obj[n] = kmem_cache_alloc(cache, GFP_KERNEL);
	ck_assert_uint_eq(slab_corruptions(), 1);
	ck_assert_ptr_nonnull(strstr(host_output(), "last freed by pid"));
	while (n-- > 0)
		kmem_cache_free(cache, obj[n]);
	ck_assert_int_eq(kmem_cache_destroy(cache), 0);
}

START_TEST(after_free_alloc)
{
	host_boot(1, MEMORY, "");
	run(after_free_alloc_body);
}
END_TEST

static void red_body(void *arg)
{
	void *obj;

	(void)arg;
	cache = kmem_cache_create("red", 100, NULL, NULL, 0);
	obj = kmem_cache_alloc(cache, GFP_KERNEL);
	write_stale(obj, 104, 1);
	kmem_cache_free(cache, obj);
	ck_assert(watch_has_complaint("uaf: object of cache red written past its end"));
	obj = kmem_cache_alloc(cache, GFP_KERNEL);
	write_stale((char *)obj - 1, 0, 1);
	ck_assert_int_eq(slab_verify(), 1);
	ck_assert(watch_has_complaint("uaf: object of cache red written before its begin"));
	kmem_cache_free(cache, obj);
}

START_TEST(red_zones)
{
	host_boot(1, MEMORY, "");
	run(red_body);
}
END_TEST

static void twice_body(void *arg)
{
	void *obj = kmalloc(50, GFP_KERNEL);

	(void)arg;
	kfree(obj);
	kfree(obj);
}

static void wrong_cache_body(void *arg)
{
	(void)arg;
	cache = kmem_cache_create("wrong", 50, NULL, NULL, 0);
	kmem_cache_free(cache, kmalloc(50, GFP_KERNEL));
}

static void middle_body(void *arg)
{
	(void)arg;
	kfree((char *)kmalloc(50, GFP_KERNEL) + 8);
}

START_TEST(free_twice)
{
	host_expect_panic("it is free already; last freed by pid");
	host_boot(1, MEMORY, "");
	run(twice_body);
}
END_TEST

START_TEST(free_wrong_cache)
{
	host_expect_panic("it is another cache's");
	host_boot(1, MEMORY, "");
	run(wrong_cache_body);
}
END_TEST

START_TEST(free_middle)
{
	host_expect_panic("it is no object");
	host_boot(1, MEMORY, "");
	run(middle_body);
}
END_TEST

static void touch_body(void *arg)
{
	volatile char *obj = kmalloc(50, GFP_KERNEL);

	(void)arg;
	kfree((void *)(uintptr_t)obj);
	(void)obj[3]; /* the sanitizer ends the process here, with status 1 */
}

START_TEST(touch)
{
	host_boot(1, MEMORY, "");
	run(touch_body);
}
END_TEST

static void any_number_body(void *arg)
{
	int here;

	(void)arg;
	ck_assert(kmem_is_freed(NULL));
	ck_assert(kmem_is_freed((void *)0x6b6b6b6bul));
	ck_assert(kmem_is_freed((void *)~0ul));
	ck_assert(kmem_is_freed(&here));
	ck_assert(kmem_is_freed(mem_map));
}

START_TEST(any_number)
{
	host_boot(1, MEMORY, "");
	run(any_number_body);
}
END_TEST

/* --- several CPUs ------------------------------------------------------------------------- */

static int workers_left;

static void worker(void *arg)
{
	uint32_t seed = (uint32_t)(uintptr_t)arg;
	uint32_t *got[24] = { 0 };

	for (int i = 0; i < 3000; i++) {
		unsigned slot = ((seed = seed * 1664525u + 1013904223u) >> 24) % 24;

		if (got[slot]) {
			ck_assert_uint_eq(got[slot][5], slot + (uint32_t)(uintptr_t)arg);
			kmem_cache_free(cache, got[slot]);
			got[slot] = NULL;
		} else if ((got[slot] = kmem_cache_alloc(cache, GFP_KERNEL))) {
			got[slot][5] = slot + (uint32_t)(uintptr_t)arg;
		}
		if (i % 500 == 499)
			kmem_cache_reap(GFP_KERNEL);
	}
	for (int i = 0; i < 24; i++)
		if (got[i])
			kmem_cache_free(cache, got[i]);
	workers_left--;
}

static void smp_body(void *arg)
{
	(void)arg;
	cache = kmem_cache_create("smp", 700, NULL, NULL, 0);
	workers_left = 3;
	for (uintptr_t i = 1; i <= 3; i++)
		wake_up_process(kthread_create(worker, (void *)(i << 10), "worker"));
	while (workers_left)
		pass_turn();
	ck_assert_int_eq(slab_verify(), 0);
	ck_assert_uint_eq(kmem_cache_inuse(cache), 0);
	ck_assert_int_eq(kmem_cache_destroy(cache), 0);
}

START_TEST(smp)
{
	host_boot(3, MEMORY, "");
	host_set_seed(11 + (uint32_t)_i);
	run(smp_body);
	ck_assert_int_eq(check_counters(), 0);
}
END_TEST

/* --- each CPU's objects at hand (mm/slab_cpu.c) --------------------------------------------- */

/* Stocks and poison exclude each other, and the sanitizer's build always poisons. */
static void use_stocks(void)
{
	slab_debugging = false;
	slab_cpu_keep(true);
	ck_assert(slab_cpu_on);
	cache = kmem_cache_create("stock", 200, NULL, NULL, 0);
	ck_assert_uint_eq(slab_cpu_count(cache), 0);
}

/* What was freed last is taken first; in between it is nobody's, and its slab is not given back. */
static void at_hand_body(void *arg)
{
	void *a, *b;
	unsigned long had;

	(void)arg;
	use_stocks();
	a = kmem_cache_alloc(cache, GFP_KERNEL);
	b = kmem_cache_alloc(cache, GFP_KERNEL);
	ck_assert_ptr_ne(a, b);
	ck_assert_uint_eq(kmem_cache_inuse(cache), 2);
	had = slab_cpu_count(cache);
	kmem_cache_free(cache, a);
	ck_assert_uint_eq(slab_cpu_count(cache), had + 1);
	ck_assert_uint_eq(kmem_cache_inuse(cache), 1);
	ck_assert(kmem_is_freed(a));
	ck_assert(!kmem_is_freed(b));
	ck_assert_ptr_eq(kmem_cache_alloc(cache, GFP_KERNEL), a);
	kmem_cache_free(cache, a);
	kmem_cache_free(cache, b);
	ck_assert_int_eq(slab_verify(), 0);
	kmem_cache_shrink(cache); /* takes back what is at hand first */
	ck_assert_uint_eq(slab_cpu_count(cache), 0);
	ck_assert_uint_eq(cache->slabs, 0);
	ck_assert_int_eq(kmem_cache_destroy(cache), 0);
}

START_TEST(at_hand)
{
	host_boot(1, MEMORY, "");
	run(at_hand_body);
	ck_assert_int_eq(check_counters(), 0);
}
END_TEST

/* A stock holds so many; of more, the oldest go back to their slabs, a batch at a time. */
static void full_stock_body(void *arg)
{
	static void *obj[4 * SLAB_CPU_MAX];
	unsigned n = 4 * SLAB_CPU_MAX;
	unsigned long had;

	(void)arg;
	use_stocks();
	for (unsigned i = 0; i < n; i++) {
		obj[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		for (unsigned j = 0; j < i; j++)
			ck_assert_ptr_ne(obj[i], obj[j]);
	}
	ck_assert_uint_eq(kmem_cache_inuse(cache), n);
	for (unsigned i = 0; i < n; i++) {
		had = slab_cpu_count(cache);
		kmem_cache_free(cache, obj[i]);
		ck_assert_uint_eq(slab_cpu_count(cache),
				  had == SLAB_CPU_MAX ? had + 1 - SLAB_CPU_BATCH : had + 1);
		ck_assert_uint_eq(kmem_cache_inuse(cache), n - 1 - i);
	}
	ck_assert_ptr_eq(kmem_cache_alloc(cache, GFP_KERNEL), obj[n - 1]); /* the newest stayed */
	kmem_cache_free(cache, obj[n - 1]);
	slab_cpu_keep(false);
	ck_assert_uint_eq(slab_cpu_count(cache), 0);
	ck_assert_int_eq(slab_verify(), 0);
	ck_assert_int_eq(kmem_cache_destroy(cache), 0);
}

START_TEST(full_stock)
{
	host_boot(1, MEMORY, "");
	run(full_stock_body);
	ck_assert_int_eq(check_counters(), 0);
}
END_TEST

static void twice_at_hand_body(void *arg)
{
	void *obj;

	(void)arg;
	use_stocks();
	obj = kmem_cache_alloc(cache, GFP_KERNEL);
	kmem_cache_free(cache, obj);
	kmem_cache_free(cache, obj);
}

START_TEST(free_twice_at_hand)
{
	host_expect_panic("it is free already; last freed by pid");
	host_boot(1, MEMORY, "");
	run(twice_at_hand_body);
}
END_TEST

/* Several CPUs take and free; now and then one takes back what all of them have. */
static void smp_stocks_body(void *arg)
{
	(void)arg;
	use_stocks();
	workers_left = 3;
	for (uintptr_t i = 1; i <= 3; i++)
		wake_up_process(kthread_create(worker, (void *)(i << 10), "worker"));
	while (workers_left) {
		kmem_cache_shrink(cache);
		pass_turn();
	}
	ck_assert_uint_eq(kmem_cache_inuse(cache), 0);
	slab_cpu_keep(false);
	ck_assert_int_eq(slab_verify(), 0);
	ck_assert_int_eq(kmem_cache_destroy(cache), 0);
}

START_TEST(smp_stocks)
{
	host_boot(3, MEMORY, "");
	host_set_seed(31 + (uint32_t)_i);
	run(smp_stocks_body);
	ck_assert_int_eq(check_counters(), 0);
}
END_TEST

/* --- leak accounting ---------------------------------------------------------------------- */

static void leak_body(void *arg)
{
	struct vm_snapshot before;
	void *obj, *page;

	(void)arg;
	vm_leak_snapshot(&before);
	obj = kmalloc(100, GFP_KERNEL);
	kfree(obj);
	ck_assert_int_eq(vm_leak_compare(&before), 0);
	obj = kmalloc(100, GFP_KERNEL);
	page = get_free_pages(GFP_KERNEL, 1);
	ck_assert_int_eq(vm_leak_compare(&before), 2);
	ck_assert(watch_has_complaint("leak: pages"));
	ck_assert(watch_has_complaint("leak: objects of size-128"));
	ck_assert_ptr_nonnull(strstr(host_output(), "size-128: taken by pid"));
	kfree(obj);
	free_pages(page, 1);
	ck_assert_int_eq(vm_leak_compare(&before), 0);
	slab_report();
}

START_TEST(leaks)
{
	host_boot(1, MEMORY, "");
	run(leak_body);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("slab");
	TCase *tc = tcase_create("slab");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, use);
	tcase_add_test(tc, general_sizes);
	tcase_add_test(tc, constructors);
	tcase_add_test(tc, trim);
	tcase_add_test(tc, no_memory);
	tcase_add_test(tc, after_free);
	tcase_add_test(tc, after_free_alloc);
	tcase_add_test(tc, red_zones);
	tcase_add_exit_test(tc, free_twice, HOST_PANIC_EXIT);
	tcase_add_exit_test(tc, free_wrong_cache, HOST_PANIC_EXIT);
	tcase_add_exit_test(tc, free_middle, HOST_PANIC_EXIT);
	tcase_add_exit_test(tc, touch, 1);
	tcase_add_test(tc, any_number);
	tcase_add_loop_test(tc, smp, 0, 4);
	tcase_add_test(tc, at_hand);
	tcase_add_test(tc, full_stock);
	tcase_add_exit_test(tc, free_twice_at_hand, HOST_PANIC_EXIT);
	tcase_add_loop_test(tc, smp_stocks, 0, 4);
	tcase_add_test(tc, leaks);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
