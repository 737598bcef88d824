/*
 * tests/unit/test_signal.c - signals: masks, what is ignored, in which order they are taken, what
 * becomes of a broken-off call, stops. A kernel task plays the program; the modelled machine keeps
 * the frames of handlers where they can be seen (tests/host/regs.h).
 */
#include "unit.h"

#include "vmtest.h"

#include "regs.h"

#include "kernel/completion.h"
#include "kernel/errno.h"
#include "kernel/signal.h"
#include "kernel/syscall.h"

#define HANDLER 0x8048000UL

static struct pt_regs regs;

static void become_program(void)
{
	ck_assert_int_eq(signals_first(current), 0);
	current->flags &= ~(unsigned)PF_KTHREAD;
	memset(&regs, 0, sizeof(regs));
	regs.again = -2;
}

static void program_ends(void)
{
	signals_exit(current);
	current->flags |= PF_KTHREAD;
}

static void set_action(int signo, unsigned long handler, uint32_t flags)
{
	current->sig.hand->action[signo - 1] =
		(struct k_sigaction){ .handler = handler, .flags = flags };
}

static void run(void (*body)(void))
{
	vt_run("linux-2.3.30", (void (*)(void *))body, NULL);
}

/* --- masks and order ------------------------------------------------------------------------------- */

static void masks_body(void)
{
	struct ksiginfo info = { .signo = SIGUSR1, .code = SI_USER, .field = { 77 } }, got;

	become_program();
	set_action(SIGUSR1, HANDLER, 0);
	set_blocked(sig_bit(SIGUSR1) | sig_bit(SIGKILL) | sig_bit(SIGSTOP));
	ck_assert(current->sig.blocked == sig_bit(SIGUSR1));
	send_signal_info(current, &info);
	ck_assert(!signal_pending(current));
	ck_assert(current->sig.pending == sig_bit(SIGUSR1));
	/* the second one is the first one */
	info.field[0] = 78;
	send_signal_info(current, &info);
	set_blocked(0);
	ck_assert(signal_pending(current));
	ck_assert_int_eq(dequeue_signal(~(uint64_t)0, &got), SIGUSR1);
	ck_assert_uint_eq(got.field[0], 77);
	ck_assert_int_eq(dequeue_signal(~(uint64_t)0, &got), 0);
	ck_assert(!signal_pending(current));
	/* ignored: not pending, unless it is blocked */
	send_signal(current, SIGCHLD);
	send_signal(current, SIGWINCH);
	ck_assert(!signal_pending(current) && !current->sig.pending);
	set_blocked(sig_bit(SIGCHLD));
	send_signal(current, SIGCHLD);
	ck_assert(current->sig.pending == sig_bit(SIGCHLD));
	set_blocked(0);
	ck_assert_int_eq(dequeue_signal(~(uint64_t)0, &got), SIGCHLD);
	/* SIGKILL, then faults, then by number; the upper half too */
	send_signal(current, 40);
	ck_assert(signal_pending(current));
	send_signal(current, SIGTERM);
	send_signal(current, SIGHUP);
	send_signal(current, SIGSEGV);
	send_signal(current, SIGKILL);
	ck_assert(fatal_signal_pending(current));
	ck_assert_int_eq(dequeue_signal(~(uint64_t)0, &got), SIGKILL);
	ck_assert_int_eq(dequeue_signal(~(uint64_t)0, &got), SIGSEGV);
	ck_assert_int_eq(dequeue_signal(~(uint64_t)0, &got), SIGHUP);
	ck_assert_int_eq(dequeue_signal(~(uint64_t)0, &got), SIGTERM);
	ck_assert_int_eq(dequeue_signal(~(uint64_t)0, &got), 40);
	ck_assert(!signal_pending(current));
	program_ends();
}

START_TEST(test_masks)
{
	run(masks_body);
}
END_TEST

static void forced_body(void)
{
	struct ksiginfo got;

	become_program();
	set_action(SIGSEGV, SIG_IGN, 0);
	force_signal(current, SIGSEGV);
	ck_assert_int_eq(dequeue_signal(~(uint64_t)0, &got), SIGSEGV);
	ck_assert_uint_eq(current->sig.hand->action[SIGSEGV - 1].handler, SIG_DFL);
	set_action(SIGSEGV, HANDLER, 0);
	set_blocked(sig_bit(SIGSEGV));
	force_signal(current, SIGSEGV); /* blocked: its handler must not run */
	ck_assert(signal_pending(current));
	ck_assert_uint_eq(current->sig.hand->action[SIGSEGV - 1].handler, SIG_DFL);
	ck_assert_int_eq(dequeue_signal(~(uint64_t)0, &got), SIGSEGV);
	program_ends();
}

START_TEST(test_forced)
{
	run(forced_body);
}
END_TEST

static void stoppers_body(void)
{
	become_program();
	set_blocked(sig_bit(SIGTSTP) | sig_bit(SIGCONT));
	send_signal(current, SIGTSTP);
	send_signal(current, SIGCONT);
	ck_assert(current->sig.pending == sig_bit(SIGCONT));
	send_signal(current, SIGTSTP);
	ck_assert(current->sig.pending == sig_bit(SIGTSTP));
	send_signal(current, SIGCONT);
	set_blocked(0);
	deliver_signals(&regs); /* SIGCONT: nothing to do */
	ck_assert(!signal_pending(current));
	program_ends();
}

START_TEST(test_stop_and_continue_cancel)
{
	run(stoppers_body);
}
END_TEST

/* --- handlers -------------------------------------------------------------------------------------- */

static void frames_body(void)
{
	become_program();
	set_action(SIGUSR1, HANDLER, SA_SIGINFO);
	set_action(SIGUSR2, HANDLER + 16, SA_NODEFER | SA_RESETHAND);
	current->sig.hand->action[SIGUSR1 - 1].mask = sig_bit(SIGHUP);
	set_blocked(sig_bit(SIGTERM));
	send_signal(current, SIGUSR1);
	send_signal(current, SIGUSR2);
	deliver_signals(&regs);
	/* both frames: the second handler runs first and returns into the first */
	ck_assert_int_eq(regs.nframes, 2);
	ck_assert_int_eq(regs.frame[0].signo, SIGUSR1);
	ck_assert(regs.frame[0].blocked == sig_bit(SIGTERM));
	ck_assert(regs.frame[0].siginfo && !regs.frame[1].siginfo);
	ck_assert_uint_eq(regs.pc, HANDLER + 16);
	ck_assert(regs.frame[1].blocked ==
		  (sig_bit(SIGTERM) | sig_bit(SIGHUP) | sig_bit(SIGUSR1)));
	ck_assert(current->sig.blocked == regs.frame[1].blocked); /* SA_NODEFER */
	ck_assert_uint_eq(current->sig.hand->action[SIGUSR2 - 1].handler, SIG_DFL);
	program_ends();
}

START_TEST(test_frames)
{
	run(frames_body);
}
END_TEST

static void bad_stack_body(void)
{
	become_program();
	set_action(SIGUSR1, HANDLER, 0);
	set_action(SIGSEGV, HANDLER + 16, 0);
	host_bad_stacks = 1;
	send_signal(current, SIGUSR1);
	deliver_signals(&regs); /* the handler of SIGSEGV gets its chance */
	ck_assert_int_eq(regs.nframes, 1);
	ck_assert_int_eq(regs.frame[0].signo, SIGSEGV);
	ck_assert_uint_eq(regs.pc, HANDLER + 16);
	program_ends();
}

START_TEST(test_bad_stack)
{
	run(bad_stack_body);
}
END_TEST

/* --- broken-off calls ------------------------------------------------------------------------------ */

/* What becomes of a call that returned -@error when SIGUSR1 has this handler. */
static void breaks_off(int error, unsigned long handler, uint32_t flags, long result, int again)
{
	struct ksiginfo gone;

	dequeue_signal(~(uint64_t)0, &gone);
	set_blocked(0);
	regs.in_call = true;
	regs.result = -error;
	regs.again = -2;
	regs.nframes = 0;
	set_action(SIGUSR1, HANDLER, flags);
	if (handler)
		send_signal(current, SIGUSR1);
	else
		note_restart();
	deliver_signals(&regs);
	ck_assert_int_eq(regs.again, again);
	if (again == -2)
		ck_assert_int_eq(regs.result, result);
	ck_assert(!regs.in_call || result == regs.result);
	ck_assert(!signal_pending(current));
}

static void restarts_body(void)
{
	become_program();
	breaks_off(ERESTARTSYS, HANDLER, 0, -EINTR, -2);
	breaks_off(ERESTARTSYS, HANDLER, SA_RESTART, 0, -1);
	breaks_off(ERESTARTSYS, 0, 0, 0, -1);
	breaks_off(ERESTARTNOINTR, HANDLER, 0, 0, -1);
	breaks_off(ERESTARTNOHAND, HANDLER, SA_RESTART, -EINTR, -2);
	breaks_off(ERESTARTNOHAND, 0, 0, 0, -1);
	breaks_off(ERESTART_RESTARTBLOCK, HANDLER, SA_RESTART, -EINTR, -2);
	breaks_off(ERESTART_RESTARTBLOCK, 0, 0, 0, 0);
	breaks_off(EAGAIN, HANDLER, SA_RESTART, -EAGAIN, -2);
	program_ends();
}

START_TEST(test_restarts)
{
	run(restarts_body);
}
END_TEST

static void suspend_body(void)
{
	become_program();
	set_action(SIGUSR1, HANDLER, 0);
	/* sigsuspend left this behind when SIGUSR1 came */
	current->sig.saved_blocked = sig_bit(SIGUSR1) | sig_bit(SIGHUP);
	current->sig.restore_blocked = true;
	send_signal(current, SIGUSR1);
	deliver_signals(&regs);
	ck_assert(regs.frame[0].blocked == (sig_bit(SIGUSR1) | sig_bit(SIGHUP)));
	ck_assert(!current->sig.restore_blocked);
	/* no handler: the old mask at once */
	set_blocked(0);
	current->sig.restore_blocked = true;
	note_restart();
	deliver_signals(&regs);
	ck_assert(current->sig.blocked == (sig_bit(SIGUSR1) | sig_bit(SIGHUP)));
	program_ends();
}

START_TEST(test_suspend)
{
	run(suspend_body);
}
END_TEST

/* --- sleepers ---------------------------------------------------------------------------------------- */

static DECLARE_WAIT_QUEUE_HEAD(never);
static struct completion ready, done;
static struct task_struct *sleeper;
static volatile bool went_on;

static void sleeper_body(void *arg)
{
	int state = *(int *)arg;

	become_program();
	set_action(SIGUSR1, HANDLER, 0);
	sleeper = current;
	complete(&ready);
	if (state == TASK_INTERRUPTIBLE)
		ck_assert_int_eq(wait_event_interruptible(&never, went_on), -EINTR);
	else
		wait_event(&never, went_on);
	program_ends();
	complete(&done);
}

static void wakes_body(void *arg)
{
	int state = *(int *)arg;

	init_completion(&ready, "ready");
	init_completion(&done, "done");
	wake_up_process(kthread_create(sleeper_body, arg, "sleeper"));
	wait_for_completion(&ready);
	schedule_timeout(2);
	send_signal(sleeper, state == TASK_INTERRUPTIBLE ? SIGUSR1 : SIGKILL);
	schedule_timeout(5);
	if (state == TASK_UNINTERRUPTIBLE) {
		ck_assert_int_eq(sleeper->state, TASK_UNINTERRUPTIBLE);
		went_on = true;
		wake_up_all(&never);
	}
	wait_for_completion(&done);
}

/* A signal ends an interruptible sleep; nothing ends the other kind, SIGKILL included. */
START_TEST(test_sleepers)
{
	int state = _i % 2 ? TASK_INTERRUPTIBLE : TASK_UNINTERRUPTIBLE;

	host_boot(_i < 2 ? 1 : 3, 8192, "watch=all");
	if (_i >= 4)
		host_set_seed((uint32_t)_i * 31);
	ck_assert_int_eq(host_run(wakes_body, &state), HOST_DONE);
}
END_TEST

/* --- alarms ------------------------------------------------------------------------------------------ */

#define BASE 0x20000000UL

static long call(long (*fn)(const struct syscall_frame *), unsigned long a, unsigned long b)
{
	const unsigned long args[6] = { a, b };
	struct syscall_frame f = { .regs = &regs, .arg = args };

	return fn(&f);
}

static int rings_in(int ticks)
{
	unsigned long end = jiffies + (unsigned long)ticks;
	struct ksiginfo got;
	int rings = 0;

	while (!time_after_eq(jiffies, end)) {
		schedule_timeout(1);
		rings += dequeue_signal(~(uint64_t)0, &got) == SIGALRM;
	}
	return rings;
}

static void alarm_body(void)
{
	become_program();
	set_action(SIGALRM, HANDLER, 0);
	ck_assert_int_eq(call(sc_alarm, 1, 0), 0);
	ck_assert_int_eq(rings_in(HZ / 2), 0);
	ck_assert_int_eq(call(sc_alarm, 3, 0), 1);
	ck_assert_int_eq(rings_in(2 * HZ), 0);
	ck_assert_int_eq(rings_in(2 * HZ), 1);
	ck_assert_int_eq(call(sc_alarm, 100, 0), 0);
	ck_assert_int_eq(call(sc_alarm, 0, 0), 100);
	/* again and again, until told to stop */
	vt_enter("A");
	vt_mmap(BASE, PAGES(1), RW, ANON_AT);
	ck_assert(vt_poke(BASE + 4, 50000) && vt_poke(BASE + 12, 50000));
	ck_assert_int_eq(call(sc_setitimer, 0, BASE), 0);
	ck_assert_int_ge(rings_in(HZ), HZ / 5 - 1);
	ck_assert(vt_poke(BASE + 4, 0) && vt_poke(BASE + 12, 0));
	ck_assert_int_eq(call(sc_setitimer, 0, BASE), 0);
	ck_assert_int_eq(rings_in(HZ), 0);
	/* whoever ends takes his alarm with him */
	ck_assert_int_eq(call(sc_alarm, 1, 0), 0);
	program_ends();
	ck_assert(list_empty(&current->sig.real_timer.link));
	vt_leave();
}

START_TEST(test_alarms)
{
	run(alarm_body);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("signal");
	TCase *tc = tcase_create("signal");

	tcase_add_test(tc, test_masks);
	tcase_add_test(tc, test_forced);
	tcase_add_test(tc, test_stop_and_continue_cancel);
	tcase_add_test(tc, test_frames);
	tcase_add_test(tc, test_bad_stack);
	tcase_add_test(tc, test_restarts);
	tcase_add_test(tc, test_suspend);
	tcase_add_loop_test(tc, test_sleepers, 0, 12);
	tcase_add_test(tc, test_alarms);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
