/*
 * kernel/poll.h - poll and select: waiting for any of several files.
 *
 * A file's poll() method names the wait queue it would wake (poll_wait) and then says what holds
 * right now, in this order. Files without the method are always ready.
 */
#ifndef KERNEL_POLL_H
#define KERNEL_POLL_H

#include "kernel/wait.h"

#define POLLIN	   0x0001u
#define POLLPRI	   0x0002u
#define POLLOUT	   0x0004u
#define POLLERR	   0x0008u
#define POLLHUP	   0x0010u
#define POLLNVAL   0x0020u
#define POLLRDNORM 0x0040u
#define POLLRDBAND 0x0080u
#define POLLWRNORM 0x0100u

struct poll_table;

/* The caller of poll() wants to be woken by @q; once per file and call. A NULL table wants nothing.
 * Context: may be called with sleeping locks held. Locks: takes q->lock. */
void poll_wait(struct poll_table *table, struct wait_queue_head *q);

/* restart_syscall of a poll that was broken off. */
long poll_restart(void);

#endif
