/*
 * tests/diff/report_main.c - the program `report`: one trace or two in, one HTML file out.
 *
 *   report A.trace [B.trace] [-o report.html] [--result FILE]... [--untraced FILE]... [--figures DIR]
 *          [--scaling FILE]...
 *
 * --result, --untraced: files with the line that the workload printed, with recording and without; the first
 * is A's, the second B's.
 * Exit status: 0 the page is there, 2 it could not be made (one line says why).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/diff/report.h"

struct words {
	const char *trace[2], *out, *figures;
	int n, nr_results, nr_untraced;
};

static int usage(void)
{
	fprintf(stderr, "usage: report A.trace [B.trace] [-o report.html] [--result FILE]... [--untraced FILE]... "
		"[--figures DIR] [--scaling FILE]...\n");
	return 2;
}

/* The next of two results. A workload that failed left an empty file: then there is none. */
static int add_result(struct result *result, int *n, const char *path)
{
	char line[512] = "";
	FILE *f = fopen(path, "r");

	if (!f) {
		fprintf(stderr, "report: %s: %s\n", path, strerror(errno));
		return 2;
	}
	if (*n < 2 && fgets(line, sizeof(line), f))
		read_result(line, &result[*n]);
	++*n;
	fclose(f);
	return *n > 2 ? usage() : 0;
}

/* 0, or 2 when the command line makes no sense. */
static int read_words(int argc, char **argv, struct words *w, struct report *r)
{
	int i;

	for (i = 1; i < argc; i++) {
		const char *word = argv[i];

		if (word[0] != '-') {
			if (w->n == 2)
				return usage();
			w->trace[w->n++] = word;
			continue;
		}
		if (++i == argc)
			return usage();
		if (strcmp(word, "-o") == 0) {
			w->out = argv[i];
		} else if (strcmp(word, "--figures") == 0) {
			w->figures = argv[i];
		} else if (strcmp(word, "--result") == 0) {
			if (add_result(r->result, &w->nr_results, argv[i]))
				return 2;
		} else if (strcmp(word, "--untraced") == 0) {
			if (add_result(r->untraced, &w->nr_untraced, argv[i]))
				return 2;
		} else if (strcmp(word, "--scaling") == 0 && r->nr_scaling < MAX_SCALING) {
			r->scaling[r->nr_scaling++] = argv[i];
		} else {
			return usage();
		}
	}
	return w->n ? 0 : usage();
}

static int write_page(const char *path, const struct report *r)
{
	struct out o = { NULL, 0, 0 };
	FILE *f = fopen(path, "w");
	size_t n;

	if (!f) {
		fprintf(stderr, "report: %s cannot be written: %s\n", path, strerror(errno));
		return 2;
	}
	report_page(&o, r);
	n = fwrite(o.s, 1, o.n, f);
	if (fclose(f) || n != o.n) {
		fprintf(stderr, "report: %s could not be written in full: %s\n", path, strerror(errno));
		return 2;
	}
	out_free(&o);
	return 0;
}

int main(int argc, char **argv)
{
	static struct report r;
	static struct trace t[2];
	struct words w = { .out = "report.html" };
	char err[256];
	int i, bad = read_words(argc, argv, &w, &r);

	if (bad)
		return bad;
	for (i = 0; i < w.n; i++) {
		bad = trace_open(&t[i], w.trace[i], err, sizeof(err));
		if (!bad && i == 1)
			bad = trace_comparable(&t[0], &t[1], err, sizeof(err));
		if (bad) {
			fprintf(stderr, "report: %s\n", err);
			return 2;
		}
		picture_make(&r.p[i], &t[i], (char)('A' + i));
	}
	r.n = w.n;
	bad = write_page(w.out, &r);
	if (!bad && w.figures)
		bad = report_figures(w.figures, &r) ? 2 : 0;
	for (i = 0; i < w.n; i++) {
		picture_free(&r.p[i]);
		trace_close(&t[i]);
	}
	return bad;
}
