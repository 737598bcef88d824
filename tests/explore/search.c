/*
 * tests/explore/search.c - depth first over schedules: all of them, one of each class, or those with
 * at most so many preemptions.
 *
 * Facts sections 2 to 4.
 *   naive  every enabled task at every node
 *   dpor   source sets and sleep sets: at a race (i, k) one task of the initials is added at node i,
 *          unless one is there; a task whose subtree is done sleeps until something conflicts with it
 *   states every enabled task at every node, but each state only once: the second, independent engine
 *   bpor   with a bound on preemptions: the racing task itself is added at node i, and also where the
 *          block of the task that runs at i began, because switching there costs nothing extra; no
 *          sleep sets, whose sleepers might have been explored with less of the bound left
 */
#include "tests/explore/search.h"

#include "tests/explore/found.h"

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

/* @t is to be tried at node i so that the race (i, k) is seen the other way round: note how. Without that the run may
 * come to nothing new before the sleepers end it. */
static void add_with_lead(int i, int k, int task, int t)
{
	path[i].backtrack |= (uint16_t)(1u << t);
	path_lead(i, k, task, t, &path[i].lead[t]);
}

static void ask_for(int i, int k, int task)
{
	struct node *n = &path[i];
	unsigned initials;

	if (all_choices())
		return;
	if (now->mode == SEARCH_BPOR) {
		add_or_all(i, task);
		add_or_all(n->block_start, task);
		return;
	}
	initials = path_initials(i, k, task);
	if ((n->backtrack & initials) || n->forced)
		return;
	if (!(initials & ~run_held))
		return; /* the scenario has them wait for everybody */
	initials &= n->enabled;
	if (!initials)
		n->backtrack |= n->enabled;
	else
		add_with_lead(i, k, task, initials & (1u << task) ? task : lowest(initials));
}

/* What servers do after the end (drain()) is run in one order only. */
static void event_race(int i, int k)
{
	if (!path[k].finished)
		ask_for(i, k, path[k].chosen);
}

static void pending_race(int i, int task)
{
	ask_for(i, -1, task);
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

static void clear_leads(struct node *n)
{
	int t;

	for (t = 0; t < RT_TASKS; t++)
		n->lead[t].n = 0;
}

/* The lead that the run follows, as long as it can: search order only, nothing is left out for it. */
static struct {
	const struct task_list *list;
	int at;
} lead;

static int led(const struct node *n, unsigned mask)
{
	int t;

	if (!lead.list || lead.at >= lead.list->n || n->forced)
		return -1;
	t = lead.list->task[lead.at++];
	if (mask & (1u << t))
		return t;
	lead.list = NULL;
	return -1;
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
	clear_leads(n);
	if (n->finished) {
		n->forced = true;
		t = drain(n);
		return t < 0 ? CTL_STOP : t;
	}
	if (n->forced) {
		n->backtrack = (uint16_t)(1u << n->dflt);
		return n->dflt;
	}
	if (!mask) {
		now->sleep_blocked++;
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
	t = led(n, mask);
	if (t < 0)
		t = mask & (1u << n->dflt) ? n->dflt : lowest(mask);
	n->backtrack = all_choices() ? n->enabled : (uint16_t)(1u << t);
	return t;
}

static int follow(const struct node *n, int t)
{
	lead.list = now->mode == SEARCH_DPOR ? &n->lead[t] : NULL;
	lead.at = 0;
	return t;
}

/* The next thing to try, with the kernel back at its node; -1 = all is done. */
static int back_up(void)
{
	int k;

	for (k = depth - 1; k >= 0; k--) {
		struct node *n = &path[k];
		unsigned left;

		n->done |= (uint16_t)(1u << n->chosen);
		left = n->forced ? 0 : affordable(n, n->backtrack & ~n->done & ~n->sleep);
		if (!left)
			continue;
		if (now->mode == SEARCH_DPOR) {
			if (k + 1 < depth)
				run_back_to(k + 1);
			path_accesses(k, &n->acc[n->chosen]);
		}
		run_back_to(k);
		return follow(n, left & (1u << n->dflt) ? n->dflt : lowest(left));
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

void search_run(struct search *s)
{
	double start = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	uint64_t executed = instructions();
	enum run_event e = RUN_POINT;
	int next;

	now = s;
	lead.list = NULL;
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
			path_state(depth - 1);
			if (s->mode == SEARCH_STATES)
				path_observe(depth - 1);
		}
		if (e == RUN_OVER) {
			if (run_ended())
				break;
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
	s->instructions = instructions() - executed;
}
