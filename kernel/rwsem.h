/*
 * kernel/rwsem.h - read/write semaphores with downgrade.
 *
 * Interface: init_rwsem; down_read / up_read, down_write / up_write, downgrade_write, trylocks;
 * rwsem_readers_first() before the first use makes the variant in which a reader is let in while a
 * writer waits, so that writers starve (design vmlist-shared, D8).
 * Invariants: either one writer or any number of readers; waiters form one FIFO queue; without
 * readers_first a newcomer never passes a waiter. The lock is handed over by the one who releases
 * it: a granted waiter owns it before it runs.
 * Readers are known by their tasks' held[] records; info.owner is the writer.
 * All that says who is inside is one word, `count`: taking and releasing a lock for which nobody waits is
 * one atomic step on it. While somebody waits RWSEM_WAITERS is set, and then everybody comes through
 * wait_lock; only a releasing reader may step on the word without it.
 */
#ifndef KERNEL_RWSEM_H
#define KERNEL_RWSEM_H

#include "kernel/list.h"
#include "kernel/spinlock.h"

#define RWSEM_WRITER  1u
#define RWSEM_WAITERS 2u /* the queue is not empty; set and cleared under wait_lock */
#define RWSEM_READER  4u /* one reader; their number stands above this bit */

struct rw_semaphore {
	struct lock_info info;
	bool readers_first; /* constant after rwsem_readers_first() */
	uint32_t count;	    /* atomic: RWSEM_WRITER, RWSEM_WAITERS, readers times RWSEM_READER */

	struct spinlock wait_lock;
	/* protected by wait_lock */
	struct list_head waiters; /* struct rwsem_waiter, oldest first */
};

#define RWSEM_INIT(name, lc, lbl)                                                                  \
	{ .info = { .class_id = (lc), .label = (lbl) },                                            \
	  .wait_lock = SPINLOCK_INIT(LC_WAITQUEUE, lbl),                                           \
	  .waiters = LIST_HEAD_INIT((name).waiters) }

/* @label as in spin_lock_init. Context: any. */
void init_rwsem(struct rw_semaphore *sem, enum lock_class_id class_id, const char *label);
void rwsem_readers_first(struct rw_semaphore *sem);

/* Context: may sleep. Locks: takes @sem for reading / writing. A task must not take it twice. */
void down_read(struct rw_semaphore *sem);
void down_write(struct rw_semaphore *sem);
/* true = taken. Context: any. */
bool down_read_trylock(struct rw_semaphore *sem);
bool down_write_trylock(struct rw_semaphore *sem);
/* Context: any. Locks: drops @sem, which the current task holds in that mode. */
void up_read(struct rw_semaphore *sem);
void up_write(struct rw_semaphore *sem);
/* The writer becomes a reader without letting any other writer in between. Context: any. */
void downgrade_write(struct rw_semaphore *sem);

/* Let in whoever may come in now: for kernel/rwsem_fast.h. */
void rwsem_grant(struct rw_semaphore *sem);
bool rwsem_is_locked(struct rw_semaphore *sem);

#endif
