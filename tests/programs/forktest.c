/*
 * tests/programs/forktest.c - fork, copy on write, exit status, wait, orphans, exec with arguments.
 */
#include "lib.h"

#define PAGES 64

static uint32_t *shared_before;

static int exit_with(void *arg)
{
	return (int)(long)arg;
}

static int write_own_copy(void *arg)
{
	unsigned i;

	for (i = 0; i < PAGES; i++) {
		if (shared_before[i * 1024] != i)
			return 1;
		shared_before[i * 1024] = ~i;
	}
	for (i = 0; i < PAGES; i++)
		if (shared_before[i * 1024] != ~i)
			return 2;
	return (int)(long)arg;
}

static void test_status(void)
{
	int status;

	status = in_child(exit_with, (void *)0);
	check(status == 0, "%x", status);
	status = in_child(exit_with, (void *)42);
	check(EXITED(status) && EXIT_CODE(status) == 42, "%x", status);
	expect(sys(SYS_waitpid, -1, 0, 0), -ECHILD);
	expect(sys(SYS_waitpid, -1, 0, WNOHANG), -ECHILD);
}

static void test_copy_on_write(void)
{
	unsigned i;
	int status;

	shared_before = map_pages(PAGES);
	for (i = 0; i < PAGES; i++)
		shared_before[i * 1024] = i;
	status = in_child(write_own_copy, (void *)5);
	check(status == 5 << 8, "child saw other data: %x", status);
	for (i = 0; i < PAGES; i++)
		check(shared_before[i * 1024] == i, "page %u changed by the child", i);
	sys(SYS_munmap, shared_before, PAGES * PAGE);
}

static void test_many(void)
{
	enum { N = 20 };
	long pid[N];
	int i, status, seen = 0;

	for (i = 0; i < N; i++) {
		pid[i] = sys(SYS_fork);
		if (pid[i] == 0) {
			sleep_ms((unsigned)(N - i) * 5);
			exit(i);
		}
		check(pid[i] > 0, "fork: %ld", pid[i]);
	}
	for (i = 0; i < N; i++) {
		long got = wait_for(i % 2 ? -1 : pid[i], &status);

		if (got == -ECHILD) /* taken by an earlier wait for any */
			continue;
		check(got > 0 && EXITED(status) && pid[EXIT_CODE(status)] == got,
		      "pid %ld status %x", got, status);
		seen++;
	}
	while (wait_for(-1, &status) > 0)
		seen++;
	expect(seen, N);
}

static void test_kill(void)
{
	long pid = sys(SYS_fork);
	int status = 0;

	if (pid == 0)
		for (;;)
			sleep_ms(1000);
	expect(sys(SYS_waitpid, pid, &status, WNOHANG), 0);
	expect(sys(SYS_kill, pid, 0), 0);
	expect(sys(SYS_kill, pid, SIGTERM), 0);
	expect(wait_for(pid, &status), pid);
	check(SIGNAL_OF(status) == SIGTERM, "%x", status);
	expect(sys(SYS_kill, pid, SIGTERM), -ESRCH);

	pid = sys(SYS_fork); /* one that never enters the kernel by itself */
	if (pid == 0)
		for (volatile int i = 0;; i++)
			;
	expect(sys(SYS_kill, pid, SIGKILL), 0);
	expect(wait_for(pid, &status), pid);
	check(SIGNAL_OF(status) == SIGKILL, "%x", status);
}

/* A grandchild whose parent ends goes to init, or to whom Linux says. */
static void test_orphan(void)
{
	long pid;
	int status;

	pid = sys(SYS_fork);
	if (pid == 0) {
		long me = sys(SYS_getpid);

		if (sys(SYS_fork) == 0) {
			while (sys(SYS_getppid) == me)
				sleep_ms(10);
			exit(0);
		}
		exit(7);
	}
	expect(wait_for(pid, &status), pid);
	check(status == 7 << 8, "%x", status);
}

static int exec_self(void *arg)
{
	char *argv[] = { arg, "child", "two words", "", "last", NULL },
	     *envp[] = { "A=b", "C=", NULL };
	long error = sys(SYS_execve, arg, argv, envp);

	printf("execve %s: %ld\n", (char *)arg, error);
	return 99;
}

static int executed_child(int argc, char **argv, char **envp)
{
	check(argc == 5, "argc %d", argc);
	check(!strcmp(argv[2], "two words") && !strcmp(argv[3], "") && !strcmp(argv[4], "last"));
	check(argv[5] == NULL && envp == argv + 6);
	check(!strcmp(envp[0], "A=b") && !strcmp(envp[1], "C=") && !envp[2]);
	check(((uintptr_t)(argv - 1) & 15) == 0, "stack not aligned: %p", (void *)argv);
	return failures ? 1 : 33;
}

int main(int argc, char **argv, char **envp)
{
	int status;

	if (argc > 1 && !strcmp(argv[1], "child"))
		return executed_child(argc, argv, envp);
	test_status();
	test_copy_on_write();
	test_many();
	test_kill();
	test_orphan();
	status = in_child(exec_self, strchr(argv[0], '/') ? argv[0] : (char *)"/bin/forktest");
	check(status == 33 << 8, "exec'ed child: %x", status);
	expect(sys(SYS_execve, "/no/such/file", 0, 0), -ENOENT);
	return test_end("forktest");
}
