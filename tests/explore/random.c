/*
 * tests/explore/random.c - schedules by chance, for scenarios too large to search.
 *
 * Facts section 6. PCT: tasks get random priorities, the highest that can go on does; at d - 1 random steps
 * whoever runs falls below all others. A mistake that needs d ordered things is found in one run with a
 * chance of at least 1 / (n k^(d-1)), n tasks, k steps; so after r runs it has been missed with a chance of
 * at most (1 - 1 / (n k^(d-1)))^r, which is printed. POS: each step gets a priority of its own, and one that
 * stands before a lock which was just taken or released draws again. No promise comes with it.
 */
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "tests/explore/search.h"

#define MAX_DEPTH 8

static uint64_t state;
static uint32_t priority[RT_TASKS];
static int fall_at[MAX_DEPTH], falls;

static uint32_t draw(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32);
}

static int highest(unsigned mask)
{
	int t, best = -1;

	for (t = 0; t < RT_TASKS; t++)
		if ((mask & (1u << t)) && (best < 0 || priority[t] > priority[best]))
			best = t;
	return best;
}

/* The highest priorities are drawn, the lowest numbers are for those who fell. */
static void new_run(int d, int steps)
{
	int t;

	for (t = 0; t < RT_TASKS; t++)
		priority[t] = (draw() | 0x100) & 0x7fffffff;
	for (falls = 0; falls < d - 1 && falls < MAX_DEPTH; falls++)
		fall_at[falls] = steps ? (int)(draw() % (unsigned)steps) : 0;
}

static int pct_choice(const struct node *n, int step)
{
	int t = highest(n->enabled), i;

	for (i = 0; i < falls; i++)
		if (fall_at[i] == step) {
			priority[t] = (uint32_t)(falls - i);
			t = highest(n->enabled);
		}
	return t;
}

static bool on_lock(const struct ctl_step *s)
{
	return s->kind == SP_LOCK || s->kind == SP_UNLOCK || s->kind == SP_TRYLOCK;
}

static int pos_choice(const struct node *n)
{
	int t = highest(n->enabled), k, seen = 0;

	/* who stands at the same lock as the one that goes on draws again */
	for (k = depth; k >= 0 && seen != 0x1fff; k--) {
		int u = path[k].step.task;

		if (u >= RT_TASKS || (seen & (1 << u)))
			continue;
		seen |= 1 << u;
		if (u != t && on_lock(&path[k].step) && on_lock(&n->step) &&
		    path[k].step.object == n->step.object)
			priority[u] = draw() & 0x7fffffff;
	}
	priority[t] = draw() & 0x7fffffff;
	return t;
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

void random_search(struct random_search *r)
{
	double start = seconds();

	state = r->seed * 0x9e3779b97f4a7c15ull + 1;
	do {
		enum run_event e = RUN_POINT;
		int step = 0;

		new_run(r->pos ? 1 : r->depth, r->steps);
		run_back_to(0);
		for (; e == RUN_POINT; step++) {
			struct node *n = &path[depth];

			if (n->finished)
				e = run_stop();
			else if (n->forced)
				e = run_on(n->dflt);
			else
				e = run_on(r->pos ? pos_choice(n) : pct_choice(n, step));
		}
		if (step > r->steps)
			r->steps = step;
		r->runs++;
		races_collect();
		run_judge();
		r->found = outcome.failed;
	} while (!r->found && seconds() - start < r->seconds);
	r->elapsed = seconds() - start;
}

double random_missed(const struct random_search *r, int ntasks, int d)
{
	return pow(1 - 1 / (ntasks * pow(r->steps, d - 1)), (double)r->runs);
}
