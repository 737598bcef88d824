/*
 * tests/programs/bin/env.c - prints the environment, or runs a program in a changed one.
 */
#include "util.h"

extern char **environ;

int main(int argc, char **argv)
{
	int i = 1;

	set_program(argv[0]);
	for (; i < argc && strchr(argv[i], '='); i++) {
		char *value = strchr(argv[i], '=');

		*value++ = '\0';
		setenv(argv[i], value, 1);
	}
	if (i < argc) {
		execvp(argv[i], argv + i);
		complain_errno("%s", argv[i]);
		return errno == ENOENT ? 127 : 126;
	}
	for (i = 0; environ[i]; i++)
		puts(environ[i]);
	return finish(0);
}
