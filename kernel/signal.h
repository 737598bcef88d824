/*
 * kernel/signal.h - signals: sending, blocking, handlers in user mode, stopping and going on.
 *
 * A signal is a bit in task->sig.pending and acts before the task returns to user mode: the default
 * (end, stop, nothing), or a handler, for which the arch builds Linux/i386's frame. Numbers 32 to 64
 * exist, but like the others each is pending at most once. Threads are 1999's: tasks that may share
 * the table of actions (CLONE_SIGHAND), each with a mask and pending signals of its own.
 * Files: signal.c (sending), signal_deliver.c (acting), signal_calls.c (system calls on actions and
 * masks), signal_groups.c (process groups, sessions, kill), signal_timer.c (alarm, setitimer).
 * Invariants
 *  1. pending_signals is not 0 exactly while something is pending that is not blocked (or children
 *     wait to be reaped silently); it is written under sig.lock. An ignored signal is not pending
 *     unless it is blocked. SIGKILL and SIGSTOP are never ignored, blocked or handled.
 *  2. A call that a signal breaks off returns -ERESTART*; on the way to user mode that becomes
 *     -EINTR or the call is made again. No program ever sees such a number.
 *  3. sig.lock is a leaf; whom it wakes it wakes after dropping it.
 */
#ifndef KERNEL_SIGNAL_H
#define KERNEL_SIGNAL_H

#include "kernel/task.h"

/* Linux/i386 numbers */
#define NSIG	 64
#define SIGHUP	 1
#define SIGINT	 2
#define SIGQUIT	 3
#define SIGILL	 4
#define SIGTRAP	 5
#define SIGABRT	 6
#define SIGBUS	 7
#define SIGFPE	 8
#define SIGKILL	 9
#define SIGUSR1	 10
#define SIGSEGV	 11
#define SIGUSR2	 12
#define SIGPIPE	 13
#define SIGALRM	 14
#define SIGTERM	 15
#define SIGCHLD	 17
#define SIGCONT	 18
#define SIGSTOP	 19
#define SIGTSTP	 20
#define SIGTTIN	 21
#define SIGTTOU	 22
#define SIGURG	 23
#define SIGWINCH 28

#define SIG_DFL 0
#define SIG_IGN 1
#define SIG_BLOCK   0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

#define SA_NOCLDSTOP 0x00000001u
#define SA_NOCLDWAIT 0x00000002u
#define SA_SIGINFO   0x00000004u
#define SA_RESTORER  0x04000000u
#define SA_ONSTACK   0x08000000u
#define SA_RESTART   0x10000000u
#define SA_NODEFER   0x40000000u
#define SA_RESETHAND 0x80000000u

/* si_code */
#define SI_USER	  0
#define SI_KERNEL 0x80
#define SI_TKILL  (-6)
#define CLD_EXITED    1
#define CLD_KILLED    2
#define CLD_STOPPED   5
#define CLD_CONTINUED 6
#define SEGV_MAPERR 1
#define SEGV_ACCERR 2
#define BUS_ADRERR  2
#define FPE_INTDIV  1
#define FPE_INTOVF  2
#define ILL_ILLOPN  2
#define TRAP_BRKPT  1
#define TRAP_TRACE  2

/* What a broken-off system call returns inside the kernel (never to a program). */
#define ERESTARTSYS	      512 /* again after a handler with SA_RESTART or none; else EINTR */
#define ERESTARTNOINTR	      513 /* again, always */
#define ERESTARTNOHAND	      514 /* EINTR after a handler; again without one */
#define ERESTART_RESTARTBLOCK 516 /* EINTR after a handler; restart_syscall without one */

#define RESTART_NONE	0
#define RESTART_SLEEP	1 /* nanosleep; arg = where what is left goes */
#define RESTART_SLEEP64 2 /* the same with 64-bit seconds */
#define RESTART_POLL	3 /* arg = the pollfds */
#define RESTART_POLL_FOREVER 4

static inline uint64_t sig_bit(int signo)
{
	return (uint64_t)1 << (signo - 1);
}
#define SIG_UNBLOCKABLE (sig_bit(SIGKILL) | sig_bit(SIGSTOP))
#define SIG_STOPPERS (sig_bit(SIGSTOP) | sig_bit(SIGTSTP) | sig_bit(SIGTTIN) | sig_bit(SIGTTOU))

struct k_sigaction {
	unsigned long handler; /* SIG_DFL, SIG_IGN or a user address */
	unsigned long restorer;
	uint32_t flags;	       /* SA_* */
	uint64_t mask;	       /* blocked while the handler runs */
};

/* A table of actions; clone with CLONE_SIGHAND shares it. */
struct sighand {
	volatile int count;   /* atomic */
	struct spinlock lock; /* a leaf */
	struct k_sigaction action[NSIG]; /* protected by lock; .handler may be read without */
};

/* --- sending (signal.c) ------------------------------------------------------------------------ */

/* Send @signo (1..NSIG) to @t, which the caller keeps alive (tasklist_lock, or itself). Kernel
 * tasks, zombies, and init for signals it has no handler for, get nothing.
 * Context: any. Locks: takes sig.lock, then runqueue_lock. */
void send_signal(struct task_struct *t, int signo);
void send_signal_info(struct task_struct *t, const struct ksiginfo *info);
/* One that cannot be refused: unblocked first; ignored or blocked, it gets its default action. */
void force_signal(struct task_struct *t, int signo);
void force_signal_info(struct task_struct *t, const struct ksiginfo *info);
/* Is @t about to be killed? For waits that only an end may break off. Context: any. */
bool fatal_signal_pending(struct task_struct *t);
/* Does @t ignore @signo, by its wish or by default? A hint unless @t is the caller. */
bool signal_is_ignored(struct task_struct *t, int signo);
/* Would a background task that meets @signo (SIGTTIN, SIGTTOU) neither stop nor be told? */
bool signal_is_shut_out(struct task_struct *t, int signo);

/* Birth and death: sig.lock and the timer (every task); a table for the first program; what a child
 * starts with (0 or -ENOMEM); give up the table and the timer. Context: may sleep. */
void signals_init(struct task_struct *t);
int signals_first(struct task_struct *t);
int signals_inherit(struct task_struct *child, unsigned clone_flags);
void signals_exit(struct task_struct *t);
/* execve: a table of our own (before the point of no return; 0 or -ENOMEM); then handlers become
 * defaults, what is ignored stays so. */
int signals_unshare(void);
void signals_exec(void);
/* The task's end is visible (it is TASK_ZOMBIE): tell its parent. tasklist_lock held. */
void signal_child_ended(struct task_struct *t);
/* It stopped (CLD_STOPPED) or goes on (CLD_CONTINUED). tasklist_lock held. */
void signal_child_changed(struct task_struct *t, int code, int status);

/* "SIGSEGV", or just "signal" for numbers without a name here. */
const char *signal_name(int signo);

/* --- acting (signal_deliver.c) ----------------------------------------------------------------- */

/* Act on what is pending for the current task, and settle a broken-off system call.
 * Context: task, no lock held; called on the way to user mode. */
void deliver_signals(struct pt_regs *regs);
/* The current task's system call returns -ERESTART*: deliver_signals() has to come by, whether or
 * not the signal is still there. Locks: takes sig.lock. */
void note_restart(void);
/* Set what the current task blocks. Locks: takes sig.lock. */
void set_blocked(uint64_t set);
/* Take the lowest pending signal in @set (synchronous ones first); 0 = none. Locks: sig.lock. */
int dequeue_signal(uint64_t set, struct ksiginfo *info);
/* Recompute pending_signals. sig.lock held. */
void recalc_pending(struct task_struct *t);

/* --- process groups and sessions (signal_groups.c) --------------------------------------------- */

/* Send to every member of group @pgrp; 0, or -ESRCH: there is none. Locks: takes tasklist_lock. */
int kill_pgrp(int pgrp, const struct ksiginfo *info);
int kill_pgrp_locked(int pgrp, const struct ksiginfo *info);
/* A group is orphaned when no member has a parent in the same session outside the group: nobody
 * could make it go on. @leaving (may be NULL) does not count. tasklist_lock held. */
bool is_orphaned_pgrp(int pgrp, const struct task_struct *leaving);
/* @member's group may just have been orphaned, because @holder, the parent of @member, is another
 * one's parent now or because @member itself ends: if so, and members are stopped, the group gets
 * SIGHUP and SIGCONT. tasklist_lock held. */
void hang_up_orphans(const struct task_struct *member, const struct task_struct *holder);
long do_kill(int pid, int signo);
/* kill with a thread's id; @tgid 0 = any. */
long do_tkill(int tgid, int pid, int signo);

#endif
