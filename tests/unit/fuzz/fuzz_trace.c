/*
 * tests/unit/fuzz/fuzz_trace.c - trace files (tests/diff/trace_file.c and what derives from them): nothing in a
 * file can crash the reader; what it accepts has spans, operations and sequences within their ranges.
 *
 * The first byte chooses: even = the input is laid over a good file, from the head on, whose sum is then made
 * right again, for chance would never find it; odd = each four bytes are an event of a good file.
 */
#include "fuzz.h"

#include <stdarg.h>
#include <string.h>

#include "tests/diff/lockdiff.h"
#include "tests/unit/trace_builder.h"

int say_error(const char *fmt, ...)
{
	(void)fmt;
	fuzz_finding(__FILE__, __LINE__, "an error where there should be none");
}

static void check_accepted(const struct trace *t)
{
	struct sequence_set set;
	struct trace_lock_total n[2];
	struct tf_op_total op;
	char name[100];

	for (uint32_t i = 0; i < t->nr_op; i++) {
		const struct tf_op *o = &t->op[i];

		must(o->first < t->nr_rec && (o->last == TF_NONE || (o->last < t->nr_rec && o->last >= o->first)));
		must(o->op < t->nr_op_names && (o->parent == TF_NONE || o->parent < i));
	}
	for (uint32_t i = 0; i < t->nr_span; i++) {
		const struct tf_span *s = &t->span[i];

		must(s->lock < t->nr_lock && (s->op == TF_NONE || s->op < t->nr_op));
		must(s->got_rec == TF_NONE || s->got_rec < t->nr_rec);
		must(s->drop_rec == TF_NONE || (s->drop_rec < t->nr_rec && s->drop_rec >= s->got_rec));
		must(trace_lock_name(t, s->lock, name, sizeof(name))[0] || 1);
	}
	for (uint32_t i = 0; i < t->nr_lock; i++)
		must(trace_lock_find(t, t->lock[i].obj) == i);
	for (unsigned c = 0; c < t->head.nr_classes; c++) {
		trace_totals(t, c, n);
		must(n[0].contentions <= n[0].acquisitions && n[1].contentions <= n[1].acquisitions);
	}
	for (uint32_t i = 0; i < t->nr_op_names; i++)
		trace_op_totals(t, i, &op);
	sequences_make(&set, t, false);
	for (uint32_t i = 0; i < set.nof; i++)
		for (uint32_t k = 0; k < set.of[i].nvariant; k++)
			for (uint32_t l = 0; l < set.of[i].variant[k].nloop; l++) {
				const struct loop *lp = &set.of[i].variant[k].loop[l];

				must(lp->start + lp->len <= set.of[i].variant[k].n && lp->min <= lp->max);
			}
	sequences_free(&set);
}

static void some_events(struct build *b, struct fuzz_input *in)
{
	while (in->left >= 4 && b->n < 600) {
		unsigned event = fuzz_u8(in) % TF_NR_EVENTS, who = fuzz_u8(in), obj = fuzz_u8(in), arg = fuzz_u8(in);
		uint32_t what = LOCK(obj % NR_C, obj >> 2 & 7);

		if (event == TF_OP_ENTER || event == TF_OP_LEAVE)
			what = OP(obj % TF_NR_OP_KINDS, obj >> 4 & 1);
		else if (event == TF_NOTE)
			what = obj % TF_NR_NOTES;
		else if (event == TF_SWITCH || event == TF_SLEEP)
			what = obj & 7;
		ev(b, 1 + (who >> 4), who & 7, who >> 3 & 1, event, what, event == TF_NOTE ? arg & 1 : arg & 63,
		   AT_SYS + (arg << 6));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	struct build *b = build_new();
	bool events = fuzz_u8(&in) & 1;
	struct trace t;
	char err[300];
	size_t n;
	uint8_t *file;

	ev(b, 1, 5, 0, TF_LOCK_GOT, LOCK(C_SEM, 1), 0, AT_WORK);
	if (events)
		some_events(b, &in);
	file = build_file(b, &n);
	if (!events)
		memcpy(file, in.at, in.left < n ? in.left : n);
	if (!events && in.left > 8)
		memcpy(file, TF_MAGIC, 8);
	build_sum(file, n);
	if (trace_read(&t, "fuzz", file, n, err, sizeof(err))) {
		fuzz_must_be_one_line(err);
	} else {
		check_accepted(&t);
		trace_close(&t);
	}
	free(file);
	free(b);
	return 0;
}
