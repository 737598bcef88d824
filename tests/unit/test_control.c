/*
 * tests/unit/test_control.c - the controlled scheduler: the baton, the default policy, stories that
 * lead into a deadlock and out of it, verdicts, interrupts as steps, replay of what was recorded.
 * DESIGN section 5; kernel/control.h.
 */
#include "unit.h"

#include <stdio.h>
#include <unistd.h>

#include "kernel/completion.h"
#include "kernel/control.h"
#include "kernel/kernel_lock.h"
#include "kernel/sched.h"
#include "kernel/semaphore.h"
#include "kernel/spinlock.h"
#include "kernel/story.h"
#include "kernel/timer.h"
#include "kernel/token.h"
#include "kernel/trace.h"
#include "kernel/watch.h"

static struct semaphore sem_a, sem_b;
static struct spinlock spin;
static struct completion done;
static struct ctl_config config;
static struct story story;
static struct token token, replayed;
static enum ctl_verdict verdict;
static char log_text[512];
static int counter, big_counter;

/* After a verdict that leaves tasks stuck they stand on their CPUs for good, the boot CPU's among
 * them: the test's process ends right there. */
#define STUCK_EXIT 7

static void end_stuck(void)
{
	_exit(STUCK_EXIT);
}

static void say(const char *what)
{
	strcat(log_text, what);
}

/* --- the frame of every test ----------------------------------------------------------------- */

struct body {
	void (*fn)(void *);
	const char *name;
};

static void task(void *arg)
{
	struct body *b = arg;

	ctl_task_start();
	b->fn(NULL);
	ctl_task_end();
}

static struct body bodies[CTL_MAX_TASKS];

static void add(int i, void (*fn)(void *), const char *name)
{
	struct task_struct *t;

	bodies[i].fn = fn;
	bodies[i].name = name;
	t = kthread_create(task, &bodies[i], name);
	ck_assert_ptr_nonnull(t);
	ck_assert_int_eq(ctl_adopt(t, i, name), i);
}

static void with_story(const char *text)
{
	char err[160];

	ck_assert_msg(story_parse(&story, text, strlen(text), ctl_find_name, err, sizeof(err)) == 0,
		      "%s", err);
	config.story = &story;
}

static void in_task(int cpus, void (*body)(void *))
{
	host_boot(cpus, 4096, "watch=all trace=all");
	watch_reset();
	trace_reset();
	sema_init(&sem_a, 1, LC_SEMAPHORE, "A");
	sema_init(&sem_b, 1, LC_DRIVER, "B");
	spin_lock_init(&spin, LC_PAGE_TABLE, "S");
	init_completion(&done, "done");
	ck_assert_int_eq(host_run(body, NULL), HOST_DONE);
}

/* --- the default policy ---------------------------------------------------------------------- */

static void says_a(void *unused)
{
	(void)unused;
	say("a1 ");
	down(&sem_a);
	say("a2 ");
	up(&sem_a);
	say("a3 ");
}

static void says_b(void *unused)
{
	(void)unused;
	say("b1 ");
	down(&sem_a);
	say("b2 ");
	up(&sem_a);
}

static void run_default(void *unused)
{
	(void)unused;
	add(0, says_a, "A");
	add(1, says_b, "B");
	verdict = ctl_run(&config);
	ck_assert_int_eq(verdict, CTL_COMPLETED);
	ck_assert(!ctl_active);
	ck_assert(ctl_finished(0) && ctl_finished(1));
	ck_assert_str_eq(log_text, "a1 a2 a3 b1 b2 ");
}

START_TEST(test_the_current_task_goes_on)
{
	in_task(_i, run_default);
}
END_TEST

/* --- stories --------------------------------------------------------------------------------- */

static void a_b(void *unused)
{
	(void)unused;
	down(&sem_a);
	milestone(MS_DRV_LOCK, "A");
	down(&sem_b);
	up(&sem_b);
	up(&sem_a);
}

static void b_a(void *unused)
{
	(void)unused;
	down(&sem_b);
	milestone(MS_DRV_LOCK, "B");
	down(&sem_a);
	up(&sem_a);
	up(&sem_b);
}

static void run_story(void *unused)
{
	(void)unused;
	add(0, a_b, "A");
	add(1, b_a, "B");
	with_story("story abba\nB drv.lock(B) < A drv.lock(A)\n");
	verdict = ctl_run(&config);
	ck_assert_int_eq(verdict, CTL_DEADLOCK);
	ck_assert_int_eq(story_honoured(&story), 2);
	ck_assert_ptr_nonnull(watch_deadlock());
	ck_assert_int_eq(watch_deadlock()->n, 2);
	watch_report_deadlock(watch_deadlock());
	ck_assert_int_eq(token_record(&token, "abba", "test"), 0);
	token.end = verdict;
	token_print(&token);
	if (getenv("SHOW")) {
		puts(host_output());
		fflush(stdout); /* we leave by _exit */
	}
	end_stuck();
}

START_TEST(test_a_story_leads_into_a_deadlock)
{
	in_task(_i, run_story);
}
END_TEST

static void run_no_story(void *unused)
{
	(void)unused;
	add(0, a_b, "A");
	add(1, b_a, "B");
	verdict = ctl_run(&config);
	ck_assert_int_eq(verdict, CTL_COMPLETED);
	ck_assert(watch_has_complaint("order: driver lock -> semaphore")); /* seen all the same */
}

START_TEST(test_without_it_nothing_happens)
{
	in_task(_i, run_no_story);
}
END_TEST

static void run_unfit_story(void *unused)
{
	(void)unused;
	add(0, says_a, "A");
	add(1, b_a, "B");
	with_story("A method.enter(V) < B drv.lock(B) < A task.end\n");
	verdict = ctl_run(&config);
	ck_assert_int_eq(verdict, CTL_COMPLETED);
	ck_assert_int_eq(story_honoured(&story), 0);
	ck_assert_str_eq(story_why_not(&story, 0), "not in this design");
	story_report(&story);
	ck_assert(strstr(host_output(), "0 of 3 steps honoured") != NULL);
}

START_TEST(test_what_cannot_be_met_is_dropped)
{
	in_task(_i, run_unfit_story);
}
END_TEST

static void service(void *unused)
{
	(void)unused;
	say("s ");
	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule();
	say("S ");
}

static struct task_struct *service_task;

static void wakes_service(void *unused)
{
	(void)unused;
	wake_up_process(service_task);
	sync_point(SP_WAKE, NULL);
	say("a ");
}

static void run_hold(void *unused)
{
	(void)unused;
	service_task = kthread_create(service, NULL, "kswapd");
	wake_up_process(service_task);
	schedule_timeout(2);
	add(0, wakes_service, "A");
	ck_assert_int_eq(ctl_adopt_as(service_task, -1, "kswapd", true), 1);
	with_story("hold kswapd\n");
	verdict = ctl_run(&config);
	ck_assert_int_eq(verdict, CTL_COMPLETED); /* a service need not finish */
	ck_assert_str_eq(log_text, "s a ");
	schedule_timeout(2);
	ck_assert_str_eq(log_text, "s a S "); /* afterwards it is free again */
}

START_TEST(test_hold)
{
	in_task(_i, run_hold);
}
END_TEST

/* --- spin locks and kernel_lock -------------------------------------------------------------- */

static void spins(void *unused)
{
	int i;

	(void)unused;
	for (i = 0; i < 3; i++) {
		int before;

		spin_lock(&spin);
		before = counter;
		milestone(MS_WALK_ENTER, NULL); /* a sync point under the lock */
		counter = before + 1;
		spin_unlock(&spin);
		lock_kernel();
		before = big_counter;
		milestone(MS_WALK_LEAVE, NULL);
		big_counter = before + 1;
		unlock_kernel();
	}
}

/* Switch away whenever possible. */
static int restless(void *arg, const struct ctl_step *at, unsigned enabled, int dflt)
{
	int i;

	(void)arg;
	(void)dflt;
	for (i = 1; i <= CTL_IRQ; i++)
		if (enabled & (1u << ((at->task + i) % (CTL_IRQ + 1))))
			return (at->task + i) % (CTL_IRQ + 1);
	return -1;
}

static void run_spins(void *unused)
{
	(void)unused;
	add(0, spins, "A");
	add(1, spins, "B");
	add(2, spins, "C");
	config.choose = restless;
	verdict = ctl_run(&config);
	ck_assert_int_eq(verdict, CTL_COMPLETED);
	ck_assert_int_eq(counter, 9);
	ck_assert_int_eq(big_counter, 9);
}

START_TEST(test_a_spinner_is_disabled)
{
	in_task(_i, run_spins);
}
END_TEST

/* --- stall, limits, interrupts --------------------------------------------------------------- */

static void waits_for_ever(void *unused)
{
	(void)unused;
	wait_for_completion(&done);
}

static void run_stall(void *unused)
{
	(void)unused;
	add(0, waits_for_ever, "A");
	verdict = ctl_run(&config);
	ck_assert_int_eq(verdict, CTL_STALL);
	end_stuck();
}

START_TEST(test_a_lost_wakeup_is_a_stall)
{
	in_task(_i, run_stall);
}
END_TEST

static void interrupt(void *arg)
{
	say("irq ");
	complete(arg);
}

static void starts_io(void *unused)
{
	(void)unused;
	say("submit ");
	ctl_io_started();
	ck_assert(ctl_irq_deferred(interrupt, &done)); /* the device is fast */
	sync_point(SP_IO_SUBMIT, NULL);
	say("wait ");
	wait_for_completion(&done);
	say("done ");
}

static void run_io(void *unused)
{
	(void)unused;
	add(0, starts_io, "A");
	add(1, says_b, "B");
	verdict = ctl_run(&config);
	ck_assert_int_eq(verdict, CTL_COMPLETED);
	/* nobody is interrupted; it comes when nobody else can go on */
	ck_assert_str_eq(log_text, "submit wait b1 b2 irq done ");
}

START_TEST(test_an_interrupt_is_a_step)
{
	in_task(_i, run_io);
}
END_TEST

static void run_io_early(void *unused)
{
	(void)unused;
	add(0, starts_io, "A");
	add(1, says_b, "B");
	config.choose = restless;
	verdict = ctl_run(&config);
	ck_assert_int_eq(verdict, CTL_COMPLETED);
	ck_assert(strstr(log_text, "irq wait") || strstr(log_text, "irq b") ||
		  strstr(log_text, "irq ") < strstr(log_text, "wait "));
}

START_TEST(test_a_schedule_may_deliver_it_early)
{
	in_task(_i, run_io_early);
}
END_TEST

static void sleeps_a_while(void *unused)
{
	(void)unused;
	say("z ");
	schedule_timeout(100);
	say("Z ");
}

static void run_timer(void *unused)
{
	(void)unused;
	add(0, sleeps_a_while, "A");
	add(1, says_b, "B");
	verdict = ctl_run(&config);
	ck_assert_int_eq(verdict, CTL_COMPLETED);
	ck_assert_str_eq(log_text, "z b1 b2 Z ");
}

START_TEST(test_time_passes_when_nothing_else_can)
{
	in_task(_i, run_timer);
}
END_TEST

static void yields(void *unused)
{
	(void)unused;
	say("y ");
	yield();
	say("Y ");
}

static void run_yield(void *unused)
{
	(void)unused;
	add(0, yields, "A");
	add(1, says_b, "B");
	verdict = ctl_run(&config);
	ck_assert_int_eq(verdict, CTL_COMPLETED);
	ck_assert_str_eq(log_text, "y b1 b2 Y ");
}

START_TEST(test_yield_lets_others_go_first)
{
	in_task(_i, run_yield);
}
END_TEST

static void yields_then_passes(void *unused)
{
	yields(unused);
	milestone(MS_WALK_ENTER, NULL);
}

static void waits_for_it(void *unused)
{
	(void)unused;
	milestone(MS_WALK_LEAVE, NULL);
	say("w ");
}

static void run_yield_held(void *unused)
{
	(void)unused;
	add(0, yields_then_passes, "A");
	add(1, waits_for_it, "B");
	with_story("A walk.enter < B walk.leave\n");
	verdict = ctl_run(&config);
	ck_assert_int_eq(verdict, CTL_COMPLETED);
	ck_assert_str_eq(log_text, "y Y w ");
	ck_assert_int_eq(story_honoured(&story), 2);
}

START_TEST(test_yield_drops_no_constraint)
{
	in_task(_i, run_yield_held);
}
END_TEST

static void loops(void *unused)
{
	(void)unused;
	for (;;)
		milestone(MS_WALK_ENTER, NULL);
}

static void run_loop(void *unused)
{
	(void)unused;
	add(0, loops, "A");
	config.max_steps = 500;
	verdict = ctl_run(&config);
	ck_assert_int_eq(verdict, CTL_STEP_LIMIT);
	ck_assert_uint_le(ctl_steps(), 501);
	end_stuck();
}

START_TEST(test_step_limit)
{
	in_task(_i, run_loop);
}
END_TEST

/* --- determinism and replay ------------------------------------------------------------------ */

static void note_result(void)
{
	FILE *f = fopen(getenv("RESULT_FILE"), "a");

	fprintf(f, "%d %u %016llx %04x\n", verdict, ctl_steps(),
		(unsigned long long)trace_hash(), ctl_step_at(ctl_steps() - 1)->print);
	fclose(f);
}

static void run_and_note(void *unused)
{
	(void)unused;
	trace_reset();
	add(0, a_b, "A");
	add(1, b_a, "B");
	add(2, spins, "C");
	with_story("B drv.lock(B) < A drv.lock(A) < C walk.leave#2\n");
	verdict = ctl_run(&config);
	ck_assert_int_eq(verdict, CTL_DEADLOCK);
	note_result();
	end_stuck();
}

START_TEST(test_the_same_on_any_number_of_cpus)
{
	in_task(_i, run_and_note);
}
END_TEST

static void save_token(void)
{
	FILE *f = fopen(getenv("TOKEN_FILE"), "w");

	fputs(host_output(), f);
	fclose(f);
}

static void run_restless(void *unused)
{
	(void)unused;
	add(0, a_b, "A");
	add(1, b_a, "B");
	add(2, spins, "C");
	config.choose = restless;
	verdict = ctl_run(&config);
	ck_assert_int_eq(token_record(&token, "mix", "test"), 0);
	token.end = verdict;
	host_output_clear();
	token_print(&token);
	save_token();
	end_stuck();
}

static void run_replay(void *unused)
{
	char err[160];

	(void)unused;
	ck_assert_msg(token_parse(&token, getenv("TOKEN"), strlen(getenv("TOKEN")), err,
				  sizeof(err)) == 0, "%s", err);
	add(0, a_b, "A");
	add(1, b_a, "B");
	add(2, getenv("OTHER") ? says_b : spins, "C");
	ck_assert_msg(token_fits(&token, "mix", "test", err, sizeof(err)) == 0, "%s", err);
	config.token = &token;
	verdict = ctl_run(&config);
	if (getenv("OTHER")) {
		ck_assert_int_eq(verdict, CTL_DIVERGED);
		host_output_clear();
		ctl_report_divergence();
		ck_assert(strstr(host_output(), "is not what the token says") != NULL);
		ck_assert(strstr(host_output(), "expected: C about to take page_table_lock") ||
			  strstr(host_output(), "expected: something else"));
		end_stuck();
	}
	ck_assert_int_eq(verdict, token.end);
	ck_assert_uint_eq(ctl_steps(), token.steps);
	ck_assert_int_eq(token_record(&replayed, "mix", "test"), 0);
	ck_assert_int_eq(replayed.nprints, token.nprints);
	ck_assert_mem_eq(replayed.print, token.print, sizeof(token.print));
	ck_assert_int_eq(replayed.nswitches, token.nswitches);
	end_stuck();
}

START_TEST(test_record)
{
	in_task(2, run_restless);
}
END_TEST

static void read_token(void)
{
	static char text[65536];
	FILE *f = fopen(getenv("TOKEN_FILE"), "r");

	ck_assert_ptr_nonnull(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	setenv("TOKEN", text, 1);
}

START_TEST(test_replay)
{
	read_token();
	in_task(2, run_replay);
}
END_TEST

START_TEST(test_replay_diverges)
{
	read_token();
	setenv("OTHER", "1", 1);
	in_task(2, run_replay);
}
END_TEST

START_TEST(test_results_agree)
{
	char first[128], line[128];
	FILE *f = fopen(getenv("RESULT_FILE"), "r");
	int n = 1;

	ck_assert_ptr_nonnull(f);
	ck_assert_ptr_nonnull(fgets(first, sizeof(first), f));
	while (fgets(line, sizeof(line), f)) {
		ck_assert_str_eq(line, first);
		n++;
	}
	fclose(f);
	ck_assert_int_eq(n, 4);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("control");
	TCase *tc = tcase_create("control");
	char token_file[] = "/tmp/kswapd23-token-XXXXXX";
	char result_file[] = "/tmp/kswapd23-result-XXXXXX";
	int status;

	if (mkstemp(token_file) < 0 || mkstemp(result_file) < 0)
		return EXIT_FAILURE;
	setenv("TOKEN_FILE", token_file, 1);
	setenv("RESULT_FILE", result_file, 1);
	tcase_set_timeout(tc, 30);
	tcase_add_loop_test(tc, test_the_current_task_goes_on, 1, 4);
	tcase_add_loop_exit_test(tc, test_a_story_leads_into_a_deadlock, STUCK_EXIT, 1, 4);
	tcase_add_loop_test(tc, test_without_it_nothing_happens, 1, 4);
	tcase_add_loop_test(tc, test_what_cannot_be_met_is_dropped, 1, 4);
	tcase_add_loop_test(tc, test_hold, 1, 4);
	tcase_add_loop_test(tc, test_a_spinner_is_disabled, 1, 5);
	tcase_add_loop_exit_test(tc, test_a_lost_wakeup_is_a_stall, STUCK_EXIT, 1, 3);
	tcase_add_loop_test(tc, test_an_interrupt_is_a_step, 1, 4);
	tcase_add_loop_test(tc, test_a_schedule_may_deliver_it_early, 1, 4);
	tcase_add_loop_test(tc, test_time_passes_when_nothing_else_can, 1, 4);
	tcase_add_loop_test(tc, test_yield_lets_others_go_first, 1, 4);
	tcase_add_loop_test(tc, test_yield_drops_no_constraint, 1, 3);
	tcase_add_loop_exit_test(tc, test_step_limit, STUCK_EXIT, 1, 3);
	tcase_add_loop_exit_test(tc, test_the_same_on_any_number_of_cpus, STUCK_EXIT, 1, 5);
	tcase_add_test(tc, test_results_agree);
	tcase_add_exit_test(tc, test_record, STUCK_EXIT);
	tcase_add_exit_test(tc, test_replay, STUCK_EXIT);
	tcase_add_exit_test(tc, test_replay_diverges, STUCK_EXIT);
	suite_add_tcase(suite, tc);
	status = unit_run(suite);
	remove(token_file);
	remove(result_file);
	return status;
}
