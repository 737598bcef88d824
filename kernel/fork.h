/*
 * kernel/fork.h - birth and death of user tasks: fork, clone, exit, wait4.
 *
 * Threads are 1999's: tasks with pids of their own that share an mm (CLONE_VM) and perhaps a
 * descriptor table (CLONE_FILES). There are no thread groups: CLONE_THREAD is refused, exit_group
 * is exit.
 */
#ifndef KERNEL_FORK_H
#define KERNEL_FORK_H

#include "kernel/task.h"

#define CLONE_VM	     0x00000100u
#define CLONE_FS	     0x00000200u
#define CLONE_FILES	     0x00000400u
#define CLONE_SIGHAND	     0x00000800u
#define CLONE_VFORK	     0x00004000u
#define CLONE_THREAD	     0x00010000u
#define CLONE_SETTLS	     0x00080000u
#define CLONE_PARENT_SETTID  0x00100000u
#define CLONE_CHILD_CLEARTID 0x00200000u
#define CLONE_CHILD_SETTID   0x01000000u

/* wait4 */
#define WNOHANG	   0x00000001u
#define WUNTRACED  0x00000002u
#define WCONTINUED 0x00000008u
#define WNOTHREAD  0x20000000u /* always so here: only children of the calling task */
#define WALL	   0x40000000u /* also those that end without SIGCHLD */
#define WCLONE	   0x80000000u /* only those */

/* Create a child that continues at @regs with result 0, on stack @sp (0 = the parent's). Its pid,
 * or -ENOMEM, -EAGAIN, -EINVAL. @tls: base of its TLS segment with CLONE_SETTLS.
 * Context: may sleep; no lock held. */
long do_fork(unsigned flags, const struct pt_regs *regs, unsigned long sp, unsigned long tls,
	     unsigned long parent_tid, unsigned long child_tid);

/* End the current user task with @code in wait4's form (status << 8, or a signal number): gives up
 * memory and files, hands its children to init, becomes a zombie. When init ends, the machine ends
 * with its status. Context: may sleep; no lock held. */
void do_exit(int code) __attribute__((noreturn));

/* What wait4 tells of a child: status in its form, ticks of it and of the children it waited for. */
struct child_report {
	int status;
	uint32_t utime, stime;
};

/* Wait for a child: @pid > 0 that one, -1 any, 0 any of our process group, < -1 any of group -@pid.
 * Its pid and *report, 0 (WNOHANG, none ready), -ECHILD, -EINVAL, -ERESTARTSYS.
 * Context: may sleep. Locks: takes tasklist_lock. (wait4.c) */
long do_wait(int pid, struct child_report *report, unsigned options);
/* Free the zombies whose end the current task does not want to hear of. */
void reap_ignored_children(void);

/* The first program's resource limits; its children inherit them. (sys_limits.c) */
void limits_first(struct task_struct *t);

/* The pid of @t's parent, 0 = none. Locks: takes tasklist_lock. */
int parent_pid(struct task_struct *t);

/* The task that inherits orphans; NULL before the first program runs. */
extern struct task_struct *init_process;

#endif
