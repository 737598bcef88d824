/*
 * tests/unit/report_trace.h - a trace written by hand, for the tests of the report and of the export.
 *
 * Two CPUs. Task A (pid 6) takes a semaphore of class 0 and a spin lock inside it, then wants B's lock;
 * task B (pid 7) takes its lock, class 1, wakes C (pid 8), and wants A's. C runs on CPU 0 once A sleeps.
 * Times are given from the start, at tick START. deadlock_trace() makes the bytes of a trace file;
 * The spin lock is free and so has no record of the wish. With @happy, A gets B's lock in the end and nobody is stuck.
 */
#ifndef TESTS_UNIT_REPORT_TRACE_H
#define TESTS_UNIT_REPORT_TRACE_H

#include <stdlib.h>
#include <string.h>

#include "tests/diff/trace_file.h"

#define START 1000

enum { OUTER, DRIVER, PTL, WAITQUEUE, NR_TEST_CLASSES };
enum { SPIN, SEM };

struct made {
	struct tf_header head;
	struct tf_class class[NR_TEST_CLASSES];
	struct tf_symbol symbol[4]; /* four: what follows must stand at a multiple of 8 */
	uint32_t label[4];
	char strings[256];
	struct trace_disk_record rec[64];
};

static inline uint32_t test_string(struct made *m, const char *s)
{
	uint32_t at = m->head.strings_size;

	memcpy(m->strings + at, s, strlen(s) + 1);
	m->head.strings_size += (uint32_t)strlen(s) + 1;
	return at;
}

static inline void test_event(struct made *m, unsigned time, unsigned cpu, unsigned pid, enum tf_event event,
			      uint32_t obj, uint32_t arg, uint32_t place)
{
	struct trace_disk_record *r = &m->rec[m->head.nr_records];

	r->seq = (uint32_t)m->head.nr_records++;
	r->tick = START + time;
	r->cpu = (uint8_t)cpu;
	r->pid = (uint16_t)pid;
	r->event = (uint8_t)event;
	r->obj = obj;
	r->arg = arg;
	r->place = place;
}

static inline void test_names(struct made *m)
{
	static const char *const class[NR_TEST_CLASSES] = { "outer sem", "driver lock", "page_table_lock",
							     "waitqueue_lock" };
	int i;

	test_string(m, "");
	for (i = 0; i < NR_TEST_CLASSES; i++) {
		m->class[i].name = test_string(m, class[i]);
		m->class[i].kind = i < PTL ? SEM : SPIN;
	}
	m->symbol[1] = (struct tf_symbol){ 0x1000, test_string(m, "task_a"), 0 };
	m->symbol[2] = (struct tf_symbol){ 0x2000, test_string(m, "task_b"), 0 };
	m->symbol[3] = (struct tf_symbol){ 0x3000, test_string(m, "try_<to>\"swap\""), 0 };
	m->label[1] = test_string(m, "A");
	m->label[2] = test_string(m, "B");
	m->label[3] = test_string(m, "C");
	while (m->head.strings_size % 8)
		m->head.strings_size++;
}

#define LOCK(class, n) ((uint32_t)(class) << 16 | (n))

static inline void test_story(struct made *m, bool happy)
{
	test_event(m, 0, 0, 6, TF_NOTE, TF_NOTE_TASK, 1, 0);
	test_event(m, 0, 1, 7, TF_NOTE, TF_NOTE_TASK, 2, 0);
	test_event(m, 0, 1, 8, TF_NOTE, TF_NOTE_TASK, 3, 0);
	test_event(m, 5, 0, 6, TF_NOTE, TF_NOTE_MEMORY, 100, 2000);
	test_event(m, 20, 0, 6, TF_LOCK_WANT, LOCK(OUTER, 1), TF_WRITE, 0x1004);
	test_event(m, 21, 0, 6, TF_LOCK_GOT, LOCK(OUTER, 1), TF_WRITE, 0x1004);
	test_event(m, 30, 1, 7, TF_LOCK_WANT, LOCK(DRIVER, 1), TF_WRITE, 0x2004);
	test_event(m, 31, 1, 7, TF_LOCK_GOT, LOCK(DRIVER, 1), TF_WRITE, 0x2004);
	test_event(m, 35, 1, 7, TF_WAKE, 8, 0, 0x2008);
	test_event(m, 41, 0, 6, TF_LOCK_GOT, LOCK(PTL, 1), TF_WRITE, 0x3004);
	test_event(m, 50, 0, 6, TF_LOCK_DROP, LOCK(PTL, 1), 0, 0x3008);
	test_event(m, 60, 0, 6, TF_LOCK_WANT, LOCK(DRIVER, 1), TF_WRITE | TF_TAKEN, 0x1008);
	test_event(m, 70, 0, 6, TF_SWITCH, 8, 0, 0x1008);
	if (happy) {
		test_event(m, 80, 1, 7, TF_LOCK_DROP, LOCK(DRIVER, 1), 0, 0x2010);
		test_event(m, 85, 1, 6, TF_LOCK_GOT, LOCK(DRIVER, 1), TF_WRITE | TF_TAKEN, 0x1008);
		test_event(m, 90, 1, 6, TF_LOCK_DROP, LOCK(DRIVER, 1), 0, 0x1010);
		test_event(m, 91, 1, 6, TF_LOCK_DROP, LOCK(OUTER, 1), 0, 0x1010);
	} else {
		test_event(m, 80, 1, 7, TF_LOCK_WANT, LOCK(OUTER, 1), TF_WRITE | TF_TAKEN, 0x2010);
		test_event(m, 90, 1, 7, TF_SWITCH, 0, 0, 0x2010);
	}
	m->head.tick_start = START;
	m->head.tick_end = START + 100;
}

static inline void append(uint8_t **at, const void *from, size_t n)
{
	memcpy(*at, from, n);
	*at += n;
}

/* The file's bytes, to be freed; *n = how many. */
static inline uint8_t *deadlock_trace(bool happy, size_t *n)
{
	struct made *m = calloc(1, sizeof(*m));
	uint8_t *file, *at;

	memcpy(m->head.magic, TF_MAGIC, sizeof(m->head.magic));
	m->head.version = TRACE_VERSION;
	m->head.header_size = sizeof(m->head);
	m->head.record_size = sizeof(m->rec[0]);
	m->head.cpus = 2;
	m->head.nr_classes = NR_TEST_CLASSES;
	m->head.nr_symbols = 4;
	m->head.nr_labels = 4;
	strcpy(m->head.design, happy ? "happy" : "stuck<&>");
	strcpy(m->head.holes, "mended");
	strcpy(m->head.workload, "by hand");
	test_names(m);
	test_story(m, happy);
	*n = sizeof(m->head) + sizeof(m->class) + sizeof(m->symbol) + sizeof(m->label) + m->head.strings_size +
	     m->head.nr_records * sizeof(m->rec[0]);
	m->head.file_size = *n;
	file = at = calloc(1, *n);
	append(&at, &m->head, sizeof(m->head));
	append(&at, m->class, sizeof(m->class));
	append(&at, m->symbol, sizeof(m->symbol));
	append(&at, m->label, sizeof(m->label));
	append(&at, m->strings, m->head.strings_size);
	append(&at, m->rec, m->head.nr_records * sizeof(m->rec[0]));
	m->head.sum = trace_sum(TRACE_SUM_START, (const uint32_t *)(const void *)(file + 24), (uint32_t)((*n - 24) / 4));
	memcpy(file + offsetof(struct tf_header, sum), &m->head.sum, sizeof(m->head.sum));
	free(m);
	return file;
}

#endif
