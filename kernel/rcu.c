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
static unsigned pending, running; /* callbacks that wait; that are being run; atomic */

/* Callbacks that a CPU has registered and not yet handed over to `next`: its own, with interrupts off. Each
 * goes over with many others, so that freeing an area's parts does not take rcu_lock each time. None in a
 * controlled run. */
#define HAND_OVER 32
static struct own_callbacks {
	struct callback_list list;
	unsigned n;
} own[NR_CPUS];

static void append(struct callback_list *list, struct rcu_head *head)
{
	if (!list->first)
		list->tail = &list->first;
	head->next = NULL;
	*list->tail = head;
	list->tail = &head->next;
}

/* Move everything from @from to the end of @to. */
static void splice(struct callback_list *to, struct callback_list *from)
{
	if (!from->first)
		return;
	__atomic_store_n(to->tail, from->first, __ATOMIC_RELEASE); /* ripe is looked at without the lock */
	to->tail = from->tail;
	from->first = NULL;
	from->tail = &from->first;
}

static void start_grace_period(void)
{
	if (__atomic_load_n(&waiting, __ATOMIC_RELAXED) || !next.first)
		return;
	splice(&cur, &next);
	__atomic_store_n(&waiting, (1u << nr_cpus) - 1, __ATOMIC_SEQ_CST);
}

void rcu_unbalanced(void)
{
	panic("%s (pid %d) leaves an RCU read section that it never entered", current->comm, current->pid);
}

/* Interrupts are off. */
static void hand_over(struct own_callbacks *mine)
{
	spin_lock(&rcu_lock);
	splice(&next, &mine->list);
	__atomic_store_n(&mine->n, 0, __ATOMIC_RELAXED);
	start_grace_period();
	spin_unlock(&rcu_lock);
}

/* This CPU's callbacks wait no longer for company. */
static void hand_over_mine(void)
{
	unsigned long flags = arch_irq_save();
	struct own_callbacks *mine = &own[arch_cpu_id()];

	if (mine->n)
		hand_over(mine);
	arch_irq_restore(flags);
}

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *))
{
	unsigned long flags = arch_irq_save();
	struct own_callbacks *mine = &own[arch_cpu_id()];

	head->func = func;
	__atomic_fetch_add(&pending, 1, __ATOMIC_SEQ_CST);
	append(&mine->list, head);
	if (__atomic_add_fetch(&mine->n, 1, __ATOMIC_RELAXED) == HAND_OVER || ctl_active)
		hand_over(mine);
	arch_irq_restore(flags);
}

/* All other tasks stand still while the current one holds the baton. */
static bool no_reader_anywhere(void)
{
	struct task_struct *t;

	for_each_task(t)
		if (__atomic_load_n(&t->rcu_nesting, __ATOMIC_ACQUIRE) > 0)
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

void rcu_trace(enum trace_event ev)
{
	trace(ev, (uint32_t)LC_RCU_READ << 16, ev == TE_LOCK_GOT ? LOCK_READ : 0, CALLER_PLACE());
}

void rcu_note_quiescent(void)
{
	unsigned long flags;
	uint32_t cpus;

	if (unlikely(ctl_active) && !ctl_controlled())
		return; /* not even a look: it would be a touch of whoever holds the baton */
	if (unlikely(__atomic_load_n(&own[arch_cpu_id()].n, __ATOMIC_RELAXED)))
		hand_over_mine();
	if (likely(!__atomic_load_n(&waiting, __ATOMIC_SEQ_CST)))
		return;
	cpus = quiescent_cpus();
	if (!(__atomic_load_n(&waiting, __ATOMIC_SEQ_CST) & cpus))
		return;
	flags = spin_lock_irqsave(&rcu_lock);
	/* We cannot have moved: nothing sleeps or is preempted here. */
	if (!__atomic_and_fetch(&waiting, ~cpus, __ATOMIC_SEQ_CST)) {
		splice(&ripe, &cur);
		start_grace_period();
	}
	spin_unlock_irqrestore(&rcu_lock, flags);
}

#define AT_ONCE 64 /* callbacks that one CPU takes; in a controlled run one, as ever */

/* The first of the callbacks that may run now, linked; *@n = how many. NULL = none. */
static struct rcu_head *take_ripe(unsigned *n)
{
	unsigned most = ctl_active ? 1 : AT_ONCE;
	struct rcu_head *first, **end;
	unsigned long flags;

	*n = 0;
	if (!__atomic_load_n(&ripe.first, __ATOMIC_RELAXED))
		return NULL;
	flags = spin_lock_irqsave(&rcu_lock);
	first = ripe.first;
	for (end = &first; *end && *n < most; end = &(*end)->next)
		++*n;
	__atomic_store_n(&ripe.first, *end, __ATOMIC_RELAXED);
	if (!ripe.first)
		ripe.tail = &ripe.first;
	*end = NULL;
	__atomic_fetch_add(&running, *n, __ATOMIC_SEQ_CST);
	__atomic_fetch_sub(&pending, *n, __ATOMIC_SEQ_CST);
	spin_unlock_irqrestore(&rcu_lock, flags);
	return first;
}

void rcu_run_callbacks(void)
{
	struct rcu_head *head;
	unsigned n;

	if (unlikely(ctl_active) && !ctl_controlled())
		return;
	while ((head = take_ripe(&n)) != NULL) {
		while (head) {
			struct rcu_head *after = head->next;

			head->func(head); /* which frees it, as a rule */
			head = after;
		}
		__atomic_fetch_sub(&running, n, __ATOMIC_SEQ_CST);
	}
}

unsigned rcu_pending(void)
{
	return __atomic_load_n(&pending, __ATOMIC_RELAXED);
}

bool rcu_at_rest(void)
{
	unsigned long flags = spin_lock_irqsave(&rcu_lock);
	bool rest = !__atomic_load_n(&pending, __ATOMIC_SEQ_CST) &&
		    !__atomic_load_n(&running, __ATOMIC_SEQ_CST);

	spin_unlock_irqrestore(&rcu_lock, flags);
	return rest;
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

void rcu_barrier(void)
{
	while (!rcu_at_rest())
		synchronize_rcu(); /* behind all that wait now */
}
