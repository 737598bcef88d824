/*
 * tests/unit/trace_builder.h - small trace files made by hand, for the tests and the fuzzing of their reader.
 *
 * Four lock classes, a few functions and names; events are appended one by one, and build_file() lays all
 * out as tests/diff/pack.c does.
 */
#ifndef TESTS_UNIT_TRACE_BUILDER_H
#define TESTS_UNIT_TRACE_BUILDER_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/lock.h"
#include "tests/diff/trace_internal.h"

enum { C_SEM, C_SPIN, C_RW, C_RUNQUEUE, NR_C };
enum { AT_SYS = 0x1000, AT_WORK = 0x2000, AT_BRACKET = 0x3000 };
#define LOCK(class_id, n) ((uint32_t)(class_id) << 16 | (n))
#define OP(kind, n)	  ((uint32_t)(kind) << 16 | (n))
#define BUILD_MAX	  700

struct build {
	struct tf_header head;
	struct trace_disk_record rec[BUILD_MAX];
	uint32_t n;
	uint64_t tick;
	char strings[512];
	uint32_t nstrings;
};

static inline uint32_t build_string(struct build *b, const char *s)
{
	uint32_t at = b->nstrings;

	memcpy(b->strings + at, s, strlen(s) + 1);
	b->nstrings += (uint32_t)strlen(s) + 1;
	return at;
}

static inline struct build *build_new(void)
{
	struct build *b = calloc(1, sizeof(*b));

	memcpy(b->head.magic, TF_MAGIC, 8);
	b->head.version = TRACE_VERSION;
	b->head.header_size = sizeof(b->head);
	b->head.record_size = sizeof(b->rec[0]);
	b->head.cpus = 2;
	b->head.tick_start = 1000;
	b->tick = 1000;
	b->head.build = 77;
	strcpy(b->head.design, "linux-2.3.30");
	strcpy(b->head.workload, "hand:2");
	b->nstrings = 1;
	return b;
}

/* One event, @later ticks after the last. */
static inline void ev(struct build *b, uint64_t later, unsigned pid, unsigned cpu, unsigned event, uint32_t obj,
		      uint32_t arg, uint32_t place)
{
	struct trace_disk_record *r = &b->rec[b->n];

	b->tick += later;
	*r = (struct trace_disk_record){ .tick = b->tick, .seq = b->n, .pid = (uint16_t)pid, .event = (uint8_t)event,
					 .cpu = (uint8_t)cpu, .obj = obj, .arg = arg, .place = place };
	b->n++;
}

static inline void *build_file(struct build *b, size_t *size)
{
	static const struct {
		const char *name;
		uint8_t kind;
	} classes[NR_C] = { { "mmap_sem", LK_SEM }, { "page_table_lock", LK_SPIN }, { "mmap_lock", LK_RWSEM },
			    { "runqueue_lock", LK_SPIN } };
	struct tf_class class[NR_C];
	struct tf_symbol symbol[4];
	uint32_t calls[2], labels[2];
	struct part {
		const void *data;
		size_t size;
	} parts[] = { { &b->head, sizeof(b->head) }, { class, sizeof(class) },	   { symbol, sizeof(symbol) },
		      { calls, sizeof(calls) },	     { labels, sizeof(labels) },   { b->strings, 0 },
		      { b->rec, b->n * sizeof(b->rec[0]) } };
	uint8_t *file;

	b->nstrings = 1;
	memset(class, 0, sizeof(class));
	for (int i = 0; i < NR_C; i++) {
		class[i].name = build_string(b, classes[i].name);
		class[i].kind = classes[i].kind;
	}
	symbol[0] = (struct tf_symbol){ AT_SYS, build_string(b, "sys_work"), build_string(b, "work.c") };
	symbol[1] = (struct tf_symbol){ AT_WORK, build_string(b, "do_work"), symbol[0].file };
	symbol[2] = (struct tf_symbol){ AT_BRACKET, build_string(b, "mm_lock"), build_string(b, "linux-2.3.30.c") };
	symbol[3] = (struct tf_symbol){ AT_BRACKET + 0x1000, build_string(b, "other"), 0 };
	calls[0] = build_string(b, "work");
	calls[1] = build_string(b, "rest");
	labels[0] = 0;
	labels[1] = build_string(b, "A");
	while (b->nstrings % 8)
		b->strings[b->nstrings++] = '\0';
	parts[5].size = b->nstrings;
	b->head.nr_classes = NR_C;
	b->head.nr_symbols = 4;
	b->head.nr_syscalls = 2;
	b->head.nr_labels = 2;
	b->head.strings_size = b->nstrings;
	b->head.nr_records = b->n;
	if (b->head.tick_end < b->tick)
		b->head.tick_end = b->tick;
	*size = 0;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		*size += parts[i].size;
	b->head.file_size = *size;
	file = malloc(*size);
	for (size_t i = 0, at = 0; i < sizeof(parts) / sizeof(parts[0]); at += parts[i++].size)
		memcpy(file + at, parts[i].data, parts[i].size);
	return file;
}

/* The sum of a file that was changed on purpose. */
static inline void build_sum(void *file, size_t size)
{
	struct tf_header *h = file;

	h->sum = trace_sum(TRACE_SUM_START, (const uint32_t *)(const void *)((const uint8_t *)file + TF_SUM_FROM),
			   (uint32_t)((size - TF_SUM_FROM) / 4));
}

#endif
