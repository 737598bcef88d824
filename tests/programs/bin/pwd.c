/*
 * tests/programs/bin/pwd.c - prints the current directory.
 */
#include "util.h"

int main(int argc, char **argv)
{
	char path[1024];

	(void)argc;
	set_program(argv[0]);
	if (!getcwd(path, sizeof(path))) {
		complain_errno("cannot tell");
		return 1;
	}
	puts(path);
	return finish(0);
}
