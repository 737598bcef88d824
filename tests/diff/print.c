/*
 * tests/diff/print.c - tables: locks in the layout of /proc/lock_stat, operations, and two traces' beside each
 * other. All times are ticks of the machine's time stamp counter (one a simulated instruction and CPU turn).
 */
#include "tests/diff/lockdiff.h"

#include "kernel/lock.h"

#include <stdlib.h>
#include <string.h>

#define NAME_WIDTH 28

void print_head(FILE *out, const struct trace *t)
{
	const struct tf_header *h = &t->head;

	fprintf(out, "%s: workload %s, %u CPU%s, %llu ticks, %llu events, %u locks, %u tasks, build %016llx\n", h->design,
		*h->workload ? h->workload : "-", h->cpus, h->cpus == 1 ? "" : "s",
		(unsigned long long)(h->tick_end - h->tick_start), (unsigned long long)h->nr_records, t->nr_lock,
		t->nr_task, (unsigned long long)h->build);
}

/* --- one trace's locks ------------------------------------------------------------------------------------------ */

struct row {
	char name[48];
	struct trace_lock_total n;
	unsigned class_id;
};

static int by_contentions(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->n.contentions != y->n.contentions)
		return x->n.contentions > y->n.contentions ? -1 : 1;
	if (x->n.acquisitions != y->n.acquisitions)
		return x->n.acquisitions > y->n.acquisitions ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* The rows of every class that was used; a lock for readers and writers has two. */
static uint32_t make_rows(const struct trace *t, struct row *rows)
{
	uint32_t n = 0;

	for (unsigned c = 0; c < t->head.nr_classes; c++) {
		struct trace_lock_total total[2];

		if (!strncmp(trace_class_name(t, c), "reclaim", 7)) /* no locks: kernel/lock_classes.h */
			continue;
		trace_totals(t, c, total);
		for (int readers = 0; readers < 2; readers++) {
			if (!total[readers].acquisitions && !total[readers].holds && !total[readers].con_bounces)
				continue;
			rows[n].n = total[readers];
			rows[n].class_id = c;
			snprintf(rows[n].name, sizeof(rows[n].name), "%s%s", trace_class_name(t, c),
				 t->class[c].kind == LK_RWSEM ? readers ? "-R" : "-W" : "");
			n++;
		}
	}
	return n;
}

static void print_row(FILE *out, const char *name, const struct trace_lock_total *n)
{
	uint64_t wait_avg = n->contentions ? n->wait_total / n->contentions : 0;
	uint64_t hold_avg = n->holds ? n->hold_total / n->holds : 0;

	fprintf(out, "%40s:%14u%14u%14.2f%14.2f%14.2f%14.2f%14u%14u%14.2f%14.2f%14.2f%14.2f\n", name, n->con_bounces,
		n->contentions, (double)n->wait_min, (double)n->wait_max, (double)n->wait_total, (double)wait_avg,
		n->acq_bounces, n->acquisitions, (double)n->hold_min, (double)n->hold_max, (double)n->hold_total,
		(double)hold_avg);
}

void print_lock_stat(FILE *out, const struct trace *t)
{
	struct row *rows = calloc(2 * (size_t)t->head.nr_classes + 1, sizeof(*rows));
	uint32_t n = rows ? make_rows(t, rows) : 0;

	fprintf(out, "lock_stat version 0.4 (times in ticks)\n");
	fprintf(out, "%41s%14s%14s%14s%14s%14s%14s%14s%14s%14s%14s%14s%14s\n", "class name", "con-bounces", "contentions",
		"waittime-min", "waittime-max", "waittime-total", "waittime-avg", "acq-bounces", "acquisitions",
		"holdtime-min", "holdtime-max", "holdtime-total", "holdtime-avg");
	if (n)
		qsort(rows, n, sizeof(*rows), by_contentions);
	for (uint32_t i = 0; i < n; i++)
		print_row(out, rows[i].name, &rows[i].n);
	free(rows);
}

/* --- one trace's operations ------------------------------------------------------------------------------------------ */

static double share(uint64_t part, uint64_t of)
{
	return of ? 100.0 * (double)part / (double)of : 0;
}

static uint64_t per(uint64_t total, uint32_t count)
{
	return count ? total / count : 0;
}

void print_operations(FILE *out, const struct trace *t)
{
	fprintf(out, "%-20s %8s %12s %10s %10s %10s %12s %8s\n", "operation", "count", "ticks", "min", "avg", "max",
		"elapsed-avg", "in locks");
	for (uint32_t op = 0; op < t->nr_op_names; op++) {
		struct tf_op_total n;

		trace_op_totals(t, op, &n);
		if (n.count)
			fprintf(out, "%-20s %8u %12llu %10llu %10llu %10llu %12llu %7.1f%%\n", trace_op_name(t, op), n.count,
				(unsigned long long)n.ticks, (unsigned long long)n.min,
				(unsigned long long)per(n.ticks, n.count), (unsigned long long)n.max,
				(unsigned long long)per(n.elapsed, n.count), share(n.in_locks, n.ticks));
	}
}

/* --- two traces -------------------------------------------------------------------------------------------------------- */

static void column(FILE *out, uint64_t n, bool there, int width)
{
	if (there)
		fprintf(out, "%*llu", width, (unsigned long long)n);
	else
		fprintf(out, "%*s", width, "-");
}

static const struct trace_lock_total *find_row(const struct row *rows, uint32_t n, const char *name)
{
	for (uint32_t i = 0; i < n; i++)
		if (!strcmp(rows[i].name, name))
			return &rows[i].n;
	return NULL;
}

static void print_pair(FILE *out, const char *name, const struct trace_lock_total *a, const struct trace_lock_total *b)
{
	static const struct trace_lock_total none;
	const struct trace_lock_total *x = a ? a : &none, *y = b ? b : &none;

	fprintf(out, "%-*s", NAME_WIDTH, name);
	column(out, x->acquisitions, a, 10);
	column(out, y->acquisitions, b, 10);
	column(out, x->contentions, a, 9);
	column(out, y->contentions, b, 9);
	column(out, x->wait_total, a, 12);
	column(out, y->wait_total, b, 12);
	column(out, x->hold_total, a, 13);
	column(out, y->hold_total, b, 13);
	column(out, x->hold_max, a, 11);
	column(out, y->hold_max, b, 11);
	fprintf(out, "\n");
}

void print_lock_diff(FILE *out, const struct trace *a, const struct trace *b)
{
	struct row *ra = calloc(2 * (size_t)a->head.nr_classes + 1, sizeof(*ra));
	struct row *rb = calloc(2 * (size_t)b->head.nr_classes + 1, sizeof(*rb));
	uint32_t na = ra ? make_rows(a, ra) : 0, nb = rb ? make_rows(b, rb) : 0;

	fprintf(out, "Locks: left %s, right %s; times in ticks; - = not used\n", a->head.design, b->head.design);
	fprintf(out, "%-*s%20s%18s%24s%26s%22s\n", NAME_WIDTH, "class", "acquisitions", "contentions", "wait total",
		"hold total", "hold max");
	/* both tables are in the order of the classes */
	for (unsigned c = 0; c < a->head.nr_classes; c++) {
		for (uint32_t i = 0; i < na; i++)
			if (ra[i].class_id == c)
				print_pair(out, ra[i].name, &ra[i].n, find_row(rb, nb, ra[i].name));
		for (uint32_t i = 0; i < nb; i++)
			if (rb[i].class_id == c && !find_row(ra, na, rb[i].name))
				print_pair(out, rb[i].name, NULL, &rb[i].n);
	}
	free(ra);
	free(rb);
}

static void op_totals_of(const struct trace *t, const char *name, struct tf_op_total *n)
{
	uint32_t op = trace_op_find(t, name);

	memset(n, 0, sizeof(*n));
	if (op != TF_NONE)
		trace_op_totals(t, op, n);
}

static void print_op_pair(FILE *out, const char *name, const struct trace *a, const struct trace *b)
{
	struct tf_op_total x, y;

	op_totals_of(a, name, &x);
	op_totals_of(b, name, &y);
	if (!x.count && !y.count)
		return;
	fprintf(out, "%-*s", NAME_WIDTH, name);
	column(out, x.count, x.count, 10);
	column(out, y.count, y.count, 10);
	column(out, per(x.ticks, x.count), x.count, 11);
	column(out, per(y.ticks, y.count), y.count, 11);
	column(out, per(x.elapsed, x.count), x.count, 12);
	column(out, per(y.elapsed, y.count), y.count, 12);
	fprintf(out, "%11.1f%%%10.1f%%\n", share(x.in_locks, x.ticks), share(y.in_locks, y.ticks));
}

void print_operation_diff(FILE *out, const struct trace *a, const struct trace *b)
{
	fprintf(out, "Operations: left %s, right %s; ticks per operation without the operations inside it; in locks = from "
		     "wanting to having\n", a->head.design, b->head.design);
	fprintf(out, "%-*s%20s%22s%24s%23s\n", NAME_WIDTH, "operation", "count", "ticks each", "elapsed each", "in locks");
	for (uint32_t op = 0; op < a->nr_op_names; op++)
		print_op_pair(out, trace_op_name(a, op), a, b);
	for (uint32_t op = 0; op < b->nr_op_names; op++)
		if (trace_op_find(a, trace_op_name(b, op)) == TF_NONE)
			print_op_pair(out, trace_op_name(b, op), a, b);
}
