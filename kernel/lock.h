/*
 * kernel/lock.h - what all locks have in common: identity, owner, the place where taken, and the
 * per-task record of held and wanted locks from which reports and watchers are made.
 *
 * Every primitive (kernel/spinlock.h, semaphore.h, rwsem.h, kernel_lock.h, the page lock of
 * mm/page.h) embeds a struct lock_info and calls, in this order,
 *   lock_want()      before it may wait    -> sync point, `order` watcher
 *   lock_contended() once, when it finds the lock taken -> trace, statistics
 *   lock_waiting()   each time it goes to sleep, or has spun for long -> `waits` watcher
 *   lock_got()       once it owns the lock -> held record, trace
 *   lock_dropped()   right before it gives the lock back -> held record, trace
 *   lock_released()  right after that -> sync point (the lock's memory may be gone by then)
 * Realises DESIGN section 4.
 */
#ifndef KERNEL_LOCK_H
#define KERNEL_LOCK_H

#include "kernel/types.h"

enum lock_class_id {
#define LOCK_CLASS(id, name, kind, leaf, protects, why) LC_##id,
#include "kernel/lock_classes.h"
	NR_LOCK_CLASSES
};

enum lock_kind { LK_SPIN, LK_SEM, LK_RWSEM, LK_BKL, LK_PAGE, LK_PSEUDO };

struct lock_class {
	const char *name;
	enum lock_kind kind;
	bool leaf;
	const char *protects, *why;
};

extern const struct lock_class lock_classes[NR_LOCK_CLASSES];

enum lock_mode { LOCK_WRITE, LOCK_READ, LOCK_TRY = 4 /* or-ed in: a try-lock, makes no edge into it */ };
#define LOCK_TAKEN 8 /* in events only: it was found taken */

struct task_struct;

/* One lock. @label names the instance for people ("A" in "vmlist lock(A)"); NULL = use ordinal. */
struct lock_info {
	uint8_t class_id;     /* enum lock_class_id */
	uint8_t role : 4;     /* ROLE_* bits, 0 after lock_info_init; set by the lock's user */
	uint8_t last_cpu : 4; /* 1 + the CPU that had it last, 0 = none; kernel/lockcost.h only */
	uint16_t ordinal;     /* nth lock of its class since boot; stable from run to run */
	const char *label;
	struct task_struct *owner; /* exclusive owner, NULL if free or shared; written by the owner */
	uintptr_t place;	   /* where the owner took it */
};

/* What a lock is, beyond its class; the watchers ask. */
#define ROLE_VMLIST	    1 /* plays the vmlist lock of an mm in the design in force (1999's rules 4, 5) */
#define ROLE_MAY_NEST	    2 /* two of its class may be held at once: somebody orders them */
#define ROLE_STARVES_WRITERS 4 /* readers are let in past a waiting writer, so readers never deadlock */

void lock_info_init(struct lock_info *li, enum lock_class_id class_id, const char *label);

#define MAX_HELD_LOCKS 24

struct held_lock {
	struct lock_info *lock;
	uint8_t mode; /* LOCK_READ or LOCK_WRITE, maybe | LOCK_TRY */
	uint16_t depth; /* recursion (kernel_lock only), else 1 */
	uintptr_t place;
	uint64_t since; /* arch_ticks() when taken */
};

/* What a task waits for right now; the edges of the wait-for graph. Private to the task, read by
 * the watcher while the task is stuck. */
enum wait_kind { WAIT_NONE, WAIT_LOCK, WAIT_CALL, WAIT_PORT, WAIT_IO, WAIT_CHILD, WAIT_EVENT, WAIT_TIMER };

/* The lock that a task wants, and found taken, and when; from then until it has it. A spin lock's waiter puts back
 * what stood there, for it may be an interrupt inside such a wait. */
struct lock_wait {
	const struct lock_info *lock; /* NULL = none */
	uint64_t since;
	uint64_t wanted; /* when it wanted its last lock */
};

struct wait_for {
	enum wait_kind kind;
	uint8_t mode;	  /* lock mode wanted */
	const void *what; /* lock_info, port, disk, wait queue ... by kind */
	uintptr_t place;
	uint64_t since;
	int nheld; /* locks held when the wait began; those above are an interrupt's, or transient */
};

/* The lock protocol above. @place is the caller's return address. Context: any; take no lock. */
void lock_want(struct lock_info *li, unsigned mode, uintptr_t place);
void lock_contended(struct lock_info *li, unsigned mode, uintptr_t place);
void lock_waiting(struct lock_info *li, unsigned mode, uintptr_t place);
void lock_got(struct lock_info *li, unsigned mode, uintptr_t place);
void lock_dropped(struct lock_info *li, uintptr_t place);
void lock_released(struct lock_info *li, uintptr_t place);
/* The current task, which holds it for writing, holds it for reading from now on. */
void lock_downgraded(struct lock_info *li, uintptr_t place);
/* The current task gives a lock it holds to somebody who is no task (a page lock to the I/O that
 * will release it): its held record goes, owner becomes NULL, the lock stays taken. */
void lock_handed_over(struct lock_info *li);
/* The same from one task to another that is not running: runqueue_lock over a task switch. */
void lock_move(struct lock_info *li, struct task_struct *from, struct task_struct *to);
/* True for classes whose critical sections hold no sync point and therefore pass none themselves:
 * the leaves, and wait queues and ports, inside which only runqueue_lock is taken. */
bool lock_is_quiet(const struct lock_info *li);
/* The current task's record of @li, or NULL when it does not hold it. */
struct held_lock *lock_held_by_current(const struct lock_info *li);
/* The number of spin locks (not kernel_lock) the current task holds: 0 = it may sleep. */
int spinlocks_held(void);

/* Assertions that restate contracts; they stay on. */
void lock_assert_failed(const struct lock_info *li, bool held, const char *expr, const char *func)
	__attribute__((noreturn));
#define lock_assert_held(li)                                                                       \
	((lock_held_by_current(li)) ? (void)0 : lock_assert_failed((li), true, #li, __func__))
#define lock_assert_not_held(li)                                                                   \
	((!lock_held_by_current(li)) ? (void)0 : lock_assert_failed((li), false, #li, __func__))
/* "may sleep here": no spin lock held, interrupts on, not in an interrupt. Panics otherwise, naming
 * the lock and the place that took it. */
void might_sleep(void);
/* The same inside a primitive: @place is its caller's, who is named. */
void might_sleep_at(uintptr_t place);

/* "vmlist lock(A)" or "page_table_lock#3"; returns @buf. */
const char *lock_name(const struct lock_info *li, char *buf, size_t size);

#endif
