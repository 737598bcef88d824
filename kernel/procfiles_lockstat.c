/*
 * kernel/procfiles_lockstat.c - /proc/lock_stat: what locks cost, in the layout that readers of Linux's file of
 * that name know. Times are ticks of the machine (arch_ticks()), not microseconds.
 *
 * It counts while /proc/watch has the word "stats"; writing 0 to it starts again from zero. A class that
 * was not taken has no row; one for readers and writers has two, -W and -R. Most contended first. The host's
 * `lockdiff stat` prints the same of a trace (tests/diff/print.c).
 */
#include "kernel/procfiles_internal.h"

#include "kernel/errno.h"
#include "kernel/lock_stats.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/watch.h"

#define ROWS (2 * NR_LOCK_CLASSES)

struct row {
	uint8_t class_id, readers;
	uint32_t contentions, acquisitions;
};

static uint64_t average(uint64_t total, uint32_t n)
{
	return n ? total / n : 0;
}

static void write_row(struct text *t, const struct row *r)
{
	struct trace_lock_total n = lock_stats_total((enum lock_class_id)r->class_id, r->readers);
	const struct lock_class *c = &lock_classes[r->class_id];
	char name[40];

	snprintk(name, sizeof(name), "%s%s", c->name, c->kind != LK_RWSEM ? "" : r->readers ? "-R" : "-W");
	text_add(t, "%40s:%14u%14u%11llu.00%11llu.00%11llu.00%11llu.00", name, n.con_bounces,
		 n.contentions, (unsigned long long)n.wait_min, (unsigned long long)n.wait_max,
		 (unsigned long long)n.wait_total,
		 (unsigned long long)average(n.wait_total, n.contentions));
	text_add(t, "%14u%14u%11llu.00%11llu.00%11llu.00%11llu.00\n", n.acq_bounces, n.acquisitions,
		 (unsigned long long)n.hold_min, (unsigned long long)n.hold_max,
		 (unsigned long long)n.hold_total,
		 (unsigned long long)average(n.hold_total, n.holds));
}

static bool before(const struct row *a, const struct row *b)
{
	if (a->contentions != b->contentions)
		return a->contentions > b->contentions;
	return a->acquisitions > b->acquisitions;
}

/* By insertion: few rows, and equal ones keep the order of the classes. */
static unsigned add_row(struct row *rows, unsigned n, struct row r)
{
	unsigned at = n;

	for (; at > 0 && before(&r, &rows[at - 1]); at--)
		rows[at] = rows[at - 1];
	rows[at] = r;
	return n + 1;
}

void write_lock_stat(struct text *t)
{
	struct row rows[ROWS];
	unsigned n = 0, i;

	text_add(t, "lock_stat version 0.4 (times in ticks)\n");
	text_add(t, "%41s%14s%14s%14s%14s%14s%14s", "class name", "con-bounces", "contentions",
		 "waittime-min", "waittime-max", "waittime-total", "waittime-avg");
	text_add(t, "%14s%14s%14s%14s%14s%14s\n", "acq-bounces", "acquisitions", "holdtime-min",
		 "holdtime-max", "holdtime-total", "holdtime-avg");
	for (i = 0; i < ROWS; i++) {
		struct row r = { .class_id = (uint8_t)(i / 2), .readers = i % 2 };
		struct trace_lock_total sum = lock_stats_total((enum lock_class_id)(i / 2), i % 2);

		r.contentions = sum.contentions;
		r.acquisitions = sum.acquisitions;
		if ((sum.acquisitions || sum.holds) && lock_classes[i / 2].kind != LK_PSEUDO)
			n = add_row(rows, n, r);
	}
	for (i = 0; i < n; i++)
		write_row(t, &rows[i]);
}

int set_lock_stat(const char *words)
{
	if (words[0] != '0' || (words[1] && words[1] != '\n'))
		return -EINVAL;
	lock_stats_clear();
	return 0;
}
