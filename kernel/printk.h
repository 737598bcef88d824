/*
 * kernel/printk.h - the kernel's messages: log ring, console, panic.
 *
 * printk formats %d %i %u %x %X %p %s %c %ld %lu %lx %lld %llu %llx %zu %%, widths, 0, - and # flags,
 * and %pS (a code address as function+0xoffset). Context: any.
 */
#ifndef KERNEL_PRINTK_H
#define KERNEL_PRINTK_H

#include <stdarg.h>

#include "kernel/types.h"

int printk(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int vsnprintk(char *buf, size_t size, const char *fmt, va_list ap);
int snprintk(char *buf, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Stop the machine with a message, the symbolised call chain and the held locks of every CPU. */
void panic(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Write to port 0xE9 and serial by polling, from a private buffer: the way of every report.
 * Context: any; takes no lock that a task can hold. */
void report(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Keep several lines together: between the two, the other CPUs' reports wait (for a bounded time: an
 * owner that died must not silence the machine), and no interrupt of this CPU comes between. They
 * nest. Context: any; nothing in between may sleep. */
void report_begin(void);
void report_end(void);

#define BUG()	    panic("BUG at %s:%d (%s)", __FILE__, __LINE__, __func__)
#define BUG_ON(c)                                                                                  \
	do {                                                                                       \
		if (unlikely(c))                                                                   \
			panic("BUG: %s at %s:%d (%s)", #c, __FILE__, __LINE__, __func__);         \
	} while (0)

/* The function that holds code address @pc and the offset in it; NULL = not kernel code. */
const char *symbol_lookup(uintptr_t pc, uintptr_t *offset);

#endif
