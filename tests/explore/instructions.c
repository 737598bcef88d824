/*
 * tests/explore/instructions.c - how many instructions this process has executed, where the host counts them.
 *
 * Interface: instructions_begin(), once; instructions(): so far, 0 = this host does not tell (no counter in a
 * virtual machine, or no permission). Nothing depends on it but what is printed.
 */
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/explore/search.h"

static int counter = -1;

void instructions_begin(void)
{
	struct perf_event_attr what;

	memset(&what, 0, sizeof(what));
	what.type = PERF_TYPE_HARDWARE;
	what.size = sizeof(what);
	what.config = PERF_COUNT_HW_INSTRUCTIONS;
	what.exclude_kernel = 1;
	what.exclude_hv = 1;
	counter = (int)syscall(SYS_perf_event_open, &what, 0, -1, -1, 0);
}

uint64_t instructions(void)
{
	uint64_t n = 0;

	if (counter < 0 || read(counter, &n, sizeof(n)) != sizeof(n))
		return 0;
	return n;
}
