/*
 * tests/programs/limits.c - the ends of things: too many tasks, files, areas, arguments, too much address
 * space, too much locked memory. Each end must be told with its errno (or a signal, where nobody asked
 * for anything), the rest of the system goes on, and afterwards as much is possible as before.
 *
 * limits [PART...]: the parts are the names in parts[] below; without any, all of them.
 */
#include "lib.h"

#define E2BIG	7
#define ENFILE	23
#define SYS_setrlimit 75

#define MAX_CHILDREN 2000
#define SYS_ugetrlimit 191
#define RLIMIT_NOFILE  7
#define MAX_AREAS    65536 /* mm/mm.h: MAX_MAP_COUNT */
#define MB	     (1024UL * 1024)

/* --- tasks ---------------------------------------------------------------------------------------- */

static long children[MAX_CHILDREN];

static unsigned fork_sleepers(unsigned most, long *error)
{
	unsigned n;

	for (n = 0; n < most; n++) {
		long pid = sys(SYS_fork);

		if (pid == 0)
			for (;;)
				sleep_ms(1000000);
		if (pid < 0) {
			*error = pid;
			return n;
		}
		children[n] = pid;
	}
	*error = 0;
	return n;
}

static void end_children(unsigned n)
{
	int status;
	unsigned i;

	for (i = 0; i < n; i++)
		expect(sys(SYS_kill, children[i], SIGKILL), 0);
	for (i = 0; i < n; i++)
		expect(wait_for(children[i], &status), children[i]);
}

static void too_many_tasks(void)
{
	unsigned n, again;
	long error;

	n = fork_sleepers(MAX_CHILDREN, &error);
	printf("limits: %u children, then fork said %ld\n", n, error);
	check(n >= 20, "only %u children", n);
	check(error == -EAGAIN || (error == -ENOMEM && n < MAX_CHILDREN), "%ld", error);
	end_children(n);
	again = fork_sleepers(n, &error);
	check(again == n, "%u children the second time, not %u (%ld)", again, n, error);
	end_children(again);
}

/* --- files ---------------------------------------------------------------------------------------- */

static unsigned open_all(long *error)
{
	unsigned n = 0;

	for (;;) {
		long fd = sys(SYS_open, "/dev/null", O_RDWR);

		if (fd < 0) {
			*error = fd;
			return n;
		}
		n++;
	}
}

static int open_all_and_stay(void *arg)
{
	long error;

	(void)arg;
	failures = 0;
	open_all(&error);
	check(error == -EMFILE || error == -ENFILE || error == -ENOMEM, "%ld", error);
	if (failures)
		return 1;
	for (;;)
		sleep_ms(1000000);
}

static void too_many_files(void)
{
	int two[2], status;
	long error;
	unsigned n, i, most;
	uint32_t limit[2] = { 0, 0 };

	expect(sys(SYS_ugetrlimit, RLIMIT_NOFILE, limit), 0);
	most = limit[0];
	check(most >= 20 && most <= 1024, "%u", most);
	n = open_all(&error);
	expect(error, -EMFILE);
	expect(sys(SYS_dup, 0), -EMFILE);
	expect(sys(SYS_fcntl, 0, 0 /* F_DUPFD */, 5), -EMFILE);
	error = sys(SYS_pipe, two);
	check(error == -EMFILE || error == -ENOSYS, "%ld", error);
	expect(sys(SYS_close, 10), 0);
	error = sys(SYS_pipe, two); /* room for one end only */
	check(error == -EMFILE || error == -ENOSYS, "%ld", error);
	expect(sys(SYS_dup, 0), 10);
	check(n + 3 == most, "%u files, not %u", n + 3, most);
	for (i = 3; i < most; i++)
		sys(SYS_close, i);
	limit[0] = 20; /* a lower limit holds at once */
	expect(sys(SYS_setrlimit, RLIMIT_NOFILE, limit), 0);
	expect(open_all(&error), 20 - 3);
	expect(error, -EMFILE);
	expect(sys(SYS_dup2, 0, 20), -EBADF);
	limit[0] = most;
	expect(sys(SYS_setrlimit, RLIMIT_NOFILE, limit), 0);
	for (i = 3; i < 20; i++)
		sys(SYS_close, i);
	/* and many such processes */
	for (i = 0; i < 16; i++) {
		children[i] = sys(SYS_fork);
		if (children[i] == 0)
			exit(open_all_and_stay(NULL));
	}
	sleep_ms(200);
	for (i = 0; i < 16; i++)
		expect(sys(SYS_waitpid, children[i], &status, WNOHANG), 0);
	end_children(16);
	check(sys(SYS_open, "/dev/null", O_RDWR) == 3);
	sys(SYS_close, 3);
}

/* --- areas ---------------------------------------------------------------------------------------- */

/* Every second page gets another protection: two areas more each time. */
static void too_many_areas(void)
{
	unsigned long size = (MAX_AREAS + 64) * PAGE, base, at, n = 0;
	long error = 0;

	base = (unsigned long)sys(SYS_mmap2, 0, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (MAP_FAILED(base)) {
		check(false, "no room for %lu MB of addresses: %ld", size / MB, (long)base);
		return;
	}
	for (at = base; at < base + size && !error; at += 2 * PAGE, n += 2)
		error = sys(SYS_mprotect, at, PAGE, PROT_READ);
	printf("limits: about %lu areas, then mprotect said %ld\n", n, error);
	expect(error, -ENOMEM);
	check(n > MAX_AREAS - 100 && n < MAX_AREAS + 100, "%lu areas", n);
	/* nothing that needs one more, in any way; what needs none goes on */
	expect(sys(SYS_munmap, base + size - 16 * PAGE, PAGE), -ENOMEM);
	error = sys(SYS_mmap2, 0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(error == -ENOMEM || !MAP_FAILED(error), "%ld", error);
	expect(sys(SYS_munmap, base, size), 0);
	if (!MAP_FAILED(error))
		expect(sys(SYS_munmap, error, PAGE), 0);
	check(map_pages(1) != NULL, "no area after it");
}

/* --- arguments ------------------------------------------------------------------------------------- */

static const char *many[6000];
static char long_string[200000];

static int exec_many(void *arg)
{
	long want = (long)arg;
	long error;

	many[0] = "hello";
	error = sys(SYS_execve, "/bin/hello", many, NULL);
	if (error != want)
		printf("FAILED: execve says %ld, not %ld\n", error, want);
	return error == want ? 0 : 1;
}

static void fill_many(unsigned n, const char *s)
{
	unsigned i;

	memset(many, 0, sizeof(many));
	for (i = 1; i < n; i++)
		many[i] = s;
}

static void huge_arguments(void)
{
	int status;

	memset(long_string, 'a', sizeof(long_string) - 1);
	fill_many(2, long_string); /* longer than a string may be */
	expect(in_child(exec_many, (void *)-E2BIG), 0);
	fill_many(5900, long_string + sizeof(long_string) - 100); /* longer than all may be */
	expect(in_child(exec_many, (void *)-E2BIG), 0);
	fill_many(2, long_string + sizeof(long_string) - 30000);
	status = in_child(exec_many, (void *)-E2BIG); /* hello runs, and ends well */
	expect(status, 0);
	fill_many(500, "word");
	expect(in_child(exec_many, (void *)-E2BIG), 0);
}

/* --- address space and stack ------------------------------------------------------------------------ */

static volatile unsigned depth_wanted = 1u << 30;

static int recurse(volatile char *above, unsigned depth)
{
	volatile char here[4096];

	here[0] = above ? above[0] : 0;
	return depth < depth_wanted ? recurse(here, depth + 1) + here[0] : 0;
}

static int overflow_stack(void *arg)
{
	(void)arg;
	return recurse(NULL, 0);
}

static void too_much_address_space(void)
{
	unsigned long total = 0, p;
	long at, one = sys(SYS_brk, 0);
	int status;

	expect(sys(SYS_mmap2, 0, 0xC0000000, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), -ENOMEM);
	expect(sys(SYS_mmap2, 0, 0xFFFFF000, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), -ENOMEM);
	expect(sys(SYS_brk, 0xBFFFFFFF), one);
	expect(sys(SYS_brk, 0xFFFFFFFF), one);
	at = (long)map_pages(1);
	expect(sys(SYS_mremap, at, PAGE, 0xC0000000, MREMAP_MAYMOVE), -ENOMEM);
	expect(sys(SYS_munmap, at, PAGE), 0);
	for (;;) {
		p = (unsigned long)sys(SYS_mmap2, 0, 64 * MB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (MAP_FAILED(p))
			break;
		children[total++] = (long)p;
	}
	expect((long)p, -ENOMEM);
	check(total >= 20, "only %lu times 64 MB", total);
	printf("limits: %lu MB of addresses\n", total * 64);
	while (total--)
		expect(sys(SYS_munmap, children[total], 64 * MB), 0);
	status = in_child(overflow_stack, NULL);
	expect(SIGNAL_OF(status), SIGSEGV);
}

/* --- locked memory ---------------------------------------------------------------------------------- */

/* More than there is: refused, or the one who asks is ended; nobody else. */
static int lock_too_much(void *arg)
{
	char *p = map_pages(64 * MB / PAGE);
	long error;

	(void)arg;
	if (!p)
		return 0;
	error = sys(SYS_mlock, p, 64 * MB);
	return error == -ENOMEM || error == -EAGAIN ? 0 : 1;
}

static void too_much_locked(void)
{
	int status = in_child(lock_too_much, NULL);

	printf("limits: locking 64 MB ended with status %x\n", status);
	check(status == 0 || SIGNAL_OF(status) == SIGKILL, "%x", status);
	expect(in_child(exec_many, (void *)-E2BIG), 0); /* programs run */
}

static const struct {
	const char *name;
	void (*fn)(void);
} parts[] = {
	{ "tasks", too_many_tasks },	   { "files", too_many_files },
	{ "areas", too_many_areas },	   { "arguments", huge_arguments },
	{ "addresses", too_much_address_space }, { "locked", too_much_locked },
};

int main(int argc, char **argv, char **envp)
{
	unsigned i;
	int k;

	(void)envp;
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		bool wanted = argc < 2;

		for (k = 1; k < argc; k++)
			wanted |= !strcmp(argv[k], parts[i].name);
		if (!wanted)
			continue;
		printf("limits: %s\n", parts[i].name);
		parts[i].fn();
	}
	return test_end("limits");
}
