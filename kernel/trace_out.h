/*
 * kernel/trace_out.h - the trace that leaves the machine: every event of a run, none lost.
 *
 * `tracefile=hdb:SECTOR` on the command line. While the machine runs, events are gathered in memory that
 * the VM does not manage: what the machine has beyond `mem=`. When it ends they are written, by polling,
 * to the raw sectors of that disk, behind a head (kernel/trace_format.h). Nothing is written while the
 * workload runs, so a record costs its stores and no more. When that memory is full, further events are
 * counted as lost, and the tools refuse the trace.
 *
 * Recording starts with the first program, or with a scenario's run (trace_out_start), and ends when the
 * machine is told to end.
 */
#ifndef KERNEL_TRACE_OUT_H
#define KERNEL_TRACE_OUT_H

#include "kernel/trace.h"
#include "kernel/trace_format.h"

extern bool trace_out_on; /* records go to the trace's memory, not to the ring */

static inline bool trace_out_running(void)
{
	return unlikely(trace_out_on);
}

extern const char *trace_design_name; /* set by who chooses the design */

/* Boot: @where is the value of `tracefile=`; [@start, @end) is memory for it, which nobody else uses.
 * 0, or -EINVAL after one clear line. `trace=` says which events; without it, all. */
int trace_out_setup(const char *where, paddr_t start, paddr_t end);
/* From here on; what was gathered before is forgotten. Nothing without trace_out_setup().
 * Context: any. */
void trace_out_start(void);
/* No more events. Context: any. */
void trace_out_stop(void);
/* The machine is about to end: stop the other CPUs and write. Nothing without trace_out_setup().
 * Context: any; never returns to ordinary work. */
void trace_out_flush(void);

/* The part of lock.got's arg that says how long ago the lock was wanted. */
static inline uint32_t trace_out_waited(uint64_t ticks)
{
	return (uint32_t)min(ticks, (uint64_t)TRACE_WAITED_MAX) << TRACE_WAITED_SHIFT;
}

/* As trace_record(); also notes the caller of the place for lock events. Context: any. */
void trace_out_record(uint64_t tick, enum trace_event ev, uint32_t obj, uint32_t arg, uintptr_t place);

#endif
