/*
 * tests/programs/bin/cmp.c - compares two files byte by byte: silent and 0 when they are equal.
 */
#include "util.h"

int main(int argc, char **argv)
{
	FILE *a, *b;
	unsigned long at = 1, line = 1;
	int x, y;

	set_program(argv[0]);
	if (argc != 3)
		usage("cmp FILE FILE");
	a = fopen(argv[1], "rb");
	b = a ? fopen(argv[2], "rb") : NULL;
	if (!b) {
		complain_errno("%s", a ? argv[2] : argv[1]);
		return 2;
	}
	for (;; at++) {
		x = getc(a);
		y = getc(b);
		if (x != y || x == EOF)
			break;
		line += x == '\n';
	}
	if (x == y)
		return 0;
	if (x == EOF || y == EOF)
		complain("EOF on %s after byte %lu", x == EOF ? argv[1] : argv[2], at - 1);
	else
		printf("%s %s differ: byte %lu, line %lu\n", argv[1], argv[2], at, line);
	fflush(stdout);
	return 1;
}
