/*
 * kernel/observe.h - who looks on: the watchers, the trace and the controlled scheduler, as one word.
 *
 * Each is switched by its own owner (kernel/watch.h, trace.h, control.h) under its own name; that
 * they share a word lets a lock, a fault or a milestone ask for all of them by one test.
 */
#ifndef KERNEL_OBSERVE_H
#define KERNEL_OBSERVE_H

#include "kernel/types.h"

union observers {
	struct {
		uint16_t trace; /* bit n = event n is recorded; `trace=` on the command line */
		uint8_t watch : 7; /* which watchers are on, WATCH_*; `watch=` */
		uint8_t cost : 1;  /* locks that move between CPUs cost time: kernel/lockcost.h */
		bool control;	/* a controlled run is on */
	} one;
	uint32_t any;
};

extern union observers observers; /* all off at boot */

#define trace_mask observers.one.trace
#define watch_mask observers.one.watch
#define ctl_active observers.one.control

/* Does anybody look on? The cost model does not: it only makes locks dear. */
static inline bool observed(void)
{
	const union observers cost_alone = { .one = { .cost = 1 } };

	return unlikely((observers.any & ~cost_alone.any) != 0);
}

#endif
