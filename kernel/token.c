/*
 * kernel/token.c - tokens: recorded from a run, printed, parsed, looked up in a replay.
 *
 * The format is in kernel/token.h. Lines are kept short enough for a serial log; what a token binds
 * (scenario, design, point table, CPU count, names of the tasks) is in its first line and is
 * checked before a replay starts, so that a token of another build is refused and not half
 * followed.
 */
#include "kernel/token.h"

#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/string.h"

#define WORD	    "kswapd23-token"
#define VERSION	    1
#define PRINTS_LINE 20
#define GO_LINE	    8

/* --- recording ------------------------------------------------------------------------------- */

int token_record(struct token *t, const char *scenario, const char *design)
{
	unsigned n = ctl_steps(), i;
	int ret = 0;

	memset(t, 0, sizeof(*t));
	str_copy(t->scenario, scenario, sizeof(t->scenario));
	str_copy(t->design, design, sizeof(t->design));
	t->ncpus = nr_cpus;
	t->points = ctl_points_hash();
	t->ntasks = ctl_ntasks();
	for (i = 0; i < (unsigned)t->ntasks; i++)
		str_copy(t->task[i], ctl_name((int)i), sizeof(t->task[i]));
	t->steps = n;
	for (i = 0; i < n; i++) {
		const struct ctl_step *s = ctl_step_at(i);

		if (!s || t->nprints == TOKEN_MAX_PRINTS || t->nswitches == TOKEN_MAX_SWITCHES) {
			ret = -ENOSPC;
			break;
		}
		t->print[t->nprints++] = s->print;
		if (s->next == s->dflt || (i + 1 == n && s->next == CTL_IRQ))
			continue; /* the end of the run is a verdict, no switch */
		t->sw[t->nswitches].task = s->task;
		t->sw[t->nswitches].next = s->next;
		t->sw[t->nswitches++].nth = s->nth;
	}
	return ret;
}

int token_next(const struct token *t, int task, unsigned nth)
{
	int i;

	for (i = 0; i < t->nswitches; i++)
		if (t->sw[i].task == task && t->sw[i].nth == nth)
			return t->sw[i].next;
	return -1;
}

/* --- printing -------------------------------------------------------------------------------- */

static const char *task_name(const struct token *t, unsigned task)
{
	if (task == TOKEN_NOBODY)
		return "-";
	if (task == CTL_IRQ)
		return "irq";
	return task < (unsigned)t->ntasks ? t->task[task] : "?";
}

void token_print(const struct token *t)
{
	int i;

	report(WORD " %d scenario=%s design=%s cpus=%d points=%08x steps=%u end=%s tasks=", VERSION,
	       t->scenario, t->design, t->ncpus, t->points, t->steps, ctl_verdict_name(t->end));
	for (i = 0; i < t->ntasks; i++)
		report("%s%s", i ? "," : "", t->task[i]);
	report("\n");
	for (i = 0; i < t->nswitches; i++) {
		if (i % GO_LINE == 0)
			report("%s" WORD " go", i ? "\n" : "");
		report(" %s@%u>%s", task_name(t, t->sw[i].task), t->sw[i].nth,
		       task_name(t, t->sw[i].next));
	}
	if (t->nswitches)
		report("\n");
	for (i = 0; i < t->nprints; i++) {
		if (i % PRINTS_LINE == 0)
			report("%s" WORD " fp ", i ? "\n" : "");
		report("%04x", t->print[i]);
	}
	if (t->nprints)
		report("\n");
	report(WORD " end\n");
}

/* --- parsing --------------------------------------------------------------------------------- */

struct parser {
	struct token *t;
	const char *at, *end; /* what is left of the current line */
	int line;
	bool head, finished;
	char *err;
	size_t errsize;
};

static int fail(struct parser *p, const char *what, const char *word)
{
	snprintk(p->err, p->errsize, "token line %d: %s \"%s\"", p->line, what, word);
	return -EINVAL;
}

/* The next word of the line, copied; false = none. Too long ones are cut, and refused by their
 * use. */
static bool next_word(struct parser *p, char *buf, size_t size)
{
	size_t n = 0;

	while (p->at < p->end && (*p->at == ' ' || *p->at == '\t' || *p->at == '\r'))
		p->at++;
	if (p->at == p->end)
		return false;
	for (; p->at < p->end && *p->at != ' ' && *p->at != '\t' && *p->at != '\r'; p->at++)
		if (n + 1 < size)
			buf[n++] = *p->at;
	buf[n] = '\0';
	return true;
}

static bool parse_number(const char *s, unsigned base, unsigned limit, unsigned *value)
{
	unsigned v = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		unsigned digit;

		if (*s >= '0' && *s <= '9')
			digit = (unsigned)(*s - '0');
		else if (*s >= 'a' && *s <= 'f')
			digit = (unsigned)(*s - 'a') + 10;
		else
			return false;
		if (digit >= base || digit > limit || v > (limit - digit) / base)
			return false;
		v = v * base + digit;
	}
	*value = v;
	return true;
}

/* One that a switch can name: "A@4>B" must have one reading. */
static bool good_task_name(const char *name)
{
	return !strchr(name, '@') && !strchr(name, '>') && strcmp(name, "-") && strcmp(name, "irq");
}

static bool parse_tasks(struct token *t, const char *list)
{
	while (*list) {
		size_t n = 0;

		if (t->ntasks == CTL_MAX_TASKS)
			return false;
		while (list[n] && list[n] != ',')
			n++;
		if (n == 0 || n >= sizeof(t->task[0]))
			return false;
		memcpy(t->task[t->ntasks], list, n);
		t->task[t->ntasks][n] = '\0';
		if (!good_task_name(t->task[t->ntasks++]))
			return false;
		list += n + (list[n] == ',');
	}
	return t->ntasks > 0;
}

static int find_verdict(const char *name)
{
	int v;

	for (v = 0; v < NR_CTL_VERDICTS; v++)
		if (strcmp(ctl_verdict_name((enum ctl_verdict)v), name) == 0)
			return v;
	return -1;
}

static bool parse_field(struct token *t, const char *name, const char *value)
{
	unsigned number;
	int verdict;

	/* A field given twice is refused where the second could not wholly replace the first. */
	if (strcmp(name, "scenario") == 0)
		return !t->scenario[0] && str_copy(t->scenario, value, sizeof(t->scenario));
	if (strcmp(name, "design") == 0)
		return !t->design[0] && str_copy(t->design, value, sizeof(t->design));
	if (strcmp(name, "points") == 0)
		return parse_number(value, 16, ~0u, &t->points);
	if (strcmp(name, "steps") == 0)
		return parse_number(value, 10, 1u << 30, &t->steps);
	if (strcmp(name, "tasks") == 0)
		return !t->ntasks && parse_tasks(t, value);
	if (strcmp(name, "cpus") == 0) {
		if (!parse_number(value, 10, NR_CPUS, &number) || number == 0)
			return false;
		t->ncpus = (int)number;
		return true;
	}
	verdict = strcmp(name, "end") == 0 ? find_verdict(value) : -1;
	t->end = verdict >= 0 ? (enum ctl_verdict)verdict : CTL_NONE;
	return verdict >= 0;
}

static int parse_head(struct parser *p)
{
	char word[160], *eq;

	if (p->head)
		return fail(p, "a second token begins:", WORD);
	while (next_word(p, word, sizeof(word))) {
		eq = strchr(word, '=');
		if (!eq)
			return fail(p, "name=value was expected, not", word);
		*eq = '\0';
		if (!parse_field(p->t, word, eq + 1)) {
			*eq = '=';
			return fail(p, "cannot use", word);
		}
	}
	p->head = true;
	if (!p->t->scenario[0] || !p->t->design[0] || !p->t->ncpus || !p->t->ntasks)
		return fail(p, "the first line lacks one of scenario, design, cpus, tasks:", WORD);
	return 0;
}

static int find_task(const struct token *t, const char *name)
{
	int i;

	if (strcmp(name, "-") == 0)
		return TOKEN_NOBODY;
	if (strcmp(name, "irq") == 0)
		return CTL_IRQ;
	for (i = 0; i < t->ntasks; i++)
		if (strcmp(t->task[i], name) == 0)
			return i;
	return -1;
}

/* "A@4>B" */
static int parse_go(struct parser *p)
{
	struct token *t = p->t;
	char word[64], copy[64];

	while (next_word(p, word, sizeof(word))) {
		char *at = strchr(word, '@'), *gt = at ? strchr(at, '>') : NULL;
		int from, to;
		unsigned nth;

		str_copy(copy, word, sizeof(copy));
		if (!gt)
			return fail(p, "a switch is TASK@n>TASK, not", copy);
		*at = *gt = '\0';
		from = find_task(t, word);
		to = find_task(t, gt + 1);
		if (from < 0 || to < 0 || to == TOKEN_NOBODY)
			return fail(p, "unknown task in", copy);
		if (!parse_number(at + 1, 10, 0xffff, &nth))
			return fail(p, "no number in", copy);
		if (t->nswitches == TOKEN_MAX_SWITCHES)
			return fail(p, "too many switches at", copy);
		t->sw[t->nswitches].task = (uint8_t)from;
		t->sw[t->nswitches].next = (uint8_t)to;
		t->sw[t->nswitches++].nth = (uint16_t)nth;
	}
	return 0;
}

/* Four digits each, with or without blanks between them. */
static int parse_prints(struct parser *p)
{
	struct token *t = p->t;
	char word[120], digits[5];
	unsigned value;
	size_t i;

	while (next_word(p, word, sizeof(word))) {
		if (strlen(word) % 4)
			return fail(p, "no fingerprints:", word);
		for (i = 0; word[i]; i += 4) {
			memcpy(digits, word + i, 4);
			digits[4] = '\0';
			if (!parse_number(digits, 16, 0xffff, &value))
				return fail(p, "no fingerprint:", digits);
			if (t->nprints == TOKEN_MAX_PRINTS)
				return fail(p, "too many fingerprints at", word);
			t->print[t->nprints++] = (uint16_t)value;
		}
	}
	return 0;
}

static int parse_line(struct parser *p)
{
	char word[32];

	if (!next_word(p, word, sizeof(word)))
		return fail(p, "nothing follows", WORD);
	if (p->finished)
		return fail(p, "text after the token's end:", word);
	if (strcmp(word, "go") && strcmp(word, "fp") && strcmp(word, "end")) {
		if (strcmp(word, "1"))
			return fail(p, "this kernel reads version 1, not", word);
		return parse_head(p);
	}
	if (!p->head)
		return fail(p, "the token's first line is missing before", word);
	if (word[0] == 'g')
		return parse_go(p);
	if (word[0] == 'f')
		return parse_prints(p);
	p->finished = true;
	return 0;
}

/* The part of the line after WORD, NULL = the line is not ours. */
static const char *after_word(const char *line, const char *eol)
{
	size_t n = strlen(WORD);

	for (; (size_t)(eol - line) >= n; line++)
		if (memcmp(line, WORD, n) == 0)
			return line + n;
	return NULL;
}

int token_parse(struct token *t, const char *text, size_t len, char *err, size_t errsize)
{
	struct parser p = { .t = t, .err = err, .errsize = errsize };
	const char *at = text, *end = text + len;

	memset(t, 0, sizeof(*t));
	if (errsize)
		err[0] = '\0';
	while (at < end) {
		const char *eol = memchr(at, '\n', (size_t)(end - at));

		if (!eol)
			eol = end;
		p.line++;
		p.at = after_word(at, eol);
		p.end = eol;
		if (p.at && parse_line(&p) < 0)
			return -EINVAL;
		at = eol + 1;
	}
	if (!p.head)
		return fail(&p, "no line begins with", WORD);
	if (!p.finished)
		return fail(&p, "the token is cut off: no line", WORD " end");
	return 0;
}

int token_fits(const struct token *t, const char *scenario, const char *design, char *err,
	       size_t errsize)
{
	int i;

	if (strcmp(t->scenario, scenario) || strcmp(t->design, design))
		snprintk(err, errsize, "token is for scenario=%s design=%s, not scenario=%s "
			 "design=%s", t->scenario, t->design, scenario, design);
	else if (t->points != ctl_points_hash())
		snprintk(err, errsize, "token was made by a kernel with other sync points (%08x, "
			 "this one has %08x)", t->points, ctl_points_hash());
	else if (t->ncpus != nr_cpus)
		snprintk(err, errsize, "token was made with %d CPUs, this machine has %d", t->ncpus,
			 nr_cpus);
	else
		err[0] = '\0';
	for (i = 0; i < ctl_ntasks() && !err[0]; i++)
		if (i < t->ntasks && strcmp(t->task[i], ctl_name(i)))
			snprintk(err, errsize, "task %d of the token is %s, here it is %s", i,
				 t->task[i], ctl_name(i));
	return err[0] ? -EINVAL : 0;
}
