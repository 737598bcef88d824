/*
 * tests/programs/bin/rmdir.c - removes empty directories.
 */
#include "util.h"

int main(int argc, char **argv)
{
	int i, bad = 0;

	set_program(argv[0]);
	if (argc < 2)
		usage("rmdir DIRECTORY...");
	for (i = 1; i < argc; i++)
		if (rmdir(argv[i])) {
			complain_errno("cannot remove '%s'", argv[i]);
			bad = 1;
		}
	return bad;
}
