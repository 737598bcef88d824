/*
 * tests/diff/report_model.c - from records to bars, stays, wake-ups and samples; see report_model.h.
 * The order of locks and the circle of waits are in report_edges.c.
 */
#include "tests/diff/report_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/diff/report_edges.h"

static void *room_for(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p) {
		fprintf(stderr, "report: no memory for %zu entries of %zu bytes\n", n, size);
		exit(2);
	}
	return p;
}

/* --- names ------------------------------------------------------------------------------------- */

bool class_is_pseudo(const struct trace *t, unsigned class_id)
{
	return class_id < t->head.nr_classes && t->class[class_id].kind == 5; /* LK_PSEUDO */
}

/* The table of classes is in the order of nesting; from the wait queue's lock on inwards there are
 * only the scheduler, messages, signals, timers and devices. */
bool class_is_machinery(const struct trace *t, unsigned class_id)
{
	unsigned c;

	if (class_is_pseudo(t, class_id))
		return true;
	for (c = 0; c < t->head.nr_classes; c++)
		if (strcmp(trace_class_name(t, c), "waitqueue_lock") == 0)
			return class_id >= c;
	return false;
}

uint32_t picture_task(const struct picture *p, unsigned pid)
{
	return p->task_of_pid[pid & 0xffff];
}

static void add_task(struct picture *p, unsigned pid)
{
	struct who *w;

	if (p->task_of_pid[pid] != TF_NONE)
		return;
	p->task = realloc(p->task, (p->nr_task + 1) * sizeof(*p->task));
	if (!p->task)
		exit(2);
	w = &p->task[p->nr_task];
	w->pid = (uint16_t)pid;
	w->name = trace_task_name(p->t, pid);
	w->idle = pid == 0 || strncmp(w->name, "idle", 4) == 0;
	p->task_of_pid[pid] = p->nr_task++;
}

static void add_tasks(struct picture *p)
{
	uint32_t i;

	p->task_of_pid = room_for(65536, sizeof(*p->task_of_pid));
	memset(p->task_of_pid, 0xff, 65536 * sizeof(*p->task_of_pid));
	for (i = 0; i < p->t->nr_rec; i++) {
		const struct trace_disk_record *r = &p->t->rec[i];

		add_task(p, r->pid);
		if (r->event == TF_WAKE || r->event == TF_SWITCH)
			add_task(p, r->obj & 0xffff);
	}
}

const char *picture_task_name(const struct picture *p, uint32_t task, char *buf, size_t size)
{
	const struct who *k = &p->task[task];
	uint32_t i, same = 0;

	if (!k->name[0]) {
		snprintf(buf, size, k->pid ? "pid %u" : "idle", k->pid);
		return buf;
	}
	for (i = 0; i < p->nr_task; i++)
		same += strcmp(p->task[i].name, k->name) == 0;
	if (same > 1)
		snprintf(buf, size, "%s (%u)", k->name, k->pid);
	else if (!k->name[1]) /* a scenario's A and B are not the designs A and B */
		snprintf(buf, size, "task %s", k->name);
	else
		snprintf(buf, size, "%s", k->name);
	return buf;
}

static uint32_t function_index(struct picture *p, const char *name)
{
	uint32_t i;

	for (i = p->nr_function; i-- > 0;) /* nearly always the same string of the trace */
		if (p->function[i] == name)
			return i;
	for (i = p->nr_function; i-- > 0;)
		if (strcmp(p->function[i], name) == 0)
			return i;
	p->function = realloc(p->function, (p->nr_function + 1) * sizeof(*p->function));
	if (!p->function)
		exit(2);
	p->function[p->nr_function] = name;
	return p->nr_function++;
}

/* --- bars -------------------------------------------------------------------------------------- */

static uint64_t since_start(const struct picture *p, uint64_t tick)
{
	uint64_t n = tick > p->t->head.tick_start ? tick - p->t->head.tick_start : 0;

	return n > p->ticks ? p->ticks : n;
}

static struct bar *add_bar(struct picture *p, uint32_t span, uint64_t start, uint64_t end)
{
	const struct tf_span *s = &p->t->span[span];
	struct bar *b = &p->bar[p->nr_bar++];

	b->start = since_start(p, start);
	b->end = since_start(p, end);
	if (b->end < b->start)
		b->end = b->start;
	b->lock = s->lock;
	b->task = picture_task(p, s->pid);
	b->span = span;
	b->cpu = s->cpu;
	b->flags = s->mode & TF_READ ? BAR_SHARED : 0;
	b->function = function_index(p, trace_where(p->t, &p->t->rec[s->want_rec], NULL));
	return b;
}

static void bars_of_span(struct picture *p, uint32_t i)
{
	const struct tf_span *s = &p->t->span[i];
	uint64_t end = p->t->head.tick_end;
	struct bar *b;

	if (!s->got) {
		b = add_bar(p, i, s->want, end);
		b->flags |= BAR_WAIT | BAR_OPEN;
		return;
	}
	if (s->taken) {
		b = add_bar(p, i, s->want, s->got);
		b->flags |= BAR_WAIT;
	}
	b = add_bar(p, i, s->got, s->drop ? s->drop : end);
	if (!s->drop)
		b->flags |= BAR_OPEN;
}

static int by_start(const void *a, const void *b)
{
	const struct bar *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->span != y->span)
		return x->span < y->span ? -1 : 1;
	return (y->flags & BAR_WAIT) - (x->flags & BAR_WAIT);
}

/* --- stays on CPUs, wake-ups, samples ------------------------------------------------------------ */

#define MAX_CPUS 256

/* What each CPU runs as the records go by. */
struct running {
	uint32_t task;
	uint64_t since;
};

static void end_stay(struct picture *p, struct running *r, uint8_t cpu, uint64_t now)
{
	if (r->task != TF_NONE && now > r->since) {
		struct stay *s = &p->stay[p->nr_stay++];

		s->start = r->since;
		s->end = now;
		s->task = r->task;
		s->cpu = cpu;
	}
	r->task = TF_NONE;
}

/* A wake-up is told once: the first one since its task last ran. */
static void task_runs(struct picture *p, uint32_t *pending, uint32_t task, uint8_t cpu, uint64_t now)
{
	if (pending[task] != TF_NONE) {
		p->wakeup[pending[task]].end = now;
		p->wakeup[pending[task]].cpu = cpu;
		pending[task] = TF_NONE;
	}
}

static void woken(struct picture *p, uint32_t *pending, const struct trace_disk_record *r, uint64_t now)
{
	uint32_t task = picture_task(p, r->obj), by = picture_task(p, r->pid);
	struct wakeup *w;

	if (pending[task] != TF_NONE)
		return;
	pending[task] = p->nr_wakeup;
	w = &p->wakeup[p->nr_wakeup++];
	w->start = now;
	w->end = UINT64_MAX; /* it has not run yet */
	w->by = by;
	w->task = task;
	w->by_cpu = r->cpu;
}

static void sampled(struct picture *p, const struct trace_disk_record *r, uint64_t now)
{
	struct sample *s = &p->sample[p->nr_sample++];

	s->tick = now;
	s->free_pages = r->arg;
	s->free_swap = r->place;
}

static void drop_unfinished_wakeups(struct picture *p)
{
	uint32_t i, n = 0;

	for (i = 0; i < p->nr_wakeup; i++)
		if (p->wakeup[i].end != UINT64_MAX)
			p->wakeup[n++] = p->wakeup[i];
	p->nr_wakeup = n;
}

static int stays_by_start(const void *a, const void *b)
{
	const struct stay *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (int)x->cpu - (int)y->cpu;
}

static void read_records(struct picture *p)
{
	struct running *cpu = room_for(MAX_CPUS, sizeof(*cpu));
	uint32_t *pending = room_for(p->nr_task, sizeof(*pending)), i;

	for (i = 0; i < MAX_CPUS; i++)
		cpu[i].task = TF_NONE;
	for (i = 0; i < p->nr_task; i++)
		pending[i] = TF_NONE;
	for (i = 0; i < p->t->nr_rec; i++) {
		const struct trace_disk_record *r = &p->t->rec[i];
		struct running *c = &cpu[r->cpu];
		uint64_t now = since_start(p, r->tick);
		uint32_t task;

		if (c->task == TF_NONE) { /* the CPU's first word: who speaks ran there since the start */
			c->task = picture_task(p, r->pid);
			c->since = 0;
		}
		if (r->event == TF_SWITCH) {
			end_stay(p, c, r->cpu, now);
			task = picture_task(p, r->obj);
			c->task = task;
			c->since = now;
			task_runs(p, pending, task, r->cpu, now);
		} else if (r->event == TF_WAKE) {
			woken(p, pending, r, now);
		} else if (r->event == TF_NOTE && r->obj == TF_NOTE_MEMORY) {
			sampled(p, r, now);
		}
	}
	for (i = 0; i < MAX_CPUS; i++)
		end_stay(p, &cpu[i], (uint8_t)i, p->ticks);
	drop_unfinished_wakeups(p);
	qsort(p->stay, p->nr_stay, sizeof(*p->stay), stays_by_start);
	free(cpu);
	free(pending);
}

/* --- all of it --------------------------------------------------------------------------------- */

void picture_make(struct picture *p, const struct trace *t, char letter)
{
	uint32_t i, switches = MAX_CPUS, wakes = 0, notes = 0;

	memset(p, 0, sizeof(*p));
	p->t = t;
	p->letter = letter;
	p->ticks = t->head.tick_end - t->head.tick_start;
	for (i = 0; i < t->nr_rec; i++) {
		switches += t->rec[i].event == TF_SWITCH;
		wakes += t->rec[i].event == TF_WAKE;
		notes += t->rec[i].event == TF_NOTE;
	}
	add_tasks(p);
	p->bar = room_for(2 * (size_t)t->nr_span, sizeof(*p->bar));
	p->stay = room_for(switches, sizeof(*p->stay));
	p->wakeup = room_for(wakes, sizeof(*p->wakeup));
	p->sample = room_for(notes, sizeof(*p->sample));
	for (i = 0; i < t->nr_span; i++)
		bars_of_span(p, i);
	qsort(p->bar, p->nr_bar, sizeof(*p->bar), by_start);
	read_records(p);
	find_edges(p);
	find_circle(p);
}

void picture_free(struct picture *p)
{
	free(p->bar);
	free(p->stay);
	free(p->wakeup);
	free(p->edge);
	free(p->sample);
	free(p->function);
	free(p->task);
	free(p->task_of_pid);
	memset(p, 0, sizeof(*p));
}
