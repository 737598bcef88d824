/*
 * tests/diff/compare.c - two locking designs side by side: their files in mm/design/, function by function.
 *
 * The files have the same functions in the same order; where one lacks a function or table the other side
 * stays empty. Over each pair stand the rules that its two sides assert (RULE(...), kernel/watch_rules.h), in
 * words; the comment above a function is shown with it. Equal lines are dim on a terminal, different ones
 * are marked: < left only, > right only, | changed.
 */
#include "tests/diff/lockdiff.h"

#include <ctype.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kernel/watch_rules.h"

#define MAX_LINES 3000
#define MAX_ITEMS 400
#define LINE	  400

struct item { /* a function or table, with the comment above it */
	char name[64];
	uint32_t first, last; /* lines */
};

struct source {
	char path[160];
	char (*line)[LINE];
	uint32_t nline;
	struct item item[MAX_ITEMS];
	uint32_t nitem;
};

static const struct {
	const char *id, *name, *asks;
} rules[] = {
#define X(id, name, asks, wrong) { #id, name, asks },
	RULES(X)
#undef X
};

/* --- reading ---------------------------------------------------------------------------------------------------- */

static int no_such_design(const char *design)
{
	char line[300] = "";
	size_t n = 0;
	glob_t g;

	if (!glob("mm/design/*.c", 0, NULL, &g))
		for (size_t i = 0; i < g.gl_pathc && n < sizeof(line) - 40; i++)
			if (strcmp(g.gl_pathv[i], "mm/design/design.c"))
				n += (size_t)snprintf(line + n, sizeof(line) - n, " %.*s",
						      (int)strlen(g.gl_pathv[i]) - 12, g.gl_pathv[i] + 10);
	globfree(&g);
	return say_error("compare: no design '%s'; there are:%s", design, line);
}

static int read_source(struct source *s, const char *design)
{
	char raw[LINE];
	FILE *f;

	if (strchr(design, '/') || strlen(design) > 60)
		return say_error("compare: '%.60s' is no design", design);
	snprintf(s->path, sizeof(s->path), "mm/design/%s.c", design);
	f = fopen(s->path, "r");
	if (!f)
		return no_such_design(design);
	s->line = calloc(MAX_LINES, sizeof(*s->line));
	while (s->line && s->nline < MAX_LINES && fgets(raw, sizeof(raw), f)) {
		char *to = s->line[s->nline++];
		size_t n = 0;

		for (const char *c = raw; *c && *c != '\n' && n < LINE - 5; c++) {
			do
				to[n++] = *c == '\t' ? ' ' : *c;
			while (*c == '\t' && n % 4);
		}
		to[n] = '\0';
	}
	fclose(f);
	return s->line ? 0 : say_error("no memory");
}

/* The name that @text declares: the word before the first '(', '[' or '='. */
static void name_of(const char *text, char *name, size_t size)
{
	size_t end = strcspn(text, "([="), start;

	while (end && !isalnum((unsigned char)text[end - 1]) && text[end - 1] != '_')
		end--;
	start = end;
	while (start && (isalnum((unsigned char)text[start - 1]) || text[start - 1] == '_'))
		start--;
	snprintf(name, size, "%.*s", (int)(end - start), text + start);
}

static bool starts_item(const char *line)
{
	return *line && !isspace((unsigned char)*line) && *line != '#' && *line != '}' && *line != '/' && *line != '*' &&
	       strcspn(line, "([=") < strlen(line);
}

/* A comment that is a heading between parts belongs to no item. */
static bool is_heading(const char *line)
{
	return !strncmp(line, "/* ---", 6);
}

static void find_items(struct source *s)
{
	uint32_t begin = 0;
	bool head_done = false;

	for (uint32_t i = 0; i < s->nline && s->nitem < MAX_ITEMS; i++) {
		const char *line = s->line[i];
		struct item *it = &s->item[s->nitem];

		if (!*line || *line == '#' || is_heading(line)) {
			begin = i + 1;
			continue;
		}
		if (!strncmp(line, " */", 3) && !head_done) { /* the file's own comment: who, when, for and against */
			head_done = true;
			snprintf(it->name, sizeof(it->name), "the design");
			it->last = i;
			s->nitem++;
			begin = i + 1;
			continue;
		}
		if (!starts_item(line))
			continue;
		name_of(line, it->name, sizeof(it->name));
		it->first = begin;
		while (i < s->nline - 1 && s->line[i][0] != '}' &&
		       !(s->line[i][0] && s->line[i][strlen(s->line[i]) - 1] == ';' && i == begin))
			i++;
		it->last = i;
		begin = i + 1;
		if (*it->name)
			s->nitem++;
	}
}

/* --- matching ----------------------------------------------------------------------------------------------------- */

/* Longest common subsequence of two lists, as pairs (index or -1); returns how many pairs. */
static uint32_t match(uint32_t na, uint32_t nb, bool (*same)(const void *ctx, uint32_t i, uint32_t k), const void *ctx,
		      int (*pair)[2])
{
	uint16_t *length = calloc((size_t)(na + 1) * (nb + 1), sizeof(*length));
	uint32_t i = 0, k = 0, n = 0, w = nb + 1;

	if (!length)
		exit(say_error("no memory"));
	for (i = na; i-- > 0;)
		for (k = nb; k-- > 0;) {
			uint16_t down = length[(i + 1) * w + k], right = length[i * w + k + 1];

			length[i * w + k] = same(ctx, i, k) ? (uint16_t)(length[(i + 1) * w + k + 1] + 1)
							    : down > right ? down : right;
		}
	for (i = 0, k = 0; i < na || k < nb; n++) {
		bool both = i < na && k < nb && same(ctx, i, k);
		bool left = both || (i < na && (k == nb || length[(i + 1) * w + k] >= length[i * w + k + 1]));

		pair[n][0] = left ? (int)i++ : -1;
		pair[n][1] = both || !left ? (int)k++ : -1;
	}
	free(length);
	return n;
}

struct sides {
	const struct source *a, *b;
	const struct item *x, *y; /* when lines are matched */
};

static bool same_name(const void *ctx, uint32_t i, uint32_t k)
{
	const struct sides *s = ctx;

	return !strcmp(s->a->item[i].name, s->b->item[k].name);
}

static bool same_line(const void *ctx, uint32_t i, uint32_t k)
{
	const struct sides *s = ctx;

	return !strcmp(s->a->line[s->x->first + i], s->b->line[s->y->first + k]);
}

/* --- showing -------------------------------------------------------------------------------------------------------- */

static int width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize w;

	if (isatty(1) && !ioctl(1, TIOCGWINSZ, &w) && w.ws_col >= 60)
		return w.ws_col;
	return columns && atoi(columns) >= 60 ? atoi(columns) : 160;
}

/* How many characters of @text stand in a row of @room: all, or as many whole words as there is room for. */
static int piece(const char *text, int room)
{
	int n = (int)strlen(text), cut;

	if (n <= room)
		return n;
	for (cut = room; cut > room / 2; cut--)
		if (text[cut] == ' ')
			return cut;
	return room;
}

#define CONTINUED 8 /* columns that the rest of a long line is indented */

static void show_row(const char *left, char mark, const char *right, int half, bool colour)
{
	const char *on = !colour ? "" : mark == '<' ? "\033[31m" : mark == '>' ? "\033[32m" : mark == '|' ? "\033[33m" : "\033[2m";
	int in = 0;

	do { /* what is longer than its half goes on below */
		int nl = piece(left, half - in), nr = piece(right, half - in);

		printf("%s%*s%-*.*s %c%s%*s%.*s%s\n", on, in, "", half - in, nl, left, mark, *right ? " " : "", *right ? in : 0, "",
		       nr, right, colour ? "\033[0m" : "");
		for (left += nl; *left == ' '; left++)
			continue;
		for (right += nr; *right == ' '; right++)
			continue;
		in = CONTINUED;
	} while (*left || *right);
}

static void show_rules(const struct source *s, const struct item *it, const char *design)
{
	for (size_t r = 0; it && r < sizeof(rules) / sizeof(rules[0]); r++)
		for (uint32_t i = it->first; i <= it->last; i++) {
			char word[40];

			snprintf(word, sizeof(word), "RULE(%s,", rules[r].id);
			if (strstr(s->line[i], word)) {
				printf("    %s asserts %s: %s\n", design, rules[r].name, rules[r].asks);
				break;
			}
		}
}

static void show_pair(const struct sides *s, const struct item *x, const struct item *y, int half, bool colour, char **names)
{
	static int pair[2 * MAX_LINES][2];
	struct sides lines = { s->a, s->b, x, y };
	uint32_t na = x ? x->last - x->first + 1 : 0, nb = y ? y->last - y->first + 1 : 0, n, i;
	uint32_t left, right, both;

	printf("%s%s%s%s\n", colour ? "\033[1m" : "", "== ", x ? x->name : y->name, colour ? "\033[0m" : "");
	show_rules(s->a, x, names[0]);
	show_rules(s->b, y, names[1]);
	n = match(na, nb, same_line, &lines, pair);
	for (i = 0; i < n; i += left + right + both) {
		const char *const none = "";

		/* some lines for others, beside each other; or one that both have */
		for (left = 0; i + left < n && pair[i + left][1] < 0; left++)
			continue;
		for (right = 0; i + left + right < n && pair[i + left + right][0] < 0; right++)
			continue;
		both = !left && !right;
		for (uint32_t k = 0; k < left || k < right; k++)
			show_row(k < left ? s->a->line[x->first + (uint32_t)pair[i + k][0]] : none,
				 k >= left ? '>' : k >= right ? '<' : '|',
				 k < right ? s->b->line[y->first + (uint32_t)pair[i + left + k][1]] : none, half, colour);
		if (both)
			show_row(s->a->line[x->first + (uint32_t)pair[i][0]], ' ', s->b->line[y->first + (uint32_t)pair[i][1]], half,
				 colour);
	}
	printf("\n");
}

int cmd_compare(int argc, char **argv)
{
	static struct source a, b;
	static int pair[2 * MAX_ITEMS][2];
	struct sides s = { &a, &b, NULL, NULL };
	int half = (width() - 3) / 2;
	uint32_t n;

	if (argc != 2)
		return say_error("usage: lockdiff compare DESIGN-A DESIGN-B");
	if (read_source(&a, argv[0]) || read_source(&b, argv[1]))
		return 2;
	find_items(&a);
	find_items(&b);
	show_row(a.path, ' ', b.path, half, false);
	printf("\n");
	n = match(a.nitem, b.nitem, same_name, &s, pair);
	for (uint32_t i = 0; i < n; i++)
		show_pair(&s, pair[i][0] >= 0 ? &a.item[pair[i][0]] : NULL, pair[i][1] >= 0 ? &b.item[pair[i][1]] : NULL, half,
			  want_colour(stdout), argv);
	free(a.line);
	free(b.line);
	return 0;
}
