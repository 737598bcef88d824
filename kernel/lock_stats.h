/*
 * kernel/lock_stats.h - how often each class of locks was taken, found taken, and waited for.
 *
 * Counted while `watch=` holds the word "stats" (kernel/watch.h), in a table per CPU, without any lock.
 * "Found taken" means: an exclusive owner had it when it was wanted; that readers had it is not seen.
 * The time from wish to possession is summed for those only.
 */
#ifndef KERNEL_LOCK_STATS_H
#define KERNEL_LOCK_STATS_H

#include "kernel/lock.h"

struct lock_count {
	unsigned long taken, contended;
	uint64_t waited; /* arch_ticks() */
};

/* Hooks of watch.c. Context: any. */
void lock_stats_want(const struct lock_info *li);
void lock_stats_got(const struct lock_info *li);
/* The sum over all CPUs. */
struct lock_count lock_stats_of(enum lock_class_id class_id);

#endif
