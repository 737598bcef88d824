/*
 * tests/programs/workload_waits.c - what the run waited for, from the kernel's counters of lock waits.
 *
 * One line for each class of locks that somebody waited for between waits_begin() and waits_end(), by worker 0 when
 * all is over:
 *   lockwait CLASS spins=N spun=TICKS sleeps=N slept=KTICKS
 * summed over all CPUs and tasks (KTICKS: thousands of 1024). On a kernel without the counters: nothing.
 */
#include "workload.h"

#define MAX_ROWS 64
#define NCOLUMNS 4

struct row {
	char name[32];
	unsigned long n[NCOLUMNS];
};

static struct row before[MAX_ROWS], after[MAX_ROWS], sums[MAX_ROWS];
static unsigned nbefore, nsums;

static const char *word(const char *text, char *to, size_t size)
{
	size_t n = 0;

	while (*text == ' ')
		text++;
	for (; *text && *text != ' ' && *text != '\n'; text++)
		if (n < size - 1)
			to[n++] = *text;
	to[n] = '\0';
	return text;
}

/* All rows below the headings; how many. */
static unsigned read_rows(struct row *rows)
{
	static char text[8192];
	const char *line = text;
	unsigned n = 0, i;
	char digits[16];

	if (read_file("/proc/lockwaits", text, sizeof(text)) < 0)
		return 0;
	while ((line = strchr(line, '\n')) && *++line && n < MAX_ROWS) {
		line = word(line, rows[n].name, sizeof(rows[n].name));
		for (i = 0; i < NCOLUMNS; i++) {
			line = word(line, digits, sizeof(digits));
			rows[n].n[i] = (unsigned long)number(digits, 0);
		}
		n++;
	}
	return n;
}

void waits_begin(void)
{
	nbefore = read_rows(before);
}

static struct row *row_of(struct row *rows, unsigned n, const char *name)
{
	struct row *r = rows;

	while (r < rows + n && strcmp(r->name, name))
		r++;
	return r;
}

void waits_end(void)
{
	unsigned n = read_rows(after), i, k;

	for (i = 0; i < n; i++) {
		const struct row *b = row_of(before, nbefore, after[i].name);
		struct row *s = row_of(sums, nsums, after[i].name);

		if (s == sums + nsums) {
			memcpy(s->name, after[i].name, sizeof(s->name));
			nsums++;
		}
		for (k = 0; k < NCOLUMNS; k++)
			s->n[k] += after[i].n[k] - (b < before + nbefore ? b->n[k] : 0);
	}
}

void waits_tell(void)
{
	const struct row *s;

	for (s = sums; s < sums + nsums; s++)
		if (s->n[0] || s->n[2])
			printf("lockwait %s spins=%lu spun=%lu sleeps=%lu slept=%lu\n", s->name, s->n[0], s->n[1],
			       s->n[2], s->n[3]);
}
