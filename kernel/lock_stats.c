/*
 * kernel/lock_stats.c - counting what locks do. Contract in the header.
 *
 * A row of the table belongs to one CPU and is changed with interrupts off, so no count is lost. Who reads
 * it while others count sees each number right, but perhaps not all of the same moment.
 */
#include "kernel/lock_stats.h"

#include "kernel/arch.h"
#include "kernel/string.h"

static struct trace_lock_total stats[NR_CPUS][NR_LOCK_CLASSES][2] STATISTIC;

static struct trace_lock_total *row_of(const struct lock_info *li, unsigned mode)
{
	return &stats[arch_cpu_id()][li->class_id][!!(mode & LOCK_READ)];
}

static bool was_elsewhere(const struct lock_info *li)
{
	return li->last_cpu && li->last_cpu != arch_cpu_id() + 1;
}

/* @n: how many were summed before this one. */
static void add_time(uint64_t time, uint32_t n, uint64_t *least, uint64_t *most, uint64_t *total)
{
	if (!n || time < *least)
		*least = time;
	if (time > *most)
		*most = time;
	*total += time;
}

void lock_stats_got(struct lock_info *li, unsigned mode, bool contended, uint64_t waited)
{
	unsigned long flags = arch_irq_save();
	struct trace_lock_total *row = row_of(li, mode);

	row->acquisitions++;
	row->acq_bounces += was_elsewhere(li);
	row->con_bounces += contended && was_elsewhere(li);
	li->last_cpu = (uint8_t)(arch_cpu_id() + 1) & 15;
	if (contended)
		add_time(waited, row->contentions++, &row->wait_min, &row->wait_max, &row->wait_total);
	arch_irq_restore(flags);
}

void lock_stats_dropped(const struct lock_info *li, unsigned mode, uint64_t held)
{
	unsigned long flags = arch_irq_save();
	struct trace_lock_total *row = row_of(li, mode);

	add_time(held, row->holds++, &row->hold_min, &row->hold_max, &row->hold_total);
	arch_irq_restore(flags);
}

static void add_row(struct trace_lock_total *sum, const struct trace_lock_total *row)
{
	if (row->contentions && (!sum->contentions || row->wait_min < sum->wait_min))
		sum->wait_min = row->wait_min;
	if (row->holds && (!sum->holds || row->hold_min < sum->hold_min))
		sum->hold_min = row->hold_min;
	sum->wait_max = max(sum->wait_max, row->wait_max);
	sum->hold_max = max(sum->hold_max, row->hold_max);
	sum->contentions += row->contentions;
	sum->con_bounces += row->con_bounces;
	sum->acquisitions += row->acquisitions;
	sum->acq_bounces += row->acq_bounces;
	sum->wait_total += row->wait_total;
	sum->hold_total += row->hold_total;
	sum->holds += row->holds;
}

struct trace_lock_total lock_stats_total(enum lock_class_id class_id, bool readers)
{
	struct trace_lock_total sum;

	memset(&sum, 0, sizeof(sum));
	for (int cpu = 0; cpu < NR_CPUS; cpu++)
		add_row(&sum, &stats[cpu][class_id][readers]);
	return sum;
}

struct lock_count lock_stats_of(enum lock_class_id class_id)
{
	struct lock_count sum = { 0, 0, 0 };

	for (int readers = 0; readers < 2; readers++) {
		struct trace_lock_total t = lock_stats_total(class_id, readers);

		sum.taken += t.acquisitions;
		sum.contended += t.contentions;
		sum.waited += t.wait_total;
	}
	return sum;
}

void lock_stats_clear(void)
{
	memset(stats, 0, sizeof(stats));
}
