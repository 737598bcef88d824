/*
 * tests/programs/bin/copy.h - copying one file or a tree; cp's work, and mv's between file systems.
 */
#ifndef TESTS_PROGRAMS_BIN_COPY_H
#define TESTS_PROGRAMS_BIN_COPY_H

#include <stdbool.h>

/* Copy @from to @to (a name, not a directory to put it in). 0, or 1 after complaining. */
int copy_path(const char *from, const char *to, bool recursive);

#endif
