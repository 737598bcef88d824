/*
 * tests/programs/bin/free.c - shows how much memory and swap is used, in KB (-m: MB).
 */
#include "util.h"

int main(int argc, char **argv)
{
	long unit = 1, total, unused, cached, swap, swap_free;
	char *text;

	set_program(argv[0]);
	if (argc > 2 || (argc == 2 && strcmp(argv[1], "-m") != 0 && strcmp(argv[1], "-k") != 0))
		usage("free [-k|-m]");
	if (argc == 2 && argv[1][1] == 'm')
		unit = 1024;
	text = read_proc("/proc/meminfo");
	total = proc_number(text, "MemTotal") / unit;
	unused = proc_number(text, "MemFree") / unit;
	cached = proc_number(text, "Cached") / unit;
	swap = proc_number(text, "SwapTotal") / unit;
	swap_free = proc_number(text, "SwapFree") / unit;
	printf("             total       used       free     cached\n");
	printf("Mem:    %10ld %10ld %10ld %10ld\n", total, total - unused, unused, cached);
	printf("Swap:   %10ld %10ld %10ld\n", swap, swap - swap_free, swap_free);
	return finish(0);
}
