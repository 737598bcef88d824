/*
 * kernel/sched.h - the scheduler's own interface: for main.c, the timer, the controlled scheduler,
 * the watchers and fork/exec/exit. Everybody else needs only kernel/task.h.
 *
 * One run queue under runqueue_lock, goodness and quanta as in 1999; an idle task per CPU that is
 * never on the queue. runqueue_lock is held across arch_switch() and released by the task that runs
 * next (schedule_tail). Kernel tasks borrow the mm of the task before them (active_mm) and hold an
 * mm_grab() reference while they do.
 */
#ifndef KERNEL_SCHED_H
#define KERNEL_SCHED_H

#include "kernel/spinlock.h"
#include "kernel/task.h"

struct wait_queue_head;

#define DEF_COUNTER 20 /* ticks of a fresh quantum: 200 ms, as in 1999 */

extern struct spinlock runqueue_lock;
extern struct spinlock tasklist_lock; /* task_list, parent/children/sibling, zombies */
extern volatile bool
	system_running; /* tasks are scheduled: might_sleep() is checked from here on */

/* The boot stack of @cpu becomes its idle task's: the first thing kernel_main() and
 * secondary_main() do. Before it, a CPU has no current task and may only printk. Interrupts off. */
void sched_init_cpu(int cpu);
/* The idle loop of the current CPU; one turn of it (the host port runs its own loop). */
void cpu_idle(void) __attribute__((noreturn));
void cpu_idle_turn(void);
struct task_struct *idle_task(int cpu);
/* What runs on @cpu now; a hint unless runqueue_lock is held. */
struct task_struct *cpu_curr(int cpu);

/* Switch this CPU directly to @next, keeping kernel_lock and touching no state: the baton wait of
 * two controlled tasks that share a CPU. Returns when somebody switches back. @next must not be
 * running elsewhere. Context: task, no spin lock held. Locks: takes runqueue_lock. */
void sched_switch_to(struct task_struct *next);

/* Set the current task's state before testing a wait condition (full barrier). */
void set_current_state(int state);
/* Runnable tasks that are not idle, running ones included. Context: any. */
int sched_nr_runnable(void);

/* Give the current task the address space @mm (NULL = none) and load it; the caller's reference to
 * @mm moves into the task, and the reference it had to the old mm (returned) to the caller.
 * Context: atomic or not. */
struct mm_struct *sched_use_mm(struct mm_struct *mm);

/* End the current task: it becomes a zombie with @code. With a parent it stays until the parent
 * reaps it (child_exit_queue is woken); without one it is freed. Panics when a lock is held.
 * The caller has already given up mm and files. Context: may sleep. */
void task_exit(int code) __attribute__((noreturn));
extern struct wait_queue_head child_exit_queue; /* woken whenever a task with a parent has ended */
/* Panic if the kernel stack of @t has run into the task structure below it. */
void task_check_stack(const struct task_struct *t);
/* Put a new task in the list of all, and with its parent's children. tasklist_lock held. */
void task_link(struct task_struct *t);
/* Take a zombie (or a task that never ran) out of the task list. tasklist_lock held. */
void task_unlink(struct task_struct *t);

#endif
