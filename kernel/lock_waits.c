/*
 * kernel/lock_waits.c - counting waits for locks. Contract in the header.
 *
 * A row belongs to one CPU. An interrupt between the reading and the writing of a counter may lose what the
 * other adds: these are figures to look at, nothing rests on them.
 */
#include "kernel/lock_waits.h"

#include "kernel/arch.h"
#include "kernel/observe.h"
#include "kernel/task.h"

static struct lock_wait_count waits[NR_CPUS][NR_LOCK_CLASSES];

/* The lock is held here: others wait while we count. */
void lock_waits_spun(const struct lock_info *li, uint64_t since)
{
	struct lock_wait_count *w = &waits[current->cpu][li->class_id];

	if (unlikely(ctl_active))
		return;
	w->spins++;
	w->spun += arch_ticks() - since;
}

void lock_waits_slept(const struct lock_info *li, uint64_t since)
{
	struct lock_wait_count *w = &waits[current->cpu][li->class_id];

	if (ctl_active)
		return;
	w->sleeps++;
	w->slept += arch_ticks() - since;
}

struct lock_wait_count lock_waits_of(enum lock_class_id class_id)
{
	struct lock_wait_count sum = { 0, 0, 0, 0 };

	for (int cpu = 0; cpu < NR_CPUS; cpu++) {
		const struct lock_wait_count *w = &waits[cpu][class_id];

		sum.spins += w->spins;
		sum.sleeps += w->sleeps;
		sum.spun += w->spun;
		sum.slept += w->slept;
	}
	return sum;
}
