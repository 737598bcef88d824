/*
 * tests/programs/limittest.c - too many tasks and too many open files: -EAGAIN and -EMFILE, and
 * everything works again afterwards. How many there can be differs from Linux.
 */
#include "sig.h"

#define MOST	  4000
#define F_DUPFD	  0

static long pids[MOST];

static int wait_for_end(void *arg)
{
	while (!arg)
		sys(SYS_pause);
	return 0;
}

static void too_many_tasks(void)
{
	int n, status, wrong = 0;
	long pid = 0;

	for (n = 0; n < MOST; n++) {
		pid = sys(SYS_fork);
		if (pid == 0)
			exit(wait_for_end(0));
		if (pid < 0)
			break;
		pids[n] = pid;
	}
	printf("%d tasks, then error %ld\n", n, -pid);
	check(n >= 16 && pid == -EAGAIN, "%d tasks, %ld", n, pid);
	expect(sys(SYS_fork), -EAGAIN);
	for (int i = 0; i < n; i++)
		sys(SYS_kill, pids[i], SIGKILL);
	for (int i = 0; i < n; i++) {
		if (sys(SYS_waitpid, pids[i], &status, 0) != pids[i] || status != SIGKILL)
			wrong++;
	}
	check(wrong == 0, "%d wrong ends", wrong);
	status = in_child(wait_for_end, (void *)1);
	check(status == 0, "%x", status);
}

static void too_many_files(void)
{
	int pipes[2], n = 0;
	long fd = 0;

	expect(sys(SYS_pipe, pipes), 0);
	while (n < MOST && (fd = sys(SYS_dup, pipes[0])) >= 0)
		n++;
	check(fd == -EMFILE && n >= 200, "%d, then %ld", n, fd);
	expect(sys(SYS_pipe, pids), -EMFILE);
	sys(SYS_close, 100);
	expect(sys(SYS_pipe, pids), -EMFILE); /* one is not enough, and is not lost */
	expect(sys(SYS_dup, pipes[1]), 100);
	expect(sys(SYS_fcntl, pipes[1], F_DUPFD, 20), -EMFILE);
	for (fd = 3; fd < n + 10; fd++)
		sys(SYS_close, fd);
	expect(sys(SYS_pipe, pipes), 0);
}

int main(int argc, char **argv, char **envp)
{
	(void)argc, (void)argv, (void)envp;
	too_many_tasks();
	too_many_files();
	return test_end("limittest");
}
