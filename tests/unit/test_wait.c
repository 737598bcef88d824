/*
 * tests/unit/test_wait.c - wait queues: no lost wake-up, exclusive waiters in order, signals, what
 * the watchers are told; and 1999's sleep_on, safe only under kernel_lock.
 */
#include "unit.h"

#include "kernel/errno.h"
#include "kernel/kernel_lock.h"
#include "kernel/sched.h"
#include "kernel/timer.h"
#include "kernel/wait.h"

static struct wait_queue_head queue;
static volatile int flag, woken;

static void start(int cpus)
{
	host_boot(cpus, 4096, "");
	init_waitqueue_head(&queue, "q");
	flag = woken = 0;
}

static struct task_struct *spawn(void (*fn)(void *), void *arg)
{
	struct task_struct *t = kthread_create(fn, arg, "other");

	ck_assert_ptr_nonnull(t);
	wake_up_process(t);
	return t;
}

/* --- ping-pong on several CPUs with random turns: a lost wake-up would stall ------------------ */

static void ping(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < 300; i++) {
		wait_event(&queue, flag == 1);
		flag = 0;
		wake_up(&queue);
	}
}

static void pong(void *arg)
{
	int i;

	spawn(ping, arg);
	for (i = 0; i < 300; i++) {
		flag = 1;
		wake_up(&queue);
		wait_event(&queue, flag == 0);
	}
}

START_TEST(test_no_lost_wakeup)
{
	start(1 + _i % 3);
	host_set_seed((uint32_t)_i * 7919u + 1);
	ck_assert_int_eq(host_run(pong, NULL), HOST_DONE);
	ck_assert(!waitqueue_active(&queue));
}
END_TEST

/* --- exclusive waiters --------------------------------------------------------------------- */

static void exclusive(void *arg)
{
	struct wait_queue w = WAIT_QUEUE_INIT(w);

	(void)arg;
	add_wait_queue_exclusive(&queue, &w);
	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule();
	remove_wait_queue(&queue, &w);
	woken++;
}

static void shared(void *arg)
{
	(void)arg;
	sleep_on(&queue);
	woken += 100;
}

static void exclusive_body(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < 3; i++)
		spawn(exclusive, NULL);
	for (i = 0; i < 2; i++)
		spawn(shared, NULL);
	schedule_timeout(2);
	ck_assert_int_eq(wake_up(&queue), 1); /* the oldest is exclusive */
	schedule_timeout(2);
	ck_assert_int_eq(woken, 1);
	ck_assert_int_eq(wake_up_all(&queue), 4);
	schedule_timeout(2);
	ck_assert_int_eq(woken, 203);
	ck_assert_int_eq(wake_up(&queue), 0);
}

START_TEST(test_exclusive)
{
	start(2);
	ck_assert_int_eq(host_run(exclusive_body, NULL), HOST_DONE);
}
END_TEST

/* --- signals, and what is recorded ----------------------------------------------------------- */

static void interruptible(void *arg)
{
	*(int *)arg = wait_event_interruptible(&queue, flag);
}

static void signal_body(void *arg)
{
	struct task_struct *t;
	int first = 99, second = 99;

	(void)arg;
	t = spawn(interruptible, &first);
	schedule_timeout(2);
	ck_assert_int_eq(t->state, TASK_INTERRUPTIBLE);
	ck_assert_int_eq(t->wait.kind, WAIT_EVENT);
	ck_assert_ptr_eq(t->wait.what, &queue);
	t->pending_signals = 1;
	wake_up_process(t);
	schedule_timeout(2);
	ck_assert_int_eq(first, -EINTR);
	spawn(interruptible, &second);
	schedule_timeout(2);
	flag = 1;
	wake_up(&queue);
	schedule_timeout(2);
	ck_assert_int_eq(second, 0);
	ck_assert(!waitqueue_active(&queue));
}

START_TEST(test_signal)
{
	start(1);
	ck_assert_int_eq(host_run(signal_body, NULL), HOST_DONE);
}
END_TEST

/* --- sleep_on under kernel_lock: the waker needs it too, so nothing is lost ------------------- */

static void bkl_waker(void *arg)
{
	(void)arg;
	lock_kernel();
	flag = 1;
	wake_up(&queue);
	unlock_kernel();
}

static void bkl_sleeper(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < 30; i++) {
		lock_kernel();
		flag = 0;
		spawn(bkl_waker, NULL);
		while (!flag)
			sleep_on(&queue);
		unlock_kernel();
	}
}

START_TEST(test_sleep_on_bkl)
{
	start(2);
	host_set_seed(77);
	ck_assert_int_eq(host_run(bkl_sleeper, NULL), HOST_DONE);
}
END_TEST

/* Without it: a wake-up between the test and sleep_on is lost, and the machine is seen to stall. */
static void careless(void *arg)
{
	(void)arg;
	if (!flag) {
		flag = 1; /* here the waker would run */
		wake_up(&queue);
		sleep_on(&queue);
	}
}

START_TEST(test_sleep_on_careless)
{
	start(1);
	host_set_patience(1);
	ck_assert_int_eq(host_run(careless, NULL), HOST_STALL);
}
END_TEST

static void sleep_atomic(void *arg)
{
	struct spinlock lock;

	(void)arg;
	spin_lock_init(&lock, LC_TEST, "T");
	spin_lock(&lock);
	wait_event(&queue, flag);
}

START_TEST(test_sleep_atomic)
{
	host_expect_panic("may sleep in sleep_atomic");
	start(1);
	host_run(sleep_atomic, NULL);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("wait");
	TCase *tc = tcase_create("wait");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, test_no_lost_wakeup, 0, 9);
	tcase_add_test(tc, test_exclusive);
	tcase_add_test(tc, test_signal);
	tcase_add_test(tc, test_sleep_on_bkl);
	tcase_add_test(tc, test_sleep_on_careless);
	tcase_add_exit_test(tc, test_sleep_atomic, HOST_PANIC_EXIT);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
