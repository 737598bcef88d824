/*
 * tests/diff/report_edges.c - the order of lock classes, and the circle of waits; see report_edges.h.
 */
#include "tests/diff/report_edges.h"

#include <stdlib.h>
#include <string.h>

#define NR_CLASSES 256 /* a class is a byte */
#define MAX_HELD   32  /* more than a task of the kernel can hold at once */

enum { LK_SPIN, LK_SEM, LK_RWSEM, LK_BKL, LK_PAGE, LK_PSEUDO }; /* as kernel/lock.h */

/* --- the order of classes ------------------------------------------------------------------------ */

struct held {
	uint32_t span[MAX_HELD];
	uint32_t n;
};

static unsigned class_of(const struct picture *p, uint32_t span)
{
	return p->t->lock[p->t->span[span].lock].obj >> 16 & 0xff;
}

static unsigned kind_of(const struct picture *p, uint32_t span)
{
	return p->t->class[class_of(p, span)].kind;
}

/* Does the wish for @span not count as being inside @outer? kernel_lock is dropped when its holder sleeps; and
 * that a sleeping lock is taken is noticed, and recorded, under the lock of its own wait queue. */
static bool passed_over(const struct picture *p, uint32_t outer, uint32_t span)
{
	unsigned kind = kind_of(p, span);

	if (kind != LK_SEM && kind != LK_RWSEM && kind != LK_PAGE)
		return false;
	return kind_of(p, outer) == LK_BKL || (!class_is_pseudo(p->t, class_of(p, outer)) &&
					       class_is_machinery(p->t, class_of(p, outer)));
}

/* The lock that the wish came directly inside of, TF_NONE. */
static uint32_t outer_of(const struct picture *p, const struct held *h, uint32_t span)
{
	uint32_t i = h->n;

	while (i-- > 0)
		if (!passed_over(p, h->span[i], span))
			return h->span[i];
	return TF_NONE;
}

static void hold(struct held *h, uint32_t span)
{
	if (h->n < MAX_HELD)
		h->span[h->n++] = span;
}

/* @then takes its place, unless it is TF_NONE. */
static void let_go(struct held *h, uint32_t span, uint32_t then)
{
	uint32_t i;

	for (i = h->n; i-- > 0;)
		if (h->span[i] == span && then != TF_NONE) {
			h->span[i] = then;
			return;
		} else if (h->span[i] == span) {
			memmove(&h->span[i], &h->span[i + 1], (h->n - i - 1) * sizeof(h->span[0]));
			h->n--;
			return;
		}
}

/* A span's three moments, found by the record they stand in. A lock that was free has one record for wish
 * and fulfilment: TAKEN. */
enum moment { NOTHING, WISH, GOT, TAKEN, DROPPED };

struct step {
	uint8_t moment;
	uint32_t span;
	uint32_t then; /* DROPPED for a downgrade: the span that goes on */
};

static struct step *steps_of(const struct trace *t)
{
	struct step *step = calloc((size_t)t->nr_rec + 1, sizeof(*step));
	uint32_t i;

	if (!step)
		exit(2);
	for (i = 0; i <= t->nr_rec; i++)
		step[i].then = TF_NONE;
	for (i = 0; i < t->nr_span; i++) {
		const struct tf_span *s = &t->span[i];

		if (s->drop_rec != TF_NONE)
			step[s->drop_rec] = (struct step){ DROPPED, i, step[s->drop_rec].then };
		if (s->continued) {
			step[s->got_rec].then = i;
			continue;
		}
		if (s->want_rec != s->got_rec && !(s->mode & TF_TRY))
			step[s->want_rec] = (struct step){ WISH, i, TF_NONE };
		if (s->got_rec != TF_NONE)
			step[s->got_rec] = (struct step){ s->want_rec == s->got_rec && !(s->mode & TF_TRY) ? TAKEN : GOT,
							  i, TF_NONE };
	}
	return step;
}

static void keep_edges(struct picture *p, const struct edge *all)
{
	uint32_t i, n = 0;

	for (i = 0; i < NR_CLASSES * NR_CLASSES; i++)
		n += all[i].count > 0;
	p->edge = calloc(n ? n : 1, sizeof(*p->edge));
	if (!p->edge)
		exit(2);
	for (i = 0; i < NR_CLASSES * NR_CLASSES; i++)
		if (all[i].count)
			p->edge[p->nr_edge++] = all[i];
}

static void count_edge(struct picture *p, struct edge *all, const struct held *h, uint32_t span)
{
	uint32_t outer = outer_of(p, h, span);
	struct edge *e;

	if (outer == TF_NONE)
		return;
	e = &all[class_of(p, outer) * NR_CLASSES + class_of(p, span)];
	if (!e->count++) {
		e->from = (uint8_t)class_of(p, outer);
		e->to = (uint8_t)class_of(p, span);
		e->function = trace_where(p->t, &p->t->rec[p->t->span[span].want_rec], NULL);
	}
}

/* Whose held locks these are: the idle tasks share a pid, but each CPU has its own. */
static uint32_t holder(const struct picture *p, const struct tf_span *s)
{
	return s->pid ? picture_task(p, s->pid) : p->nr_task + s->cpu;
}

void find_edges(struct picture *p)
{
	struct held *held = calloc(p->nr_task + p->t->head.cpus, sizeof(*held));
	struct edge *all = calloc(NR_CLASSES * NR_CLASSES, sizeof(*all));
	struct step *step = steps_of(p->t);
	uint32_t i;

	if (!held || !all)
		exit(2);
	for (i = 0; i < p->t->nr_rec; i++) {
		uint32_t span = step[i].span, task;

		if (step[i].moment == NOTHING)
			continue;
		task = holder(p, &p->t->span[span]);
		if (step[i].moment == WISH || step[i].moment == TAKEN)
			count_edge(p, all, &held[task], span);
		if (step[i].moment == GOT || step[i].moment == TAKEN)
			hold(&held[task], span);
		else if (step[i].moment == DROPPED)
			let_go(&held[task], span, step[i].then);
	}
	keep_edges(p, all);
	free(step);
	free(held);
	free(all);
}

/* --- the circle of waits ------------------------------------------------------------------------- */

/* The bar in which @task waits when the trace ends, TF_NONE. */
static uint32_t last_wait(const struct picture *p, uint32_t task)
{
	uint32_t i;

	for (i = p->nr_bar; i-- > 0;)
		if (p->bar[i].task == task && (p->bar[i].flags & (BAR_WAIT | BAR_OPEN)) == (BAR_WAIT | BAR_OPEN))
			return i;
	return TF_NONE;
}

/* Go from @task along "waits for a lock that ... holds", trying every holder; @path holds the links so far.
 * True: the path has come back to @start. */
static bool walk(struct picture *p, uint32_t start, uint32_t task, uint32_t depth)
{
	uint32_t wait = last_wait(p, task), i, k;

	if (wait == TF_NONE || depth == MAX_LINKS)
		return false;
	for (i = 0; i < p->nr_bar; i++) {
		const struct bar *b = &p->bar[i];

		if (b->lock != p->bar[wait].lock || !(b->flags & BAR_OPEN) || b->flags & BAR_WAIT)
			continue;
		for (k = 0; k < depth && p->bar[p->link[k].wait].task != b->task; k++)
			;
		if (k < depth && b->task != start)
			continue; /* a circle, but not through the start: another start finds it */
		p->link[depth] = (struct link){ wait, i };
		if (b->task == start || walk(p, start, b->task, depth + 1)) {
			if (b->task == start)
				p->nr_link = depth + 1;
			return true;
		}
	}
	return false;
}

void find_circle(struct picture *p)
{
	uint32_t task, i;

	for (task = 0; task < p->nr_task; task++)
		if (walk(p, task, task, 0))
			break;
	for (i = 0; i < p->nr_link; i++) {
		p->bar[p->link[i].wait].flags |= BAR_STUCK;
		p->bar[p->link[i].hold].flags |= BAR_STUCK;
	}
}
