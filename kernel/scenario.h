/*
 * kernel/scenario.h - the scenario framework: who the tasks are, what each does, what must hold,
 * what is expected, and from where that expectation comes. Realises DESIGN section 6.
 *
 * A scenario is a constant struct in tests/scenarios/NAME.c, in scenarios[] or by SCENARIO(). One source runs
 * in Bochs, under QEMU and on the host. scenario_main() reads from the command line
 *	scenario=NAME  design=NAME  schedule=story|none|free|file  mode=controlled|free|sequential
 * sets the world up, runs the tasks, judges, and prints one machine-readable line:
 *	verdict scenario=s design=d mode=m verdict=deadlock expected=deadlock steps=6/6 ...
 *
 * Modes. controlled: under kernel/control.h, with the story unless schedule=none (or with a token
 * handed over by scenario_set_schedule()). free (also schedule=free): real CPUs, no controller; a
 * deadlock is seen by the `waits` watcher. sequential: one task after the other, each to its end:
 * nothing can deadlock, and the `order` watcher still sees the inversion.
 */
#ifndef KERNEL_SCENARIO_H
#define KERNEL_SCENARIO_H

#include "kernel/control.h"
#include "kernel/story.h"
#include "kernel/token.h"

#define SCENARIO_MAX_TASKS 8

/* The small fixed world; 0 = leave the machine's own value. mm/ applies it before the set-up. */
struct scenario_world {
	unsigned frames;		  /* page frames in the pool */
	unsigned min, low, high;	  /* freepages watermarks */
	unsigned swap_slots;		  /* usable slots of the one swap area */
	unsigned file_pages;		  /* length of the one file */
	/* Controlled runs: how many successes page stealing wants, and through how many priorities it
	 * goes for them, from 6 on. 1999's are 32 and 7. */
	unsigned reclaim_pages, reclaim_rounds;
};

struct scenario_task {
	const char *name; /* "A"; the number is its place in the list */
	void (*fn)(void *arg);
	void *arg;
	/* Give the new task what it needs (its mm), in the context of the scenario's main task; 0
	 * or
	 * -errno. NULL = nothing. */
	int (*prepare)(struct task_struct *t, void *arg);
};

/* What the explorer is expected to find among all schedules. */
enum scenario_explored {
	EXPLORED_AS_STORY, /* something, if the story does not end well; else nothing */
	EXPLORED_FOUND,	   /* a schedule that shows what the scenario is about */
	EXPLORED_NONE,	   /* no such schedule */
};

/* What a design is expected to do, judged by one watcher. */
struct scenario_expect {
	const char *design;	  /* "vmlist-held"; NULL = every design not listed before */
	enum ctl_verdict story;	  /* verdict of the controlled run with the story */
	const char *order;	  /* key (prefix) the `order` watcher has; "" = it is silent;
				   * NULL = not stated */
	const char *rule;	  /* the same for the `rules` watcher */
	const char *source;	  /* where this expectation comes from */
	enum scenario_explored explored;
};

struct scenario {
	const char *name;
	const char *summary; /* one line */
	const char *sources; /* "S2; facts R1" */
	struct scenario_world world;
	const struct scenario_task *tasks;
	int ntasks;
	bool want_kswapd; /* kswapd takes part, as a controlled service task */
	/* Make the world: mms, files, pages; in the main task, before any task exists. 0 or
	 * -errno. */
	int (*setup)(void);
	/* After the run. Says with report() what is wrong and returns how many things are. @v:
	 * after a deadlock the tasks are still stuck and nothing may be waited for. NULL = none. */
	int (*invariants)(enum ctl_verdict v);
	/* The last thing before the tasks start, when all of them exist and have what they need:
	 * use up the memory that is left, say. In the main task; NULL = nothing. */
	void (*ready)(bool controlled);
	const char *story;   /* text, kernel/story.h; NULL = none */
	/* By which keys of watchers and invariants the race that this is about shows itself, prefixes with '|'
	 * between them: the explorer goes on past failures that are other named holes of the design. NULL =
	 * any failure will do. */
	const char *shows;
	const struct scenario_expect *expect;
	int nexpect;
};

/* The house's scenarios, in the order of the matrix: tests/scenarios/table.c, ended by NULL. */
extern const struct scenario *const scenarios[];
/* One that is not in the table says SCENARIO(name) at the end of its file: no other file changes. */
#define SCENARIO(s)                                                                                \
	static const struct scenario *const s##_entry                                              \
		__attribute__((section("scenario_set"), used)) = &(s)
/* The @n-th of them all, from 0; NULL = no more. */
const struct scenario *scenario_nth(int n);

extern bool scenario_controlled; /* set before the set-up: the run will be a controlled one */

const struct scenario *scenario_find(const char *name); /* NULL = unknown */
/* The one that was asked for on the command line, NULL = none; one clear line and exit if
 * unknown. */
const struct scenario *scenario_chosen(void);
void scenario_list(void); /* one line each, with report() */
/* What @s expects of @design; NULL = nothing is stated. */
const struct scenario_expect *scenario_expected(const struct scenario *s, const char *design);

/* What the rest of the world supplies; set by whoever links the VM in (main, the host's tests). */
struct scenario_ops {
	/* Apply the world's parameters: watermarks, frames, swap. 0 or -errno. */
	int (*make_world)(const struct scenario_world *w);
	/* Apply reclaim_pages and reclaim_rounds. */
	void (*limit_reclaim)(const struct scenario_world *w);
	struct task_struct *(*kswapd)(void); /* the kswapd task, created if need be; NULL = none */
	const char *(*design)(void);	     /* name of the design in force */
	bool (*hole_known)(const char *key); /* is this complaint a named hole of the design? */
	bool (*hole_open)(const char *key);  /* a named hole, and open in this run? */
	bool (*holes_faithful)(void);
};
extern struct scenario_ops scenario_ops;

/* Text of a schedule file (a story or a token), for schedule=file, and taken instead of the
 * built-in story when schedule= is not given. The text must stay. */
void scenario_set_schedule(const char *text, size_t len);

/* Run the chosen scenario and end the machine: status 0 = as expected, 1 = not, 2 = could not run.
 * Context: a kernel task with no lock held. */
void scenario_main(void *unused) __attribute__((noreturn));
/* The same without ending the machine; returns that status. */
int scenario_run(const struct scenario *s, const char *mode, const char *schedule);

/*
 * The same in parts, for the explorer: it calls ctl_run() in between, many times. scenario_set_up():
 * the world and the tasks of a controlled run without a schedule; 0 or -errno (reported).
 * scenario_report_run(): what is known of the run that ended with @v, and its token.
 */
int scenario_set_up(const struct scenario *s);
void scenario_report_run(const struct scenario *s, enum ctl_verdict v);

/* The result of the last scenario_run(), for tests. */
struct scenario_result {
	enum ctl_verdict verdict;
	int honoured, events;	/* of the story */
	int broken;		/* invariants that did not hold */
	int undocumented;	/* complaints that map to no named hole */
	bool as_expected;
	uint64_t hash;		/* of the run's trace: same order of events, same hash */
};
extern struct scenario_result scenario_result;

#endif
