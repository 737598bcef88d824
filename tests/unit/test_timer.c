/*
 * tests/unit/test_timer.c - the timer list: order, re-arming, deletion, time that jumps, sleeping
 * with a limit; jiffies wrap.
 */
#include "unit.h"

#include "kernel/completion.h"
#include "kernel/sched.h"
#include "kernel/timer.h"

static char fired[32];
static unsigned nfired;
static unsigned long fired_at[32];

static void fire(unsigned long data)
{
	ck_assert(!arch_irqs_enabled());
	fired_at[nfired] = jiffies;
	fired[nfired++] = (char)data;
	fired[nfired] = '\0';
}

static void arm(struct timer_list *t, char name, unsigned long after)
{
	init_timer(t);
	t->function = fire;
	t->data = (unsigned long)name;
	t->expires = jiffies + after;
	add_timer(t);
}

static void order_body(void *arg)
{
	struct timer_list a, b, c, d;
	unsigned long t0 = jiffies;

	(void)arg;
	arm(&a, 'a', 5);
	arm(&b, 'b', 2);
	arm(&c, 'c', 5); /* together with a, but later added */
	arm(&d, 'd', 9);
	ck_assert(timers_pending());
	ck_assert(mod_timer(&d, t0 + 3));
	schedule_timeout(20);
	ck_assert_str_eq(fired, "bdac");
	ck_assert_uint_ge(fired_at[0], t0 + 2);
	ck_assert_uint_ge(fired_at[3], t0 + 5);
	ck_assert(!del_timer(&a));
	ck_assert(!mod_timer(&a, jiffies + 2)); /* was not pending: now it is */
	ck_assert(del_timer_sync(&a));
	schedule_timeout(5);
	ck_assert_str_eq(fired, "bdac");
}

START_TEST(test_order)
{
	host_boot(_i, 4096, "");
	ck_assert_int_eq(host_run(order_body, NULL), HOST_DONE);
}
END_TEST

static void wrap_body(void *arg)
{
	struct timer_list a, b;

	(void)arg;
	jiffies = ~0UL - 3;
	arm(&a, 'a', 2);
	arm(&b, 'b', 7); /* expires after the wrap */
	ck_assert(time_after(b.expires, a.expires));
	schedule_timeout(10);
	ck_assert_str_eq(fired, "ab");
	ck_assert_uint_lt(jiffies, 100);
}

START_TEST(test_wrap)
{
	host_boot(1, 4096, "");
	ck_assert_int_eq(host_run(wrap_body, NULL), HOST_DONE);
}
END_TEST

static void timeout_body(void *arg)
{
	unsigned long t0 = jiffies;

	(void)arg;
	ck_assert_int_eq(schedule_timeout(7), 0);
	ck_assert_uint_ge(jiffies, t0 + 7);
	ck_assert_uint_le(jiffies, t0 + 9);
	ck_assert_int_eq(schedule_timeout(0), 0);
	ck_assert_int_eq(current->state, TASK_RUNNING);
}

START_TEST(test_timeout)
{
	host_boot(2, 4096, "");
	ck_assert_int_eq(host_run(timeout_body, NULL), HOST_DONE);
}
END_TEST

/* Woken before the time is up: the ticks left are returned and the timer is gone. */
static struct task_struct *sleeper;

static void waker(void *arg)
{
	(void)arg;
	schedule_timeout(3);
	wake_up_process(sleeper);
}

static void early_body(void *arg)
{
	long left;

	(void)arg;
	sleeper = current;
	wake_up_process(kthread_create(waker, NULL, "waker"));
	left = schedule_timeout(100);
	ck_assert_int_ge(left, 90);
	ck_assert_int_lt(left, 100);
	ck_assert(!timers_pending());
}

START_TEST(test_early)
{
	host_boot(2, 4096, "");
	ck_assert_int_eq(host_run(early_body, NULL), HOST_DONE);
}
END_TEST

/* Without a clock: the controlled scheduler lets time jump to the next timer. */
static void advance_body(void *arg)
{
	struct timer_list a, b;
	unsigned long t0 = jiffies;
	unsigned long flags;

	(void)arg;
	arm(&a, 'a', 5000);
	arm(&b, 'b', 100);
	flags = arch_irq_save();
	ck_assert(timers_advance());
	ck_assert_str_eq(fired, "b");
	ck_assert_uint_eq(jiffies, t0 + 100);
	ck_assert(timers_advance());
	ck_assert_uint_eq(jiffies, t0 + 5000);
	ck_assert_str_eq(fired, "ba");
	ck_assert(!timers_advance());
	arch_irq_restore(flags);
}

START_TEST(test_advance)
{
	host_boot(1, 4096, "");
	ck_assert_int_eq(host_run(advance_body, NULL), HOST_DONE);
}
END_TEST

static void add_twice(void *arg)
{
	struct timer_list a;

	(void)arg;
	arm(&a, 'a', 5);
	add_timer(&a);
}

START_TEST(test_add_twice)
{
	host_expect_panic("in add_timer");
	host_boot(1, 4096, "");
	host_run(add_twice, NULL);
}
END_TEST

/* Deleting while the function runs on another CPU: del_timer_sync waits for it. */
static volatile bool in_function, function_done;

static void slow(unsigned long data)
{
	int i;

	(void)data;
	in_function = true;
	for (i = 0; i < 50; i++)
		cpu_relax();
	function_done = true;
}

static void sync_body(void *arg)
{
	struct timer_list t;

	(void)arg;
	init_timer(&t);
	t.function = slow;
	t.expires = jiffies + 2;
	add_timer(&t);
	while (!in_function)
		cpu_relax();
	del_timer_sync(&t);
	ck_assert(function_done);
}

START_TEST(test_del_sync)
{
	struct task_struct *t;

	host_boot(2, 4096, "");
	/* CPU 0 runs the timers; the test must be on CPU 1. */
	t = kthread_create(sync_body, NULL, "deleter");
	t->pinned = t->cpu = 1;
	wake_up_process(t);
	host_settle(50);
	ck_assert(function_done);
}
END_TEST

static void hold_body(void *arg)
{
	struct timer_list a;
	unsigned long flags;

	(void)arg;
	timers_hold(true);
	arm(&a, 'a', 1);
	jiffies += 5;
	flags = arch_irq_save();
	run_timers();
	ck_assert_uint_eq(nfired, 0); /* expired, and waits */
	ck_assert(timers_pending());
	timers_hold(false);
	run_timers();
	arch_irq_restore(flags);
	ck_assert_str_eq(fired, "a");
}

START_TEST(test_hold)
{
	host_boot(2, 4096, "");
	ck_assert_int_eq(host_run(hold_body, NULL), HOST_DONE);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("timer");
	TCase *tc = tcase_create("timer");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, test_order, 1, 4);
	tcase_add_test(tc, test_wrap);
	tcase_add_test(tc, test_timeout);
	tcase_add_test(tc, test_early);
	tcase_add_test(tc, test_advance);
	tcase_add_test(tc, test_del_sync);
	tcase_add_test(tc, test_hold);
	tcase_add_exit_test(tc, test_add_twice, HOST_PANIC_EXIT);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
