/*
 * kernel/fork.c - fork, clone, exit. Contracts in the header; wait4 is in wait4.c.
 *
 * tasklist_lock guards parents, children and zombies; all else a new task has is set up before it
 * is on any list, and given up before it becomes a zombie.
 */
#include "kernel/fork.h"

#include "kernel/errno.h"
#include "kernel/files.h"
#include "kernel/fs_struct.h"
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/servers/console.h"
#include "kernel/signal.h"
#include "kernel/string.h"
#include "kernel/system.h"
#include "kernel/trace.h"
#include "kernel/uaccess.h"
#include "kernel/wait.h"
#include "mm/mm.h"

#define CLONE_SIGNAL_MASK 0xFFu
#define CLONE_SYSVSEM	  0x00040000u /* nothing to share: no SysV semaphores */
#define CLONE_DETACHED	  0x00400000u
#define CLONE_KNOWN                                                                                \
	(CLONE_SIGNAL_MASK | CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_VFORK |     \
	 CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID |          \
	 CLONE_SYSVSEM | CLONE_DETACHED)

/* --- fork ------------------------------------------------------------------------------------ */

static int copy_mm(struct task_struct *child, unsigned flags)
{
	/* A vfork child gets a copy as well: with shared memory its parent would have to wait. */
	if ((flags & CLONE_VM) && !(flags & CLONE_VFORK)) {
		mmget(current->mm);
		child->mm = current->mm;
	} else {
		child->mm = dup_mm(current->mm, child->comm);
	}
	return child->mm ? 0 : -ENOMEM;
}

static int copy_files(struct task_struct *child, unsigned flags)
{
	struct files_struct *files = current->files;

	child->files = flags & CLONE_FILES ? files_get(files) : files_copy(files);
	return child->files ? 0 : -ENOMEM;
}

static int copy_fs(struct task_struct *child, unsigned flags)
{
	struct fs_struct *fs = current->fs;

	if (!fs) /* a kernel task's child */
		return 0;
	child->fs = flags & CLONE_FS ? fs_get(fs) : fs_copy(fs);
	return child->fs ? 0 : -ENOMEM;
}

/* Write the child's pid into its own memory, which need not be the memory we run in. */
static void write_child_tid(struct task_struct *child, unsigned long uaddr)
{
	struct mm_struct *mine = sched_use_mm(child->mm);

	put_user_u32(uaddr, (uint32_t)child->pid);
	sched_use_mm(mine);
}

static void copy_identity(struct task_struct *child, unsigned flags)
{
	child->exit_signal = (int)(flags & CLONE_SIGNAL_MASK);
	memcpy(child->rlim, current->rlim, sizeof(child->rlim));
}

static int copy_all(struct task_struct *child, unsigned flags)
{
	int error = copy_mm(child, flags);

	if (!error)
		error = copy_files(child, flags);
	if (!error)
		error = copy_fs(child, flags);
	return error ? error : signals_inherit(child, flags);
}

/* A task takes about this many pages that cannot be swapped: two for its kernel stack, a page
 * directory, tables, and what the slabs hold of it. Programs get half of memory for that. */
#define PAGES_A_TASK 6
#define MIN_TASKS    24

static bool too_many_tasks(void)
{
	return nr_tasks >= (int)max(max_mapnr / (2 * PAGES_A_TASK), (unsigned long)MIN_TASKS);
}

static void discard_child(struct task_struct *child)
{
	if (child->files)
		files_put(child->files);
	fs_put(child->fs);
	if (child->mm)
		mmput(child->mm);
	signals_exit(child);
	task_free(child);
}

/* Signals that are sent to whole groups: one that came while we copied would miss the child. Not
 * SIGALRM and SIGCHLD, which a fork that takes long could meet each time it is made again. */
#define GROUP_SIGNALS ~(uint32_t)(sig_bit(SIGALRM) | sig_bit(SIGCHLD))

/* Put the child into its group and on the run queue. False: there is a signal to act on first. */
static bool start_child(struct task_struct *child)
{
	spin_lock(&tasklist_lock);
	if (__atomic_load_n(&current->pending_signals, __ATOMIC_SEQ_CST) & GROUP_SIGNALS) {
		spin_unlock(&tasklist_lock);
		return false;
	}
	child->parent = current;
	child->pgrp = current->pgrp;
	child->session = current->session;
	task_link(child);
	spin_unlock(&tasklist_lock);
	wake_up_process(child); /* it may be gone when this returns */
	return true;
}

long do_fork(unsigned flags, const struct pt_regs *regs, unsigned long sp, unsigned long tls,
	     unsigned long parent_tid, unsigned long child_tid)
{
	struct task_struct *child;
	int error, pid;

	if (flags & ~CLONE_KNOWN)
		return -EINVAL;
	if ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM))
		return -EINVAL;
	if (too_many_tasks())
		return -EAGAIN;
	child = task_alloc(current->comm);
	if (!child)
		return -ENOMEM;
	error = copy_all(child, flags);
	if (error) {
		discard_child(child);
		return error;
	}
	copy_identity(child, flags);
	arch_task_init_fork(child, regs, sp);
	child->arch.user_tls = flags & CLONE_SETTLS ? tls : current->arch.user_tls;
	pid = child->pid;
	if (flags & CLONE_PARENT_SETTID)
		put_user_u32(parent_tid, (uint32_t)pid);
	if (flags & CLONE_CHILD_SETTID)
		write_child_tid(child, child_tid);
	if (!start_child(child)) {
		discard_child(child);
		return -ERESTARTNOINTR;
	}
	return pid;
}

/* --- exit ------------------------------------------------------------------------------------ */

/* Hand @c to init. A zombie is init's to reap. tasklist_lock held. */
static void give_to_init(struct task_struct *c)
{
	list_del(&c->sibling);
	c->parent = init_process;
	list_add_tail(&c->sibling, &init_process->children);
	c->exit_signal = SIGCHLD; /* a thread's too: init waits for ordinary children only */
	if (c->state == TASK_ZOMBIE)
		signal_child_ended(c);
}

/* Let go of our children, and of the groups that only we held up. */
static void forget_family(struct task_struct *t)
{
	bool any;

	spin_lock(&tasklist_lock);
	any = !list_empty(&t->children);
	while (!list_empty(&t->children)) {
		struct task_struct *c = list_first(&t->children, struct task_struct, sibling);

		give_to_init(c);
		hang_up_orphans(c, t);
	}
	hang_up_orphans(t, t->parent);
	spin_unlock(&tasklist_lock);
	if (any)
		wake_up_all(&child_exit_queue);
}

static void end_system_with_init(int code)
{
	int status = code & 0x7F ? 128 + (code & 0x7F) : code >> 8;

	printk("First program ended with status %d.\n", status);
	system_end(status);
}

void do_exit(int code)
{
	struct task_struct *t = current;
	struct mm_struct *mm;

	if (unlikely(trace_mask))
		trace_op_enter(OP_EXIT, 0, trace_mm());
	t->flags |= PF_EXITING;
	if (t == init_process)
		end_system_with_init(code);
	if (t->files)
		files_put(t->files);
	t->files = NULL;
	fs_put(t->fs);
	t->fs = NULL;
	mm = sched_use_mm(NULL);
	if (mm)
		mmput(mm);
	if (t->session == t->pid)
		console_session_ends(t->session);
	forget_family(t);
	signals_exit(t);
	task_exit(code);
}

int parent_pid(struct task_struct *t)
{
	int pid;

	spin_lock(&tasklist_lock);
	pid = t->parent ? t->parent->pid : 0;
	spin_unlock(&tasklist_lock);
	return pid;
}
