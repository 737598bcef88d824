/*
 * kernel/spinlock.c - spin locks over the common lock protocol. See kernel/spinlock.h.
 */
#include "kernel/control.h"
#include "kernel/lock_fast.h"
#include "kernel/lock_waits.h"
#include "kernel/lockcost.h"
#include "kernel/printk.h"
#include "kernel/spinlock.h"

#define SPIN_LONG 16384u /* turns after which a waiter shows itself to the watchers */
#define SPIN_POLL 16u	 /* and after which it looks for a shootdown */

void spin_lock_init(struct spinlock *lock, enum lock_class_id class_id, const char *label)
{
	lock_info_init(&lock->info, class_id, label);
	lock->locked = 0;
}

static inline bool try_word(struct spinlock *lock)
{
	return !__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE);
}

/* The word was taken. The wait record may be in use by the sleep inside which we spin (schedule()
 * takes runqueue_lock with it filled in), so it is put back as it was. What is done after the word was
 * won makes the next one wait, so it is little. */
static void spin_slowly(struct spinlock *lock, uintptr_t place)
{
	struct task_struct *t = current;
	struct wait_for saved = t->wait;
	bool shown = false;
	uint32_t turns = 0;

	lock_contended(&lock->info, LOCK_WRITE, place);
	do {
		if (unlikely(ctl_active) && !lock_is_quiet(&lock->info)) {
			shown = true;
			lock_waiting(&lock->info, LOCK_WRITE, place);
			if (ctl_wait_lock(&lock->info))
				continue;
		}
		while (spin_is_locked(lock)) {
			cpu_relax();
			if (++turns % SPIN_POLL)
				continue;
			/* With interrupts off we would never see the shootdown that the owner
			 * may be waiting for. */
			arch_tlb_poll();
			if (turns % SPIN_LONG)
				continue;
			shown = true;
			lock_waiting(&lock->info, LOCK_WRITE, place);
		}
	} while (!try_word(lock));
	if (unlikely(shown))
		t->wait = saved;
}

void spin_acquire(struct spinlock *lock, uintptr_t place)
{
	uint64_t since;

	if (unlikely(!try_word(lock))) {
		since = arch_ticks();
		spin_slowly(lock, place);
		lock_waits_spun(&lock->info, since);
	}
	lock_cost(&lock->info);
}

static __attribute__((noinline)) void take_slowly(struct spinlock *lock, uintptr_t place)
{
	struct lock_wait saved;

	if (!observed() && try_word(lock)) { /* only the cost model led here */
		lock_cost(&lock->info);
		lock_own(&lock->info, place, 1);
		return;
	}
	saved = current->contended;
	lock_want(&lock->info, LOCK_WRITE, place);
	spin_acquire(lock, place);
	if (!observed()) {
		lock_own(&lock->info, place, 1);
		return;
	}
	lock_got(&lock->info, LOCK_WRITE, place);
	current->contended = saved;
}

/* Who takes a lock that he holds finds its word taken: lock_want() on the slow way tells him. */
static inline void take(struct spinlock *lock, uintptr_t place)
{
	if (unlikely(observers.any != 0) || unlikely(!try_word(lock)))
		take_slowly(lock, place);
	else
		lock_own(&lock->info, place, 1);
}

static inline void give(struct spinlock *lock, uintptr_t place)
{
	if (observed())
		lock_dropped(&lock->info, place);
	else
		lock_disown(&lock->info, place, 1);
	__atomic_store_n(&lock->locked, 0, __ATOMIC_RELEASE);
}

void spin_lock(struct spinlock *lock)
{
	take(lock, CALLER_PLACE());
}

void spin_unlock(struct spinlock *lock)
{
	give(lock, CALLER_PLACE());
	if (observed())
		lock_released(&lock->info, CALLER_PLACE());
}

void spin_lock_irq(struct spinlock *lock)
{
	arch_irq_disable();
	take(lock, CALLER_PLACE());
}

void spin_unlock_irq(struct spinlock *lock)
{
	give(lock, CALLER_PLACE());
	arch_irq_enable();
	if (observed())
		lock_released(&lock->info, CALLER_PLACE());
}

unsigned long spin_lock_irqsave(struct spinlock *lock)
{
	unsigned long flags = arch_irq_save();

	take(lock, CALLER_PLACE());
	return flags;
}

void spin_unlock_irqrestore(struct spinlock *lock, unsigned long flags)
{
	give(lock, CALLER_PLACE());
	arch_irq_restore(flags);
	if (observed())
		lock_released(&lock->info, CALLER_PLACE());
}

bool spin_trylock(struct spinlock *lock)
{
	if (!observed()) {
		if (!try_word(lock))
			return false;
		lock_cost(&lock->info);
		lock_own(&lock->info, CALLER_PLACE(), 1);
		return true;
	}
	lock_want(&lock->info, LOCK_WRITE | LOCK_TRY, CALLER_PLACE());
	if (!try_word(lock))
		return false;
	lock_got(&lock->info, LOCK_WRITE | LOCK_TRY, CALLER_PLACE());
	return true;
}
