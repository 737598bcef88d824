/*
 * tests/explore/engine.h - the explorer: runs a scenario's tasks through one schedule after another.
 *
 * Who calls whom. The kernel boots on the modelled machine into the scenario's world (boot.c) and
 * starts a controlled run (kernel/control.h) whose chooser is engine_choose() (run.c). Each decision of
 * the controller is a *node* of the path; what runs between two nodes is that node's *event*. At a
 * decision the kernel's context is left, the search (search.c) says who goes on, and the kernel is
 * entered again, at this node or, after undoing, at an earlier one. path.c keeps the path: which
 * events depend on each other, their clocks, and their races. found.c is for what was found.
 *
 * A schedule's *preemptions* are the switches away from a task that could have gone on.
 * A token needs nothing of this: it is made by the kernel (kernel/token.h) from its own record.
 */
#ifndef TESTS_EXPLORE_ENGINE_H
#define TESTS_EXPLORE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/control.h"
#include "kernel/scenario.h"
#include "tests/explore/rt.h"

/* --- the path (run.c, path.c) ------------------------------------------------------------------- */

struct access_list {
	int n, room;
	uint32_t *word; /* index << 1 | written */
};

/* One decision of the run, and the event that follows it. */
struct node {
	/* the kernel, as it stands here */
	uint32_t *log;
	uintptr_t *sp;
	uint16_t epoch;
	uint16_t nth; /* of the controller's steps */
	struct ctl_step step; /* whose point it is */
	uint16_t kenabled;    /* who can go on, for the kernel */
	uint16_t enabled; /* without those before a lock that is taken, or held by the scenario */
	bool finished;	  /* every task that had to finish has */
	uint16_t ended;	  /* who has said that it is done */
	int8_t cur;	  /* who was running, -1 = nobody */
	int8_t dflt;
	bool forced; /* no decision: a waiter finds its lock taken, or a task that is done dies */
	/* the search */
	uint16_t backtrack, done, sleep;
	uint16_t sleep_of[RT_TASKS]; /* node that keeps the accesses of this sleeper's next event */
	struct access_list acc[RT_TASKS]; /* of the tasks in done */
	struct wakeup *tree; /* what is to be run from here on, besides (wakeup.h) */
	double weight; /* share of the tree below this node */
	/* the event */
	struct access_list ev; /* what it touched */
	int8_t chosen;
	uint8_t preemptions;	 /* up to and including this choice */
	uint16_t block_start;	 /* where the chosen task was switched in */
	uint16_t last[RT_TASKS]; /* before this event: the task's latest event + 1 */
	uint16_t
		clock[RT_TASKS]; /* the latest event + 1 of each task that this event comes after */
	uint32_t segment;
	uint64_t
		state; /* hash of the tracked memory here, stacks not counted; 0 at the first node */
	uint64_t seen[RT_TASKS]; /* hash of what each task has read; only with path_observe() */
	uintptr_t stack;	 /* of the event's task */
};

extern struct node path[RT_MAX_NODES];
extern int depth; /* events that have run or are running; path[depth] is where we stand */

enum run_event {
	RUN_POINT, /* path[depth] wants a decision */
	RUN_OVER,  /* run_verdict says how it ended; the last event is path[depth - 1] */
};

/* Let @task go on at path[depth] and run to the next decision or the end. */
enum run_event run_on(int task);
/* At path[depth], where all tasks have finished: end the run, always RUN_OVER. No event. */
enum run_event run_stop(void);
/* At path[depth]: let the controller's story decide, and run to the next decision or the end. Nothing is recorded,
 * so this is no event: run_story_chose() tells afterwards whom the story let go on at a node. */
enum run_event run_by_story(void);
int run_story_chose(int node);
/* Take everything back to node @n. */
void run_back_to(int n);
/* The first decision of all; the world is built before it, once. */
enum run_event run_begin(const struct scenario *s);
/* After RUN_OVER: only the invariants could still speak against the run. */
bool run_may_be_good(void);
/* After RUN_OVER and path_event(): the verdict, the invariants -> outcome. */
void run_judge(void);
/* After that: let the kernel print what it knows of the run, report and token, on stdout; the lines of
 * the token go to @token_file too (NULL = nowhere). */
void run_tell(const char *token_file);

/* How the last run ended. */
struct outcome {
	enum ctl_verdict verdict;
	bool failed;
	char key[200];	 /* what went wrong, the same for the same mistake; "" = nothing */
	bool hole;	 /* it is a named hole of the design */
	bool looked_for; /* it is what the scenario is about (scenario.shows) */
	bool besides;	 /* a named hole that is not */
};
extern unsigned run_held; /* tasks that go on only when nobody else can (the story's "hold") */
extern struct outcome outcome;
extern const char *scenario_design; /* name of the design in force */

/* The runtime reports a touch of freed memory, and a race: @first is who touched the word before, at
 * @first_pc. complaints.c keeps them for the run. */
void engine_freed_touched(uintptr_t addr, uintptr_t pc);
void engine_race(uint32_t word, int first, uintptr_t first_pc, bool first_writes, uintptr_t pc,
		 bool writes);
/* The first touch of freed memory in this run, "" = none; and all complaints as text. */
const char *complaint_key(void);
void complaints_print(void);
/* Races end no search: those of each run are collected, and told once. */
void races_collect(void);
int races_found(void);
const char *race_key(int n);
void races_print(void);
void complaints_back_to(int node); /* the run goes back to @node */

/* path.c: the event of path[k] has run; its clock is made, f is called for each race (i, k). */
void path_event(int k, void (*race)(int i, int k));
/* At the end: the operations for which blocked tasks wait. f(i, task). */
void path_pending(void (*race)(int i, int task));
/* Does event i come before event j? */
static inline bool happens_before(int i, int j)
{
	return path[j].clock[path[i].chosen] > i;
}
/* What the operation that @task waits for comes after, and what it would touch. At the end of a run. */
void path_pending_operation(int task, uint16_t *clock, struct access_list *acc);
/* Note what event @k touched: path[k].ev. The kernel stands at node k + 1. */
void path_accesses(int k);
/* Does the event that just ran conflict with @list? */
bool path_conflicts(const struct access_list *list);
void access_list_copy(struct access_list *to, const struct access_list *from);
/* Mark what @list touches; ask of other lists; take the marks away again. One list at a time. */
void access_mark(const struct access_list *list);
bool access_conflicts_marked(const struct access_list *list);
void access_unmark(const struct access_list *list);
/* At the first node: states are what differs from here. */
void path_begin(void);
/* path[k + 1].state, the one after event @k. The kernel stands at its end. */
void path_state(int k);
/* path[k + 1].seen; and a hash of all that decides how a run can go on from path[k]. */
void path_observe(int k);
uint64_t path_whole_state(int k);
/* A number for the class of equivalent schedules that the run belongs to. */
uint64_t path_class(void);

/* --- inversions.c: what the order watcher complained of ------------------------------------------------ */

void inversions_collect(void);
int inversions(void);
const char *inversion_key(int n);
/* Its lock classes with '|' between them; returns @buf. */
const char *inversion_goal(int n, char *buf, size_t size);

/* --- undo.c: does going back restore everything? ----------------------------------------------------- */

extern bool undo_check;
void undo_note(int node);    /* the run is at @node for the first time */
void undo_compare(int node); /* it is back there */
int undo_wrong(void);	     /* says how it went; words that were not as before */

/* --- search.c -------------------------------------------------------------------------------------- */

enum search_mode { SEARCH_NAIVE, SEARCH_DPOR, SEARCH_BPOR, SEARCH_STATES };

struct schedule;

struct search {
	struct schedule *sample; /* receives the 1st, 2nd, 4th, 8th ... schedule that does not fail; NULL = none wanted */
	enum search_mode mode;
	int bound; /* preemptions; < 0 = no bound */
	bool stop_at_first, progress;
	bool count_classes;
	double seconds; /* limit, of processor time; 0 = none */
	unsigned step;	/* the instructions of every so many-th schedule are counted one by one; 0 = of none */
	bool stepping; /* one is being counted */
	/* results */
	uint64_t max_schedules; /* limit, 0 = none */
	uint64_t passed;	/* failures that were other named holes than the one looked for */
	/* with count_classes: sums over the different classes and final states of good runs, and over the
	 * different keys of failures: equal sets have equal sums */
	uint64_t class_sum, state_sum, key_sum;
	bool complete, found;
	uint64_t schedules, sleep_blocked, cut, events, classes, failures, ends, merged, states;
	double elapsed, cpu; /* seconds of the clock, and of this process */
	int longest;	       /* steps of the longest run */
	uint64_t counted, instructions; /* so many schedules took so many; 0 = the host does not tell */
};

void search_run(struct search *s);

#endif
