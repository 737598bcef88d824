/*
 * tests/programs/bin/sleep.c - waits so many seconds.
 */
#include "util.h"

int main(int argc, char **argv)
{
	unsigned left;

	set_program(argv[0]);
	if (argc != 2)
		usage("sleep SECONDS");
	left = (unsigned)number_arg(argv[1], "number of seconds", 0, 1000000);
	while (left)
		left = sleep(left);
	return 0;
}
