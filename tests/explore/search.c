/*
 * tests/explore/search.c - depth first over schedules: all of them, one of each class, or those with
 * at most so many preemptions.
 *
 * Facts sections 2 to 4.
 *   naive  every enabled task at every node
 *   dpor   wakeup trees and sleep sets: when a run is over, each of its races (i, k) asks at node i for the run
 *          that shows it the other way round (wakeup.h); a task whose subtree is done sleeps until something
 *          conflicts with it
 *   states every enabled task at every node, but each state only once: the second, independent engine
 *   bpor   with a bound on preemptions: the racing task itself is added at node i, and also where the
 *          block of the task that runs at i began, because switching there costs nothing extra; no
 *          sleep sets, whose sleepers might have been explored with less of the bound left
 */
#include "tests/explore/search.h"

#include "tests/explore/found.h"
#include "tests/explore/wakeup.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct search *now;
static struct hash_set visited, good_ends;

static double seconds(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* --- backtrack points ------------------------------------------------------------------------------ */

static bool all_choices(void)
{
	return now->mode == SEARCH_NAIVE || now->mode == SEARCH_STATES;
}

static int lowest(unsigned mask)
{
	return mask ? __builtin_ctz(mask) : -1;
}

static int cost(const struct node *n, int task)
{
	return n->cur >= 0 && n->cur != task && (n->enabled & (1u << n->cur)) ? 1 : 0;
}

static int used_before(const struct node *n)
{
	return n > path ? n[-1].preemptions : 0;
}

static unsigned affordable(const struct node *n, unsigned mask)
{
	unsigned out = 0;
	int t;

	if (now->bound < 0)
		return mask;
	for (t = 0; t < RT_TASKS; t++)
		if ((mask & (1u << t)) && used_before(n) + cost(n, t) <= now->bound)
			out |= 1u << t;
	return out;
}

static void add_or_all(int i, int task)
{
	struct node *n = &path[i];

	if (n->forced)
		return;
	if (n->enabled & (1u << task))
		n->backtrack |= (uint16_t)(1u << task);
	else if (!(run_held & (1u << task)))
		n->backtrack |= n->enabled;
}

static void ask_for(int i, int task)
{
	add_or_all(i, task);
	add_or_all(path[i].block_start, task);
}

/* --- races, of dpor ------------------------------------------------------------------------------------ */

/* Those of the run so far for which nothing was asked yet, the runs before included that began like this one: what
 * was in vain for a sleeper's sake may not be so in a run that ends otherwise. */
static struct race {
	int i, k;
} * races;
static int nraces, race_room;

static void race_note(int i, int k)
{
	if (path[i].forced)
		return;
	if (nraces == race_room) {
		race_room = race_room ? 2 * race_room : 256;
		races = realloc(races, sizeof(*races) * (size_t)race_room);
		if (!races)
			abort();
	}
	races[nraces++] = (struct race){ i, k };
}

/* The run is over, or given up. */
static void races_look(void)
{
	int n, left = 0;

	for (n = 0; n < nraces; n++)
		if (wakeup_insert(races[n].i, races[n].k, -1) == WAKEUP_ASLEEP)
			races[left++] = races[n];
	nraces = left;
}

/* The run is taken back to node @m. */
static void races_back(int m)
{
	int n, left = 0;

	for (n = 0; n < nraces; n++)
		if (races[n].k < m)
			races[left++] = races[n];
	nraces = left;
}

/* What servers do after the end (drain()) is run in one order only. */
static void event_race(int i, int k)
{
	if (path[k].finished)
		return;
	if (now->mode == SEARCH_BPOR)
		ask_for(i, path[k].chosen);
	else if (now->mode == SEARCH_DPOR)
		race_note(i, k);
}

static void pending_race(int i, int task)
{
	if (now->mode == SEARCH_BPOR)
		ask_for(i, task);
	else if (now->mode == SEARCH_DPOR && !path[i].forced)
		wakeup_insert(i, -1, task);
}

/* --- one node after another ---------------------------------------------------------------------- */

/* Who sleeps at the node after event @k: those at k (inherited, or done there) whom it does not touch. */
static void inherit_sleepers(int k)
{
	struct node *n = &path[k], *next = n + 1;
	unsigned mask = (n->sleep | n->done) & ~(1u << n->chosen);
	int t;

	next->sleep = 0;
	if (now->mode != SEARCH_DPOR)
		return;
	for (t = 0; t < RT_TASKS; t++) {
		int owner = n->done & (1u << t) ? k : n->sleep_of[t];

		if (!(mask & (1u << t)) || (!n->forced && path_conflicts(&path[owner].acc[t])))
			continue;
		next->sleep |= (uint16_t)(1u << t);
		next->sleep_of[t] = (uint16_t)owner;
	}
}

#define DRAIN_STEPS 64

/* The scenario's own tasks are done at @n. Where end states are compared, the servers go on until they sleep,
 * one after the other: whether a server's last step came before the end or would have come after it, is no
 * difference between two schedules. -1 = nobody is left, or somebody never sleeps. */
static int drain(const struct node *n)
{
	static int begun;

	if (!n[-1].finished)
		begun = depth;
	return now->count_classes && depth - begun < DRAIN_STEPS ? lowest(n->enabled) : -1;
}

/* Whom to try first at a new node; -1 = nobody: it is redundant, or beyond the bound. */
static int first_choice(struct node *n)
{
	unsigned mask = n->enabled & ~n->sleep;
	int t;

	n->done = 0;
	n->backtrack = 0;
	if (n->finished) {
		n->forced = true;
		t = drain(n);
		return t < 0 ? CTL_STOP : t;
	}
	if (n->forced) {
		n->backtrack = (uint16_t)(1u << n->dflt);
		wakeup_pass(n);
		return n->dflt;
	}
	if (!mask) {
		now->sleep_blocked++;
		races_look();
		return -1;
	}
	if (now->mode == SEARCH_STATES && !hash_set_add(&visited, path_whole_state(depth))) {
		now->merged++;
		return -1;
	}
	mask = affordable(n, mask);
	if (!mask) {
		now->cut++;
		return -1;
	}
	t = wakeup_take(n, mask);
	if (t < 0)
		t = mask & (1u << n->dflt) ? n->dflt : lowest(mask);
	n->backtrack = all_choices() ? n->enabled : (uint16_t)(1u << t);
	return t;
}

/* What else is to be tried at @n; -1 = nothing. */
static int next_choice(struct node *n)
{
	unsigned left;

	if (now->mode == SEARCH_DPOR) {
		struct access_list spare = n->acc[n->chosen];

		n->acc[n->chosen] = n->ev;
		n->ev = spare;
		return wakeup_take(n, n->enabled & ~n->done & ~n->sleep);
	}
	left = affordable(n, n->backtrack & ~n->done & ~n->sleep);
	return left & (1u << n->dflt) ? n->dflt : lowest(left);
}

/* The next thing to try, with the kernel back at its node; -1 = all is done. */
static int back_up(void)
{
	int k;

	for (k = depth - 1; k >= 0; k--) {
		struct node *n = &path[k];
		int t;

		n->done |= (uint16_t)(1u << n->chosen);
		wakeup_drop(n + 1);
		t = n->forced ? -1 : next_choice(n);
		if (t < 0)
			continue;
		races_back(k);
		run_back_to(k);
		return t;
	}
	return -1;
}

/* --- ends ------------------------------------------------------------------------------------------ */

static struct hash_set classes, states, keys;

/* The verdict. Invariants are asked only where no earlier run ended in the same state and was good. */
static void judge_run(void)
{
	if (run_may_be_good() && hash_set_has(&good_ends, path[depth].state))
		return;
	now->ends++;
	run_judge();
	if (!outcome.failed)
		hash_set_add(&good_ends, path[depth].state);
}

static void add(struct hash_set *set, uint64_t hash, uint64_t *sum)
{
	if (hash_set_add(set, hash))
		*sum += hash;
}

static uint64_t text_hash(const char *s)
{
	uint64_t h = 14695981039346656037ull;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211ull;
	return h;
}

static void count_run(void)
{
	if (outcome.failed) {
		add(&keys, text_hash(outcome.key), &now->key_sum);
		return;
	}
	add(&classes, path_class(), &now->class_sum);
	add(&states, path[depth].state, &now->state_sum);
	now->classes = classes.used;
}

/* A run is complete. True = stop here. A run that failed was cut: its class is that of a beginning, so
 * only classes of good runs are counted. */
static bool run_ended(void)
{
	path_pending(pending_race);
	races_look();
	now->schedules++;
	now->longest = depth > now->longest ? depth : now->longest;
	races_collect();
	inversions_collect();
	judge_run();
	if (outcome.failed) {
		now->failures++;
		now->passed += outcome.besides;
		now->found |= !outcome.besides;
	}
	if (now->sample && !outcome.failed && !(now->schedules & (now->schedules - 1)))
		schedule_take(now->sample);
	if (now->count_classes)
		count_run();
	return outcome.failed && !outcome.besides && now->stop_at_first;
}

/* Every s->step-th schedule is counted by single steps. Returns the processor time that it took, which is no part
 * of the search's. */
static double step_some(struct search *s)
{
	static double began;
	static uint64_t before;

	if (!s->step)
		return 0;
	if (s->stepping) {
		instructions_step(false);
		s->stepping = false;
		s->counted++;
		s->instructions += instructions_stepped() - before;
		return seconds(CLOCK_PROCESS_CPUTIME_ID) - began;
	}
	if (s->schedules % s->step == s->step / 2) {
		s->stepping = true;
		began = seconds(CLOCK_PROCESS_CPUTIME_ID);
		before = instructions_stepped();
		instructions_step(true);
	}
	return 0;
}

/* What the search as a whole took, if there is a counter. */
static void count_all(struct search *s, uint64_t executed)
{
	if (s->stepping)
		instructions_step(false);
	if (!instructions())
		return;
	s->counted = s->schedules;
	s->instructions = instructions() - executed;
}

void search_run(struct search *s)
{
	double start = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	uint64_t executed = instructions();
	enum run_event e = RUN_POINT;
	int next;

	now = s;
	nraces = 0;
	for (next = 0; next < RT_MAX_NODES; next++)
		wakeup_drop(&path[next]);
	hash_set_clear(&classes);
	hash_set_clear(&states);
	hash_set_clear(&keys);
	hash_set_clear(&visited);
	progress_begin();
	run_back_to(0);
	path[0].sleep = 0;
	next = first_choice(&path[0]);
	if (undo_check)
		undo_note(0);
	for (;;) {
		if (next == -1 || e == RUN_OVER) {
			next = back_up();
			if (next == -1)
				break;
			if (undo_check)
				undo_compare(depth);
		}
		e = next == CTL_STOP ? run_stop() : run_on(next);
		s->events++;
		if (next != CTL_STOP) {
			path_event(depth - 1, event_race);
			if (s->mode == SEARCH_DPOR)
				path_accesses(depth - 1);
			path_state(depth - 1);
			if (s->mode == SEARCH_STATES)
				path_observe(depth - 1);
		}
		if (e == RUN_OVER) {
			if (run_ended())
				break;
			cpu += step_some(s);
			if (s->max_schedules && s->schedules >= s->max_schedules)
				break;
			if (s->seconds > 0 && (s->schedules & 15) == 0 &&
			    seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu > s->seconds)
				break;
			if (s->progress && (s->schedules & 15) == 0)
				progress_look(s, seconds(CLOCK_MONOTONIC) - start);
			continue;
		}
		if (undo_check)
			undo_note(depth);
		inherit_sleepers(depth - 1);
		next = first_choice(&path[depth]);
	}
	s->complete = next == -1;
	s->states = visited.used;
	s->elapsed = seconds(CLOCK_MONOTONIC) - start;
	s->cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	count_all(s, executed);
}
