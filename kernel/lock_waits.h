/*
 * kernel/lock_waits.h - how long CPUs spun and tasks slept for locks, by class: counted always.
 *
 * kernel/lock_stats.h knows more (how often each lock is taken, how long held), but makes every lock slower
 * while it counts, and so makes locks wait for each other that otherwise would not. These counters are
 * touched only by who found a lock taken, when the wait is over: a run that is timed can keep them. Not
 * counted in a controlled run, where waiting takes no time.
 * Shown by /proc/lockwaits; the share of time that waits take is read from there (tests/diff/scaling.sh).
 */
#ifndef KERNEL_LOCK_WAITS_H
#define KERNEL_LOCK_WAITS_H

#include "kernel/lock.h"

/* Ticks are arch_ticks(). A task's sleep is from the first look to the last, other tasks' turns on its CPU
 * included. */
struct lock_wait_count {
	unsigned long spins, sleeps;
	uint64_t spun, slept;
};

/* The current task has waited for @li since @since, spinning or asleep. Context: any; takes no lock. */
void lock_waits_spun(const struct lock_info *li, uint64_t since);
void lock_waits_slept(const struct lock_info *li, uint64_t since);
/* The sum over all CPUs. */
struct lock_wait_count lock_waits_of(enum lock_class_id class_id);

#endif
