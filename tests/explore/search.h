/*
 * tests/explore/search.h - what the searches share. search_run() itself is in engine.h.
 */
#ifndef TESTS_EXPLORE_SEARCH_H
#define TESTS_EXPLORE_SEARCH_H

#include "tests/explore/engine.h"
#include "tests/explore/hash_set.h"

/* progress.c: a line now and then, on stdout. */
void progress_begin(void);
void progress_look(const struct search *s, double elapsed);

/* random.c */
struct random_search {
	bool pos;  /* else PCT */
	int depth; /* PCT: how many ordered things the mistake may need, from 1 */
	uint64_t seed;
	double seconds;
	/* results; after `found` the run is on the path */
	bool found;
	uint64_t runs;
	int steps; /* of the longest run */
	double elapsed;
};
void random_search(struct random_search *r);
/* The chance that a mistake of depth @d was missed, at most; PCT only. */
double random_missed(const struct random_search *r, int ntasks, int d);

/* instructions.c */
void instructions_begin(void);
uint64_t instructions(void);
void instructions_step(bool on);
uint64_t instructions_stepped(void);

#endif
