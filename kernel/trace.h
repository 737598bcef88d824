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
	X(SHARED, "shared", "access to a marked word")

enum trace_event {
#define X(id, name, meaning) TE_##id,
	TRACE_EVENTS(X)
#undef X
	NR_TRACE_EVENTS
};

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

static inline void trace(enum trace_event ev, uint32_t obj, uint32_t arg, uintptr_t place)
{
	if (unlikely(trace_mask & (1u << ev)))
		trace_record(ev, obj, arg, place);
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
