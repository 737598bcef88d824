/*
 * tests/explore/main.c - the explorer's command line.
 *
 *	explore SCENARIO DESIGN [key=value ...]	look for a schedule that fails, with 0, 1, 2 ... preemptions
 *	    bound=N		up to N preemptions (default 3), or "all": then without a bound
 *	    seconds=S		stop looking after S seconds of processor time (default 60),
 *	    least=N		but not before bound N is done; with
 *	    unbounded=S		the search without a bound has S seconds of its own
 *	    holes=mended	the design's named holes closed (default faithful)
 *	    token=FILE		where the token of what is found goes
 *	    repeat=N		run what was found N times more: does it always fail alike, step for step?
 *	    sample=1		where nothing is found, the token is one of the schedules that do not fail
 *	    cell=1		one line only, for the matrix
 *	    random=pct		by chance instead, seed=N depth=D; random=pos: another kind of chance
 *	    check-undo=1	compare the kernel's state after each return with what it was (undo.c): slow
 *	    order=1		instead: each inversion that the order watcher reports: is there a schedule to it?
 *	    check=1		instead: do DPOR and the stateful search agree on it? (within seconds=)
 *	explore --self-test	check the explorer by its models (selftest.c)
 *	explore --list		scenarios and models; --scenarios, --designs: names only; --expectations
 *
 * Exit status: 0 = the outcome is the expected one (or none is stated and nothing was found), 1 = it is
 * not, 2 = could not run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/watch.h"
#include "mm/design/design.h"
#include "tests/explore/found.h"
#include "tests/explore/machine.h"
#include "tests/explore/models/models.h"
#include "tests/explore/search.h"
#include "tests/explore/selftest.h"

static struct {
	int bound, least;
	bool all, cell, check, order, sample;
	double seconds, unbounded;
	int repeat, count;
	const char *token, *holes, *random;
	uint64_t seed;
	int depth;
} option = { .bound = 3, .seconds = 60, .unbounded = -1, .least = -1, .holes = "faithful", .seed = 1, .depth = 3 };

static const char *scenario_name;

static const struct scenario *find_scenario(const char *name)
{
	const struct model *m;

	for (m = models; m->scenario.name; m++)
		if (!strcmp(m->scenario.name, name))
			return &m->scenario;
	return scenario_find(name);
}

static void list(void)
{
	const struct model *m;
	const struct scenario *s;
	int i;

	for (i = 0; (s = scenario_nth(i)) != NULL; i++)
		printf("  %-24s %s\n", s->name, s->summary);
	printf("models, for the self-test:\n");
	for (m = models; m->scenario.name; m++)
		printf("  %s\n", m->scenario.name);
}

/* Names alone, for scripts. A scenario without stated expectations is no part of the matrix. */
static void names(bool designs)
{
	const struct scenario *s;
	int i;

	for (i = 0; designs && i < nr_vm_designs; i++)
		printf("%s\n", vm_designs[i]->name);
	for (i = 0; !designs && (s = scenario_nth(i)) != NULL; i++)
		if (s->nexpect)
			printf("%s\n", s->name);
}

static void refuse(const char *what, const char *word)
{
	fprintf(stderr, "explore: %s '%s'\n", what, word);
	exit(2);
}

static long number(const char *word, const char *value)
{
	char *end;
	long n = strtol(value, &end, 10);

	if (end == value || *end || n < 0 || n > 1000000)
		refuse("no number in", word);
	return n;
}

static void read_option(const char *word)
{
	const char *value = strchr(word, '=');
	size_t n = value ? (size_t)(value++ - word) : 0;

	if (n == 5 && !strncmp(word, "bound", n)) {
		option.all = !strcmp(value, "all");
		option.bound = option.all ? 3 : (int)number(word, value);
	} else if (n == 7 && !strncmp(word, "seconds", n)) {
		option.seconds = (double)number(word, value);
	} else if (n == 9 && !strncmp(word, "unbounded", n)) {
		option.unbounded = (double)number(word, value);
	} else if (n == 5 && !strncmp(word, "least", n)) {
		option.least = (int)number(word, value);
	} else if (n == 5 && !strncmp(word, "holes", n)) {
		option.holes = value;
	} else if (n == 5 && !strncmp(word, "token", n)) {
		option.token = value;
	} else if (n == 6 && !strncmp(word, "random", n)) {
		option.random = value;
	} else if (n == 4 && !strncmp(word, "seed", n)) {
		option.seed = (uint64_t)number(word, value);
	} else if (n == 5 && !strncmp(word, "depth", n)) {
		option.depth = (int)number(word, value);
	} else if (n == 5 && !strncmp(word, "check", n)) {
		option.check = value[0] == '1';
	} else if (n == 10 && !strncmp(word, "check-undo", n)) {
		undo_check = value[0] == '1';
	} else if (n == 6 && !strncmp(word, "repeat", n)) {
		option.repeat = (int)number(word, value);
	} else if (n == 6 && !strncmp(word, "sample", n)) {
		option.sample = value[0] == '1';
	} else if (n == 5 && !strncmp(word, "order", n)) {
		option.order = value[0] == '1';
	} else if (n == 5 && !strncmp(word, "count", n)) {
		option.count = (int)number(word, value);
	} else if (n == 4 && !strncmp(word, "cell", n)) {
		option.cell = value[0] == '1';
	} else {
		refuse("known are bound=, seconds=, least=, unbounded=, holes=, token=, cell=; not", word);
	}
}

/* --- one scenario under one design ----------------------------------------------------------------- */

struct result {
	bool found;
	int preemptions; /* of what was found */
	int complete;	 /* the highest bound that was searched through, -1 = none */
	bool exhausted;	 /* without a bound, too */
	uint64_t schedules;
	double seconds;
	uint64_t passed; /* failures that were other holes than the one looked for */
	char key[200];
	bool hole, looked_for;
};

static struct schedule sample; /* one that does not fail */

static void print_level(const struct search *s)
{
	char what[40];

	if (s->bound < 0)
		snprintf(what, sizeof(what), "any number of preemptions");
	else
		snprintf(what, sizeof(what), "%d preemption%s", s->bound, s->bound == 1 ? "" : "s");
	printf("explore: %-26s %8llu schedules of up to %d steps, %9llu steps, %8.3f s, %7.0f schedules/s, %.2f "
	       "us/step%s\n",
	       what, (unsigned long long)s->schedules, s->longest, (unsigned long long)s->events, s->cpu,
	       s->cpu > 0 ? (double)s->schedules / s->cpu : 0.0,
	       s->events ? 1e6 * s->cpu / (double)s->events : 0.0,
	       s->found	     ? ": FOUND"
	       : s->complete ? ": none"
			     : ": out of time");
	if (s->counted)
		printf("explore: %llu instructions per schedule%s\n", (unsigned long long)(s->instructions / s->counted),
		       s->counted < s->schedules ? " (of a few, counted one by one)" : "");
	if (s->sleep_blocked)
		printf("explore: %llu runs were given up as redundant\n",
		       (unsigned long long)s->sleep_blocked);
}

/* One level; false = stop here. */
static bool level(struct result *r, int bound)
{
	struct search s = { .mode = bound < 0 ? SEARCH_DPOR : SEARCH_BPOR,
			    .bound = bound,
			    .stop_at_first = true,
			    .sample = option.sample ? &sample : NULL,
			    .progress = !option.cell,
			    .step = instructions() ? 0 : (unsigned)option.count };

	if (bound < 0 || bound > option.least) {
		s.seconds = bound < 0 && option.unbounded >= 0 ? option.unbounded : option.seconds - r->seconds;
		if (s.seconds <= 0)
			return false;
	}
	search_run(&s);
	r->schedules += s.schedules;
	r->passed += s.passed;
	r->seconds += s.cpu;
	if (!option.cell)
		print_level(&s);
	r->found = s.found;
	if (s.complete && bound >= 0)
		r->complete = bound;
	r->exhausted = s.complete && bound < 0;
	return s.complete && !s.found;
}

/* By chance, and what that is worth. */
static void look_by_chance(struct result *r, const struct scenario *s)
{
	struct random_search q = { .pos = !strcmp(option.random, "pos"),
				   .depth = option.depth,
				   .seed = option.seed,
				   .seconds = option.seconds };
	int d;

	if (!q.pos && strcmp(option.random, "pct"))
		refuse("random is pct or pos, not", option.random);
	random_search(&q);
	r->found = q.found;
	r->schedules = q.runs;
	r->seconds = q.elapsed;
	printf("explore: %s, seed %llu: %llu runs of at most %d steps in %.1f s%s\n", option.random,
	       (unsigned long long)q.seed, (unsigned long long)q.runs, q.steps, q.elapsed,
	       q.found ? ": FOUND" : "");
	for (d = 1; !q.found && !q.pos && d <= option.depth; d++)
		printf("explore: a mistake of depth %d was missed with a chance of at most %.3g\n",
		       d, random_missed(&q, s->ntasks + 4, d));
}

/* All schedules may be fewer runs than those of the last bound: sleep sets are sound only without one. */
static void look(struct result *r)
{
	bool none = true;
	int b;

	for (b = 0; none && b <= option.bound; b++)
		none = level(r, b);
	if (option.all && !r->found && (none || option.unbounded > 0))
		level(r, -1);
}

/* Beside the token: FILE.token -> FILE.story. */
static void tell_story(const struct schedule *s)
{
	char file[300];
	size_t n = strlen(option.token);
	int of, orders;

	if (n > 6 && !strcmp(option.token + n - 6, ".token"))
		n -= 6;
	snprintf(file, sizeof(file), "%.*s.story", (int)n, option.token);
	orders = story_distill(s, scenario_name, file, &of);
	if (orders < 0)
		printf("explore: no story tells it: the milestones are too coarse; the token is the schedule\n");
	else
		printf("explore: a story of %d order%s among the run's %d milestones ends in the same way; it is in %s\n",
		       orders, orders == 1 ? "" : "s", of, file);
}

static void tell_found(struct result *r)
{
	static struct schedule s;
	static char key[sizeof(outcome.key)];
	int runs;

	snprintf(key, sizeof(key), "%s", outcome.key);
	schedule_take(&s);
	runs = schedule_minimise(&s);
	if (strcmp(key, outcome.key)) {
		fprintf(stderr, "explore: '%s' was found, but the same schedule once more gives '%s': nothing that "
				"this explorer says can be trusted; check-undo=1 may tell why\n",
			key, outcome.key[0] ? outcome.key : "no failure");
		exit(2);
	}
	r->preemptions = path_preemptions();
	snprintf(r->key, sizeof(r->key), "%s", outcome.key);
	r->hole = outcome.hole;
	r->looked_for = outcome.looked_for;
	if (option.cell) {
		if (option.token)
			schedule_save(&s, option.token);
		return;
	}
	printf("explore: made small in %d runs: %d preemption%s, %d deviations from the default in "
	       "%d steps\n",
	       runs, r->preemptions, r->preemptions == 1 ? "" : "s", s.n, depth);
	if (option.repeat)
		printf("explore: %d of %d replays fail in the same way, after the same steps\n",
		       schedule_repeat(&s, option.repeat), option.repeat);
	printf("%s", machine_said());
	complaints_print();
	schedule_tell(&s, option.token);
	if (option.token)
		tell_story(&s);
	if (option.token)
		printf("explore: the token is in %s; make replay SCHEDULE=%s plays it in Bochs\n",
		       option.token, option.token);
}

static const char *bound_text(const struct result *r, char *buf, size_t size)
{
	if (option.random)
		snprintf(buf, size, "none by chance");
	else if (r->exhausted)
		snprintf(buf, size, "none at all");
	else if (r->complete >= 0)
		snprintf(buf, size, "none to bound %d", r->complete);
	else
		snprintf(buf, size, "out of time");
	return buf;
}

/* Races that are no named hole of the design. */
static int foreign_races(void)
{
	int i, n = 0;

	for (i = 0; i < races_found(); i++)
		n += !scenario_ops.hole_known(race_key(i));
	return n;
}

static bool expects_failure(const struct scenario_expect *e)
{
	if (e->explored == EXPLORED_AS_STORY)
		return e->story != CTL_COMPLETED;
	return e->explored == EXPLORED_FOUND;
}

/* For the matrix's page: scenario, design, outcome and its reason, with tabs between. */
static void list_expectations(void)
{
	const struct scenario_expect *e;
	const struct scenario *s;
	int i, d;

	for (i = 0; (s = scenario_nth(i)) != NULL; i++) {
		if (s->nexpect)
			printf("%s\t-\t%s\t%s\n", s->name, s->summary, s->sources);
		for (d = 0; s->nexpect && d < nr_vm_designs; d++) {
			e = scenario_expected(s, vm_designs[d]->name);
			printf("%s\t%s\t%s\t%s\n", s->name, vm_designs[d]->name,
			       !e ? "not stated" : expects_failure(e) ? "found" : "none", e ? e->source : "-");
		}
	}
}

static int verdict(const struct scenario *s, const struct result *r)
{
	const struct scenario_expect *e = scenario_expected(s, scenario_design);
	bool wrong;
	int races = foreign_races();
	char buf[40];

	if (!scenario_ops.holes_faithful())
		e = NULL; /* what was expected was expected of the design as it was */
	wrong = e ? r->found != expects_failure(e) || (r->found && !r->looked_for)
		  : r->found && !r->hole;
	printf("%s x %s: ", s->name, scenario_design);
	if (r->found)
		printf("found: %d preemption%s, %llu schedules: %s%s", r->preemptions,
		       r->preemptions == 1 ? "" : "s", (unsigned long long)r->schedules, r->key,
		       r->hole ? " (a named hole)" : "");
	else
		printf("%s, %llu schedules, %.1f s", bound_text(r, buf, sizeof(buf)),
		       (unsigned long long)r->schedules, r->seconds);
	if (r->passed)
		printf(", besides %llu of other named holes", (unsigned long long)r->passed);
	if (races)
		printf(", %d unmarked race%s", races, races == 1 ? "" : "s");
	printf("%s\n", wrong ? " UNEXPECTED" : "");
	return wrong || races;
}

/* The two engines on one scenario: the same final states, the same failures? */
static int cross_check(const struct scenario *s)
{
	struct search dpor = { .mode = SEARCH_DPOR, .bound = -1, .count_classes = true };
	struct search states = { .mode = SEARCH_STATES, .bound = -1, .count_classes = true };
	bool same;

	dpor.seconds = states.seconds = option.seconds;
	search_run(&dpor);
	search_run(&states);
	same = dpor.state_sum == states.state_sum && dpor.key_sum == states.key_sum;
	printf("%s x %s: DPOR %llu runs, %llu classes, %llu given up%s; stateful %llu states%s: ",
	       s->name, scenario_design, (unsigned long long)dpor.schedules,
	       (unsigned long long)dpor.classes, (unsigned long long)dpor.sleep_blocked,
	       dpor.complete ? "" : " (out of time)", (unsigned long long)states.states,
	       states.complete ? "" : " (out of time)");
	if (!dpor.complete || !states.complete) {
		printf("no comparison\n");
		return 0;
	}
	printf(same ? "the same final states and failures\n" : "NOT the same\n");
	return !same;
}

/* --- inversions ---------------------------------------------------------------------------------------- */

/* One inversion; true = it was reached. */
static bool reach(int n, const struct scenario *s)
{
	struct result r = { .complete = -1 };
	char classes[WATCH_KEY_LEN], buf[40], file[300];

	machine_goal = inversion_goal(n, classes, sizeof(classes));
	printf("explore: %s: looking for a deadlock among %s\n", inversion_key(n), machine_goal);
	look(&r);
	printf("%s x %s: %s: ", s->name, scenario_design, inversion_key(n));
	if (!r.found) {
		printf("unreachable: %s, %llu schedules\n", bound_text(&r, buf, sizeof(buf)),
		       (unsigned long long)r.schedules);
	} else {
		static struct schedule found;

		schedule_take(&found);
		schedule_minimise(&found);
		printf("reached: %d preemption%s, %llu schedules: %s\n", path_preemptions(),
		       path_preemptions() == 1 ? "" : "s", (unsigned long long)r.schedules, outcome.key);
		if (option.token) {
			snprintf(file, sizeof(file), "%s", option.token);
			schedule_save(&found, file);
		}
	}
	machine_goal = NULL;
	return r.found;
}

/* The inversions that show without any preemption, as in a sequential run. Status 0: all are known to be reachable, or
 * none is. A report that no schedule leads to is no mistake of the watcher's: it says what could be, elsewhere. */
static int look_for_inversions(const struct scenario *s)
{
	struct search seen = { .mode = SEARCH_BPOR, .bound = 0, .seconds = option.seconds };
	int n, total, reached = 0;

	machine_goal = "no such lock"; /* go on past whatever fails */
	search_run(&seen);
	machine_goal = NULL;
	total = inversions();
	for (n = 0; n < total; n++)
		reached += reach(n, s);
	printf("%s x %s: order: %d inversion%s reported, %d reached\n", s->name, scenario_design, total,
	       total == 1 ? "" : "s", reached);
	return 0;
}

static int explore(const char *name, const char *design)
{
	const struct scenario *s = find_scenario(name);
	static char words[160];
	struct result r = { 0 };

	if (!s) {
		fprintf(stderr, "explore: no scenario '%s'; known:\n", name);
		list();
		return 2;
	}
	snprintf(words, sizeof(words), "design=%s holes=%s", design, option.holes);
	machine_words = words;
	scenario_name = s->name;
	rt_init();
	instructions_begin();
	if (!option.cell && !instructions() && !option.count)
		printf("explore: instructions per schedule: no counter on this host; count=N counts those of every Nth\n");
	run_begin(s);
	if (option.check)
		return cross_check(s);
	if (option.order)
		return look_for_inversions(s);
	if (!option.cell)
		printf("explore: %s under %s, holes %s: %s\n", s->name, scenario_design,
		       option.holes, s->summary);
	r.complete = -1;
	if (option.random)
		look_by_chance(&r, s);
	else
		look(&r);
	if (r.found)
		tell_found(&r);
	else if (option.sample && option.token)
		schedule_save(&sample, option.token);
	if (!option.cell) {
		int i;

		races_print();
		for (i = 0; i < inversions(); i++)
			printf("explore: the order watcher says '%s'; ORDER=1 asks whether a schedule leads there\n",
			       inversion_key(i));
	}
	return verdict(s, &r) | (undo_check && undo_wrong());
}

int main(int argc, char **argv)
{
	int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 2 && !strcmp(argv[1], "--list")) {
		list();
		return 0;
	}
	if (argc == 2 && (!strcmp(argv[1], "--scenarios") || !strcmp(argv[1], "--designs"))) {
		names(argv[1][2] == 'd');
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "--expectations")) {
		list_expectations();
		return 0;
	}
	if (argc >= 2 && !strcmp(argv[1], "--self-test"))
		return self_test(argc - 2, argv + 2);
	if (argc < 3 || argv[1][0] == '-') {
		fprintf(stderr,
			"usage: explore SCENARIO DESIGN [bound=N|all] [seconds=S] [holes=mended] "
			"[token=FILE] [check=1] | --self-test | --list\n");
		return 2;
	}
	for (i = 3; i < argc; i++)
		read_option(argv[i]);
	return explore(argv[1], argv[2]);
}
