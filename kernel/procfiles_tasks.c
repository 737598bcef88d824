/*
 * kernel/procfiles_tasks.c - /proc/tasks: who there is, how large, and what each waits for.
 *
 * One line a task behind one of headings; columns are separated by blanks and hold none. Sizes in KB,
 * times in ticks (HZ a second). WAIT is what the task sleeps for: a lock's class, call:SERVER, io, child,
 * timer, message (a server at rest), or the function that waits.
 */
#include "kernel/procfiles_internal.h"

#include "kernel/port.h"
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/string.h"
#include "mm/mm.h"

#define WAIT_TEXT 32

static char state_letter(const struct task_struct *p)
{
	if (p->sig.stopped)
		return 'T';
	switch (p->state) {
	case TASK_RUNNING: return 'R';
	case TASK_INTERRUPTIBLE: return 'S';
	case TASK_UNINTERRUPTIBLE: return 'D';
	default: return 'Z';
	}
}

/* Blanks would end the column. */
static void one_word(char *text)
{
	for (; *text; text++)
		if (*text == ' ' || *text == '\n')
			*text = '_';
}

static void wait_function(uintptr_t place, char *buf)
{
	char *plus;

	snprintk(buf, WAIT_TEXT, "%pS", (void *)place);
	plus = strchr(buf, '+');
	if (plus)
		*plus = '\0';
}

/* The task may go on while we look: the lock it waited for may be gone, so of a lock only the class is
 * read, and only believed when the task still waits for it. A port is never freed. */
static void wait_text(const struct task_struct *p, char *buf)
{
	const struct wait_for *w = &p->wait;
	enum wait_kind kind = w->kind;
	const void *what = w->what;
	unsigned class_id = NR_LOCK_CLASSES;

	buf[0] = '-';
	buf[1] = '\0';
	if (p->state == TASK_RUNNING && kind != WAIT_LOCK)
		return;
	switch (kind) {
	case WAIT_LOCK:
		if (what)
			class_id = ((const struct lock_info *)what)->class_id;
		if (class_id < NR_LOCK_CLASSES && w->kind == kind && w->what == what)
			str_copy(buf, lock_classes[class_id].name, WAIT_TEXT);
		break;
	case WAIT_CALL: snprintk(buf, WAIT_TEXT, "call:%s", ((const struct port *)what)->name); break;
	case WAIT_PORT: str_copy(buf, "message", WAIT_TEXT); break;
	case WAIT_IO: str_copy(buf, "io", WAIT_TEXT); break;
	case WAIT_CHILD: str_copy(buf, "child", WAIT_TEXT); break;
	case WAIT_TIMER: str_copy(buf, "timer", WAIT_TEXT); break;
	case WAIT_EVENT: wait_function(w->place, buf); break;
	default: break;
	}
	one_word(buf);
}

/* Size and resident pages. An mm that is still listed is not freed; a task on its way out may have given
 * its own up already. tasklist_lock held. */
static void mm_size(const struct mm_struct *mm, unsigned long *size, unsigned long *rss)
{
	struct list_head *pos;

	*size = *rss = 0;
	if (!mm)
		return;
	spin_lock(&mmlist_lock);
	list_for_each(pos, &mmlist)
		if (list_entry(pos, struct mm_struct, mmlist) == mm) {
			*size = mm->total_vm;
			*rss = mm->rss > 0 ? (unsigned long)mm->rss : 0;
			break;
		}
	spin_unlock(&mmlist_lock);
}

void write_tasks(struct text *t)
{
	struct task_struct *p;

	text_add(t, "  PID  PPID  PGRP S    SIZE     RSS   UTIME   STIME WAIT                 NAME\n");
	spin_lock(&tasklist_lock);
	for_each_task(p) {
		unsigned long size, rss;
		char wait[WAIT_TEXT], name[16];

		mm_size(p->mm, &size, &rss);
		wait_text(p, wait);
		str_copy(name, p->comm, sizeof(name));
		one_word(name);
		text_add(t, "%5d %5d %5d %c %7lu %7lu %7u %7u %-20s %s%s%s\n", p->pid,
			 p->parent ? p->parent->pid : 0, p->pgrp, state_letter(p),
			 size << (PAGE_SHIFT - 10), rss << (PAGE_SHIFT - 10), p->utime, p->stime, wait,
			 p->flags & PF_KTHREAD ? "[" : "", name, p->flags & PF_KTHREAD ? "]" : "");
	}
	spin_unlock(&tasklist_lock);
}
