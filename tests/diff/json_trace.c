/*
 * tests/diff/json_trace.c - the trace-event export; see json_trace.h.
 */
#include "tests/diff/json_trace.h"

#include <stdio.h>
#include <string.h>

/* Thread ids: CPUs first, tasks behind them. */
#define CPU_TID(cpu)  ((unsigned)(cpu) + 1)
#define TASK_TID(pid) ((unsigned)(pid) + 1000)

struct writer {
	struct out *o;
	const struct picture *p;
	unsigned pid;
	bool any; /* an event stands before: a comma is due */
};

/* Begin an event and its common fields; the caller adds the rest and ends it. */
static void begin(struct writer *w, const char *phase, unsigned tid, uint64_t ts)
{
	out_add(w->o, "%s{\"ph\":\"%s\",\"pid\":%u,\"tid\":%u,\"ts\":%llu", w->any ? ",\n" : "\n", phase, w->pid, tid,
		(unsigned long long)ts);
	w->any = true;
}

static void named(struct writer *w, const char *category, const char *name)
{
	out_add(w->o, ",\"cat\":\"%s\",\"name\":", category);
	out_json(w->o, name);
}

static void end(struct writer *w)
{
	out_add(w->o, "}");
}

static unsigned task_tid(const struct picture *p, uint32_t task)
{
	return TASK_TID(p->task[task].pid);
}

/* --- who there is ------------------------------------------------------------------------------ */

static void thread_name(struct writer *w, unsigned tid, const char *name)
{
	begin(w, "M", tid, 0);
	out_add(w->o, ",\"name\":\"thread_name\",\"args\":{\"name\":");
	out_json(w->o, name);
	out_add(w->o, "}");
	end(w);
	begin(w, "M", tid, 0);
	out_add(w->o, ",\"name\":\"thread_sort_index\",\"args\":{\"sort_index\":%u}", tid);
	end(w);
}

static void who(struct writer *w)
{
	const struct picture *p = w->p;
	char name[64];
	uint32_t i;

	begin(w, "M", 0, 0);
	out_add(w->o, ",\"name\":\"process_name\",\"args\":{\"name\":");
	out_json(w->o, p->t->head.design);
	out_add(w->o, "}");
	end(w);
	for (i = 0; i < p->t->head.cpus; i++) {
		snprintf(name, sizeof(name), "CPU %u", i);
		thread_name(w, CPU_TID(i), name);
	}
	for (i = 0; i < p->nr_task; i++)
		thread_name(w, task_tid(p, i), picture_task_name(p, i, name, sizeof(name)));
}

/* --- slices of threads ------------------------------------------------------------------------- */

static void stays(struct writer *w)
{
	char name[64];
	uint32_t i;

	for (i = 0; i < w->p->nr_stay; i++) {
		const struct stay *s = &w->p->stay[i];

		begin(w, "X", CPU_TID(s->cpu), s->start);
		named(w, "cpu", picture_task_name(w->p, s->task, name, sizeof(name)));
		out_add(w->o, ",\"dur\":%llu", (unsigned long long)(s->end - s->start));
		end(w);
	}
}

static void operations(struct writer *w)
{
	const struct trace *t = w->p->t;
	uint32_t i;

	for (i = 0; i < t->nr_op; i++) {
		const struct tf_op *k = &t->op[i];
		uint64_t start = k->start - t->head.tick_start;
		uint64_t stop = k->last == TF_NONE ? w->p->ticks : k->end - t->head.tick_start;

		begin(w, "X", TASK_TID(k->pid), start);
		named(w, "operation", trace_op_name(t, k->op));
		out_add(w->o, ",\"dur\":%llu,\"args\":{\"running\":%llu,\"in locks\":%llu}",
			(unsigned long long)(stop - start), (unsigned long long)k->ticks,
			(unsigned long long)k->in_locks);
		end(w);
	}
}

/* --- locks ------------------------------------------------------------------------------------- */

static const char *kind_of(const struct bar *b)
{
	return b->flags & BAR_WAIT ? "wait" : "hold";
}

static void async_edge(struct writer *w, const char *phase, uint32_t i, uint64_t ts, const char *name)
{
	const struct bar *b = &w->p->bar[i];

	begin(w, phase, task_tid(w->p, b->task), ts);
	named(w, kind_of(b), name);
	out_add(w->o, ",\"id\":\"%c%u\"", w->p->letter, i);
}

static void lock_bar(struct writer *w, uint32_t i)
{
	const struct bar *b = &w->p->bar[i];
	char name[96], lock[80], task[64];

	snprintf(name, sizeof(name), "%s %s", kind_of(b),
		 trace_lock_name(w->p->t, b->lock, lock, sizeof(lock)));
	async_edge(w, "b", i, b->start, name);
	out_add(w->o, ",\"args\":{\"task\":");
	out_json(w->o, picture_task_name(w->p, b->task, task, sizeof(task)));
	out_add(w->o, ",\"function\":");
	out_json(w->o, w->p->function[b->function]);
	out_add(w->o, ",\"mode\":\"%s\",\"cpu\":%u,\"ended\":%s,\"deadlock\":%s}",
		b->flags & BAR_SHARED ? "read" : "write", b->cpu, b->flags & BAR_OPEN ? "false" : "true",
		b->flags & BAR_STUCK ? "true" : "false");
	end(w);
	async_edge(w, "e", i, b->end, name);
	end(w);
}

static void locks(struct writer *w, bool all)
{
	uint32_t i;

	for (i = 0; i < w->p->nr_bar; i++) {
		const struct bar *b = &w->p->bar[i];
		unsigned c = w->p->t->lock[b->lock].obj >> 16;

		if (!all && class_is_machinery(w->p->t, c) && !class_is_pseudo(w->p->t, c))
			continue;
		lock_bar(w, i);
	}
}

/* --- flows and counters ------------------------------------------------------------------------ */

static void wakeups(struct writer *w)
{
	uint32_t i;

	for (i = 0; i < w->p->nr_wakeup; i++) {
		const struct wakeup *k = &w->p->wakeup[i];

		begin(w, "s", CPU_TID(k->by_cpu), k->start);
		named(w, "wake", "wakes");
		out_add(w->o, ",\"id\":\"%cw%u\"", w->p->letter, i);
		end(w);
		begin(w, "f", CPU_TID(k->cpu), k->end);
		named(w, "wake", "wakes");
		out_add(w->o, ",\"bp\":\"e\",\"id\":\"%cw%u\"", w->p->letter, i);
		end(w);
	}
}

static void counters(struct writer *w)
{
	uint32_t i;

	for (i = 0; i < w->p->nr_sample; i++) {
		const struct sample *s = &w->p->sample[i];

		begin(w, "C", 0, s->tick);
		out_add(w->o, ",\"name\":\"free pages\",\"args\":{\"pages\":%u}", s->free_pages);
		end(w);
		begin(w, "C", 0, s->tick);
		out_add(w->o, ",\"name\":\"free swap pages\",\"args\":{\"pages\":%u}", s->free_swap);
		end(w);
	}
}

void json_trace(struct out *o, const struct picture *p, int n, bool all)
{
	struct writer w = { .o = o };
	int i;

	out_add(o, "{\"displayTimeUnit\":\"ns\",\n\"otherData\":{\"time\":\"1 microsecond here is 1 tick of the "
		"machine's clock\",\"workload\":");
	out_json(o, p[0].t->head.workload);
	out_add(o, ",\"build\":\"%016llx\"},\n\"traceEvents\":[", (unsigned long long)p[0].t->head.build);
	for (i = 0; i < n; i++) {
		w.p = &p[i];
		w.pid = (unsigned)i + 1;
		who(&w);
		stays(&w);
		operations(&w);
		locks(&w, all);
		wakeups(&w);
		counters(&w);
	}
	out_add(o, "\n]}\n");
}
