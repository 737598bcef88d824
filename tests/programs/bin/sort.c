/*
 * tests/programs/bin/sort.c - sorts lines by their bytes; -n by number, -r backwards, -u one of equal ones, -o FILE, -S KB.
 */
#include "util.h"

#include <ctype.h>
#include <fcntl.h>

/*
 * All text is in memory, and memory may be smaller than the text: so it is read in runs of 1 MB, each
 * sorted by itself and written out in order within its own memory, and the runs are merged from front to
 * back. While a run is sorted, 2 MB are in use; while they are merged, a page of each. The rest can be
 * on swap.
 * Invariants: a run ends with a newline; equal lines keep their order (that of their place in the input).
 */
static size_t run_size = 1u << 20; /* -S */

struct line {
	const char *text;
	size_t length; /* without the newline */
};

struct run {
	char *text;
	size_t length, next; /* next: where the line that is next in the merge starts */
	struct line line;
};

static bool numeric, backwards, unique;
static struct run *runs;
static size_t nr_runs;

/* --- comparing ---------------------------------------------------------------------------------- */

struct number {
	bool negative;
	const char *digits, *fraction;
	size_t ndigits, nfraction;
};

static struct number parse(const struct line *l)
{
	const char *p = l->text, *end = p + l->length;
	struct number n = { false, NULL, NULL, 0, 0 };

	while (p < end && isblank((unsigned char)*p))
		p++;
	if (p < end && *p == '-') {
		n.negative = true;
		p++;
	}
	while (p < end && *p == '0')
		p++;
	n.digits = p;
	while (p < end && isdigit((unsigned char)*p))
		p++;
	n.ndigits = (size_t)(p - n.digits);
	if (p < end && *p == '.') {
		n.fraction = ++p;
		while (p < end && isdigit((unsigned char)*p))
			p++;
		n.nfraction = (size_t)(p - n.fraction);
		while (n.nfraction && n.fraction[n.nfraction - 1] == '0')
			n.nfraction--;
	}
	if (!n.ndigits && !n.nfraction)
		n.negative = false;
	return n;
}

static int compare_magnitude(const struct number *a, const struct number *b)
{
	size_t shorter = a->nfraction < b->nfraction ? a->nfraction : b->nfraction;
	int c;

	if (a->ndigits != b->ndigits)
		return a->ndigits < b->ndigits ? -1 : 1;
	c = memcmp(a->digits, b->digits, a->ndigits);
	if (c)
		return c;
	c = shorter ? memcmp(a->fraction, b->fraction, shorter) : 0;
	if (c || a->nfraction == b->nfraction)
		return c;
	return a->nfraction < b->nfraction ? -1 : 1;
}

static int compare_numbers(const struct line *a, const struct line *b)
{
	struct number x = parse(a), y = parse(b);

	if (x.negative != y.negative)
		return x.negative ? -1 : 1;
	return x.negative ? compare_magnitude(&y, &x) : compare_magnitude(&x, &y);
}

static int compare_bytes(const struct line *a, const struct line *b)
{
	size_t n = a->length < b->length ? a->length : b->length;
	int c = memcmp(a->text, b->text, n);

	if (c || a->length == b->length)
		return c;
	return a->length < b->length ? -1 : 1;
}

/* 0 = equal as far as -u is concerned. */
static int compare(const struct line *a, const struct line *b)
{
	int c = numeric ? compare_numbers(a, b) : 0;

	if (c == 0 && !(numeric && unique))
		c = compare_bytes(a, b);
	return backwards ? -c : c;
}

static int compare_in_run(const void *x, const void *y)
{
	const struct line *a = x, *b = y;
	int c = compare(a, b);

	return c ? c : a->text < b->text ? -1 : a->text > b->text;
}

/* --- runs ------------------------------------------------------------------------------------------ */

static struct line line_at(const char *text, const char *end)
{
	const char *newline = memchr(text, '\n', (size_t)(end - text));

	return (struct line){ text, (size_t)(newline - text) };
}

/* Sort the lines of a run; its text changes places with the scratch memory, which is as large. */
static void sort_run(struct run *r, char **scratch, struct line **lines, size_t *max_lines)
{
	const char *p = r->text, *end = p + r->length;
	size_t n = 0, i;
	char *to;

	while (p < end) {
		if (n == *max_lines) {
			*max_lines = *max_lines ? *max_lines * 2 : 4096;
			*lines = must_alloc(*lines, *max_lines * sizeof(**lines));
		}
		(*lines)[n] = line_at(p, end);
		p += (*lines)[n++].length + 1;
	}
	qsort(*lines, n, sizeof(**lines), compare_in_run);
	*scratch = must_alloc(*scratch, r->length + 1);
	to = *scratch;
	for (i = 0; i < n; i++) {
		memcpy(to, (*lines)[i].text, (*lines)[i].length + 1);
		to += (*lines)[i].length + 1;
	}
	memcpy(r->text, *scratch, r->length);
}

/* What follows the last newline of a full buffer begins the next run. */
struct reader {
	char *rest;
	size_t nrest;
	char *scratch;
	struct line *lines;
	size_t max_lines;
};

static void add_run(struct reader *rd, char *text, size_t length)
{
	struct run r = { text, length, 0, { NULL, 0 } };

	sort_run(&r, &rd->scratch, &rd->lines, &rd->max_lines);
	runs = must_alloc(runs, sizeof(*runs) * (nr_runs + 1));
	runs[nr_runs++] = r;
}

static char *last_newline(char *text, size_t n)
{
	while (n > 0)
		if (text[--n] == '\n')
			return text + n;
	return NULL;
}

static int read_runs(struct reader *rd, int fd, const char *name)
{
	size_t size = run_size, n = 0;
	char *text = must_alloc(NULL, size + 1), *newline;
	ssize_t got;

	while ((got = read(fd, text + n, size - n)) != 0) {
		if (got < 0) {
			complain_errno("read failed: %s", name);
			return 2;
		}
		n += (size_t)got;
		if (n < size)
			continue;
		newline = last_newline(text, n);
		if (!newline) { /* one line, longer than a run */
			text = must_alloc(text, (size *= 2) + 1);
			continue;
		}
		rd->nrest = (size_t)(text + n - newline - 1);
		rd->rest = must_alloc(NULL, (rd->nrest < run_size ? run_size : rd->nrest) + 1);
		memcpy(rd->rest, newline + 1, rd->nrest);
		add_run(rd, text, (size_t)(newline + 1 - text));
		text = rd->rest;
		n = rd->nrest;
		size = n < run_size ? run_size : n + run_size;
		if (n >= run_size)
			text = must_alloc(text, size + 1);
	}
	if (n && text[n - 1] != '\n')
		text[n++] = '\n';
	if (n)
		add_run(rd, text, n);
	else
		free(text);
	return 0;
}

/* --- merging: a heap of runs, the smallest line on top ------------------------------------------------ */

static bool before(const struct run *a, const struct run *b)
{
	int c = compare(&a->line, &b->line);

	return c ? c < 0 : a < b;
}

static void sink(struct run **heap, size_t n, size_t i)
{
	for (;;) {
		size_t least = i, child;
		struct run *r;

		for (child = 2 * i + 1; child <= 2 * i + 2 && child < n; child++)
			if (before(heap[child], heap[least]))
				least = child;
		if (least == i)
			return;
		r = heap[i];
		heap[i] = heap[least];
		heap[least] = r;
		i = least;
	}
}

/* false = the run is at its end */
static bool advance(struct run *r)
{
	if (r->next >= r->length)
		return false;
	r->line = line_at(r->text + r->next, r->text + r->length);
	r->next += r->line.length + 1;
	return true;
}

static void merge(FILE *out)
{
	struct run **heap = must_alloc(NULL, sizeof(*heap) * (nr_runs + 1));
	struct line last = { NULL, 0 };
	size_t n = 0, i;

	for (i = 0; i < nr_runs; i++)
		if (advance(&runs[i]))
			heap[n++] = &runs[i];
	for (i = n; i-- > 0;)
		sink(heap, n, i);
	while (n) {
		struct run *top = heap[0];

		if (!unique || !last.text || compare(&last, &top->line) != 0) {
			fwrite(top->line.text, 1, top->line.length + 1, out);
			last = top->line;
		}
		if (!advance(top))
			heap[0] = heap[--n];
		sink(heap, n, 0);
	}
	free(heap);
}

int main(int argc, char **argv)
{
	static char out_buffer[65536];
	struct reader rd = { NULL, 0, NULL, NULL, 0 };
	const char *out_name = NULL;
	FILE *out = stdout;
	int c, fd, bad = 0;

	set_program(argv[0]);
	while ((c = getopt(argc, argv, "nruo:S:")) != -1) {
		switch (c) {
		case 'n': numeric = true; break;
		case 'r': backwards = true; break;
		case 'u': unique = true; break;
		case 'o': out_name = optarg; break;
		case 'S': run_size = (size_t)number_arg(optarg, "size of a run in KB", 1, 1 << 20) << 10; break;
		default: usage("sort [-nru] [-o FILE] [-S KB] [FILE...]");
		}
	}
	if (optind == argc)
		bad = read_runs(&rd, 0, "-");
	for (; optind < argc && !bad; optind++) {
		fd = open_input(argv[optind]);
		if (fd < 0)
			return 2;
		bad = read_runs(&rd, fd, argv[optind]);
		if (fd)
			close(fd);
	}
	if (bad)
		return bad;
	free(rd.scratch);
	free(rd.lines);
	if (out_name && !(out = fopen(out_name, "w"))) {
		complain_errno("cannot open '%s'", out_name);
		return 2;
	}
	setvbuf(out, out_buffer, _IOFBF, sizeof(out_buffer));
	merge(out);
	if (out != stdout && fclose(out)) {
		complain_errno("write failed: %s", out_name);
		return 2;
	}
	return finish(0) ? 2 : 0;
}
