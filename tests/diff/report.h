/*
 * tests/diff/report.h - the report of one run, or of two side by side: what its sections share.
 *
 *   report A.trace [B.trace] [-o report.html] [--result FILE]... [--untraced FILE]... [--figures DIR]
 *          [--scaling FILE]...
 *
 * One section, one file: report_head.c (title, plain words, tiles), report_charts.c, report_timeline.c,
 * report_circle.c, report_orders.c, report_sequences.c, report_numbers.c. Each appends its HTML to a text;
 * report_page.c puts them together with the style and the script, which the build embeds, so that the
 * page needs nothing from outside. With --figures, the pictures are also written as SVG files of their own.
 * The same traces give the same bytes.
 */
#ifndef TESTS_DIFF_REPORT_H
#define TESTS_DIFF_REPORT_H

#include "tests/diff/report_model.h"
#include "tests/diff/report_out.h"

#define MAX_SCALING 16

/* What the workload itself said at its end: so many units in so many ticks. */
struct result {
	uint64_t ops, ticks; /* 0 = it said nothing */
	char unit[24];
};

struct report {
	struct picture p[2];
	int n; /* 1 or 2 runs */
	struct result result[2];
	struct result untraced[2]; /* of the same run without recording: its speed, and what recording costs */
	const char *scaling[MAX_SCALING]; /* files: .svg are shown, others printed as they are */
	int nr_scaling;
};

/* The sums that the head and the charts speak of. */
struct summary {
	uint64_t ticks, acquisitions, contentions, waited, held;
	uint64_t op_ticks, op_in_locks; /* of all operations */
	uint32_t ops;
	unsigned worst; /* class with the longest waiting, all tasks together */
	uint64_t worst_waited;
	bool stuck;
};

void summarize(const struct picture *p, struct summary *s);

/* From the workload's line ("workload touch ok ... unit=pages ops=80 ticks=1295529 ..."); nothing when the
 * line is another. */
void read_result(const char *line, struct result *out);

/* Both kinds of holders of a class together. */
struct class_sum {
	uint64_t acquisitions, contentions, waited, held;
};
void class_sum(const struct trace *t, unsigned class_id, struct class_sum *sum);

/* What was run, as a person calls it: the workload without its number of workers, or the scenario. */
void report_run_name(struct out *o, const struct tf_header *h);

/* Sections of the page. */
void report_head(struct out *o, const struct report *r);
void report_charts(struct out *o, const struct report *r);
void report_timeline(struct out *o, const struct report *r);
void report_circle(struct out *o, const struct report *r); /* nothing when no run was stuck */
void report_orders(struct out *o, const struct report *r);
void report_sequences(struct out *o, const struct report *r);
void report_numbers(struct out *o, const struct report *r);
void report_operations(struct out *o, const struct report *r);
void report_scaling(struct out *o, const struct report *r); /* nothing when no files were given */
void report_page(struct out *o, const struct report *r);

/* Pictures alone: an <svg> element of class "pic" or "graph". */
void chart_svg(struct out *o, const struct report *r);
void timeline_svg(struct out *o, const struct report *r);
void circle_svg(struct out *o, const struct picture *p);
/* Write them into @dir with their colours; 0, or -1 after one line. */
int report_figures(const char *dir, const struct report *r);

#endif
