/*
 * tests/diff/spans.c - from records to what they mean: locks and who has them, tasks, operations, and where
 * the time went. One pass over the records, in their order.
 *
 * Operations of one task nest (a fault inside a system call, an interrupt inside both), so each task has a
 * stack of them. The time between two records of one CPU belongs to the innermost operation of the task
 * that ran there, and to nobody's lock code unless the task was between a wish and its fulfilment.
 * A lock taken for writing has one span at a time, whoever drops it: runqueue_lock is dropped by the task
 * switched to. One taken for reading has a span per reader.
 */
#include "tests/diff/trace_internal.h"

#include "kernel/lock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 32 /* operations, and wishes, inside each other */

struct frame {
	uint32_t op;	   /* index into t->op */
	uint32_t nwants;   /* wishes that were open when it began */
};

struct want {
	uint32_t rec, lock;
	uint64_t taken;	 /* tick at which it was found taken, 0 = not */
	uint64_t spent;	 /* ticks awake since the wish */
};

struct task_state {
	struct frame frame[MAX_DEPTH];
	struct want want[MAX_DEPTH];
	uint32_t nframes, nwants;
	uint32_t last_rec;
	uint32_t making_mm; /* number of the mm it is making, 0 = none */
};

struct lock_state {
	uint32_t open;	   /* newest open span, then by next[] */
	uint8_t last_cpu;  /* 1 + CPU of the last holder, 0 = none */
	bool handed;	   /* an I/O has it */
	bool seen;	   /* was taken or dropped before */
};

struct mm_id {
	uint32_t id, number;
};

struct pass {
	struct trace *t;
	struct task_state **task; /* by pid */
	struct lock_state *lock;
	uint32_t *next; /* of a span: the next open one of its lock */
	uint32_t lock_room, span_room, op_room, task_room, name_room;
	struct mm_id *mm;
	uint32_t nmm, mm_room;
	struct {
		uint64_t tick;
		uint16_t pid;
		bool known;
	} cpu[TF_MAX_CPUS];
	const char *why; /* not NULL: what is wrong */
};

static bool grow(void *array, uint32_t *room, uint32_t n, size_t each)
{
	void *p;
	uint32_t want = *room ? *room * 2 : 256;

	if (n < *room)
		return true;
	memcpy(&p, array, sizeof(p)); /* the pointer's type is the caller's */
	p = realloc(p, (size_t)want * each);
	if (!p)
		return false;
	memcpy(array, &p, sizeof(p));
	*room = want;
	return true;
}

static struct task_state *task_of(struct pass *ps, uint16_t pid)
{
	if (!ps->task[pid]) {
		ps->task[pid] = calloc(1, sizeof(*ps->task[pid]));
		if (!ps->task[pid])
			ps->why = "no memory";
	}
	return ps->task[pid];
}

/* --- names, locks, tasks ------------------------------------------------------------------------------------ */

static uint32_t intern(struct pass *ps, const char *name)
{
	struct trace *t = ps->t;
	uint32_t i = trace_op_find(t, name);

	if (i != TF_NONE)
		return i;
	if (!grow(&t->op_names, &ps->name_room, t->nr_op_names, sizeof(*t->op_names)) ||
	    !(t->op_names[t->nr_op_names] = strdup(name))) {
		ps->why = "no memory";
		return 0;
	}
	return t->nr_op_names++;
}

static const char *irq_name(unsigned vector)
{
	switch (vector) { /* arch-i386/machine.h */
	case 0xE0: return "irq timer";
	case 0xF0: return "irq reschedule";
	case 0xF1: return "irq tlb";
	case 0x31: return "irq keyboard";
	case 0x34: return "irq serial";
	case 0x3E: return "irq disk";
	default: return "irq other";
	}
}

static uint32_t op_name_of(struct pass *ps, uint32_t obj)
{
	static const char *const names[] = { "", "fault", "reclaim", "kswapd", "", "shrink_mmap", "exit" };
	const struct trace *t = ps->t;
	unsigned kind = obj >> 16, nr = obj & 0xffff;
	char buf[32];

	if (kind == TF_OP_SYSCALL) {
		const char *name = nr < t->head.nr_syscalls ? t->strings + t->syscalls[nr] : "";

		if (*name)
			return intern(ps, name);
		snprintf(buf, sizeof(buf), "syscall %u", nr);
		return intern(ps, buf);
	}
	if (kind == TF_OP_EVICT)
		return intern(ps, nr ? "evict file" : "evict anon");
	if (kind == TF_OP_IRQ)
		return intern(ps, irq_name(nr));
	return intern(ps, names[kind]);
}

static uint32_t fault_name(struct pass *ps, unsigned kind)
{
	static const char *const names[TF_NR_FAULTS] = { "fault",     "fault anon", "fault zero",    "fault cow",
							 "fault swap", "fault file", "fault present", "fault stack" };

	return intern(ps, names[kind]);
}

static uint32_t lock_of(struct pass *ps, uint32_t obj)
{
	struct trace *t = ps->t;
	uint32_t mask = t->lock_slots - 1, h = obj * 2654435761u >> 8, room = ps->lock_room, slot;

	for (uint32_t i = 0;; i++) {
		slot = (h + i) & mask;
		if (t->lock_index[slot] == TF_NONE)
			break;
		if (t->lock[t->lock_index[slot]].obj == obj)
			return t->lock_index[slot];
	}
	if (t->nr_lock >= t->lock_slots / 2) {
		ps->why = "more locks than this tool takes";
		return 0;
	}
	if (!grow(&t->lock, &ps->lock_room, t->nr_lock, sizeof(*t->lock)) ||
	    !grow(&ps->lock, &room, t->nr_lock, sizeof(*ps->lock))) {
		ps->why = "no memory";
		return 0;
	}
	t->lock[t->nr_lock] = (struct tf_lock){ .obj = obj };
	ps->lock[t->nr_lock] = (struct lock_state){ .open = TF_NONE };
	t->lock_index[slot] = t->nr_lock;
	return t->nr_lock++;
}

static void name_task(struct pass *ps, uint16_t pid, const char *name)
{
	struct trace *t = ps->t;

	for (uint32_t i = 0; i < t->nr_task; i++)
		if (t->task[i].pid == pid) {
			t->task[i].name = name;
			return;
		}
	if (!grow(&t->task, &ps->task_room, t->nr_task, sizeof(*t->task))) {
		ps->why = "no memory";
		return;
	}
	t->task[t->nr_task++] = (struct tf_task){ .pid = pid, .name = name };
}

static uint32_t mm_number(const struct pass *ps, uint32_t id)
{
	for (uint32_t i = ps->nmm; id && i-- > 0;)
		if (ps->mm[i].id == id)
			return ps->mm[i].number;
	return 0;
}

static uint32_t mm_enter(struct pass *ps, uint32_t id)
{
	if (!grow(&ps->mm, &ps->mm_room, ps->nmm, sizeof(*ps->mm))) {
		ps->why = "no memory";
		return 0;
	}
	ps->mm[ps->nmm] = (struct mm_id){ id, ps->nmm + 1 };
	return ps->mm[ps->nmm++].number;
}

/* --- operations ----------------------------------------------------------------------------------------------- */

static struct tf_op *innermost(struct pass *ps, const struct task_state *ts)
{
	return ts->nframes ? &ps->t->op[ts->frame[ts->nframes - 1].op] : NULL;
}

static void op_enter(struct pass *ps, struct task_state *ts, const struct trace_disk_record *r)
{
	struct trace *t = ps->t;
	struct tf_op *op;

	if (ts->nframes == MAX_DEPTH) {
		ps->why = "operations inside operations without end";
		return;
	}
	if (!grow(&t->op, &ps->op_room, t->nr_op, sizeof(*t->op))) {
		ps->why = "no memory";
		return;
	}
	op = &t->op[t->nr_op];
	*op = (struct tf_op){ .op = op_name_of(ps, r->obj), .parent = TF_NONE, .first = r->seq, .last = TF_NONE,
			      .start = r->tick, .mm = mm_number(ps, r->arg), .pid = r->pid, .cpu = r->cpu };
	if (ts->nframes)
		op->parent = ts->frame[ts->nframes - 1].op;
	if (!op->mm && op->parent != TF_NONE)
		op->mm = t->op[op->parent].mm;
	ts->frame[ts->nframes++] = (struct frame){ t->nr_op++, ts->nwants };
}

/* Leave the innermost operation of that kind; those inside it that never said so end with it. */
static void op_leave(struct pass *ps, struct task_state *ts, const struct trace_disk_record *r)
{
	uint32_t n = ts->nframes;

	while (n > 0 && ps->t->rec[ps->t->op[ts->frame[n - 1].op].first].obj != r->obj)
		n--;
	if (!n)
		return; /* it began before the trace */
	while (ts->nframes >= n) {
		struct frame *f = &ts->frame[--ts->nframes];

		ps->t->op[f->op].last = r->seq;
		ps->t->op[f->op].end = r->tick;
		if (ts->nwants > f->nwants)
			ts->nwants = f->nwants;
	}
}

static void note(struct pass *ps, struct task_state *ts, const struct trace_disk_record *r)
{
	struct tf_op *op;

	switch (r->obj) {
	case TF_NOTE_FAULT:
		op = innermost(ps, ts);
		if (op && ps->t->rec[op->first].obj >> 16 == TF_OP_FAULT && op->op != fault_name(ps, TF_F_STACK))
			op->op = fault_name(ps, r->arg);
		break;
	case TF_NOTE_MM:
		ts->making_mm = mm_enter(ps, r->arg);
		break;
	case TF_NOTE_MM_END:
		ts->making_mm = 0;
		break;
	case TF_NOTE_TASK:
		name_task(ps, r->pid, trace_label_name(ps->t, r->arg));
		break;
	default:
		break;
	}
}

/* --- locks -------------------------------------------------------------------------------------------------------- */

static void lock_init(struct pass *ps, const struct task_state *ts, const struct trace_disk_record *r)
{
	uint32_t i = lock_of(ps, r->obj);

	if (ps->why)
		return;
	ps->t->lock[i].label = r->arg;
	ps->t->lock[i].mm = ts->making_mm;
}

static void want(struct pass *ps, struct task_state *ts, const struct trace_disk_record *r)
{
	uint32_t lock = lock_of(ps, r->obj);
	struct want *w;

	if (ps->why || !(r->arg & TF_TAKEN))
		return;
	if (ts->nwants == MAX_DEPTH) /* wishes that were given up */
		ts->nwants--;
	w = &ts->want[ts->nwants++];
	*w = (struct want){ .rec = r->seq, .lock = lock, .taken = r->tick };
}

static uint32_t new_span(struct pass *ps, uint32_t lock, const struct trace_disk_record *r, unsigned mode)
{
	struct trace *t = ps->t;
	uint32_t room = ps->span_room, i = t->nr_span;

	if (!grow(&t->span, &ps->span_room, i, sizeof(*t->span)) || !grow(&ps->next, &room, i, sizeof(*ps->next))) {
		ps->why = "no memory";
		return TF_NONE;
	}
	t->span[i] = (struct tf_span){ .lock = lock, .op = TF_NONE, .pid = r->pid, .cpu = r->cpu,
				       .mode = (uint8_t)(mode & (TF_READ | TF_TRY)), .got = r->tick, .want = r->tick,
				       .want_rec = r->seq, .got_rec = r->seq, .drop_rec = TF_NONE };
	ps->next[i] = ps->lock[lock].open;
	ps->lock[lock].open = i;
	t->nr_span++;
	return i;
}

static void got(struct pass *ps, struct task_state *ts, const struct trace_disk_record *r)
{
	uint32_t lock = lock_of(ps, r->obj), n = ts->nwants, i;
	struct lock_state *ls;
	struct tf_op *op = innermost(ps, ts);
	struct tf_span *s;

	if (ps->why || (i = new_span(ps, lock, r, r->arg)) == TF_NONE)
		return;
	ls = &ps->lock[lock];
	s = &ps->t->span[i];
	s->op = ts->nframes ? ts->frame[ts->nframes - 1].op : TF_NONE;
	s->contended = r->arg & TF_TAKEN;
	s->want = r->tick - (r->arg >> TRACE_WAITED_SHIFT);
	if (s->want < ps->t->head.tick_start || s->want > r->tick)
		s->want = r->tick;
	s->bounced = ls->last_cpu && ls->last_cpu != r->cpu + 1u;
	if (!s->contended)
		n = 0;
	while (n > 0 && ts->want[n - 1].lock != lock)
		n--;
	if (n) {
		const struct want *w = &ts->want[n - 1];

		s->want = s->want < w->taken ? s->want : w->taken;
		s->want_rec = w->rec;
		s->taken = w->taken;
		if (op) /* up to the moment it was found taken, and awake from then on */
			op->in_locks += w->taken - s->want + w->spent;
		ts->nwants = n - 1;
	} else if (op) {
		op->in_locks += s->got - s->want;
	}
	ls->last_cpu = (uint8_t)(r->cpu + 1);
	ls->handed = false;
	ls->seen = true;
	ps->t->lock[lock].uses++;
}

static void drop(struct pass *ps, const struct trace_disk_record *r)
{
	uint32_t lock = lock_of(ps, r->obj), *link, i;
	struct trace *t = ps->t;
	struct lock_state *ls;
	bool shared; /* the pseudo-classes exclude nobody */

	if (ps->why)
		return;
	ls = &ps->lock[lock];
	shared = t->class[r->obj >> 16].kind == LK_PSEUDO;
	for (link = &ls->open; *link != TF_NONE; link = &ps->next[*link])
		if ((!(t->span[*link].mode & TF_READ) && !shared) || t->span[*link].pid == r->pid)
			break;
	i = *link;
	if (i == TF_NONE) {
		if (ls->seen && !ls->handed)
			ps->why = "a lock was released that nobody held";
		t->early_drops += !ls->seen;
		ls->seen = true;
		ls->handed = false;
		return;
	}
	*link = ps->next[i];
	t->span[i].drop = r->tick;
	t->span[i].drop_rec = r->seq;
	t->span[i].drop_cpu = r->cpu;
	t->span[i].handed = r->arg & TF_HANDED;
	ls->handed = r->arg & TF_HANDED;
	if (r->arg & TF_DOWNGRADE) {
		uint32_t op = t->span[i].op;

		i = new_span(ps, lock, r, TF_READ);
		if (i == TF_NONE)
			return;
		t->span[i].continued = true;
		t->span[i].op = op;
	}
}

/* --- the pass ------------------------------------------------------------------------------------------------------ */

/* The time since the CPU's last record belongs to who ran there. */
static void account(struct pass *ps, const struct trace_disk_record *r)
{
	struct task_state *ts;
	struct tf_op *op;
	uint64_t spent;

	if (ps->cpu[r->cpu].known && r->tick > ps->cpu[r->cpu].tick) {
		spent = r->tick - ps->cpu[r->cpu].tick;
		ts = task_of(ps, ps->cpu[r->cpu].pid);
		op = ts ? innermost(ps, ts) : NULL;
		if (op)
			op->ticks += spent;
		if (op && ts->nwants > ts->frame[ts->nframes - 1].nwants)
			ts->want[ts->nwants - 1].spent += spent;
	}
	if (!ps->cpu[r->cpu].known || r->tick > ps->cpu[r->cpu].tick)
		ps->cpu[r->cpu].tick = r->tick;
	ps->cpu[r->cpu].pid = r->event == TF_SWITCH ? (uint16_t)r->obj : r->pid;
	ps->cpu[r->cpu].known = true;
}

static void one_record(struct pass *ps, const struct trace_disk_record *r)
{
	struct task_state *ts = task_of(ps, r->pid);

	if (!ts)
		return;
	account(ps, r);
	ts->last_rec = r->seq;
	switch (r->event) {
	case TF_LOCK_WANT:
		want(ps, ts, r);
		break;
	case TF_LOCK_GOT:
		got(ps, ts, r);
		break;
	case TF_LOCK_DROP:
		drop(ps, r);
		break;
	case TF_LOCK_INIT:
		lock_init(ps, ts, r);
		break;
	case TF_OP_ENTER:
		op_enter(ps, ts, r);
		break;
	case TF_OP_LEAVE:
		op_leave(ps, ts, r);
		break;
	case TF_NOTE:
		note(ps, ts, r);
		break;
	default:
		break;
	}
}

/* Wishes that were never fulfilled: who sleeps or spins for a lock when the trace ends. */
static void leave_wants(struct pass *ps, const struct task_state *ts)
{
	struct trace *t = ps->t;

	for (uint32_t i = 0; i < ts->nwants && !ps->why; i++) {
		const struct want *w = &ts->want[i];
		const struct trace_disk_record *r = &t->rec[w->rec];
		uint32_t at;

		if (!w->taken || (r->arg & TF_TRY))
			continue;
		at = new_span(ps, w->lock, r, r->arg);
		if (at == TF_NONE)
			return;
		t->span[at].taken = w->taken;
		t->span[at].got = 0;
		t->span[at].got_rec = TF_NONE;
		t->span[at].op = ts->nframes ? ts->frame[ts->nframes - 1].op : TF_NONE;
	}
}

/* A task that ended is still in its last system call: that ends with its last record. */
static void end_exits(struct pass *ps, const struct task_state *ts)
{
	struct trace *t = ps->t;
	bool exited = false;

	for (uint32_t i = 0; i < ts->nframes; i++)
		exited |= t->rec[t->op[ts->frame[i].op].first].obj >> 16 == TF_OP_EXIT;
	for (uint32_t i = 0; exited && i < ts->nframes; i++) {
		t->op[ts->frame[i].op].last = ts->last_rec;
		t->op[ts->frame[i].op].end = t->rec[ts->last_rec].tick;
	}
}

/* Of those who do something and those who are switched to. */
static uint32_t max_pid(const struct trace *t)
{
	uint32_t max = 0;

	for (uint32_t i = 0; i < t->nr_rec; i++) {
		max = t->rec[i].pid > max ? t->rec[i].pid : max;
		if (t->rec[i].event == TF_SWITCH && (t->rec[i].obj & 0xffff) > max)
			max = t->rec[i].obj & 0xffff;
	}
	return max;
}

int trace_derive(struct trace *t, const char *path, char *err, size_t size)
{
	struct pass *ps = calloc(1, sizeof(*ps));
	const char *why = "no memory";

	t->max_pid = max_pid(t);
	t->lock_slots = trace_slots(t->nr_rec);
	t->lock_index = malloc(t->lock_slots * sizeof(*t->lock_index));
	if (ps)
		ps->task = calloc(t->max_pid + 1, sizeof(*ps->task));
	if (ps && ps->task && t->lock_index) {
		memset(t->lock_index, 0xff, t->lock_slots * sizeof(*t->lock_index));
		ps->t = t;
		for (uint32_t i = 0; i < t->nr_rec && !ps->why; i++)
			one_record(ps, &t->rec[i]);
		for (uint32_t pid = 0; pid <= t->max_pid && !ps->why; pid++)
			if (ps->task[pid]) {
				end_exits(ps, ps->task[pid]);
				leave_wants(ps, ps->task[pid]);
			}
		why = ps->why;
	}
	for (uint32_t pid = 0; ps && ps->task && pid <= t->max_pid; pid++)
		free(ps->task[pid]);
	if (ps) {
		free(ps->task);
		free(ps->lock);
		free(ps->next);
		free(ps->mm);
	}
	free(ps);
	return why ? trace_error(err, size, "%s: damaged: %s", path, why) : 0;
}
