/* tests/explore/run.h - what run.c and the kernel's side of the explorer (machine.c, rt_sync.c) tell
 * each other. */
#ifndef TESTS_EXPLORE_RUN_H
#define TESTS_EXPLORE_RUN_H

#include <stdbool.h>

#include "kernel/control.h"

/* The chooser of the controlled run. On a kernel stack. */
int engine_choose(void *arg, const struct ctl_step *at, unsigned enabled, int dflt);
/* The run is over and `outcome` says how; returns when the engine wants the kernel to tell of it. On a
 * kernel stack. */
void engine_over(void);
/* The stack on which event @k ended. */
uintptr_t run_stack_of(int k);
/* rt_sync.c: the transfers in flight, in their order. */
uint64_t sync_in_flight_hash(void);
/* rt_sync.c: the next event is @task's, which stood at a point of @kind. */
void sync_begin_event(int task, enum sync_kind kind);

#endif
