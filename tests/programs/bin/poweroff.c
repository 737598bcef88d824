/*
 * tests/programs/bin/poweroff.c - writes everything back and ends the machine, with a status (0).
 */
#include "util.h"

#include <linux.h>

int main(int argc, char **argv)
{
	int status;

	set_program(argv[0]);
	if (argc > 2)
		usage("poweroff [STATUS]");
	status = argc == 2 ? (int)number_arg(argv[1], "status", 0, 255) : 0;
	sync();
	reboot_machine(REBOOT_POWER_OFF, status);
	complain_errno("the kernel refused");
	return 1;
}
