/*
 * tests/diff/sequence.c - the canonical lock sequence of each operation, from a real trace.
 *
 * A sequence is what one task took and released from the beginning of an operation to its end, without
 * what the operations inside it did: these are one step each ("call fault anon"); interrupts are none.
 * Instances become roles: an own mm's lock has its class's name alone, another mm's is "(other mm)", a
 * second one of a class is "(another)". What repeats is folded: the body stands once, with how often.
 * Two runs of an operation are the same way if they are equal after that; ways are counted.
 */
#include "tests/diff/lockdiff.h"
#include "tests/diff/trace_internal.h"

#include "kernel/lock.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 32
#define MAX_HELD  32
#define MAX_PERIOD 96 /* longest loop body that is looked for */

/* Locks that belong to the machinery under all designs: shown on demand only. */
static const char *const machinery[] = { "runqueue_lock", "waitqueue_lock", "port_lock", "timer_lock", "siglock",
					 "disk_lock", "console_lock", "tlb_lock", "rcu_lock", "misc lock" };

struct run { /* of one operation, being gathered */
	uint32_t op; /* index into t->op */
	uint32_t *token, n, room;
};

struct held {
	uint32_t lock;
	bool read;
};

struct task {
	struct run run[MAX_DEPTH];
	struct held held[MAX_HELD];
	uint32_t nrun, nheld;
};

struct maker {
	struct sequence_set *set;
	const struct trace *t;
	struct task **task; /* by pid */
	uint32_t *slot;	    /* hash of a step -> index + 1 */
	uint32_t slots;
	uint32_t step_room;
	bool all;
	bool hidden[TF_MAX_CLASSES];
};

static void *must(void *p)
{
	if (!p) {
		say_error("no memory");
		exit(2);
	}
	return p;
}

/* --- steps ------------------------------------------------------------------------------------------------------ */

static uint32_t step_hash(const struct step *s)
{
	uint32_t h = 2166136261u + s->what;

	for (const char *c = s->text; *c; c++)
		h = (h ^ (unsigned char)*c) * 16777619u;
	for (const char *c = s->where; *c; c++)
		h = (h ^ (unsigned char)*c) * 16777619u;
	for (const char *c = s->mode; *c; c++)
		h = (h ^ (unsigned char)*c) * 16777619u;
	return h ^ h >> 15;
}

static bool step_same(const struct step *a, const struct step *b)
{
	return a->what == b->what && !strcmp(a->text, b->text) && !strcmp(a->mode, b->mode) &&
	       !strcmp(a->where, b->where);
}

static uint32_t intern(struct maker *mk, const struct step *s)
{
	struct sequence_set *set = mk->set;
	uint32_t h = step_hash(s);

	for (;; h++) {
		uint32_t *slot = &mk->slot[h & (mk->slots - 1)];

		if (*slot && step_same(&set->step[*slot - 1], s))
			return *slot - 1;
		if (*slot)
			continue;
		if (set->nstep == mk->step_room) {
			mk->step_room = mk->step_room * 2 + 256;
			set->step = must(realloc(set->step, mk->step_room * sizeof(*set->step)));
		}
		set->step[set->nstep] = *s;
		*slot = ++set->nstep;
		return *slot - 1;
	}
}

static void add_step(struct maker *mk, struct run *run, const struct step *s)
{
	if (run->n == run->room) {
		run->room = run->room * 2 + 64;
		run->token = must(realloc(run->token, run->room * sizeof(*run->token)));
	}
	run->token[run->n++] = intern(mk, s);
}

static bool holds_class(const struct maker *mk, const struct task *ts, uint32_t lock, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (ts->held[i].lock != lock &&
		    mk->t->lock[ts->held[i].lock].obj >> 16 == mk->t->lock[lock].obj >> 16)
			return true;
	return false;
}

/* The lock's name by its role for who runs @op; @n locks were held before it. */
static void name_lock(const struct maker *mk, const struct task *ts, uint32_t lock, uint32_t op, uint32_t n, char *buf,
		      size_t size)
{
	const struct tf_lock *l = &mk->t->lock[lock];
	const char *name = trace_class_name(mk->t, l->obj >> 16), *role = "";

	if (l->mm && l->mm != mk->t->op[op].mm)
		role = " (other mm)";
	else if (holds_class(mk, ts, lock, n))
		role = " (another)";
	snprintf(buf, size, "%s%s", name, role);
}

static void set_mode(struct step *s, unsigned mode, unsigned kind)
{
	bool rw = kind == LK_RWSEM; /* the others have one mode only */

	snprintf(s->mode, sizeof(s->mode), "%s%s", mode & TF_TRY ? "try" : "", rw ? mode & TF_READ ? " R" : " W" : "");
	if (s->mode[0] == ' ')
		memmove(s->mode, s->mode + 1, strlen(s->mode));
}

static void set_where(const struct maker *mk, struct step *s, const struct trace_disk_record *r)
{
	const char *bracket, *fn = trace_where(mk->t, r, &bracket);

	snprintf(s->where, sizeof(s->where), "%.94s", fn);
	if (bracket && strcmp(bracket, fn) != 0)
		snprintf(s->bracket, sizeof(s->bracket), "%.46s", bracket);
}

/* --- folding -------------------------------------------------------------------------------------------------------- */

struct folded {
	uint32_t *token, n;
	struct loop *loop;
	uint32_t nloop, room;
};

/* Steps [at, at + len) are gone. Loops inside them are told to their twins @period before; others move up. */
static void cut(struct folded *f, uint32_t at, uint32_t len, uint32_t period)
{
	uint32_t kept = 0;

	memmove(f->token + at, f->token + at + len, (f->n - at - len) * sizeof(*f->token));
	f->n -= len;
	for (uint32_t i = 0; i < f->nloop; i++) {
		struct loop l = f->loop[i];
		bool twin = false;

		if (l.start >= at + len) {
			l.start -= len;
		} else if (l.start < at && l.start + l.len >= at + len) {
			l.len -= len; /* around it */
		} else if (l.start >= at) {
			uint32_t home = at - period + (l.start - at) % period;

			for (uint32_t k = 0; k < f->nloop && !twin; k++) {
				struct loop *h = &f->loop[k];

				if (k != i && h->start == home && h->len == l.len) {
					h->min = h->min < l.min ? h->min : l.min;
					h->max = h->max > l.max ? h->max : l.max;
					twin = true;
				}
			}
			l.start = home;
			l.min = 1; /* its twin ran once */
		}
		if (!twin)
			f->loop[kept++] = l;
	}
	f->nloop = kept;
}

static void add_loop(struct folded *f, uint32_t start, uint32_t len, uint32_t times)
{
	for (uint32_t i = 0; i < f->nloop; i++)
		if (f->loop[i].start == start && f->loop[i].len == len) {
			f->loop[i].min = f->loop[i].min < times ? f->loop[i].min : times;
			f->loop[i].max = f->loop[i].max > times ? f->loop[i].max : times;
			return;
		}
	if (f->nloop == f->room) {
		f->room = f->room * 2 + 8;
		f->loop = must(realloc(f->loop, f->room * sizeof(*f->loop)));
	}
	f->loop[f->nloop++] = (struct loop){ start, len, times, times };
}

/* Loops are inside each other or apart: would one of @p steps at @i, @times over, cut another in two? */
static bool crosses(const struct folded *f, uint32_t i, uint32_t p, uint32_t times)
{
	uint32_t end = i + p * times;

	for (uint32_t k = 0; k < f->nloop; k++) {
		uint32_t s = f->loop[k].start, e = s + f->loop[k].len;

		if (e <= i || s >= end || (s <= i && e >= end))
			continue;
		if (s < i || e > end || (s - i) / p != (e - 1 - i) / p)
			return true;
	}
	return false;
}

static bool fold_period(struct folded *f, uint32_t p)
{
	bool changed = false;

	for (uint32_t i = 0; i + 2 * p <= f->n; i++) {
		uint32_t times = 1;

		while (i + (times + 1) * p <= f->n &&
		       !memcmp(f->token + i, f->token + i + times * p, p * sizeof(*f->token)))
			times++;
		if (times == 1 || crosses(f, i, p, times))
			continue;
		cut(f, i + p, (times - 1) * p, p);
		add_loop(f, i, p, times);
		changed = true;
	}
	return changed;
}

/* Short bodies first, so that a loop in a loop is one step of it; again until nothing repeats. */
static void fold(struct folded *f)
{
	uint32_t p = 1;

	while (p <= MAX_PERIOD && 2 * p <= f->n)
		p = fold_period(f, p) ? 1 : p + 1;
}

/* --- counting the ways ------------------------------------------------------------------------------------------------ */

static void merge_loops(struct variant *v, const struct folded *f)
{
	for (uint32_t i = 0; i < v->nloop; i++) {
		bool there = false;

		for (uint32_t k = 0; k < f->nloop; k++)
			there |= f->loop[k].start == v->loop[i].start && f->loop[k].len == v->loop[i].len;
		if (!there)
			v->loop[i].min = 1;
	}
	for (uint32_t k = 0; k < f->nloop; k++) {
		struct loop *l = NULL;

		for (uint32_t i = 0; i < v->nloop; i++)
			if (f->loop[k].start == v->loop[i].start && f->loop[k].len == v->loop[i].len)
				l = &v->loop[i];
		if (!l) {
			v->loop = must(realloc(v->loop, (v->nloop + 1) * sizeof(*v->loop)));
			l = &v->loop[v->nloop++];
			*l = f->loop[k];
			l->min = 1; /* until now it always ran once */
		}
		l->min = l->min < f->loop[k].min ? l->min : f->loop[k].min;
		l->max = l->max > f->loop[k].max ? l->max : f->loop[k].max;
	}
}

static void note_occasion(struct sequences *of, uint16_t pid, uint32_t way)
{
	if (of->count == of->occasion_room) {
		of->occasion_room = of->occasion_room * 2 + 64;
		of->occasion = must(realloc(of->occasion, of->occasion_room * sizeof(*of->occasion)));
	}
	of->occasion[of->count++] = (struct occasion){ pid, way };
}

static void count_way(struct maker *mk, struct run *run)
{
	struct sequences *of = &mk->set->of[mk->t->op[run->op].op];
	struct folded f = { .token = run->token, .n = run->n };
	struct variant *v;

	fold(&f);
	for (uint32_t i = 0; i < of->nvariant; i++) {
		v = &of->variant[i];
		if (v->n == f.n && (!f.n || !memcmp(v->token, f.token, f.n * sizeof(*f.token)))) {
			note_occasion(of, mk->t->op[run->op].pid, i);
			v->count++;
			merge_loops(v, &f);
			free(f.loop);
			return;
		}
	}
	of->variant = must(realloc(of->variant, (of->nvariant + 1) * sizeof(*of->variant)));
	v = &of->variant[of->nvariant];
	*v = (struct variant){ .n = f.n, .count = 1, .loop = f.loop, .nloop = f.nloop, .id = of->nvariant };
	note_occasion(of, mk->t->op[run->op].pid, of->nvariant++);
	v->token = must(malloc((f.n + 1) * sizeof(*v->token)));
	if (f.n)
		memcpy(v->token, f.token, f.n * sizeof(*v->token));
}

/* --- the pass ------------------------------------------------------------------------------------------------------------- */

static bool is_irq(const struct maker *mk, uint32_t op)
{
	return mk->t->rec[mk->t->op[op].first].obj >> 16 == TF_OP_IRQ;
}

static void enter(struct maker *mk, struct task *ts, uint32_t op)
{
	struct step s = { .what = STEP_CALL };
	struct run *run;

	if (ts->nrun && !is_irq(mk, op)) {
		snprintf(s.text, sizeof(s.text), "%s", trace_op_name(mk->t, mk->t->op[op].op));
		add_step(mk, &ts->run[ts->nrun - 1], &s);
	}
	run = &ts->run[ts->nrun++];
	*run = (struct run){ .op = op };
	for (uint32_t i = 0; i < ts->nheld; i++) {
		struct step h = { .what = STEP_HELD };

		if (mk->hidden[mk->t->lock[ts->held[i].lock].obj >> 16])
			continue;
		name_lock(mk, ts, ts->held[i].lock, op, i, h.text, sizeof(h.text));
		add_step(mk, run, &h);
	}
}

static void leave(struct maker *mk, struct task *ts, uint32_t seq)
{
	while (ts->nrun && mk->t->op[ts->run[ts->nrun - 1].op].last == seq) {
		struct run *run = &ts->run[--ts->nrun];

		count_way(mk, run);
		free(run->token);
	}
}

static void took(struct maker *mk, struct task *ts, const struct trace_disk_record *r)
{
	uint32_t lock = trace_lock_find(mk->t, r->obj), class_id = r->obj >> 16;
	struct step s = { .what = STEP_TAKE };

	if (lock == TF_NONE)
		return;
	if (ts->nrun && !mk->hidden[class_id]) {
		name_lock(mk, ts, lock, ts->run[ts->nrun - 1].op, ts->nheld, s.text, sizeof(s.text));
		set_mode(&s, r->arg, mk->t->class[class_id].kind);
		set_where(mk, &s, r);
		add_step(mk, &ts->run[ts->nrun - 1], &s);
	}
	if (ts->nheld < MAX_HELD)
		ts->held[ts->nheld++] = (struct held){ lock, r->arg & TF_READ };
}

static void dropped(struct maker *mk, struct task *ts, const struct trace_disk_record *r)
{
	uint32_t lock = trace_lock_find(mk->t, r->obj), class_id = r->obj >> 16, n = ts->nheld;
	struct step s = { .what = r->arg & TF_DOWNGRADE ? STEP_DOWNGRADE
				  : r->arg & TF_HANDED	? STEP_HAND_OVER
							: STEP_DROP };

	while (n > 0 && ts->held[n - 1].lock != lock)
		n--;
	if (n && s.what == STEP_DOWNGRADE)
		ts->held[n - 1].read = true;
	else if (n) {
		memmove(&ts->held[n - 1], &ts->held[n], (ts->nheld - n) * sizeof(ts->held[0]));
		ts->nheld--;
	}
	if (lock == TF_NONE || !ts->nrun || mk->hidden[class_id])
		return;
	name_lock(mk, ts, lock, ts->run[ts->nrun - 1].op, n ? n - 1 : 0, s.text, sizeof(s.text));
	set_where(mk, &s, r);
	add_step(mk, &ts->run[ts->nrun - 1], &s);
}

static void slept(struct maker *mk, struct task *ts, const struct trace_disk_record *r)
{
	static const char *const what[] = { NULL, NULL, "an answer", "a message", "I/O", "a child", "an event", "time" };
	struct step s = { .what = STEP_SLEEP };

	if (!ts->nrun || r->obj >= sizeof(what) / sizeof(what[0]) || !what[r->obj])
		return; /* for a lock: that is contention, and in the numbers */
	snprintf(s.text, sizeof(s.text), "%s", what[r->obj]);
	add_step(mk, &ts->run[ts->nrun - 1], &s);
}

static void one_record(struct maker *mk, const struct trace_disk_record *r, uint32_t *next_op)
{
	struct task **at = &mk->task[r->pid];

	if (!*at)
		*at = must(calloc(1, sizeof(**at)));
	if (*next_op < mk->t->nr_op && mk->t->op[*next_op].first == r->seq)
		enter(mk, *at, (*next_op)++);
	else if (r->event == TF_LOCK_GOT)
		took(mk, *at, r);
	else if (r->event == TF_LOCK_DROP)
		dropped(mk, *at, r);
	else if (r->event == TF_SLEEP)
		slept(mk, *at, r);
	leave(mk, *at, r->seq);
	/* runqueue_lock changes hands in a switch */
	if (r->event == TF_SWITCH && (*at)->nheld) {
		uint32_t lock = (*at)->held[(*at)->nheld - 1].lock;
		struct task **to = &mk->task[r->obj & 0xffff];

		if (mk->t->lock[lock].obj >> 16 == TF_NONE)
			return;
		if (!*to)
			*to = must(calloc(1, sizeof(**to)));
		(*at)->nheld--;
		if ((*to)->nheld < MAX_HELD)
			(*to)->held[(*to)->nheld++] = (struct held){ lock, false };
	}
}

static int by_count(const void *a, const void *b)
{
	const struct variant *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	if (x->n != y->n)
		return x->n < y->n ? -1 : 1;
	return x->n ? memcmp(x->token, y->token, x->n * sizeof(*x->token)) : 0;
}

void sequences_make(struct sequence_set *set, const struct trace *t, bool all)
{
	struct maker *mk = must(calloc(1, sizeof(*mk)));
	uint32_t next_op = 0;

	memset(set, 0, sizeof(*set));
	set->t = t;
	set->nof = t->nr_op_names;
	set->of = must(calloc(set->nof + 1, sizeof(*set->of)));
	mk->set = set;
	mk->t = t;
	mk->task = must(calloc(t->max_pid + 1, sizeof(*mk->task)));
	/* an event makes one step, and an operation one for each lock held */
	mk->slots = trace_slots(t->nr_rec + t->nr_op * MAX_HELD);
	mk->slot = must(calloc(mk->slots, sizeof(*mk->slot)));
	for (unsigned c = 0; c < t->head.nr_classes && !all; c++)
		for (size_t i = 0; i < sizeof(machinery) / sizeof(machinery[0]); i++)
			mk->hidden[c] |= !strcmp(trace_class_name(t, c), machinery[i]);
	for (unsigned c = 0; c < t->head.nr_classes; c++)
		mk->hidden[c] |= !strncmp(trace_class_name(t, c), "reclaim", 7);
	for (uint32_t i = 0; i < t->nr_rec; i++)
		one_record(mk, &t->rec[i], &next_op);
	for (uint32_t i = 0; i < set->nof; i++) {
		set->of[i].op = i;
		if (set->of[i].nvariant)
			qsort(set->of[i].variant, set->of[i].nvariant, sizeof(*set->of[i].variant), by_count);
	}
	for (uint32_t pid = 0; pid <= t->max_pid; pid++) {
		for (uint32_t i = 0; mk->task[pid] && i < mk->task[pid]->nrun; i++)
			free(mk->task[pid]->run[i].token);
		free(mk->task[pid]);
	}
	free(mk->task);
	free(mk->slot);
	free(mk);
}

static const char *const verbs[] = { "has", "take", "drop", "downgrade", "hand over", "call", "sleep for" };

void step_line(const struct step *s, int indent, char *buf, size_t size)
{
	char left[240];

	snprintf(left, sizeof(left), "%*s%s%s%s %s", 2 * indent, "", verbs[s->what], *s->mode ? " " : "", s->mode,
		 s->text);
	if (*s->bracket)
		snprintf(buf, size, "%-44s %s (%s)", left, s->where, s->bracket);
	else if (*s->where)
		snprintf(buf, size, "%-44s %s", left, s->where);
	else
		snprintf(buf, size, "%s", left);
}

/* --- which ways belong together ---------------------------------------------------------------------------------------- */

void sequences_pair(const struct sequences *x, const struct sequences *y, uint32_t *way_x, uint32_t *way_y)
{
	uint64_t cells = (uint64_t)x->nvariant * y->nvariant;
	uint32_t *together = cells && cells < 1u << 22 ? calloc(cells, sizeof(*together)) : NULL;
	static uint32_t next[65536]; /* by pid: where to look on in y */
	uint32_t best = 0;

	*way_x = *way_y = 0;
	memset(next, 0, sizeof(next));
	for (uint32_t i = 0; together && i < x->count; i++) {
		uint32_t *k = &next[x->occasion[i].pid];

		while (*k < y->count && y->occasion[*k].pid != x->occasion[i].pid)
			++*k;
		if (*k < y->count)
			together[x->occasion[i].way * y->nvariant + y->occasion[(*k)++].way]++;
	}
	for (uint32_t i = 0; together && i < x->nvariant; i++) /* the more frequent ones first */
		for (uint32_t k = 0; k < y->nvariant; k++) {
			uint32_t n = together[x->variant[i].id * y->nvariant + y->variant[k].id];

			if (n > best) {
				best = n;
				*way_x = i;
				*way_y = k;
			}
		}
	free(together);
}

void sequences_free(struct sequence_set *set)
{
	for (uint32_t i = 0; i < set->nof; i++) {
		for (uint32_t k = 0; k < set->of[i].nvariant; k++) {
			free(set->of[i].variant[k].token);
			free(set->of[i].variant[k].loop);
		}
		free(set->of[i].variant);
		free(set->of[i].occasion);
	}
	free(set->of);
	free(set->step);
	memset(set, 0, sizeof(*set));
}
