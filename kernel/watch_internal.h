/* kernel/watch_internal.h - what the files of the watcher tell each other; nobody else includes
 * it. */
#ifndef KERNEL_WATCH_INTERNAL_H
#define KERNEL_WATCH_INTERNAL_H

#include "kernel/lock.h"
#include "kernel/task.h"

#define ORDER_CYCLE_MAX	 12
#define ORDER_NAME_LEN	 28

/* One edge of the order graph, as it was first seen. */
struct order_edge {
	uint8_t from, to; /* enum lock_class_id */
	uint8_t variant;  /* readers; see watch_order.c */
	int pid;
	char comm[16];
	uintptr_t held_place, want_place;
	char from_name[ORDER_NAME_LEN], to_name[ORDER_NAME_LEN];
};

/* edge[0] is the new one: edge[i].to == edge[i + 1].from, and the last leads back to
 * edge[0].from. */
struct order_cycle {
	int n;
	struct order_edge edge[ORDER_CYCLE_MAX];
};

/* watch_order.c */
void watch_order_want(struct lock_info *li, unsigned mode, uintptr_t place);
void watch_order_reset(void);
/* watch_waits.c */
void watch_waits_reset(void);
/* Around each look at the task list without tasklist_lock; nests. Context: any that does not sleep until the end. */
void watch_look_begin(void);
void watch_look_end(void);
/* The key of a deadlock's complaint: the classes in it. */
void watch_cycle_key(const struct wait_cycle *c, char *buf, size_t size);
/* watch_rules.c */
/* Does the current task hold a lock of this class? */
bool watch_holds_class(unsigned class_id);
void rule_check_reclaim(uintptr_t place); /* rule 4 of 1999, 7 of 2024 */
/* @li is about to be waited for: rule 5 of 1999, 4 and 6 of 2024 */
void rule_check_want(struct lock_info *li, unsigned mode, uintptr_t place);
/* watch_report.c */
void watch_report_order(const struct order_cycle *c, const char *key);
/* @what: "wants a second lock of one class"; @meaning: a sentence or two. */
void watch_report_pair(const char *what, const struct held_lock *h, const struct lock_info *li,
		       uintptr_t place, const char *meaning);
void watch_report_rule(const char *name, const char *asks, const char *wrong, const char *cond,
		       const char *func, uintptr_t place);

/* kernel/control.c: the call chain of a controlled task that waits for the baton on its CPU; 0 = it
 * does not, ask the arch. */
int ctl_backtrace(struct task_struct *t, uintptr_t *pcs, int max);

#endif
