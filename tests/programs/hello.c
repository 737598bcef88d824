/*
 * tests/programs/hello.c - the smallest program: says hello, its arguments, and ends with 0.
 */
#include "lib.h"

int main(int argc, char **argv, char **envp)
{
	int i;

	(void)envp;
	printf("hello from ring 3, pid %ld\n", sys(SYS_getpid));
	for (i = 0; i < argc; i++)
		printf("argv[%d] = %s\n", i, argv[i]);
	return 0;
}
