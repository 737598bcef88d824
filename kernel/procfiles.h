/*
 * kernel/procfiles.h - read-only text files that the kernel writes when they are opened:
 * /proc/meminfo, swaps, vmstat, cpuinfo, version, files. An extension for tests and people.
 *
 * The text is made once, at open, in a page of its own; reading it twice needs opening it twice.
 */
#ifndef KERNEL_PROCFILES_H
#define KERNEL_PROCFILES_H

#include "mm/file.h"

/* Open the generated file called @name (without "/proc/"). 0 and *out, -ENOENT, -EACCES (for
 * writing), -ENOMEM. Context: may sleep. */
int procfile_open(const char *name, unsigned flags, struct file **out);

#endif
