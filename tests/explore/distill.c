/*
 * tests/explore/distill.c - from a token to a story: which orders of milestones does a failure need?
 *
 * A token is exact and means nothing to a person; a story (kernel/story.h) says what has to come before what, and
 * is played under other designs too. The milestones of the failing run are listed in their order; where one task's
 * is followed by another's, the pair is a *constraint*. All of them make a story, which is played by the
 * controller's own rules, as make replay would; if the run fails with the same key, constraints are taken out one
 * by one as long as it does. What is left is the story: each of its lines is needed.
 *
 * Playing needs two runs. In the first the controller chooses (CTL_STORY), so nobody knows before an event whose
 * it is, and nothing is recorded; in the second the same choices are made one by one, and watched.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/story.h"
#include "tests/explore/found.h"
#include "tests/explore/machine.h"

#define MAX_MILESTONES 200
#define MAX_TEXT       4000

struct mark {
	char text[64]; /* "A method.enter(swapout)#2" */
	int task;
	int pass, nth; /* the node at which its task goes on from it, and which of them all it is */
};
struct constraint {
	int from, to; /* marks */
	bool out;
};

static struct mark marks[MAX_MILESTONES];
static struct constraint constraints[MAX_MILESTONES];
static int nmarks, nconstraints;

/* --- the milestones of the run on the path ------------------------------------------------------------ */

/* "A at x(y)" -> "A x(y)"; with the number of its kind if it is not the first. */
static void name_mark(struct mark *m, const struct ctl_step *step)
{
	char text[64], *at;
	int i, n = 1;

	ctl_step_text(step, text, sizeof(text));
	at = strstr(text, " at ");
	if (at)
		memmove(at, at + 3, strlen(at + 3) + 1);
	for (i = 0; i < nmarks; i++)
		n += !strncmp(marks[i].text, text, strlen(text)) &&
		     (!marks[i].text[strlen(text)] || marks[i].text[strlen(text)] == '#');
	snprintf(m->text, sizeof(m->text), n > 1 ? "%.50s#%d" : "%.50s", text, n);
	m->task = step->task;
}

/* The node at which @task goes on next, from @k on; @depth = it does not any more. */
static int goes_on_at(int task, int k)
{
	while (k < depth && path[k].chosen != task)
		k++;
	return k;
}

/* When is the milestone at which @task arrives at node @k passed? A story can hold a task at milestones only: one that
 * was preempted later, before its next milestone, is as good as held at this one until it goes on. */
static int passed_at(int task, int k)
{
	int pass = goes_on_at(task, k), j;

	for (j = pass + 1; j < depth; j++) {
		const struct node *n = &path[j];

		if (n->step.task != task)
			continue;
		if (n->step.kind == SP_MILESTONE)
			break;
		if (n->chosen != task && (n->enabled & (1u << task)))
			pass = goes_on_at(task, j);
	}
	return pass;
}

static int by_pass(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;

	return x->pass != y->pass ? x->pass - y->pass : x->nth - y->nth;
}

/* Servers only follow. */
static void list_marks(void)
{
	int k, i, n = 0;

	nmarks = 0;
	for (k = 0; k < depth && nmarks < MAX_MILESTONES; k++) {
		const struct ctl_step *s = &path[k].step;

		if (s->kind != SP_MILESTONE || s->task >= CTL_MAX_TASKS ||
		    (ctl_is_service(s->task) && strcmp(ctl_name(s->task), "kswapd")))
			continue;
		name_mark(&marks[nmarks], s);
		marks[nmarks].pass = passed_at(s->task, k);
		marks[nmarks].nth = nmarks;
		nmarks++;
	}
	qsort(marks, (size_t)nmarks, sizeof(marks[0]), by_pass);
	for (i = 1; i < nmarks; i++)
		if (marks[i].task != marks[i - 1].task)
			constraints[n++] = (struct constraint){ i - 1, i, false };
	nconstraints = n;
}

/* Of a long run its end: a story has so many events. */
static void keep_what_fits(void)
{
	int i;

	for (i = 0; i < nconstraints - STORY_MAX_EVENTS / 2; i++)
		constraints[i].out = true;
}

/* --- telling and playing ---------------------------------------------------------------------------------- */

static void tell(char *text, size_t size, const char *scenario)
{
	size_t n = (size_t)snprintf(text, size, "story %s\n", scenario);
	int i;

	for (i = 0; i < CTL_MAX_TASKS; i++)
		if ((run_held & (1u << i)) && n < size)
			n += (size_t)snprintf(text + n, size - n, "hold %s\n", ctl_name(i));
	for (i = 0; i < nconstraints && n < size; i++)
		if (!constraints[i].out)
			n += (size_t)snprintf(text + n, size - n, "%s < %s\n", marks[constraints[i].from].text,
					      marks[constraints[i].to].text);
}

/* The observers' hooks would log what the parser puts on the engine's own stack. */
static bool parse(struct story *story, const char *text)
{
	char err[100];
	bool good;

	rt_on = false;
	good = !story_parse(story, text, strlen(text), ctl_find_name, err, sizeof(err));
	rt_on = true;
	return good;
}

static bool play(const char *text, const char *key)
{
	static struct story story;
	static int8_t chosen[RT_MAX_NODES];
	enum run_event e = RUN_POINT;
	int i, n;

	run_back_to(0);
	if (!parse(&story, text))
		return false;
	ctl_follow(&story);
	while (e == RUN_POINT && !path[depth].finished)
		e = run_by_story();
	n = depth;
	for (i = 0; i < n; i++)
		chosen[i] = (int8_t)run_story_chose(i);
	run_back_to(0);
	e = RUN_POINT;
	while (e == RUN_POINT)
		e = path[depth].finished || depth >= n ? run_stop() : run_on(chosen[depth]);
	run_judge();
	return outcome.failed && !strcmp(outcome.key, key);
}

static bool save(const char *file, const char *text, const char *key)
{
	FILE *f = fopen(file, "w");

	if (!f) {
		perror(file);
		return false;
	}
	fprintf(f, "# Distilled from a token by the explorer and played: it ends with\n#   %s\n%s", key, text);
	return !fclose(f);
}

int story_distill(const struct schedule *s, const char *scenario, const char *file, int *of)
{
	char key[sizeof(outcome.key)];
	static char text[MAX_TEXT];
	int i, left = 0;

	if (!schedule_run(s))
		return -1;
	snprintf(key, sizeof(key), "%s", outcome.key);
	list_marks();
	keep_what_fits();
	*of = nmarks;
	tell(text, sizeof(text), scenario);
	if (!play(text, key))
		return -1;
	for (i = 0; i < nconstraints; i++) {
		if (constraints[i].out)
			continue;
		constraints[i].out = true;
		tell(text, sizeof(text), scenario);
		constraints[i].out = play(text, key);
		left += !constraints[i].out;
	}
	tell(text, sizeof(text), scenario);
	if (!play(text, key))
		return -1;
	return file && !save(file, text, key) ? -1 : left;
}
