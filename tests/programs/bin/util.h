/*
 * tests/programs/bin/util.h - what the programs of /bin share: complaints, reading, numbers.
 */
#ifndef TESTS_PROGRAMS_BIN_UTIL_H
#define TESTS_PROGRAMS_BIN_UTIL_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Call first: remembers what the program is called. */
void set_program(const char *argv0);
/* "NAME: message" to stderr; complain_errno adds ": " and what errno means. */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void complain_errno(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* "usage: TEXT" to stderr, and exit with 2. */
void usage(const char *text) __attribute__((noreturn));
/* Flush stdout; the exit status: @status, or 1 when output was lost (it says so). */
int finish(int status);

/* The whole of @fd or of @path ("-" is standard input), terminated; the caller frees it.
 * NULL and errno. */
char *read_fd(int fd, size_t *length);
char *read_path(const char *path, size_t *length);
/* A small text of /proc, or exit with a complaint. */
char *read_proc(const char *path);
/* The number behind @name in a text of lines `NAME VALUE` or `NAME: VALUE`; -1 = not there. */
long proc_number(const char *text, const char *name);
/* Open for reading, "-" is standard input; complains. -1 = could not. */
int open_input(const char *path);
/* Write all of it. 0, or -1 and errno. */
int write_all(int fd, const void *buf, size_t n);
/* A decimal number in the range, or exit 2 with a complaint that names @what. */
long number_arg(const char *text, const char *what, long min, long max);
/* "-12" as "-n12", which is what it has always meant to head and tail; anything else, NULL too, as it is. */
char *count_option(char *arg);
/* "/a/b/" -> "b" (in place: trailing slashes are cut). */
char *base_name(char *path);
/* "DIR/NAME", malloc'ed; exits when there is no memory. */
char *join_path(const char *dir, const char *name);
/* malloc and realloc that exit with a complaint. */
void *must_alloc(void *old, size_t size);

#endif
