/*
 * tests/programs/swapoffload.c - swap areas switched off and on while processes work with more memory
 * than there is: nothing they wrote may be lost.
 *
 * swapoffload [MEGABYTES [PROCESSES [ROUNDS]]]: each of the processes works with MEGABYTES of memory.
 */
#include "lib.h"

static const char *const areas[] = { "/dev/hdb1", "/dev/hdb2", "/dev/hdb3", "/dev/hdb4" };

static unsigned long npages;

static uint32_t word(unsigned id, unsigned long page, unsigned turn)
{
	return (id * 0x01000193u) ^ ((uint32_t)page * 2654435761u) ^ (turn * 0x9e3779b9u);
}

static int worker(void *arg)
{
	unsigned id = (unsigned)(uintptr_t)arg, turn;
	uint32_t *p = map_pages(npages);
	unsigned long page, wrong = 0;

	if (!p)
		return 12;
	for (turn = 0; turn < 6; turn++) {
		for (page = 0; page < npages; page++) {
			uint32_t *w = p + page * 1024;

			if (turn && (w[0] != word(id, page, turn - 1) || w[1023] != ~w[0]))
				wrong++;
			w[0] = word(id, page, turn);
			w[1023] = ~w[0];
		}
	}
	if (wrong)
		printf("swapoffload: worker %u: %lu wrong pages\n", id, wrong);
	return wrong ? 1 : 0;
}

static void off_and_on(unsigned round)
{
	const char *area = areas[round % 4];
	long r = sys(SYS_swapoff, area);

	printf("swapoffload: swapoff %s: %ld\n", area, r);
	check(r == 0 || r == -ENOMEM || r == -EINVAL, "%s: %ld", area, r);
	if (r == 0)
		expect(sys(SYS_swapon, area, 0), 0);
}

int main(int argc, char **argv, char **envp)
{
	unsigned processes = (unsigned)number(argc > 2 ? argv[2] : NULL, 2), i;
	unsigned rounds = (unsigned)number(argc > 3 ? argv[3] : NULL, 8), ended = 0;
	int status;

	(void)envp;
	npages = (unsigned long)number(argc > 1 ? argv[1] : NULL, 8) << 8;
	for (i = 0; i < processes; i++) {
		long pid = sys(SYS_fork);

		if (pid == 0)
			exit(worker((void *)(uintptr_t)(i + 1)));
		check(pid > 0, "fork: %ld", pid);
	}
	for (i = 0; i < rounds; i++) {
		off_and_on(i);
		sleep_ms(50);
		while (sys(SYS_waitpid, -1, &status, WNOHANG) > 0) {
			ended++;
			check(status == 0, "worker: %x", status);
		}
	}
	while (ended < processes && wait_for(-1, &status) > 0) {
		ended++;
		check(status == 0, "worker: %x", status);
	}
	expect((long)ended, (long)processes);
	print_file("/proc/swaps", "  ", 9);
	return test_end("swapoffload");
}
