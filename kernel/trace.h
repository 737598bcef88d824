/*
 * kernel/trace.h - the binary trace ring: lock, fault, reclaim, swap, I/O and scheduling events,
 * always compiled in, one test when off. The same events feed the report, replay and the diff.
 *
 * Identity in events is by name and ordinal, never by address: two runs with the same order of
 * events have the same trace hash. DESIGN section 4.
 */
#ifndef KERNEL_TRACE_H
#define KERNEL_TRACE_H

#include "kernel/observe.h"

/* TRACE_EVENT(id, "name", "meaning of obj/arg") */
#define TRACE_EVENTS(X)                                                                            \
	X(LOCK_WANT, "lock.want", "lock")                                                          \
	X(LOCK_GOT, "lock.got", "lock")                                                            \
	X(LOCK_DROP, "lock.drop", "lock")                                                          \
	X(SLEEP, "sleep", "wait kind")                                                             \
	X(WAKE, "wake", "task woken")                                                              \
	X(SWITCH, "switch", "task switched to")                                                    \
	X(MILESTONE, "milestone", "milestone id, object")                                          \
	X(FAULT, "fault", "address, kind")                                                         \
	X(PAGE_OUT, "page.out", "swap entry or file offset")                                       \
	X(PAGE_IN, "page.in", "swap entry or file offset")                                         \
	X(IO, "io", "sector")                                                                      \
	X(SHARED, "shared", "access to a marked word")                                             \
	X(OP_ENTER, "op.enter", "operation: kind << 16 | number; the task's mm")                   \
	X(OP_LEAVE, "op.leave", "operation, result")                                               \
	X(NOTE, "note", "enum trace_note; by that")                                                \
	X(LOCK_INIT, "lock.init", "lock, label")

enum trace_event {
#define X(id, name, meaning) TE_##id,
	TRACE_EVENTS(X)
#undef X
	NR_TRACE_EVENTS
};

/* An *operation* is what the lock diff compares: everything between OP_ENTER and OP_LEAVE of one task,
 * without the operations inside it. The number is a system call's, or 0 but where it says more. */
enum trace_op {
	OP_SYSCALL,
	OP_FAULT,
	OP_RECLAIM, /* a task's try_to_free_pages */
	OP_KSWAPD,  /* one pass */
	OP_EVICT,   /* 0 = an anonymous page, 1 = a file's */
	OP_SHRINK,  /* shrink_mmap */
	OP_EXIT,    /* never leaves */
	OP_IRQ	    /* the vector */
};

enum trace_note {
	NOTE_FAULT, /* arg = enum trace_fault: what the fault in hand turned out to be */
	NOTE_MM,    /* arg = id of an mm being made: locks initialised until NOTE_MM_END are its own */
	NOTE_MM_END,
	NOTE_TASK,  /* arg = label of the task's name */
	NOTE_MEMORY, /* arg = free page frames, place = free swap pages */
	NOTE_MARK   /* arg = label */
};

enum trace_fault { TF_OTHER, TF_ANON, TF_ZERO, TF_COW, TF_SWAP_IN, TF_FILE, TF_PRESENT, TF_STACK };

struct trace_record {
	uint64_t tick;
	uint32_t seq;	/* global order */
	uint16_t pid;
	uint8_t event;	/* enum trace_event */
	uint8_t cpu;
	uint32_t obj;	/* class << 16 | ordinal, or what the event says */
	uint32_t arg;
	uintptr_t place; /* who */
};

/* `trace=` words: "lock", "sched", "mm", "io", "all", "none", separated by commas. 0, or -EINVAL
 * after one clear line. Context: any. */
int trace_setup(const char *words);

/* Record one event; the oldest record is overwritten when the ring is full. Context: any, takes no
 * lock (a slot is claimed atomically). */
void trace_record(enum trace_event ev, uint32_t obj, uint32_t arg, uintptr_t place);

/* The same at a time that was read before. */
void trace_record_at(uint64_t tick, enum trace_event ev, uint32_t obj, uint32_t arg,
		     uintptr_t place);

static inline void trace_at(uint64_t tick, enum trace_event ev, uint32_t obj, uint32_t arg,
			    uintptr_t place)
{
	if (unlikely(trace_mask & (1u << ev)))
		trace_record_at(tick, ev, obj, arg, place);
}

static inline void trace(enum trace_event ev, uint32_t obj, uint32_t arg, uintptr_t place)
{
	if (unlikely(trace_mask & (1u << ev)))
		trace_record(ev, obj, arg, place);
}

/* What a lock event's arg says beyond enum lock_mode, of which it holds the rest. */
#define TRACE_DOWNGRADE 16u /* lock.drop: a writer became a reader */
#define TRACE_HANDED	32u /* lock.drop: given to an I/O, which will release it */

/* The id of the current task's mm, 0 = none (kernel/sched.c). */
uint32_t trace_mm(void);

static inline void trace_op_enter(enum trace_op op, unsigned number, uint32_t mm)
{
	trace(TE_OP_ENTER, (uint32_t)op << 16 | number, mm, 0);
}

static inline void trace_op_leave(enum trace_op op, unsigned number, long result)
{
	trace(TE_OP_LEAVE, (uint32_t)op << 16 | number, (uint32_t)result, 0);
}

static inline void trace_note(enum trace_note note, uint32_t arg, uintptr_t place)
{
	trace(TE_NOTE, note, arg, place);
}

/* A small number for the name of an object ("A", "V"), the same from run to run: names are numbered
 * in the order of their first use. 0 = no name (NULL, or the table is full). */
uint32_t trace_label(const char *label);
const char *trace_label_text(uint32_t id); /* "" for 0 */

/* Remember how the lock (class << 16 | ordinal) is called, for pictures made from the ring. */
void trace_name_object(uint32_t obj, const char *label);
/* "vmlist lock(A)" for a lock event's obj; returns @buf. */
const char *trace_object_name(uint32_t obj, char *buf, size_t size);

/* Forget all records and start the hash again: a new run begins. */
void trace_reset(void);
/* A 64-bit hash over (pid, event, obj, arg) of every event recorded since trace_reset(), in order,
 * overwritten ones included. Never over addresses or ticks: same order of events, same hash. */
uint64_t trace_hash(void);
/* How many were recorded, and how many of those were overwritten. */
uint32_t trace_count(void);
uint32_t trace_lost(void);
/* The @back-th newest record (0 = newest), or NULL when there is none. */
const struct trace_record *trace_last(uint32_t back);
/* The last @n records as text, oldest first, with report(). */
void trace_print(unsigned n);

#endif
