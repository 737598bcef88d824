/*
 * kernel/spinlock.h - spin locks: owned by a task, never held over schedule().
 *
 * Interface: spin_lock_init or SPINLOCK_INIT; spin_lock / spin_unlock, the _irq and _irqsave forms
 * for locks that interrupt handlers take too, spin_trylock.
 * Invariants: the owner is the task that took it (in an interrupt: the interrupted task); taking a
 * lock twice, releasing somebody else's, and sleeping with one held are panics that name the lock
 * and the place where it was taken.
 * Under the controlled scheduler a waiter does not spin: ctl_wait_lock() disables it until the lock
 * is free (DESIGN section 5; leaf classes cannot be contended there).
 */
#ifndef KERNEL_SPINLOCK_H
#define KERNEL_SPINLOCK_H

#include "kernel/arch.h"
#include "kernel/lock.h"

struct spinlock {
	struct lock_info info;
	uint32_t locked; /* 0 or 1; atomic */
};

/* A lock that exists once: its class says all, @label may be NULL. */
#define SPINLOCK_INIT(lc, lbl)                                                                     \
	{                                                                                          \
		.info = {.class_id = (lc), .label = (lbl)}, .locked = 0                            \
	}

/* @label names this instance in reports and must outlive the lock; NULL = class and ordinal.
 * Context: any. */
void spin_lock_init(struct spinlock *lock, enum lock_class_id class_id, const char *label);

/* Context: atomic; spins. Locks: takes @lock. The lock's other users must not be interrupts. */
void spin_lock(struct spinlock *lock);
void spin_unlock(struct spinlock *lock);

/* The same with interrupts of this CPU off while held. spin_unlock_irq turns them on, whatever
 * they were before. */
void spin_lock_irq(struct spinlock *lock);
void spin_unlock_irq(struct spinlock *lock);

/* Returns the interrupt state for spin_unlock_irqrestore(). */
unsigned long spin_lock_irqsave(struct spinlock *lock);
void spin_unlock_irqrestore(struct spinlock *lock, unsigned long flags);

/* Take the lock only if it is free; true = taken. Never waits, makes no order edge into it. */
bool spin_trylock(struct spinlock *lock);

/* Wait for the word of a lock and take it, without want/got: the part that kernel_lock shares. */
void spin_acquire(struct spinlock *lock, uintptr_t place);

/* True while anybody holds it. A hint, unless the caller knows who else can run. */
static inline bool spin_is_locked(const struct spinlock *lock)
{
	return __atomic_load_n(&lock->locked, __ATOMIC_RELAXED) != 0;
}

#endif
