/*
 * tests/programs/bin/yes.c - prints its argument, or y, until it cannot.
 */
#include "util.h"

int main(int argc, char **argv)
{
	set_program(argv[0]);
	while (printf("%s\n", argc > 1 ? argv[1] : "y") > 0)
		;
	return 1;
}
