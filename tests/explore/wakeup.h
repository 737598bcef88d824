/*
 * tests/explore/wakeup.h - wakeup trees: what has to be run from a node on, to see its races the other way round.
 *
 * Facts section 3 (Optimal DPOR). A race (i, k) of a run asks for the run in which event k comes without event i:
 * from node i on the sequence v of the events that do not come after i, then k. The whole of v is kept, with
 * what each event touched, as a branch of node i's tree. So it is known before the run whether a sleeper of node i
 * would still be asleep at its end, and the run in vain; and a race whose v goes the way of a branch that is
 * there asks for nothing new.
 */
#ifndef TESTS_EXPLORE_WAKEUP_H
#define TESTS_EXPLORE_WAKEUP_H

#include "tests/explore/engine.h"

enum wakeup_result {
	WAKEUP_KNOWN, /* a branch, new or old, will show it */
	WAKEUP_ASLEEP, /* it was run where a sleeper of node i was; so it seems at the end of this run */
};
/* The run is over, or given up. Race (@i, @k), or the operation that @task waits for if @k < 0. */
enum wakeup_result wakeup_insert(int i, int k, int task);
/* Node @n's next branch whose first task is in @mask: the task, and the rest of the branch goes to n[1]; -1 = none. */
int wakeup_take(struct node *n, unsigned mask);
/* No decision at @n: its branches wait at n[1]. */
void wakeup_pass(struct node *n);
/* The first tasks of the branches of node @n. */
unsigned wakeup_tasks(const struct node *n);
/* Forget the branches of node @n. */
void wakeup_drop(struct node *n);
/* A branch for each task of @mask that has none: nothing better is known. */
void wakeup_all(struct node *n, unsigned mask);

#endif
