/*
 * tests/diff/lockdiff.h - what the parts of build/lockdiff share: totals, sequences, text.
 *
 * main.c chooses the command; pack.c makes trace files; print.c writes tables; sequence.c makes canonical
 * sequences of an operation and sequence_diff.c compares two; compare.c sets two design files side by side.
 * Exit status of every command: 0 = well, 1 = not as it should be, 2 = could not run, with one clear line.
 */
#ifndef TESTS_DIFF_LOCKDIFF_H
#define TESTS_DIFF_LOCKDIFF_H

#include <stdio.h>

#include "tests/diff/trace_file.h"

/* "lockdiff: ..." on standard error; returns 2. */
int say_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Colours are wanted on @out: it is a terminal, and NO_COLOR is not set. */
bool want_colour(FILE *out);

int cmd_pack(int argc, char **argv);
int cmd_compare(int argc, char **argv);

/* --- tables (print.c) ----------------------------------------------------------------------------------- */

void print_head(FILE *out, const struct trace *t);
/* In the layout of /proc/lock_stat, times in ticks; rows by contentions, then acquisitions. */
void print_lock_stat(FILE *out, const struct trace *t);
void print_operations(FILE *out, const struct trace *t);
/* Both beside each other. */
void print_lock_diff(FILE *out, const struct trace *a, const struct trace *b);
void print_operation_diff(FILE *out, const struct trace *a, const struct trace *b);
/* The numbers add up; 0, or 1 after a line for each that does not. Also compares the kernel's own counts,
 * where the trace has them. */
int check_numbers(FILE *out, const struct trace *t);

/* --- sequences (sequence.c) ---------------------------------------------------------------------------------- */

enum step_what { STEP_HELD, STEP_TAKE, STEP_DROP, STEP_DOWNGRADE, STEP_HAND_OVER, STEP_CALL, STEP_SLEEP };

/* What one step says; equal steps of two traces have equal text. */
struct step {
	enum step_what what;
	char text[96];	/* "mmap_sem", "page_table_lock (other mm)", "fault anon" */
	char mode[8];	/* "R", "W", "try", "try R" */
	char where[96]; /* "do_munmap" */
	char bracket[48]; /* of the design, through which; "" = none seen. No part of what makes steps equal */
	int depth;	/* locks held around it */
};

/* A part that was repeated: steps [start, start + len), from min to max times. */
struct loop {
	uint32_t start, len, min, max;
};

/* One way in which an operation went, and how often. */
struct variant {
	uint32_t *token; /* indexes into sequences.step */
	uint32_t n;
	struct loop *loop;
	uint32_t nloop;
	uint32_t count;
	uint32_t id; /* order of first appearance */
};

/* One time that the operation ran. */
struct occasion {
	uint16_t pid;
	uint32_t way; /* variant.id */
};

/* All ways of one operation in one trace, the most frequent first. */
struct sequences {
	uint32_t op;	/* its name's index */
	uint32_t count; /* how often it ran to its end */
	struct variant *variant;
	uint32_t nvariant;
	struct occasion *occasion; /* in the order of their ends */
	uint32_t occasion_room;
};

struct sequence_set {
	const struct trace *t;
	struct step *step; /* each different one once */
	uint32_t nstep;
	struct sequences *of; /* by operation name */
	uint32_t nof;
};

/* All operations of @t. @all: also the locks of scheduler, wait queues, ports, timers and devices. */
void sequences_make(struct sequence_set *set, const struct trace *t, bool all);
void sequences_free(struct sequence_set *set);
/* Print one operation's ways; variants below @rare per cent are only counted. */
void sequence_print(FILE *out, const struct sequence_set *set, uint32_t op, bool colour);
/* Which way of @x to set beside which way of @y: those that most often came together, the n-th time that a
 * task did it under one design and under the other. */
void sequences_pair(const struct sequences *x, const struct sequences *y, uint32_t *way_x, uint32_t *way_y);
/* Two ways of the operation @name as a unified diff; true = they differ. */
bool sequence_diff(FILE *out, const struct sequence_set *a, const struct sequence_set *b, const char *name, bool colour);
/* One step as a line without end. */
void step_line(const struct step *s, int indent, char *buf, size_t size);

#endif
