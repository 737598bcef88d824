/*
 * tests/unit/test_trace_file.c - the reader of trace files, on traces written by hand: what it refuses, and that
 * the numbers it derives are those that follow from the events. tests/diff/trace_file.h.
 */
#include <check.h>

#include "tests/unit/trace_builder.h"

static char err[300];

static int read_built(struct build *b, struct trace *t)
{
	size_t size;
	void *file = build_file(b, &size);
	int status;

	build_sum(file, size);
	status = trace_read(t, "hand", file, size, err, sizeof(err));
	free(file);
	free(b);
	return status;
}

/* A task takes the semaphore and, inside, the spin lock; the ticks stand beside. */
static struct build *nested(void)
{
	struct build *b = build_new();

	ev(b, 0, 5, 0, TF_OP_ENTER, OP(TF_OP_SYSCALL, 0), 0, AT_SYS);		     /* 1000 */
	ev(b, 10, 5, 0, TF_LOCK_GOT, LOCK(C_SEM, 1), 4 << 8, AT_SYS);		     /* 1010, wanted at 1006 */
	ev(b, 20, 5, 0, TF_LOCK_GOT, LOCK(C_SPIN, 1), 2 << 8, AT_WORK);		     /* 1030, wanted at 1028 */
	ev(b, 5, 5, 0, TF_LOCK_DROP, LOCK(C_SPIN, 1), 0, AT_WORK);		     /* 1035 */
	ev(b, 15, 5, 0, TF_LOCK_DROP, LOCK(C_SEM, 1), 0, AT_SYS);		     /* 1050 */
	ev(b, 50, 5, 0, TF_OP_LEAVE, OP(TF_OP_SYSCALL, 0), 0, AT_SYS);		     /* 1100 */
	return b;
}

START_TEST(test_reads)
{
	struct trace t;
	char name[64];

	ck_assert_int_eq(read_built(nested(), &t), 0);
	ck_assert_uint_eq(t.nr_op, 1);
	ck_assert_str_eq(trace_op_name(&t, t.op[0].op), "work");
	ck_assert_uint_eq(t.op[0].end - t.op[0].start, 100);
	ck_assert_uint_eq(t.op[0].ticks, 100);
	ck_assert_uint_eq(t.op[0].in_locks, 4 + 2);
	ck_assert_uint_eq(t.nr_span, 2);
	ck_assert_uint_eq(t.span[0].want, 1006);
	ck_assert_uint_eq(t.span[0].got, 1010);
	ck_assert_uint_eq(t.span[0].drop, 1050);
	ck_assert_uint_eq(t.span[1].op, 0);
	ck_assert_str_eq(trace_lock_name(&t, t.span[1].lock, name, sizeof(name)), "page_table_lock#1");
	ck_assert_str_eq(trace_function(&t, AT_WORK + 5, NULL), "do_work");
	ck_assert_str_eq(trace_function(&t, 5, NULL), "?");
	ck_assert_uint_eq(trace_op_find(&t, "rest"), TF_NONE);
	trace_close(&t);
}
END_TEST

/* Every byte matters: whichever is changed, the file is refused in one line. */
START_TEST(test_any_flipped_byte_is_refused)
{
	struct build *b = nested();
	struct trace t;
	size_t size;
	uint8_t *file = build_file(b, &size);

	build_sum(file, size);
	for (size_t i = 0; i < size; i++) {
		file[i] ^= 1 << (i % 8);
		ck_assert_int_eq(trace_read(&t, "hand", file, size, err, sizeof(err)), 2);
		ck_assert(err[0] && !strchr(err, '\n'));
		file[i] ^= 1 << (i % 8);
	}
	for (size_t n = 0; n < size; n += 13)
		ck_assert_int_eq(trace_read(&t, "hand", file, n, err, sizeof(err)), 2);
	ck_assert_int_eq(trace_read(&t, "hand", file, size, err, sizeof(err)), 0);
	trace_close(&t);
	free(file);
	free(b);
}
END_TEST

START_TEST(test_gaps_and_losses_are_refused)
{
	struct build *b = nested();
	struct trace t;

	b->rec[3].seq = 9;
	ck_assert_int_eq(read_built(b, &t), 2);
	ck_assert_ptr_nonnull(strstr(err, "event 3 is missing"));
	b = nested();
	b->head.lost = 1;
	ck_assert_int_eq(read_built(b, &t), 2);
	ck_assert_ptr_nonnull(strstr(err, "1 events were lost"));
	b = nested();
	b->rec[1].obj = LOCK(NR_C, 1);
	ck_assert_int_eq(read_built(b, &t), 2);
	b = nested();
	ev(b, 1, 5, 0, TF_LOCK_DROP, LOCK(C_SEM, 1), 0, AT_SYS);
	ck_assert_int_eq(read_built(b, &t), 2);
	ck_assert_ptr_nonnull(strstr(err, "nobody held"));
}
END_TEST

/* CPU 1 finds the lock taken at 1020, 20 ticks after CPU 0 got it, and has it at 1070. */
START_TEST(test_contention)
{
	struct build *b = build_new();
	struct trace_lock_total n[2];
	struct trace t;

	ev(b, 0, 5, 0, TF_LOCK_GOT, LOCK(C_SPIN, 3), 0, AT_WORK);			/* 1000 */
	ev(b, 20, 6, 1, TF_LOCK_WANT, LOCK(C_SPIN, 3), TF_TAKEN, AT_WORK);		/* 1020 */
	ev(b, 40, 5, 0, TF_LOCK_DROP, LOCK(C_SPIN, 3), 0, AT_WORK);			/* 1060: held 60 */
	ev(b, 10, 6, 1, TF_LOCK_GOT, LOCK(C_SPIN, 3), TF_TAKEN | 53 << 8, AT_WORK);	/* 1070: waited 50 */
	ev(b, 5, 6, 1, TF_LOCK_DROP, LOCK(C_SPIN, 3), 0, AT_WORK);			/* 1075: held 5 */
	ev(b, 5, 6, 1, TF_LOCK_GOT, LOCK(C_SPIN, 3), 0, AT_WORK);			/* 1080: no bounce */
	ev(b, 7, 6, 1, TF_LOCK_DROP, LOCK(C_SPIN, 3), 0, AT_WORK);			/* 1087: held 7 */
	ck_assert_int_eq(read_built(b, &t), 0);
	trace_totals(&t, C_SPIN, n);
	ck_assert_uint_eq(n[0].acquisitions, 3);
	ck_assert_uint_eq(n[0].contentions, 1);
	ck_assert_uint_eq(n[0].acq_bounces, 1);
	ck_assert_uint_eq(n[0].con_bounces, 1);
	ck_assert_uint_eq(n[0].wait_min, 50);
	ck_assert_uint_eq(n[0].wait_max, 50);
	ck_assert_uint_eq(n[0].wait_total, 50);
	ck_assert_uint_eq(n[0].hold_min, 5);
	ck_assert_uint_eq(n[0].hold_max, 60);
	ck_assert_uint_eq(n[0].hold_total, 60 + 5 + 7);
	ck_assert_uint_eq(n[1].acquisitions, 0);
	trace_close(&t);
}
END_TEST

/* Two readers at once; a writer that becomes a reader is one acquisition and two holds. */
START_TEST(test_readers_and_downgrade)
{
	struct build *b = build_new();
	struct trace_lock_total n[2];
	struct trace t;

	ev(b, 0, 5, 0, TF_LOCK_GOT, LOCK(C_RW, 1), TF_READ, AT_WORK);		/* 1000 */
	ev(b, 10, 6, 1, TF_LOCK_GOT, LOCK(C_RW, 1), TF_READ, AT_WORK);		/* 1010 */
	ev(b, 10, 5, 0, TF_LOCK_DROP, LOCK(C_RW, 1), 0, AT_WORK);		/* 1020: held 20 */
	ev(b, 10, 6, 1, TF_LOCK_DROP, LOCK(C_RW, 1), 0, AT_WORK);		/* 1030: held 20 */
	ev(b, 0, 5, 0, TF_LOCK_GOT, LOCK(C_RW, 1), TF_WRITE, AT_WORK);		/* 1030 */
	ev(b, 6, 5, 0, TF_LOCK_DROP, LOCK(C_RW, 1), TF_DOWNGRADE, AT_WORK);	/* 1036: held 6 for writing */
	ev(b, 4, 5, 0, TF_LOCK_DROP, LOCK(C_RW, 1), 0, AT_WORK);		/* 1040: 4 for reading */
	ck_assert_int_eq(read_built(b, &t), 0);
	trace_totals(&t, C_RW, n);
	ck_assert_uint_eq(n[0].acquisitions, 1);
	ck_assert_uint_eq(n[0].hold_total, 6);
	ck_assert_uint_eq(n[1].acquisitions, 2);
	ck_assert_uint_eq(n[1].holds, 3);
	ck_assert_uint_eq(n[1].hold_total, 20 + 20 + 4);
	trace_close(&t);
}
END_TEST

/* The time of an operation is its own: not that of the fault inside, of an interrupt, or of another task. */
START_TEST(test_time_of_operations)
{
	struct build *b = build_new();
	struct tf_op_total n;
	struct trace t;

	ev(b, 0, 5, 0, TF_OP_ENTER, OP(TF_OP_SYSCALL, 0), 0, AT_SYS);		/* 1000 */
	ev(b, 10, 5, 0, TF_OP_ENTER, OP(TF_OP_FAULT, 0), 0, AT_SYS);		/* 1010 */
	ev(b, 3, 5, 0, TF_NOTE, TF_NOTE_FAULT, TF_F_COW, AT_SYS);		/* 1013 */
	ev(b, 4, 5, 0, TF_OP_ENTER, OP(TF_OP_IRQ, 0xE0), 0, 0);			/* 1017 */
	ev(b, 5, 5, 0, TF_OP_LEAVE, OP(TF_OP_IRQ, 0xE0), 0, 0);			/* 1022: 5 in the interrupt */
	ev(b, 8, 5, 0, TF_OP_LEAVE, OP(TF_OP_FAULT, 0), 0, AT_SYS);		/* 1030: 3 + 4 + 8 in the fault */
	ev(b, 20, 5, 0, TF_SWITCH, 6, 0, AT_SYS);				/* 1050 */
	ev(b, 100, 6, 0, TF_SWITCH, 5, 0, AT_SYS);				/* 1150: 100 asleep */
	ev(b, 30, 5, 0, TF_OP_LEAVE, OP(TF_OP_SYSCALL, 0), 0, AT_SYS);		/* 1180: 10 + 20 + 30 awake */
	ck_assert_int_eq(read_built(b, &t), 0);
	trace_op_totals(&t, trace_op_find(&t, "work"), &n);
	ck_assert_uint_eq(n.count, 1);
	ck_assert_uint_eq(n.ticks, 60);
	ck_assert_uint_eq(n.elapsed, 180);
	trace_op_totals(&t, trace_op_find(&t, "fault cow"), &n);
	ck_assert_uint_eq(n.ticks, 15);
	trace_op_totals(&t, trace_op_find(&t, "irq timer"), &n);
	ck_assert_uint_eq(n.ticks, 5);
	ck_assert_uint_eq(t.op[1].parent, 0);
	trace_close(&t);
}
END_TEST

/* Who still waits at the end has a span without end, and is no contention yet. */
START_TEST(test_a_wait_without_end)
{
	struct build *b = build_new();
	struct trace_lock_total n[2];
	struct trace t;

	ev(b, 0, 5, 0, TF_LOCK_GOT, LOCK(C_SEM, 1), 0, AT_WORK);
	ev(b, 10, 6, 1, TF_LOCK_WANT, LOCK(C_SEM, 1), TF_TAKEN, AT_WORK);
	ck_assert_int_eq(read_built(b, &t), 0);
	ck_assert_uint_eq(t.nr_span, 2);
	ck_assert_uint_eq(t.span[1].got_rec, TF_NONE);
	ck_assert_uint_eq(t.span[1].pid, 6);
	trace_totals(&t, C_SEM, n);
	ck_assert_uint_eq(n[0].acquisitions, 1);
	ck_assert_uint_eq(n[0].contentions, 0);
	trace_close(&t);
}
END_TEST

START_TEST(test_what_may_be_compared)
{
	struct build *b = nested();
	struct trace x, y;

	ck_assert_int_eq(read_built(nested(), &x), 0);
	ck_assert_int_eq(read_built(nested(), &y), 0);
	ck_assert_int_eq(trace_comparable(&x, &y, err, sizeof(err)), 0);
	trace_close(&y);
	b->head.build = 78;
	ck_assert_int_eq(read_built(b, &y), 0);
	ck_assert_int_eq(trace_comparable(&x, &y, err, sizeof(err)), 2);
	ck_assert_ptr_nonnull(strstr(err, "different builds"));
	trace_close(&y);
	b = nested();
	strcpy(b->head.workload, "fork:2");
	ck_assert_int_eq(read_built(b, &y), 0);
	ck_assert_int_eq(trace_comparable(&x, &y, err, sizeof(err)), 2);
	ck_assert_ptr_nonnull(strstr(err, "different workloads"));
	trace_close(&x);
	trace_close(&y);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("trace_file");
	TCase *tc = tcase_create("trace_file");
	SRunner *sr;
	int failed;

	tcase_add_test(tc, test_reads);
	tcase_add_test(tc, test_any_flipped_byte_is_refused);
	tcase_add_test(tc, test_gaps_and_losses_are_refused);
	tcase_add_test(tc, test_contention);
	tcase_add_test(tc, test_readers_and_downgrade);
	tcase_add_test(tc, test_time_of_operations);
	tcase_add_test(tc, test_a_wait_without_end);
	tcase_add_test(tc, test_what_may_be_compared);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
