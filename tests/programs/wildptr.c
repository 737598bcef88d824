/*
 * tests/programs/wildptr.c - wild pointers to every system call: the program may die, the kernel
 * not.
 *
 * Each call is tried in a child of its own, with every pointer in every place and small numbers
 * elsewhere. Prints how many calls there were. Then a few calls with a known answer: -EFAULT.
 */
#include "lib.h"

static const short numbers[] = {
	3,   4,	  5,   6,   7,	 11,  13,  19,	20,  24,  33,  36,  41,	 43,  45,  54,	55,
	57,  63,  64,  65,  66,	 78,  85,  87,	88,  90,  91,  106, 107, 108, 114, 115, 116,
	122, 125, 140, 144, 145, 146, 150, 151, 152, 153, 158, 162, 163, 174, 175, 192, 195,
	196, 197, 199, 218, 219, 221, 224, 243, 258, 265, 191, 295, 300, 305, 307, 355, 403, 407,
	/* signals, groups, limits */
	42,  48,  67,  68,  69,	 73,  75,  76,	77,  80,  96,  97,  105, 119, 126, 132, 136,
	147, 154, 155, 156, 157, 159, 160, 161, 172, 173, 176, 186, 205, 209, 211, 213, 214,
	241, 242, 266, 331, 340, 406,
	/* none of ours */
	0, 17, 31, 58, 299, 401, 511,
};

#define P 0x7f000001L /* in a template: the wild pointer goes here */
#define F 0x7f000002L /* an open descriptor */

static const long templates[][6] = {
	{ P, P, P, P, P, P }, { P, 0, 0, 0, 0, 0 },	  { P, 16, 0, 0, 0, 0 },
	{ F, P, 16, 0, 0, 0 }, { F, P, 4096, P, 0, 0 },	  { 0, P, P, 8, 0, 0 },
	{ 1, P, 0x7fffffff, 0, 0, 0 }, { 17, P, P, 8, 0, 0 }, { P, 4096, P, 0, 0, 0 },
	{ P, 4096, 3, 0x22, -1, 0 },   { F, 0, P, P, 1, 0 },  { P, P, 1, P, P, 0 },
	{ F, 0x5401, P, 0, 0, 0 },     { -1, P, 1, P, 0, 0 }, { P, -1, 3, 0x32, F, 1 },
};

static unsigned long pointers[20];
static unsigned npointers;
static long fd;

static void add(unsigned long p)
{
	pointers[npointers++] = p;
}

static void make_pointers(void)
{
	char *two = map_pages(2), *ro = map_pages(1);
	unsigned long edge = (unsigned long)two + PAGE;

	sys(SYS_munmap, two + PAGE, PAGE);
	sys(SYS_mprotect, ro, PAGE, PROT_READ);
	add(0);
	add(1);
	add(0xFFFFFFFF);
	add(0xFFFFFFF0);
	add(0xFFFFF000);
	add(0xC0000000);
	add(0xBFFFFFFF);
	add(0xBFFFFFFD);
	add(0xC0100000);
	add(0xC0FFFFFE);
	add(0xFEE00000);
	add(0x80000000);
	add(edge - 1);
	add(edge - 3);
	add(edge - 12);
	add(edge - 48);
	add(edge);
	add((unsigned long)ro);
	add((unsigned long)two + 1);
}

static long value(long t, unsigned long p)
{
	return t == P ? (long)p : t == F ? fd : t;
}

static int try_call(void *arg)
{
	long nr = (long)arg;
	unsigned i, j;

	sys(SYS_dup2, fd, 0);
	sys(SYS_dup2, fd, 1);
	for (i = 0; i < sizeof(templates) / sizeof(templates[0]); i++)
		for (j = 0; j < npointers; j++) {
			const long *t = templates[i];
			unsigned long p = pointers[j];

			syscall6(nr, value(t[0], p), value(t[1], p), value(t[2], p), value(t[3], p),
				 value(t[4], p), value(t[5], p));
		}
	return 0;
}

static bool on_linux(void)
{
	static char name[400];

	sys(SYS_uname, name);
	return !strcmp(name, "Linux");
}

static void test_every_call(void)
{
	unsigned per_call = npointers * sizeof(templates) / sizeof(templates[0]);
	unsigned i, n = sizeof(numbers) / sizeof(numbers[0]), tried = 0, died = 0;

	for (i = 0; i < n; i++) {
		int status;

		if (on_linux() && numbers[i] == 88)
			continue;
		status = in_child(try_call, (void *)(long)numbers[i]);
		tried++;
		if (!EXITED(status)) {
			died++;
			printf("wildptr: call %d ended its caller with signal %d\n", numbers[i],
			       SIGNAL_OF(status));
		}
	}
	printf("wildptr: %u calls of %u system calls; %u callers died, the kernel lives\n",
	       tried * per_call, tried, died);
}

static void test_answers(void)
{
	unsigned long bad[] = { 1, 0xC0000000, 0xFFFFFFF0, 0xBFFFFFFF + 1UL, pointers[16] }, i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		unsigned long p = bad[i];

		expect(sys(SYS_open, p, 0), -EFAULT);
		expect(sys(SYS_read, fd, p, 16), -EFAULT);
		expect(sys(SYS_uname, p), -EFAULT);
		expect(sys(SYS_sysinfo, p), -EFAULT);
		expect(sys(SYS_nanosleep, p, 0), -EFAULT);
		expect(sys(SYS_execve, p, 0, 0), -EFAULT);
		expect(sys(SYS_execve, "/bin/hello", p, 0) == -ENOENT ? -EFAULT :
		       sys(SYS_execve, "/bin/hello", p, 0), -EFAULT);
		expect(sys(SYS_gettimeofday, p, 0), -EFAULT);
	}
	/* the last bytes of user memory that is there, and one more */
	expect(sys(SYS_read, fd, pointers[13], 3), 3);
	check(sys(SYS_read, fd, pointers[13], 4) == -EFAULT || on_linux());
	expect(sys(500), -ENOSYS);
	expect(sys(100000), -ENOSYS);
	expect(sys(-1), -ENOSYS);
}

int main(int argc, char **argv, char **envp)
{
	(void)argc, (void)argv, (void)envp;
	fd = sys(SYS_open, "/dev/zero", O_RDWR);
	make_pointers();
	test_answers();
	test_every_call();
	return test_end("wildptr");
}
