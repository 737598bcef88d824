/*
 * tests/programs/clonetest.c - threads as 1999 had them: clone(CLONE_VM | CLONE_FILES), one memory.
 */
#include "lib.h"

#define THREADS 6
#define ROUNDS	400
#define STACK	(16 * PAGE)
#define FLAGS	(CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD)

static volatile uint32_t counter, unlocked[THREADS];
static volatile long shared_fd = -1;
static uint32_t *volatile shared_page;

static int count(void *arg)
{
	unsigned id = (unsigned)(uintptr_t)arg, i;

	for (i = 0; i < ROUNDS; i++) {
		__atomic_fetch_add(&counter, 1, __ATOMIC_SEQ_CST);
		unlocked[id]++;
		if (i % 64 == 0)
			sys(SYS_sched_yield);
	}
	return (int)id;
}

/* Change the one list of areas from all sides while others fault in it. */
static int map_and_touch(void *arg)
{
	unsigned id = (unsigned)(uintptr_t)arg, i, j;

	for (i = 0; i < ROUNDS / 8; i++) {
		unsigned n = 1 + (i + id) % 7;
		uint32_t *p = map_pages(n);

		if (!p)
			return 101;
		for (j = 0; j < n; j++)
			p[j * 1024] = id << 16 | j;
		if (i % 3 == 0)
			sys(SYS_mprotect, p, PAGE, PROT_READ);
		for (j = 0; j < n; j++)
			if (p[j * 1024] != (id << 16 | j))
				return 102;
		if (sys(SYS_munmap, p, n * PAGE) != 0)
			return 103;
	}
	return (int)id;
}

static int open_shared(void *arg)
{
	(void)arg;
	shared_fd = sys(SYS_open, "/dev/zero", O_RDONLY);
	shared_page = map_pages(1);
	*shared_page = 4711;
	return 0;
}

static void run(int (*fn)(void *), int threads, const char *what)
{
	long pid[THREADS];
	char *stacks = map_pages(THREADS * STACK / PAGE);
	int i, status;

	for (i = 0; i < threads; i++) {
		pid[i] = thread_create(FLAGS, stacks + (size_t)(i + 1) * STACK, fn,
				       (void *)(uintptr_t)i);
		check(pid[i] > 0, "%s: clone %ld", what, pid[i]);
	}
	for (i = 0; i < threads; i++) {
		status = -1;
		expect(wait_for(pid[i], &status), pid[i]);
		check(status == i << 8, "%s: thread %d ended with %x", what, i, status);
	}
	sys(SYS_munmap, stacks, THREADS * STACK);
}

static int crash(void *arg)
{
	*(volatile int *)arg = 1;
	return 0;
}

int main(int argc, char **argv, char **envp)
{
	char c = 1;
	char *stack = map_pages(STACK / PAGE);
	int status = 0, i;
	long pid;

	(void)argc, (void)argv, (void)envp;
	run(count, THREADS, "count");
	expect((long)counter, THREADS * ROUNDS);
	for (i = 0; i < THREADS; i++)
		check(unlocked[i] == ROUNDS, "thread %d counted %u", i, unlocked[i]);
	run(map_and_touch, THREADS, "map");
	run(open_shared, 1, "share");
	check(shared_page && *shared_page == 4711, "memory is not shared");
	expect(sys(SYS_read, shared_fd, &c, 1), 1);
	check(c == 0);
	/* one thread dies by a signal, the memory stays */
	pid = thread_create(FLAGS, stack + STACK, crash, (void *)8);
	expect(wait_for(pid, &status), pid);
	check(SIGNAL_OF(status) == SIGSEGV, "%x", status);
	expect((long)*shared_page, 4711);
	return test_end("clonetest");
}
