/*
 * tests/unit/test_swap_map.c - slots against a model: whatever random mixture of get, duplicate and
 * free runs over several areas, counts, totals and the choice of area are right. Facts d, "swap_map
 * and allocation". And what happens to entries that nobody should use.
 */
#include "swap_unit.h"

#include "swap/swap_internal.h"

#define AREAS 3
#define SLOTS 700 /* room for two clusters and a bit */

static unsigned model[AREAS][SLOTS]; /* references; UINT_MAX = bad */
static uint32_t seed;

static unsigned rnd(unsigned n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

/* --- the model ----------------------------------------------------------------------- */

static int model_free(int type)
{
	int n = 0;

	for (unsigned long i = 1; i < swap_info[type].max; i++)
		n += model[type][i] == 0;
	return n;
}

static void check_totals(void)
{
	int all = 0;

	for (int t = 0; t < AREAS; t++) {
		int free = model_free(t);

		all += free;
		ck_assert_uint_eq(swap_info[t].pages - swap_info[t].inuse, (unsigned)free);
	}
	ck_assert_int_eq(nr_swap_pages, all);
}

static void check_bounds(int type)
{
	const struct swap_info_struct *si = &swap_info[type];

	for (unsigned long i = 1; i < si->max; i++)
		if (!model[type][i])
			ck_assert(i >= si->lowest_bit && i <= si->highest_bit);
}

/* The best priority that has a free slot. */
static int best_priority(void)
{
	int best = -100;

	for (int t = 0; t < AREAS; t++)
		if (model_free(t) && swap_info[t].prio > best)
			best = swap_info[t].prio;
	return best;
}

static void do_get(void)
{
	struct swp_entry e = get_swap_page();
	unsigned type = swp_type(e);
	unsigned long offset = swp_offset(e);

	if (!e.val) {
		ck_assert_int_eq(best_priority(), -100);
		return;
	}
	ck_assert_uint_lt(type, AREAS);
	ck_assert_uint_eq(model[type][offset], 0);
	ck_assert_int_eq(swap_info[type].prio, best_priority());
	model[type][offset] = 1;
}

/* A random slot in use; entry 0 when none was met. */
static struct swp_entry pick_used(void)
{
	for (int tries = 0; tries < 200; tries++) {
		unsigned type = rnd(AREAS), offset = 1 + rnd(SLOTS - 1);

		if (offset < swap_info[type].max && model[type][offset] &&
		    model[type][offset] < SWAP_MAP_MAX)
			return swp_entry(type, offset);
	}
	return (struct swp_entry){0};
}

static void do_one(unsigned get_weight)
{
	struct swp_entry e;

	if (rnd(100) < get_weight) {
		do_get();
		return;
	}
	e = pick_used();
	if (!e.val)
		return;
	if (rnd(3) == 0) {
		ck_assert_int_eq(swap_duplicate(e), 1);
		model[swp_type(e)][swp_offset(e)]++;
	} else {
		swap_free(e);
		model[swp_type(e)][swp_offset(e)]--;
	}
	ck_assert_int_eq(swap_count(e), (int)model[swp_type(e)][swp_offset(e)]);
}

static const uint32_t bad_pages[] = {1, 7, 255, 256, 599};

static void start_areas(void)
{
	static const int prio[AREAS] = {5, 5, 1};

	start_swap(prio, AREAS);
	for (int t = 0; t < AREAS; t++)
		for (unsigned i = 0; i < SLOTS; i++)
			model[t][i] = i && i < swap_info[t].max ? 0 : ~0u;
	for (unsigned i = 0; i < ARRAY_SIZE(bad_pages); i++)
		model[1][bad_pages[i]] = ~0u;
}

static void random_body(void *arg)
{
	seed = 77 + *(unsigned *)arg;
	start_areas();
	check_totals();
	for (int round = 0; round < 30000; round++) {
		/* fill, empty, fill again */
		do_one(round % 10000 < 4000 ? 75 : 30);
		if (round % 500 == 0) {
			check_totals();
			for (int t = 0; t < AREAS; t++)
				check_bounds(t);
		}
	}
	check_totals();
	ck_assert_uint_eq(swap_complaints, 0);
}

static void boot_areas(void)
{
	area_add(650);
	area_add_bad(600, bad_pages, ARRAY_SIZE(bad_pages));
	area_add(64);
	boot(1, 4096, "");
}

START_TEST(test_random)
{
	unsigned n = (unsigned)_i;

	boot_areas();
	run(random_body, &n);
}
END_TEST

/* --- where slots lie
 * ------------------------------------------------------------------------------ */

static unsigned long get_offset(void)
{
	return swp_offset(get_swap_page());
}

static void cluster_body(void *arg)
{
	(void)arg;
	start_one_area();
	for (unsigned i = 1; i <= 100; i++)
		ck_assert_uint_eq(get_offset(), i);
	/* Holes behind us are left alone while the cluster lasts ... */
	for (unsigned i = 10; i < 20; i++)
		swap_free(swp_entry(0, i));
	ck_assert_uint_eq(get_offset(), 101);
	for (unsigned i = 102; i <= 256; i++)
		ck_assert_uint_eq(get_offset(), i);
	/* ... then comes the next whole cluster, ... */
	for (unsigned i = 257; i <= 512; i++)
		ck_assert_uint_eq(get_offset(), i);
	/* ... and when there is none left, the lowest free slot. */
	for (unsigned i = 10; i < 20; i++)
		ck_assert_uint_eq(get_offset(), i);
	for (unsigned i = 513; i < 650; i++)
		ck_assert_uint_eq(get_offset(), i);
	ck_assert_uint_eq(get_swap_page().val, 0);
	ck_assert_int_eq(nr_swap_pages, 0);
	swap_free(swp_entry(0, 300));
	ck_assert_int_eq(nr_swap_pages, 1);
	ck_assert_uint_eq(get_offset(), 300);
	ck_assert_uint_eq(get_swap_page().val, 0);
}

START_TEST(test_clusters)
{
	area_add(650);
	boot(1, 4096, "");
	run(cluster_body, NULL);
}
END_TEST

/* --- misuse
 * ---------------------------------------------------------------------------------------- */

static void expect_complaint(const char *key, unsigned total)
{
	ck_assert_uint_eq(swap_complaints, total);
	ck_assert_msg(watch_has_complaint(key), "no complaint: %s", key);
}

static void misuse_body(void *arg)
{
	struct swp_entry e;

	(void)arg;
	start_areas();
	e = get_swap_page();
	ck_assert_int_eq(swap_duplicate((struct swp_entry){0}), 0);
	swap_free((struct swp_entry){0});
	ck_assert_uint_eq(swap_complaints, 0); /* entry 0 means "none" and is nobody's fault */

	swap_free(e);
	swap_free(e);
	expect_complaint("swap: free of an unused entry", 1);
	ck_assert_int_eq(swap_duplicate(e), 0);
	expect_complaint("swap: duplicate of an unused entry", 2);
	swap_free(swp_entry(1, 7));
	expect_complaint("swap: free of a bad page", 3);
	ck_assert_int_eq(swap_duplicate(swp_entry(1, 600)), 0);
	expect_complaint("swap: duplicate of an entry beyond its area", 4);
	ck_assert_int_eq(swap_duplicate(swp_entry(5, 1)), 0);
	swap_free(swp_entry(63, 0xffffff));
	expect_complaint("swap: free of an entry of no area", 6);
	swap_free(e);
	expect_complaint("swap: free of an unused entry", 7); /* counted again, told once */
	ck_assert_int_eq(swap_count(e), 0);
	ck_assert_int_eq(swap_count(swp_entry(40, 1)), 0);
	check_totals();
}

START_TEST(test_misuse)
{
	const char *first;

	boot_areas();
	run(misuse_body, NULL);
	first = strstr(host_output(), "swap: free of an unused entry (page ");
	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_null(strstr(first + 1, "swap: free of an unused entry (page "));
}
END_TEST

/* A count that reaches SWAP_MAP_MAX stays for good; swapoff alone clears it. */
static void overflow_body(void *arg)
{
	struct swp_entry e;

	(void)arg;
	start_one_area();
	e = get_swap_page();
	for (int i = 1; i < SWAP_MAP_MAX; i++)
		ck_assert_int_eq(swap_duplicate(e), 1);
	expect_complaint("swap: duplicate of an entry with too many references", 1);
	ck_assert_int_eq(swap_duplicate(e), 1);
	for (int i = 0; i < 5; i++)
		swap_free(e);
	ck_assert_int_eq(swap_count(e), SWAP_MAP_MAX);
	ck_assert_int_eq(nr_swap_pages, 648);
	ck_assert_int_eq(sys_swapoff("hda"), 0);
	ck_assert_uint_eq(swap_complaints, 1);
	ck_assert_int_eq(nr_swap_pages, 0);
}

START_TEST(test_overflow)
{
	area_add(650);
	boot(1, 4096, "");
	run(overflow_body, NULL);
}
END_TEST

/* --- several CPUs
 * ----------------------------------------------------------------------------------- */

#define CPUS_TASKS 4

static int finished;

/* Each task owns what it got; nobody else may change its count. */
static void owner_body(void *arg)
{
	struct swp_entry mine[40];
	unsigned n = 0;

	(void)arg;
	for (int round = 0; round < 400; round++) {
		if (n < ARRAY_SIZE(mine) && round % 3) {
			mine[n] = get_swap_page();
			if (!mine[n].val)
				continue;
			ck_assert_int_eq(swap_count(mine[n]), 1);
			ck_assert_int_eq(swap_duplicate(mine[n]), 1);
			n++;
		} else if (n) {
			n--;
			ck_assert_int_eq(swap_count(mine[n]), 2);
			swap_free(mine[n]);
			swap_free(mine[n]);
		}
	}
	while (n--) {
		swap_free(mine[n]);
		swap_free(mine[n]);
	}
	finished++;
}

static void many_body(void *arg)
{
	(void)arg;
	start_areas();
	for (int i = 0; i < CPUS_TASKS; i++)
		spawn(owner_body, NULL, "owner");
	while (finished < CPUS_TASKS)
		schedule_timeout(1);
	check_totals();
	ck_assert_uint_eq(swap_complaints, 0);
}

START_TEST(test_many_cpus)
{
	area_add(20);
	area_add_bad(600, bad_pages, ARRAY_SIZE(bad_pages));
	area_add(64);
	boot(4, 4096, "");
	host_set_seed((uint32_t)_i + 1);
	run(many_body, NULL);
}
END_TEST

/* --- memory in crumbs ------------------------------------------------------------------- */

/* Takes all memory and gives every second frame back: no two free frames lie side by side. Nothing is
 * handed back but by the end of the test. */
static void crumble(void)
{
	void *held[1024];
	unsigned n = 0;
	void *frame = get_free_pages(GFP_ATOMIC, 0);

	for (; frame && n < ARRAY_SIZE(held); frame = get_free_pages(GFP_ATOMIC, 0))
		held[n++] = frame;
	for (unsigned i = 0; i < n; i++)
		if (virt_to_phys(held[i]) >> PAGE_SHIFT & 1)
			free_pages(held[i], 0);
}

static void crumbs_body(void *arg)
{
	void *pair;

	(void)arg;
	block_start();
	crumble();
	pair = get_free_pages(GFP_ATOMIC, 1);
	ck_assert_ptr_null(pair);
	ck_assert_int_eq(sys_swapon("/dev/hda", 0), 0);
	for (unsigned long i = 0; i < 5000 - 1; i++)
		ck_assert_uint_ne(get_swap_page().val, 0);
	ck_assert_uint_eq(get_swap_page().val, 0);
	for (unsigned long i = 1; i < 5000; i++)
		ck_assert_int_eq(swap_count(swp_entry(0, i)), 1);
	ck_assert_uint_eq(swap_complaints, 0);
}

/* A map of three pages where no two free frames lie together. */
START_TEST(test_crumbs)
{
	area_add(5000);
	boot(1, 4096, "");
	run(crumbs_body, NULL);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("swap_map");
	TCase *tc = tcase_create("slots");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, test_random, 0, 4);
	tcase_add_test(tc, test_clusters);
	tcase_add_test(tc, test_misuse);
	tcase_add_test(tc, test_overflow);
	tcase_add_test(tc, test_crumbs);
	tcase_add_loop_test(tc, test_many_cpus, 0, 3);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
