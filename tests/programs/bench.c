/*
 * tests/programs/bench.c - what the operations of the VM cost, in ticks of the time stamp counter:
 * in Bochs with one CPU that is instructions (a page cleared or copied by `rep` counts 1024).
 *
 * One line a row, `bench KEY TICKS`: the median of many measurements (file_read and the swap rows:
 * the average), net of what reading the counter twice costs. `make bench` (tests/boot/bench.sh)
 * prints them beside real Linux's, measured in the same emulator; the program also runs on Linux.
 *
 *   bench              the rows of the table
 *   bench only GROUP   some of them, to look at one operation: getpid, anonymous, cow, mmap, ...
 *   bench swap PAGES   sweeps over more memory than there is: fill, read, what is still in memory
 */
#include "lib.h"

#define MAX_SAMPLES 1024
#define MANY_AREAS  1000
#define FILE_PAGES  128

static uint32_t samples[MAX_SAMPLES];
static unsigned nsamples;
static uint32_t counter_cost; /* of one pair of readings */

static inline uint32_t ticks(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi) : : "memory");
	(void)hi;
	return lo;
}

static uint64_t long_ticks(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi) : : "memory");
	return (uint64_t)hi << 32 | lo;
}

/* A call of up to three arguments without a function around it. */
static inline long call3(long nr, long a, long b, long c)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(nr), "b"(a), "c"(b), "d"(c)
			 : "memory");
	return result;
}

static inline void write_to(volatile char *p)
{
	*p = 1;
}

static inline char read_from(volatile const char *p)
{
	return *p;
}

static void note(uint32_t from, uint32_t to)
{
	uint32_t cost = to - from;

	if (nsamples < MAX_SAMPLES)
		samples[nsamples++] = cost > counter_cost ? cost - counter_cost : 0;
}

static void sort_samples(void)
{
	unsigned i, j;

	for (i = 1; i < nsamples; i++) {
		uint32_t v = samples[i];

		for (j = i; j > 0 && samples[j - 1] > v; j--)
			samples[j] = samples[j - 1];
		samples[j] = v;
	}
}

static void row(const char *key, uint32_t value)
{
	printf("bench %s %lu\n", key, (unsigned long)value);
}

/* The median of what was noted since the last row. */
static uint32_t median(void)
{
	uint32_t value;

	sort_samples();
	value = nsamples ? samples[nsamples / 2] : 0;
	nsamples = 0;
	return value;
}

static uint32_t average(void)
{
	uint32_t sum = 0;
	unsigned i;

	for (i = 0; i < nsamples; i++)
		sum += samples[i];
	sum = nsamples ? sum / nsamples : 0;
	nsamples = 0;
	return sum;
}

static void stop(const char *what, long error)
{
	printf("bench: %s failed (%ld)\n", what, error);
	exit(1);
}

static char *map_or_stop(char *at, size_t pages, unsigned flags)
{
	long p = sys(SYS_mmap2, at, pages * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);

	if (MAP_FAILED(p))
		stop("mmap", p);
	return (char *)p;
}

static void unmap(char *p, size_t pages)
{
	long error = sys(SYS_munmap, p, pages * PAGE);

	if (error)
		stop("munmap", error);
}

static void measure_counter(void)
{
	unsigned i;

	for (i = 0; i < 64; i++) {
		uint32_t from = ticks(), to = ticks();

		note(from, to);
	}
	counter_cost = median();
}

static void bench_getpid(void)
{
	unsigned i;

	for (i = 0; i < 256; i++) {
		uint32_t from = ticks(), to;

		call3(SYS_getpid, 0, 0, 0);
		to = ticks();
		note(from, to);
	}
	row("getpid", median());
}

/* --- faults in anonymous memory -------------------------------------------------------------- */

static void write_pages(char *p, size_t pages, size_t step)
{
	size_t i;

	for (i = 0; i < pages; i += step) {
		uint32_t from = ticks(), to;

		write_to(p + i * PAGE);
		to = ticks();
		note(from, to);
	}
}

static void read_pages(char *p, size_t pages)
{
	size_t i;

	for (i = 0; i < pages; i++) {
		uint32_t from = ticks(), to;

		read_from(p + i * PAGE);
		to = ticks();
		note(from, to);
	}
}

static void bench_anonymous(void)
{
	const size_t pages = 256;
	char *p = map_or_stop(NULL, pages, 0);

	write_pages(p, pages, 1);
	row("anon_write", median());
	unmap(p, pages);

	p = map_or_stop(NULL, pages, 0);
	read_pages(p, pages);
	row("anon_read", median());
	write_pages(p, pages, 1);
	row("write_after_read", median());
	unmap(p, pages);
}

static void bench_copy_on_write(void)
{
	const size_t pages = 128;
	char *p = map_or_stop(NULL, pages, 0);
	long pid;
	size_t i;
	int status;

	for (i = 0; i < pages; i++)
		write_to(p + i * PAGE);
	pid = sys(SYS_fork);
	if (pid == 0) {
		write_pages(p, pages, 1);
		row("cow", median());
		exit(0);
	}
	if (pid < 0 || wait_for(pid, &status) != pid)
		stop("fork", pid);
	write_pages(p, pages, 1);
	row("cow_last", median());
	unmap(p, pages);
}

/* --- changes of the address space ------------------------------------------------------------- */

static void bench_mmap(const char *key, bool touch)
{
	unsigned i;

	for (i = 0; i < 128; i++) {
		uint32_t from = ticks(), to;
		long p = sys(SYS_mmap2, 0, PAGE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (touch)
			write_to((char *)p);
		call3(SYS_munmap, p, PAGE, 0);
		to = ticks();
		note(from, to);
	}
	row(key, median());
}

/* The middle page of an area of 16 written pages is unmapped and mapped again. */
static void bench_hole(void)
{
	char *p = map_or_stop(NULL, 16, 0), *hole = p + 8 * PAGE;
	unsigned i;

	for (i = 0; i < 16; i++)
		write_to(p + i * PAGE);
	for (i = 0; i < 128; i++) {
		uint32_t from = ticks(), to;

		call3(SYS_munmap, (long)hole, PAGE, 0);
		sys(SYS_mmap2, hole, PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		to = ticks();
		note(from, to);
	}
	row("hole", median());
	unmap(p, 16);
}

static void bench_mprotect(const char *key, size_t first, size_t pages)
{
	char *p = map_or_stop(NULL, 16, 0);
	long at = (long)(p + first * PAGE), len = (long)(pages * PAGE);
	unsigned i;

	for (i = 0; i < 16; i++)
		write_to(p + i * PAGE);
	for (i = 0; i < 128; i++) {
		uint32_t from = ticks(), to;

		call3(SYS_mprotect, at, len, PROT_READ);
		call3(SYS_mprotect, at, len, PROT_READ | PROT_WRITE);
		to = ticks();
		note(from, to);
	}
	row(key, median());
	unmap(p, 16);
}

static void bench_brk(void)
{
	long start = sys(SYS_brk, 0);
	unsigned i;

	for (i = 0; i < 128; i++) {
		uint32_t from = ticks(), to;

		call3(SYS_brk, start + (long)PAGE, 0, 0);
		call3(SYS_brk, start, 0, 0);
		to = ticks();
		note(from, to);
	}
	row("brk", median());
}

static void bench_mremap(void)
{
	char *p = map_or_stop(NULL, 2, 0);
	unsigned i;

	unmap(p + PAGE, 1); /* room to grow into */
	for (i = 0; i < 128; i++) {
		uint32_t from = ticks(), to;

		sys(SYS_mremap, p, PAGE, 2 * PAGE, 0, 0);
		sys(SYS_mremap, p, 2 * PAGE, PAGE, 0, 0);
		to = ticks();
		note(from, to);
	}
	row("mremap", median());
	unmap(p, 1);
}

/* --- processes ---------------------------------------------------------------------------------- */

static void bench_fork(const char *key, size_t touched, unsigned times)
{
	char *p = touched ? map_or_stop(NULL, touched, 0) : NULL;
	unsigned i;

	for (i = 0; i < touched; i++)
		write_to(p + i * PAGE);
	for (i = 0; i < times; i++) {
		uint32_t from = ticks(), to;
		long pid = call3(SYS_fork, 0, 0, 0);
		int status;

		if (pid == 0)
			call3(SYS_exit, 0, 0, 0);
		if (pid < 0)
			stop("fork", pid);
		call3(SYS_waitpid, pid, (long)&status, 0);
		to = ticks();
		note(from, to);
	}
	row(key, median());
	if (touched)
		unmap(p, touched);
}

/* --- many areas --------------------------------------------------------------------------------- */

/* Every other page of a range is an area of its own. */
static void bench_many_areas(void)
{
	char *p = map_or_stop(NULL, 2 * MANY_AREAS, 0);
	uint32_t from, to;
	unsigned i;

	unmap(p, 2 * MANY_AREAS);
	for (i = 0; i < MANY_AREAS; i++)
		map_or_stop(p + 2 * i * PAGE, 1, MAP_FIXED);
	write_pages(p, 2 * MANY_AREAS, 2);
	row("write_1000", median());
	for (i = 0; i < 128; i++) {
		/* one page does not fit between two others' pages without touching them */
		long q;

		from = ticks();
		q = sys(SYS_mmap2, p + 2 * MANY_AREAS * PAGE + PAGE, PAGE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		call3(SYS_munmap, q, PAGE, 0);
		to = ticks();
		note(from, to);
	}
	row("mmap_1000", median());
	from = ticks();
	call3(SYS_munmap, (long)p, (long)(2 * MANY_AREAS * PAGE), 0);
	to = ticks();
	note(from, to);
	row("munmap_1000", median());
}

/* --- a file ------------------------------------------------------------------------------------- */

/* This program's own file is large enough. */
static const char ballast[FILE_PAGES * 4096] __attribute__((used)) = { 1 };

static void bench_file(const char *path)
{
	static char buf[4096];
	long fd = sys(SYS_open, path, O_RDONLY), p;
	long n, pages = 0;

	if (fd < 0) {
		printf("bench: cannot open %s (%ld)\n", path, fd);
		return;
	}
	while ((n = sys(SYS_read, fd, buf, sizeof(buf))) == (long)sizeof(buf))
		pages++;
	p = sys(SYS_mmap2, 0, pages * (long)PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	if (MAP_FAILED(p))
		stop("mmap of a file", p);
	read_pages((char *)p, (size_t)pages); /* now all of it is in the cache */
	nsamples = 0;
	sys(SYS_munmap, p, pages * (long)PAGE);
	p = sys(SYS_mmap2, 0, pages * (long)PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	read_pages((char *)p, (size_t)pages);
	row("file_read", average());
	sys(SYS_munmap, p, pages * (long)PAGE);
	p = sys(SYS_mmap2, 0, pages * (long)PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	write_pages((char *)p, (size_t)pages, 1);
	row("file_write", median());
	sys(SYS_munmap, p, pages * (long)PAGE);
	sys(SYS_close, fd);
}

/* --- swap --------------------------------------------------------------------------------------- */

/* The number behind @name in /proc/vmstat; 0 = none. */
static unsigned long vm_counter(const char *name)
{
	static char text[4096];
	size_t len = strlen(name);
	const char *line = text;
	unsigned long v = 0;

	if (read_file("/proc/vmstat", text, sizeof(text)) < 0)
		return 0;
	while (*line && !(strncmp(line, name, len) == 0 && line[len] == ' ')) {
		line = strchr(line, '\n');
		if (!line)
			return 0;
		line++;
	}
	for (line += len; *line == ' '; line++)
		;
	for (; *line >= '0' && *line <= '9'; line++)
		v = v * 10 + (unsigned long)(*line - '0');
	return v;
}

static uint32_t divide(uint64_t sum, unsigned long by)
{
	while (sum >> 32) { /* keep it in a register's reach: precision is left */
		sum >>= 1;
		by >>= 1;
	}
	return by ? (uint32_t)sum / by : 0;
}

#define MAJOR_TICKS 20000u /* a fault above this has waited for the disk */

static void bench_swap(size_t pages)
{
	char *p = map_or_stop(NULL, pages, 0);
	unsigned long out = vm_counter("pswpout"), in;
	uint64_t begun = long_ticks(), spent, major_sum = 0;
	unsigned long majors = 0, minors = 0;
	size_t i;

	for (i = 0; i < pages; i++)
		*(volatile size_t *)(p + i * PAGE) = i;
	spent = long_ticks() - begun;
	out = vm_counter("pswpout") - out;
	printf("bench: filled %lu pages, %lu written out\n", (unsigned long)pages, out);
	row("swap_fill", divide(spent, out));
	in = vm_counter("pswpin");
	begun = long_ticks();
	for (i = 0; i < pages; i++) {
		uint32_t from = ticks(), cost;

		if (*(volatile size_t *)(p + i * PAGE) != i)
			stop("a page's contents", (long)i);
		cost = ticks() - from - counter_cost;
		if (cost > MAJOR_TICKS) {
			majors++;
			major_sum += cost;
		} else if (cost > 50) {
			minors++;
			note(0, cost + counter_cost);
		}
	}
	spent = long_ticks() - begun;
	in = vm_counter("pswpin") - in;
	printf("bench: read sweep: %lu pages in, %lu major faults, %lu minor ones\n", in, majors,
	       minors);
	row("swap_read", divide(spent, (unsigned long)pages));
	row("swap_major", divide(major_sum, majors));
	row("swap_cached", median());
}

static const char *only;

static bool wanted(const char *group)
{
	return !only || !strcmp(only, group);
}

static void run_rows(const char *file)
{
	if (wanted("getpid"))
		bench_getpid();
	if (wanted("anonymous"))
		bench_anonymous();
	if (wanted("cow"))
		bench_copy_on_write();
	if (wanted("mmap"))
		bench_mmap("mmap", false);
	if (wanted("touch"))
		bench_mmap("mmap_touch", true);
	if (wanted("hole"))
		bench_hole();
	if (wanted("split"))
		bench_mprotect("mprotect_split", 8, 1);
	if (wanted("whole"))
		bench_mprotect("mprotect_whole", 0, 16);
	if (wanted("brk"))
		bench_brk();
	if (wanted("mremap"))
		bench_mremap();
	if (wanted("fork"))
		bench_fork("fork", 0, 32);
	if (wanted("fork4mb"))
		bench_fork("fork_4mb", 1024, 8);
	if (wanted("many"))
		bench_many_areas();
	if (wanted("file"))
		bench_file(file);
}

int main(int argc, char **argv, char **envp)
{
	(void)envp;
	measure_counter();
	if (argc > 1 && !strcmp(argv[1], "swap")) {
		bench_swap((size_t)number(argc > 2 ? argv[2] : NULL, 12000));
		return 0;
	}
	if (argc > 2 && !strcmp(argv[1], "only")) {
		only = argv[2];
		argc = 1;
	}
	run_rows(argc > 1 ? argv[1] : "/bin/bench");
	return 0;
}
