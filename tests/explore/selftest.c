/*
 * tests/explore/selftest.c - the explorer, checked by models whose answers are known or can be had in
 * another way. Facts section 11.
 *
 * For each model, in a process of its own:
 *   - naive enumeration (where it ends), DPOR, and bounded DPOR with a bound that nobody reaches find the
 *     same classes of schedules, the same final states, and the same failures;
 *   - so does the stateful search, which knows nothing of dependence, as to final states and failures;
 *   - at each small bound, bounded DPOR finds what naive enumeration within the bound finds;
 *   - the number of classes is the known one; the failure comes at the known number of preemptions, and
 *     not below it;
 *   - what fails is made small, and fails again 1000 times of 1000.
 */
#include "tests/explore/selftest.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/explore/found.h"
#include "tests/explore/models/models.h"
#include "tests/explore/search.h"

#define RUNS_MAX 50000 /* schedules after which a search is given up (not DPOR) */
#define BOUNDS	 3
#define REPEATS	 1000

static int wrong;
static const char *model_name;

static void check(bool ok, const char *what, unsigned long long got, unsigned long long want)
{
	if (ok)
		return;
	printf("    WRONG  %s: %s: %llu, not %llu\n", model_name, what, got, want);
	wrong++;
}

static struct search searched(enum search_mode mode, int bound)
{
	struct search s = { .mode = mode,
			    .bound = bound,
			    .count_classes = true,
			    .max_schedules =
				    mode == SEARCH_DPOR || mode == SEARCH_STATES ? 0 : RUNS_MAX };

	search_run(&s);
	return s;
}

static void agree(const struct search *a, const struct search *b, const char *what)
{
	char text[80];

	snprintf(text, sizeof(text), "classes, %s", what);
	check(a->classes == b->classes && a->class_sum == b->class_sum, text, a->classes,
	      b->classes);
	snprintf(text, sizeof(text), "final states, %s", what);
	check(a->state_sum == b->state_sum, text, a->state_sum, b->state_sum);
	snprintf(text, sizeof(text), "failures, %s", what);
	check(a->key_sum == b->key_sum, text, a->key_sum, b->key_sum);
}

static void check_failure(const struct model *m)
{
	static struct schedule s;
	struct search found = { .mode = SEARCH_BPOR,
				.bound = m->preemptions,
				.stop_at_first = true };
	int times;

	search_run(&found);
	check(found.found, "found with so many preemptions", found.found, 1);
	if (!found.found)
		return;
	schedule_take(&s);
	schedule_minimise(&s);
	check(path_preemptions() == m->preemptions, "preemptions of what was found",
	      (unsigned)path_preemptions(), (unsigned)m->preemptions);
	if (strncmp(outcome.key, m->failure, strlen(m->failure))) {
		printf("    WRONG  %s: fails with \"%s\", not \"%s\"\n", model_name, outcome.key,
		       m->failure);
		wrong++;
	}
	times = schedule_repeat(&s, REPEATS);
	check(times == REPEATS, "replays that fail alike", (unsigned)times, REPEATS);
	if (m->preemptions > 0) {
		found = (struct search){ .mode = SEARCH_BPOR,
					 .bound = m->preemptions - 1,
					 .stop_at_first = true };
		search_run(&found);
		check(!found.found, "found with one preemption less", found.found, 0);
	}
}

static int check_model(const struct model *m)
{
	struct search dpor, naive, bpor, states;
	char text[40];
	int b;

	model_name = m->scenario.name;
	rt_init();
	run_begin(&m->scenario);
	dpor = searched(SEARCH_DPOR, -1);
	bpor = searched(SEARCH_BPOR, 1000);
	naive = searched(SEARCH_NAIVE, -1);
	if (bpor.complete)
		agree(&bpor, &dpor, "bounded DPOR at infinity against DPOR");
	states = searched(SEARCH_STATES, -1);
	check(states.complete, "is the stateful search complete", states.complete, 1);
	check(states.state_sum == dpor.state_sum, "final states, DPOR against the stateful search",
	      dpor.state_sum, states.state_sum);
	check(states.key_sum == dpor.key_sum, "failures, DPOR against the stateful search",
	      dpor.key_sum, states.key_sum);
	if (naive.complete)
		agree(&dpor, &naive, "DPOR against naive");
	for (b = 0; b <= BOUNDS; b++) {
		struct search n = searched(SEARCH_NAIVE, b), d = searched(SEARCH_BPOR, b);

		snprintf(text, sizeof(text), "bound %d against naive", b);
		if (n.complete && d.complete)
			agree(&d, &n, text);
	}
	if (m->classes)
		check(dpor.classes == m->classes, "number of classes", dpor.classes, m->classes);
	check(dpor.found == (m->failure != NULL), "does it fail", dpor.found, m->failure != NULL);
	if (m->failure)
		check_failure(m);
	printf("  %-7s %-24s %2d steps, %4llu classes; runs: DPOR %4llu+%llu, bounded %6llu, naive %s%llu; "
	       "%llu states\n",
	       wrong ? "FAILED" : "ok", model_name, dpor.longest, (unsigned long long)dpor.classes,
	       (unsigned long long)dpor.schedules, (unsigned long long)dpor.sleep_blocked,
	       (unsigned long long)bpor.schedules, naive.complete ? "" : "> ",
	       (unsigned long long)naive.schedules, (unsigned long long)states.states);
	fflush(stdout);
	return wrong != 0;
}

static bool wanted(const char *name, int n, char **names)
{
	int i;

	for (i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return true;
	return n == 0;
}

int self_test(int n, char **names)
{
	const struct model *m;
	int bad = 0, done = 0, status;
	pid_t child;

	for (m = models; m->scenario.name; m++) {
		if (!wanted(m->scenario.name, n, names))
			continue;
		fflush(stdout);
		child = fork();
		if (child == 0)
			_exit(check_model(m));
		if (child < 0 || waitpid(child, &status, 0) != child)
			return 2;
		if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
			printf("  FAILED  %s: ended with status %x\n", m->scenario.name, status);
		bad += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
		done++;
	}
	printf("explore: %d models, %d wrong\n", done, bad);
	return bad || !done;
}
