/*
 * tests/explore/run.c - between the kernel and the search: decisions come out, choices go in.
 *
 * engine_choose() is the chooser of the controlled run. It leaves the kernel's context with everything
 * it needs to come back noted in path[depth]; run_on() enters it again. Because the log takes stacks
 * back too, engine_choose() returns once for each choice that is tried at its node.
 */
#include "tests/explore/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/watch.h"
#include "tests/explore/engine.h"
#include "tests/explore/machine.h"

struct node path[RT_MAX_NODES];
int depth;
unsigned run_held;
struct outcome outcome;
const char *scenario_design;

static enum run_event event;
static uintptr_t *over_sp;
static int choice;

/* --- on the kernel's side ---------------------------------------------------------------------------- */

static bool spins(const struct lock_info *li)
{
	return lock_classes[li->class_id].kind == LK_SPIN ||
	       lock_classes[li->class_id].kind == LK_BKL;
}

/* Tasks that stand before a spin lock or kernel_lock that is taken: letting them go on would only show
 * them that it is. */
static unsigned before_taken_lock(unsigned mask)
{
	unsigned blocked = 0;

	for (mask &= (1u << CTL_MAX_TASKS) - 1; mask; mask &= mask - 1) {
		int t = __builtin_ctz(mask);
		const struct lock_info *li = ctl_wants_lock(t);

		if (li && spins(li) && li->owner)
			blocked |= 1u << t;
	}
	return blocked;
}

static unsigned required; /* the tasks that have to finish */

static void find_required(void)
{
	int t;

	required = 0;
	for (t = 0; t < ctl_ntasks(); t++)
		if (!ctl_is_service(t))
			required |= 1u << t;
}

/* Tasks that have said that they are done: only their death is before them, and nobody is interested in
 * that. */
static unsigned done_at(const struct node *n)
{
	unsigned done = n > path ? n[-1].ended : 0;

	if (n->step.kind == SP_END && n->step.task < CTL_MAX_TASKS)
		done |= 1u << n->step.task;
	return done;
}

int engine_choose(void *arg, const struct ctl_step *at, unsigned enabled, int dflt)
{
	struct node *n = &path[depth];
	unsigned blocked = before_taken_lock(enabled);

	(void)arg;
	if (!rt_on) { /* the first decision: all before it is the world */
		rt_start();
		find_required();
	}
	n->log = rt_log;
	n->epoch = rt_epoch;
	n->step = *at;
	n->nth = (uint16_t)ctl_steps();
	n->kenabled = (uint16_t)enabled;
	n->ended = (uint16_t)done_at(n);
	n->enabled = (uint16_t)(enabled & ~blocked & ~n->ended);
	if (n->enabled & ~run_held)
		n->enabled &= (uint16_t)~run_held;
	n->finished = !(required & ~n->ended);
	n->cur = at->task < RT_TASKS - 1 ? (int8_t)at->task : -1;
	n->dflt = (int8_t)dflt;
	n->forced = ((blocked >> dflt) & 1) || !n->enabled;
	event = RUN_POINT;
	rt_to_engine(&n->sp);
	return choice;
}

void engine_over(void)
{
	event = RUN_OVER;
	rt_to_engine(&over_sp);
}

/* --- on the engine's side -------------------------------------------------------------------------- */

static void check_depth(void)
{
	if (depth + 2 < RT_MAX_NODES)
		return;
	fprintf(stderr, "explore: a run of more than %d steps\n", RT_MAX_NODES - 2);
	exit(2);
}

static void enter_event(struct node *n, int task)
{
	struct node *next = n + 1;
	bool preempts = n->cur >= 0 && n->cur != task && (n->enabled & (1u << n->cur));

	n->chosen = (int8_t)task;
	n->preemptions = (uint8_t)((depth ? n[-1].preemptions : 0) + (preempts && !n->forced));
	n->block_start = (uint16_t)(depth && n[-1].chosen == task ? n[-1].block_start : depth);
	memcpy(next->last, n->last, sizeof(n->last));
	next->last[task] = (uint16_t)(depth + 1);
}

/* The kind of point at which @task stands: its latest one. */
static enum sync_kind point_of(int task)
{
	int i;

	for (i = depth; i >= 0; i--)
		if (path[i].step.task == task)
			return (enum sync_kind)path[i].step.kind;
	return SP_START;
}

enum run_event run_on(int task)
{
	struct node *n = &path[depth];

	check_depth();
	enter_event(n, task);
	choice = task;
	rt_begin_segment(task, depth, n->epoch);
	n->segment = rt_first_stamp;
	sync_begin_event(task, point_of(task));
	depth++;
	rt_to_kernel(n->sp);
	n->stack = rt_stack_low;
	return event;
}

enum run_event run_stop(void)
{
	choice = CTL_STOP;
	rt_begin_segment(RT_TASKS - 1, depth, path[depth].epoch);
	rt_to_kernel(path[depth].sp);
	return event;
}

enum run_event run_by_story(void)
{
	check_depth();
	choice = CTL_STORY;
	path[depth + 1].ended = path[depth].ended;
	rt_begin_segment(RT_TASKS - 1, depth, path[depth].epoch);
	rt_watch(false);
	depth++;
	rt_to_kernel(path[depth - 1].sp);
	rt_watch(true);
	return event;
}

int run_story_chose(int node)
{
	return ctl_step_at(path[node].nth)->next;
}

uintptr_t run_stack_of(int k)
{
	return path[k].stack;
}

void run_back_to(int n)
{
	rt_undo_to(path[n].log);
	rt_epoch = path[n].epoch;
	complaints_back_to(n);
	depth = n;
}

enum run_event run_begin(const struct scenario *s)
{
	depth = 0;
	memset(path[0].last, 0, sizeof(path[0].last));
	machine_boot(s);
	path_begin();
	return event;
}

/* What the kernel does after the run is no event: it depends on nothing. */
static void after_the_run(void)
{
	rt_begin_segment(RT_TASKS - 1, depth, rt_epoch);
	rt_watch(false);
	rt_to_kernel(over_sp);
	rt_watch(true);
}

bool run_may_be_good(void)
{
	return !outcome.failed && outcome.verdict == CTL_COMPLETED &&
	       !watch_complaints(WATCH_RULES) && !complaint_key()[0];
}

void run_judge(void)
{
	if (!outcome.failed) /* else it panicked */
		after_the_run();
}

void run_tell(const char *token_file)
{
	machine_print(true, token_file);
	after_the_run();
	machine_print(false, NULL);
}
