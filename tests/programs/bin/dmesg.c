/*
 * tests/programs/bin/dmesg.c - prints the kernel's messages.
 */
#include "util.h"

int main(int argc, char **argv)
{
	(void)argc;
	set_program(argv[0]);
	fputs(read_proc("/proc/kmsg"), stdout);
	return finish(0);
}
