/*
 * tests/diff/order_graph.h - the order in which a run took its locks, as a graph: DOT for Graphviz, and the
 * SVG that Graphviz makes of it.
 *
 * A node is a class of locks (box: its waiters sleep; ellipse: they spin; dashed: no lock but a place, such
 * as page reclaim); an arrow from L to M says that M was wished for directly inside L, with the number of times.
 * What only one of two runs has is marked by the class "only": a thick line, and a colour.
 */
#ifndef TESTS_DIFF_ORDER_GRAPH_H
#define TESTS_DIFF_ORDER_GRAPH_H

#include "tests/diff/report_model.h"
#include "tests/diff/report_out.h"

/* Does @p show the edge? Locks of the scheduler and of devices are left out of the pictures. */
bool order_shows(const struct picture *p, const struct edge *e);
/* Is there an edge between the same two classes in @other? NULL has none. */
bool order_has(const struct picture *other, const struct edge *e);

/* The graph of @p; what @other (NULL = nothing to compare with) has not is marked. */
void order_graph_dot(const struct picture *p, const struct picture *other, struct out *dot);
/* Run `dot`: 0 and the <svg> element appended to @svg; else -1 and one line in @err. */
int order_graph_svg(const struct out *dot, struct out *svg, char *err, size_t size);

#endif
