/*
 * tests/programs/workload.h - the workloads of the lock diff: what their files share.
 *
 * A workload is a number of workers - threads of one process, or processes - that meet at a barrier, do
 * the same work as fast as they can, and meet again; a run is some such rounds. What lies between the
 * last barrier's fall and the last worker's end is measured, in ticks of the machine's one time stamp
 * counter; clearing up between two rounds, and looking whether all bytes are right, are not.
 *
 * workload.c     the frame: arguments, workers, barrier, the line with the result
 * workload_waits.c   what was waited for
 * workload_touch.c   touch, touch-shared, touch-mmap, touch-mms
 * workload_fork.c    fork
 * workload_pressure.c pressure
 * workload_mixed.c   mixed
 * workload_short.c   short
 *
 * Each worker stamps the pages it touches with words that follow from who, where and when, and compares
 * them afterwards: a wrong word is the run's failure, whatever its time.
 */
#ifndef TESTS_PROGRAMS_WORKLOAD_H
#define TESTS_PROGRAMS_WORKLOAD_H

#include "lib.h"

#define MAX_WORKERS 16
#define REGION	    0x400000UL /* what one page table maps */
#define REGION_PAGES (REGION / PAGE)

struct worker {
	unsigned nr;
	uint64_t start, end; /* of this round */
	uint64_t busy;	     /* all rounds together */
	unsigned long ops;   /* what it has done, in the workload's unit */
	unsigned long wrong; /* words that were not what was written there */
	unsigned long refused; /* calls that failed though they should not */
};

struct workload {
	const char *name, *unit, *help;
	bool processes;	 /* each worker is a process; else threads of one */
	unsigned rounds; /* unless the caller says how many */
	unsigned helpers; /* threads beside the workers, which run until all is over */
	void (*before)(void); /* by the first task, on its own stack; may be NULL */
	/* By worker 0 alone, before each round and after it (the last call has round = all rounds); by every
	 * worker that is a process of its own. False = it cannot be done here. May be NULL. */
	bool (*prepare)(struct worker *w, unsigned round);
	void (*work)(struct worker *w, unsigned round); /* measured */
	void (*verify)(struct worker *w, unsigned round); /* not measured; may be NULL */
	void (*help_along)(struct worker *w);	/* a helper's whole life: until control->over */
};

extern const struct workload workload_touch, workload_touch_shared, workload_touch_mmap, workload_touch_mms,
	workload_fork, workload_pressure, workload_mixed, workload_short;

/* What all workers see: in threads by nature, in processes a shared page of a file. */
struct control {
	volatile uint32_t arrived, generation; /* the barrier */
	volatile uint32_t over;		       /* helpers end */
	volatile uint32_t failed;	       /* prepare() said no: everybody stops */
	uint64_t elapsed;		       /* sum of the rounds */
	struct worker worker[MAX_WORKERS];
};

extern struct control *control;
extern unsigned nr_workers, nr_rounds;

/* The value of a line `name value` in a file of /proc; 0 = there is none. */
unsigned long proc_value(const char *path, const char *name);

/* workload_waits.c */
void waits_begin(void); /* from here */
void waits_end(void);	/* to here is counted; any number of times */
void waits_tell(void);

/* --- stamped pages --------------------------------------------------------------------------- */

/* What stands at @addr when worker @who touched it in @round: never 0. */
static inline uint32_t stamp_of(const volatile void *addr, unsigned who, unsigned round)
{
	uint32_t x = (uint32_t)(uintptr_t)addr ^ (who + 1) * 0x9E3779B9u ^ (round + 1) * 0x85EBCA6Bu;

	return (x ^ x >> 15) | 1;
}

static inline void stamp_page(char *page, unsigned who, unsigned round)
{
	*(volatile uint32_t *)page = stamp_of(page, who, round);
}

/* The stamp stands where it was written, and what was never written is zero. */
static inline bool page_is_right(const char *page, unsigned who, unsigned round)
{
	const volatile uint32_t *p = (const volatile uint32_t *)page;

	return p[0] == stamp_of(page, who, round) && !p[1] && !p[PAGE / 8] && !p[PAGE / 4 - 1];
}

/* Stamp, and compare, @n pages that lie @step bytes apart. */
static inline void stamp_pages(struct worker *w, char *from, unsigned long n, unsigned long step, unsigned round)
{
	w->ops += n;
	for (; n--; from += step)
		stamp_page(from, w->nr, round);
}

static inline void check_pages(struct worker *w, const char *from, unsigned long n, unsigned long step,
			       unsigned round)
{
	for (; n--; from += step)
		w->wrong += !page_is_right(from, w->nr, round);
}

static inline uint64_t ticks_now(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (uint64_t)hi << 32 | lo;
}

static inline void relax(void)
{
	__asm__ volatile("pause" : : : "memory");
}

#endif
