/*
 * tests/scenarios/swapout-deadlock.c - the swapout deadlock of 15 October 1999 (S2; facts e R1).
 *
 * A runs short of memory in a page fault, steals from its own mm, and calls the swapout() method of
 * its driver mapping V, which sleeps for the driver's lock L. B holds L in the driver's ioctl and
 * runs short as well; its stealer picks A's mm. Where the vmlist lock of A is held across swapout()
 * (vmlist-held) B waits for it, A for B: a deadlock of two locks. Where it is dropped first (2.3.23,
 * 2.3.30) B's stealer looks at A, may start no I/O (GFP_BUFFER), finds nothing, and the ioctl returns
 * -ENOMEM, which is an end like any other.
 *
 * The world (DESIGN section 6): nothing reclaimable in the page cache; A has the largest rss, so that
 * each stealer picks A; V is A's lowest area, its pages dirty and old, A's other pages young.
 */
#include "kernel/printk.h"
#include "tests/scenarios/world.h"

#define FREE_ROUNDS 6
#define FREE_EXTRA  40 /* more pages of A, and spare frames, when the two run free */

/* Free running, the two need room in which to meet by chance; a schedule needs no page to spare. */
static const struct world_sizes free_sizes = {
	.v_pages = 8, .a_mapped = 40 + FREE_EXTRA, .a_touched = 40, .b_pages = 12,
};
static const struct world_sizes controlled_sizes = {
	.v_pages = 1, .a_mapped = 3, .a_touched = 2, .b_pages = 1,
};
static const struct world_sizes *n;
static struct world_pair world;
static bool a_done;

static int setup(void)
{
	n = scenario_controlled ? &controlled_sizes : &free_sizes;
	a_done = false;
	return world_a_and_b(&world, n);
}

/* The page whose first touch is short. */
static unsigned long extra(void)
{
	return WORLD_ANON + n->a_touched * PAGE_SIZE;
}

static void write_pages(unsigned long addr, unsigned npages)
{
	for (unsigned i = 0; i < npages; i++)
		world_write(addr + i * PAGE_SIZE);
}

/* Free running, the two meet by chance: A keeps dirtying more pages than there are frames ... */
static void task_a(void *arg)
{
	(void)arg;
	world_write(extra());
	for (unsigned r = 0; !ctl_controlled() && r < FREE_ROUNDS; r++) {
		write_pages(WORLD_ANON, n->a_mapped);
		write_pages(WORLD_V, n->v_pages);
	}
	__atomic_store_n(&a_done, true, __ATOMIC_RELEASE);
}

/* ... and B keeps asking the driver between writes of its own. */
static void task_b(void *arg)
{
	(void)arg;
	pad_snapshot(world.pad, WORLD_ANON, GFP_BUFFER);
	while (!ctl_controlled() && !__atomic_load_n(&a_done, __ATOMIC_ACQUIRE)) {
		write_pages(WORLD_ANON + PAGE_SIZE, n->b_pages - 1);
		pad_snapshot(world.pad, WORLD_ANON, GFP_BUFFER);
		if (current->need_resched)
			schedule(); /* what the way back to user mode does */
	}
}

/* The story begins with no memory to spare; a free run with less than A is going to use. */
static void ready(bool controlled)
{
	world_fill_memory(controlled ? freepages.min : FREE_EXTRA);
}

static const struct scenario_task tasks[] = {
	{ "A", task_a, &world.a, world_give_mm },
	{ "B", task_b, &world.b, world_give_mm },
};

static int invariants(enum ctl_verdict v)
{
	if (v != CTL_COMPLETED)
		return 0; /* the stuck tasks hold half-done work and locks */
	world_end();
	return world_check(world.a, WORLD_V, n->v_pages) +
	       world_check(world.a, WORLD_ANON, n->a_touched + 1) +
	       world_check(world.b, WORLD_ANON + PAGE_SIZE, n->b_pages - 1) + world_invariants();
}

static const struct scenario_expect expect[] = {
	{ "vmlist-held", CTL_DEADLOCK, "order: driver lock", NULL,
	  "S2, the counter-example; facts e R1 and the comparison table of section b", EXPLORED_AS_STORY },
	{ "vmlist-shared", CTL_COMPLETED, "order: ", NULL, "facts b: D8 ok on R1; the order is R4's", EXPLORED_AS_STORY },
	{ "linux-2.3.22", CTL_COMPLETED, "", NULL, "facts b: D1 ok on R1", EXPLORED_AS_STORY },
	{ "linux-2.3.23", CTL_COMPLETED, "", "", "facts b: D16 ok on R1", EXPLORED_AS_STORY },
	{ "linux-2.3.30", CTL_COMPLETED, "", "", "facts b: D18 ok on R1", EXPLORED_AS_STORY },
	{ "linux-2.4.3", CTL_COMPLETED, "", "", "facts b: D20 has no method", EXPLORED_AS_STORY },
	{ "linux-6.12", CTL_COMPLETED, "", "", "facts b of 2024: no method; the stealer holds no lock of an mm", EXPLORED_AS_STORY },
};

const struct scenario scenario_swapout_deadlock = {
	.name = "swapout-deadlock",
	.summary = "a stealer sleeps in swapout() for a driver lock whose holder steals from the same mm",
	.sources = "S2 (Kanoj Sarcar, 15 Oct 1999); facts e R1",
	.world = { .frames = 112, .min = 8, .low = 16, .high = 24, .swap_slots = 64, .file_pages = 8,
		   .reclaim_pages = 1, .reclaim_rounds = 1 },
	.tasks = tasks,
	.ntasks = 2,
	.want_kswapd = true,
	.setup = setup,
	.ready = ready,
	.invariants = invariants,
	.story = "story swapout-deadlock\n"
		 "# B is in the ioctl with L before A runs short; A is inside swapout() before B does.\n"
		 "hold kswapd\n"
		 "B drv.lock(L) < A alloc.short\n"
		 "A alloc.short < A steal.pick(A) < A method.enter(swapout) < B alloc.short\n"
		 "B alloc.short < B steal.pick(A)\n",
	.shows = "waits: |deadlock|stall|invariant: contents",
	.expect = expect,
	.nexpect = ARRAY_SIZE(expect),
};
