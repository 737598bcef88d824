/*
 * tests/diff/trace_internal.h - what the reader's parts share: limits, and who derives what.
 */
#ifndef TESTS_DIFF_TRACE_INTERNAL_H
#define TESTS_DIFF_TRACE_INTERNAL_H

#include "tests/diff/trace_file.h"

#define TF_MAX_CPUS    8
#define TF_MAX_CLASSES 256
#define TF_MAX_RECORDS 20000000u
#define TF_MAX_FILE    (1l << 30)
#define TF_MAX_TICKS   (1ull << 48)
#define TF_SUM_FROM    24	  /* offset behind the sum */

_Static_assert(offsetof(struct tf_header, sum) + 8 == TF_SUM_FROM, "struct tf_header");
_Static_assert(sizeof(struct tf_header) % 8 == 0, "struct tf_header");

/* A power of two, twice as many as there can be locks in @nr_rec events: the size of a hash table. */
static inline uint32_t trace_slots(uint32_t nr_rec)
{
	uint32_t n = 256;

	while (n < 2 * (uint64_t)nr_rec && n < 1u << 24)
		n *= 2;
	return n;
}

/* One line without control characters into @err; returns 2. */
int trace_error(char *err, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Locks, tasks, operations, spans, from the checked records. 0 or 2. */
int trace_derive(struct trace *t, const char *path, char *err, size_t size);

#endif
