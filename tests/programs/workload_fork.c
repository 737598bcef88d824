/*
 * tests/programs/workload_fork.c - processes that fork, each an address space of many areas.
 *
 * Every other page of a mapping is read-only, so that it falls into as many areas as pages, all of them
 * touched. A child reads some pages, its answer is its exit status, and ends; fork, exit and wait of one
 * child are one operation. The parents share nothing but the kernel.
 */
#include "workload.h"

#define AREAS	 256
#define FORKS	 12
#define ASKED	 16 /* pages that a child looks at */

static char *mapping;

static bool fork_prepare(struct worker *w, unsigned round)
{
	unsigned i;

	if (round)
		return true;
	mapping = map_pages(AREAS);
	if (!mapping)
		return false;
	for (i = 0; i < AREAS; i++)
		stamp_page(mapping + i * PAGE, w->nr, 0);
	for (i = 1; i < AREAS; i += 2)
		if (sys(SYS_mprotect, mapping + i * PAGE, PAGE, PROT_READ))
			return false;
	return true;
}

/* A child writes one page too, which makes a copy that its parent must not see. */
static int look(const struct worker *w, unsigned which)
{
	unsigned i;

	for (i = 0; i < ASKED; i++)
		if (!page_is_right(mapping + (which + i * (AREAS / ASKED)) % AREAS * PAGE, w->nr, 0))
			return 1;
	*(volatile uint32_t *)mapping = which;
	return 0;
}

static void fork_work(struct worker *w, unsigned round)
{
	unsigned i;
	int status;
	long pid;

	for (i = 0; i < FORKS; i++) {
		status = -1;
		pid = sys(SYS_fork);
		if (!pid)
			exit(look(w, (round * FORKS + i) % AREAS));
		if (pid < 0 || wait_for(pid, &status) != pid)
			w->refused++;
		w->wrong += status != 0;
		w->ops++;
	}
}

static void fork_verify(struct worker *w, unsigned round)
{
	unsigned i;

	(void)round;
	for (i = 0; i < AREAS; i++)
		w->wrong += !page_is_right(mapping + i * PAGE, w->nr, 0);
}

const struct workload workload_fork = {
	.name = "fork",
	.unit = "forks",
	.help = "processes of 256 areas fork children that look around and end",
	.processes = true,
	.rounds = 2,
	.prepare = fork_prepare,
	.work = fork_work,
	.verify = fork_verify,
};
