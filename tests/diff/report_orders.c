/*
 * tests/diff/report_orders.c - the section of the lock-order graphs, with what differs also in words.
 */
#include "tests/diff/order_graph.h"
#include "tests/diff/report.h"

static void graph(struct out *o, const struct report *r, int i)
{
	struct out dot = { NULL, 0, 0 };
	char err[160];

	order_graph_dot(&r->p[i], r->n > 1 ? &r->p[!i] : NULL, &dot);
	out_add(o, "<figure class=\"order\"><figcaption>");
	if (r->n > 1)
		out_add(o, "<span class=\"letter %s\">%c</span> ", i ? "b" : "a", r->p[i].letter);
	out_html(o, r->p[i].t->head.design);
	out_add(o, "</figcaption><div class=\"scroll\">\n");
	if (order_graph_svg(&dot, o, err, sizeof(err))) {
		out_add(o, "<p>");
		out_html(o, err);
		out_add(o, "</p>");
	}
	out_add(o, "</div></figure>\n");
	out_free(&dot);
}

/* The edges that only @p has, as a list. */
static void only_here(struct out *o, const struct picture *p, const struct picture *other)
{
	uint32_t i, n = 0;

	for (i = 0; i < p->nr_edge; i++) {
		const struct edge *e = &p->edge[i];

		if (!order_shows(p, e) || order_has(other, e))
			continue;
		if (!n++)
			out_add(o, "<details><summary>Only in %c, in words</summary><ul>\n", p->letter);
		out_add(o, "<li><code>");
		out_html(o, trace_class_name(p->t, e->from));
		out_add(o, "</code>, and inside it <code>");
		out_html(o, trace_class_name(p->t, e->to));
		out_add(o, "</code> <span class=\"soft\">%u times, first in <code>", e->count);
		out_html(o, e->function);
		out_add(o, "</code></span></li>\n");
	}
	out_add(o, n ? "</ul></details>\n" : "<p class=\"soft\">%c has no order that the other has not.</p>\n",
		p->letter);
}

void report_orders(struct out *o, const struct report *r)
{
	int i;

	out_add(o, "<h2 id=\"orders\">In which order the locks were taken</h2>\n"
		"<p>An arrow from one lock to another says: while a task held the first, it asked for the second. The "
		"number says how often. Tasks that follow the arrows only downwards can never wait in a circle; two "
		"arrows that meet head on would be a deadlock in waiting.%s A box is a lock whose waiters sleep, an "
		"ellipse one whose waiters spin; a dashed box is no lock but a place, such as page reclaim. Locks of "
		"the scheduler and of devices are left out, and a try that does not wait makes no arrow.</p>\n",
		r->n > 1 ? " Thick lines mark what only this design has." : "");
	if (r->n > 1)
		out_add(o, "<div class=\"key\"><span><i class=\"k-only\"></i>only in this design</span></div>\n");
	for (i = 0; i < r->n; i++)
		graph(o, r, i);
	if (r->n > 1)
		for (i = 0; i < 2; i++)
			only_here(o, &r->p[i], &r->p[!i]);
}
