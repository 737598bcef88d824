/*
 * tests/programs/workload_touch.c - workloads that fault anonymous pages in, each for the first time.
 *
 * touch         threads of one process, each in 4 MB regions of its own of one mapping: what they share is
 *               the address space, the area, and whatever locks a design takes for these
 * touch-shared  all in one 4 MB region, page by page in turn: they share the page table too
 * touch-mmap    touch, beside a thread that maps and unmaps in a loop
 * touch-mms     processes, each in an address space of its own
 * After each round the mapping goes and comes back, so that every touch is a first one.
 */
#include "workload.h"

/* --- one mapping, aligned to whole regions ------------------------------------------------------ */

static char *window, *regions; /* what mmap gave, and the first whole region in it */
static unsigned long window_bytes;

static bool map_regions(unsigned long n)
{
	window_bytes = (n + 1) * REGION;
	window = map_pages(window_bytes / PAGE);
	if (!window)
		return false;
	regions = (char *)(((unsigned long)window + REGION - 1) & ~(REGION - 1));
	return true;
}

static bool renew_regions(unsigned long n, unsigned round)
{
	if (window && sys(SYS_munmap, window, window_bytes))
		return false;
	window = NULL;
	return round == nr_rounds || map_regions(n);
}

/* --- touch -------------------------------------------------------------------------------------- */

static bool touch_prepare(struct worker *w, unsigned round)
{
	(void)w;
	return renew_regions(nr_workers, round);
}

static void touch_work(struct worker *w, unsigned round)
{
	stamp_pages(w, regions + w->nr * REGION, REGION_PAGES, PAGE, round);
}

static void touch_verify(struct worker *w, unsigned round)
{
	check_pages(w, regions + w->nr * REGION, REGION_PAGES, PAGE, round);
}

const struct workload workload_touch = {
	.name = "touch",
	.unit = "faults",
	.help = "threads first-touch disjoint parts of one mapping, each whole 4 MB regions",
	.rounds = 3,
	.prepare = touch_prepare,
	.work = touch_work,
	.verify = touch_verify,
};

/* --- touch-shared ------------------------------------------------------------------------------- */

/* Each worker has every 16th page, however many workers there are: the same work for each. */
#define SHARE_PAGES (REGION_PAGES / MAX_WORKERS)

static bool shared_prepare(struct worker *w, unsigned round)
{
	(void)w;
	return renew_regions(1, round);
}

static void shared_work(struct worker *w, unsigned round)
{
	stamp_pages(w, regions + w->nr * PAGE, SHARE_PAGES, MAX_WORKERS * PAGE, round);
}

static void shared_verify(struct worker *w, unsigned round)
{
	check_pages(w, regions + w->nr * PAGE, SHARE_PAGES, MAX_WORKERS * PAGE, round);
}

const struct workload workload_touch_shared = {
	.name = "touch-shared",
	.unit = "faults",
	.help = "threads first-touch pages of one 4 MB region in turn",
	.rounds = 16,
	.prepare = shared_prepare,
	.work = shared_work,
	.verify = shared_verify,
};

/* --- touch-mmap --------------------------------------------------------------------------------- */

#define MAPPER_PAGES 4

/* A place with a page that nobody may touch on either side: what is mapped there cannot become one area with
 * the regions beside it, so that the mapper changes the address space but not the area of the others. */
static char *fenced_place(void)
{
	long p = sys(SYS_mmap2, 0, (MAPPER_PAGES + 2) * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (MAP_FAILED(p) || sys(SYS_munmap, p + (long)PAGE, MAPPER_PAGES * PAGE))
		return NULL;
	return (char *)p + PAGE;
}

/* Map, touch, unmap; what the helper counts is its own affair. */
static void map_and_unmap(struct worker *w)
{
	char *place = fenced_place();
	unsigned turn = 0;

	w->refused += !place;
	while (place && !control->over) {
		char *p = (char *)sys(SYS_mmap2, place, MAPPER_PAGES * PAGE, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

		if (p != place) {
			w->refused++;
			return;
		}
		stamp_page(p + PAGE, w->nr, turn);
		w->wrong += !page_is_right(p + PAGE, w->nr, turn);
		w->refused += sys(SYS_munmap, p, MAPPER_PAGES * PAGE) != 0;
		turn++;
	}
}

const struct workload workload_touch_mmap = {
	.name = "touch-mmap",
	.unit = "faults",
	.help = "the same beside a thread that maps and unmaps in a loop",
	.rounds = 3,
	.helpers = 1,
	.prepare = touch_prepare,
	.work = touch_work,
	.verify = touch_verify,
	.help_along = map_and_unmap,
};

/* --- touch-mms ---------------------------------------------------------------------------------- */

static bool mms_prepare(struct worker *w, unsigned round)
{
	(void)w;
	return renew_regions(1, round);
}

static void mms_work(struct worker *w, unsigned round)
{
	stamp_pages(w, regions, REGION_PAGES, PAGE, round);
}

static void mms_verify(struct worker *w, unsigned round)
{
	check_pages(w, regions, REGION_PAGES, PAGE, round);
}

const struct workload workload_touch_mms = {
	.name = "touch-mms",
	.unit = "faults",
	.help = "processes first-touch memory, each in its own address space",
	.processes = true,
	.rounds = 3,
	.prepare = mms_prepare,
	.work = mms_work,
	.verify = mms_verify,
};
