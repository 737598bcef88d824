/*
 * tests/scenarios/anon-vma-early.c - a fault asks for its vma's anon_vma before it has the vma
 * (facts/linux-6.x-vma-locking.md f6, 6.4.0 to 6.4.9).
 *
 * A fault that holds only its vma's lock may not look at the neighbours, whose anon_vma a new one
 * would share; so
 * 6.4 let it have the lock only if the vma has an anon_vma. It asked first and locked then. In between
 * A, another
 * thread, moves the pages away and keeps the area (mremap with MREMAP_DONTUNMAP): it has no anon_vma
 * any more. B's
 * fault makes one, looks at the neighbour, and A unmaps that neighbour: B reads a freed vma. Since then
 * mmap_lock is tried for.
 *
 * The look at the neighbour without any lock is a breach of 2024's rule 3, told at once; that it is
 * freed memory takes
 * one preemption more, since two grace periods must end in between.
 */
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "mm/anon_vma.h"
#include "mm/fault.h"
#include "mm/invariants.h"
#include "tests/scenarios/world.h"

#define AREA WORLD_ANON
#define NEAR (WORLD_ANON + PAGE_SIZE)

static struct mm_struct *a;
static long moved;
static int fault_result;

/* Two areas side by side, kept apart by their permissions. */
static int setup(void)
{
	long error;

	moved = 0;
	fault_result = 0;
	a = world_mm("A");
	if (!a || world_map_anon(a, AREA, 1) || world_touch(a, AREA, 1))
		return -1;
	vm_design->mm_lock(a, MM_MMAP);
	error = IS_ERR_VALUE(do_mmap_pgoff(a, NULL, NEAR, PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, 0));
	vm_design->mm_unlock(a, MM_MMAP);
	return error ? -1 : 0;
}

/* Designs without anon_vmas know no such flag, and say EINVAL. */
static void move_and_unmap(void *arg)
{
	(void)arg;
	moved = sys_mremap(AREA, PAGE_SIZE, PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0);
	yield(); /* another CPU's turn, between two system calls */
	sys_munmap(NEAR, PAGE_SIZE);
	for (int i = 0; i < 3; i++) /* grace periods may end here: the tree's old nodes', and then the area's */
		yield();
}

static void touch(void *arg)
{
	(void)arg;
	fault_result = vm_fault(AREA, FAULT_USER | FAULT_WRITE, AREA);
}

static int after(enum ctl_verdict v)
{
	int wrong = 0;

	if (v != CTL_COMPLETED)
		return 0;
	world_end();
	if (fault_result)
		wrong += invariant_failed("invariant: fault on a mapped page fails", "signal %d", fault_result);
	if (moved > 0)
		wrong += world_expect(a, (unsigned long)moved, world_word(a, AREA));
	return wrong + world_invariants();
}

static const struct scenario_task tasks[] = {
	{ "A", move_and_unmap, &a, world_give_mm },
	{ "B", touch, &a, world_give_mm },
};

#define F6 "facts f6; 657b5146955e"

static const struct scenario_expect expect[] = {
	{ "linux-6.12", CTL_COMPLETED, "", "", F6, EXPLORED_NONE },
	{ "linux-6.12+f6", CTL_COMPLETED, NULL, NULL, F6, EXPLORED_FOUND },
	{ NULL, CTL_COMPLETED, NULL, NULL, "no anon_vmas", EXPLORED_NONE },
};

static const struct scenario scenario_anon_vma_early = {
	.name = "anon-vma-early",
	.summary = "a fault under its vma's lock looks at a neighbour that is being unmapped",
	.sources = "facts f6",
	.world = { .frames = 112, .min = 8, .low = 16, .high = 24, .swap_slots = 64 },
	.tasks = tasks,
	.ntasks = ARRAY_SIZE(tasks),
	.setup = setup,
	.invariants = after,
	.shows = "uaf: vm_area_struct|uaf: anon_vma|rule: 2024.rule3",
	.expect = expect,
	.nexpect = ARRAY_SIZE(expect),
};
SCENARIO(scenario_anon_vma_early);
