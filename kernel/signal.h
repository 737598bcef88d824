/*
 * kernel/signal.h - signals with default actions: what ends a task, what is ignored.
 *
 * A signal is a bit in task->pending_signals and acts before the task returns to user mode. A
 * program may ignore a signal or block it; a blocked one waits in task->sig_held. Handlers in user
 * mode are not supported: rt_sigaction refuses them with -ENOSYS (docs/abi.md).
 * Invariants: an ignored or blocked signal never shows in pending_signals, so signal_pending() is
 * true only for what will really act; SIGKILL is never ignored or blocked.
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

/* Send @signo (1..31) to @t, which the caller keeps alive (tasklist_lock, or itself).
 * Context: any. Locks: takes runqueue_lock. */
void send_signal(struct task_struct *t, int signo);
/* Send one that cannot be refused: unblocks it and stops ignoring it first. */
void force_signal(struct task_struct *t, int signo);
/* SIGINT from the console's ^C: to every user task but init. Context: task. Takes tasklist_lock. */
void signal_foreground(int signo);

/* Bodies of kill, rt_sigaction, rt_sigprocmask. 0 or -errno. Context: may sleep. */
long do_kill(int pid, int signo);
long do_sigaction(int signo, unsigned long uact, unsigned long uold, size_t setsize);
long do_sigprocmask(int how, unsigned long uset, unsigned long uold, size_t setsize);

/* Act on what is pending for the current task: every action that reaches here ends it.
 * Context: task, no lock held; called on the way to user mode. */
void deliver_signals(void);
/* What a child starts with: nothing pending, what its parent blocks and ignores. */
void signals_inherit(struct task_struct *child, const struct task_struct *parent);

/* "SIGSEGV", or "signal 42"-less "signal" for unknown numbers. */
const char *signal_name(int signo);

#endif
