/*
 * kernel/semaphore.c - semaphores with 1999's retry. See kernel/semaphore.h.
 *
 * A waiter stays at its place in the queue until it has taken a count: up() wakes the first, and a
 * waiter that leaves while counts remain wakes the next, so no wake-up is lost when two up() come
 * before the first waiter runs.
 *
 * The count is changed atomically, and the queue's lock is taken only by who waits or wakes. up()
 * adds to the count and then looks for waiters; a waiter enters the queue and then looks at the
 * count, both with a full barrier between: one of them sees the other. A waker takes the queue's
 * lock, and so comes when the waiter is asleep or has its count.
 */
#include "kernel/errno.h"
#include "kernel/lock_fast.h"
#include "kernel/lock_waits.h"
#include "kernel/lockcost.h"
#include "kernel/printk.h"
#include "kernel/semaphore.h"

void sema_init(struct semaphore *sem, int count, enum lock_class_id class_id, const char *label)
{
	BUG_ON(count < 0);
	lock_info_init(&sem->info, class_id, label);
	sem->mutex = count == 1;
	sem->count = count;
	init_waitqueue_head(&sem->wait, label);
}

/* Needs sem->wait.lock. */
static void wake_first(struct semaphore *sem)
{
	if (!list_empty(&sem->wait.task_list))
		wake_up_process(list_first(&sem->wait.task_list, struct wait_queue, link)->task);
}

static inline int count_of(const struct semaphore *sem)
{
	return __atomic_load_n(&sem->count, __ATOMIC_RELAXED);
}

static inline bool try_count(struct semaphore *sem)
{
	int count = count_of(sem);

	while (count > 0)
		if (__atomic_compare_exchange_n(&sem->count, &count, count - 1, false,
						__ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
			return true;
	return false;
}

static inline bool has_waiters(const struct semaphore *sem)
{
	return __atomic_load_n(&sem->wait.task_list.next, __ATOMIC_RELAXED) != &sem->wait.task_list;
}

/* Sleep until a count can be taken. */
static __attribute__((noinline)) int wait_for_count(struct semaphore *sem, int state,
						    uintptr_t place)
{
	struct wait_queue w = {.task = current, .exclusive = true};
	uint64_t since = arch_ticks();
	unsigned long flags = spin_lock_irqsave(&sem->wait.lock);
	int ret = 0;

	lock_contended(&sem->info, LOCK_WRITE, place);
	list_add_tail(&w.link, &sem->wait.task_list);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	while (!try_count(sem)) {
		if (state == TASK_INTERRUPTIBLE && signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		set_current_state(state);
		lock_waiting(&sem->info, LOCK_WRITE, place);
		spin_unlock_irqrestore(&sem->wait.lock, flags);
		schedule();
		flags = spin_lock_irqsave(&sem->wait.lock);
	}
	list_del(&w.link);
	set_current_state(TASK_RUNNING);
	wait_clear();
	if (count_of(sem) > 0)
		wake_first(sem);
	spin_unlock_irqrestore(&sem->wait.lock, flags);
	lock_waits_slept(&sem->info, since);
	return ret;
}

static inline void note_got(struct semaphore *sem, unsigned mode, uintptr_t place)
{
	if (!sem->mutex)
		return;
	lock_cost(&sem->info);
	if (observed())
		lock_got(&sem->info, mode, place);
	else
		lock_own(&sem->info, place, 0);
}

static inline int take(struct semaphore *sem, int state, uintptr_t place)
{
	int ret = 0;

	if (observed())
		lock_want(&sem->info, LOCK_WRITE, place);
	if (unlikely(!try_count(sem)))
		ret = wait_for_count(sem, state, place);
	if (!ret)
		note_got(sem, LOCK_WRITE, place);
	return ret;
}

void down(struct semaphore *sem)
{
	might_sleep_here(CALLER_PLACE());
	take(sem, TASK_UNINTERRUPTIBLE, CALLER_PLACE());
}

int down_interruptible(struct semaphore *sem)
{
	might_sleep_here(CALLER_PLACE());
	return take(sem, TASK_INTERRUPTIBLE, CALLER_PLACE());
}

bool down_trylock(struct semaphore *sem)
{
	if (observed())
		lock_want(&sem->info, LOCK_WRITE | LOCK_TRY, CALLER_PLACE());
	if (!try_count(sem))
		return false;
	note_got(sem, LOCK_WRITE | LOCK_TRY, CALLER_PLACE());
	return true;
}

static __attribute__((noinline)) void wake_a_waiter(struct semaphore *sem)
{
	unsigned long flags = spin_lock_irqsave(&sem->wait.lock);

	wake_first(sem);
	spin_unlock_irqrestore(&sem->wait.lock, flags);
}

void up(struct semaphore *sem)
{
	bool seen = observed();
	int before;

	if (sem->mutex) {
		if (seen)
			lock_dropped(&sem->info, CALLER_PLACE());
		else
			lock_disown(&sem->info, CALLER_PLACE(), 0);
	}
	before = __atomic_fetch_add(&sem->count, 1, __ATOMIC_SEQ_CST);
	BUG_ON(sem->mutex && before != 0);
	if (unlikely(has_waiters(sem)))
		wake_a_waiter(sem);
	if (seen && arch_irqs_enabled())
		lock_released(&sem->info, CALLER_PLACE());
}
