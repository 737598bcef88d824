/*
 * kernel/procfiles_internal.h - what the files that write /proc share; nobody else includes it.
 *
 * A text is made in pages that were allocated before its writer runs, so a writer may hold spin
 * locks. What does not fit is cut off.
 */
#ifndef KERNEL_PROCFILES_INTERNAL_H
#define KERNEL_PROCFILES_INTERNAL_H

#include "kernel/types.h"

#define TEXT_PAGES 8

struct text {
	size_t len;
	unsigned npages;
	char *page[TEXT_PAGES];
	int (*set)(const char *words); /* NULL = read-only */
};

/* Append; at most 255 characters a call. Context: any. */
void text_add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* procfiles_tasks.c */
void write_tasks(struct text *t);
/* procfiles_locks.c */
void write_locks(struct text *t);
void write_lock_waits(struct text *t);
void write_order(struct text *t);
void write_watch(struct text *t);
/* procfiles_lockstat.c; the word "0" clears. */
void write_lock_stat(struct text *t);
int set_lock_stat(const char *words);
/* What was written to /proc/watch. 0 or -EINVAL. */
int set_watch(const char *words);
void write_designs(struct text *t);
void write_scenarios(struct text *t);
void write_holes(struct text *t);

#endif
