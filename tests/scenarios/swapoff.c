/*
 * tests/scenarios/swapoff.c - swapoff takes neither mmap_sem nor page_table_lock (S1, last paragraph;
 * facts e R17). Task S takes the only swap area out of use: it walks A's areas and ptes for each entry. A
 * meanwhile
 *   swapoff-munmap (R17a) unmaps an area before the one with the entry, in which S may just stand. In 2.3.22 S
 *		    follows a freed vma. From 2.3.23 on that cannot be, which the facts do not say: the
 *		    kernel_lock that do_munmap takes for the stealer's sake, before it frees an unlinked vma,
 *		    holds off S's walk too, which never sleeps. But the vma's vm_next is cleared before: S
 *		    takes it for the end of the list, misses the entry, and forces it unused: the page is lost;
 *   swapoff-fault  (R17b) touches the page: both see the entry in the pte, both map the page and free the
 *		    entry, whose count goes below zero, and the page has a reference too many;
 *   swapoff-zap    (R17c) unmaps the area with the entry: S writes a present pte where the zap has been.
 * From 2.4.0-test6 on the mm's page_table_lock is held around the walk (SW1), and what was seen before the
 * sleep is looked at again; then none of the three can happen.
 *
 * The story only keeps K, which stands for another thread of A's, alive to the end: no milestone lies
 * between S's look at a pte and its store.
 */
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "mm/invariants.h"
#include "swap/swap.h"
#include "tests/scenarios/world.h"

#define STEP	  0x10000000UL
#define AREA(n)	  (WORLD_ANON + (unsigned long)(n) * STEP)
#define MAX_AREAS 3

static struct mm_struct *a;
static unsigned areas, swapped; /* how many areas of one page; which of them is in swap */
static long swapoff_result;
static int touch_error;

static int setup(unsigned n, unsigned out)
{
	struct mm_struct *alone[1];

	page_cluster = 0;
	swapoff_searches = 2; /* a schedule in which A never gets on shall end */
	areas = n;
	swapped = out;
	swapoff_result = -1;
	touch_error = 0;
	world_contents = "invariant: contents after swapoff";
	a = world_mm("A");
	if (!a)
		return -1;
	for (unsigned i = 0; i < areas; i++)
		if (world_map_anon(a, AREA(i), 1) || world_touch(a, AREA(i), 1))
			return -1;
	alone[0] = a;
	return world_swap_out(alone, 1, AREA(swapped), false);
}

/* The walk comes to the entry last. */
static int setup_three(void)
{
	return setup(3, 2);
}

static int setup_one(void)
{
	return setup(1, 0);
}

static void task_swapoff(void *arg)
{
	(void)arg;
	swapoff_result = sys_swapoff("/dev/hdb1");
}

static void unmap_second(void *arg)
{
	(void)arg;
	sys_munmap(AREA(1), PAGE_SIZE);
}

static void touch_first(void *arg)
{
	(void)arg;
	touch_error = world_write(AREA(0));
}

static void unmap_first(void *arg)
{
	(void)arg;
	sys_munmap(AREA(0), PAGE_SIZE);
}

/* swapoff finds address spaces by their tasks: this one keeps A's where it is seen. */
static void keep(void *arg)
{
	(void)arg;
}

/* @gone: the area that A unmapped, -1 = none. */
static int after(enum ctl_verdict v, int gone)
{
	int wrong = 0;

	if (v != CTL_COMPLETED)
		return 0;
	world_end();
	for (int i = 0; i < (int)areas; i++)
		if (i != gone)
			wrong += world_check(a, AREA(i), 1);
	if (swapoff_result && swapoff_result != -EBUSY) {
		report("invariant: swapoff: it ended with %ld\n", swapoff_result);
		wrong++;
	}
	return wrong + world_invariants();
}

static int invariants_munmap(enum ctl_verdict v)
{
	return after(v, 1);
}

/* R18: the fault that lost the race finds neither page nor entry, and the task is killed. */
static int invariants_fault(enum ctl_verdict v)
{
	int wrong = after(v, -1);

	if (v == CTL_COMPLETED && touch_error)
		wrong += invariant_failed("invariant: fault on a mapped page fails", "error %d", touch_error);
	return wrong;
}

static int invariants_zap(enum ctl_verdict v)
{
	return after(v, 0);
}

#define WORLD                                                                                      \
	{                                                                                          \
		.frames = 112, .min = 8, .low = 16, .high = 24, .swap_slots = 64,                  \
	}
#define R17 "facts e R17; b, swapoff designs"

/* Where S walks at all, the walk without a lock breaks 1999's rule 3; when A was first it has nothing to look
 * for. */
static const struct scenario_expect expect[] = {
	{ "linux-2.4.3", CTL_COMPLETED, NULL, "", R17, EXPLORED_NONE },
	{ "linux-6.12", CTL_COMPLETED, NULL, "", "facts b of 2024: swapoff holds mmap_lock for reading, and each entry's table", EXPLORED_NONE },
	{ NULL, CTL_COMPLETED, NULL, NULL, R17, EXPLORED_FOUND },
};

static const struct scenario_task munmap_tasks[] = {
	{ "A", unmap_second, &a, world_give_mm },
	{ "S", task_swapoff, NULL, NULL },
	{ "K", keep, &a, world_give_mm },
};

const struct scenario scenario_swapoff_munmap = {
	.name = "swapoff-munmap",
	.summary = "swapoff walks a vma list without a lock while munmap takes an area out",
	.sources = "S1; facts e R17a",
	.world = WORLD,
	.tasks = munmap_tasks,
	.ntasks = ARRAY_SIZE(munmap_tasks),
	.setup = setup_three,
	.invariants = invariants_munmap,
	.story = "story swapoff-munmap\nhold K\n",
	.shows = "uaf: |swap: undead entry|invariant: contents|kernel panic:",
	.expect = expect,
	.nexpect = ARRAY_SIZE(expect),
};

static const struct scenario_task fault_tasks[] = {
	{ "A", touch_first, &a, world_give_mm },
	{ "S", task_swapoff, NULL, NULL },
	{ "K", keep, &a, world_give_mm },
};

const struct scenario scenario_swapoff_fault = {
	.name = "swapoff-fault",
	.summary = "swapoff and a fault both replace the entry of one pte",
	.sources = "S1; facts e R17b",
	.world = WORLD,
	.tasks = fault_tasks,
	.ntasks = ARRAY_SIZE(fault_tasks),
	.setup = setup_one,
	.invariants = invariants_fault,
	.story = "story swapoff-fault\nhold K\n",
	.shows = "swap: free of|invariant: swap map|invariant: page count|kernel panic:",
	.expect = expect,
	.nexpect = ARRAY_SIZE(expect),
};

static const struct scenario_task zap_tasks[] = {
	{ "A", unmap_first, &a, world_give_mm },
	{ "S", task_swapoff, NULL, NULL },
	{ "K", keep, &a, world_give_mm },
};

const struct scenario scenario_swapoff_zap = {
	.name = "swapoff-zap",
	.summary = "swapoff puts a page into a pte that munmap has just cleared",
	.sources = "S1; facts e R17c",
	.world = WORLD,
	.tasks = zap_tasks,
	.ntasks = ARRAY_SIZE(zap_tasks),
	.setup = setup_one,
	.invariants = invariants_zap,
	.story = "story swapoff-zap\nhold K\n",
	.shows = "swap: free of|uaf: |invariant: |kernel panic:",
	.expect = expect,
	.nexpect = ARRAY_SIZE(expect),
};
