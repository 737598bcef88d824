/*
 * tests/scenarios/alloc-under-vmlist.c - an allocation while the vmlist lock is held (S0, rule 4; facts e R5,
 * R2): what insert_vm_struct of 2.2.10 did, and why the first vmlist lock had to be one that sleeps.
 *
 * alloc-under-vmlist: A and B each change their own list and allocate in the middle. Each runs short and
 * steals: with a sleeping vmlist lock it waits for the list that the other holds, or for its own
 * (vmlist-held; vmlist-shared, whose writers exclude stealers). alloc-under-own-vmlist: one task is enough
 * when the stealer picks the very mm.
 * Where the lock spins (2.3.23 and later) nobody may sleep under it, so a page can be asked for atomically
 * only, as 2.3.23's bounce copy did under page_table_lock: that steals nothing and ends well, or the list
 * change fails for lack of memory. To wait there is a panic at once; tests/explore/mistakes/ has that. In
 * 2.3.22 there is no vmlist lock, and kernel_lock may be held by who sleeps.
 *
 * The mistake is in this file, not in mm/: nothing there allocates under a vmlist lock.
 */
#include "kernel/printk.h"
#include "kernel/spinlock.h"
#include "mm/design/design.h"
#include "tests/scenarios/world.h"

#define PAGES 3

static struct mm_struct *a, *b;

static struct mm_struct *make_mm(const char *name)
{
	struct mm_struct *mm = world_mm(name);

	if (!mm || world_map_anon(mm, WORLD_ANON, PAGES) || world_touch(mm, WORLD_ANON, PAGES))
		return NULL;
	world_make_old(mm, WORLD_ANON, PAGES);
	return mm;
}

static int setup_two(void)
{
	a = make_mm("A");
	b = make_mm("B");
	return a && b ? 0 : -1;
}

static int setup_one(void)
{
	a = make_mm("A");
	b = NULL;
	return a ? 0 : -1;
}

/* An insertion that allocates what it needs when it is already at work on the list. */
static void insert_carelessly(void *arg)
{
	struct mm_struct *mm = *(struct mm_struct **)arg;
	struct page *node;

	vm_design->mm_lock(mm, MM_MMAP);
	vm_design->list_change_begin(mm, LIST_MMAP, NULL);
	node = alloc_page(spinlocks_held() ? GFP_ATOMIC : GFP_USER);
	vm_design->list_change_end(mm, LIST_MMAP, NULL);
	vm_design->mm_unlock(mm, MM_MMAP);
	if (node)
		__free_page(node);
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
	return world_check(a, WORLD_ANON, PAGES) + (b ? world_check(b, WORLD_ANON, PAGES) : 0) +
	       world_invariants();
}

#define WORLD                                                                                      \
	{                                                                                          \
		.frames = 112, .min = 8, .low = 16, .high = 24, .swap_slots = 64,                  \
		.reclaim_pages = 1, .reclaim_rounds = 1                                            \
	}

#define R2 "facts b, comparison table, column R2; e R5"

static const struct scenario_expect expect[] = {
	{ "vmlist-held", CTL_DEADLOCK, NULL, "rule: 1999.rule4", R2, EXPLORED_FOUND },
	{ "vmlist-shared", CTL_DEADLOCK, NULL, "rule: 1999.rule4", R2, EXPLORED_FOUND },
	{ "linux-2.4.3", CTL_COMPLETED, "", "",
	  "facts b D20: lists change under mmap_sem and page_table_lock, under which nothing allocates, and the stealer "
	  "takes no mmap_sem", EXPLORED_NONE },
	{ NULL, CTL_COMPLETED, NULL, "", R2, EXPLORED_NONE },
};

static const struct scenario_task two[] = {
	{ "A", insert_carelessly, &a, world_give_mm },
	{ "B", insert_carelessly, &b, world_give_mm },
};

const struct scenario scenario_alloc_under_vmlist = {
	.name = "alloc-under-vmlist",
	.summary = "two tasks allocate while each holds its vmlist lock, and steal from each other",
	.sources = "S0 rules 4 and 5; facts e R2, R5",
	.world = WORLD,
	.tasks = two,
	.ntasks = ARRAY_SIZE(two),
	.want_kswapd = true,
	.setup = setup_two,
	.ready = ready,
	.invariants = invariants,
	.story = "story alloc-under-vmlist\n"
		 "hold kswapd\n"
		 "A alloc.short < B alloc.short < A steal.pick\n",
	.shows = "waits: |deadlock|stalled|kernel panic:",
	.expect = expect,
	.nexpect = ARRAY_SIZE(expect),
};

static const struct scenario_task one[] = {
	{ "A", insert_carelessly, &a, world_give_mm },
};

const struct scenario scenario_alloc_under_own_vmlist = {
	.name = "alloc-under-own-vmlist",
	.summary = "a task allocates while it holds its vmlist lock, and steals from itself",
	.sources = "S0 rule 4; facts e R5",
	.world = WORLD,
	.tasks = one,
	.ntasks = ARRAY_SIZE(one),
	.want_kswapd = true,
	.setup = setup_one,
	.ready = ready,
	.invariants = invariants,
	.story = "story alloc-under-own-vmlist\n"
		 "hold kswapd\n"
		 "A alloc.short < A steal.pick(A)\n",
	.shows = "waits: |deadlock|stalled|kernel panic:",
	.expect = expect,
	.nexpect = ARRAY_SIZE(expect),
};
