/*
 * tests/unit/test_swapoff.c - taking swap areas out: everything comes back, from the disk, the
 * cache and other address spaces, alone and under load; and the cases where it must refuse. Facts b
 * "Swapoff designs", c sys_swapoff; races R13, R17-R21.
 */
#include "swap_unit.h"

#include "kernel/uaccess.h"
#include "mm/fault.h"
#include "mm/vmscan.h"

#define BASE 0x20000000UL

static const char *const designs[] = {"design=linux-2.3.30", "design=linux-2.3.23"};

static int finished;

/* --- address spaces
 * ------------------------------------------------------------------------------- */

static void wear(struct mm_struct *mm)
{
	struct mm_struct *old = sched_use_mm(mm);

	if (old)
		mmput(old);
}

/* The current task gets a new mm with @npages of anonymous memory at BASE. */
static struct mm_struct *new_mm(const char *name, unsigned npages)
{
	struct mm_struct *mm = mm_alloc(name);
	unsigned long at;

	ck_assert_ptr_nonnull(mm);
	wear(mm);
	at = sys_mmap_pgoff(BASE, npages * PAGE_SIZE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, NULL, 0);
	ck_assert_uint_eq(at, BASE);
	return mm;
}

static void put(unsigned page, uint32_t v)
{
	ck_assert_int_eq(put_user_u32(BASE + page * PAGE_SIZE + 4 * (page % 1000), v), 0);
}

static uint32_t get(unsigned page)
{
	uint32_t v = 0;

	ck_assert_int_eq(get_user_u32(&v, BASE + page * PAGE_SIZE + 4 * (page % 1000)), 0);
	return v;
}

static void write_all(unsigned npages, uint32_t key)
{
	for (unsigned i = 0; i < npages; i++)
		put(i, key + i);
}

static void check_all(unsigned npages, uint32_t key)
{
	for (unsigned i = 0; i < npages; i++)
		ck_assert_msg(get(i) == key + i, "page %u: %#x, not %#x", i, get(i), key + i);
}

/* How many of the pages have a swap entry / are present. */
static void count_ptes(struct mm_struct *mm, unsigned npages, unsigned *swapped, unsigned *present)
{
	*swapped = *present = 0;
	for (unsigned i = 0; i < npages; i++) {
		pte_t *ptep = pte_lookup(mm, BASE + i * PAGE_SIZE);

		if (!ptep || pte_none(*ptep))
			continue;
		if (pte_present(*ptep))
			++*present;
		else
			++*swapped;
	}
}

/* Steal until @mm has no page left (or nothing more can be had). */
static void steal_all(struct mm_struct *mm)
{
	for (int i = 0; i < 20000 && mm->rss > 0; i++)
		swap_out(0, GFP_KERNEL);
	schedule_timeout(5); /* the writes */
}

static void forget_cache(void)
{
	while (shrink_mmap(0, GFP_KERNEL))
		;
}

static void check_quiet(void)
{
	ck_assert_int_eq(vm_invariants_check(), 0);
	ck_assert_uint_eq(swap_complaints, 0);
}

/* --- one mm
 * ---------------------------------------------------------------------------------------- */

#define PAGES 200

static void one_mm_body(void *arg)
{
	struct mm_struct *mm;
	unsigned swapped, present;

	(void)arg;
	start_one_area();
	mm = new_mm("A", PAGES);
	write_all(PAGES, 0x1000);
	steal_all(mm);
	forget_cache();
	count_ptes(mm, PAGES, &swapped, &present);
	ck_assert_uint_eq(swapped, PAGES);
	for (unsigned i = 0; i < PAGES; i += 7)
		get(i); /* some are back already, clean and in the cache */
	ck_assert_int_eq(sys_swapoff("hda"), 0);
	count_ptes(mm, PAGES, &swapped, &present);
	ck_assert_uint_eq(swapped, 0);
	ck_assert_uint_eq(present, PAGES);
	ck_assert_int_eq(mm->rss, PAGES);
	ck_assert_uint_eq(swapper_space.nrpages, 0);
	ck_assert_int_eq(nr_swap_pages, 0);
	check_quiet();
	/* No copy is left on a disk: the pages go out again as dirty ones. */
	ck_assert_int_eq(sys_swapon("hdb", 0), 0);
	steal_all(mm);
	forget_cache();
	count_ptes(mm, PAGES, &swapped, &present);
	ck_assert_uint_eq(swapped, PAGES);
	check_all(PAGES, 0x1000);
	check_quiet();
	wear(NULL);
	forget_cache();
	ck_assert_int_eq(nr_swap_pages, 299);
	ck_assert_int_eq(sys_swapoff("hdb"), 0);
	check_quiet();
}

START_TEST(test_one_mm)
{
	area_add(300);
	area_add(300);
	boot(1, 8192, designs[_i]);
	run(one_mm_body, NULL);
}
END_TEST

/* --- shared after fork: one side has the page, the other the entry
 * -------------------------------------- */

static struct mm_struct *child_mm;
static bool stop;

static void keeper_body(void *arg)
{
	(void)arg;
	wear(child_mm);
	while (!stop)
		schedule_timeout(1);
	check_all(PAGES, 0x2000);
	for (unsigned i = 0; i < PAGES; i++)
		put(i, 0x3000 + i);
	wear(NULL);
	finished++;
}

static void forked_body(void *arg)
{
	struct mm_struct *mm;

	(void)arg;
	start_one_area();
	mm = new_mm("P", PAGES);
	write_all(PAGES, 0x2000);
	steal_all(mm);
	child_mm = dup_mm(mm, "C");
	ck_assert_ptr_nonnull(child_mm);
	spawn(keeper_body, NULL, "keeper");
	schedule_timeout(2);
	forget_cache();
	for (unsigned i = 0; i < PAGES; i += 2)
		get(i); /* present and clean here, an entry there */
	ck_assert_int_eq(sys_swapoff("hda"), 0);
	ck_assert_int_eq(mm->rss, PAGES);
	ck_assert_int_eq(child_mm->rss, PAGES);
	check_quiet();
	ck_assert_int_eq(sys_swapon("hdb", 0), 0);
	steal_all(mm);
	forget_cache();
	check_all(PAGES, 0x2000);
	stop = true;
	while (!finished)
		schedule_timeout(1);
	check_all(PAGES, 0x2000); /* the child's writes are the child's */
	check_quiet();
	wear(NULL);
}

START_TEST(test_forked)
{
	area_add(300);
	area_add(600);
	boot(2, 8192, designs[_i]);
	run(forked_body, NULL);
}
END_TEST

/* --- refusals
 * --------------------------------------------------------------------------------------------- */

static void enomem_body(void *arg)
{
	const unsigned npages = 1500;
	unsigned long taken;
	int free;

	(void)arg;
	start_one_area();
	kswapd_start();
	new_mm("big", npages);
	write_all(npages, 0x4000); /* more than memory holds */
	taken = swap_info[0].inuse;
	free = nr_swap_pages;
	ck_assert_uint_gt(taken, 400);
	ck_assert_int_eq(sys_swapoff("hda"), -ENOMEM);
	ck_assert(swap_info[0].flags == SWP_WRITEOK);
	ck_assert_int_eq(swap_list.head, 0);
	ck_assert_int_eq(nr_swap_pages + (int)swap_info[0].inuse, free + (int)taken);
	ck_assert(strstr(host_output(), "swapoff: hda stays in use: memory"));
	check_all(npages, 0x4000);
	/* With a second area to go to, it can. */
	ck_assert_int_eq(sys_swapon("hdb", 0), 0);
	ck_assert_int_eq(sys_swapoff("hda"), 0);
	check_all(npages, 0x4000);
	ck_assert_uint_eq(swap_complaints, 0);
	wear(NULL);
	forget_cache();
	ck_assert_int_eq(sys_swapoff("hdb"), 0);
	check_quiet();
}

START_TEST(test_enomem)
{
	area_add(2000);
	area_add(2000);
	boot(1, 4096, designs[_i]);
	run(enomem_body, NULL);
}
END_TEST

static void eio_body(void *arg)
{
	struct mm_struct *mm;

	(void)arg;
	start_one_area();
	mm = new_mm("A", PAGES);
	write_all(PAGES, 0x5000);
	steal_all(mm);
	forget_cache();
	host_disk_fail(0, 100 * 8, 1);
	ck_assert_int_eq(sys_swapoff("hda"), -EIO);
	ck_assert(strstr(host_output(), "swapoff: hda stays in use: a page of it cannot be read"));
	check_quiet();
	forget_cache();
	ck_assert_int_eq(sys_swapoff("hda"), 0);
	check_all(PAGES, 0x5000);
	check_quiet();
	wear(NULL);
}

START_TEST(test_eio)
{
	area_add(300);
	boot(1, 8192, designs[_i]);
	run(eio_body, NULL);
}
END_TEST

/* --- R13: somebody holds an entry for a moment, or for ever
 * ------------------------------------------------ */

static void holder_body(void *arg)
{
	struct swp_entry *e = arg;

	schedule_timeout(15);
	swap_free(*e);
	finished++;
}

static void held_body(void *arg)
{
	struct swp_entry e;

	(void)arg;
	start_one_area();
	e = get_swap_page();
	spawn(holder_body, &e, "holder");
	ck_assert_int_eq(sys_swapoff("hda"), 0); /* waits for the holder */
	ck_assert_int_eq(finished, 1);
	ck_assert_uint_eq(swap_complaints, 0);
	ck_assert_int_eq(sys_swapon("hda", 0), 0);
	get_swap_page(); /* lost */
	ck_assert_int_eq(sys_swapoff("hda"), -EBUSY); /* who looks again takes nothing by force */
	ck_assert_uint_eq(swap_complaints, 0);
	ck_assert_uint_gt(nr_swap_pages, 0); /* and the area stays in use */
}

START_TEST(test_held)
{
	area_add(300);
	boot(2, 4096, designs[_i]);
	run(held_body, NULL);
}
END_TEST

/* With the holes left open one search is all there is: told, and forced to 0. */
static void held_faithful_body(void *arg)
{
	(void)arg;
	start_one_area();
	get_swap_page();
	ck_assert_int_eq(sys_swapoff("hda"), 0);
	ck_assert(watch_has_complaint("swap: undead entry"));
	ck_assert_uint_eq(swapper_space.nrpages, 0);
}

START_TEST(test_held_faithful)
{
	area_add(300);
	boot(1, 4096,
	     _i ? "design=linux-2.3.23 holes=faithful" : "design=linux-2.3.30 holes=faithful");
	run(held_faithful_body, NULL);
}
END_TEST

/* --- under load
 * --------------------------------------------------------------------------------------------- */

static const char *const load_designs[] = {
	"design=linux-2.3.30 watch=all",
	"design=linux-2.3.23 watch=all",
};

#define WORKERS	   3
#define WORK_PAGES 420 /* together more than memory */

static uint32_t next_random(uint32_t *seed)
{
	return (*seed = *seed * 1664525u + 1013904223u) >> 8;
}

/* The child lives for a moment beside its parent, and both must keep their own contents. */
static void grandchild_body(void *arg)
{
	struct mm_struct *mm = arg;
	uint32_t seed = (uint32_t)mm->mm_users;

	wear(mm);
	for (int i = 0; i < 30; i++) {
		unsigned page = next_random(&seed) % WORK_PAGES;

		put(page, 0x77000000 + page);
		ck_assert_uint_eq(get(page), 0x77000000 + page);
		if (i % 8 == 0)
			schedule_timeout(1);
	}
	wear(NULL);
	finished++;
}

static int children;

static void fork_off(struct mm_struct *mm)
{
	struct mm_struct *child = dup_mm(mm, "kid");

	if (!child)
		return;
	children++;
	spawn(grandchild_body, child, "kid");
}

static void worker_body(void *arg)
{
	static uint32_t value[WORKERS][WORK_PAGES];
	unsigned me = (unsigned)(uintptr_t)arg;
	uint32_t seed = 1000 + me, *mine = value[me];
	struct mm_struct *mm = new_mm(me == 0 ? "A" : me == 1 ? "B" : "C", WORK_PAGES);

	for (int i = 0; !stop; i++) {
		unsigned page = next_random(&seed) % WORK_PAGES;

		ck_assert_msg(get(page) == mine[page], "%s page %u: %#x, not %#x", mm->name, page,
			      get(page), mine[page]);
		if (i & 1) {
			mine[page] = next_random(&seed);
			put(page, mine[page]);
		}
		if (i % 300 == 299)
			fork_off(mm);
		if (i % 64 == 0)
			schedule_timeout(1);
	}
	for (unsigned page = 0; page < WORK_PAGES; page++)
		ck_assert_uint_eq(get(page), mine[page]);
	wear(NULL);
	finished++;
}

static void load_body(void *arg)
{
	static const char *const names[] = {"hda", "hdb"};
	int errors = 0;

	(void)arg;
	start_one_area();
	ck_assert_int_eq(sys_swapon("hdb", 0), 0);
	kswapd_start();
	for (uintptr_t i = 0; i < WORKERS; i++)
		spawn(worker_body, (void *)i, "worker");
	schedule_timeout(40);
	for (int round = 0; round < 6; round++) {
		long error = sys_swapoff(names[round % 2]);

		ck_assert(error == 0 || error == -ENOMEM);
		errors += error != 0;
		schedule_timeout(20);
		if (!error)
			ck_assert_int_eq(sys_swapon(names[round % 2], 0), 0);
		schedule_timeout(20);
	}
	stop = true;
	while (finished < WORKERS + children)
		schedule_timeout(5);
	ck_assert_int_lt(errors, 6);
	schedule_timeout(10);
	forget_cache();
	ck_assert_int_eq(sys_swapoff("hda"), 0);
	ck_assert_int_eq(sys_swapoff("hdb"), 0);
	check_quiet();
	for (unsigned i = 0; i < watch_complaints(WATCH_ALL); i++)
		ck_abort_msg("watchers complained: %s", watch_complaint(i)->key);
}

START_TEST(test_load)
{
	area_add(2000);
	area_add(2000);
	boot(1 + _i % 3, 4096, load_designs[_i % 2]);
	host_set_seed(_i < 2 ? 0 : (uint32_t)_i);
	host_set_patience(2000);
	run(load_body, NULL);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("swapoff");
	TCase *tc = tcase_create("swapoff");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, test_one_mm, 0, 2);
	tcase_add_loop_test(tc, test_forked, 0, 2);
	tcase_add_loop_test(tc, test_enomem, 0, 2);
	tcase_add_loop_test(tc, test_eio, 0, 2);
	tcase_add_loop_test(tc, test_held, 0, 2);
	tcase_add_loop_test(tc, test_held_faithful, 0, 2);
	tcase_add_loop_test(tc, test_load, 0, 6);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
