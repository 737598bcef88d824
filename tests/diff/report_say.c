/*
 * tests/diff/report_say.c - how the sequences' code (tests/diff/lockdiff.h), which the report shares with
 * lockdiff, says that something is wrong when it runs inside the report.
 */
#include <stdarg.h>

#include "tests/diff/lockdiff.h"

int say_error(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "report: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return 2;
}
