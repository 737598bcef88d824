/*
 * tests/diff/report_charts.c - time held and time waited for each class of locks, A above B, as bars.
 *
 * The classes with the longest sums, the longest waiting first; all bars on one scale of ticks.
 */
#include <string.h>

#include "tests/diff/report.h"

#define MOST  9	  /* classes shown */
#define WIDE  500
#define LEFT  26
#define RIGHT 90
#define BAR   10

struct row {
	unsigned class_id;
	struct class_sum sum[2];
};

static uint64_t weight(const struct row *r)
{
	return 4 * (r->sum[0].waited + r->sum[1].waited) + r->sum[0].held + r->sum[1].held;
}

/* Enter @row among the @n heaviest so far. */
static int enter(struct row *rows, int n, const struct row *row)
{
	int at = n, i;

	while (at > 0 && weight(&rows[at - 1]) < weight(row))
		at--;
	if (at == MOST)
		return n;
	if (n < MOST)
		n++;
	for (i = n - 1; i > at; i--)
		rows[i] = rows[i - 1];
	rows[at] = *row;
	return n;
}

static int choose(const struct report *r, struct row *rows)
{
	int n = 0, i;
	unsigned c;

	for (c = 0; c < r->p[0].t->head.nr_classes; c++) {
		struct row row = { .class_id = c };

		if (class_is_machinery(r->p[0].t, c))
			continue;
		for (i = 0; i < r->n; i++)
			class_sum(r->p[i].t, c, &row.sum[i]);
		if (weight(&row))
			n = enter(rows, n, &row);
	}
	return n;
}

static uint64_t longest(const struct row *rows, int n)
{
	uint64_t most = 1;
	int i, k;

	for (i = 0; i < n; i++)
		for (k = 0; k < 2; k++) {
			if (rows[i].sum[k].held > most)
				most = rows[i].sum[k].held;
			if (rows[i].sum[k].waited > most)
				most = rows[i].sum[k].waited;
		}
	return most;
}

static void bar(struct out *o, int y, uint64_t value, uint64_t most, const char *kind)
{
	double w = (double)value * (WIDE - LEFT - RIGHT) / (double)most;

	if (value && w < 1)
		w = 1;
	out_add(o, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>", kind, LEFT, y, w, BAR);
	if (value && strcmp(kind, "wait") == 0) {
		int x;

		out_add(o, "<path class=\"stripes\" d=\"");
		for (x = LEFT + 3; x + 5 < LEFT + w; x += 7)
			out_add(o, "M%d %dl5 -%d", x, y + BAR, BAR);
		out_add(o, "\"/>");
	}
	out_add(o, "<text class=\"soft\" x=\"%.1f\" y=\"%d\" style=\"font-size:10px\">", LEFT + w + 4, y + BAR - 1);
	if (value)
		out_count(o, value);
	else
		out_add(o, "0");
	out_add(o, "</text>\n");
}

/* One class, at @y; a run that never took it has no bars. Returns where the next one begins. */
static int class_rows(struct out *o, const struct report *r, const struct row *row, int y, uint64_t most)
{
	bool used[2] = { row->sum[0].acquisitions > 0, r->n > 1 && row->sum[1].acquisitions > 0 };
	int k;

	out_add(o, "<text class=\"strong\" x=\"0\" y=\"%d\">", y + 14);
	out_html(o, trace_class_name(r->p[0].t, row->class_id));
	out_add(o, "</text>\n");
	y += 20;
	for (k = 0; k < r->n; k++) {
		if (!used[k])
			continue;
		if (r->n > 1)
			out_add(o, "<text x=\"6\" y=\"%d\">%c</text>", y + BAR + 4, r->p[k].letter);
		bar(o, y, row->sum[k].held, most, "hold");
		bar(o, y + BAR + 1, row->sum[k].waited, most, "wait");
		y += 2 * BAR + 5;
	}
	return y + 8;
}

void chart_svg(struct out *o, const struct report *r)
{
	struct out inside = { NULL, 0, 0 };
	struct row rows[MOST];
	int n = choose(r, rows), i, y = 0;
	uint64_t most = longest(rows, n);

	for (i = 0; i < n; i++)
		y = class_rows(&inside, r, &rows[i], y, most);
	out_add(o, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"pic\" role=\"img\" viewBox=\"0 0 %d %d\" "
		"aria-label=\"Time held and waited for, by class of locks\">\n%s</svg>\n", WIDE, y, out_str(&inside));
	out_free(&inside);
}

void report_charts(struct out *o, const struct report *r)
{
	out_add(o, "<h2 id=\"classes\">Which locks cost the time</h2>\n"
		"<p>Each kind of lock has its own pair of bars%s: how long it was held, and how long tasks waited for "
		"it, all tasks added up. A long blue bar is work done under a lock and harms nobody by itself; a long "
		"orange bar is time in which somebody stood still.%s</p>\n"
		"<div class=\"key\"><span><i class=\"k-hold\"></i>held</span>"
		"<span><i class=\"k-wait\"></i>waited for</span><span>numbers: ticks</span></div>\n"
		"<figure class=\"chart\" style=\"max-width:760px\">\n", r->n > 1 ? " for each design" : "", r->n > 1 ?
		" A kind that only one design has stands there with one letter: it is the other&rsquo;s lock under another "
		"name, or one that the other does without." : "");
	chart_svg(o, r);
	out_add(o, "<figcaption>Counted are holds and waits that have ended.</figcaption></figure>\n");
}
