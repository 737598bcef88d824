/*
 * tests/programs/bin/seq.c - counts: seq [FIRST [STEP]] LAST.
 */
#include "util.h"

int main(int argc, char **argv)
{
	long first = 1, step = 1, last, i;

	set_program(argv[0]);
	if (argc < 2 || argc > 4)
		usage("seq [FIRST [STEP]] LAST");
	last = number_arg(argv[argc - 1], "number", -2000000000, 2000000000);
	if (argc > 2)
		first = number_arg(argv[1], "number", -2000000000, 2000000000);
	if (argc > 3)
		step = number_arg(argv[2], "number", -1000000, 1000000);
	if (step == 0) {
		complain("a step of 0 does not end");
		return 2;
	}
	for (i = first; step > 0 ? i <= last : i >= last; i += step)
		printf("%ld\n", i);
	return finish(0);
}
