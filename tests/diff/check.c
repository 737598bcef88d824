/*
 * tests/diff/check.c - do a trace's numbers add up? Each line of complaint says what, and how far off.
 */
#include "tests/diff/lockdiff.h"

#include <stdlib.h>

#include "kernel/lock.h"

static int complain(FILE *out, const char *what, const char *name, uint64_t a, uint64_t b)
{
	fprintf(out, "%s: %s: %llu, but %llu\n", name, what, (unsigned long long)a, (unsigned long long)b);
	return 1;
}

/* Every acquisition was ended, or is still held at the end: and that is only what the tasks that live have. */
static int check_balance(FILE *out, const struct trace *t, unsigned class_id)
{
	uint32_t taken = 0, ended = 0, held = 0;

	for (uint32_t i = 0; i < t->nr_span; i++) {
		const struct tf_span *s = &t->span[i];

		if (t->lock[s->lock].obj >> 16 != class_id || s->got_rec == TF_NONE)
			continue;
		taken++;
		ended += s->drop_rec != TF_NONE;
		held += s->drop_rec == TF_NONE;
	}
	if (taken != ended + held || held > t->nr_task * 4u)
		return complain(out, "acquisitions against releases", trace_class_name(t, class_id), taken, ended);
	return 0;
}

/* One lock that excludes others is held no longer than the run lasted. */
static int check_holds(FILE *out, const struct trace *t, unsigned class_id)
{
	uint64_t length = t->head.tick_end - t->head.tick_start, *held = calloc((size_t)t->nr_lock + 1, sizeof(*held));
	int bad = 0;

	if (!held)
		return say_error("no memory");
	for (uint32_t i = 0; i < t->nr_span; i++) {
		const struct tf_span *s = &t->span[i];

		if (!(s->mode & TF_READ) && s->drop_rec != TF_NONE && s->drop > s->got)
			held[s->lock] += s->drop - s->got;
	}
	for (uint32_t l = 0; l < t->nr_lock && !bad; l++)
		if (t->lock[l].obj >> 16 == class_id && held[l] > length)
			bad = complain(out, "ticks held against the run's", trace_class_name(t, class_id), held[l], length);
	free(held);
	return bad;
}

static int check_kernel(FILE *out, const struct trace *t, unsigned class_id)
{
	const struct trace_lock_total *k = &t->kernel_total[2 * class_id];
	struct trace_lock_total n[2];
	const char *name = trace_class_name(t, class_id);
	int bad = 0;

	trace_totals(t, class_id, n);
	for (int r = 0; r < 2; r++) {
		if (n[r].acquisitions != k[r].acquisitions)
			bad |= complain(out, "acquisitions, the kernel's", name, n[r].acquisitions, k[r].acquisitions);
		if (n[r].contentions != k[r].contentions)
			bad |= complain(out, "contentions, the kernel's", name, n[r].contentions, k[r].contentions);
		if (n[r].acq_bounces != k[r].acq_bounces)
			bad |= complain(out, "acq-bounces, the kernel's", name, n[r].acq_bounces, k[r].acq_bounces);
		if (n[r].con_bounces != k[r].con_bounces)
			bad |= complain(out, "con-bounces, the kernel's", name, n[r].con_bounces, k[r].con_bounces);
		if (n[r].wait_total != k[r].wait_total || n[r].wait_max != k[r].wait_max || n[r].wait_min != k[r].wait_min)
			bad |= complain(out, "wait total, the kernel's", name, n[r].wait_total, k[r].wait_total);
		if (n[r].hold_total != k[r].hold_total || n[r].hold_max != k[r].hold_max || n[r].hold_min != k[r].hold_min)
			bad |= complain(out, "hold total, the kernel's", name, n[r].hold_total, k[r].hold_total);
	}
	return bad;
}

int check_numbers(FILE *out, const struct trace *t)
{
	uint64_t ran = 0, length = (t->head.tick_end - t->head.tick_start) * t->head.cpus;
	uint32_t taken = 0;
	int bad = 0;

	for (unsigned c = 0; c < t->head.nr_classes; c++) {
		bad |= check_balance(out, t, c);
		bad |= check_holds(out, t, c);
		if (t->kernel_total && t->class[c].kind != LK_PSEUDO) /* several may be in those at once */
			bad |= check_kernel(out, t, c);
	}
	for (uint32_t i = 0; i < t->nr_op; i++)
		ran += t->op[i].ticks;
	if (ran > length)
		bad |= complain(out, "ticks in operations against the run's on all CPUs", "operations", ran, length);
	for (uint32_t i = 0; i < t->nr_span; i++)
		taken += t->span[i].got_rec != TF_NONE;
	fprintf(out, "%s: %u spans, %u operations, %llu of %llu ticks in operations, %u early releases%s: %s\n",
		t->head.design, taken, t->nr_op, (unsigned long long)ran, (unsigned long long)length, t->early_drops,
		t->kernel_total ? ", the kernel counted the same" : "", bad ? "do not add up" : "add up");
	return bad;
}
