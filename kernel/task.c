/*
 * kernel/task.c - birth and death of tasks, and the list of all.
 *
 * The task structure lives at the bottom of its kernel stack, as in 1999: one allocation, and the
 * stack overruns into a magic word before it reaches the task. Kernel tasks have no parent and are
 * freed by whoever runs after them on their CPU; others wait as zombies for their parent.
 */
#include "kernel/control.h"
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/signal.h"
#include "kernel/string.h"
#include "kernel/wait.h"
#include "kernel/watch.h"
#include "mm/page.h"

#define STACK_ORDER 1
#define STACK_MAGIC 0x57ac6e4du
#define FIRST_PID   2 /* 1 is init's, given by whoever starts it */
#define LAST_PID    32767

struct kernel_stack {
	struct task_struct *self; /* lowest word: how the arch finds current */
	struct task_struct task;
	uint32_t magic; /* the stack ends here */
};

struct spinlock tasklist_lock = SPINLOCK_INIT(LC_TASKLIST, NULL);
struct list_head task_list = LIST_HEAD_INIT(task_list);
struct wait_queue_head child_exit_queue = WAIT_QUEUE_HEAD_INIT(child_exit_queue, "child exit");

int nr_tasks, nr_servers;
static int last_pid = FIRST_PID - 1; /* protected by tasklist_lock */

struct task_struct *find_task_by_pid(int pid)
{
	struct task_struct *t;

	for_each_task(t)
		if (t->pid == pid)
			return t;
	return NULL;
}

/* tasklist_lock held. */
static int new_pid(void)
{
	do {
		last_pid = last_pid >= LAST_PID ? FIRST_PID : last_pid + 1;
	} while (find_task_by_pid(last_pid));
	return last_pid;
}

struct task_struct *task_alloc(const char *name)
{
	struct kernel_stack *ks = get_free_pages(GFP_KERNEL, STACK_ORDER);
	struct task_struct *t;

	if (!ks)
		return NULL;
	memset(ks, 0, sizeof(*ks));
	ks->magic = STACK_MAGIC;
	t = ks->self = &ks->task;
	t->stack = ks;
	str_copy(t->comm, name, sizeof(t->comm));
	t->state = TASK_UNINTERRUPTIBLE;
	t->pinned = -1;
	t->counter = DEF_COUNTER;
	t->lock_depth = -1;
	t->ctl_id = -1;
	t->start_ticks = jiffies;
	signals_init(t);
	list_init(&t->run_list);
	list_init(&t->tasks);
	list_init(&t->children);
	list_init(&t->sibling);
	spin_lock(&tasklist_lock);
	t->pid = new_pid();
	spin_unlock(&tasklist_lock);
	return t;
}

void task_check_stack(const struct task_struct *t)
{
	const struct kernel_stack *ks = container_of(t, struct kernel_stack, task);

	if (t->stack == ks && ks->magic != STACK_MAGIC)
		panic("kernel stack of %s (pid %d) overran its end", t->comm, t->pid);
}

void task_link(struct task_struct *t)
{
	lock_assert_held(&tasklist_lock.info);
	nr_tasks++;
	list_add_tail(&t->tasks, &task_list);
	if (t->parent)
		list_add_tail(&t->sibling, &t->parent->children);
}

static void link_to_list(struct task_struct *t)
{
	spin_lock(&tasklist_lock);
	task_link(t);
	spin_unlock(&tasklist_lock);
}

void task_unlink(struct task_struct *t)
{
	lock_assert_held(&tasklist_lock.info);
	if (!list_empty(&t->tasks))
		nr_tasks--;
	if (t->flags & PF_SERVER)
		__atomic_fetch_sub(&nr_servers, 1, __ATOMIC_RELAXED);
	list_del(&t->tasks);
	list_del(&t->sibling);
}

void task_start(struct task_struct *t)
{
	link_to_list(t);
	wake_up_process(t);
}

struct task_struct *kthread_create(void (*fn)(void *), void *arg, const char *name)
{
	struct task_struct *t = task_alloc(name);

	if (!t)
		return NULL;
	t->flags |= PF_KTHREAD;
	t->entry = fn;
	t->entry_arg = arg;
	arch_task_init_kernel(t);
	link_to_list(t);
	return t;
}

void task_free(struct task_struct *t)
{
	/* Its last schedule() may still be on its way off the stack. */
	while (__atomic_load_n(&t->on_cpu, __ATOMIC_ACQUIRE)) {
		arch_tlb_poll();
		cpu_relax();
	}
	task_check_stack(t);
	BUG_ON(!list_empty(&t->tasks) || t->on_runqueue);
	watch_wait_for_looks();
	free_pages(t->stack, STACK_ORDER);
}

static void refuse_exit_with_locks(struct task_struct *t)
{
	char name[48];

	if (t->nheld)
		panic("%s (pid %d) exits holding %s taken in %pS", t->comm, t->pid,
		      lock_name(t->held[t->nheld - 1].lock, name, sizeof(name)),
		      (void *)t->held[t->nheld - 1].place);
}

void task_exit(int code)
{
	struct task_struct *t = current;
	bool waited_for;

	refuse_exit_with_locks(t);
	task_check_stack(t);
	spin_lock(&tasklist_lock);
	BUG_ON(!list_empty(&t->children));
	t->exit_code = code;
	waited_for = t->parent != NULL;
	if (!waited_for) {
		task_unlink(t);
		t->flags |= PF_REAP;
	}
	t->state = TASK_ZOMBIE;
	if (waited_for)
		signal_child_ended(t); /* a handler that waits for us at once finds us */
	spin_unlock(&tasklist_lock);
	if (waited_for)
		wake_up_all(&child_exit_queue);
	schedule();
	panic("zombie %s (pid %d) was scheduled", t->comm, t->pid);
}
