/*
 * tests/diff/report_timeline.c - the timeline's place in the page, and its data for report_timeline.js.
 *
 * The data stand in the page as JSON: names as lists, bars, stays and operations as streams of small
 * numbers (struct packed). A page with more than MAX_BARS bars for a run would open slowly; then the
 * machinery's locks are left out first, and after that what came later. The page says so.
 */
#include <string.h>

#include "tests/diff/report.h"

#define MAX_BARS 150000u
#define MAX_OPS	 50000u

/* What of a picture is in the page. */
struct cut {
	bool machinery;
	uint64_t until; /* bars that start here or later are left out */
};

static bool shown(const struct picture *p, const struct bar *b, const struct cut *c)
{
	return b->flags & BAR_STUCK ||
	       (b->start < c->until && !class_is_pseudo(p->t, p->t->lock[b->lock].obj >> 16) &&
		(c->machinery || !class_is_machinery(p->t, p->t->lock[b->lock].obj >> 16)));
}

static uint32_t how_many(const struct picture *p, const struct cut *c)
{
	uint32_t i, n = 0;

	for (i = 0; i < p->nr_bar; i++)
		n += shown(p, &p->bar[i], c);
	return n;
}

static struct cut choose_cut(const struct picture *p)
{
	struct cut c = { .machinery = true, .until = UINT64_MAX };
	uint32_t i, n = 0;

	if (how_many(p, &c) <= MAX_BARS)
		return c;
	c.machinery = false;
	for (i = 0; i < p->nr_bar && c.until == UINT64_MAX; i++) {
		n += shown(p, &p->bar[i], &c);
		if (n == MAX_BARS)
			c.until = p->bar[i].start + 1;
	}
	return c;
}

/* --- the streams ------------------------------------------------------------------------------- */

/* Write the bars; @index gets each one's number in the stream, for the circle. */
static void write_bars(struct out *o, struct picture const *p, const struct cut *c, uint32_t link[][2])
{
	struct packed s = { NULL, 0, 0 };
	uint64_t last = 0;
	uint32_t i, k, n = 0;

	for (i = 0; i < p->nr_bar; i++) {
		const struct bar *b = &p->bar[i];

		if (!shown(p, b, c))
			continue;
		for (k = 0; k < p->nr_link; k++) {
			if (p->link[k].wait == i)
				link[k][0] = n;
			if (p->link[k].hold == i)
				link[k][1] = n;
		}
		packed_add(&s, b->start - last);
		packed_add(&s, b->end - b->start);
		packed_add(&s, b->lock);
		packed_add(&s, b->task);
		packed_add(&s, b->function);
		packed_add(&s, b->cpu);
		packed_add(&s, b->flags);
		last = b->start;
		n++;
	}
	out_add(o, "\"spans\":\"");
	packed_write(&s, o);
	out_add(o, "\",");
}

static void write_stays(struct out *o, const struct picture *p)
{
	struct packed s = { NULL, 0, 0 };
	uint64_t last = 0;
	uint32_t i;

	for (i = 0; i < p->nr_stay; i++) {
		const struct stay *k = &p->stay[i];

		if (p->task[k->task].idle)
			continue;
		packed_add(&s, k->start - last);
		packed_add(&s, k->end - k->start);
		packed_add(&s, k->cpu);
		packed_add(&s, k->task);
		last = k->start;
	}
	out_add(o, "\"stays\":\"");
	packed_write(&s, o);
	out_add(o, "\",");
}

static void write_operations(struct out *o, const struct picture *p)
{
	struct packed s = { NULL, 0, 0 };
	uint64_t last = 0;
	uint32_t i;

	for (i = 0; i < p->t->nr_op && i < MAX_OPS; i++) {
		const struct tf_op *k = &p->t->op[i];
		uint64_t start = k->start > p->t->head.tick_start ? k->start - p->t->head.tick_start : 0;
		uint64_t end = k->last == TF_NONE ? p->ticks : k->end - p->t->head.tick_start;
		uint32_t task = picture_task(p, k->pid);

		if (start < last) /* not in order: another CPU was first */
			continue;
		packed_add(&s, start - last);
		packed_add(&s, end > start ? end - start : 0);
		packed_add(&s, task);
		packed_add(&s, k->op);
		last = start;
	}
	out_add(o, "\"ops\":\"");
	packed_write(&s, o);
	out_add(o, "\",");
}

/* --- the names --------------------------------------------------------------------------------- */

static void write_names(struct out *o, const struct picture *p)
{
	char name[96];
	uint32_t i;

	out_add(o, "\"tasks\":[");
	for (i = 0; i < p->nr_task; i++) {
		out_add(o, "%s{\"name\":", i ? "," : "");
		out_json(o, picture_task_name(p, i, name, sizeof(name)));
		out_add(o, ",\"quiet\":%d}", p->task[i].idle);
	}
	out_add(o, "],\n\"locks\":[");
	for (i = 0; i < p->t->nr_lock; i++) {
		out_add(o, "%s{\"name\":", i ? "," : "");
		out_json(o, trace_lock_name(p->t, i, name, sizeof(name)));
		out_add(o, ",\"quiet\":%d}", class_is_machinery(p->t, p->t->lock[i].obj >> 16));
	}
	out_add(o, "],\n\"functions\":[");
	for (i = 0; i < p->nr_function; i++) {
		out_add(o, "%s", i ? "," : "");
		out_json(o, p->function[i]);
	}
	out_add(o, "],\n\"opNames\":[");
	for (i = 0; i < p->t->nr_op_names; i++) {
		out_add(o, "%s", i ? "," : "");
		out_json(o, trace_op_name(p->t, i));
	}
	out_add(o, "],\n");
}

static void write_run(struct out *o, const struct picture *p, const struct cut *c)
{
	uint32_t link[MAX_LINKS][2] = { { 0 } }, i;

	out_add(o, "{\"letter\":\"%c\",\"design\":", p->letter);
	out_json(o, p->t->head.design);
	out_add(o, ",\"cpus\":%u,\"ticks\":%llu,\n", p->t->head.cpus, (unsigned long long)p->ticks);
	write_names(o, p);
	write_bars(o, p, c, link);
	write_stays(o, p);
	write_operations(o, p);
	out_add(o, "\n\"cycle\":[");
	for (i = 0; i < p->nr_link; i++)
		out_add(o, "%s[%u,%u]", i ? "," : "", link[i][0], link[i][1]);
	out_add(o, "]}");
}

/* --- the section ------------------------------------------------------------------------------- */

static void say_cut(struct out *o, const struct picture *p, const struct cut *c)
{
	if (c->machinery)
		return;
	out_add(o, "<p class=\"soft\">%c has more than %u spans; the picture leaves out the locks of the scheduler "
		"and of devices", p->letter, MAX_BARS);
	if (c->until != UINT64_MAX) {
		out_add(o, ", and locks after tick ");
		out_count(o, c->until);
	}
	out_add(o, ". The tables below count all of it.</p>\n");
}

static const char tools[] =
	"<div class=\"tools\" role=\"toolbar\" aria-label=\"Timeline\">\n"
	"<button type=\"button\" data-do=\"in\" aria-label=\"Zoom in\">+</button>"
	"<button type=\"button\" data-do=\"out\" aria-label=\"Zoom out\">&minus;</button>"
	"<button type=\"button\" data-do=\"left\" aria-label=\"Earlier\">&larr;</button>"
	"<button type=\"button\" data-do=\"right\" aria-label=\"Later\">&rarr;</button>"
	"<button type=\"button\" data-do=\"fit\">Show all</button>\n"
	"<label>Rows: <select id=\"view\"><option value=\"cpu lock\">CPUs and locks</option>"
	"<option value=\"task lock\">tasks and locks</option><option value=\"cpu\">CPUs</option>"
	"<option value=\"lock\">locks</option><option value=\"task\">tasks</option></select></label>\n"
	"<label><input type=\"checkbox\" id=\"all\"> every lock</label></div>\n";

void report_timeline(struct out *o, const struct report *r)
{
	struct cut cut[2];
	int i;

	out_add(o, "<h2 id=\"time\">What happened when</h2>\n"
		"<p>Time goes to the right%s. A CPU&rsquo;s row shows which task it runs (grey) and, below, the locks that "
		"task holds; a lock&rsquo;s row shows when somebody held it and, striped, when somebody waited for it. Point "
		"at a bar to read who, where and how long.</p>\n"
		"<div class=\"key\"><span><i class=\"k-run\"></i>a task runs</span>"
		"<span><i class=\"k-hold\"></i>held by one</span><span><i class=\"k-shared\"></i>shared by readers</span>"
		"<span><i class=\"k-wait\"></i>somebody waits</span><span><i class=\"k-stuck\"></i>part of a deadlock"
		"</span></div>\n<div id=\"timeline\">%s",
		r->n > 1 ? ", on the same scale for both: what ends further left was done sooner" : "", tools);
	out_add(o, "<div class=\"timeline\"><canvas tabindex=\"0\" role=\"application\" "
		"aria-label=\"Timeline; arrows move, plus and minus zoom, up and down choose a row, brackets step\">"
		"</canvas><div class=\"status\" role=\"status\">Drag to move, double-click or Ctrl and the wheel to zoom; "
		"with the keyboard: arrows, + and &minus;, Home, and [ ] from bar to bar.</div></div></div>\n"
		"<div id=\"tip\"></div>\n<noscript>");
	timeline_svg(o, r);
	out_add(o, "</noscript>\n");
	for (i = 0; i < r->n; i++) {
		cut[i] = choose_cut(&r->p[i]);
		say_cut(o, &r->p[i], &cut[i]);
	}
	out_add(o, "<script type=\"application/json\" id=\"data\">{\"ticksPerSecond\":0,\"runs\":[\n");
	for (i = 0; i < r->n; i++) {
		out_add(o, "%s", i ? ",\n" : "");
		write_run(o, &r->p[i], &cut[i]);
	}
	out_add(o, "]}</script>\n");
}
