/*
 * tests/unit/test_sched.c - the scheduler: all CPUs are used, pinning, fairness of quanta, yield,
 * exit and reaping without leaks, lazy address spaces, RCU grace periods, direct switches.
 */
#include "unit.h"

#include "kernel/rcu.h"
#include "kernel/sched.h"
#include "kernel/timer.h"
#include "kernel/wait.h"
#include "mm/mm.h"

static volatile unsigned ran;

static struct task_struct *make(void (*fn)(void *), void *arg, const char *name)
{
	struct task_struct *t = kthread_create(fn, arg, name);

	ck_assert_ptr_nonnull(t);
	return t;
}

/* --- CPUs ---------------------------------------------------------------------------------- */

static volatile uint32_t cpus_seen;
static volatile bool stop;

static void busy(void *arg)
{
	(void)arg;
	ran++;
	while (!stop) {
		cpus_seen |= 1u << arch_cpu_id();
		ck_assert_ptr_eq(cpu_curr(arch_cpu_id()), current);
		ck_assert(current->on_cpu);
		cpu_relax();
		if (current->need_resched) /* what the way back to user mode does */
			schedule();
	}
	ran--;
}

static void all_cpus_body(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < nr_cpus; i++)
		wake_up_process(make(busy, NULL, "busy"));
	while (cpus_seen != (1u << nr_cpus) - 1)
		schedule_timeout(1);
	stop = true;
	while (ran)
		schedule_timeout(1);
}

START_TEST(test_all_cpus)
{
	host_boot(_i, 4096, "");
	ck_assert_int_eq(host_run(all_cpus_body, NULL), HOST_DONE);
}
END_TEST

static void pinned(void *arg)
{
	int i;

	for (i = 0; i < 20; i++) {
		ck_assert_int_eq(arch_cpu_id(), (int)(intptr_t)arg);
		if (i & 1)
			yield();
		else
			schedule_timeout(1);
	}
	ran++;
}

static void pin_body(void *arg)
{
	int cpu;

	(void)arg;
	for (cpu = 0; cpu < nr_cpus; cpu++) {
		struct task_struct *t = make(pinned, (void *)(intptr_t)cpu, "pinned");

		t->pinned = t->cpu = cpu;
		wake_up_process(t);
	}
	while (ran < (unsigned)nr_cpus)
		schedule_timeout(1);
}

START_TEST(test_pinned)
{
	host_boot(8, 4096, "");
	ck_assert_int_eq(host_run(pin_body, NULL), HOST_DONE);
}
END_TEST

/* --- quanta: who has used up his ticks waits for the others ---------------------------------- */

static unsigned turns[2];

static void greedy(void *arg)
{
	while (!stop) {
		turns[(intptr_t)arg]++;
		cpu_relax();
		if (current->need_resched)
			schedule();
	}
	ran--;
}

static void fair_body(void *arg)
{
	(void)arg;
	ran = 2;
	wake_up_process(make(greedy, (void *)0, "g0"));
	wake_up_process(make(greedy, (void *)1, "g1"));
	schedule_timeout(4 * HZ);
	stop = true;
	while (ran)
		schedule_timeout(1);
	ck_assert_uint_gt(turns[0], 0);
	ck_assert_uint_gt(turns[1], 0);
	ck_assert_uint_lt(turns[0], 2 * turns[1]);
	ck_assert_uint_lt(turns[1], 2 * turns[0]);
}

START_TEST(test_fair)
{
	host_boot(1, 4096, "");
	ck_assert_int_eq(host_run(fair_body, NULL), HOST_DONE);
}
END_TEST

static char trail[16];
static unsigned ntrail;

static void yielder(void *arg)
{
	int i;

	for (i = 0; i < 3; i++) {
		trail[ntrail++] = *(const char *)arg;
		yield();
	}
}

static void yield_body(void *arg)
{
	(void)arg;
	wake_up_process(make(yielder, (void *)(uintptr_t) "a", "a"));
	wake_up_process(make(yielder, (void *)(uintptr_t) "b", "b"));
	schedule_timeout(5);
	ck_assert_str_eq(trail, "ababab");
	yield(); /* alone: comes straight back */
}

START_TEST(test_yield)
{
	host_boot(1, 4096, "");
	ck_assert_int_eq(host_run(yield_body, NULL), HOST_DONE);
}
END_TEST

/* --- birth and death ----------------------------------------------------------------------- */

static void nothing(void *arg)
{
	(void)arg;
	ran++;
}

static int list_length(void)
{
	struct task_struct *t;
	int n = 0;

	for_each_task(t)
		n++;
	return n;
}

static void churn_body(void *arg)
{
	int tasks = list_length(), i;
	int pages = 0;

	(void)arg;
	for (i = 0; i < 300; i++) {
		struct task_struct *t = make(nothing, NULL, "a name that is too long to keep");

		ck_assert_str_eq(t->comm, "a name that is ");
		ck_assert_int_gt(t->pid, 1);
		wake_up_process(t);
		schedule_timeout(1);
		if (i == 20)
			pages = nr_free_pages;
	}
	ck_assert_uint_eq(ran, 300);
	ck_assert_int_eq(list_length(), tasks);
	ck_assert_int_eq(nr_free_pages, pages);
}

START_TEST(test_churn)
{
	host_boot(_i, 4096, "");
	ck_assert_int_eq(host_run(churn_body, NULL), HOST_DONE);
}
END_TEST

static void child_main(void *arg)
{
	(void)arg;
	task_exit(42 << 8);
}

static struct task_struct *zombie_child(void)
{
	struct task_struct *t;

	for_each_task(t)
		if (t->parent == current && t->state == TASK_ZOMBIE)
			return t;
	return NULL;
}

static void parent_body(void *arg)
{
	struct task_struct *t = task_alloc("child"), *z;

	(void)arg;
	t->parent = current;
	t->entry = child_main;
	arch_task_init_kernel(t);
	task_start(t);
	wait_event(&child_exit_queue, zombie_child() != NULL);
	spin_lock(&tasklist_lock);
	z = zombie_child();
	ck_assert_ptr_eq(z, t);
	ck_assert_int_eq(z->exit_code, 42 << 8);
	task_unlink(z);
	spin_unlock(&tasklist_lock);
	task_free(z);
	ck_assert(list_empty(&current->children));
}

START_TEST(test_parent_reaps)
{
	host_boot(_i, 4096, "");
	host_set_seed(11);
	ck_assert_int_eq(host_run(parent_body, NULL), HOST_DONE);
}
END_TEST

static void overrun(void *arg)
{
	(void)arg;
	*(uint32_t *)(void *)((char *)(current + 1)) = 0; /* the first word below the stack */
}

START_TEST(test_stack_overrun)
{
	host_expect_panic("kernel stack of test (pid");
	host_boot(1, 4096, "");
	host_run(overrun, NULL);
}
END_TEST

/* --- address spaces ------------------------------------------------------------------------ */

static void with_mm(void *arg)
{
	struct mm_struct *mm = mm_alloc("user"), *old;
	int i;

	(void)arg;
	ck_assert_ptr_nonnull(mm);
	old = sched_use_mm(mm);
	ck_assert_ptr_null(old);
	ck_assert_ptr_eq(current->mm, mm);
	for (i = 0; i < 10; i++) {
		schedule_timeout(1); /* the idle task borrows it meanwhile */
		ck_assert_ptr_eq(current->active_mm, mm);
		ck_assert_uint_ne(mm->arch.cpu_mask & 1u << arch_cpu_id(), 0);
	}
	ck_assert_ptr_eq(sched_use_mm(NULL), mm);
	ck_assert_ptr_eq(current->active_mm, mm);
	ck_assert_int_ge(mm->mm_count, 2); /* ours as a borrower, and the users' */
	mmput(mm);
	schedule_timeout(1);
	ran++;
}

static void lazy_body(void *arg)
{
	int pages = 0, i;

	for (i = 0; i < 12; i++) {
		unsigned before = ran;

		wake_up_process(make(with_mm, arg, "user"));
		while (ran == before)
			schedule_timeout(1);
		schedule_timeout(2);
		if (i == 2)
			pages = nr_free_pages;
	}
	/* Nobody keeps an address space: not even as a borrower on another CPU, but for one each.
	 */
	ck_assert_int_ge(nr_free_pages, pages - nr_cpus);
}

START_TEST(test_lazy_mm)
{
	host_boot(_i, 4096, "");
	ck_assert_int_eq(host_run(lazy_body, NULL), HOST_DONE);
}
END_TEST

/* --- RCU ----------------------------------------------------------------------------------- */

struct thing {
	struct rcu_head head;
	bool freed;
};

static struct thing things[2], *volatile shared_thing = &things[0];

static void free_thing(struct rcu_head *head)
{
	container_of(head, struct thing, head)->freed = true;
}

static void rcu_reader(void *arg)
{
	int i;

	(void)arg;
	while (!stop) {
		struct thing *t;

		rcu_read_lock();
		t = rcu_dereference(shared_thing);
		for (i = 0; i < 5; i++) {
			ck_assert(!t->freed);
			cpu_relax();
		}
		rcu_read_unlock();
		yield();
	}
	ran--;
}

static void rcu_body(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < nr_cpus; i++)
		wake_up_process(make(rcu_reader, NULL, "reader"));
	ran = (unsigned)nr_cpus;
	for (i = 0; i < 40; i++) {
		struct thing *old = shared_thing, *new = &things[(i + 1) % 2];

		new->freed = false;
		rcu_assign_pointer(shared_thing, new);
		if (i % 2) {
			synchronize_rcu();
			old->freed = true;
		} else {
			call_rcu(&old->head, free_thing);
			while (!old->freed)
				schedule_timeout(1);
		}
	}
	ck_assert_uint_eq(rcu_pending(), 0);
	stop = true;
	while (ran)
		schedule_timeout(1);
}

START_TEST(test_rcu)
{
	host_boot(_i, 4096, "");
	host_set_seed(123u + (unsigned)_i);
	ck_assert_int_eq(host_run(rcu_body, NULL), HOST_DONE);
}
END_TEST

static void rcu_sleep(void *arg)
{
	(void)arg;
	rcu_read_lock();
	schedule_timeout(1);
}

START_TEST(test_rcu_sleep)
{
	host_expect_panic("inside an RCU read section");
	host_boot(1, 4096, "");
	host_run(rcu_sleep, NULL);
}
END_TEST

/* --- sched_switch_to ----------------------------------------------------------------------- */

static struct task_struct *first, *second;

static void second_main(void *arg)
{
	(void)arg;
	trail[ntrail++] = '2';
	sched_switch_to(first);
	trail[ntrail++] = '4';
}

static void switch_body(void *arg)
{
	(void)arg;
	first = current;
	first->pinned = first->cpu;
	second = make(second_main, NULL, "second");
	second->pinned = first->cpu;
	trail[ntrail++] = '1';
	set_current_state(TASK_UNINTERRUPTIBLE); /* a state that must survive the switch */
	sched_switch_to(second);
	ck_assert_int_eq(current->state, TASK_UNINTERRUPTIBLE);
	set_current_state(TASK_RUNNING);
	trail[ntrail++] = '3';
	second->state = TASK_UNINTERRUPTIBLE;
	wake_up_process(second);
	schedule_timeout(3);
	ck_assert_str_eq(trail, "1234");
}

START_TEST(test_switch_to)
{
	host_boot(2, 4096, "");
	ck_assert_int_eq(host_run(switch_body, NULL), HOST_DONE);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sched");
	TCase *tc = tcase_create("sched");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, test_all_cpus, 1, 9);
	tcase_add_test(tc, test_pinned);
	tcase_add_test(tc, test_fair);
	tcase_add_test(tc, test_yield);
	tcase_add_loop_test(tc, test_churn, 1, 4);
	tcase_add_loop_test(tc, test_parent_reaps, 1, 4);
	tcase_add_loop_test(tc, test_lazy_mm, 1, 4);
	tcase_add_loop_test(tc, test_rcu, 1, 5);
	tcase_add_test(tc, test_switch_to);
	tcase_add_exit_test(tc, test_stack_overrun, HOST_PANIC_EXIT);
	tcase_add_exit_test(tc, test_rcu_sleep, HOST_PANIC_EXIT);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
