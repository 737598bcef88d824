/*
 * kernel/semaphore.h - counting semaphores, and mutexes made of them, as in 1999.
 *
 * Interface: sema_init(sem, 1, ...) makes a mutex (owner recorded, up() by another task is a
 * panic), any other count a counting semaphore without owner; down, down_interruptible,
 * down_trylock, up.
 * Invariants: count >= 0; waiters are served first come, first served, but a woken waiter competes
 * again with whoever passes by just then (1999's retry): it stays first in the queue until it wins.
 */
#ifndef KERNEL_SEMAPHORE_H
#define KERNEL_SEMAPHORE_H

#include "kernel/wait.h"

struct semaphore {
	struct lock_info info;
	bool mutex;		     /* constant: initial count was 1 */
	int count;		     /* atomic */
	struct wait_queue_head wait;
};

#define SEMAPHORE_INIT(name, n, lc, lbl)                                                           \
	{                                                                                          \
		.info = {.class_id = (lc), .label = (lbl)}, .mutex = (n) == 1, .count = (n),       \
		.wait = WAIT_QUEUE_HEAD_INIT((name).wait, lbl)                                     \
	}
#define DECLARE_MUTEX(name, lc) struct semaphore name = SEMAPHORE_INIT(name, 1, lc, NULL)

/* @count >= 0. @label as in spin_lock_init. Context: any. */
void sema_init(struct semaphore *sem, int count, enum lock_class_id class_id, const char *label);

/* Take one, sleeping while there is none. Context: may sleep. Locks: takes @sem. */
void down(struct semaphore *sem);
/* 0 = taken, -EINTR = a signal came first. Context: may sleep. */
int down_interruptible(struct semaphore *sem);
/* Take one if there is one; true = taken (1999's returned 0 for that). Context: any. */
bool down_trylock(struct semaphore *sem);
/* Give one back and wake the oldest waiter. Context: any; a mutex only by its owner. */
void up(struct semaphore *sem);

#endif
