/*
 * kernel/rwsem.c - read/write semaphores, handed over in FIFO order. See kernel/rwsem.h.
 */
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
	sem->readers = 0;
	sem->writer = false;
	list_init(&sem->waiters);
}

void rwsem_readers_first(struct rw_semaphore *sem)
{
	sem->readers_first = true;
}

/* May a newcomer be let in now? */
static bool may_enter(const struct rw_semaphore *sem, bool write)
{
	if (sem->writer)
		return false;
	if (write)
		return !sem->readers && list_empty(&sem->waiters);
	return sem->readers_first || list_empty(&sem->waiters);
}

static void enter(struct rw_semaphore *sem, bool write)
{
	if (write)
		sem->writer = true;
	else
		sem->readers++;
}

static void grant(struct rw_semaphore *sem, struct rwsem_waiter *w)
{
	enter(sem, w->write);
	list_del(&w->link);
	if (w->write)
		sem->info.owner = w->task; /* owner before it runs: the wait graph has no gap */
	w->granted = true;
	wake_up_process(w->task);
}

/* Something was released: let in whoever may go now. Needs wait_lock. */
static void grant_waiters(struct rw_semaphore *sem)
{
	struct list_head *pos, *next;

	list_for_each_safe(pos, next, &sem->waiters) {
		struct rwsem_waiter *w = list_entry(pos, struct rwsem_waiter, link);

		if (w->write && sem->readers_first)
			continue; /* second pass below */
		if (sem->writer || (w->write && sem->readers))
			return;
		grant(sem, w);
	}
	if (sem->readers_first && !sem->readers && !sem->writer && !list_empty(&sem->waiters))
		grant(sem, list_first(&sem->waiters, struct rwsem_waiter, link));
}

/* Queue and sleep until granted. Needs wait_lock, drops it while asleep. */
static void wait_for_grant(struct rw_semaphore *sem, bool write, unsigned long *flags,
			   uintptr_t place)
{
	struct rwsem_waiter w = {.task = current, .write = write};

	list_add_tail(&w.link, &sem->waiters);
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

static void take(struct rw_semaphore *sem, bool write, uintptr_t place)
{
	unsigned mode = write ? LOCK_WRITE : LOCK_READ;
	unsigned long flags;

	lock_want(&sem->info, mode, place);
	flags = spin_lock_irqsave(&sem->wait_lock);
	if (may_enter(sem, write))
		enter(sem, write);
	else
		wait_for_grant(sem, write, &flags, place);
	spin_unlock_irqrestore(&sem->wait_lock, flags);
	lock_got(&sem->info, mode, place);
}

static bool try(struct rw_semaphore *sem, bool write, uintptr_t place)
{
	unsigned mode = (write ? LOCK_WRITE : LOCK_READ) | LOCK_TRY;
	unsigned long flags;
	bool ok;

	lock_want(&sem->info, mode, place);
	flags = spin_lock_irqsave(&sem->wait_lock);
	ok = may_enter(sem, write);
	if (ok)
		enter(sem, write);
	spin_unlock_irqrestore(&sem->wait_lock, flags);
	if (ok)
		lock_got(&sem->info, mode, place);
	return ok;
}

static void release(struct rw_semaphore *sem, bool write, uintptr_t place)
{
	unsigned long flags;

	lock_dropped(&sem->info, place);
	flags = spin_lock_irqsave(&sem->wait_lock);
	BUG_ON(write ? !sem->writer : sem->readers <= 0);
	if (write)
		sem->writer = false;
	else
		sem->readers--;
	grant_waiters(sem);
	spin_unlock_irqrestore(&sem->wait_lock, flags);
	if (arch_irqs_enabled())
		lock_released(&sem->info, place);
}

void down_read(struct rw_semaphore *sem)
{
	might_sleep_at(CALLER_PLACE());
	take(sem, false, CALLER_PLACE());
}

void down_write(struct rw_semaphore *sem)
{
	might_sleep_at(CALLER_PLACE());
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
	unsigned long flags;

	if (!h || (h->mode & LOCK_READ))
		lock_assert_failed(&sem->info, true, "downgrade_write", __func__);
	h->mode |= LOCK_READ;
	flags = spin_lock_irqsave(&sem->wait_lock);
	sem->writer = false;
	sem->readers++;
	sem->info.owner = NULL;
	grant_waiters(sem);
	spin_unlock_irqrestore(&sem->wait_lock, flags);
	if (arch_irqs_enabled())
		lock_released(&sem->info, CALLER_PLACE());
}

bool rwsem_is_locked(struct rw_semaphore *sem)
{
	return sem->writer || sem->readers;
}
