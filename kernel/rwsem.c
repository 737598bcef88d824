/*
 * kernel/rwsem.c - read/write semaphores, handed over in FIFO order. See kernel/rwsem.h.
 *
 * The way that most take is one compare-and-swap and the books of kernel/lock_fast.h. Whoever finds the
 * lock taken, or somebody waiting, goes on under wait_lock.
 */
#include "kernel/lock_fast.h"
#include "kernel/lock_waits.h"
#include "kernel/lockcost.h"
#include "kernel/printk.h"
#include "kernel/rwsem.h"
#include "kernel/sched.h"
#include "kernel/wait.h"

/* One waiter, on its stack; protected by wait_lock. */
struct rwsem_waiter {
	struct task_struct *task;
	bool write;
	bool granted; /* it owns the lock and is off the queue */
	struct list_head link;
};

void init_rwsem(struct rw_semaphore *sem, enum lock_class_id class_id, const char *label)
{
	lock_info_init(&sem->info, class_id, label);
	spin_lock_init(&sem->wait_lock, LC_WAITQUEUE, label);
	sem->readers_first = false;
	sem->count = 0;
	list_init(&sem->waiters);
}

void rwsem_readers_first(struct rw_semaphore *sem)
{
	sem->readers_first = true;
}

/* --- the word ---------------------------------------------------------------------------------------- */

static inline uint32_t word(const struct rw_semaphore *sem)
{
	return __atomic_load_n(&sem->count, __ATOMIC_RELAXED);
}

/* Go in unless one of the bits of @against is set. */
static inline bool enter_unless(struct rw_semaphore *sem, uint32_t against, bool write)
{
	uint32_t c = word(sem);

	while (!(c & against))
		if (__atomic_compare_exchange_n(&sem->count, &c, c + (write ? RWSEM_WRITER : RWSEM_READER),
						false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return true;
	return false;
}

/* May a newcomer go in now? Then it has. */
static inline bool enter_now(struct rw_semaphore *sem, bool write)
{
	if (write)
		return enter_unless(sem, ~0u, true);
	return enter_unless(sem, sem->readers_first ? RWSEM_WRITER : RWSEM_WRITER | RWSEM_WAITERS, false);
}

/* Go out; true = somebody waits who may come in now. */
static inline bool leave(struct rw_semaphore *sem, bool write)
{
	uint32_t unit = write ? RWSEM_WRITER : RWSEM_READER;
	uint32_t c = __atomic_fetch_sub(&sem->count, unit, __ATOMIC_RELEASE);

	BUG_ON(write ? !(c & RWSEM_WRITER) : c < RWSEM_READER);
	return unlikely(c & RWSEM_WAITERS) && c - unit == RWSEM_WAITERS;
}

/* --- the queue --------------------------------------------------------------------------------------- */

/* Let @w in if it may go in now, whoever waits behind it. */
static bool grant(struct rw_semaphore *sem, struct rwsem_waiter *w)
{
	if (!enter_unless(sem, w->write ? ~RWSEM_WAITERS : RWSEM_WRITER, w->write))
		return false;
	list_del(&w->link);
	if (w->write)
		sem->info.owner = w->task; /* owner before it runs: the wait graph has no gap */
	w->granted = true;
	wake_up_process(w->task);
	return true;
}

/* Something was released, or somebody queued: let in whoever may go now. Needs wait_lock. */
static void grant_waiters(struct rw_semaphore *sem)
{
	struct list_head *pos, *next;

	list_for_each_safe(pos, next, &sem->waiters) {
		struct rwsem_waiter *w = list_entry(pos, struct rwsem_waiter, link);

		if (w->write && sem->readers_first)
			continue; /* when no reader is left, below */
		if (!grant(sem, w))
			break;
	}
	if (sem->readers_first && !list_empty(&sem->waiters))
		grant(sem, list_first(&sem->waiters, struct rwsem_waiter, link));
	if (list_empty(&sem->waiters))
		__atomic_fetch_and(&sem->count, ~RWSEM_WAITERS, __ATOMIC_RELAXED);
}

__attribute__((noinline)) void rwsem_grant(struct rw_semaphore *sem)
{
	unsigned long flags = spin_lock_irqsave(&sem->wait_lock);

	grant_waiters(sem);
	spin_unlock_irqrestore(&sem->wait_lock, flags);
}

/* Queue and sleep until granted. Needs wait_lock, drops it while asleep. */
static void wait_for_grant(struct rw_semaphore *sem, bool write, unsigned long *flags,
			   uintptr_t place)
{
	struct rwsem_waiter w = {.task = current, .write = write};

	lock_contended(&sem->info, write ? LOCK_WRITE : LOCK_READ, place);
	list_add_tail(&w.link, &sem->waiters);
	__atomic_fetch_or(&sem->count, RWSEM_WAITERS, __ATOMIC_ACQ_REL);
	grant_waiters(sem); /* who left before he could see the bit let nobody in */
	while (!w.granted) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		lock_waiting(&sem->info, write ? LOCK_WRITE : LOCK_READ, place);
		spin_unlock_irqrestore(&sem->wait_lock, *flags);
		schedule();
		*flags = spin_lock_irqsave(&sem->wait_lock);
	}
	set_current_state(TASK_RUNNING);
	wait_clear();
}

static __attribute__((noinline)) void take_slowly(struct rw_semaphore *sem, bool write, uintptr_t place)
{
	unsigned mode = write ? LOCK_WRITE : LOCK_READ;
	unsigned long flags;
	uint64_t since;

	lock_want(&sem->info, mode, place);
	if (!enter_now(sem, write)) {
		since = arch_ticks();
		flags = spin_lock_irqsave(&sem->wait_lock);
		wait_for_grant(sem, write, &flags, place);
		spin_unlock_irqrestore(&sem->wait_lock, flags);
		lock_waits_slept(&sem->info, since);
	}
	lock_cost(&sem->info);
	lock_got(&sem->info, mode, place);
}

/* --- taking and giving back ---------------------------------------------------------------------------- */

/* The current task is inside. */
static inline void own(struct rw_semaphore *sem, bool write, unsigned mode, uintptr_t place)
{
	lock_cost(&sem->info);
	if (write) {
		sem->info.owner = current;
		sem->info.place = place;
	}
	lock_push(current, &sem->info, mode, place, 0);
}

static inline void take(struct rw_semaphore *sem, bool write, uintptr_t place)
{
	might_sleep_here(place);
	if (observed() || unlikely(!enter_now(sem, write)))
		take_slowly(sem, write, place);
	else
		own(sem, write, write ? LOCK_WRITE : LOCK_READ, place);
}

static inline bool try(struct rw_semaphore *sem, bool write, uintptr_t place)
{
	unsigned mode = (write ? LOCK_WRITE : LOCK_READ) | LOCK_TRY;

	if (!observed()) {
		if (!enter_now(sem, write))
			return false;
		own(sem, write, mode, place);
		return true;
	}
	lock_want(&sem->info, mode, place);
	if (!enter_now(sem, write))
		return false;
	lock_got(&sem->info, mode, place);
	return true;
}

static inline void release(struct rw_semaphore *sem, bool write, uintptr_t place)
{
	if (observed() || unlikely(!lock_pop(current, &sem->info, 0)))
		lock_dropped(&sem->info, place);
	else if (write)
		sem->info.owner = NULL;
	lock_cost(&sem->info); /* leaving writes the word, and other readers may have been at it */
	if (leave(sem, write))
		rwsem_grant(sem);
	if (observed() && arch_irqs_enabled())
		lock_released(&sem->info, place);
}

void down_read(struct rw_semaphore *sem)
{
	take(sem, false, CALLER_PLACE());
}

void down_write(struct rw_semaphore *sem)
{
	take(sem, true, CALLER_PLACE());
}

bool down_read_trylock(struct rw_semaphore *sem)
{
	return try(sem, false, CALLER_PLACE());
}

bool down_write_trylock(struct rw_semaphore *sem)
{
	return try(sem, true, CALLER_PLACE());
}

void up_read(struct rw_semaphore *sem)
{
	release(sem, false, CALLER_PLACE());
}

void up_write(struct rw_semaphore *sem)
{
	release(sem, true, CALLER_PLACE());
}

void downgrade_write(struct rw_semaphore *sem)
{
	struct held_lock *h = lock_held_by_current(&sem->info);

	if (!h || (h->mode & LOCK_READ))
		lock_assert_failed(&sem->info, true, "downgrade_write", __func__);
	lock_downgraded(&sem->info, CALLER_PLACE());
	sem->info.owner = NULL;
	__atomic_fetch_add(&sem->count, RWSEM_READER - RWSEM_WRITER, __ATOMIC_RELEASE);
	if (word(sem) & RWSEM_WAITERS)
		rwsem_grant(sem);
	if (arch_irqs_enabled())
		lock_released(&sem->info, CALLER_PLACE());
}

bool rwsem_is_locked(struct rw_semaphore *sem)
{
	return word(sem) & ~RWSEM_WAITERS;
}
