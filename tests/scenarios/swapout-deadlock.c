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

#define V_PAGES	   8
#define ANON_PAGES 40
#define EXTRA	   (WORLD_ANON + ANON_PAGES * PAGE_SIZE) /* the page whose first touch is short */
#define B_PAGES	   12
#define FREE_ROUNDS 6
#define FREE_EXTRA  40 /* more pages of A, and spare frames, when the two run free */

static struct pad *pad;
static struct mm_struct *mm_a, *mm_b;
static bool a_done;

static int setup(void)
{
	a_done = false;
	pad = world_pad(V_PAGES);
	mm_a = world_mm("A");
	mm_b = world_mm("B");
	if (!pad || !mm_a || !mm_b)
		return -1;
	if (world_map_pad(mm_a, pad, WORLD_V, V_PAGES, "V") ||
	    world_map_anon(mm_a, WORLD_ANON, ANON_PAGES + FREE_EXTRA) ||
	    world_map_anon(mm_b, WORLD_ANON, B_PAGES))
		return -1;
	if (world_touch(mm_a, WORLD_V, V_PAGES) || world_touch(mm_a, WORLD_ANON, ANON_PAGES) ||
	    world_touch(mm_b, WORLD_ANON, B_PAGES))
		return -1;
	world_make_old(mm_a, WORLD_V, V_PAGES);
	return 0;
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
	world_write(EXTRA);
	for (unsigned r = 0; !ctl_controlled() && r < FREE_ROUNDS; r++) {
		write_pages(WORLD_ANON, ANON_PAGES + FREE_EXTRA);
		write_pages(WORLD_V, V_PAGES);
	}
	__atomic_store_n(&a_done, true, __ATOMIC_RELEASE);
}

/* ... and B keeps asking the driver between writes of its own. */
static void task_b(void *arg)
{
	(void)arg;
	pad_snapshot(pad, WORLD_ANON, GFP_BUFFER);
	while (!ctl_controlled() && !__atomic_load_n(&a_done, __ATOMIC_ACQUIRE)) {
		write_pages(WORLD_ANON + PAGE_SIZE, B_PAGES - 1);
		pad_snapshot(pad, WORLD_ANON, GFP_BUFFER);
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
	{ "A", task_a, &mm_a, world_give_mm },
	{ "B", task_b, &mm_b, world_give_mm },
};

static int invariants(enum ctl_verdict v)
{
	if (v != CTL_COMPLETED)
		return 0; /* the stuck tasks hold half-done work and locks */
	world_end();
	return world_check(mm_a, WORLD_V, V_PAGES) +
	       world_check(mm_a, WORLD_ANON, ANON_PAGES + 1) +
	       world_check(mm_b, WORLD_ANON + PAGE_SIZE, B_PAGES - 1) + world_invariants();
}

static const struct scenario_expect expect[] = {
	{ "vmlist-held", CTL_DEADLOCK, "order: driver lock", NULL,
	  "S2, the counter-example; facts e R1 and the comparison table of section b" },
	{ "linux-2.3.23", CTL_COMPLETED, "", "", "facts b: D16 ok on R1" },
	{ "linux-2.3.30", CTL_COMPLETED, "", "", "facts b: D18 ok on R1" },
};

const struct scenario scenario_swapout_deadlock = {
	.name = "swapout-deadlock",
	.summary = "a stealer sleeps in swapout() for a driver lock whose holder steals from the same mm",
	.sources = "S2 (Kanoj Sarcar, 15 Oct 1999); facts e R1",
	.world = { .frames = 112, .min = 8, .low = 16, .high = 24, .swap_slots = 64, .file_pages = V_PAGES },
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
	.expect = expect,
	.nexpect = 3,
};
