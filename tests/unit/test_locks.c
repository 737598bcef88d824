/*
 * tests/unit/test_locks.c - spin locks, semaphores, kernel_lock, completions, held records and the
 * assertions that restate contracts. DESIGN section 4.
 */
#include "unit.h"

#include "kernel/completion.h"
#include "kernel/kernel_lock.h"
#include "kernel/sched.h"
#include "kernel/semaphore.h"
#include "kernel/timer.h"

#define MEMORY 4096

static struct spinlock lock, lock2;
static struct semaphore sem;
static unsigned counter;

static void start(int cpus)
{
	host_boot(cpus, MEMORY, "");
	spin_lock_init(&lock, LC_TEST, "one");
	spin_lock_init(&lock2, LC_TEST, "two");
	sema_init(&sem, 1, LC_SEMAPHORE, "S");
	counter = 0;
}

static void run(void (*fn)(void *), void *arg)
{
	ck_assert_int_eq(host_run(fn, arg), HOST_DONE);
}

static struct task_struct *spawn(void (*fn)(void *), void *arg, const char *name)
{
	struct task_struct *t = kthread_create(fn, arg, name);

	ck_assert_ptr_nonnull(t);
	wake_up_process(t);
	return t;
}

/* --- held records and names ---------------------------------------------------------------- */

static void held_body(void *arg)
{
	(void)arg;
	ck_assert_int_eq(current->nheld, 0);
	spin_lock(&lock);
	spin_lock(&lock2);
	ck_assert_ptr_eq(lock.info.owner, current);
	ck_assert_int_eq(spinlocks_held(), 2);
	ck_assert_ptr_nonnull(lock_held_by_current(&lock.info));
	spin_unlock(&lock); /* not last in, first out */
	ck_assert_ptr_null(lock_held_by_current(&lock.info));
	ck_assert_ptr_nonnull(lock_held_by_current(&lock2.info));
	ck_assert_ptr_null(lock.info.owner);
	spin_unlock(&lock2);
	ck_assert_int_eq(current->nheld, 0);
	ck_assert(spin_trylock(&lock));
	ck_assert(!spin_trylock(&lock));
	spin_unlock(&lock);
}

START_TEST(test_held_records)
{
	start(1);
	run(held_body, NULL);
}
END_TEST

START_TEST(test_names)
{
	struct spinlock a, b;
	char buf[40];

	start(1);
	ck_assert_str_eq(lock_name(&lock.info, buf, sizeof(buf)), "test lock(one)");
	spin_lock_init(&a, LC_TEST, NULL);
	spin_lock_init(&b, LC_TEST, NULL);
	ck_assert_int_eq(b.info.ordinal, a.info.ordinal + 1);
	ck_assert_str_eq(lock_name(&runqueue_lock.info, buf, sizeof(buf)), "runqueue_lock");
	ck_assert_str_eq(lock_name(&lock.info, buf, 5), "test");
}
END_TEST

/* --- mutual exclusion on several CPUs, turns taken at random locks --------------------------- */

#define ROUNDS 300

static void spin_body(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < ROUNDS; i++) {
		unsigned seen;

		spin_lock(&lock);
		seen = counter;
		spin_lock(&lock2); /* other CPUs get turns in here */
		spin_unlock(&lock2);
		counter = seen + 1;
		spin_unlock(&lock);
	}
}

static void sem_body(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < ROUNDS; i++) {
		unsigned seen;

		down(&sem);
		ck_assert_ptr_eq(sem.info.owner, current);
		seen = counter;
		if (i % 3 == 0)
			yield();
		counter = seen + 1;
		up(&sem);
	}
}

static void bkl_body(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < ROUNDS; i++) {
		unsigned seen;

		lock_kernel();
		seen = counter;
		lock_kernel();
		spin_lock(&lock);
		spin_unlock(&lock);
		unlock_kernel();
		counter = seen + 1;
		unlock_kernel();
	}
}

static void many(int cpus, void (*fn)(void *), uint32_t seed)
{
	int i;

	start(cpus);
	host_set_seed(seed);
	for (i = 0; i < 4; i++)
		spawn(fn, NULL, "other");
	run(fn, NULL);
	host_settle(HZ);
	ck_assert_uint_eq(counter, 5 * ROUNDS);
}

START_TEST(test_spin_excludes)
{
	many(_i + 1, spin_body, 17u + (unsigned)_i);
}
END_TEST

START_TEST(test_sem_excludes)
{
	many(_i + 1, sem_body, 99u + (unsigned)_i);
}
END_TEST

START_TEST(test_bkl_excludes)
{
	many(_i + 1, bkl_body, 5u + (unsigned)_i);
}
END_TEST

/* --- semaphores ---------------------------------------------------------------------------- */

static char order[16];
static unsigned norder;

static void take_in_order(void *arg)
{
	down(&sem);
	order[norder++] = *(const char *)arg;
	up(&sem);
}

static void fifo_body(void *arg)
{
	static const char names[] = "abcd";
	int i;

	(void)arg;
	down(&sem);
	for (i = 0; i < 4; i++) {
		spawn(take_in_order, (void *)(uintptr_t)&names[i], "waiter");
		schedule_timeout(2);
	}
	up(&sem);
	schedule_timeout(2);
	order[norder] = '\0';
	ck_assert_str_eq(order, "abcd");
}

START_TEST(test_sem_fifo)
{
	start(2);
	run(fifo_body, NULL);
}
END_TEST

static void counting_body(void *arg)
{
	(void)arg;
	sema_init(&sem, 2, LC_SEMAPHORE, "two");
	ck_assert(down_trylock(&sem));
	ck_assert(down_trylock(&sem));
	ck_assert(!down_trylock(&sem));
	ck_assert_int_eq(current->nheld, 0); /* a counting semaphore has no owner */
	up(&sem);
	down(&sem);
	up(&sem);
	up(&sem);
	ck_assert_int_eq(sem.count, 2);
}

START_TEST(test_sem_counting)
{
	start(1);
	run(counting_body, NULL);
}
END_TEST

/* Two up() before the first woken waiter runs: the second waiter must not be forgotten. */
static void two_waiters(void *arg)
{
	(void)arg;
	down(&sem);
	counter++;
}

static void two_ups_body(void *arg)
{
	(void)arg;
	sema_init(&sem, 0, LC_SEMAPHORE, "zero");
	spawn(two_waiters, NULL, "w1");
	spawn(two_waiters, NULL, "w2");
	schedule_timeout(2);
	up(&sem);
	up(&sem);
	schedule_timeout(2);
	ck_assert_uint_eq(counter, 2);
	ck_assert_int_eq(sem.count, 0);
}

START_TEST(test_sem_two_ups)
{
	start(1);
	run(two_ups_body, NULL);
}
END_TEST

static void interrupted(void *arg)
{
	*(int *)arg = down_interruptible(&sem);
}

static void interrupt_body(void *arg)
{
	struct task_struct *t;
	int result = 1;

	(void)arg;
	down(&sem);
	t = spawn(interrupted, &result, "sleeper");
	schedule_timeout(2);
	ck_assert_int_eq(t->state, TASK_INTERRUPTIBLE);
	ck_assert_int_eq(t->wait.kind, WAIT_LOCK);
	ck_assert_ptr_eq(t->wait.what, &sem.info);
	t->pending_signals = 1u << 8;
	wake_up_process(t);
	schedule_timeout(2);
	ck_assert_int_eq(result, -4);
	up(&sem);
	ck_assert_int_eq(sem.count, 1);
}

START_TEST(test_sem_interruptible)
{
	start(1);
	run(interrupt_body, NULL);
}
END_TEST

/* Two tasks take two mutexes crosswise: really stuck, and the machine is seen to stand still. */
static struct semaphore sem2;

static void cross_other(void *arg)
{
	(void)arg;
	down(&sem2);
	schedule_timeout(2);
	down(&sem);
}

static void cross_body(void *arg)
{
	(void)arg;
	sema_init(&sem2, 1, LC_SEMAPHORE, "T");
	spawn(cross_other, NULL, "other");
	down(&sem);
	schedule_timeout(4);
	down(&sem2);
	ck_abort_msg("the deadlock did not happen");
}

START_TEST(test_sem_deadlock_stalls)
{
	struct task_struct *t;
	int stuck = 0;

	start(2);
	host_set_patience(2);
	ck_assert_int_eq(host_run(cross_body, NULL), HOST_STALL);
	for_each_task(t) {
		const struct lock_info *wanted = t->wait.what;

		if (t->wait.kind != WAIT_LOCK)
			continue;
		stuck++;
		ck_assert_ptr_nonnull(wanted->owner);
		ck_assert_ptr_ne(wanted->owner, t);
		ck_assert_int_eq(wanted->owner->wait.kind, WAIT_LOCK);
	}
	ck_assert_int_eq(stuck, 2);
}
END_TEST

/* --- kernel_lock over sleep ---------------------------------------------------------------- */

static void bkl_other(void *arg)
{
	(void)arg;
	lock_kernel();
	counter++;
	unlock_kernel();
}

static void bkl_sleep_body(void *arg)
{
	struct held_lock *h;

	(void)arg;
	lock_kernel();
	lock_kernel();
	spawn(bkl_other, NULL, "other");
	schedule_timeout(2); /* dropped meanwhile, whatever the depth */
	ck_assert_uint_eq(counter, 1);
	ck_assert(kernel_locked());
	h = lock_held_by_current(kernel_lock_info());
	ck_assert_ptr_nonnull(h);
	ck_assert_int_eq(h->depth, 2);
	ck_assert_ptr_eq(kernel_lock_info()->owner, current);
	unlock_kernel();
	ck_assert(kernel_locked());
	unlock_kernel();
	ck_assert(!kernel_locked());
	ck_assert_int_eq(current->nheld, 0);
}

START_TEST(test_bkl_dropped_in_sleep)
{
	start(2);
	run(bkl_sleep_body, NULL);
}
END_TEST

/* --- completions --------------------------------------------------------------------------- */

static void completer(void *arg)
{
	schedule_timeout(2);
	complete(arg);
}

static void completion_body(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < 20; i++) {
		struct completion c;

		init_completion(&c, "c");
		spawn(completer, &c, "completer");
		wait_for_completion(&c);
		memset(&c, 0xee, sizeof(c)); /* it is ours again */
	}
}

START_TEST(test_completion_on_stack)
{
	start(2);
	host_set_seed(3);
	run(completion_body, NULL);
}
END_TEST

static void complete_all_body(void *arg)
{
	struct completion c;

	(void)arg;
	init_completion(&c, NULL);
	complete(&c);
	complete(&c);
	wait_for_completion(&c);
	wait_for_completion(&c);
	complete_all(&c);
	wait_for_completion(&c);
	wait_for_completion(&c);
}

START_TEST(test_complete_all)
{
	start(1);
	run(complete_all_body, NULL);
}
END_TEST

/* --- what must panic, and with which words -------------------------------------------------- */

static void take_twice(void *arg)
{
	(void)arg;
	spin_lock(&lock);
	spin_lock(&lock);
}

static void release_free(void *arg)
{
	(void)arg;
	spin_unlock(&lock);
}

static void release_of_other(void *arg)
{
	(void)arg;
	up(&sem);
}

static void other_mutex_owner(void *arg)
{
	(void)arg;
	down(&sem);
	spawn(release_of_other, NULL, "thief");
	schedule_timeout(10);
}

static void sleep_with_lock(void *arg)
{
	(void)arg;
	spin_lock(&lock);
	schedule_timeout(1);
}

static void down_with_lock(void *arg)
{
	(void)arg;
	spin_lock(&lock);
	down(&sem);
}

static void exit_with_lock(void *arg)
{
	(void)arg;
	down(&sem);
}

static void sleep_irqs_off(void *arg)
{
	(void)arg;
	arch_irq_disable();
	down(&sem);
}

static void unlock_kernel_alone(void *arg)
{
	(void)arg;
	unlock_kernel();
}

static void assert_held_fails(void *arg)
{
	(void)arg;
	lock_assert_held(&sem.info);
}

static void assert_not_held_fails(void *arg)
{
	(void)arg;
	down(&sem);
	lock_assert_not_held(&sem.info);
}

static const struct {
	void (*fn)(void *);
	const char *text;
} panics[] = {
	{take_twice, "takes test lock(one) again in take_twice"},
	{release_free, "releases test lock(one) in release_free"},
	{other_mutex_owner, "releases semaphore(S) in release_of_other+"},
	{sleep_with_lock, "holding spin lock test lock(one) taken in sleep_with_lock"},
	{down_with_lock, "may sleep in down_with_lock"},
	{exit_with_lock, "exits holding semaphore(S) taken in exit_with_lock"},
	{sleep_irqs_off, "with interrupts off"},
	{unlock_kernel_alone, "without lock_kernel"},
	{assert_held_fails, "semaphore(S) (&sem.info) must be held in assert_held_fails"},
	{assert_not_held_fails, "must not be held in assert_not_held_fails"},
};

START_TEST(test_panics)
{
	host_expect_panic(panics[_i].text);
	start(2);
	host_run(panics[_i].fn, NULL);
}
END_TEST

/* A panic shows who holds what, elsewhere too. */
static void holder(void *arg)
{
	(void)arg;
	down(&sem);
	for (;;)
		schedule_timeout(1000);
}

static void panic_with_others(void *arg)
{
	(void)arg;
	spawn(holder, NULL, "bystander");
	schedule_timeout(2);
	take_twice(NULL);
}

START_TEST(test_panic_shows_others)
{
	host_expect_panic("asleep: bystander");
	start(2);
	host_run(panic_with_others, NULL);
}
END_TEST

static void spin_cross_other(void *arg)
{
	(void)arg;
	spin_lock(&lock2);
	while (!spin_is_locked(&lock))
		cpu_relax();
	spin_lock(&lock);
}

static void spin_cross(void *arg)
{
	(void)arg;
	spawn(spin_cross_other, NULL, "other");
	spin_lock(&lock);
	while (!spin_is_locked(&lock2))
		cpu_relax();
	spin_lock(&lock2);
}

START_TEST(test_spin_deadlock)
{
	host_expect_panic("CPUs wait for each other");
	start(2);
	host_run(spin_cross, NULL);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("locks");
	TCase *tc = tcase_create("locks"), *bad = tcase_create("panics");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, test_held_records);
	tcase_add_test(tc, test_names);
	tcase_add_loop_test(tc, test_spin_excludes, 0, 4);
	tcase_add_loop_test(tc, test_sem_excludes, 0, 4);
	tcase_add_loop_test(tc, test_bkl_excludes, 0, 4);
	tcase_add_test(tc, test_sem_fifo);
	tcase_add_test(tc, test_sem_counting);
	tcase_add_test(tc, test_sem_two_ups);
	tcase_add_test(tc, test_sem_interruptible);
	tcase_add_test(tc, test_sem_deadlock_stalls);
	tcase_add_test(tc, test_bkl_dropped_in_sleep);
	tcase_add_test(tc, test_completion_on_stack);
	tcase_add_test(tc, test_complete_all);
	suite_add_tcase(s, tc);
	tcase_set_timeout(bad, 60);
	tcase_add_loop_exit_test(bad, test_panics, HOST_PANIC_EXIT, 0, ARRAY_SIZE(panics));
	tcase_add_exit_test(bad, test_panic_shows_others, HOST_PANIC_EXIT);
	tcase_add_exit_test(bad, test_spin_deadlock, HOST_PANIC_EXIT);
	suite_add_tcase(s, bad);
	return unit_run(s);
}
