/*
 * tests/programs/bin/ps.c - lists the tasks: what each is, how large, and what it waits for; -k: the kernel's too.
 */
#include "util.h"

/* Columns of /proc/tasks: pid ppid pgrp state size rss utime stime wait name. */
#define COLUMNS 10
#define HZ	100 /* of the times there */

static void show(char **c)
{
	unsigned long ticks = strtoul(c[6], NULL, 10) + strtoul(c[7], NULL, 10);

	printf("%5s %5s %5s %s %7s %6s %3lu:%02lu.%02lu %-18s %s\n", c[0], c[1], c[2], c[3], c[4], c[5],
	       ticks / HZ / 60, ticks / HZ % 60, ticks % HZ, c[8], c[9]);
}

int main(int argc, char **argv)
{
	bool kernel = argc == 2 && !strcmp(argv[1], "-k");
	char *text, *line, *next;

	set_program(argv[0]);
	if (argc > 1 && !kernel)
		usage("ps [-k]");
	text = read_proc("/proc/tasks");
	printf("  PID  PPID  PGRP S    SIZE    RSS      TIME WAITS FOR          NAME\n");
	line = strchr(text, '\n'); /* the headings */
	for (line = line ? line + 1 : text; *line; line = next) {
		char *column[COLUMNS], *p;
		int n = 0;

		next = strchr(line, '\n');
		if (!next)
			break;
		*next++ = '\0';
		for (p = strtok(line, " "); p && n < COLUMNS; p = strtok(NULL, " "))
			column[n++] = p;
		if (n == COLUMNS && (kernel || column[9][0] != '['))
			show(column);
	}
	return finish(0);
}
