/*
 * tests/diff/trace_file.h - trace files: the format on the host, and the reader's interface.
 *
 * How a trace comes to be (tests/diff/diff.mk has the rules):
 *   1. the machine runs with `tracefile=hdb:SECTOR workload=NAME ...`; kernel/trace_out.c gathers every
 *      event in memory that the VM does not manage and writes it, at power-off, to hdb from SECTOR on
 *      (kernel/trace_format.h). tests/diff/trace-run.sh does that in Bochs.
 *   2. `lockdiff pack RAW SECTOR KERNEL.elf OUT.trace` (tests/diff/pack.c) adds the names of functions,
 *      lock classes, system calls and operations: a trace file stands for itself.
 *   3. trace_open() reads it, and derives what every report needs: operations (tests/diff/ops.c),
 *      spans of waiting for and holding a lock (tests/diff/spans.c), totals (tests/diff/totals.c).
 * Programs: build/lockdiff (tests/diff/main.c: pack, info, stat, ops, sequence, diff, check) and the
 * report (tests/diff/report*.c, json*), which link build/diff/libtrace.a and include this header.
 *
 * The reader trusts nothing: a damaged file gives one clear line and status 2. After trace_open() has
 * said yes, every index in a record is in range and every name is a string.
 */
#ifndef TESTS_DIFF_TRACE_FILE_H
#define TESTS_DIFF_TRACE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/trace_format.h"

/* --- events (the numbers of enum trace_event in kernel/trace.h; checked by pack) ------------------- */

enum tf_event {
	TF_LOCK_WANT,  /* obj = lock; arg = mode | TF_TAKEN: it was found taken. Other wishes are no events. */
	TF_LOCK_GOT,   /* obj = lock; arg = mode, with TF_TAKEN when it had to wait, | ticks since the wish << 8 */
	TF_LOCK_DROP,  /* obj = lock; arg = 0, TF_DOWNGRADE or TF_HANDED */
	TF_SLEEP,      /* obj = enum tf_wait: what for */
	TF_WAKE,       /* obj = pid woken */
	TF_SWITCH,     /* obj = pid switched to; pid = the one before */
	TF_MILESTONE,  /* obj = number of the milestone, arg = label */
	TF_FAULT,      /* obj = address, arg = code */
	TF_PAGE_OUT,   /* obj = swap entry */
	TF_PAGE_IN,
	TF_IO,	       /* obj = sector, arg = sectors * 2 + write */
	TF_SHARED,
	TF_OP_ENTER,   /* obj = operation (tf_op_kind << 16 | number), arg = id of the task's mm, 0 = none */
	TF_OP_LEAVE,   /* obj = operation, arg = result */
	TF_NOTE,       /* obj = enum tf_note, arg and place by it */
	TF_LOCK_INIT,  /* obj = lock, arg = label, place = who */
	TF_NR_EVENTS
};

enum tf_mode { TF_WRITE = 0, TF_READ = 1, TF_TRY = 4, TF_TAKEN = 8, TF_DOWNGRADE = 16, TF_HANDED = 32 };
enum tf_wait { TF_W_NONE, TF_W_LOCK, TF_W_CALL, TF_W_PORT, TF_W_IO, TF_W_CHILD, TF_W_EVENT, TF_W_TIMER };

enum tf_op_kind {
	TF_OP_SYSCALL, /* number = Linux's */
	TF_OP_FAULT,   /* number = 0 at enter; enum tf_fault by TF_NOTE_FAULT */
	TF_OP_RECLAIM, /* a task's try_to_free_pages */
	TF_OP_KSWAPD,  /* one pass of kswapd's */
	TF_OP_EVICT,   /* number 0 = an anonymous page, 1 = a file's page */
	TF_OP_SHRINK,  /* shrink_mmap */
	TF_OP_EXIT,    /* the end of a program, inside its last system call or fault */
	TF_OP_IRQ,     /* an interrupt, whatever it came into; number = the vector */
	TF_NR_OP_KINDS
};

enum tf_fault { TF_F_OTHER, TF_F_ANON, TF_F_ZERO, TF_F_COW, TF_F_SWAP_IN, TF_F_FILE, TF_F_PRESENT, TF_F_STACK, TF_NR_FAULTS };

enum tf_note {
	TF_NOTE_FAULT,	/* arg = enum tf_fault: what kind the fault in hand is */
	TF_NOTE_MM,	/* arg = id of an mm that is being made: the locks initialised by this task until
			   TF_NOTE_MM_END are its own */
	TF_NOTE_MM_END,
	TF_NOTE_TASK,	/* arg = label of the task's name (the record's pid) */
	TF_NOTE_MEMORY, /* arg = free page frames, place = free swap pages */
	TF_NOTE_MARK,	/* arg = label: the workload says where it is */
	TF_NR_NOTES
};

/* --- the file ------------------------------------------------------------------------------------ */

#define TF_MAGIC "KSWTRACE"

/* Then, in this order and without gaps: classes, symbols, names of system calls by number (offsets into the
 * strings), labels (the same), totals ([nr_classes][2], when has_totals), the strings, whose size is a multiple
 * of 8, the records. */
struct tf_header {
	char magic[8];
	uint32_t version, header_size;
	uint64_t sum; /* trace_sum() over all that follows this word, to the end of the file */
	uint64_t file_size;
	uint32_t record_size, cpus;
	uint64_t nr_records, lost;
	uint64_t tick_start, tick_end;
	uint64_t build; /* trace_sum() over the kernel's code and constants */
	uint32_t nr_classes, nr_symbols, nr_syscalls, nr_labels, strings_size, has_totals;
	char design[32], holes[16], workload[64], cmdline[512];
};

struct tf_class {
	uint32_t name, protects; /* offsets into the strings */
	uint8_t kind; /* enum lock_kind of kernel/lock.h */
	uint8_t leaf, pad[2];
};

struct tf_symbol {
	uint32_t address, name, file; /* sorted by address; file "munmap.c", "" = not known */
};

/* --- the reader ------------------------------------------------------------------------------------ */

/* A lock object: everything that the trace says about one (class, ordinal). */
struct tf_lock {
	uint32_t obj;	   /* class << 16 | ordinal */
	uint32_t label;	   /* 0 = none */
	uint32_t mm;	   /* number of the mm whose own it is (1 ...), 0 = none's or not known */
	uint32_t uses;	   /* acquisitions */
};

struct tf_task {
	uint16_t pid;
	const char *name; /* the last one it had; "" = not known */
};

#define TF_NONE 0xffffffffu

/* One operation: from TF_OP_ENTER to TF_OP_LEAVE of one task. */
struct tf_op {
	uint32_t op;	 /* index of its name, see trace_op_name() */
	uint32_t parent; /* operation inside which it is (index), TF_NONE */
	uint32_t first, last; /* its first and last record; last = TF_NONE: the trace ended before */
	uint64_t start, end;  /* ticks */
	uint64_t ticks;	 /* in which its task ran in it, and in no operation inside it */
	uint64_t in_locks; /* of these, between wanting a lock and having it */
	uint32_t mm;	 /* as tf_lock.mm: the task's own, 0 = none */
	uint16_t pid;
	uint8_t cpu;	 /* where it began */
};

/* One time that a lock was held (or waited for and never got). */
struct tf_span {
	uint32_t lock;	 /* index into locks */
	uint32_t op;	 /* innermost operation at the time of the wish, TF_NONE */
	uint64_t want, taken, got, drop; /* ticks; taken = 0: it was free; got = 0: never got;
					    drop = 0: still held at the end */
	uint32_t want_rec, got_rec, drop_rec; /* records, TF_NONE */
	uint16_t pid;	 /* who took it */
	uint8_t cpu, drop_cpu;
	uint8_t mode;	 /* TF_READ or TF_WRITE, maybe | TF_TRY */
	bool handed;	 /* given to an I/O */
	bool bounced;	 /* its last holder was on another CPU */
	bool continued;	 /* the part behind a downgrade: no acquisition of its own */
	bool contended;	 /* got after it had been found taken */
};

struct trace {
	struct tf_header head;
	const struct trace_disk_record *rec; /* nr_rec of them, seq = index */
	uint32_t nr_rec;
	const struct tf_class *class;
	const struct tf_symbol *symbol;
	/* derived, in order of first appearance */
	struct tf_lock *lock;
	struct tf_task *task;
	struct tf_op *op;
	struct tf_span *span;
	uint32_t nr_lock, nr_task, nr_op, nr_span;
	/* the reader's own */
	void *memory;
	size_t size;
	const char *strings;
	const uint32_t *syscalls, *labels;
	const struct trace_lock_total *kernel_total; /* the kernel's own counts, [class][2]; NULL = none */
	uint32_t early_drops; /* releases of locks that were taken before the trace began */
	uint32_t *lock_index;
	uint32_t lock_slots, max_pid;
	char **op_names;
	uint32_t nr_op_names;
};

/* 0 = it can be used; 2 = it cannot, and @err is one clear line. @path is for the message in
 * trace_read(), which takes a copy in memory. A trace with lost events is refused. */
int trace_open(struct trace *t, const char *path, char *err, size_t size);
int trace_read(struct trace *t, const char *path, const void *data, size_t n, char *err, size_t size);
void trace_close(struct trace *t);
/* 0 = two traces may be compared: same build, same workload, same number of CPUs. Else 2. */
int trace_comparable(const struct trace *a, const struct trace *b, char *err, size_t size);

/* Names; never NULL. */
const char *trace_class_name(const struct trace *t, unsigned class_id);
const char *trace_label_name(const struct trace *t, uint32_t label);
const char *trace_task_name(const struct trace *t, unsigned pid);
/* "page_table_lock(A)", "page lock#12"; returns @buf. */
const char *trace_lock_name(const struct trace *t, uint32_t lock, char *buf, size_t size);
/* The function at a code address; *file (may be NULL) its source's name. "?" = none. */
const char *trace_function(const struct trace *t, uint32_t place, const char **file);
/* The function of the VM that a lock event happened in: the place itself, or, if that is a bracket in
 * a design's file, who called the bracket. *bracket (may be NULL): that bracket's name, or NULL. */
const char *trace_where(const struct trace *t, const struct trace_disk_record *r, const char **bracket);
/* "munmap", "fault anon", "evict file", "kswapd"; @op indexes all names of this trace, see tf_op.op. */
const char *trace_op_name(const struct trace *t, uint32_t op);
/* The name's index, TF_NONE = this trace has no such operation. */
uint32_t trace_op_find(const struct trace *t, const char *name);
/* Index of the lock of an event's obj, TF_NONE. */
uint32_t trace_lock_find(const struct trace *t, uint32_t obj);

/* --- totals ------------------------------------------------------------------------------------------ */

/* A class's row, as /proc/lock_stat: [0] = exclusive holders, [1] = readers. Computed over all spans. */
void trace_totals(const struct trace *t, unsigned class_id, struct trace_lock_total total[2]);

struct tf_op_total {
	uint32_t count;
	uint64_t ticks;	   /* running, without what the operations inside it took */
	uint64_t in_locks; /* of these, between wanting a lock and having it */
	uint64_t elapsed;  /* from begin to end, asleep and inside operations included */
	uint64_t min, max; /* of ticks */
};
void trace_op_totals(const struct trace *t, uint32_t op, struct tf_op_total *total);

#endif
