/*
 * tests/diff/report_numbers.c - the tables: locks in the layout of /proc/lock_stat, and what each kind of
 * operation cost. Every column sorts (report_page.js; the plain number stands in data-n).
 */
#include "tests/diff/report.h"

static void cell(struct out *o, uint64_t n)
{
	out_add(o, "<td data-n=\"%llu\">", (unsigned long long)n);
	out_count(o, n);
	out_add(o, "</td>");
}

static void mean(struct out *o, uint64_t sum, uint64_t n)
{
	double m = n ? (double)sum / (double)n : 0;

	out_add(o, "<td data-n=\"%.2f\">%.1f</td>", m, m);
}

/* --- locks ----------------------------------------------------------------------------------- */

static void lock_row(struct out *o, const struct picture *p, const char *name, const char *suffix,
		     const struct trace_lock_total *k)
{
	out_add(o, "<tr><td class=\"text\"><code>");
	out_html(o, name);
	out_add(o, "</code>%s</td><td class=\"text\">%c</td>", suffix, p->letter);
	cell(o, k->con_bounces);
	cell(o, k->contentions);
	cell(o, k->wait_min);
	cell(o, k->wait_max);
	cell(o, k->wait_total);
	mean(o, k->wait_total, k->contentions);
	cell(o, k->acq_bounces);
	cell(o, k->acquisitions);
	cell(o, k->hold_min);
	cell(o, k->hold_max);
	cell(o, k->hold_total);
	mean(o, k->hold_total, k->holds);
	out_add(o, "</tr>\n");
}

static void lock_rows(struct out *o, const struct report *r, unsigned c)
{
	static const char *const suffix[2] = { "", " <span class=\"soft\">read</span>" };
	struct trace_lock_total k[2];
	int i, mode;

	for (mode = 0; mode < 2; mode++)
		for (i = 0; i < r->n; i++) {
			trace_totals(r->p[i].t, c, k);
			if (k[mode].acquisitions || k[mode].contentions)
				lock_row(o, &r->p[i], trace_class_name(r->p[i].t, c), suffix[mode], &k[mode]);
		}
}

void report_numbers(struct out *o, const struct report *r)
{
	unsigned c;

	out_add(o, "<h2 id=\"numbers\">The numbers, lock by lock</h2>\n"
		"<p>The columns are those of Linux&rsquo;s <code>/proc/lock_stat</code>, the times in ticks. "
		"<em>Contentions</em>: how often the lock was found taken. <em>Bounces</em>: how often its last holder "
		"was on another CPU, which on a real machine costs a cache miss. Click a heading to sort.</p>\n"
		"<div class=\"scroll\"><table class=\"sort\"><thead><tr><th class=\"text\">class</th>"
		"<th class=\"text\">run</th><th>con-<br>bounces</th><th>conten-<br>tions</th><th>wait<br>min</th>"
		"<th>wait<br>max</th><th>wait<br>total</th><th>wait<br>avg</th><th>acq-<br>bounces</th>"
		"<th>acqui-<br>sitions</th><th>hold<br>min</th><th>hold<br>max</th><th>hold<br>total</th>"
		"<th>hold<br>avg</th></tr></thead><tbody>\n");
	for (c = 0; c < r->p[0].t->head.nr_classes; c++)
		if (!class_is_pseudo(r->p[0].t, c))
			lock_rows(o, r, c);
	out_add(o, "</tbody></table></div>\n");
}

/* --- operations ------------------------------------------------------------------------------ */

static void op_row(struct out *o, const struct picture *p, const char *name, const struct tf_op_total *k)
{
	double inside = k->ticks ? (double)k->in_locks * 100 / (double)k->ticks : 0;

	out_add(o, "<tr><td class=\"text\">");
	out_html(o, name);
	out_add(o, "</td><td class=\"text\">%c</td>", p->letter);
	cell(o, k->count);
	cell(o, k->ticks);
	mean(o, k->ticks, k->count);
	cell(o, k->min);
	cell(o, k->max);
	out_add(o, "<td data-n=\"%.2f\">%.0f&nbsp;%%</td>", inside, inside);
	cell(o, k->elapsed);
	out_add(o, "</tr>\n");
}

/* The operation's row for run @i, if the run has it. */
static void op_rows(struct out *o, const struct report *r, const char *name, int from)
{
	int i;

	for (i = from; i < r->n; i++) {
		uint32_t op = trace_op_find(r->p[i].t, name);
		struct tf_op_total k;

		if (op == TF_NONE)
			continue;
		trace_op_totals(r->p[i].t, op, &k);
		if (k.count)
			op_row(o, &r->p[i], name, &k);
	}
}

void report_operations(struct out *o, const struct report *r)
{
	const struct trace *a = r->p[0].t;
	uint32_t i;

	out_add(o, "<h2 id=\"operations\">What each operation cost</h2>\n"
		"<p>An operation is a system call, a page fault of one kind, or a piece of page stealing. The time is "
		"what its task ran, without what it slept and without the operations inside it; <em>elapsed</em> has both. "
		"<em>In locks</em> is the share of the time between asking for a lock and having it.</p>\n"
		"<div class=\"scroll\"><table class=\"sort\"><thead><tr><th class=\"text\">operation</th>"
		"<th class=\"text\">run</th><th>count</th><th>ticks</th><th>avg</th><th>min</th><th>max</th>"
		"<th>in locks</th><th>elapsed</th></tr></thead><tbody>\n");
	for (i = 0; i < a->nr_op_names; i++)
		op_rows(o, r, trace_op_name(a, i), 0);
	for (i = 0; r->n > 1 && i < r->p[1].t->nr_op_names; i++) /* those that A has not */
		if (trace_op_find(a, trace_op_name(r->p[1].t, i)) == TF_NONE)
			op_rows(o, r, trace_op_name(r->p[1].t, i), 1);
	out_add(o, "</tbody></table></div>\n");
}
