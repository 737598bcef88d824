/*
 * tests/programs/bin/scenarios.c - lists the races and deadlocks that can be replayed step by step.
 */
#include "util.h"

int main(int argc, char **argv)
{
	(void)argc;
	set_program(argv[0]);
	fputs(read_proc("/proc/scenarios"), stdout);
	printf("\nA scenario has a machine to itself. From your own terminal:\n"
	       "  make replay SCENARIO=swapout-deadlock DESIGN=vmlist-held\n"
	       "Here, with real programs: proca & procb (see designs).\n");
	return finish(0);
}
