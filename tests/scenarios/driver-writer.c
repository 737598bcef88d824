/*
 * tests/scenarios/driver-writer.c - a driver lock against a modifier of the vma list (S2, last part;
 * facts e R4).
 *
 * A runs short of memory in a page fault and steals from B, whose driver mapping V it hands to the
 * swapout() method, which sleeps for the driver's lock L. B is in the driver's ioctl, holds L, and has a
 * buffer of its own munlocked: for that it wants its own vmlist lock, to change the list. Where the
 * stealer holds that lock across swapout(), shared (vmlist-shared) or not (vmlist-held), A waits for L,
 * L's holder for A. Letting readers in before writers cures the swapout deadlock and does nothing here:
 * that was Kanoj Sarcar's last argument on 15 October 1999. Where the lock is dropped first, both end.
 * (A driver that has memory mapped or unmapped under L would wait for itself, as in driver-recursion:
 * mmap and munmap allocate. Unlocking whole areas allocates nothing.)
 *
 * The world: B has the largest rss; V is its lowest area, dirty and old; its other pages are young, or
 * locked in the buffer.
 */
#include "kernel/printk.h"
#include "tests/scenarios/world.h"

#define BUFFER	     0x30000000UL
#define BUFFER_PAGES 1

#define FREE_ROUNDS  6
#define FREE_SPARE   20 /* spare frames when the two run free */

/* Free running, A needs more pages than there are frames, so as to meet B by chance. */
struct sizes {
	unsigned v_pages, b_pages, a_pages;
};
static const struct sizes free_sizes = { .v_pages = 8, .b_pages = 40, .a_pages = 60 };
static const struct sizes controlled_sizes = { .v_pages = 1, .b_pages = 2, .a_pages = 2 };
static const struct sizes *n;
static struct mm_struct *a, *b;
static struct pad *pad;
static bool a_done;

static int lock_buffer(void)
{
	struct mm_struct *before = sched_use_mm(b);
	long error = sys_mlock(BUFFER, BUFFER_PAGES * PAGE_SIZE);

	sched_use_mm(before);
	return (int)error;
}

static int setup(void)
{
	n = scenario_controlled ? &controlled_sizes : &free_sizes;
	a_done = false;
	pad = world_pad(n->v_pages);
	a = world_mm("A");
	b = world_mm("B");
	if (!pad || !a || !b || world_map_pad(b, pad, WORLD_V, n->v_pages, "V") ||
	    world_map_anon(a, WORLD_ANON, n->a_pages) || world_map_anon(b, WORLD_ANON, n->b_pages) ||
	    world_map_anon(b, BUFFER, BUFFER_PAGES) || world_touch(b, WORLD_V, n->v_pages) ||
	    world_touch(b, WORLD_ANON, n->b_pages) || world_touch(b, BUFFER, BUFFER_PAGES) ||
	    world_touch(a, WORLD_ANON, 1) || lock_buffer()) {
		report("scenario: A and B do not fit into this world\n");
		return -1;
	}
	world_make_old(b, WORLD_V, n->v_pages);
	return 0;
}

static void task_a(void *arg)
{
	unsigned rounds = ctl_controlled() ? 1 : FREE_ROUNDS;

	(void)arg;
	for (unsigned r = 0; r < rounds; r++)
		for (unsigned i = 1; i < n->a_pages; i++)
			world_write(WORLD_ANON + i * PAGE_SIZE);
	__atomic_store_n(&a_done, true, __ATOMIC_RELEASE);
}

static void task_b(void *arg)
{
	(void)arg;
	pad_unpin(pad, BUFFER);
	while (!ctl_controlled() && !__atomic_load_n(&a_done, __ATOMIC_ACQUIRE)) {
		sys_mlock(BUFFER, BUFFER_PAGES * PAGE_SIZE);
		pad_unpin(pad, BUFFER);
		if (current->need_resched)
			schedule(); /* what the way back to user mode does */
	}
}

static void ready(bool controlled)
{
	world_fill_memory(controlled ? freepages.min : FREE_SPARE);
}

static const struct scenario_task tasks[] = {
	{ "A", task_a, &a, world_give_mm },
	{ "B", task_b, &b, world_give_mm },
};

static int invariants(enum ctl_verdict v)
{
	if (v != CTL_COMPLETED)
		return 0; /* the stuck tasks hold half-done work and locks */
	world_end();
	return world_check(b, WORLD_V, n->v_pages) + world_check(b, WORLD_ANON, n->b_pages) +
	       world_check(b, BUFFER, BUFFER_PAGES) + world_check(a, WORLD_ANON, n->a_pages) + world_invariants();
}

#define TABLE "facts b, comparison table, column R4"

static const struct scenario_expect expect[] = {
	{ "vmlist-held", CTL_DEADLOCK, "order: ", NULL, TABLE, EXPLORED_AS_STORY },
	{ "vmlist-shared", CTL_DEADLOCK, "order: ", NULL, TABLE, EXPLORED_AS_STORY },
	{ "linux-2.3.22", CTL_COMPLETED, "", NULL, TABLE, EXPLORED_AS_STORY },
	{ "linux-2.3.23", CTL_COMPLETED, "", "", TABLE, EXPLORED_AS_STORY },
	{ "linux-2.3.30", CTL_COMPLETED, "", "", TABLE, EXPLORED_AS_STORY },
	{ "linux-2.4.3", CTL_COMPLETED, "", "", TABLE, EXPLORED_AS_STORY },
	{ "linux-6.12", CTL_COMPLETED, "", "", "facts b of 2024: no method is called, no vma list walked", EXPLORED_AS_STORY },
};

const struct scenario scenario_driver_writer = {
	.name = "driver-writer",
	.summary = "a stealer sleeps in swapout() for a driver lock whose holder changes its vma list",
	.sources = "S2; <199910152113.OAA54020@google.engr.sgi.com>; facts e R4",
	.world = { .frames = 112, .min = 8, .low = 16, .high = 24, .swap_slots = 64, .file_pages = 8,
		   .reclaim_pages = 1, .reclaim_rounds = 1 },
	.tasks = tasks,
	.ntasks = 2,
	.want_kswapd = true,
	.setup = setup,
	.ready = ready,
	.invariants = invariants,
	.story = "story driver-writer\n"
		 "# B is in the ioctl with L before A runs short; A is inside swapout() before B wants its list.\n"
		 "hold kswapd\n"
		 "B drv.lock(L) < A alloc.short\n"
		 "A alloc.short < A steal.pick(B) < A method.enter(swapout) < B list.change.enter(B)\n",
	.shows = "waits: |deadlock|stall|invariant: contents",
	.expect = expect,
	.nexpect = ARRAY_SIZE(expect),
};
