/*
 * tests/scenarios/driver-recursion.c - a driver that allocates with GFP_KERNEL under the lock that its
 * own swapout() takes.
 *
 * B holds L in PAD_SNAPSHOT_KERNEL and runs short; GFP_KERNEL lets the stealer start I/O, it finds a
 * dirty page of V and calls swapout(), which wants L: B waits for itself. No design that has the
 * method can help (the fault is the driver's), so all of them are expected to hang; from 2.4 on there
 * is no method. Compare swapout-deadlock, where the driver is careful and the design is at fault.
 * Sources: DESIGN section 6; S0 ("those methods might sleep or ask for memory"); facts d, GFP bits.
 */
#include "kernel/printk.h"
#include "tests/scenarios/world.h"

#define V_PAGES	   8
#define ANON_PAGES 40

static const struct world_sizes sizes = {
	.v_pages = V_PAGES, .a_mapped = ANON_PAGES + 1, .a_touched = ANON_PAGES, .b_pages = 1,
};
static struct world_pair world;

static int setup(void)
{
	return world_a_and_b(&world, &sizes);
}

/* A is there to own V. Running free it goes on faulting beside B, and hangs behind it. */
static void task_a(void *arg)
{
	(void)arg;
	world_write(WORLD_ANON + ANON_PAGES * PAGE_SIZE);
}

static void task_b(void *arg)
{
	(void)arg;
	pad_snapshot(world.pad, WORLD_ANON, GFP_KERNEL);
}

static void ready(bool controlled)
{
	(void)controlled;
	world_fill_memory(freepages.min);
}

static const struct scenario_task tasks[] = {
	{ "A", task_a, &world.a, world_give_mm },
	{ "B", task_b, &world.b, world_give_mm },
};

#define SOURCE "DESIGN section 6: it waits for itself under every design that has the method"

static const struct scenario_expect expect[] = {
	{ "vmlist-held", CTL_DEADLOCK, "order: driver lock", NULL, SOURCE, EXPLORED_AS_STORY },
	{ "vmlist-shared", CTL_DEADLOCK, "order: driver lock", NULL, SOURCE, EXPLORED_AS_STORY },
	{ "linux-2.3.22", CTL_DEADLOCK, "order: driver lock", NULL, SOURCE, EXPLORED_AS_STORY },
	{ "linux-2.3.23", CTL_DEADLOCK, "order: driver lock", NULL, SOURCE, EXPLORED_AS_STORY },
	{ "linux-2.3.30", CTL_DEADLOCK, "order: driver lock", NULL, SOURCE, EXPLORED_AS_STORY },
	{ "linux-2.4.3", CTL_DEADLOCK, "order: driver lock", NULL,
	  "DESIGN section 6: from D19 on the driver has a writepage that takes L", EXPLORED_AS_STORY },
	{ "linux-6.12", CTL_DEADLOCK, "order: driver lock", NULL,
	  "the same: the writepage that takes L is called from page stealing, which L's holder enters",
	  EXPLORED_AS_STORY },
};

const struct scenario scenario_driver_recursion = {
	.name = "driver-recursion",
	.summary = "a driver allocates with GFP_KERNEL under the lock that its own swapout() takes",
	.sources = "S0; facts d (GFP bits); DESIGN section 6",
	.world = { .frames = 112, .min = 8, .low = 16, .high = 24, .swap_slots = 64, .file_pages = V_PAGES },
	.tasks = tasks,
	.ntasks = 2,
	.want_kswapd = true,
	.setup = setup,
	.ready = ready,
	.story = "story driver-recursion\n"
		 "# A only owns the pages that B's stealer finds.\n"
		 "hold kswapd\n"
		 "hold A\n"
		 "B drv.lock(L) < B alloc.short < B method.enter(swapout)\n",
	.expect = expect,
	.nexpect = ARRAY_SIZE(expect),
};
