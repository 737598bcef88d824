/*
 * kernel/procfiles.h - text files that the kernel writes when they are opened: /proc/meminfo, swaps,
 * vmstat, tasks, locks, order, watch, designs ... (the table in procfiles.c). For tests and people.
 *
 * The text is made once, at open, in pages of its own; reading it anew needs opening it anew. All are
 * read-only but /proc/watch, which takes the words of `watch=`.
 */
#ifndef KERNEL_PROCFILES_H
#define KERNEL_PROCFILES_H

#include "mm/file.h"

/* Open the generated file called @name (without "/proc/"). 0 and *out, -ENOENT, -EACCES (for
 * writing), -ENOMEM. Context: may sleep. */
int procfile_open(const char *name, unsigned flags, struct file **out);
/* The name of the nth, NULL after the last. */
const char *procfile_nth(unsigned n);

#endif
