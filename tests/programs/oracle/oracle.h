/*
 * tests/programs/oracle/oracle.h - what the oracle's programs share.
 *
 * Each prints what the C library and the kernel below it do; the same executable prints the same on Linux.
 * So nothing here prints a pid, an address or a time.
 */
#ifndef TESTS_PROGRAMS_ORACLE_H
#define TESTS_PROGRAMS_ORACLE_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "what: 0" or "what: -1 (No such file or directory)" */
#define SHOW(call) show(#call, (long)(call))
static inline void show(const char *what, long result)
{
	if (result == -1)
		printf("%s: -1 (%s)\n", what, strerror(errno));
	else
		printf("%s: %ld\n", what, result);
}

#endif
