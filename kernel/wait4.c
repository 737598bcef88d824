/*
 * kernel/wait4.c - waiting for children. Contracts in kernel/fork.h.
 *
 * A search walks the children under tasklist_lock and takes what it finds off the list, so that two
 * threads never get the same one. Zombies that nobody wants to hear of (SIGCHLD ignored) are freed
 * on the way and reported never: when they were the last children, the answer is -ECHILD.
 */
#include "kernel/errno.h"
#include "kernel/fork.h"
#include "kernel/sched.h"
#include "kernel/signal.h"
#include "kernel/wait.h"

/* A look at the current task's children. */
struct child_search {
	int pid; /* as do_wait's */
	unsigned options;
	bool exists;		    /* a child that may be waited for */
	int found;		    /* its pid, 0 = none ready */
	struct task_struct *zombie; /* it, taken off the task list: ours to free */
	struct child_report report;
};

static bool is_wanted(const struct child_search *s, const struct task_struct *c)
{
	bool thread = c->exit_signal != SIGCHLD;

	if (s->pid > 0 ? c->pid != s->pid
		       : s->pid != -1 && c->pgrp != (s->pid ? -s->pid : current->pgrp))
		return false;
	return (s->options & WALL) || thread == !!(s->options & WCLONE);
}

/* Does @c have something to tell? tasklist_lock held. */
static bool take_news(struct child_search *s, struct task_struct *c)
{
	int stopped = __atomic_load_n(&c->sig.stopped, __ATOMIC_SEQ_CST);

	if (c->state == TASK_ZOMBIE) {
		s->report.status = c->exit_code;
		s->zombie = c;
	} else if ((s->options & WUNTRACED) && stopped && c->sig.tell_stopped) {
		s->report.status = stopped << 8 | 0x7F;
		c->sig.tell_stopped = false;
	} else if ((s->options & WCONTINUED) && c->sig.tell_continued) {
		s->report.status = 0xFFFF;
		c->sig.tell_continued = false;
	} else {
		return false;
	}
	s->found = c->pid;
	s->report.utime = c->utime + c->cutime;
	s->report.stime = c->stime + c->cstime;
	return true;
}

static void look_at_children(struct child_search *s)
{
	struct list_head *pos;

	list_for_each(pos, &current->children) {
		struct task_struct *c = list_entry(pos, struct task_struct, sibling);

		if (c->auto_reap || !is_wanted(s, c))
			continue;
		s->exists = true;
		if (take_news(s, c))
			break;
	}
}

/* True: there is an answer. */
static bool search_children(struct child_search *s)
{
	s->exists = false;
	s->found = 0;
	reap_ignored_children();
	spin_lock(&tasklist_lock);
	look_at_children(s);
	if (s->zombie) {
		task_unlink(s->zombie);
		current->cutime += s->report.utime;
		current->cstime += s->report.stime;
	}
	spin_unlock(&tasklist_lock);
	return s->found || !s->exists;
}

static struct task_struct *take_ignored_child(void)
{
	struct list_head *pos;
	struct task_struct *found = NULL;

	spin_lock(&tasklist_lock);
	list_for_each(pos, &current->children) {
		struct task_struct *c = list_entry(pos, struct task_struct, sibling);

		if (c->auto_reap && c->state == TASK_ZOMBIE) {
			task_unlink(c);
			found = c;
			break;
		}
	}
	spin_unlock(&tasklist_lock);
	return found;
}

void reap_ignored_children(void)
{
	struct task_struct *c;

	while ((c = take_ignored_child()))
		task_free(c);
}

#define KNOWN_OPTIONS (WNOHANG | WUNTRACED | WCONTINUED | WNOTHREAD | WALL | WCLONE)

long do_wait(int pid, struct child_report *report, unsigned options)
{
	struct child_search s = { .pid = pid, .options = options };
	int error = 0;

	if (options & ~KNOWN_OPTIONS)
		return -EINVAL;
	if (options & WNOHANG)
		search_children(&s);
	else
		error = wait_event_interruptible_for(&child_exit_queue, search_children(&s),
						     WAIT_CHILD, NULL);
	if (error)
		return -ERESTARTSYS;
	if (!s.found)
		return s.exists ? 0 : -ECHILD;
	*report = s.report;
	if (s.zombie)
		task_free(s.zombie);
	return s.found;
}
