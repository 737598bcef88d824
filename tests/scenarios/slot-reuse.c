/*
 * tests/scenarios/slot-reuse.c - while a fault waits for a page, the page leaves its slot and the slot
 * gets another
 * page (facts/linux-6.x-vma-locking.md f15; mended in 2.6.36, 2010).
 *
 * A and B, threads of one address space, fault on the same entry and find the same page in the swap cache. A is
 * first: it maps the page, which gives up its slot since no entry needs it, and, because B looks at
 * the page too,
 * stores into a copy. S steals the copy, and it gets that very slot: the others are taken. Now B gets the
 * page lock. The entry looks as B saw it, but it means the copy: a B that does not compare the page's slot maps
 * the old page, and what A stored is lost.
 * Where the stealer holds no lock under which pages are added, as in 2.4.3, B may also be too late to find the old
 * page and too early to find the new one: B and S then both add a page for the slot (hole N10).
 */
#include "kernel/printk.h"
#include "kernel/uaccess.h"
#include "mm/fault.h"
#include "mm/vmscan.h"
#include "swap/swap.h"
#include "tests/scenarios/world.h"

#define PAGE_AT WORLD_ANON
#define A_WORD	0xa11ceu

static struct mm_struct *a;

/* All other slots of the area are taken, so that who wants one gets the page's. The first, and how many. */
static struct swp_entry taken;
static unsigned ntaken;

static void take_other_slots(void)
{
	struct swp_entry entry;

	for (ntaken = 0; (entry = get_swap_page()).val; ntaken++)
		if (!ntaken)
			taken = entry;
}

static void free_other_slots(void)
{
	for (unsigned i = 0; i < ntaken; i++)
		swap_free(swp_entry(swp_type(taken), swp_offset(taken) + i));
}

static int setup(void)
{
	page_cluster = 0;
	if (scenario_controlled)
		oom_patience = 2; /* who finds the slot taken waits for a tick; no schedule is long for ticks that pass */
	world_contents = "invariant: contents reused slot";
	a = world_mm("A");
	if (!a || world_map_anon(a, PAGE_AT, 1) || world_touch(a, PAGE_AT, 1))
		return -1;
	if (world_swap_out(&a, 1, PAGE_AT, true))
		return -1;
	take_other_slots();
	return 0;
}

static void store(void *arg)
{
	(void)arg;
	put_user_u32(PAGE_AT, A_WORD);
}

static void look(void *arg)
{
	uint32_t word;

	(void)arg;
	get_user_u32(&word, PAGE_AT);
}

/* The first look makes the page old, the second one takes it. */
static void steal(void *arg)
{
	(void)arg;
	for (int i = 0; i < 3 && !swap_out(0, GFP_USER); i++)
		;
}

static int after(enum ctl_verdict v)
{
	if (v != CTL_COMPLETED)
		return 0;
	world_end();
	free_other_slots();
	return world_expect(a, PAGE_AT, A_WORD) + world_invariants();
}

static const struct scenario_task tasks[] = {
	{ "A", store, &a, world_give_mm },
	{ "B", look, &a, world_give_mm },
	{ "S", steal, NULL, NULL },
};

#define F15 "facts f15; 31c4a3d3a0f8"

static const struct scenario_expect expect[] = {
	{ "linux-6.12", CTL_COMPLETED, "", "", F15, EXPLORED_NONE },
	{ "linux-6.12+f15", CTL_COMPLETED, NULL, NULL, F15, EXPLORED_FOUND },
	{ "linux-2.4.3", CTL_COMPLETED, NULL, NULL,
	  "facts e R16: look and add need one lock, and 2.4's stealer adds without kernel_lock (b D19); N10",
	  EXPLORED_FOUND },
	{ NULL, CTL_COMPLETED, NULL, NULL,
	  "facts f15: one fault at a time, or a page keeps its slot while anybody looks at it", EXPLORED_NONE },
};

static const struct scenario scenario_slot_reuse = {
	.name = "slot-reuse",
	.summary = "a swap slot gets another page while a fault waits for the lock of the first",
	.sources = "facts f15",
	.world = { .frames = 112, .min = 8, .low = 16, .high = 24, .swap_slots = 64,
		   .reclaim_pages = 1, .reclaim_rounds = 1 },
	.tasks = tasks,
	.ntasks = ARRAY_SIZE(tasks),
	.setup = setup,
	.invariants = after,
	.shows = "invariant: contents reused slot|invariant: page cached twice",
	.expect = expect,
	.nexpect = ARRAY_SIZE(expect),
};
SCENARIO(scenario_slot_reuse);
