/*
 * kernel/task.h - tasks and the scheduler, as the rest of the kernel sees them.
 *
 * Interface: kthread_create / task_exit; schedule, wake_up_process, schedule_timeout, yield;
 * for_each_task under tasklist_lock. User mode is preempted, kernel mode is not, as in 1999.
 * One global run queue under runqueue_lock (the 1999 form); a task may be pinned to one CPU.
 */
#ifndef KERNEL_TASK_H
#define KERNEL_TASK_H

#include "kernel/arch.h"
#include "kernel/list.h"
#include "kernel/lock.h"
#include "kernel/spinlock.h"
#include "kernel/timer.h"

struct mm_struct;
struct files_struct;
struct fs_struct;
struct port;
struct sighand;

#define TASK_RUNNING	      0
#define TASK_INTERRUPTIBLE    1 /* a pending kill wakes it */
#define TASK_UNINTERRUPTIBLE  2
#define TASK_ZOMBIE	      4

#define PF_EXITING  0x004
#define PF_KTHREAD  0x008
#define PF_SERVER   0x010 /* a message-port server: PF_MEMALLOC for life, never in try_to_free_pages */
#define PF_REAP	    0x020 /* nobody waits for its end: freed as soon as it left its stack */
#define PF_MEMALLOC 0x800 /* may take the last page, never steals: stops recursion in this task only */

#define KSTACK_SIZE 8192UL

/* What is known of one signal sent: siginfo_t without its padding. */
struct ksiginfo {
	int signo, code; /* SI_* or CLD_*, SEGV_* ... */
	uint32_t field[5]; /* pid, uid, status, utime, stime; or the address of a fault */
};

#define SIG_INFOS 4 /* signals whose details are kept while they are pending */

/* A task's side of kernel/signal.h. */
struct task_signals {
	struct spinlock lock; /* taken with interrupts off */
	/* protected by lock; the sets: bit n-1 = signal n */
	uint64_t pending;
	uint64_t blocked;	/* written by the task itself only */
	struct ksiginfo info[SIG_INFOS]; /* signo 0 = free */
	struct sighand *hand;	/* NULL = a kernel task, or its exit has begun: all defaults */
	int stopped;		/* the signal that stopped it, 0 = it goes on */
	bool stop_taken;	/* it is on its way to stop: SIGCONT takes that back */
	bool reap;		/* children ended that it does not want to wait for */
	/* protected by tasklist_lock: what wait4 of the parent has still to be told */
	bool tell_stopped, tell_continued;
	/* private to the task */
	bool restore_blocked;	/* sigsuspend: saved_blocked comes back on the way to user mode */
	uint64_t saved_blocked;
	unsigned long altstack, altstack_size; /* sigaltstack; size 0 = none */
	struct {		/* what restart_syscall goes on with */
		unsigned long until;	/* jiffies */
		unsigned long arg;	/* a user address of the call */
		int kind, count;	/* RESTART_* of kernel/signal.h */
	} restart;
	/* ITIMER_REAL; the period is read by its interrupt */
	struct timer_list real_timer;
	unsigned long real_period; /* ticks, 0 = once */
};

#define NR_RLIMITS    16
#define RLIMIT_NOFILE 7

struct task_struct {
	/* identity: constant after creation */
	int pid;
	char comm[16];
	struct task_struct *parent; /* tasklist_lock */

	/* protected by runqueue_lock */
	volatile int state;   /* TASK_*; the task itself may also set it before it sleeps */
	bool on_runqueue;
	volatile bool on_cpu; /* its kernel stack is in use by a CPU */
	int cpu;	      /* where it runs or last ran */
	int pinned;	      /* only CPU allowed, -1 = any */
	int counter;	      /* ticks left of its quantum */
	struct list_head run_list;

	/* written by anybody, tested by the task before it returns to user mode */
	volatile bool need_resched;

	/* protected by tasklist_lock */
	struct list_head tasks; /* all tasks */
	struct list_head children, sibling;
	int exit_code;		 /* wait4 form; valid once TASK_ZOMBIE */
	int pgrp, session;	 /* pid of the task that began it; 0 = kernel task */
	int exit_signal;	 /* what the parent gets when it ends, 0 = nothing */
	bool did_exec;		 /* the parent may move it to another group no longer */
	bool auto_reap;		 /* a zombie that its parent frees without being told of it */
	uint32_t cutime, cstime; /* ticks of children that were waited for */

	/* private to the task, no lock */
	unsigned flags;	 /* PF_* */
	int lock_depth;	 /* kernel_lock recursion; -1 = not held */
	int rcu_nesting; /* depth of RCU read sections; 0 = in none */
	void *stack;	 /* KSTACK_SIZE bytes, so aligned; the task pointer lies at its lowest word */
	struct arch_task arch;
	void (*entry)(void *); /* kernel tasks */
	void *entry_arg;
	struct mm_struct *mm;	     /* NULL for kernel tasks; changed by exec and exit only */
	struct mm_struct *active_mm; /* whose page tables are loaded while it runs */
	struct files_struct *files;
	struct fs_struct *fs; /* kernel/fs_struct.h; NULL = a kernel task */
	uint32_t pending_signals;    /* atomic: what acts now; bit n-1 = signal n < 32, bit 31 = others */
	struct task_signals sig;
	uint32_t utime, stime;	     /* ticks in user and in kernel mode; written by the timer */
	struct rlimit {
		uint32_t cur, max;
	} rlim[NR_RLIMITS]; /* kernel/sys_limits.c */
	uint64_t start_ticks;

	/* watcher's records; private to the task, read by watchers while it is stuck */
	struct held_lock held[MAX_HELD_LOCKS];
	int nheld;
	int nspin; /* spin locks among them: while there is one, it must not sleep */
	struct lock_wait contended;
	struct wait_for wait;
	struct task_struct *calls; /* client whose message this server is handling, NULL = none */

	/* controlled scheduling (kernel/control.h); -1 = not a controlled task */
	int ctl_id;
	void *ctl;
};

static inline struct task_struct *current_task(void)
{
	return arch_current();
}
#define current (current_task())

/* True when @t should break off an interruptible wait. */
static inline bool signal_pending(struct task_struct *t)
{
	return __atomic_load_n(&t->pending_signals, __ATOMIC_RELAXED) != 0;
}

extern struct list_head task_list; /* tasklist_lock */
extern int nr_tasks;		   /* on it; tasklist_lock */
extern int nr_servers;		   /* those with PF_SERVER; atomic */
#define for_each_task(t)                                                                           \
	for ((t) = list_first(&task_list, struct task_struct, tasks); &(t)->tasks != &task_list;   \
	     (t) = list_first(&(t)->tasks, struct task_struct, tasks))

/* Create a kernel task that runs fn(arg) and then exits; not yet running: wake_up_process() it.
 * NULL = no memory. Context: may sleep. */
struct task_struct *kthread_create(void (*fn)(void *), void *arg, const char *name);
/* Allocate a task that shares nothing yet with @parent's user side (fork fills in the rest). */
struct task_struct *task_alloc(const char *name);
void task_free(struct task_struct *t); /* a task that never ran, or a reaped zombie */
/* Put a fully set-up task in the task list and on the run queue. */
void task_start(struct task_struct *t);

/* Give up the CPU. Releases kernel_lock before and takes it again after (1999's reacquire). With
 * state != TASK_RUNNING it sleeps until a wake-up. Context: may sleep; no spin lock held. */
void schedule(void);
/* Sleep for at most @ticks (HZ a second); returns the ticks left. */
long schedule_timeout(long ticks);
void yield(void);
/* Make @t runnable; true = it was asleep. Context: atomic, any. Takes runqueue_lock. */
bool wake_up_process(struct task_struct *t);
struct task_struct *find_task_by_pid(int pid); /* tasklist_lock held by the caller */

extern volatile unsigned long jiffies;

#endif
