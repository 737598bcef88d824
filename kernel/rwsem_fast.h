/*
 * kernel/rwsem_fast.h - reading under a rw_semaphore for whom each instruction counts: page faults that hold
 * a vma. Inline while nobody looks on, else kernel/rwsem.c. See kernel/lock_fast.h.
 */
#ifndef KERNEL_RWSEM_FAST_H
#define KERNEL_RWSEM_FAST_H

#include "kernel/lock_fast.h"
#include "kernel/rwsem.h"

/* down_read_trylock() of a semaphore that is not readers_first. */
static inline bool rwsem_try_read(struct rw_semaphore *sem)
{
	uint32_t c = __atomic_load_n(&sem->count, __ATOMIC_RELAXED);

	if (unlikely(observers.any != 0)) /* the cost model included */
		return down_read_trylock(sem);
	do {
		if (unlikely(c & (RWSEM_WRITER | RWSEM_WAITERS)))
			return false;
	} while (unlikely(!__atomic_compare_exchange_n(&sem->count, &c, c + RWSEM_READER, false,
						       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)));
	lock_push(current, &sem->info, LOCK_READ | LOCK_TRY, CALLER_PLACE(), 0);
	return true;
}

/* up_read(). */
static inline void rwsem_end_read(struct rw_semaphore *sem)
{
	uint32_t c;

	if (unlikely(observers.any != 0) || unlikely(!lock_pop(current, &sem->info, 0))) {
		up_read(sem);
		return;
	}
	c = __atomic_fetch_sub(&sem->count, RWSEM_READER, __ATOMIC_RELEASE);
	if (unlikely(c & RWSEM_WAITERS))
		rwsem_grant(sem);
}

#endif
