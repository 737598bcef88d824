/*
 * kernel/kernel_lock.c - the recursive big kernel lock. See kernel/kernel_lock.h.
 *
 * current->lock_depth counts as in 1999: -1 = not held, n = taken n + 1 times.
 */
#include "kernel/kernel_lock.h"
#include "kernel/lock_fast.h"
#include "kernel/printk.h"
#include "kernel/spinlock.h"
#include "kernel/task.h"

static struct spinlock kernel_lock = SPINLOCK_INIT(LC_KERNEL, NULL);

static void take(uintptr_t place)
{
	struct lock_wait saved;

	if (!observed()) {
		spin_acquire(&kernel_lock, place);
		lock_own(&kernel_lock.info, place, 0);
		return;
	}
	saved = current->contended;
	lock_want(&kernel_lock.info, LOCK_WRITE, place);
	spin_acquire(&kernel_lock, place);
	lock_got(&kernel_lock.info, LOCK_WRITE, place);
	current->contended = saved;
}

static void give(uintptr_t place)
{
	if (!observed()) {
		lock_disown(&kernel_lock.info, place, 0);
		__atomic_store_n(&kernel_lock.locked, 0, __ATOMIC_RELEASE);
		return;
	}
	lock_dropped(&kernel_lock.info, place);
	__atomic_store_n(&kernel_lock.locked, 0, __ATOMIC_RELEASE);
	lock_released(&kernel_lock.info, place);
}

void lock_kernel(void)
{
	if (current->lock_depth < 0)
		take(CALLER_PLACE());
	else
		lock_held_by_current(&kernel_lock.info)->depth++;
	current->lock_depth++;
}

void unlock_kernel(void)
{
	if (current->lock_depth < 0)
		panic("%s (pid %d): unlock_kernel in %pS without lock_kernel", current->comm,
		      current->pid, (void *)CALLER_PLACE());
	if (--current->lock_depth < 0)
		give(CALLER_PLACE());
	else
		lock_held_by_current(&kernel_lock.info)->depth--;
}

bool kernel_locked(void)
{
	return current->lock_depth >= 0;
}

uintptr_t release_kernel_lock(void)
{
	uintptr_t place;

	if (current->lock_depth < 0)
		return 0;
	place = lock_held_by_current(&kernel_lock.info)->place;
	give(place);
	return place;
}

void reacquire_kernel_lock(uintptr_t place)
{
	if (current->lock_depth < 0)
		return;
	take(place);
	lock_held_by_current(&kernel_lock.info)->depth = (uint16_t)(current->lock_depth + 1);
}

struct lock_info *kernel_lock_info(void)
{
	return &kernel_lock.info;
}
