/*
 * tests/programs/libc/include/utime.h - newlib has the structure only.
 */
#ifndef TESTS_PROGRAMS_LIBC_UTIME_H
#define TESTS_PROGRAMS_LIBC_UTIME_H

#include <sys/utime.h>

int utime(const char *path, const struct utimbuf *times);

#endif
