/*
 * kernel/system.h - the system as a whole: what it is called, and how it is ended.
 */
#ifndef KERNEL_SYSTEM_H
#define KERNEL_SYSTEM_H

#include "kernel/types.h"

/* What uname says. */
#define SYSTEM_NAME    "kswapd23"
#define SYSTEM_RELEASE "2.3.30"
#define SYSTEM_VERSION "#1 SMP kswapd23"

/* arch_ticks() when the kernel's first C function ran. Written once by the arch. */
extern uint64_t kernel_entry_ticks;

/* Say so and power off with @status (0 = all well). Context: task. */
void system_end(int status) __attribute__((noreturn));
/* Tasks on the task list, kernel tasks included. Context: any. Locks: takes tasklist_lock. */
int count_tasks(void);

#endif
