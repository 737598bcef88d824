/*
 * tests/diff/report_model.h - what the pictures are made of: a trace turned into bars, stays and edges.
 *
 * Both the page (tests/diff/report*.c) and the trace-event export (json*.c) draw from this, so that they
 * show the same. A *bar* is one hold of a lock or one wait for it, by one task; a *stay* is one
 * stretch of a task on a CPU; an *edge* says that one class of locks was taken directly inside
 * another; a *wake-up* leads from the task that woke to the moment in which the woken one ran.
 *
 * Invariants after picture_make(): every index is in range; start <= end; times count from the
 * trace's first tick; bars, stays and wake-ups are sorted by their start; a bar without end has
 * BAR_OPEN and ends with the trace. The same trace gives the same picture, byte for byte.
 */
#ifndef TESTS_DIFF_REPORT_MODEL_H
#define TESTS_DIFF_REPORT_MODEL_H

#include "tests/diff/trace_file.h"

enum bar_flag { /* the same numbers stand in report_timeline.js */
	BAR_WAIT = 1,	 /* waits; else holds */
	BAR_SHARED = 2,	 /* as one of several readers */
	BAR_OPEN = 4,	 /* the trace ended before it */
	BAR_STUCK = 8	 /* part of the circle of waits */
};

struct bar {
	uint64_t start, end;
	uint32_t lock, task, function; /* indices: the trace's lock, the picture's task and function */
	uint32_t span; /* the trace's span it was made from */
	uint8_t cpu, flags;
};

/* Everybody who appears in the trace, idle tasks included. */
struct who {
	uint16_t pid;
	const char *name; /* "" = the trace does not say */
	bool idle;
};

struct stay {
	uint64_t start, end;
	uint32_t task;
	uint8_t cpu;
};

struct wakeup {
	uint64_t start, end; /* when woken, when it ran */
	uint32_t by, task;
	uint8_t by_cpu, cpu;
};

struct edge {
	uint8_t from, to; /* classes */
	uint32_t count;
	const char *function; /* where it was seen first */
};

struct sample {
	uint64_t tick;
	uint32_t free_pages, free_swap;
};

/* One wait of a circle: a bar that waits, and the bar of the next task that holds what it waits for. */
struct link {
	uint32_t wait, hold;
};

#define MAX_LINKS 8

struct picture {
	const struct trace *t;
	char letter; /* 'A', 'B' */
	uint64_t ticks; /* length of the trace */
	struct bar *bar;
	struct stay *stay;
	struct wakeup *wakeup;
	struct edge *edge; /* sorted by class from, class to */
	struct sample *sample;
	const char **function; /* names, in order of first use */
	struct who *task;	/* in order of first appearance */
	uint32_t *task_of_pid;
	uint32_t nr_task;
	uint32_t nr_bar, nr_stay, nr_wakeup, nr_edge, nr_sample, nr_function;
	struct link link[MAX_LINKS];
	uint32_t nr_link; /* 0 = no deadlock */
};

/* Make @p of @t, which must outlive it. Ends the program with one line when memory is short. */
void picture_make(struct picture *p, const struct trace *t, char letter);
void picture_free(struct picture *p);

/* The index of the task with @pid; everybody who did something, was woken or was switched to has one. */
uint32_t picture_task(const struct picture *p, unsigned pid);
/* "kswapd", "task A", "touch (7)" when several are called so, "pid 7" without a name. Returns @buf. */
const char *picture_task_name(const struct picture *p, uint32_t task, char *buf, size_t size);
/* Locks of the scheduler, devices and the like, and the pseudo-classes that are no locks: shown on
 * demand only. */
bool class_is_machinery(const struct trace *t, unsigned class_id);
bool class_is_pseudo(const struct trace *t, unsigned class_id);

#endif
