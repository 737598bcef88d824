/*
 * tests/diff/report_page.c - the sections in their order, in one file that needs nothing from outside.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/diff/report.h"
#include "tests/diff/report_assets.h"

/* --- charts made by others ----------------------------------------------------------------------- */

static bool ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), k = strlen(end);

	return n >= k && strcmp(s + n - k, end) == 0;
}

/* An SVG from its <svg> on: the prolog of a file has no place in a page. */
static void add_svg(struct out *o, const char *all)
{
	const char *s = strstr(all, "<svg");

	out_add(o, "<figure class=\"chart scroll\">%s</figure>\n", s ? s : "");
}

static void add_file(struct out *o, const char *path)
{
	struct out all = { NULL, 0, 0 };
	FILE *f = fopen(path, "r");
	char buf[4096];
	size_t n;

	if (!f) {
		fprintf(stderr, "report: %s cannot be read (%s); the page goes without it\n", path,
			strerror(errno));
		return;
	}
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		out_bytes(&all, buf, n);
	fclose(f);
	if (ends_in(path, ".svg")) {
		add_svg(o, out_str(&all));
	} else {
		out_add(o, "<pre class=\"scroll\">");
		out_html(o, out_str(&all));
		out_add(o, "</pre>\n");
	}
	out_free(&all);
}

void report_scaling(struct out *o, const struct report *r)
{
	int i;

	if (!r->nr_scaling)
		return;
	out_add(o, "<h2 id=\"scaling\">With more CPUs</h2>\n"
		"<p>The same work on 1, 2, 4 and 8 CPUs. A line that rises with the CPUs shares the work among them; a "
		"flat one means that they wait for one another.</p>\n");
	for (i = 0; i < r->nr_scaling; i++)
		add_file(o, r->scaling[i]);
}

/* --- the page ------------------------------------------------------------------------------------ */

static void contents(struct out *o, const struct report *r)
{
	int i;

	out_add(o, "<nav class=\"toc\" aria-label=\"Contents\">");
	for (i = 0; i < r->n; i++)
		if (r->p[i].nr_link)
			out_add(o, "<a href=\"#circle-%c\">The deadlock</a>", r->p[i].letter);
	out_add(o, "<a href=\"#classes\">Which locks cost the time</a><a href=\"#time\">What happened when</a>"
		"<a href=\"#orders\">In which order</a>");
	out_add(o, "<a href=\"#sequences\">Operation by operation</a>");
	if (r->nr_scaling)
		out_add(o, "<a href=\"#scaling\">With more CPUs</a>");
	out_add(o, "<a href=\"#operations\">Costs</a><a href=\"#numbers\">Numbers</a></nav>\n");
}

static void title(struct out *o, const struct report *r)
{
	out_html(o, r->p[0].t->head.design);
	if (r->n > 1) {
		out_add(o, " beside ");
		out_html(o, r->p[1].t->head.design);
	}
	out_add(o, ": ");
	report_run_name(o, &r->p[0].t->head);
}

void report_page(struct out *o, const struct report *r)
{
	bool stuck = r->p[0].nr_link || (r->n > 1 && r->p[1].nr_link);

	out_add(o, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<link rel=\"icon\" href=\"data:,\">\n<title>");
	title(o, r);
	out_add(o, "</title>\n<style>\n%s%s</style>\n</head>\n<body>\n"
		"<a class=\"skip\" href=\"#main\">To the contents</a>\n", report_css, report_svg_css);
	report_head(o, r);
	out_add(o, "<main id=\"main\">\n");
	contents(o, r);
	report_circle(o, r);
	if (!stuck)
		report_charts(o, r);
	report_timeline(o, r);
	report_orders(o, r);
	report_sequences(o, r);
	if (stuck) /* then who waited last matters more than for how long */
		report_charts(o, r);
	report_scaling(o, r);
	report_operations(o, r);
	report_numbers(o, r);
	out_add(o, "</main>\n<script>\n%s</script>\n<script>\n%s</script>\n</body>\n</html>\n", report_timeline_js,
		report_page_js);
}
