/*
 * tests/programs/segv.c - everything a program must not do ends it by the right signal, and only
 * it.
 */
#include "lib.h"

static volatile uint32_t *volatile where;
static volatile int zero;

static int do_read(void *arg)
{
	where = arg;
	return (int)*where;
}

static int do_write(void *arg)
{
	where = arg;
	*where = 1;
	return 0;
}

static int do_call(void *arg)
{
	int (*fn)(void) = (int (*)(void))arg;

	return fn();
}

static int do_divide(void *arg)
{
	(void)arg;
	return 1000 / zero;
}

/* Run a few bytes of machine code. */
static int do_code(void *arg)
{
	long p = sys(SYS_mmap2, 0, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (MAP_FAILED(p))
		return 99;
	memcpy((void *)p, arg, 8);
	return do_call((void *)p);
}

static void dies(const char *what, int (*fn)(void *), const void *arg, int signo)
{
	int status = in_child(fn, (void *)(uintptr_t)arg);

	check(SIGNAL_OF(status) == signo, "%s: status %x, not signal %d", what, status, signo);
}

static int raise_kill(void *arg)
{
	sys(SYS_kill, sys(SYS_getpid), (long)arg);
	sleep_ms(5000);
	return 98;
}

int main(int argc, char **argv, char **envp)
{
	static const unsigned char cli[8] = { 0xfa, 0xc3 }, hlt[8] = { 0xf4, 0xc3 };
	static const unsigned char ud2[8] = { 0x0f, 0x0b }, int3[8] = { 0xcc, 0xc3 };
	static const unsigned char in_port[8] = { 0xec, 0xc3 }; /* in al, dx */
	static const unsigned char int_e[8] = { 0xcd, 0x0e,
						0xc3 }; /* int 14: not open to programs */
	static const unsigned char load_cr3[8] = { 0x0f, 0x22, 0xd8, 0xc3 };

	(void)argc, (void)argv, (void)envp;
	dies("read NULL", do_read, NULL, SIGSEGV);
	dies("write NULL", do_write, NULL, SIGSEGV);
	dies("read kernel memory", do_read, (void *)0xC0100000, SIGSEGV);
	dies("write kernel memory", do_write, (void *)0xC0100000, SIGSEGV);
	dies("read the last word", do_read, (void *)0xFFFFFFFC, SIGSEGV);
	dies("call NULL", do_call, NULL, SIGSEGV);
	dies("call kernel memory", do_call, (void *)0xC0100000, SIGSEGV);
	dies("write code", do_write, (void *)(uintptr_t)main, SIGSEGV);
	dies("divide by zero", do_divide, NULL, SIGFPE);
	dies("invalid opcode", do_code, ud2, SIGILL);
	dies("breakpoint", do_code, int3, SIGTRAP);
	dies("cli", do_code, cli, SIGSEGV);
	dies("hlt", do_code, hlt, SIGSEGV);
	dies("in", do_code, in_port, SIGSEGV);
	dies("mov cr3", do_code, load_cr3, SIGSEGV);
	dies("int 14", do_code, int_e, SIGSEGV);
	dies("kill -TERM itself", raise_kill, (void *)SIGTERM, SIGTERM);
	dies("kill -KILL itself", raise_kill, (void *)SIGKILL, SIGKILL);
	return test_end("segv");
}
