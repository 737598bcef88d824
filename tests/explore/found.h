/*
 * tests/explore/found.h - what is done with a schedule that fails: run it again, make it small, tell it.
 */
#ifndef TESTS_EXPLORE_FOUND_H
#define TESTS_EXPLORE_FOUND_H

#include "tests/explore/engine.h"

/* A schedule: at @task's @nth point @next goes on; everywhere else the default. */
struct deviation {
	uint8_t task, next;
	uint16_t nth;
};
struct schedule {
	int n;
	struct deviation at[256];
};

/* The schedule of the run on the path. */
void schedule_take(struct schedule *s);
/* Run it from the first node to its end and judge it: -> outcome, path. True = it failed. Deviations that
 * cannot be followed are not. */
bool schedule_run(const struct schedule *s);
/* Drop deviations as long as the run fails with the same key (ddmin). Returns the number of runs. */
int schedule_minimise(struct schedule *s);
/* Run it with the trace on and let the kernel tell it, on stdout; its token goes to @token_file too
 * (NULL = nowhere). */
void schedule_tell(const struct schedule *s, const char *token_file);
/* Only the token. */
void schedule_save(const struct schedule *s, const char *token_file);
/* Run it @times times: how often it failed with the same key, after the same steps. */
int schedule_repeat(const struct schedule *s, int times);
/* distill.c: the story behind the failing schedule @s: of the orders in which its milestones came, those without
 * which it does not fail in the same way. Played by the controller's own rules, and written to @file if that is so.
 * Returns how many orders it has, -1 = no story of milestones tells it. *@of: the milestones of the run. */
int story_distill(const struct schedule *s, const char *scenario, const char *file, int *of);
/* Preemptions of the run on the path. */
int path_preemptions(void);

#endif
