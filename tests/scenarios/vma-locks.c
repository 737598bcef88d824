/*
 * tests/scenarios/vma-locks.c - five holes that Linux had, or nearly had, when vmas got locks of their own
 * (2023, 2024): facts/linux-6.x-vma-locking.md f1, f4, f5, f11, f12.
 *
 * linux-6.12 has them closed; linux-6.12+f1 opens f1 again, and so on (docs/linux-6.12.md). Each scenario has
 * two threads A and B of one address space. Their faults are a user's: they enter by vm_fault() as from ring
 * 3, since a touch by the kernel never goes by a vma's lock. What goes wrong is told by the freed-memory
 * checks, by the waits watcher and by invariants of entries and reverse maps, never from here.
 * Designs without per-VMA locks have nothing to show in them, except that 2.4's rule 4 is f1's root: there
 * it does no harm, for a list has no nodes to be freed.
 */
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "mm/design/design.h"
#include "mm/fault.h"
#include "mm/vma.h"
#include "mm/vma_lock.h"
#include "tests/scenarios/world.h"

#define AREA	 WORLD_ANON
#define STACK	 (WORLD_ANON + 0x10000000UL) /* the stack's first page; it may grow below */
#define PAGES(n) ((unsigned long)(n) * PAGE_SIZE)

static struct mm_struct *a;
static int wrong; /* results that no order of the tasks explains; atomic */

static void expect(bool right)
{
	if (!right)
		__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
}

/* A store by user mode into the page at @addr. 0 or the signal it earned. */
static int user_write(unsigned long addr)
{
	int signal = vm_fault(addr, FAULT_USER | FAULT_WRITE, addr);

	if (!signal)
		world_write(addr);
	return signal;
}

static unsigned long map_flags(unsigned long addr, unsigned npages, unsigned prot, unsigned flags)
{
	unsigned long at;

	vm_design->mm_lock(a, MM_MMAP);
	at = do_mmap_pgoff(a, NULL, addr, PAGES(npages), prot, MAP_PRIVATE | MAP_FIXED | flags, 0);
	vm_design->mm_unlock(a, MM_MMAP);
	return at;
}

static int begin(void)
{
	wrong = 0;
	a = world_mm("A");
	return a ? 0 : -1;
}

/* A stack of two pages of which the upper one was used, and room below. */
static int setup_stack(void)
{
	if (begin() || IS_ERR_VALUE(map_flags(STACK, 2, PROT_READ | PROT_WRITE, MAP_GROWSDOWN)) ||
	    world_touch(a, STACK + PAGE_SIZE, 1) || world_map_anon(a, AREA, 1))
		return -1;
	return 0;
}

static int after_stack(enum ctl_verdict v)
{
	if (v != CTL_COMPLETED)
		return 0;
	return wrong + world_check(a, STACK + PAGE_SIZE, 1) + world_invariants();
}

/* --- f1, StackRot: the stack grows, and then the thread's CPU does something else ------------------------ */

static void grow_and_rest(void *arg)
{
	(void)arg;
	expect(user_write(STACK - PAGE_SIZE) == 0);
	yield(); /* a grace period may end here */
}

/* Another thread's system call looks something up, under mmap_lock for reading. */
static void look_up(void *arg)
{
	(void)arg;
	expect(world_write(AREA) == 0);
}

static const struct scenario_task stackrot[] = {
	{ "A", grow_and_rest, &a, world_give_mm },
	{ "B", look_up, &a, world_give_mm },
};

static int after_stackrot(enum ctl_verdict v)
{
	int bad = after_stack(v);

	return v == CTL_COMPLETED ? bad + world_check(a, STACK - PAGE_SIZE, 1) + world_check(a, AREA, 1) : 0;
}

/* --- f4: the stack grows while a fault, which holds only the vma, computes with its bounds ----------------- */

static void grow(void *arg)
{
	(void)arg;
	expect(user_write(STACK - PAGE_SIZE) == 0);
}

static void fault_inside(void *arg)
{
	(void)arg;
	expect(user_write(STACK) == 0);
}

static const struct scenario_task growers[] = {
	{ "A", grow, &a, world_give_mm },
	{ "B", fault_inside, &a, world_give_mm },
};

static int after_growth(enum ctl_verdict v)
{
	int bad = after_stack(v);

	return v == CTL_COMPLETED ? bad + world_check(a, STACK - PAGE_SIZE, 2) : 0;
}

/* --- f5: a mapping that may only be read replaces one that may be written ----------------------------------- */

static int setup_replace(void)
{
	return begin() || world_map_anon(a, AREA, 1) ? -1 : 0;
}

static void replace(void *arg)
{
	(void)arg;
	expect(map_flags(AREA, 1, PROT_READ, MAP_ANONYMOUS) == AREA);
}

/* Before the replacement it succeeds, after it SIGSEGV is right. */
static void write_there(void *arg)
{
	(void)arg;
	vm_fault(AREA, FAULT_USER | FAULT_WRITE, AREA);
}

static const struct scenario_task replacers[] = {
	{ "A", replace, &a, world_give_mm },
	{ "B", write_there, &a, world_give_mm },
};

static int after_replace(enum ctl_verdict v)
{
	return v == CTL_COMPLETED ? wrong + world_invariants() : 0;
}

/* --- f11: an operation on two areas, each under its own lock (userfaultfd's move has this shape) -------------- */

#define LOW  AREA
#define HIGH (AREA + PAGES(8))

struct pair {
	struct vm_area_struct *high, *low;
};

/* Both from mmap_lock; a vma lock can be taken under it without waiting. False: one of them is gone. */
static bool lock_pair_slowly(struct pair *p)
{
	bool both;

	mmap_read_lock(a);
	p->high = find_vma_intersection(a, HIGH, HIGH + PAGE_SIZE);
	p->low = find_vma_intersection(a, LOW, LOW + PAGE_SIZE);
	both = p->high && p->low;
	if (both) {
		vma_start_read_locked(p->high);
		vma_start_read_locked(p->low);
	}
	mmap_read_unlock(a);
	return both;
}

/* The second one is only tried for. If that fails the first one is given back before mmap_lock is waited for;
 * f11 keeps it. */
static bool lock_pair(struct pair *p)
{
	p->high = lock_vma_under_rcu(a, HIGH);
	if (!p->high)
		return lock_pair_slowly(p);
	p->low = lock_vma_under_rcu(a, LOW);
	if (p->low)
		return true;
	if (reopened(REOPEN_F11)) {
		mmap_read_lock(a);
		p->low = find_vma_intersection(a, LOW, LOW + PAGE_SIZE);
		if (p->low)
			vma_start_read_locked(p->low);
		else
			vma_end_read(p->high);
		mmap_read_unlock(a);
		return p->low != NULL;
	}
	vma_end_read(p->high);
	return lock_pair_slowly(p);
}

static void use_two(void *arg)
{
	struct pair p;

	(void)arg;
	if (!vm_design->vma_lock || !lock_pair(&p))
		return;
	expect(p.low->vm_end - p.low->vm_start == p.high->vm_end - p.high->vm_start);
	vma_end_read(p.low);
	vma_end_read(p.high);
}

static void unmap_both(void *arg)
{
	(void)arg;
	expect(sys_munmap(LOW, HIGH + PAGE_SIZE - LOW) == 0);
}

static int setup_two(void)
{
	return begin() || world_map_anon(a, LOW, 1) || world_map_anon(a, HIGH, 1) ? -1 : 0;
}

static int after_two(enum ctl_verdict v)
{
	return v == CTL_COMPLETED ? wrong + world_invariants() : 0;
}

static const struct scenario_task two[] = {
	{ "A", unmap_both, &a, world_give_mm },
	{ "B", use_two, &a, world_give_mm },
};

/* --- f12: a fault that has to read its page from swap, and another thread's munmap ------------------------------ */

static int setup_swapped(void)
{
	if (begin() || world_map_anon(a, AREA, 1) || world_touch(a, AREA, 1) || world_swap_out(&a, 1, AREA, false))
		return -1;
	return 0;
}

/* Done before the munmap it finds its page, after it none. */
static void read_back(void *arg)
{
	(void)arg;
	vm_fault(AREA, FAULT_USER, AREA);
}

static void unmap_it(void *arg)
{
	(void)arg;
	expect(sys_munmap(AREA, PAGE_SIZE) == 0);
}

static const struct scenario_task readers[] = {
	{ "A", unmap_it, &a, world_give_mm },
	{ "B", read_back, &a, world_give_mm },
};

/* --- the five ------------------------------------------------------------------------------------------------- */

#define WORLD { .frames = 112, .min = 8, .low = 16, .high = 24, .swap_slots = 64 }

#define CLOSED(hole, source) \
	{ "linux-6.12", CTL_COMPLETED, "", "", source, EXPLORED_NONE }, \
	{ "linux-6.12+" hole, CTL_COMPLETED, NULL, NULL, source, EXPLORED_FOUND }, \
	{ NULL, CTL_COMPLETED, NULL, NULL, source, EXPLORED_NONE }

static const struct scenario_expect outcome_f1[] = { CLOSED("f1", "facts f1; 2.4's rule 4 needs no nodes") };
static const struct scenario_expect outcome_f4[] = { CLOSED("f4", "facts f4; without vma locks a fault keeps growth out, or no index is computed") };
static const struct scenario_expect outcome_f5[] = { CLOSED("f5", "facts f5; without vma locks mmap keeps every fault out") };
static const struct scenario_expect outcome_f11[] = { CLOSED("f11", "facts f11; nothing to do without vma locks") };
static const struct scenario_expect outcome_f12[] = { CLOSED("f12", "facts f12; nothing to do without vma locks") };

#define VMA_RACE(ident, text, what, from, who, make, judge, keys, outcome)                         \
	const struct scenario scenario_##ident = {                                                 \
		.name = text,                                                                      \
		.summary = what,                                                                   \
		.sources = from,                                                                   \
		.world = WORLD,                                                                    \
		.tasks = who,                                                                      \
		.ntasks = ARRAY_SIZE(who),                                                         \
		.setup = make,                                                                     \
		.invariants = judge,                                                               \
		.shows = keys,                                                                     \
		.expect = outcome,                                                                 \
		.nexpect = ARRAY_SIZE(outcome),                                                    \
	}

VMA_RACE(stackrot, "stackrot", "a stack grows under a read lock, and frees the tree's node under a reader",
	 "facts f1; CVE-2023-3269", stackrot, setup_stack, after_stackrot, "uaf: ", outcome_f1);
VMA_RACE(grow_unlocked, "grow-unlocked", "a stack grows while a fault under the vma's lock computes with its bounds",
	 "facts f4; c137381f71ae", growers, setup_stack, after_growth, "invariant: ", outcome_f4);
VMA_RACE(map_visible_early, "map-visible-early", "a fault finds a new mapping before it has its permissions",
	 "facts f5; 33313a747e81", replacers, setup_replace, after_replace, "invariant: ", outcome_f5);
VMA_RACE(two_vma, "two-vma", "with one vma's lock held mmap_lock is waited for, to get a second one",
	 "facts f11", two, setup_two, after_two, "waits: ", outcome_f11);
VMA_RACE(read_then_mmap, "read-then-mmap", "a fault that has to sleep waits for mmap_lock with its vma in hand",
	 "facts f12; S3", readers, setup_swapped, after_two, "waits: ", outcome_f12);
