/*
 * tests/diff/totals.c - the numbers: sums over the spans of a lock class, and over the operations of a name.
 *
 * A class's row counts as the kernel's does (kernel/lock_stats.c), so that both can be compared: a wait
 * begins when the lock was found taken; a downgrade ends a writer's hold and begins a reader's, which is no
 * acquisition; a page lock handed to an I/O is held no longer.
 */
#include "tests/diff/trace_file.h"

#include <string.h>

static void add_time(uint64_t time, uint32_t n, uint64_t *least, uint64_t *most, uint64_t *total)
{
	if (!n || time < *least)
		*least = time;
	if (time > *most)
		*most = time;
	*total += time;
}

static uint64_t since(uint64_t from, uint64_t to)
{
	return to > from ? to - from : 0;
}

void trace_totals(const struct trace *t, unsigned class_id, struct trace_lock_total total[2])
{
	memset(total, 0, 2 * sizeof(total[0]));
	for (uint32_t i = 0; i < t->nr_span; i++) {
		const struct tf_span *s = &t->span[i];
		struct trace_lock_total *row = &total[!!(s->mode & TF_READ)];

		if (t->lock[s->lock].obj >> 16 != class_id)
			continue;
		if (s->got_rec == TF_NONE)
			continue;
		if (!s->continued) {
			row->acquisitions++;
			row->acq_bounces += s->bounced;
			row->con_bounces += s->bounced && s->contended;
		}
		if (s->contended)
			add_time(since(s->taken ? s->taken : s->want, s->got), row->contentions++, &row->wait_min, &row->wait_max,
				 &row->wait_total);
		if (s->drop_rec != TF_NONE)
			add_time(since(s->got, s->drop), row->holds++, &row->hold_min, &row->hold_max,
				 &row->hold_total);
	}
}

void trace_op_totals(const struct trace *t, uint32_t op, struct tf_op_total *total)
{
	memset(total, 0, sizeof(*total));
	for (uint32_t i = 0; i < t->nr_op; i++) {
		const struct tf_op *o = &t->op[i];

		if (o->op != op || o->last == TF_NONE)
			continue;
		add_time(o->ticks, total->count++, &total->min, &total->max, &total->ticks);
		total->in_locks += o->in_locks;
		total->elapsed += since(o->start, o->end);
	}
}
