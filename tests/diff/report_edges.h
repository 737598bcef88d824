/*
 * tests/diff/report_edges.h - two questions to a picture's bars: in which order are classes of locks
 * taken, and does anybody wait in a circle. Parts of picture_make(); see report_model.h.
 */
#ifndef TESTS_DIFF_REPORT_EDGES_H
#define TESTS_DIFF_REPORT_EDGES_H

#include "tests/diff/report_model.h"

/* Fill in edge[]: for each wish that is no try, from the lock that its task took last and still holds.
 * kernel_lock is passed over when the wish is for a lock that sleeps: schedule() would drop it. */
void find_edges(struct picture *p);

/* Fill in link[] when the trace ends with tasks that wait for each other in a circle, and mark those
 * bars BAR_STUCK. Needs the bars sorted. */
void find_circle(struct picture *p);

#endif
