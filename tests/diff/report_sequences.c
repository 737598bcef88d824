/*
 * tests/diff/report_sequences.c - what each operation locks, A against B, as a unified diff in colours.
 *
 * The sequences and their diff are tests/diff/sequence*.c's; here their lines become HTML. Operations that
 * differ come first, then those that only one run has, then those that are the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/diff/lockdiff.h"
#include "tests/diff/report.h"

/* One operation's diff. */
struct item {
	const char *name;
	uint32_t count[2];
	char *text; /* the diff, or the only run's sequence */
	size_t size;
	bool differs;
};

static uint32_t count_in(const struct sequence_set *set, const char *name)
{
	uint32_t op = trace_op_find(set->t, name);

	return op == TF_NONE ? 0 : set->of[op].count;
}

static void make_item(struct item *it, const struct sequence_set *set, int n, const char *name)
{
	FILE *f;
	int i;

	*it = (struct item){ .name = name };
	for (i = 0; i < n; i++)
		it->count[i] = count_in(&set[i], name);
	f = open_memstream(&it->text, &it->size);
	if (!f)
		exit(2);
	if (it->count[0] && it->count[1])
		it->differs = sequence_diff(f, &set[0], &set[1], name, false);
	else if (it->count[0] || it->count[1])
		sequence_print(f, &set[it->count[0] ? 0 : 1], trace_op_find(set[it->count[0] ? 0 : 1].t, name), false);
	fclose(f);
}

static int rank(const struct item *it)
{
	return it->differs ? 0 : it->count[0] && it->count[1] ? 2 : 1;
}

static int by_interest(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	uint64_t n = (uint64_t)x->count[0] + x->count[1], m = (uint64_t)y->count[0] + y->count[1];

	if (rank(x) != rank(y))
		return rank(x) - rank(y);
	if (n != m)
		return n > m ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* --- HTML ---------------------------------------------------------------------------------------- */

/* Lines one by one, each in a class that follows from its first character. */
static void add_diff(struct out *o, const char *text)
{
	char *copy = strdup(text), *line, *rest = copy;
	bool begun = false; /* blank lines at the start and the end are left out */

	out_add(o, "<pre class=\"diff\">");
	while (copy && (line = strsep(&rest, "\n")) != NULL) {
		const char *class = !strncmp(line, "---", 3) || !strncmp(line, "+++", 3) ? "at" :
				    line[0] == '-' ? "del" : line[0] == '+' ? "add" : line[0] == '@' ? "at" : NULL;

		if (!*line && (!rest || !begun))
			continue;
		begun = true;
		out_add(o, "<span%s%s%s>", class ? " class=\"" : "", class ? class : "", class ? "\"" : "");
		out_html(o, *line ? line : " ");
		out_add(o, "</span>");
	}
	out_add(o, "</pre>");
	free(copy);
}

static void add_item(struct out *o, const struct report *r, const struct item *it, bool open)
{
	out_add(o, "<details%s><summary>", open ? " open" : "");
	out_html(o, it->name);
	out_add(o, " <span class=\"soft\">");
	if (r->n > 1) {
		out_add(o, "%s; %u times in A, %u in B", it->differs ? "differs" :
			it->count[0] && it->count[1] ? "the same" : it->count[0] ? "only in A" : "only in B",
			it->count[0], it->count[1]);
	} else {
		out_add(o, "%u times", it->count[0]);
	}
	out_add(o, "</span></summary>\n");
	add_diff(o, it->text);
	out_add(o, "</details>\n");
}

static void words(struct out *o, const struct report *r)
{
	out_add(o, "<h2 id=\"sequences\">Operation by operation</h2>\n<p>What each operation takes and gives back, in its "
		"order, from what really happened: the most frequent way it went.%s What operations inside it did stands "
		"there as one line. An operation is a system call, a page fault of one kind, or a piece of page "
		"stealing.</p>\n", r->n > 1 ? " A line with <code>&minus;</code> is only in A, one with <code>+</code> "
		"only in B." : "");
	out_add(o, "<p class=\"tools\"><button type=\"button\" id=\"open-all\" aria-pressed=\"false\">Open all</button></p>\n");
}

void report_sequences(struct out *o, const struct report *r)
{
	struct sequence_set set[2] = { { .nof = 0 } };
	struct item *item;
	uint32_t n = 0, i;
	int k;

	for (k = 0; k < r->n; k++)
		sequences_make(&set[k], r->p[k].t, false);
	item = calloc((size_t)set[0].nof + set[1].nof + 1, sizeof(*item));
	if (!item)
		exit(2);
	for (k = 0; k < r->n; k++)
		for (i = 0; i < set[k].nof; i++) {
			const char *name = trace_op_name(r->p[k].t, i);

			if (set[k].of[i].count && !(k && count_in(&set[0], name)))
				make_item(&item[n++], set, r->n, name);
		}
	qsort(item, n, sizeof(*item), by_interest);
	words(o, r);
	for (i = 0; i < n; i++) {
		add_item(o, r, &item[i], i == 0);
		free(item[i].text);
	}
	free(item);
	for (k = 0; k < r->n; k++)
		sequences_free(&set[k]);
}
