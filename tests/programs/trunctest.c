/*
 * tests/programs/trunctest.c - a file is cut while others fault on mappings of it: from the moment that
 * ftruncate() has returned, nobody reads a page beyond the new end. The order of steps that this
 * rests on is told in mm/filemap_truncate.c.
 *
 *	trunctest [ROUNDS]		in the current directory; 100 rounds
 *
 * In each round three children touch the file's pages at random, and let go of as many so that there are faults,
 * until the cut sends them SIGBUS. One that reads a byte after it had seen that the file was cut ends with status 1.
 */
#include "lib.h"

#define NAME	 "trunctest.dat"
#define CONTROL	 "trunctest.ctl"
#define PAGES	 16
#define CHILDREN 3
#define WARM	 20 /* touches by each child before the cut */

static struct {
	volatile uint32_t touches[CHILDREN];
	volatile uint32_t cut; /* ftruncate() has returned */
} * control;

static long fd;
static char page[PAGE];

/* The first child's mapping is private. */
static int toucher(void *arg)
{
	unsigned nr = (unsigned)(uintptr_t)arg;
	uint32_t seed = (uint32_t)sys(SYS_getpid) * 7919;
	char *p = (char *)sys(SYS_mmap2, 0, PAGES * PAGE, PROT_READ | PROT_WRITE,
			      nr ? MAP_SHARED : MAP_PRIVATE, fd, 0);

	if (MAP_FAILED(p))
		return 2;
	for (;;) {
		char *at = p + random_next(&seed) % PAGES * PAGE;
		uint32_t cut;

		sys(SYS_madvise, p + random_next(&seed) % PAGES * PAGE, PAGE, MADV_DONTNEED);
		cut = control->cut;
		if (random_next(&seed) % 8)
			(void)*(volatile char *)at;
		else
			*(volatile char *)at = 'b';
		if (cut)
			return 1;
		control->touches[nr]++;
	}
}

static void fill(void)
{
	unsigned i;

	expect(sys(SYS_lseek, fd, 0, SEEK_SET), 0);
	for (i = 0; i < PAGES; i++)
		expect(sys(SYS_write, fd, page, PAGE), (long)PAGE);
}

static void cut_round(uint32_t *seed)
{
	long pid[CHILDREN];
	unsigned i;
	int status;

	fill();
	control->cut = 0;
	for (i = 0; i < CHILDREN; i++) {
		control->touches[i] = 0;
		pid[i] = sys(SYS_fork);
		if (pid[i] == 0)
			exit(toucher((void *)(uintptr_t)i));
	}
	for (i = 0; i < CHILDREN; i++)
		while (control->touches[i] < WARM && sys(SYS_waitpid, -1, &status, WNOHANG) == 0)
			sys(SYS_sched_yield);
	for (i = random_next(seed) % 2000; i; i--)
		(void)control->cut;
	expect(sys(SYS_ftruncate, fd, 0), 0);
	control->cut = 1;
	for (i = 0; i < CHILDREN; i++) {
		expect(wait_for(pid[i], &status), pid[i]);
		expect(SIGNAL_OF(status), SIGBUS);
	}
}

int main(int argc, char **argv, char **envp)
{
	long rounds = number(argc > 1 ? argv[1] : NULL, 100), i;
	uint32_t seed = 1;

	(void)envp;
	memset(page, 'a', sizeof(page));
	fd = sys(SYS_open, CONTROL, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd >= 0 && sys(SYS_write, fd, page, PAGE) == (long)PAGE)
		control =
			(void *)sys(SYS_mmap2, 0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	sys(SYS_close, fd);
	fd = sys(SYS_open, NAME, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (!control || MAP_FAILED(control) || fd < 0) {
		printf("trunctest: cannot make files here, or not map them\n");
		return 2;
	}
	for (i = 0; i < rounds; i++)
		cut_round(&seed);
	expect(sys(SYS_unlink, NAME), 0);
	expect(sys(SYS_unlink, CONTROL), 0);
	return test_end("trunctest");
}
