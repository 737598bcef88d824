/*
 * tests/programs/workload_short.c - the shortest workload: every operation a few times, so that a diff of
 * two designs shows them all and is over in seconds.
 *
 * Before the workers start: the stack grows. Each worker: first touches by read and write, a private file
 * page read and then written, a shared file page written and sent home, mprotect, mremap, madvise, mlock, a
 * fork with copies on both sides. Worker 0 alone: the heap. Then all together fill a mapping that is a
 * little larger than what is free and read it back, and worker 0 switches a swap area off and on.
 * Boot it with little memory (tests/diff/scaling.sh says how much): with more than 8 MB free the part with
 * swap is left out, since filling so much would be long, and a line says so.
 */
#include "workload.h"

#define FEW	    4 /* pages of everything */
#define MOST_FREE   2048
#define SHARED_FILE "/tmp/short"

static char *pressed; /* the mapping that does not fit, and its pages for each worker */
static unsigned long share;
static volatile uint32_t sink;

/* --- before the workers --------------------------------------------------------------------------- */

static __attribute__((noinline)) void grow_stack(void)
{
	volatile char deep[6 * PAGE];
	unsigned i;

	for (i = 6; i-- > 0;) /* from the top down, as a stack does */
		deep[i * PAGE] = (char)i;
	sink = (uint32_t)deep[PAGE];
}

static bool make_shared_file(void)
{
	static char page[PAGE];
	long fd = sys(SYS_open, SHARED_FILE, O_RDWR | O_CREAT | O_TRUNC, 0600), i, n = PAGE;

	for (i = 0; i < MAX_WORKERS && fd >= 0 && n == (long)PAGE; i++)
		n = sys(SYS_write, fd, page, PAGE);
	if (fd >= 0)
		sys(SYS_close, fd);
	return fd >= 0 && n == (long)PAGE;
}

static bool short_prepare(struct worker *w, unsigned round)
{
	unsigned long free = proc_value("/proc/meminfo", "MemFree") / (PAGE / 1024);

	(void)w;
	if (round == nr_rounds)
		return sys(SYS_unlink, SHARED_FILE) == 0;
	if (!make_shared_file())
		return false;
	if (free > MOST_FREE) {
		printf("workload short: %lu KB are free: no swapping\n", free * (PAGE / 1024));
		return true;
	}
	share = (free + free / 4) / nr_workers;
	pressed = map_pages(share * nr_workers);
	return pressed != NULL;
}

/* --- one worker ----------------------------------------------------------------------------------- */

/* One operation that must return 0. */
static void must(struct worker *w, long result)
{
	w->ops++;
	w->refused += result != 0;
}

static void anonymous(struct worker *w, unsigned round)
{
	char *area = map_pages(2 * FEW);
	long moved;

	if (!area) {
		w->refused++;
		return;
	}
	stamp_pages(w, area, FEW, PAGE, round);
	sink = *(volatile uint32_t *)(area + FEW * PAGE); /* the page of zeroes, and then a copy of it */
	stamp_pages(w, area + FEW * PAGE, FEW, PAGE, round);
	must(w, sys(SYS_mprotect, area + PAGE, PAGE, PROT_READ));
	check_pages(w, area, 2 * FEW, PAGE, round);
	must(w, sys(SYS_mprotect, area + PAGE, PAGE, PROT_READ | PROT_WRITE));
	must(w, sys(SYS_mlock, area, FEW * PAGE));
	must(w, sys(SYS_munlock, area, FEW * PAGE));
	must(w, sys(SYS_madvise, area, PAGE, MADV_DONTNEED));
	w->wrong += *(volatile uint32_t *)area != 0;
	must(w, sys(SYS_munmap, area + 2 * PAGE, PAGE)); /* a hole in the middle */
	moved = sys(SYS_mremap, area + FEW * PAGE, FEW * PAGE, 2 * FEW * PAGE, MREMAP_MAYMOVE);
	w->refused += MAP_FAILED(moved);
	must(w, sys(SYS_munmap, area, FEW * PAGE));
	if (!MAP_FAILED(moved))
		must(w, sys(SYS_munmap, moved, 2 * FEW * PAGE));
}

static void files(struct worker *w)
{
	long fd = sys(SYS_open, "/bin/workload", O_RDONLY), p;
	char mark = (char)(w->nr + 1);

	p = sys(SYS_mmap2, 0, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	sys(SYS_close, fd);
	if (!MAP_FAILED(p)) {
		w->wrong += *(volatile uint32_t *)p != 0x464C457F; /* an ELF file's first word */
		*(volatile char *)(p + 1) = mark;		    /* a copy of the page */
		must(w, sys(SYS_munmap, p, 2 * PAGE));
	} else {
		w->refused++;
	}
	fd = sys(SYS_open, SHARED_FILE, O_RDWR);
	p = sys(SYS_mmap2, 0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, w->nr);
	if (!MAP_FAILED(p)) {
		*(volatile char *)p = mark;
		must(w, sys(SYS_msync, p, PAGE, MS_SYNC));
		must(w, sys(SYS_munmap, p, PAGE));
		sys(SYS_lseek, fd, w->nr * PAGE, SEEK_SET);
		mark = 0;
		must(w, sys(SYS_read, fd, &mark, 1) != 1);
		w->wrong += mark != (char)(w->nr + 1);
	} else {
		w->refused++;
	}
	sys(SYS_close, fd);
}

static void heap(struct worker *w, unsigned round)
{
	long end = sys(SYS_brk, 0), first = (end + (long)PAGE - 1) & -(long)PAGE;

	must(w, sys(SYS_brk, first + (long)(FEW * PAGE)) != first + (long)(FEW * PAGE));
	stamp_pages(w, (char *)first, FEW, PAGE, round);
	check_pages(w, (char *)first, FEW, PAGE, round);
	must(w, sys(SYS_brk, end) != end);
}

static void fork_and_write(struct worker *w, unsigned round)
{
	char *area = map_pages(FEW);
	int status = -1;
	long pid;

	if (!area) {
		w->refused++;
		return;
	}
	stamp_pages(w, area, FEW, PAGE, round);
	pid = sys(SYS_fork);
	if (!pid) {
		*(volatile uint32_t *)area = 0;
		exit(!page_is_right(area + PAGE, w->nr, round));
	}
	stamp_page(area + PAGE, w->nr, round); /* the page is still the child's, too */
	must(w, pid < 0 || wait_for(pid, &status) != pid || status);
	check_pages(w, area, FEW, PAGE, round);
	must(w, sys(SYS_munmap, area, FEW * PAGE));
}

static void press(struct worker *w, unsigned round)
{
	char *mine = pressed + w->nr * share * PAGE;

	stamp_pages(w, mine, share, PAGE, round);
	check_pages(w, mine, share / 4, PAGE, round); /* the oldest come back */
}

/* -EINVAL: this area is not in use; -ENOMEM: what is on it does not fit. Both are answers. */
static void swapoff_and_on(struct worker *w)
{
	long result = sys(SYS_swapoff, "/dev/hdb4");

	w->ops++;
	if (!result)
		must(w, sys(SYS_swapon, "/dev/hdb4", 0));
	else
		w->refused += result != -EINVAL && result != -ENOMEM;
}

static void short_work(struct worker *w, unsigned round)
{
	anonymous(w, round);
	files(w);
	if (!w->nr)
		heap(w, round);
	fork_and_write(w, round);
	if (pressed) {
		press(w, round);
		if (!w->nr)
			swapoff_and_on(w);
	}
}

static void short_verify(struct worker *w, unsigned round)
{
	if (pressed)
		check_pages(w, pressed + w->nr * share * PAGE, share, PAGE, round);
}

const struct workload workload_short = {
	.name = "short",
	.unit = "operations",
	.help = "every operation a few times, and some swapping",
	.rounds = 1,
	.before = grow_stack,
	.prepare = short_prepare,
	.work = short_work,
	.verify = short_verify,
};
