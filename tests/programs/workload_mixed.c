/*
 * tests/programs/workload_mixed.c - a little of everything by threads of one process: first touches, new
 * areas that come and go, protection that changes under pages, the heap, and now and then a fork.
 *
 * One turn: touch 24 pages for the first time; map 8 pages, touch them, take the right to write from 4,
 * read them all, unmap; every 16th turn fork a child that looks at the thread's pages. Each call and each
 * touch is one operation.
 */
#include "workload.h"

#define TURNS	   40
#define TOUCHES	   24 /* a turn; TURNS * TOUCHES <= REGION_PAGES */
#define AREA_PAGES 8
#define FORK_EVERY 16

static char *window, *regions;

static bool mixed_prepare(struct worker *w, unsigned round)
{
	unsigned long bytes = (nr_workers + 1) * REGION;

	(void)w;
	if (window && sys(SYS_munmap, window, bytes))
		return false;
	window = NULL;
	if (round == nr_rounds)
		return true;
	window = map_pages(bytes / PAGE);
	regions = (char *)(((unsigned long)window + REGION - 1) & ~(REGION - 1));
	return window != NULL;
}

static void come_and_go(struct worker *w, unsigned round)
{
	char *area = map_pages(AREA_PAGES);

	if (!area) {
		w->refused++;
		return;
	}
	stamp_pages(w, area, AREA_PAGES, PAGE, round);
	w->refused += sys(SYS_mprotect, area + 2 * PAGE, 4 * PAGE, PROT_READ) != 0;
	check_pages(w, area, AREA_PAGES, PAGE, round);
	w->refused += sys(SYS_munmap, area, AREA_PAGES * PAGE) != 0;
	w->ops += 3;
}

/* The child sees what this thread wrote, and nobody sees what the child writes. */
static void fork_child(struct worker *w, char *pages, unsigned long n, unsigned round)
{
	int status = -1;
	long pid = sys(SYS_fork);

	if (!pid) {
		check_pages(w, pages, n, PAGE, round); /* in a copy of *w */
		*(volatile uint32_t *)pages = 0;
		exit(w->wrong != 0);
	}
	w->refused += pid < 0 || wait_for(pid, &status) != pid;
	w->wrong += status != 0;
	w->ops++;
}

static void mixed_work(struct worker *w, unsigned round)
{
	char *mine = regions + w->nr * REGION;
	unsigned turn;

	for (turn = 0; turn < TURNS; turn++) {
		stamp_pages(w, mine + turn * TOUCHES * PAGE, TOUCHES, PAGE, round);
		come_and_go(w, round);
		if (turn % FORK_EVERY == w->nr)
			fork_child(w, mine + turn * TOUCHES * PAGE, TOUCHES, round);
	}
}

static void mixed_verify(struct worker *w, unsigned round)
{
	check_pages(w, regions + w->nr * REGION, TURNS * TOUCHES, PAGE, round);
}

const struct workload workload_mixed = {
	.name = "mixed",
	.unit = "operations",
	.help = "threads touch, map, protect, unmap, and now and then fork",
	.rounds = 2,
	.prepare = mixed_prepare,
	.work = mixed_work,
	.verify = mixed_verify,
};
