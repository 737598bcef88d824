/*
 * kernel/wait.h - wait queues: tasks that sleep until somebody wakes the queue.
 *
 * Interface: wait_event(q, cond) for nearly everybody; prepare_to_wait / finish_wait where the loop
 * must be written out; sleep_on as 1999 had it (safe only when the waker holds kernel_lock too);
 * wake_up (all shared waiters and one exclusive), wake_up_all.
 * Invariants: a waiter is on the queue and its state is set before it tests its condition, so a
 * wake-up after the test is never lost. FIFO: the oldest exclusive waiter is woken first.
 * A waiter says what it waits for (wait_set) so that the `waits` watcher and panics can tell.
 */
#ifndef KERNEL_WAIT_H
#define KERNEL_WAIT_H

#include "kernel/errno.h"
#include "kernel/list.h"
#include "kernel/sched.h"
#include "kernel/spinlock.h"

struct wait_queue_head {
	struct spinlock lock;
	struct list_head task_list; /* protected by lock: struct wait_queue, oldest first */
};

/* One sleeper; lives on its stack. */
struct wait_queue {
	struct task_struct *task;
	bool exclusive;	       /* wake_up stops after the first of these */
	struct list_head link; /* protected by the head's lock */
};

#define WAIT_QUEUE_HEAD_INIT(name, lbl)                                                            \
	{ .lock = SPINLOCK_INIT(LC_WAITQUEUE, lbl), .task_list = LIST_HEAD_INIT((name).task_list) }
#define DECLARE_WAIT_QUEUE_HEAD(name)                                                              \
	struct wait_queue_head name = WAIT_QUEUE_HEAD_INIT(name, #name)
#define WAIT_QUEUE_INIT(w)                                                                         \
	{ .task = current, .exclusive = false, .link = LIST_HEAD_INIT((w).link) }

/* @label as in spin_lock_init. Context: any. */
void init_waitqueue_head(struct wait_queue_head *q, const char *label);

/* Put an entry on the queue / take it off. Context: any. Locks: takes q->lock, irq-safe. */
void add_wait_queue(struct wait_queue_head *q, struct wait_queue *w);
void add_wait_queue_exclusive(struct wait_queue_head *q, struct wait_queue *w);
void remove_wait_queue(struct wait_queue_head *q, struct wait_queue *w);

/* Queue @w if it is not queued yet and set the task's state: call before each test of the
 * condition. Context: task, not atomic. Locks: takes q->lock. */
void prepare_to_wait(struct wait_queue_head *q, struct wait_queue *w, int state);
/* Off the queue, TASK_RUNNING again, wait record cleared. */
void finish_wait(struct wait_queue_head *q, struct wait_queue *w);

/* Sleep until the next wake_up of @q. Racy by nature unless the waker holds kernel_lock, which
 * schedule() drops for us. Context: may sleep. */
void sleep_on(struct wait_queue_head *q);
void interruptible_sleep_on(struct wait_queue_head *q);

/* Make all shared waiters and the oldest exclusive one runnable (wake_up_all: every one).
 * Returns how many were asleep. Context: any. Locks: takes q->lock, runqueue_lock inside. */
int wake_up(struct wait_queue_head *q);
int wake_up_all(struct wait_queue_head *q);
/* The same with q->lock held by the caller, interrupts off; no sync point. @nr_exclusive 0 = all.*/
int wake_up_locked(struct wait_queue_head *q, int nr_exclusive);

bool waitqueue_active(struct wait_queue_head *q);

/* Say what the current task is about to wait for; schedule() shows it to the watchers.
 * Cleared by finish_wait() and wait_clear(). */
void wait_set(enum wait_kind kind, const void *what, uintptr_t place);
void wait_clear(void);
uintptr_t wait_here(void); /* the address of its call: the place of a wait_event */

/* Sleep until @cond is true, telling the watchers that we wait for @what. Context: may sleep. */
#define wait_event_for(q, cond, kind, what)                                                        \
	do {                                                                                       \
		struct wait_queue wait_ = WAIT_QUEUE_INIT(wait_);                                  \
		might_sleep();                                                                     \
		for (;;) {                                                                         \
			prepare_to_wait((q), &wait_, TASK_UNINTERRUPTIBLE);                        \
			if (cond)                                                                  \
				break;                                                             \
			wait_set((kind), (what), wait_here());                                     \
			schedule();                                                                \
		}                                                                                  \
		finish_wait((q), &wait_);                                                          \
	} while (0)

#define wait_event(q, cond) wait_event_for(q, cond, WAIT_EVENT, (q))

/* As wait_event, but a signal ends it. Value: 0 = @cond is true, -EINTR = a signal came first. */
#define wait_event_interruptible_for(q, cond, kind, what)                                          \
	({                                                                                         \
		struct wait_queue wait_ = WAIT_QUEUE_INIT(wait_);                                  \
		int ret_ = 0;                                                                      \
		might_sleep();                                                                     \
		for (;;) {                                                                         \
			prepare_to_wait((q), &wait_, TASK_INTERRUPTIBLE);                          \
			if (cond)                                                                  \
				break;                                                             \
			if (signal_pending(current)) {                                             \
				ret_ = -EINTR;                                                     \
				break;                                                             \
			}                                                                          \
			wait_set((kind), (what), wait_here());                                     \
			schedule();                                                                \
		}                                                                                  \
		finish_wait((q), &wait_);                                                          \
		ret_;                                                                              \
	})

#define wait_event_interruptible(q, cond)                                                          \
	wait_event_interruptible_for(q, cond, WAIT_EVENT, (q))

#endif
