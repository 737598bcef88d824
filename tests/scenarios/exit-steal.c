/*
 * tests/scenarios/exit-steal.c - the stealer picks an mm whose last user leaves it (facts e R22).
 *
 * B runs short of memory; its stealer finds A's mm, the largest, drops the lock under which it searched,
 * and raises mm_count. A execs meanwhile (a task that exits still has the struct as its active_mm):
 * exit_mmap, then the last reference. What keeps the struct alive in between is kernel_lock, which the
 * stealer holds and exit_mmap needs (2.3), or one lock around choice and pin (2.4). Once it is pinned exit_mmap may run in the middle of the walk; then the stealer sees an
 * empty list. No schedule may touch a freed mm, under any design: this scenario is here for mistakes.
 *
 * The story is the case that is fine: A's exec begins when B has picked A.
 */
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "tests/scenarios/world.h"

#define A_PAGES 3

static struct mm_struct *a, *b, *fresh;

static int setup(void)
{
	a = world_mm("A");
	b = world_mm("B");
	fresh = world_mm("F");
	if (!a || !b || !fresh || world_map_anon(a, WORLD_ANON, A_PAGES) ||
	    world_touch(a, WORLD_ANON, A_PAGES) || world_map_anon(b, WORLD_ANON, 2) || world_touch(b, WORLD_ANON, 1)) {
		report("scenario: A and B do not fit into this world\n");
		return -1;
	}
	return 0;
}

/* A's task is the last user: the set-up's reference becomes the task's. */
static int hand_over_mm(struct task_struct *t, void *arg)
{
	(void)arg;
	t->mm = a;
	a = NULL;
	return 0;
}

/* What exec does: from here on another mm is ours, and nothing of ours keeps the old one. */
static void task_a(void *arg)
{
	struct mm_struct *old;

	(void)arg;
	mmget(fresh);
	old = sched_use_mm(fresh);
	mmput(old);
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

static int invariants(enum ctl_verdict v)
{
	if (v != CTL_COMPLETED)
		return 0;
	world_end();
	return world_check(b, WORLD_ANON, 2) + world_invariants();
}

static const struct scenario_task tasks[] = {
	{ "A", task_a, NULL, hand_over_mm },
	{ "B", task_b, &b, world_give_mm },
};

static const struct scenario_expect expect[] = {
	{ "linux-2.4.3", CTL_COMPLETED, "", "", "facts e R22: it is chosen and pinned (mm_users) under mmlist_lock",
	  EXPLORED_NONE },
	{ "linux-6.12", CTL_COMPLETED, "", "", "facts a.6 of 2024: no mm is chosen; a mapped page keeps its anon_vma",
	  EXPLORED_NONE },
	{ NULL, CTL_COMPLETED, NULL, "", "facts e R22", EXPLORED_NONE },
};

const struct scenario scenario_exit_steal = {
	.name = "exit-steal",
	.summary = "the last user of an mm leaves it while the stealer has just picked it",
	.sources = "facts e R22",
	.world = { .frames = 112, .min = 8, .low = 16, .high = 24, .swap_slots = 64,
		   .reclaim_pages = 1, .reclaim_rounds = 1 },
	.tasks = tasks,
	.ntasks = ARRAY_SIZE(tasks),
	.want_kswapd = true,
	.setup = setup,
	.ready = ready,
	.invariants = invariants,
	.story = "story exit-steal\n"
		 "hold kswapd\n"
		 "B steal.pick(A) < A list.change.enter(A) < B walk.enter(A)\n",
	.shows = "uaf: |invariant: |kernel panic:",
	.expect = expect,
	.nexpect = ARRAY_SIZE(expect),
};
