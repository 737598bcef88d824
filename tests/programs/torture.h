/*
 * tests/programs/torture.h - the torture run: what its parts share.
 *
 * Several processes, some of them with threads, map, unmap, protect, lock, move, fork and touch pages at
 * random, more of them than the machine has, while swap areas go off and on. Each page carries a
 * pattern that says whose it is, and each task knows what its pages must hold.
 *
 * The pattern. A page is 1024 cells of 32 bits, a cell holds
 *	area (8 bits) | page of the area (9) | version (12) | writer (3), mixed with the cell's place,
 * so a cell that is wrong tells what it is: zero, an older version, another page's, another
 * writer's (a parent's page seen by its child). Version 0 is a page never written: zeroes, or what
 * the file holds.
 * The protocol. A page that several tasks may write is cut into stripes: cell i belongs to stripe i %
 * stripes, each stripe has one owner, and only the owner writes it and knows its version. So tasks
 * write one page at the same moment, through one mapping or through several, without any lock that
 * could hide a race of the kernel, and a write that got lost shows in the stripe of who lost it. Of
 * the others' stripes a task knows that they are well-formed and never get older.
 * Every eighth version is written to all cells of the stripe, those between to a few: fast, and
 * still every cell has one right value.
 *
 * torture.c       the conductor: starts all, swapoff and swapon, checks, figures, the verdict
 * torture_task.c  one task: its areas, its loop, its forked children, its threads
 * torture_ops.c   the changes it makes to its address space
 * torture_page.c  the pattern: write, check, explain
 */
#ifndef TESTS_PROGRAMS_TORTURE_H
#define TESTS_PROGRAMS_TORTURE_H

#include "lib.h"

#ifndef SYS_ioctl
#define SYS_ioctl 54
#endif

#define MAX_TASKS   16
#define MAX_PAGES   224 /* of an area */
#define MAX_AREAS   8	/* of a task */
#define CELLS	    1024
#define PHASES	    10 /* the machine is stopped and looked at that often */
#define AREA_WINDOW 0x200000UL /* addresses of an area: two halves, it moves between them */
#define TASK_WINDOW 0x2000000UL
#define WINDOWS	    0x60000000UL

enum kind { ANON, COMMON, PRIVATE_FILE, SHARED_FILE, PAD, NR_KINDS };

enum op {
	OP_UNMAP, OP_FILL, OP_PROTECT, OP_MOVE, OP_RESIZE, OP_LOCK, OP_SYNC, OP_FORK, OP_PROBE,
	OP_DONTNEED, OP_TEMP, OP_IOCTL, OP_READ, NR_OPS
};

/* Area numbers in cells: each task's own, then those that several tasks map. */
#define AREA_OF_TASK(task, n) ((task) * MAX_AREAS + (n))
#define AREA_COMMON(worker)   (128 + (worker))
#define AREA_PAD	      160 /* and the next one: 512 pages each */
#define AREA_FILE	      170
#define AREA_CONTENT	      180 /* what the private file holds */

/* The stripes of pages that all tasks share: one for each task, one for its child. */
#define SHARED_STRIPES	 (2 * MAX_TASKS)
#define CHILD_STRIPE(me) ((me) + MAX_TASKS)

#define WHO_FILE   0 /* written when the file was made */
#define WHO_OWNER  1
#define WHO_CHILD  2 /* to 7: forked children, in turn */
#define WHO_UNKNOWN 255 /* ask the page: an earlier child wrote it */

struct page_state {
	uint16_t version; /* of my stripe */
	uint16_t watched; /* the last version seen of the stripe that this page watches */
	uint8_t who;	  /* wrote my stripe's last full version */
	uint8_t prot;
	uint8_t mapped;
};

struct area {
	enum kind kind;
	unsigned id;	 /* of the cells */
	unsigned first;	 /* the number of the first page, in cells and in the file */
	char *base;	 /* where it is now */
	char *window;	 /* where it may be */
	unsigned npages, size; /* now; and when it is whole */
	unsigned stripes, mine;
	unsigned hot;	 /* most touches go to the pages from here on */
	long fd;
	struct page_state page[MAX_PAGES];
};

struct task {
	unsigned nr, worker, thread;
	uint32_t seed;
	unsigned who; /* what it signs with */
	unsigned nareas;
	unsigned long touches, target;
	struct area *run_area; /* where the last touch was */
	unsigned run_at, run_left; /* its page; how many of those behind it are to follow */
	long child; /* running, or 0 */
	unsigned children;
	struct area *locked_area; /* [locked_at, + locked_len) is mlocked */
	char *locked_at;
	size_t locked_len;
	struct area area[MAX_AREAS];
};

/* One page that all processes share and that is locked in memory. */
struct control {
	volatile uint32_t stop;	   /* somebody found a mistake: all end */
	volatile uint32_t hold, held; /* no swapoff for the moment; agreed */
	volatile uint32_t phase, reached; /* tasks that have done what the phase asks for */
	volatile uint32_t rest, resting; /* the phase after which all are to rest; tasks that do */
	volatile uint32_t done;	   /* all tasks have ended */
	volatile uint32_t wrong_pages, failed_ops, refused;
	volatile uint32_t forks, child_touches, touches, checks;
	volatile uint32_t swapoffs, swapoffs_refused, swapped_back_kb;
	volatile uint32_t ops[NR_OPS];
};

struct plan { /* what the run is, the same for all */
	unsigned long touches;
	uint32_t seed;
	unsigned between; /* touches between two changes of a task's address space */
	bool no_ioctl; /* for designs that hang when a driver allocates under its lock */
	unsigned long minimum; /* pages out and pages in; a hundredth of it calls of each swapout() */
	unsigned workers, tasks;
	unsigned long megabytes;
	bool faithful; /* the design's holes are open: their harm is told, not judged */
	bool oracle; /* on Linux: no pad, no swapoff, no minimum */
	unsigned pad_pages;
	const char *pad, *shared, *private; /* paths; NULL = there is none */
	unsigned file_pages;
};

extern struct control *control;
extern struct plan plan;
extern struct task tasks[MAX_TASKS];

static inline void count(volatile uint32_t *what)
{
	__atomic_fetch_add(what, 1, __ATOMIC_RELAXED);
}

/* A call that found no memory is no mistake of the kernel's: counted as refused, and a pause. */
static inline bool no_memory(long r)
{
	if (r != -ENOMEM && r != -EAGAIN)
		return false;
	count(&control->refused);
	sleep_ms(10);
	return true;
}

#define PATIENCE 500 /* tries, 10 ms each */

/* The call's result once memory was there for it. */
#define INSIST(r, call)                                                                            \
	do {                                                                                       \
		int tries_ = PATIENCE;                                                             \
                                                                                                   \
		do                                                                                 \
			(r) = (call);                                                              \
		while (no_memory(r) && --tries_);                                                  \
	} while (0)

static inline char *page_at(const struct area *a, unsigned i)
{
	return a->base + i * PAGE;
}

/* The pages belong to a file or driver and stay what they are when they are unmapped. */
static inline bool is_shared(const struct area *a)
{
	return a->kind == SHARED_FILE || a->kind == PAD;
}

/* --- torture_page.c -------------------------------------------------------------------------- */

uint32_t cell_value(unsigned area, unsigned page, unsigned version, unsigned who, unsigned cell);
/* Write the next version of my stripe of page @i. */
void write_page(struct task *t, struct area *a, unsigned i);
/* Is it what it must be? @all: every cell, else a few. Wrong pages are explained and counted. */
bool check_page(struct task *t, struct area *a, unsigned i, bool all);
/* The same for the bytes of page @i at another place (read from the file, before it was moved). */
bool check_copy(struct task *t, struct area *a, unsigned i, const char *at, bool all);
/* The stripe of a page with several owners that all the others keep an eye on. Versions are counted
 * in 12 bits: nobody may miss 2048 of them, which is more than half of what the longest run writes. */
unsigned watched_stripe(const struct area *a, unsigned i);
/* Page @i is as new: never written by us. */
void page_is_fresh(struct area *a, unsigned i);

/* --- torture_ops.c --------------------------------------------------------------------------- */

/* One change of the address space, chosen at random. */
void change_something(struct task *t);
/* Map pages [@i, @i + @n) of @a, over whatever is there. */
bool map_area_pages(struct task *t, struct area *a, unsigned i, unsigned n);
/* Something that must not happen did: told, counted, and everybody stops. */
void mistake(struct task *t, const char *what, const struct area *a, long got, long want);
unsigned random_below(struct task *t, unsigned n);

/* --- torture_task.c -------------------------------------------------------------------------- */

/* One access to one page. */
void touch(struct task *t);
/* Fork a child that works on with a copy of everything. */
void fork_child(struct task *t);
/* Wait for it, if there is one. */
void reap_child(struct task *t);
/* The life of worker @w, in a process of its own; its exit status. */
int worker(unsigned w);
unsigned threads_of(unsigned w);

#endif
