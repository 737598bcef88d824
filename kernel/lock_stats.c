/*
 * kernel/lock_stats.c - counting what locks do. Contract in the header.
 *
 * A row of the table belongs to one CPU. Its task may be interrupted between the reading and the writing of
 * a counter, and a count of the interrupt's be lost: these are figures to look at, nothing rests on them.
 */
#include "kernel/lock_stats.h"

#include "kernel/arch.h"
#include "kernel/task.h"

static struct cpu_stats {
	struct lock_count of[NR_LOCK_CLASSES];
	/* The lock that the CPU's task found taken, and when. A task that sleeps for it may wake up on
	 * another CPU: then its wait is not counted. */
	const struct lock_info *wanted;
	uint64_t since;
} stats[NR_CPUS];

void lock_stats_want(const struct lock_info *li)
{
	struct cpu_stats *s = &stats[arch_cpu_id()];

	if (!li->owner || li->owner == current)
		return;
	s->of[li->class_id].contended++;
	s->wanted = li;
	s->since = arch_ticks();
}

void lock_stats_got(const struct lock_info *li)
{
	struct cpu_stats *s = &stats[arch_cpu_id()];

	s->of[li->class_id].taken++;
	if (s->wanted != li)
		return;
	s->wanted = NULL;
	s->of[li->class_id].waited += arch_ticks() - s->since;
}

struct lock_count lock_stats_of(enum lock_class_id class_id)
{
	struct lock_count sum = { 0, 0, 0 };

	for (int cpu = 0; cpu < NR_CPUS; cpu++) {
		sum.taken += stats[cpu].of[class_id].taken;
		sum.contended += stats[cpu].of[class_id].contended;
		sum.waited += stats[cpu].of[class_id].waited;
	}
	return sum;
}
