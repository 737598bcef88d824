/*
 * tests/diff/json_main.c - the program `trace2json`: one trace or two in, one file for Perfetto out.
 *
 *   trace2json A.trace [B.trace] [-o trace.json] [--all]
 *
 * Without --all the locks of the scheduler and of devices are left out. Exit status: 0 the file is there,
 * 2 it could not be made (one line says why).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/diff/json_trace.h"

static int usage(void)
{
	fprintf(stderr, "usage: trace2json A.trace [B.trace] [-o trace.json] [--all]\n");
	return 2;
}

static int write_all(const char *path, const struct out *o)
{
	FILE *f = fopen(path, "w");
	size_t n = f ? fwrite(o->s, 1, o->n, f) : 0;

	if (!f || fclose(f) || n != o->n) {
		fprintf(stderr, "trace2json: %s cannot be written: %s\n", path, strerror(errno));
		return 2;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static struct trace t[2];
	static struct picture p[2];
	struct out o = { NULL, 0, 0 };
	const char *to = "trace.json";
	char err[256];
	bool all = false;
	int i, n = 0, bad;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--all") == 0) {
			all = true;
		} else if (strcmp(argv[i], "-o") == 0 && i + 1 < argc) {
			to = argv[++i];
		} else if (argv[i][0] == '-' || n == 2) {
			return usage();
		} else if (trace_open(&t[n], argv[i], err, sizeof(err)) ||
			   (n && trace_comparable(&t[0], &t[1], err, sizeof(err)))) {
			fprintf(stderr, "trace2json: %s\n", err);
			return 2;
		} else {
			picture_make(&p[n], &t[n], (char)('A' + n));
			n++;
		}
	}
	if (!n)
		return usage();
	json_trace(&o, p, n, all);
	bad = write_all(to, &o);
	out_free(&o);
	for (i = 0; i < n; i++) {
		picture_free(&p[i]);
		trace_close(&t[i]);
	}
	return bad;
}
