/*
 * tests/programs/bin/uniq.c - drops lines that equal the one before; -c: says how many there were.
 */
#include "util.h"

/* A line without its newline, malloc'ed; NULL = no more. */
static char *next_line(void)
{
	size_t n = 0, size = 128;
	char *line;
	int c = getchar();

	if (c == EOF)
		return NULL;
	line = must_alloc(NULL, size);
	for (; c != EOF && c != '\n'; c = getchar()) {
		if (n + 2 > size)
			line = must_alloc(line, size *= 2);
		line[n++] = (char)c;
	}
	line[n] = '\0';
	return line;
}

int main(int argc, char **argv)
{
	bool counts = argc == 2 && !strcmp(argv[1], "-c");
	char *last, *line;
	unsigned long n = 1;

	set_program(argv[0]);
	if (argc > 1 && !counts)
		usage("uniq [-c]");
	for (last = next_line(); last; last = line) {
		line = next_line();
		if (line && !strcmp(line, last)) {
			n++;
			free(last);
			continue;
		}
		if (counts)
			printf("%7lu ", n);
		puts(last);
		free(last);
		n = 1;
	}
	return finish(0);
}
