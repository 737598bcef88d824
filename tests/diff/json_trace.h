/*
 * tests/diff/json_trace.h - a picture as Chrome trace-event JSON, which opens in Perfetto.
 *
 * A process is a machine under one design; its threads are the CPUs (what each runs, idle included) and the
 * tasks (their operations, one inside another). Each hold of a lock and each wait for one is an async span
 * (b and e with an id of their own), a wake-up a flow (s and f) from the waker's CPU to where the woken task runs,
 * free pages and free swap are counters. One microsecond there is one tick here.
 */
#ifndef TESTS_DIFF_JSON_TRACE_H
#define TESTS_DIFF_JSON_TRACE_H

#include "tests/diff/report_model.h"
#include "tests/diff/report_out.h"

/* The whole file for @n runs. @all: also the locks of the scheduler and of devices. */
void json_trace(struct out *o, const struct picture *p, int n, bool all);

#endif
