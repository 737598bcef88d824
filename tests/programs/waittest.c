/*
 * tests/programs/waittest.c - children: their ends, stops and continuations, process groups and
 * sessions, who is told of them and how. The same on Linux.
 */
#include "sig.h"

static volatile int count, code, status_told;
static volatile long pid_told;

static void on_child(int signo, struct siginfo *info, struct uctx *uc)
{
	(void)signo, (void)uc;
	count++;
	code = info->code;
	pid_told = (long)info->field[0];
	status_told = (int)info->field[2];
}

static void nothing(int signo)
{
	(void)signo;
}

static long start(int (*fn)(void *), long arg)
{
	long pid = sys(SYS_fork);

	if (pid == 0)
		exit(fn((void *)arg));
	return pid;
}

static int end_with(void *arg)
{
	return (int)(long)arg;
}

static int sleep_long(void *arg)
{
	while (!arg)
		sleep_ms(1000);
	return 0;
}

static int spin(void *arg)
{
	while (!arg)
		__asm__ volatile("");
	return 0;
}

/* --- ends -------------------------------------------------------------------------------------- */

static void ends(void)
{
	int status = -1;
	long pid, a, b;

	expect(sys(SYS_waitpid, -1, &status, 0), -ECHILD);
	expect(sys(SYS_waitpid, -1, &status, 0x80), -EINVAL);
	pid = start(end_with, 42);
	expect(sys(SYS_waitpid, pid + 1000, &status, 0), -ECHILD);
	expect(sys(SYS_waitpid, pid, &status, 0), pid);
	check(status == 42 << 8, "%x", status);
	expect(sys(SYS_waitpid, pid, &status, 0), -ECHILD);
	/* one asleep, one that runs: SIGKILL, seen by WNOHANG only afterwards */
	a = start(sleep_long, 0);
	b = start(spin, 0);
	expect(sys(SYS_waitpid, -1, &status, WNOHANG), 0);
	expect(sys(SYS_kill, a, SIGKILL), 0);
	expect(sys(SYS_waitpid, a, &status, 0), a);
	check(status == SIGKILL, "%x", status);
	expect(sys(SYS_kill, b, SIGTERM), 0);
	expect(sys(SYS_wait4, -1, &status, 0, 0), b);
	check(status == SIGTERM, "%x", status);
	/* a zombie still has its pid */
	pid = start(end_with, 0);
	sleep_ms(50);
	expect(sys(SYS_kill, pid, SIGKILL), 0);
	expect(sys(SYS_waitpid, pid, &status, 0), pid);
	check(status == 0, "%x", status);
	expect(sys(SYS_kill, pid, 0), -ESRCH);
}

static void told(void)
{
	int status;
	long pid;

	count = 0;
	handle_flags(SIGCHLD, (void *)on_child, SA_SIGINFO | SA_RESTART, 0);
	pid = start(end_with, 3);
	expect(sys(SYS_waitpid, pid, &status, 0), pid);
	check(count == 1 && pid_told == pid && code == CLD_EXITED && status_told == 3,
	      "%d: pid %d code %d status %d", count, (int)pid_told, code, status_told);
	pid = start(sleep_long, 0);
	sys(SYS_kill, pid, SIGKILL);
	expect(sys(SYS_waitpid, pid, &status, 0), pid);
	check(count == 2 && code == CLD_KILLED && status_told == SIGKILL);
}

static void untold(void)
{
	int status, i;
	long pid;

	/* nobody wants to hear: no zombies, and the wait ends when the last is gone */
	handle_flags(SIGCHLD, SIG_IGN, 0, 0);
	for (i = 0; i < 3; i++)
		start(end_with, i);
	expect(sys(SYS_waitpid, -1, &status, 0), -ECHILD);
	handle_flags(SIGCHLD, (void *)nothing, SA_NOCLDWAIT | SA_RESTART, 0);
	pid = start(end_with, 9);
	expect(sys(SYS_waitpid, pid, &status, 0), -ECHILD);
	/* a sleeper is not disturbed by it */
	handle_flags(SIGCHLD, SIG_IGN, 0, 0);
	start(end_with, 1);
	{
		uint32_t ts[2] = { 0, 100000000 };

		expect(sys(SYS_nanosleep, ts, 0), 0);
	}
	expect(sys(SYS_waitpid, -1, &status, WNOHANG), -ECHILD);
	handle_flags(SIGCHLD, SIG_DFL, 0, 0);
}

/* --- stops ------------------------------------------------------------------------------------- */

static int stop_then_end(void *arg)
{
	raise((int)(long)arg);
	return 5;
}

static void stops(void)
{
	int status = 0;
	long pid;

	count = 0;
	handle_flags(SIGCHLD, (void *)on_child, SA_SIGINFO | SA_RESTART, 0);
	pid = start(stop_then_end, SIGSTOP);
	expect(sys(SYS_waitpid, pid, &status, WUNTRACED), pid);
	check(status == (SIGSTOP << 8 | 0x7f), "%x", status);
	check(count == 1 && code == CLD_STOPPED && status_told == SIGSTOP, "%d, code %d", count, code);
	/* told once; not at all without WUNTRACED */
	expect(sys(SYS_waitpid, pid, &status, WUNTRACED | WNOHANG), 0);
	expect(sys(SYS_kill, pid, SIGTERM), 0); /* waits until it goes on */
	sleep_ms(30);
	expect(sys(SYS_waitpid, pid, &status, WNOHANG), 0);
	expect(sys(SYS_kill, pid, SIGCONT), 0);
	expect(sys(SYS_waitpid, pid, &status, 0), pid);
	check(status == SIGTERM, "%x", status);
	/* going on is told, too */
	handle_flags(SIGCHLD, SIG_DFL, 0, 0);
	pid = start(sleep_long, 0);
	sys(SYS_kill, pid, SIGSTOP);
	expect(sys(SYS_waitpid, pid, &status, WUNTRACED), pid);
	sys(SYS_kill, pid, SIGCONT);
	expect(sys(SYS_waitpid, pid, &status, WCONTINUED), pid);
	check(status == 0xffff, "%x", status);
	/* SIGKILL ends also what is stopped */
	sys(SYS_kill, pid, SIGSTOP);
	expect(sys(SYS_waitpid, pid, &status, WUNTRACED), pid);
	sys(SYS_kill, pid, SIGKILL);
	expect(sys(SYS_waitpid, pid, &status, 0), pid);
	check(status == SIGKILL, "%x", status);
	/* SA_NOCLDSTOP */
	count = 0;
	handle_flags(SIGCHLD, (void *)on_child, SA_SIGINFO | SA_RESTART | SA_NOCLDSTOP, 0);
	pid = start(stop_then_end, SIGSTOP);
	expect(sys(SYS_waitpid, pid, &status, WUNTRACED), pid);
	check(count == 0);
	sys(SYS_kill, pid, SIGCONT);
	expect(sys(SYS_waitpid, pid, &status, 0), pid);
	check(status == 5 << 8 && count == 1, "%x, %d", status, count);
	handle_flags(SIGCHLD, SIG_DFL, 0, 0);
}

/* --- groups and sessions ------------------------------------------------------------------------- */

static int group_life(void *arg)
{
	(void)arg;
	check(sys(SYS_getpgrp) == sys(SYS_getpgid, 0));
	expect(sys(SYS_setpgid, 0, 0), 0);
	expect(sys(SYS_getpgrp), sys(SYS_getpid));
	expect(sys(SYS_setsid), -EPERM); /* it leads a group */
	expect(sys(SYS_setpgid, 0, 32001), -EPERM);
	expect(sys(SYS_setpgid, 1, 1), -ESRCH);
	expect(sys(SYS_setpgid, 0, -1), -EINVAL);
	return failures;
}

static int session_life(void *arg)
{
	long me = sys(SYS_getpid);

	(void)arg;
	expect(sys(SYS_setsid), me);
	expect(sys(SYS_getsid, 0), me);
	expect(sys(SYS_getpgrp), me);
	expect(sys(SYS_setpgid, 0, 0), -EPERM);
	expect(sys(SYS_setsid), -EPERM);
	expect(sys(SYS_getsid, 32001), -ESRCH);
	return failures;
}

static void groups(void)
{
	int status = 0, i;
	long leader, member, other;

	status = in_child(group_life, 0);
	check(status == 0, "%x", status);
	status = in_child(session_life, 0);
	check(status == 0, "%x", status);
	leader = start(sleep_long, 0);
	member = start(sleep_long, 0);
	other = start(sleep_long, 0);
	expect(sys(SYS_setpgid, leader, leader), 0);
	expect(sys(SYS_setpgid, member, leader), 0);
	expect(sys(SYS_getpgid, member), leader);
	expect(sys(SYS_waitpid, -leader, &status, WNOHANG), 0);
	expect(sys(SYS_waitpid, 0, &status, WNOHANG), 0);
	expect(sys(SYS_kill, -leader, SIGTERM), 0);
	for (i = 0; i < 2; i++) {
		long got = sys(SYS_waitpid, -leader, &status, 0);

		check((got == leader || got == member) && status == SIGTERM, "%d %x", (int)got, status);
	}
	expect(sys(SYS_waitpid, -leader, &status, WNOHANG), -ECHILD);
	expect(sys(SYS_kill, -leader, SIGTERM), -ESRCH);
	sys(SYS_kill, other, SIGKILL);
	expect(sys(SYS_waitpid, 0, &status, 0), other);
}

/* A group whose last outside parent ends gets SIGHUP and SIGCONT if it is stopped: the child below
 * would be stopped for ever otherwise, and the pipe's end would never come. */
static int orphan_fds[2];

static int leave_orphan(void *arg)
{
	long pid = sys(SYS_fork);
	int status;

	(void)arg;
	if (pid == 0) {
		sys(SYS_close, orphan_fds[0]);
		sys(SYS_setpgid, 0, 0);
		handle_flags(SIGHUP, (void *)nothing, 0, 0);
		raise(SIGTSTP);
		sys(SYS_write, orphan_fds[1], "on", 2);
		exit(0);
	}
	sys(SYS_setpgid, pid, pid);
	expect(sys(SYS_waitpid, pid, &status, WUNTRACED), pid);
	return status == (SIGTSTP << 8 | 0x7f) ? 0 : 1;
}

static int orphan_session(void *arg)
{
	char text[8];
	int status;

	(void)arg;
	sys(SYS_setsid);
	sys(SYS_pipe, orphan_fds);
	status = in_child(leave_orphan, 0);
	check(status == 0, "%x", status);
	sys(SYS_close, orphan_fds[1]);
	expect(sys(SYS_read, orphan_fds[0], text, sizeof(text)), 2);
	expect(sys(SYS_read, orphan_fds[0], text, sizeof(text)), 0);
	return failures;
}

/* --- times and limits ---------------------------------------------------------------------------- */

static int burn(void *arg)
{
	uint32_t tms[4];

	(void)arg;
	do {
		for (volatile int i = 0; i < 10000; i++)
			;
		sys(SYS_times, tms);
	} while (tms[0] + tms[1] < 5);
	return 0;
}

static void times(void)
{
	uint32_t before[4], after[4], usage[18] = { 0 };
	long pid;
	int status;

	sys(SYS_times, before);
	pid = start(burn, 0);
	expect(sys(SYS_wait4, pid, &status, 0, usage), pid);
	sys(SYS_times, after);
	check(after[2] + after[3] >= before[2] + before[3] + 5);
	check(usage[0] * 1000000 + usage[1] + usage[2] * 1000000 + usage[3] >= 40000);
	expect(sys(SYS_getrusage, -1, usage), 0);
	check(usage[0] * 1000000 + usage[1] + usage[2] * 1000000 + usage[3] >= 40000);
	expect(sys(SYS_getrusage, 7, usage), -EINVAL);
}

static void limits(void)
{
	uint32_t limit[2], set[2] = { 100, 200 }, bad[2] = { 5, 4 };

	expect(sys(SYS_ugetrlimit, 99, limit), -EINVAL);
	expect(sys(SYS_setrlimit, 4, bad), -EINVAL);
	expect(sys(SYS_setrlimit, 4, set), 0);
	expect(sys(SYS_ugetrlimit, 4, limit), 0);
	check(limit[0] == 100 && limit[1] == 200);
}

int main(int argc, char **argv, char **envp)
{
	int status;

	(void)argc, (void)argv, (void)envp;
	ends();
	told();
	untold();
	stops();
	groups();
	status = in_child(orphan_session, 0);
	check(status == 0, "%x", status);
	times();
	limits();
	return test_end("waittest");
}
