/*
 * tests/programs/badframe.c - what a program can write into its signal frame: nothing there gives it
 * more rights, harms the kernel, or does more than end the program. The same on Linux.
 */
#include "sig.h"

#define FLAG_IF	  0x200u
#define FLAG_IOPL 0x3000u
#define FLAG_NT	  0x4000u

enum what { KERNEL_CS, KERNEL_SS, KERNEL_DS, WILD_EIP, KERNEL_EIP, WILD_ESP, FP_NULL, FP_KERNEL, FLAGS, NOTHING };

static volatile int change;

static void spoil(struct sigctx *c)
{
	switch (change) {
	case KERNEL_CS:
		c->cs = 0x10;
		break;
	case KERNEL_SS:
		c->ss = 0x18;
		break;
	case KERNEL_DS:
		c->gs = c->fs = 0x18;
		break;
	case WILD_EIP:
		c->eip = 0x10;
		break;
	case KERNEL_EIP:
		c->eip = 0xC0100000;
		break;
	case WILD_ESP:
		c->esp = 0xFFFFFFF0;
		break;
	case FP_NULL:
		c->fpstate = 8;
		break;
	case FP_KERNEL:
		c->fpstate = 0xFFFFF000;
		break;
	case FLAGS:
		c->eflags = (c->eflags | FLAG_IOPL | FLAG_NT) & ~FLAG_IF;
		break;
	}
}

static void rt_handler(int signo, struct siginfo *info, struct uctx *uc)
{
	(void)signo, (void)info;
	spoil(&uc->mc);
}

static void old_handler(int signo, struct sigctx c)
{
	(void)signo;
	spoil(&c); /* the frame itself: sigreturn reads what is stored here */
	__asm__ volatile("" : : "r"(&c) : "memory");
}

static uint32_t flags_now(void)
{
	uint32_t flags;

	__asm__ volatile("pushfl; popl %0" : "=r"(flags));
	return flags;
}

static int provoke(void *arg)
{
	change = (int)(long)arg & 0xff;
	if ((long)arg & 0x100)
		handle_flags(SIGUSR1, (void *)rt_handler, SA_SIGINFO, 0);
	else
		handle_flags(SIGUSR1, (void *)old_handler, 0, 0);
	raise(SIGUSR1);
	if (change == FLAGS)
		return (flags_now() & (FLAG_IF | FLAG_IOPL | FLAG_NT)) == FLAG_IF ? 0 : 2;
	return change == NOTHING || change == KERNEL_DS ? 0 : 1;
}

static void dies(enum what what)
{
	for (long rt = 0; rt <= 0x100; rt += 0x100) {
		int status = in_child(provoke, (void *)((long)what | rt));

		check(SIGNAL_OF(status) == SIGSEGV || SIGNAL_OF(status) == SIGBUS, "case %d: %x", what,
		      status);
	}
}

static void lives(enum what what)
{
	for (long rt = 0; rt <= 0x100; rt += 0x100) {
		int status = in_child(provoke, (void *)((long)what | rt));

		check(status == 0, "case %d: %x", what, status);
	}
}

/* --- everything at random ------------------------------------------------------------------------- */

static uint32_t seed;

static void random_frame(int signo, struct siginfo *info, struct uctx *uc)
{
	uint32_t *word = (uint32_t *)uc;

	(void)signo, (void)info;
	for (unsigned i = 0; i < sizeof(*uc) / 4; i++)
		if (random_next(&seed) % 3 == 0)
			word[i] = random_next(&seed);
}

static int random_life(void *arg)
{
	seed = (uint32_t)(uintptr_t)arg * 7919 + 1;
	sys(SYS_alarm, 2);
	handle_flags(SIGUSR1, (void *)random_frame, SA_SIGINFO, 0);
	raise(SIGUSR1);
	return 0;
}

/* --- no frame, no stack --------------------------------------------------------------------------- */

static int return_from_nothing(void *arg)
{
	__asm__ volatile("movl $8, %%esp; int $0x80" : : "a"(arg));
	return 0;
}

static int signal_without_stack(void *arg)
{
	long pid = sys(SYS_getpid);

	handle_flags(SIGUSR1, (void *)rt_handler, (uint32_t)(uintptr_t)arg, 0);
	__asm__ volatile("movl $64, %%esp; int $0x80; 1: jmp 1b"
			 :
			 : "a"(SYS_kill), "b"(pid), "c"(SIGUSR1));
	return 0;
}

static void rescue(int signo)
{
	exit(signo == SIGSEGV ? 55 : 56);
}

static int rescued(void *arg)
{
	uint32_t stack[3] = { (uint32_t)map_pages(4), 0, 4 * PAGE };

	sys(SYS_sigaltstack, stack, 0);
	handle_flags(SIGSEGV, (void *)rescue, SA_ONSTACK, 0);
	return signal_without_stack(arg);
}

int main(int argc, char **argv, char **envp)
{
	int status;

	(void)argc, (void)argv, (void)envp;
	lives(NOTHING);
	lives(FLAGS);
	lives(KERNEL_DS);
	dies(KERNEL_CS);
	dies(KERNEL_SS);
	dies(WILD_EIP);
	dies(KERNEL_EIP);
	dies(WILD_ESP);
	dies(FP_NULL);
	dies(FP_KERNEL);
	for (long i = 0; i < 100; i++)
		in_child(random_life, (void *)i);
	status = in_child(return_from_nothing, (void *)SYS_sigreturn);
	check(SIGNAL_OF(status) == SIGSEGV, "%x", status);
	status = in_child(return_from_nothing, (void *)SYS_rt_sigreturn);
	check(SIGNAL_OF(status) == SIGSEGV, "%x", status);
	status = in_child(signal_without_stack, 0);
	check(SIGNAL_OF(status) == SIGSEGV, "%x", status);
	status = in_child(signal_without_stack, (void *)SA_SIGINFO);
	check(SIGNAL_OF(status) == SIGSEGV, "%x", status);
	status = in_child(rescued, 0);
	check(status == 55 << 8, "%x", status);
	return test_end("badframe");
}
