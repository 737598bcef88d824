/*
 * kernel/trace_out.c - the trace that leaves the machine. Contract in the header; issue of the lock
 * diff: complete, or refused.
 *
 * A writer, interrupts off, claims the next number by one atomic addition and owns that record. The
 * records of one CPU are in the order of its clock but where an interrupt came between the reading of
 * the clock and the claim. The names of tasks are recorded when a
 * task appears for the first time.
 */
#include "kernel/trace_out.h"

#include "kernel/arch.h"
#include "kernel/cmdline.h"
#include "kernel/errno.h"
#include "kernel/lock_stats.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/task.h"
#include "kernel/trace_format.h"
#include "kernel/watch.h"

#define FRAMES	    12	  /* how far up the caller of a lock's place is looked for */
#define NAMED_PIDS  4096u /* tasks whose name was recorded, by pid modulo that */
#define CHUNK	    128u  /* sectors a write */
#define RECORD_SIZE ((uint32_t)sizeof(struct trace_disk_record))

_Static_assert(sizeof(struct trace_disk_record) == 32, "kernel/trace_format.h");
_Static_assert(NR_LOCK_CLASSES <= TRACE_RAW_CLASSES, "kernel/trace_format.h");
_Static_assert(sizeof(struct trace_raw_head) <= TRACE_RAW_SECTORS * SECTOR_SIZE, "the head's place");

bool trace_out_on;
const char *trace_design_name = "";

static struct {
	int disk; /* -1 = there is none */
	uint32_t sector;
	paddr_t start;	       /* the head, then the records */
	struct trace_disk_record *rec;
	uint32_t capacity;
	uint16_t mask;	       /* what trace_mask is while it runs */
	uint64_t tick_start, tick_end;
	uint8_t watch_stats;   /* the kernel counts too, over the very same time */
	bool flushed;
} out = { .disk = -1 };

static uint32_t next_record;		    /* atomic; above capacity: lost */
static uint16_t named[NAMED_PIDS] STATISTIC; /* pid + 1 whose name was recorded, by pid */

/* --- setting up ---------------------------------------------------------------------------------- */

/* "hdb:163904" */
static bool parse_where(const char *where, int *disk, uint32_t *sector)
{
	long n;

	if (strncmp(where, "hd", 2) || where[2] < 'a' || where[2] > 'b' || where[3] != ':')
		return false;
	if (!str_to_long(where + 4, &n) || n <= 0)
		return false;
	*disk = where[2] - 'a';
	*sector = (uint32_t)n;
	return true;
}

int trace_out_setup(const char *where, paddr_t start, paddr_t end)
{
	uint32_t disk_sectors, room, sector;
	int disk;

	if (!parse_where(where, &disk, &sector)) {
		report("tracefile=%s: wanted hda:SECTOR or hdb:SECTOR\n", where);
		return -EINVAL;
	}
	disk_sectors = arch_disk_sectors(disk);
	if (disk_sectors < sector + 2 * TRACE_RAW_SECTORS) {
		report("tracefile=%s: that disk has %u sectors\n", where, disk_sectors);
		return -EINVAL;
	}
	if (end < start + (1u << 20)) {
		report("tracefile= needs memory beyond mem=: give the machine more, or say a smaller mem=\n");
		return -EINVAL;
	}
	room = min((end - start) / SECTOR_SIZE, disk_sectors - sector) - TRACE_RAW_SECTORS;
	out.disk = disk;
	out.sector = sector;
	out.start = start;
	out.rec = phys_to_virt(start + TRACE_RAW_SECTORS * SECTOR_SIZE);
	out.capacity = room * SECTOR_SIZE / RECORD_SIZE;
	out.mask = trace_mask ? trace_mask : (uint16_t)((1u << NR_TRACE_EVENTS) - 1);
	trace_mask = 0;
	out.watch_stats = watch_mask & WATCH_STATS;
	watch_mask &= (uint8_t)~WATCH_STATS;
	return 0;
}

void trace_out_start(void)
{
	if (out.disk < 0)
		return;
	next_record = 0;
	memset(named, 0, sizeof(named));
	out.tick_start = arch_ticks();
	lock_stats_clear();
	trace_out_on = true;
	watch_mask |= out.watch_stats;
	trace_mask = out.mask;
}

void trace_out_stop(void)
{
	if (!trace_out_on)
		return;
	trace_mask = 0;
	watch_mask &= (uint8_t)~out.watch_stats;
	out.tick_end = arch_ticks();
}

/* --- records ---------------------------------------------------------------------------------------- */

/* Where the designs' code lies; without a linker script (on the host) that is not known. */
extern char design_text_start[] __attribute__((weak)), design_text_end[] __attribute__((weak));

static inline bool in_design(uintptr_t pc)
{
	return pc >= (uintptr_t)design_text_start && pc < (uintptr_t)design_text_end;
}

/* @place lies in a design's bracket: the first function up the chain of frames that does not. */
static uint32_t vm_caller(uintptr_t place)
{
	const uintptr_t *frame = __builtin_frame_address(0);
	bool found = false;
	int up;

	for (up = 0; up < FRAMES; up++) {
		const uintptr_t *next = (const uintptr_t *)frame[0];

		found |= frame[1] == place;
		if (found && !in_design(frame[1]))
			return (uint32_t)frame[1];
		/* a caller's frame lies higher, on the same stack */
		if (next <= frame || (uintptr_t)next - (uintptr_t)frame >= KSTACK_SIZE)
			break;
		frame = next;
	}
	return 0;
}

/* The next record, filled in but for callers; NULL = there is no room, which next_record tells. */
static struct trace_disk_record *store(uint64_t tick, const struct task_struct *t, unsigned ev, uint32_t obj,
				       uint32_t arg, uintptr_t place)
{
	uint32_t seq = __atomic_fetch_add(&next_record, 1, __ATOMIC_RELAXED);
	struct trace_disk_record *r = &out.rec[seq];

	if (seq >= out.capacity)
		return NULL;
	r->tick = tick;
	r->seq = seq;
	r->pid = t ? (uint16_t)t->pid : 0;
	r->event = (uint8_t)ev;
	r->cpu = (uint8_t)arch_cpu_id();
	r->obj = obj;
	r->arg = arg;
	r->place = (uint32_t)place;
	r->caller = 0;
	return r;
}

static void name_task(uint64_t tick, const struct task_struct *t)
{
	named[(uint32_t)t->pid % NAMED_PIDS] = (uint16_t)(t->pid + 1);
	store(tick, t, TE_NOTE, NOTE_TASK, trace_label(t->comm), 0);
}

void trace_out_record(uint64_t tick, enum trace_event ev, uint32_t obj, uint32_t arg, uintptr_t place)
{
	unsigned long flags = arch_irq_save();
	const struct task_struct *t = current;
	struct trace_disk_record *r;

	if (t && named[(uint32_t)t->pid % NAMED_PIDS] != (uint16_t)(t->pid + 1))
		name_task(tick, t);
	r = store(tick, t, ev, obj, arg, place);
	if (r && (ev == TE_LOCK_GOT || ev == TE_LOCK_DROP) && in_design(place))
		r->caller = vm_caller(place);
	arch_irq_restore(flags);
}

/* --- the end ------------------------------------------------------------------------------------------ */

static void fill_head(struct trace_raw_head *h)
{
	uint32_t n = next_record, kept = min(n, out.capacity), i;
	const uint32_t *code;

	/* A panic stops the others anywhere, also between claiming a record and writing it. */
	while (kept && out.rec[kept - 1].seq != kept - 1)
		kept--;
	memset(h, 0, TRACE_RAW_SECTORS * SECTOR_SIZE);
	h->magic = TRACE_RAW_MAGIC;
	h->version = TRACE_VERSION;
	h->record_size = RECORD_SIZE;
	h->cpus = (uint32_t)nr_cpus;
	h->nr_records = kept;
	h->lost = n - min(n, out.capacity);
	h->tick_start = out.tick_start;
	h->tick_end = out.tick_end;
	code = arch_kernel_image(&h->kernel_bytes);
	h->kernel_sum = trace_sum(TRACE_SUM_START, code, h->kernel_bytes / 4);
	str_copy(h->design, trace_design_name, sizeof(h->design));
	str_copy(h->holes, cmdline_get("holes") ? cmdline_get("holes") : "", sizeof(h->holes));
	str_copy(h->workload, cmdline_get("workload") ? cmdline_get("workload") : "",
		 sizeof(h->workload));
	str_copy(h->cmdline, cmdline_text(), sizeof(h->cmdline));
	for (i = 0; i < TRACE_RAW_LABELS && (i == 0 || trace_label_text(i)[0]); i++)
		str_copy(h->labels[i], trace_label_text(i), TRACE_LABEL_LEN);
	h->nr_labels = i;
	if (out.watch_stats) {
		h->has_totals = 1;
		for (i = 0; i < NR_LOCK_CLASSES; i++) {
			h->total[i][0] = lock_stats_total((enum lock_class_id)i, false);
			h->total[i][1] = lock_stats_total((enum lock_class_id)i, true);
		}
	}
	h->sum = trace_sum(TRACE_SUM_START, (const uint32_t *)out.rec, kept * (RECORD_SIZE / 4));
}

void trace_out_flush(void)
{
	uint32_t sectors, at, n;

	if (out.disk < 0 || !out.tick_start || out.flushed)
		return;
	out.flushed = true;
	trace_out_stop();
	trace_out_on = false;
	arch_irq_disable();
	arch_stop_others();
	fill_head(phys_to_virt(out.start));
	sectors = TRACE_RAW_SECTORS +
		  (min(next_record, out.capacity) * RECORD_SIZE + SECTOR_SIZE - 1) / SECTOR_SIZE;
	for (at = 0; at < sectors; at += n) {
		n = min(sectors - at, CHUNK);
		if (arch_disk_write_polled(out.disk, out.sector + at, n, out.start + at * SECTOR_SIZE)) {
			report("tracefile: the disk refuses sector %u\n", out.sector + at);
			return;
		}
	}
	report("trace: %u events, %u lost\n", min(next_record, out.capacity),
	       next_record - min(next_record, out.capacity));
}
