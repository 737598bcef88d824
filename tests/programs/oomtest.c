/*
 * tests/programs/oomtest.c - when memory and swap are full, a process that wants more is ended; the
 * kernel and the others live, and get the memory back.
 *
 * oomtest [keep]: without `keep` most swap areas are switched off first, so that it is soon over.
 */
#include "lib.h"

static int eat(void *arg)
{
	unsigned long n = 0;

	(void)arg;
	for (;;) {
		uint32_t *p = map_pages(256);
		unsigned i;

		if (!p)
			return 12; /* told in time: allowed too */
		for (i = 0; i < 256; i++, n++)
			p[i * 1024] = (uint32_t)n;
	}
}

static void usable(void)
{
	enum { PAGES = 256 };
	uint32_t *p = map_pages(PAGES);
	unsigned i;

	check(p != NULL, "no memory after it");
	for (i = 0; p && i < PAGES; i++)
		p[i * 1024] = i;
	for (i = 0; p && i < PAGES; i++)
		check(p[i * 1024] == i);
	sys(SYS_munmap, p, PAGES * PAGE);
}

int main(int argc, char **argv, char **envp)
{
	static const char *const areas[] = { "/dev/hdb2", "/dev/hdb3", "/dev/hdb4" };
	bool keep = argc > 1 && !strcmp(argv[1], "keep");
	long was_on[3] = { -1, -1, -1 };
	int i, round, status;

	(void)envp;
	for (i = 0; i < 3 && !keep; i++)
		was_on[i] = sys(SYS_swapoff, areas[i]);
	print_file("/proc/meminfo", "  ", 5);
	for (round = 0; round < 2; round++) {
		status = in_child(eat, NULL);
		printf("oomtest: the eater ended with status %x\n", status);
		check(SIGNAL_OF(status) == SIGKILL || EXIT_CODE(status) == 12, "%x", status);
		usable();
	}
	for (i = 0; i < 3; i++)
		if (was_on[i] == 0)
			expect(sys(SYS_swapon, areas[i], 0), 0);
	print_file("/proc/meminfo", "  ", 5);
	return test_end("oomtest");
}
