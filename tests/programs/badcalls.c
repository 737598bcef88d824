/*
 * tests/programs/badcalls.c - every system call of kernel/syscalls.h with bad values for each of its
 * arguments: lengths, descriptors, flags, offsets, addresses at every boundary, wild pointers.
 *
 * badcalls_rows.h says what each argument is; a call without a row fails the test. Each call is tried
 * with every value of every argument while the others are good, and with RANDOM_TRIES mixtures. Judged:
 * the answer is a success or one of Linux's errors, and not ENOSYS; a pointer that must be used and
 * cannot be is never a success; a call that should not sleep returns; and the kernel lives (whoever
 * boots it looks at its accounts and its watchers). `badcalls NAME...` tries these alone.
 */
#include "lib.h"
#include "badcalls_rows.h"

#define RANDOM_TRIES 60 /* a fifth of that where each try costs a fork */
#define MAX_VALUES   48
#define PATIENCE_MS  60000 /* a thousand pieces with all watchers on take a while */
#define SLEEP_MS     60   /* for those that may sleep for good */
#define CONSOLE	     61 /* where the tries find the console again */

static const struct {
	short nr;
	const char *name;
} calls[] = {
#define SYSCALL(number, nm) { number, #nm },
#include "../../kernel/syscalls.h"
};

#define NCALLS (sizeof(calls) / sizeof(calls[0]))

/* --- the values ---------------------------------------------------------------------------------- */

struct values {
	unsigned n;
	unsigned long v[MAX_VALUES];
	bool unusable[MAX_VALUES];
};

static struct values sets[128]; /* by letter; v[0] is the good one */
static char *good;		/* two pages, zeroed */
static unsigned long edge;	/* the first byte behind mapped memory */
static long fd_zero;

static void add(char letter, unsigned long v)
{
	struct values *s = &sets[(unsigned char)letter];

	if (s->n < MAX_VALUES)
		s->v[s->n++] = v;
}

static void add_unusable(char letter, unsigned long v)
{
	add(letter, v);
	sets[(unsigned char)letter].unusable[sets[(unsigned char)letter].n - 1] = true;
}

/* Numbers around every power of two that matters, and the ends of the two worlds. */
static const unsigned long numbers[] = {
	1,	    2,		3,	    7,		8,	    15,		64,
	255,	    256,	511,	    512,	1023,	    4095,	4096,
	4097,	    0x7fff,	0x8000,	    0xffff,	0x10000,    0x7fffffff, 0x80000000,
	0x80000001, 0xbfffffff, 0xc0000000, 0xfffff000, 0xfffff001, 0xffffff9c, 0xfffffffe,
	0xffffffff,
};

static void add_numbers(const char *letters)
{
	unsigned i;

	for (; *letters; letters++)
		for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
			add(*letters, numbers[i]);
}

static void add_pointers(const char *letters)
{
	static const unsigned long bad[] = {
		1,	    0xfff,	0xbfffffff, 0xbffffffd, 0xc0000000, 0xc0000001, 0xc0100000,
		0xc0ffffff, 0xfee00000, 0xfffff000, 0xfffffff0, 0xfffffffc, 0xffffffff, 0x80000000,
	};
	unsigned i;

	for (; *letters; letters++) {
		add(*letters, (unsigned long)good);
		add_unusable(*letters, 0);
		for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
			add_unusable(*letters, bad[i]);
		add_unusable(*letters, edge);
		add_unusable(*letters, edge - 1);
		add_unusable(*letters, edge - 3); /* no structure of any call is this short */
		add(*letters, (unsigned long)good + 1);
		add(*letters, (unsigned long)good + PAGE - 2);
	}
}

/* A string that ends nowhere: the page is full of 'x' up to the edge. */
static void add_strings(void)
{
	static char longest[6000], name[300], deep[4000];
	char *last = (char *)edge - PAGE;
	unsigned i;

	memset(last, 'x', PAGE);
	memset(longest, 'y', sizeof(longest) - 1);
	memset(name, 'n', sizeof(name) - 1);
	name[0] = '/';
	for (i = 0; i + 1 < sizeof(deep); i += 2)
		memcpy(deep + i, "/.", 2);
	deep[sizeof(deep) - 1] = '\0';
	add('s', (unsigned long)"/etc/banner");
	add('s', (unsigned long)"/nosuch/file");
	add('s', (unsigned long)"/bad-name");
	add('s', (unsigned long)"");
	add('s', (unsigned long)"/");
	add('s', (unsigned long)".");
	add('s', (unsigned long)"..");
	add('s', (unsigned long)"//etc///../etc/./banner/");
	add('s', (unsigned long)"/dev/zero");
	add('s', (unsigned long)"/proc/meminfo");
	add('s', (unsigned long)longest);
	add('s', (unsigned long)name);
	add('s', (unsigned long)deep);
	add('s', edge - 1);
	add('s', edge - 200);
	add('s', edge);
	add('s', 0);
	add('s', 0xbfffffff);
	add('s', 0xc0000000);
	add('s', 0xffffffff);
}

/* Tables of pointers: good ones, one that runs into the edge, one with wild entries. */
static void add_tables(void)
{
	static unsigned long one[] = { 0, 0 }, wild[] = { 0xc0000000, 16, 1, 0xffffffff, 0, 0 };
	static unsigned long wrap[] = { 0xfffffff0, 0x20, 0xbffffff0, 0x7fffffff, 0x1000, 0x7fffffff };

	add('v', (unsigned long)one);
	add('v', (unsigned long)wild);
	add('v', (unsigned long)wrap);
	add('v', (unsigned long)wild + 2);
	add('v', edge - 4);
	add('v', edge - 8);
	add('v', edge);
	add('v', 0);
	add('v', 1);
	add('v', 0xbffffffc);
	add('v', 0xc0000000);
	add('v', 0xfffffff8);
}

static void add_descriptors(void)
{
	static const long extra[] = { 0, 1, 5, 16, 59, 60, 63, 64, 127 };
	unsigned i;

	add('f', (unsigned long)fd_zero);
	add('f', (unsigned long)sys(SYS_open, "/etc/banner", O_RDONLY));
	add('f', (unsigned long)sys(SYS_open, "/proc/meminfo", O_RDONLY));
	for (i = 0; i < sizeof(extra) / sizeof(extra[0]); i++)
		add('f', (unsigned long)extra[i]);
	add_numbers("f");
}

static void add_times(void)
{
	static const uint32_t times[][4] = {
		{ 0, 0, 0, 0 },		    { 0, 1000000000, 0, 0 }, { 0, 0xffffffff, 0, 0 },
		{ 0xffffffff, 0, 0xffffffff, 0 }, { 0x80000000, 0, 0, 0 }, { 0, 999, 0, 0 },
	};
	unsigned i;

	for (i = 0; i < 6; i++)
		add('t', (unsigned long)times[i]);
	for (i = 1; i < sets['p'].n; i++)
		if (sets['p'].unusable[i] && sets['p'].v[i])
			add('t', sets['p'].v[i]); /* 0 means for ever, in some calls */
}

static void add_addresses(void)
{
	static const unsigned long at[] = { 0, 1, PAGE, 0x08048000, 0xbffff000, 0xbfffefff, 0xc0000000,
					    0xc0001000, 0xfee00000, 0xfffff000, 0xffffffff, 0x80000000 };
	unsigned i;

	add('a', (unsigned long)good);
	for (i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		add('a', at[i]);
	add('a', (unsigned long)good + 1);
	add('a', edge);
	add('a', edge - PAGE);
}

static void make_values(void)
{
	static uint32_t desc[4] = { 0xffffffff, 0x1000, 0xfffff, 0x51 };
	unsigned i;

	good = map_pages(4);
	edge = (unsigned long)good + 3 * PAGE;
	sys(SYS_munmap, edge, PAGE);
	fd_zero = sys(SYS_open, "/dev/zero", O_RDWR);
	add_pointers("Ppu");
	sets['u'].v[0] = (unsigned long)desc;
	add_strings();
	add_tables();
	add_descriptors();
	add('n', 16);
	add('n', 0);
	add_numbers("n");
	add('i', 0);
	add_numbers("i");
	add('o', 0);
	add_numbers("o");
	add('g', 0);
	for (i = 0; i < 32; i++)
		add('g', 1ul << i);
	add('g', 0xffffffff);
	add('g', 3);
	add('g', 0x22);
	add('g', 0x32);
	add('g', 0x11);
	add_addresses();
	add_times();
	add('0', 0);
}

/* The processes that a try may mean: itself, or nobody. */
static void add_processes(void)
{
	sets['k'].n = 0;
	add('k', (unsigned long)sys(SYS_getpid));
	add('k', 0x7fffffff);
	add('k', 0x80000000);
	add('k', 99999);
	add('k', (unsigned long)-99999L);
}

/* --- one call -------------------------------------------------------------------------------------- */

struct job {
	int nr;
	const char *name;
	bool own_process, may_sleep;
	const char *args; /* the letters */
	unsigned nargs;
	/* of one try: the index of each argument in its set */
	unsigned pick[6];
};

static bool job_make(struct job *j, int nr, const char *name)
{
	unsigned i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].name, name))
			continue;
		memset(j, 0, sizeof(*j));
		j->nr = nr;
		j->name = name;
		for (j->args = rows[i].args; *j->args == '!' || *j->args == 'z'; j->args++) {
			if (*j->args == '!')
				j->own_process = true;
			else
				j->may_sleep = true;
		}
		j->nargs = (unsigned)strlen(j->args);
		return j->nargs <= 6;
	}
	return false;
}

static const struct values *set_of(const struct job *j, unsigned arg)
{
	return &sets[(unsigned char)j->args[arg]];
}

/* A thread that shares its parent's memory and gets a stack it can use would run this program's
 * code on it: that tells nothing about the kernel. */
static bool sensible(const struct job *j, const unsigned long *v)
{
	return strcmp(j->name, "clone") || !(v[0] & CLONE_VM) || set_of(j, 1)->unusable[j->pick[1]];
}

static void judge(const struct job *j, const unsigned long *v, long r)
{
	unsigned long error = (unsigned long)-r;
	bool must_fail = false;
	unsigned i;

	for (i = 0; i < j->nargs; i++)
		must_fail |= j->args[i] == 'P' && set_of(j, i)->unusable[j->pick[i]];
	if (error - 1 >= 4095 && !must_fail)
		return;
	if (error - 1 < 133 && error != ENOSYS)
		return;
	sys(SYS_dup2, CONSOLE, 1);
	printf("FAILED: %s(%lx, %lx, %lx, %lx, %lx, %lx) = %ld%s\n", j->name, v[0], v[1], v[2], v[3], v[4],
	       v[5], r, error - 1 < 4095 ? "" : " with a pointer that cannot be used");
	failures++;
}

static void try_once(struct job *j)
{
	unsigned long v[6] = { 0 };
	unsigned i;
	long r;

	for (i = 0; i < j->nargs; i++)
		v[i] = set_of(j, i)->v[j->pick[i]];
	if (!sensible(j, v))
		return;
	r = syscall6(j->nr, (long)v[0], (long)v[1], (long)v[2], (long)v[3], (long)v[4], (long)v[5]);
	if (r == 0 && (j->nr == SYS_fork || j->nr == 190 || j->nr == 120))
		exit(0);
	judge(j, v, r);
}

static void enter_child(void)
{
	sys(SYS_dup2, 1, CONSOLE);
	sys(SYS_dup2, fd_zero, 0);
	sys(SYS_dup2, fd_zero, 1);
	sys(SYS_dup2, fd_zero, 2);
	failures = 0; /* those of this child, from here on */
	add_processes();
}

/* Wait for the child @pid, not for ever. -1 = it had to be ended. */
static int await(const struct job *j, long pid)
{
	uint32_t now[2], start, limit = j->may_sleep ? SLEEP_MS : PATIENCE_MS;
	int status = 0;

	sys(SYS_gettimeofday, now, 0);
	start = now[0] * 1000 + now[1] / 1000;
	while (sys(SYS_waitpid, pid, &status, WNOHANG) == 0) {
		sys(SYS_sched_yield);
		sys(SYS_gettimeofday, now, 0);
		if (now[0] * 1000 + now[1] / 1000 - start < limit)
			continue;
		if (!j->may_sleep)
			print_file("/proc/tasks", "  ", 30);
		sys(SYS_kill, pid, SIGKILL);
		wait_for(pid, &status);
		return -1;
	}
	return status;
}

static unsigned tries, died, slept;

/* A number of tries in one child: the try in @j, or (@many) the whole list. */
static void in_one_child(struct job *j, void (*body)(struct job *))
{
	long pid = sys(SYS_fork);
	int status;

	if (pid == 0) {
		enter_child();
		body(j);
		exit(failures ? 77 : 0);
	}
	if (pid < 0) {
		check(false, "cannot fork for %s: %ld", j->name, pid);
		return;
	}
	status = await(j, pid);
	if (status == -1) {
		slept++;
		check(j->may_sleep, "%s does not return", j->name);
	} else if (!EXITED(status)) {
		died++;
		check(j->own_process, "%s ended its caller with signal %d", j->name,
		      SIGNAL_OF(status));
	} else {
		check(EXIT_CODE(status) != 77, "%s gave a wrong answer", j->name);
	}
}

static unsigned random_tries(const struct job *j)
{
	return j->own_process || j->may_sleep ? RANDOM_TRIES / 5 : RANDOM_TRIES;
}

/* Every value of every argument, the others good; then mixtures. fn is called for each. */
static void for_each_try(struct job *j, void (*fn)(struct job *))
{
	uint32_t seed = (uint32_t)j->nr * 2654435761u + 1;
	unsigned arg, i;

	memset(j->pick, 0, sizeof(j->pick));
	fn(j);
	for (arg = 0; arg < j->nargs; arg++) {
		for (i = 1; i < set_of(j, arg)->n; i++) {
			j->pick[arg] = i;
			fn(j);
		}
		j->pick[arg] = 0;
	}
	for (i = 0; j->nargs > 1 && i < random_tries(j); i++) {
		for (arg = 0; arg < j->nargs; arg++)
			j->pick[arg] = random_next(&seed) % set_of(j, arg)->n;
		fn(j);
	}
}

static void try_in_child(struct job *j)
{
	tries++;
	in_one_child(j, try_once);
}

static void all_body(struct job *j)
{
	for_each_try(j, try_once);
}

static void count_try(struct job *j)
{
	(void)j;
	tries++;
}

static void run_job(struct job *j)
{
	add_processes();
	if (j->own_process || j->may_sleep) {
		for_each_try(j, try_in_child);
		return;
	}
	for_each_try(j, count_try);
	in_one_child(j, all_body);
}

static bool wanted(const char *name, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], name))
			return true;
	return argc < 2;
}

int main(int argc, char **argv, char **envp)
{
	unsigned i, tried = 0;
	char name[390] = "";

	(void)envp;
	sys(SYS_uname, name);
	if (!strcmp(name, "Linux")) {
		printf("badcalls: not on Linux: it would try unlink and reboot there\n");
		return 2;
	}
	make_values();
	for (i = 0; i < NCALLS; i++) {
		struct job j;

		if (!wanted(calls[i].name, argc, argv))
			continue;
		if (!job_make(&j, calls[i].nr, calls[i].name)) {
			check(false, "%s has no row in badcalls_rows.h", calls[i].name);
			continue;
		}
		run_job(&j);
		tried++;
	}
	printf("badcalls: %u tries of %u system calls; %u callers ended by a signal, %u by the clock\n",
	       tries, tried, died, slept);
	return test_end("badcalls");
}
