/*
 * kernel/control.c - the controlled scheduler: the baton and the controller's loop. (The decisions
 * are in control_choose.c, interrupts in control_irq.c, the record of a run in control_log.c.)
 *
 * kernel/control.h says what a run is. How it works here:
 *
 * `holder` is the number of the one who may go on. A task that reaches a sync point decides who is
 * next (ctl_decide(), control_choose.c); if that is somebody else it writes holder and stands in
 * wait_for_baton(). A task that really sleeps is switched out by schedule(), which asks ctl_pick():
 * the decision falls there. The controller's own context is number CTL_IRQ; it is never asleep, so
 * that the baton can always be given to it: to deliver an interrupt, or to find out that nobody can
 * go on.
 *
 * A decision reads only what earlier decisions made: task states, lock owners, milestones. Real
 * time enters at one place, where the controller waits for a device whose completion was already
 * decided.
 */
#include "kernel/control.h"

#include "kernel/arch.h"
#include "kernel/control_internal.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/story.h"
#include "kernel/string.h"
#include "kernel/trace.h"
#include "kernel/watch_internal.h"

#define CHAIN_PATIENCE 2000000u /* turns a report waits for another CPU's call chain */
#define START_PATIENCE 500u	/* ticks until the rest of the machine sleeps */


struct ctl_state ctl_now;

static volatile int holder;
static uint64_t run_hash; /* trace_hash() at the end */

static const char *const verdict_names[NR_CTL_VERDICTS] = {
	[CTL_NONE] = "none",	     [CTL_COMPLETED] = "completed", [CTL_DEADLOCK] = "deadlock",
	[CTL_STALL] = "stall",	     [CTL_RULE] = "rule",	    [CTL_DIVERGED] = "diverged",
	[CTL_STEP_LIMIT] = "steps",
};

const char *ctl_verdict_name(enum ctl_verdict v)
{
	return v < NR_CTL_VERDICTS ? verdict_names[v] : "?";
}

/* --- tasks ----------------------------------------------------------------------------------- */

void ctl_reset(void)
{
	int i;

	for (i = 0; i < ctl_now.nslots; i++)
		if (ctl_now.slots[i].task && !ctl_now.slots[i].ended)
			ctl_now.slots[i].task->ctl_id = -1;
	memset(ctl_now.slots, 0, sizeof(ctl_now.slots));
	ctl_now.nslots = 0;
	ctl_log_reset();
}

int ctl_ntasks(void)
{
	return ctl_now.nslots;
}

struct task_struct *ctl_task(int id)
{
	if (id < 0 || id >= ctl_now.nslots || ctl_now.slots[id].ended)
		return NULL;
	return ctl_now.slots[id].task;
}

const char *ctl_name(int id)
{
	if (id == CTL_IRQ)
		return "irq";
	if (id < 0 || id >= ctl_now.nslots || !ctl_now.slots[id].name)
		return "?";
	return ctl_now.slots[id].name;
}

int ctl_find_name(const char *name)
{
	int i;

	for (i = 0; i < ctl_now.nslots; i++)
		if (ctl_now.slots[i].name && strcmp(ctl_now.slots[i].name, name) == 0)
			return i;
	return strcmp(name, "irq") == 0 ? CTL_IRQ : -1;
}

bool ctl_is_service(int id)
{
	return ctl_now.slots[id].service;
}

bool ctl_is_done(int id)
{
	return ctl_finished(id) || ctl_now.slots[id].said_end;
}

bool ctl_finished(int id)
{
	return id >= 0 && id < ctl_now.nslots && ctl_now.slots[id].ended;
}

int ctl_adopt_as(struct task_struct *t, int id, const char *name, bool service)
{
	if (id < 0)
		id = ctl_now.nslots;
	if (id >= CTL_MAX_TASKS || ctl_now.slots[id].task || t->ctl_id >= 0)
		return -EINVAL;
	ctl_now.slots[id].task = t;
	ctl_now.slots[id].name = name;
	ctl_now.slots[id].service = service;
	ctl_now.slots[id].event = -1;
	t->ctl_id = id;
	t->ctl = &ctl_now.slots[id];
	ctl_now.nslots = max(ctl_now.nslots, id + 1);
	return id;
}

int ctl_adopt(struct task_struct *t, int id, const char *name)
{
	return ctl_adopt_as(t, id, name, false);
}

/* A run would wait for ever for a server that is not part of it. Tasks are born under one lock,
 * boot order is fixed, so the numbers are the same in every run. */
static void adopt_servers(void)
{
	struct task_struct *t;

	for_each_task(t)
		if ((t->flags & PF_SERVER) && t->ctl_id < 0 && t->state != TASK_ZOMBIE &&
		    ctl_adopt_as(t, -1, t->comm, true) < 0)
			report("control: no room for server %s: whoever calls it will stall\n",
			       t->comm);
}

/* The controller takes the last CPU: the tasks that get stuck had theirs for themselves. */
static int cpu_of(int id)
{
	return id == CTL_IRQ ? nr_cpus - 1 : id % nr_cpus;
}

static struct ctl_slot *my_slot(void)
{
	struct task_struct *t = current;

	return ctl_active && t->ctl_id >= 0 ? t->ctl : NULL;
}

static int number_of(const struct ctl_slot *s)
{
	return (int)(s - ctl_now.slots);
}

int ctl_holder_cpu(void)
{
	return cpu_of(holder);
}

struct lock_info *ctl_wants_lock(int id)
{
	return ctl_now.slots[id].at_lock;
}

bool ctl_controlled(void)
{
	struct ctl_slot *s = my_slot();

	return s && holder == number_of(s);
}

/* --- the baton ------------------------------------------------------------------------------- */

static void give_chain_if_asked(struct ctl_slot *s)
{
	if (!s->chain_wanted)
		return;
	s->nchain = arch_backtrace(current, s->chain, CTL_CHAIN_MAX);
	__atomic_store_n(&s->chain_wanted, false, __ATOMIC_RELEASE);
}

/* May this CPU switch to the holder, who shares it with us? */
static struct task_struct *holder_here(int cpu)
{
	int h = holder;
	struct task_struct *t = ctl_now.slots[h].task;

	if (cpu_of(h) != cpu || !t || t == current)
		return NULL;
	if (__atomic_load_n(&t->on_cpu, __ATOMIC_ACQUIRE))
		return NULL;
	return t->state == TASK_RUNNING || ctl_now.slots[h].at_point ? t : NULL;
}

/* Stand here until the baton is ours. Interrupts stay as they are: a spin lock may be held. */
static void wait_for_baton(struct ctl_slot *s)
{
	int me = number_of(s);

	s->at_point = true;
	while (ctl_active && __atomic_load_n(&holder, __ATOMIC_ACQUIRE) != me) {
		struct task_struct *t = holder_here(arch_cpu_id());

		arch_tlb_poll();
		give_chain_if_asked(s);
		if (t) {
			unsigned long flags = arch_irq_save();

			sched_switch_to(t);
			arch_irq_restore(flags);
		} else {
			cpu_relax();
		}
	}
	s->at_point = false;
}

static void pass_baton(struct ctl_slot *s, int next)
{
	if (next == number_of(s))
		return;
	s->at_point = true; /* before anybody asks whether we are enabled */
	__atomic_store_n(&holder, next, __ATOMIC_RELEASE);
	wait_for_baton(s);
}

/* The current task, holder of the baton, is at a sync point. */
static void at_point(struct ctl_slot *s, enum sync_kind kind, const void *obj, enum milestone m,
		     const char *label)
{
	struct ctl_step *step = ctl_log_step(number_of(s), s->points++, kind, obj, m, label);
	int next;

	if (kind == SP_SLEEP)
		s->slept = true;
	s->at_point = true;
	s->said_end |= kind == SP_END;
	s->at_lock = kind == SP_LOCK ? (struct lock_info *)(uintptr_t)obj : NULL;
	next = ctl_decide(number_of(s), step, false);
	s->at_point = false;
	pass_baton(s, next);
	s->at_lock = NULL;
}

/* The slot of the current task if it holds the baton and is no interrupt: whoever may take a step.
 * A dying task takes none between its last words and its last schedule(): whoever runs after it on
 * its CPU frees it. */
static struct ctl_slot *stepping_slot(void)
{
	struct ctl_slot *s = my_slot();

	if (!s || holder != number_of(s) || number_of(s) == CTL_IRQ)
		return NULL;
	return current->state == TASK_ZOMBIE ? NULL : s;
}

void ctl_point(enum sync_kind kind, const void *obj, uintptr_t place)
{
	struct ctl_slot *s = stepping_slot();

	(void)place;
	if (s)
		at_point(s, kind, obj, NR_MILESTONES, NULL);
}

void ctl_milestone(enum milestone m, const char *label)
{
	struct ctl_slot *s = stepping_slot();

	if (!s)
		return;
	if (ctl_now.config.story)
		s->event = story_arrive(ctl_now.config.story, number_of(s), m, label);
	at_point(s, SP_MILESTONE, NULL, m, label);
}

void ctl_task_start(void)
{
	sync_point(SP_START, NULL);
}

void ctl_task_end(void)
{
	milestone(MS_TASK_END, NULL);
	sync_point(SP_END, NULL);
}

bool ctl_wait_lock(struct lock_info *li)
{
	struct ctl_slot *s = stepping_slot();

	if (!s)
		return false;
	s->wait_lock = li;
	at_point(s, SP_LOCK, li, NR_MILESTONES, NULL);
	s->wait_lock = NULL;
	return true;
}

bool ctl_wait_cond(bool (*cond)(void *arg), void *arg, const char *what)
{
	struct ctl_slot *s = stepping_slot();

	(void)what;
	if (!s)
		return false;
	s->cond_arg = arg;
	s->cond = cond;
	at_point(s, SP_READ, NULL, NR_MILESTONES, NULL);
	s->cond = NULL;
	return true;
}

/* --- the scheduler's questions --------------------------------------------------------------- */

/* The holder leaves its CPU: it sleeps, has died, or yields. */
static void holder_leaves(struct ctl_slot *s)
{
	struct task_struct *t = s->task;
	bool sleeps = t->state != TASK_RUNNING, was_woken;
	enum sync_kind kind = t->state == TASK_ZOMBIE ? SP_END : SP_SLEEP;
	struct ctl_step *step;

	if (t->state == TASK_ZOMBIE) {
		s->ended = true;
		s->task = NULL;
		if (ctl_now.config.story)
			story_task_ended(ctl_now.config.story, number_of(s));
	}
	was_woken = !sleeps && s->slept;
	s->slept = false;
	if (was_woken)
		return; /* between its last look and here: it just goes on */
	step = ctl_log_step(number_of(s), s->points++, kind, NULL, NR_MILESTONES, NULL);
	holder = ctl_decide(number_of(s), step, !sleeps);
}

struct task_struct *ctl_pick(int cpu)
{
	struct ctl_slot *s = my_slot();
	struct task_struct *t;

	if (s && holder == number_of(s) && number_of(s) != CTL_IRQ)
		holder_leaves(s);
	t = ctl_now.slots[holder].task;
	if (t == current && t && cpu_of(holder) == cpu)
		return t->state == TASK_RUNNING ? t : NULL;
	return holder_here(cpu);
}

bool ctl_idle_poll(int cpu)
{
	arch_tlb_poll();
	return holder_here(cpu) != NULL;
}

/* --- the controller -------------------------------------------------------------------------- */

/* Nobody can go on, and nothing will come. */
static enum ctl_verdict judge(void)
{
	struct wait_cycle cycle;

	if (!ctl_unfinished())
		return CTL_COMPLETED;
	if (watch_find_cycle(NULL, &cycle)) {
		watch_deadlock_found(&cycle);
		return CTL_DEADLOCK;
	}
	return CTL_STALL;
}

/* The baton is with us: deliver what was decided, then decide who goes on; false = the run is
 * over. */
static bool controller_turn(struct ctl_slot *me)
{
	struct ctl_step *step;
	int next;

	if (ctl_now.verdict != CTL_NONE)
		return false;
	if (!ctl_now.irq_chosen) {
		ctl_now.verdict = judge();
		return false;
	}
	ctl_deliver();
	step = ctl_log_step(CTL_IRQ, me->points++, SP_IO_DONE, NULL, NR_MILESTONES, NULL);
	next = ctl_decide(CTL_IRQ, step, false);
	if (next != CTL_IRQ)
		pass_baton(me, next);
	return true;
}

/* Everything else on the machine has to sleep: it would run when nobody looks. And no device may be
 * at work: when it ends would be chance. */
static void quiet_machine(void)
{
	unsigned tries;

	current->pinned = cpu_of(CTL_IRQ);
	for (tries = 0; tries < START_PATIENCE; tries++) {
		if (sched_nr_runnable() <= 1 && ctl_in_flight() == 0 &&
		    arch_cpu_id() == cpu_of(CTL_IRQ))
			return;
		schedule_timeout(1);
	}
	if (arch_cpu_id() != cpu_of(CTL_IRQ))
		panic("control: cannot get to CPU %d", cpu_of(CTL_IRQ));
	report("control: %d other tasks still run and %u transfers are in flight; from here on the "
	       "tasks stand still\n", sched_nr_runnable() - 1, ctl_in_flight());
}

static void begin(const struct ctl_config *c, struct ctl_slot *me)
{
	int i;

	ctl_now.config = *c;
	ctl_now.verdict = CTL_NONE;
	ctl_now.irq_chosen = false;
	ctl_choose_reset();
	ctl_irqs_reset();
	ctl_log_reset();
	trace_reset();
	if (ctl_now.config.story)
		story_rewind(ctl_now.config.story);
	memset(me, 0, sizeof(*me));
	me->task = current;
	me->event = -1;
	current->ctl_id = CTL_IRQ;
	current->ctl = me;
	holder = CTL_IRQ;
	for (i = 0; i < ctl_now.nslots; i++)
		if (ctl_now.slots[i].task)
			ctl_now.slots[i].task->pinned = cpu_of(i);
	__atomic_store_n(&ctl_active, true, __ATOMIC_SEQ_CST);
}

void ctl_follow(struct story *s)
{
	ctl_now.config.story = s;
}

/* New tasks become runnable; they get the CPU when they get the baton. */
static void start_tasks(void)
{
	int i;

	for (i = 0; i < ctl_now.nslots; i++)
		if (ctl_now.slots[i].task && !ctl_now.slots[i].service)
			wake_up_process(ctl_now.slots[i].task);
}

/* Give the machine back. After a verdict that leaves tasks stuck it stays as it is. */
static void finish(void)
{
	int i;

	if (ctl_now.verdict != CTL_COMPLETED)
		return;
	__atomic_store_n(&ctl_active, false, __ATOMIC_SEQ_CST);
	for (i = 0; i < ctl_now.nslots; i++) {
		if (!ctl_now.slots[i].task)
			continue;
		ctl_now.slots[i].task->pinned = -1;
		ctl_now.slots[i].task->ctl_id = -1;
	}
	current->ctl_id = -1;
	current->pinned = -1;
	arch_timer_start();
}

enum ctl_verdict ctl_run(const struct ctl_config *c)
{
	struct ctl_slot *me = &ctl_now.slots[CTL_IRQ];
	struct ctl_step *step;

	adopt_servers();
	quiet_machine();
	arch_timer_stop();
	begin(c, me);
	start_tasks();
	step = ctl_log_step(CTL_NOBODY, 0, SP_START, NULL, NR_MILESTONES, NULL);
	pass_baton(me, ctl_decide(CTL_NOBODY, step, false));
	while (controller_turn(me))
		;
	run_hash = trace_hash();
	finish();
	return ctl_now.verdict;
}

uint64_t ctl_hash(void)
{
	return run_hash;
}

/* --- reports --------------------------------------------------------------------------------- */

int ctl_backtrace(struct task_struct *t, uintptr_t *pcs, int max)
{
	struct ctl_slot *s = ctl_active && t->ctl_id >= 0 ? t->ctl : NULL;
	unsigned patience = CHAIN_PATIENCE;
	int i;

	if (!s || t == current || !t->on_cpu)
		return 0;
	__atomic_store_n(&s->chain_wanted, true, __ATOMIC_RELEASE);
	while (__atomic_load_n(&s->chain_wanted, __ATOMIC_ACQUIRE) && --patience)
		cpu_relax();
	if (s->chain_wanted)
		return 0;
	for (i = 0; i < s->nchain && i < max; i++)
		pcs[i] = s->chain[i];
	return i;
}
