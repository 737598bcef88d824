/*
 * kernel/trace_format.h - what a trace looks like once it has left the machine: the record, and the
 * head that stands before the records on the trace area of a disk.
 *
 * Shared by the kernel (kernel/trace_out.c writes it) and the host's tools (tests/diff/ read it), so
 * only fixed sizes stand here; all numbers are little endian. The host makes a trace *file* of it,
 * which adds names (tests/diff/trace_file.h).
 */
#ifndef KERNEL_TRACE_FORMAT_H
#define KERNEL_TRACE_FORMAT_H

#include <stdint.h>

#define TRACE_RAW_MAGIC	  0x5754534bu /* "KSTW" */
#define TRACE_VERSION	  1u
#define TRACE_RAW_SECTORS 32u /* the head's place; the records begin behind it */

/* One event. Which events there are, and what obj, arg and place mean: kernel/trace.h. */
struct trace_disk_record {
	uint64_t tick;
	uint32_t seq; /* 0, 1, 2 ... over all CPUs, without a gap */
	uint16_t pid;
	uint8_t event; /* enum trace_event */
	uint8_t cpu;
	uint32_t obj, arg;
	uint32_t place;	 /* code address: who */
	uint32_t caller; /* of lock events in a design's bracket: who in the VM called that; 0 = it is none */
};

/* lock.got: arg >> TRACE_WAITED_SHIFT = ticks since it was wanted, TRACE_WAITED_MAX = that or more (then a
 * lock.want with the bit "taken" tells more). Uncontended wishes are no events of their own. */
#define TRACE_WAITED_SHIFT 8
#define TRACE_WAITED_MAX   0xffffffu

/* A lock's number with this bit is not its ordinal but made of its address: it is a variable of the kernel. */
#define TRACE_STATIC 0x8000u

#define TRACE_LABEL_LEN 12
#define TRACE_RAW_LABELS 128
#define TRACE_RAW_CLASSES 64

/* Totals of one lock class for one kind of holder, as /proc/lock_stat shows them. Times in ticks. */
struct trace_lock_total {
	uint32_t contentions, con_bounces, acquisitions, acq_bounces;
	uint64_t wait_min, wait_max, wait_total; /* of the contended ones; min = 0 when there is none */
	uint64_t hold_min, hold_max, hold_total; /* of those that have ended */
	uint32_t holds, pad;
};

/* The head, in the first TRACE_RAW_SECTORS sectors. */
struct trace_raw_head {
	uint32_t magic, version;
	uint32_t record_size, cpus;
	uint32_t nr_records, lost; /* lost: events for which there was no room */
	uint64_t tick_start, tick_end;
	uint64_t sum;		   /* trace_sum() over all records */
	uint64_t kernel_sum;	   /* trace_sum() over the kernel's code and constants */
	uint32_t kernel_bytes;	   /* how many that were */
	uint32_t nr_labels;	   /* labels[0] is "" */
	char design[32], holes[16], workload[64];
	char cmdline[512];
	char labels[TRACE_RAW_LABELS][TRACE_LABEL_LEN];
	/* What the kernel itself counted (watch=stats), writers and readers; has_totals = it did. */
	uint32_t has_totals, pad;
	struct trace_lock_total total[TRACE_RAW_CLASSES][2];
};

/* A sum that changes with every single changed word: each step is one-to-one. @n words. */
static inline uint64_t trace_sum(uint64_t sum, const uint32_t *word, uint32_t n)
{
	while (n--) {
		sum = (sum ^ *word++) * 0x100000001b3ull;
		sum ^= sum >> 29;
	}
	return sum;
}

#define TRACE_SUM_START 0xcbf29ce484222325ull

#endif
