/*
 * kernel/lockcost.h - what it costs that a lock's word moves from one CPU's cache to another's: a model.
 *
 * Bochs has no caches: a lock that eight CPUs take in turn costs there what a lock costs that one CPU takes
 * eight times. With `lockcost=N` on the command line, whoever takes a lock that another CPU had last spends N
 * ticks (kernel/arch.h, arch_ticks) in a calibrated loop, with the lock in his hands, as a real CPU does that
 * has to wait for the line. A reader of a read/write lock pays when he leaves, too: leaving writes the word.
 * Not charged: the words that are no locks (page counts, rss), the data behind the lock, page locks, and the
 * words of waiting CPUs. It is a model, so every output of a run in which it is on says so: the banner,
 * /proc/system, the result of a workload, a trace.
 * Off by default, and then free: the primitives ask one word for all observers (kernel/observe.h).
 */
#ifndef KERNEL_LOCKCOST_H
#define KERNEL_LOCKCOST_H

#include "kernel/lock.h"
#include "kernel/observe.h"

#define LOCK_COST_MAX 100000

/* The value of lockcost=, or 0: off. */
extern unsigned lock_cost_ticks;

/* Read @text (NULL = off) and measure the loop. 0, or -EINVAL after one line that says why.
 * Context: nothing else runs. */
int lock_cost_setup(const char *text);

/* The current CPU has just written the word of @li. Context: any; takes no lock. */
void lock_cost_charge(struct lock_info *li);

static inline void lock_cost(struct lock_info *li)
{
	if (unlikely(observers.one.cost))
		lock_cost_charge(li);
}

#endif
