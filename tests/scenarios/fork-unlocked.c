/*
 * tests/scenarios/fork-unlocked.c - fork beside a fault that holds only its vma (facts/linux-6.x-vma-
 * locking.md f3,
 * 6.4.0 to 6.4.2: Firefox, zig and Go builds with corrupted data).
 *
 * A forks; B, a thread of A's, stores X into one page and then Y into another; the two lie in different
 * page tables. A child may see neither, X alone, or both: never Y alone, for there was no moment at
 * which memory looked
 * like that. Up to 2.4 the store that hits an entry just made read-only waits for fork's lock of the whole
 * address space; from 6.4.3 on it finds its vma write-locked and waits too. With f3 open it copies the
 * page at once, B goes on to Y, and fork copies the second table after that.
 */
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/uaccess.h"
#include "mm/fault.h"
#include "mm/invariants.h"
#include "tests/scenarios/world.h"

#define TABLE_SPAN (4UL << 20)
#define LOW	   (WORLD_ANON + TABLE_SPAN - PAGE_SIZE) /* the last page of one table */
#define HIGH	   (WORLD_ANON + TABLE_SPAN)		 /* the first of the next */
#define X	   0x1111u
#define Y	   0x2222u

static struct mm_struct *a, *child;

static int setup(void)
{
	child = NULL;
	a = world_mm("A");
	return a && !world_map_anon(a, LOW, 2) && !world_touch(a, LOW, 2) ? 0 : -1;
}

static void do_fork(void *arg)
{
	(void)arg;
	child = world_fork(a, "C");
}

/* As from ring 3: the fault is a user's. */
static void user_store(unsigned long addr, uint32_t word)
{
	if (!vm_fault(addr, FAULT_USER | FAULT_WRITE, addr))
		put_user_u32(addr, word);
}

static void store_two(void *arg)
{
	(void)arg;
	user_store(LOW, X);
	user_store(HIGH, Y);
}

static uint32_t word_of(struct mm_struct *mm, unsigned long addr)
{
	struct mm_struct *before = sched_use_mm(mm);
	uint32_t word = 0;

	get_user_u32(&word, addr);
	sched_use_mm(before);
	return word;
}

static int after(enum ctl_verdict v)
{
	int wrong = 0;

	if (v != CTL_COMPLETED)
		return 0;
	world_end();
	if (!child)
		wrong += invariant_failed("invariant: fork failed", "there was memory");
	else if (word_of(child, HIGH) == Y && word_of(child, LOW) != X)
		wrong += invariant_failed("invariant: torn fork", "the child has the second store and %#x for the first",
					  word_of(child, LOW));
	wrong += world_expect(a, LOW, X) + world_expect(a, HIGH, Y) + world_invariants();
	return wrong;
}

static const struct scenario_task tasks[] = {
	{ "A", do_fork, &a, world_give_mm },
	{ "B", store_two, &a, world_give_mm },
};

#define F3 "facts f3; fb49c455323f"

static const struct scenario_expect expect[] = {
	{ "linux-6.12", CTL_COMPLETED, "", "", F3, EXPLORED_NONE },
	{ "linux-6.12+f3", CTL_COMPLETED, NULL, NULL, F3, EXPLORED_FOUND },
	{ NULL, CTL_COMPLETED, NULL, NULL, "facts f3: the lock of the whole mm keeps the fault out", EXPLORED_NONE },
};

static const struct scenario scenario_fork_unlocked = {
	.name = "fork-unlocked",
	.summary = "fork copies a vma in which a fault of another thread goes on",
	.sources = "facts f3",
	.world = { .frames = 128, .min = 8, .low = 16, .high = 24, .swap_slots = 64 },
	.tasks = tasks,
	.ntasks = ARRAY_SIZE(tasks),
	.setup = setup,
	.invariants = after,
	.shows = "invariant: torn fork|invariant: reverse map|invariant: mapcount",
	.expect = expect,
	.nexpect = ARRAY_SIZE(expect),
};
SCENARIO(scenario_fork_unlocked);
