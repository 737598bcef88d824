/*
 * tests/programs/bin/date.c - prints the time, in UTC; +FORMAT as strftime() has it.
 */
#include "util.h"

#include <sys/time.h>
#include <time.h>

int main(int argc, char **argv)
{
	const char *format = "%a %b %e %H:%M:%S UTC %Y";
	struct timeval now;
	char text[256];
	time_t t;

	set_program(argv[0]);
	if (argc > 2 || (argc == 2 && argv[1][0] != '+'))
		usage("date [+FORMAT]");
	if (argc == 2)
		format = argv[1] + 1;
	gettimeofday(&now, NULL);
	t = (time_t)now.tv_sec;
	strftime(text, sizeof(text), format, gmtime(&t));
	puts(text);
	return finish(0);
}
