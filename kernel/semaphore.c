/*
 * kernel/semaphore.c - semaphores with 1999's retry. See kernel/semaphore.h.
 *
 * A waiter stays at its place in the queue until it has taken a count: up() wakes the first, and a
 * waiter that leaves while counts remain wakes the next, so no wake-up is lost when two up() come
 * before the first waiter runs.
 */
#include "kernel/errno.h"
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

static void wake_first(struct semaphore *sem)
{
	if (!list_empty(&sem->wait.task_list))
		wake_up_process(list_first(&sem->wait.task_list, struct wait_queue, link)->task);
}

/* Sleep until a count can be taken. Needs sem->wait.lock, drops it while asleep. */
static int wait_for_count(struct semaphore *sem, int state, unsigned long *flags, uintptr_t place)
{
	struct wait_queue w = {.task = current, .exclusive = true};
	int ret = 0;

	list_add_tail(&w.link, &sem->wait.task_list);
	while (sem->count == 0) {
		if (state == TASK_INTERRUPTIBLE && signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		set_current_state(state);
		lock_waiting(&sem->info, LOCK_WRITE, place);
		spin_unlock_irqrestore(&sem->wait.lock, *flags);
		schedule();
		*flags = spin_lock_irqsave(&sem->wait.lock);
	}
	if (!ret)
		sem->count--;
	list_del(&w.link);
	set_current_state(TASK_RUNNING);
	wait_clear();
	if (sem->count > 0)
		wake_first(sem);
	return ret;
}

static int take(struct semaphore *sem, int state, uintptr_t place)
{
	unsigned long flags;
	int ret = 0;

	lock_want(&sem->info, LOCK_WRITE, place);
	flags = spin_lock_irqsave(&sem->wait.lock);
	if (sem->count > 0)
		sem->count--;
	else
		ret = wait_for_count(sem, state, &flags, place);
	spin_unlock_irqrestore(&sem->wait.lock, flags);
	if (!ret && sem->mutex)
		lock_got(&sem->info, LOCK_WRITE, place);
	return ret;
}

void down(struct semaphore *sem)
{
	might_sleep_at(CALLER_PLACE());
	take(sem, TASK_UNINTERRUPTIBLE, CALLER_PLACE());
}

int down_interruptible(struct semaphore *sem)
{
	might_sleep_at(CALLER_PLACE());
	return take(sem, TASK_INTERRUPTIBLE, CALLER_PLACE());
}

bool down_trylock(struct semaphore *sem)
{
	unsigned long flags;
	bool got;

	lock_want(&sem->info, LOCK_WRITE | LOCK_TRY, CALLER_PLACE());
	flags = spin_lock_irqsave(&sem->wait.lock);
	got = sem->count > 0;
	if (got)
		sem->count--;
	spin_unlock_irqrestore(&sem->wait.lock, flags);
	if (got && sem->mutex)
		lock_got(&sem->info, LOCK_WRITE | LOCK_TRY, CALLER_PLACE());
	return got;
}

void up(struct semaphore *sem)
{
	unsigned long flags;

	if (sem->mutex)
		lock_dropped(&sem->info, CALLER_PLACE());
	flags = spin_lock_irqsave(&sem->wait.lock);
	BUG_ON(sem->mutex && sem->count != 0);
	sem->count++;
	wake_first(sem);
	spin_unlock_irqrestore(&sem->wait.lock, flags);
	if (arch_irqs_enabled())
		lock_released(&sem->info, CALLER_PLACE());
}
