/*
 * kernel/format.h - the formatter behind printk, report and snprintk: formats into a sink.
 *
 * Conversions: kernel/printk.h. No allocation, no lock, little stack: usable in any state.
 */
#ifndef KERNEL_FORMAT_H
#define KERNEL_FORMAT_H

#include <stdarg.h>

#include "kernel/types.h"

struct format_sink {
	/* Takes the next @n characters; @s is not terminated. */
	void (*put)(struct format_sink *sink, const char *s, size_t n);
};

/* Format into @sink; returns the number of characters produced. Context: any. */
int format_to(struct format_sink *sink, const char *fmt, va_list ap);

#endif
