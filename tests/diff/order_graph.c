/*
 * tests/diff/order_graph.c - the order of locks for Graphviz; see order_graph.h.
 */
#include "tests/diff/order_graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool order_shows(const struct picture *p, const struct edge *e)
{
	const struct trace *t = p->t;

	return (!class_is_machinery(t, e->from) || class_is_pseudo(t, e->from)) &&
	       (!class_is_machinery(t, e->to) || class_is_pseudo(t, e->to));
}

bool order_has(const struct picture *other, const struct edge *e)
{
	uint32_t i;

	for (i = 0; other && i < other->nr_edge; i++)
		if (other->edge[i].from == e->from && other->edge[i].to == e->to)
			return true;
	return false;
}

static bool node_in(const struct picture *p, unsigned class_id)
{
	uint32_t i;

	for (i = 0; p && i < p->nr_edge; i++)
		if (order_shows(p, &p->edge[i]) &&
		    (p->edge[i].from == class_id || p->edge[i].to == class_id))
			return true;
	return false;
}

static void add_node(const struct picture *p, const struct picture *other, unsigned c, struct out *dot)
{
	unsigned kind = p->t->class[c].kind;
	bool only = other && !node_in(other, c);

	out_add(dot, "\tc%u [label=", c);
	out_dot(dot, trace_class_name(p->t, c));
	out_add(dot, ", id=\"%c-c%u\", shape=%s, class=\"%s%s\", tooltip=", p->letter, c,
		kind == 0 ? "ellipse" : "box, style=rounded", class_is_pseudo(p->t, c) ? "pseudo" : "lock",
		only ? " only" : "");
	out_dot(dot, trace_class_name(p->t, c));
	out_add(dot, "];\n");
}

static void add_edge(const struct picture *p, const struct picture *other, const struct edge *e,
		     struct out *dot)
{
	char tip[256];

	snprintf(tip, sizeof(tip), "%s, then %s: %u times, first in %s", trace_class_name(p->t, e->from),
		 trace_class_name(p->t, e->to), e->count, e->function);
	out_add(dot, "\tc%u -> c%u [label=\"%u\", id=\"%c-e%u-%u\"", e->from, e->to, e->count, p->letter,
		e->from, e->to);
	if (other && !order_has(other, e))
		out_add(dot, ", class=\"only\"");
	out_add(dot, ", tooltip=");
	out_dot(dot, tip);
	out_add(dot, ", labeltooltip=");
	out_dot(dot, tip);
	out_add(dot, "];\n");
}

void order_graph_dot(const struct picture *p, const struct picture *other, struct out *dot)
{
	uint32_t i;

	out_add(dot, "digraph locks {\n\tid=\"order-%c\"; bgcolor=transparent; rankdir=TB; nodesep=0.25; "
		"ranksep=0.4;\n\tnode [fontname=\"DejaVu Sans\", fontsize=12, height=0.3, margin=\"0.1,0.04\"];\n"
		"\tedge [fontname=\"DejaVu Sans\", fontsize=10, arrowsize=0.7];\n", p->letter);
	for (i = 0; i < p->t->head.nr_classes; i++)
		if (node_in(p, i))
			add_node(p, other, i, dot);
	for (i = 0; i < p->nr_edge; i++)
		if (order_shows(p, &p->edge[i]))
			add_edge(p, other, &p->edge[i], dot);
	out_add(dot, "}\n");
}

/* --- Graphviz ------------------------------------------------------------------------------------ */

/* @name as it stands in a shell's command line; only what mkstemp() gives. */
static int run_dot(const char *name, struct out *svg)
{
	char command[128], buf[4096];
	size_t n;
	FILE *f;

	snprintf(command, sizeof(command), "dot -Tsvg '%s' 2>/dev/null", name);
	f = popen(command, "r");
	if (!f)
		return -1;
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		out_bytes(svg, buf, n);
	return pclose(f) == 0 ? 0 : -1;
}

/* Append the <svg> element without its comments (they name Graphviz's version), its width and height in
 * points become a limit of the width, so that it shrinks on a narrow screen. */
static void take_element(const char *all, struct out *svg)
{
	const char *s = strstr(all, "<svg "), *end, *comment;
	unsigned wide = 0;

	if (!s)
		return;
	sscanf(s, "<svg width=\"%u", &wide);
	end = strstr(s, "viewBox");
	if (!end)
		return;
	out_add(svg, "<svg class=\"graph\" role=\"img\" width=\"%u\" ", wide * 4 / 3);
	for (s = end; (comment = strstr(s, "<!--")) != NULL; s = end) {
		out_bytes(svg, s, (size_t)(comment - s));
		end = strstr(comment, "-->");
		if (!end)
			return;
		end += 3;
		while (*end == '\n')
			end++;
	}
	out_add(svg, "%s", s);
}

int order_graph_svg(const struct out *dot, struct out *svg, char *err, size_t size)
{
	char name[] = "/tmp/order-XXXXXX";
	struct out all = { NULL, 0, 0 };
	int fd = mkstemp(name), bad;
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	if (!f) {
		snprintf(err, size, "the graph's text cannot be written to /tmp");
		return -1;
	}
	fputs(out_str(dot), f);
	bad = fclose(f);
	if (!bad)
		bad = run_dot(name, &all);
	unlink(name);
	if (bad || !strstr(out_str(&all), "<svg ")) {
		snprintf(err, size, "Graphviz did not draw it (is `dot` there? apt-get install graphviz)");
		out_free(&all);
		return -1;
	}
	take_element(out_str(&all), svg);
	out_free(&all);
	return 0;
}
