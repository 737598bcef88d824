/*
 * tests/programs/bin/vmstat.c - shows what the VM does: once, or every so many seconds.
 */
#include "util.h"

/* What a row is made of: the names in /proc/vmstat, and how much of each since the last row. */
static const char *const counters[] = { "pswpin", "pswpout", "faults", "faults_major", "steals", "scans",
					"method_calls" };
#define NR_COUNTERS (int)(sizeof(counters) / sizeof(counters[0]))

static void headings(void)
{
	printf("  tasks    free   cache    swap     si     so  faults  major steals  scans methods\n");
}

static void row(long *last, long seconds)
{
	char *vmstat = read_proc("/proc/vmstat"), *meminfo = read_proc("/proc/meminfo");
	long now[NR_COUNTERS];
	int i;

	printf("%7ld %7ld %7ld %7ld", proc_number(vmstat, "tasks"), proc_number(meminfo, "MemFree"),
	       proc_number(meminfo, "Cached"),
	       proc_number(meminfo, "SwapTotal") - proc_number(meminfo, "SwapFree"));
	for (i = 0; i < NR_COUNTERS; i++) {
		now[i] = proc_number(vmstat, counters[i]);
		printf(i == 2 || i == 6 ? " %7ld" : " %6ld", (now[i] - last[i]) / seconds);
		last[i] = now[i];
	}
	putchar('\n');
	fflush(stdout);
	free(vmstat);
	free(meminfo);
}

int main(int argc, char **argv)
{
	long last[NR_COUNTERS] = { 0 }, delay = 0, count = 1, i;

	set_program(argv[0]);
	if (argc > 3)
		usage("vmstat [SECONDS [COUNT]]");
	if (argc > 1) {
		delay = number_arg(argv[1], "number of seconds", 1, 3600);
		count = argc > 2 ? number_arg(argv[2], "number of rows", 1, 1000000) : 0;
	}
	for (i = 0; !count || i < count; i++) {
		if (i)
			sleep((unsigned)delay);
		if (i % 20 == 0)
			headings();
		row(last, i ? delay : 1); /* the first row: since the machine was started */
	}
	return finish(0);
}
