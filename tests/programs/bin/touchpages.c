/*
 * tests/programs/bin/touchpages.c - touches so many pages so often, and says what the VM had to do for it.
 */
#include "util.h"

#define PAGE 4096u

static const char *const counters[] = { "faults", "faults_major", "pswpin", "pswpout", "steals" };
#define NR_COUNTERS (int)(sizeof(counters) / sizeof(counters[0]))

static void read_counters(long *values)
{
	char *text = read_proc("/proc/vmstat");
	int i;

	for (i = 0; i < NR_COUNTERS; i++)
		values[i] = proc_number(text, counters[i]);
	free(text);
}

int main(int argc, char **argv)
{
	long before[NR_COUNTERS], after[NR_COUNTERS], pages, times = 1, t, i;
	bool at_random;
	uint32_t seed = 1;
	char *memory;

	set_program(argv[0]);
	if (argc < 2 || argc > 4 || (argc == 4 && strcmp(argv[3], "random") != 0))
		usage("touchpages PAGES [TIMES [random]]");
	pages = number_arg(argv[1], "number of pages", 1, 262144);
	if (argc > 2)
		times = number_arg(argv[2], "number of times", 1, 1000000);
	at_random = argc == 4;
	memory = malloc((size_t)pages * PAGE);
	if (!memory) {
		complain_errno("no memory for %ld pages", pages);
		return 1;
	}
	read_counters(before);
	for (t = 0; t < times; t++)
		for (i = 0; i < pages; i++) {
			long at = i;

			if (at_random) {
				seed = seed * 1664525u + 1013904223u;
				at = (long)((seed >> 8) % (uint32_t)pages);
			}
			memory[(size_t)at * PAGE]++;
		}
	read_counters(after);
	printf("%ld touches:", times * pages);
	for (i = 0; i < NR_COUNTERS; i++)
		printf("  %s %ld", counters[i], after[i] - before[i]);
	putchar('\n');
	return finish(0);
}
