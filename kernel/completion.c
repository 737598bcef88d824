/*
 * kernel/completion.c - completions. See kernel/completion.h.
 */
#include "kernel/completion.h"
#include "kernel/sync.h"

#define DONE_FOR_EVER (~0u / 2)

void init_completion(struct completion *c, const char *label)
{
	c->done = 0;
	init_waitqueue_head(&c->wait, label);
}

static void wait_for(struct completion *c, enum wait_kind kind, const void *what, uintptr_t place)
{
	struct wait_queue w = {.task = current, .exclusive = true};
	unsigned long flags;

	/* All under the queue's lock, so that complete() has let go of it before we return. */
	flags = spin_lock_irqsave(&c->wait.lock);
	if (!c->done) {
		list_add_tail(&w.link, &c->wait.task_list);
		do {
			set_current_state(TASK_UNINTERRUPTIBLE);
			wait_set(kind, what, place);
			spin_unlock_irqrestore(&c->wait.lock, flags);
			schedule();
			flags = spin_lock_irqsave(&c->wait.lock);
		} while (!c->done);
		list_del(&w.link);
		set_current_state(TASK_RUNNING);
		wait_clear();
	}
	if (c->done < DONE_FOR_EVER)
		c->done--;
	spin_unlock_irqrestore(&c->wait.lock, flags);
}

void wait_for_completion(struct completion *c)
{
	might_sleep_at(CALLER_PLACE());
	wait_for(c, WAIT_EVENT, c, CALLER_PLACE());
}

void wait_for_completion_of(struct completion *c, enum wait_kind kind, const void *what)
{
	might_sleep_at(CALLER_PLACE());
	wait_for(c, kind, what, CALLER_PLACE());
}

static void finish(struct completion *c, bool all)
{
	unsigned long flags = spin_lock_irqsave(&c->wait.lock);

	if (all)
		c->done = DONE_FOR_EVER;
	else if (c->done < DONE_FOR_EVER)
		c->done++;
	wake_up_locked(&c->wait, all ? 0 : 1);
	spin_unlock_irqrestore(&c->wait.lock, flags);
	/* *c may be gone now: the point names no object. */
	if (arch_irqs_enabled())
		sync_point(SP_WAKE, NULL);
}

void complete(struct completion *c)
{
	finish(c, false);
}

void complete_all(struct completion *c)
{
	finish(c, true);
}
