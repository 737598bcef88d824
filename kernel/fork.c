/*
 * kernel/fork.c - fork, clone, exit, wait4. Contracts in the header.
 *
 * tasklist_lock guards parents, children and zombies; all else a new task has is set up before it
 * is on any list, and given up before it becomes a zombie.
 */
#include "kernel/fork.h"

#include "kernel/errno.h"
#include "kernel/files.h"
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/signal.h"
#include "kernel/system.h"
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

/* Write the child's pid into its own memory, which need not be the memory we run in. */
static void write_child_tid(struct task_struct *child, unsigned long uaddr)
{
	struct mm_struct *mine = sched_use_mm(child->mm);

	put_user_u32(uaddr, (uint32_t)child->pid);
	sched_use_mm(mine);
}

static int copy_all(struct task_struct *child, unsigned flags)
{
	int error = copy_mm(child, flags);

	return error ? error : copy_files(child, flags);
}

static void discard_child(struct task_struct *child)
{
	if (child->files)
		files_put(child->files);
	if (child->mm)
		mmput(child->mm);
	task_free(child);
}

long do_fork(unsigned flags, const struct pt_regs *regs, unsigned long sp, unsigned long tls,
	     unsigned long parent_tid, unsigned long child_tid)
{
	struct task_struct *child;
	int error, pid;

	if (flags & ~CLONE_KNOWN)
		return -EINVAL;
	child = task_alloc(current->comm);
	if (!child)
		return -ENOMEM;
	error = copy_all(child, flags);
	if (error) {
		discard_child(child);
		return error;
	}
	child->parent = current;
	signals_inherit(child, current);
	arch_task_init_fork(child, regs, sp);
	child->arch.user_tls = flags & CLONE_SETTLS ? tls : current->arch.user_tls;
	pid = child->pid;
	if (flags & CLONE_PARENT_SETTID)
		put_user_u32(parent_tid, (uint32_t)pid);
	if (flags & CLONE_CHILD_SETTID)
		write_child_tid(child, child_tid);
	task_start(child); /* it may be gone when this returns */
	return pid;
}

/* --- exit ------------------------------------------------------------------------------------ */

/* Hand our children to init. Zombies among them are init's to reap: it is woken for them. */
static void forget_children(struct task_struct *t)
{
	bool any;

	spin_lock(&tasklist_lock);
	any = !list_empty(&t->children);
	while (!list_empty(&t->children)) {
		struct task_struct *c = list_first(&t->children, struct task_struct, sibling);

		list_del(&c->sibling);
		c->parent = init_process;
		list_add_tail(&c->sibling, &init_process->children);
	}
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

	t->flags |= PF_EXITING;
	if (t == init_process)
		end_system_with_init(code);
	if (t->files)
		files_put(t->files);
	t->files = NULL;
	mm = sched_use_mm(NULL);
	if (mm)
		mmput(mm);
	forget_children(t);
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

/* --- wait ------------------------------------------------------------------------------------ */

/* A look at the current task's children. */
struct child_search {
	int pid; /* wanted; -1 = any */
	bool exists;
	struct task_struct *zombie; /* taken off the task list: ours to free */
};

static bool search_children(struct child_search *s)
{
	struct list_head *pos;

	s->exists = false;
	s->zombie = NULL;
	spin_lock(&tasklist_lock);
	list_for_each(pos, &current->children) {
		struct task_struct *c = list_entry(pos, struct task_struct, sibling);

		if (s->pid != -1 && c->pid != s->pid)
			continue;
		s->exists = true;
		if (c->state == TASK_ZOMBIE) {
			s->zombie = c;
			break;
		}
	}
	if (s->zombie)
		task_unlink(s->zombie);
	spin_unlock(&tasklist_lock);
	return s->zombie || !s->exists;
}

long do_wait(int pid, int *status, unsigned options)
{
	/* No process groups: whoever asks for one gets any child. */
	struct child_search s = { .pid = pid > 0 ? pid : -1 };
	int error = 0;

	if (options & WNOHANG)
		search_children(&s);
	else
		error = wait_event_interruptible_for(&child_exit_queue, search_children(&s),
						     WAIT_CHILD, NULL);
	if (error)
		return error;
	if (!s.zombie)
		return s.exists ? 0 : -ECHILD;
	pid = s.zombie->pid;
	*status = s.zombie->exit_code;
	task_free(s.zombie);
	return pid;
}
