/*
 * kernel/sched.c - the scheduler: one run queue, goodness, quanta, idle tasks, task switches.
 *
 * Interface: kernel/task.h for everybody, kernel/sched.h for the few.
 * Invariants
 *  1. A task is on the run queue exactly while its state is TASK_RUNNING or it has not yet passed
 *     through schedule() since it set another state. Idle tasks never are.
 *  2. runqueue_lock is held across arch_switch(): nobody sees a task that is off the queue and
 *     still on its stack, except the one that just left it (schedule_tail clears on_cpu).
 *  3. A task without mm borrows active_mm with one mm_grab() reference while it is on a CPU (arch_borrows_mm()).
 */
#include "kernel/control.h"
#include "kernel/kernel_lock.h"
#include "kernel/printk.h"
#include "kernel/rcu.h"
#include "kernel/sched.h"
#include "kernel/string.h"
#include "kernel/sync.h"
#include "kernel/timer.h"
#include "kernel/wait.h"
#include "mm/mm.h"

#define SAME_CPU_BONUS 15 /* PROC_CHANGE_PENALTY: its cache is still warm */
#define SAME_MM_BONUS  1

struct spinlock runqueue_lock = SPINLOCK_INIT(LC_RUNQUEUE, NULL);
volatile bool system_running;

/* protected by runqueue_lock */
static struct list_head run_queue = LIST_HEAD_INIT(run_queue);
static int nr_running;
static struct {
	struct task_struct *curr;
} cpus[NR_CPUS];

static struct task_struct idle_tasks[NR_CPUS];

/* --- CPUs and idle tasks ------------------------------------------------------------------- */

void sched_init_cpu(int cpu)
{
	struct task_struct *t = &idle_tasks[cpu];

	memcpy(t->comm, "idle0", sizeof("idle0"));
	t->comm[4] = (char)('0' + cpu);
	t->cpu = t->pinned = cpu;
	t->on_cpu = true;
	t->flags = PF_KTHREAD;
	t->lock_depth = -1;
	t->ctl_id = -1;
	list_init(&t->run_list);
	list_init(&t->tasks);
	list_init(&t->children);
	list_init(&t->sibling);
	cpus[cpu].curr = t;
	t->stack = arch_boot_stack(cpu);
	*(struct task_struct **)t->stack = t;
}

struct task_struct *idle_task(int cpu)
{
	return &idle_tasks[cpu];
}

struct task_struct *cpu_curr(int cpu)
{
	return cpus[cpu].curr;
}

int sched_nr_runnable(void)
{
	return __atomic_load_n(&nr_running, __ATOMIC_RELAXED);
}

void cpu_idle_turn(void)
{
	int cpu = arch_cpu_id();
	struct task_struct *idle = &idle_tasks[cpu];

	rcu_note_quiescent();
	rcu_run_callbacks();
	if (unlikely(ctl_active)) {
		if (ctl_idle_poll(cpu))
			schedule();
		else
			cpu_relax();
		return;
	}
	arch_irq_disable();
	if (idle->need_resched) {
		arch_irq_enable();
		schedule();
	} else {
		arch_idle(); /* a wake-up between the test and here ends it: interrupts are off */
	}
}

void cpu_idle(void)
{
	arch_irq_enable();
	for (;;)
		cpu_idle_turn();
}

/* --- the run queue (runqueue_lock held) ---------------------------------------------------- */

static void enqueue_task(struct task_struct *t)
{
	list_add_tail(&t->run_list, &run_queue);
	t->on_runqueue = true;
	__atomic_store_n(&nr_running, nr_running + 1, __ATOMIC_RELAXED);
}

static void dequeue_task(struct task_struct *t)
{
	list_del(&t->run_list);
	t->on_runqueue = false;
	__atomic_store_n(&nr_running, nr_running - 1, __ATOMIC_RELAXED);
}

static bool is_idle(const struct task_struct *t)
{
	return t >= idle_tasks && t < idle_tasks + NR_CPUS;
}

/* How much @t deserves @cpu, where @mm is loaded: 0 = its quantum is used up. */
static int goodness(const struct task_struct *t, int cpu, const struct mm_struct *mm)
{
	int weight = t->counter;

	if (weight <= 0)
		return 0;
	if (t->cpu == cpu)
		weight += SAME_CPU_BONUS;
	if (!t->mm || t->mm == mm)
		weight += SAME_MM_BONUS;
	return weight;
}

static bool may_run_on(const struct task_struct *t, int cpu)
{
	return t->pinned < 0 || t->pinned == cpu;
}

/* Make a CPU look at its queue. */
static void kick_cpu(int cpu)
{
	cpus[cpu].curr->need_resched = true;
	if (cpu != arch_cpu_id())
		arch_send_reschedule(cpu);
}

/* Find a CPU for @t, which has just become runnable: its last one if idle, another idle one, or one
 * where it deserves the CPU more than who is there (1999's preemption_goodness). */
static void find_cpu_for(struct task_struct *t)
{
	struct task_struct *curr;
	int i;

	for (i = 0; i < nr_cpus; i++) {
		int cpu = (t->cpu + i) % nr_cpus;

		curr = cpus[cpu].curr;
		if (curr && may_run_on(t, cpu) && is_idle(curr) && !curr->need_resched) {
			kick_cpu(cpu);
			return;
		}
	}
	i = t->pinned >= 0 ? t->pinned : t->cpu;
	curr = cpus[i].curr;
	if (curr && goodness(t, i, curr->active_mm) > goodness(curr, i, curr->active_mm))
		kick_cpu(i);
}

bool wake_up_process(struct task_struct *t)
{
	unsigned long flags = spin_lock_irqsave(&runqueue_lock);
	bool was_asleep = t->state == TASK_INTERRUPTIBLE || t->state == TASK_UNINTERRUPTIBLE;

	if (was_asleep) {
		t->state = TASK_RUNNING;
		trace(TE_WAKE, (uint32_t)t->pid, 0, CALLER_PLACE());
		if (!t->on_runqueue) {
			enqueue_task(t);
			find_cpu_for(t);
		}
	}
	spin_unlock_irqrestore(&runqueue_lock, flags);
	return was_asleep;
}

void set_current_state(int state)
{
	__atomic_store_n(&current->state, state, __ATOMIC_SEQ_CST);
}

/* --- choosing ------------------------------------------------------------------------------ */

/* Everybody's quantum is used up: new ones. Sleepers keep half of what they had left over. */
static void recalculate_counters(void)
{
	struct task_struct *t;

	spin_unlock_irq(&runqueue_lock);
	spin_lock(&tasklist_lock);
	for_each_task(t)
		t->counter = t->counter / 2 + DEF_COUNTER;
	spin_unlock(&tasklist_lock);
	spin_lock_irq(&runqueue_lock);
}

static struct task_struct *best_task(struct task_struct *prev, int cpu, bool yielding, int *best)
{
	struct task_struct *found = NULL;
	struct list_head *pos;

	*best = -1;
	list_for_each(pos, &run_queue) {
		struct task_struct *t = list_entry(pos, struct task_struct, run_list);
		int weight;

		if (!may_run_on(t, cpu) || (t->on_cpu && t != prev))
			continue;
		weight = t == prev && yielding ? 0 : goodness(t, cpu, prev->active_mm);
		if (weight > *best) {
			*best = weight;
			found = t;
		}
	}
	return found;
}

static struct task_struct *pick_next(struct task_struct *prev, int cpu, bool yielding)
{
	struct task_struct *t;
	int best;

	if (unlikely(ctl_active)) {
		t = ctl_pick(cpu);
		return t ? t : &idle_tasks[cpu];
	}
	for (;;) {
		t = best_task(prev, cpu, yielding, &best);
		if (!t)
			return &idle_tasks[cpu];
		if (best > 0 || (t == prev && yielding))
			return t;
		recalculate_counters();
	}
}

/* --- switching ----------------------------------------------------------------------------- */

static void switch_address_space(struct task_struct *prev, struct task_struct *next)
{
	struct mm_struct *old = prev->active_mm;

	if (!next->mm) {
		next->active_mm = arch_borrows_mm() ? old : NULL;
		if (next->active_mm)
			mm_grab(next->active_mm);
		return;
	}
	next->active_mm = next->mm;
	if (old != next->mm)
		arch_switch_mm(old ? &old->arch : NULL, &next->mm->arch);
}

/* Continue as @next. Needs runqueue_lock with interrupts off; both are undone when we are back. */
static void switch_task(struct task_struct *prev, struct task_struct *next, int cpu)
{
	BUG_ON(next->on_cpu);
	trace(TE_SWITCH, (uint32_t)next->pid, 0, CALLER_PLACE());
	switch_address_space(prev, next);
	next->on_cpu = true;
	next->cpu = cpu;
	cpus[cpu].curr = next;
	lock_move(&runqueue_lock.info, prev, next);
	schedule_tail(arch_switch(prev, next));
}

void schedule_tail(struct task_struct *prev)
{
	struct mm_struct *borrowed = prev->mm ? NULL : prev->active_mm;
	bool reap = prev->flags & PF_REAP;

	if (!prev->mm)
		prev->active_mm = NULL;
	__atomic_store_n(&prev->on_cpu, false, __ATOMIC_RELEASE);
	spin_unlock_irq(&runqueue_lock);
	if (borrowed)
		mm_drop(borrowed);
	if (reap)
		task_free(prev);
}

void kthread_entry(void)
{
	current->entry(current->entry_arg);
	task_exit(0);
}

/* schedule() with a spin lock held, inside an RCU read section or with interrupts off would hand
 * the damage to somebody else. */
static void check_may_schedule(struct task_struct *t, uintptr_t place)
{
	char name[48];
	int i;

	if (likely(!t->nspin && !t->rcu_nesting && arch_irqs_enabled()))
		return;
	for (i = 0; i < t->nheld; i++) {
		struct lock_info *li = t->held[i].lock;

		if (li && lock_classes[li->class_id].kind == LK_SPIN)
			panic("%s (pid %d) calls schedule() in %pS, holding spin lock %s taken in "
			      "%pS",
			      t->comm, t->pid, (void *)place, lock_name(li, name, sizeof(name)),
			      (void *)t->held[i].place);
	}
	if (t->rcu_nesting)
		panic("%s (pid %d) calls schedule() in %pS inside an RCU read section", t->comm,
		      t->pid, (void *)place);
	panic("%s (pid %d) calls schedule() in %pS with interrupts off", t->comm, t->pid,
	      (void *)place);
}

static void about_to_sleep(struct task_struct *t, uintptr_t place)
{
	if (t->wait.kind == WAIT_NONE)
		wait_set(WAIT_EVENT, NULL, place);
	trace(TE_SLEEP, t->wait.kind, 0, t->wait.place);
	if (unlikely(watch_mask))
		watch_blocked(t);
	sync_point(SP_SLEEP, t->wait.what);
}

static void schedule_from(uintptr_t place, bool yielding)
{
	struct task_struct *prev = current, *next;
	bool sleeps = prev->state == TASK_INTERRUPTIBLE || prev->state == TASK_UNINTERRUPTIBLE;
	uintptr_t kernel_lock_place;
	int cpu;

	check_may_schedule(prev, place);
	rcu_note_quiescent();
	rcu_run_callbacks();
	if (sleeps)
		about_to_sleep(prev, place);
	kernel_lock_place = release_kernel_lock();

	spin_lock_irq(&runqueue_lock);
	cpu = arch_cpu_id();
	if (prev->state == TASK_INTERRUPTIBLE && signal_pending(prev))
		prev->state = TASK_RUNNING;
	if (prev->state != TASK_RUNNING && prev->on_runqueue)
		dequeue_task(prev);
	prev->need_resched = false;
	next = pick_next(prev, cpu, yielding);
	if (next == prev)
		spin_unlock_irq(&runqueue_lock);
	else
		switch_task(prev, next, cpu);

	if (sleeps)
		wait_clear();
	reacquire_kernel_lock(kernel_lock_place);
}

void schedule(void)
{
	schedule_from(CALLER_PLACE(), false);
}

void yield(void)
{
	spin_lock_irq(&runqueue_lock);
	if (current->on_runqueue) {
		list_del(&current->run_list);
		list_add_tail(&current->run_list, &run_queue);
	}
	spin_unlock_irq(&runqueue_lock);
	schedule_from(CALLER_PLACE(), true);
}

void sched_switch_to(struct task_struct *next)
{
	spin_lock_irq(&runqueue_lock);
	switch_task(current, next, arch_cpu_id());
}

uint32_t trace_mm(void)
{
	return current->mm ? current->mm->arch.pgd >> PAGE_SHIFT : 0;
}

struct mm_struct *sched_use_mm(struct mm_struct *mm)
{
	struct task_struct *t = current;
	unsigned long flags = arch_irq_save();
	struct mm_struct *old = t->mm, *active = t->active_mm;

	t->mm = mm;
	if (!mm) {
		if (old)
			mm_grab(old); /* borrowed from now on, like any kernel task's */
	} else {
		t->active_mm = mm;
		if (active != mm)
			arch_switch_mm(active ? &active->arch : NULL, &mm->arch);
	}
	arch_irq_restore(flags);
	if (mm && !old && active)
		mm_drop(active);
	return old;
}

/* --- interrupts ---------------------------------------------------------------------------- */

/* Is there a task in the queue that no CPU is running? A look without the lock. */
static bool somebody_waits(void)
{
	int running = 0;

	for (int cpu = 0; cpu < nr_cpus; cpu++)
		running += cpus[cpu].curr && !is_idle(cpus[cpu].curr);
	return sched_nr_runnable() > running;
}

void timer_interrupt(int cpu, bool user)
{
	struct task_struct *t = current;

	if (cpu == 0) {
		jiffies = jiffies + 1;
		run_timers();
		if (unlikely(watch_mask & WATCH_WAITS))
			watch_tick();
	}
	if (is_idle(t)) {
		/* Somebody may wait for a CPU whose reschedule interrupt went to another. */
		if (somebody_waits())
			t->need_resched = true;
		return;
	}
	if (user) {
		t->utime++;
		rcu_note_quiescent();
	} else {
		t->stime++;
	}
	if (--t->counter <= 0) {
		t->counter = 0;
		t->need_resched = true;
	}
}

void reschedule_interrupt(void)
{
	/* need_resched was set by the sender; the way back to user mode or the idle loop looks. */
}
