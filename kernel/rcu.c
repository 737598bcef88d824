/*
 * kernel/rcu.c - grace periods and their callbacks. See kernel/rcu.h.
 *
 * One grace period at a time. `waiting` is the set of CPUs that have not passed a quiescent state
 * since it began; callbacks registered meanwhile (`next`) wait for the one after it.
 * In a controlled run idle CPUs turn at their own pace and must decide nothing: there a grace
 * period ends when the task that holds the baton sees no task inside a read section.
 */
#include "kernel/completion.h"
#include "kernel/control.h"
#include "kernel/printk.h"
#include "kernel/rcu.h"
#include "kernel/spinlock.h"

struct callback_list {
	struct rcu_head *first, **tail;
};

static struct spinlock rcu_lock = SPINLOCK_INIT(LC_RCU, NULL);
/* protected by rcu_lock */
static struct callback_list next = {NULL, &next.first};
static struct callback_list cur = {NULL, &cur.first};
static struct callback_list ripe = {NULL, &ripe.first};
static uint32_t waiting; /* bit mask of CPUs; 0 = no grace period runs; read without the lock */
static unsigned pending;

static void append(struct callback_list *list, struct rcu_head *head)
{
	head->next = NULL;
	*list->tail = head;
	list->tail = &head->next;
}

/* Move everything from @from to the end of @to. */
static void splice(struct callback_list *to, struct callback_list *from)
{
	if (!from->first)
		return;
	*to->tail = from->first;
	to->tail = from->tail;
	from->first = NULL;
	from->tail = &from->first;
}

static void start_grace_period(void)
{
	if (waiting || !next.first)
		return;
	splice(&cur, &next);
	__atomic_store_n(&waiting, (1u << nr_cpus) - 1, __ATOMIC_SEQ_CST);
}

void rcu_read_unlock(void)
{
	BUG_ON(current->rcu_nesting <= 0);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	current->rcu_nesting--;
}

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *))
{
	unsigned long flags = spin_lock_irqsave(&rcu_lock);

	head->func = func;
	append(&next, head);
	pending++;
	start_grace_period();
	spin_unlock_irqrestore(&rcu_lock, flags);
}

/* All other tasks stand still while the current one holds the baton. */
static bool no_reader_anywhere(void)
{
	struct task_struct *t;

	for_each_task(t)
		if (t->rcu_nesting > 0)
			return false;
	return true;
}

/* The CPUs that are known to be outside read sections now. */
static uint32_t quiescent_cpus(void)
{
	if (current->rcu_nesting > 0)
		return 0;
	if (likely(!ctl_active))
		return 1u << arch_cpu_id();
	return ctl_controlled() && no_reader_anywhere() ? ~0u : 0;
}

void rcu_note_quiescent(void)
{
	unsigned long flags;
	uint32_t cpus;

	if (likely(!__atomic_load_n(&waiting, __ATOMIC_SEQ_CST)))
		return;
	cpus = quiescent_cpus();
	if (!(__atomic_load_n(&waiting, __ATOMIC_SEQ_CST) & cpus))
		return;
	flags = spin_lock_irqsave(&rcu_lock);
	/* We cannot have moved: nothing sleeps or is preempted here. */
	waiting &= ~cpus;
	if (!waiting) {
		splice(&ripe, &cur);
		start_grace_period();
	}
	spin_unlock_irqrestore(&rcu_lock, flags);
}

static struct rcu_head *take_ripe(void)
{
	unsigned long flags;
	struct rcu_head *head;

	if (!__atomic_load_n(&ripe.first, __ATOMIC_RELAXED))
		return NULL;
	flags = spin_lock_irqsave(&rcu_lock);
	head = ripe.first;
	if (head) {
		ripe.first = head->next;
		if (!ripe.first)
			ripe.tail = &ripe.first;
		pending--;
	}
	spin_unlock_irqrestore(&rcu_lock, flags);
	return head;
}

void rcu_run_callbacks(void)
{
	struct rcu_head *head;

	if (unlikely(ctl_active) && !ctl_controlled())
		return;
	while ((head = take_ripe()) != NULL)
		head->func(head);
}

unsigned rcu_pending(void)
{
	return __atomic_load_n(&pending, __ATOMIC_RELAXED);
}

struct rcu_sync {
	struct rcu_head head;
	struct completion done;
};

static void sync_done(struct rcu_head *head)
{
	complete(&container_of(head, struct rcu_sync, head)->done);
}

void synchronize_rcu(void)
{
	struct rcu_sync sync;

	might_sleep();
	init_completion(&sync.done, "rcu");
	call_rcu(&sync.head, sync_done);
	wait_for_completion(&sync.done);
}
