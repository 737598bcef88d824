/*
 * tests/diff/report_circle.c - a deadlock as a ring: task, lock, task, lock, and back.
 *
 * The tasks stand in boxes in a row, the lock that each waits for on the arrow to the task that holds it;
 * the last arrow goes back underneath.
 */
#include "tests/diff/report.h"

#define BOX  150
#define GAP  210
#define HIGH 150

static void task_box(struct out *o, const struct picture *p, uint32_t i)
{
	const struct bar *w = &p->bar[p->link[i].wait];
	int x = (int)i * (BOX + GAP);
	char name[64];

	out_add(o, "<rect class=\"panel\" x=\"%d\" y=\"20\" width=\"%d\" height=\"54\" rx=\"8\"/>"
		"<rect class=\"stuck\" x=\"%d\" y=\"20\" width=\"%d\" height=\"54\" rx=\"8\"/>"
		"<text class=\"strong\" x=\"%d\" y=\"43\" text-anchor=\"middle\">", x + 2, BOX, x + 2, BOX, x + BOX / 2);
	out_html(o, picture_task_name(p, w->task, name, sizeof(name)));
	out_add(o, "</text><text class=\"soft\" x=\"%d\" y=\"62\" text-anchor=\"middle\">in ", x + BOX / 2);
	out_html(o, p->function[w->function]);
	out_add(o, "</text>\n");
}

static void lock_text(struct out *o, const struct picture *p, uint32_t i, int x, int y)
{
	const struct bar *h = &p->bar[p->link[i].hold];
	char name[64];

	out_add(o, "<text class=\"stuck-text\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">waits for ", x, y);
	out_html(o, trace_lock_name(p->t, h->lock, name, sizeof(name)));
	out_add(o, "</text><text class=\"soft\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">taken in ", x, y + 32);
	out_html(o, p->function[h->function]);
	out_add(o, "</text>\n");
}

void circle_svg(struct out *o, const struct picture *p)
{
	int n = (int)p->nr_link, wide = n * BOX + (n - 1) * GAP + 4, i;

	out_add(o, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"pic\" role=\"img\" width=\"%d\" "
		"viewBox=\"0 0 %d %d\" aria-label=\"The circle of waits\">\n"
		"<defs><marker id=\"tip-%c\" markerWidth=\"9\" markerHeight=\"9\" refX=\"7\" refY=\"4\" orient=\"auto\">"
		"<path class=\"stuck-fill\" d=\"M0 0L8 4L0 8z\"/></marker></defs>\n",
		wide < 400 ? 400 : wide, wide < 400 ? 400 : wide, HIGH, p->letter);
	for (i = 0; i < n; i++) {
		int x = i * (BOX + GAP) + BOX + 2;

		task_box(o, p, (uint32_t)i);
		if (i + 1 < n) {
			out_add(o, "<path class=\"stuck\" marker-end=\"url(#tip-%c)\" d=\"M%d 47h%d\"/>",
				p->letter, x, GAP - 4);
			lock_text(o, p, (uint32_t)i, x + GAP / 2, 38);
		}
	}
	out_add(o, "<path class=\"stuck\" marker-end=\"url(#tip-%c)\" d=\"M%d 74v34H%dv-30\"/>", p->letter,
		wide - BOX / 2, BOX / 2);
	lock_text(o, p, (uint32_t)n - 1, wide / 2, 102);
	out_add(o, "</svg>\n");
}

void report_circle(struct out *o, const struct report *r)
{
	int i;

	for (i = 0; i < r->n; i++) {
		if (!r->p[i].nr_link)
			continue;
		out_add(o, "<h2 id=\"circle-%c\">The deadlock of ", r->p[i].letter);
		out_html(o, r->p[i].t->head.design);
		out_add(o, "</h2>\n<p>Follow the arrows: each task waits for a lock that the next one holds, and the "
			"last leads back to the first. The timeline below shows when each of these locks was taken; "
			"the same waits are framed there.</p>\n<figure class=\"scroll\">\n");
		circle_svg(o, &r->p[i]);
		out_add(o, "</figure>\n");
	}
}
