/*
 * tests/scenarios/swap-cache.c - three races for one entry of the swap cache (S1, "Swap cache locking";
 * facts e R14, R15, R16). The world: A's one page went out to swap; B, where it has a part, is A's child of
 * before that and shares the entry. Each task touches the page once.
 *
 * double-add (R16): the page is not in memory; both read it, both look in the swap cache, find nothing and
 * allocate. Were both to add their page, one copy could not be found again. From 2.2 to 2.4 kernel_lock covers
 * the second look and the add, with no sleep in between: no schedule may do it, under any design.
 *
 * sharing-test (R15): the page is in the swap cache. A writes: it gives up its reference of the entry and asks
 * whether anybody shares the page, by adding two counts. B, which only reads, turns its reference of the
 * entry into one of the page between A's two looks: A misses B in both, and makes the page its own and
 * writable; what A writes, B reads. Before 2.3.30 nothing keeps them apart; since then the page lock does.
 *
 * lookup-shrink (R14): the page is in the swap cache and nobody maps it. B steals: shrink_mmap
 * finds that only the cache refers to the page; A, faulting, finds it and takes a reference; shrink_mmap
 * removes it; A locks a page that is no swap cache any more. Until 2.3.23 A complains and reads again;
 * 2.3.30 looks again; 2.4 keeps pagecache_lock, so that it cannot happen.
 *
 * No story: no milestone names a look at a count. The explorer's token is the schedule.
 */
#include "kernel/printk.h"
#include "kernel/uaccess.h"
#include "mm/vmscan.h"
#include "swap/swap.h"
#include "tests/scenarios/world.h"

#define SHARED	WORLD_ANON
#define A_WORD	0xa11ce

static struct mm_struct *a, *b;
static uint32_t old_word;

/* A with the page, B as its child, the page in swap. */
static int setup_shared(bool stays_cached)
{
	struct mm_struct *both[2];

	page_cluster = 0;
	a = world_mm("A");
	if (!a || world_map_anon(a, SHARED, 1) || world_touch(a, SHARED, 1))
		return -1;
	old_word = world_word(a, SHARED);
	b = world_fork(a, "B");
	if (!b)
		return -1;
	both[0] = a;
	both[1] = b;
	return world_swap_out(both, 2, SHARED, stays_cached);
}

static int setup_out(void)
{
	return setup_shared(false);
}

static int setup_cached(void)
{
	world_contents = "invariant: contents shared"; /* B reads what A wrote */
	return setup_shared(true);
}

static void write_a(void *arg)
{
	(void)arg;
	put_user_u32(SHARED, A_WORD);
}

/* In a scenario's task: a look, which changes nothing. */
static void read_page(void *arg)
{
	uint32_t word;

	(void)arg;
	get_user_u32(&word, SHARED);
}

static int after(enum ctl_verdict v, uint32_t word_a, uint32_t word_b)
{
	if (v != CTL_COMPLETED)
		return 0;
	world_end();
	return world_expect(a, SHARED, word_a) + world_expect(b, SHARED, word_b) + world_invariants();
}

static int invariants_nobody_writes(enum ctl_verdict v)
{
	return after(v, old_word, old_word);
}

static int invariants_a_writes(enum ctl_verdict v)
{
	return after(v, A_WORD, old_word);
}

#define WORLD                                                                                      \
	{                                                                                          \
		.frames = 112, .min = 8, .low = 16, .high = 24, .swap_slots = 64,                  \
		.reclaim_pages = 1, .reclaim_rounds = 1                                            \
	}

/* --- double-add --------------------------------------------------------------------------------------- */

static const struct scenario_task readers[] = {
	{ "A", read_page, &a, world_give_mm },
	{ "B", read_page, &b, world_give_mm },
};

static const struct scenario_expect expect_double[] = {
	{ "linux-2.4.3", CTL_COMPLETED, "", "",
	  "facts e R16: kernel_lock over the look and the add of a fault, with no sleep between", EXPLORED_NONE },
	{ NULL, CTL_COMPLETED, NULL, "", "facts e R16: kernel_lock over look and add, 2.2 to 2.4",
	  EXPLORED_NONE },
};

const struct scenario scenario_double_add = {
	.name = "double-add",
	.summary = "two address spaces fault on one swap entry at once, and both would add their page",
	.sources = "S1; facts e R16",
	.world = WORLD,
	.tasks = readers,
	.ntasks = ARRAY_SIZE(readers),
	.setup = setup_out,
	.invariants = invariants_nobody_writes,
	.shows = "invariant: page cached twice|invariant: contents|invariant: swap map|swap: |kernel panic:",
	.expect = expect_double,
	.nexpect = ARRAY_SIZE(expect_double),
};

/* --- double-add-short: the same when the allocation has to sleep ----------------------------------------- */

#define V_PAGES 2

static struct mm_struct *victim;

static int setup_short(void)
{
	struct pad *pad = world_pad(V_PAGES);

	victim = world_mm("V");
	if (!pad || !victim || world_map_pad(victim, pad, WORLD_V, V_PAGES, "V") ||
	    world_touch(victim, WORLD_V, V_PAGES) || setup_out())
		return -1;
	world_make_old(victim, WORLD_V, V_PAGES);
	return 0;
}

static void ready_short(bool controlled)
{
	(void)controlled;
	world_fill_memory(freepages.min);
}

static void keep(void *arg)
{
	(void)arg;
}

static const struct scenario_task short_readers[] = {
	{ "A", read_page, &a, world_give_mm },
	{ "B", read_page, &b, world_give_mm },
	{ "V", keep, &victim, world_give_mm },
};

const struct scenario scenario_double_add_short = {
	.name = "double-add-short",
	.summary = "the same, and both sleep in their allocation: kernel_lock is dropped meanwhile",
	.sources = "S1; facts e R16",
	.world = WORLD,
	.tasks = short_readers,
	.ntasks = ARRAY_SIZE(short_readers),
	.want_kswapd = true,
	.setup = setup_short,
	.ready = ready_short,
	.invariants = invariants_nobody_writes,
	.story = "story double-add-short\nhold kswapd\nhold V\n"
		 "A alloc.short < B fault.enter\nA method.enter(swapout) < B alloc.short < A method.leave(swapout)\n",
	.shows = "invariant: page cached twice|invariant: contents|invariant: swap map|swap: |kernel panic:",
	.expect = expect_double,
	.nexpect = ARRAY_SIZE(expect_double),
};

/* --- sharing-test -------------------------------------------------------------------------------------- */

static const struct scenario_task writer_and_reader[] = {
	{ "A", write_a, &a, world_give_mm },
	{ "B", read_page, &b, world_give_mm },
};

#define R15 "facts e R15"

static const struct scenario_expect expect_sharing[] = {
	{ "linux-2.3.30", CTL_COMPLETED, "", "", R15, EXPLORED_NONE },
	{ "linux-2.4.3", CTL_COMPLETED, "", "", R15, EXPLORED_NONE },
	{ "linux-6.12", CTL_COMPLETED, "", "", "facts a.8 of 2024: the test is made under the page lock", EXPLORED_NONE },
	{ NULL, CTL_COMPLETED, NULL, NULL, R15, EXPLORED_FOUND },
};

const struct scenario scenario_sharing_test = {
	.name = "sharing-test",
	.summary = "a fault asks whether its page is shared while the other sharer is between two counts",
	.sources = "S1; facts e R15",
	.world = WORLD,
	.tasks = writer_and_reader,
	.ntasks = ARRAY_SIZE(writer_and_reader),
	.setup = setup_cached,
	.invariants = invariants_a_writes,
	.shows = "invariant: contents shared",
	.expect = expect_sharing,
	.nexpect = ARRAY_SIZE(expect_sharing),
};

/* --- lookup-shrink -------------------------------------------------------------------------------------- */

static int setup_unmapped(void)
{
	struct mm_struct *alone[1];

	page_cluster = 0;
	a = world_mm("A");
	if (!a || world_map_anon(a, SHARED, 1) || world_touch(a, SHARED, 1))
		return -1;
	old_word = world_word(a, SHARED);
	alone[0] = a;
	return world_swap_out(alone, 1, SHARED, true);
}

/* B is a stealer at work, at the priority at which it looks at every page. */
static void shrink(void *arg)
{
	(void)arg;
	shrink_mmap(0, GFP_USER);
}

static int invariants_shrink(enum ctl_verdict v)
{
	if (v != CTL_COMPLETED)
		return 0;
	world_end();
	return world_expect(a, SHARED, old_word) + world_invariants();
}

static const struct scenario_task looker_and_shrinker[] = {
	{ "A", read_page, &a, world_give_mm },
	{ "B", shrink, NULL, NULL },
};

#define R14 "facts e R14"

static const struct scenario_expect expect_shrink[] = {
	{ "linux-2.3.30", CTL_COMPLETED, "", "", R14, EXPLORED_NONE },
	{ "linux-2.4.3", CTL_COMPLETED, "", "", R14, EXPLORED_NONE },
	{ "linux-6.12", CTL_COMPLETED, "", "", "facts a.8 of 2024: looked up again after the page lock", EXPLORED_NONE },
	{ NULL, CTL_COMPLETED, NULL, NULL, R14, EXPLORED_FOUND },
};

const struct scenario scenario_lookup_shrink = {
	.name = "lookup-shrink",
	.summary = "a fault finds a page in the swap cache that shrink_mmap is about to remove",
	.sources = "S1; facts e R14",
	.world = WORLD,
	.tasks = looker_and_shrinker,
	.ntasks = ARRAY_SIZE(looker_and_shrinker),
	.setup = setup_unmapped,
	.invariants = invariants_shrink,
	.shows = "swap: page left the swap cache|invariant: contents|kernel panic:",
	.expect = expect_shrink,
	.nexpect = ARRAY_SIZE(expect_shrink),
};
