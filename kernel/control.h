/*
 * kernel/control.h - the controlled scheduler: one task runs between two sync points, and a
 * schedule decides which. Realises DESIGN section 5; facts/systematic-exploration.md section 8.
 *
 * A *run* has up to CTL_MAX_TASKS controlled tasks, numbered. The one that holds the *baton* runs;
 * all others stand at a sync point, sleep, or wait for a lock. At each sync point of the holder (a
 * *step*) the controller takes one decision: who goes on. The schedule is, first that says
 * something,
 *   1. a token (kernel/token.h): the exact switches of an earlier run;
 *   2. a chooser: a function, for the explorer;
 *   3. a story (kernel/story.h): tasks held at milestones until others have passed theirs;
 *   4. the default policy: the current task goes on; if it cannot, the lowest numbered that can.
 * Interrupts are a task too, "irq": the handlers only mark "pending" (ctl_irq_deferred), delivery
 * is a step. By default it happens when no task can go on: then the controller waits for the device
 * and delivers the oldest completion. Timers: likewise, for a controlled task that sleeps with a
 * limit.
 *
 * Each task is pinned to CPU (number % nr_cpus). A task that waits for the baton stays on its CPU
 * and acknowledges TLB shootdowns; when the baton goes to another task
 * of the same CPU it switches to it (sched_switch_to) and drops nothing. So a deadlock is seen as
 * CPUs that stand still, and with one CPU (the host port) the same code runs as coroutines.
 *
 * The caller of ctl_run() is the controller's own context: it takes the baton when no task can go
 * on, delivers interrupts as "irq", and finally returns with the verdict. Stuck tasks stay stuck.
 *
 * Interface for the core (scheduler, locks, arch): the part "what the core calls".
 * Invariants: at most one controlled task executes kernel code outside ctl_*; every decision is a
 * function of earlier decisions only, never of time or addresses.
 */
#ifndef KERNEL_CONTROL_H
#define KERNEL_CONTROL_H

#include "kernel/sync.h"
#include "kernel/task.h"
#include "kernel/watch.h"

#define CTL_MAX_TASKS 12
#define CTL_IRQ	      CTL_MAX_TASKS /* the number of the pseudo task "irq" */
#define CTL_STOP      (-2)
#define CTL_STORY     (-3)
#define CTL_MAX_STEPS 8192	    /* steps that are recorded with a fingerprint */

enum ctl_verdict {
	CTL_NONE,
	CTL_COMPLETED,	/* every task that had to finish did */
	CTL_DEADLOCK,	/* a cycle in the wait-for graph */
	CTL_STALL,	/* nobody can go on, nothing is in flight, and there is no cycle */
	CTL_RULE,	/* a rule watcher's complaint, where the run was told to stop at one */
	CTL_DIVERGED,	/* a replay did something else than its token says */
	CTL_STEP_LIMIT, /* too many steps */
	NR_CTL_VERDICTS
};

const char *ctl_verdict_name(enum ctl_verdict v); /* "completed", "deadlock" ... */

/* One step, as recorded: @task reached a point, and @next goes on. */
struct ctl_step {
	uint8_t task;	/* who was at the point (CTL_IRQ = irq) */
	uint8_t kind;	/* enum sync_kind */
	uint8_t next;	/* who goes on */
	uint8_t dflt;	/* whom the default policy would have let go on; next != dflt = a switch */
	uint16_t nth;	/* this is @task's nth point, from 0 */
	uint16_t object; /* SP_LOCK, UNLOCK, TRYLOCK: class << 8 | nth of the class in this run */
	uint16_t milestone; /* SP_MILESTONE: enum milestone << 8 | nth label of this run */
	uint16_t print;	/* rolling fingerprint of the run up to and including this point */
	uint16_t enabled; /* mask of the tasks that could go on */
};

struct story;
struct token;

struct ctl_config {
	struct story *story;	    /* or NULL */
	const struct token *token;  /* replay, or NULL */
	/* The explorer's choice among @enabled (a mask, never 0; bit CTL_IRQ = deliver an
	 * interrupt); a number out of the mask means the default. NULL = no chooser. */
	int (*choose)(void *arg, const struct ctl_step *at, unsigned enabled, int dflt);
	/* CTL_STOP: end the run here, completed; only once every task that had to finish is done. CTL_STORY: let the
	 * story decide, if there is one. */
	void *choose_arg;
	unsigned max_steps;	    /* 0 = 200000 */
	bool stop_at_rule;	    /* end the run at the first complaint of the rules watcher */
};

/* --- setting a run up and running it; from one uncontrolled task ----------------------------- */

/* Forget the tasks of the run before. Context: no run is on. */
void ctl_reset(void);
/* Make @t (created, not yet started, or asleep) the controlled task @id (0 .. CTL_MAX_TASKS-1; -1 =
 * the next free number). @service: kswapd or a server, which need not finish. @name must stay
 * valid. Returns the number, or -EINVAL when there is no room or the number is taken. Context: may
 * sleep. */
int ctl_adopt_as(struct task_struct *t, int id, const char *name, bool service);
int ctl_adopt(struct task_struct *t, int id, const char *name); /* a task that must finish */
/* Run until the verdict. All other tasks of the machine stand still meanwhile. The servers of the
 * machine that were not adopted are adopted here, after the others, under their own names.
 * The trace ring and its hash begin anew. Context: may sleep, no lock held. Stops the timer for the
 * time of the run. */
enum ctl_verdict ctl_run(const struct ctl_config *config);

/* --- reading a run, during and after --------------------------------------------------------- */

unsigned ctl_steps(void);			    /* steps so far */
const struct ctl_step *ctl_step_at(unsigned n);	    /* NULL = not recorded */
int ctl_ntasks(void);				    /* numbers in use: 0 .. n-1 */
struct task_struct *ctl_task(int id);		    /* NULL = none */
const char *ctl_name(int id);			    /* "A"; "irq" for CTL_IRQ */
int ctl_find_name(const char *name);		    /* -1 = no such task */
bool ctl_finished(int id);
bool ctl_is_service(int id);
/* It has said that it is done (ctl_task_end); dying is all that is left. */
bool ctl_is_done(int id);
uint64_t ctl_hash(void);	/* trace_hash() when the last run ended, before others ran again */
unsigned ctl_points_hash(void); /* of the tables of sync kinds, milestones and lock classes */
/* "A about to take vmlist lock(A)" for a step; returns @buf. */
const char *ctl_step_text(const struct ctl_step *s, char *buf, size_t size);
/* Print the deviating switches and the reason why the run ended. */
void ctl_report_divergence(void);

/* --- what the scenario tasks call ------------------------------------------------------------ */

void ctl_task_start(void); /* first thing a controlled task does: its first sync point */
void ctl_task_end(void);   /* last thing; after it the task only exits */

/* --- what the core calls --------------------------------------------------------------------- */

/*
 * Scheduler. While ctl_active, schedule() asks ctl_pick(cpu) instead of its run queue: the task
 * this CPU has to run now, or NULL = its idle task. Called with runqueue_lock held and the state of
 * current already final: when current held the baton and goes to sleep, this is where the next
 * holder is decided. Takes no lock, wakes nobody.
 */
struct task_struct *ctl_pick(int cpu);
/* The idle loop calls it while ctl_active instead of halting: true = schedule() now. Polls
 * shootdowns. */
bool ctl_idle_poll(int cpu);
/*
 * Locks. @li is busy and its owner stands at a sync point: the current task is disabled until @li
 * has no owner, then returns; the caller tries again. For spin locks and kernel_lock, whose waiters
 * do not sleep. Returns false when the caller is not under control: spin as usual. Context: any.
 */
bool ctl_wait_lock(struct lock_info *li);
/* The same for any condition that another task will make true: TLB acknowledgements. @what names it
 * for reports. False = not under control. */
bool ctl_wait_cond(bool (*cond)(void *arg), void *arg, const char *what);
/* Interrupt handlers: true = fn(arg) will be called later, with interrupts off, as a step of "irq";
 * false = no run is on, do it now. Context: interrupt. At most CTL_MAX_IRQS wait. */
#define CTL_MAX_IRQS 32
bool ctl_irq_deferred(void (*fn)(void *arg), void *arg);
/* One for each request given to a device, before it can complete, run or no run: the controller
 * knows then that something is in flight. Balanced by the one ctl_irq_deferred() of its completion.
 * Context: any. */
void ctl_io_started(void);

/* The CPU of who holds the baton: the host port lets a CPU that waits give its turn to that one. */
int ctl_holder_cpu(void);
/* For the explorer: the run, at its first decision, goes on with @s as its story (NULL = none). */
void ctl_follow(struct story *s);
/* For the explorer: the tasks of the scenario that sleep with a limit, for whom time would go on. */
unsigned ctl_timed_sleepers(void);
/* For the explorer: the lock that task @id stands before (SP_LOCK) or is disabled by; NULL = none. */
struct lock_info *ctl_wants_lock(int id);

/* Is the current task a controlled one in a run (and so may not spin or halt)? */
bool ctl_controlled(void);

#endif
