/*
 * kernel/watch_picture.h - the reports' pictures: one column per task or CPU, time goes down.
 * Used by kernel/watch_report.c; at most 100 columns of plain ASCII.
 */
#ifndef KERNEL_WATCH_PICTURE_H
#define KERNEL_WATCH_PICTURE_H

#include "kernel/watch.h"
#include "kernel/watch_internal.h"

/* What the tasks of a deadlock took, in the order of time, and what each waits for at last. */
void watch_picture_cycle(const struct wait_cycle *c);
/* The schedule in which an order cycle becomes a deadlock: one CPU for each real edge. */
void watch_picture_order(const struct order_cycle *c);

#endif
