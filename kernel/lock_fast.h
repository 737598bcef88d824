/*
 * kernel/lock_fast.h - the lock protocol of kernel/lock.h for the case that nobody looks on: what
 * the primitives inline, so that an uncontended lock costs a few instructions.
 *
 * Interface: observed() says whether a watcher, the trace or the controlled scheduler is on;
 * then the primitive goes through lock_want / got / dropped / released. Otherwise lock_own() and
 * lock_disown() keep the same books: owner, place, and the task's held record, from which reports,
 * might_sleep() and the assertions are made whether or not anybody watches.
 * might_sleep_here() is might_sleep_at() for hot places. Only the primitives' own files and the
 * allocators include this.
 */
#ifndef KERNEL_LOCK_FAST_H
#define KERNEL_LOCK_FAST_H

#include "kernel/observe.h"
#include "kernel/task.h"

static inline bool lock_observed(void)
{
	return unlikely((watch_mask | trace_mask | (unsigned)ctl_active) != 0);
}

/* The task's record is full: panics, naming the lock. */
void lock_no_room(const struct task_struct *t, const struct lock_info *li)
	__attribute__((noreturn));

/* Enter @li on top of the held records of @t. @spin: 1 = it forbids sleeping, else 0. An interrupt
 * may push and pop on top at any moment: the slot is reserved before it is filled. */
static inline void lock_push(struct task_struct *t, struct lock_info *li, unsigned mode,
			     uintptr_t place, int spin)
{
	int slot = t->nheld;
	struct held_lock *h = &t->held[slot];

	if (unlikely(slot >= MAX_HELD_LOCKS))
		lock_no_room(t, li);
	t->nheld = slot + 1;
	t->nspin += spin;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	h->mode = (uint8_t)mode;
	h->depth = 1;
	h->place = place;
	h->since = arch_ticks();
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	h->lock = li;
}

/* Take @li off again if it is the last record and no wait began above it; false = it is not, and
 * nothing was done. */
static inline bool lock_pop(struct task_struct *t, const struct lock_info *li, int spin)
{
	int last = t->nheld - 1;
	struct held_lock *h;

	if (unlikely(last < t->wait.nheld))
		return false;
	h = &t->held[last];
	if (unlikely(h->lock != li))
		return false;
	h->lock = NULL;
	t->nspin -= spin;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	t->nheld = last;
	return true;
}

static inline void might_sleep_here(uintptr_t place)
{
	const struct task_struct *t = current;

	if (unlikely((t->nspin | t->rcu_nesting) != 0 || !arch_irqs_enabled()))
		might_sleep_at(place);
}

/* The current task now holds @li alone. */
static inline void lock_own(struct lock_info *li, uintptr_t place, int spin)
{
	struct task_struct *t = current;

	li->owner = t;
	li->place = place;
	lock_push(t, li, LOCK_WRITE, place, spin);
}

/* It is about to give it back. */
static inline void lock_disown(struct lock_info *li, uintptr_t place, int spin)
{
	if (unlikely(!lock_pop(current, li, spin)))
		lock_dropped(li, place);
	else
		li->owner = NULL;
}

#endif
