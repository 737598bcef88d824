/*
 * tests/programs/bin/designs.c - lists the locking designs this kernel knows; * is the one in force. -h: its known holes.
 */
#include "util.h"

int main(int argc, char **argv)
{
	set_program(argv[0]);
	if (argc > 2 || (argc == 2 && strcmp(argv[1], "-h") != 0))
		usage("designs [-h]");
	fputs(read_proc(argc == 2 ? "/proc/holes" : "/proc/designs"), stdout);
	if (argc == 1)
		printf("\nAnother one is chosen at boot: make bochs CMDLINE=\"design=NAME\"\n");
	return finish(0);
}
