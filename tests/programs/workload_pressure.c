/*
 * tests/programs/workload_pressure.c - more memory than there is: threads of one process sweep over a
 * mapping that does not fit, so that every page goes out to swap and comes back.
 *
 * The mapping is as large as what was free, and a quarter more; all workers together sweep over it once a
 * round, each over its part. The amount of work is the machine's, not the workers': more of them do not
 * touch more. What was written in a round is compared, page by page, when the next round comes by.
 */
#include "workload.h"

static char *mapping;
static unsigned long pages; /* of the mapping */

static bool pressure_prepare(struct worker *w, unsigned round)
{
	unsigned long free = proc_value("/proc/meminfo", "MemFree") / (PAGE / 1024);

	(void)w;
	if (round)
		return true;
	pages = (free + free / 4) / nr_workers * nr_workers;
	if (!pages || pages > 16384) {
		printf("workload pressure: %lu KB are free: boot with less than 64 MB\n", free * (PAGE / 1024));
		return false;
	}
	mapping = map_pages(pages);
	return mapping != NULL;
}

static void sweep(struct worker *w, unsigned round)
{
	unsigned long n = pages / nr_workers;
	char *page = mapping + w->nr * n * PAGE;

	w->ops += n;
	for (; n--; page += PAGE) {
		if (round)
			w->wrong += !page_is_right(page, w->nr, round - 1);
		stamp_page(page, w->nr, round);
	}
}

static void last_look(struct worker *w, unsigned round)
{
	unsigned long n = pages / nr_workers;

	if (round == nr_rounds - 1)
		check_pages(w, mapping + w->nr * n * PAGE, n, PAGE, round);
}

const struct workload workload_pressure = {
	.name = "pressure",
	.unit = "touches",
	.help = "threads sweep over a quarter more memory than is free",
	.rounds = 2,
	.prepare = pressure_prepare,
	.work = sweep,
	.verify = last_look,
};
