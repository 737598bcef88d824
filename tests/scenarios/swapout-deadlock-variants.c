/*
 * tests/scenarios/swapout-deadlock-variants.c - the swapout deadlock with other players (facts e R1,
 * variants a, b and c).
 *
 *  third    the stealers' victim is a third address space, C's, whose task has no part in it: neither
 *           A nor B needs its own mm to hang.
 *  kswapd   kswapd plays A: it sleeps in swapout() with A's vmlist lock, and from then on nobody
 *           steals pages in the background.
 *  behind   A and B as in swapout-deadlock, and kswapd comes third: it wants A's vmlist lock and hangs
 *           behind them, so all page stealing has stopped.
 * The expectations are swapout-deadlock's: the cycle needs a vmlist lock that is held across swapout()
 * and is not shared.
 */
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "mm/fault.h"
#include "mm/invariants.h"
#include "mm/design/design.h"
#include "tests/scenarios/world.h"

static const struct world_sizes sizes = {
	.v_pages = 1, .a_mapped = 3, .a_touched = 2, .b_pages = 1,
};
static struct world_pair world; /* world.a owns V */
static int a_error; /* of A's write */
static struct mm_struct *third; /* the other stealer's, in `third`: world.a is C's there */

static int setup(void)
{
	if (scenario_controlled)
		oom_patience = 0; /* as in 1999, and so that no schedule is long for ticks that pass */
	return world_a_and_b(&world, &sizes);
}

static int setup_third(void)
{
	third = world_mm("T");
	if (!third || world_map_anon(third, WORLD_ANON, 2) || world_touch(third, WORLD_ANON, 1)) {
		report("scenario: the third does not fit into this world\n");
		return -1;
	}
	return setup();
}

static void ready(bool controlled)
{
	(void)controlled;
	world_fill_memory(freepages.min);
}

/* A's next page; in `third`, that of a stealer with one page of his own. */
static void task_a(void *arg)
{
	(void)arg;
	a_error = world_write(WORLD_ANON + sizes.a_touched * PAGE_SIZE);
}

static void task_third(void *arg)
{
	(void)arg;
	a_error = world_write(WORLD_ANON + PAGE_SIZE);
}

static void task_b(void *arg)
{
	(void)arg;
	pad_snapshot(world.pad, WORLD_ANON, GFP_BUFFER);
}

/* C owns V and does nothing: a task must have the mm, or no stealer finds it. It ends last. */
static void task_c(void *arg)
{
	(void)arg;
}

static int check_world(void)
{
	world_end();
	return world_check(world.a, WORLD_V, sizes.v_pages) + world_invariants();
}

static bool v_is_mapped(void)
{
	pte_t *ptep = pte_lookup(world.a, WORLD_V);

	return ptep && pte_present(*ptep);
}

/* One page can be had, V's. When kswapd was quicker, or B took the page that A had stolen, A finds nothing and is
 * killed for lack of memory: an end like any other. For any other reason A may not fail. */
static int check_refusal(void)
{
	if (!a_error || (a_error == -EFAULT && !v_is_mapped()))
		return 0;
	/* Who steals from the page may take any old one, also A's; V's is nothing special to him. */
	if (a_error == -EFAULT && vm_design->reclaim == RECLAIM_RMAP)
		return 0;
	return invariant_failed("invariant: refused without need", "A's write gave %d, and V's page was %s", a_error,
				v_is_mapped() ? "never stolen" : "stolen");
}

static int invariants(enum ctl_verdict v)
{
	if (v != CTL_COMPLETED)
		return 0; /* the stuck tasks hold half-done work and locks */
	return check_refusal() + check_world() + world_check(world.a, WORLD_ANON, sizes.a_touched + !a_error);
}

static int invariants_third(enum ctl_verdict v)
{
	if (v != CTL_COMPLETED)
		return 0;
	return check_refusal() + check_world() + world_check(world.a, WORLD_ANON, sizes.a_touched) +
	       world_check(third, WORLD_ANON, 1 + !a_error);
}

static const struct scenario_task pair_tasks[] = {
	{ "A", task_a, &world.a, world_give_mm },
	{ "B", task_b, &world.b, world_give_mm },
};

static const struct scenario_task third_tasks[] = {
	{ "A", task_third, &third, world_give_mm },
	{ "B", task_b, &world.b, world_give_mm },
	{ "C", task_c, &world.a, world_give_mm },
};

#define TABLE "facts e R1, variants; b, comparison table, column R1"

static const struct scenario_expect expect[] = {
	{ "vmlist-held", CTL_DEADLOCK, "order: driver lock", NULL, TABLE, EXPLORED_AS_STORY },
	{ "vmlist-shared", CTL_COMPLETED, "order: ", NULL, TABLE, EXPLORED_AS_STORY },
	{ "linux-2.3.22", CTL_COMPLETED, "", NULL, TABLE, EXPLORED_AS_STORY },
	{ "linux-2.3.23", CTL_COMPLETED, "", "", TABLE, EXPLORED_AS_STORY },
	{ "linux-2.3.30", CTL_COMPLETED, "", "", TABLE, EXPLORED_AS_STORY },
	{ "linux-2.4.3", CTL_COMPLETED, "", "", TABLE, EXPLORED_AS_STORY },
	{ "linux-6.12", CTL_COMPLETED, "", "", "facts b of 2024: no method; the stealer holds no lock of an mm", EXPLORED_AS_STORY },
};

#define SMALL_WORLD                                                                                \
	{                                                                                          \
		.frames = 112, .min = 8, .low = 16, .high = 24, .swap_slots = 64, .file_pages = 8, \
		.reclaim_pages = 1, .reclaim_rounds = 1                                            \
	}

const struct scenario scenario_swapout_third = {
	.name = "swapout-third",
	.summary = "the swapout deadlock over the address space of a task that has no part in it",
	.sources = "facts e R1, variant a",
	.world = SMALL_WORLD,
	.tasks = third_tasks,
	.ntasks = ARRAY_SIZE(third_tasks),
	.want_kswapd = true,
	.setup = setup_third,
	.ready = ready,
	.invariants = invariants_third,
	.story = "story swapout-third\n"
		 "hold kswapd\n"
		 "hold C\n"
		 "B drv.lock(L) < A alloc.short\n"
		 "A alloc.short < A steal.pick(A) < A method.enter(swapout) < B alloc.short\n"
		 "B alloc.short < B steal.pick(A)\n",
	.shows = "waits: |deadlock|stall|invariant: contents",
	.expect = expect,
	.nexpect = ARRAY_SIZE(expect),
};

const struct scenario scenario_swapout_kswapd = {
	.name = "swapout-kswapd",
	.summary = "the swapout deadlock with kswapd asleep in swapout()",
	.sources = "facts e R1, variant b",
	.world = SMALL_WORLD,
	.tasks = pair_tasks,
	.ntasks = ARRAY_SIZE(pair_tasks),
	.want_kswapd = true,
	.setup = setup,
	.ready = ready,
	.invariants = invariants,
	.story = "story swapout-kswapd\n"
		 "# A's shortage wakes kswapd; A itself waits until the cycle is closed.\n"
		 "B drv.lock(L) < A alloc.short\n"
		 "A alloc.short < kswapd steal.pick(A) < kswapd method.enter(swapout) < B alloc.short\n"
		 "B alloc.short < B steal.pick(A) < A steal.pick(A)\n",
	.shows = "waits: |deadlock|stall|invariant: contents",
	.expect = expect,
	.nexpect = ARRAY_SIZE(expect),
};

const struct scenario scenario_swapout_behind = {
	.name = "swapout-behind",
	.summary = "the swapout deadlock, and kswapd hangs behind it: all page stealing stops",
	.sources = "facts e R1, variant c",
	.world = SMALL_WORLD,
	.tasks = pair_tasks,
	.ntasks = ARRAY_SIZE(pair_tasks),
	.want_kswapd = true,
	.setup = setup,
	.ready = ready,
	.invariants = invariants,
	.story = "story swapout-behind\n"
		 "B drv.lock(L) < A alloc.short\n"
		 "A alloc.short < A steal.pick(A) < A method.enter(swapout) < kswapd steal.pick(A)\n"
		 "kswapd steal.pick(A) < B alloc.short < B steal.pick(A)\n",
	.shows = "waits: |deadlock|stall|invariant: contents",
	.expect = expect,
	.nexpect = ARRAY_SIZE(expect),
};
