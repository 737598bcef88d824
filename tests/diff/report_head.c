/*
 * tests/diff/report_head.c - the top of the page: what was run, what came out in plain words, and three
 * numbers as bars. Somebody who has never seen the project should know after these what it is about.
 */
#include <stdio.h>
#include <string.h>

#include "tests/diff/report.h"

static void letter(struct out *o, char c)
{
	out_add(o, "<span class=\"letter %s\">%c</span>", c == 'A' ? "a" : "b", c);
}

/* The letter only where there are two to tell apart. */
static void name_of(struct out *o, const struct report *r, const struct picture *p)
{
	if (r->n > 1)
		letter(o, p->letter);
	out_add(o, " <b class=\"name\">");
	out_html(o, p->t->head.design);
	out_add(o, "</b>");
}

static void add_class(struct out *o, const struct picture *p, unsigned c)
{
	out_add(o, "<code>");
	out_html(o, trace_class_name(p->t, c));
	out_add(o, "</code>");
}

/* --- plain words --------------------------------------------------------------------------------- */

static bool measured(const struct report *r, const struct result *result)
{
	return result[0].ticks && result[r->n - 1].ticks;
}

/* The time of the work itself, without recording where that was measured, else of all that was recorded. */
static uint64_t time_of(const struct report *r, int i, const struct summary *s)
{
	return measured(r, r->untraced) ? r->untraced[i].ticks :
	       measured(r, r->result)	? r->result[i].ticks : s[i].ticks;
}

/* "2.80": how many times as long the run took with recording. */
static double cost_of(const struct report *r, int i)
{
	return (double)r->result[i].ticks / (double)r->untraced[i].ticks;
}

static void say_cost(struct out *o, const struct report *r)
{
	if (measured(r, r->untraced) && measured(r, r->result))
		out_add(o, "<p class=\"soft\">That was measured without recording. With every lock recorded, as for the "
			"pictures below, the same runs took %.1f and %.1f times as long: waiting looks longer there than it "
			"is.</p>\n", cost_of(r, 0), cost_of(r, 1));
}

static void say_speed(struct out *o, const struct report *r, const struct summary *s)
{
	int fast = time_of(r, 1, s) < time_of(r, 0, s);
	uint64_t less = time_of(r, fast, s), more = time_of(r, !fast, s);

	if (s[0].stuck || s[1].stuck || less == 0)
		return;
	out_add(o, "<p>");
	if (more * 100 < less * 103) {
		out_add(o, "Both took about the same time: ");
		out_count(o, time_of(r, 0, s));
		out_add(o, " and ");
		out_count(o, time_of(r, 1, s));
		out_add(o, " ticks of the machine&rsquo;s clock.</p>\n");
		return;
	}
	name_of(o, r, &r->p[fast]);
	if (more * 10 >= less * 15)
		out_add(o, " was %.1f times as fast as ", (double)more / (double)less);
	else
		out_add(o, " needed %.0f %% less time than ", (double)(more - less) * 100 / (double)more);
	name_of(o, r, &r->p[!fast]);
	out_add(o, " for the same work: ");
	out_count(o, less);
	out_add(o, " ticks of the machine&rsquo;s clock instead of ");
	out_count(o, more);
	out_add(o, ".</p>\n");
}

static void say_waiting(struct out *o, const struct report *r, const struct picture *p, const struct summary *s)
{
	double waiting = s->ticks ? (double)s->waited / (double)s->ticks : 0;

	if (s->stuck)
		return; /* sums over waits that never end say nothing */
	out_add(o, "<p>");
	name_of(o, r, p);
	out_add(o, " took a lock ");
	out_count(o, s->acquisitions);
	if (s->contentions == 0) {
		out_add(o, " times and never found one taken.</p>\n");
		return;
	}
	out_add(o, " times and found it taken ");
	out_count(o, s->contentions);
	out_add(o, " times. On average %.2f tasks stood waiting, most of the time for ", waiting);
	add_class(o, p, s->worst);
	out_add(o, ".</p>\n");
}

static void say_stuck(struct out *o, const struct report *r, const struct picture *p)
{
	uint32_t i;
	char who[64], next[64], lock[64];

	if (!p->nr_link)
		return;
	out_add(o, "<p><b>");
	name_of(o, r, p);
	out_add(o, " ended in a deadlock.</b> ");
	for (i = 0; i < p->nr_link; i++) {
		const struct bar *w = &p->bar[p->link[i].wait], *h = &p->bar[p->link[i].hold];

		out_html(o, picture_task_name(p, w->task, who, sizeof(who)));
		out_add(o, " waits for <code>");
		out_html(o, trace_lock_name(p->t, w->lock, lock, sizeof(lock)));
		out_add(o, "</code>, which ");
		out_html(o, picture_task_name(p, h->task, next, sizeof(next)));
		out_add(o, " holds%s", i + 1 < p->nr_link ? "; " : ". None of them will ever run again.");
	}
	out_add(o, "</p>\n");
}

static void plain_words(struct out *o, const struct report *r, const struct summary *s)
{
	int i;

	out_add(o, "<section class=\"short%s\" aria-label=\"In short\">\n",
		s[0].stuck || (r->n > 1 && s[1].stuck) ? " stuck" : "");
	for (i = 0; i < r->n; i++)
		say_stuck(o, r, &r->p[i]);
	if (r->n > 1) {
		say_speed(o, r, s);
		say_cost(o, r);
	}
	for (i = 0; i < r->n; i++)
		say_waiting(o, r, &r->p[i], &s[i]);
	out_add(o, "</section>\n");
}

/* --- three numbers as bars ----------------------------------------------------------------------- */

/* A value below 0 stands for "has no end". */
static void tile(struct out *o, const struct report *r, const char *title, const double *value,
		 const char *format, bool wait)
{
	double most = value[0] > 0 ? value[0] : 1;
	char number[32];
	int i;

	if (r->n > 1 && value[1] > most)
		most = value[1];
	out_add(o, "<div class=\"tile\"><h3>%s</h3><div class=\"pair\">", title);
	for (i = 0; i < r->n; i++) {
		if (r->n > 1)
			letter(o, r->p[i].letter);
		else
			out_add(o, "<span></span>");
		if (value[i] < 0)
			snprintf(number, sizeof(number), "never ends");
		else
			snprintf(number, sizeof(number), format, value[i]);
		out_add(o, "<div class=\"bar%s\" style=\"width:%.1f%%\"></div><span class=\"value\">%s</span>",
			wait ? " wait" : "", value[i] < 0 ? 100 : value[i] * 100 / most, number);
	}
	out_add(o, "</div></div>\n");
}

static double share(uint64_t part, uint64_t whole)
{
	return whole ? (double)part * 100 / (double)whole : 0;
}

static void tiles(struct out *o, const struct report *r, const struct summary *s)
{
	double time[2], wait[2], locks[2], inside[2];
	int i;

	for (i = 0; i < r->n; i++) {
		time[i] = s[i].stuck ? -1 : (double)time_of(r, i, s) / 1000;
		wait[i] = s[i].ticks ? (double)s[i].waited / (double)s[i].ticks : 0;
		locks[i] = s[i].ops ? (double)s[i].acquisitions / s[i].ops : 0;
		inside[i] = share(s[i].op_in_locks, s[i].op_ticks);
	}
	out_add(o, "<div class=\"tiles\">\n");
	tile(o, r, "Time for the work, in thousands of ticks", time, "%.0f", false);
	tile(o, r, "Tasks that wait for a lock, on average", wait, "%.2f", true);
	tile(o, r, "Locks taken per operation", locks, "%.1f", false);
	tile(o, r, "Share of the operations&rsquo; time spent in locks", inside, "%.0f %%", true);
	out_add(o, "</div>\n");
}

/* --- what was run -------------------------------------------------------------------------------- */

static void fact(struct out *o, const char *name, const char *value)
{
	out_add(o, "<dt>%s</dt><dd>", name);
	out_html(o, value);
	out_add(o, "</dd>\n");
}

static void facts(struct out *o, const struct report *r)
{
	const struct tf_header *h = &r->p[0].t->head;
	char buf[128];
	int i;

	out_add(o, "<details><summary>What exactly was run</summary>\n<dl class=\"facts\">\n");
	for (i = 0; i < r->n; i++) {
		const struct tf_header *k = &r->p[i].t->head;

		snprintf(buf, sizeof(buf), "%s, holes=%s", k->design, k->holes);
		fact(o, i ? "Design B" : r->n > 1 ? "Design A" : "Design", buf);
		fact(o, "Command line", k->cmdline);
		snprintf(buf, sizeof(buf), "%llu events, %llu lost, over %llu ticks",
			 (unsigned long long)k->nr_records, (unsigned long long)k->lost,
			 (unsigned long long)r->p[i].ticks);
		fact(o, "Recorded", buf);
		if (r->result[i].ticks) {
			snprintf(buf, sizeof(buf), "%llu %s in %llu ticks", (unsigned long long)r->result[i].ops,
				 r->result[i].unit, (unsigned long long)r->result[i].ticks);
			fact(o, "The workload&rsquo;s own measure", buf);
		}
	}
	fact(o, "Workload", h->workload);
	snprintf(buf, sizeof(buf), "%u", h->cpus);
	fact(o, "CPUs", buf);
	snprintf(buf, sizeof(buf), "%016llx", (unsigned long long)h->build);
	fact(o, r->n > 1 ? "Build (the same kernel for both)" : "Build", buf);
	if (measured(r, r->untraced) && measured(r, r->result))
		snprintf(buf, sizeof(buf), r->n > 1 ? "A took %.2f times as long as without it, B %.2f times" :
			 "it took %.2f times as long as without it", cost_of(r, 0), cost_of(r, r->n - 1));
	else
		snprintf(buf, sizeof(buf), "not measured for this report");
	fact(o, "Cost of recording", buf);
	fact(o, "A tick", "one step of the emulated CPU\xe2\x80\x99s time stamp counter; Bochs counts instructions, "
	     "so that two runs give the same ticks. Cache misses cost nothing there.");
	out_add(o, "</dl></details>\n");
}

/* "touch" of the workload touch:4; a scenario's name stands in the command line only. */
void report_run_name(struct out *o, const struct tf_header *h)
{
	const char *s = h->workload[0] ? h->workload : strstr(h->cmdline, "scenario=");
	struct out name = { NULL, 0, 0 };

	if (!h->workload[0])
		s = s ? s + strlen("scenario=") : "without a name";
	out_bytes(&name, s, strcspn(s, h->workload[0] ? ":" : " "));
	out_html(o, out_str(&name));
	out_free(&name);
}

void report_head(struct out *o, const struct report *r)
{
	const struct tf_header *h = &r->p[0].t->head;
	struct summary s[2];
	int i;

	memset(s, 0, sizeof(s));
	for (i = 0; i < r->n; i++)
		summarize(&r->p[i], &s[i]);
	out_add(o, "<header class=\"top\">\n<button type=\"button\" id=\"theme\">Theme</button>\n<h1>");
	name_of(o, r, &r->p[0]);
	if (r->n > 1) {
		out_add(o, " beside ");
		name_of(o, r, &r->p[1]);
	}
	out_add(o, "</h1>\n<p class=\"soft\">");
	if (r->n > 1)
		out_add(o, "The same program");
	else
		out_add(o, h->workload[0] ? "The program" : "The scenario");
	out_add(o, " <b>");
	report_run_name(o, h);
	out_add(o, "</b> on %s kernel with %u CPU%s; %s.</p>\n", r->n > 1 ? "the same" : "a", h->cpus,
		h->cpus == 1 ? "" : "s", r->n > 1 ?
		"only the memory manager&rsquo;s <em>locking</em> differs. Below: who held which lock, who waited, and where "
		"the two part ways" : "this is who held which lock, and who waited");
	plain_words(o, r, s);
	if (r->n > 1 || !s[0].stuck)
		tiles(o, r, s);
	facts(o, r);
	out_add(o, "</header>\n");
}
