/*
 * kernel/wait.c - wait queues. See kernel/wait.h.
 */
#include "kernel/printk.h"
#include "kernel/sync.h"
#include "kernel/wait.h"

void init_waitqueue_head(struct wait_queue_head *q, const char *label)
{
	spin_lock_init(&q->lock, LC_WAITQUEUE, label);
	list_init(&q->task_list);
}

static void enqueue(struct wait_queue_head *q, struct wait_queue *w, bool exclusive)
{
	unsigned long flags = spin_lock_irqsave(&q->lock);

	w->exclusive = exclusive;
	list_add_tail(&w->link, &q->task_list);
	spin_unlock_irqrestore(&q->lock, flags);
}

void add_wait_queue(struct wait_queue_head *q, struct wait_queue *w)
{
	enqueue(q, w, false);
}

void add_wait_queue_exclusive(struct wait_queue_head *q, struct wait_queue *w)
{
	enqueue(q, w, true);
}

void remove_wait_queue(struct wait_queue_head *q, struct wait_queue *w)
{
	unsigned long flags = spin_lock_irqsave(&q->lock);

	list_del(&w->link);
	spin_unlock_irqrestore(&q->lock, flags);
}

void prepare_to_wait(struct wait_queue_head *q, struct wait_queue *w, int state)
{
	unsigned long flags = spin_lock_irqsave(&q->lock);

	if (list_empty(&w->link))
		list_add_tail(&w->link, &q->task_list);
	set_current_state(state);
	spin_unlock_irqrestore(&q->lock, flags);
}

void finish_wait(struct wait_queue_head *q, struct wait_queue *w)
{
	set_current_state(TASK_RUNNING);
	wait_clear();
	/* Always under the lock: a waker that is still in the queue must be done with @w. */
	remove_wait_queue(q, w);
}

static void sleep_on_state(struct wait_queue_head *q, int state, uintptr_t place)
{
	struct wait_queue w = WAIT_QUEUE_INIT(w);

	might_sleep();
	prepare_to_wait(q, &w, state);
	wait_set(WAIT_EVENT, q, place);
	schedule();
	finish_wait(q, &w);
}

void sleep_on(struct wait_queue_head *q)
{
	sleep_on_state(q, TASK_UNINTERRUPTIBLE, CALLER_PLACE());
}

void interruptible_sleep_on(struct wait_queue_head *q)
{
	sleep_on_state(q, TASK_INTERRUPTIBLE, CALLER_PLACE());
}

int wake_up_locked(struct wait_queue_head *q, int nr_exclusive)
{
	struct list_head *pos, *next;
	int woken = 0;

	list_for_each_safe(pos, next, &q->task_list) {
		struct wait_queue *w = list_entry(pos, struct wait_queue, link);

		if (!wake_up_process(w->task))
			continue;
		woken++;
		if (w->exclusive && --nr_exclusive == 0)
			break;
	}
	return woken;
}

static int wake(struct wait_queue_head *q, int nr_exclusive)
{
	unsigned long flags = spin_lock_irqsave(&q->lock);
	int woken = wake_up_locked(q, nr_exclusive);

	spin_unlock_irqrestore(&q->lock, flags);
	/* With interrupts off we may be inside an atomic section: no step ends here. A dying
	 * task must not be switched away from before its last schedule(). */
	if (woken && arch_irqs_enabled() && current->state != TASK_ZOMBIE)
		sync_point(SP_WAKE, q);
	return woken;
}

int wake_up(struct wait_queue_head *q)
{
	return wake(q, 1);
}

int wake_up_all(struct wait_queue_head *q)
{
	return wake(q, 0);
}

bool waitqueue_active(struct wait_queue_head *q)
{
	return !list_empty(&q->task_list);
}
