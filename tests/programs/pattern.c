/*
 * tests/programs/pattern.c - more memory than the machine has, filled with what can be checked.
 *
 * pattern MEGABYTES [SEED [PASSES [PROCESSES]]]: fills anonymous memory with words that follow from
 * seed, page and generation; reads it again in several orders, renewing a third of the pages in
 * each pass; then each of PROCESSES children does the same on its copy while the parent checks that
 * its own stays as it was. Exit status 0 if and only if not one byte was wrong
 * and no child died.
 */
#include "lib.h"

static uint32_t *memory;
static uint8_t *generation; /* of each page */
static unsigned long npages, wrong_bytes, wrong_pages, failed_children;
static uint32_t seed;

static uint32_t mix(uint32_t x)
{
	x ^= x >> 16;
	x *= 0x7feb352du;
	x ^= x >> 15;
	x *= 0x846ca68bu;
	return x ^ x >> 16;
}

static uint32_t first_word(unsigned long page)
{
	return mix(seed ^ mix((uint32_t)page << 8 | generation[page]));
}

#define STEP 0x9e3779b9u

static void write_page(unsigned long page)
{
	uint32_t *p = memory + page * 1024, w = first_word(page);
	unsigned i;

	for (i = 0; i < 1024; i++, w += STEP)
		p[i] = w;
}

static void count_wrong(unsigned long page)
{
	const uint32_t *p = memory + page * 1024;
	uint32_t w = first_word(page);
	unsigned i, b, wrong = 0;

	for (i = 0; i < 1024; i++, w += STEP)
		for (b = 0; b < 32; b += 8)
			wrong += (p[i] >> b & 0xff) != (w >> b & 0xff);
	if (wrong_pages < 8)
		printf("page %lu at %p, generation %u: %u wrong bytes, first word %08x, not %08x\n",
		       page, (const void *)p, generation[page], wrong, p[0], first_word(page));
	wrong_pages++;
	wrong_bytes += wrong;
}

static void read_page(unsigned long page)
{
	const uint32_t *p = memory + page * 1024;
	uint32_t w = first_word(page), differ = 0;
	unsigned i;

	for (i = 0; i < 1024; i++, w += STEP)
		differ |= p[i] ^ w;
	if (differ)
		count_wrong(page);
}

/* The nth page of a pass: upwards, downwards, in steps, at random (a permutation in each case). */
static unsigned long in_order(unsigned pass, unsigned long n, unsigned long step)
{
	switch (pass % 4) {
	case 0:
		return n;
	case 1:
		return npages - 1 - n;
	default: /* step has no factor in common with npages */
		return (n * step) % npages;
	}
}

static unsigned long gcd(unsigned long a, unsigned long b)
{
	while (b) {
		unsigned long r = a % b;

		a = b;
		b = r;
	}
	return a;
}

static void pass_over(unsigned pass)
{
	/* Odd passes take short steps, the others jump over a good part of memory. */
	unsigned long step = pass % 4 == 3 ? npages * 3 / 8 : 17, n;

	/* (n * step) stays below 2^32 for a gigabyte and these steps only if steps are small */
	if (step > 0xffffffffUL / (npages + 1))
		step = 17;
	step |= 1;
	while (gcd(step, npages) != 1)
		step += 2;
	for (n = 0; n < npages; n++) {
		unsigned long page = in_order(pass, n, step);

		read_page(page);
		if ((page + pass) % 3 == 0) {
			generation[page]++;
			write_page(page);
		}
	}
}

static void verify(void)
{
	unsigned long page;

	for (page = 0; page < npages; page++)
		read_page(page);
}

static int child(void *arg)
{
	unsigned id = (unsigned)(uintptr_t)arg;

	wrong_bytes = wrong_pages = 0;
	pass_over(id);
	pass_over(id + 1);
	verify();
	if (wrong_bytes)
		printf("child %u: %lu wrong bytes\n", id, wrong_bytes);
	return wrong_bytes ? 1 : 0;
}

static void with_children(unsigned count)
{
	unsigned i, started = 0;
	int status;

	for (i = 0; i < count; i++) {
		long pid = sys(SYS_fork);

		if (pid == 0)
			exit(child((void *)(uintptr_t)i));
		if (pid > 0)
			started++;
		else
			printf("pattern: fork: error %ld\n", -pid);
	}
	verify();
	while (started && wait_for(-1, &status) > 0) {
		started--;
		if (status) {
			printf("pattern: child ended with status %x\n", status);
			failed_children++;
		}
	}
	verify();
}

static void show(const char *when)
{
	printf("pattern: %s\n", when);
	print_file("/proc/swaps", "  ", 9);
	print_file("/proc/meminfo", "  ", 5);
}

int main(int argc, char **argv, char **envp)
{
	unsigned long mb = (unsigned long)number(argc > 1 ? argv[1] : NULL, 16), page;
	unsigned passes = (unsigned)number(argc > 3 ? argv[3] : NULL, 2), pass;
	unsigned processes = (unsigned)number(argc > 4 ? argv[4] : NULL, 0);

	(void)envp;
	seed = (uint32_t)number(argc > 2 ? argv[2] : NULL, 1);
	npages = mb << 8;
	if (mb == 0 || mb > 1024) {
		printf("pattern MEGABYTES [SEED [PASSES [PROCESSES]]]: 1 to 1024 MB\n");
		return 2;
	}
	memory = map_pages(npages);
	generation = map_pages((npages + PAGE - 1) / PAGE);
	if (!memory || !generation) {
		printf("pattern: no address space for %lu MB\n", mb);
		return 2;
	}
	printf("pattern: %lu MB, seed %u, %u passes, %u children\n", mb, seed, passes, processes);
	show("before");
	for (page = 0; page < npages; page++)
		write_page(page);
	for (pass = 0; pass < passes; pass++)
		pass_over(pass);
	verify();
	if (processes)
		with_children(processes);
	show("after");
	printf("pattern: %s, %lu wrong bytes in %lu of %lu pages, %lu children failed\n",
	       wrong_bytes || failed_children ? "FAIL" : "PASS", wrong_bytes, wrong_pages, npages,
	       failed_children);
	return wrong_bytes || failed_children;
}
