/*
 * kernel/story.c - stories: the parser, the bookkeeping of a run, and what was honoured.
 *
 * kernel/story.h has the format. Events are numbered in the order in which the text first names
 * them; sets of events are bit masks. The parser refuses what it does not know in one line with the
 * line's number, and an order that bites its own tail.
 */
#include "kernel/story.h"

#include "kernel/control.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/string.h"

static const char *const milestone_names[NR_MILESTONES] = {
#define X(id, name, object) name,
	MILESTONES(X)
#undef X
};

const char *milestone_name(enum milestone m)
{
	return m < NR_MILESTONES ? milestone_names[m] : "?";
}

enum milestone milestone_find(const char *name, size_t len)
{
	unsigned m;

	for (m = 0; m < NR_MILESTONES; m++)
		if (strlen(milestone_names[m]) == len &&
		    strncmp(milestone_names[m], name, len) == 0)
			break;
	return (enum milestone)m;
}

/* --- the parser ------------------------------------------------------------------------------ */

struct parser {
	struct story *story;
	const char *at, *end; /* what is left of the current line */
	int line;
	int (*task_number)(const char *name);
	char *err;
	size_t errsize;
};

/* The text is no string: copy with the length. */
static void copy_word(char *dst, size_t size, const char *word, size_t len)
{
	if (len > size - 1)
		len = size - 1;
	memcpy(dst, word, len);
	dst[len] = '\0';
}

static int fail(struct parser *p, const char *what, const char *word, size_t len)
{
	char text[40];

	copy_word(text, sizeof(text), word, len);
	snprintk(p->err, p->errsize, "story line %d: %s \"%s\"", p->line, what, text);
	return -EINVAL;
}

static void skip_blanks(struct parser *p)
{
	while (p->at < p->end && (*p->at == ' ' || *p->at == '\t' || *p->at == '\r'))
		p->at++;
}

static bool ends_word(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '<';
}

/* The next word; its length, 0 at the end of the line. */
static size_t next_word(struct parser *p, const char **word)
{
	skip_blanks(p);
	*word = p->at;
	if (p->at < p->end && *p->at == '<') {
		p->at++;
		return 1;
	}
	while (p->at < p->end && !ends_word(*p->at))
		p->at++;
	return (size_t)(p->at - *word);
}

static int parse_task(struct parser *p, const char *word, size_t len)
{
	char name[STORY_NAME_LEN];
	int number;

	if (len == 0)
		return fail(p, "a task's name is missing at the end of the line", "", 0);
	if (len >= sizeof(name))
		return fail(p, "too long a name", word, len);
	copy_word(name, sizeof(name), word, len);
	number = p->task_number(name);
	return number >= 0 ? number : fail(p, "unknown task", word, len);
}

/* "(object)" and "#n" after the milestone's name; @rest is what follows the name. */
static int parse_suffix(struct parser *p, struct story_event *e, const char *rest, size_t len)
{
	const char *close;
	size_t n;

	if (len && rest[0] == '(') {
		close = memchr(rest, ')', len);
		n = close ? (size_t)(close - rest) - 1 : 0;
		if (n == 0 || n >= STORY_OBJ_LEN)
			return fail(p, "a name in brackets was expected at", rest, len);
		copy_word(e->object, sizeof(e->object), rest + 1, n);
		len -= n + 2;
		rest += n + 2;
	}
	if (len && rest[0] == '#') {
		unsigned long number = 0;

		/* it stops growing where it is refused anyway: no number wraps into a good one */
		for (rest++, len--; len && *rest >= '0' && *rest <= '9'; rest++, len--)
			number = number > 60000 ? number : number * 10 + (unsigned long)(*rest - '0');
		if (len || number == 0 || number > 60000)
			return fail(p, "an occurrence is #1, #2 ...; not", rest, len);
		e->occurrence = (uint16_t)number;
	}
	return len ? fail(p, "text after the event:", rest, len) : 0;
}

static int same_event(const struct story_event *a, const struct story_event *b)
{
	return a->task == b->task && a->milestone == b->milestone &&
	       a->occurrence == b->occurrence && strcmp(a->object, b->object) == 0;
}

/* "TASK milestone(object)#n" whose task is already read; the event's number or -EINVAL. */
static int parse_event(struct parser *p, int task)
{
	struct story *s = p->story;
	struct story_event e;
	const char *word;
	size_t len = next_word(p, &word), name = 0;
	int i;

	memset(&e, 0, sizeof(e));
	while (name < len && word[name] != '(' && word[name] != '#')
		name++;
	e.task = (int8_t)task;
	e.line = (uint16_t)p->line;
	e.occurrence = 1;
	e.milestone = (uint8_t)milestone_find(word, name);
	if (e.milestone == NR_MILESTONES)
		return fail(p, len ? "unknown milestone" : "a milestone is missing", word, name);
	if (parse_suffix(p, &e, word + name, len - name) < 0)
		return -EINVAL;
	for (i = 0; i < s->nevents; i++)
		if (same_event(&s->event[i], &e))
			return i;
	if (s->nevents == STORY_MAX_EVENTS)
		return fail(p, "more events than there is room for at", word, len);
	s->event[s->nevents] = e;
	return s->nevents++;
}

/* "EVENT < EVENT < EVENT": each gets the one before it into its mask. */
static int parse_chain(struct parser *p, const char *word, size_t len)
{
	int before = -1;

	for (;;) {
		int task = parse_task(p, word, len), e;

		if (task < 0)
			return -EINVAL;
		e = parse_event(p, task);
		if (e < 0)
			return -EINVAL;
		if (before == e)
			return fail(p, "an event cannot come before itself:", word, len);
		if (before >= 0)
			p->story->event[e].before |= 1u << before;
		before = e;
		len = next_word(p, &word);
		if (len == 0)
			return 0;
		if (len != 1 || *word != '<')
			return fail(p, "'<' was expected at", word, len);
		len = next_word(p, &word);
	}
}

static int parse_line(struct parser *p)
{
	struct story *s = p->story;
	const char *word;
	size_t len = next_word(p, &word);
	int task;

	if (len == 0)
		return 0;
	if (len == 5 && strncmp(word, "story", 5) == 0) {
		len = next_word(p, &word);
		if (len == 0 || len >= STORY_NAME_LEN)
			return fail(p, "a story's name was expected at", word, len);
		copy_word(s->name, sizeof(s->name), word, len);
	} else if (len == 4 && strncmp(word, "hold", 4) == 0) {
		len = next_word(p, &word);
		task = parse_task(p, word, len);
		if (task < 0)
			return -EINVAL;
		if (s->nholds == STORY_MAX_HOLDS)
			return fail(p, "too many tasks held at", word, len);
		s->hold[s->nholds++] = (int8_t)task;
	} else {
		return parse_chain(p, word, len);
	}
	len = next_word(p, &word);
	return len ? fail(p, "text after the directive:", word, len) : 0;
}

/* Nobody can come before himself by any detour: everything is orderable. */
static int check_order(struct parser *p)
{
	struct story *s = p->story;
	uint32_t done = 0, all = s->nevents == 32 ? ~0u : (1u << s->nevents) - 1;
	bool progress = true;
	int i;

	while (done != all && progress) {
		progress = false;
		for (i = 0; i < s->nevents; i++) {
			if ((done & (1u << i)) || (s->event[i].before & ~done))
				continue;
			done |= 1u << i;
			progress = true;
		}
	}
	for (i = 0; i < s->nevents; i++) {
		char text[64];

		if (done & (1u << i))
			continue;
		p->line = s->event[i].line;
		story_event_text(s, i, text, sizeof(text));
		return fail(p, "by way of others, this event would come before itself:", text,
			    strlen(text));
	}
	return 0;
}

/* A comment begins with '#' at the line's start or after a blank ("enter#2" is an occurrence). */
static const char *line_end(const char *from, const char *eol)
{
	const char *c;

	for (c = from; c < eol; c++)
		if (*c == '#' && (c == from || c[-1] == ' ' || c[-1] == '\t'))
			return c;
	return eol;
}

int story_parse(struct story *s, const char *text, size_t len, int (*task_number)(const char *name),
		char *err, size_t errsize)
{
	struct parser p = { .story = s, .task_number = task_number, .err = err,
			    .errsize = errsize };
	const char *at = text, *end = text + len;

	memset(s, 0, sizeof(*s));
	if (errsize)
		err[0] = '\0';
	while (at < end) {
		const char *eol = memchr(at, '\n', (size_t)(end - at));

		if (!eol)
			eol = end;
		p.line++;
		p.at = at;
		p.end = line_end(at, eol);
		if (parse_line(&p) < 0)
			return -EINVAL;
		at = eol + 1;
	}
	return check_order(&p);
}

/* --- a run ----------------------------------------------------------------------------------- */

void story_rewind(struct story *s)
{
	int i;

	for (i = 0; i < s->nevents; i++) {
		s->event[i].seen = 0;
		s->event[i].fate = STORY_WAITING;
		s->event[i].dropped = 0;
	}
	for (i = 0; i < s->nholds; i++)
		s->hold_dropped[i] = false;
	s->emitted = 0;
}

int story_arrive(struct story *s, int task, enum milestone m, const char *label)
{
	int i, found = -1;

	s->emitted |= 1u << m;
	for (i = 0; i < s->nevents; i++) {
		struct story_event *e = &s->event[i];

		if (e->task != task || e->milestone != m)
			continue;
		if (e->object[0] && (!label || strcmp(e->object, label) != 0))
			continue;
		if (++e->seen == e->occurrence && e->fate == STORY_WAITING && found < 0)
			found = i;
	}
	return found;
}

static uint32_t happened(const struct story *s)
{
	uint32_t mask = 0;
	int i;

	for (i = 0; i < s->nevents; i++)
		if (s->event[i].fate == STORY_HAPPENED)
			mask |= 1u << i;
	return mask;
}

static uint32_t waits_for(const struct story *s, int e)
{
	return s->event[e].before & ~s->event[e].dropped & ~happened(s);
}

bool story_may_pass(const struct story *s, int e)
{
	return waits_for(s, e) == 0;
}

void story_pass(struct story *s, int e)
{
	s->event[e].fate = STORY_HAPPENED;
}

void story_drop(struct story *s, int e)
{
	s->event[e].dropped |= waits_for(s, e);
}

bool story_holds(const struct story *s, int task)
{
	int i;

	for (i = 0; i < s->nholds; i++)
		if (s->hold[i] == task && !s->hold_dropped[i])
			return true;
	return false;
}

void story_drop_hold(struct story *s, int task)
{
	int i;

	for (i = 0; i < s->nholds; i++)
		if (s->hold[i] == task)
			s->hold_dropped[i] = true;
}

void story_task_ended(struct story *s, int task)
{
	uint32_t gone = 0;
	int i;

	for (i = 0; i < s->nevents; i++)
		if (s->event[i].task == task && s->event[i].fate == STORY_WAITING)
			gone |= 1u << i;
	for (i = 0; i < s->nevents; i++)
		if (s->event[i].fate == STORY_WAITING)
			s->event[i].dropped |= s->event[i].before & gone;
}

/* --- afterwards ------------------------------------------------------------------------------ */

static bool honoured(const struct story_event *e)
{
	return e->fate == STORY_HAPPENED && e->dropped == 0;
}

int story_honoured(const struct story *s)
{
	int i, n = 0;

	for (i = 0; i < s->nevents; i++)
		n += honoured(&s->event[i]);
	return n;
}

const char *story_event_text(const struct story *s, int e, char *buf, size_t size)
{
	const struct story_event *ev = &s->event[e];
	char object[STORY_OBJ_LEN + 3] = "", nth[8] = "";

	if (ev->object[0])
		snprintk(object, sizeof(object), "(%s)", ev->object);
	if (ev->occurrence > 1)
		snprintk(nth, sizeof(nth), "#%u", ev->occurrence);
	snprintk(buf, size, "%s %s%s%s", ctl_name(ev->task),
		 milestone_name((enum milestone)ev->milestone), object, nth);
	return buf;
}

const char *story_why_not(const struct story *s, int e)
{
	const struct story_event *ev = &s->event[e];

	if (honoured(ev))
		return "";
	if (ev->fate == STORY_HAPPENED)
		return "came although what should have come before it had not";
	if (!(s->emitted & (1u << ev->milestone)))
		return "not in this design";
	if (ev->seen)
		return "stood there when the run ended";
	return "was not reached";
}

void story_report(const struct story *s)
{
	char text[64];
	int i;

	report("story %s: %d of %d steps honoured\n", s->name[0] ? s->name : "(no name)",
	       story_honoured(s), s->nevents);
	for (i = 0; i < s->nevents; i++)
		if (!honoured(&s->event[i]))
			report("  %s: %s\n", story_event_text(s, i, text, sizeof(text)),
			       story_why_not(s, i));
}
