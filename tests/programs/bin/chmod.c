/*
 * tests/programs/bin/chmod.c - sets the permissions of files, given in octal.
 */
#include "util.h"

#include <sys/stat.h>

int main(int argc, char **argv)
{
	unsigned long mode;
	char *end;
	int i, bad = 0;

	set_program(argv[0]);
	if (argc < 3)
		usage("chmod MODE FILE...");
	mode = strtoul(argv[1], &end, 8);
	if (end == argv[1] || *end || mode > 07777) {
		complain("%s: not an octal mode", argv[1]);
		return 2;
	}
	for (i = 2; i < argc; i++)
		if (chmod(argv[i], (mode_t)mode)) {
			complain_errno("%s", argv[i]);
			bad = 1;
		}
	return bad;
}
