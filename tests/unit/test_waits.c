/*
 * tests/unit/test_waits.c - the waits watcher: circles of real tasks stuck on real locks, and what
 * is no circle. DESIGN section 4; kernel/watch_waits.c.
 */
#include "unit.h"

#include "kernel/kernel_lock.h"
#include "kernel/port.h"
#include "kernel/rwsem.h"
#include "kernel/sched.h"
#include "kernel/semaphore.h"
#include "kernel/watch.h"
#include "kernel/watch_internal.h"

static struct semaphore sem_a, sem_b, sem_c;
static struct rw_semaphore rw;
static struct port port;
static struct wait_cycle cycle;

static void spawn(void (*fn)(void *), const char *name)
{
	struct task_struct *t = kthread_create(fn, NULL, name);

	ck_assert_ptr_nonnull(t);
	wake_up_process(t);
}

static void boot(const char *watch)
{
	host_boot(2, 4096, watch);
	watch_reset();
	sema_init(&sem_a, 1, LC_SEMAPHORE, "A");
	sema_init(&sem_b, 1, LC_SEMAPHORE, "B");
	sema_init(&sem_c, 1, LC_SEMAPHORE, "C");
	init_rwsem(&rw, LC_RWSEM, "R");
	port_init(&port, "echo");
}

static void a_then_b(void *unused)
{
	(void)unused;
	down(&sem_a);
	schedule_timeout(5);
	down(&sem_b);
}

static void b_then_a(void *unused)
{
	(void)unused;
	down(&sem_b);
	schedule_timeout(5);
	down(&sem_a);
}

static void two_tasks(void *unused)
{
	(void)unused;
	spawn(a_then_b, "one");
	spawn(b_then_a, "two");
	schedule_timeout(50);
}

START_TEST(test_two_tasks)
{
	boot("watch=waits");
	host_run(two_tasks, NULL);
	ck_assert_ptr_nonnull(watch_deadlock());
	ck_assert_int_eq(watch_deadlock()->n, 2);
	ck_assert(watch_has_complaint("waits: semaphore"));
	ck_assert(strstr(host_output(), "DEADLOCK: 2 tasks") != NULL);
	ck_assert(strstr(host_output(), "semaphore(A), taken in a_then_b") != NULL);
	ck_assert(strstr(host_output(), "waits for semaphore(B) in a_then_b") != NULL);
}
END_TEST

START_TEST(test_off_means_off)
{
	boot("watch=order");
	host_run(two_tasks, NULL);
	ck_assert_ptr_null(watch_deadlock());
	ck_assert(watch_find_cycle(NULL, &cycle)); /* but who asks is told */
	ck_assert_int_eq(cycle.n, 2);
}
END_TEST

static void myself(void *unused)
{
	(void)unused;
	down(&sem_a);
	down(&sem_a);
}

static void one_task(void *unused)
{
	(void)unused;
	spawn(myself, "narcissus");
	schedule_timeout(20);
}

START_TEST(test_a_task_alone)
{
	boot("watch=waits");
	host_run(one_task, NULL);
	ck_assert_ptr_nonnull(watch_deadlock());
	ck_assert_int_eq(watch_deadlock()->n, 1);
	ck_assert(strstr(host_output(), "waits for itself") != NULL);
}
END_TEST

/* A watcher walks the task list without its lock; who leaves the list is not freed under it. */
static bool looking, looked;

static void long_look(void *unused)
{
	int i;

	(void)unused;
	watch_look_begin();
	looking = true;
	for (i = 0; i < 1000; i++)
		cpu_relax();
	looked = true;
	watch_look_end();
}

static void free_meanwhile(void *unused)
{
	struct task_struct *t = task_alloc("gone");

	(void)unused;
	ck_assert_ptr_nonnull(t);
	spawn(long_look, "watcher");
	while (!looking)
		cpu_relax();
	ck_assert(!looked);
	task_free(t);
	ck_assert(looked);
}

START_TEST(test_look_and_free)
{
	boot("");
	looking = looked = false;
	ck_assert_int_eq(host_run(free_meanwhile, NULL), HOST_DONE);
}
END_TEST

static void waiter_on_a(void *unused)
{
	(void)unused;
	down(&sem_a);
	up(&sem_a);
}

static void slow_owner(void *unused)
{
	(void)unused;
	down(&sem_a);
	schedule_timeout(10);
	up(&sem_a);
}

static void no_circle(void *unused)
{
	(void)unused;
	spawn(slow_owner, "owner");
	schedule_timeout(2);
	spawn(waiter_on_a, "w1");
	spawn(waiter_on_a, "w2");
	schedule_timeout(4);
	ck_assert(!watch_find_cycle(NULL, &cycle));
	schedule_timeout(40);
	ck_assert(!watch_find_cycle(NULL, &cycle));
}

START_TEST(test_waiting_is_no_deadlock)
{
	boot("watch=waits");
	host_run(no_circle, NULL);
	ck_assert_ptr_null(watch_deadlock());
}
END_TEST

static void reader_then_a(void *unused)
{
	(void)unused;
	down_read(&rw);
	schedule_timeout(5);
	down(&sem_a);
}

static void other_reader(void *unused)
{
	(void)unused;
	down_read(&rw);
	schedule_timeout(5000);
}

static void a_then_writer(void *unused)
{
	(void)unused;
	down(&sem_a);
	schedule_timeout(5);
	down_write(&rw);
}

static void readers(void *unused)
{
	(void)unused;
	spawn(other_reader, "r0");
	spawn(reader_then_a, "r1");
	spawn(a_then_writer, "w");
	schedule_timeout(50);
}

START_TEST(test_a_writer_waits_for_all_readers)
{
	boot("watch=waits");
	host_run(readers, NULL);
	ck_assert_ptr_nonnull(watch_deadlock());
	ck_assert_int_eq(watch_deadlock()->n, 2);
}
END_TEST

/* A server that takes the lock its client holds: client -> server -> client. */
static void server(void *unused)
{
	(void)unused;
	port_serve(&port);
	for (;;) {
		struct message *msg = port_receive(&port);

		down(&sem_a);
		up(&sem_a);
		message_reply(msg, 7);
	}
}

static void client(void *unused)
{
	static struct message msg;

	(void)unused;
	down(&sem_a);
	port_call(&port, &msg);
	up(&sem_a);
}

static void call(void *unused)
{
	(void)unused;
	spawn(server, "server");
	schedule_timeout(5);
	ck_assert(!watch_find_cycle(NULL, &cycle)); /* an idle server waits for nobody */
	spawn(client, "client");
	schedule_timeout(30);
}

START_TEST(test_through_a_server)
{
	boot("watch=waits");
	host_run(call, NULL);
	ck_assert_ptr_nonnull(watch_deadlock());
	ck_assert_int_eq(watch_deadlock()->n, 2);
	ck_assert(strstr(host_output(), "answer of server \"echo\"") != NULL);
}
END_TEST

/* kernel_lock is given up by a sleeper: holding it while waiting is no edge. */
static void big_then_a(void *unused)
{
	(void)unused;
	lock_kernel();
	down(&sem_a);
	up(&sem_a);
	unlock_kernel();
}

static void a_then_big(void *unused)
{
	(void)unused;
	down(&sem_a);
	schedule_timeout(5);
	lock_kernel();
	unlock_kernel();
	up(&sem_a);
}

static void big(void *unused)
{
	(void)unused;
	spawn(a_then_big, "one");
	schedule_timeout(1);
	spawn(big_then_a, "two");
	schedule_timeout(50);
}

START_TEST(test_kernel_lock_is_dropped)
{
	boot("watch=waits");
	host_run(big, NULL);
	ck_assert_ptr_null(watch_deadlock());
}
END_TEST

static void c_after(void *unused)
{
	(void)unused;
	down(&sem_c);
	schedule_timeout(20);
	down(&sem_a); /* hangs on the circle, is not part of it */
}

static void tail(void *unused)
{
	(void)unused;
	spawn(c_after, "victim");
	two_tasks(NULL);
}

START_TEST(test_who_hangs_on_is_not_in_it)
{
	boot("watch=waits");
	host_run(tail, NULL);
	ck_assert_int_eq(watch_deadlock()->n, 2);
	ck_assert(strstr(host_output(), "victim (pid") == NULL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("waits");
	TCase *tc = tcase_create("waits");

	tcase_add_test(tc, test_two_tasks);
	tcase_add_test(tc, test_off_means_off);
	tcase_add_test(tc, test_a_task_alone);
	tcase_add_test(tc, test_look_and_free);
	tcase_add_test(tc, test_waiting_is_no_deadlock);
	tcase_add_test(tc, test_a_writer_waits_for_all_readers);
	tcase_add_test(tc, test_through_a_server);
	tcase_add_test(tc, test_kernel_lock_is_dropped);
	tcase_add_test(tc, test_who_hangs_on_is_not_in_it);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
