/*
 * tests/scenarios/list-change.c - the vma list changes under the walking stealer: the bug that began it
 * all (facts e R6; Andrea Arcangeli, Stephen Tweedie, 9 and 10 October 1999).
 *
 * B runs short of memory and steals from A: its stealer walks A's list of areas. A unmaps one of them. In
 * 2.3.22 the stealer relies on kernel_lock and munmap on mmap_sem, so nothing keeps the two apart: the
 * stealer stands in an area that is freed, or follows its vm_next. Everywhere else the vmlist lock does,
 * whatever it is made of.
 *
 * The world: A has three areas of one written, young page each, so that the walk passes them all and
 * changes nothing in the first round; A unmaps the middle one. B has nothing to steal.
 * The story has A inside its list change while B is inside its walk; where a lock forbids that, the
 * constraint is dropped. What the touch of the freed area looks like is the order of single accesses, which
 * no milestone names: the explorer finds that.
 */
#include "kernel/printk.h"
#include "tests/scenarios/world.h"

#define AREAS	  3
#define STEP	  0x10000000UL
#define AREA(n)	  (WORLD_ANON + (unsigned long)(n) * STEP)
#define GOES_AWAY 1

static struct mm_struct *a, *b;

static int setup(void)
{
	int error = 0;

	a = world_mm("A");
	b = world_mm("B");
	if (!a || !b)
		return -1;
	for (int i = 0; i < AREAS && !error; i++)
		error = world_map_anon(a, AREA(i), 1) || (i != GOES_AWAY && world_touch(a, AREA(i), 1));
	/* touched last, so that it is in mmap_cache (R10) */
	if (error || world_touch(a, AREA(GOES_AWAY), 1) || world_map_anon(b, WORLD_ANON, 1) || world_touch(b, WORLD_ANON, 1) ||
	    world_map_anon(b, WORLD_ANON + PAGE_SIZE, 1)) {
		report("scenario: A and B do not fit into this world\n");
		return -1;
	}
	return 0;
}

static void task_a(void *arg)
{
	(void)arg;
	sys_munmap(AREA(GOES_AWAY), PAGE_SIZE);
}

static void task_b(void *arg)
{
	(void)arg;
	world_write(WORLD_ANON + PAGE_SIZE);
}

static void ready(bool controlled)
{
	(void)controlled;
	world_fill_memory(freepages.min);
}

static const struct scenario_task tasks[] = {
	{ "A", task_a, &a, world_give_mm },
	{ "B", task_b, &b, world_give_mm },
};

static int invariants(enum ctl_verdict v)
{
	int wrong = 0;

	if (v != CTL_COMPLETED)
		return 0;
	world_end();
	for (int i = 0; i < AREAS; i++)
		if (i != GOES_AWAY)
			wrong += world_check(a, AREA(i), 1);
	return wrong + world_check(b, WORLD_ANON, 1) + world_invariants();
}

#define TABLE "facts b, comparison table, column R6"

static const struct scenario_expect expect[] = {
	{ "linux-2.3.22", CTL_COMPLETED, NULL, "", TABLE, EXPLORED_FOUND },
	{ NULL, CTL_COMPLETED, "", "", TABLE, EXPLORED_NONE },
};

const struct scenario scenario_list_change = {
	.name = "list-change",
	.summary = "munmap unlinks and frees a vma while the stealer walks the list",
	.sources = "facts e R6; <Pine.LNX.4.10.9910091758380.5808-100000@alpha.random>",
	.world = { .frames = 112, .min = 8, .low = 16, .high = 24, .swap_slots = 64,
		   .reclaim_pages = 1, .reclaim_rounds = 1 },
	.tasks = tasks,
	.ntasks = ARRAY_SIZE(tasks),
	.want_kswapd = true,
	.setup = setup,
	.ready = ready,
	.invariants = invariants,
	.story = "story list-change\n"
		 "hold kswapd\n"
		 "B walk.enter(A) < A list.change.enter(A) < A list.change.leave(A) < B walk.leave(A)\n",
	.shows = "uaf: |walk: |kernel panic:",
	.expect = expect,
	.nexpect = ARRAY_SIZE(expect),
};
