/*
 * tests/programs/libc/include/sys/stat.h - newlib's, and the call that it keeps from targets like ours.
 */
#ifndef TESTS_PROGRAMS_LIBC_SYS_STAT_H
#define TESTS_PROGRAMS_LIBC_SYS_STAT_H

#include_next <sys/stat.h>

int lstat(const char *__restrict path, struct stat *__restrict st);

#endif
