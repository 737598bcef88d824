/*
 * tests/unit/test_sequences.c - canonical lock sequences, from traces written by hand: roles, loops, ways, and what
 * of two designs is set side by side. tests/diff/sequence.c.
 */
#include <check.h>

#include "tests/diff/lockdiff.h"
#include "tests/unit/trace_builder.h"

static struct trace t;
static struct sequence_set set;
static char text[8000];

int say_error(const char *fmt, ...)
{
	ck_abort_msg("%s", fmt);
	return 2;
}

static void make(struct build *b)
{
	size_t size;
	void *file = build_file(b, &size);
	char err[300];

	build_sum(file, size);
	ck_assert_int_eq(trace_read(&t, "hand", file, size, err, sizeof(err)), 0);
	free(file);
	free(b);
	sequences_make(&set, &t, false);
}

static const struct sequences *of(const char *name)
{
	ck_assert_uint_ne(trace_op_find(&t, name), TF_NONE);
	return &set.of[trace_op_find(&t, name)];
}

/* The steps of a way, "take mmap_sem; ..." */
static const char *steps(const struct sequences *s, uint32_t way)
{
	text[0] = '\0';
	for (uint32_t i = 0; i < s->variant[way].n; i++) {
		char line[320];

		step_line(&set.step[s->variant[way].token[i]], 0, line, sizeof(line));
		for (char *c = line; *c; c++) /* one blank between words */
			while (c[0] == ' ' && c[1] == ' ')
				memmove(c, c + 1, strlen(c));
		strcat(strcat(text, line), "; ");
	}
	return text;
}

static void done(void)
{
	sequences_free(&set);
	trace_close(&t);
}

static void enter(struct build *b, unsigned pid, uint32_t mm)
{
	ev(b, 1, pid, 0, TF_OP_ENTER, OP(TF_OP_SYSCALL, 0), mm, AT_SYS);
}

static void leave(struct build *b, unsigned pid)
{
	ev(b, 1, pid, 0, TF_OP_LEAVE, OP(TF_OP_SYSCALL, 0), 0, AT_SYS);
}

static void pair(struct build *b, unsigned pid, uint32_t lock)
{
	ev(b, 1, pid, 0, TF_LOCK_GOT, lock, 0, AT_WORK);
	ev(b, 1, pid, 0, TF_LOCK_DROP, lock, 0, AT_WORK);
}

START_TEST(test_loops_are_one_way)
{
	struct build *b = build_new();
	const struct sequences *s;

	for (int times = 1; times <= 3; times += 2) { /* once, and three times */
		enter(b, 5, 0);
		ev(b, 1, 5, 0, TF_LOCK_GOT, LOCK(C_SEM, 1), 0, AT_SYS);
		for (int i = 0; i < times; i++)
			pair(b, 5, LOCK(C_SPIN, 10 + i));
		ev(b, 1, 5, 0, TF_LOCK_DROP, LOCK(C_SEM, 1), 0, AT_SYS);
		leave(b, 5);
	}
	make(b);
	s = of("work");
	ck_assert_uint_eq(s->count, 2);
	ck_assert_uint_eq(s->nvariant, 1);
	ck_assert_str_eq(steps(s, 0), "take mmap_sem sys_work; take page_table_lock do_work; drop page_table_lock do_work; "
				      "drop mmap_sem sys_work; ");
	ck_assert_uint_eq(s->variant[0].nloop, 1);
	ck_assert_uint_eq(s->variant[0].loop[0].start, 1);
	ck_assert_uint_eq(s->variant[0].loop[0].len, 2);
	ck_assert_uint_eq(s->variant[0].loop[0].min, 1);
	ck_assert_uint_eq(s->variant[0].loop[0].max, 3);
	done();
}
END_TEST

/* Outer loop twice, inner loop 2 and 4 times: both are told, the inner with its least and most. */
START_TEST(test_loops_in_loops)
{
	struct build *b = build_new();
	const struct variant *v;

	enter(b, 5, 0);
	for (int outer = 0; outer < 2; outer++) {
		ev(b, 1, 5, 0, TF_LOCK_GOT, LOCK(C_SEM, 1), 0, AT_SYS);
		for (int i = 0; i < 2 + 2 * outer; i++)
			pair(b, 5, LOCK(C_SPIN, 1));
		ev(b, 1, 5, 0, TF_LOCK_DROP, LOCK(C_SEM, 1), 0, AT_SYS);
	}
	leave(b, 5);
	make(b);
	v = &of("work")->variant[0];
	ck_assert_uint_eq(v->n, 4);
	ck_assert_uint_eq(v->nloop, 2);
	for (uint32_t i = 0; i < 2; i++)
		if (v->loop[i].len == 2) {
			ck_assert_uint_eq(v->loop[i].start, 1);
			ck_assert_uint_eq(v->loop[i].min, 2);
			ck_assert_uint_eq(v->loop[i].max, 4);
		} else {
			ck_assert_uint_eq(v->loop[i].start, 0);
			ck_assert_uint_eq(v->loop[i].len, 4);
			ck_assert_uint_eq(v->loop[i].max, 2);
		}
	done();
}
END_TEST

/* The task's own mm needs no word, another's is named so, whatever their numbers. */
START_TEST(test_roles)
{
	struct build *b = build_new();

	for (unsigned mm = 1; mm <= 2; mm++) {
		ev(b, 1, 4, 0, TF_NOTE, TF_NOTE_MM, 0x100 + mm, AT_SYS);
		ev(b, 1, 4, 0, TF_LOCK_INIT, LOCK(C_SEM, 20 + mm), 1, AT_SYS);
		ev(b, 1, 4, 0, TF_NOTE, TF_NOTE_MM_END, 0x100 + mm, AT_SYS);
	}
	enter(b, 5, 0x101);
	pair(b, 5, LOCK(C_SEM, 21));
	pair(b, 5, LOCK(C_SEM, 22));
	ev(b, 1, 5, 0, TF_LOCK_GOT, LOCK(C_SPIN, 1), 0, AT_WORK);
	pair(b, 5, LOCK(C_SPIN, 2));
	ev(b, 1, 5, 0, TF_LOCK_DROP, LOCK(C_SPIN, 1), 0, AT_WORK);
	leave(b, 5);
	enter(b, 6, 0x102); /* the same from the other side: the same way */
	pair(b, 6, LOCK(C_SEM, 22));
	pair(b, 6, LOCK(C_SEM, 21));
	ev(b, 1, 6, 0, TF_LOCK_GOT, LOCK(C_SPIN, 2), 0, AT_WORK);
	pair(b, 6, LOCK(C_SPIN, 1));
	ev(b, 1, 6, 0, TF_LOCK_DROP, LOCK(C_SPIN, 2), 0, AT_WORK);
	leave(b, 6);
	make(b);
	ck_assert_uint_eq(of("work")->nvariant, 1);
	ck_assert_str_eq(steps(of("work"), 0),
			 "take mmap_sem do_work; drop mmap_sem do_work; take mmap_sem (other mm) do_work; "
			 "drop mmap_sem (other mm) do_work; take page_table_lock do_work; take page_table_lock (another) "
			 "do_work; drop page_table_lock (another) do_work; drop page_table_lock do_work; ");
	done();
}
END_TEST

/* An operation inside is one step and has its own way, with what is held around it; an interrupt is nothing, and the
 * scheduler's locks are not shown. */
START_TEST(test_operations_inside)
{
	struct build *b = build_new();

	enter(b, 5, 0);
	ev(b, 1, 5, 0, TF_LOCK_GOT, LOCK(C_SEM, 1), 0, AT_SYS);
	ev(b, 1, 5, 0, TF_OP_ENTER, OP(TF_OP_RECLAIM, 0), 0, AT_WORK);
	ev(b, 1, 5, 0, TF_OP_ENTER, OP(TF_OP_IRQ, 0x3E), 0, 0);
	pair(b, 5, LOCK(C_SPIN, 7));
	ev(b, 1, 5, 0, TF_OP_LEAVE, OP(TF_OP_IRQ, 0x3E), 0, 0);
	pair(b, 5, LOCK(C_RUNQUEUE, 1));
	pair(b, 5, LOCK(C_SPIN, 8));
	ev(b, 1, 5, 0, TF_SLEEP, TF_W_IO, 0, AT_WORK);
	ev(b, 1, 5, 0, TF_OP_LEAVE, OP(TF_OP_RECLAIM, 0), 0, AT_WORK);
	ev(b, 1, 5, 0, TF_LOCK_DROP, LOCK(C_SEM, 1), 0, AT_SYS);
	leave(b, 5);
	make(b);
	ck_assert_str_eq(steps(of("work"), 0), "take mmap_sem sys_work; call reclaim; drop mmap_sem sys_work; ");
	ck_assert_str_eq(steps(of("reclaim"), 0), "has mmap_sem; take page_table_lock do_work; drop page_table_lock do_work; "
						  "sleep for I/O; ");
	ck_assert_uint_eq(of("irq disk")->count, 1);
	done();
}
END_TEST

/* Two ways, the more frequent first; a mode and a bracket's caller are part of the line. */
START_TEST(test_ways_and_modes)
{
	struct build *b = build_new();

	enter(b, 5, 0);
	leave(b, 5);
	for (int i = 0; i < 2; i++) {
		enter(b, 5, 0);
		ev(b, 1, 5, 0, TF_LOCK_GOT, LOCK(C_RW, 1), TF_READ | TF_TRY, AT_BRACKET);
		b->rec[b->n - 1].caller = AT_WORK;
		ev(b, 1, 5, 0, TF_LOCK_DROP, LOCK(C_RW, 1), 0, AT_WORK);
		leave(b, 5);
	}
	make(b);
	ck_assert_uint_eq(of("work")->nvariant, 2);
	ck_assert_uint_eq(of("work")->variant[0].count, 2);
	ck_assert_str_eq(steps(of("work"), 0), "take try R mmap_lock do_work (mm_lock); drop mmap_lock do_work; ");
	ck_assert_uint_eq(of("work")->variant[1].n, 0);
	done();
}
END_TEST

/* What is set side by side is what a task did at the same turn, not the most frequent of each. */
START_TEST(test_pairs)
{
	struct variant vx[2] = { { .count = 3, .id = 0 }, { .count = 2, .id = 1 } };
	struct variant vy[2] = { { .count = 3, .id = 1 }, { .count = 2, .id = 0 } };
	/* turns of x: a a a b b; of y: c d d d c. Together: a-c 1, a-d 2, b-d 1, b-c 1 */
	struct occasion ox[5] = { { 5, 0 }, { 5, 0 }, { 5, 0 }, { 5, 1 }, { 5, 1 } };
	struct occasion oy[5] = { { 5, 0 }, { 5, 1 }, { 5, 1 }, { 5, 1 }, { 5, 0 } };
	struct sequences x = { .count = 5, .variant = vx, .nvariant = 2, .occasion = ox };
	struct sequences y = { .count = 5, .variant = vy, .nvariant = 2, .occasion = oy };
	uint32_t i, k;

	sequences_pair(&x, &y, &i, &k);
	ck_assert_uint_eq(vx[i].id, 0);
	ck_assert_uint_eq(vy[k].id, 1);
	for (int n = 0; n < 5; n++)
		ox[n].pid = 6; /* nothing in common: the most frequent of each */
	sequences_pair(&x, &y, &i, &k);
	ck_assert_uint_eq(i, 0);
	ck_assert_uint_eq(k, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sequences");
	TCase *tc = tcase_create("sequences");
	SRunner *sr;
	int failed;

	tcase_add_test(tc, test_loops_are_one_way);
	tcase_add_test(tc, test_loops_in_loops);
	tcase_add_test(tc, test_roles);
	tcase_add_test(tc, test_operations_inside);
	tcase_add_test(tc, test_ways_and_modes);
	tcase_add_test(tc, test_pairs);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
