/*
 * tests/scenarios/pte-races.c - the stealer takes a page of A's while A itself works on that pte.
 *
 * B is a stealer at work (swap_out at the priority at which it looks at everybody); A has one old, dirty
 * page, which B will put into swap, and meanwhile
 *   protect-steal (N1) makes it read-only: mprotect rewrites the pte,
 *   fork-steal	   (N2) forks: the pte is copied and write-protected,
 *   move-steal	   (N3) mremaps it: the pte moves,
 *   zap-steal		unmaps it,
 *   discard-steal	says it does not need the contents (madvise),
 *   cow-steal		writes to it, while a child of before shares it: the pte gets the copy,
 *   reuse-steal	writes to it, when that child is gone: the pte is made writable.
 * In 2.3 the first three change ptes without the lock under which the stealer does: between the look and the
 * store the pte may have become an entry, and the page, or the entry, is lost or counted twice (holes N1 to N3;
 * found when docs/design-boundary.md was filled in). cow-steal is right under every design, zap-steal under all
 * but 2.3.22: there nothing keeps munmap from dropping the entry that the stealer has just put into the
 * pte and not yet raised for the swap cache (R11, N5); from 2.3.23 on it waits for kernel_lock first. madvise,
 * which is younger than those, waits for nothing, so discard-steal fails under all that have R11's order.
 * fork-steal was expected to fail as N2 and does not. Fork holds kernel_lock, and so does the 2.3 stealer; and
 * where the stealer does not (vmlist-held, vmlist-shared) the child gets a page that the swap cache keeps alive,
 * while the bit taken from the parent's entry is one of its area's number, which is 0 here: it takes a second
 * swap area for N2 to do harm.
 * thread-fault: two threads of one mm touch a page for the first time. Until 2.4.2 mmap_sem lets in one of
 * them; then both come in, and the second has to look again.
 *
 * No story: no milestone lies between the look at a pte and the store.
 */
#include "kernel/printk.h"
#include "mm/fault.h"
#include "mm/vmscan.h"
#include "tests/scenarios/world.h"

#define AT	 WORLD_ANON
#define MOVED_TO (WORLD_ANON + 0x10000000UL)
#define MADV_DONTNEED 4

static struct mm_struct *a, *child;

static int setup(void)
{
	child = NULL;
	a = world_mm("A");
	if (!a || world_map_anon(a, AT, 1) || world_touch(a, AT, 1))
		return -1;
	world_make_old(a, AT, 1);
	return 0;
}

static int setup_child(void)
{
	if (setup())
		return -1;
	child = world_fork(a, "C");
	if (child)
		world_make_old(a, AT, 1);
	return child ? 0 : -1;
}

static int setup_orphan(void)
{
	if (setup_child())
		return -1;
	mmput(child);
	child = NULL;
	return 0;
}

static int setup_untouched(void)
{
	child = NULL;
	a = world_mm("A");
	return a && !world_map_anon(a, AT, 1) ? 0 : -1;
}

static void steal(void *arg)
{
	(void)arg;
	swap_out(0, GFP_USER);
}

static void protect(void *arg)
{
	(void)arg;
	sys_mprotect(AT, PAGE_SIZE, PROT_READ);
}

static void do_fork(void *arg)
{
	(void)arg;
	child = world_fork(a, "C");
}

static void move(void *arg)
{
	(void)arg;
	sys_mremap(AT, PAGE_SIZE, PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, MOVED_TO);
}

static void unmap(void *arg)
{
	(void)arg;
	sys_munmap(AT, PAGE_SIZE);
}

static void discard(void *arg)
{
	(void)arg;
	sys_madvise(AT, PAGE_SIZE, MADV_DONTNEED);
}

static void touch(void *arg)
{
	(void)arg;
	world_write(AT);
}

static int after(enum ctl_verdict v, unsigned long at)
{
	uint32_t word = world_word(a, AT);
	int wrong;

	if (v != CTL_COMPLETED)
		return 0;
	world_end();
	wrong = at ? world_expect(a, at, word) : 0;
	if (child)
		wrong += world_expect(child, AT, word);
	return wrong + world_invariants();
}

static int invariants_there(enum ctl_verdict v)
{
	return after(v, AT);
}

static int invariants_moved(enum ctl_verdict v)
{
	return after(v, MOVED_TO);
}

static int invariants_gone(enum ctl_verdict v)
{
	return after(v, 0);
}

#define WORLD { .frames = 112, .min = 8, .low = 16, .high = 24, .swap_slots = 64 }
#define SHOWS "invariant: |uaf: |swap: |kernel panic:"

/* The five of 2.3 have the hole, 2.4 has not. */
static const struct scenario_expect holes[] = {
	{ "linux-2.4.3", CTL_COMPLETED, "", "", "docs/design-boundary.md, N1 to N3", EXPLORED_NONE },
	{ "linux-6.12", CTL_COMPLETED, "", "", "facts a.7 of 2024: every entry changes under its table's lock", EXPLORED_NONE },
	{ NULL, CTL_COMPLETED, NULL, NULL, "docs/design-boundary.md, N1 to N3", EXPLORED_FOUND },
};

static const struct scenario_expect zap[] = {
	{ "linux-2.4.3", CTL_COMPLETED, "", "", "facts c, zap_page_range row: page_table_lock over the whole range",
	  EXPLORED_NONE },
	{ "linux-2.3.22", CTL_COMPLETED, NULL, NULL, "facts e R11: kernel_lock alone prevents it", EXPLORED_FOUND },
	{ NULL, CTL_COMPLETED, NULL, NULL, "facts c, zap_page_range row", EXPLORED_NONE },
};

static const struct scenario_expect discards[] = {
	{ "linux-2.3.30", CTL_COMPLETED, NULL, NULL, "facts c, zap_page_range row", EXPLORED_NONE },
	{ "linux-2.4.3", CTL_COMPLETED, NULL, NULL, "facts c, zap_page_range row", EXPLORED_NONE },
	{ "linux-6.12", CTL_COMPLETED, NULL, NULL, "facts a.7 of 2024: the table's lock over each table", EXPLORED_NONE },
	{ NULL, CTL_COMPLETED, NULL, NULL, "facts e R11: kernel_lock alone prevents it; N5", EXPLORED_FOUND },
};

static const struct scenario_expect right[] = {
	{ "linux-2.4.3", CTL_COMPLETED, "", "",
	  "facts c, column 2.4.3: page_table_lock before the first look, taken again and the pte compared after each sleep",
	  EXPLORED_NONE },
	{ NULL, CTL_COMPLETED, NULL, NULL, "facts c, zap_page_range and do_wp_page rows", EXPLORED_NONE },
};

static const struct scenario_task protector[] = {
	{ "A", protect, &a, world_give_mm },
	{ "B", steal, NULL, NULL },
};
static const struct scenario_task forker[] = {
	{ "A", do_fork, &a, world_give_mm },
	{ "B", steal, NULL, NULL },
};
static const struct scenario_task mover[] = {
	{ "A", move, &a, world_give_mm },
	{ "B", steal, NULL, NULL },
};
static const struct scenario_task unmapper[] = {
	{ "A", unmap, &a, world_give_mm },
	{ "B", steal, NULL, NULL },
};
static const struct scenario_task discarder[] = {
	{ "A", discard, &a, world_give_mm },
	{ "B", steal, NULL, NULL },
};
static const struct scenario_task writer[] = {
	{ "A", touch, &a, world_give_mm },
	{ "B", steal, NULL, NULL },
};
static const struct scenario_task threads[] = {
	{ "A", touch, &a, world_give_mm },
	{ "B", touch, &a, world_give_mm },
};

#define PTE_RACE(ident, text, what, from, who, make, judge, outcome)                               \
	const struct scenario scenario_##ident = {                                                 \
		.name = text,                                                                      \
		.summary = what,                                                                   \
		.sources = from,                                                                   \
		.world = WORLD,                                                                    \
		.tasks = who,                                                                      \
		.ntasks = ARRAY_SIZE(who),                                                         \
		.setup = make,                                                                     \
		.invariants = judge,                                                               \
		.shows = SHOWS,                                                                    \
		.expect = outcome,                                                                 \
		.nexpect = ARRAY_SIZE(outcome),                                                    \
	}

PTE_RACE(protect_steal, "protect-steal", "mprotect rewrites a pte that the stealer is about to replace",
	 "facts c, mprotect row; N1", protector, setup, invariants_there, holes);
PTE_RACE(fork_steal, "fork-steal", "fork copies a pte that the stealer is about to replace",
	 "facts c, dup_mmap row; N2", forker, setup, invariants_there, right);
PTE_RACE(move_steal, "move-steal", "mremap moves a pte that the stealer is about to replace",
	 "facts c, mremap row; N3", mover, setup, invariants_moved, holes);
PTE_RACE(zap_steal, "zap-steal", "munmap clears a pte that the stealer is about to replace",
	 "facts c, zap_page_range row", unmapper, setup, invariants_gone, zap);
PTE_RACE(cow_steal, "cow-steal", "a write fault copies a page that the stealer takes meanwhile",
	 "facts c, do_wp_page row", writer, setup_child, invariants_there, right);
PTE_RACE(reuse_steal, "reuse-steal", "a write fault makes a page writable that the stealer takes meanwhile",
	 "facts c, do_wp_page row", writer, setup_orphan, invariants_there, right);
PTE_RACE(discard_steal, "discard-steal", "madvise clears a pte that the stealer is about to replace",
	 "facts c, zap_page_range row", discarder, setup, invariants_gone, discards);
PTE_RACE(thread_fault, "thread-fault", "two threads touch the same new page at once",
	 "facts b D20; c, do_anonymous_page row", threads, setup_untouched, invariants_there, right);
