/*
 * kernel/completion.h - "this has happened": one side waits, the other completes.
 *
 * Safe on the waiter's stack: complete() does not touch it once the waiter can have returned.
 */
#ifndef KERNEL_COMPLETION_H
#define KERNEL_COMPLETION_H

#include "kernel/wait.h"

struct completion {
	unsigned done; /* protected by wait.lock: completions not yet consumed */
	struct wait_queue_head wait;
};

/* @label as in spin_lock_init; may be NULL. Context: any. */
void init_completion(struct completion *c, const char *label);
/* Consume one completion, sleeping until there is one. Context: may sleep. */
void wait_for_completion(struct completion *c);
/* The same, telling the watchers what is behind it, e.g. (WAIT_IO, disk name). */
void wait_for_completion_of(struct completion *c, enum wait_kind kind, const void *what);
/* Let one waiter / every present and future waiter pass. Context: any. */
void complete(struct completion *c);
void complete_all(struct completion *c);

#endif
