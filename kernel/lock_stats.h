/*
 * kernel/lock_stats.h - what locks cost, per class: how often each was taken, found taken, how long it was
 * waited for and held. /proc/locks shows the short form, /proc/lock_stat the long one.
 *
 * Counted while `watch=` holds the word "stats" (kernel/watch.h), in a table per CPU, without any lock.
 * "Contended" means that it could not be had at once; the wait is counted from that moment on.
 * A bounce is an acquisition by another CPU than the one that had the lock last; con-bounces are those of
 * the contended ones. With lockcost= (kernel/lockcost.h), which looks at the same word earlier, none is seen.
 */
#ifndef KERNEL_LOCK_STATS_H
#define KERNEL_LOCK_STATS_H

#include "kernel/lock.h"
#include "kernel/trace_format.h"

struct lock_count {
	unsigned long taken, contended;
	uint64_t waited; /* arch_ticks() */
};

/* Hooks of lock.c. @waited and @held in arch_ticks(). Context: any. */
void lock_stats_got(struct lock_info *li, unsigned mode, bool contended, uint64_t waited);
void lock_stats_dropped(const struct lock_info *li, unsigned mode, uint64_t held);
/* The sum over all CPUs; exact when nothing else runs. @readers: of those who took it to share it. */
struct lock_count lock_stats_of(enum lock_class_id class_id);
struct trace_lock_total lock_stats_total(enum lock_class_id class_id, bool readers);
/* Start again from zero. */
void lock_stats_clear(void);

#endif
