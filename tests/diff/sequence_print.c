/*
 * tests/diff/sequence_print.c - sequences as text: one operation's ways, and two designs' as a unified diff.
 *
 * The diff compares steps, not their indentation, by the longest common subsequence; where a loop begins and
 * ends is a step of its own there, how often it ran is not.
 */
#include "tests/diff/lockdiff.h"

#include <stdlib.h>
#include <string.h>

#define MAX_WAYS  3	/* printed; the others are counted */
#define DIFF_MAX  4000	/* steps of a way that are compared */
#define CONTEXT	  3	/* lines around a difference */
#define RED	  "\033[31m"
#define GREEN	  "\033[32m"
#define CYAN	  "\033[36m"
#define BOLD	  "\033[1m"
#define PLAIN	  "\033[0m"

static int depth_before(enum step_what what, int depth)
{
	return (what == STEP_DROP || what == STEP_HAND_OVER) && depth ? depth - 1 : depth;
}

static int depth_after(enum step_what what, int depth)
{
	if (what == STEP_TAKE || what == STEP_HELD)
		return depth + 1;
	return depth_before(what, depth);
}

/* --- a way as lines --------------------------------------------------------------------------------------------------- */

struct line {
	char key[256];	/* what is compared */
	char text[320]; /* what is shown */
};

static void add_line(struct line *lines, uint32_t *n, const char *key, const char *text)
{
	if (*n == DIFF_MAX)
		return;
	snprintf(lines[*n].key, sizeof(lines[*n].key), "%s", key);
	snprintf(lines[(*n)++].text, sizeof(lines[0].text), "%s", text);
}

static void loop_line(struct line *lines, uint32_t *n, const struct loop *l, int indent, bool begin)
{
	char text[80];

	if (!begin)
		snprintf(text, sizeof(text), "%*send", 2 * indent, "");
	else if (l->min == l->max)
		snprintf(text, sizeof(text), "%*srepeat x %u", 2 * indent, "", l->max);
	else
		snprintf(text, sizeof(text), "%*srepeat x %u..%u", 2 * indent, "", l->min, l->max);
	add_line(lines, n, begin ? "repeat" : "end", text);
}

static uint32_t make_lines(const struct sequence_set *set, const struct variant *v, struct line *lines)
{
	uint32_t n = 0;
	int depth = 0, loops = 0;

	for (uint32_t i = 0; i < v->n; i++) {
		const struct step *s = &set->step[v->token[i]];
		char key[256], text[320];

		for (uint32_t k = 0; k < v->nloop; k++)
			if (v->loop[k].start == i)
				loop_line(lines, &n, &v->loop[k], depth + loops++, true);
		snprintf(key, sizeof(key), "%d %s %s %s", (int)s->what, s->mode, s->text, s->where);
		step_line(s, depth_before(s->what, depth) + loops, text, sizeof(text));
		add_line(lines, &n, key, text);
		depth = depth_after(s->what, depth);
		for (uint32_t k = 0; k < v->nloop; k++)
			if (v->loop[k].start + v->loop[k].len == i + 1)
				loop_line(lines, &n, &v->loop[k], depth + --loops, false);
	}
	return n;
}

static struct line *new_lines(void)
{
	struct line *lines = malloc(DIFF_MAX * sizeof(*lines));

	if (!lines) {
		say_error("no memory");
		exit(2);
	}
	return lines;
}

/* --- one operation --------------------------------------------------------------------------------------------------- */

static double per_cent(uint32_t part, uint32_t of)
{
	return of ? 100.0 * part / of : 0;
}

static void print_variant(FILE *out, const struct sequence_set *set, const struct variant *v, struct line *lines)
{
	uint32_t n = make_lines(set, v, lines);

	if (!n)
		fprintf(out, "    no lock\n");
	for (uint32_t i = 0; i < n; i++)
		fprintf(out, "    %s\n", lines[i].text);
}

void sequence_print(FILE *out, const struct sequence_set *set, uint32_t op, bool colour)
{
	const struct sequences *of = &set->of[op];
	struct line *lines = new_lines();
	uint32_t rare = 0;

	fprintf(out, "%s%s%s under %s (workload %s, %u CPUs): %u times, %u way%s\n", colour ? BOLD : "",
		trace_op_name(set->t, op), colour ? PLAIN : "", set->t->head.design, set->t->head.workload,
		set->t->head.cpus, of->count, of->nvariant, of->nvariant == 1 ? "" : "s");
	for (uint32_t i = 0; i < of->nvariant; i++) {
		if (i >= MAX_WAYS) {
			rare += of->variant[i].count;
			continue;
		}
		fprintf(out, "  %s%s: %u of %u (%.1f%%)%s\n", colour ? CYAN : "", i ? "another way" : "the main way",
			of->variant[i].count, of->count, per_cent(of->variant[i].count, of->count), colour ? PLAIN : "");
		print_variant(out, set, &of->variant[i], lines);
	}
	if (rare)
		fprintf(out, "  and %u rarer ways: %u of %u (%.1f%%)\n", of->nvariant - MAX_WAYS, rare, of->count,
			per_cent(rare, of->count));
	free(lines);
}

/* --- two ------------------------------------------------------------------------------------------------------------------ */

/* length[i][k] of the longest common subsequence of a[i..] and b[k..]. */
static uint16_t *common(const struct line *a, uint32_t na, const struct line *b, uint32_t nb)
{
	uint16_t *length = calloc((size_t)(na + 1) * (nb + 1), sizeof(*length));

	if (!length) {
		say_error("no memory");
		exit(2);
	}
	for (uint32_t i = na; i-- > 0;)
		for (uint32_t k = nb; k-- > 0;) {
			uint16_t down = length[(i + 1) * (nb + 1) + k], right = length[i * (nb + 1) + k + 1];

			if (!strcmp(a[i].key, b[k].key))
				length[i * (nb + 1) + k] = (uint16_t)(length[(i + 1) * (nb + 1) + k + 1] + 1);
			else
				length[i * (nb + 1) + k] = down > right ? down : right;
		}
	return length;
}

/* One line of a diff. */
struct change {
	char sign;
	const char *text;
};

static void diff_line(FILE *out, char sign, const char *text, bool colour)
{
	const char *on = sign == '-' ? RED : sign == '+' ? GREEN : "";

	fprintf(out, "%s%c   %s%s\n", colour ? on : "", sign, text, colour && *on ? PLAIN : "");
}

/* All lines of both, in order; returns how many. */
static uint32_t make_changes(const struct line *a, uint32_t na, const struct line *b, uint32_t nb, struct change *c)
{
	uint16_t *length = common(a, na, b, nb);
	uint32_t i = 0, k = 0, n = 0;

	while (i < na || k < nb) {
		if (i < na && k < nb && !strcmp(a[i].key, b[k].key)) {
			c[n++] = (struct change){ ' ', b[k].text };
			i++;
			k++;
		} else if (i < na && (k == nb || length[(i + 1) * (nb + 1) + k] >= length[i * (nb + 1) + k + 1])) {
			c[n++] = (struct change){ '-', a[i++].text };
		} else {
			c[n++] = (struct change){ '+', b[k++].text };
		}
	}
	free(length);
	return n;
}

static bool near_change(const struct change *c, uint32_t n, uint32_t at)
{
	for (uint32_t i = at > CONTEXT ? at - CONTEXT : 0; i < n && i <= at + CONTEXT; i++)
		if (c[i].sign != ' ')
			return true;
	return false;
}

static void print_diff(FILE *out, const struct line *a, uint32_t na, const struct line *b, uint32_t nb, bool colour)
{
	struct change *c = malloc((na + nb + 1) * sizeof(*c));
	uint32_t n = c ? make_changes(a, na, b, nb, c) : 0, left_out = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (!near_change(c, n, i)) {
			left_out++;
			continue;
		}
		if (left_out)
			fprintf(out, "%s    ... %u lines that both have%s\n", colour ? CYAN : "", left_out, colour ? PLAIN : "");
		left_out = 0;
		diff_line(out, c[i].sign, c[i].text, colour);
	}
	if (left_out)
		fprintf(out, "%s    ... %u lines that both have%s\n", colour ? CYAN : "", left_out, colour ? PLAIN : "");
	free(c);
}

static void diff_head(FILE *out, char sign, const struct sequence_set *set, const struct sequences *of, uint32_t way,
		      const char *name, bool colour)
{
	const char *on = sign == '-' ? RED : GREEN;

	fprintf(out, "%s%c%c%c %s  %s", colour ? on : "", sign, sign, sign, set->t->head.design, name);
	if (!of || !of->count)
		fprintf(out, "  (does not happen)");
	else
		fprintf(out, "  (%u of %u, %.1f%%; %u way%s)", of->variant[way].count, of->count,
			per_cent(of->variant[way].count, of->count), of->nvariant, of->nvariant == 1 ? "" : "s");
	fprintf(out, "%s\n", colour ? PLAIN : "");
}

static const struct sequences *find(const struct sequence_set *set, const char *name)
{
	uint32_t op = trace_op_find(set->t, name);

	return op == TF_NONE ? NULL : &set->of[op];
}

bool sequence_diff(FILE *out, const struct sequence_set *a, const struct sequence_set *b, const char *name, bool colour)
{
	const struct sequences *x = find(a, name), *y = find(b, name);
	struct line *la = new_lines(), *lb = new_lines();
	uint32_t wx = 0, wy = 0, na, nb;
	bool differ;

	if (x && x->count && y && y->count)
		sequences_pair(x, y, &wx, &wy);
	na = x && x->count ? make_lines(a, &x->variant[wx], la) : 0;
	nb = y && y->count ? make_lines(b, &y->variant[wy], lb) : 0;
	differ = na != nb;
	for (uint32_t i = 0; i < na && !differ; i++)
		differ = strcmp(la[i].key, lb[i].key) != 0;
	if (differ) {
		fprintf(out, "\n");
		diff_head(out, '-', a, x, wx, name, colour);
		diff_head(out, '+', b, y, wy, name, colour);
		print_diff(out, la, na, lb, nb, colour);
	}
	free(la);
	free(lb);
	return differ;
}
