/*
 * tests/scenarios/swapout-freed-vma.c - a vma that is freed under its own swapout() (S0; facts e R7).
 *
 * B runs short of memory and steals from A: it calls the swapout() method of A's driver mapping V with
 * the vma as argument, as until 2.3.23. The driver's author did not read S0 to its end: his method looks
 * at the vma after it has slept. While the page is on its way to the disk, A unmaps V. In 2.3.22 nothing
 * keeps A from it; in 2.3.23 do_munmap waits for kernel_lock, which B loses with its first sleep, so the
 * interlock is over before it is needed. Where the vmlist lock is held across the method, A waits; where
 * the method gets page and file (2.3.24 and later), there is no vma to look at.
 *
 * The world is swapout-deadlock's, but A's task unmaps V, and no lock is wanted by two.
 */
#include "kernel/printk.h"
#include "tests/scenarios/world.h"

static const struct world_sizes sizes = {
	.v_pages = 1, .a_mapped = 3, .a_touched = 3, .b_pages = 2,
};
static struct world_pair world;

static int setup(void)
{
	int error = world_a_and_b(&world, &sizes);

	if (!error)
		world.pad->careless = true;
	return error;
}

static void task_a(void *arg)
{
	(void)arg;
	sys_munmap(WORLD_V, sizes.v_pages * PAGE_SIZE);
}

/* B's own pages were touched; one more needs memory. */
static void task_b(void *arg)
{
	(void)arg;
	world_write(WORLD_ANON + sizes.b_pages * PAGE_SIZE);
}

static int prepare_b(struct task_struct *t, void *arg)
{
	int error = world_map_anon(world.b, WORLD_ANON + sizes.b_pages * PAGE_SIZE, 1);

	return error ? error : world_give_mm(t, arg);
}

static void ready(bool controlled)
{
	(void)controlled;
	world_fill_memory(freepages.min);
}

static const struct scenario_task tasks[] = {
	{ "A", task_a, &world.a, world_give_mm },
	{ "B", task_b, &world.b, prepare_b },
};

static int invariants(enum ctl_verdict v)
{
	if (v != CTL_COMPLETED)
		return 0;
	world_end();
	return world_check(world.a, WORLD_ANON, sizes.a_touched) +
	       world_check(world.b, WORLD_ANON, sizes.b_pages + 1) + world_invariants();
}

#define TABLE "facts b, comparison table, column R7"

static const struct scenario_expect expect[] = {
	{ "vmlist-held", CTL_COMPLETED, NULL, "", TABLE, EXPLORED_NONE },
	{ "vmlist-shared", CTL_COMPLETED, NULL, "", TABLE, EXPLORED_NONE },
	{ "linux-2.3.22", CTL_COMPLETED, NULL, "uaf: vm_area_struct", TABLE, EXPLORED_FOUND },
	{ "linux-2.3.23", CTL_COMPLETED, NULL, "uaf: vm_area_struct", TABLE, EXPLORED_FOUND },
	{ "linux-2.3.30", CTL_COMPLETED, "", "", TABLE, EXPLORED_NONE },
	{ "linux-2.4.3", CTL_COMPLETED, "", "", TABLE, EXPLORED_NONE },
	{ "linux-6.12", CTL_COMPLETED, "", "", "facts b of 2024: no method that could look at a vma", EXPLORED_NONE },
};

const struct scenario scenario_swapout_freed_vma = {
	.name = "swapout-freed-vma",
	.summary = "munmap frees a vma while the driver's swapout() method sleeps, and then uses it",
	.sources = "S0; facts e R7",
	.world = { .frames = 112, .min = 8, .low = 16, .high = 24, .swap_slots = 64, .file_pages = 8,
		   .reclaim_pages = 1, .reclaim_rounds = 1 },
	.tasks = tasks,
	.ntasks = ARRAY_SIZE(tasks),
	.want_kswapd = true,
	.setup = setup,
	.ready = ready,
	.invariants = invariants,
	.story = "story swapout-freed-vma\n"
		 "# A unmaps V while the page is on its way to the disk.\n"
		 "hold kswapd\n"
		 "B drv.lock(L) < A list.change.enter(A)\n"
		 "A task.end < B drv.unlock(L)\n",
	.shows = "uaf: vm_area_struct",
	.expect = expect,
	.nexpect = ARRAY_SIZE(expect),
};
