/*
 * kernel/rcu.h - read-copy-update with grace periods, for the designs of today.
 *
 * Interface: rcu_read_lock / rcu_read_unlock (nest; no sleeping inside), rcu_dereference /
 * rcu_assign_pointer, call_rcu, synchronize_rcu.
 * A grace period is over when every CPU has passed a quiescent state: schedule(), the idle loop, a
 * timer tick that interrupted user mode, or a wait for the baton outside read sections
 * (rcu_note_quiescent). Kernel mode is not preempted, so a reader never spans one of these.
 * Callbacks run in schedule() and the idle loop, no lock held; they must not sleep.
 */
#ifndef KERNEL_RCU_H
#define KERNEL_RCU_H

#include "kernel/list.h"
#include "kernel/task.h"

/* Embedded in what is to be freed. */
struct rcu_head {
	struct rcu_head *next; /* rcu_lock */
	void (*func)(struct rcu_head *);
};

static inline void rcu_read_lock(void)
{
	current->rcu_nesting++;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

void rcu_read_unlock(void);

static inline bool rcu_read_lock_held(void)
{
	return current->rcu_nesting > 0;
}

#define rcu_dereference(p)	 __atomic_load_n(&(p), __ATOMIC_CONSUME)
#define rcu_assign_pointer(p, v) __atomic_store_n(&(p), (v), __ATOMIC_RELEASE)

/* Call func(head) after all readers that run now are done. Context: any. Locks: rcu_lock. */
void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *));
/* Wait until all readers that run now are done. Context: may sleep. */
void synchronize_rcu(void);

/* The current CPU is in no read section: called by schedule() and the idle loop (which also run
 * callbacks), by the tick in user mode, and by loops that wait for the baton. A no-op when the
 * current task is in a read section. Context: any. */
void rcu_note_quiescent(void);
/* Run callbacks whose grace period is over. Context: task or idle, no lock held. */
void rcu_run_callbacks(void);
/* Callbacks not yet run, for leak checks. */
unsigned rcu_pending(void);

#endif
