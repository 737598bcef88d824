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
#include "kernel/trace_out.h"

/* Embedded in what is to be freed. */
struct rcu_head {
	struct rcu_head *next; /* rcu_lock */
	void (*func)(struct rcu_head *);
};

/* Sections appear in traces that leave the machine, as readers of a lock that nobody writes. */
void rcu_trace(enum trace_event ev);

static inline void rcu_read_lock(void)
{
	if (trace_out_running())
		rcu_trace(TE_LOCK_GOT);
	__atomic_store_n(&current->rcu_nesting, current->rcu_nesting + 1, __ATOMIC_RELAXED);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

void rcu_unbalanced(void) __attribute__((noreturn));

static inline void rcu_read_unlock(void)
{
	struct task_struct *t = current;

	if (trace_out_running())
		rcu_trace(TE_LOCK_DROP);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	if (unlikely(t->rcu_nesting <= 0))
		rcu_unbalanced();
	__atomic_store_n(&t->rcu_nesting, t->rcu_nesting - 1, __ATOMIC_RELEASE);
}

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
unsigned rcu_pending(void); /* callbacks not yet run */
/* None waits, and none runs: for leak checks. */
bool rcu_at_rest(void);
/* Come there: what was freed so far is free. Context: may sleep. */
void rcu_barrier(void);

#endif
