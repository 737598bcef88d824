/* tests/explore/machine.h - the modelled machine that the explorer runs on; see machine.c. */
#ifndef TESTS_EXPLORE_MACHINE_H
#define TESTS_EXPLORE_MACHINE_H

#include <stdbool.h>

#include "kernel/scenario.h"

/* Boot with these words on the command line (after scenario=), make @s's world and run to the first
 * decision. Once. */
void machine_boot(const struct scenario *s);
extern const char *machine_words;
/* How many CPUs @s gets: one for each task, service and the controller, as far as there are. */
int machine_cpus(const struct scenario *s);
/* From now on what the kernel prints goes to stdout, or is kept back (so it begins). The lines of tokens go
 * to @token_file too, NULL = nowhere. */
/* What the kernel said in the last run, its invariants included, as far as it is kept. */
const char *machine_said(void);
/* Instead of what the scenario is about, a deadlock among these lock classes ("a|b") is looked for; all else is by the
 * way. NULL = no. */
extern const char *machine_goal;
extern bool machine_quiet; /* not on stdout after all */
void machine_print(bool on, const char *token_file);

#endif
