/*
 * kernel/cmdline.h - the kernel command line: `name=value` words, checked against a list.
 *
 * An option that is not in the list is refused in one line that names it (a misspelt `desing=`
 * must not silently run the default). A bare word is an option with the value "1".
 */
#ifndef KERNEL_CMDLINE_H
#define KERNEL_CMDLINE_H

#include "kernel/types.h"

/* Parse and keep a copy of @line (NULL = empty). false = refused; cmdline_error() says why. */
bool cmdline_parse(const char *line);
const char *cmdline_error(void);
/* The value of @name, or NULL when it was not given. @name must be in the list (else panic). */
const char *cmdline_get(const char *name);
/* The value as a number (decimal, 0x hex), @def when not given or not a number. */
long cmdline_long(const char *name, long def);
/* What was given, as one line of `name=value` words. */
const char *cmdline_text(void);
/* All known options, one per call; NULL after the last. For help and error texts. */
const char *cmdline_known(unsigned n, const char **help);

#endif
