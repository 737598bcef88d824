/*
 * kernel/timer.c - the timer list and sleeping with a limit. See kernel/timer.h.
 *
 * One list, sorted by expiry, later additions behind earlier ones of the same tick. A timer's
 * function runs without timer_lock; `running` lets del_timer_sync() wait for it.
 */
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/spinlock.h"
#include "kernel/timer.h"
#include "kernel/wait.h"

volatile unsigned long jiffies;

static struct spinlock timer_lock = SPINLOCK_INIT(LC_TIMER, NULL);
/* protected by timer_lock */
static struct list_head timers = LIST_HEAD_INIT(timers);
static struct timer_list *volatile running;
static bool held; /* timers_hold() */

void init_timer(struct timer_list *t)
{
	list_init(&t->link);
}

static void insert_sorted(struct timer_list *t)
{
	struct list_head *pos;

	for (pos = timers.prev; pos != &timers; pos = pos->prev)
		if (!time_after(list_entry(pos, struct timer_list, link)->expires, t->expires))
			break;
	list_add(&t->link, pos);
}

void add_timer(struct timer_list *t)
{
	unsigned long flags = spin_lock_irqsave(&timer_lock);

	BUG_ON(!list_empty(&t->link));
	insert_sorted(t);
	spin_unlock_irqrestore(&timer_lock, flags);
}

bool mod_timer(struct timer_list *t, unsigned long expires)
{
	unsigned long flags = spin_lock_irqsave(&timer_lock);
	bool pending = !list_empty(&t->link);

	list_del(&t->link);
	t->expires = expires;
	insert_sorted(t);
	spin_unlock_irqrestore(&timer_lock, flags);
	return pending;
}

bool del_timer(struct timer_list *t)
{
	unsigned long flags = spin_lock_irqsave(&timer_lock);
	bool pending = !list_empty(&t->link);

	list_del(&t->link);
	spin_unlock_irqrestore(&timer_lock, flags);
	return pending;
}

bool del_timer_sync(struct timer_list *t)
{
	bool pending = del_timer(t);

	while (running == t) {
		arch_tlb_poll();
		cpu_relax();
	}
	return pending;
}

void run_timers(void)
{
	unsigned long flags = spin_lock_irqsave(&timer_lock);

	while (!list_empty(&timers) && !held) {
		struct timer_list *t = list_first(&timers, struct timer_list, link);

		if (time_after(t->expires, jiffies))
			break;
		list_del(&t->link);
		running = t;
		spin_unlock_irqrestore(&timer_lock, flags);
		t->function(t->data);
		flags = spin_lock_irqsave(&timer_lock);
		running = NULL;
	}
	spin_unlock_irqrestore(&timer_lock, flags);
}

void timers_hold(bool hold)
{
	unsigned long flags = spin_lock_irqsave(&timer_lock);

	held = hold;
	spin_unlock_irqrestore(&timer_lock, flags);
}

bool timers_pending(void)
{
	return !list_empty(&timers);
}

bool timers_advance(void)
{
	unsigned long flags = spin_lock_irqsave(&timer_lock);
	bool any = !list_empty(&timers);

	if (any) {
		struct timer_list *t = list_first(&timers, struct timer_list, link);

		if (time_after(t->expires, jiffies))
			jiffies = t->expires;
	}
	spin_unlock_irqrestore(&timer_lock, flags);
	if (any)
		run_timers();
	return any;
}

static void wake_sleeper(unsigned long data)
{
	wake_up_process((struct task_struct *)data);
}

long schedule_timeout(long ticks)
{
	struct timer_list timer;
	unsigned long end = jiffies + (unsigned long)ticks;
	long left;

	BUG_ON(ticks < 0);
	if (current->state == TASK_RUNNING)
		set_current_state(TASK_UNINTERRUPTIBLE);
	if (current->wait.kind == WAIT_NONE)
		wait_set(WAIT_TIMER, NULL, CALLER_PLACE());
	if (ticks == MAX_SCHEDULE_TIMEOUT) {
		schedule();
		return ticks;
	}
	init_timer(&timer);
	timer.expires = end;
	timer.function = wake_sleeper;
	timer.data = (unsigned long)current;
	add_timer(&timer);
	schedule();
	del_timer_sync(&timer);
	left = (long)(end - jiffies);
	return left > 0 ? left : 0;
}

uint32_t wall_clock(void)
{
	return BOOT_TIME + (uint32_t)(jiffies / HZ);
}
