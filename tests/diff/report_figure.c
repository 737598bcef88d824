/*
 * tests/diff/report_figure.c - the timeline as a picture that stands still, and all pictures as files.
 *
 * For paper, for docs/diff/ and for browsers without scripts. Time is cut into COLUMNS; each cell of a row is
 * drawn in one of SHADES, by the share of its time that was held or waited. A picture stays small
 * however long the run was: neighbours of the same shade are one stroke.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/diff/order_graph.h"
#include "tests/diff/report.h"
#include "tests/diff/report_assets.h"

#define COLUMNS 400
#define CELL	2
#define LEFT	180
#define LABEL	26 /* characters that fit there */
#define ROW	22
#define SHADES	4
#define LOCKS	6 /* rows of locks per run */

/* One row's shares, in 1/1000 of each column. */
struct cells {
	uint32_t hold[COLUMNS], shared[COLUMNS], wait[COLUMNS];
};

/* Add the stretch [@start, @end) to the columns it covers; the whole width is @full ticks. */
static void cover(uint32_t *column, uint64_t start, uint64_t end, uint64_t full)
{
	double per = (double)full / COLUMNS;
	int first = (int)((double)start / per), last = (int)((double)end / per), i;

	for (i = first; i <= last && i < COLUMNS; i++) {
		double a = i == first ? (double)start : i * per, b = i == last ? (double)end : (i + 1) * per;

		column[i] += (uint32_t)((b - a) * 1000 / per + .5);
	}
}

static int shade(uint32_t share)
{
	return share == 0 ? 0 : share >= 1000 ? SHADES : 1 + (int)(share * (SHADES - 1) / 1000);
}

static void strokes(struct out *o, const uint32_t *column, const char *kind, int y, int high)
{
	int s, i, k, n;

	for (s = 1; s <= SHADES; s++) {
		for (i = n = 0; i < COLUMNS; i = k) {
			for (k = i; k < COLUMNS && shade(column[k]) == s; k++)
				;
			if (k == i) {
				k++;
				continue;
			}
			if (!n++)
				out_add(o, "<path class=\"c-%s\" stroke-width=\"%d\" opacity=\"%.2f\" d=\"", kind, high,
					(double)s / SHADES);
			out_add(o, "M%d %dh%d", LEFT + i * CELL, y + high / 2, (k - i) * CELL);
		}
		if (n)
			out_add(o, "\"/>\n");
	}
}

static void row_head(struct out *o, const struct picture *p, int y, const char *name, uint64_t full)
{
	int wide = (int)((double)p->ticks * COLUMNS * CELL / (double)full);
	char label[LABEL + 8];

	out_add(o, "<text x=\"4\" y=\"%d\">", y + 13);
	snprintf(label, sizeof(label), "%.*s%s", LABEL, name, strlen(name) > LABEL ? "\u2026" : "");
	out_html(o, label);
	out_add(o, "</text><rect class=\"panel\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n", LEFT, y, wide, ROW - 4);
}

static void cpu_row(struct out *o, const struct picture *p, unsigned cpu, int y, uint64_t full)
{
	static struct cells c;
	char name[16];
	uint32_t i;

	memset(&c, 0, sizeof(c));
	for (i = 0; i < p->nr_stay; i++)
		if (p->stay[i].cpu == cpu && !p->task[p->stay[i].task].idle)
			cover(c.hold, p->stay[i].start, p->stay[i].end, full);
	snprintf(name, sizeof(name), "CPU %u", cpu);
	row_head(o, p, y, name, full);
	strokes(o, c.hold, "run", y + 3, ROW - 10);
}

static void lock_row(struct out *o, const struct picture *p, uint32_t lock, int y, uint64_t full)
{
	static struct cells c;
	char name[64];
	uint32_t i;

	memset(&c, 0, sizeof(c));
	for (i = 0; i < p->nr_bar; i++) {
		const struct bar *b = &p->bar[i];

		if (b->lock == lock)
			cover(b->flags & BAR_WAIT ? c.wait : b->flags & BAR_SHARED ? c.shared : c.hold, b->start, b->end,
			      full);
	}
	row_head(o, p, y, trace_lock_name(p->t, lock, name, sizeof(name)), full);
	strokes(o, c.shared, "shared", y, 10);
	strokes(o, c.hold, "hold", y, 10);
	strokes(o, c.wait, "wait", y + 11, 6);
}

/* How much each lock was held, and four times how much it was waited for. */
static uint64_t *weights(const struct picture *p)
{
	uint64_t *sum = calloc((size_t)p->t->nr_lock + 1, sizeof(*sum));
	uint32_t i;

	if (!sum)
		exit(2);
	for (i = 0; i < p->nr_bar; i++) {
		const struct bar *b = &p->bar[i];

		if (!class_is_machinery(p->t, p->t->lock[b->lock].obj >> 16))
			sum[b->lock] += (b->end - b->start) * (b->flags & BAR_WAIT ? 4 : 1);
	}
	return sum;
}

/* The heaviest locks, the first one first; how many there are. */
static int heaviest(const struct picture *p, uint32_t *lock)
{
	uint64_t *sum = weights(p);
	uint32_t l;
	int n = 0, k;

	for (l = 0; l < p->t->nr_lock; l++) {
		if (sum[l] == 0 || (n == LOCKS && sum[lock[n - 1]] >= sum[l]))
			continue;
		for (k = n < LOCKS ? n++ : n - 1; k > 0 && sum[lock[k - 1]] < sum[l]; k--)
			lock[k] = lock[k - 1];
		lock[k] = l;
	}
	free(sum);
	return n;
}

static int run_rows(struct out *o, const struct picture *p, int y, uint64_t full)
{
	uint32_t lock[LOCKS];
	int n = heaviest(p, lock), i;

	out_add(o, "<text class=\"strong\" x=\"4\" y=\"%d\">%c ", y + 14, p->letter);
	out_html(o, p->t->head.design);
	out_add(o, "</text><text class=\"soft\" x=\"%d\" y=\"%d\">", LEFT, y + 14);
	out_count(o, p->ticks);
	out_add(o, " ticks%s</text>\n", p->nr_link ? ", then a deadlock" : "");
	y += ROW;
	for (i = 0; i < (int)p->t->head.cpus; i++, y += ROW)
		cpu_row(o, p, (unsigned)i, y, full);
	for (i = 0; i < n; i++, y += ROW)
		lock_row(o, p, lock[i], y, full);
	return y + 10;
}

void timeline_svg(struct out *o, const struct report *r)
{
	struct out rows = { NULL, 0, 0 };
	uint64_t full = 1;
	int i, y = 4;

	for (i = 0; i < r->n; i++)
		if (r->p[i].ticks > full)
			full = r->p[i].ticks;
	for (i = 0; i < r->n; i++)
		y = run_rows(&rows, &r->p[i], y, full);
	out_add(o, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"pic\" role=\"img\" viewBox=\"0 0 %d %d\" "
		"aria-label=\"Timeline\">\n%s</svg>\n", LEFT + COLUMNS * CELL + 4, y, out_str(&rows));
	out_free(&rows);
}

/* --- files ------------------------------------------------------------------------------------- */

static const char colours[] =
	"svg{--paper:#fff;--panel:#f0f1f4;--line:#d5d8de;--ink:#1a1c20;--soft:#5a606b;--hold:#0072b2;"
	"--shared:#009e73;--wait:#d98a00;--stripe:#fff;--only:#a03a85;--only-soft:#f6e6f2;--stuck:#c34a00;"
	"--run:#aab0bb;background:var(--paper)}\n"
	"@media (prefers-color-scheme:dark){svg{--paper:#14161a;--panel:#1d2026;--line:#3a3f49;--ink:#e8e9ec;"
	"--soft:#a7adb8;--hold:#56b4e9;--shared:#3fcf9f;--wait:#f0c541;--stripe:#14161a;--only:#e59fd0;"
	"--only-soft:#3b2636;--stuck:#ff8a4c;--run:#5d6470}}\n";

/* Write @svg to @dir/@name with its style behind the opening tag. */
static int write_figure(const char *dir, const char *name, const struct out *svg)
{
	const char *s = out_str(svg), *tag = strchr(s, '>');
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = tag ? fopen(path, "w") : NULL;
	if (!f) {
		fprintf(stderr, "report: %s cannot be written: %s\n", path, tag ? strerror(errno) : "no picture");
		return -1;
	}
	fprintf(f, "%.*s\n<style>\n%s%s</style>%s", (int)(tag + 1 - s), s, colours, report_svg_css, tag + 1);
	return fclose(f) ? -1 : 0;
}

static int write_order(const char *dir, const struct report *r, int i)
{
	struct out dot = { NULL, 0, 0 }, svg = { NULL, 0, 0 };
	char name[32], err[160];
	int bad;

	order_graph_dot(&r->p[i], r->n > 1 ? &r->p[!i] : NULL, &dot);
	snprintf(name, sizeof(name), "order-%c.svg", r->p[i].letter);
	bad = order_graph_svg(&dot, &svg, err, sizeof(err));
	if (bad)
		fprintf(stderr, "report: %s: %s\n", name, err);
	else
		bad = write_figure(dir, name, &svg);
	out_free(&dot);
	out_free(&svg);
	return bad;
}

int report_figures(const char *dir, const struct report *r)
{
	struct out o = { NULL, 0, 0 };
	int i, bad;

	mkdir(dir, 0777); /* a failure shows when the first file is written */
	chart_svg(&o, r);
	bad = write_figure(dir, "classes.svg", &o);
	out_free(&o);
	timeline_svg(&o, r);
	bad |= write_figure(dir, "timeline.svg", &o);
	out_free(&o);
	for (i = 0; i < r->n; i++) {
		bad |= write_order(dir, r, i);
		if (r->p[i].nr_link) {
			char name[32];

			circle_svg(&o, &r->p[i]);
			snprintf(name, sizeof(name), "circle-%c.svg", r->p[i].letter);
			bad |= write_figure(dir, name, &o);
			out_free(&o);
		}
	}
	return bad ? -1 : 0;
}
