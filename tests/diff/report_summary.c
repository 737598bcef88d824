/*
 * tests/diff/report_summary.c - the sums of a run; see report.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/diff/report.h"

void read_result(const char *line, struct result *out)
{
	const char *unit = strstr(line, " unit="), *ops = strstr(line, " ops="), *ticks = strstr(line, " ticks=");

	memset(out, 0, sizeof(*out));
	if (strncmp(line, "workload ", 9) != 0 || !strstr(line, " ok ") || !unit || !ops || !ticks)
		return;
	snprintf(out->unit, sizeof(out->unit), "%.*s", (int)strcspn(unit + 6, " \n"), unit + 6);
	out->ops = strtoull(ops + 5, NULL, 10);
	out->ticks = strtoull(ticks + 7, NULL, 10);
}

void class_sum(const struct trace *t, unsigned class_id, struct class_sum *sum)
{
	struct trace_lock_total total[2];
	int i;

	memset(sum, 0, sizeof(*sum));
	trace_totals(t, class_id, total);
	for (i = 0; i < 2; i++) {
		sum->acquisitions += total[i].acquisitions;
		sum->contentions += total[i].contentions;
		sum->waited += total[i].wait_total;
		sum->held += total[i].hold_total;
	}
}

void summarize(const struct picture *p, struct summary *s)
{
	const struct trace *t = p->t;
	unsigned c;
	uint32_t i;

	memset(s, 0, sizeof(*s));
	s->ticks = p->ticks;
	s->stuck = p->nr_link > 0;
	for (c = 0; c < t->head.nr_classes; c++) {
		struct class_sum k;

		if (class_is_pseudo(t, c))
			continue;
		class_sum(t, c, &k);
		s->acquisitions += k.acquisitions;
		s->contentions += k.contentions;
		s->waited += k.waited;
		s->held += k.held;
		if (k.waited > s->worst_waited) {
			s->worst_waited = k.waited;
			s->worst = c;
		}
	}
	for (i = 0; i < t->nr_op_names; i++) {
		struct tf_op_total k;

		trace_op_totals(t, i, &k);
		s->ops += k.count;
		s->op_ticks += k.ticks;
		s->op_in_locks += k.in_locks;
	}
}
