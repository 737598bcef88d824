/*
 * kernel/log.h - the message log from outside: reading it (dmesg) and writing past it.
 */
#ifndef KERNEL_LOG_H
#define KERNEL_LOG_H

#include "kernel/types.h"

/* Copy the newest messages, at most @size characters, oldest first; returns how many. @buf must be
 * kernel memory. Context: any. Locks: console_lock. */
size_t printk_log_copy(char *buf, size_t size);
/* Copy at most @size characters from position *@pos on (0 = the first ever written; what the ring has
 * lost is skipped), and move *pos behind them. Context and locks as above. */
size_t printk_log_read(size_t *pos, char *buf, size_t size);
/* Write to the ordinary console without logging: the console server's output.
 * Context: any. Locks: console_lock, interrupts off meanwhile. */
void console_write(const char *s, size_t n);
/* Set once a panic has begun: printk then takes no lock and writes like report(). */
extern volatile bool printk_unlocked;

#endif
