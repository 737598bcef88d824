/*
 * kernel/timer.h - kernel timers: a function called when jiffies has reached a given value.
 *
 * Interface: init_timer, set function/data/expires, add_timer; mod_timer, del_timer,
 * del_timer_sync. Timers that expire together run in the order in which they were added.
 * Functions run on CPU 0 in the timer interrupt, interrupts off, no lock held.
 * schedule_timeout() (kernel/task.h) sleeps on one.
 */
#ifndef KERNEL_TIMER_H
#define KERNEL_TIMER_H

#include "kernel/list.h"
#include "kernel/types.h"

#define MAX_SCHEDULE_TIMEOUT ((long)(~0UL >> 1))

struct timer_list {
	/* set by the user while the timer is not pending */
	unsigned long expires; /* jiffies */
	void (*function)(unsigned long data);
	unsigned long data;
	struct list_head link; /* protected by timer_lock; empty = not pending */
};

/* 1 November 1999, 00:00 UTC: the machine has no clock, it is always started then. */
#define BOOT_TIME 941414400u
/* Seconds since 1970. Context: any. */
uint32_t wall_clock(void);

/* a is later than b, right across the wrap of jiffies. */
#define time_after(a, b)    ((long)((b) - (a)) < 0)
#define time_after_eq(a, b) ((long)((a) - (b)) >= 0)
#define time_before(a, b)   time_after(b, a)

void init_timer(struct timer_list *t);
/* Context: any. Locks: takes timer_lock. A pending timer must not be added again. */
void add_timer(struct timer_list *t);
/* (Re)start @t to expire at @expires; true = it was pending. */
bool mod_timer(struct timer_list *t, unsigned long expires);
/* true = it was pending and will not run. Its function may still be running elsewhere. */
bool del_timer(struct timer_list *t);
/* The same, and its function is not running when this returns. Not from the function itself. */
bool del_timer_sync(struct timer_list *t);

/* Run every timer that has expired. Called by the timer interrupt of CPU 0. */
void run_timers(void);
/* While @hold, no timer's function runs: those that expire run afterwards. For who has to look at a
 * machine that stands still. Context: any. Locks: takes timer_lock. */
void timers_hold(bool hold);
/* A timer is pending: the machine is not stalled. */
bool timers_pending(void);
/* Let time pass until the next timer: set jiffies to its expiry and run it; false = none pending.
 * For machines without a running clock: the controlled scheduler and the host port. */
bool timers_advance(void);

#endif
