/*
 * tests/programs/bin/echo.c - prints its arguments; -n: without the newline.
 */
#include "util.h"

int main(int argc, char **argv)
{
	int i = 1;
	bool newline = true;

	set_program(argv[0]);
	if (argc > 1 && !strcmp(argv[1], "-n")) {
		newline = false;
		i++;
	}
	for (; i < argc; i++)
		printf("%s%s", argv[i], i + 1 < argc ? " " : "");
	if (newline)
		putchar('\n');
	return finish(0);
}
