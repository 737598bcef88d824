/*
 * tests/programs/oracle/signals.c - handlers, masks, what interrupts what, and faults.
 */
#include "oracle.h"

#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <linux.h>

static volatile int caught[32], depth, deepest;

static void on_signal(int signo)
{
	depth++;
	if (depth > deepest)
		deepest = depth;
	caught[signo]++;
	if (signo == SIGUSR1 && caught[SIGUSR2] == 0)
		raise(SIGUSR2);
	depth--;
}

/* Again in a second, should this one have come before anybody waited for it. */
static void on_alarm(int signo)
{
	caught[signo]++;
	alarm(1);
}

static jmp_buf out;
static void on_fault(int signo)
{
	longjmp(out, signo);
}

static void handlers(void)
{
	struct sigaction act = { .sa_handler = on_signal }, old;

	SHOW(sigaction(SIGUSR1, &act, &old));
	SHOW(old.sa_handler == SIG_DFL);
	SHOW(sigaction(SIGUSR2, &act, NULL));
	SHOW(raise(SIGUSR1));
	printf("usr1 %d usr2 %d deepest %d\n", caught[SIGUSR1], caught[SIGUSR2], deepest);
	SHOW(sigaction(SIGUSR1, NULL, &old));
	SHOW(old.sa_handler == on_signal);
	SHOW(sigaction(SIGKILL, &act, NULL));
	SHOW(sigaction(99, &act, NULL));
	act.sa_flags = (int)SA_RESETHAND;
	SHOW(sigaction(SIGUSR1, &act, NULL));
	SHOW(raise(SIGUSR1));
	SHOW(sigaction(SIGUSR1, NULL, &old));
	SHOW(old.sa_handler == SIG_DFL);
}

static void masks(void)
{
	sigset_t set, old, pending;

	signal(SIGUSR1, on_signal);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	SHOW(sigprocmask(SIG_BLOCK, &set, &old));
	SHOW(sigismember(&old, SIGUSR1));
	caught[SIGUSR1] = 0;
	raise(SIGUSR1);
	raise(SIGUSR1);
	printf("blocked: %d\n", caught[SIGUSR1]);
	SHOW(sigpending(&pending));
	SHOW(sigismember(&pending, SIGUSR1));
	SHOW(sigismember(&pending, SIGUSR2));
	SHOW(sigprocmask(SIG_SETMASK, &old, NULL));
	printf("unblocked: %d\n", caught[SIGUSR1]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGUSR1);
	sigemptyset(&set);
	SHOW(sigsuspend(&set));
	printf("suspended: %d\n", caught[SIGUSR1]);
	sigprocmask(SIG_SETMASK, &old, NULL);
	SHOW(sigprocmask(7, &set, NULL));
}

/* A process that sends SIGUSR1 to its parent every tenth of a second: one that comes too early is not the last. */
static pid_t start_sender(void)
{
	struct timespec brief = { 0, 100000000 };
	pid_t parent = getpid(), pid = fork();

	while (pid == 0) {
		nanosleep(&brief, NULL);
		if (kill(parent, SIGUSR1))
			_exit(1); /* it is gone */
	}
	return pid;
}

static void stop_sender(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		;
}

/* Another process sends, so that it finds us asleep. */
static void interruptions(void)
{
	struct sigaction act = { .sa_handler = on_signal };
	struct timespec t = { 5, 0 }, left, brief = { 0, 100000000 };
	pid_t parent = getpid(), pid;
	int fds[2], status;
	char c;

	sigaction(SIGUSR1, &act, NULL);
	pid = start_sender();
	SHOW(nanosleep(&t, &left));
	SHOW(left.tv_sec == 4);
	SHOW(pipe(fds));
	SHOW(read(fds[0], &c, 1));
	stop_sender(pid);
	SHOW(write(fds[1], "x", 1));
	SHOW(read(fds[0], &c, 1));
	act.sa_flags = (int)SA_RESTART;
	sigaction(SIGUSR1, &act, NULL);
	pid = fork();
	if (pid == 0) {
		nanosleep(&brief, NULL);
		kill(parent, SIGUSR1);
		nanosleep(&brief, NULL);
		_exit(write(fds[1], "y", 1) != 1);
	}
	SHOW(read(fds[0], &c, 1));
	waitpid(pid, &status, 0);
	signal(SIGALRM, on_alarm);
	SHOW(alarm(1));
	SHOW(pause());
	alarm(0);
	SHOW(caught[SIGALRM] > 0);
}

static void children(void)
{
	int status;
	pid_t pid;

	caught[SIGCHLD] = 0;
	signal(SIGCHLD, on_signal);
	pid = fork();
	if (pid == 0)
		_exit(9);
	while (waitpid(pid, &status, 0) < 0)
		;
	printf("child %d, SIGCHLD %d\n", WEXITSTATUS(status), caught[SIGCHLD]);
	signal(SIGCHLD, SIG_IGN);
	pid = fork();
	if (pid == 0)
		_exit(9);
	SHOW(waitpid(pid, &status, 0));
	signal(SIGCHLD, SIG_DFL);
}

static void faults(void)
{
	volatile int zero = 0;
	volatile unsigned long address = 16;
	char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct sigaction act = { .sa_handler = on_fault, .sa_flags = (int)SA_NODEFER };
	static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL };
	unsigned i;
	int which;

	for (i = 0; i < 4; i++)
		sigaction(signals[i], &act, NULL);
	if ((which = setjmp(out)) == 0)
		*(volatile char *)(uintptr_t)address = 1;
	printf("null: %d\n", which);
	if ((which = setjmp(out)) == 0)
		page[0] = 1;
	printf("read-only: %d\n", which);
	address = 0xc0100000;
	if ((which = setjmp(out)) == 0)
		*(volatile char *)(uintptr_t)address = 1;
	printf("kernel: %d\n", which);
	if ((which = setjmp(out)) == 0)
		printf("%d\n", 100 / zero);
	printf("divide: %d\n", which);
	if ((which = setjmp(out)) == 0)
		__asm__ volatile("ud2");
	printf("illegal: %d\n", which);
}

/* How a child ends when nobody handles it. */
static void endings(void)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGABRT, SIGSEGV, SIGUSR2, SIGPIPE, SIGCHLD, SIGWINCH };
	unsigned i;
	int status;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		if (fork() == 0) {
			signal(signals[i], SIG_DFL);
			raise(signals[i]);
			_exit(1);
		}
		wait(&status);
		printf("%d: signaled %d by %d, exited %d\n", signals[i], WIFSIGNALED(status), WTERMSIG(status),
		       WIFEXITED(status));
	}
	if (fork() == 0)
		abort();
	wait(&status);
	printf("abort: %d\n", WTERMSIG(status));
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	handlers();
	masks();
	interruptions();
	children();
	faults();
	endings();
	return 0;
}
