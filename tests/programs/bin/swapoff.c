/*
 * tests/programs/bin/swapoff.c - takes swap areas out of use: everything on them is read back first.
 */
#include "util.h"

#include <linux.h>

int main(int argc, char **argv)
{
	int i, bad = 0;

	set_program(argv[0]);
	if (argc < 2)
		usage("swapoff DEVICE...");
	for (i = 1; i < argc; i++)
		if (swapoff(argv[i])) {
			complain_errno("%s", argv[i]);
			bad = 1;
		}
	return bad;
}
