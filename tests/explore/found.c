/*
 * tests/explore/found.c - failing schedules: again, smaller, told. See found.h.
 *
 * The default is the kernel's own policy (kernel/control.h), so that deviations are what the token will
 * say; where the policy's choice is held by the scenario or only has to die, the lowest other.
 */
#include "tests/explore/found.h"

#include <stdio.h>
#include <string.h>

#include "kernel/trace.h"
#include "tests/explore/machine.h"

static int default_of(const struct node *n)
{
	if (n->forced || (n->enabled & (1u << n->dflt)))
		return n->dflt;
	return __builtin_ctz(n->enabled);
}

void schedule_take(struct schedule *s)
{
	int i;

	s->n = 0;
	for (i = 0; i < depth && s->n < 256; i++) {
		const struct node *n = &path[i];

		if (!n->forced && n->chosen != default_of(n))
			s->at[s->n++] =
				(struct deviation){ n->step.task, (uint8_t)n->chosen, n->step.nth };
	}
}

static int choice_of(const struct schedule *s, const struct node *n)
{
	int i;

	for (i = 0; i < s->n && !n->forced; i++)
		if (s->at[i].task == n->step.task && s->at[i].nth == n->step.nth &&
		    (n->enabled & (1u << s->at[i].next)))
			return s->at[i].next;
	return default_of(n);
}

bool schedule_run(const struct schedule *s)
{
	enum run_event e = RUN_POINT;

	run_back_to(0);
	while (e == RUN_POINT)
		e = path[depth].finished ? run_stop() : run_on(choice_of(s, &path[depth]));
	run_judge();
	return outcome.failed;
}

static bool still_fails(const struct schedule *s, const char *key)
{
	return schedule_run(s) && !strcmp(outcome.key, key);
}

/* @s without the deviations first .. last - 1. */
static void without(const struct schedule *s, int first, int last, struct schedule *out)
{
	int i;

	out->n = 0;
	for (i = 0; i < s->n; i++)
		if (i < first || i >= last)
			out->at[out->n++] = s->at[i];
}

int schedule_minimise(struct schedule *s)
{
	char key[sizeof(outcome.key)];
	struct schedule less;
	int size, first, runs = 1;

	if (!schedule_run(s))
		return runs;
	snprintf(key, sizeof(key), "%s", outcome.key);
	for (size = s->n; size > 0; size = size > 1 ? (size + 1) / 2 : 0) {
		for (first = 0; first < s->n;) {
			without(s, first, first + size, &less);
			runs++;
			if (still_fails(&less, key))
				*s = less;
			else
				first += size;
		}
	}
	schedule_run(s);
	return runs + 1;
}

void schedule_tell(const struct schedule *s, const char *token_file)
{
	unsigned mask = trace_mask;

	run_back_to(0);
	trace_setup("all");
	schedule_run(s);
	run_tell(token_file);
	trace_mask = mask;
}

void schedule_save(const struct schedule *s, const char *token_file)
{
	schedule_run(s);
	machine_quiet = true;
	run_tell(token_file);
	machine_quiet = false;
}

int path_preemptions(void)
{
	return depth ? path[depth - 1].preemptions : 0;
}

int schedule_repeat(const struct schedule *s, int times)
{
	char key[sizeof(outcome.key)];
	int i, steps, good = 0;
	uint16_t print;

	schedule_run(s);
	snprintf(key, sizeof(key), "%s", outcome.key);
	steps = depth;
	print = path[depth - 1].step.print;
	for (i = 0; i < times; i++)
		good += schedule_run(s) && !strcmp(outcome.key, key) && depth == steps &&
			path[depth - 1].step.print == print;
	return good;
}
