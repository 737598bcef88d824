/*
 * tests/scenarios/world.h - building blocks of the small fixed worlds in which scenarios play.
 *
 * DESIGN section 6: so many page frames, watermarks of its own, one swap area, one pad (mm/pad.h) as
 * the mapped file, and kernel tasks with a user mm. Set-up runs once, before the first sync point, in
 * the scenario's main task; everything here sleeps and takes the design's ordinary locks.
 */
#ifndef TESTS_SCENARIOS_WORLD_H
#define TESTS_SCENARIOS_WORLD_H

#include "kernel/scenario.h"
#include "mm/mm.h"
#include "mm/pad.h"

#define WORLD_V	   0x10000000UL /* the driver mapping V: the lowest area of its mm */
#define WORLD_ANON 0x20000000UL /* anonymous memory */

/* The pad on its partition; NULL, with a message, when the machine has none. */
struct pad *world_pad(unsigned long npages);
/* A new mm called @name with no areas; NULL = no memory. */
struct mm_struct *world_mm(const char *name);
/* Map @npages of the pad's start, shared, at @addr; of anonymous memory, private. 0 or -errno. */
int world_map_pad(struct mm_struct *mm, struct pad *pad, unsigned long addr, unsigned npages,
		  const char *label);
int world_map_anon(struct mm_struct *mm, unsigned long addr, unsigned npages);
/* The two that most scenarios begin with, in a world with little memory: A with @v_pages of a pad,
 * written and old, mapped at WORLD_V as "V", and @a_mapped pages of anonymous memory of which the first
 * @a_touched were written and are young; B with @b_pages written ones. */
struct world_pair {
	struct pad *pad;
	struct mm_struct *a, *b;
};
struct world_sizes {
	unsigned v_pages, a_mapped, a_touched, b_pages;
};
/* 0, or -1 after a message. */
int world_a_and_b(struct world_pair *w, const struct world_sizes *n);
/* Write a word into each of @npages pages of @mm from @addr on, by ordinary faults. 0 or -EFAULT. */
int world_touch(struct mm_struct *mm, unsigned long addr, unsigned npages);
/* Take the Accessed bits of these pages away: the stealer finds them old. */
void world_make_old(struct mm_struct *mm, unsigned long addr, unsigned npages);
/* Allocate pages nobody can steal until only @spare are free; with freepages.min the next request is
 * short. */
void world_fill_memory(int spare);
/* The run is over: give back what world_fill_memory took, and open the small world to all memory of the
 * machine, since mms whose tasks have ended are nobody's victims any more. */
void world_end(void);
/* For scenario_task.prepare: the new task gets @arg, a struct mm_struct **, as its mm. */
int world_give_mm(struct task_struct *t, void *arg);
/* The word that world_touch writes into the page at @addr of @mm. */
uint32_t world_word(const struct mm_struct *mm, unsigned long addr);

/* The key of "a page holds something else than was written": "invariant: contents", which the world begins with, and
 * more where a scenario knows by which mistake it would come. */
extern const char *world_contents;

/* In a scenario's task: write the word of one page of our own mm. 0 or -EFAULT. */
int world_write(unsigned long addr);
/* After a completed run: every word that world_touch or world_write left in these pages is still
 * there. Returns the number of wrong pages, each reported. */
int world_check(struct mm_struct *mm, unsigned long addr, unsigned npages);

/* The same for the word of one page, whoever wrote it. Returns 1 when it is not @want. */
int world_expect(struct mm_struct *mm, unsigned long addr, uint32_t want);

/* A copy of @mm as fork makes it; NULL = no memory. */
struct mm_struct *world_fork(struct mm_struct *mm, const char *name);
/* The page at @addr, mapped by all of the @n @mms, goes out to swap: each pte gets the entry. @stays_cached:
 * the page stays in the swap cache, where nobody refers to it. 0, or -1 after a message. */
int world_swap_out(struct mm_struct *const *mms, int n, unsigned long addr, bool stays_cached);

/* The invariants of memory (mm/invariants.h), once the machine is at rest. Returns how many are broken. */
int world_invariants(void);

#endif
