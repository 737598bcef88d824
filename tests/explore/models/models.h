/*
 * tests/explore/models/models.h - small models by which the explorer is checked (facts section 11):
 * scenarios whose number of classes, or whose failure, is known beforehand. They need no world; they are
 * part of the explorer only, and run on the kernel's own locks, queues and tasks.
 */
#ifndef TESTS_EXPLORE_MODELS_H
#define TESTS_EXPLORE_MODELS_H

#include "kernel/scenario.h"

struct model {
	struct scenario scenario;
	unsigned long classes; /* known number of classes, 0 = not known */
	const char *failure;   /* prefix of the key of its failure; NULL = none */
	int preemptions;       /* the fewest with which it fails */
};

/* Ended by one without a name. */
extern const struct model models[];

#endif
