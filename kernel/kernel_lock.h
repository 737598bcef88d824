/*
 * kernel/kernel_lock.h - the big kernel lock of 1999: recursive, and dropped while its holder
 * sleeps.
 *
 * Interface: lock_kernel / unlock_kernel nest; schedule() releases it whatever the depth and takes
 * it again before it returns, so everything it protects may change over any call that may sleep.
 * Invariants: current->lock_depth >= 0 means "held, or to be held again when schedule() returns".
 */
#ifndef KERNEL_KERNEL_LOCK_H
#define KERNEL_KERNEL_LOCK_H

#include "kernel/lock.h"

/* Context: a task, no spin lock held, may spin (other spin locks must be taken inside it, never
 * outside). Locks: takes / drops kernel_lock. */
void lock_kernel(void);
void unlock_kernel(void);
/* True when the current task holds it. */
bool kernel_locked(void);

/* For schedule() only: give it up whatever the depth, and take it again. The place where it was
 * taken goes through schedule()'s hands; 0 = it was not held. */
uintptr_t release_kernel_lock(void);
void reacquire_kernel_lock(uintptr_t place);

/* Its identity, for assertions and watchers: lock_assert_held(kernel_lock_info()). */
struct lock_info *kernel_lock_info(void);

#endif
