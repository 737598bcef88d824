/*
 * kernel/sync.h - sync points and milestones: the places where the order of tasks can matter.
 *
 * A *sync point* is passed before a lock is taken, after it is released, at sleep, wake-up and I/O
 * completion, and at accesses marked shared_read() / shared_write(). Lock primitives pass theirs by
 * themselves (leaf classes pass none). Under the controlled scheduler (kernel/control.h) one task
 * runs between two sync points; otherwise a sync point is one test of a flag.
 * A *milestone* is a named event of the shared VM code that no design renames; stories are partial
 * orders of milestones. DESIGN section 5.
 */
#ifndef KERNEL_SYNC_H
#define KERNEL_SYNC_H

#include "kernel/trace.h"
#include "kernel/types.h"

enum sync_kind {
	SP_LOCK,     /* about to take; obj = lock_info */
	SP_UNLOCK,   /* just released; obj = lock_info */
	SP_TRYLOCK,
	SP_SLEEP,    /* about to block in schedule() */
	SP_WAKE,     /* just woke somebody */
	SP_IO_SUBMIT,
	SP_IO_DONE,
	SP_READ,     /* shared_read */
	SP_WRITE,    /* shared_write */
	SP_MILESTONE,
	SP_START,    /* a controlled task's first step */
	SP_END,
	NR_SYNC_KINDS
};

/* MILESTONE(id, "name", object) */
#define MILESTONES(X)                                                                              \
	X(FAULT_ENTER, "fault.enter", "mm")                                                        \
	X(FAULT_LEAVE, "fault.leave", "mm")                                                        \
	X(ALLOC_SHORT, "alloc.short", "")                                                          \
	X(STEAL_PICK, "steal.pick", "mm")                                                          \
	X(WALK_ENTER, "walk.enter", "mm")                                                          \
	X(WALK_LEAVE, "walk.leave", "mm")                                                          \
	X(EVICT_ENTER, "evict.enter", "vma")                                                       \
	X(EVICT_LEAVE, "evict.leave", "vma")                                                       \
	X(METHOD_ENTER, "method.enter", "which")                                                   \
	X(METHOD_LEAVE, "method.leave", "which")                                                   \
	X(DRV_LOCK, "drv.lock", "lock")                                                            \
	X(DRV_UNLOCK, "drv.unlock", "lock")                                                        \
	X(LIST_CHANGE_ENTER, "list.change.enter", "mm")                                            \
	X(LIST_CHANGE_LEAVE, "list.change.leave", "mm")                                            \
	X(IO_SUBMIT, "io.submit", "disk")                                                          \
	X(IO_DONE, "io.done", "disk")                                                              \
	X(TASK_END, "task.end", "")

enum milestone {
#define X(id, name, object) MS_##id,
	MILESTONES(X)
#undef X
	NR_MILESTONES
};

void ctl_point(enum sync_kind kind, const void *obj, uintptr_t place);
/* @label names the object for people and stories: an mm's name, a lock's label; may be NULL. */
void ctl_milestone(enum milestone m, const char *label);

static inline void sync_point(enum sync_kind kind, const volatile void *obj)
{
	if (unlikely(ctl_active))
		ctl_point(kind, (const void *)obj, CALLER_PLACE());
}

static inline void milestone(enum milestone m, const char *label)
{
	if (!observed())
		return;
	if (trace_mask & (1u << TE_MILESTONE))
		trace_record(TE_MILESTONE, (uint32_t)m, trace_label(label), CALLER_PLACE());
	if (ctl_active)
		ctl_milestone(m, label);
}

/* Accesses to shared words that no lock orders. */
#define shared_read(x)	   (sync_point(SP_READ, &(x)), __atomic_load_n(&(x), __ATOMIC_RELAXED))
#define shared_write(x, v) (sync_point(SP_WRITE, &(x)), __atomic_store_n(&(x), (v), __ATOMIC_RELAXED))

#endif
