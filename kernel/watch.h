/*
 * kernel/watch.h - the watchers: what they see, how they are switched on, what they complain about.
 *
 * Realises DESIGN section 4. Three watchers, always compiled in, one test of watch_mask when off:
 *   order  (watch_order.c)  the graph of lock classes; an inversion is reported at the attempt,
 *                           before the task queues, whether or not anybody is stuck
 *   waits  (watch_waits.c)  who waits for whom right now; a cycle is a deadlock
 *   rules  (watch_rules.c)  the numbered rules of the 1999, 2.4 and 2024 documents
 * Each complaint has a key ("order: driver lock -> reclaim -> vmlist lock", "rule: 1999.rule4 ...")
 * that does not depend on the schedule, so that scenarios and named holes can be matched with it.
 * A complaint never stops the machine and is told once.
 *
 * Interface for the locks (kernel/lock.c): watch_lock_want, watch_blocked.
 * Interface for the VM: watch_reclaim_enter / leave, watch_reclaim_io_enter / leave, RULE().
 * Interface for whoever judges: watch_complaints(), watch_complaint(), watch_deadlock().
 *
 * Nothing here takes a lock that a task can hold: the tables are guarded by a private word that is
 * held for a few instructions with interrupts off, and the wait-for graph is read without any.
 */
#ifndef KERNEL_WATCH_H
#define KERNEL_WATCH_H

#include "kernel/lock.h"
#include "kernel/observe.h"
#include "kernel/task.h"
#include "kernel/types.h"

#define WATCH_ORDER 1u
#define WATCH_WAITS 2u
#define WATCH_RULES 4u
#define WATCH_ALL   7u
#define WATCH_STATS 16u /* no watcher: counts per lock class, kernel/lock_stats.h */
#define WATCH_INVARIANTS 8u /* no watcher: what mm/invariants.c enters as complaints */

/* `watch=`: words "order", "waits", "rules", "all" (those three), "stats", "none", separated by
 * commas or blanks. Returns 0, or
 * -EINVAL after one clear line, and then changes nothing. Context: any. */
int watch_setup(const char *words);
/* Forget every edge, complaint and deadlock: a new world begins. Context: nothing else runs. */
void watch_reset(void);

/* --- hooks of the locks; called only while watch_mask != 0. Context: any, take no lock ------- */

/* The current task is about to take @li (it is not yet in its held[]). */
void watch_lock_want(struct lock_info *li, unsigned mode, uintptr_t place);
/* @t (current, or another that has been stuck for long) waits as t->wait says. */
void watch_blocked(struct task_struct *t);

/* --- the pseudo-classes of page stealing ----------------------------------------------------- */

/*
 * "reclaim": entered by every allocation that may wait, made by a task without PF_MEMALLOC,
 * shortage or not; and by the stealer for as long as it steals. Every lock held at the entry gets
 * an edge to reclaim; every lock taken inside gets one from it. They nest; only the outermost entry
 * counts. Also checks rule 4 of 1999: no vmlist lock may be held here.
 * Context: any. Locks: none. Every enter has its leave in the same task.
 */
void watch_reclaim_enter(void);
void watch_reclaim_leave(void);
/*
 * "reclaim with I/O": the part of page stealing that only a request with __GFP_IO reaches. The
 * stealer enters it around what it does after its test of __GFP_IO (swapout methods, swap I/O); the
 * allocator, for a request with __GFP_IO, enters and leaves it at once beside
 * watch_reclaim_enter(). While inside, edges start from here and not from "reclaim": so a driver
 * that allocates with GFP_BUFFER under the lock its swapout() takes is not accused of recursion,
 * one that uses GFP_KERNEL is.
 */
void watch_reclaim_io_enter(void);
void watch_reclaim_io_leave(void);

/* --- complaints ------------------------------------------------------------------------------ */

#define WATCH_KEY_LEN 120

struct watch_complaint {
	unsigned watcher; /* WATCH_ORDER, WATCH_WAITS or WATCH_RULES */
	unsigned count;	  /* how often it was met; reported the first time only */
	char key[WATCH_KEY_LEN];
};

/* How many distinct complaints of the watchers in @mask there were. */
unsigned watch_complaints(unsigned mask);
/* The nth complaint, or NULL. The order is that of their first appearance. */
const struct watch_complaint *watch_complaint(unsigned n);
/* Was there a complaint whose key begins with @prefix? */
bool watch_has_complaint(const char *prefix);
/* What the locking design in force has to say about a complaint: the known hole it comes from, as
 * one line in @buf; or NULL. Set by who knows the designs (mm/design/design.c); may be NULL. */
extern const char *(*watch_explain)(const char *key, char *buf, size_t size);
/* Enter a complaint; true = it is new and has to be reported. Also for invariants of others.
 * Context: any. */
bool watch_complain(unsigned watcher, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The nth edge of the learnt order of lock classes (watch_order.c), as it was first seen; false =
 * there are no more. Edges are never taken back but by watch_reset(). Context: any. */
struct watch_edge {
	uint8_t from, to; /* enum lock_class_id */
	char comm[16];
	uintptr_t held_place, want_place;
};
bool watch_order_edge(unsigned n, struct watch_edge *out);

/* --- the wait-for graph (watch_waits.c) ------------------------------------------------------ */

#define WAIT_CYCLE_MAX 16

struct wait_cycle {
	int n;				       /* tasks in it; 0 = no cycle */
	struct task_struct *task[WAIT_CYCLE_MAX]; /* task[i] waits for task[(i + 1) % n] */
};

/* Search a cycle through or reachable from @t (NULL = from every task). True = found and verified:
 * all its tasks were stuck at one instant. Context: any; takes no lock. */
bool watch_find_cycle(struct task_struct *t, struct wait_cycle *out);
/* The first deadlock seen since watch_reset(), or NULL. */
const struct wait_cycle *watch_deadlock(void);
/* Note @c as a deadlock: the first time, the full report is printed. */
void watch_deadlock_found(const struct wait_cycle *c);
/* From the timer, on one CPU: look at tasks stuck for more than a second. Context: atomic. */
void watch_tick(void);
/* A task has left the task list: return when no watcher that walks the list without its lock can stand on it any
 * more. Context: any but a look; spins for as long as a look takes; no spin lock held. */
void watch_wait_for_looks(void);

/* --- reports (watch_report.c); all through report(), in any state ---------------------------- */

/* "A (pid 5)"; returns @buf. */
const char *watch_task_name(const struct task_struct *t, char *buf, size_t size);
/* "swap_out_mm+0x1a2"; returns @buf. */
const char *watch_place(uintptr_t pc, char *buf, size_t size);
/* "waits for driver lock(L) in demo_swapout+0x2c"; returns @buf. */
const char *watch_wait_text(const struct task_struct *t, char *buf, size_t size);
/* Held locks, wanted lock and call chain of one task. */
void watch_report_task(struct task_struct *t);
/* The whole story of a deadlock. */
void watch_report_deadlock(const struct wait_cycle *c);
/* Nobody can go on, and no cycle: one line for each of the @n unfinished tasks. */
void watch_report_stall(struct task_struct *const *tasks, int n);
/* A column per task, the last @rows events of the trace ring of these tasks; time goes down. */
void watch_report_columns(struct task_struct *const *tasks, int n, int rows);

#endif
