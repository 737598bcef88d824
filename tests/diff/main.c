/*
 * tests/diff/main.c - build/lockdiff: what can be read from traces, as text.
 *
 *   lockdiff pack IMAGE SECTOR KERNEL.elf OUT   raw sectors of a run to a trace file
 *   lockdiff info TRACE                         what it is
 *   lockdiff check TRACE                        do the numbers add up? also the kernel's own, if it counted
 *   lockdiff stat TRACE                         locks as in /proc/lock_stat, and operations
 *   lockdiff sequence TRACE [OP] [all]          the lock sequence of one operation, or of all
 *   lockdiff diff TRACE-A TRACE-B               summary, numbers, and the sequences that differ
 *   lockdiff ops TRACE                          the names of its operations
 *   lockdiff compare DESIGN-A DESIGN-B          the two design files side by side
 * Colours on a terminal only, never with NO_COLOR set. Exit status: tests/diff/lockdiff.h.
 */
#include "tests/diff/lockdiff.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int say_error(const char *fmt, ...)
{
	char line[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < ' ')
			*c = '?';
	fprintf(stderr, "lockdiff: %s\n", line);
	return 2;
}

bool want_colour(FILE *out)
{
	const char *no = getenv("NO_COLOR");

	return isatty(fileno(out)) && !(no && *no);
}

static int with_trace(const char *path, int (*use)(const struct trace *t, int argc, char **argv), int argc, char **argv)
{
	struct trace t;
	char err[300];
	int status = trace_open(&t, path, err, sizeof(err));

	if (status)
		return say_error("%s", err);
	status = use(&t, argc, argv);
	trace_close(&t);
	return status;
}

static int use_info(const struct trace *t, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	print_head(stdout, t);
	return 0;
}

static int use_check(const struct trace *t, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return check_numbers(stdout, t);
}

static int use_stat(const struct trace *t, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	print_head(stdout, t);
	printf("\n");
	print_lock_stat(stdout, t);
	printf("\n");
	print_operations(stdout, t);
	return 0;
}

static int use_ops(const struct trace *t, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	for (uint32_t i = 0; i < t->nr_op_names; i++)
		printf("%s\n", trace_op_name(t, i));
	return 0;
}

/* "fault_anon" means "fault anon": a name on a command line has no blanks. */
static uint32_t find_op(const struct trace *t, const char *name)
{
	char buf[64];

	snprintf(buf, sizeof(buf), "%s", name);
	for (char *c = buf; *c; c++)
		if (*c == '_' || *c == '.' || *c == '-')
			*c = ' ';
	return trace_op_find(t, name) != TF_NONE ? trace_op_find(t, name) : trace_op_find(t, buf);
}

static int no_such_op(const struct trace *t, const char *name)
{
	char line[360] = "";
	size_t n = 0;

	for (uint32_t i = 0; i < t->nr_op_names && n < sizeof(line) - 40; i++)
		n += (size_t)snprintf(line + n, sizeof(line) - n, "%s%s", i ? ", " : "", trace_op_name(t, i));
	return say_error("no operation '%.40s' in this trace; there are: %s", name, line);
}

static int use_sequence(const struct trace *t, int argc, char **argv)
{
	bool all = argc > 1 && !strcmp(argv[1], "all"), every = argc == 0 || !strcmp(argv[0], "all");
	struct sequence_set set;
	uint32_t op = every ? 0 : find_op(t, argv[0]);

	if (op == TF_NONE)
		return no_such_op(t, argv[0]);
	sequences_make(&set, t, all);
	for (uint32_t i = 0; every && i < set.nof; i++)
		sequence_print(stdout, &set, i, want_colour(stdout));
	if (!every)
		sequence_print(stdout, &set, op, want_colour(stdout));
	sequences_free(&set);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The operations of both, each once, by name. */
static uint32_t all_names(const struct trace *a, const struct trace *b, const char **names)
{
	uint32_t n = 0, kept = 0;

	for (uint32_t i = 0; i < a->nr_op_names; i++)
		names[n++] = a->op_names[i];
	for (uint32_t i = 0; i < b->nr_op_names; i++)
		names[n++] = b->op_names[i];
	qsort(names, n, sizeof(*names), by_name);
	for (uint32_t i = 0; i < n; i++)
		if (!kept || strcmp(names[kept - 1], names[i]))
			names[kept++] = names[i];
	return kept;
}

static void diff_sequences(const struct trace *a, const struct trace *b)
{
	const char **names = malloc((a->nr_op_names + b->nr_op_names + 1) * sizeof(*names));
	struct sequence_set sa, sb;
	uint32_t n = names ? all_names(a, b, names) : 0, same = 0;

	sequences_make(&sa, a, false);
	sequences_make(&sb, b, false);
	printf("Lock sequences that differ (the most frequent way of each operation)\n");
	for (uint32_t i = 0; i < n; i++)
		if (strncmp(names[i], "irq ", 4))
			same += !sequence_diff(stdout, &sa, &sb, names[i], want_colour(stdout));
	printf("\n%u operations take the same locks in the same order under both.\n", same);
	sequences_free(&sa);
	sequences_free(&sb);
	free(names);
}

static int cmd_diff(const char *path_a, const char *path_b)
{
	struct trace a, b;
	char err[300];
	int status;

	if (trace_open(&a, path_a, err, sizeof(err)))
		return say_error("%s", err);
	if (trace_open(&b, path_b, err, sizeof(err))) {
		trace_close(&a);
		return say_error("%s", err);
	}
	status = trace_comparable(&a, &b, err, sizeof(err));
	if (status) {
		say_error("%s", err);
	} else {
		print_head(stdout, &a);
		print_head(stdout, &b);
		printf("\n");
		print_lock_diff(stdout, &a, &b);
		printf("\n");
		print_operation_diff(stdout, &a, &b);
		printf("\n");
		diff_sequences(&a, &b);
	}
	trace_close(&a);
	trace_close(&b);
	return status;
}

static int usage(void)
{
	return say_error("usage: lockdiff pack | info | check | stat | ops | sequence | diff | compare ...; see "
			 "docs/lock-diff.md");
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*use)(const struct trace *t, int argc, char **argv);
	} of_one[] = { { "info", use_info }, { "check", use_check }, { "stat", use_stat }, { "ops", use_ops },
		       { "sequence", use_sequence } };

	if (argc < 3)
		return usage();
	if (!strcmp(argv[1], "pack"))
		return cmd_pack(argc - 2, argv + 2);
	if (!strcmp(argv[1], "compare"))
		return cmd_compare(argc - 2, argv + 2);
	if (!strcmp(argv[1], "diff") && argc == 4)
		return cmd_diff(argv[2], argv[3]);
	for (size_t i = 0; i < sizeof(of_one) / sizeof(of_one[0]); i++)
		if (!strcmp(argv[1], of_one[i].name))
			return with_trace(argv[2], of_one[i].use, argc - 3, argv + 3);
	return usage();
}
