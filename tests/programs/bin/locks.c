/*
 * tests/programs/bin/locks.c - shows the kernel's classes of locks, and what the watchers have learnt.
 */
#include "util.h"

#include <fcntl.h>

static const char how[] = "locks           classes that were taken, with counts\n"
			  "       locks -a        all classes, with what each protects\n"
			  "       locks -c        only those that somebody had to wait for\n"
			  "       locks -g        the order in which classes are taken: the learnt graph\n"
			  "       locks -w        what the watchers complained about\n"
			  "       locks on|off    watch and count, or not";

static int watch(const char *words)
{
	int fd = open("/proc/watch", O_WRONLY);

	if (fd < 0 || write(fd, words, strlen(words)) < 0) {
		complain_errno("/proc/watch");
		return 1;
	}
	return 0;
}

/* Columns of /proc/locks: class kind taken contended wait protects. */
static void show_classes(bool all, bool contended)
{
	char *line, *next, *text = read_proc("/proc/locks");
	int shown = 0;

	for (line = text; *line; line = next) {
		char class[32], kind[16];
		unsigned long taken, found, wait;
		int at = 0;

		next = strchr(line, '\n');
		if (!next)
			break;
		*next++ = '\0';
		if (line == text) {
			printf("%-20s %-6s %9s %9s %11s%s\n", "CLASS", "KIND", "TAKEN", "CONTENDED",
			       "WAIT(1000)", all ? " PROTECTS" : "");
			continue;
		}
		if (sscanf(line, "%31s %15s %lu %lu %lu %n", class, kind, &taken, &found, &wait, &at) < 5)
			continue;
		if ((contended && !found) || (!all && !taken))
			continue;
		printf("%-20s %-6s %9lu %9lu %11lu%s%s\n", class, kind, taken, found, wait, all ? " " : "",
		       all ? line + at : "");
		shown++;
	}
	if (!shown && !all)
		printf("(nothing was counted; `locks on` begins)\n");
}

static void show_file(const char *path, const char *nothing)
{
	char *text = read_proc(path), *second = strchr(text, '\n');

	if (!text[0] || (second && !second[1] && !strncmp(text, "HELD", 4)))
		printf("%s\n", nothing);
	else
		fputs(text, stdout);
}

int main(int argc, char **argv)
{
	const char *arg = argc > 1 ? argv[1] : "";

	set_program(argv[0]);
	if (argc > 2)
		usage(how);
	if (!strcmp(arg, "on"))
		return watch("order,waits,rules,stats");
	if (!strcmp(arg, "off"))
		return watch("none");
	if (!strcmp(arg, "-g"))
		show_file("/proc/order", "(no order was learnt; `locks on` begins)");
	else if (!strcmp(arg, "-w"))
		show_file("/proc/complaints", "(no complaint)");
	else if (!arg[0] || !strcmp(arg, "-a") || !strcmp(arg, "-c"))
		show_classes(arg[1] == 'a', arg[1] == 'c');
	else
		usage(how);
	return finish(0);
}
