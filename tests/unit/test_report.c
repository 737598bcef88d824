/*
 * tests/unit/test_report.c - the report and the trace-event export, on a trace written by hand
 * (tests/unit/report_trace.h): what is drawn follows from the story, not from the program.
 */
#include "unit.h"

#include <ctype.h>
#include <stdio.h>

#include "tests/diff/json_trace.h"
#include "tests/diff/order_graph.h"
#include "tests/diff/report.h"
#include "tests/unit/report_trace.h"

static struct trace t[2];
static struct report r;

static void open_both(void)
{
	char err[256];
	size_t n;
	int i;

	for (i = 0; i < 2; i++) {
		uint8_t *file = deadlock_trace(i == 1, &n);

		ck_assert_msg(trace_read(&t[i], "by hand", file, n, err, sizeof(err)) == 0, "%s", err);
		free(file);
		picture_make(&r.p[i], &t[i], (char)('A' + i));
	}
	r.n = 2;
}

static void close_both(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		picture_free(&r.p[i]);
		trace_close(&t[i]);
	}
}

/* The bar of @pid on class @class_id with exactly these times and flags. */
static bool has_bar(const struct picture *p, unsigned pid, unsigned class_id, uint64_t start, uint64_t end, unsigned flags)
{
	uint32_t i;

	for (i = 0; i < p->nr_bar; i++) {
		const struct bar *b = &p->bar[i];

		if (p->task[b->task].pid == pid && p->t->lock[b->lock].obj >> 16 == class_id && b->start == start &&
		    b->end == end && b->flags == flags)
			return true;
	}
	return false;
}

START_TEST(test_bars)
{
	const struct picture *p = &r.p[0];

	open_both();
	ck_assert_uint_eq(p->ticks, 100);
	ck_assert_uint_eq(p->nr_bar, 5);
	ck_assert(has_bar(p, 6, OUTER, 21, 100, BAR_OPEN | BAR_STUCK));
	ck_assert(has_bar(p, 7, DRIVER, 31, 100, BAR_OPEN | BAR_STUCK));
	ck_assert(has_bar(p, 6, PTL, 41, 50, 0));
	ck_assert(has_bar(p, 6, DRIVER, 60, 100, BAR_WAIT | BAR_OPEN | BAR_STUCK));
	ck_assert(has_bar(p, 7, OUTER, 80, 100, BAR_WAIT | BAR_OPEN | BAR_STUCK));
	p = &r.p[1];
	ck_assert_uint_eq(p->nr_bar, 5);
	ck_assert(has_bar(p, 6, DRIVER, 60, 85, BAR_WAIT));
	ck_assert(has_bar(p, 6, DRIVER, 85, 90, 0));
	close_both();
}
END_TEST

START_TEST(test_circle)
{
	const struct picture *p = &r.p[0];
	uint32_t i;

	open_both();
	ck_assert_uint_eq(p->nr_link, 2);
	for (i = 0; i < 2; i++) {
		const struct bar *w = &p->bar[p->link[i].wait], *h = &p->bar[p->link[i].hold];

		ck_assert_uint_eq(w->lock, h->lock);
		ck_assert_uint_ne(w->task, h->task);
		ck_assert_uint_eq(h->task, p->bar[p->link[!i].wait].task);
	}
	ck_assert_uint_eq(r.p[1].nr_link, 0);
	close_both();
}
END_TEST

START_TEST(test_stays_and_wakeups)
{
	const struct picture *p = &r.p[0];

	open_both();
	ck_assert_uint_eq(p->nr_wakeup, 1);
	ck_assert_uint_eq(p->wakeup[0].start, 35);
	ck_assert_uint_eq(p->wakeup[0].end, 70);
	ck_assert_uint_eq(p->wakeup[0].by_cpu, 1);
	ck_assert_uint_eq(p->wakeup[0].cpu, 0);
	ck_assert_uint_eq(p->task[p->wakeup[0].by].pid, 7);
	ck_assert_uint_eq(p->task[p->wakeup[0].task].pid, 8);
	/* A from the start to its switch, then C to the end; B to its switch; then nobody is known there. */
	ck_assert_uint_ge(p->nr_stay, 3);
	ck_assert_uint_eq(p->stay[0].start, 0);
	ck_assert_uint_eq(p->stay[0].end, 70);
	ck_assert_uint_eq(p->nr_sample, 1);
	ck_assert_uint_eq(p->sample[0].free_pages, 100);
	ck_assert_uint_eq(p->sample[0].free_swap, 2000);
	close_both();
}
END_TEST

static unsigned edges_between(const struct picture *p, unsigned from, unsigned to)
{
	uint32_t i;

	for (i = 0; i < p->nr_edge; i++)
		if (p->edge[i].from == from && p->edge[i].to == to)
			return p->edge[i].count;
	return 0;
}

START_TEST(test_order)
{
	struct out dot = { NULL, 0, 0 };

	open_both();
	ck_assert_uint_eq(r.p[0].nr_edge, 3);
	ck_assert_uint_eq(edges_between(&r.p[0], OUTER, PTL), 1);
	ck_assert_uint_eq(edges_between(&r.p[0], OUTER, DRIVER), 1);
	ck_assert_uint_eq(edges_between(&r.p[0], DRIVER, OUTER), 1);
	ck_assert_uint_eq(r.p[1].nr_edge, 2);
	order_graph_dot(&r.p[0], &r.p[1], &dot);
	ck_assert_ptr_nonnull(strstr(out_str(&dot), "id=\"A-e1-0\", class=\"only\""));
	ck_assert_ptr_null(strstr(out_str(&dot), "id=\"A-e0-1\", class=\"only\""));
	out_free(&dot);
	close_both();
}
END_TEST

/* --- the export ---------------------------------------------------------------------------------- */

/* The end of the JSON value at @s, NULL = it is none. */
static const char *json_value(const char *s);

static const char *json_space(const char *s)
{
	while (s && isspace((unsigned char)*s))
		s++;
	return s;
}

static const char *json_string(const char *s)
{
	if (*s++ != '"')
		return NULL;
	for (; *s && *s != '"'; s++)
		if ((unsigned char)*s < ' ' || (*s == '\\' && !*++s))
			return NULL;
	return *s ? s + 1 : NULL;
}

static const char *json_list(const char *s, char close)
{
	s = json_space(s + 1);
	if (*s == close)
		return s + 1;
	for (;;) {
		if (close == '}') {
			s = json_space(json_string(s));
			if (!s || *s++ != ':')
				return NULL;
		}
		s = json_space(json_value(json_space(s)));
		if (!s || (*s != ',' && *s != close))
			return NULL;
		if (*s++ == close)
			return s;
		s = json_space(s);
	}
}

static const char *json_value(const char *s)
{
	char *end;

	if (*s == '{' || *s == '[')
		return json_list(s, *s == '{' ? '}' : ']');
	if (*s == '"')
		return json_string(s);
	if (strncmp(s, "true", 4) == 0)
		return s + 4;
	if (strncmp(s, "false", 5) == 0)
		return s + 5;
	strtod(s, &end);
	return end == s ? NULL : end;
}

static unsigned times_in(const char *all, const char *word)
{
	unsigned n = 0;

	for (; (all = strstr(all, word)) != NULL; all++)
		n++;
	return n;
}

/* For every event of phase @first there is one of phase @second with the same id. */
static void pairs(const char *all, const char *first, const char *second)
{
	const char *s, *id;
	char want[64];

	ck_assert_uint_eq(times_in(all, first), times_in(all, second));
	for (s = all; (s = strstr(s, first)) != NULL; s++) {
		id = strstr(s, "\"id\":");
		ck_assert_ptr_nonnull(id);
		snprintf(want, sizeof(want), "%.*s", (int)strcspn(id, ",}"), id);
		ck_assert_msg(times_in(all, want) == 2, "%s stands there %u times", want, times_in(all, want));
	}
}

START_TEST(test_export)
{
	struct out o = { NULL, 0, 0 };
	const char *s;

	open_both();
	json_trace(&o, r.p, 2, false);
	s = json_space(json_value(out_str(&o)));
	ck_assert(s && *s == '\0');
	pairs(out_str(&o), "{\"ph\":\"b\"", "{\"ph\":\"e\"");
	pairs(out_str(&o), "{\"ph\":\"s\"", "{\"ph\":\"f\"");
	ck_assert_uint_eq(times_in(out_str(&o), "{\"ph\":\"b\""), 10);
	ck_assert_uint_eq(times_in(out_str(&o), "{\"ph\":\"s\""), 2);
	ck_assert_uint_eq(times_in(out_str(&o), "\"name\":\"free pages\",\"args\":{\"pages\":100}"), 2);
	ck_assert_uint_eq(times_in(out_str(&o), "\"deadlock\":true"), 4);
	out_free(&o);
	close_both();
}
END_TEST

/* --- the page ------------------------------------------------------------------------------------ */

static void make_page(struct out *o)
{
	open_both();
	report_page(o, &r);
	close_both();
}

START_TEST(test_page_is_the_same_each_time)
{
	struct out a = { NULL, 0, 0 }, b = { NULL, 0, 0 };

	make_page(&a);
	make_page(&b);
	ck_assert_uint_eq(a.n, b.n);
	ck_assert_mem_eq(a.s, b.s, a.n);
	out_free(&a);
	out_free(&b);
}
END_TEST

START_TEST(test_page_says_what_happened)
{
	struct out o = { NULL, 0, 0 };
	const char *s;

	make_page(&o);
	s = out_str(&o);
	ck_assert_ptr_nonnull(strstr(s, "ended in a deadlock."));
	ck_assert_ptr_nonnull(strstr(s, "id=\"circle-A\""));
	ck_assert_ptr_null(strstr(s, "id=\"circle-B\""));
	ck_assert_ptr_nonnull(strstr(s, "stuck&lt;&amp;&gt;")); /* a name is text, never markup */
	ck_assert_ptr_null(strstr(s, "stuck<"));
	ck_assert_ptr_null(strstr(s, "src="));
	ck_assert_ptr_null(strstr(s, "@import"));
	out_free(&o);
}
END_TEST

START_TEST(test_results)
{
	struct result result;

	read_result("workload touch ok workers=4 cpus=4 unit=faults ops=80 ticks=1200 min=7 max=9\n", &result);
	ck_assert_str_eq(result.unit, "faults");
	ck_assert_uint_eq(result.ops, 80);
	ck_assert_uint_eq(result.ticks, 1200);
	read_result("workload touch FAILED unit=faults ops=80 ticks=1200\n", &result);
	ck_assert_uint_eq(result.ticks, 0);
	read_result("", &result);
	ck_assert_uint_eq(result.ticks, 0);
}
END_TEST

/* The time at the top is that without recording where both were measured, and the cost is said. */
START_TEST(test_speed_is_without_recording)
{
	struct out o = { NULL, 0, 0 };

	r.result[0] = (struct result){ 10, 4000, "pages" };
	r.result[1] = (struct result){ 10, 3000, "pages" };
	r.untraced[0] = (struct result){ 10, 2000, "pages" };
	r.untraced[1] = (struct result){ 10, 1000, "pages" };
	open_both();
	r.p[0].nr_link = 0; /* as if nobody had been stuck: then times are compared */
	report_page(&o, &r);
	close_both();
	ck_assert_ptr_nonnull(strstr(out_str(&o), "2.0 times as fast"));
	ck_assert_ptr_nonnull(strstr(out_str(&o), "took 2.0 and 3.0 times as long"));
	out_free(&o);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("report");
	TCase *c = tcase_create("report");

	tcase_add_test(c, test_bars);
	tcase_add_test(c, test_circle);
	tcase_add_test(c, test_stays_and_wakeups);
	tcase_add_test(c, test_order);
	tcase_add_test(c, test_export);
	tcase_add_test(c, test_page_is_the_same_each_time);
	tcase_add_test(c, test_page_says_what_happened);
	tcase_add_test(c, test_results);
	tcase_add_test(c, test_speed_is_without_recording);
	suite_add_tcase(s, c);
	return unit_run(s);
}
