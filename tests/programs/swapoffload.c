/*
 * tests/programs/swapoffload.c - swap areas switched off and on while processes work with more
 * memory than there is: nothing they wrote may be lost.
 *
 * swapoffload [MEGABYTES [PROCESSES [TURNS]]]: each of the processes goes TURNS times over its
 * MEGABYTES of memory; until the last has ended, one area after the other is switched off and on
 * again.
 */
#include "lib.h"

static const char *const areas[] = { "/dev/hdb1", "/dev/hdb2", "/dev/hdb3", "/dev/hdb4" };

static unsigned long npages;
static unsigned turns;

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
	for (turn = 0; turn < turns; turn++) {
		for (page = 0; page < npages; page++) {
			uint32_t *w = p + page * 1024;

			if (page % 64 == 0) /* all at the same time, not one after the other */
				sys(SYS_sched_yield);
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

/* Pages that an area gave back, from its line of /proc/swaps: name, KB, used. */
static long used_kb(const char *area)
{
	static char text[2048];
	const char *line = text;
	const char *name = area + 5; /* without "/dev/" */

	if (read_file("/proc/swaps", text, sizeof(text)) < 0)
		return -1;
	while ((line = strchr(line, '\n'))) {
		long field = 0, value[2] = { 0, 0 };

		while (*line == '\n' || *line == ' ')
			line++;
		if (strncmp(line, name, strlen(name)) != 0)
			continue;
		for (line += strlen(name); *line && *line != '\n' && field < 2; field++) {
			while (*line == ' ')
				line++;
			while (*line >= '0' && *line <= '9')
				value[field] = value[field] * 10 + (*line++ - '0');
		}
		return value[1];
	}
	return 0;
}

static unsigned rounds, refused;
static long moved_kb;

static void off_and_on(void)
{
	const char *area = areas[rounds++ % 4];
	long used = used_kb(area), r = sys(SYS_swapoff, area);

	check(r == 0 || r == -ENOMEM || r == -EINVAL, "swapoff %s: %ld", area, r);
	if (r == 0) {
		moved_kb += used;
		expect(sys(SYS_swapon, area, 0), 0);
	} else {
		refused++;
	}
}

int main(int argc, char **argv, char **envp)
{
	unsigned processes = (unsigned)number(argc > 2 ? argv[2] : NULL, 2), i;
	unsigned ended = 0;
	int status;

	(void)envp;
	npages = (unsigned long)number(argc > 1 ? argv[1] : NULL, 16) << 8;
	turns = (unsigned)number(argc > 3 ? argv[3] : NULL, 6);
	for (i = 0; i < processes; i++) {
		long pid = sys(SYS_fork);

		if (pid == 0)
			exit(worker((void *)(uintptr_t)(i + 1)));
		check(pid > 0, "fork: %ld", pid);
	}
	while (ended < processes) {
		off_and_on();
		sleep_ms(200); /* let them work in between */
		while (sys(SYS_waitpid, -1, &status, WNOHANG) > 0) {
			ended++;
			check(status == 0, "worker: %x", status);
		}
	}
	printf("swapoffload: %u times off and on, %ld KB in use then, %u times refused\n",
	       rounds - refused, moved_kb, refused);
	expect((long)ended, (long)processes);
	print_file("/proc/swaps", "  ", 9);
	return test_end("swapoffload");
}
