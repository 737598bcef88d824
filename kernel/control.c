/*
 * kernel/control.c - the controlled scheduler: the baton, the decisions, the controller's loop.
 *
 * kernel/control.h says what a run is. How it works here:
 *
 * `holder` is the number of the one who may go on. A task that reaches a sync point decides who is
 * next (decide()); if that is somebody else it writes holder and stands in wait_for_baton(). A task
 * that really sleeps is switched out by schedule(), which asks ctl_pick(): the decision falls there.
 * The controller's own context is number CTL_IRQ; it is never asleep, so that the baton can always
 * be given to it: to deliver an interrupt, or to find out that nobody can go on.
 *
 * A decision reads only what earlier decisions made: task states, lock owners, milestones. Real time
 * enters at one place, where the controller waits for a device whose completion was already decided.
 */
#include "kernel/control.h"

#include "kernel/arch.h"
#include "kernel/control_internal.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/story.h"
#include "kernel/string.h"
#include "kernel/timer.h"
#include "kernel/token.h"
#include "kernel/trace.h"
#include "kernel/watch_internal.h"

#define DEFAULT_MAX_STEPS 200000u
#define CHAIN_MAX	  24
#define CHAIN_PATIENCE	  2000000u /* turns a report waits for another CPU's call chain */
#define START_PATIENCE	  500u	   /* ticks until the rest of the machine sleeps */

struct slot {
	struct task_struct *task; /* NULL = number not in use, or the task is gone */
	const char *name;
	bool service;
	bool ended;
	unsigned points;	    /* how many it has passed */
	bool at_point;		    /* stands in wait_for_baton(): its state does not count */
	bool slept;		    /* it passed SP_SLEEP: on its way into schedule() */
	struct lock_info *wait_lock; /* disabled while this has an owner */
	bool (*cond)(void *);	    /* disabled until this is true */
	void *cond_arg;
	int event; /* the story's event it stands at, -1 = none */
	/* the call chain, made by the task itself on request while it stands on its CPU */
	volatile bool chain_wanted;
	int nchain;
	uintptr_t chain[CHAIN_MAX];
};

struct pending_irq {
	void (*fn)(void *);
	void *arg;
};

bool ctl_active;

static struct slot slots[CTL_MAX_TASKS + 1];
static int nslots;
static volatile int holder;
static struct ctl_config config;
static enum ctl_verdict verdict; /* CTL_NONE while the run goes on */
static uint64_t run_hash;	 /* trace_hash() at the end */
static bool irq_chosen;		 /* the baton went to CTL_IRQ to deliver something */

/* what the token expected at the divergence */
static struct {
	bool happened, known;
	unsigned at;
	struct ctl_step found, expected;
} divergence;

/* interrupts that wait for their step; guarded by a private word, for they come on any CPU */
static struct pending_irq irqs[CTL_MAX_IRQS];
static unsigned irqs_in, irqs_out;
static int irqs_busy;
static volatile unsigned in_flight; /* requests given to devices whose completion was not delivered */

static const char *const verdict_names[NR_CTL_VERDICTS] = {
	[CTL_NONE] = "none",	     [CTL_COMPLETED] = "completed", [CTL_DEADLOCK] = "deadlock",
	[CTL_STALL] = "stall",	     [CTL_RULE] = "rule",	    [CTL_DIVERGED] = "diverged",
	[CTL_STEP_LIMIT] = "steps",
};

const char *ctl_verdict_name(enum ctl_verdict v)
{
	return v < NR_CTL_VERDICTS ? verdict_names[v] : "?";
}

/* --- tasks ---------------------------------------------------------------------------------------- */

void ctl_reset(void)
{
	int i;

	for (i = 0; i < nslots; i++)
		if (slots[i].task && !slots[i].ended)
			slots[i].task->ctl_id = -1;
	memset(slots, 0, sizeof(slots));
	nslots = 0;
	ctl_log_reset();
}

int ctl_ntasks(void)
{
	return nslots;
}

struct task_struct *ctl_task(int id)
{
	return id >= 0 && id < nslots && !slots[id].ended ? slots[id].task : NULL;
}

const char *ctl_name(int id)
{
	if (id == CTL_IRQ)
		return "irq";
	return id >= 0 && id < nslots && slots[id].name ? slots[id].name : "?";
}

int ctl_find_name(const char *name)
{
	int i;

	for (i = 0; i < nslots; i++)
		if (slots[i].name && strcmp(slots[i].name, name) == 0)
			return i;
	return strcmp(name, "irq") == 0 ? CTL_IRQ : -1;
}

bool ctl_finished(int id)
{
	return id >= 0 && id < nslots && slots[id].ended;
}

int ctl_adopt_as(struct task_struct *t, int id, const char *name, bool service)
{
	if (id < 0)
		id = nslots;
	if (id >= CTL_MAX_TASKS || slots[id].task || t->ctl_id >= 0)
		return -EINVAL;
	slots[id].task = t;
	slots[id].name = name;
	slots[id].service = service;
	slots[id].event = -1;
	t->ctl_id = id;
	t->ctl = &slots[id];
	nslots = max(nslots, id + 1);
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

static struct slot *my_slot(void)
{
	struct task_struct *t = current;

	return ctl_active && t->ctl_id >= 0 ? t->ctl : NULL;
}

static int number_of(const struct slot *s)
{
	return (int)(s - slots);
}

bool ctl_controlled(void)
{
	struct slot *s = my_slot();

	return s && holder == number_of(s);
}

/* --- who can go on ------------------------------------------------------------------------------------ */

static bool enabled(int id)
{
	const struct slot *s = &slots[id];

	if (!s->task || s->ended)
		return false;
	if (!s->at_point && s->task->state != TASK_RUNNING)
		return false;
	if (s->wait_lock && s->wait_lock->owner)
		return false;
	return !s->cond || s->cond(s->cond_arg);
}

static bool unfinished_tasks(void)
{
	int i;

	for (i = 0; i < nslots; i++)
		if (slots[i].task && !slots[i].service && !slots[i].ended)
			return true;
	return false;
}

/* A task of the scenario sleeps with a limit: time would go on if nothing else happened. */
static bool timer_needed(void)
{
	int i;

	for (i = 0; i < nslots; i++) {
		const struct slot *s = &slots[i];

		if (s->task && !s->service && !s->ended && !s->at_point &&
		    s->task->state != TASK_RUNNING && s->task->wait.kind == WAIT_TIMER)
			return timers_pending();
	}
	return false;
}

static unsigned enabled_mask(void)
{
	unsigned mask = 0;
	int i;

	for (i = 0; i < nslots; i++)
		if (enabled(i))
			mask |= 1u << i;
	if (in_flight > 0 || timer_needed())
		mask |= 1u << CTL_IRQ;
	return mask;
}

static int lowest(unsigned mask)
{
	int i;

	for (i = 0; i <= CTL_IRQ; i++)
		if (mask & (1u << i))
			return i;
	return CTL_IRQ;
}

/* --- the schedules ------------------------------------------------------------------------------------ */

static int default_choice(int at, unsigned mask)
{
	return at < CTL_IRQ && (mask & (1u << at)) ? at : lowest(mask);
}

/* Those whom the story lets go on: not held at a milestone, not held altogether. */
static unsigned story_mask(unsigned mask)
{
	const struct story *s = config.story;
	unsigned allowed = mask;
	int i;

	for (i = 0; i < nslots; i++) {
		if (slots[i].event >= 0 && !story_may_pass(s, slots[i].event))
			allowed &= ~(1u << i);
		if (story_holds(s, i))
			allowed &= ~(1u << i);
	}
	return allowed;
}

static void end_run(enum ctl_verdict v)
{
	if (verdict == CTL_NONE)
		verdict = v;
}

/* The story holds everybody who could go on, and nothing is in flight. A circle of waiters ends the
 * run; else a constraint is given up: first one at a milestone, a whole task's only at last. */
static int story_gives_way(unsigned mask)
{
	struct wait_cycle cycle;
	int i;

	if (watch_find_cycle(NULL, &cycle)) {
		watch_deadlock_found(&cycle);
		end_run(CTL_DEADLOCK);
		return CTL_IRQ;
	}
	if (!unfinished_tasks())
		return CTL_IRQ;
	for (i = 0; i < nslots; i++) {
		if (!(mask & (1u << i)) || story_holds(config.story, i))
			continue;
		story_drop(config.story, slots[i].event);
		return i;
	}
	i = lowest(mask);
	story_drop_hold(config.story, i);
	if (slots[i].event >= 0 && !story_may_pass(config.story, slots[i].event))
		story_drop(config.story, slots[i].event);
	return i;
}

static int story_choice(int at, unsigned mask)
{
	unsigned allowed = story_mask(mask);

	return allowed ? default_choice(at, allowed) : story_gives_way(mask);
}

/* Does the step agree with the token? If not the run ends here. */
static bool token_agrees(const struct ctl_step *s)
{
	const struct token *t = config.token;
	unsigned n = ctl_steps();

	if ((int)n >= t->nprints || t->print[n] == s->print)
		return true;
	if (verdict != CTL_NONE)
		return false;
	divergence.happened = true;
	divergence.at = n;
	divergence.found = *s;
	divergence.known = ctl_log_guess(n ? t->print[n - 1] : 0, t->print[n],
					 &divergence.expected);
	end_run(CTL_DIVERGED);
	return false;
}

static int token_choice(const struct ctl_step *s, unsigned mask)
{
	int next = token_next(config.token, s->task, s->nth);

	if (next < 0)
		return s->dflt;
	if (!(mask & (1u << next))) {
		divergence.happened = true;
		divergence.at = ctl_steps();
		divergence.found = *s;
		divergence.known = false;
		end_run(CTL_DIVERGED);
		return CTL_IRQ;
	}
	return next;
}

static int choose(int at, const struct ctl_step *s, unsigned mask)
{
	int next;

	if (mask == 0)
		return CTL_IRQ;
	if (config.token)
		return token_choice(s, mask);
	if (config.choose) {
		next = config.choose(config.choose_arg, s, mask, s->dflt);
		return next >= 0 && next <= CTL_IRQ && (mask & (1u << next)) ? next : s->dflt;
	}
	if (config.story)
		return story_choice(at, mask);
	return s->dflt;
}

static void check_limits(void)
{
	unsigned limit = config.max_steps ? config.max_steps : DEFAULT_MAX_STEPS;

	if (watch_deadlock())
		end_run(CTL_DEADLOCK);
	if (config.stop_at_rule && watch_complaints(WATCH_RULES))
		end_run(CTL_RULE);
	if (ctl_steps() >= limit)
		end_run(CTL_STEP_LIMIT);
}

/* @next goes on: what it stood at has happened. */
static void release(int next)
{
	struct slot *s = &slots[next];

	if (next < CTL_IRQ && s->event >= 0) {
		if (config.story)
			story_pass(config.story, s->event);
		s->event = -1;
	}
}

/*
 * The decision. @at is at its point @s (from ctl_log_step); @others: it would rather not go on itself
 * (it yields). Returns who goes on; CTL_IRQ with irq_chosen false = the run is to be judged.
 */
static int decide(int at, struct ctl_step *s, bool others)
{
	unsigned mask = enabled_mask(), without = mask;
	int next = CTL_IRQ;

	if (others && (mask & ~(1u << at) & ~(1u << CTL_IRQ)))
		without = mask & ~(1u << at);
	s->enabled = (uint16_t)mask;
	s->dflt = (uint8_t)default_choice(at, without);
	check_limits();
	if (verdict == CTL_NONE && (!config.token || token_agrees(s)))
		next = choose(at, s, without);
	s->next = (uint8_t)next;
	ctl_log_commit(s);
	release(next);
	irq_chosen = next == CTL_IRQ && verdict == CTL_NONE && (mask & (1u << CTL_IRQ));
	return next;
}

/* --- the baton ---------------------------------------------------------------------------------------- */

static void give_chain_if_asked(struct slot *s)
{
	if (!s->chain_wanted)
		return;
	s->nchain = arch_backtrace(current, s->chain, CHAIN_MAX);
	__atomic_store_n(&s->chain_wanted, false, __ATOMIC_RELEASE);
}

/* May this CPU switch to the holder, who shares it with us? */
static struct task_struct *holder_here(int cpu)
{
	int h = holder;
	struct task_struct *t = slots[h].task;

	if (cpu_of(h) != cpu || !t || t == current)
		return NULL;
	if (__atomic_load_n(&t->on_cpu, __ATOMIC_ACQUIRE))
		return NULL;
	return t->state == TASK_RUNNING || slots[h].at_point ? t : NULL;
}

/* Stand here until the baton is ours. Interrupts stay as they are: a spin lock may be held. */
static void wait_for_baton(struct slot *s)
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

static void pass_baton(struct slot *s, int next)
{
	if (next == number_of(s))
		return;
	s->at_point = true; /* before anybody asks whether we are enabled */
	__atomic_store_n(&holder, next, __ATOMIC_RELEASE);
	wait_for_baton(s);
}

/* The current task, holder of the baton, is at a sync point. */
static void at_point(struct slot *s, enum sync_kind kind, const void *obj, enum milestone m,
		     const char *label)
{
	struct ctl_step *step = ctl_log_step(number_of(s), s->points++, kind, obj, m, label);
	int next;

	if (kind == SP_SLEEP)
		s->slept = true;
	s->at_point = true;
	next = decide(number_of(s), step, false);
	s->at_point = false;
	pass_baton(s, next);
}

/* The slot of the current task if it holds the baton and is no interrupt: whoever may take a step. A
 * dying task takes none between its last words and its last schedule(): whoever runs after it on its
 * CPU frees it. */
static struct slot *stepping_slot(void)
{
	struct slot *s = my_slot();

	if (!s || holder != number_of(s) || number_of(s) == CTL_IRQ)
		return NULL;
	return current->state == TASK_ZOMBIE ? NULL : s;
}

void ctl_point(enum sync_kind kind, const void *obj, uintptr_t place)
{
	struct slot *s = stepping_slot();

	(void)place;
	if (s)
		at_point(s, kind, obj, NR_MILESTONES, NULL);
}

void ctl_milestone(enum milestone m, const char *label)
{
	struct slot *s = stepping_slot();

	if (!s)
		return;
	if (config.story)
		s->event = story_arrive(config.story, number_of(s), m, label);
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
	struct slot *s = stepping_slot();

	if (!s)
		return false;
	s->wait_lock = li;
	at_point(s, SP_LOCK, li, NR_MILESTONES, NULL);
	s->wait_lock = NULL;
	return true;
}

bool ctl_wait_cond(bool (*cond)(void *arg), void *arg, const char *what)
{
	struct slot *s = stepping_slot();

	(void)what;
	if (!s)
		return false;
	s->cond_arg = arg;
	s->cond = cond;
	at_point(s, SP_READ, NULL, NR_MILESTONES, NULL);
	s->cond = NULL;
	return true;
}

/* --- the scheduler's questions ---------------------------------------------------------------------------- */

/* The holder leaves its CPU: it sleeps, has died, or yields. */
static void holder_leaves(struct slot *s)
{
	struct task_struct *t = s->task;
	bool sleeps = t->state != TASK_RUNNING, was_woken;
	enum sync_kind kind = t->state == TASK_ZOMBIE ? SP_END : SP_SLEEP;
	struct ctl_step *step;

	if (t->state == TASK_ZOMBIE) {
		s->ended = true;
		s->task = NULL;
		if (config.story)
			story_task_ended(config.story, number_of(s));
	}
	was_woken = !sleeps && s->slept;
	s->slept = false;
	if (was_woken)
		return; /* between its last look and here: it just goes on */
	step = ctl_log_step(number_of(s), s->points++, kind, NULL, NR_MILESTONES, NULL);
	holder = decide(number_of(s), step, !sleeps);
}

struct task_struct *ctl_pick(int cpu)
{
	struct slot *s = my_slot();
	struct task_struct *t;

	if (s && holder == number_of(s) && number_of(s) != CTL_IRQ)
		holder_leaves(s);
	t = slots[holder].task;
	if (t == current && t && cpu_of(holder) == cpu)
		return t->state == TASK_RUNNING ? t : NULL;
	return holder_here(cpu);
}

bool ctl_idle_poll(int cpu)
{
	arch_tlb_poll();
	return holder_here(cpu) != NULL;
}

/* --- interrupts ------------------------------------------------------------------------------------------- */

static unsigned long irqs_lock(void)
{
	unsigned long flags = arch_irq_save();

	while (__atomic_exchange_n(&irqs_busy, 1, __ATOMIC_ACQUIRE))
		cpu_relax();
	return flags;
}

static void irqs_unlock(unsigned long flags)
{
	__atomic_store_n(&irqs_busy, 0, __ATOMIC_RELEASE);
	arch_irq_restore(flags);
}

bool ctl_irq_deferred(void (*fn)(void *arg), void *arg)
{
	unsigned long flags;

	if (!ctl_active) {
		__atomic_fetch_sub(&in_flight, 1, __ATOMIC_RELAXED);
		return false;
	}
	flags = irqs_lock();
	if (irqs_in - irqs_out == CTL_MAX_IRQS)
		panic("control: more than %d interrupts wait for delivery", CTL_MAX_IRQS);
	irqs[irqs_in % CTL_MAX_IRQS].fn = fn;
	irqs[irqs_in % CTL_MAX_IRQS].arg = arg;
	irqs_in++;
	irqs_unlock(flags);
	return true;
}

void ctl_io_started(void)
{
	__atomic_fetch_add(&in_flight, 1, __ATOMIC_RELAXED);
}

static bool take_irq(struct pending_irq *irq)
{
	unsigned long flags = irqs_lock();
	bool any = irqs_in != irqs_out;

	if (any)
		*irq = irqs[irqs_out++ % CTL_MAX_IRQS];
	irqs_unlock(flags);
	return any;
}

/* A completion was decided on: wait until the device has it, then let it be seen. */
static void deliver_io(void)
{
	struct pending_irq irq;
	unsigned long flags;

	while (!take_irq(&irq)) {
		if (nr_cpus == 1) {
			arch_irq_disable();
			if (irqs_in == irqs_out)
				arch_idle(); /* no interrupt is lost between the look and here */
			arch_irq_enable();
		} else {
			arch_tlb_poll();
			cpu_relax();
		}
	}
	flags = arch_irq_save();
	irq.fn(irq.arg);
	arch_irq_restore(flags);
	__atomic_fetch_sub(&in_flight, 1, __ATOMIC_RELAXED);
}

/* --- the controller ------------------------------------------------------------------------------------------ */

static void deliver_something(void)
{
	unsigned long flags;

	if (in_flight > 0) {
		deliver_io();
		return;
	}
	flags = arch_irq_save();
	timers_advance();
	arch_irq_restore(flags);
}

/* Nobody can go on, and nothing will come. */
static enum ctl_verdict judge(void)
{
	struct wait_cycle cycle;

	if (!unfinished_tasks())
		return CTL_COMPLETED;
	if (watch_find_cycle(NULL, &cycle)) {
		watch_deadlock_found(&cycle);
		return CTL_DEADLOCK;
	}
	return CTL_STALL;
}

/* The baton is with us: deliver what was decided, then decide who goes on; false = the run is over. */
static bool controller_turn(struct slot *me)
{
	struct ctl_step *step;
	int next;

	if (verdict != CTL_NONE)
		return false;
	if (!irq_chosen) {
		verdict = judge();
		return false;
	}
	deliver_something();
	step = ctl_log_step(CTL_IRQ, me->points++, SP_IO_DONE, NULL, NR_MILESTONES, NULL);
	next = decide(CTL_IRQ, step, false);
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
		if (sched_nr_runnable() <= 1 && in_flight == 0 &&
		    arch_cpu_id() == cpu_of(CTL_IRQ))
			return;
		schedule_timeout(1);
	}
	if (arch_cpu_id() != cpu_of(CTL_IRQ))
		panic("control: cannot get to CPU %d", cpu_of(CTL_IRQ));
	report("control: %d other tasks still run and %u transfers are in flight; from here on the "
	       "tasks stand still\n", sched_nr_runnable() - 1, in_flight);
}

static void begin(const struct ctl_config *c, struct slot *me)
{
	int i;

	config = *c;
	verdict = CTL_NONE;
	irq_chosen = false;
	divergence.happened = false;
	irqs_in = irqs_out = 0;
	ctl_log_reset();
	trace_reset();
	if (config.story)
		story_rewind(config.story);
	memset(me, 0, sizeof(*me));
	me->task = current;
	me->event = -1;
	current->ctl_id = CTL_IRQ;
	current->ctl = me;
	holder = CTL_IRQ;
	for (i = 0; i < nslots; i++)
		if (slots[i].task)
			slots[i].task->pinned = cpu_of(i);
	__atomic_store_n(&ctl_active, true, __ATOMIC_SEQ_CST);
}

/* New tasks become runnable; they get the CPU when they get the baton. */
static void start_tasks(void)
{
	int i;

	for (i = 0; i < nslots; i++)
		if (slots[i].task && !slots[i].service)
			wake_up_process(slots[i].task);
}

/* Give the machine back. After a verdict that leaves tasks stuck it stays as it is. */
static void finish(void)
{
	int i;

	if (verdict != CTL_COMPLETED)
		return;
	__atomic_store_n(&ctl_active, false, __ATOMIC_SEQ_CST);
	for (i = 0; i < nslots; i++) {
		if (!slots[i].task)
			continue;
		slots[i].task->pinned = -1;
		slots[i].task->ctl_id = -1;
	}
	current->ctl_id = -1;
	current->pinned = -1;
	arch_timer_start();
}

enum ctl_verdict ctl_run(const struct ctl_config *c)
{
	struct slot *me = &slots[CTL_IRQ];
	struct ctl_step *step;

	adopt_servers();
	quiet_machine();
	arch_timer_stop();
	begin(c, me);
	start_tasks();
	step = ctl_log_step(CTL_NOBODY, 0, SP_START, NULL, NR_MILESTONES, NULL);
	pass_baton(me, decide(CTL_NOBODY, step, false));
	while (controller_turn(me))
		;
	run_hash = trace_hash();
	finish();
	return verdict;
}

uint64_t ctl_hash(void)
{
	return run_hash;
}

/* --- reports --------------------------------------------------------------------------------------------------- */

int ctl_backtrace(struct task_struct *t, uintptr_t *pcs, int max)
{
	struct slot *s = ctl_active && t->ctl_id >= 0 ? t->ctl : NULL;
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

void ctl_report_divergence(void)
{
	char found[96], expected[96];

	if (!divergence.happened)
		return;
	report("replay: step %u is not what the token says.\n  found:    %s (fingerprint %04x)\n",
	       divergence.at, ctl_step_text(&divergence.found, found, sizeof(found)),
	       divergence.found.print);
	if ((int)divergence.at >= config.token->nprints ||
	    config.token->print[divergence.at] == divergence.found.print)
		report("  expected: that %s goes on, who cannot\n",
		       ctl_name(token_next(config.token, divergence.found.task,
					   divergence.found.nth)));
	else
		report("  expected: %s (fingerprint %04x)\n",
		       divergence.known ? ctl_step_text(&divergence.expected, expected,
							sizeof(expected)) :
					  "something else",
		       config.token->print[divergence.at]);
}
